"""Good and bad times: Gaussian factors, and the default hazard they give each grade and sector.

One national factor X and one Y per sector, standard normal AR(1) on a step of a month, a quarter or a year, mix into
an index W = sqrt(n) X + sqrt(1 - n) Y of unit variance for each sector; a low W is a bad time. A stress path moves W by
date, or holds X at a value. How W becomes a hazard, and how strongly, is the link's affair (``loadings``): the hazard
a month is tabulated over W for every grade, sector strength and period of the default probabilities.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulator.chance.decisions import NATIONAL, SECTOR
from simulator.chance.loadings import MONTHS, STEPS, Link, Strength, solve_loading, variance_asked, yearly_hazard
from simulator.chance.philox import block
from simulator.chance.variates import normal_quantile
from simulator.jit import kernel

SURE = 1 - 1e-9          # a default probability of 100 % has no threshold
FREE = math.inf          # where a national factor is held at no value
LINK_POINTS = 4097       # of the tables that give a hazard for an index W …
LINK_LOW = -10.0         # … from here to -LINK_LOW; beyond, the outermost value holds
_LINK_SCALE = (LINK_POINTS - 1) / (-2.0 * LINK_LOW)


# --- a scheme's factors ------------------------------------------------------------------------

@dataclass(frozen=True)
class Economy:
    """What a scheme says of its factors, by sector.

    ``strengths`` (measure, value) of the one-year correlation; ``national`` share of the index's variance due to X;
    ``persistence`` of the monthly factor. ``stress`` is float64[2, months]: what is added to W, and the value X is
    held at (infinite: it runs free). ``pd_factors`` default probabilities relative to the grades', none: all alike.
    """

    strengths: tuple[tuple[Strength, float], ...]
    national: tuple[float, ...]
    persistence: float
    stress: np.ndarray
    link: Link = "gaussian"
    step: str = "month"
    pd_factors: tuple[float, ...] = ()

    @property
    def kinds(self) -> tuple[tuple[tuple[Strength, float], float], ...]:
        """Strength and relative default probability, each pair once: sectors that share one share their tables."""
        return tuple(dict.fromkeys(self.by_sector))

    @property
    def by_sector(self) -> tuple[tuple[tuple[Strength, float], float], ...]:
        """The same of every sector."""
        return tuple(zip(self.strengths, self.pd_factors or (1.0,) * len(self.strengths), strict=True))

    @property
    def months(self) -> int:
        """Months the tables cover."""
        return self.stress.shape[1]


@dataclass(frozen=True)
class Factors:
    """What the kernels need: months a step lasts, persistence a step, the mix by sector, stress, and link tables.

    ``weights`` is float64[sectors, 2]: weight of X and of Y in W; ``tables`` float64[kinds, LINK_POINTS, grades] in
    hazard per month; ``kinds`` int64[sectors, months] says which table holds; ``loadings`` gives (level, strength) by
    kind and grade.
    """

    step_months: int
    persistence: float
    weights: np.ndarray
    stress: np.ndarray
    tables: np.ndarray
    kinds: np.ndarray
    loadings: tuple[tuple[tuple[float, float], ...], ...]


def steady(sectors: int, months: int, rho: float, persistence: float, national: float, *, link: Link = "gaussian",
           step: str = "month", shift: float = 0.0, measure: Strength = "rho") -> Economy:
    """An economy whose sectors are alike, with a constant ``shift`` of W in its standard deviations."""
    stress = np.vstack([np.full(months, shift), np.full(months, FREE)])
    return Economy(((measure, rho),) * sectors, (national,) * sectors, persistence, stress, link, step)


def loading_of(economy: Economy, strength: tuple[Strength, float], pd: float) -> tuple[float, float]:
    """Level and strength of a grade; one that never defaults has neither. Raises ValueError if there are none."""
    if pd <= 0.0:
        return -math.inf, 0.0
    variance = variance_asked(pd, *strength)
    return solve_loading(economy.link, pd, variance, economy.persistence, STEPS[economy.step])


def link_table(link: Link, level: float, strength: float) -> np.ndarray:
    """Monthly hazard at LINK_POINTS equally spaced values of the index W."""
    if level == -math.inf:
        return np.zeros(LINK_POINTS)
    return yearly_hazard(link, level, strength, np.linspace(LINK_LOW, -LINK_LOW, LINK_POINTS)) / MONTHS


def scaled(pds: Sequence[float], factor: float, own: int) -> list[float]:
    """Default probabilities of a sector; the last ``own`` are those of single loans, which know their sector."""
    graded = len(pds) - own
    return [min(pd * factor, SURE) if n < graded else pd for n, pd in enumerate(pds)]


def compile_factors(economy: Economy, pds: Sequence[Sequence[float]], periods: np.ndarray, own: int = 0) -> Factors:
    """Solve and tabulate all grades.

    ``pds`` annual default probabilities in [0, 1) by period and grade, the last ``own`` no grades but single loans';
    ``periods`` int64[months] which of them holds.
    """
    kinds = economy.kinds
    loadings = tuple(tuple(loading_of(economy, strength, pd) for pd in scaled(row, factor, own))
                     for strength, factor in kinds for row in pds)
    tables = np.array([np.column_stack([link_table(economy.link, *each) for each in row]) for row in loadings])
    place = np.array([kinds.index(kind) for kind in economy.by_sector], np.int64)
    weights = np.sqrt(np.array([[n, 1.0 - n] for n in economy.national]))
    step = STEPS[economy.step]
    return Factors(step, economy.persistence**step, weights, np.ascontiguousarray(economy.stress),
                   np.ascontiguousarray(tables), place[:, None] * len(pds) + periods[None, :], loadings)


# --- one path ------------------------------------------------------------------------------------

@kernel
def factor_path(seed: int, path: int, months: int, step_months: int, phi: float, weights: np.ndarray,
                stress: np.ndarray, index: np.ndarray) -> None:
    """Fill ``index[sector, month]`` with W, and its last row ``index[sectors, month]`` with the national X.

    ``phi`` persistence a step; ``weights`` and ``stress`` as in ``Factors`` and ``Economy``; ``index`` is float64
    [sectors + 1, ≥ months]; columns from ``months`` on are left alone.
    """
    sectors = index.shape[0] - 1
    steps = (months + step_months - 1) // step_months
    noise = math.sqrt(1.0 - phi * phi)
    for row in range(sectors + 1):
        decision, entity = (NATIONAL, 0) if row == sectors else (SECTOR, row << 12)
        for step in range(0, steps, 4):
            u0, u1, u2, u3 = block(seed, path, decision, entity + (step >> 2), 0)
            index[row, step] = u0
            if step + 1 < steps:
                index[row, step + 1] = u1
            if step + 2 < steps:
                index[row, step + 2] = u2
            if step + 3 < steps:
                index[row, step + 3] = u3
        value = normal_quantile(index[row, 0])
        index[row, 0] = value
        for step in range(1, steps):
            value = phi * value + noise * normal_quantile(index[row, step])
            index[row, step] = value
        if step_months > 1:
            for month in range(months - 1, 0, -1):  # backwards: a step is read before it is written over
                index[row, month] = index[row, month // step_months]
    for month in range(months):
        if stress[1, month] < FREE:
            index[sectors, month] = stress[1, month]
    for row in range(sectors):
        national, sectoral = weights[row, 0], weights[row, 1]
        for month in range(months):
            index[row, month] = national * index[sectors, month] + sectoral * index[row, month] + stress[0, month]


@kernel
def hazard_path(index: np.ndarray, months: int, tables: np.ndarray, kinds: np.ndarray, hazard: np.ndarray) -> None:
    """Fill ``hazard[grade, sector, month]`` with the cumulative hazard from day 0 to the month's start.

    ``index`` as filled by ``factor_path``; ``tables`` and ``kinds`` as in ``Factors``; ``hazard`` is float64 [grades,
    sectors, ≥ months + 1].
    """
    sectors = index.shape[0] - 1
    grades = tables.shape[2]
    for sector in range(sectors):
        for grade in range(grades):
            hazard[grade, sector, 0] = 0.0
        for month in range(months):
            place = (index[sector, month] - LINK_LOW) * _LINK_SCALE
            place = min(max(place, 0.0), LINK_POINTS - 1.0)
            cell = min(int(place), LINK_POINTS - 2)
            part = place - cell
            kind = kinds[sector, month]
            for grade in range(grades):
                low = tables[kind, cell, grade]
                rise = low + part * (tables[kind, cell + 1, grade] - low)
                hazard[grade, sector, month + 1] = hazard[grade, sector, month] + rise


@kernel
def cumulative_hazard(seed: int, path: int, months: int, step_months: int, phi: float, weights: np.ndarray,
                      stress: np.ndarray, tables: np.ndarray, kinds: np.ndarray, index: np.ndarray,
                      hazard: np.ndarray) -> None:
    """One path's factors and cumulative hazards: ``factor_path``, then ``hazard_path``."""
    factor_path(seed, path, months, step_months, phi, weights, stress, index)
    hazard_path(index, months, tables, kinds, hazard)
