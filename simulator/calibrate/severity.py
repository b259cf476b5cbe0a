"""Loan size, volume and recovery of a tape: posterior draws of each."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from .sampler import Draws, sample

Array = npt.NDArray[np.float64]
# Centres and standard deviations of the priors, on the scale the chains run on.
VOLUME = np.array([[0.0, 0.2, 1.4], [5.0, 0.2, 1.0]])            # log loans over the data's, growth, log shape
FRACTION = np.array([[-0.6, 1.0], [1.0, 1.0]])                   # logit mean, log precision of the recovered part
DELAY = np.array([[math.log(20.0), math.log(3.0)], [0.7, 0.7]])  # log mean (months), log shape
EDGE = 1e-3                                                      # parts nearer to 0 or 1 are known no closer than that


def size_draws(principal: Array, draws: int, seed: int) -> Array:
    """(median, sigma) of lognormal sizes, [draws, 2], exactly from the posterior under the reference prior 1/σ²."""
    logs = np.log(principal)
    n, random = len(logs), np.random.default_rng(seed)
    sigma = np.sqrt((n - 1) * logs.var(ddof=1) / random.chisquare(n - 1, draws))
    return np.column_stack([np.exp(logs.mean() + sigma / math.sqrt(n) * random.standard_normal(draws)), sigma])


def volume_draws(quarters: Array, seed: int) -> Draws:
    """Draws of (log loans a quarter, log growth a year, log shape): negative binomial counts about a trend.

    ``quarters`` are loans made in each whole quarter of the watch; the shape is that of a gamma multiplier.
    """
    at = (np.arange(len(quarters)) - (len(quarters) - 1) / 2.0) / 4.0
    centre = VOLUME[0] + np.array([math.log(quarters.mean() + 0.5), 0.0, 0.0])

    def density(points: Array) -> Array:
        mean = np.exp(points[:, :1] + points[:, 1:2] * at)
        shape = np.exp(points[:, 2:])
        log_mass = (special.gammaln(quarters + shape) - special.gammaln(shape) + shape * np.log(shape / (shape + mean))
                    + quarters * np.log(mean / (shape + mean))).sum(axis=1)
        return np.asarray(log_mass - 0.5 * (((points - centre) / VOLUME[1]) ** 2).sum(axis=1))

    return sample(density, centre, np.array([0.3, 0.1, 0.5]), seed)


def fraction_draws(done: Array, open_at: Array, seed: int) -> Draws:
    """Draws of (logit mean, log precision) of the part recovered: beta.

    ``done`` are the parts of closed workouts; an open one is known to exceed what came in so far, ``open_at``. Of parts
    within ``EDGE`` of nothing or of all, only that is taken as known: a density there would hang on the last fen.
    """
    kept = done[(done > EDGE) & (done < 1.0 - EDGE)]
    known, above, below = len(kept), float(np.log(kept).sum()), float(np.log1p(-kept).sum())
    nothing, everything = np.count_nonzero(done <= EDGE), np.count_nonzero(done >= 1.0 - EDGE)
    so_far = np.clip(open_at[open_at > EDGE], EDGE, 1.0 - EDGE)

    def density(points: Array) -> Array:
        mean, precision = special.expit(points[:, 0]), np.exp(points[:, 1])
        a, b = mean * precision, (1.0 - mean) * precision
        value = (a - 1) * above + (b - 1) * below - known * special.betaln(a, b)
        for number, one, other in ((nothing, a, b), (everything, b, a)):
            if number:
                value = value + number * np.log(np.maximum(special.betainc(one, other, EDGE), 1e-300))
        if so_far.size:
            value = value + np.log(np.maximum(stats.beta.sf(so_far, a[:, None], b[:, None]), 1e-300)).sum(axis=1)
        value = value - 0.5 * (((points - FRACTION[0]) / FRACTION[1]) ** 2).sum(axis=1)
        return np.where(np.isfinite(value), value, -np.inf)

    return sample(density, FRACTION[0], 0.5 * FRACTION[1], seed)


def delay_draws(paid: Array, waiting: Array, seed: int) -> Draws:
    """Draws of (log mean, log shape) of the months from default to recovery: gamma.

    ``paid`` are delays that ended; ``waiting`` the months that open workouts have waited so far (right censored).
    """
    total, logs, known = float(paid.sum()), float(np.log(paid).sum()), len(paid)

    def density(points: Array) -> Array:
        mean, shape = np.exp(points[:, 0]), np.exp(points[:, 1])
        rate = shape / mean
        value = known * (shape * np.log(rate) - special.gammaln(shape)) + (shape - 1) * logs - rate * total
        if waiting.size:
            tails = special.gammaincc(shape[:, None], rate[:, None] * waiting)
            value = value + np.log(np.maximum(tails, 1e-300)).sum(axis=1)
        value = value - 0.5 * (((points - DELAY[0]) / DELAY[1]) ** 2).sum(axis=1)
        return np.where(np.isfinite(value), value, -np.inf)

    return sample(density, DELAY[0], 0.5 * DELAY[1], seed)
