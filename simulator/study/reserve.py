"""Does a 99 % reserve hold what it promises, when its parameters were estimated from a few years of loans?

Truths are drawn from the prior, a tape is made of each loan by loan, and two reserves for the next three years are
set from it: the plug-in reserve takes the likeliest parameters for the truth, the predictive one draws parameters
from the posterior, one set a path. Both are then held against the truth: how often would it exceed them? A reserve
is a number of defaults here, in a book of as many loans as the tape's and at a state of the economy not known.

``python -m simulator.study.reserve FILE`` runs the study and writes what came out.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from scipy import optimize, stats

from simulator import __version__
from simulator.calibrate.counts import count
from simulator.calibrate.frailty import Array, Frailty, Prior
from simulator.calibrate.sampler import sample
from simulator.study.tapes import Truth, state_path, tape

LEVEL, HORIZON = 0.99, 36                  # of the reserve; months it must last
BOOK, YEARS = 400, 5                       # loans in force and years watched, unless said otherwise
PRIOR = Prior()
RANKS, BINS = 99, 10                       # posterior draws a truth is ranked among; bins of the chi-square test
PATHS = 4000                               # of the true law's hidden state
NAMES = ("hazard", "loading", "persistence")
# Median hazard, loading, persistence: the middle of the prior's neighbourhood first, then each one off centre.
GRID = ((0.03, 0.55, 0.95), (0.01, 0.55, 0.95), (0.08, 0.55, 0.95), (0.03, 0.2, 0.95), (0.03, 1.0, 0.95),
        (0.03, 0.55, 0.7), (0.03, 0.55, 0.985))
LENGTHS = (5, 8, 15)                       # years of tape, at the grid's first truth
BOUNDS = ((-9.0, 1.0), (math.log(0.02), math.log(4.0)), (-3.0, 7.0))


@dataclass(frozen=True)
class Found:
    """What one tape gave: reserves (defaults), their true exceedance, the truth's ranks and its 90 % cover."""

    truth: Truth
    defaults: int
    plug_in: int
    predictive: int
    plug_in_exceeded: float
    predictive_exceeded: float
    ranks: tuple[int, ...]
    covered: tuple[bool, ...]
    converged: bool


def drawn_truth(seed: int) -> Truth:
    """A truth from the prior."""
    z = np.random.default_rng((seed, 2)).standard_normal(3)  # a stream apart from the tape's
    at = PRIOR.centre(1, 1) + PRIOR.spread(1, 1) * z
    return Truth(float(np.exp(at[0])), float(np.exp(at[1])), float(1.0 / (1.0 + np.exp(-at[2]))))


def expected_defaults(points: Array, book: int, random: np.random.Generator) -> Array:
    """Expected defaults over the horizon, one hidden path for each row (log hazard, log loading, logit φ)."""
    state = random.standard_normal((len(points), HORIZON))
    loading, persistence = np.exp(points[:, 1]), 1.0 / (1.0 + np.exp(-points[:, 2]))
    total = np.exp(loading * state[:, 0])
    for t in range(1, HORIZON):
        state[:, t] = persistence * state[:, t - 1] + np.sqrt(1.0 - persistence**2) * state[:, t]
        total += np.exp(loading * state[:, t])
    return np.asarray(np.exp(points[:, 0]) * book / 12.0 * total)


def reserve(means: Array, level: float = LEVEL) -> int:
    """Smallest number of defaults exceeded with a chance of at most 1 − ``level``, Poisson given its mean."""
    high = 1
    while exceedance(high, means) > 1.0 - level:
        high *= 2
    low = -1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if exceedance(middle, means) <= 1.0 - level else (middle, high)
    return high


def exceedance(defaults: int, means: Array) -> float:
    """Chance of more than so many defaults, averaged over ``means``."""
    return float(stats.poisson.sf(defaults, means).mean())


def likeliest(model: Frailty) -> Array:
    """The parameters of greatest likelihood within wide bounds, from three starts."""
    def miss(point: Array) -> float:
        return -float(model.likelihood(point[None, :])[0])

    starts = [model.centre + np.array([0.0, away, 0.0]) for away in (-1.0, 0.0, 0.7)]
    found = [optimize.minimize(miss, start, method="Nelder-Mead", bounds=BOUNDS,
                               options={"xatol": 1e-3, "fatol": 1e-4}) for start in starts]
    return np.asarray(min(found, key=lambda one: one.fun).x)


