"""Errors planted on purpose, and which line each turns red: that a pass means something.

The scheme is changed behind the back of its theory, as a mistake in the simulator would change its results.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from simulator.scheme import Scenario, replace_values

from .cases import CASES, WAN, Case
from .run import Finding, Seen, Validation, by_formula, run_case

SHORT = 5_000                              # paths of those that a quick validation plants as well


@dataclass(frozen=True)
class Plant:
    """An error: values of the scheme that its theory does not know of; ``formula`` for the calculator's lines."""

    name: str                              # message "val_e_<name>"
    scheme: str
    paths: int
    changes: dict[str, Any] = field(default_factory=dict)
    formula: bool = False


ONLY = "firms.grades.only.pd"
TERM = "modes.alone.terms.0"
PLANTS = (
    Plant("pd", "pool", 115_000, {ONLY: 51_000}), Plant("rho", "pool", 60_000, {"macro.rho": 130_000}),
    Plant("formula", "pool", 0, {ONLY: 50_100}, formula=True), Plant("full", "pool", 200, {f"{TERM}.share": 999_999}),
    Plant("sectors", "sectors", 20_000, {"macro.sectors": {}}),
    Plant("share", "compound", 8_000, {f"{TERM}.share": 510_000}),
    Plant("swapped", "compound", 500, {f"{TERM}.payer": "insurer", "modes.alone.terms.1.payer": "fund"}),
    Plant("year", "yearly", 3_000, {f"{TERM}.cap.0.per": "life"}),
    Plant("trend", "growth", 1_000, {"market.trend": 310_000}),
    Plant("late", "timing", 50, {"modes.alone.claim.overdue": 91}),
    Plant("leverage", "leverage", 50, {"pots.city.leverage": 10_100}),
    Plant("lending", "plain", 50, {"segments.fund.loans_by_year": [5.0]}),
    Plant("guarantee", "guarantee", 500, {f"{TERM}.cap.0.amount": 1600 * WAN + 1}),
    Plant("life", "caps", 500, {f"{TERM}.cap.1.amount": 500 * WAN + 1}),
    Plant("term", "longer", 3_000, {"segments.fund.terms.0.days": 660}),
    Plant("recovery", "liaoning-2021", 4_000, {"recovery.cost": 300_000}))


def plant(each: Plant, case: Case, workers: int | None = None) -> Seen:
    """Run the scheme as it is and with the error, on the same paths."""
    wrong = partial(_changed, changes=each.changes)
    if each.formula:
        sound, found = by_formula(each.scheme), by_formula(each.scheme, wrong)
    else:
        few = Case(case.scheme, min(each.paths, case.paths), case.seed, case.checks)
        sound, found = run_case(few, False, workers), run_case(few, False, workers, wrong)
    worst = max(found, key=_distance)
    return Seen(each.name, each.scheme, worst.name, worst.kind, worst.theory, worst.simulated, worst.z, worst.paths,
                worst.seed, sum(not f.holds for f in found), all(f.holds for f in sound))


def _changed(scenario: Scenario, changes: dict[str, Any]) -> Scenario:
    return replace_values(scenario, changes)


def _distance(found: Finding) -> tuple[bool, float, float]:
    """Red lines first, then the largest z; among exact lines the largest difference."""
    off = abs(found.simulated - found.theory)
    return not found.holds, abs(found.z) if math.isfinite(found.z) else math.inf, off


def with_plants(found: Validation, workers: int | None = None, cases: Sequence[Case] = CASES) -> Validation:
    """A validation and the errors of its schemes; a quick one leaves out those that need many paths."""
    schemes = {finding.scheme for finding in found.findings}
    by_name = {case.scheme: case for case in cases if case.scheme in schemes}
    return replace(found, planted=tuple(plant(each, by_name[each.scheme], workers) for each in PLANTS
                                        if each.scheme in by_name and (each.paths <= SHORT or not found.quick)))
