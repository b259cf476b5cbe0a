"""Defaults of a book that share one hidden state of the economy: a state-space likelihood.

A loan of grade g and sector s defaults in month t at the hazard exp(μ_g + δ_s + β f_t) a year; f is a standard normal
AR(1) of monthly persistence φ, the same for all loans. With N_t defaults among loans that together spent E_t years at
risk this is a Poisson likelihood of a counting process: right censoring and left truncation enter by the exposure alone
(Andersen, Borgan, Gill and Keiding, Statistical Models Based on Counting Processes, 1993, ch. III and VI). The hidden
path is integrated out by Laplace's method; its Hessian is tridiagonal (Rue, Martino and Chopin, JRSS B 71, 2009, 319).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulator.jit import kernel

Array = npt.NDArray[np.float64]
_STEPS, _CLOSE, _FAR = 60, 1e-7, 3.0       # of Newton's method: most, when it stops, longest move of a month's state


@dataclass(frozen=True)
class Prior:
    """What is held before the tape: hazards a year and loading lognormal, sectors normal, persistence logit-normal.

    The centre of a grade's hazard and of the loading are medians; all spreads are standard deviations on the
    transformed scale.
    """

    hazard: float = 0.025
    hazard_spread: float = 0.8
    sector_spread: float = 0.3
    loading: float = 0.5
    loading_spread: float = 0.5
    logit_persistence: float = 2.5
    persistence_spread: float = 1.0

    def centre(self, grades: int, sectors: int) -> Array:
        """Means of (log hazard by grade, δ by sector, log β, logit φ); one sector alone has no δ."""
        return np.array([math.log(self.hazard)] * grades + [0.0] * effects(sectors)
                        + [math.log(self.loading), self.logit_persistence])

    def spread(self, grades: int, sectors: int) -> Array:
        """Their standard deviations."""
        return np.array([self.hazard_spread] * grades + [self.sector_spread] * effects(sectors)
                        + [self.loading_spread, self.persistence_spread])


def effects(sectors: int) -> int:
    """Sectors whose hazard may differ: none where there is only one."""
    return sectors if sectors > 1 else 0


@kernel
def laplace(defaults: Array, expected: Array, loading: float, persistence: float, state: Array, work: Array) -> float:
    """Log of the integral over the hidden path of exp(Σ N_t β f_t − Σ m_t exp(β f_t)), by Laplace's method.

    ``defaults`` N and ``expected`` m (defaults expected at f = 0) are [months]; ``state`` [months] holds a first guess
    of the path and receives its mode; ``work`` is [3, months].
    """
    months = defaults.size
    q = 1.0 / (1.0 - persistence * persistence)
    off = -q * persistence
    middle = q * (1.0 + persistence * persistence)
    pivot, step, rate = work[0], work[1], work[2]
    before = -math.inf
    scale = 1.0
    value = 0.0
    for turn in range(_STEPS):
        value = 0.0
        for t in range(months):
            rate[t] = expected[t] * math.exp(loading * state[t])
            own = middle if 0 < t < months - 1 else q
            if months == 1:
                own = 1.0
            value += defaults[t] * loading * state[t] - rate[t] - 0.5 * own * state[t] * state[t]
            if t > 0:
                value -= off * state[t] * state[t - 1]
        if value < before - 1e-9 and scale > 1e-4:       # too far: go back half the move
            scale *= 0.5
            for t in range(months):
                state[t] -= scale * step[t]
            continue
        before, scale = value, 1.0
        longest = 0.0
        for t in range(months):                          # forward elimination of the tridiagonal system
            own = middle if 0 < t < months - 1 else q
            if months == 1:
                own = 1.0
            slope = loading * (defaults[t] - rate[t]) - own * state[t]
            if t > 0:
                slope -= off * state[t - 1]
            if t < months - 1:
                slope -= off * state[t + 1]
            pivot[t] = own + loading * loading * rate[t]
            step[t] = slope
            if t > 0:
                pivot[t] -= off * off / pivot[t - 1]
                step[t] -= off / pivot[t - 1] * step[t - 1]
        for t in range(months - 1, -1, -1):
            if t < months - 1:
                step[t] -= off * step[t + 1]
            step[t] /= pivot[t]
            longest = max(longest, abs(step[t]))
        if longest < _CLOSE or turn == _STEPS - 1:
            break
        shorten = min(1.0, _FAR / longest)
        for t in range(months):
            step[t] *= shorten
            state[t] += step[t]
    for t in range(months):
        value -= 0.5 * math.log(pivot[t])
    if months > 1:
        value -= 0.5 * (months - 1) * math.log(1.0 - persistence * persistence)
    return value


@kernel
def log_likelihoods(points: Array, grades: int, sectors: int, monthly: Array, totals: Array, exposure: Array,
                    states: Array, work: Array, expected: Array, out: Array) -> None:
    """Log likelihood of each row of ``points`` [chains, parameters], laid out as ``Prior.centre`` says.

    ``monthly`` [months] defaults of all cells; ``totals`` [cells] defaults of all months; ``exposure`` [months, cells]
    in years, cell = grade · sectors + sector; ``states`` [chains, months] first guesses; ``work`` [3, months].
    """
    months, cells = exposure.shape
    last = points.shape[1]
    for chain in range(points.shape[0]):
        point = points[chain]
        loading = math.exp(point[last - 2])
        persistence = 1.0 / (1.0 + math.exp(-point[last - 1]))
        out[chain] = -math.inf
        if persistence > 0.99999 or loading > 20.0:
            continue
        direct = 0.0
        expected[:] = 0.0
        for cell in range(cells):
            log_hazard = point[cell // sectors]
            if sectors > 1:
                log_hazard += point[grades + cell % sectors]
            hazard = math.exp(log_hazard)
            direct += totals[cell] * log_hazard
            for t in range(months):
                expected[t] += hazard * exposure[t, cell]
        out[chain] = direct + laplace(monthly, expected, loading, persistence, states[chain], work)


class Frailty:
    """Posterior density of hazards, loading and persistence given counts and exposure.

    ``defaults`` and ``exposure`` (years) are [months, grades, sectors].
    """

    def __init__(self, defaults: Array, exposure: Array, prior: Prior) -> None:
        months, self.grades, self.sectors = exposure.shape
        self._monthly = defaults.sum(axis=(1, 2)).astype(float)
        self._totals = defaults.sum(axis=0).astype(float).ravel()
        self._exposure = np.ascontiguousarray(exposure.reshape(months, -1).astype(float))
        self.centre = prior.centre(self.grades, self.sectors)
        self.spread = prior.spread(self.grades, self.sectors)
        self._work, self._expected = np.empty((3, months)), np.empty(months)
        self._states = np.zeros((1, months))

    def likelihood(self, points: Array) -> Array:
        """Log likelihood of each row."""
        if self._states.shape[0] != len(points):
            self._states = np.zeros((len(points), self._states.shape[1]))
        out = np.empty(len(points))
        log_likelihoods(points, self.grades, self.sectors, self._monthly, self._totals, self._exposure, self._states,
                        self._work, self._expected, out)
        self._states[~np.isfinite(out)] = 0.0
        return out

    def density(self, points: Array) -> Array:
        """Log likelihood and log prior of each row, up to a constant."""
        away = (points - self.centre) / self.spread
        return np.asarray(self.likelihood(points) - 0.5 * (away * away).sum(axis=1))
