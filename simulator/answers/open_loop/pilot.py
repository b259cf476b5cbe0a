"""Rare events: the chance of more claims than a size, by importance sampling along one direction of the factors.

Given the factors the tail is known, so only they are sampled. The direction is the one along which the expected claims
rise fastest; along it bad economies are drawn more often, by the density that minimises the variance of a fitted
tail, and weighted back. Glasserman and Li, Management Science 51 (2005) 1643-1656, for a fixed shift.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy import special, stats

from simulator.answers.open_loop import factors
from simulator.answers.open_loop.claims import (
    GRID,
    POINTS,
    Times,
    keep,
    mixed_segments,
    plan_key,
    plan_of,
    quarters_of,
    sobol_times,
    times_of,
)
from simulator.answers.open_loop.total import by_point, grid_step, problems
from simulator.engine.tables import Tables

DEFENCE = 0.05                 # part of the draws that stay as they are: bounds every weight by 20
REPLICATES, BATCH = 16, 256    # independent scrambles, points of each
REACH = 9.0                    # standard deviations the direction is followed
NUDGE, BAD = 1e-3, 2.5         # of the slope; standard deviations into a bad economy
NEAR, FAR = -1.0, 7.0          # steps at which the tail is looked at for the proposal
WIDE = 1.5                     # mean and deviation of the wider half
SMOOTH, STEEP = 0.3, 3.0       # width of the smoothing; how fast a tail falls towards good times
FLOOR = 1e-13                  # of a conditional tail: below, the transform's rounding


@dataclass(frozen=True)
class Tail:
    """Chance of more than ``amount`` fen: its estimate, its standard error between replicates, and what it saved.

    ``reduction``: variance of as many plain paths, each counted as beyond or not, over the variance here;
    ``smooth``: the same of the plain Sobol points; ``effective`` effective sample size as a share of the points.
    """

    amount: float
    chance: float
    se: float
    points: int
    reduction: float
    smooth: float
    effective: float
    largest_weight: float


@dataclass(frozen=True)
class Proposal:
    """Density of the step along ``direction``, on a grid: ``steps``, ``density`` and its distribution function."""

    direction: np.ndarray
    steps: np.ndarray
    density: np.ndarray
    below: np.ndarray


def tails(tables: Tables, measure: str, times: Times, seed: int, amount: float, step: float) -> np.ndarray:
    """Chance of more than ``amount`` at each point."""
    rows = by_point(problems(tables, times, seed, (measure,))[measure], step, GRID)
    place = min(GRID - 1, int(amount // step))
    beyond: np.ndarray = np.clip(1.0 - np.cumsum(rows, axis=1)[:, place], 0.0, 1.0)
    return np.where(beyond < FLOOR, 0.0, beyond)


def steepest(tables: Tables, measure: str, seed: int) -> np.ndarray:
    """Unit vector along which the log of the expected claims rises fastest, seen from a bad economy."""
    p = plan_of(tables)
    uniforms = np.full((p.size + 1, len(mixed_segments(tables)) * quarters_of(tables)), 0.5)
    direction = np.zeros(p.size)
    for far in (0.0, BAD):
        around = far * direction + np.vstack([np.zeros(p.size), np.eye(p.size) * NUDGE])
        times = times_of(tables, around, uniforms, np.full(p.size + 1, 1.0 / (p.size + 1)))
        expected, _ = problems(tables, times, seed, (measure,))[measure].moments
        slope = np.log(np.maximum(expected[1:], 1e-300) / max(expected[0], 1e-300))
        direction = slope / max(float(np.linalg.norm(slope)), 1e-300)
    return direction


def along(tables: Tables, direction: np.ndarray, steps_of: Callable[[np.ndarray], np.ndarray], points: int,
          seed: int) -> tuple[Times, np.ndarray]:
    """Scrambled points that go ``steps_of`` a uniform far along the direction, the rest as it is: (times, steps)."""
    p = plan_of(tables)
    z, u = factors.coordinates(p, points, len(mixed_segments(tables)) * quarters_of(tables), seed)
    first = int(factors.coordinate_order(p)[0])
    steps = steps_of(special.ndtr(z[:, first]))
    z[:, first] = steps
    axis = np.zeros(p.size)
    axis[first] = 1.0
    mirror = axis - direction
    length = float(mirror @ mirror)
    if length > 1e-24:                     # Householder: turns the first axis into the direction
        z = z - np.outer(z @ mirror, mirror) * (2.0 / length)
    return times_of(tables, z, u, np.full(points, 1.0 / points)), steps


def proposal(tables: Tables, measure: str, direction: np.ndarray, amount: float, step: float, seed: int) -> Proposal:
    """The best density of the step along a direction: the normal's times the root mean square of the tail there."""
    times, seen_at = along(tables, direction, lambda u: NEAR + (FAR - NEAR) * u, BATCH, seed + 500)
    beyond = tails(tables, measure, times, seed, amount, step)
    steps = np.linspace(-REACH, REACH, 2001)
    near = np.exp(-0.5 * np.square((np.clip(steps, NEAR, FAR)[:, None] - seen_at) / SMOOTH))
    square = (near @ np.square(beyond)) / near.sum(axis=1)
    rising = np.exp(STEEP * np.minimum(steps - NEAR, 0.0))    # below what was looked at, the tail only falls
    root = np.sqrt(np.maximum(square, FLOOR**2)) * rising
    plain = stats.norm.pdf(steps)
    best = plain * root
    width = steps[1] - steps[0]
    density = DEFENCE * plain / (plain.sum() * width) + (1 - DEFENCE) * best / (best.sum() * width)
    below = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2 * width)])
    return Proposal(direction, steps, density / below[-1], below / below[-1])


