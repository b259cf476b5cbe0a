"""What a platform changes in the stream of first applications inside the fund's gates (docs/model, Platform).

Applications are counted where they are decided. A platform that shortens the wait lets the clock of decisions run
ahead: within its first month those who waited on its first day are decided too, and from then on each is decided
that much earlier. Nobody is decided before day 0, because the clock only ever runs ahead of the calendar.
"""

from __future__ import annotations

import numpy as np

from simulator.engine.day import MONTH
from simulator.scheme.scenario import Platform

PPM = 1_000_000


def days_ahead(platform: Platform) -> int:
    """How much earlier an application is decided; nothing where drawn assumptions make the platform the slower way."""
    return max(0, platform.days_before - platform.days_with)


def months_ahead(platform: Platform | None) -> int:
    """How many months beyond the window applicants may come from who are decided inside it."""
    return 0 if platform is None else -(-days_ahead(platform) // MONTH)


def decided(platform: Platform | None, start: int, usual: np.ndarray, first: int, last: int) -> np.ndarray:
    """Applications decided in each month ``first`` … ``last`` − 1, where ``usual`` would be without the platform.

    ``start`` is the platform's first day; ``usual`` reaches :func:`months_ahead` beyond ``last``.
    """
    if platform is None:
        return usual[:last - first]
    total = np.concatenate(([0.0], np.cumsum(usual)))                # by the start of each month
    days = MONTH * np.arange(first, last + 1)
    ahead = days_ahead(platform) * np.clip((days - start) / MONTH, 0.0, 1.0)
    edges = np.interp((days + ahead) / MONTH, np.arange(first, first + len(total)), total)
    heard = np.clip((days[1:] - start) / MONTH, 0.0, 1.0)            # part of the month in which it works
    return np.diff(edges) * (1 + platform.uplift / PPM * heard)
