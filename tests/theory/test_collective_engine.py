"""Clusters through the engine: contagion, shared frailty, the others' pace; laws of line and reserve.

Books of equal loans on day 0, one a firm, so that every member of a cluster has one loan for 360 days.
"""

from __future__ import annotations

import math
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pytest

from simulator.runs import Results
from simulator.scheme.scenario import Scenario
from tests.theory.agree import WAN, agrees, assert_mean, assert_variance, mean_z, run, scheme

LINE = 10**6 * WAN                         # never full unless a test says so
ANCHOR_DAY, WINDOW = 90, 60


def chain(clusters: int, members: int, **more: Any) -> dict[str, Any]:
    """One collective on the segment of the plain schemes."""
    return {"chain": {"title": {"zh": "链", "en": "chain"}, "segment": "fund", "clusters": clusters, "members": members,
                      "line": LINE} | more}


def pool(clusters: int, members: int, pd: int, group: dict[str, Any], **values: object) -> Scenario:
    """Each of clusters × members firms with one loan."""
    firms = clusters * members
    return scheme("pool", book__loans=firms, segments__fund__firms=firms, firms__grades__only__pd=pd,
                  modes__alone__claim__overdue=0, collective=chain(clusters, members, **group), **values)


# --- contagion -------------------------------------------------------------------------------------------

KAPPA = 300_000
FAILS = {"anchor_grade": "only", "anchor_fails": date(2021, 4, 1),          # day 90
         "contagion": {"probability": KAPPA, "window": WINDOW}}


def test_without_a_hazard_of_their_own_kappa_of_the_members_follow_their_anchor() -> None:
    """Nobody before, κ in all, the days 1 … 60 after it equally likely; months end on days 119, 149 and 179."""
    result = run(pool(30, 10, 0, FAILS), 2_000, seed=61, months=True)
    left = result.months["outstanding_fen"].to_numpy().reshape(2_000, -1) / (300 * 100 * WAN)
    assert (left[:, 2] == 1.0).all()
    for month, day in ((3, 119), (4, 149), (5, 179)):
        gone = 0.3 * min(WINDOW, day - ANCHOR_DAY) / WINDOW
        assert_mean(f"members gone by day {day}", 1.0 - left[:, month], gone)
    assert (left[:, 5] == left[:, 10]).all()                                # and nobody after
    assert (result.column("contagion_firms") == result.column("defaults")).all()
    assert (result.column("anchor_defaults") == 30).all()


def test_with_a_hazard_of_their_own_both_take_their_part() -> None:
    """A member survives the year if it would have, 97 %, and was spared, 70 %: the window ends before its maturity."""
    result = run(pool(30, 10, 30_000, FAILS), 2_000, seed=62)
    assert_mean("defaults", result.column("defaults") / 300, 1.0 - 0.97 * 0.7)
    # Live on day 90 are .97^(1/4) of them, those that default on day 90 itself gone before the anchor: a day's hazard.
    hit = 0.3 * 0.97 ** (ANCHOR_DAY / 360)
    assert_mean("hit", result.column("contagion_firms") / 300, hit, bound=0.03 / 360)


# --- frailty ---------------------------------------------------------------------------------------------

def moment(k: int, variance: float, hazard: float) -> float:
    """E exp(−k·h·G) of a gamma variate of mean one: its Laplace transform."""
    return (1.0 + variance * k * hazard) ** (-1.0 / variance)


@pytest.mark.parametrize("variance", [0.5, 2.0])
def test_shared_frailty_spreads_the_count_of_a_cluster(variance: float) -> None:
    """One cluster of 20, PD 10 %: given G each defaults with q = 1 − .9^G; the variance is E nq(1 − q) + n² Var q.

    The gamma's quantiles are read from a table, linear between its points: an error of 1e-3 of the variance at most.
    """
    n, hazard = 20, -math.log(0.9)
    first, second = moment(1, variance, hazard), moment(2, variance, hazard)
    spread = n * (first - second) + n * n * (second - first**2)
    lost = run(pool(1, n, 100_000, {"frailty": variance}), 40_000, seed=63).column("defaults")
    assert_mean(f"defaults, frailty {variance}", lost, n * (1.0 - first), bound=1e-3 * n * (1.0 - first))
    assert_variance(f"variance of defaults, frailty {variance}", lost, spread, bound=1e-3 * spread)


