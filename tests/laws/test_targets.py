"""Targets: the four readings of a growth, exactly at the edge and one fen below."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.answers.targets import evaluate, evaluate_all, growth_met, jointly
from simulator.engine.layout import NOT_PROMISED
from simulator.engine.support_table import promises
from tests.laws.results_fake import FakeResults, scheme

GROWTH = 300_000


def met(values: list[int], base: int, reading: str, growth: int = GROWTH) -> bool:
    return bool(growth_met(np.array([values]), Fraction(base), growth, reading)[0])


@pytest.mark.parametrize(
    ("reading", "values", "kept"),
    [
        # 1000 → 1300 → 1690 → 2197 is exactly +30 % a year; one less in the deciding place is not.
        ("cagr", [0, 0, 2197], True),
        ("cagr", [9999, 9999, 2196], False),
        ("path", [1300, 1690, 2197], True),
        ("path", [0, 0, 5187], True),
        ("path", [0, 0, 5186], False),
        ("every_year", [1300, 1690, 2197], True),
        ("every_year", [1299, 1690, 2197], False),
        ("every_year", [1301, 1691, 2300], False),  # 1301 × 1.3 = 1691.3
        ("mean_yoy", [1300, 1690, 2197], True),
        ("mean_yoy", [2000, 1000, 1400], True),  # 2 + .5 + 1.4 = 3.9 = 3 × 1.3, a tie in fractions
        ("mean_yoy", [2000, 1000, 1399], False),
        ("mean_yoy", [0, 5000, 9000], False),  # no rate after a year of nothing
    ],
)
def test_reading_at_the_edge(reading: str, values: list[int], kept: bool) -> None:
    assert met(values, 1000, reading) is kept


@given(st.integers(1, 10**13), st.integers(0, 2_000_000), st.integers(1, 6))
def test_edge_is_exact_for_large_money(base: int, growth: int, years: int) -> None:
    edge = -(-base * (1_000_000 + growth) ** years // 1_000_000**years)
    if edge < 2**62:
        below = [0] * (years - 1)
        assert met([*below, edge], base, "cagr", growth)
        assert not met([*below, edge - 1], base, "cagr", growth)


@given(
    st.lists(st.integers(1, 10**12), min_size=3, max_size=3), st.integers(1, 10**12), st.integers(0, 10**6)
)
def test_keeping_every_year_keeps_the_other_readings(values: list[int], base: int, growth: int) -> None:
    if met(values, base, "every_year", growth):
        assert met(values, base, "cagr", growth)
        assert met(values, base, "path", growth)
        assert met(values, base, "mean_yoy", growth)


def target(**parts: object) -> SimpleNamespace:
    named = {
        "measure": "count",
        "kind": "growth",
        "growth": GROWTH,
        "reading": "cagr",
        "base": "market",
        "final_year": 2021,
        "partial": False,
        "level_amount": None,
        "level_count": None,
        "over": "window",
        "level_share": None,
        "covered_only": False,
    }
    return SimpleNamespace(**{**named, **parts})


def run(targets: dict[str, SimpleNamespace], years: dict[str, list[list[int]]], paths: int = 2) -> FakeResults:
    tables = SimpleNamespace(base_count=lambda _: 30, base_amount_fen=lambda _: 1000)
    return FakeResults(scheme(targets=targets), paths, {}, years, tables)


def test_final_year_ends_the_count_and_run_off_never_counts() -> None:
    years = {"measure_items": [[0, 0, 65, 0], [0, 0, 66, 900]]}  # 30 × 1.3³ = 65.91
    assert evaluate(run({"items": target()}, years), "items").met.tolist() == [False, True]
    early = {"measure_items": [[0, 51, 0, 0], [0, 50, 999, 0]]}  # 30 × 1.3² = 50.7
    assert evaluate(run({"items": target(final_year=2020)}, early), "items").met.tolist() == [True, False]


def test_level_is_a_sum_over_the_programme() -> None:
    goal = target(kind="level", level_count=340.0)
    years = {"measure_items": [[100, 120, 120, 500], [100, 120, 119, 500]]}
    assert evaluate(run({"items": goal}, years), "items").met.tolist() == [True, False]


def test_level_of_the_final_year_is_that_years_own_figure() -> None:
    goal = target(kind="level", level_count=120.0, over="final_year")
    years = {"measure_items": [[0, 0, 120, 500], [500, 500, 119, 500]]}
    assert evaluate(run({"items": goal}, years), "items").met.tolist() == [True, False]


def test_a_share_is_of_all_loans_or_of_covered_ones() -> None:
    """9 of 10 covered loans keep 90 %, 89 of 100 do not; where nothing is covered nothing is missed."""
    years = {"measure_items": [[9, 0, 0, 7], [89, 0, 0, 0], [0, 0, 0, 0]],
             "covered_loans": [[10, 0, 0, 0], [50, 25, 25, 0], [0, 0, 0, 5]],
             "loans": [[9, 0, 0, 9], [98, 0, 0, 9], [0, 0, 0, 9]]}
    part = {"kind": "share", "level_share": 900_000}
    of_covered, of_all = (evaluate(run({"items": target(**part, covered_only=only)}, years, 3), "items").met
                          for only in (True, False))
    assert of_covered.tolist() == [True, False, True]
    assert of_all.tolist() == [True, True, True]


def test_what_programmes_ask_of_each_year_under_a_level() -> None:
    """Of three years together: a third more each year. Of the last alone: nothing before it."""
    together, last = (target(kind="level", level_count=301.0, over=over) for over in ("window", "final_year"))
    assert promises(together, Fraction(0), 3, 2018) == [101, 201, 301]
    assert promises(last, Fraction(0), 3, 2018) == [NOT_PROMISED, NOT_PROMISED, 301]


@pytest.mark.parametrize(
    ("parts", "reason"),
    [({"base": "none"}, "no_base"), ({"measure": "insured"}, "no_base"), ({"final_year": 2022}, "window")],
)
def test_what_cannot_be_evaluated_says_why(parts: dict[str, object], reason: str) -> None:
    outcome = evaluate(run({"items": target(**parts)}, {}), "items")
    assert outcome.met is None
    assert outcome.reason == reason


def test_joint_probability_leaves_out_what_cannot_be_evaluated() -> None:
    targets = {"items": target(), "amount": target(measure="amount"), "insured": target(measure="insured")}
    years = {
        "measure_items": [[0, 0, 66, 0], [0, 0, 66, 0]],
        "measure_amount_fen": [[0, 0, 2197, 0], [0, 0, 2196, 0]],
    }
    outcomes = evaluate_all(run(targets, years))
    assert jointly(outcomes).tolist() == [True, False]
    assert jointly({"insured": outcomes["insured"]}) is None