def one(job: tuple[int, Truth], years: int, book: int) -> Found:
    """One tape of one truth, calibrated and judged."""
    seed, truth = job
    loans = tape(truth, years, book, seed)
    defaults, exposure = count(np.maximum(loans.start, 0.0), loans.end, loans.failed,
                               np.zeros(loans.end.size, dtype=np.int64), 12 * years, 1)
    model = Frailty(defaults[:, :, None], exposure[:, :, None], PRIOR)
    draws = sample(model.density, model.centre, model.spread, seed + 2**40, warm_up=1000, steps=1500)
    best = likeliest(model)
    random = np.random.default_rng((seed, 1))
    plug_in = reserve(expected_defaults(np.tile(best, (PATHS, 1)), book, random))
    predictive = reserve(expected_defaults(draws.flat[::2], book, random))
    at = np.array([math.log(truth.hazard), math.log(truth.loading),
                   math.log(truth.persistence / (1 - truth.persistence))])
    true_means = truth.hazard * book / 12.0 * np.exp(
        truth.loading * state_path(HORIZON, truth.persistence, random, PATHS)).sum(axis=1)
    low, high = np.quantile(draws.flat, (0.05, 0.95), axis=0)
    ranks = (draws.thinned(RANKS) < at).sum(axis=0)
    return Found(truth, int(loans.failed.sum()), plug_in, predictive, exceedance(plug_in, true_means),
                 exceedance(predictive, true_means), tuple(int(rank) for rank in ranks),
                 tuple(bool(inside) for inside in (low <= at) & (at <= high)), draws.converged)


def summary(found: Sequence[Found]) -> dict[str, Any]:
    """Means over tapes with their standard errors."""
    def mean(values: list[float]) -> list[float]:
        return [float(np.mean(values)), float(np.std(values, ddof=1) / math.sqrt(len(values)))]

    return {"tapes": len(found), "defaults": float(np.median([one.defaults for one in found])),
            "plug_in": mean([one.plug_in_exceeded for one in found]),
            "predictive": mean([one.predictive_exceeded for one in found]),
            "ratio": float(np.median([one.predictive / max(one.plug_in, 1) for one in found])),
            "covered": {name: float(np.mean([one.covered[k] for one in found])) for k, name in enumerate(NAMES)},
            "converged": sum(one.converged for one in found)}


def uniformity(found: Sequence[Found]) -> dict[str, float]:
    """Chance of ranks at least as uneven as these, were the posterior right: chi-square over equal bins."""
    table = np.array([one.ranks for one in found]) * BINS // (RANKS + 1)
    return {name: float(stats.chisquare(np.bincount(table[:, k], minlength=BINS)).pvalue)
            for k, name in enumerate(NAMES)}


def run(tapes: int = 400, seed: int = 1, grid_tapes: int = 40, workers: int = 2,
        progress: Callable[[str], None] = lambda stage: None) -> dict[str, Any]:
    """The whole study: truths from the prior, then the grid, then longer tapes."""
    with ProcessPoolExecutor(workers) as pool:
        def many(jobs: list[tuple[int, Truth]], years: int = YEARS) -> list[Found]:
            return list(pool.map(partial(one, years=years, book=BOOK), jobs, chunksize=4))

        progress("prior")
        first = seed * 1_000_000
        found = many([(first + k, drawn_truth(first + k)) for k in range(tapes)])
        grid = []
        for place, (values, years) in enumerate([(values, YEARS) for values in GRID]
                                                + [(GRID[0], years) for years in LENGTHS if years != YEARS]):
            truth = Truth(*values)
            progress(f"{truth} {years}")
            start = first + 100_000 + 1000 * place
            grid.append({**asdict(truth), "years": years,
                         **summary(many([(start + k, truth) for k in range(grid_tapes)], years))})
    return {"version": __version__, "tapes": tapes, "seed": seed, "grid_tapes": grid_tapes, "book": BOOK,
            "years": YEARS, "horizon": HORIZON, "level": LEVEL, "prior_spec": asdict(PRIOR), "prior": summary(found),
            "uniformity": uniformity(found), "grid": grid}


if __name__ == "__main__":
    result = run(progress=lambda stage: print(stage, file=sys.stderr))
    Path(sys.argv[1]).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
