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
ROUGH = 33  # the same for tables and draws, about two digits
TOLERANCE = 200  # bisect until hi − lo ≤ hi / 200
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
        """The criteria at a scale (ppm of the fund's size), simulated once."""
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

    def holds(size: int) -> bool:
        return promises.hold(memo(size))

    sizes = sorted(grid)
    top = next((size for size in reversed(sizes) if holds(size)), None)
    if top is None:
        sizes, top = _refined(memo, promises, sizes)
    if top is None:
        nearest = min(sizes, key=lambda size: _distance(memo(size), promises))
        return Found(None, None, None, None, None, None, nearest)
    scale, below = top, None
    for size in reversed([size for size in sizes if size < top]):
        if not holds(size):
            below, scale = bisect(size, scale, holds, tolerance)
            break
        scale = size
    if not interval:
        return Found(scale, None, None, None, below, top, scale)
    low, high = _interval(memo, promises, sizes, scale)
    certified = _certified(memo, promises, sizes, scale)
    return Found(scale, low, high, certified, below, top, scale)


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


def _refined(memo: Memo, promises: Promises, sizes: list[int]) -> tuple[list[int], int | None]:
    """No size of the grid works: midpoints around its best one, and the highest of them that does."""
    for _ in range(3):
        best = min(range(len(sizes)), key=lambda i: _distance(memo(sizes[i]), promises))
        around = sizes[max(0, best - 1) : best + 2]
        middles = [(a + b) // 2 for a, b in pairwise(around)]
        sizes = sorted({*sizes, *middles})
        working = [size for size in middles if promises.hold(memo(size))]
        if working:
            return sizes, max(working)
    return sizes, None


def _interval(memo: Memo, promises: Promises, sizes: list[int], scale: int) -> tuple[int, int | None]:
    """Hull of the sizes around the point that neither surely fail nor surely hold."""

    def too_small(size: int) -> bool:
        return promises.surely_fail(memo(size))

    def too_large(size: int) -> bool:
        return promises.surely_hold(memo(size))

    ladder = sorted({*sizes, *(s for s in memo.seen if s <= sizes[-1]), scale})
    smaller = next((s for s in reversed(ladder) if s < scale and too_small(s)), None)
    low = 0 if smaller is None else bisect(smaller, scale, lambda s: not too_small(s))[1]
    if too_large(scale):
        return low, scale
    larger = next((s for s in ladder if s > scale and too_large(s)), None)
    return low, None if larger is None else bisect(larger, scale, lambda s: not too_large(s))[1]


def _certified(memo: Memo, promises: Promises, sizes: list[int], scale: int) -> int | None:
    """Smallest size from the point upwards whose bounds hold."""
    if promises.surely_hold(memo(scale)):
        return scale
    for size in sorted(s for s in {*sizes, *memo.seen} if s > scale):
        if promises.surely_hold(memo(size)):
            lower = max(s for s in memo.seen if s < size and not promises.surely_hold(memo(s)))
            return bisect(max(lower, scale), size, lambda s: promises.surely_hold(memo(s)))[1]
    return None
