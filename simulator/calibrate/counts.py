"""What a likelihood needs of a tape: defaults and time at risk by month, grade and sector."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

MONTHS = 12                                # in a year
Array = npt.NDArray[np.float64]


def count(entry: Array, leave: Array, failed: npt.NDArray[np.bool_], cell: npt.NDArray[np.int64], months: int,
          cells: int) -> tuple[Array, Array]:
    """Defaults and exposure in years, both [months, cells].

    ``entry`` and ``leave`` (months since the tape begins to watch, parts of a month included) bound the time in which
    each loan's default would have been seen: entry is where the watch begins for loans made before it (left
    truncation), leave the repayment, the default or the end of the watch (right censoring). ``failed`` marks loans
    that left by default; ``cell`` numbers grade and sector. Raises ValueError where a loan leaves before it enters or
    outside the window.
    """
    if (leave < entry).any() or (entry < 0).any() or (leave > months).any():
        raise ValueError("a loan is watched from its entry to its leaving, both inside the window")
    exposure = np.zeros((months, cells))
    first = np.floor(entry).astype(int)
    for ahead in range(int(np.ceil((leave - first).max(initial=0.0)))):
        month = first + ahead
        spent = np.clip(leave - month, 0.0, 1.0) - np.clip(entry - month, 0.0, 1.0)
        there = spent > 0.0
        np.add.at(exposure, (month[there], cell[there]), spent[there] / MONTHS)
    defaults = np.zeros((months, cells))
    # A default on the stroke of a month belongs to the month that ends, where its time at risk was spent.
    at = np.clip(np.ceil(leave[failed]).astype(int) - 1, 0, months - 1)
    np.add.at(defaults, (at, cell[failed]), 1.0)
    return defaults, exposure
