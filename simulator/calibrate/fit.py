"""All that a tape tells of a scenario: every value with its prior, its posterior and how well it was sampled."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from simulator.chance.loadings import asset_correlation, step_to_step

from .counts import MONTHS, count
from .frailty import Frailty, Prior
from .sampler import Draws
from .severity import DELAY, FRACTION, VOLUME, delay_draws, fraction_draws, size_draws, volume_draws
from .tape import Loan, Tape

Array = npt.NDArray[np.float64]
DAYS = 30.4375                             # of a month: a tape's calendar against the model's twelve equal months
KEPT = 1000                                # posterior draws mapped to the scenario's one-year figures
LEAST_DEFAULTS, LEAST_LOANS, LEAST_QUARTERS = 3, 10, 6
BAND = (0.05, 0.5, 0.95)
REFERENCE = (math.nan, math.nan)


@dataclass(frozen=True)
class Estimate:
    """A value at its posterior median, with the 5 to 95 % bands of posterior and prior.

    ``drawn`` are ``KEPT`` posterior draws; those of values estimated together belong together place by place.
    """

    name: str
    prior: tuple[float, float]
    low: float
    median: float
    high: float
    r_hat: float
    ess: float
    drawn: Array = field(repr=False, compare=False)


@dataclass(frozen=True)
class Calibration:
    """The estimates of a tape, in order; ``naive`` is defaults over loans."""

    tape: Tape
    estimates: tuple[Estimate, ...]
    defaults: int
    loan_years: float
    naive: float
    converged: bool

    def __getitem__(self, name: str) -> Estimate:
        return next(one for one in self.estimates if one.name == name)

    def __contains__(self, name: object) -> bool:
        return any(one.name == name for one in self.estimates)

    def to_json(self) -> dict[str, Any]:
        """Estimates by name, with what they rest on."""
        return {"tape": self.tape.file, "sha256": self.tape.digest, "loans": len(self.tape.loans),
                "defaults": self.defaults, "loan_years": self.loan_years, "naive": self.naive,
                "converged": self.converged,
                "estimates": {one.name: {key: value if not isinstance(value, float) or math.isfinite(value) else None
                                         for key, value in vars(one).items() if key not in ("name", "prior", "drawn")}
                              | {"prior": [None if math.isnan(end) else end for end in one.prior]}
                              for one in self.estimates}}


def calibrate(tape: Tape, prior: Prior = Prior(), seed: int = 1) -> Calibration:  # noqa: B008  (frozen)
    """Estimate everything the tape has enough of."""
    grades, sectors = (sorted({getattr(loan, key) for loan in tape.loans}) for key in ("grade", "sector"))
    defaults, exposure = counted(tape, grades, sectors)
    model = Frailty(defaults, exposure, prior)
    draws = sample_frailty(model, seed)
    found = [*one_year(draws, exposure, grades, sectors, prior, seed), *size(tape, seed), *volume(tape, seed),
             *recovery(tape, seed)]
    return Calibration(tape, tuple(found), int(defaults.sum()), float(exposure.sum()),
                       sum(loan.failed for loan in tape.loans) / len(tape.loans),
                       all(one.r_hat <= 1.01 and one.ess >= 400 for one in found))


def sample_frailty(model: Frailty, seed: int) -> Draws:
    """Posterior draws of hazards, sector effects, loading and persistence."""
    from .sampler import sample

    return sample(model.density, model.centre, 0.5 * model.spread, seed)


def months_since(day: date, begin: date) -> float:
    """Months from ``begin``, as the model counts them."""
    return (day - begin).days / DAYS


def counted(tape: Tape, grades: list[str], sectors: list[str]) -> tuple[Array, Array]:
    """Defaults and exposure [months, grades, sectors]."""
    entry, leave = (np.array([months_since(getattr(loan, key), tape.begin) for loan in tape.loans])
                    for key in ("watched", "leave"))
    cell = np.array([grades.index(loan.grade) * len(sectors) + sectors.index(loan.sector) for loan in tape.loans])
    failed = np.array([loan.failed for loan in tape.loans])
    # A loan that fails on the day it is first watched has lived a part of that day.
    leave = np.where(failed & (leave <= entry), entry + 0.5 / DAYS, leave)
    months = math.ceil(leave.max())
    shape = (months, len(grades), len(sectors))
    defaults, exposure = count(entry, leave, failed, cell, months, shape[1] * shape[2])
    return defaults.reshape(shape), exposure.reshape(shape)


# --- default ---------------------------------------------------------------------------------------

def one_year(draws: Draws, exposure: Array, grades: list[str], sectors: list[str], prior: Prior,
             seed: int) -> list[Estimate]:
    """PD by grade, one-year asset correlation, persistence, loading, sector effects and what they make of the PD.

    ``factor.*`` is a sector's PD relative to the grade's, an average over the tape's sectors; ``sector.*`` the effect
    the likelihood has, relative to none.
    """
    weights = exposure.sum(axis=0)
    points = draws.thinned(KEPT)
    mapped = np.array([yearly(point, weights) for point in points])
    before = prior.centre(len(grades), len(sectors)) + prior.spread(len(grades), len(sectors)) * (
        np.random.default_rng((seed, 9)).standard_normal((KEPT, points.shape[1])))
    prior_mapped = np.array([yearly(point, weights) for point in before])
    count_ = len(grades)
    slowest = draws.ess[[*range(count_), -2, -1]].min()
    worst = draws.r_hat[[*range(count_), -2, -1]].max()
    found = [estimate(f"pd.{grade}", mapped[:, k], prior_mapped[:, k], draws.r_hat[k], draws.ess[k])
             for k, grade in enumerate(grades)]
    found.append(estimate("rho", mapped[:, count_], prior_mapped[:, count_], worst, slowest))
    columns = [("persistence", -1, special.expit), ("loading", -2, np.exp)]
    columns += [(f"sector.{name}", count_ + k, np.exp) for k, name in enumerate(sectors) if len(sectors) > 1]
    if len(sectors) > 1:
        told, known = (relative(rows[:, count_:-2], weights) for rows in (points, before))
        worst, slowest = draws.r_hat[count_:-2].max(), draws.ess[count_:-2].min()
        found += [estimate(f"factor.{name}", told[:, k], known[:, k], worst, slowest) for k, name in enumerate(sectors)]
    return found + [estimate(name, back(draws.flat[:, k]), back(before[:, k]), draws.r_hat[k], draws.ess[k],
                             back(points[:, k])) for name, k, back in columns]


def relative(effects: Array, weights: Array) -> Array:
    """Hazard of each sector over the average of the tape's, by draw: ``effects`` [draws, sectors] are logarithms."""
    of_sector = np.exp(effects)
    share = weights.sum(axis=0) / weights.sum()
    return np.asarray(of_sector / (of_sector @ share)[:, None])


