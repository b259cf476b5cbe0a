"""The size search on systems whose smallest feasible size is known by a formula."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from simulator.study.criteria import Criterion, Measured, Promises
from simulator.study.search import PPM, search

ALPHA, RHO, BETA = Criterion("exhaustion", 0.01), Criterion("refusal", 0.05), Criterion("targets", 0.9, False)


def toy(
    exhaustion: Callable[[float], float],
    refusal: Callable[[float], float] = lambda c: 0.0,
    targets: Callable[[float], float] = lambda c: 1.0,
    n: int = 40_000,
    seed: int = 1,
):
    """Paths whose luck is one uniform each: the same luck at every size."""
    luck = np.sort(np.random.default_rng(seed).random(n))

    def evaluate(scale: int) -> dict[str, Measured]:
        size = scale / PPM
        return {
            "exhaustion": Measured.of_paths(int(np.searchsorted(luck, exhaustion(size))), n),
            "refusal": Measured(refusal(size), n, 0.0005),
            "targets": Measured.of_paths(int(np.searchsorted(luck, targets(size))), n),
        }

    return evaluate


def falling(size: float) -> float:
    return math.exp(-3 * size)


def size_of(evaluate, *criteria: Criterion) -> float:
    return search(evaluate, Promises(criteria)).scale / PPM


def test_exhaustion_sets_the_size() -> None:
    # exp(−3C) = .01 at C = ln(100)/3 = 1.535; n = 40,000 leaves a standard error of .0166 on C.
    assert size_of(toy(falling), ALPHA, RHO) == pytest.approx(math.log(100) / 3, abs=4 * 0.0166)


def test_service_level_sets_the_size() -> None:
    assert size_of(toy(falling, lambda c: max(0.0, 1 - c / 2)), ALPHA, RHO) == pytest.approx(1.9, rel=0.006)


def test_target_sets_the_size() -> None:
    # 1 − exp(−C) = .9 at C = ln 10 = 2.303; standard error of C there is .0015 / .1
    found = size_of(toy(falling, targets=lambda c: 1 - math.exp(-c)), ALPHA, RHO, BETA)
    assert found == pytest.approx(math.log(10), abs=4 * 0.015 + 0.006)


def test_highest_of_two_feasible_sets_is_taken() -> None:
    def humped(size: float) -> float:
        return 0.002 if size < 0.4 else min(0.08, 0.16 / size**2)

    # the small feasible set ends at .4; the high one begins where .16 / C² = .01, C = 4 (SE of C .1)
    assert size_of(toy(humped), ALPHA) == pytest.approx(4.0, abs=0.4)


def test_bounded_feasible_set() -> None:
    def valley(size: float) -> float:
        return 0.5 if size < 3 or size > 12 else 0.001

    found = search(toy(valley), Promises((ALPHA,)))
    assert found.scale / PPM == pytest.approx(3, rel=0.006)
    assert found.top == 8 * PPM


def test_no_size_works() -> None:
    found = search(toy(lambda c: 0.02 + 0.1 / (1 + c)), Promises((ALPHA, RHO)))
    assert found.scale is None
    assert found.nearest == 64 * PPM  # excess falls with size: the largest came closest


def test_narrow_feasible_set_between_grid_points_is_found() -> None:
    found = search(
        toy(lambda c: 0.001 if 1.4 < c < 1.6 else 0.01 + 0.1 * abs(math.log(c / 1.5 + 1e-9))),
        Promises((ALPHA,)),
    )
    assert found.scale / PPM == pytest.approx(1.4, rel=0.006)


def test_zero_can_be_enough() -> None:
    found = search(toy(lambda c: 0.0), Promises((ALPHA,)))
    assert (found.scale, found.low, found.high, found.certified) == (0, 0, 0, 0)


def test_interval_covers_the_true_size() -> None:
    truth, hits, widths = math.log(100) / 3, 0, []
    for seed in range(200):
        found = search(toy(falling, lambda c: max(0.0, 0.9 - c), n=2_000, seed=seed), Promises((ALPHA, RHO)))
        hits += found.low / PPM <= truth <= found.high / PPM
        widths.append((found.high - found.low) / PPM)
    assert hits >= 180  # nominal 95 % of 200, four standard errors below
    # α = .01 with n = 2,000 at 97.5 %: about .0058 … .0162, so C from 1.37 to 1.72
    assert 0.2 < float(np.median(widths)) < 0.6


def test_certified_size_keeps_its_promise_on_the_truth() -> None:
    found = [search(toy(falling, n=2_000, seed=seed), Promises((ALPHA,))) for seed in range(200)]
    broken = sum(falling(each.certified / PPM) > 0.01 for each in found)
    assert broken <= 200 * 0.025 + 4 * math.sqrt(200 * 0.025 * 0.975)


def test_bounds_are_clopper_pearson() -> None:
    # 0 of n: 1 − (miss/2)^(1/n); 2 of 10 at 95 %: .0252 and .5561 (Clopper and Pearson 1934)
    assert Measured.of_paths(0, 100).bounds(0.05) == (0.0, pytest.approx(1 - 0.025**0.01))
    assert Measured.of_paths(2, 10).bounds(0.05) == pytest.approx((0.02521, 0.55610), abs=1e-5)
