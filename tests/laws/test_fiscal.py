"""The public budget: every cell by hand, and the whole reconciling to the fen."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.answers.fiscal import budget, divide, in_order, level_weights, present_value, subsidies
from tests.laws.results_fake import FakeResults, scheme


def pot(*contributors: SimpleNamespace) -> SimpleNamespace:
    return SimpleNamespace(contributors=list(contributors), attribution="pro_rata")


def part(level: str, amount: int, match: SimpleNamespace | None = None) -> SimpleNamespace:
    return SimpleNamespace(level=level, amount=amount, match=match)


def city_run() -> FakeResults:
    match = SimpleNamespace(level="city", amount=1600)
    scenario = scheme(
        pots={
            "dalian": pot(part("central", 800, match)),
            "mixed": pot(part("city", 1), part("enterprise", 1)),
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


def test_the_first_contributors_money_goes_first() -> None:
    """Central 800, then city 1,600: claims of 500, 500 and 2,000; the city has what lies above both."""
    parts = in_order(np.array([[500, 500, 2000, 0]]), {"central": 800, "city": 1600})
    assert parts["central"].tolist() == [[500, 300, 0, 0]]
    assert parts["city"].tolist() == [[0, 200, 2000, 0]]


def test_zhanjiangs_private_investor_bears_a_third() -> None:
    """Province, city and an institution put in 500 each: of 100 paid, 33 + 33, and the last 34."""
    parts = divide(np.array([[100]]), {"province": 500, "city": 500, "agency": 500})
    assert {level: int(part[0, 0]) for level, part in parts.items()} == {"province": 33, "city": 33, "agency": 34}


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=6),
       st.lists(st.integers(1, 10**12), min_size=1, max_size=4))
def test_money_in_order_is_all_the_money(amounts: list[int], put_in: list[int]) -> None:
    weights = {str(n): amount for n, amount in enumerate(put_in)}
    parts = in_order(np.array([amounts]), weights)
    assert sum(parts.values()).tolist() == [amounts]
    for level, amount in list(weights.items())[:-1]:
        assert parts[level].sum() <= amount and parts[level].min() >= 0


def test_a_pot_says_whose_money_goes_first() -> None:
    run = city_run()
    run.scenario.pots["dalian"].attribution = "order"
    cells = budget(run).cells
    assert cells["central", "compensation"].tolist() == [[100, 0, 0, 200]]     # 300 of its 800
    assert cells["central", "recovery"].tolist() == [[0, 0, 0, -31]]
    assert cells["central", "earned"].tolist() == [[-3, -3, -3, 0]]            # interest is everybody's, 800 : 1,600
