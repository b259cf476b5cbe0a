"""Constant hazard through the engine: default probabilities, dates, firms with many loans (PD per 360 days)."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tests.theory.agree import WAN, agrees, assert_mean, assert_share, mean_z, run, scheme

LOANS, PATHS = 1_000, 1_000                # a million independent loans
PD = 0.03
HAZARD = 0.030459207484708574              # -log(1 - .03), closed_forms.json "constant_hazard"


@pytest.mark.parametrize("days, default", [(180, 0.015114219820389518), (360, 0.03), (720, 0.0591),
                                           (1080, 0.087327)])
def test_default_probability_of_a_bullet(days: int, default: float) -> None:
    """closed_forms.json "constant_hazard", cum_pd; exact to the day, because terms are whole days."""
    book = scheme("pool", book__loans=LOANS, book__remaining=days, firms__grades__only__pd=30_000)
    lost = run(book, PATHS, seed=11).column("defaults")
    assert_mean(f"default within {days} days", lost / LOANS, default)
    # Loans are independent: the defaults of a path are binomial.
    assert_share(f"path without more than the median, {days} days",
                 lost <= stats.binom.median(LOANS, default), stats.binom.cdf(stats.binom.median(LOANS, default),
                                                                            LOANS, default))


def test_what_is_owed_at_default_of_a_loan_in_instalments() -> None:
    """Four quarterly parts: who defaults in quarter k, its last day included, owes 1 − (k − 1)/4 of the principal."""
    book = scheme("pool", book__loans=LOANS, book__remaining=360, firms__grades__only__pd=30_000,
                  segments__fund__instalments=90)
    result = run(book, PATHS, seed=14)
    alive = (1.0 - PD) ** (np.arange(5) / 4.0)
    owed = float(((alive[:-1] - alive[1:]) * np.array([1.0, 0.75, 0.5, 0.25])).sum())
    lent = float(result.column("book_fen")[0])
    assert_mean("principal owed at default", result.column("defaulted_fen") / lent, owed)
    assert_mean("defaults of loans in instalments", result.column("defaults") / LOANS, PD)
    assert (result.column("repaid_fen") + result.column("defaulted_fen") == lent).all()


@pytest.fixture(scope="module")
def three_years() -> np.ndarray:
    """Loans still performing at the end of each of 36 months: [path, month]; a default ends a loan at once."""
    book = scheme("pool", book__loans=LOANS, book__remaining=1080, firms__grades__only__pd=30_000,
                  clock__months=36, modes__alone__claim__overdue=0)
    table = run(book, PATHS, seed=12, months=True).months
    return table["outstanding_fen"].to_numpy().reshape(PATHS, 36) // (100 * WAN)


def test_dates_of_default_are_exponential(three_years: np.ndarray) -> None:
    """Survivors of month k (day 30k - 1) are those whose exponential time exceeds it: chi-square over 36 months."""
    survivors = three_years.sum(axis=0)
    ends = 30.0 * np.arange(1, 37) - 1.0
    chance = -np.diff((1.0 - PD) ** (ends / 360.0), prepend=1.0)
    seen = -np.diff(survivors, prepend=LOANS * PATHS)
    expected = np.append(chance, 1.0 - chance.sum()) * LOANS * PATHS
    chi2 = float(((np.append(seen, survivors[-1]) - expected) ** 2 / expected).sum())
    print(f"\n36 months: chi-square {chi2:.1f}, p {stats.chi2.sf(chi2, 36):.3f}, n {LOANS * PATHS}", end="")
    assert stats.chi2.sf(chi2, 36) > 2 * stats.norm.sf(4.0)


def test_mean_time_on_book(three_years: np.ndarray) -> None:
    """closed_forms.json "constant_hazard", mean_time_on_book_T3: 2.8670148441597108 years.

    The bound: month ends are read a day early, which is worth at most a day's hazard over three years; and the
    trapezoid rule with steps of 1/12 year errs by at most 3 years x hazard^2 x (1/12)^2/12.
    """
    alive = np.column_stack([np.full(len(three_years), LOANS), three_years]) / LOANS
    years = (alive[:, :-1] + alive[:, 1:]).sum(axis=1) / 24.0
    bound = 3.0 * HAZARD / 360.0 + 3.0 * HAZARD**2 / 12**3
    assert_mean("mean time on book", years, 2.8670148441597108, bound)


@pytest.mark.parametrize("firms, term", [(40, 360), (40, 150), (2_000, 720)])
def test_firms_with_many_loans_keep_their_default_probability(firms: int, term: int) -> None:
    """Given a loan was made, its firm defaults within the term with 1 - .97^(term/360), whatever else it owes.

    40 firms take some 200 loans a year: several at a time, one spell after another, all of a firm's lost together.
    """
    scenario = scheme("plain", firms__grades__only__pd=30_000, clock__months=24, segments__fund__firms=firms,
                      segments__fund__loans_by_year=[200.0, 200.0], segments__fund__terms=[
                          {"days": term, "weight": 1_000_000}])
    result = run(scenario, 4_000, seed=13)
    pd = 1.0 - (1.0 - PD) ** (term / 360.0)
    loans, lost = result.column("loans"), result.column("defaults")
    assert_mean(f"defaults less expected, {firms} firms, {term} days", (lost - pd * loans) / loans.mean(), 0.0)
    together = float(lost.var() / lost.mean())
    print(f"\nvariance over mean of defaults {together:.2f}", end="")
    assert together > 1.5 or firms > 40


def test_two_grades_weigh_into_the_default_probability() -> None:
    """The minimal scheme's firms, 60 % at 1 % and 40 % at 4 %: 2.2 % of equal one-year loans of distinct firms."""
    book = scheme("grades", book__loans=LOANS)
    assert_mean("two grades", run(book, PATHS, seed=14).column("defaults") / LOANS, 0.6 * 0.01 + 0.4 * 0.04)


# --- would the checks notice? ------------------------------------------------------------------------------

def test_a_default_probability_two_per_cent_too_high_goes_red() -> None:
    """At a million loans the same check rejects 10.2 % for 10 %: the expected z is .002/sqrt(.1·.9/10⁶) = 6.7."""
    def z_of(pd: int) -> float:
        book = scheme("pool", book__loans=LOANS, firms__grades__only__pd=pd)
        return mean_z(f"PD {pd} ppm", run(book, PATHS, seed=15).column("defaults") / LOANS, 0.1)

    assert agrees(z_of(100_000))
    assert not agrees(z_of(102_000))


def test_a_share_of_51_for_50_goes_red() -> None:
    """The expected claim of a loan moves by 2 %, like the default probability above."""
    def z_of(share: int) -> float:
        book = scheme("pool", book__loans=LOANS, firms__grades__only__pd=100_000, modes__alone__terms__0__share=share)
        return mean_z(f"share {share} ppm", run(book, PATHS, seed=16).column("liable_fund_fen") / (LOANS * 100 * WAN),
                      0.1 * 0.5)

    assert agrees(z_of(500_000))
    assert not agrees(z_of(510_000))
