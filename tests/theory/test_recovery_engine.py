"""Recovery through the engine: how much, when, and what arrives before the books close (delays in days)."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from scipy import stats

from simulator.answers.closed_forms import lognormal_capped_mean
from simulator.runs import Results
from simulator.scheme.scenario import Scenario
from tests.theory.agree import WAN, assert_mean, run, scheme

LOAN = 100 * WAN
LOANS, PATHS, PD = 1_000, 400, 0.3         # some 120,000 defaults
OVERDUE = 90
SHAPE = 4.0


def pool(**values: object) -> Scenario:
    """Loans of one year, overdue 90 days, claims paid at once by a fund that bears everything; ten years' window."""
    return scheme("pool", firms__grades__only__pd=round(PD * 1e6), book__loans=LOANS, clock__months=120,
                  modes__alone__claim__review=0, **values)


def claim_days() -> tuple[np.ndarray, np.ndarray]:
    """Days of determination and their chances: defaults on days 1 … 360 by a constant hazard, given one happens."""
    alive = (1.0 - PD) ** (np.arange(361) / 360.0)
    return np.arange(1, 361) + OVERDUE, -np.diff(alive) / PD


def arrival_chance(last: int, mean: float) -> np.ndarray:
    """Chance that proceeds arrive on each day 0 … ``last``: the claim's day and a gamma delay cut to whole days,
    at least one."""
    gamma = stats.gamma(SHAPE, scale=mean / SHAPE)
    delay = np.diff(gamma.cdf(np.arange(last + 2)))
    delay[1] += delay[0]
    delay[0] = 0.0
    days, chance = claim_days()
    claim = np.zeros(days[-1] + 1)
    claim[days] = chance
    return np.convolve(claim, delay)[:last + 1]


def mean_gross(value: float, noise: float, obsolescence: float, other: float, mean_delay: float) -> float:
    """Expected min(1, value x kept x lognormal + uniform(0, 2 other)) by quadrature, of a yuan lent.

    ``value`` appraised value x type factor; ``kept`` (1 - obsolescence)^years from the pledge on day 0 to the sale.
    """
    nodes, weights = np.polynomial.legendre.leggauss(60)
    uniform, weights = (nodes + 1.0) / 2.0, weights / 2.0
    chance = arrival_chance(5_400, mean_delay)
    total = 0.0
    for day in range(0, 5_400, 5):         # kept changes by less than .4 % in five days; its middle is taken
        part = chance[day:day + 5].sum()
        if part > 1e-12:
            median = value * (1.0 - obsolescence) ** ((day + 2.0) / 360.0) * math.exp(-noise * noise / 2.0)
            total += part * sum(w * (2.0 * other * u + lognormal_capped_mean(median, noise, 1.0 - 2.0 * other * u))
                                for u, w in zip(uniform, weights, strict=True))
    return total


CASES = [(63_000, 0.5, 200_000, 200_000),          # the assumptions of the shipped schemes
         (600_000, 0.8, 100_000, 400_000),         # the principal caps most recoveries
         (0, 0.0, 0, 400_000), (150_000, 0.0, 0, 0), (150_000, 0.0, 300_000, 0)]


@pytest.mark.parametrize("factor, noise, obsolescence, other", CASES)
def test_mean_recovery_and_loss_given_default(factor: int, noise: float, obsolescence: int, other: int) -> None:
    """Pledge rate 30 %: the appraised value is 1/.3 of the loan. Cut to whole fen, at most 1e-8 of a loan."""
    scenario = pool(recovery__type_factor__invention=factor, recovery__noise=noise,
                    recovery__obsolescence=obsolescence, recovery__other=other, recovery__cost=50_000)
    result = run(scenario, PATHS, seed=41)
    gross = mean_gross(factor / 0.3e6, noise, obsolescence / 1e6, other / 1e6, 600.0)
    lost, back = result.column("defaults"), result.column("recovered_fen") / LOAN
    assert_mean("gross recovery of a loan", (back - gross * lost) / lost.mean() + gross, gross, bound=2e-8)
    net = result.column("recovered_fen") - result.column("recovery_cost_fen")
    lgd = 1.0 - 0.95 * gross
    assert_mean("loss given default", (lost - net / LOAN - lgd * lost) / lost.mean() + lgd, lgd, bound=3e-8)
    # The fund bore the whole loss, so all net proceeds are its own.
    assert (result.column("back_fund_fen") == net).all()
    assert (result.column("refund_city_fen") == net).all()


@cache
def whole_recovery() -> Results:
    """Every defaulted loan brings back its whole principal (the IP is worth twice as much), after a gamma delay of
    mean 600 days."""
    return run(pool(recovery__type_factor__invention=600_000), PATHS, seed=42, months=True)


def test_mean_delay() -> None:
    """Little's law: claims paid and not yet refunded, summed over month ends times 30 days, are the total delay.

    Bound: the delay is cut to whole days (at most one); month ends sample delays evenly but for the fall of the default
    rate within a month, 1 - .7^(30/360) = 2.93 % over 30 days, worth at most 15 days x 2.93 % = .44 day.
    """
    result = whole_recovery()
    balance = result.months["balance_city_fen"].to_numpy().reshape(PATHS, 120)
    waiting = (result.column("contributed_city_fen")[:, None] - balance).sum(axis=1) / LOAN * 30.0
    lost = result.column("defaults")
    assert (result.column("recovered_fen") == lost * LOAN).all()
    assert_mean("delay from claim to proceeds, days", (waiting - 600.0 * lost) / lost.mean() + 600.0, 600.0,
                bound=1.44)


@pytest.mark.parametrize("year", [0, 1, 2, 3, 4, 6])
def test_proceeds_by_year(year: int) -> None:
    """Claim day and delay convolved, cumulated through the last day of each year."""
    result = whole_recovery()
    back = result.year_column("recovered_fen").cumsum(axis=1)[:, year] / LOAN
    expected = float(arrival_chance(360 * (year + 1) - 1, 600.0).sum())
    lost = result.column("defaults")
    assert_mean(f"arrived by year {year + 1}", (back - expected * lost) / lost.mean() + expected, expected)


@pytest.mark.parametrize("delay", [600, 1_440])
def test_what_arrives_before_the_books_close(delay: int) -> None:
    """A window of one year: proceeds count until 60 months after it, day 2,160 included; the rest stays open."""
    scenario = scheme("pool", firms__grades__only__pd=round(PD * 1e6), book__loans=LOANS, recovery__delay_mean=delay,
                      recovery__type_factor__invention=600_000)
    result = run(scenario, PATHS, seed=43)
    expected = float(arrival_chance(2_160, float(delay)).sum())
    lost, back = result.column("defaults"), result.column("recovered_fen") / LOAN
    assert_mean(f"arrived, mean delay {delay}", (back - expected * lost) / lost.mean() + expected, expected)
    assert (result.column("open_loans") == lost - back).all()
