"""Real designs worked by hand: what each party owes, pays, bears and gets back, through the engine.

Expected amounts come from the case files only, where they were worked out by hand.
"""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from simulator.scheme import Scenario, ScenarioErrors, load
from tests.cases.case_life import (
    DEFAULT_DAY,
    Loan,
    Played,
    Proceeds,
    Wish,
    answer,
    fen,
    heard,
    overlay,
    play,
    read_yaml,
    refusal,
    scenario_of,
)

HERE = Path(__file__).parent
NOT_BUILT = "not_built.yaml"
FILES = sorted(path for path in HERE.glob("*.yaml") if path.name != NOT_BUILT)
CASES = [(path, n) for path in FILES for n in range(len(read_yaml(path)["examples"]))]
LOAN_KEYS = {"loan", "loss", "mode", "default", "term", "firm", "ip", "firm_class", "district", "flags", "bank", "held"}
EXPECT_KEYS = {"expect", "expect_outside", "expect_advance", "expect_accounts", "expect_borne", "expect_due_day",
               "expect_back", "expect_subsidy"}
WHOLE_KEYS = {"loans", "balance", "recovered", "unit", "expect_total", "expect_count",
              "expect_paid_on", "expect_gate", "delay", "expect_total_on", "expect_cash", "expect_asked", "expect_room",
              "note"}


def loan_of(example: dict[str, Any], case: dict[str, Any], unit: str) -> Loan:
    """A loan as the case describes it; without ``loss`` the gate says what is covered."""
    if "held" in example:
        return Loan("", 1, default=example["default"], held=example["held"])
    facts = {key: example[key] for key in LOAN_KEYS - {"loan", "loss", "mode"} if key in example}
    covered = fen(example["loss"], unit) if "loss" in example else None
    return Loan(example.get("mode") or next(iter(case["modes"])), fen(example["loan"], unit), covered, **facts)


def amounts(given: dict[str, Any], names: tuple[str, ...], unit: str) -> dict[str, int]:
    """Amounts by name; whoever is not named has nothing."""
    assert set(given) <= set(names)
    return {name: fen(given.get(name, 0), unit) for name in names}


def check_loan(played: Played, number: int, example: dict[str, Any], unit: str) -> None:
    """Compare one loan's books with what was worked out by hand."""
    names, pots = played.names, played.tables.layout.pots
    if "expect" in example:
        assert played.liable(number) == amounts(example["expect"], names, unit)
        assert played.borne(number) == amounts(example.get("expect_borne", example["expect"]), names, unit)
    if "expect_outside" in example:
        assert played.outside(number) == fen(example["expect_outside"], unit)
    if "expect_advance" in example:
        to_lender = dict.fromkeys(names[:-1], 0)
        for due in played.dues(number):
            if due.creditor == "lender":
                to_lender[due.payer] += due.amount
        assert to_lender == amounts(example["expect_advance"], names[:-1], unit)
    if "expect_accounts" in example:
        assert played.accounts(number) == amounts(example["expect_accounts"], pots, unit)
    if "expect_due_day" in example:
        assert {due.payer: due.day for due in played.dues(number)} == example["expect_due_day"]
    if "expect_back" in example:
        assert played.back(number) == amounts(example["expect_back"], names, unit)
    if "expect_subsidy" in example:
        assert played.subsidy(number) == fen(example["expect_subsidy"], unit)


def check_evenings(scenario: Scenario, loans: list[Loan], example: dict[str, Any], unit: str,
                   proceeds: Proceeds) -> None:
    """Columns as they stand on the evenings of single days."""
    for day, wanted in example.get("expect_total_on", {}).items():
        evening = play(scenario, loans, last=day, proceeds=proceeds)
        for column, amount in wanted.items():
            assert evening.total(column) == fen(amount, unit), (day, column)


def check_days(scenario: Scenario, loans: list[Loan], example: dict[str, Any], unit: str,
               proceeds: Proceeds) -> None:
    """What each loan was paid on single days: the books of that evening less those of the day before."""
    for day, wanted in example.get("expect_paid_on", {}).items():
        evening, before = (play(scenario, loans, last=last, proceeds=proceeds) for last in (day, day - 1))
        for number in range(len(loans)):
            paid = sum(evening.accounts(number).values()) - sum(before.accounts(number).values())
            assert paid == fen(wanted.get(number + 1, 0), unit), (day, number + 1)


