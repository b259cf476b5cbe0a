"""Speed and memory, measured in one run and told as ratios: machines are shared and noisy."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from simulator.runs.many import simulate
from simulator.scheme import load, replace_values
from simulator.scheme.scenario import Scenario

SCHEMES = ("liaoning-2021", "dalian-2020", "fuxin-2017")
LOANS = 2000                   # a path of the reference scenario
STORY_FLOOR, THREAD_FLOOR, HELP_SECONDS, MEMORY_CEILING, FULL_CEILING = 300, 1.8, 0.5, 20.0, 1.6
FEW_PATHS, MANY_PATHS = 1000, 10_000       # whose peaks of memory are compared
REPEATS = 3


@dataclass(frozen=True)
class Measure:
    """One line: what, how much, in which unit, and the least or most that is asked for."""

    key: str
    value: float
    unit: str
    asked: float | None = None
    at_most: bool = False
    name: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether it is as asked; None when nothing is asked."""
        if self.asked is None:
            return None
        return self.value <= self.asked if self.at_most else self.value >= self.asked


@dataclass(frozen=True)
class Bench:
    """All measures of one run on this machine."""

    measures: tuple[Measure, ...]
    machine: str

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {"machine": self.machine, "measures": [asdict(m) | {"holds": m.holds} for m in self.measures]}


def reference() -> Scenario:
    """Liaoning with as many loans as the reference asks for, its fund grown with them."""
    scenario = load("liaoning-2021")
    loans = float(simulate(scenario, paths=200, seed=1).column("loans").mean())
    times = LOANS / loans
    market = scenario.market
    if market is None:
        raise ValueError("the reference scheme needs a market")
    changes: dict[str, Any] = {"market.amount": round(market.amount * times), "market.count": market.count * times}
    for name, pot in scenario.pots.items():
        for n, part in enumerate(pot.contributors):
            changes[f"pots.{name}.contributors.{n}.amount"] = round(part.amount * times)
            if part.match is not None:
                changes[f"pots.{name}.contributors.{n}.match.amount"] = round(part.match.amount * times)
    return replace_values(scenario, changes)


def plain(scenario: Scenario) -> Scenario:
    """The same scheme with the main job alone: no renewals, no phase-in."""
    changes: dict[str, Any] = {"renewal": None, "phase_in": []}
    return replace_values(scenario, changes)


def full(scenario: Scenario) -> Scenario:
    """The same scheme with everything a scheme may have: lines and contagion, provisional claims, breakers, audits."""
    breaker = {"scope": "bank", "num": "determined", "den": "disbursed", "window": "rolling_360", "min_loans": 50,
               "min_defaults": 3, "check": "month_end", "stop": 80_000, "resume": 50_000}
    claim = {"interest_days": 90, "net": True, "provisional": {"share": 800_000, "to": "escrow"}, "final": "closed"}
    members = 10
    changes: dict[str, Any] = {
        "renewal.bridge": 200_000, "recovery.downturn": 0.3,
        "firms.flags": {**scenario.firms.flags, "tech": 300_000, "first_loan": 200_000},
        "breakers": {"rate": breaker, "pots": breaker | {"scope": "pot", "window": "year_to_date"}},
        "audit": {"improper": 20_000, "delay": 180, "recovered": 500_000},
        "collective": {"chains": {
            "title": {"zh": "链", "en": "chains"}, "segment": "fund", "members": members,
            "clusters": scenario.segments["fund"].firms // members, "line": 10**12, "rate_discount": 5_000,
            "reserve": 40_000, "anchor_grade": next(iter(scenario.firms.grades)), "frailty": 0.5,
            "contagion": {"probability": 150_000, "window": 180}, "joint_effect": 50_000}}}
    for name in scenario.modes:
        changes |= {f"modes.{name}.claim.{key}": value for key, value in claim.items()}
        changes[f"modes.{name}.counter_guarantee"] = 50_000
    return replace_values(scenario, changes)


def fastest(job: Callable[[], Any], repeats: int = REPEATS) -> float:
    """Seconds of the fastest of several runs: the one least disturbed by others."""
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        job()
        best = min(best, time.perf_counter() - start)
    return best


