"""What the answers say of programmes beside their cost, in both languages."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from simulator.answers import AnswerSheet, answer
from simulator.report.text import render_answer
from simulator.report.width import cells
from simulator.scheme import load, replace_values
from tests.surface.fake_simulate import simulate

MINIMAL = Path(__file__).parents[1] / "scenarios" / "minimal.yaml"
PLAIN = {"line": "interest", "event": "repaid", "base": "interest", "rate": 500_000}
ENVELOPE = [{"amount": 100}]


@cache
def sheet() -> AnswerSheet:
    """Two programmes that exclude each other, one for banks with a floor of spending, an audit and a fee."""
    title = {"zh": "贴息", "en": "Interest"}
    programmes = {
        "city": {**PLAIN, "title": title, "level": "city", "exclusive": {"group": "once"}, "envelope": ENVELOPE},
        "province": {**PLAIN, "title": title, "level": "province", "exclusive": {"group": "once"}},
        "bank": {**PLAIN, "title": {"zh": "银行奖励", "en": "Bank award"}, "line": "bank_award", "level": "city",
                 "event": "disbursed", "base": "covered", "payee": "bank", "spend_floor": 5_000_000 * 100}}
    fees = {"re": {"title": {"zh": "再担保费", "en": "Fee"}, "from": "insurer", "to": "insurer", "rate": 5_000}}
    audit = {"improper": 10_000, "delay": 30, "recovered": 500_000}
    scenario = replace_values(load(MINIMAL), {"programmes": programmes, "fees": fees, "audit": audit})
    return answer(scenario, 200, 1, draws=2, simulate=simulate)


@pytest.mark.parametrize(("lang", "words"), [
    ("zh", ("补贴付给 企业", "银行 ", "应补未补", "避免重复投入", "不当申领", "其中追回", "银行奖励每年不少于 500 万")),
    ("en", ("subsidies paid to firms", "banks ", "entitled, not paid", "double support avoided", "claimed improperly",
            "of this paid back", "Bank award: at least 5 m every year"))])
def test_every_line_is_there(lang: str, words: tuple[str, ...]) -> None:
    told = render_answer(sheet(), lang, detail=True)
    flat = " ".join(told.split())
    assert [word for word in words if word.strip() not in flat] == []
    assert max(cells(each) for each in told.splitlines()) <= 96


def test_rows_by_payee_and_floor() -> None:
    """The made-up scheme gives each programme a hundredth of lending: firms twice as much as banks."""
    rows = {row.subject: row.value for row in sheet().having("subsidy_payee")}
    assert set(rows) == {"firm", "bank"}
    assert rows["firm"] == pytest.approx(2 * (rows["bank"] or 0), abs=2)
    assert sheet().row("spend_floor", "bank").unit == "probability"
    assert {row.subject for row in sheet().having("avoided")} == {"city", "province"}
    assert [row.subject for row in sheet().having("unmet")] == ["city"]
