"""Every loan, and its claim after it, ends within the run-off that a simulation follows."""

from __future__ import annotations

from typing import Any

from .draft import Draft, Path
from .loan_book import RUN_OFF_YEARS

YEAR = 360


def run_off(s: Any, draft: Draft) -> None:
    """The longest term and then the slowest claim, each at the high end of its range: draws go that far."""
    left = RUN_OFF_YEARS * YEAR - _slowest(s, draft)
    terms: dict[Path, int] = {
        ("segments", name, "terms", str(n), "days"): term.days
        for name, segment in s.segments.items() for n, term in enumerate(segment.terms)}
    _within(terms, left, draft)
    _within({("book", "remaining"): s.book.remaining}, s.clock.months * YEAR // 12 + left, draft)


def _within(days: dict[Path, int], most: int, draft: Draft) -> None:
    for path, value in days.items():
        top = _top(draft, path, value)
        if top > most:
            draft.say("outlasts_run_off", path, given=str(top), allowed=f"≤ {max(0, most)}")


def _slowest(s: Any, draft: Draft) -> int:
    """Days from default to the last payment."""
    def top(path: Path, value: int | None) -> int:
        return _top(draft, path, value or 0)

    claims = [top(("modes", name, "claim", "overdue"), mode.claim.overdue)
              + top(("modes", name, "claim", "review"), mode.claim.review) for name, mode in s.modes.items()]
    final = [top(("modes", name, "claim", "final_days"), mode.claim.final_days) for name, mode in s.modes.items()]
    lags = [top(("modes", name, "terms", str(n), "lag"), row.lag)
            for name, mode in s.modes.items() for n, row in enumerate(mode.terms)]
    return sum(max(each, default=0) for each in (claims, final, lags))


def _top(draft: Draft, path: Path, value: int) -> int:
    origin = draft.origins.get(".".join(path))
    return max(value, int(origin.high or 0) if origin else 0)
