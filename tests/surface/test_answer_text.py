"""Answers as a terminal shows them: both languages, never wider than 96 cells, never 0 % from a sample."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache

import pytest

from simulator.answers import AnswerSheet, answer
from simulator.answers.paths import value_at
from simulator.answers.rows import AnswerRow
from simulator.answers.sizes import SizeResult
from simulator.lang import text
from simulator.lang.answers import MESSAGES
from simulator.report import names
from simulator.report.lines import line, money_cells, percent_cells
from simulator.report.numbers import apart, money, percent, plain, span
from simulator.report.size_text import elsewhere_steps, size_digits, thumb_line
from simulator.report.text import render_answer, render_size
from simulator.report.width import cells
from simulator.scheme import load
from simulator.study import enough, growth, size_fund
from tests.surface.fake_simulate import simulate

SCENARIOS = ("dalian-2020", "fuxin-2017", "liaoning-2021")
LANGUAGES = ("zh", "en")
WAN = 1_000_000                            # fen


@cache
def sheet(name: str) -> AnswerSheet:
    return answer(load(name), 400, 1, draws=4, simulate=simulate)


@cache
def size(name: str) -> SizeResult:
    unknowns = tuple(path for path, _ in sheet(name).influences[:3])
    return size_fund(load(name), paths=600, draws=4, unknowns=unknowns, simulate=simulate)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", SCENARIOS)
def test_no_line_is_wider_than_the_screen(name: str, lang: str) -> None:
    told = render_answer(sheet(name), lang, size(name), detail=True) + "\n" + render_size(size(name), lang)
    assert max(cells(each) for each in told.splitlines()) <= 96
    assert "\x1b" not in told
    assert not re.search(r"\bnan\b|\binf\b|None|\{", told)


@pytest.mark.parametrize(("lang", "then"), [("zh", ";"), ("en", "; ")])
def test_sizes_elsewhere_stand_in_order_with_the_base_among_them(lang: str, then: str) -> None:
    found = size("fuxin-2017")
    assert len(found.elsewhere) >= 6
    for path, told in elsewhere_steps(found, lang).items():
        kind, base = found.scenario.provenance[path].kind, float(value_at(found.scenario, path))
        sizes = {each.value: each.size_fen for each in found.elsewhere if each.path == path} | {base: found.size_fen}
        values = [names.parameter_value(kind, value, lang) for value in sorted(sizes)]
        assert told.count(" → ") == len(values) == told.count(then) + 1
        for value, fen in sizes.items():
            needed = text("size_step_none", lang) if fen is None else money(
                fen, lang, size_digits(found) if value == base else 2)
            assert f"{names.parameter_value(kind, value, lang)} → {needed}" in told


def test_the_rule_of_thumb_by_hand() -> None:
    """Covered lending of 1.9 亿 beside a fund of 2,400 万: a tenth is 1,900 万, the fund carries 7.9 times itself."""
    rows = (AnswerRow(3, "lending", "covered", value=1.9e8 * 100, unit="fen"),)
    needed = replace(size("dalian-2020"), present_fen=2_400 * WAN, size_fen=1_000 * WAN)
    [zh] = thumb_line(replace(sheet("dalian-2020"), rows=rows), needed, "zh")
    [en] = thumb_line(replace(sheet("dalian-2020"), rows=rows), needed, "en")
    assert "累计 1.9 亿,除以 10 为 1,900 万" in zh and "现有规模累计放贷 7.9 倍" in zh and "按所需规模计为 19 倍" in zh
    assert "190 m in all, divided by 10: 19 m" in en and "lends 7.9 times" in en and "size needed 19 times" in en
    [alone] = thumb_line(replace(sheet("dalian-2020"), rows=rows), replace(needed, size_fen=None), "zh")
    assert "所需规模" not in alone
    assert not thumb_line(replace(sheet("dalian-2020"), rows=()), needed, "zh")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", SCENARIOS)
def test_the_other_two_questions_fit_the_screen(name: str, lang: str) -> None:
    few = {"paths": 500, "draws": 3, "simulate": simulate}
    for ask in (enough, growth):
        found = ask(load(name), **few)
        told = render_size(found, lang)
        assert max(cells(each) for each in told.splitlines()) <= 96
        assert not re.search(r"\bnan\b|None|\{", told)
        json.dumps(found.to_json())


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", SCENARIOS)
def test_reserve_and_size_are_told_with_and_without_known_parameters(name: str, lang: str) -> None:
    """The predictive reserve stands right under the plug-in one; the ratio is theirs; JSON has both."""
    told = sheet(name)
    plug_in, pooled = told.row("reserve", "99"), told.row("reserve_predictive", "99")
    assert pooled.n == 400 and plug_in.value and pooled.value
    assert plug_in.range_low is not None and plug_in.range_high is not None        # the epistemic band
    assert pooled.note_args["ratio"] == pytest.approx(pooled.value / plug_in.value)
    assert pooled.note_args["calibrated"] == 0 and pooled.note_args["assumed"] > 20
    lines = render_answer(told, lang).splitlines()
    above, below = (text_of(key, lang) for key in ("ans_reserve", "ans_reserve_predictive"))
    place = next(n for n, each in enumerate(lines) if each.strip().startswith(above))
    assert any(each.strip().startswith(below) for each in lines[place + 1:place + 3])
    assert f"{plain(pooled.note_args['ratio'], 3)}" in "\n".join(lines[place + 1:place + 5])
    assert json.loads(json.dumps(told.to_json())) and "predictive_fen" in size(name).to_json()
    if size(name).size_fen is not None:
        assert text_of("ans_size_predictive", lang).split(" {")[0] in render_size(size(name), lang)


def text_of(key: str, lang: str) -> str:
    return MESSAGES[key][lang == "en"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_draws_nothing_is_said_of_parameters_not_known(lang: str) -> None:
    name = "dalian-2020"
    plain_sheet = answer(load(name), 300, 1, draws=0, simulate=simulate)
    alone = size_fund(load(name), paths=600, draws=0, simulate=simulate)
    assert not plain_sheet.having("reserve_predictive") and alone.predictive_checks == ()
    told = render_answer(plain_sheet, lang, alone)
    assert text_of("ans_reserve_predictive", lang) not in told


@pytest.mark.parametrize("name", SCENARIOS)
def test_languages_do_not_mix(name: str) -> None:
    english = render_answer(sheet(name), "en", size(name)) + render_size(size(name), "en")
    assert not re.search(r"[\u4e00-\u9fff]", english)
    chinese = (
        render_answer(sheet(name), "zh", size(name))
        .replace("pledgefund answer", "")
        .replace("pledgefund", "")
    )
    for key, (_, en) in MESSAGES.items():
        if "{" not in en and len(en) > 12:
            assert en not in chinese, key


@pytest.mark.parametrize("name", SCENARIOS)
def test_all_seven_questions_have_rows(name: str) -> None:
    assert {row.question for row in sheet(name).rows} == {1, 2, 3, 4, 5, 6, 7}
    told = render_answer(sheet(name), "zh")
    assert all(re.search(rf"^{question} ", told, re.MULTILINE) for question in range(1, 8))


@pytest.mark.parametrize("name", SCENARIOS)
def test_range_over_assumptions_is_never_narrower_than_the_error(name: str) -> None:
    for row in sheet(name).rows:
        if row.range_low is not None and row.low is not None and row.low == row.low:
            assert row.range_low <= row.low
            assert row.range_high >= row.high


@pytest.mark.parametrize("name", SCENARIOS)
def test_rows_survive_json_unrounded(name: str) -> None:
    rows = json.loads(json.dumps(sheet(name).to_json()))["rows"]
    wanted = {"value", "se", "low", "high", "range_low", "range_high", "unit", "grade_worst", "note"}
    assert all(wanted <= set(row) for row in rows)
    cost = next(row for row in rows if row["key"] == "cost")
    assert cost["value"] == sheet(name).row("cost").value
    json.dumps(size(name).to_json())


def test_without_clusters_no_anchor_can_fail() -> None:
    assert re.search(r"链主违约 +本方案没有企业群", render_answer(sheet("dalian-2020"), "zh"))
    assert "no clusters in this scheme" in render_answer(sheet("dalian-2020"), "en")
    assert sheet("dalian-2020").row("stress_exhaustion", "anchor").value is None
    assert not sheet("dalian-2020").having("line_use")


@pytest.mark.parametrize(("lang", "words"), [("zh", ("链主违约", "少放贷", "集合授信高峰用去")),
                                             ("en", ("failure of an anchor firm", "lending lost", "joint lines"))])
def test_with_anchors_their_failure_is_a_stress(lang: str, words: tuple[str, ...]) -> None:
    told = render_answer(sheet("liaoning-collective"), lang, detail=True)
    assert all(word in told for word in words)
    assert max(cells(each) for each in told.splitlines()) <= 96
    row = sheet("liaoning-collective").row("stress_exhaustion", "anchor")
    assert row.value is not None and set(row.note_args) == {"defaulted", "npl", "cost", "lost"}
    assert sheet("liaoning-collective").row("refused", "line").value == 0.0
    assert "lost" in json.dumps(sheet("liaoning-collective").to_json())


def test_clusters_without_an_anchor_say_so() -> None:
    assert "企业群没有龙头" in render_answer(sheet("guangdong-gi"), "zh")
    assert "clusters without an anchor" in render_answer(sheet("guangdong-gi"), "en")


def test_target_without_base_is_not_evaluable() -> None:
    told = render_answer(sheet("dalian-2020"), "zh")
    assert re.search(r"不可评价\s+基数未知", told)


def row(**parts: object) -> AnswerRow:
    named = {
        "question": 2,
        "key": "exhaustion",
        "value": 0.0,
        "low": 0.0,
        "high": 0.0003,
        "range_low": 0.0,
        "range_high": 0.03,
        "n": 10_000,
    }
    return AnswerRow(**{**named, **parts})


@pytest.mark.parametrize(
    ("share", "n", "told"),
    [
        (0.0, 10_000, "< 0.03%"),
        (1.0, 10_000, "> 99.970%"),
        (0.0, 0, "0%"),
        (0.474, 10_000, "47%"),
        (0.00123, 10_000, "0.12%"),
        (0.9953, 10_000, "99.53%"),
        (0.05, 0, "5%"),
        (0.0345, 0, "3.5%"),
        (float("nan"), 0, "—"),
    ],
)
def test_percentages(share: float, n: int, told: str) -> None:
    assert percent(share, n) == told


@pytest.mark.parametrize(
    ("fen", "lang", "told"),
    [
        (11_540_000_00, "zh", "1,200 万"),
        (2.449e10, "zh", "2.4 亿"),
        (-3.04e8, "zh", "-300 万"),
        (0.4, "zh", "0 万"),
        (11_540_000_00, "en", "12 m"),
        (2.449e11, "en", "2.4 bn"),
        (9.96e9, "zh", "1 亿"),
    ],
)
def test_money_has_two_digits(fen: float, lang: str, told: str) -> None:
    assert money(fen, lang) == told


def test_digits_grow_only_where_the_interval_would_vanish() -> None:
    assert apart((1150.0, 1000.0, 1300.0)) == 2
    assert apart((2862.0, 2850.0, 2873.0)) == 3
    assert plain(0.000123) == "0.00012"
    assert span("1,100 万", "1,200 万") == "1,100–1,200 万"
    assert span("9,000 万", "1.2 亿") == "9,000 万–1.2 亿"
    assert span("-300 万", "-200 万") == "-300 ~ -200 万"


def test_never_seen_is_a_bound_in_the_table() -> None:
    assert percent_cells(row(), "zh") == ("< 0.03%", "0–0.03%", "0–3%")
    assert money_cells(
        row(value=2862e6, low=2850e6, high=2873e6, range_low=1.1e9, range_high=6.5e9), "zh"
    ) == ("2,860 万", "2,850–2,870 万", "1,100–6,500 万")


def test_a_long_note_goes_underneath() -> None:
    told = list(line("2 基金会赔空吗", ("< 0.03%", "0–0.03%", "0–3%"), "很长的说明" * 20))
    assert len(told) > 2
    assert all(cells(each) <= 96 for each in told)


def test_every_message_is_in_both_languages() -> None:
    for key, (zh, en) in MESSAGES.items():
        assert zh and en, key
        assert set(re.findall(r"\{(\w+)\}", zh)) == set(re.findall(r"\{(\w+)\}", en)), key
