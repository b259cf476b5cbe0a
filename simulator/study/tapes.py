"""Loan tapes of a known truth, made loan by loan with numpy alone: nothing of the estimator is used here.

Each loan draws an exponential threshold when it is made and defaults where the hazard it has lived through reaches it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Truth:
    """Median hazard a year, loading and monthly persistence of the lognormal hidden factor."""

    hazard: float
    loading: float
    persistence: float


@dataclass(frozen=True)
class Loans:
    """What a bank would hand over: times in months since the watch began.

    Loans that ended before the watch are unknown to it; ``start`` may be negative, ``end`` is the repayment, the
    default or the end of the watch.
    """

    start: Array
    end: Array
    failed: npt.NDArray[np.bool_]


def state_path(months: int, persistence: float, random: np.random.Generator, paths: int = 1) -> Array:
    """Standard normal AR(1) paths [paths, months], stationary from the first month."""
    state = random.standard_normal((paths, months))
    for t in range(1, months):
        state[:, t] = persistence * state[:, t - 1] + np.sqrt(1.0 - persistence**2) * state[:, t]
    return state


def tape(truth: Truth, years: int, book: int, seed: int, term: int = 12) -> Loans:
    """A book of about ``book`` bullet loans of ``term`` months, watched for ``years`` after running for one term."""
    random = np.random.default_rng(seed)
    watched, months = 12 * years, 12 * years + term
    rate = truth.hazard / 12.0 * np.exp(truth.loading * state_path(months, truth.persistence, random)[0])
    lived = np.concatenate([[0.0], np.cumsum(rate)])
    clock = np.arange(months + 1.0)
    made = random.random(random.poisson(book * months / term)) * months
    fails_at = np.interp(np.interp(made, clock, lived) + random.exponential(size=made.size), lived, clock,
                         right=np.inf)
    end = np.minimum(np.minimum(made + term, fails_at), months)
    failed = (fails_at <= end) & (fails_at < months)
    known = end > term
    return Loans(made[known] - term, np.minimum(end[known] - term, float(watched)), failed[known])
