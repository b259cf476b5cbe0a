"""Estimates: intervals equal published rules, cover as often as they say, and admit what a sample cannot
show."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from simulator.answers.estimate import (
    mean_ci,
    proportion_ci,
    quantile,
    quantile_ci,
    quantile_ranks,
    ratio_ci,
    tvar,
)


def covered(hits: int, trials: int) -> bool:
    """Whether a nominal 95 % interval that held ``hits`` times in ``trials`` is believable, within 4 SE."""
    return abs(hits / trials - 0.95) < 4.0 * math.sqrt(0.95 * 0.05 / trials)


def test_mean_of_a_worked_sample() -> None:
    """1, 2, 3, 4: standard deviation 1.290994, t(3) 97.5 % = 3.182446."""
    estimate = mean_ci([1, 2, 3, 4])
    assert (estimate.value, estimate.n, estimate.kind) == (2.5, 4, "mean")
    assert estimate.se == pytest.approx(0.6454972)
    assert (estimate.low, estimate.high) == pytest.approx((0.4457397, 4.5542603))


def test_one_path_bounds_nothing() -> None:
    estimate = mean_ci([7])
    assert estimate.value == 7.0 and math.isnan(estimate.se)
    assert (estimate.low, estimate.high) == (-math.inf, math.inf)


def test_no_path_is_no_estimate() -> None:
    with pytest.raises(ValueError, match="at least one path"):
        mean_ci([])


# Tabulated exact limits; for 0 of 10 by hand 1 - .025^(1/10).
@pytest.mark.parametrize("k, n, low, high", [
    (0, 10, 0.0, 0.3084971), (10, 10, 0.6915029, 1.0), (1, 10, 0.0025286, 0.4450161),
    (5, 10, 0.1870860, 0.8129140)])
def test_clopper_pearson(k: int, n: int, low: float, high: float) -> None:
    estimate = proportion_ci(k, n)
    assert (estimate.low, estimate.high) == pytest.approx((low, high), abs=5e-8)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
       st.sampled_from([0.9, 0.95, 0.99]))
def test_a_proportions_bounds_have_half_the_miss_each(sample: tuple[int, int], conf: float) -> None:
    k, n = sample
    estimate, miss = proportion_ci(k, n, conf), (1.0 - conf) / 2.0
    if k > 0:
        assert stats.binom.sf(k - 1, n, estimate.low) == pytest.approx(miss, rel=1e-6)
    if k < n:
        assert stats.binom.cdf(k, n, estimate.high) == pytest.approx(miss, rel=1e-6)


def test_never_and_always_are_not_0_and_100_per_cent() -> None:
    never, always, once = proportion_ci(0, 1000), proportion_ci(1000, 1000), proportion_ci(1, 1000)
    assert never.never_seen and not never.always_seen and never.rule_of_three == 0.003
    assert always.always_seen and not always.never_seen
    assert not once.never_seen and not once.always_seen
    assert not mean_ci([0.0, 0.0]).never_seen
    assert proportion_ci(0, 2).rule_of_three == 1.0


@pytest.mark.parametrize("k, n", [(-1, 5), (6, 5), (0, 0)])
def test_impossible_counts_are_refused(k: int, n: int) -> None:
    with pytest.raises(ValueError, match="is not a proportion"):
        proportion_ci(k, n)


# Binomial ranks of a 95 % interval, computed outside this project; n + 1 stands for plus infinity.
@pytest.mark.parametrize("n, p, low, high", [
    (1000, 0.95, 936, 964), (1000, 0.99, 983, 997), (1000, 0.999, 997, 1001),
    (10_000, 0.95, 9457, 9543), (10_000, 0.99, 9880, 9920), (10_000, 0.999, 9983, 9997),
    (100_000, 0.95, 94864, 95136), (100_000, 0.99, 98938, 99062), (100_000, 0.999, 99880, 99920)])
def test_order_statistic_ranks(n: int, p: float, low: int, high: int) -> None:
    assert quantile_ranks(n, p) == (low, high)


def test_quantile_intervals_are_sample_values_in_rank_order() -> None:
    values = np.random.default_rng(1).permutation(np.arange(1, 1001))
    estimate = quantile_ci(values, 0.95)
    assert (estimate.value, estimate.low, estimate.high) == (950, 936, 964)
    assert estimate.se == pytest.approx(28.0 / (2.0 * 1.959964), rel=1e-6)


def test_a_small_sample_does_not_bound_a_far_quantile() -> None:
    assert quantile_ci(np.arange(1000), 0.999).high == math.inf
    assert quantile_ci(np.arange(1000), 0.001).low == -math.inf


@pytest.mark.parametrize("n, p, rank", [(100, 0.29, 29), (100, 0.07, 7), (10, 0.05, 1), (3, 0.5, 2), (4, 0.5,
2), (10, 1.0, 10), (10, 0.0, 1)])
def test_quantile_is_the_least_value_reaching_its_share(n: int, p: float, rank: int) -> None:
    assert quantile(np.arange(n, 0, -1), p) == rank


def test_tail_mean_of_a_worked_sample() -> None:
    """The worst 25 % of 1 … 10: 10 and 9 whole, half of 8: (10 + 9 + 4) / 2.5."""
    assert tvar(np.arange(1, 11), 0.75).value == pytest.approx(9.2)
    assert tvar(np.arange(1, 101), 0.99).value == pytest.approx(100.0)


def test_intervals_cover_as_often_as_they_say() -> None:
    rng, trials = np.random.default_rng(7), 2000
    samples = rng.exponential(1.0, (trials, 2000))
    hits = {"mean": 0, "quantile": 0, "tvar": 0, "ratio": 0}
    for row in samples:
        for name, estimate, truth in (("mean", mean_ci(row), 1.0), ("quantile", quantile_ci(row, 0.9),
        math.log(10)), ("tvar", tvar(row, 0.9), 1.0 + math.log(10)),
                                      ("ratio", ratio_ci(row[:1000] ** 2, row[1000:]), 2.0)):
            hits[name] += estimate.low <= truth <= estimate.high
    # Skewness of the exponential costs the symmetric intervals up to one point at these sizes.
    assert covered(hits["mean"], trials) and covered(hits["quantile"], trials)
    assert 0.92 < hits["tvar"] / trials < 0.97 and 0.92 < hits["ratio"] / trials < 0.97


def test_ratio_of_proportional_quantities_is_certain() -> None:
    cost = np.arange(1.0, 50.0)
    for method in ("delta", "bootstrap"):
        estimate = ratio_ci(3.0 * cost, cost, method=method)
        assert estimate.value == pytest.approx(3.0)
        assert estimate.se == pytest.approx(0.0, abs=1e-12)


def test_delta_and_bootstrap_agree_on_a_large_sample() -> None:
    rng = np.random.default_rng(3)
    over, under = rng.gamma(4.0, 1.0, 5000), rng.gamma(9.0, 1.0, 5000)
    delta, bootstrap = ratio_ci(over, under), ratio_ci(over, under, method="bootstrap", resamples=2000)
    # A standard error from 2,000 resamples is itself known to 1/sqrt(4000), 1.6 %.
    assert bootstrap.se == pytest.approx(delta.se, rel=0.064)
    assert bootstrap == ratio_ci(over, under, method="bootstrap", resamples=2000)
    assert delta.low < 4.0 / 9.0 < delta.high


def test_a_ratio_to_what_may_be_nothing_is_undefined() -> None:
    estimate = ratio_ci([1.0, 2.0, 3.0, 2.0], [-1.0, 1.0, 0.5, -0.4])
    assert not estimate.defined and math.isnan(estimate.se)
    assert (estimate.low, estimate.high) == (-math.inf, math.inf)


def test_a_ratio_needs_the_same_paths() -> None:
    with pytest.raises(ValueError, match="same paths"):
        ratio_ci([1.0, 2.0], [1.0, 2.0, 3.0])
