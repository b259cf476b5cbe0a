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
    """Where each normal coordinate goes: ``mix`` float64[coordinates of a path, months] by component.

    ``order`` lists (row, component) of all coordinates, strongest first; rows are the sectors, then the nation.
    """

    months: int
    step_months: int
    sectors: int
    law: tuple[float, ...]
    components: np.ndarray

    @property
    def steps(self) -> int:
        return len(self.components)

    @property
    def size(self) -> int:
        """Normal coordinates of all paths."""
        return self.steps * (self.sectors + 1)


@lru_cache(maxsize=32)
def plan(months: int, step_months: int, sectors: int, law: tuple[float, ...]) -> Plan:
    """Principal components of a stationary AR(1) path; ``law`` as in ``Factors.law``."""
    steps = -(-months // step_months)
    lags = np.abs(np.subtract.outer(np.arange(steps), np.arange(steps)))
    covariance = law[0] ** lags if law[0] > 0 else np.eye(steps)
    values, vectors = np.linalg.eigh(covariance)
    strongest = np.argsort(values)[::-1]
    components = (vectors[:, strongest] * np.sqrt(np.maximum(values[strongest], 0.0))).T
    return Plan(months, step_months, sectors, law, np.ascontiguousarray(components))


def coordinate_order(p: Plan) -> np.ndarray:
    """Places of the coordinates (row · steps + component), the strongest first: the nation moves every sector."""
    strength = np.square(p.components).sum(axis=1)
    weight = np.empty((p.sectors + 1, p.steps))
    weight[:-1] = p.law[2] ** 2 * strength / p.sectors
    weight[-1] = p.law[1] ** 2 * strength
    order: np.ndarray = np.argsort(-weight.reshape(-1), kind="stable")
    return order


def index_paths(p: Plan, normals: np.ndarray) -> np.ndarray:
    """The index W float64[n, sectors, months] from standard normals float64[n, size] in the plan's own places."""
    n = len(normals)
    paths = normals.reshape(n, p.sectors + 1, p.steps) @ p.components
    index = p.law[1] * paths[:, -1:, :] + p.law[2] * paths[:, :-1, :] + p.law[3]
    return np.repeat(index, p.step_months, axis=2)[:, :, :p.months]


@lru_cache(maxsize=16)
def uniforms(n: int, size: int, extra: int, seed: int) -> np.ndarray:
    """Scrambled Sobol points float64[n, size + extra]; ``extra`` for the quarters stand after the leading ones."""
    points = qmc.Sobol(size + extra, seed=seed).random(n)
    return np.clip(points, 2.0**-40, 1 - 2.0**-40)


@lru_cache(maxsize=16)
def normals(p_key: tuple[int, int, int, tuple[float, ...]], n: int, extra: int,
            seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(normals in the plan's places, uniforms of the quarters) of ``n`` scrambled points."""
    p = plan(*p_key)
    u = uniforms(n, p.size, extra, seed)
    lead = min(LEADING, p.size)
    columns = np.concatenate([np.arange(lead), np.arange(lead + extra, p.size + extra)])
    z = np.empty((n, p.size))
    z[:, coordinate_order(p)] = special.ndtri(u[:, columns])
    return z, u[:, lead:lead + extra]
