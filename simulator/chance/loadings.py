"""How strongly a grade follows the index: three links, and the loading that gives the one-year figures asked for.

The index W is standard normal and low in bad times. Each link makes a yearly hazard of it, with a level and a strength:

    gaussian    -log(1 - Φ((level - a W) / sqrt(1 - a²)))       Vasicek, Risk 15 (2002); strength a
    gamma       level · G(Φ(-W)), G the quantile of a gamma variable of mean 1 and variance v: CreditRisk+; strength v
    lognormal   level · exp(-b W - b²/2): a Cox model with lognormal frailty; strength b

On a step of a year W is one number a year, so the gaussian link is Vasicek's model and the gamma link makes the count
of defaults Bernoulli-gamma. On shorter steps the year averages several values of W, which would dampen the swings.
Level and strength are therefore solved such that the one-year default rate of a large pool has the mean PD and the
variance asked for, whatever the link, the step and the persistence.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Literal

import numpy as np
from scipy import optimize, special

MONTHS = 12              # in a year
STEPS = {"month": 1, "quarter": 3, "year": MONTHS}
Link = Literal["gaussian", "gamma", "lognormal"]
Strength = Literal["rho", "default_correlation", "rate_variance"]
_CERTAIN = 1e-6          # from a PD this near to one on, nothing is left to correlate
_NODES = 96              # of the quadrature over one step's W


# --- what is asked for ------------------------------------------------------------------------

def joint_default(pd: float, rho: float) -> float:
    """Chance that two firms of annual default probability ``pd`` and asset correlation ``rho`` both default.

    Φ₂(c, c; ρ) by Owen's T function (Owen, Annals of Mathematical Statistics 27, 1956, 1075-1090).
    """
    return pd - 2.0 * float(special.owens_t(special.ndtri(pd), math.sqrt((1.0 - rho) / (1.0 + rho))))


def variance_asked(pd: float, measure: Strength, value: float) -> float:
    """Variance of a large pool's one-year default rate, which is the covariance of two firms' defaults.

    ``measure`` says what ``value`` is: ``rho`` an asset correlation (the variance Vasicek's model has on a step of a
    year), ``default_correlation`` of two firms' defaults, ``rate_variance`` in units of PD².
    """
    if measure == "rho":
        return max(0.0, joint_default(pd, value) - pd * pd)   # rounding may leave a trace below zero at 0
    if measure == "default_correlation":
        return value * pd * (1.0 - pd)
    return value * pd * pd


def asset_correlation(pd: float, variance: float) -> float:
    """The one-year asset correlation that ``variance`` of the rate amounts to; raises ValueError beyond one."""
    if variance <= 0.0:
        return 0.0
    if variance >= pd * (1.0 - pd):
        raise ValueError(f"no correlation gives variance {variance} at pd {pd}")
    return float(optimize.brentq(lambda r: joint_default(pd, r) - pd * pd - variance, 0.0, 1.0 - 1e-12, xtol=1e-14))


# --- the links ----------------------------------------------------------------------------------

def _gamma_quantile(index: np.ndarray, variance: float) -> np.ndarray:
    """Quantile at Φ(-W) of a gamma variable of mean one, without cancellation at either end."""
    shape = 1.0 / variance
    above = special.gammainccinv(shape, special.ndtr(np.minimum(index, 0.0)))
    below = special.gammaincinv(shape, special.ndtr(-np.maximum(index, 0.0)))
    return np.where(index < 0.0, above, below) * variance


def yearly_hazard(link: Link, level: float, strength: float, index: np.ndarray) -> np.ndarray:
    """Hazard a year of a firm at each ``index``."""
    if link == "gaussian":
        spread = math.sqrt(1.0 - strength * strength)
        return -special.log_ndtr((strength * index - level) / spread)
    if strength == 0.0:
        return np.full(index.shape, level)
    if link == "gamma":
        return level * _gamma_quantile(index, strength)
    return level * np.exp(-strength * index - 0.5 * strength * strength)


# --- one-year moments -----------------------------------------------------------------------------

@lru_cache(maxsize=1)
def hermite() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gauss-Hermite nodes, square roots of their weights, and the orthonormal Hermite basis [polynomial, node]."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    roots = np.sqrt(weights / weights.sum())
    basis = np.empty((_NODES, _NODES))
    basis[0] = roots
    basis[1] = roots * nodes
    for n in range(1, _NODES - 1):
        basis[n + 1] = (nodes * basis[n] - math.sqrt(n) * basis[n - 1]) / math.sqrt(n + 1.0)
    return nodes, roots, basis


@lru_cache(maxsize=64)
def step_to_step(persistence: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gauss-Hermite nodes, square roots of their weights, and the AR(1) transition between nodes.

    ``persistence`` a step. By Mehler's formula the transition multiplies the n-th Hermite polynomial by persistence**n.
    """
    nodes, roots, basis = hermite()
    return nodes, roots, (basis.T * persistence ** np.arange(_NODES)) @ basis


