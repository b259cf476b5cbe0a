"""Which sizes of the fund are worth considering: those that no smaller one matches in every promise (Pareto front)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .sizes import COST

if TYPE_CHECKING:
    from .sizes import LeverageRow, SizeResult


@dataclass(frozen=True, slots=True)
class FrontPoint:
    """A size (fen) the search tried, its chances by promise, and the smallest size no worse in any (None: none).

    ``cost`` is the expected public cost there (fen), the interest of the fund's money left aside: with it a larger fund
    would seem to cost less the more money it ties up.
    """

    fen: int
    chances: Mapping[str, float]
    better: int | None
    cost: float | None = None

    @property
    def on_front(self) -> bool:
        """Whether less money would cost something."""
        return self.better is None


def size_front(size: SizeResult) -> tuple[FrontPoint, ...]:
    """Every size tried at the scheme's own leverage, smallest first; nothing is simulated."""
    at_most = {check.name: check.at_most for check in size.checks}
    tried = sorted((fen, chances) for fen, chances in dict(size.curve).items() if fen > 0)

    def no_worse(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
        return all(one[name] <= other[name] if less else one[name] >= other[name] for name, less in at_most.items())

    found = []
    for n, (fen, chances) in enumerate(tried):
        better = next((smaller for smaller, than in tried[:n] if no_worse(than, chances)), None)
        found.append(FrontPoint(fen, chances, better, chances.get(COST)))
    return tuple(found)


def leverage_front(size: SizeResult) -> tuple[tuple[LeverageRow, bool], ...]:
    """The multiples at which some size keeps all promises, and whether a lower multiple needs as little money."""
    rows = sorted((row for row in size.table if row.leverage is not None and row.size_fen is not None),
                  key=lambda row: row.leverage or 0)
    return tuple((row, all((other.size_fen or 0) > (row.size_fen or 0) for other in rows[:n]))
                 for n, row in enumerate(rows))
