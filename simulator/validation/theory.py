"""Closed forms of the validation schemes: mixtures of binomials, sums of losses in whole units, ruin day by day.

Only numpy and scipy are used, nothing of the simulator: a closed form shares no code with what it checks.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special, stats

# --- pools of equal loans ----------------------------------------------------------------------


@dataclass(frozen=True)
class Count:
    """Distribution of a number of defaults: ``pmf[k]`` is the chance of k."""

    pmf: np.ndarray

    @property
    def mean(self) -> float:
        """Mean of the count."""
        return float(self.pmf @ np.arange(len(self.pmf)))

    @property
    def sd(self) -> float:
        """Standard deviation of the count."""
        return math.sqrt(float(self.pmf @ (np.arange(len(self.pmf)) - self.mean) ** 2))

    def above(self, k: float) -> float:
        """Chance of more than ``k``."""
        return float(self.pmf[np.arange(len(self.pmf)) > k].sum())

    def at_most(self, cap: float) -> float:
        """Expected smaller of the number and ``cap``."""
        return float(self.pmf @ np.minimum(np.arange(len(self.pmf)), cap))

    def level(self, exceeded: float) -> int:
        """The largest number that is exceeded with at least this chance."""
        tails = 1.0 - np.cumsum(self.pmf)
        return int(np.flatnonzero(tails >= exceeded)[-1]) if tails[0] >= exceeded else 0


def mixed_binomial(n: int, rate: Callable[[np.ndarray], np.ndarray], nodes: int = 8001) -> Count:
    """Defaults of ``n`` equal loans whose chance given a standard normal factor is ``rate``; trapezoids on ±10."""
    factor, step = np.linspace(-10.0, 10.0, nodes, retstep=True)
    weight = stats.norm.pdf(factor) * step
    return Count(stats.binom.pmf(np.arange(n + 1)[:, None], n, rate(factor)[None, :]) @ weight)


def gamma_loading(pd: float, variance: float) -> tuple[float, float]:
    """Level m and variance v of a gamma multiplier: 1 - E exp(-mG) = pd, Var exp(-mG) = ``variance``.

    E exp(-kmG) = (1 + kmv)^(-1/v).
    """
    def level(v: float) -> float:
        return ((1.0 - pd) ** -v - 1.0) / v

    def miss(v: float) -> float:
        return (1.0 + 2.0 * level(v) * v) ** (-1.0 / v) - (1.0 - pd) ** 2 - variance

    v = float(optimize.brentq(miss, 1e-6, 50.0, xtol=1e-14))
    return level(v), v


def gamma_rate(pd: float, variance: float) -> Callable[[np.ndarray], np.ndarray]:
    """One-year default rate given the factor, low in bad times: CreditRisk+'s gamma factor (Gordy, JBF 24, 2000)."""
    level, v = gamma_loading(pd, variance)
    return lambda x: -np.expm1(-level * stats.gamma.isf(special.ndtr(x), 1.0 / v, scale=v))


def lognormal_rate(pd: float, variance: float) -> Callable[[np.ndarray], np.ndarray]:
    """One-year default rate under a lognormal hazard; level and spread by trapezoids on ±10."""
    x, step = np.linspace(-10.0, 10.0, 4001, retstep=True)
    weight = stats.norm.pdf(x) * step

    def rate(z: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        return lambda w: -np.expm1(-np.exp(z[0] - np.exp(z[1]) * w))

    def miss(z: np.ndarray) -> list[float]:
        seen = rate(z)(x)
        mean = float(weight @ seen)
        return [mean / pd - 1.0, float(weight @ (seen - mean) ** 2) / variance - 1.0]

    found = optimize.root(miss, [math.log(pd) - 0.3, math.log(0.75)], tol=1e-12)
    return rate(found.x)


def pool_sd(n: int, pd: float, variance: float) -> float:
    """Spread of the defaults of ``n`` equal loans whose pairs have covariance ``variance``."""
    return math.sqrt(n * pd * (1.0 - pd) + n * (n - 1) * variance)


def pair_covariance(pd: float, rho: float) -> float:
    """Covariance of two firms' defaults at asset correlation ``rho``: ∫ of Plackett's density from 0 to ``rho``."""
    c = special.ndtri(pd)
    nodes, weights = np.polynomial.legendre.leggauss(64)
    r = 0.5 * rho * (nodes + 1.0)
    density = np.exp(-c * c / (1.0 + r)) / (2.0 * math.pi * np.sqrt(1.0 - r * r))
    return float(0.5 * rho * weights @ density)


# --- losses in whole units -----------------------------------------------------------------------

def floored_lognormal(median: float, sigma: float, most: int = 4000) -> np.ndarray:
    """Chance that a lognormal amount, cut down to whole units and at least one, is k: pmf on 0 … ``most`` - 1."""
    edges = stats.lognorm.cdf(np.arange(1, most + 1), sigma, scale=median)
    edges[0], edges[-1] = 0.0, 1.0
    return np.concatenate([[0.0], np.diff(edges)])


def poisson_sum(mean: float, severity: np.ndarray, points: int) -> np.ndarray:
    """Distribution of a Poisson number of independent losses in whole units; ``points`` beyond any likely total."""
    padded = np.zeros(points)
    padded[:len(severity)] = severity[:points]
    return np.maximum(np.fft.irfft(np.exp(mean * (np.fft.rfft(padded) - 1.0)), points), 0.0)


def default_days(pd: float, term: int, days: int, horizon: int) -> np.ndarray:
    """Chance-weighted number of defaults on each day, a loan being made evenly on each of ``days`` days.

    A loan of day s defaults on day s + j with chance (1-pd)^((j-1)/360) - (1-pd)^(j/360), j = 1 … ``term``; the result
    sums to 1 - (1-pd)^(term/360).
    """
    j = np.arange(1, term + 1)
    one = (1.0 - pd) ** ((j - 1) / 360.0) - (1.0 - pd) ** (j / 360.0)
    spread = np.convolve(np.full(days, 1.0 / days), np.concatenate([[0.0], one]))
    return np.pad(spread, (0, max(0, horizon - len(spread))))[:horizon]


def daily_ruin(start: int, income: np.ndarray, means: np.ndarray, severity: np.ndarray) -> float:
    """Chance that a claim of some day cannot be paid in full; all in whole units, step by step over the days.

    ``income[d]`` comes in before the claims of day d, a Poisson number of mean ``means[d]``.
    """
    room = start + int(income.sum()) + 1
    size = 1 << (2 * room).bit_length()
    padded = np.zeros(size)
    padded[:min(room, len(severity))] = severity[:room]
    once = np.fft.rfft(padded)
    alive = np.zeros(room)
    alive[min(start, room - 1)] = 1.0
    for gain, mean in zip(income, means, strict=True):
        if gain:
            alive = np.concatenate([np.zeros(int(gain)), alive])[:room]
        if mean > 0.0:
            loss = np.fft.irfft(np.exp(mean * (once - 1.0)), size)[:room]
            left = np.fft.irfft(np.fft.rfft(alive, size) * np.conj(np.fft.rfft(loss, size)), size)[:room]
            alive = np.maximum(left, 0.0)
    return float(1.0 - alive.sum())
