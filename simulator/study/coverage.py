"""Do the intervals of a calibration hold what they promise? Tapes of known truths, read back and counted.

Every truth is drawn from the priors of ``simulator.calibrate``; a tape of loans in three grades and two sectors is made
of it loan by loan with numpy alone, with loans made before the watch (left truncation), loans still running and
workouts still open at its end (right censoring) and defaults dated after maturity. It is written to a file, read as a
user's is, and the whole calibration is run on it. How often do the posterior
90 % intervals hold the truth? The tapes on which defaults over loans, the naive estimate, is 30 % or more away from
the true default probability are counted apart.

``python -m simulator.study.coverage FILE`` runs the study and writes what came out.
"""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from scipy import optimize, special, stats

from simulator import __version__
from simulator.calibrate.fit import DAYS, calibrate
from simulator.calibrate.frailty import Array, Prior
from simulator.calibrate.severity import DELAY, FRACTION, VOLUME
from simulator.calibrate.table import AMOUNTS, HEADERS
from simulator.calibrate.tape import Tape, read_tape
from simulator.study.tapes import state_path

PRIOR = Prior()
GRADES, SECTORS = ("a", "b", "c"), ("x", "y")
MIX = np.array([[0.2, 0.1], [0.25, 0.2], [0.15, 0.1]])    # share of loans by grade and sector
TERMS = (12, 24, 36)                       # months, equally likely
YEARS, BEFORE = 6, 36                      # of the watch; months the book has run when it begins
OVERDUE = 3.0                              # months after which a loan not repaid counts as a default
A_QUARTER = 60.0                           # loans made in the quarter at the middle of the watch
BEGIN = date(2018, 1, 1)
PATHS = 40_000                             # of the true law's one-year default rates
FAR = 0.3                                  # relative error from which a naive estimate counts as far off
BAND = (0.84, 0.95)                        # of the cover of 90 % intervals


@dataclass(frozen=True)
class Truth:
    """What a tape is made of.

    ``hazard`` [grades] a year at the factor's median, ``effect`` [sectors] on its log, ``loading`` and monthly
    ``persistence`` of the factor; ``growth`` of loans made a year, ``dispersion`` the shape of their quarterly gamma
    multiplier; ``size`` (median in fen, sigma); ``recovered`` mean part and precision; ``delay`` mean months and shape.
    """

    hazard: Array
    effect: Array
    loading: float
    persistence: float
    growth: float
    dispersion: float
    size: tuple[float, float]
    recovered: tuple[float, float]
    delay: tuple[float, float]


def drawn_truth(seed: int) -> Truth:
    """A truth from the priors; sizes, whose prior is a reference one, from a wide range."""
    random = np.random.default_rng((seed, 2))
    at = PRIOR.centre(3, 2) + PRIOR.spread(3, 2) * random.standard_normal(7)
    volume = VOLUME[0] + VOLUME[1] * random.standard_normal(3)
    part = FRACTION[0] + FRACTION[1] * random.standard_normal(2)
    delay = DELAY[0] + DELAY[1] * random.standard_normal(2)
    return Truth(np.exp(at[:3]), at[3:5], math.exp(at[5]), float(special.expit(at[6])), math.expm1(volume[1]),
                 math.exp(volume[2]), (math.exp(random.uniform(17.0, 20.0)), random.uniform(0.3, 1.5)),
                 (float(special.expit(part[0])), math.exp(part[1])), (math.exp(delay[0]), math.exp(delay[1])))


# --- tapes ----------------------------------------------------------------------------------------

