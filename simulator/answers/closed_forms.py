"""What theory says in the special cases where it has an answer; the engines are measured against it.

Only numpy and scipy are used, nothing of the simulator: a closed form shares no code with what it checks.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import integrate, optimize, stats
from scipy.special import ndtr, ndtri

# --- one Gaussian factor ------------------------------------------------------------------------


def conditional_pd(pd: float, rho: float, factor: np.ndarray | float) -> np.ndarray | float:
    """Default probability given the factor: Φ((Φ⁻¹(PD) - sqrt(ρ) factor) / sqrt(1 - ρ)); low is bad."""
    return ndtr((ndtri(pd) - math.sqrt(rho) * factor) / math.sqrt(1.0 - rho))


def pool_distribution(n: int, pd: float, rho: float, nodes: int = 4001) -> np.ndarray:
    """Exact distribution of defaults 0 … ``n`` in a pool of equal loans: a binomial mixed over the factor.

    Integrated by the trapezoidal rule on ±10, whose error falls faster than any power of the step here.
    """
    factor, step = np.linspace(-10.0, 10.0, nodes, retstep=True)
    rate = np.asarray(conditional_pd(pd, rho, factor))
    weight = stats.norm.pdf(factor) * step
    return stats.binom.pmf(np.arange(n + 1)[:, None], n, rate[None, :]) @ weight


def gamma_conditional_pd(pd: float, variance: float, factor: np.ndarray) -> np.ndarray:
    """Default probability given the factor when the hazard is a gamma variable: 1 - exp(-m G(Φ(-factor))).

    ``variance`` of G, whose mean is 1; m such that the mean is ``pd``: (1 + variance m)^(-1/variance) = 1 - pd.
    """
    level = math.expm1(-variance * math.log1p(-pd)) / variance
    return -np.expm1(-level * stats.gamma.ppf(ndtr(-factor), 1.0 / variance, scale=variance))


def lognormal_conditional_pd(pd: float, strength: float, factor: np.ndarray) -> np.ndarray:
    """Default probability given the factor when the hazard is lognormal: 1 - exp(-m exp(-b factor - b²/2))."""
    nodes, step = np.linspace(-10.0, 10.0, 4001, retstep=True)
    weight = stats.norm.pdf(nodes) * step

    def miss(log_level: float) -> float:
        hazard = np.exp(log_level - strength * nodes - strength**2 / 2)
        return float(weight @ -np.expm1(-hazard)) - pd

    level = optimize.brentq(miss, math.log(pd) - 2.0, math.log(pd) + 12.0, xtol=1e-14)
    return -np.expm1(-np.exp(level - strength * factor - strength**2 / 2))


Link = Literal["gaussian", "gamma", "lognormal"]


def link_strength(link: Link, pd: float, rho: float) -> float:
    """Strength of a link that gives two loans the joint default chance of asset correlation ``rho`` > 0.

    ``rho`` itself, the variance of the gamma hazard, or b of the lognormal one.
    """
    if link == "gaussian":
        return rho
    factor, step = np.linspace(-10.0, 10.0, 4001, retstep=True)
    weight = stats.norm.pdf(factor) * step
    both = float(weight @ np.square(conditional_pd(pd, rho, factor)))
    given = gamma_conditional_pd if link == "gamma" else lognormal_conditional_pd
    return float(optimize.brentq(lambda x: float(weight @ np.square(given(pd, x, factor))) - both, 1e-3, 2.5))


def link_pool(n: int, pd: float, rho: float, link: Link, nodes: int = 4001) -> np.ndarray:
    """Exact distribution of defaults 0 … ``n`` in one year under a link, its strength as ``link_strength``."""
    factor, step = np.linspace(-10.0, 10.0, nodes, retstep=True)
    strength = link_strength(link, pd, rho)
    given = {"gaussian": conditional_pd, "gamma": gamma_conditional_pd, "lognormal": lognormal_conditional_pd}[link]
    rate = np.asarray(given(pd, strength, factor))
    return stats.binom.pmf(np.arange(n + 1)[:, None], n, rate[None, :]) @ (stats.norm.pdf(factor) * step)


def vasicek_cdf(rate: float, pd: float, rho: float) -> float:
    """Distribution function of the default rate of an infinitely large pool (Vasicek 2002)."""
    return float(ndtr((math.sqrt(1.0 - rho) * ndtri(rate) - ndtri(pd)) / math.sqrt(rho)))


def vasicek_quantile(level: float, pd: float, rho: float) -> float:
    """Quantile of the large-pool default rate."""
    return float(conditional_pd(pd, rho, -ndtri(level)))


def vasicek_excess(cap: float, pd: float, rho: float) -> float:
    """Expected excess of the large-pool default rate over ``cap``: the loss beyond a capped guarantee.

    P(default and factor below z) - cap·P(factor below z), z being where the conditional rate equals the cap.
    """
    z = (ndtri(pd) - math.sqrt(1.0 - rho) * ndtri(cap)) / math.sqrt(rho)
    both = integrate.quad(lambda x: stats.norm.pdf(x) * conditional_pd(pd, rho, x), -12.0, z,
                          epsabs=1e-15, epsrel=1e-12, limit=200)[0]
    return float(both - cap * ndtr(z))


# --- Basel II internal ratings ------------------------------------------------------------------

Exposure = Literal["corporate", "mortgage", "other_retail", "revolving"]


def basel_correlation(pd: float, exposure: Exposure = "corporate", sales: float = 50.0) -> float:
    """Asset correlation of BCBS 128 (2006), paragraphs 272-273 and 328-330; ``sales`` in million euro a
    year."""
    if exposure == "mortgage":
        return 0.15
    if exposure == "revolving":
        return 0.04
    if exposure == "other_retail":
        part = -math.expm1(-35.0 * pd) / -math.expm1(-35.0)
        return 0.03 * part + 0.16 * (1.0 - part)
    part = -math.expm1(-50.0 * pd) / -math.expm1(-50.0)
    size = min(max(sales, 5.0), 50.0)
    return 0.12 * part + 0.24 * (1.0 - part) - 0.04 * (1.0 - (size - 5.0) / 45.0)


def basel_capital(pd: float, lgd: float, exposure: Exposure = "corporate", sales: float = 50.0,
                  maturity: float = 2.5) -> float:
    """Capital K per unit of exposure: loss at the 99.9 % Vasicek quantile less expected loss.

    ``maturity`` in years matters for corporates only. The risk weight is 12.5·K.
    """
    unexpected = lgd * (vasicek_quantile(0.999, pd, basel_correlation(pd, exposure, sales)) - pd)
    if exposure != "corporate":
        return unexpected
    slope = (0.11852 - 0.05478 * math.log(pd)) ** 2
    return unexpected * (1.0 + (maturity - 2.5) * slope) / (1.0 - 1.5 * slope)


# --- growing originations ----------------------------------------------------------------------

def originations(rate: float, growth: float, start: float, end: float) -> float:
    """Expected loans made between two times (years) at the yearly rate ``rate``·(1 + ``growth``)^t."""
    if growth == 0.0:
        return rate * (end - start)
    force = math.log1p(growth)
    return rate * (math.exp(force * end) - math.exp(force * start)) / force


def outstanding_mean(rate: float, growth: float, term: float, t: float) -> float:
    """Expected loans in force at time ``t``, empty at 0, fixed term (M_t/G/∞: their number is Poisson)."""
    return originations(rate, growth, max(0.0, t - term), t)


def cumulative_default_mean(rate: float, growth: float, term: float, pd: float, t: float) -> float:
    """Expected defaults by ``t`` of loans with a constant hazard, annual default probability ``pd``."""
    hazard = -math.log1p(-pd)

    def defaults_at(s: float) -> float:
        return rate * math.exp(s * math.log1p(growth)) * -math.expm1(-hazard * min(t - s, term))

    kink = max(0.0, t - term)
    parts = [integrate.quad(defaults_at, low, high, epsabs=1e-13, epsrel=1e-13)[0]
             for low, high in ((0.0, kink), (kink, t)) if high > low]
    return float(sum(parts))


# --- compound distributions -----------------------------------------------------------------------

@dataclass(frozen=True)
class Frequency:
    """A claim number of Panjer's class: p(n) = (a + b/n)·p(n-1), with p(0) and the generating function."""

    a: float
    b: float
    p0: float
    pgf: Callable[[np.ndarray], np.ndarray]


