"""Search over fund sizes: scan, bracket, bisect, and an interval for the size itself.

More money also means more loans covered, so exhaustion need not fall with size. The size is the lower end
of the highest connected set of sizes at which all promises hold, found on a grid before any bisection;
every size sees the same paths.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from .criteria import CriteriaSample, Promises

PPM = 1_000_000
GRID = (0, *(PPM * 2**power // 16 for power in range(11)))  # 0, 1/16 … 64 times the present fund
COARSE = (0, *(PPM * 4**power // 16 for power in range(6)))  # the same span in steps of four
TOLERANCE = 400  # bisect until hi − lo ≤ hi / 400
Evaluate = Callable[[int], CriteriaSample]


@dataclass(frozen=True, slots=True)
class Found:
    """The search's answer in parts per million of the present fund.

    ``scale`` None: no size works. ``low`` … ``high`` is the interval for the size (``high`` None: open),
    ``certified`` the smallest size whose bounds hold, ``below`` the largest trial size known to fail,
    ``top`` the highest size of the same feasible set on the grid.
    """

    scale: int | None
    low: int | None
    high: int | None
    certified: int | None
    below: int | None
    top: int | None
    nearest: int  # the trial size that came closest


class Memo:
    """Remembers what each size gave, so that a scan, two bisections and a table share their runs."""

    def __init__(self, evaluate: Evaluate) -> None:
        self._evaluate, self.seen = evaluate, dict[int, CriteriaSample]()

    def __call__(self, scale: int) -> CriteriaSample:
        if scale not in self.seen:
            self.seen[scale] = self._evaluate(scale)
        return self.seen[scale]


def search(
    evaluate: Evaluate,
    promises: Promises,
    grid: tuple[int, ...] = GRID,
    interval: bool = True,
    tolerance: int = TOLERANCE,
) -> Found:
    """The smallest size of the highest feasible set, with its interval unless only the point is wanted."""
    memo = evaluate if isinstance(evaluate, Memo) else Memo(evaluate)
    sizes = _refined(memo, promises, grid)
    nearest = min(sizes, key=lambda s: _distance(memo(s), promises))
    feasible = [promises.hold(memo(s)) for s in sizes]
    if not any(feasible):
        return Found(None, None, None, None, None, None, nearest)
    top = max(i for i, ok in enumerate(feasible) if ok)
    first = top
    while first > 0 and feasible[first - 1]:
        first -= 1
    below, scale = (None, sizes[0])
    if first > 0:
        below, scale = bisect(sizes[first - 1], sizes[first], lambda s: promises.hold(memo(s)), tolerance)
    if not interval:
        return Found(scale, None, None, None, below, sizes[top], scale)
    low, high = _interval(memo, promises, sizes, scale)
    certified = _certified(memo, promises, sizes, scale)
    return Found(scale, low, high, certified, below, sizes[top], scale)


def bisect(
    fails: int, holds: int, test: Callable[[int], bool], tolerance: int = TOLERANCE
) -> tuple[int, int]:
    """Narrow (fails, holds) to neighbouring trial sizes; works in either direction."""
    while abs(holds - fails) > max(1, max(holds, fails) // tolerance):
        middle = (holds + fails) // 2
        if test(middle):
            holds = middle
        else:
            fails = middle
    return fails, holds


def _distance(sample: CriteriaSample, promises: Promises) -> float:
    worst = promises.worst(sample)
    return worst.excess(sample[worst.name].value) / max(worst.limit, 1e-9)


def _refined(memo: Memo, promises: Promises, grid: tuple[int, ...]) -> list[int]:
    """The grid, with midpoints around its best size when no size on it works."""
    sizes = sorted(grid)
    if any(promises.hold(memo(s)) for s in sizes):
        return sizes
    for _ in range(3):
        best = min(range(len(sizes)), key=lambda i: _distance(memo(sizes[i]), promises))
        around = sizes[max(0, best - 1) : best + 2]
        middles = [(a + b) // 2 for a, b in pairwise(around)]
        sizes = sorted({*sizes, *middles})
        if any(promises.hold(memo(s)) for s in middles):
            break
    return sizes


def _interval(memo: Memo, promises: Promises, sizes: list[int], scale: int) -> tuple[int, int | None]:
    """Hull of the sizes around the point that neither surely fail nor surely hold."""

    def too_small(size: int) -> bool:
        return promises.surely_fail(memo(size))

    def too_large(size: int) -> bool:
        return promises.surely_hold(memo(size))

    ladder = sorted({*sizes, *(s for s in memo.seen if s <= sizes[-1]), scale})
    smaller = [s for s in ladder if s < scale and too_small(s)]
    low = 0 if scale == 0 or not smaller else bisect(smaller[-1], scale, lambda s: not too_small(s))[1]
    if scale == 0 and too_large(0):
        return 0, 0
    larger = [s for s in ladder if s > scale and too_large(s)]
    if too_large(scale):
        return low, scale
    return low, bisect(larger[0], scale, lambda s: not too_large(s))[1] if larger else None


def _certified(memo: Memo, promises: Promises, sizes: list[int], scale: int) -> int | None:
    """Smallest size from the point upwards whose bounds hold."""
    if promises.surely_hold(memo(scale)):
        return scale
    for size in sorted(s for s in {*sizes, *memo.seen} if s > scale):
        if promises.surely_hold(memo(size)):
            lower = max(s for s in memo.seen if s < size and not promises.surely_hold(memo(s)))
            return bisect(max(lower, scale), size, lambda s: promises.surely_hold(memo(s)))[1]
    return None