# --- the others' pace ------------------------------------------------------------------------------------

def expected_of_two(hazard: float, effect: float) -> float:
    """Defaults of a pair in a year: the first comes at twice the hazard, the second at (1 + effect) times it."""
    fast, slow = 2.0 * hazard, (1.0 + effect) * hazard
    one = (fast * math.exp(-fast) if fast == slow
           else fast * (math.exp(-slow) - math.exp(-fast)) / (fast - slow))
    return one + 2.0 * (1.0 - math.exp(-fast) - one)


def of_pairs(effect: float, theory: float, seed: int = 64) -> float:
    """z of the defaults of pairs, PD 30 %. The second's pace changes on the evening of the first: a day's hazard."""
    hazard = -math.log(0.7)
    lost = run(pool(150, 2, 300_000, {"joint_effect": round(effect * 1e6)}), 2_000, seed=seed).column("defaults")
    return mean_z(f"joint effect {effect:+.0%}", lost / 150, theory, bound=abs(effect) * hazard / 360)


@pytest.mark.parametrize("effect", [-0.5, 0.0, 0.5, 1.0])
def test_a_default_changes_the_others_pace(effect: float) -> None:
    assert agrees(of_pairs(effect, expected_of_two(-math.log(0.7), effect)))


def test_an_effect_of_a_tenth_would_be_noticed() -> None:
    assert not agrees(of_pairs(0.1, expected_of_two(-math.log(0.7), 0.0)))


# --- line and reserve ------------------------------------------------------------------------------------

@cache
def one_tight_line() -> Results:
    """One cluster of 40 firms that asks for about 50 loans of 100 a year under a line of 1,500; many default."""
    group = {"reserve": 50_000, "line": 1_500 * WAN, "anchor_grade": "only",
             "contagion": {"probability": 200_000, "window": 90}}
    rows = [{"step": 1, "payer": "reserve", "share": 1_000_000, "of": "remaining"},
            {"step": 2, "payer": "fund", "share": 500_000, "of": "remaining"}]
    payers = {"reserve": {"kind": "reserve"}, "fund": {"kind": "pot", "accounts": ["city"]}}
    return run(scheme("plain", clock__months=24, segments__fund__firms=40, segments__fund__loans_by_year=[50.0, 50.0],
                      firms__grades__only__pd=200_000, recovery__other=300_000, payers=payers, modes__alone__terms=rows,
                      collective=chain(1, 40, **group)), 500, seed=65)


def test_never_more_is_drawn_than_the_line() -> None:
    """With one cluster the largest use of all lines is its own; here it is often full."""
    use = one_tight_line().column("line_use_ppm")
    assert use.max() == 1_000_000 and (use > 900_000).mean() > 0.5
    assert one_tight_line().column("refused_line").sum() > 1_000


def test_the_reserve_is_what_came_in_less_what_went_out_and_never_negative() -> None:
    """In − out − borne + back from year to year; in the end only what its borrowers could not be given back is left."""
    result = one_tight_line()
    flows = [result.year_column(f"{name}_fen").astype(np.int64)
             for name in ("reserve_in", "reserve_out", "borne_reserve", "back_reserve")]
    balance = np.cumsum(flows[0] - flows[1] - flows[2] + flows[3], axis=1)
    assert (balance >= 0).all()
    assert flows[2].sum() > 0 and flows[3].sum() > 0
    assert (flows[0] * 20 == result.year_column("line_drawn_fen")).all()    # deposits of 5 %
    assert (flows[1].sum(axis=1) <= flows[0].sum(axis=1)).all()
