"""Running the validation schemes, and what is said of each quantity: theory, simulation, z, power, verdict."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from simulator.engine.story import run_story
from simulator.engine.tables import compile_scheme
from simulator.runs import Results, simulate
from simulator.scheme import Scenario, load

from .cases import CASES, LOWEST, Case, Check
from .identities import IDENTITIES, Identity, deviations
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
class Validation:
    """Everything that was found; it passes when every line holds."""

    findings: tuple[Finding, ...]
    twins: tuple[Twin, ...]
    quick: bool

    @property
    def chi_square(self) -> tuple[float, int, float, float]:
        """Σz² of each scheme's first quantity (independent seeds), its number, and the band it must lie in."""
        first = {f.scheme: f.z for f in reversed(self.findings) if f.kind != "exact"}
        n = len(first)
        return (sum(z * z for z in first.values()), n, float(stats.chi2.ppf(BAND, n)), float(stats.chi2.isf(BAND, n)))

    @property
    def holds(self) -> bool:
        """Whether all findings hold and are precise, the engines agree, and Σz² lies in its band."""
        total, n, low, high = self.chi_square
        return (all(f.holds and (f.precise or self.quick) for f in self.findings)
                and not any(twin.differences for twin in self.twins) and (n == 0 or low <= total <= high))

    def to_json(self) -> dict[str, Any]:
        """All of it as plain data."""
        total, n, low, high = self.chi_square
        return {"holds": self.holds, "quick": self.quick, "limit": LIMIT,
                "chi_square": {"total": total, "n": n, "low": low, "high": high},
                "findings": [asdict(f) for f in self.findings],
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
    off = got - check.theory
    beyond = math.copysign(max(0.0, abs(off) - check.bound), off)
    z = beyond / se if se > 0.0 else (0.0 if beyond == 0.0 else math.inf)
    precise = hits >= HITS if check.kind == "chance" else se <= PRECISION[check.kind] * check.theory
    return Finding(case.scheme, check.name, check.kind, check.theory, got, se, z, check.bound,
                   ((LIMIT + LOWEST) * se + check.bound) / check.theory, n, case.seed, bool(precise), abs(z) < LIMIT)


def scheme_of(case: Case | Identity) -> Scenario:
    """The scheme a case or an identity is about."""
    return load(FOLDER / f"{case.scheme}.yaml")


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


def compare_engines(case: Case, paths: int) -> Twin:
    """Every loan, due and column of the compiled engine and the story, path by path."""
    tables = compile_scheme(scheme_of(case))
    found: list[str] = []
    for path in range(paths):
        found += differences(tables, by_loop(tables, case.seed, path), by_story(run_story(tables, case.seed, path)))
    return Twin(case.scheme, paths, tuple(found[:20]))


def validate(quick: bool = False, workers: int | None = None, cases: Sequence[Case] = CASES,
             progress: Progress | None = None) -> Validation:
    """Every scheme against theory, and the two engines against each other on each."""
    findings: list[Finding] = []
    twins: list[Twin] = []
    for n, case in enumerate(cases):
        if progress:
            progress(n, len(cases))
        findings += run_case(case, quick, workers)
        twins.append(compare_engines(case, FEW_STORIES if quick else STORIES))
        findings += [related(identity, workers) for identity in IDENTITIES if identity.scheme == case.scheme]
    return Validation(tuple(findings), tuple(twins), quick)
