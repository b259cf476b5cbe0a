"""Designs of the sensitivity analysis: what walks visit, and indices of functions whose indices are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.study.designs import JUMP, Array, screened, trajectories, variance_parts, variance_points


@given(st.integers(1, 12), st.integers(1, 6), st.integers(0, 1000))
def test_a_walk_moves_every_coordinate_once_and_stays_on_the_grid(coordinates: int, count: int, seed: int) -> None:
    walks = trajectories(coordinates, count, seed)
    assert np.isin(np.round(walks * 3, 9), (0, 1, 2, 3)).all()
    steps = np.diff(walks, axis=1)
    assert (np.count_nonzero(steps, axis=2) == 1).all()          # one at a time
    assert (np.count_nonzero(steps, axis=1) == 1).all()          # each of them once
    assert np.allclose(np.abs(steps[steps != 0]), JUMP)


def test_every_level_is_visited_as_often_and_walks_go_both_ways() -> None:
    walks = trajectories(5, 4_000, 3)
    for start in (walks[:, 0], walks[:, -1]):
        share = np.array([(np.round(start * 3) == level).mean() for level in range(4)])
        assert (np.abs(share - 0.25) < 4 * np.sqrt(0.25 * 0.75 / start.size)).all(), share
    rising = (np.diff(walks, axis=1).sum(axis=1) > 0).mean()
    assert abs(rising - 0.5) < 4 * 0.5 / np.sqrt(walks.shape[0] * 5)


def test_the_effects_of_a_straight_line_are_its_slopes_and_those_of_a_product_are_not_alike() -> None:
    walks = trajectories(4, 200, 7)
    line = screened(walks, walks @ np.array([3.0, -5.0, 0.0, 1.0]))
    assert np.allclose([(each.strength, each.drift, each.spread) for each in line],
                       [(3, 3, 0), (5, -5, 0), (0, 0, 0), (1, 1, 0)])
    product = screened(walks, walks[:, :, 0] * walks[:, :, 1])
    # The slope in x is y: uniform on 0, 1/3, 2/3, 1 with mean 1/2 and variance 5/36.
    for each in product[:2]:
        assert abs(each.strength - 0.5) < 4 * each.se
        assert abs(each.spread - np.sqrt(5 / 36)) < 0.05
        assert each.se == pytest.approx(each.spread / np.sqrt(200))


def ishigami(u: Array) -> Array:
    """sin x₁ + 7 sin² x₂ + 0.1 x₃⁴ sin x₁ on (−π, π)³, the standard test of variance based indices."""
    x = np.pi * (2 * u - 1)
    found: Array = np.sin(x[..., 0]) + 7 * np.sin(x[..., 1]) ** 2 + 0.1 * x[..., 2] ** 4 * np.sin(x[..., 0])
    return found


def ishigami_indices() -> tuple[list[float], list[float]]:
    """First and total indices from its variances: V₁ = ½(1 + b π⁴/5)², V₂ = a²/8, V₁₃ = b² π⁸ (1/18 − 1/50)."""
    a, b = 7.0, 0.1
    one, two, mixed = (1 + b * np.pi**4 / 5) ** 2 / 2, a**2 / 8, b**2 * np.pi**8 * (1 / 18 - 1 / 50)
    whole = one + two + mixed
    return [one / whole, two / whole, 0.0], [(one + mixed) / whole, two / whole, mixed / whole]


def test_indices_of_a_known_function() -> None:
    parts = variance_parts(ishigami(variance_points(3, 4_096, [[0], [1], [2]], 5)), 5)
    for part, first, total in zip(parts, *ishigami_indices(), strict=True):
        assert part.first == pytest.approx(first, abs=0.03) and part.total == pytest.approx(total, abs=0.03)


def test_intervals_hold_the_known_indices_about_as_often_as_they_say() -> None:
    """Nineteen of twenty would be 171 of 180; bootstrap intervals of 256 samples held 176."""
    held = 0
    for seed in range(30):
        parts = variance_parts(ishigami(variance_points(3, 256, [[0], [1], [2]], seed)), seed)
        for part, first, total in zip(parts, *ishigami_indices(), strict=True):
            held += (part.first_low <= first <= part.first_high) + (part.total_low <= total <= part.total_high)
    assert held >= 168, held


def test_a_group_has_the_part_of_all_its_members_together() -> None:
    """{x₁, x₃} has everything that is not x₂'s; what does not matter has nothing."""
    parts = variance_parts(ishigami(variance_points(4, 2_048, [[0, 2], [1], [3]], 9)), 9)
    first, _ = ishigami_indices()
    assert parts[0].first == pytest.approx(1 - first[1], abs=0.04) == parts[0].total
    assert parts[1].total == pytest.approx(first[1], abs=0.04)
    assert parts[2].total == 0.0 == parts[2].first


def test_a_single_group_is_everything_and_a_constant_is_nobodys() -> None:
    points = variance_points(2, 8, [[0, 1]], 1)
    assert variance_parts(ishigami(np.pad(points, ((0, 0), (0, 0), (0, 1)))), 1)[0].total == 1.0
    assert variance_parts(np.ones((8, 4)), 1)[0].total == 0.0
