"""A second method: the open-loop calculator beside the closed forms, and the engine beside the calculator.

The calculator integrates over scrambled points and puts totals on a grid. Its figures are therefore means over
independent scrambles with a standard error of their own, which counts in z, and a bound on the grid's error.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from simulator.answers.open_loop.claims import Distribution
from simulator.answers.open_loop.pilot import wide_times
from simulator.answers.open_loop.total import by_point, distribution, problems
from simulator.engine.tables import Tables

SCRAMBLES = 16
POINTS = 512                               # of the factor integral, each scramble
GRID = 2048                                # of totals; half as many beside it bound its error
Figure = Callable[[Distribution], float]


@dataclass(frozen=True)
class Said:
    """What the calculator says of a quantity: mean over scrambles, standard error of it, bound of the grid's error."""

    value: float
    se: float
    bound: float


@dataclass(frozen=True)
class Scrambles:
    """A total by independent scrambles, on a grid and on one twice as coarse (the same twice if the grid is exact)."""

    fine: tuple[Distribution, ...]
    coarse: tuple[Distribution, ...]

    def say(self, figure: Figure) -> Said:
        """A figure of the total. Its error falls with the square of the step: a third of the difference is left."""
        fine = np.array([figure(each) for each in self.fine])
        coarse = np.mean([figure(each) for each in self.coarse])
        value = float(fine.mean())
        return Said(value, float(fine.std(ddof=1)) / math.sqrt(len(fine)), abs(value - float(coarse)))


def beyond(amount: float) -> Figure:
    """Chance of more than an amount; a grid point stands for half a step on either side of it."""
    return lambda d: float(np.interp(amount, (np.arange(len(d.cdf)) + 0.5) * d.step, 1.0 - d.cdf))


def at_most(cap: float) -> Figure:
    """Expected smaller of the total and a cap."""
    return lambda d: float(d.pmf @ np.minimum(np.arange(len(d.pmf)) * d.step, cap))


def quantile(level: float) -> Figure:
    """Amount exceeded with a chance of 1 - ``level``."""
    return lambda d: d.quantile(level)


def total(tables: Tables, measure: str, scrambles: int = SCRAMBLES // 2, points: int = POINTS) -> Scrambles:
    """The fund's claims by formula; ``measure`` paid or net."""
    fine, coarse = [], []
    for seed in range(1, scrambles + 1):
        problem = problems(tables, wide_times(tables, points, seed), seed, (measure,))[measure]
        fine.append(distribution(problem, GRID))
        coarse.append(distribution(problem, GRID // 2))
    return Scrambles(tuple(fine), tuple(coarse))


def total_in_units(tables: Tables, unit: float, grid: int, points: int = POINTS,
                   scrambles: int = SCRAMBLES) -> Scrambles:
    """The same where every claim is a whole number of units, so that the grid is exact."""
    found = []
    for seed in range(1, scrambles + 1):
        problem = problems(tables, wide_times(tables, points, seed), seed, ("paid",))["paid"]
        pmf = problem.weights @ by_point(problem, unit, grid)
        numbers = np.arange(grid)
        mean = float(pmf @ numbers)
        found.append(Distribution(unit, pmf, unit * mean, unit * math.sqrt(float(pmf @ (numbers - mean) ** 2))))
    return Scrambles(tuple(found), tuple(found))
