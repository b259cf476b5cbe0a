"""Good and bad times, integrated: scrambled Sobol points over the factor paths and the quarters' multipliers.

The AR(1) paths are written in the principal components of their covariance, the strongest first, so that the
leading coordinates of the sequence, its best, carry most of the variance.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import special
from scipy.stats import qmc

LEADING = 64                   # coordinates ordered by their part of the variance; the rest follow


@dataclass(frozen=True)
class Plan:
    """How normal coordinates become factor paths.

    ``components`` float64[steps, steps]: by component, strongest first, what one unit of it adds to each step of a
    path. A path for each sector, then the nation's. ``weights`` float64[sectors, 2] and ``stress`` float64[2, months]
    as in the compiled law.
    """

    months: int
    step_months: int
    components: np.ndarray
    weights: np.ndarray
    stress: np.ndarray

    @property
    def rows(self) -> int:
        """Rows of values a path holds: one a sector, then the national factor."""
        return len(self.weights) + 1

    @property
    def size(self) -> int:
        """Normal coordinates of all paths."""
        return len(self.components) * self.rows


def plan(months: int, step_months: int, persistence: float, weights: np.ndarray, stress: np.ndarray) -> Plan:
    """Principal components of a stationary AR(1) path of ``months``; ``persistence`` a step."""
    steps = -(-months // step_months)
    lags = np.abs(np.subtract.outer(np.arange(steps), np.arange(steps)))
    covariance = persistence ** lags if persistence > 0 else np.eye(steps)
    values, vectors = np.linalg.eigh(covariance)
    strongest = np.argsort(values)[::-1]
    components = (vectors[:, strongest] * np.sqrt(np.maximum(values[strongest], 0.0))).T
    return Plan(months, step_months, np.ascontiguousarray(components), weights, stress)


def coordinate_order(p: Plan) -> np.ndarray:
    """Places of the coordinates (row · steps + component), the strongest first: the nation moves every sector."""
    strength = np.square(p.components).sum(axis=1)
    sectors = len(p.weights)
    part = np.append(p.weights[:, 1] ** 2 / sectors**2, (p.weights[:, 0] ** 2).mean())
    order: np.ndarray = np.argsort(-np.outer(part, strength).reshape(-1), kind="stable")
    return order


def index_paths(p: Plan, normals: np.ndarray) -> np.ndarray:
    """The index W float64[n, sectors, months] from standard normals float64[n, size] in the plan's own places."""
    paths = normals.reshape(len(normals), p.rows, len(p.components)) @ p.components
    months = np.repeat(paths, p.step_months, axis=2)[:, :, :p.months]
    nation = np.where(np.isinf(p.stress[1, :p.months]), months[:, -1], p.stress[1, :p.months])
    index: np.ndarray = p.weights[:, :1] * nation[:, None, :] + p.weights[:, 1:] * months[:, :-1]
    return np.ascontiguousarray(index + p.stress[0, :p.months])


@lru_cache(maxsize=16)
def uniforms(n: int, size: int, seed: int) -> np.ndarray:
    """Scrambled Sobol points float64[n, size] inside (0, 1)."""
    points = qmc.Sobol(size, seed=seed).random(n)
    return np.clip(points, 2.0**-40, 1 - 2.0**-40)


def coordinates(p: Plan, n: int, extra: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(normals in the plan's places, ``extra`` uniforms of the quarters) of ``n`` scrambled points."""
    u = uniforms(n, p.size + extra, seed)
    lead = min(LEADING, p.size)
    columns = np.concatenate([np.arange(lead), np.arange(lead + extra, p.size + extra)])
    z = np.empty((n, p.size))
    z[:, coordinate_order(p)] = special.ndtri(u[:, columns])
    return z, u[:, lead:lead + extra]
