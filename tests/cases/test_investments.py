"""The pot for investment subsidies, worked by hand, through both engines; and how many investments there are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator.engine.loop.state import new_state
from simulator.engine.loop.sweep import clear
from simulator.engine.loop.yearly import invest
from simulator.engine.story.calendar import CalendarDesk
from simulator.engine.story.pots import Purses
from simulator.engine.story.subsidies import SubsidyDesk
from simulator.engine.story.world import World
from simulator.engine.tables import Tables, compile_scheme
from simulator.runs import simulate
from simulator.scheme import Scenario
from tests.cases.case_life import fen, read_yaml, scenario_of

CASE = read_yaml(Path(__file__).parent / "investments" / "dalian.yaml")
COLUMNS = ("subsidy_use_fen", "unmet_use_fen", "subsidy_to_investors_fen")


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return scenario_of(CASE["scenario"], tmp_path_factory.mktemp("case"))


def asked(example: dict[str, Any]) -> list[tuple[int, int, bool]]:
    """(ticket in fen, number of the invested firm, whether a local investor pays) of each investment."""
    names = sorted(set(example["firms"]))
    local = example.get("by_local_investor", [False] * len(example["tickets"]))
    return [(fen(ticket), names.index(firm), by) for ticket, firm, by in
            zip(example["tickets"], example["firms"], local, strict=True)]


def totals(tables: Tables, years: np.ndarray) -> list[int]:
    """Paid, unmet and paid to investors, over all years."""
    names = [column.name for column in tables.layout.yearly()]
    return [int(years[:, names.index(column)].sum()) for column in COLUMNS]


@pytest.mark.parametrize("n", range(len(CASE["examples"])))
def test_compiled(n: int, scenario: Scenario) -> None:
    example, tables = CASE["examples"][n], compile_scheme(scenario)
    st, paid = new_state(tables.law, 16.0), [0]
    clear(tables.law, st, 1, 0)
    for ticket, firm, local in asked(example):
        invest(tables.law, st, ticket, firm, int(local), 0, 0)
        paid.append(totals(tables, st.years)[0])
    assert np.diff(paid).tolist() == [fen(amount) for amount in example["paid"]]
    assert totals(tables, st.years)[1:] == [fen(example["unmet"]), fen(example["investors"])]


@pytest.mark.parametrize("n", range(len(CASE["examples"])))
def test_told(n: int, scenario: Scenario) -> None:
    example, tables = CASE["examples"][n], compile_scheme(scenario)
    world = World(tables, 1, 0, True)
    desk = CalendarDesk(world, SubsidyDesk(world, Purses(world)))
    paid = [desk.invest(ticket, firm, local, 0) for ticket, firm, local in asked(example)]
    assert paid == [[fen(amount)] for amount in example["paid"]]
    assert totals(tables, world.years)[1:] == [fen(example["unmet"]), fen(example["investors"])]
    to_investors = sum(row.amount_fen for row in world.ledger if row.party == "investor")
    assert to_investors == fen(example["investors"])


def test_as_many_investments_as_stated(scenario: Scenario) -> None:
    """Twelve a year for two years on 600 paths: a Poisson number of 14,400, within four standard errors."""
    run = simulate(scenario, 600, 5)
    assert abs(int(run.column("investments").sum()) - 14_400) < 4 * 120
    largest = run.column("subsidy_use_fen").max()
    assert largest <= fen(2000)
