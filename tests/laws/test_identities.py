"""Laws of whole runs that hold exactly, path by path: scaling, zero cases, run-off, the same applicants.

No expected value comes from a run alone: each compares two runs whose relation follows from the scheme.
"""

from __future__ import annotations

import os
from functools import cache

import numpy as np
import pytest

from simulator.runs import Results
from simulator.scheme.scenario import Scenario
from tests.theory.agree import run, scheme

COMPILED = os.environ.get("NUMBA_DISABLE_JIT", "0") == "0"
PATHS = 300 if COMPILED else 8
SEED = 61
MONEY = {
    "segments__fund__size__median": 80, "segments__middle__size__median": 150, "segments__large__size__median": 700,
    "gate__loan_cap__small__0__value": 600, "gate__firm_year_cap__0__value": 800,
    "pots__city__contributors__0__amount": 300, "pots__city__floor": 20, "pots__city__annual_budget": 60,
}                                          # 万元, every amount of scenarios/lending.yaml
NO_GATES = {"pots__city__leverage": None, "pots__city__annual_budget": None, "pots__city__floor": 0,
            "pots__city__contributors__0__amount": 10**14}
NO_RESPONSE = {"approval__uncovered": 500_000, "approval__covered": 500_000}


def lending(**values: object) -> Scenario:
    return scheme("lending", **values)


@cache
def base() -> Results:
    """The lending scheme as it stands: leverage, budget and floor bind, claims wait in a queue."""
    return run(lending(), PATHS, SEED)


def names(result: Results, unit: str) -> list[str]:
    return [c.name for c in result.columns if c.unit == unit]


def same(one: Results, two: Results, columns: list[str]) -> None:
    for name in columns:
        np.testing.assert_array_equal(one.column(name), two.column(name), err_msg=name)


def test_the_scheme_under_test_is_not_tame() -> None:
    """Laws about gates and shortage are empty where nothing is refused and nobody waits."""
    totals = {name: base().column(name).sum() for name in (
        "refused_leverage", "refused_firm_year_cap", "refused_bank", "covered_loans", "independent_loans",
        "matured_loans")}
    assert all(totals.values()), totals
    if COMPILED:
        assert (base().column("exhausted_day") >= 0).sum() > 10
        assert base().column("refused_budget").sum() + base().column("refused_floor").sum() > 0
        assert base().column("queue_days").sum() > 0


# --- scaling --------------------------------------------------------------------------------------