def yearly(point: Array, weights: Array) -> Array:
    """(PD of each grade, one-year asset correlation of the book) of one set of parameters.

    ``weights`` [grades, sectors] are loan-years. The correlation is that at which Vasicek's model gives the book's
    one-year default rate the variance it has here.
    """
    grades, sectors = weights.shape
    persistence = min(float(special.expit(point[-1])), 0.9999)
    extra = point[grades:-2] if sectors > 1 else np.zeros(1)
    hazard = np.exp(point[:grades, None] + extra[None, :])
    nodes, roots, transition = step_to_step(persistence)
    pull = np.exp(math.exp(point[-2]) * nodes) / MONTHS
    book = float((hazard * weights).sum() / weights.sum())
    columns = np.append(hazard.ravel(), [book, 2.0 * book])
    gain = np.exp(-np.outer(pull, columns))
    value = gain * roots[:, None]
    for _ in range(MONTHS - 1):
        value = gain * (transition @ value)
    survival = roots @ value
    each = 1.0 - survival[:-2].reshape(grades, sectors)
    share = weights.sum(axis=1, keepdims=True)
    pds = (each * np.where(share > 0, weights / np.maximum(share, 1e-300), 1.0 / sectors)).sum(axis=1)
    return np.append(pds, correlation(1.0 - survival[-2], survival[-1] - survival[-2] ** 2))


