"""Good and bad times: Gaussian factors, and the default hazard they give each grade and sector.

One national factor X and one Y per sector, standard normal AR(1) on a step of a month or of a year, mix into
an index W = sqrt(n) X + sqrt(1 - n) Y of unit variance; a low W is a bad time. Given W, the annual default
probability of a grade is Φ((c - a W) / sqrt(1 - a²)) and its monthly hazard -log(1 - p) / 12. On a step of a
year this is Vasicek's one-factor model (Vasicek, "The distribution of loan portfolio value", Risk 15, 2002),
with c = Φ⁻¹(PD) and a = sqrt(ρ). On a step of a month the year averages twelve values of W, so c and a are
solved such that the one-year default rate of a large pool keeps the mean PD and the variance
Vasicek's model has at ρ.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import optimize, special

from simulator.chance.decisions import NATIONAL, SECTOR
from simulator.chance.philox import block
from simulator.chance.variates import normal_quantile
from simulator.jit import kernel

MONTHS = 12              # in a year
LINK_POINTS = 4097       # of the tables that give a hazard for an index W …
LINK_LOW = -10.0         # … from here to -LINK_LOW; beyond, the outermost value holds
_LINK_SCALE = (LINK_POINTS - 1) / (-2.0 * LINK_LOW)
_NO_VARIANCE = 1e-14
_NODES = 96              # of the quadrature over one month's W


# --- how strongly a grade follows the index -------------------------------------------------

def joint_default(pd: float, rho: float) -> float:
    """Chance that two firms of annual default probability ``pd`` and asset correlation ``rho`` both default.

    Φ₂(c, c; ρ) by Owen's T function (Owen, Annals of Mathematical Statistics 27, 1956, 1075-1090).
    """
    return pd - 2.0 * float(special.owens_t(special.ndtri(pd), math.sqrt((1.0 - rho) / (1.0 + rho))))


@lru_cache(maxsize=64)
def _month_to_month(persistence: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gauss-Hermite nodes, square roots of their weights, and the AR(1) transition between nodes.

    By Mehler's formula the transition multiplies the n-th Hermite polynomial by persistence**n.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    roots = np.sqrt(weights / weights.sum())
    basis = np.empty((_NODES, _NODES))
    basis[0] = roots
    basis[1] = roots * nodes
    for n in range(1, _NODES - 1):
        basis[n + 1] = (nodes * basis[n] - math.sqrt(n) * basis[n - 1]) / math.sqrt(n + 1.0)
    return nodes, roots, (basis.T * persistence ** np.arange(_NODES)) @ basis


def one_year_moments(threshold: float, loading: float, persistence: float) -> tuple[float, float]:
    """Mean and variance of the one-year default rate of a large pool, on a monthly step.

    The pool's survival is the product of twelve monthly ones; its moments follow by twelve steps of
    quadrature.
    """
    nodes = _month_to_month(persistence)[0]
    spread = math.sqrt(1.0 - loading * loading)
    log_survival = special.log_ndtr((loading * nodes - threshold) / spread) / MONTHS
    survival, square = year_of_survival(np.outer(log_survival, (1.0, 2.0)), persistence)
    return float(1.0 - survival), float(square - survival * survival)


def year_of_survival(log_survival: np.ndarray, persistence: float) -> np.ndarray:
    """Expected survival of a year, for each column of ``log_survival`` [nodes, pools] of a month given its factor."""
    _, roots, transition = _month_to_month(persistence)
    gain = np.exp(log_survival)
    value = gain * roots[:, None]
    for _ in range(MONTHS - 1):
        value = gain * (transition @ value)
    return np.asarray(roots @ value)


def month_nodes(persistence: float) -> np.ndarray:
    """The values of a month's factor at which ``year_of_survival`` wants to know the month's survival."""
    return _month_to_month(persistence)[0]


@lru_cache(maxsize=4096)
def solve_loading(pd: float, rho: float, persistence: float, steps_per_year: int) -> tuple[float, float]:
    """Threshold c and loading a of a grade.

    ``pd`` annual default probability in (0, 1); ``rho`` one-year asset correlation in [0, 1);
    ``persistence`` of the monthly factor in [0, 1); ``steps_per_year`` 12 or 1. Raises ValueError when no
    loading gives ``rho``.
    """
    if not (0.0 < pd < 1.0 and 0.0 <= rho < 1.0 and 0.0 <= persistence < 1.0):
        raise ValueError(f"no loading for pd {pd}, rho {rho}, persistence {persistence}")
    start = float(special.ndtri(pd))
    if steps_per_year == 1 or rho == 0.0:
        return start, math.sqrt(rho)
    if steps_per_year != MONTHS:
        raise ValueError(f"steps per year must be 1 or {MONTHS}, not {steps_per_year}")
    variance = joint_default(pd, rho) - pd * pd
    if variance < _NO_VARIANCE:            # next to certain default: there is nothing left to correlate
        return start, 0.0

    def miss(x: np.ndarray) -> list[float]:
        mean, var = one_year_moments(x[0], math.sqrt(special.expit(x[1])), persistence)
        return [math.log(mean / pd), math.log(max(var, 1e-300) / variance)]

    lags = np.arange(MONTHS)
    smoothing = float(np.mean(persistence ** np.abs(lags[:, None] - lags)))  # variance of a year's mean W
    found = optimize.root(miss, [start, special.logit(min(rho / smoothing, 0.9))], tol=1e-12)
    if max(map(abs, miss(found.x))) > 1e-8:
        raise ValueError(f"no monthly loading gives pd {pd}, rho {rho} at persistence {persistence}")
    return float(found.x[0]), math.sqrt(float(special.expit(found.x[1])))


def link_table(threshold: float, loading: float) -> np.ndarray:
    """Monthly hazard at LINK_POINTS equally spaced values of the index W."""
    index = np.linspace(LINK_LOW, -LINK_LOW, LINK_POINTS)
    if threshold == -math.inf:
        return np.zeros(LINK_POINTS)
    spread = math.sqrt(1.0 - loading * loading)
    return -special.log_ndtr((loading * index - threshold) / spread) / MONTHS


# --- a scheme's factors ------------------------------------------------------------------------

@dataclass(frozen=True)
class Factors:
    """What the kernels need: months a step lasts, the law of the index, and a link table per grade.

    ``law`` is (persistence per step, weight of X in W, weight of Y in W, shift of W); ``tables`` is
    [LINK_POINTS, grades] in hazard per month; ``loadings`` gives (threshold, loading) by grade.
    """

    step_months: int
    law: np.ndarray
    tables: np.ndarray
    loadings: tuple[tuple[float, float], ...]


def compile_factors(pds: Sequence[float], rho: float, persistence: float, national_share: float,
                    step: str = "month", shift: float = 0.0) -> Factors:
    """Solve and tabulate all grades.

    ``pds`` annual default probabilities in [0, 1) by grade; ``national_share`` part of a² due to the national
    factor; ``step`` "month" or "year"; ``shift`` is added to W, in its standard deviations (negative: bad
    times).
    """
    step_months = {"month": 1, "year": MONTHS}[step]
    # A grade that never defaults has no threshold; its table is zero.
    steps = MONTHS // step_months
    loadings = tuple(
        solve_loading(pd, rho, persistence, steps) if pd > 0.0 else (-math.inf, 0.0) for pd in pds)
    weights = math.sqrt(national_share), math.sqrt(1.0 - national_share)
    law = np.array([persistence**step_months, *weights, shift])
    tables = np.column_stack([link_table(c, a) for c, a in loadings])
    return Factors(step_months, law, np.ascontiguousarray(tables), loadings)


# --- one path ------------------------------------------------------------------------------------

@kernel
def factor_path(seed: int, path: int, months: int, step_months: int, law: np.ndarray,
                index: np.ndarray) -> None:
    """Fill ``index[sector, month]`` with W, and its last row ``index[sectors, month]`` with the national X.

    ``index`` is float64 [sectors + 1, ≥ months]; columns from ``months`` on are left alone.
    """
    sectors = index.shape[0] - 1
    steps = (months + step_months - 1) // step_months
    phi, national, sectoral, shift = law[0], law[1], law[2], law[3]
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
    for row in range(sectors):
        for month in range(months):
            index[row, month] = national * index[sectors, month] + sectoral * index[row, month] + shift


@kernel
def hazard_path(index: np.ndarray, months: int, tables: np.ndarray, hazard: np.ndarray) -> None:
    """Fill ``hazard[grade, sector, month]`` with the cumulative hazard from day 0 to the month's start.

    ``index`` as filled by ``factor_path``; ``hazard`` is float64 [grades, sectors, ≥ months + 1].
    """
    sectors = index.shape[0] - 1
    grades = tables.shape[1]
    for sector in range(sectors):
        for grade in range(grades):
            hazard[grade, sector, 0] = 0.0
        for month in range(months):
            place = (index[sector, month] - LINK_LOW) * _LINK_SCALE
            place = min(max(place, 0.0), LINK_POINTS - 1.0)
            cell = min(int(place), LINK_POINTS - 2)
            part = place - cell
            for grade in range(grades):
                low = tables[cell, grade]
                rise = low + part * (tables[cell + 1, grade] - low)
                hazard[grade, sector, month + 1] = hazard[grade, sector, month] + rise


@kernel
def cumulative_hazard(seed: int, path: int, months: int, step_months: int, law: np.ndarray,
                      tables: np.ndarray, index: np.ndarray, hazard: np.ndarray) -> None:
    """One path's factors and cumulative hazards: ``factor_path``, then ``hazard_path``."""
    factor_path(seed, path, months, step_months, law, index)
    hazard_path(index, months, tables, hazard)