def test_twice_the_money_everywhere_changes_no_count_and_doubles_every_amount() -> None:
    """Loan sizes, caps, fund, floor and budget × 2, the fund by its scale: counts, days, flags and shares stay."""
    doubled = {path: 2 * 1_000_000 * wan for path, wan in MONEY.items() if "contributors" not in path}
    two = run(lending(**doubled), PATHS, SEED, scale_ppm=2_000_000)
    same(base(), two, [n for unit in ("count", "day", "flag") for n in names(two, unit)])
    for name in names(two, "fen"):
        np.testing.assert_array_equal(2 * base().column(name), two.column(name), err_msg=name)
    # Room is measured in whole thousandths of a yuan of covered principal, so that its use may differ in the last ppm.
    peak, twice = base().column("peak_use_ppm"), two.column("peak_use_ppm")
    assert (np.abs(peak - twice) <= 1 + peak // 100_000).all()


def test_recoveries_and_interest_double_to_the_fen() -> None:
    """Each recovery and each month's interest is cut to whole fen: a few fen a default and a month apart."""
    extra = {"recovery__type_factor__invention": 60_000, "recovery__noise": 0.5, "recovery__other": 200_000,
             "recovery__cost": 50_000, "pots__city__interest": 15_000}
    doubled = {path: 2 * 1_000_000 * wan for path, wan in MONEY.items() if "contributors" not in path}
    one = run(lending(**extra), PATHS, SEED)
    two = run(lending(**extra, **doubled), PATHS, SEED, scale_ppm=2_000_000)
    assert one.column("recovered_fen").sum() > 0 and one.column("interest_city_fen").sum() > 0
    counts = [n for n in names(two, "count") + names(two, "flag") if n != "queue_days"]
    same(one, two, counts)
    room = 4 * (one.column("defaults") + 24)
    for name in ("recovered_fen", "recovery_cost_fen", "refund_city_fen", "interest_city_fen", "paid_fund_fen",
                 "balance_city_fen", "liable_fund_fen"):
        assert (np.abs(2 * one.column(name) - two.column(name)) <= room).all(), name


@pytest.mark.parametrize("ip_share, fen_a_claim", [(1_000_000, 0), (333_333, 1)])
def test_a_share_of_80_for_50_multiplies_every_claim_by_1_6(ip_share: int, fen_a_claim: int) -> None:
    """Where approval does not respond to cover: covered parts of whole 万元 exactly, others within a fen a claim.

    ⌊.8x⌋ - 1.6⌊.5x⌋ lies between -1 and .8.
    """
    one, two = (run(lending(**NO_GATES, **NO_RESPONSE, gate__ip_share=ip_share, segments__fund__size__sigma=0.8,
                            modes__alone__terms__0__share=share), PATHS, SEED) for share in (500_000, 800_000))
    same(one, two, ["loans", "covered_fen", "defaults", "determined_fen", "disbursed_fen"])
    claims = one.column("covered_defaults")
    assert claims.sum() > 0
    for column in ("liable_fund_fen", "paid_fund_fen", "pot_paid_city_fen"):
        gap = 10 * two.column(column) - 16 * one.column(column)
        assert (np.abs(gap) <= 10 * fen_a_claim * claims).all(), column


def test_the_size_that_pays_everything_scales_with_the_share() -> None:
    """The largest net outflow, the capital that just suffices, is 1.6 times as large."""
    one, two = (run(lending(**NO_GATES, **NO_RESPONSE, modes__alone__terms__0__share=share), PATHS, SEED)
                for share in (500_000, 800_000))
    np.testing.assert_array_equal(16 * one.column("claims_net_peak_fen"), 10 * two.column("claims_net_peak_fen"))
    need = int(one.column("claims_net_peak_fen").max())
    for fund, short in ((need, False), (need - 1, True)):
        exact = NO_GATES | NO_RESPONSE | {"pots__city__contributors__0__amount": fund}
        result = run(lending(**exact, modes__alone__terms__0__share=500_000), PATHS, SEED)
        assert (result.column("exhausted_day") >= 0).any() == short


# --- zero cases -----------------------------------------------------------------------------------

def test_a_share_of_nothing_costs_nothing() -> None:
    result = run(lending(modes__alone__terms__0__share=0), PATHS, SEED)
    assert result.column("covered_defaults").sum() > 0
    assert result.column("liable_fund_fen").sum() == result.column("paid_fund_fen").sum() == 0
    assert (result.column("exhausted_day") == -1).all()
    same_as = result.column("determined_fen")
    assert (result.column("liable_lender_fen") == same_as).all()
    assert (result.column("borne_lender_fen") == same_as).all()


def test_a_fund_of_nothing_covers_nothing_under_leverage_and_fails_at_its_first_claim_without() -> None:
    empty = {"pots__city__contributors__0__amount": 0, "pots__city__floor": 0, "pots__city__annual_budget": None}
    result = run(lending(**empty), PATHS, SEED)
    assert result.column("covered_fen").sum() == 0
    assert (result.column("refused_leverage_fen") > 0).any()
    assert (result.column("exhausted_day") == -1).all()
    result = run(lending(**empty, pots__city__leverage=None), PATHS, SEED)
    claims = result.column("liable_fund_fen") > 0
    assert claims.any()
    assert ((result.column("exhausted_day") >= 0) == claims).all()
    assert result.column("paid_fund_fen").sum() == 0
    assert (result.column("unpaid_end_fen") == result.column("liable_fund_fen")).all()


def test_no_default_no_claim() -> None:
    result = run(lending(firms__grades__only__pd=0), PATHS, SEED)
    assert result.column("loans").sum() > 0
    for name in ("defaults", "determined_fen", "paid_fund_fen", "recovered_fen", "refused_barred", "open_loans"):
        assert result.column(name).sum() == 0, name
    assert (result.column("matured_loans") == result.column("loans")).all()
    assert (result.column("repaid_fen") == result.column("disbursed_fen")).all()
    assert (result.column("balance_city_fen") == result.column("contributed_city_fen")).all()


def test_full_cover_leaves_the_bank_what_is_outside_the_cover() -> None:
    result = run(lending(**NO_GATES, modes__alone__terms__0__share=1_000_000), PATHS, SEED)
    assert result.column("determined_fen").sum() > 0
    assert result.column("liable_lender_fen").sum() == 0
    assert (result.column("paid_fund_fen") == result.column("determined_fen")).all()
    inside = result.column("defaulted_fen") - result.column("outside_fen")
    assert (inside == result.column("determined_fen")).all()


def test_no_applicants_nothing_happens() -> None:
    none = {f"segments__{s}__loans_by_year": [0.0, 0.0] for s in ("fund", "middle", "large")}
    result = run(lending(**none), PATHS, SEED)
    kept = {"contributed_city_fen", "balance_city_fen", "balance_min_city_fen", "exhausted_day", "exhausted_day_city"}
    for column in result.columns:
        if column.name not in kept:
            assert result.column(column.name).sum() == 0, column.name
    assert (result.column("balance_city_fen") == 300 * 1_000_000).all()
    assert (result.column("exhausted_day") == -1).all()


def test_no_price_response_no_effect_of_price() -> None:
    """Dearer valuation changes who applies only where demand answers to cost: here the base year's price is as dear."""
    cheap, dear = run(lending(), PATHS, SEED), run(lending(lending__valuation_fee=50_000), PATHS, SEED)
    same(cheap, dear, [c.name for c in cheap.columns])


# --- order ----------------------------------------------------------------------------------------

def test_more_is_unpaid_with_the_run_off_than_without() -> None:
    within, ever = base().column("exhausted_in_window") == 1, base().column("exhausted_day") >= 0
    assert (ever[within]).all()
    liable = base().year_column("liable_fund_fen")
    assert (liable[:, :-1].sum(axis=1) <= base().column("liable_fund_fen")).all()
    if COMPILED:                           # the few paths of a run without compilation may hold no such claim
        assert liable[:, -1].sum() > 0     # claims of the last year's loans come after it
        assert ever.sum() > within.sum()


def test_the_same_applicants_whatever_the_fund() -> None:
    half = run(lending(), PATHS, SEED, scale_ppm=500_000)
    none = run(lending(), PATHS, SEED, no_fund=True)
    for other in (half, none):
        same(base(), other, ["applications", "applied_fen"])
    assert (none.column("loans") <= base().column("loans")).mean() > 0.5
    assert none.column("covered_loans").sum() == 0
    assert half.column("covered_fen").sum() < base().column("covered_fen").sum()


def test_fewer_loans_asked_for_are_some_of_those_asked_for() -> None:
    """Two thirds of the applicants under the same dominating stream: a stretch of 1.5 restores its rate."""
    two_thirds = {f"segments__{s}__loans_by_year": [v * 2 / 3 for v in by] for s, by in (
        ("fund", (30.0, 40.0)), ("middle", (20.0, 30.0)), ("large", (3.0, 4.0)))}
    less = run(lending(**two_thirds), PATHS, SEED, stretch=1.5)
    assert (less.column("applications") <= base().column("applications")).all()
    assert (less.column("applied_fen") <= base().column("applied_fen")).all()
    assert less.column("applications").sum() < base().column("applications").sum()
