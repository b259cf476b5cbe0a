"""A fixed pool under one Gaussian factor through the engine: Vasicek's model and its exact finite-pool version."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy import stats

from simulator.answers.closed_forms import capped_mean, exceedance, pool_distribution, vasicek_cdf, vasicek_quantile
from simulator.runs import Results
from tests.theory.agree import (
    LIMIT,
    WAN,
    agrees,
    assert_mean,
    assert_quantile,
    assert_share,
    assert_variance,
    mean_z,
    run,
    scheme,
)

POOL = pool_distribution(300, 0.05, 0.12)
PATHS = 40_000
LOAN = 100 * WAN


@cache
def finite(capital_ppm: int = 0) -> Results:
    """300 loans of 100 万元, PD 5 %, one-year correlation .12, a year's step, the fund bears everything.

    ``capital_ppm``: the fund's capital over the mean loss of 15 loans; 0 is a fund that never runs out.
    """
    scenario = scheme("pool", macro__rho=120_000, firms__grades__only__pd=50_000)
    if capital_ppm:
        fund = scheme("pool", macro__rho=120_000, firms__grades__only__pd=50_000,
                      pots__city__contributors__0__amount=15 * LOAN)
        return run(fund, PATHS, seed=21, scale_ppm=capital_ppm)
    return run(scenario, PATHS, seed=21)


def test_moments_of_the_number_of_defaults() -> None:
    """one_factor_gaussian.json, finite: mean 15, sd 12.171325504659082, no default .011909334784927476."""
    lost = finite().column("defaults")
    assert_mean("defaults of 300", lost, 15.0)
    assert_variance("their variance", lost, 12.171325504659082**2)
    assert_share("no default", lost == 0, 0.011909334784927476)


@pytest.mark.parametrize("level, defaults", [(0.5, 12), (0.9, 31), (0.95, 39), (0.99, 57), (0.995, 65),
                                             (0.999, 83)])
def test_quantiles_of_the_number_of_defaults(level: float, defaults: int) -> None:
    """one_factor_gaussian.json, finite, quantiles; and the distribution function there, which is finer."""
    lost = finite().column("defaults")
    assert_quantile("defaults of 300", lost, level, defaults)
    assert_share(f"at most {defaults}", lost <= defaults, float(POOL[:defaults + 1].sum()))


def test_the_whole_distribution() -> None:
    """Chi-square against the exact distribution, cells of at least 20 expected paths."""
    lost = finite().column("defaults")
    expected, seen = POOL * PATHS, np.bincount(lost, minlength=301)
    cells = np.minimum((np.cumsum(expected) / 20.0).astype(int), int(PATHS / 20.0) - 2)
    _, cells = np.unique(cells, return_inverse=True)
    e, o = np.bincount(cells, expected), np.bincount(cells, seen)
    chi2 = float(((o - e) ** 2 / e).sum())
    print(f"\n{len(e)} cells: chi-square {chi2:.1f}, p {stats.chi2.sf(chi2, len(e) - 1):.3f}, n {PATHS}", end="")
    assert e.min() > 5.0
    assert stats.chi2.sf(chi2, len(e) - 1) > 2 * stats.norm.sf(LIMIT)


@pytest.mark.parametrize("ppm, paid, exhausted", [(1_000_000, 10.46535886704553, 0.3717960710131418),
                                                  (1_500_000, 12.620448016872185, 0.20583797311488855),
                                                  (2_000_000, 13.759885767409841, 0.1032643923385649),
                                                  (3_000_000, 14.66445708698761, 0.028088818847897476)])
def test_a_fund_liable_up_to_its_balance(ppm: int, paid: float, exhausted: float) -> None:
    """one_factor_gaussian.json, finite, caps: E min(loss, capital) and P(loss > capital), capital 1 … 3 times 15."""
    result = finite(ppm)
    assert_mean(f"paid from {ppm / 1e6} mean losses", result.column("paid_fund_fen") / LOAN, paid)
    assert_share("exhausted", result.column("exhausted_day") >= 0, exhausted)
    assert_mean("not paid", result.column("lapsed_fund_fen") / LOAN, 15.0 - paid)
    total = result.column("paid_fund_fen") + result.column("lapsed_fund_fen")
    assert (total == LOAN * result.column("defaults")).all()
    assert (result.column("balance_city_fen") == 15 * LOAN * ppm // 1_000_000 - result.column("paid_fund_fen")).all()


def test_claims_of_the_last_months_exhaust_the_fund_in_the_run_off() -> None:
    """Defaults up to day 360 fall due 120 days later: only part of the exhaustions lies within the window."""
    early, ever = finite(2_000_000).column("exhausted_in_window"), finite(2_000_000).column("exhausted_day") >= 0
    assert early.sum() < ever.sum()
    assert (ever[early == 1]).all()


# --- large pools ------------------------------------------------------------------------------------------

LARGE, LARGE_PATHS = 3_000, 6_000
LEVELS = [(0.95, 0.12589397593519241), (0.99, 0.18556492816817988), (0.999, 0.2701775988533518)]


@cache
def large() -> np.ndarray:
    book = scheme("pool", macro__rho=120_000, firms__grades__only__pd=50_000, book__loans=LARGE)
    return run(book, LARGE_PATHS, seed=22).column("defaults") / LARGE


@pytest.mark.parametrize("level, rate", LEVELS)
def test_large_pool_quantiles(level: float, rate: float) -> None:
    """one_factor_gaussian.json, lhp, PD 5 %, rho .12. The pool of 3,000 is not infinite: its quantile lies higher by
    the granularity adjustment, of order 1/n (test_closed_forms: less than 3/n), far inside the ranks' interval."""
    assert vasicek_quantile(level, 0.05, 0.12) == pytest.approx(rate, rel=1e-8)
    assert_quantile("rate of 3,000 loans", large(), level, rate)


