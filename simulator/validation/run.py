"""Running the validation schemes, and what is said of each quantity: theory, simulation, z, power, verdict."""

from __future__ import annotations

import math
import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from simulator.engine.story import run_story
from simulator.engine.tables import compile_scheme
from simulator.runs import Results, simulate
from simulator.scheme import Scenario, load

from .cases import CASES, LOWEST, Case, Check
from .compared import COMPARED
from .identities import IDENTITIES, Identity, deviations
from .published import Known, known_values
from .twins import by_loop, by_story, differences

FOLDER = Path(__file__).parent / "schemes"
LIMIT = 4.0
PRECISION = {"mean": 0.0025, "sd": 0.01}   # standard error over theory, at most
HITS = 400                                 # expected exceedances of a tail, at least
QUICK = 60                                 # times fewer paths
STORIES, FEW_STORIES = 50, 2
BAND = 1e-4                                # chance of Σz² outside its band on each side
Alter = Callable[[Scenario], Scenario]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Finding:
    """One quantity of one scheme. ``smallest`` is the least relative error seen 19 times of 20, None where exact."""

    scheme: str
    name: str
    kind: str
    theory: float
    simulated: float
    se: float
    z: float
    bound: float
    smallest: float | None
    paths: int
    seed: int
    precise: bool                          # enough paths for what is asked of this kind
    holds: bool


@dataclass(frozen=True)
class Twin:
    """Loop and story on the same paths of a scheme: how many agree in every loan, due and fen."""

    scheme: str
    paths: int
    differences: tuple[str, ...]


@dataclass(frozen=True)
class Seen:
    """What an error did: the line furthest from its theory; ``sound`` whether all held on the same paths without it."""

    name: str
    scheme: str
    line: str
    kind: str
    theory: float
    simulated: float
    z: float
    paths: int
    seed: int
    red: int
    sound: bool

    @property
    def holds(self) -> bool:
        """Whether the error, and nothing else, turned a line red."""
        return self.sound and self.red > 0


@dataclass(frozen=True)
class Validation:
    """Everything that was found; it passes when every line holds."""

    findings: tuple[Finding, ...]
    twins: tuple[Twin, ...]
    quick: bool
    known: tuple[Known, ...] = ()
    planted: tuple[Seen, ...] = ()

    @property
    def chi_square(self) -> tuple[float, int, float, float]:
        """Σz² of each scheme's first quantity (independent seeds), its number, and the band it must lie in."""
        first = {f.scheme: f.z for f in reversed(self.findings) if f.kind != "exact"}
        n = len(first)
        return (sum(z * z for z in first.values()), n, float(stats.chi2.ppf(BAND, n)), float(stats.chi2.isf(BAND, n)))

    @property
    def holds(self) -> bool:
        """Whether all findings hold and are precise, known values are met, engines agree, and Σz² is in its band."""
        total, n, low, high = self.chi_square
        return (all(f.holds and (f.precise or self.quick) for f in self.findings)
                and all(each.holds for each in self.known) and all(each.holds for each in self.planted)
                and not any(twin.differences for twin in self.twins) and (n == 0 or low <= total <= high))

    def to_json(self) -> dict[str, Any]:
        """All of it as plain data."""
        total, n, low, high = self.chi_square
        return {"holds": self.holds, "quick": self.quick, "limit": LIMIT,
                "chi_square": {"total": total, "n": n, "low": low, "high": high},
                "findings": [asdict(f) for f in self.findings],
                "known": [{**asdict(each), "holds": each.holds} for each in self.known],
                "planted": [{**asdict(each), "holds": each.holds} for each in self.planted],
                "twins": [{**asdict(t), "differences": list(t.differences)} for t in self.twins]}


def measure(case: Case, check: Check, results: Results) -> Finding:
    """One quantity against its theory; the standard error is the sample's, a chance's at the theory's value."""
    x = np.asarray(check.sample(results), float)
    n, root = x.size, math.sqrt(x.size)
    got, hits = float(x.mean()), math.inf
    if check.kind == "exact":
        off = float(np.abs(x - check.theory).max())
        z = 0.0 if off == 0.0 else math.inf
        return Finding(case.scheme, check.name, check.kind, check.theory, got, 0.0, z, 0.0, None, n,
                       case.seed, True, off == 0.0)
    if check.kind == "chance":
        se, hits = math.sqrt(check.theory * (1.0 - check.theory)) / root, n * check.theory
    elif check.kind == "sd":
        square = (x - got) ** 2 * n / (n - 1)
        got = math.sqrt(float(square.mean()))
        se = float(square.std(ddof=1)) / root / (2.0 * got) if got else 0.0
    else:
        se = float(x.std(ddof=1)) / root
    se = math.hypot(se, check.error)
    z = standardised(got, check.theory, se, check.bound)
    precise = hits >= HITS if check.kind == "chance" else se <= PRECISION[check.kind] * check.theory
    return Finding(case.scheme, check.name, check.kind, check.theory, got, se, z, check.bound,
                   ((LIMIT + LOWEST) * se + check.bound) / check.theory, n, case.seed, bool(precise), abs(z) < LIMIT)


