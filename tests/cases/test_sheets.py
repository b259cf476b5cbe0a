"""Settlement sheets (代偿结算单) written by hand, against the life of such a loan: made-up schemes, real precedents."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from simulator.engine.day import days_between
from simulator.scheme import Scenario, load
from simulator.scheme.units import parse_days, parse_money, parse_share
from tests.cases.case_life import Loan, Played, Proceeds, play, read_yaml, scenario_of

SHEETS = sorted((Path(__file__).parent / "sheets").glob("*.yaml"))


def money(given: dict[str, str]) -> dict[str, int]:
    """Amounts of a sheet in fen."""
    return {name: parse_money(amount) for name, amount in given.items()}


def life(sheet: dict[str, Any], scenario: Scenario, last: int | None = None) -> Played:
    """The loan of a sheet, played."""
    given, sale = sheet["loan"], sheet["proceeds"]
    loan = Loan(given["mode"], parse_money(given["amount"]), parse_money(given["covered"]), given["default_day"],
                parse_days(given["term"]), district=given["district"], flags=tuple(given.get("flags", ())))
    return play(scenario, [loan], proceeds=Proceeds(parse_money(sale["gross"]), sale["after_days"]),
                cost_ppm=parse_share(sale["cost"]), last=last)


@pytest.fixture(params=SHEETS, ids=lambda path: path.stem)
def sheet(request: pytest.FixtureRequest) -> dict[str, Any]:
    return read_yaml(request.param)


@pytest.fixture
def scenario(sheet: dict[str, Any], tmp_path: Path) -> Scenario:
    """A scheme made up for the sheet, or a shipped precedent with pots that bear no interest."""
    if "precedent" in sheet:
        pots = load(sheet["precedent"]).pots
        return load(sheet["precedent"], set={f"pots.{pot}.interest": "0%" for pot in pots} | {
            f"pots.{pot}.custody": "null" for pot, part in pots.items() if part.custody})
    return scenario_of(deepcopy(sheet["scenario"]), tmp_path)


def test_the_sheet_itself_adds_up(sheet: dict[str, Any]) -> None:
    """Arithmetic of the hand-written figures alone."""
    base, outside = parse_money(sheet["base"]), parse_money(sheet["outside"])
    assert base + outside == parse_money(sheet["loan"]["amount"])
    assert sum(money(sheet["liable"]).values()) == sum(money(sheet["borne"]).values()) == base
    back = money(sheet["recovery"]["back"])
    assert {name: x - back[name] for name, x in money(sheet["borne"]).items()} == money(sheet["net"])
    shared = parse_money(sheet["recovery"]["gross"]) - parse_money(sheet["recovery"]["cost"])
    assert sum(back.values()) == shared * base // (base + outside)
    assert sheet["dates"].keys() == sheet["days"].keys()


def test_days_and_dates_are_the_same_days(sheet: dict[str, Any], scenario: Scenario) -> None:
    start = scenario.clock.start
    assert sheet["loan"]["disbursed"] == start
    for event, day in sheet["days"].items():
        assert days_between(start, sheet["dates"][event]) == day, event
    for due in sheet["dues"]:
        assert days_between(start, due["date"]) == due["day"]


def test_who_owes_what_to_whom_and_when(sheet: dict[str, Any], scenario: Scenario) -> None:
    played = life(sheet, scenario)
    assert played.liable(0) == money(sheet["liable"])
    assert played.outside(0) == parse_money(sheet["outside"])
    dues = [(due.payer, due.creditor, due.day, due.amount, {pot: x for pot, x in due.paid.items() if x})
            for due in played.dues(0)]
    assert dues == [(due["payer"], due["to"], due["day"], parse_money(due["amount"]), money(due["accounts"]))
                    for due in sheet["dues"]]


def test_who_finally_bears_and_gets_back(sheet: dict[str, Any], scenario: Scenario) -> None:
    played = life(sheet, scenario)
    assert played.borne(0) == money(sheet["borne"])
    assert played.back(0) == money(sheet["recovery"]["back"])
    assert played.total("recovered_fen") == parse_money(sheet["recovery"]["gross"])
    assert played.total("recovery_cost_fen") == parse_money(sheet["recovery"]["cost"])
    assert played.cash() == money(sheet["balances"])
    for pot, amount in money(sheet["recovery"]["refunds"]).items():
        assert played.total(f"refund_{pot}_fen") == amount
    lapsed = money(sheet.get("lapsed", {}))
    for payer in scenario.payers:
        assert played.total(f"lapsed_{payer}_fen") == lapsed.get(payer, 0)


def test_each_thing_happens_on_its_day(sheet: dict[str, Any], scenario: Scenario) -> None:
    """The evening before it has not happened yet, the evening of the day it has."""
    steps = [("defaulted_fen", sheet["days"]["defaulted"], 0, parse_money(sheet["loan"]["amount"])),
             ("determined_fen", sheet["days"]["determined"], 0, parse_money(sheet["base"])),
             ("recovered_fen", sheet["days"]["recovered"], 0, parse_money(sheet["recovery"]["gross"]))]
    lapsed = money(sheet.get("lapsed", {}))
    owed, paid = Counter[tuple[int, str]](), Counter[str]()
    for due in sheet["dues"]:              # several dues of one payer may fall on one day
        owed[due["day"], due["payer"]] += parse_money(due["amount"])
    for (day, payer), amount in sorted(owed.items()):
        before = paid[payer]
        paid[payer] += amount - (0 if before else lapsed.get(payer, 0))
        steps.append((f"paid_{payer}_fen", day, before, paid[payer]))
    for column, day, before, after in steps:
        assert life(sheet, scenario, day - 1).total(column) == before, column
        assert life(sheet, scenario, day).total(column) == after, column