def correlation(pd: float, variance: float) -> float:
    """Asset correlation at which Vasicek's default rate of mean ``pd`` has this variance; 0.999 where none does."""
    try:
        return min(asset_correlation(pd, variance), 0.999)
    except ValueError:
        return 0.999


def estimate(name: str, posterior: Array, before: Array | None, r_hat: float, ess: float,
             drawn: Array | None = None) -> Estimate:
    """Bands of posterior and prior draws; ``drawn`` those that are kept, where not the posterior's first."""
    low, median, high = (float(x) for x in np.quantile(posterior, BAND))
    prior = REFERENCE if before is None else tuple(float(x) for x in np.quantile(before, (BAND[0], BAND[2])))
    return Estimate(name, (prior[0], prior[1]), low, median, high, float(r_hat), float(ess),
                    posterior[:KEPT] if drawn is None else drawn)


# --- size, volume, recovery --------------------------------------------------------------------------

def size(tape: Tape, seed: int) -> list[Estimate]:
    """Median (fen) and sigma of loan sizes."""
    principal = np.array([loan.principal for loan in tape.loans], dtype=float)
    if len(principal) < LEAST_LOANS or np.ptp(principal) == 0:
        return []
    drawn = size_draws(principal, 4000, seed)
    return [estimate(name, drawn[:, k], None, 1.0, 4000.0) for k, name in enumerate(("size_median", "size_sigma"))]


def volume(tape: Tape, seed: int) -> list[Estimate]:
    """Growth a year and dispersion, from the loans made in each whole quarter of the watch."""
    quarters = math.floor(months_since(tape.end, tape.begin) / 3.0)
    made = np.array([months_since(loan.start, tape.begin) / 3.0 for loan in tape.loans if loan.start >= tape.begin])
    if quarters < LEAST_QUARTERS or not made.size:
        return []
    drawn = volume_draws(np.bincount(made[made < quarters].astype(int), minlength=quarters).astype(float), seed)
    return [mapped("growth", drawn, 1, np.expm1, VOLUME), mapped("dispersion", drawn, 2, np.exp, VOLUME)]


def recovery(tape: Tape, seed: int) -> list[Estimate]:
    """Mean part recovered and delay (months) with its shape; open workouts count for the time they have lasted."""
    failed = [loan for loan in tape.loans if loan.failed]
    paid = [loan for loan in failed if loan.recovery and loan.recovered > 0]
    waiting = [loan for loan in failed if not loan.closed and loan not in paid]
    done = np.array([part(loan) for loan in failed if loan.closed])
    found = []
    if len(done) >= LEAST_DEFAULTS:
        drawn = fraction_draws(done, np.array([part(loan) for loan in failed if not loan.closed]), seed)
        found.append(mapped("recovered", drawn, 0, special.expit, FRACTION))
    if len(paid) >= LEAST_DEFAULTS:
        delays = np.array([max((loan.recovery - loan.leave).days, 1) / DAYS for loan in paid if loan.recovery])
        lasted = np.array([max((tape.end - loan.leave).days, 0) / DAYS for loan in waiting])
        drawn = delay_draws(delays, lasted, seed)
        found += [mapped("delay_mean", drawn, 0, np.exp, DELAY), mapped("delay_shape", drawn, 1, np.exp, DELAY)]
    return found


def part(loan: Loan) -> float:
    """Part of the principal that came back."""
    return loan.recovered / loan.principal


def mapped(name: str, drawn: Draws, k: int, back: Any, prior: Array) -> Estimate:
    """The ``k``-th parameter of some draws on its own scale."""
    ends = tuple(float(back(prior[0, k] + side * 1.6449 * prior[1, k])) for side in (-1, 1))
    found = estimate(name, back(drawn.flat[:, k]), None, drawn.r_hat[k], drawn.ess[k], back(drawn.thinned(KEPT)[:, k]))
    return replace(found, prior=(ends[0], ends[1]))


