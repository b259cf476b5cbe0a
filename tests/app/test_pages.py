"""One question a page: the number a reader sees is the command line's, to the printed digit, in both languages.

Every page is first changed in one input as a user would change it; what it must show then comes from a separate
process of the command line with the same change.
"""

from __future__ import annotations

import base64
import html
import json
import re
import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from fontTools.ttLib import TTFont
from streamlit.testing.v1 import AppTest

from simulator.answers.verdict import Effect
from simulator.report.numbers import money, percent, span
from simulator.ui import brief, jobs, shell, tornado, work
from simulator.ui.pages import answer
from simulator.ui.session import View
from simulator.ui.state import PAGES
from tests.app import kit
from tests.app.kit import PATHS, WORDS, answer_of, changes, job, opened, program, row, seen, view, wait

LANGUAGES = ("zh", "en")
FUND = (("pots.city.contributors.0.amount", "250 万元"), ("pots.city.contributors.1.amount", "500 万元"))
SETS = list(kit.SETS)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One folder of runs for the module: jobs are shared, as they are between viewers."""
    with pytest.MonkeyPatch.context() as patch:
        folder = kit.runs_at(tmp_path_factory.mktemp("runs"))
        patch.setenv(work.RUNS_VARIABLE, str(folder))
        yield folder


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """What the command line says of a fund of 750 万元."""
    return answer_of("dalian-2020", *kit.SET_WORDS)


@pytest.fixture
def done(runs: Path, told: dict[str, Any]) -> Iterator[str]:
    """The same where the app's job leaves it: the job is this very command, which other tests see to."""
    name = job(view(FUND))
    shutil.copytree(kit.kept("dalian-2020", *kit.SET_WORDS) / "out", runs / name / "out")
    yield name
    shutil.rmtree(runs / name)