def _engines(scenario: Scenario) -> list[Measure]:
    loop = fastest(lambda: simulate(scenario, paths=640, workers=1, years=False))
    told = simulate(scenario, paths=640, workers=1, years=False)
    loans = float(told.column("loans").mean())
    story = fastest(lambda: simulate(scenario, paths=1, engine="story", years=False), 2)
    one = float(simulate(scenario, paths=1).column("loans").mean())
    pair = fastest(lambda: simulate(scenario, paths=640, workers=2, years=False))
    return [Measure("loop_loans", 640 * loans / loop, "loans"), Measure("story_loans", one / story, "loans"),
            Measure("loop_story", (640 * loans / loop) / (one / story), "times", STORY_FLOOR),
            Measure("threads", loop / pair, "times", THREAD_FLOOR)]


def _mechanisms(scenario: Scenario) -> list[Measure]:
    """Time a loan of the full law over the main job's, and the full law in both engines."""
    def a_loan(one: Scenario, paths: int, engine: str, repeats: int) -> float:
        loans = float(simulate(one, paths=paths, engine=engine, workers=1, years=False).column("loans").sum())
        return fastest(lambda: simulate(one, paths=paths, engine=engine, workers=1, years=False), repeats) / loans

    whole = full(scenario)
    loop, story = a_loan(whole, 320, "loop", REPEATS), a_loan(whole, 1, "story", 1)
    return [Measure("full_plain", loop / a_loan(plain(scenario), 320, "loop", REPEATS), "times", FULL_CEILING,
                    at_most=True),
            Measure("full_story", story / loop, "times", STORY_FLOOR)]


def _schemes(workers: int | None) -> list[Measure]:
    measures = []
    for name in SCHEMES:
        scenario = load(name)
        simulate(scenario, paths=64)
        seconds = fastest(lambda s=scenario: simulate(s, paths=2000, workers=workers))  # type: ignore[misc]
        loans = float(simulate(scenario, paths=200).column("loans").mean())
        measures += [Measure("paths", 2000 / seconds, "paths", name=name),
                     Measure("loans_a_path", loans, "loans_path", name=name)]
    return measures


@dataclass(frozen=True)
class Peak:
    """Most resident memory a process has had, and what the results it held at the end take; in MB."""

    resident: float
    results: float


def peak_here(paths: int) -> Peak | None:
    """Simulate Dalian in this process and tell its peak; None where the system does not say.

    The system's count for children is no use: a child starts with the peak of the process that began it.
    """
    results = simulate(load("dalian-2020"), paths=paths, years=False)
    kept = (results.year_table.nbytes + results.path_table.nbytes) / 1e6
    try:
        status = Path("/proc/self/status").read_text("ascii")
    except OSError:
        return None
    return Peak(int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6, kept)


def peak_of(paths: int) -> Peak | None:
    """The same in a process of its own, which has done nothing else."""
    code = f"from simulator.runs.bench import peak_here; print(peak_here({paths}))"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    found = re.fullmatch(r"Peak\(resident=([\d.]+), results=([\d.]+)\)", told.strip())
    return Peak(float(found[1]), float(found[2])) if found else None


def growth(few: Peak, many: Peak) -> float:
    """What more paths take beyond their results, MB; the noise of the system may make it negative."""
    return (many.resident - many.results) - (few.resident - few.results)


def _memory() -> list[Measure]:
    """Peaks at two numbers of paths, results included, and what grew apart from the results."""
    few, many = peak_of(FEW_PATHS), peak_of(MANY_PATHS)
    if few is None or many is None:
        return []
    return [Measure("peak", few.resident, "mb", name=f"{FEW_PATHS:,}"),
            Measure("peak", many.resident, "mb", name=f"{MANY_PATHS:,}"),
            Measure("memory", growth(few, many), "mb", MEMORY_CEILING, at_most=True)]


def run(workers: int | None = None, progress: Callable[[int, int], None] | None = None) -> Bench:
    """Measure everything; takes about a minute. ``workers`` threads for the schemes, all cores if None."""
    tell = progress or (lambda done, total: None)
    measures: list[Measure] = []
    scenario = reference()
    simulate(scenario, paths=8)
    for n, part in enumerate((lambda: _engines(scenario), lambda: _mechanisms(scenario),
                              lambda: _schemes(workers), _memory, lambda: [_help()])):
        measures += part()
        tell(n + 1, 5)
    return Bench(tuple(measures), f"{platform.machine()} · {os.cpu_count()} cores · Python {platform.python_version()}")


def _help() -> Measure:
    command = [sys.executable, "-m", "simulator.cli", "--help"]
    seconds = fastest(lambda: subprocess.run(command, check=True, capture_output=True))
    return Measure("help", seconds, "seconds", HELP_SECONDS, at_most=True)
