"""Closed forms beside values that are not this project's: printed in a source, or computed from its formulas elsewhere.

The values are in ``published.yaml``, each group with its citation; the formulas are the ones the schemes are held to.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML
from scipy import integrate, stats

from simulator.answers import closed_forms as closed
from simulator.answers.estimate import quantile_ranks
from simulator.answers.fiscal import present_value

from . import theory

FILE = Path(__file__).parent / "published.yaml"
WEIGHTS: tuple[tuple[closed.Exposure, float, float], ...] = (
    ("corporate", 50.0, 0.45), ("corporate", 5.0, 0.45), ("mortgage", 50.0, 0.45), ("mortgage", 50.0, 0.25),
    ("other_retail", 50.0, 0.45), ("other_retail", 50.0, 0.85), ("revolving", 50.0, 0.45), ("revolving", 50.0, 0.85))
CENT = 10_000                              # parts of a money unit, so that amounts are whole numbers
POINTS = 256
Formula = Callable[..., Sequence[float]]


@dataclass(frozen=True)
class Known:
    """One value: what the closed form gives at ``at`` and what is known; ``tolerance`` is absolute."""

    name: str                              # message "val_p_<name>"
    source: str
    printed: bool                          # in the source itself, rather than computed from it elsewhere
    at: str
    ours: float
    known: float
    tolerance: float

    @property
    def holds(self) -> bool:
        """Whether the closed form is within the tolerance."""
        return abs(self.ours - self.known) <= self.tolerance


def weights(pd: float) -> list[float]:
    """Risk weights of a PD in per cent, in the order of the columns of Annex 5."""
    return [1250.0 * closed.basel_capital(pd, lgd, exposure, sales) for exposure, sales, lgd in WEIGHTS]


@cache
def pool(n: int, pd: float, rho: float) -> theory.Count:
    """Defaults of a finite pool under one gaussian factor."""
    return theory.mixed_binomial(n, lambda x: np.asarray(closed.conditional_pd(pd, rho, x)))


@cache
def pool_pmf(n: int, pd: float, rho: float) -> np.ndarray:
    """The same as the answers' own closed form has it."""
    return closed.pool_distribution(n, pd, rho)


def pool_moments(n: int, pd: float, rho: float) -> list[float]:
    """Mean, spread and chance of none, of both forms of the pool's distribution."""
    mine, pmf = pool(n, pd, rho), pool_pmf(n, pd, rho)
    return [mine.mean, math.sqrt(float(pmf @ (np.arange(n + 1) - mine.mean) ** 2)), float(pmf[0])]


def pool_capped(n: int, pd: float, rho: float, cap: float) -> list[float]:
    """Paid by a fund of a given number of loans, the chance that it is not enough, and what is missing on average."""
    mine = pool(n, pd, rho)
    return [mine.at_most(cap), mine.above(cap), mine.mean - mine.at_most(cap)]


def pairs(pd: float, rho: float) -> list[float]:
    """Chance that two firms both default, and the correlation of their defaults."""
    covariance = theory.pair_covariance(pd, rho)
    return [covariance + pd * pd, covariance / (pd * (1.0 - pd))]


def vasicek_capped(cap: float, pd: float, rho: float) -> list[float]:
    """Excess over a cap, what is within it, and the chance of more, as shares of a large pool."""
    excess = closed.vasicek_excess(cap, pd, rho)
    return [excess, pd - excess, 1.0 - closed.vasicek_cdf(cap, pd, rho)]


def panjer(mean: float, severity: list[float]) -> list[float]:
    """A compound Poisson distribution by recursion, as far as it is known, and its mean."""
    pmf = closed.compound_panjer(closed.poisson(mean), np.array(severity), POINTS)
    return [*pmf[:31].tolist(), float(pmf @ np.arange(POINTS))]


def transform(mean: float, severity: list[float]) -> list[float]:
    """The same by Fourier transform, as the compound schemes use it."""
    pmf = theory.poisson_sum(mean, np.array(severity), POINTS)
    return [*pmf[:31].tolist(), float(pmf @ np.arange(POINTS))]