def one_year_moments(link: Link, level: float, strength: float, persistence: float,
                     step_months: int) -> tuple[float, float]:
    """Mean and variance of the one-year default rate of a large pool; ``persistence`` a month.

    The pool's survival is the product of those of the year's steps; its moments follow by as many steps of quadrature.
    """
    nodes, roots, transition = step_to_step(persistence**step_months)
    lost = np.outer(yearly_hazard(link, level, strength, nodes) * step_months / MONTHS, (-1.0, -2.0))
    gain, change = np.exp(lost), np.expm1(lost) * roots[:, None]
    value = change                         # E(survival - 1) and E(survival² - 1): small PDs keep their digits
    for _ in range(MONTHS // step_months - 1):
        value = change + gain * (transition @ value)
    lower, square = roots @ value
    return float(-lower), float(square - 2.0 * lower - lower * lower)


@lru_cache(maxsize=4096)
def solve_loading(link: Link, pd: float, variance: float, persistence: float, step_months: int) -> tuple[float, float]:
    """Level and strength of a grade.

    ``pd`` annual default probability in (0, 1); ``variance`` of the one-year default rate, below pd·(1 - pd);
    ``persistence`` of the monthly factor in [0, 1). Raises ValueError when no loading gives both.
    """
    refused = ValueError(f"no {link} loading gives pd {pd} and variance {variance} at persistence {persistence}")
    if not (0.0 < pd < 1.0 and 0.0 <= variance < pd * (1.0 - pd) and 0.0 <= persistence < 1.0):
        raise refused
    gaussian = link == "gaussian"
    hazard = -math.log1p(-pd)
    start = float(special.ndtri(pd)) if gaussian else hazard
    if variance <= 1e-12 * pd * pd or 1.0 - pd < _CERTAIN:
        return start, 0.0
    rho = asset_correlation(pd, variance)
    if gaussian and step_months == MONTHS:
        return start, math.sqrt(rho)

    def loading(x: np.ndarray) -> tuple[float, float]:
        if gaussian:
            return float(x[0]), math.sqrt(float(special.expit(x[1])))
        return math.exp(min(x[0], 700.0)), math.exp(min(max(x[1], -30.0), 8.0))

    def miss(x: np.ndarray) -> list[float]:
        mean, var = one_year_moments(link, *loading(x), persistence, step_months)
        return [math.log(max(mean, 1e-300) / pd), math.log(max(var, 1e-300) / variance)]

    lags = np.arange(0, MONTHS, step_months)
    smoothing = float(np.mean(persistence ** np.abs(lags[:, None] - lags)))  # variance of a year's mean W
    for part in (1.0, 0.5, 0.25):
        relative = part * variance / (pd * pd) / smoothing
        strength = {"gaussian": float(special.logit(min(part * rho / smoothing, 0.9))),
                    "gamma": math.log(relative), "lognormal": 0.5 * math.log(math.log1p(relative))}[link]
        found = optimize.root(miss, [start if gaussian else math.log(start), strength], tol=1e-12)
        if max(map(abs, miss(found.x))) < 1e-8:
            return loading(found.x)
    raise refused
