"""Posterior draws by Metropolis's method, several chains together, and whether they may be believed.

The proposal's covariance is learnt from all chains during the warm-up, then held (Haario, Saksman and Tamminen,
Bernoulli 7, 2001, 223-242). Convergence by split R̂, information by the effective sample size with Geyer's initial
positive sequence (Gelman et al., Bayesian Data Analysis, 3rd ed. 2013, 11.4-11.5).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
CHAINS, BLOCK, LONGEST = 8, 100, 60_000
R_HAT, ESS = 1.01, 400.0                   # what every parameter must reach
_WANTED = 0.27                             # share of proposals accepted, the optimum in a few dimensions


@dataclass(frozen=True)
class Draws:
    """Posterior draws [chains, steps, parameters] with R̂ and effective sample size of each parameter."""

    chains: Array
    r_hat: Array
    ess: Array

    @property
    def flat(self) -> Array:
        """All draws of all chains, [draws, parameters]."""
        return self.chains.reshape(-1, self.chains.shape[2])

    @property
    def converged(self) -> bool:
        """Whether every parameter reached R̂ and effective size."""
        return bool((self.r_hat <= R_HAT).all() and (self.ess >= ESS).all())

    def thinned(self, draws: int) -> Array:
        """``draws`` of them, evenly spaced within the chains and equally many from each."""
        each = -(-draws // self.chains.shape[0])
        at = np.linspace(0, self.chains.shape[1] - 1, each).round().astype(int)
        return np.ascontiguousarray(self.chains[:, at].transpose(1, 0, 2).reshape(-1, self.chains.shape[2])[:draws])


def sample(density: Callable[[Array], Array], centre: Array, spread: Array, seed: int, warm_up: int = 1500,
           steps: int = 3000) -> Draws:
    """Draws of a log ``density`` of rows [chains, parameters].

    Chains start scattered by ``spread`` about ``centre``; after ``warm_up`` they run for ``steps`` and, until R̂ and
    effective size are reached, as long again, at most ``LONGEST``.
    """
    random = np.random.default_rng(seed)
    size = len(centre)
    points = centre + spread * random.standard_normal((CHAINS, size))
    values = density(points)
    root, scale = np.diag(spread) * 0.3, 1.0
    history: list[Array] = []
    for start in range(0, warm_up, BLOCK):
        points, values, path, accepted = _walk(density, points, values, root * scale, BLOCK, random)
        history.append(path)
        scale *= np.exp(accepted - _WANTED) if start else 1.0
        recent = np.concatenate(history[len(history) // 2:], axis=1).reshape(-1, size)
        cov = np.cov(recent.T).reshape(size, size) + 1e-10 * np.eye(size)
        root, scale = np.linalg.cholesky(cov) * 2.38 / np.sqrt(size), float(np.clip(scale, 0.2, 3.0))
    chains = np.empty((CHAINS, 0, size))
    while True:
        points, values, path, _ = _walk(density, points, values, root * scale, steps, random)
        chains = np.concatenate([chains, path], axis=1)
        found = Draws(chains, r_hat(chains), effective_size(chains))
        if found.converged or chains.shape[1] >= LONGEST:
            return found


def _walk(density: Callable[[Array], Array], points: Array, values: Array, root: Array, steps: int,
          random: np.random.Generator) -> tuple[Array, Array, Array, float]:
    """``steps`` of all chains: where they end, the densities there, the path and the share accepted."""
    size = points.shape[1]
    moves = random.standard_normal((steps, CHAINS, size)) @ root.T
    bars = np.log(random.random((steps, CHAINS)))
    path = np.empty((CHAINS, steps, size))
    taken = 0
    for step in range(steps):
        tried = points + moves[step]
        there = density(tried)
        better = bars[step] < there - values
        points = np.where(better[:, None], tried, points)
        values = np.where(better, there, values)
        path[:, step] = points
        taken += int(better.sum())
    return points, values, path, taken / (steps * CHAINS)


def r_hat(chains: Array) -> Array:
    """Split R̂ of each parameter of ``chains`` [chains, steps, parameters]."""
    half = chains.shape[1] // 2
    parts = np.concatenate([chains[:, :half], chains[:, half:2 * half]])
    within = parts.var(axis=1, ddof=1).mean(axis=0)
    between = half * parts.mean(axis=1).var(axis=0, ddof=1)
    return np.asarray(np.sqrt(((half - 1) / half * within + between / half) / within))


def effective_size(chains: Array) -> Array:
    """Effective sample size of each parameter, all chains together."""
    many, steps, size = chains.shape
    centred = chains - chains.mean(axis=1, keepdims=True)
    spectrum = np.fft.rfft(centred, n=2 * steps, axis=1)
    cov = np.fft.irfft(np.abs(spectrum) ** 2, axis=1)[:, :steps].mean(axis=0) / steps
    within = cov[0] * steps / (steps - 1.0)
    total = within * (steps - 1.0) / steps + chains.mean(axis=1).var(axis=0, ddof=1)
    rho = 1.0 - (within - cov) / total
    found = np.empty(size)
    for k in range(size):
        pairs = rho[: 2 * (steps // 2), k].reshape(-1, 2).sum(axis=1)
        ends = np.flatnonzero(pairs < 0.0)
        kept = np.minimum.accumulate(pairs[: ends[0] if ends.size else None])
        found[k] = many * steps / max(2.0 * kept.sum() - 1.0, 1.0 / np.log10(many * steps))
    return found
