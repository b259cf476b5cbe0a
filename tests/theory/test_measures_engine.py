"""Measures beside claims: vintage default rate, stock of bad loans, firms served, recoveries in a downturn."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from scipy import stats

from simulator.answers.measure import World, measure
from simulator.runs import simulate
from tests.theory.agree import WAN, assert_mean, run, scheme

VOLUME = {"segments__fund__loans_by_year": [400.0, 400.0], "clock__months": 24, "gate__loan_cap": {}}


def test_vintage_default_rate_is_the_default_probability() -> None:
    """One-year loans at 5 % a year: of the loans made in a year 5 % default within 360 days, whenever that shows."""
    result = run(scheme("plain", segments__fund__firms=1_000_000, **VOLUME), 3_000, seed=61)
    made, lost = result.year_column("loans"), result.year_column("vintage_defaults")
    for year in range(2):
        assert_mean(f"vintage {year + 1}, less 5 %", lost[:, year] - 0.05 * made[:, year], 0.0, bound=0.05)
    assert (lost[:, 2] == 0).all()         # nothing is lent in the run-off
    assert (result.column("vintage_defaults_fen") == 100 * WAN * result.column("vintage_defaults")).all()


def test_stock_of_bad_loans_at_the_end_of_each_year() -> None:
    """Nothing is recovered within the window: bad loans are all defaults so far, and what is on the books is the rest.

    A delay of 20 years puts every recovery after the window; loans on the books = made - repaid.
    """
    result = run(scheme("plain", recovery__delay_mean=7_200, segments__fund__firms=1_000_000, **VOLUME), 300, seed=62)
    bad, books = result.year_column("npl_fen"), result.year_column("on_books_fen")
    lent, repaid = (result.year_column(name)[:, :2].cumsum(axis=1) for name in ("disbursed_fen", "repaid_fen"))
    assert (bad[:, :2] == result.year_column("defaulted_fen")[:, :2].cumsum(axis=1)).all()
    assert (books[:, :2] == lent - repaid).all()
    assert (result.column("npl_fen") == bad[:, 1]).all()
    without_years = run(scheme("plain", recovery__delay_mean=7_200, segments__fund__firms=1_000_000, **VOLUME), 300,
                        seed=62, years=False)
    assert (without_years.column("npl_fen") == bad[:, 1]).all()


def test_firms_served() -> None:
    """Of 50 firms, loans go to firms drawn with replacement: 100 loans a year reach 50 x (1 - exp(-100/50)) of them.

    The number of loans of a year is Poisson, so the chance to be left out is exp(-100/50). Firms that defaulted are
    not served again: defaults are next to none here.
    """
    kpi = {"firms": {"title": {"zh": "企业数", "en": "firms"}, "measure": "firms", "kind": "level", "level_count": 90,
                     "final_year": 2022}}
    result = run(scheme("plain", segments__fund__firms=50, firms__grades__only__pd=10, targets=kpi,
                        clock__months=24, segments__fund__loans_by_year=[100.0, 100.0]), 2_000, seed=63)
    served = result.year_column("firms")
    expected = 50 * (1 - math.exp(-100 / 50))
    for year in range(2):
        assert_mean(f"firms of year {year + 1}", served[:, year], expected, bound=0.02)
    assert (result.year_column("measure_firms") == served).all()


def test_recoveries_fall_with_the_factor() -> None:
    """Recovery 40 % of principal, downturn s: times exp(s W - s^2/2), W standard normal and fixed over the pool's year.

    Yearly step and one sector, so all loans of a path share W. Defaults come when W is low; given W their number is
    binomial with Vasicek's rate, so E[recovered] = n x .4 x E[p(W) exp(s W - s^2/2)] = n x .4 x E[p(W + s)], which is
    one integral. Proceeds never exceed the principal: at .4 x exp(.3 x 3) the cut is below one in a thousand.
    """
    s, pd, rho, n = 0.3, 0.05, 0.2, 200
    result = run(scheme("pool", book__loans=n, book__remaining=360, firms__grades__only__pd=50_000, macro__rho=200_000,
                        macro__step="year", macro__national_share=1_000_000, recovery__downturn=s, recovery__other=0,
                        recovery__delay_mean=30, lending__pledge_rate={"invention": 1_000_000},
                        recovery__type_factor={"invention": 400_000}, clock__months=12,
                        modes__alone__claim__overdue=0), 20_000, seed=64)
    w = stats.norm.ppf((np.arange(200_000) + 0.5) / 200_000)
    rate = stats.norm.cdf((stats.norm.ppf(pd) - math.sqrt(rho) * (w + s)) / math.sqrt(1 - rho))
    expected = n * 0.4 * float(rate.mean())
    recovered = result.column("recovered_fen") / (100 * WAN)
    # A default on day 360, one in 360, already looks at the next year; fen are cut down.
    assert_mean("recovered loans", recovered, expected, bound=expected * 0.003)


def test_the_share_of_bad_loans_when_the_window_ends() -> None:
    """400 one-year loans a year at 5 %: 20 of the first year's defaulted, of the second's 400 x (1 - .05 / -ln .95).

    Nothing is recovered, so those 30.1 are bad; on the books are they and the rest of the second year's: 420 in all.
    """
    made = scheme("plain", recovery__delay_mean=7_200, segments__fund__firms=1_000_000, **VOLUME)
    found = measure(World(made, 2_000, 64, partial(simulate, workers=2)), removals=False)["stress_npl", "base"]
    theory = (20 + 400 * (1 - 0.05 / -math.log(0.95))) / 420
    z = (found.value - theory) / found.se
    print(f"\nNPL ratio: theory {theory:.5f}, simulated {found.value:.5f}, z {z:+.2f}", end="")
    assert abs(found.value - theory) < 4 * found.se + 0.05 / 360         # a day's defaults
