"""Numbers that admit their error: every estimate from simulated paths carries its interval.

Proportions: Clopper and Pearson, Biometrika 26 (1934) 404-413. Quantiles: order statistics with binomial
ranks (David and Nagaraja, Order Statistics, 2003, section 7.1). Tail means: influence function of expected
shortfall.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

Kind = Literal["mean", "proportion", "quantile", "tvar", "ratio"]


@dataclass(frozen=True)
class Estimate:
    """A value with its standard error and confidence interval, from ``n`` paths.

    ``low`` or ``high`` is infinite where the sample is too small to bound the value on that side; ``value``
    is nan where the quantity is undefined.
    """

    value: float
    se: float
    low: float
    high: float
    n: int
    kind: Kind

    @property
    def never_seen(self) -> bool:
        """A proportion of 0 of n: print "< 3/n", never 0 %."""
        return self.kind == "proportion" and self.value == 0.0

    @property
    def always_seen(self) -> bool:
        """A proportion of n of n: print "> 1 - 3/n", never 100 %."""
        return self.kind == "proportion" and self.value == 1.0

    @property
    def rule_of_three(self) -> float:
        """3/n: the one-sided 95 % bound on the chance of what n paths never showed."""
        return min(1.0, 3.0 / self.n)

    @property
    def defined(self) -> bool:
        """False where there is nothing to average, such as a ratio over no loans."""
        return not math.isnan(self.value)


def _sample(values: ArrayLike) -> np.ndarray:
    sample = np.asarray(values, dtype=np.float64)
    if sample.ndim != 1 or sample.size == 0:
        raise ValueError("an estimate needs at least one path")
    return sample


def _half_width(n: int, conf: float) -> float:
    return float(stats.t.ppf(0.5 + conf / 2.0, n - 1)) if n > 1 else math.inf


def _symmetric(value: float, se: float, n: int, conf: float, kind: Kind) -> Estimate:
    # One path says nothing of the error: nan · inf must not hide the unbounded interval.
    reach = se * _half_width(n, conf) if n > 1 else math.inf
    return Estimate(value, se, value - reach, value + reach, n, kind)


def _standard_error(sample: np.ndarray) -> float:
    return float(sample.std(ddof=1)) / math.sqrt(sample.size) if sample.size > 1 else math.nan


def mean_ci(values: ArrayLike, conf: float = 0.95) -> Estimate:
    """Mean over paths with Student's interval."""
    sample = _sample(values)
    return _symmetric(float(sample.mean()), _standard_error(sample), sample.size, conf, "mean")


def proportion_ci(count: int, n: int, conf: float = 0.95) -> Estimate:
    """Share of paths, ``count`` of ``n``, with the exact (Clopper-Pearson) interval."""
    if not 0 <= count <= n or n == 0:
        raise ValueError(f"{count} of {n} is not a proportion")
    miss = (1.0 - conf) / 2.0
    low = float(stats.beta.ppf(miss, count, n - count + 1)) if count > 0 else 0.0
    high = float(stats.beta.isf(miss, count + 1, n - count)) if count < n else 1.0
    value = count / n
    return Estimate(value, math.sqrt(value * (1.0 - value) / n), low, high, n, "proportion")


def quantile_ranks(n: int, p: float, conf: float = 0.95) -> tuple[int, int]:
    """Ranks (from 1) of the order statistics that enclose the ``p``-quantile with at least ``conf``.

    Rank 0 means minus infinity and n + 1 plus infinity: the sample cannot bound the quantile on that side.
    """
    miss = (1.0 - conf) / 2.0
    return int(stats.binom.ppf(miss, n, p)), int(stats.binom.ppf(1.0 - miss, n, p)) + 1


def quantile(values: ArrayLike, p: float) -> float:
    """Smallest sample value that at least a share ``p`` of the sample does not exceed."""
    sample = _sample(values)
    # A hair below n·p: 0.29 * 100 is 28.999999999999996 and 0.07 * 100 is 7.000000000000001.
    rank = max(math.ceil(sample.size * p - 1e-9), 1)
    return float(np.partition(sample, rank - 1)[rank - 1])


def quantile_ci(values: ArrayLike, p: float, conf: float = 0.95) -> Estimate:
    """Sample quantile with its order-statistic interval; the standard error is read off the interval's
    width."""
    sample = np.sort(_sample(values))
    n = sample.size
    lower, upper = quantile_ranks(n, p, conf)
    low = float(sample[lower - 1]) if lower >= 1 else -math.inf
    high = float(sample[upper - 1]) if upper <= n else math.inf
    se = (high - low) / (2.0 * float(stats.norm.ppf(0.5 + conf / 2.0)))
    return Estimate(quantile(sample, p), se, low, high, n, "quantile")


def tvar(values: ArrayLike, p: float, conf: float = 0.95) -> Estimate:
    """Mean of the worst share 1 - ``p`` of paths (tail value at risk, expected shortfall)."""
    sample = _sample(values)
    level = quantile(sample, p)
    influence = level + np.maximum(sample - level, 0.0) / (1.0 - p)
    return _symmetric(float(influence.mean()), _standard_error(influence), sample.size, conf, "tvar")


def ratio_ci(over: ArrayLike, under: ArrayLike, conf: float = 0.95,
             method: Literal["delta", "bootstrap"] = "delta", resamples: int = 1000,
             seed: int = 1) -> Estimate:
    """Mean of ``over`` divided by mean of ``under``, both by path; undefined where the latter's interval
    meets 0.

    The bootstrap interval is the percentile one of ``resamples`` draws of whole paths, fixed by ``seed``.
    """
    top, bottom = _sample(over), _sample(under)
    if top.size != bottom.size:
        raise ValueError("a ratio needs both quantities on the same paths")
    n = top.size
    divisor = mean_ci(bottom, conf)
    if divisor.low <= 0.0 <= divisor.high:
        return Estimate(math.nan, math.nan, -math.inf, math.inf, n, "ratio")
    value = float(top.mean()) / divisor.value
    if method == "delta":
        se = _standard_error(top - value * bottom) / abs(divisor.value)
        return _symmetric(value, se, n, conf, "ratio")
    rng = np.random.default_rng(seed)
    pairs = np.column_stack([top, bottom])
    sums = np.array([pairs[rng.integers(0, n, n)].sum(axis=0) for _ in range(resamples)])
    ratios = sums[:, 0] / sums[:, 1]
    low, high = np.quantile(ratios, [(1.0 - conf) / 2.0, (1.0 + conf) / 2.0])
    return Estimate(value, float(ratios.std(ddof=1)), float(low), float(high), n, "ratio")