def poisson(mean: float) -> Frequency:
    """Independent rare defaults: as many on average as their variance."""
    return Frequency(0.0, mean, math.exp(-mean), lambda z: np.exp(mean * (z - 1.0)))


def negative_binomial(mean: float, variance: float) -> Frequency:
    """Poisson with a gamma-distributed mean: defaults under a CreditRisk+ factor; ``variance`` > ``mean``."""
    beta = variance / mean - 1.0
    shape = mean / beta
    a = beta / (1.0 + beta)
    return Frequency(a, (shape - 1.0) * a, (1.0 + beta) ** -shape,
                     lambda z: (1.0 - beta * (z - 1.0)) ** -shape)


def compound_panjer(frequency: Frequency, severity: np.ndarray, points: int) -> np.ndarray:
    """Distribution of the total on 0 … ``points`` - 1 units; ``severity[k]`` is the chance of a loss of k
    units.

    Panjer, ASTIN Bulletin 12 (1981) 22-26.
    """
    f = np.zeros(points)
    f[:min(points, len(severity))] = severity[:points]
    at_zero = float(frequency.pgf(np.array([f[0]]))[0])
    total = np.zeros(points)
    total[0] = at_zero
    factor = 1.0 / (1.0 - frequency.a * f[0])
    for s in range(1, points):
        k = np.arange(1, s + 1)
        total[s] = factor * np.dot((frequency.a + frequency.b * k / s) * f[1:s + 1], total[s - 1::-1])
    return total


