"""Which points of the unit cube to try, and what the values there say of each coordinate: no scheme, only numbers.

Morris, M. (1991), Factorial sampling plans for preliminary computational experiments, Technometrics 33(2); Campolongo,
F., Cariboni, J., Saltelli, A. (2007), An effective screening design, Environmental Modelling & Software 22(10);
Saltelli, A. et al. (2010), Variance based sensitivity analysis of model output, Computer Physics Communications 181(2).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.stats import qmc

Array = npt.NDArray[np.float64]
LEVELS = 4                                 # 0, ⅓, ⅔, 1 of each range
JUMP = LEVELS / (2 * (LEVELS - 1))         # ⅔: every level is tried as often as any other
RESAMPLES = 999


def trajectories(coordinates: int, count: int, seed: int) -> Array:
    """``count`` walks through the unit cube as [walk, point, coordinate]; each step moves one coordinate by JUMP.

    Every walk moves every coordinate once, in random order, between levels of the grid 0, ⅓, ⅔, 1.
    """
    random = np.random.default_rng((seed, 11))
    walks = np.empty((count, coordinates + 1, coordinates))
    for walk in walks:
        walk[:] = random.integers(0, LEVELS // 2, coordinates) / (LEVELS - 1)
        up = random.random(coordinates) < 0.5
        walk[:, ~up] += JUMP
        for step, place in enumerate(random.permutation(coordinates), start=1):
            walk[step:, place] += JUMP if up[place] else -JUMP
    return walks


@dataclass(frozen=True, slots=True)
class Screen:
    """What one coordinate does from end to end of its range, in the unit of the values.

    ``strength`` the mean size of its effect (Morris' μ*) with standard error ``se``; ``spread`` the standard deviation
    of the effect from place to place (σ): beside ``strength`` it tells how much depends on the other coordinates.
    ``drift`` is the mean effect with its sign (μ).
    """

    strength: float
    se: float
    spread: float
    drift: float


def screened(walks: Array, values: Array) -> list[Screen]:
    """Every coordinate's effects; ``values`` as [walk, point]."""
    steps, changes = np.diff(walks, axis=1), np.diff(values, axis=1)
    moved = np.argmax(np.abs(steps), axis=2)                     # [walk, step] → coordinate
    effects = np.empty((walks.shape[0], walks.shape[2]))
    for walk in range(len(walks)):
        effects[walk, moved[walk]] = changes[walk] / steps[walk, np.arange(steps.shape[1]), moved[walk]]
    sizes, count = np.abs(effects), len(effects)
    return [Screen(float(sizes[:, n].mean()), float(sizes[:, n].std(ddof=1) / np.sqrt(count)),
                   float(effects[:, n].std(ddof=1)), float(effects[:, n].mean())) for n in range(effects.shape[1])]


def variance_points(coordinates: int, samples: int, groups: Sequence[Sequence[int]], seed: int) -> Array:
    """Saltelli's design as [sample, row, coordinate]; the rows are A, B, and A with one group of coordinates from B.

    ``samples`` is a power of two; scrambled Sobol points.
    """
    both = qmc.Sobol(2 * coordinates, scramble=True, seed=np.random.default_rng((seed, 12))).random(samples)
    rows = np.repeat(both[:, None, :coordinates], 2 + len(groups), axis=1)
    rows[:, 1] = both[:, coordinates:]
    for place, group in enumerate(groups, start=2):
        rows[:, place, list(group)] = rows[:, 1, list(group)]
    return rows


@dataclass(frozen=True, slots=True)
class Part:
    """The part of the variance that a group of coordinates accounts for, with 95 % intervals.

    ``first``: by itself; ``total``: with everything it does together with others.
    """

    first: float
    first_low: float
    first_high: float
    total: float
    total_low: float
    total_high: float


def variance_parts(values: Array, seed: int) -> list[Part]:
    """Sobol' indices of every group; ``values`` as [sample, row] of :func:`variance_points`.

    Where the values do not vary, nothing accounts for anything; a group that is all there is, for everything. Intervals
    are bootstrapped over the samples.
    """
    samples, rows = values.shape
    if np.ptp(values) == 0 or rows == 3:
        return [Part(*[float(np.ptp(values) > 0)] * 6)] * (rows - 2)

    def indices(chosen: npt.NDArray[np.int64]) -> Array:
        a, b, mixed = values[chosen, 0], values[chosen, 1], values[chosen, 2:].T
        found = stats.sobol_indices(func={"f_A": a[None], "f_B": b[None], "f_AB": mixed[:, None, :]}, n=samples)
        return np.stack([np.atleast_1d(found.first_order), np.atleast_1d(found.total_order)])

    at = indices(np.arange(samples))
    chosen = np.random.default_rng((seed, 13)).integers(0, samples, size=(RESAMPLES, samples))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        again = np.stack([indices(each) for each in chosen])
    low, high = np.quantile(again, (0.025, 0.975), axis=0)
    return [Part(*(float(each[kind, n]) for kind in (0, 1) for each in (at, low, high))) for n in range(rows - 2)]
