"""The characteristic function of claims that fall on several pots, each of which may close."""

from __future__ import annotations

import cmath
from collections.abc import Sequence

import numpy as np

from simulator.jit import inlined, kernel

NEGLIGIBLE = -45.0             # e⁻⁴⁵ < 3·10⁻²⁰: below the rounding of the transform back
(SHARE, TIMES, COUNT, FAILS, CLOSING) = range(5)


@inlined
def to_the_power(base, n):
    """``base`` to a whole power, by squaring."""
    result = base if n & 1 else complex(1.0)
    n >>= 1
    while n:
        base *= base
        if n & 1:
            result *= base
        n >>= 1
    return result


@kernel
def mix_pots(exponents, pots, unit, result):
    """Multiply ``result`` complex[points, frequencies] by the product over the pots, each whole or closed.

    ``exponents`` complex[1 + closing days, points, frequencies]: Σ mean · (φ − 1) with the fund whole, then as a pot
    closed on each day leaves it. ``pots`` float64[kinds of pots, 5]: share of the loans of one, how many ``unit`` this
    is (0 if no whole number), how many pots there are, the chance that one closes, and which exponents it then has.
    """
    all_shares = 0.0
    for n in range(len(pots)):
        all_shares += pots[n, SHARE] * pots[n, COUNT]
    states = len(exponents)
    ones = np.empty(states, np.complex128)
    for point in range(result.shape[0]):
        for k in range(result.shape[1]):
            # No pot's factor is larger than its likelier state's.
            largest = exponents[0, point, k].real
            for n in range(1, states):
                largest = max(largest, exponents[n, point, k].real)
            if largest * all_shares < NEGLIGIBLE:
                result[point, k] = 0.0
                continue
            for n in range(states):
                ones[n] = cmath.exp(unit * exponents[n, point, k])
            product = result[point, k]
            for n in range(len(pots)):
                share, times, fails = pots[n, SHARE], int(pots[n, TIMES]), pots[n, FAILS]
                factor = to_the_power(ones[0], times) if times else cmath.exp(share * exponents[0, point, k])
                if fails > 0.0:
                    which = int(pots[n, CLOSING])
                    closed = exponents[which, point, k]
                    closed = to_the_power(ones[which], times) if times else cmath.exp(share * closed)
                    factor = (1.0 - fails) * factor + fails * closed
                product *= to_the_power(factor, int(pots[n, COUNT]))
            result[point, k] = product


def common_unit(shares: Sequence[float]) -> float:
    """Largest part of the least share (down to an eighth) of which every share is a whole multiple; 0 if none is."""
    least = min(shares)
    for parts in range(1, 9):
        ratios = [share * parts / least for share in shares]
        if all(abs(r - round(r)) < 1e-9 for r in ratios):
            return least / parts
    return 0.0