def poisson_gamma_moments(mean: float, shape: float, scale: float) -> list[float]:
    """Mean and spread of a compound Poisson-gamma total, by integrating the chance of more."""
    def more(x: float) -> float:
        return 1.0 - closed.compound_poisson_gamma_cdf(x, mean, shape, scale)

    far = mean * shape * scale * 15.0
    first, second = (integrate.quad(f, 0.0, far, limit=500, epsrel=1e-9)[0]
                     for f in (more, lambda x: 2.0 * x * more(x)))
    return [first, math.sqrt(second - first * first)]


def ruin_by_steps(capital: int, years: int, rate: float, steps: int) -> list[float]:
    """Ruin by the daily recursion with exponential claims of mean one and income one a year, in fine steps."""
    edges = np.concatenate([[0.0], np.arange(20 * steps) + 0.5]) / steps
    severity = np.diff(stats.expon.cdf(edges))
    return [theory.daily_ruin(capital * steps, np.ones(years * steps), np.full(years * steps, rate / steps), severity)]


def discounted(rates: list[float], flows: list[float]) -> list[float]:
    """Year-end flows discounted each at its year's rate: as of mid-year, and half a year more."""
    whole = np.rint(CENT * np.diag(flows)).astype(np.int64)
    each = [present_value(whole[k:k + 1], round(1e6 * rate))[0] / math.sqrt(1.0 + rate)
            for k, rate in enumerate(rates)]
    return [sum(each) / CENT]


def subsidy_cost(rates: list[float], flows: list[float], fee: float, lent: float) -> list[float]:
    """Cost of a guarantee less its fee on the first day, and per yuan lent."""
    cost = discounted(rates, flows)[0] - fee
    return [cost, cost / lent]


FORMULAS: dict[str, Formula] = {
    "basel_weights": weights, "basel_formula": weights,
    "basel_correlation": lambda pd: [closed.basel_correlation(pd), closed.basel_correlation(pd, "other_retail")],
    "pool_moments": pool_moments, "pool_capped": pool_capped, "pairs": pairs,
    "pool_quantiles": lambda n, pd, rho, level: [closed.pmf_quantile(pool_pmf(n, pd, rho), level)],
    "vasicek_quantiles": lambda level, pd, rho: [closed.vasicek_quantile(level, pd, rho)],
    "vasicek_capped": vasicek_capped, "panjer": panjer, "transform": transform,
    "poisson_gamma": lambda *at: [closed.compound_poisson_gamma_cdf(*at)],
    "poisson_gamma_moments": poisson_gamma_moments,
    "outstanding": lambda *at: [closed.outstanding_mean(*at)],
    "originations": lambda *at: [closed.originations(*at)],
    "defaults_by": lambda *at: [closed.cumulative_default_mean(*at)],
    "default_by": lambda pd, t: [float(theory.default_days(pd, round(360 * t), 1, 1200).sum())],
    "time_on_book": lambda pd, t: [t - closed.cumulative_default_mean(1.0, 0.0, t, pd, t)],
    "ruin": lambda *at: [closed.ruin_exponential(*at)], "ruin_simulated": lambda *at: [closed.ruin_exponential(*at)],
    "ruin_at_last": lambda capital, *at: [closed.ruin_exponential(capital, 1e5, *at)], "ruin_by_steps": ruin_by_steps,
    "present_value": discounted, "subsidy_cost": subsidy_cost, "quantile_ranks": quantile_ranks}


def groups() -> list[dict[str, Any]]:
    """The groups of the file."""
    found: list[dict[str, Any]] = YAML(typ="safe").load(FILE.read_text("utf-8"))
    return found


def known_values(formulas: dict[str, Formula] = FORMULAS, only: str | None = None) -> tuple[Known, ...]:
    """Every value of the file, or of one group, beside what the formulas give."""
    found = []
    for group in groups():
        if only not in (None, group["name"]):
            continue
        for at, values, *own in group["rows"]:
            tolerance = own[0] if own else group["tolerance"]
            said = ", ".join(f"{each:g}" for each in at if isinstance(each, int | float))
            for ours, known in zip(formulas[group["name"]](*at)[:len(values)], values, strict=True):
                found.append(Known(group["name"], group["source"], group["printed"], said, float(ours), float(known),
                                   tolerance * abs(known) if group["relative"] else tolerance))
    return tuple(found)
