"""Figures no source gives: the answer says so and why, in both languages, and nothing stands in for them unsaid."""

from __future__ import annotations

import json
import re
import sys

import pytest

import simulator.runs
from simulator.answers import answer
from simulator.answers.missing import lacking
from simulator.cli import main
from simulator.report.text import render_answer
from simulator.report.width import cells
from simulator.scheme import load
from tests.surface.fake_simulate import simulate

REASONS = {
    "chengdu-2024": {"zh": ("没有提到风险补偿基金", "没有质押贷款的金额或笔数", "没有写损失由谁承担", "没有数值目标"),
                     "en": ("names no compensation fund", "neither amount nor number", "who bears which part",
                            "without a figure")},
    "harbin-2018": {"zh": ("未写规模", "没有质押贷款的金额或笔数", "各担多少", "没有质押贷款目标"),
                    "en": ("gives no size", "neither amount nor number", "each bear", "no target for pledge loans")}}
ASSUMED = {"chengdu-2024": ("4,000 万元", "CNY 40.00 m"), "harbin-2018": ("2,000 万元", "CNY 20.00 m")}
FEW = ("--paths", "600", "--draws", "3", "--quiet")
Caught = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch


def call(capsys: Caught, monkeypatch: Patch, *words: str) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", sys.argv)
    with pytest.raises(SystemExit) as left:
        main(list(words))
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


def never(*_: object, **__: object) -> None:
    raise AssertionError("simulated what nobody can answer")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", REASONS)
def test_answer_says_what_is_missing_and_assumed(capsys: Caught, monkeypatch: Patch, name: str, lang: str) -> None:
    """Exit 0, four reasons, every question by its number, the assumed values with their grade; nothing simulated."""
    monkeypatch.setattr(simulator.runs, "simulate", never, raising=False)
    code, shown, said = call(capsys, monkeypatch, "answer", name, *FEW, "--lang", lang)
    assert code == 0, said
    flat = " ".join(shown.split())
    assert all(reason in flat for reason in REASONS[name][lang])
    word, grade = {"zh": ("不可评价", "[假设]"), "en": ("not evaluable", "[assumed]")}[lang]
    assert all(re.search(rf"^{question} .*{word}", shown, re.MULTILINE) for question in range(1, 8))
    assert re.search(rf"(所需规模|size needed).*{word}", shown)
    amount, _, rest = shown.partition(ASSUMED[name][lang == "en"])
    assert amount and grade in rest.split("·")[0]
    assert max(map(cells, shown.splitlines())) <= 96
    assert bool(re.search(r"[\u3400-\u9fff]", shown)) is (lang == "zh")


def test_json_has_reasons_and_no_values(capsys: Caught, monkeypatch: Patch) -> None:
    monkeypatch.setattr(simulator.runs, "simulate", never, raising=False)
    _, shown, _ = call(capsys, monkeypatch, "answer", "chengdu-2024", *FEW, "--json")
    document = json.loads(shown)
    assert document["verdict"] is None
    assert set(document["not_evaluable"]) == {"fund_size", "volume", "sharing", "targets"}
    assert [row["question"] for row in document["rows"]] == [1, 2, 3, 4, 5, 6, 7]
    assert {row["value"] for row in document["rows"]} == {None}
    assert document["rows"][0]["note"] == {"key": "not_evaluable", "reason": "missing",
                                           "figures": ["fund_size", "volume", "sharing"]}
    assert document["size"] == {"not_evaluable": ["volume", "sharing"]}


@pytest.mark.parametrize("ask", ["size", "enough", "growth"])
def test_size_says_so_too(capsys: Caught, monkeypatch: Patch, ask: str) -> None:
    monkeypatch.setattr(simulator.runs, "simulate", never, raising=False)
    code, shown, said = call(capsys, monkeypatch, "size", "harbin-2018", "--ask", ask, *FEW, "--lang", "en")
    assert code == 0, said
    assert ("size of the fund: " in shown) is (ask != "size")        # how large it must be does not need its size
    assert "volume of lending: the document gives neither" in shown and "CNY" in shown
    _, shown, _ = call(capsys, monkeypatch, "size", "harbin-2018", "--ask", ask, *FEW, "--json")
    assert json.loads(shown)["not_evaluable"][-2:] == ["volume", "sharing"]


def test_stated_figures_bring_the_answers_back() -> None:
    """The overlay that takes the assumptions as given: seven answers, and still no target to evaluate."""
    sheet = answer(load("chengdu-stated-figures"), 400, 1, draws=3, simulate=simulate)
    assert sheet.verdict is not None and lacking(sheet.scenario, ("fund_size", "volume", "sharing")) == ()
    assert sheet.row("cost").value is not None
    assert re.search("目标:文件只要求普遍化", render_answer(sheet, "zh"))


def test_only_the_size_of_the_fund_is_missing() -> None:
    """Lending and sharing given: the size can be told though the verdict cannot."""
    scenario = load("chengdu-2024")
    scenario = scenario.model_copy(update={"not_evaluable": {"fund_size": scenario.not_evaluable["fund_size"]}})
    assert lacking(scenario, ("fund_size", "volume", "sharing")) == ("fund_size",)
    assert lacking(scenario, ("volume", "sharing")) == ()


@pytest.mark.parametrize("command", ["run", "trace"])
def test_simulations_warn(capsys: Caught, monkeypatch: Patch, command: str) -> None:
    words = {"run": ("--paths", "5"), "trace": ("--path", "0")}[command]
    code, shown, said = call(capsys, monkeypatch, command, "harbin-2018", *words, "--lang", "en")
    assert code == 0 and shown
    assert "no source gives the size of the fund, volume of lending, sharing of losses" in said
    _, _, said = call(capsys, monkeypatch, command, "dalian-2020", *words, "--lang", "en")
    assert "no source gives" not in said


def test_a_scheme_without_a_fund_is_answered() -> None:
    """Qingdao only subsidises: public money is subsidies alone, and nothing can run out."""
    sheet = answer(load("qingdao"), paths=20, draws=2, workers=1)
    assert sheet.row("compensation").value == 0 and sheet.row("exhaustion").value == 0
    assert sheet.row("subsidies").value == sheet.row("cost").value > 0
