"""Arrivals through the engine: growing originations (M_t/G/∞), over-dispersion, base-year volume, approval, price.

The engine's rate of applications is constant within a month and its months sum to the integral of the continuous
rate; loans in force at a month's end with a term of whole months are therefore those of continuous theory exactly.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from scipy import stats

from simulator.answers.closed_forms import cumulative_default_mean, originations, outstanding_mean
from simulator.runs import Results
from simulator.scheme.scenario import Scenario
from tests.theory.agree import WAN, agrees, assert_mean, assert_share, assert_variance, mean_z, run, scheme

LOAN = 100 * WAN
GROWTH = 0.3
YEARS = 5
PATHS = 2_500
# Base-year loans of a continuous rate 200 x 1.3^t: 200 x (1 - 1/1.3)/ln 1.3.
BASE = originations(200.0, GROWTH, -1.0, 0.0)


def growing(term: int, pd: int) -> Scenario:
    """200 x 1.3^t loans a year of one size for five years, empty on day 0."""
    return scheme("market", market__amount=round(BASE * LOAN), clock__months=12 * YEARS, firms__grades__only__pd=pd,
                  segments__other__terms=[{"days": term, "weight": 1_000_000}],
                  modes__alone__claim__overdue=0)


@cache
def in_force(years: int) -> tuple[Results, np.ndarray]:
    """Without defaults: results, and loans in force at the end of each month [path, month]."""
    result = run(growing(360 * years, 0), PATHS, seed=31, months=True)
    return result, result.months["outstanding_fen"].to_numpy().reshape(PATHS, -1) // LOAN


def test_loans_made_by_year() -> None:
    """closed_forms.json "mt_g_inf_outstanding", volume_by_year; the number of a year is Poisson."""
    volumes = [228.68968120250412, 297.2965855632554, 386.4855612322318, 502.43122960190186, 653.1605984824719]
    made = in_force(1)[0].year_column("loans")
    for year, mean in enumerate(volumes):
        assert_mean(f"loans of year {year + 1}", made[:, year], mean)
        assert_variance("their variance", made[:, year], mean)
    assert (made[:, YEARS] == 0).all()


@pytest.mark.parametrize("term, t, mean", [
    (1, 0.5, 106.85557759449124), (1, 1, 228.68968120250412), (1, 2, 297.2965855632554),
    (1, 3, 386.4855612322318), (1, 5, 653.1605984824719), (2, 0.5, 106.85557759449124),
    (2, 1, 228.68968120250412), (2, 2, 525.9862667657595), (2, 3, 683.7821467954873),
    (2, 5, 1155.5918280843737)])
def test_loans_in_force(term: int, t: float, mean: float) -> None:
    """closed_forms.json "mt_g_inf_outstanding": Poisson with this mean, at month ends without error of days."""
    assert outstanding_mean(200.0, GROWTH, term, t) == pytest.approx(mean, rel=1e-8)
    loans = in_force(term)[1][:, round(12 * t) - 1]
    assert_mean(f"in force at {t}, term {term}", loans, mean)
    assert_variance("their variance", loans, mean)
    assert_share("below the median", loans <= stats.poisson.median(mean), stats.poisson.cdf(
        stats.poisson.median(mean), mean))


@pytest.mark.parametrize("term", [1, 2])
def test_defaults_of_growing_lending(term: int) -> None:
    """closed_forms.json "filtered_poisson_defaults" (term 1): 3.298, 11.148, 21.353, 51.866 by years 1, 2, 3, 5.

    Bound: a loan of day s is made at a uniform time of that day and observed through day 360t - 1, so its exposure
    differs from the continuous one by less than a day; the growth within a month moves the mean loan of the month by
    30 ln(1.3)/144 = .055 day. Both are worth 1.055 days' hazard per loan in force.
    """
    known = {1: 3.2979133910295495, 2: 11.147977844413543, 3: 21.353061633812736, 5: 51.86626216411633}
    lost = run(growing(360 * term, 30_000), PATHS, seed=32).year_column("defaults").cumsum(axis=1)
    for t, oracle in known.items():
        mean = cumulative_default_mean(200.0, GROWTH, term, 0.03, t)
        if term == 1:
            assert mean == pytest.approx(oracle, rel=1e-8)
        bound = outstanding_mean(200.0, GROWTH, term, t) * 1.055 / 360.0 * -math.log(0.97)
        assert_mean(f"defaults by {t}, term {term}", lost[:, t - 1], mean, bound)
        # Thinned and delayed Poisson arrivals are Poisson again.
        assert_variance("their variance", lost[:, t - 1], mean, bound)


# --- over-dispersion ------------------------------------------------------------------------------

@pytest.mark.parametrize("shape", [1.0, 4.0])
def test_over_dispersion_of_quarters_and_years(shape: float) -> None:
    """A quarter's count has variance m + m²/shape; four independent quarters add up in a year."""
    quarter = scheme("plain", clock__months=3, segments__fund__loans_by_year=[160.0],
                     segments__fund__dispersion=shape)
    counts = run(quarter, 30_000, seed=33).column("loans")
    assert_mean(f"loans of a quarter, shape {shape}", counts, 40.0)
    assert_variance("their variance", counts, 40.0 + 40.0**2 / shape)
    nbinom = stats.nbinom(shape, shape / (shape + 40.0))
    for level in (0.05, 0.5, 0.95):
        x = nbinom.ppf(level)
        assert_share(f"at most {x:.0f}", counts <= x, nbinom.cdf(x))
    year = scheme("plain", segments__fund__loans_by_year=[160.0], segments__fund__dispersion=shape)
    assert_variance("variance of a year", run(year, 10_000, seed=34).column("loans"),
                    160.0 + 4 * 40.0**2 / shape)


