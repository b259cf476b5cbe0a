"""From expected claims and marks to the distribution of the fund's total."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import fft

from simulator.answers.open_loop import marks as m
from simulator.answers.open_loop.claims import (
    GRID,
    MEASURES,
    POINTS,
    Distribution,
    Kind,
    Pots,
    Times,
    in_halves,
    kinds,
    means_of,
    pots_of,
    sobol_times,
)
from simulator.answers.open_loop.mixing import common_unit, mix_pots
from simulator.engine import layout as at
from simulator.engine.tables import Tables

SPREAD = 8.0                   # standard deviations of the worst point the grid must hold


@dataclass(frozen=True)
class Stream:
    """Claims of one size law: their expected number float64[points] with the fund whole, and if a pot closes.

    ``closed`` float64[closing days, points]; ``sizes`` and ``weights`` the law of a size (fen); ``firms`` how many
    firms there are if ``full`` is the chance of one firm's claim (fixed book), 0 for a Poisson number.
    """

    full: np.ndarray
    closed: np.ndarray
    sizes: np.ndarray
    weights: np.ndarray
    firms: int


@dataclass(frozen=True)
class Problem:
    """All streams of one measure, the pots they fall on, and the weights of the points.

    ``closing`` the days on which a pot may close, in the order of the streams' ``closed``.
    """

    streams: list[Stream]
    pots: list[Pots]
    closing: list[int]
    weights: np.ndarray

    def place(self, pot: Pots) -> int:
        """Which closing day is this pot's; −1 for one that never closes."""
        return self.closing.index(pot.closes) if pot.fails > 0 else -1

    @cached_property
    def moments(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean and variance of the total by point."""
        mean, variance = np.zeros(len(self.weights)), np.zeros(len(self.weights))
        sizes = np.array([(s.weights @ s.sizes, s.weights @ s.sizes**2) for s in self.streams]).reshape(-1, 2).T
        poisson = [n for n, s in enumerate(self.streams) if not s.firms]
        firms = [n for n, s in enumerate(self.streams) if s.firms]
        if firms:
            number = self.streams[firms[0]].firms
            one, two = sizes[:, firms] @ np.array([self.streams[n].full for n in firms])
            mean, variance = number * one, number * (two - one**2)
        if poisson:
            # By state of a pot (whole, then closed on each day) and power of the size: Σ mean · size.
            states = np.array([sizes[:, poisson] @ np.array([self.streams[n].full for n in poisson]),
                               *(sizes[:, poisson] @ np.array([self.streams[n].closed[k] for n in poisson])
                                 for k in range(len(self.closing)))])
            for pot in self.pots:
                whole, short = pot.share * states[0], pot.share * states[1 + self.place(pot)]
                ours = (1 - pot.fails) * whole[0] + pot.fails * short[0]
                square = (1 - pot.fails) * (whole[1] + whole[0]**2) + pot.fails * (short[1] + short[0]**2)
                mean, variance = mean + pot.count * ours, variance + pot.count * (square - ours**2)
        return mean, np.maximum(variance, 0.0)


def problems(tables: Tables, times: Times, seed: int, measures: Sequence[str] = MEASURES) -> dict[str, Problem]:
    """The streams of the measures at the given points of the factor integral."""
    pots, whole = pots_of(tables), tables.law.whole
    closing = sorted({p.closes for p in pots if p.fails > 0})
    ever = [1e9, *map(float, closing)]
    window = [min(limit, float(whole[at.N_DAYS])) for limit in ever]
    limits = (ever if {"paid", "net"} & {*measures} else []) + (window if "window" in measures else [])
    streams: dict[str, list[Stream]] = {name: [] for name in measures}
    for kind, part in kinds(tables, seed):
        means = means_of(tables, kind, part, times, limits)
        number = int(whole[at.BOOK_LOANS]) if kind.fixed else 0
        for name, found in streams.items():
            if name == "net":
                found += _by_cell(kind, means[0], means[1:len(ever)], number)
            else:
                mine = means[-len(ever):] if name == "window" else means[:len(ever)]
                found.append(_pooled(kind, times.weights, mine[0], mine[1:], number))
    return {name: Problem(found, pots, closing, times.weights) for name, found in streams.items()}


def _pooled(kind: Kind, points: np.ndarray, full: np.ndarray, closed: np.ndarray, firms: int) -> Stream:
    """Payments hardly depend on when a loan defaults: one law of sizes, its cells weighted by their mean."""
    profile = points @ full
    profile = profile / max(profile.sum(), 1e-300)
    used = np.flatnonzero(profile)
    weights = profile[used, None] * (kind.weights / kind.weights.sum())
    return Stream(full.sum(axis=1), closed.sum(axis=2), kind.marks.paid[np.ix_(used, kind.rows)].reshape(-1),
                  weights.reshape(-1), firms)


def _by_cell(kind: Kind, full: np.ndarray, closed: np.ndarray, firms: int) -> list[Stream]:
    """What comes back depends on the age of the loan and on the time left: a stream for each cell."""
    weights = kind.weights / kind.weights.sum()
    return [Stream(np.ascontiguousarray(full[:, c]), np.ascontiguousarray(closed[:, :, c]),
                   kind.marks.net[c, kind.rows], weights, firms)
            for c in range(m.CELLS) if full[:, c].any()]


def _transforms(problem: Problem, step: float, grid: int) -> np.ndarray:
    """φ − 1 of every stream: complex[streams, frequencies]; a size between two grid points is split between them."""
    table = np.zeros((len(problem.streams), grid))
    for n, s in enumerate(problem.streams):
        place = s.sizes / step
        low = np.minimum(place.astype(np.int64), grid - 2)
        up = place - low
        table[n] = np.bincount(low, s.weights * (1 - up), grid) + np.bincount(low + 1, s.weights * up, grid)
    found: np.ndarray = fft.rfft(table, axis=1) - 1.0
    return found


def _exponents(problem: Problem, streams: list[int], means: list[np.ndarray], phi: np.ndarray) -> np.ndarray:
    """Σ mean · (φ − 1) by point: complex[points, frequencies]."""
    if not streams:
        return np.zeros((len(problem.weights), phi.shape[1]), complex)
    # Means are real: products of real matrices take half the time of complex ones.
    found: np.ndarray = (np.array(means).T @ phi[streams].view(float)).view(complex)
    return found


def _characteristic(problem: Problem, phi: np.ndarray) -> np.ndarray:
    """Characteristic function by point: complex[points, frequencies]."""
    poisson = [n for n, s in enumerate(problem.streams) if not s.firms]
    firms = [n for n, s in enumerate(problem.streams) if s.firms]
    result = np.ones((len(problem.weights), phi.shape[1]), complex)
    if poisson:
        exponents = np.array([
            _exponents(problem, poisson, [problem.streams[n].full for n in poisson], phi),
            *(_exponents(problem, poisson, [problem.streams[n].closed[k] for n in poisson], phi)
              for k in range(len(problem.closing)))])
        unit = common_unit([pot.share for pot in problem.pots])
        pots = np.array([(pot.share, round(pot.share / unit) if unit else 0, pot.count, pot.fails,
                          1 + problem.place(pot)) for pot in problem.pots])
        in_halves(len(result), lambda low, high: mix_pots(exponents[:, low:high], pots, unit, result[low:high]))
    if firms:
        one = _exponents(problem, firms, [problem.streams[n].full for n in firms], phi)
        result *= np.exp(problem.streams[firms[0]].firms * np.log1p(one))
    return result


def grid_step(problem: Problem, grid: int = GRID) -> float:
    """Step of a grid that holds the worst point's total."""
    mean, variance = problem.moments
    largest = max((float(s.sizes.max(initial=0.0)) for s in problem.streams), default=0.0)
    return max(1.0, float((mean + SPREAD * np.sqrt(variance)).max(initial=0.0) + largest) / (grid - 2))


def by_point(problem: Problem, step: float, grid: int = GRID) -> np.ndarray:
    """Distribution of the total at each point: float64[points, grid]."""
    found: np.ndarray = fft.irfft(_characteristic(problem, _transforms(problem, step, grid)), grid, axis=1)
    return found


def distribution(problem: Problem, grid: int = GRID) -> Distribution:
    """The total over all points."""
    if not problem.streams:
        pmf = np.zeros(grid)
        pmf[0] = 1.0
        return Distribution(1.0, pmf, 0.0, 0.0)
    step = grid_step(problem, grid)
    mixed = problem.weights @ _characteristic(problem, _transforms(problem, step, grid))
    mean, variance = problem.moments
    total = float(problem.weights @ mean)
    spread = float(problem.weights @ (variance + (mean - total)**2))
    return Distribution(step, fft.irfft(mixed, grid), total, float(np.sqrt(spread)))


def totals(tables: Tables, points: int = POINTS, seed: int = 1, measures: tuple[str, ...] = MEASURES,
           grid: int = GRID) -> dict[str, Distribution]:
    """Distribution of the fund's total claims, by measure.

    ``paid`` all claims it pays, run-off included; ``window`` those paid within the window; ``net`` less what
    recoveries bring back before the books close. ``points`` scrambled Sobol points of the factor integral (a power
    of two); ``seed`` of the scrambles of the factors and of the marks.
    """
    return totals_at(tables, sobol_times(tables, points, seed), seed, measures, grid)


def totals_at(tables: Tables, times: Times, seed: int, measures: tuple[str, ...] = MEASURES,
              grid: int = GRID) -> dict[str, Distribution]:
    """The same at given points of the factor integral, weighted."""
    found = problems(tables, times, seed, measures)
    return {name: distribution(found[name], grid) for name in measures}
