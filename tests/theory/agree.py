"""When a simulation agrees with theory: |z| < 4, the standard error taken from the sample itself.

Every check prints theory, simulation, number of independent values and z (shown by ``pytest -s``). ``bound`` is an
error of whole days derived beforehand; only what lies beyond it counts.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from simulator.runs import Results, simulate
from simulator.scheme import load, replace_values
from simulator.scheme.scenario import Scenario

LIMIT = 4.0
WAN = 1_000_000                            # fen
SCENARIOS = Path(__file__).parent / "scenarios"


def scheme(name: str, **values: object) -> Scenario:
    """A scenario of this folder with some values replaced; ``__`` in a name stands for the dot of a path."""
    scenario = load(SCENARIOS / f"{name}.yaml")
    return replace_values(scenario, {path.replace("__", "."): value for path, value in values.items()})


def run(scenario: Scenario, paths: int, seed: int, **options: object) -> Results:
    """Simulate on two threads, whatever the machine."""
    return simulate(scenario, paths=paths, seed=seed, workers=2, **options)


def _z(what: str, theory: float, got: float, se: float, n: int, bound: float) -> float:
    beyond = math.copysign(max(0.0, abs(got - theory) - bound), got - theory)
    # A sample without spread must hit the theory; rounding of a float sum is all it may miss by.
    z = beyond / se if se > 0.0 else (0.0 if abs(beyond) <= 1e-9 * max(1.0, abs(theory)) else math.inf)
    print(f"\n{what}: theory {theory:.6g}, simulated {got:.6g}, n {n}, bound {bound:.3g}, z {z:+.2f}", end="")
    return z


def mean_z(what: str, sample: ArrayLike, theory: float, bound: float = 0.0) -> float:
    """z of a sample's mean."""
    x = np.asarray(sample, float)
    return _z(what, theory, float(x.mean()), float(x.std(ddof=1)) / math.sqrt(x.size), x.size, bound)


def variance_z(what: str, sample: ArrayLike, theory: float, bound: float = 0.0) -> float:
    """z of a sample's variance; its standard error is that of a mean of squared deviations."""
    x = np.asarray(sample, float)
    square = (x - x.mean()) ** 2 * x.size / (x.size - 1)
    return _z(what, theory, float(square.mean()), float(square.std(ddof=1)) / math.sqrt(x.size), x.size, bound)


def share_z(what: str, hits: ArrayLike, theory: float, bound: float = 0.0) -> float:
    """z of a proportion, its standard error at the theory's value."""
    x = np.asarray(hits, float)
    return _z(what, theory, float(x.mean()), math.sqrt(theory * (1.0 - theory) / x.size), x.size, bound)


def agrees(z: float) -> bool:
    return abs(z) < LIMIT


def assert_mean(what: str, sample: ArrayLike, theory: float, bound: float = 0.0) -> None:
    assert agrees(mean_z(what, sample, theory, bound)), what


def assert_variance(what: str, sample: ArrayLike, theory: float, bound: float = 0.0) -> None:
    assert agrees(variance_z(what, sample, theory, bound)), what


def assert_share(what: str, hits: ArrayLike, theory: float, bound: float = 0.0) -> None:
    assert agrees(share_z(what, hits, theory, bound)), what


def assert_quantile(what: str, sample: ArrayLike, level: float, theory: float) -> None:
    """The theory's quantile lies between the order statistics that enclose it at four standard errors."""
    x = np.sort(np.asarray(sample, float))
    tail = stats.norm.sf(LIMIT)
    low = x[max(0, int(stats.binom.ppf(tail, x.size, level)) - 1)]
    high = x[min(x.size - 1, int(stats.binom.isf(tail, x.size, level)))]
    print(f"\n{what}, quantile {level}: theory {theory:.6g}, between {low:.6g} and {high:.6g}, n {x.size}", end="")
    assert low <= theory <= high, what
