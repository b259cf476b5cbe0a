"""How many claims to expect of each kind, given the factors: the Poisson means of the marked claims."""

from __future__ import annotations

import math

import numpy as np

from simulator.answers.open_loop.marks import ELAPSED, HALF_YEARS
from simulator.chance.factors import _LINK_SCALE, LINK_LOW, LINK_POINTS
from simulator.jit import inlined, kernel

# Two points that have the mean and the variance (and no skew) of a day drawn evenly from the thirty of a month.
_MEAN, _SPREAD = 14.5 / 30.0, math.sqrt((900.0 - 1.0) / 12.0) / 30.0
EARLY, LATE = _MEAN - _SPREAD, _MEAN + _SPREAD
HALF_YEAR = 6                  # months
_2, _3, _4, _5, _6, _7, _8 = (1.0 / math.factorial(k) for k in range(2, 9))


@kernel
def hazard_table(index, tables, kinds, hazard):
    """Hazard of each month: ``hazard`` float64[points, sectors, grades, months].

    ``index`` float64[points, sectors, months]; ``tables`` and ``kinds`` the link.
    """
    points, sectors, grades, months = hazard.shape
    for point in range(points):
        for sector in range(sectors):
            for month in range(months):
                place = min(max((index[point, sector, month] - LINK_LOW) * _LINK_SCALE, 0.0), LINK_POINTS - 1.0)
                cell = min(int(place), LINK_POINTS - 2)
                table = tables[kinds[sector, month]]
                for grade in range(grades):
                    low = table[cell, grade]
                    hazard[point, sector, grade, month] = low + (place - cell) * (table[cell + 1, grade] - low)


@inlined
def decay(x):
    """exp(-x) for x ≥ 0: below 1/16, a month's hazard but for the worst, by nine terms, whose rest is below 5e-17."""
    if x > 0.0625:
        return math.exp(-x)
    return 1.0 - x * (1.0 - x * (_2 - x * (_3 - x * (_4 - x * (_5 - x * (_6 - x * (_7 - x * _8)))))))


@kernel(_nrt=False)
def add_defaults(starts, first, alive, quarters, fraction, weight, found):
    """Add ``weight`` × expected defaults after day 0 of loans started in each month, by quarter of the term.

    ``starts`` float64[months of start], the first of them month ``first``; ``alive`` as in ``survival_table``; a term's
    quarters end after ``quarters`` months. ``found`` float64[months of start, ELAPSED].
    """
    for m in range(len(starts)):
        if starts[m] == 0.0 or first + m + fraction + quarters[ELAPSED - 1] <= 0.0:
            continue
        before = alive[first + m] if first + m >= 0 else 1.0
        scale = weight * starts[m] / before
        for q in range(ELAPSED):
            end = first + m + quarters[q]
            if end >= 0:
                found[m, q] += scale * (before - alive[end])
                before = alive[end]


@kernel(_nrt=False)
def until_limit(found, first, quarters, limit, fraction, total):
    """Add defaults of ``add_defaults`` that fall before ``limit`` (months) to the cells of ``total`` float64[CELLS]."""
    for m in range(len(found)):
        begin = first + m
        for q in range(ELAPSED):
            end = first + m + quarters[q]
            part = 1.0
            if end + fraction > limit:     # the quarter is cut at the limit, in proportion
                born = max(0.0, begin + fraction)
                part = (limit - born) / max(1e-9, end - born + fraction)
                middle = max(0, end - 1)
            else:
                middle = max(0, (begin + end) // 2)
            if part <= 0.0:
                break
            total[min(middle // HALF_YEAR, HALF_YEARS - 1) * ELAPSED + q] += part * found[m, q]
            if part < 1.0:
                break
            begin = end


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
def survival_table(hazard, multiple, fractions, alive):
    """Chance to survive from day 0 to a fraction of each month: ``alive`` float64[points, sectors, grades, fractions,
    months]; ``hazard`` of ``hazard_table``, of which ``multiple`` times holds.
    """
    points, sectors, grades, months = hazard.shape
    for point in range(points):
        for sector in range(sectors):
            for grade in range(grades):
                begun, mine = 1.0, alive[point, sector, grade]
                for month in range(months):
                    spent = multiple * hazard[point, sector, grade, month]
                    for n in range(len(fractions)):
                        mine[n, month] = begun * decay(fractions[n] * spent)
                    begun *= decay(spent)


@kernel
def class_means(alive, grades, sectors, fractions, starts, first, months, quarters, limits, renewal, window, total):
    """Expected claims of one class by ``limit`` and cell: ``total`` float64[limits, points, CELLS].

    ``alive`` as in ``survival_table``; ``grades`` and ``sectors`` weights; ``starts`` float64[points, months of
    start] first loans from month ``first`` on, made at the two ``fractions`` of a month; only defaults before
    ``limits`` (months) count; ``renewal`` as in ``add_renewals``.
    """
    mine = np.zeros(starts.shape[1])
    found = np.zeros((2, starts.shape[1], ELAPSED))
    for point in range(len(alive)):
        found[:] = 0.0
        for sector in range(len(sectors)):
            for grade in range(len(grades)):
                weight, lives = 0.5 * sectors[sector] * grades[grade], alive[point, sector, grade]
                if weight == 0.0:
                    continue
                mine[:] = starts[point]
                if renewal[0] > 0.0:
                    add_renewals(mine, first, lives[0], lives[1], months, renewal, window)
                for n in range(2):
                    add_defaults(mine, first, lives[n], quarters, fractions[n], weight, found[n])
        for k in range(len(limits)):
            for n in range(2):
                until_limit(found[n], first, quarters, limits[k], fractions[n], total[k, point])