def made_at(truth: Truth, random: np.random.Generator) -> Array:
    """Months since the watch began at which loans are made, earlier ones included."""
    quarters = np.arange(-BEFORE // 3, 4 * YEARS)
    mean = A_QUARTER * np.exp(math.log1p(truth.growth) * (quarters + 0.5 - 2.0 * YEARS) / 4.0)
    luck = random.gamma(truth.dispersion, 1.0 / truth.dispersion, quarters.size)
    number = random.poisson(mean * luck)
    return np.asarray(3.0 * (np.repeat(quarters, number) + random.random(number.sum())))


def day(months: float) -> date:
    """The date so many months after the watch began."""
    return BEGIN + timedelta(days=math.floor(months * DAYS))


HEADS = ("loan", "grade", "sector", "principal", "start", "maturity", "repaid", "default", "watch_start", "watch_end",
         "recovered", "recovery", "closed")


def tape_rows(truth: Truth, seed: int) -> list[list[str]]:
    """The tape a bank would hand over: rows of text under HEADS.

    A default shows when a loan has been overdue for OVERDUE months. One that fails nearer to its maturity is dated
    after it, as bullet loans are, and is in the tape only where that date lies inside the watch.
    """
    random = np.random.default_rng((seed, 3))
    made = made_at(truth, random)
    n, months = made.size, 12 * YEARS
    cell = random.choice(MIX.size, n, p=MIX.ravel())
    grade, sector = cell // 2, cell % 2
    term = random.choice(TERMS, n)
    rate = np.exp(truth.loading * state_path(BEFORE + months, truth.persistence, random)[0]) / 12.0
    lived, clock = np.concatenate([[0.0], np.cumsum(rate)]), np.arange(-BEFORE, months + 1.0)
    own = truth.hazard[grade] * np.exp(truth.effect[sector])
    fails_at = np.interp(np.interp(made, clock, lived) + random.exponential(size=n) / own, lived, clock, right=np.inf)
    principal = truth.size[0] * np.exp(truth.size[1] * random.standard_normal(n))
    (mean, precision), (wait, shape) = truth.recovered, truth.delay
    part = random.beta(mean * precision, (1.0 - mean) * precision, n)
    paid_at = fails_at + random.gamma(shape, wait / shape, n)
    ends = made + term
    shown_at = np.where(fails_at > ends - OVERDUE, ends + OVERDUE, fails_at)
    rows = []
    for k in np.flatnonzero((np.minimum(ends, fails_at) > 0.0) & (made < months)):
        failed = bool(fails_at[k] < ends[k])
        told = failed and shown_at[k] < months
        # Dated after its maturity, a default is counted at maturity: what comes back has waited since then.
        paid = paid_at[k] + (ends[k] - fails_at[k] if failed and shown_at[k] > ends[k] else 0.0)
        closed = bool(told and max(paid, shown_at[k]) < months)
        fen = max(round(principal[k]), 1)
        repaid = str(day(ends[k])) if not failed and ends[k] < months else ""
        rows.append([str(k), GRADES[grade[k]], SECTORS[sector[k]], f"{fen / 100:.2f}", str(day(made[k])),
                     str(day(ends[k])), repaid, str(day(shown_at[k])) if told else "",
                     str(BEGIN), str(day(months)), f"{round(fen * part[k]) / 100:.2f}" if closed else "",
                     str(day(max(paid, shown_at[k]))) if closed else "", "是" if closed else ""])
    return rows


def write_tape(path: Path, rows: Sequence[Sequence[str]]) -> None:
    """A CSV under the template's Chinese headers, amounts in yuan."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([[f"{HEADERS[name][0]}(元)" if name in AMOUNTS else HEADERS[name][0]
                                     for name in HEADS], *rows])


def tape_of(truth: Truth, seed: int) -> Tape:
    """That tape, written to a file and read back as a user's is."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"seed-{seed}.csv"
        write_tape(path, tape_rows(truth, seed))
        return read_tape(path, GRADES)


# --- truths on the scales of the estimates -----------------------------------------------------------

def one_year_truth(truth: Truth, weights: Array, seed: int) -> dict[str, float]:
    """True PD of each grade and one-year asset correlation of the book's default rate, by simulation.

    ``weights`` [grades, sectors] are the tape's loan-years.
    """
    random = np.random.default_rng((seed, 4))
    load = np.exp(truth.loading * state_path(12, truth.persistence, random, PATHS)).sum(axis=1) / 12.0
    hazard = truth.hazard[:, None] * np.exp(truth.effect)
    pd = np.array([[-np.expm1(-h * load).mean() for h in row] for row in hazard])
    rate = -np.expm1(-(hazard * weights).sum() / weights.sum() * load)
    by_grade = (pd * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-300)
    return {**{f"pd.{g}": float(by_grade[k]) for k, g in enumerate(GRADES)},
            "rho": vasicek_correlation(float(rate.mean()), float(rate.var())), "pd": float((pd * weights).sum()
                                                                                           / weights.sum())}


def vasicek_correlation(pd: float, variance: float) -> float:
    """Asset correlation of two firms whose joint one-year default chance is pd² + variance."""
    c = stats.norm.ppf(pd)

    def miss(rho: float) -> float:
        return float(stats.multivariate_normal(cov=[[1.0, rho], [rho, 1.0]]).cdf([c, c])) - pd * pd - variance

    return 0.999 if miss(0.999) < 0.0 else float(optimize.brentq(miss, 1e-6, 0.999, xtol=1e-5))


def truths(truth: Truth, weights: Array, seed: int) -> dict[str, float]:
    """The truth under the names of the estimates."""
    return {**one_year_truth(truth, weights, seed), "persistence": truth.persistence, "loading": truth.loading,
            **{f"sector.{name}": math.exp(truth.effect[k]) for k, name in enumerate(SECTORS)},
            **{f"factor.{name}": math.exp(truth.effect[k]) / float(np.exp(truth.effect) @ weights.sum(axis=0))
               * float(weights.sum()) for k, name in enumerate(SECTORS)},
            "size_median": truth.size[0], "size_sigma": truth.size[1], "growth": truth.growth,
            "dispersion": truth.dispersion, "recovered": truth.recovered[0], "delay_mean": truth.delay[0],
            "delay_shape": truth.delay[1]}


# --- the study ------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Found:
    """One tape: which intervals held their truth, the naive estimate's relative error, and how it was sampled."""

    covered: dict[str, bool]
    naive_off: float
    defaults: int
    converged: bool


def one(seed: int) -> Found:
    """One truth, its tape and its calibration."""
    truth = drawn_truth(seed)
    tape = tape_of(truth, seed)
    found = calibrate(tape, PRIOR, seed=seed + 2**40)
    weights = np.zeros((len(GRADES), len(SECTORS)))
    for loan in tape.loans:
        weights[GRADES.index(loan.grade), SECTORS.index(loan.sector)] += (loan.leave - loan.watched).days / 365.25
    true = truths(truth, weights, seed)
    return Found({each.name: each.low <= true[each.name] <= each.high for each in found.estimates},
                 found.naive / true["pd"] - 1.0, found.defaults, found.converged)


def summary(found: Sequence[Found]) -> dict[str, list[float]]:
    """Cover of each parameter: share, standard error, tapes that told it."""
    names = list(dict.fromkeys(name for each in found for name in each.covered))
    told = {name: [each.covered[name] for each in found if name in each.covered] for name in names}
    return {name: [float(np.mean(held)), math.sqrt(0.09 / len(held)), len(held)] for name, held in told.items()}


def run(tapes: int = 250, seed: int = 1, workers: int = 2,
        progress: Callable[[int, int], None] = lambda done, total: None) -> dict[str, Any]:
    """All tapes, and those apart whose naive estimate is far off."""
    found = []
    with ProcessPoolExecutor(workers) as pool:
        for done, each in enumerate(pool.map(one, range(seed * 1_000_000, seed * 1_000_000 + tapes)), 1):
            found.append(each)
            progress(done, tapes)
    far = [each for each in found if abs(each.naive_off) >= FAR]
    return {"version": __version__, "tapes": tapes, "seed": seed, "years": YEARS,
            "defaults": float(np.median([each.defaults for each in found])),
            "converged": sum(each.converged for each in found), "band": list(BAND), "cover": summary(found),
            "far": {"tapes": len(far), "limit": FAR, "cover": summary(far) if far else {}}}


if __name__ == "__main__":
    result = run(progress=lambda done, total: print(f"{done}/{total}", file=sys.stderr))
    Path(sys.argv[1]).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