@pytest.mark.parametrize("pd, rho, level, rate", [(0.01, 0.12, 0.99, 0.0525265921288146),
                                                  (0.02, 0.2, 0.99, 0.12860982493247136),
                                                  (0.03, 0.1, 0.99, 0.11370042836916827),
                                                  (0.05, 0.2, 0.95, 0.15467771943970438)])
def test_other_grades_and_correlations(pd: float, rho: float, level: float, rate: float) -> None:
    """one_factor_gaussian.json, lhp."""
    book = scheme("pool", macro__rho=round(rho * 1e6), firms__grades__only__pd=round(pd * 1e6), book__loans=LARGE)
    assert_quantile(f"PD {pd}, rho {rho}", run(book, 3_000, seed=23).column("defaults") / LARGE, level, rate)


def test_large_pool_capped_losses() -> None:
    """one_factor_gaussian.json, lhp with a cap of 10 %: excess .0037248784671151877, exceeded .10065550237319065.

    A pool of n spreads the rate by binomial noise of variance .1 x .9/n at the cap. With a density f of the rate
    there the excess grows by f/2 times that, and the quantile moves by less than 3/n (test_closed_forms), so the
    probability by less than 3f/n; f is below 3.
    """
    f = 3.0
    assert (vasicek_cdf(0.101, 0.05, 0.12) - vasicek_cdf(0.099, 0.05, 0.12)) / 0.002 < f
    over = np.maximum(large() - 0.1, 0.0)
    assert_mean("excess over 10 %", over, 0.0037248784671151877, bound=f / 2.0 * 0.09 / LARGE)
    assert_share("rate above 10 %", large() > 0.1, 0.10065550237319065, bound=3.0 * f / LARGE)


# --- a month's step ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("pd, rho, persistence", [(0.05, 0.12, 0.95), (0.02, 0.2, 0.8), (0.05, 0.12, 0.0)])
def test_monthly_factors_keep_mean_and_variance_of_the_one_year_rate(pd: float, rho: float,
                                                                     persistence: float) -> None:
    """Whatever the persistence, the pool of n has variance V + (p - p^2 - V)/n, V = P(two default) - p^2.

    For PD 5 %, rho .12, P(two default) is .003992655123080779 (one_factor_gaussian.json); else the exact pool of 2.
    """
    both = 0.003992655123080779 if pd == 0.05 else float(pool_distribution(2, pd, rho)[2])
    book = scheme("pool", macro__rho=round(rho * 1e6), macro__persistence=persistence, macro__step="month",
                  firms__grades__only__pd=round(pd * 1e6), book__loans=1_000)
    rate = run(book, 20_000, seed=24).column("defaults") / 1_000
    spread = both - pd * pd
    assert_mean(f"rate, PD {pd}, rho {rho}, persistence {persistence}", rate, pd)
    assert_variance("its variance", rate, spread + (pd - pd * pd - spread) / 1_000)


def test_two_sectors_share_the_national_part_only() -> None:
    """National share 70 %, two sectors of half the firms each, a year's step: a pair of firms defaults together with
    correlation rho in one sector and .7 rho across; each factor is an annual draw."""
    rho, share, n = 0.2, 0.7, 1_000
    book = scheme("sectors", macro__rho=200_000, book__loans=n)
    rate = run(book, 20_000, seed=25).column("defaults") / n
    same, other = (float(pool_distribution(2, 0.05, r)[2]) - 0.0025 for r in (rho, share * rho))
    pair = (same + other) / 2.0            # firms draw their sector independently
    assert_mean("rate of two sectors", rate, 0.05)
    assert_variance("its variance", rate, pair + (0.05 - 0.0025 - pair) / n)


def test_a_correlation_of_15_for_12_goes_red() -> None:
    """Power: the exhaustion probability of a fund of two mean losses moves from .1033 to about .115."""
    wrong = exceedance(pool_distribution(300, 0.05, 0.15), 30.0)
    unpaid = capped_mean(POOL, 30.0) - capped_mean(pool_distribution(300, 0.05, 0.15), 30.0)
    hits = finite(2_000_000).column("exhausted_day") >= 0
    assert wrong - 0.1032643923385649 > 0.005 and unpaid > 0.1
    assert not agrees(mean_z("exhausted, theory at rho .15", hits, wrong))
    assert not agrees(mean_z("paid, theory at rho .15", finite(2_000_000).column("paid_fund_fen") / LOAN,
                             capped_mean(POOL, 30.0) - unpaid))
