"""The page with all values: the few that stand first, what their ranges do to the answer, the filter, the way back."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from simulator.answers.draws import drawable
from simulator.answers.verdict import Effect
from simulator.lang import text
from simulator.report.numbers import money
from simulator.ui import tornado, work
from simulator.ui.essentials import essentials
from simulator.ui.evidence import numbers
from simulator.ui.labels import explained
from tests.app import kit
from tests.app.kit import changes, opened, seen

LANGUAGES = ("zh", "en")
ELIGIBLE = "market.eligible_share"
FUND = "pots.city.contributors.0.amount"


pytestmark = pytest.mark.usefixtures("runs")


def page(lang: str = "zh", **query: Any) -> AppTest:
    return opened(page="scheme", lang=lang, **query)


def rows(app: AppTest) -> list[str]:
    """Names of the values on the page, in order."""
    return [found[1] for each in app.get("html")
            if (found := re.search(r'pf-value"><b>(.*?)</b>', each.proto.body))]


def shown_values(app: AppTest) -> set[str]:
    """Paths of the values that have a field."""
    return {each.key.removeprefix("v-").removesuffix("-en") for each in app.text_input if each.key.startswith("v-")}


def folded(app: AppTest) -> list[str]:
    """Names of those that stand inside a fold."""
    return [name for fold in app.expander for each in fold.get("html")
            if (name := "".join(re.findall(r'pf-value"><b>(.*?)</b>', each.proto.body)))]


def claimed(*words: str) -> float:
    """Expected net compensation (fen) by ``pledgefund run`` on as many paths as the page moves its values on."""
    told = json.loads(kit.once("run", "dalian-2020", *words, "--paths", str(tornado.MOVED), "--seed", "1", "--json",
                               "--quiet"))["columns"]
    return float(sum(column["mean"] * {"pot_paid": 1, "refund": -1}[name.rsplit("_", 2)[0]]
                     for name, column in told.items() if re.fullmatch(r"(pot_paid|refund)_city_fen", name)))


# --- the few -------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", work.names())
def test_at_most_twelve_stand_first_in_every_scheme(name: str) -> None:
    """With the fund, default rate, term and recovery among them; none in two kinds."""
    scenario = work.opened(name)
    found = essentials(scenario, numbers(scenario))
    assert 8 <= len(found) <= 12
    paths = [path for each in found for path in each.paths]
    assert len(paths) == len(set(paths)) and set(paths) <= set(numbers(scenario))
    assert {"pd", "term", "recovery"} <= {each.name for each in found}
    assert bool(scenario.pots) == ("fund" in {each.name for each in found})


@pytest.mark.parametrize(("scenario", "lang"), [("dalian-2020", "zh"), ("dalian-2020", "en"), ("liaoning-2021", "zh")])
def test_twelve_rows_are_open_and_the_rest_folded(monkeypatch: pytest.MonkeyPatch, scenario: str, lang: str) -> None:
    monkeypatch.setattr(tornado, "of", lambda view: ())
    app = page(lang, s=scenario)
    inside = folded(app)
    assert len(rows(app)) - len(inside) == 12
    assert not any(fold.proto.expanded for fold in app.expander)
    assert text("ui_the_rest", lang, shown=12, rest=len(numbers(work.opened(scenario))) - 12) in seen(app)
    for grade in {"zh": ("优", "差"), "en": ("grade a", "grade c")}[lang] if scenario == "dalian-2020" else ():
        assert any(grade in name for name in inside)


# --- what a number means --------------------------------------------------------------------------

@pytest.mark.parametrize("name", work.names())
def test_every_number_of_every_scheme_is_explained(name: str) -> None:
    """By a sentence of its own kind; Chinese without a Latin word."""
    for path in numbers(work.opened(name)):
        zh, en = explained(path, "zh"), explained(path, "en")
        assert zh.endswith("。") and en.endswith("."), path
        assert not re.search("[A-Za-z]", zh) and not re.search("[\u4e00-\u9fff]", en), path


@pytest.mark.parametrize(("path", "word"), [
    ("firms.grades.b.pd", "违约"), ("pots.city.leverage", "拒保"), ("market.trend", "不是目标"),
    ("pots.city.contributors.1.match.amount", "配套"), ("modes.half.terms.0.share", "承担"),
    ("modes.half.terms.0.cap.0.amount", "上限"), ("programmes.x.cap.0.amount", "上限"), ("programmes.x.amount", "固定"),
    ("lending.pledge_rate.invention", "评估价值"), ("recovery.type_factor.trademark", "评估价值"),
    ("insurance.premium_rate", "保险费"), ("gate.firm_cap_by_grade.a", "保障之内"), ("breakers.x.stop", "熔断|停止")])
def test_an_explanation_is_about_its_number(path: str, word: str) -> None:
    assert re.search(word, explained(path, "zh")), explained(path, "zh")


def test_the_explanation_stands_at_the_field(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tornado, "of", lambda view: ())
    for lang in LANGUAGES:
        app = page(lang)
        field = app.text_input(key=kit.key(app, "v-pots.city.leverage"))
        assert field.help == explained("pots.city.leverage", lang)


# --- what ranges do -------------------------------------------------------------------------------

@pytest.mark.parametrize("lang", LANGUAGES)
def test_low_and_high_are_the_command_lines_difference(lang: str) -> None:
    """The eligible share at both its ends, and all default rates halved, against the scheme as it is."""
    base = claimed()
    low, high = (claimed("--set", f"{ELIGIBLE}={end}") - base for end in ("7%", "100%"))
    assert low < 0 < high
    app = page(lang)
    assert text("ui_effect", lang, low="7%", high="100%", down=money(low, lang, sign=True),
                up=money(high, lang, sign=True)) in seen(app)
    rates = [word for grade, rate in (("a", "0.5%"), ("b", "1%"), ("c", "2.5%"))
             for word in ("--set", f"firms.grades.{grade}.pd={rate}")]
    fewer = money(claimed(*rates) - base, lang, sign=True)
    page_ = seen(app)
    assert text("ui_effect", lang, low="1%", high="5%", down=fewer, up="@").split("@")[0] in page_
    assert page_.count(fewer) == 3                 # the middle grade, and both that move with it


def test_what_moves_is_worked_out_once_and_kept_in_a_form_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another viewer's process reads the file; a file in an older form is not taken for one in the newer."""
    scenario, asked = work.opened("dalian-2020"), []

    def found(world: Any, paths: int) -> tuple[Effect, ...]:
        asked.append(paths)
        return (Effect(ELIGIBLE, 3.0, -1.0, 2.0), Effect("market.count", 1.0, None, 1.0))

    monkeypatch.setenv(work.RUNS_VARIABLE, str(work.runs_folder() / "mine"))
    monkeypatch.setattr(tornado, "effects", found)
    first = tornado._moves(scenario, 1)
    assert tornado._moves(scenario, 1) == first and asked == [tornado.MOVED]
    [file] = (work.runs_folder() / "tornado").iterdir()
    file.write_text('[["market.eligible_share", 3.0]]', "utf-8")           # as before: path and swing
    assert tornado._moves(scenario, 1) == first and len(asked) == 2
    monkeypatch.setattr(tornado, "FORM", "moves-next")
    tornado._moves(scenario, 1)
    assert len(asked) == 3


