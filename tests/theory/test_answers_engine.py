"""From simulated paths to answers: readings of targets against Poisson theory, coverage of confidence intervals."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from scipy import stats

from simulator.answers.closed_forms import pool_distribution
from simulator.answers.estimate import Estimate, mean_ci, proportion_ci, quantile_ci, ratio_ci
from simulator.answers.targets import evaluate
from simulator.runs import Results
from tests.theory.agree import LIMIT, assert_share, run, scheme

# --- targets: V1 ~ Poisson(120), V2 ~ Poisson(144), base 100, promised growth 20 % a year -----------------------

PATHS = 20_000
V1, V2 = stats.poisson(120.0), stats.poisson(144.0)


@cache
def two_years() -> Results:
    return run(scheme("kpi"), PATHS, seed=51)


def chance(needed: Callable[[int], int]) -> float:
    """P(V2 ≥ needed(V1))."""
    return float(sum(V1.pmf(v) * V2.sf(needed(v) - 1) for v in range(1, 400)))


def _path() -> float:
    return float(stats.poisson(264.0).sf(263))


def _every_year() -> float:
    return chance(lambda v: math.ceil(Fraction(12, 10) * v) if v >= 120 else 10_000)


def _mean_yoy() -> float:
    """V1/100 - 1 + V2/V1 - 1 ≥ .4."""
    return chance(lambda v: math.ceil(v * (Fraction(24, 10) - Fraction(v, 100))))


@pytest.mark.parametrize("reading, expected", [("cagr", float(V2.sf(143))), ("path", _path()),
                                               ("every_year", _every_year()), ("mean_yoy", _mean_yoy())])
@pytest.mark.parametrize("name", ["number", "money"])
def test_readings_of_a_growth_target(name: str, reading: str, expected: float) -> None:
    """All loans are of one size, so that amount and number are promised and kept alike."""
    met = evaluate(two_years(), name, reading).met
    assert met is not None
    assert_share(f"{name}, {reading}", met, expected)


def test_levels_count_from_the_first_year_to_the_final_one() -> None:
    level, first = (evaluate(two_years(), name).met for name in ("level", "first"))
    assert level is not None and first is not None
    assert_share("270 loans in two years", level, float(stats.poisson(264.0).sf(269)))
    assert_share("125 loans in the first year", first, float(V1.sf(124)))


# --- confidence intervals of 95 % --------------------------------------------------------------------------------

REPLICATIONS, EACH = 400, 100
POOL = pool_distribution(40, 0.2, 0.12)


@cache
def replications() -> np.ndarray:
    """Defaults of 40 loans, PD 20 %, rho .12: 400 replications of 100 independent paths."""
    book = scheme("pool", macro__rho=120_000, firms__grades__only__pd=200_000, book__loans=40)
    return run(book, REPLICATIONS * EACH, seed=52).column("defaults").reshape(REPLICATIONS, EACH)


def covered(interval: Callable[[np.ndarray], Estimate], truth: float) -> np.ndarray:
    found = [interval(sample) for sample in replications()]
    return np.array([e.low <= truth <= e.high for e in found])


def at_least_95(hits: np.ndarray) -> bool:
    """Exact intervals of discrete data cover more often than they promise, never less."""
    print(f"\ncovered {hits.mean():.4f} of {len(hits)}", end="")
    return bool(hits.mean() > 0.95 - LIMIT * math.sqrt(0.95 * 0.05 / len(hits)))


def test_intervals_of_means_cover() -> None:
    """Student's interval at 100 skewed values: coverage differs from 95 % by at most (skewness²)/n, Hall 1992, ch. 2:
    skewness is below 1, so by less than a point."""
    k = np.arange(41)
    skewness = POOL @ (k - 8.0) ** 3 / (POOL @ (k - 8.0) ** 2) ** 1.5
    assert 0.0 < skewness < 1.0
    assert_share("mean covered", covered(mean_ci, 8.0), 0.95, bound=0.01)


def test_intervals_of_proportions_cover() -> None:
    truth = float(POOL[15:].sum())
    assert 0.02 < truth < 0.2
    assert at_least_95(covered(lambda x: proportion_ci(int((x >= 15).sum()), EACH), truth))


def test_intervals_of_quantiles_cover() -> None:
    for level in (0.5, 0.9):
        truth = int(np.searchsorted(np.cumsum(POOL), level))
        assert at_least_95(covered(lambda x, p=level: quantile_ci(x, p), truth))


def test_intervals_of_ratios_cover() -> None:
    """Defaults over loans made of a lending programme: 3 % within a year's term."""
    scenario = scheme("plain", firms__grades__only__pd=30_000, segments__fund__loans_by_year=[100.0],
                      segments__fund__firms=50_000, segments__fund__dispersion=4.0)
    result = run(scenario, 20_000, seed=53)
    over, under = (result.column(c).reshape(200, 100) for c in ("defaults", "loans"))
    found = [ratio_ci(a, b) for a, b in zip(over, under, strict=True)]
    assert_share("ratio covered", np.array([e.low <= 0.03 <= e.high for e in found]), 0.95, bound=0.01)


def test_too_narrow_an_interval_goes_red() -> None:
    """Power: an interval of 85 % where 95 % is promised."""
    hits = covered(lambda x: mean_ci(x, conf=0.85), 8.0)
    assert not at_least_95(hits)