def tilted_times(tables: Tables, where: Proposal, points: int, seed: int) -> Times:
    """Scrambled points whose step along the direction follows the proposal, weighted back."""
    times, steps = along(tables, where.direction, lambda u: np.interp(u, where.below, where.steps), points, seed)
    return replace(times, weights=stats.norm.pdf(steps) / np.interp(steps, where.steps, where.density) / points)


def wide_times(tables: Tables, points: int, seed: int) -> Times:
    """Points for middle and tail alike: half of the steps plain, half wider and towards bad times, weighted back."""
    direction = keep(("steepest", plan_key(tables), tables.law.mixing.tobytes()),
                     lambda: steepest(tables, "paid", seed))
    steps = np.linspace(-REACH, REACH, 4001)
    density = 0.5 * stats.norm.pdf(steps) + 0.5 * stats.norm.pdf(steps, WIDE, WIDE)
    below = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2 * (steps[1] - steps[0]))])
    times, found = along(tables, direction, lambda u: np.interp(u, below / below[-1], steps), points, seed)
    weights = stats.norm.pdf(found) / np.interp(found, steps, density)
    return replace(times, weights=weights / weights.sum())


def tail_of(tables: Tables, measure: str, amount: float, seed: int = 1) -> Tail:
    """The chance of more than ``amount`` fen of a measure, and what the sampling saved."""
    base = sobol_times(tables, POINTS, seed)
    problem = problems(tables, base, seed, (measure,))[measure]
    step = max(grid_step(problem), amount * 1.5 / GRID)
    where = proposal(tables, measure, steepest(tables, measure, seed), amount, step, seed)
    found, smooth, worth, largest = [], [], [], 0.0
    for n in range(REPLICATES):
        times = tilted_times(tables, where, BATCH, seed + 1000 + n)
        beyond = tails(tables, measure, times, seed, amount, step)
        weighted = times.weights * beyond
        found.append(float(weighted.sum()))
        largest = max(largest, float((times.weights * BATCH).max()))
        worth.append(float(weighted.sum())**2 / max(float((weighted**2).sum()), 1e-300) / BATCH)
        plain = sobol_times(tables, BATCH, seed + 2000 + n)
        smooth.append(float(plain.weights @ tails(tables, measure, plain, seed, amount, step)))
    chance, variance = float(np.mean(found)), float(np.var(found, ddof=1))
    counted = chance * (1 - chance) / BATCH
    return Tail(amount, chance, float(np.sqrt(variance / REPLICATES)), REPLICATES * BATCH,
                counted / max(variance, 1e-300), counted / max(float(np.var(smooth, ddof=1)), 1e-300),
                float(np.mean(worth)), largest)