# --- filter, change, way back ----------------------------------------------------------------------

@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("shelf", ["essential", "fund"])
def test_only_assumed_leaves_what_the_command_line_calls_assumed(monkeypatch: pytest.MonkeyPatch, shelf: str,
                                                                 lang: str) -> None:
    monkeypatch.setattr(tornado, "of", lambda view: ())
    grades = {each["path"]: each["grade"] for each in json.loads(
        kit.once("check", "dalian-2020", "--grades", "--json"))[0]["values"]}
    app = page(lang)
    app.segmented_control(key=kit.key(app, "group")).set_value(shelf).run()
    before = shown_values(app) - {"fund"}
    app.checkbox(key="only-assumed").check().run()
    after = shown_values(app)
    assert after == {path for path in before if grades[path] == "A"} and after < before and after
    app.checkbox(key="only-assumed").uncheck().run()
    assert FUND in shown_values(app)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_change_is_told_with_the_old_value_and_one_is_put_back(monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    """800 to 250 万元 and 10 to 8 times; the first is put back, the second stays."""
    monkeypatch.setattr(tornado, "of", lambda view: ())
    app = page(lang)
    app.text_input(key=kit.key(app, f"v-{FUND}")).input("250" if lang == "zh" else "2.5").run()
    app.text_input(key=kit.key(app, "v-pots.city.leverage")).input("8").run()
    app.text_input(key=kit.key(app, "v-market.trend")).input("35").run()
    shown = seen(app)
    for said in {"zh": ("原值 800 万元", "改动 -550 万元 (-69%)", "原值 2,400 万元", "改动 -550 万元 (-23%)",
                        "原值 10 倍", "改动 -2 倍 (-20%)", "原值 25%", "改动 +10 个百分点"),
                 "en": ("was CNY 8.00 m", "changed by -CNY 5.50 m (-69%)", "was CNY 24.00 m", "-CNY 5.50 m (-23%)",
                        "was 10x", "changed by -2x (-20%)", "was 25%", "changed by +10 points")}[lang]:
        assert said in shown, said
    app.button(key=f"back-{FUND}").click().run()
    assert changes(app) == ["market.trend=35%", "pots.city.leverage=8x"]
    assert app.text_input(key=kit.key(app, f"v-{FUND}")).value == ("800" if lang == "zh" else "8")
    assert not [each for each in app.button if each.key == f"back-{FUND}"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_whole_fund_is_one_field_and_put_back_at_once(monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    """A fund of 750 万元 is divided as 800 to 1,600."""
    monkeypatch.setattr(tornado, "of", lambda view: ())
    app = page(lang)
    app.text_input(key=kit.key(app, "v-fund")).input("750" if lang == "zh" else "7.5").run()
    assert changes(app) == list(kit.SETS)
    app.button(key="back-fund").click().run()
    assert not changes(app)


def test_assumptions_with_a_range_have_their_effect_in_the_table() -> None:
    """Downloaded: as many rows as numbers, the effect at both ends where it is known, nothing elsewhere."""
    from simulator.ui.pages.scheme import Influence, listing

    view = kit.view()
    heads, table = listing(view, Influence.of(view, (Effect(ELIGIBLE, 5e8, -2e8, 3e8),)))
    assert len(table) == len(numbers(view.scenario)) and len(heads) == 9
    assert all(row[8] for row in table)
    assert [row[4:6] for row in table if row[4]] == [["-200 万", "+300 万"]]
    assert len(drawable(view.scenario)) > 100