def check_answers(scenario: Scenario, loans: list[Loan], example: dict[str, Any]) -> None:
    """What new firms hear on single days, by bank."""
    for day, wanted in example.get("expect_asked", {}).items():
        assert {bank: answer(scenario, loans, day, bank) for bank in wanted} == wanted, day


def check_room(scenario: Scenario, loans: list[Loan], example: dict[str, Any], unit: str) -> None:
    """What firms hear on single days, and how much of what they ask for is lent and covered."""
    for asked in example.get("expect_room", []):
        assert set(asked) == {"day", "firm", "asks", "grade", "hears"}
        told = heard(scenario, loans, asked["day"], Wish(asked["firm"], fen(asked["asks"], unit), asked["grade"]))
        reason, *amounts = asked["hears"] if isinstance(asked["hears"], list) else [asked["hears"]]
        assert told[0] == reason, asked
        if amounts:
            assert told[1:] == tuple(fen(amount, unit) for amount in amounts), asked


@pytest.mark.parametrize(("path", "n"), CASES, ids=[f"{path.stem}-{n + 1}" for path, n in CASES])
def test_case(path: Path, n: int, tmp_path: Path) -> None:
    case = read_yaml(path)
    example = case["examples"][n]
    listed = example.get("loans", [example])
    for item in listed:
        assert set(item) <= LOAN_KEYS | EXPECT_KEYS | WHOLE_KEYS
    assert set(example) <= LOAN_KEYS | EXPECT_KEYS | WHOLE_KEYS
    scenario = scenario_of(deepcopy(case["scenario"]), tmp_path)
    unit = example.get("unit", "万元")
    loans = [loan_of(item, case["scenario"], unit) for item in listed]
    if "expect_gate" in example:
        assert [refusal(scenario, loan) for loan in loans] == [example["expect_gate"]]
        return
    balance = {pot: fen(x, unit) for pot, x in example.get("balance", {}).items()}
    proceeds = Proceeds(fen(example.get("recovered", 0), unit), example.get("delay", 300))
    played = play(scenario, loans, balance=balance, proceeds=proceeds)
    for number, item in enumerate(listed):
        check_loan(played, number, item, unit)
    for column, amount in example.get("expect_total", {}).items():
        assert played.total(column) == fen(amount, unit), column
    for column, number in example.get("expect_count", {}).items():
        assert played.total(column) == number, column
    if "expect_cash" in example:
        assert played.cash() == amounts(example["expect_cash"], played.tables.layout.pots, unit)
    check_days(scenario, loans, example, unit, proceeds)
    check_evenings(scenario, loans, example, unit, proceeds)
    check_answers(scenario, loans, example)
    check_room(scenario, loans, example, unit)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_case_file_says_something(path: Path) -> None:
    case = read_yaml(path)
    assert set(case) == {"title", "scenario", "examples"}
    assert set(case["title"]) == {"zh", "en"}
    for example in case["examples"]:
        items = example.get("loans", [example])
        assert any(key.startswith("expect") for item in [example, *items] for key in item)


DESIGNS = read_yaml(HERE / NOT_BUILT)["designs"]


@pytest.mark.parametrize("entry", DESIGNS, ids=[e["id"] for e in DESIGNS])
def test_design_of_a_later_release_is_refused_by_name(entry: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "later.yaml"
    path.write_text(overlay(deepcopy(entry["scenario"])), encoding="utf-8")
    with pytest.raises(ScenarioErrors) as caught:
        load(path)
    refused = {(p.code, p.given) for p in caught.value.problems}
    assert refused == {("not_built", str(given)) for given in entry["given"]}
    for problem in caught.value.problems:
        assert "尚未实现" in problem.render("zh")
        assert "not built yet" in problem.render("en")


def test_the_default_day_lies_within_the_term() -> None:
    assert 0 < DEFAULT_DAY < Loan("any", 1).term
