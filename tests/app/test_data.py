"""The page with what a city knows: forms that show how they are filled in, and the base year typed in."""

from __future__ import annotations

import csv
import io
import re
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from simulator.calibrate.table import template
from simulator.lang import text
from simulator.report.numbers import percent
from simulator.ui import book, tornado, work
from tests.app import kit
from tests.app.fuzz import campaign
from tests.app.kit import PATHS, answer_of, changes, opened, row, seen

LANGUAGES = ("zh", "en")
NUMBER = {"zh": "示例-", "en": "example-"}


pytestmark = pytest.mark.usefixtures("runs")


def given(lang: str, key: str, data: bytes, name: str = "mine.csv", **query: Any) -> AppTest:
    """The page after an upload."""
    app = opened(page="data", lang=lang, **query)
    app.file_uploader(key=key).upload(name, data, "text/csv").run()
    assert not app.exception, app.exception
    return app


def told(app: AppTest) -> str:
    return seen(app) + " ".join(each.value for each in app.code)


def lines(form: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(form.decode("utf-8-sig"))))


# --- loans in force ----------------------------------------------------------------------------------

@pytest.mark.parametrize("scenario", ["dalian-2020", "liaoning-2021", "fuxin-2017", "zhongshan"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_forms_examples_are_loans_of_the_scheme(scenario: str, lang: str) -> None:
    """Three rows in the scheme's own names: read as loans, once their numbers do not say that they are examples."""
    form = book.form(work.opened(scenario), lang)
    assert len(lines(form)) == 4 and len({len(line) for line in lines(form)}) == 1
    assert [line[0] for line in lines(form)[1:]] == [f"{NUMBER[lang]}{n}" for n in (1, 2, 3)]
    mine = form.replace(NUMBER[lang].encode(), b"L")
    held = work.opened(work.keep_book(work.opened(scenario), scenario, "mine.csv", mine)).book.held
    assert held is not None and [loan.principal for loan in held.loans] == [300 * 10**6, 150 * 10**6, 500 * 10**6]
    assert [loan.covered for loan in held.loans] == [None, 100 * 10**6, 500 * 10**6]
    assert [loan.pd for loan in held.loans] == [None, None, 35_000] and not held.examples


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_form_without_loans_of_ones_own_is_refused(lang: str) -> None:
    app = given(lang, "book", book.form(work.opened("dalian-2020"), lang))
    assert {"zh": "表里只有 3 行示例,没有自己的数据", "en": "only 3 example rows and no data"}[lang] in \
        seen(app).replace("，", ",")
    assert not [each for each in app.button if each.key == "book-use"] and not app.success


@pytest.mark.parametrize("lang", LANGUAGES)
def test_examples_among_own_loans_are_left_out_and_told(lang: str) -> None:
    """Two own rows below the examples, 700 万元 in all: these open the scheme, and the page says what it left out."""
    form = book.form(work.opened("dalian-2020"), lang)
    head, first, *_ = lines(form)
    at = {name: n for n, name in enumerate(head)}
    principal = next(n for name, n in at.items() if name.startswith(("贷款余额", "principal")))
    own = []
    for number, amount in (("L1", 300), ("L2", 400)):
        cells = list(first)
        cells[0], cells[1], cells[principal] = number, f"firm {number}", str(amount * (1 if lang == "zh" else 10_000))
        own.append(",".join(cells))
    app = given(lang, "book", form + "\r\n".join(own).encode() + b"\r\n")
    said = " ".join(each.value for each in app.success)
    assert {"zh": "共 2 笔、余额 700 万元", "en": "2 loans, CNY 7.00 m outstanding"}[lang] in said
    assert text("notice_book_examples.what", lang, given="2, 3, 4") in seen(app)
    [file] = (work.runs_folder() / "uploads").glob("upload-*.yaml")
    held = work.opened(file.stem).book.held
    assert held is not None and held.examples == (2, 3, 4) and [loan.loan for loan in held.loans] == ["L1", "L2"]


# --- the tape -----------------------------------------------------------------------------------------

@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_tape_of_examples_alone_is_refused(tmp_path: Path, kind: str, lang: str) -> None:
    template(tmp_path / f"t.{kind}")
    app = given(lang, "tape", (tmp_path / f"t.{kind}").read_bytes(), f"t.{kind}")
    assert text("tape_only_examples", lang) in told(app)
    assert not [each for each in app.button if each.key == "tape-use"]


def test_a_mistake_in_an_own_row_is_told_and_none_of_the_examples(tmp_path: Path) -> None:
    """The examples stand in rows 2 to 4 and name grades; of an own row in row 5 the date is wrong."""
    template(tmp_path / "t.csv")
    own = "M-1,甲,,b,,,250,昨天,2023-01-01,,,2021-01-01,2023-12-31,,,\r\n".encode()
    said = told(given("zh", "tape", (tmp_path / "t.csv").read_bytes() + own))
    assert "行 5,列「起始日」" in said.replace("，", ",") and not re.search("行 [234]\\b", said)
    assert "示例-" not in said and "1 行;列" in said.replace("；", ";")


# --- the base year -------------------------------------------------------------------------------------

@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_typed_baseline_moves_the_answer_as_set_does(monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    """2 亿元 and 25 loans typed in: what the first page then shows is ``answer --set``'s, and is not what it was."""
    monkeypatch.setattr(tornado, "of", lambda view: ())
    app = opened(page="data", lang=lang)
    app.text_input(key=kit.key(app, "d-amount")).input("20000" if lang == "zh" else "200").run()
    app.text_input(key=kit.key(app, "d-count")).input("25").run()
    assert changes(app) == ["market.amount=20000 万元", "market.count=25"]
    assert {"zh": "平均每笔 800 万元", "en": "Mean loan CNY 8.00 m"}[lang] in seen(app)
    app.button(key="to-answer").click().run()
    page = seen(app)
    after = answer_of("dalian-2020", "--set", "market.amount=20000 万元", "--set", "market.count=25")
    before = answer_of("dalian-2020")
    for key, subject, n in (("exhaustion", "", PATHS), ("refusal", "", 0), ("peak_use", "", 0),
                            ("target", "count", PATHS)):
        found = row(after, key, subject)
        assert percent(found["value"], n) in page, key
    assert row(after, "peak_use")["value"] > 1.1 * row(before, "peak_use")["value"]
    assert percent(row(before, "peak_use")["value"]) not in page


# --- a scheme of one's own ---------------------------------------------------------------------------

def test_broken_upload_lists_every_mistake_with_its_line() -> None:
    app = opened(page="data")
    mine = ("schema: 1\nid: mine\nextends: dalian-2020\ntitle: {zh: 我市, en: Mine}\nmarket:\n"
            "  amount: {value: 2 万万, grade: A, range: [1 万元, 2 万元]}\n  trendd: 3\n")
    app.file_uploader(key="upload").upload("mine.yaml", mine.encode(), "application/yaml").run()
    page = seen(app)
    assert "6:" in page and "7:" in page and "trendd" in page and "3 处问题" in page


# --- the balance of the base year ------------------------------------------------------------------

@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_balance_gives_the_mean_term_and_can_put_the_schemes_terms_to_it(lang: str) -> None:
    """0.75 of the year's 1.5 亿 still out at its end: 0.75 × 360 = 270 days; Dalian's terms are 360."""
    app = opened(page="data", lang=lang)
    app.text_input(key=kit.key(app, "d-balance")).input({"zh": "11250", "en": "112.5"}[lang]).run()
    assert text("ui_mean_term", lang, days=270, own=360) in seen(app)
    app.button(key="d-use-term").click().run()
    assert changes(app) == ["segments.fund.terms.0.days=270 days", "segments.other.terms.0.days=270 days"]
    assert text("ui_mean_term", lang, days=270, own=270) in seen(app)
    assert not [each for each in app.button if each.key == "d-use-term"]


@pytest.mark.parametrize("typed", ["abc", "-5", "0", "3%"])
def test_what_is_no_balance_is_said(typed: str) -> None:
    app = opened(page="data")
    app.text_input(key=kit.key(app, "d-balance")).input(typed).run()
    assert text("ui_balance_wrong", "zh", given=typed) in seen(app)
    assert not [each for each in app.button if each.key == "d-use-term"]


def test_a_term_no_scheme_can_have_is_refused_in_words() -> None:
    """A thousand times the year's amount: the terms would be a thousand years."""
    app = opened(page="data")
    app.text_input(key=kit.key(app, "d-balance")).input("15000000").run()
    app.button(key="d-use-term").click().run()
    assert not changes(app) and not app.exception
    assert "✘" in seen(app)


# --- files damaged at random -------------------------------------------------------------------------

def test_a_damaged_file_is_read_or_refused_in_words(tmp_path: Path) -> None:
    """A few hundred of what ``make fuzz`` goes on with; most are refused, and each is told why."""
    told = list(islice(campaign(tmp_path, seed=3), 400))
    refused = [said for said in told if said != "read"]
    assert 100 < len(refused) < 400 and all(said.strip() for said in refused)


def test_a_tape_without_a_single_word_is_empty(runs: Path) -> None:
    """Blank lines once broke the page."""
    for data in (b"\n", b",,\n\n", b"\n\n,\n"):
        app = given("zh", "tape", data)
        assert "没有数据行" in told(app) and not app.error[0].value.startswith("程序")
