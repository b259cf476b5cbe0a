"""Sizes worth considering, by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from simulator.answers.front import leverage_front, size_front


def searched(curve: list[tuple[int, dict[str, float]]], *table: tuple[int | None, int | None]) -> Any:
    """What a size search with two promises has found, as far as fronts ask."""
    checks = [SimpleNamespace(name="refusal", at_most=True), SimpleNamespace(name="targets", at_most=False)]
    return SimpleNamespace(checks=checks, curve=curve, table=[SimpleNamespace(leverage=leverage, size_fen=fen)
                                                              for leverage, fen in table])


def test_a_size_is_off_the_front_when_a_smaller_one_is_no_worse_in_anything() -> None:
    """300 refuses as much as 200 and reaches less; 400 is better in one promise; 500 is 400 again; none is no fund."""
    curve = [(0, {"refusal": 0.0, "targets": 1.0}), (500, {"refusal": 0.1, "targets": 0.4}),
             (100, {"refusal": 0.5, "targets": 0.2}), (200, {"refusal": 0.3, "targets": 0.4}),
             (300, {"refusal": 0.3, "targets": 0.3}), (400, {"refusal": 0.1, "targets": 0.4})]
    found = size_front(searched(curve))
    assert [(point.fen, point.better) for point in found] == [
        (100, None), (200, None), (300, 200), (400, None), (500, 400)]


def test_fewer_refusals_and_fewer_targets_are_both_on_the_front() -> None:
    found = size_front(searched([(1, {"refusal": 0.5, "targets": 0.5}), (2, {"refusal": 0.1, "targets": 0.4})]))
    assert all(point.on_front for point in found)


def test_a_multiple_is_off_the_front_when_a_lower_one_needs_as_little() -> None:
    rows = leverage_front(searched([], (20_000, 750), (5_000, 1800), (10_000, 1000), (15_000, 750), (40_000, 850),
                                   (None, 10), (60_000, None)))
    assert [(row.leverage, on) for row, on in rows] == [(5_000, True), (10_000, True), (15_000, True), (20_000, False),
                                                        (40_000, False)]