def standardised(got: float, theory: float, se: float, bound: float) -> float:
    """Distance beyond a bound in standard errors."""
    off = got - theory
    beyond = math.copysign(max(0.0, abs(off) - bound), off)
    return beyond / se if se > 0.0 else (0.0 if beyond == 0.0 else math.inf)


def by_formula(scheme: str, alter: Alter | None = None) -> list[Finding]:
    """The open-loop calculator beside the closed form, where both have an answer; its seeds are 1, 2, 3, …"""
    if scheme not in COMPARED:
        return []
    scenario = scheme_named(scheme)
    found = []
    for each in COMPARED[scheme](compile_scheme(alter(scenario) if alter else scenario)):
        value, se, bound = each.said.value, each.said.se, each.said.bound
        z = standardised(value, each.theory, se, bound)
        precise = se <= PRECISION["mean"] * each.theory
        found.append(Finding(scheme, each.name, each.kind, each.theory, value, se, z, bound,
                             ((LIMIT + LOWEST) * se + bound) / each.theory, each.points, 1, precise, abs(z) < LIMIT))
    return found


def scheme_of(case: Case | Identity) -> Scenario:
    """The scheme a case or an identity is about."""
    return scheme_named(case.scheme)


def scheme_named(name: str) -> Scenario:
    """A scheme of this package's folder, or a scenario that comes with the program."""
    file = FOLDER / f"{name}.yaml"
    return load(file if file.exists() else name)


def related(identity: Identity, workers: int | None = None) -> Finding:
    """An identity as a line like any other: exact, its largest deviation beside 0."""
    off = float(deviations(identity, scheme_of(identity), workers).max())
    return Finding(identity.scheme, identity.name, "exact", 0.0, off, 0.0, 0.0 if off == 0.0 else math.inf, 0.0, None,
                   identity.paths, identity.seed, True, off == 0.0)


def run_case(case: Case, quick: bool, workers: int | None = None, alter: Alter | None = None) -> list[Finding]:
    """A scheme's quantities; ``alter`` plants an error in the scheme that theory does not know of."""
    scenario = scheme_of(case)
    paths = max(case.paths // QUICK, min(case.paths, 500)) if quick else case.paths
    results = simulate(alter(scenario) if alter else scenario, paths=paths, seed=case.seed, workers=workers,
                       months=case.scheme == "growth")
    return [measure(case, check, results) for check in case.checks()]


def compare_engines(scheme: str, seed: int, paths: int) -> Twin:
    """Every loan, due and column of the compiled engine and the story, path by path."""
    tables = compile_scheme(scheme_named(scheme))
    found: list[str] = []
    for path in range(paths):
        found += differences(tables, by_loop(tables, seed, path), by_story(run_story(tables, seed, path)))
    return Twin(scheme, paths, tuple(found[:20]))


def compare_all(cases: Sequence[Case], quick: bool, workers: int | None, told: Callable[[], None]) -> tuple[Twin, ...]:
    """The engines against each other on every scheme; in processes, as threads would not speed up the story."""
    jobs = [(case.scheme, case.seed, FEW_STORIES if quick else STORIES) for case in cases]
    found = []
    if quick:
        for job in jobs:
            found.append(compare_engines(*job))
            told()
        return tuple(found)
    with ProcessPoolExecutor(workers or os.cpu_count(), get_context("spawn"), _leave_interrupts) as pool:
        try:
            # The last schemes have the longest stories: first come, so that no process is left with one alone.
            for each in [pool.submit(compare_engines, *job) for job in reversed(jobs)]:
                found.append(each.result())
                told()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return tuple(reversed(found))


def _leave_interrupts() -> None:
    """An interrupt is the parent's to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def validate(quick: bool = False, workers: int | None = None, cases: Sequence[Case] = CASES,
             progress: Progress | None = None) -> Validation:
    """Known values, every scheme against theory, and the two engines against each other on each."""
    steps = iter(range(2 * len(cases) + 1))

    def told() -> None:
        if progress:
            progress(next(steps), 2 * len(cases))

    for case in cases:
        scheme_of(case)                    # a file that is not there is told before the work
    told()
    findings: list[Finding] = []
    for case in cases:
        findings += run_case(case, quick, workers)
        findings += by_formula(case.scheme)
        findings += [related(identity, workers) for identity in IDENTITIES if identity.scheme == case.scheme]
        told()
    return Validation(tuple(findings), compare_all(cases, quick, workers, told), quick, known_values())
