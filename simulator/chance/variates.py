"""From uniforms to random quantities, always by the inverse of the distribution function.

One uniform makes one variate, monotonically: the same luck under every policy. Scalar functions use only
+ - * / and square root, and log and exp of the C library, so that compiled and plain Python agree in every
bit.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from scipy import integrate, stats

from simulator.jit import inlined, kernel

MOST_ARRIVALS = 1023  # a policy's number keeps ten bits for the k-th of a month


@inlined
def _ratio_of_polynomials(
        x: float, a0: float, a1: float, a2: float, a3: float, a4: float, a5: float, a6: float, a7: float,
        b1: float, b2: float, b3: float, b4: float, b5: float, b6: float, b7: float) -> float:
    over = ((((((a7 * x + a6) * x + a5) * x + a4) * x + a3) * x + a2) * x + a1) * x + a0
    under = ((((((b7 * x + b6) * x + b5) * x + b4) * x + b3) * x + b2) * x + b1) * x + 1.0
    return over / under


@kernel
def normal_quantile(u: float) -> float:
    """Standard normal quantile of ``u`` in (0, 1).

    Wichura, algorithm AS 241 (PPND16), Applied Statistics 37 (1988) 477-484: relative error about 1e-16.
    """
    q = u - 0.5
    if -0.425 <= q <= 0.425:
        return q * _ratio_of_polynomials(
            0.180625 - q * q,
            3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
            1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
            3.3430575583588128105e4, 2.5090809287301226727e3,
            4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
            2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
            5.2264952788528545610e3)
    tail = u if q < 0.0 else 1.0 - u
    r = math.sqrt(-math.log(tail))
    if r <= 5.0:
        z = _ratio_of_polynomials(
            r - 1.6,
            1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
            3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
            2.27238449892691845833e-2, 7.74545014278341407640e-4,
            2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
            1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
            1.05075007164441684324e-9)
    else:
        z = _ratio_of_polynomials(
            r - 5.0,
            6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
            2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
            2.71155556874348757815e-5, 2.01033439929228813265e-7,
            5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
            7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
            2.04426310338993978564e-15)
    return -z if q < 0.0 else z


@inlined
def lognormal(u: float, median: float, sigma: float) -> float:
    """Lognormal quantile; ``median`` in any unit, ``sigma`` the standard deviation of the logarithm."""
    return median * math.exp(sigma * normal_quantile(u))


@kernel
def poisson_quantile(u: float, mean: float) -> int:
    """Smallest count whose distribution function reaches ``u``; ``mean`` ≤ 500, result ≤ MOST_ARRIVALS.

    Sequential search from zero: the number for a smaller mean never exceeds the number for a larger one.
    """
    count = 0
    if mean <= 0.0:
        return count
    term = math.exp(-mean)
    total = term
    while u > total and count < MOST_ARRIVALS:
        count += 1
        term = term * mean / count
        total += term
    return count


@inlined
def table_lookup(table: np.ndarray, u: float) -> float:
    """Quantile of ``u`` in (0, 1) read from a ``quantile_table``, linear between its points."""
    place = u * (len(table) - 1)
    cell = int(place)
    low = table[cell]
    return low + (place - cell) * (table[cell + 1] - low)


def quantile_table(dist: Any, n: int = 4097) -> np.ndarray:
    """Quantiles of a scipy distribution at ``n`` equally spaced probabilities, for ``table_lookup``.

    The two outermost values, infinite for unbounded distributions, are set so that the mean over the first
    and over the last cell is the distribution's own; they are kept inside its support.
    """
    cells = n - 1
    table = np.asarray(dist.ppf(np.linspace(0.0, 1.0, n)), dtype=np.float64)
    least, most = dist.support()
    first, last = table[1], table[-2]
    table[0] = max(least, first - 2 * cells * integrate.quad(dist.cdf, least, first)[0])
    table[-1] = min(most, last + 2 * cells * integrate.quad(dist.sf, last, most)[0])
    return table


@lru_cache(maxsize=256)
def gamma_table(shape: float) -> np.ndarray:
    """Quantiles of a gamma variate of mean one."""
    table = quantile_table(stats.gamma(shape, scale=1 / shape))
    table.flags.writeable = False
    return table
