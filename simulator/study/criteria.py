"""The promises a fund must keep, and what a sample of paths says about each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scipy.stats import beta, norm


@dataclass(frozen=True, slots=True)
class Criterion:
    """A quantity between 0 and 1 and the limit it must keep (``at_most``) or reach."""

    name: str
    limit: float
    at_most: bool = True

    def excess(self, value: float) -> float:
        """How far ``value`` is on the wrong side; at most 0 when the promise is kept."""
        return value - self.limit if self.at_most else self.limit - value


@dataclass(frozen=True, slots=True)
class Measured:
    """A share of paths (``count`` of ``n``), or another ratio with its standard error."""

    value: float
    n: int
    se: float = 0.0
    count: int | None = None

    @staticmethod
    def of_paths(count: int, n: int) -> Measured:
        """A chance counted over ``n`` paths, with its binomial standard error."""
        share = count / n
        return Measured(share, n, (share * (1 - share) / n) ** 0.5, count)

    def bounds(self, miss: float) -> tuple[float, float]:
        """Two-sided interval missing the truth with probability ``miss``: Clopper–Pearson or normal."""
        if self.count is None:
            half = float(norm.ppf(1 - miss / 2)) * self.se
            return self.value - half, self.value + half
        low = float(beta.ppf(miss / 2, self.count, self.n - self.count + 1)) if self.count else 0.0
        if self.count == self.n:
            return low, 1.0
        return low, float(beta.ppf(1 - miss / 2, self.count + 1, self.n - self.count))


CriteriaSample = Mapping[str, Measured]


@dataclass(frozen=True, slots=True)
class Promises:
    """All criteria together; ``miss`` is the error allowed to the joint statement (γ), shared equally."""

    criteria: tuple[Criterion, ...]
    miss: float = 0.05

    @property
    def each(self) -> float:
        """What each criterion may miss, so that all together miss at most ``miss`` (Bonferroni)."""
        return self.miss / len(self.criteria)

    def failed(self, sample: CriteriaSample) -> tuple[str, ...]:
        """Criteria not kept by the point estimates."""
        return tuple(c.name for c in self.criteria if c.excess(sample[c.name].value) > 0)

    def hold(self, sample: CriteriaSample) -> bool:
        """Whether the point estimates keep every limit."""
        return not self.failed(sample)

    def surely_hold(self, sample: CriteriaSample) -> bool:
        """Every bound, taken on the bad side, keeps its limit."""
        return all(max(c.excess(b) for b in sample[c.name].bounds(self.each)) <= 0 for c in self.criteria)

    def surely_fail(self, sample: CriteriaSample) -> bool:
        """Some bound, even taken on the good side, breaks its limit."""
        return any(min(c.excess(b) for b in sample[c.name].bounds(self.each)) > 0 for c in self.criteria)

    def worst(self, sample: CriteriaSample) -> Criterion:
        """The criterion furthest beyond its limit, relative to the limit."""
        return max(self.criteria, key=lambda c: c.excess(sample[c.name].value) / max(c.limit, 1e-9))
