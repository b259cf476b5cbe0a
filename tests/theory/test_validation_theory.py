"""The validation's own closed forms at random parameters, against brute force: enumeration or plain simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulator.validation import theory

LIMIT = 4.5                                # standard errors; a test here looks at up to a hundred values
SEEDS = range(5)


def severity_of(r: np.random.Generator, most: int) -> np.ndarray:
    """A random loss of 1 … ``most`` units."""
    return np.concatenate([[0.0], r.dirichlet(np.full(most, 0.7))])


def near(got: np.ndarray, hits: np.ndarray, n: int) -> None:
    """Chances against their frequencies in ``n`` simulations, where more than ten are expected."""
    seen = got * n > 10.0
    assert seen.sum() > 3
    z = (hits[seen] / n - got[seen]) / np.sqrt(got[seen] * (1.0 - got[seen]) / n)
    assert np.abs(z).max() < LIMIT


@pytest.mark.parametrize("seed", SEEDS)
def test_a_poisson_sum_is_what_simulated_losses_add_up_to(seed: int) -> None:
    """40,000 totals, each loss drawn singly."""
    r = np.random.default_rng(100 + seed)
    mean, severity, n = float(r.uniform(0.3, 6.0)), severity_of(r, int(r.integers(2, 12))), 40_000
    numbers = r.poisson(mean, n)
    losses = r.choice(len(severity), numbers.sum(), p=severity)
    totals = np.bincount(np.repeat(np.arange(n), numbers), losses, n).astype(int)
    pmf = theory.poisson_sum(mean, severity, 1 << 10)
    near(pmf, np.bincount(totals, minlength=1 << 10), n)
    assert pmf.sum() == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_default_days_by_enumeration(seed: int) -> None:
    """Every start and every day of default singly: a loan of day s is lost on s + j with the chance of that day."""
    r = np.random.default_rng(200 + seed)
    pd, term, days, horizon = (float(r.uniform(0.01, 0.4)), int(r.integers(5, 60)), int(r.integers(1, 40)),
                               int(r.integers(20, 120)))
    expected = np.zeros(horizon)
    alive = math.exp(math.log(1.0 - pd) / 360.0)
    for start in range(days):
        for j in range(1, term + 1):
            if start + j < horizon:
                expected[start + j] += alive ** (j - 1) * (1.0 - alive) / days
    np.testing.assert_allclose(theory.default_days(pd, term, days, horizon), expected, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("seed", SEEDS)
def test_default_days_by_simulation(seed: int) -> None:
    """200,000 loans with exponential times to default, each day's share of defaults."""
    r = np.random.default_rng(300 + seed)
    pd, term, days, n = float(r.uniform(0.2, 0.6)), int(r.integers(30, 90)), int(r.integers(1, 40)), 200_000
    start = r.integers(0, days, n)
    wait = np.ceil(r.exponential(-360.0 / math.log(1.0 - pd), n)).astype(int)
    lost = start[wait <= term] + wait[wait <= term]
    near(theory.default_days(pd, term, days, 140), np.bincount(lost, minlength=140)[:140], n)


@pytest.mark.parametrize("seed", SEEDS)
def test_ruin_by_simulation(seed: int) -> None:
    """60,000 funds day by day: income, then a Poisson number of claims of which one cannot be paid in full."""
    r = np.random.default_rng(400 + seed)
    days, n = 12, 60_000
    severity = severity_of(r, int(r.integers(2, 9)))
    means = r.uniform(0.0, 0.6, days) * (r.random(days) < 0.8)
    income = (r.integers(1, 6, days) * (r.random(days) < 0.4)).astype(float)
    start = int(r.integers(3, 12))
    chance = theory.daily_ruin(start, income, means, severity)
    left, ruined = np.full(n, start, float), np.zeros(n, bool)
    for gain, mean in zip(income, means, strict=True):
        left += gain
        numbers = r.poisson(mean, n)
        losses = r.choice(len(severity), numbers.sum(), p=severity)
        left -= np.bincount(np.repeat(np.arange(n), numbers), losses, n)
        ruined |= left < 0.0
    assert 0.001 < chance < 0.999
    assert abs(ruined.mean() - chance) < LIMIT * math.sqrt(chance * (1.0 - chance) / n)


@pytest.mark.parametrize("income", [0.0, 3.0])
def test_ruin_of_one_day_is_the_chance_of_more_than_there_is(income: float) -> None:
    """By hand: losses of 2 or 5 with a half each, .4 on average, 4 units and the income of the day.

    Seven losses or more may be folded back by the transform of 16 or 32 units: a chance below e^-.4 × .4^7 / 5040.
    """
    severity = np.array([0.0, 0.0, 0.5, 0.0, 0.0, 0.5])
    room = 4 + int(income)
    paid = 0.0
    for n in range(12):
        for small in range(n + 1):
            if 2 * small + 5 * (n - small) <= room:
                paid += math.exp(-0.4) * 0.4**n / math.factorial(n) * math.comb(n, small) * 0.5**n
    assert theory.daily_ruin(4, np.array([income]), np.array([0.4]), severity) == pytest.approx(1.0 - paid, abs=3e-7)