@pytest.fixture(autouse=True)
def no_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages begin no job by themselves; tests that want one allow it."""
    monkeypatch.setattr(jobs, "MOST_RUNNING", 0)


def printed(found: dict[str, Any], n: bool = True) -> str:
    return percent(found["value"], found["n"] if n else 0)


def field(app: AppTest, key: str, value: str) -> AppTest:
    app.text_input(key=kit.key(app, key)).input(value).run()
    assert not app.exception, app.exception
    return app


@pytest.mark.parametrize("lang", LANGUAGES)
def test_answer_is_the_present_fund_enough(runs: Path, told: dict[str, Any], lang: str) -> None:
    """A fund of 750 万元 typed in: exhaustion, refusal, targets, cost and verdict, before and without any job."""
    app = field(opened(lang=lang), "q-fund", "750" if lang == "zh" else "7.5")
    assert changes(app) == SETS
    page = seen(app)
    for key, subject in (("exhaustion", ""), ("target", "amount"), ("target", "count"), ("targets_joint", "")):
        assert printed(row(told, key, subject)) in page, key
    assert printed(row(told, "refusal"), n=False) in page
    assert printed(row(told, "peak_use"), n=False) in page
    refused = row(told, "refusal")
    assert span(percent(max(refused["low"], 0)), percent(refused["high"])) in page
    for year in range(4):
        assert money(row(told, "cost_year", str(year))["value"], lang) in page
    assert {"zh": "结论须重新测算", "en": "the verdict has to be worked out again"}[lang] in page
    assert {"zh": "现有基金不够", "en": "the present fund is not enough"}[lang] not in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_answer_says_size_ranges_and_condition_once_they_are_worked_out(done: str, told: dict[str, Any],
                                                                        lang: str) -> None:
    page = seen(opened(lang=lang, set=SETS))
    assert not told["verdict"]["holds"] and "refusal" in told["verdict"]["failed"]
    assert {"zh": "现有基金不够", "en": "the present fund is not enough"}[lang] in page
    assert {"zh": "须重新测算", "en": "has to be worked out again"}[lang] not in page
    size = told["size"]
    assert money(size["range_low_fen"], lang).split(" ")[0] in page
    for key in ("exhaustion", "refusal"):
        found = row(told, key)
        low, high = percent(max(found["range_low"], 0.0)), percent(found["range_high"])
        assert span(low, high) in page, key
    at = told["verdict"]["condition"]["at"]
    assert at is None or f"{at / 10_000:.0f}%" in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_size_how_large_must_the_fund_be(done: str, told: dict[str, Any], lang: str) -> None:
    page, size = seen(opened(lang=lang, page="size", set=SETS)), told["size"]
    assert any(money(size["size_fen"], lang, digits) in page for digits in (2, 3))
    for check in size["checks"]:
        value = percent(check["value"], PATHS)
        assert f"✔ {value}" in page or check["name"] == "targets"
    for at in size["table"]:
        assert at["size_fen"] is None or money(at["size_fen"], lang) in page
    for fen, chances in {money(fen, lang): (fen, chances) for fen, chances in size["curve"]}.values():
        assert money(fen, lang, 3) in page and percent(chances["refusal"], PATHS) in page
    answer = seen(opened(lang=lang, ask="size", set=SETS))
    assert any(money(size["size_fen"], lang, digits) in answer for digits in (2, 3))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("shown", ["answer", "size"])
def test_size_with_the_strongest_assumptions_elsewhere(done: str, told: dict[str, Any], lang: str, shown: str) -> None:
    """Every size the document has for another value stands on both pages, as does the rule of thumb."""
    page, size = seen(opened(lang=lang, page=shown, set=SETS)), told["size"]
    paths = {each["path"] for each in size["elsewhere"]}
    assert paths == {each["parameter"] for each in told["influences"][:3]}
    for each in size["elsewhere"]:
        needed = {"zh": "没有可行规模", "en": "none works"}[lang] if each["size_fen"] is None else money(
            each["size_fen"], lang)
        assert f"→ {needed}" in page, each
    covered = row(told, "lending", "covered")["value"]
    assert money(covered / 10, lang) in page
    assert {"zh": "经验法则 10 倍", "en": "rule of thumb of 10 times"}[lang] in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_size_what_more_money_buys(done: str, told: dict[str, Any], lang: str) -> None:
    """Each size of the command line's curve: on the front, or the smallest that is no worse in any promise."""
    app, size = opened(lang=lang, page="size", set=SETS), told["size"]
    [fold] = [each for each in app.expander if {"zh": "帕累托前沿", "en": "Pareto front"}[lang] in each.label]
    assert not fold.proto.expanded
    [table] = [body for each in fold.get("html") for body in re.findall(r"<table.*?</table>", each.proto.body)
               if {"zh": "拒保", "en": "refus"}[lang] in body]
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", line) for line in table.split("<tr>")[2:]]
    found = {cells[0]: cells[-1] for cells in rows}
    curve = [(fen, chances) for fen, chances in size["curve"] if fen > 0]
    expected = {}
    for fen, chances in curve:
        cost = {check["name"]: (1 if check["at_most"] else -1) for check in size["checks"]}
        better = [smaller for smaller, than in curve if smaller < fen
                  and all(sign * than[name] <= sign * chances[name] for name, sign in cost.items())]
        expected[money(fen, lang, 3)] = f"{money(min(better), lang, 3)} " if better else "✔ "
    assert found.keys() == expected.keys() and {"✔"} < {said[0] for said in found.values()}
    costs = {money(fen, lang, 3): money(chances["spent_fen"], lang, 3) for fen, chances in curve}
    assert {cells[0]: cells[-2] for cells in rows} == costs
    for said, start in expected.items():
        assert found[said].startswith(start), said
    kept = [at for at in size["table"] if at["size_fen"] is not None]
    lowest = min(kept, key=lambda at: (at["size_fen"], at["leverage"]))
    multiples = [body for each in fold.get("html") for body in re.findall(r"<table.*?</table>", each.proto.body)][-1]
    line = f'{lowest["leverage"] / 1000:g}' + {"zh": " 倍", "en": "x"}[lang]
    assert re.search(rf"{line}</td><td[^>]*>{re.escape(money(lowest['size_fen'], lang))}</td><td[^>]*>✔", multiples)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_growth_what_growth_can_the_fund_carry(runs: Path, monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    monkeypatch.setattr(jobs, "MOST_RUNNING", 2)
    app = opened(lang=lang, ask="growth", set=SETS)
    shown = view(FUND)
    name = job(shown, "growth")
    if jobs.find(name) is None:
        app.button(key=f"begin-{name}").click().run()
    assert wait(name).state == "done"
    words = ["--ask", "growth", *kit.SET_WORDS, *WORDS, "--json", "--quiet"]
    document = json.loads(kit.once("size", "dalian-2020", *words, expect=(0, 3)))
    page = seen(opened(lang=lang, ask="growth", set=SETS))
    if document["trend"] is None:
        assert {"zh": "守不住", "en": "not kept"}[lang] in page
    else:
        assert percent(document["trend"] / 1_000_000) in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_stress_does_it_hold_when_more_loans_fail(runs: Path, told: dict[str, Any], lang: str) -> None:
    """Stresses, levers and rules are there before any job; with the job the ranges come as well."""
    page = seen(opened(lang=lang, page="stress", set=SETS))
    for name in ("default_5", "default_8", "recession"):
        found = row(told, "stress_exhaustion", name)
        assert printed(found) in page and percent(found["note"]["defaulted"]) in page
        assert percent(row(told, "stress_npl", name)["value"]) in page
        assert money(found["note"]["cost"], lang) in page
    for each in told["rows"]:
        if each["key"] == "lever_cost":
            assert money(each["note"]["lending"], lang, sign=True) in page
        if each["key"] == "refused" and each["value"]:
            assert percent(each["value"]) in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_compare_what_a_lever_changes(runs: Path, told: dict[str, Any], lang: str) -> None:
    """This scheme's column and the levers' differences are the answer's."""
    page = seen(opened(lang=lang, page="compare", set=SETS))
    assert printed(row(told, "exhaustion")) in page and printed(row(told, "refusal"), n=False) in page
    for name in ("share", "leverage", "subsidy"):
        lever = row(told, "lever_cost", name)
        assert any(money(lever["value"], lang, digits, sign=True) in page for digits in (2, 3, 4)), name


@pytest.mark.parametrize("lang", LANGUAGES)
def test_scheme_what_if_a_value_is_another(runs: Path, told: dict[str, Any], lang: str) -> None:
    """Both contributions set on the page; their rows show what they were, and the answer is the command line's."""
    app = opened(lang=lang, page="scheme")
    for n, typed in enumerate(("250", "500") if lang == "zh" else ("2.5", "5")):
        field(app, f"v-pots.city.contributors.{n}.amount", typed)
    assert changes(app) == SETS
    for was in {"zh": ("原值 800 万元", "原值 1,600 万元"), "en": ("was CNY 8.00 m", "was CNY 16.00 m")}[lang]:
        assert was in seen(app)
    app.button(key="to-answer").click().run()
    page = seen(app)
    assert printed(row(told, "peak_use"), n=False) in page and printed(row(told, "target", "count")) in page
    app.button(key="to-scheme").click().run()
    for n in range(2):
        app.button(key=f"back-pots.city.contributors.{n}.amount").click().run()
    assert not changes(app)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_trace_the_bad_path_is_the_readable_engines(runs: Path, lang: str) -> None:
    """The path with 99 % of the net compensation; its accounts are those of ``pledgefund trace``."""
    app = opened(lang=lang, page="trace", set=SETS)
    path = app.text_input(key="path-number").value
    words = ["--path", path, *kit.SET_WORDS, "--seed", "1"]
    document = json.loads(kit.once("trace", "dalian-2020", *words, "--json", "--quiet"))
    page = seen(app)
    for pot in document["pots"]:
        assert f"{pot['closing'] / 1_000_000:,.2f}" in page and f"{-pot['paid'] / 1_000_000:,.2f}" in page
    claimed = [loan for loan in document["loans"] if loan.get("claim")]
    assert claimed
    app.text_input(key="path-number").input("abc").run()
    assert {"zh": "不是次序号", "en": "is no path"}[lang] in seen(app)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_data_the_base_year_typed_in(runs: Path, lang: str) -> None:
    app = opened(lang=lang, page="data")
    field(app, "d-amount", "30000" if lang == "zh" else "300")
    assert changes(app) == ["market.amount=30000 万元"]
    document = json.loads(program("check", "dalian-2020", "--set", "market.amount=3 亿元", "--grades", "--json"))[0]
    (amount,) = [each for each in document["values"] if each["path"] == "market.amount"]
    assert amount["value"] == 30_000_000_000
    assert {"zh": "1,000 万元", "en": "CNY 10.00 m"}[lang] in seen(app)     # thirty loans


@pytest.mark.parametrize("lang", LANGUAGES)
def test_evidence_where_the_numbers_come_from(runs: Path, lang: str) -> None:
    """As many numbers of each grade as the command line counts, after one has been set."""
    words = ("--set", "lending.spread=1.2%", "--grades", "--json", "--lang", lang)
    document = json.loads(program("check", "dalian-2020", *words))[0]
    grades = [each["grade"] for each in document["values"]
              if each["kind"] != "text" and not each["path"].startswith(("pending.", "observed."))]
    page = seen(opened(lang=lang, page="evidence", set=["lending.spread=1.2%"]))
    assert {"zh": f"共 {len(grades)} 个数", "en": f"{len(grades)} numbers"}[lang] in page
    word = {"zh": "假设", "en": "assumed"}[lang]
    assert f"{word} {grades.count('A')}" in page


@pytest.mark.parametrize(("scenario", "page", "lang"), [
    *((name, page, lang) for name in ("fuxin-2017", "harbin-2018") for page in PAGES for lang in LANGUAGES),
    ("liaoning-2021", "answer", "zh"), ("liaoning-2021", "scheme", "en"), ("guangdong-gi", "answer", "en")])
def test_every_page_stands_for_other_kinds_of_schemes(runs: Path, monkeypatch: pytest.MonkeyPatch, scenario: str,
                                                      page: str, lang: str) -> None:
    """Many pots, loans given year by year, a document without figures, joint lines."""
    if scenario == "liaoning-2021":        # finding its strongest assumptions takes half a minute
        trend = Effect("market.trend", 1e9, -4e8, 6e8)
        monkeypatch.setattr(tornado, "of", lambda view: (trend,))
    app = opened(s=scenario, page=page, lang=lang, paths="100")
    assert not app.error, [each.value for each in app.error]
    assert len(seen(app)) > 150
    if scenario == "harbin-2018" and page == "answer":
        assert {"zh": "不可评价", "en": "not evaluable"}[lang] in seen(app)


@pytest.mark.parametrize(("key", "given", "zh"), [
    ("q-fund", "很多", "看不懂"), ("q-fund", "-5", "为负"), ("q-exhaustion", "240", "240%"),
    ("q-leverage", "", "看不懂"),
    ("q-growth", "30元", "30元"), ("q-base", "0.00000001", "0.00000001")])
def test_an_impossible_value_is_explained_beside_its_field(runs: Path, key: str, given: str, zh: str) -> None:
    """The field keeps what was typed, the page keeps its last good state, and the next good value clears it."""
    app = field(opened(), key, given)
    alerts = re.findall(r'role="alert"[^>]*>([^<]*)', " ".join(each.proto.body for each in app.get("html")))
    assert len(alerts) >= 1 and zh in " ".join(alerts)
    assert app.text_input(key=kit.key(app, key)).value == given and not changes(app)
    field(app, key, {"q-fund": "2400", "q-leverage": "10", "q-growth": "30", "q-base": "15000"}.get(key, "1"))
    assert "role=\"alert\"" not in " ".join(each.proto.body for each in app.get("html"))


def test_a_broken_tape_is_told_row_by_row(runs: Path) -> None:
    app = opened(page="data")
    data = "贷款编号,信用等级\n1,z\n".encode()
    app.file_uploader(key="tape").upload("tape.csv", data, "text/csv").run()
    assert not app.exception
    assert "台账有问题" in seen(app) and any("缺少这些列：本金、起始日" in each.value for each in app.code)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_loans_in_force_open_the_scheme(runs: Path, lang: str) -> None:
    """Uploaded, told in words, and kept with the scheme that the button leads to."""
    app = opened(page="data", lang=lang)
    data = (Path(__file__).parents[2] / "scenarios/what-if/dalian-run-off.csv").read_bytes()
    app.file_uploader(key="book").upload("mine.csv", data, "text/csv").run()
    assert not app.exception and ("8 笔" if lang == "zh" else "8 loans") in " ".join(each.value for each in app.success)
    assert app.button(key="book-use").label == ("用这个方案测算" if lang == "zh" else "Work with this scheme")
    [file] = (work.runs_folder() / "uploads").glob("upload-*.yaml")
    held = work.opened(file.stem).book.held
    assert held is not None and len(held.loans) == 8 and held.principal == 2250 * 10**6


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_paper_for_the_file_says_what_the_page_says(done: str, told: dict[str, Any], lang: str) -> None:
    """One page, whole once the answer is: verdict, size, money, evidence; no address that it would load from."""
    app = opened(lang=lang, set=SETS)
    assert [each for each in app.get("download_button") if "brief" in each.proto.id]
    shown = view(FUND, lang=lang)
    answers = answer.Answers(shown)
    assert answers.whole is not None
    quick = work.quick(shown.scenario, PATHS, 1)
    page = brief.brief(shown, answers.top(quick.sheet, grey=False), answer.money_rows(shown, quick),
                       answer.money_sums(shown, quick, answers), answer.stamp(shown)).decode()
    plain = html.unescape(re.sub(r"<[^>]+>", " ", page))
    assert money(told["size"]["range_low_fen"], lang).split(" ")[0] in plain
    cost = row(told, "cost")
    assert any(money(cost["value"], lang, digits) in plain for digits in (2, 3, 4))
    assert "pledgefund answer dalian-2020 --set" in plain and "250 万元" in plain
    assert not re.search(r"(src|href)=|url\((?!data:font)", page)
    for source in re.findall(r"base64,([^)]*)\)", page):                   # its own font has every character
        drawn = set(TTFont(BytesIO(base64.b64decode(source))).getBestCmap())
        assert not {each for each in plain if each >= "\u4e00" and ord(each) not in drawn and ord(each) < 0xA000}


def test_readings_of_a_growth_are_those_of_the_command_line(runs: Path, told: dict[str, Any]) -> None:
    page = seen(opened(set=SETS))
    readings = [each for each in told["rows"] if each["key"] == "target_reading"]
    assert len(readings) == 8                                              # two targets, four readings
    assert "年均增幅的几种口径" in page and all(percent(each["value"], PATHS) in page for each in readings)


def test_the_first_page_ever_says_why_it_waits(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without kernels at hand the page says so before it works anything out; with them it does not."""
    def stopped(shown: View) -> None:
        st.stop()

    monkeypatch.setattr(shell, "import_module", lambda name: SimpleNamespace(render=stopped))
    for there, said in ((False, 1), (True, 0)):
        monkeypatch.setattr(shell, "compiled", lambda there=there: there)
        assert len([each for each in opened().info if "首次" in each.value]) == said


def test_undo_goes_back_one_change_and_language_keeps_everything(runs: Path) -> None:
    app = field(field(opened(), "q-fund", "750"), "q-leverage", "8")
    app.query_params["lang"] = "en"
    app.run()
    assert set(changes(app)) == {*SETS, "pots.city.leverage=8x"}
    assert "Is the fund enough" in " ".join(app.radio[0].options)
    [button] = [each for each in app.button if each.label == "Undo"]
    button.click().run()
    assert changes(app) == SETS and app.query_params["lang"] == "en"


def test_a_link_with_mistakes_warns_about_each(runs: Path) -> None:
    app = opened(v="9", nonsense="1", set=["lending.spread=1.2%", "market.eligible_share=240%"])
    assert len(app.warning) == 3
    assert any("240%" in each.value for each in app.warning)


def test_a_slider_moves_the_scheme_and_back(runs: Path) -> None:
    """The three assumptions are those with the largest swing; all grades' default rates move together."""
    app = opened()
    keys = [each.key for each in app.select_slider]
    strongest = [each.path for each in tornado.strongest(work.opened("dalian-2020"), 1)[:3]]
    assert keys == [f"slide-{path}" for path in strongest]
    app.select_slider(key=kit.key(app, "slide-firms.grades.b.pd")).set_value(40_000).run()
    assert changes(app) == ["firms.grades.a.pd=2%", "firms.grades.b.pd=4%", "firms.grades.c.pd=10%"]
    assert "须重新测算" in seen(app)
    app.select_slider(key=kit.key(app, "slide-firms.grades.b.pd")).set_value(20_000).run()
    assert not changes(app)
