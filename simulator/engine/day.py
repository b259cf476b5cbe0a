"""The order of business: what happens on one day, in which order (docs/engine.md).

A tick is ``day << 34 | phase << 30 | key``: integers only, unique for every event, and SimPy's clock
in the story engine. DEFAULT stands before MATURE: not paying on the due date is a default, and a firm
that defaults today cannot repay another loan today.
"""

from __future__ import annotations

from datetime import date

OPEN, RECOVER, DEFAULT, CONTAGION, INFLOW, MATURE, DETERMINE, DUE, PAY, RENEW, WAIT, APPLY, CLOSE = range(13)

PHASES = ("OPEN", "RECOVER", "DEFAULT", "CONTAGION", "INFLOW", "MATURE", "DETERMINE", "DUE", "PAY",
          "RENEW", "WAIT", "APPLY", "CLOSE")

MONTH = 30
YEAR = 360
RUN_OFF = 60 * MONTH           # days after the window within which everything is followed up
BOOK_SHIFT = 10 * YEAR         # quarters are numbered from here, so that the base year has numbers too
KEY_BITS = 30
NEVER = 1 << 40                # a day that never comes


def tick(day: int, phase: int, key: int = 0) -> int:
    """Position of an event in a path: later days, later phases, then larger keys come later."""
    return day << (KEY_BITS + 4) | phase << KEY_BITS | key


def day_of(moment: int) -> int:
    """Day of a tick."""
    return moment >> (KEY_BITS + 4)


def days_between(start: date, day: date) -> int:
    """Days from ``start`` to ``day`` in the 30/360 convention."""
    return ((day.year - start.year) * YEAR + (day.month - start.month) * MONTH
            + min(day.day, MONTH) - min(start.day, MONTH))


def entity_of(segment: int, side: int, n: int) -> int:
    """Number of the n-th candidate of a segment's stream, outward from day 0: names its draws, whatever the policy.

    ``side`` 0 from day 0 on, 1 the base year backwards.
    """
    return segment << 24 | side << 23 | n