# --- demand and approval --------------------------------------------------------------------------

@cache
def base_market() -> Results:
    """A market of two segments with caps, a steady book and no change in price: year 1 of the base design."""
    return run(scheme("demand"), 4_000, seed=35)


def trapped() -> float:
    """Chance that an amount asked for lies above the cap of 600 万元 by less than the 万元 it is cut down by."""
    asked_for = stats.lognorm(0.7, scale=200.0)
    return float(asked_for.cdf(601.0) - asked_for.cdf(600.0))


def test_the_first_year_is_the_base_year_with_its_trend() -> None:
    """market.amount 50,000 万元 registered and 300 loans, trend 20 %: 60,000 万元 and 360 loans in year 1.

    Amounts are cut down to whole 万元. Some just above the cap come inside, which makes them a half likelier to be
    lent. What is cut off a loan lies between 0 and 1 万元 (times at most 1.5 registered a yuan): half of it is
    expected, half is the bound.
    """
    result = base_market()
    loans, amount = result.year_column("loans")[:, 0], result.year_column("registered_fen")[:, 0] / WAN
    assert_mean("loans of year 1", loans, 360.0, bound=360.0 * trapped())
    cut = 360.0 * 1.5 / 2.0
    assert_mean("registered 万元 of year 1", amount, 60_000.0 - cut, bound=cut + 360.0 * trapped() * 600.0)


def test_the_steady_book_is_the_base_year_in_force() -> None:
    """Loans of 12 months made on days -359 … -1 are in force on day 0: the base year's 300 less those of its first day.

    Growing by 1.2 a year, its first month has (1.2^(1/12) - 1)/(1.2 - 1) of the 300.
    """
    first = (1.2 ** (1 / 12) - 1.0) / (1.2 - 1.0)
    assert_mean("loans of the book", base_market().column("book_loans"), 300.0 * (1.0 - first / 30.0),
                bound=300.0 * trapped())


def asked(result: Results) -> tuple[np.ndarray, np.ndarray]:
    """(applications, refused by the bank) of every path."""
    return result.column("applications").astype(float), result.column("refused_bank").astype(float)


@pytest.mark.parametrize("share, relief", [(500_000, 0.5), (0, 0.0), (250_000, 0.25), (800_000, 0.8)])
def test_approval_lies_on_the_logit_line_through_both_anchors(share: int, relief: float) -> None:
    """a1 = 60 % at the anchor's relief of a half, a0 = 40 % without, the logit linear in relief between and beyond."""
    line = math.log(0.4 / 0.6) + relief / 0.5 * (math.log(0.6 / 0.4) - math.log(0.4 / 0.6))
    expected = 1.0 / (1.0 + math.exp(-line))
    scenario = scheme("plain", approval__uncovered=400_000, approval__covered=600_000, segments__fund__size__sigma=0.5,
                      segments__fund__loans_by_year=[200.0], modes__alone__terms__0__share=share)
    applications, refused = asked(run(scenario, 2_000, seed=36))
    assert_mean(f"approved at relief {relief}", (applications - refused - expected * applications)
                / applications.mean(), 0.0)


def test_without_the_fund_the_same_applicants_are_approved_at_a0() -> None:
    """no_fund keeps applicants: 40 % approved, and the loans made are those that would be made uncovered anyway."""
    scenario = scheme("plain", approval__uncovered=400_000, approval__covered=600_000,
                      segments__fund__loans_by_year=[200.0])
    with_fund, without = run(scenario, 2_000, seed=37), run(scenario, 2_000, seed=37, no_fund=True)
    applications, loans = without.column("applications"), without.column("loans")
    assert (applications == with_fund.column("applications")).all()
    assert_mean("approved without the fund", (loans - 0.4 * applications) / applications.mean(), 0.0)
    assert without.column("covered_loans").sum() == 0
    made, induced = with_fund.column("covered_loans"), with_fund.column("induced_loans")
    assert_mean("induced of the covered", (induced - made / 3.0) / made.mean(), 0.0)


def test_a_dearer_year_loses_its_share_of_demand() -> None:
    """The reference rate rises by a point on day 0 and a point costs 17 % of demand: .83 of year 1, the book stays."""
    dear = scheme("demand", demand__lost_per_point=170_000, lending__reference_rate=[
        {"from": "2019-01-01", "value": 38_500}, {"from": "2021-01-01", "value": 48_500}])
    less = run(dear, 4_000, seed=35)
    same, fewer = (r.year_column("applications")[:, 0] for r in (base_market(), less))
    assert_mean("applications at one point more, less .83", (fewer - 0.83 * same) / same.mean(), 0.0)
    assert (fewer <= same).all()           # the same applicants, some of them gone
    assert (less.column("book_loans") == base_market().column("book_loans")).all()


