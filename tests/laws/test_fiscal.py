"""The public budget: every cell by hand, and the whole reconciling to the fen."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.answers.fiscal import budget, divide, level_weights, present_value, subsidies
from tests.laws.results_fake import FakeResults, scheme


def part(level: str, amount: int, match: SimpleNamespace | None = None) -> SimpleNamespace:
    return SimpleNamespace(level=level, amount=amount, match=match)


def city_run() -> FakeResults:
    match = SimpleNamespace(level="city", amount=1600)
    scenario = scheme(
        pots={
            "dalian": SimpleNamespace(contributors=[part("central", 800, match)]),
            "mixed": SimpleNamespace(contributors=[part("city", 1), part("enterprise", 1)]),
        },
        programmes={"interest": SimpleNamespace(level="city", pot=None)},
        payers={"fund": SimpleNamespace(public=True, accounts=["dalian"])},
    )
    years = {
        "pot_paid_dalian_fen": [[100, 0, 0, 200]],
        "refund_dalian_fen": [[0, 0, 0, 31]],
        "interest_dalian_fen": [[9, 9, 9, 0]],
        "pot_paid_mixed_fen": [[0, 11, 0, 0]],
        "subsidy_interest_fen": [[5, 6, 7, 8]],
    }
    return FakeResults(scenario, 1, {}, years)


def test_match_counts_as_its_level() -> None:
    assert level_weights(city_run().scenario.pots["dalian"]) == {"central": 800, "city": 1600}


def test_cells_by_hand() -> None:
    cells = budget(city_run()).cells
    assert cells["central", "compensation"].tolist() == [[33, 0, 0, 66]]
    assert cells["city", "compensation"].tolist() == [[67, 5, 0, 134]]
    assert cells["enterprise", "compensation"].tolist() == [[0, 6, 0, 0]]
    assert cells["central", "recovery"].tolist() == [[0, 0, 0, -10]]
    assert cells["city", "interest"].tolist() == [[5, 6, 7, 8]]


def test_budget_reconciles_with_the_columns() -> None:
    run = city_run()
    total = (
        run.year_column("pot_paid_dalian_fen")
        - run.year_column("refund_dalian_fen")
        - run.year_column("interest_dalian_fen")
        + run.year_column("pot_paid_mixed_fen")
        + subsidies(run)
    )
    assert (budget(run).where(levels=None) == total).all()
    enterprise = budget(run).where(levels=("enterprise",))
    assert (budget(run).where() == total - enterprise).all()


@given(
    st.lists(st.integers(0, 10**15), min_size=1, max_size=5),
    st.lists(st.integers(1, 10**12), min_size=1, max_size=4),
)
def test_division_never_loses_a_fen(amounts: list[int], weights: list[int]) -> None:
    named = {f"level{i}": weight for i, weight in enumerate(weights)}
    parts = divide(np.array(amounts), named)
    assert sum(parts.values()).tolist() == amounts
    for name, weight in named.items():
        exact = np.array(amounts, dtype=float) * weight / sum(weights)
        assert np.all(np.abs(parts[name] - exact) <= 4 + 5e-6 * np.array(amounts, dtype=float))


def test_present_value_at_mid_year() -> None:
    # 100 at half a year and 100 at a year and a half, 4 %: 100/1.04^.5 + 100/1.04^1.5 = 98.0581 + 94.2866
    assert present_value(np.array([[100, 100]]), 40_000)[0] == pytest.approx(192.34467, abs=1e-4)
