"""How many claims to expect of each kind, given the factors: the Poisson means of the marked claims."""

from __future__ import annotations

import math

import numpy as np

from simulator.answers.open_loop.marks import ELAPSED, HALF_YEARS
from simulator.chance.factors import _LINK_SCALE, LINK_LOW, LINK_POINTS
from simulator.jit import kernel

# Two points that have the mean and the variance (and no skew) of a day drawn evenly from the thirty of a month.
_MEAN, _SPREAD = 14.5 / 30.0, math.sqrt((900.0 - 1.0) / 12.0) / 30.0
EARLY, LATE = _MEAN - _SPREAD, _MEAN + _SPREAD
HALF_YEAR = 6                  # months


@kernel(_nrt=False)
def cumulate(line, tables, kinds, grade, hazard):
    """Cumulative hazard at the start of each month from the index ``line``: ``hazard`` float64[months + 1]."""
    hazard[0] = 0.0
    for month in range(len(line)):
        place = min(max((line[month] - LINK_LOW) * _LINK_SCALE, 0.0), LINK_POINTS - 1.0)
        cell = min(int(place), LINK_POINTS - 2)
        low = tables[kinds[month], cell, grade]
        hazard[month + 1] = hazard[month] + low + (place - cell) * (tables[kinds[month], cell + 1, grade] - low)


@kernel(_nrt=False)
def survivals(hazard, multiple, fraction, alive):
    """Chance to survive from day 0 to ``fraction`` of each month."""
    for month in range(len(alive)):
        alive[month] = math.exp(-multiple * (hazard[month] + fraction * (hazard[month + 1] - hazard[month])))


@kernel(_nrt=False)
def claims_of(starts, first, alive, months, quarters, limit, fraction, weight, total):
    """Add ``weight`` × expected defaults of loans started in each month, by cell, those before ``limit`` (months).

    ``starts`` float64[months of start], the first of them month ``first``; ``alive`` as ``survivals``; a term has
    ``months`` and its quarters end after ``quarters``.
    """
    for m in range(len(starts)):
        if starts[m] == 0.0 or first + m + fraction + months <= 0.0:
            continue
        start = first + m
        before = alive[start] if start >= 0 else 1.0
        at_start = before
        for q in range(ELAPSED):
            end = start + quarters[q]
            if end + fraction > limit:     # the quarter is cut at the limit, in proportion
                begin = start + (quarters[q - 1] if q > 0 else 0)
                part = (limit - max(0.0, begin + fraction)) / max(1e-9, end - max(0.0, begin + fraction) + fraction)
                if part > 0.0 and end >= 0:
                    after = alive[end]
                    cell = min(max(0, end - 1) // HALF_YEAR, HALF_YEARS - 1) * ELAPSED + q
                    total[cell] += weight * starts[m] * (before - after) * part / at_start
                break
            after = alive[end] if end >= 0 else 1.0
            middle = max(0, start + (quarters[q] + (quarters[q - 1] if q > 0 else 0)) // 2)
            cell = min(middle // HALF_YEAR, HALF_YEARS - 1) * ELAPSED + q
            total[cell] += weight * starts[m] * (before - after) / at_start
            before = after


@kernel(_nrt=False)
def add_renewals(starts, first, early, late, months, renewal, window):
    """Add to ``starts`` the loans asked for again ``months`` later, in order of time, renewals of renewals included.

    ``renewal`` (share of the repaid, share of those on the same day, mean wait of the others in months); only what is
    repaid after day 0 and asked for within the ``window`` (months).
    """
    later = (1.0 - renewal[1]) * renewal[2]
    for m in range(len(starts) - months):
        end = first + m + months
        if starts[m] == 0.0 or end < 0 or end >= window:
            continue
        start = first + m
        kept = 0.5 * (early[end] / (early[start] if start >= 0 else 1.0)
                      + late[end] / (late[start] if start >= 0 else 1.0))
        asked = starts[m] * renewal[0] * kept
        starts[end - first] += asked * (1.0 - later)
        if end + 1 < window:
            starts[end + 1 - first] += asked * later


@kernel
def class_means(index, tables, kinds, grades, sectors, multiple, fractions, starts, first, months, quarters, limits,
                renewal, window, total):
    """Expected claims of one class by ``limit`` and cell: ``total`` float64[limits, points, CELLS].

    ``index`` float64[points, sectors, months]; ``tables`` and ``kinds`` the link; ``grades`` and ``sectors`` weights;
    ``starts`` float64[points, months of start] first loans from month ``first`` on, made at ``fractions`` of a month;
    only defaults before ``limits`` (months) count; ``renewal`` as in ``add_renewals``.
    """
    horizon = index.shape[2]
    hazard = np.zeros(horizon + 1)
    early, late = np.zeros(horizon), np.zeros(horizon)
    mine = np.zeros(starts.shape[1])
    for point in range(len(index)):
        for sector in range(len(sectors)):
            for grade in range(len(grades)):
                weight = 0.5 * sectors[sector] * grades[grade]
                if weight == 0.0:
                    continue
                cumulate(index[point, sector], tables, kinds[sector], grade, hazard)
                survivals(hazard, multiple, fractions[0], early)
                survivals(hazard, multiple, fractions[1], late)
                for m in range(len(mine)):
                    mine[m] = starts[point, m]
                if renewal[0] > 0.0:
                    add_renewals(mine, first, early, late, months, renewal, window)
                for n in range(len(limits)):
                    claims_of(mine, first, early, months, quarters, limits[n], fractions[0], weight, total[n, point])
                    claims_of(mine, first, late, months, quarters, limits[n], fractions[1], weight, total[n, point])