@pytest.mark.parametrize(("book", "since", "kept"), [
    ("none", "2021-01-01", 0.83), ("steady", "2020-07-01", 0.83**0.5), ("none", "2020-07-01", 0.83**0.5)])
def test_the_base_years_cost_is_the_average_of_its_months(book: str, since: str, kept: float) -> None:
    """A point more from day 0, or from the middle of the base year on, which then was half a point dearer itself."""
    dear = scheme("demand", demand__lost_per_point=170_000, book__kind=book, lending__reference_rate=[
        {"from": "2019-01-01", "value": 38_500}, {"from": since, "value": 48_500}])
    same, fewer = (run(one, 4_000, seed=36).year_column("applications")[:, 0]
                   for one in (scheme("demand", book__kind=book), dear))
    assert_mean(f"applications with a rise on {since}, less {kept:.3f}", (fewer - kept * same) / same.mean(), 0.0)


def test_a_trend_of_a_tenth_more_goes_red() -> None:
    """Power: 22 % for 20 % moves the first year's 360 loans by 6."""
    loans = run(scheme("demand", market__trend=220_000), 4_000, seed=35).year_column("loans")[:, 0]
    assert not agrees(mean_z("loans of year 1 at 22 %", loans, 360.0, bound=1.0))


# --- phase-in of the subsidies --------------------------------------------------------------------

def subsidised(**values: object) -> Scenario:
    """One point of the principal is given back on repayment of every loan made while the phase-in lasts."""
    gift = {"title": {"zh": "贴息", "en": "gift"}, "line": "interest", "level": "city", "event": "repaid",
            "base": "principal", "rate": 10_000, "from": "2021-01-01"}
    return scheme("demand", programmes={"gift": gift}, **values)


def test_only_those_reached_are_subsidised() -> None:
    """Reached for sure 40 %: of each loan of a path, repaid in the second year, one point in four tenths of cases."""
    result = run(subsidised(demand__lost_per_point=0, phase_in=[{"from": "2021-01-01", "value": 400_000}]), 3_000, 38)
    paid, repaid = result.year_column("subsidy_gift_fen")[:, 1], result.year_column("repaid_fen")[:, 1]
    # A subsidy is floored to a fen: less than 500 loans a year lose less than 5 yuan together.
    assert_mean("paid, less .004 of repaid", (paid - 0.004 * repaid) / repaid.mean(), 0.0, bound=1e-8)


def test_the_reach_grows_linearly_between_its_dates() -> None:
    """From nothing on the first day to everybody a year later; loans grow by 1.2 a year, continuously.

    The mean of t under a density proportional to 1.2^t on [0, 1] is 1.2/.2 - 1/ln 1.2 = .5152; steps of a month miss
    1/12 · 1/144 · ln 1.2 of it, .0001. Loans of year 1 are repaid in year 2 and 3 days of it fall outside.
    """
    ramp = [{"from": "2021-01-01", "value": 0}, {"from": "2022-01-01", "value": 1_000_000}]
    result = run(subsidised(demand__lost_per_point=0, phase_in=ramp), 3_000, 39)
    paid, repaid = result.year_column("subsidy_gift_fen")[:, 1], result.year_column("repaid_fen")[:, 1]
    assert_mean("paid, less .005152 of repaid", (paid - 0.005152 * repaid) / repaid.mean(), 0.0, bound=2e-6)


def test_only_those_reached_answer_to_the_subsidy() -> None:
    """A point costs 17 %: the four tenths reached apply 1/.83 times as often, the others as in the base year."""
    four_tenths = [{"from": "2021-01-01", "value": 400_000}]
    more = run(subsidised(demand__lost_per_point=170_000, phase_in=four_tenths), 4_000, 35)
    applications = more.year_column("applications")[:, 0]
    base = base_market().year_column("applications")[:, 0].mean()
    assert_mean("applications with four tenths reached", applications, base * (0.6 + 0.4 / 0.83), bound=base * 0.004)


@pytest.mark.parametrize("over_cap", ["refuse", "trim", "cover_part"])
def test_the_loans_a_scheme_states_are_made_whatever_happens_above_the_cap(over_cap: str) -> None:
    """200 loans a year, a third of the sizes above the cap: refused, trimmed or covered in part, 200 are made.

    Approval 40 % without cover and 60 % at the scheme's relief of a half. Amounts are cut down to whole 万元, so that
    some just above the cap come inside: below half a per cent of 200.
    """
    scenario = scheme("plain", approval__uncovered=400_000, approval__covered=600_000, segments__fund__size__sigma=0.7,
                      gate__loan_cap={"small": [{"from": "2016-01-01", "value": 135 * WAN}]}, gate__over_cap=over_cap,
                      segments__fund__loans_by_year=[200.0])
    assert_mean(f"loans, {over_cap}", run(scenario, 3_000, seed=41).column("loans"), 200.0, bound=1.0)