def compound_fft(frequency: Frequency, severity: np.ndarray, points: int, tilt: float = 12.0) -> np.ndarray:
    """The same by fast Fourier transform.

    What lies beyond ``points`` is folded back, damped by exp(-``tilt``); rounding at the far end grows by
    exp(``tilt``). Grübel and Hermesmeier, ASTIN Bulletin 29 (1999) 197-214.
    """
    f = np.zeros(points)
    f[:min(points, len(severity))] = severity[:points]
    damp = np.exp(-tilt / points * np.arange(points))
    total = np.fft.ifft(frequency.pgf(np.fft.fft(f * damp))).real
    return total / damp


def discretise(cdf: Callable[[np.ndarray], np.ndarray], unit: float, points: int) -> np.ndarray:
    """A continuous loss rounded to whole units: the chance of k units is that of (k - ½, k + ½]."""
    edges = (np.arange(points + 1) - 0.5) * unit
    return np.diff(cdf(np.maximum(edges, 0.0)))


def compound_poisson_gamma_cdf(x: float, mean: float, shape: float, scale: float) -> float:
    """Distribution function of a Poisson number of gamma losses, by its exact series."""
    if x < 0.0:
        return 0.0
    n = np.arange(1, int(mean + 20.0 * math.sqrt(mean) + 40.0))
    return math.exp(-mean) + float(stats.poisson.pmf(n, mean) @ stats.gamma.cdf(x, shape * n, scale=scale))


# --- layers and caps -----------------------------------------------------------------------------

def capped_mean(pmf: np.ndarray, cap: float, unit: float = 1.0) -> float:
    """Expected min(total, ``cap``) of a total with ``pmf[k]`` at k·``unit``."""
    return float(pmf @ np.minimum(np.arange(len(pmf)) * unit, cap))


def exceedance(pmf: np.ndarray, cap: float, unit: float = 1.0) -> float:
    """Chance that the total exceeds ``cap``: a fund of that size runs out."""
    return float(pmf[np.arange(len(pmf)) * unit > cap].sum())


def pmf_quantile(pmf: np.ndarray, level: float) -> int:
    """Smallest k at which the distribution function reaches ``level``."""
    return int(np.searchsorted(np.cumsum(pmf), level))


def lognormal_capped_mean(median: float, sigma: float, cap: float) -> float:
    """Expected min(X, ``cap``) of a lognormal X (limited expected value)."""
    if sigma == 0.0 or cap <= 0.0:
        return max(min(median, cap), 0.0)
    z = math.log(cap / median) / sigma
    return float(median * math.exp(sigma * sigma / 2.0) * ndtr(z - sigma) + cap * ndtr(-z))


# --- ruin ------------------------------------------------------------------------------------------

def ruin_exponential(capital: float, years: float, rate: float, claim: float, income: float) -> float:
    """Chance that a fund with steady income and exponential claims of mean ``claim`` is ruined within
    ``years``.

    ``rate`` claims a year, ``income`` a year; ``capital``, ``claim`` and ``income`` in one money unit.
    Asmussen and Albrecher, Ruin Probabilities (2nd ed. 2010), Proposition V.1.3.
    """
    u, t, beta = capital / claim, years * income / claim, rate * claim / income
    root = math.sqrt(beta)

    def integrand(angle: float) -> float:
        cosine, turn = math.cos(angle), u * root * math.sin(angle)
        growth = beta * math.exp(2.0 * root * t * cosine - (1.0 + beta) * t + u * (root * cosine - 1.0))
        return growth * (math.cos(turn) - math.cos(turn + 2.0 * angle)) / (1.0 + beta - 2.0 * root * cosine)

    ultimate = beta * math.exp(-(1.0 - beta) * u) if beta < 1.0 else 1.0
    transient = integrate.quad(integrand, 0.0, math.pi, epsabs=1e-14, epsrel=1e-12, limit=500)[0]
    return ultimate - transient / math.pi
