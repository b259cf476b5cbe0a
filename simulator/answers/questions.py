"""The seven questions of every run, each with its Monte Carlo interval and its range over assumptions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator import __version__
from simulator.scheme import list_scenarios, load
from simulator.scheme.posterior import joint

from . import predictive, targets
from .draws import draw_scenarios, drawable
from .estimate import Estimate
from .measure import Key, World, measure, share
from .measure import headline as measure_headline
from .measure import promises as measure_promises
from .missing import ANSWERS, lacking, unanswered
from .pieces import kept
from .rows import AnswerRow, AnswerSheet, Unit, Verdict, worst_grade
from .verdict import ELIGIBLE, broken, influences, responsive, responsive_targets, verdict

if TYPE_CHECKING:
    from simulator.scheme.scenario import Scenario

Measures = Mapping[Key, Estimate]
Spans = Mapping[Key, tuple[float, float]]
LEAST_PATHS, FEWER = 200, 20  # a draw gets one path in twenty, at least 200

# Key → question and unit, in the order in which the answers are told.
PLAN: dict[str, tuple[int, Unit]] = {
    "cost": (1, "fen"),
    "cost_present": (1, "fen"),
    "cost_year": (1, "fen"),
    "cost_level": (1, "fen"),
    "cost_line": (1, "fen"),
    "subsidies": (1, "fen"),
    "compensation": (1, "fen"),
    "fees": (1, "fen"),
    "option": (1, "fen"),
    "subsidy_payee": (1, "fen"),
    "unmet": (1, "fen"),
    "avoided": (1, "fen"),
    "improper": (1, "fen"),
    "reclaimed": (1, "fen"),
    "exhaustion": (2, "probability"),
    "exhaustion_window": (2, "probability"),
    "refusal": (2, "probability"),
    "suspended": (2, "probability"),
    "peak_use": (2, "probability"),
    "unpaid_end": (2, "fen"),
    "queue_days": (2, "day"),
    "reserve": (2, "fen"),
    "reserve_predictive": (2, "fen"),
    "reserve_tail": (2, "fen"),
    "exhaustion_pot": (2, "probability"),
    "exhaustion_pooled": (2, "probability"),
    "target": (3, "probability"),
    "target_none": (3, "probability"),
    "target_ample": (3, "probability"),
    "target_moved": (3, "probability"),
    "target_reading": (3, "probability"),
    "targets_joint": (3, "probability"),
    "targets_and_solvent": (3, "probability"), "targets_responsive": (3, "probability"),
    "spend_floor": (3, "probability"),
    "lending": (3, "fen"),
    "line_use": (3, "probability"),
    "additional": (3, "fen"),
    "cost_per_yuan": (3, "ppm"),
    "lever_cost": (4, "fen"),
    "lever_claims": (4, "fen"),
    "lever_lending": (4, "fen"),
    "lever_exhaustion": (4, "probability"),
    "stress_exhaustion": (5, "probability"),
    "stress_cost": (5, "fen"),
    "stress_defaulted": (5, "probability"),
    "stress_npl": (5, "probability"),
    "stress_lost": (5, "fen"),
    "subsidy_part": (6, "probability"),
    "borne": (6, "fen"),
    "recovered": (6, "probability"),
    "refused": (7, "probability"),
    "rule_removed": (7, "probability"),
}


def answer(
    scenario: Scenario,
    paths: int = 10_000,
    seed: int = 1,
    workers: int | None = None,
    draws: int = 40,
    progress: Callable[[int, int], None] | None = None,
    simulate: Callable[..., Any] | None = None,
) -> AnswerSheet:
    """Simulate a scheme and its variants and answer the seven questions.

    ``draws`` sets of assumed values, each with fewer paths, give the range over assumptions.
    ``progress(done, total)`` is told after each scenario. Where no source gives the figures, nothing is simulated.
    """
    if lacking(scenario, ANSWERS):
        return unanswered(scenario, paths, seed, draws)
    if simulate is None:
        from simulator.runs import simulate as simulate_runs

        simulate = simulate_runs
    run = partial(simulate, workers=workers)
    steps = _Steps(draws * (1 + predictive.SETS) + 3, progress)
    fewer = max(LEAST_PATHS, paths // FEWER)
    pooled = pooled_variant(scenario)
    world = World(scenario, paths, seed, run, pooled)
    base = measure(world)
    asked = responsive_targets(base)
    base.update(joint_of(world, asked))
    steps.done()
    spans = ranges_over(draw_measures(scenario, min(fewer, paths), seed, run, draws, steps.done), base)
    if draws:
        sample = predictive.peaks(scenario, draws * predictive.SETS, paths, seed, run, steps.done)
        base["reserve_predictive", "99"] = predictive.pooled_quantile(sample, 0.99)
    swings = influences(world, LEAST_PATHS)
    steps.done()
    said = verdict(world, asked, _condition(scenario, swings), max(fewer, paths // 5))
    steps.done()
    return AnswerSheet(
        scenario, tuple(_rows(scenario, base, spans)), said, swings, paths, seed, draws, "loop", __version__
    )


def headline(world: World, variants: bool = False) -> AnswerSheet:
    """The part of the answer that is there in a moment: what the fund pays, refuses and carries, and the verdict.

    No ranges and no condition, levers and stresses only if asked for; each number is the one :func:`answer` gives
    for the same paths and seed.
    """
    base = measure_headline(world, variants)
    asked = responsive_targets(base)
    base.update(joint_of(world, asked))
    said = verdict(world, asked, None, world.paths)
    rows = tuple(_rows(world.scenario, base, {}))
    return AnswerSheet(world.scenario, rows, said, (), world.paths, world.seed, 0, "loop", __version__)


def promises(world: World) -> AnswerSheet:
    """The very first digits: whether the fund pays and takes in, from one run; :func:`headline` goes on with it."""
    rows = tuple(_rows(world.scenario, measure_promises(world), {}))
    failed = broken(world.run("base"), ())
    said = Verdict(not failed, failed)
    return AnswerSheet(world.scenario, rows, said, (), world.paths, world.seed, 0, "loop", __version__)


class _Steps:
    """Counts what is done for whoever watches."""

    def __init__(self, total: int, progress: Callable[[int, int], None] | None) -> None:
        self._total, self._count, self._progress = total, 0, progress

    def done(self) -> None:
        """One more of the scenarios has been simulated."""
        self._count += 1
        if self._progress is not None:
            self._progress(self._count, self._total)


def joint_of(world: World, names: tuple[str, ...]) -> dict[Key, Estimate]:
    """Joint chance of the targets that depend on the fund: what its size can be asked for."""
    met = targets.jointly(targets.evaluate_all(world.run("base")), names) if names else None
    return {} if met is None else {("targets_responsive", ""): share(met)}


def pooled_variant(scenario: Scenario) -> Scenario | None:
    """The shipped what-if in which the scheme's several purses are one; None when there is none."""
    if len(scenario.pots) < 2:
        return None
    names = {f"{scenario.id}-pooled", f"{scenario.id.rsplit('-', 1)[0]}-pooled"}
    for name, _, path in list_scenarios():
        if name in names or path.stem in names:
            return load(path)
    return None


def _condition(scenario: Scenario, swings: tuple[tuple[str, float], ...]) -> str | None:
    """The assumption named with the verdict: the eligible share where there is one, else the strongest."""
    if any(origin.path == ELIGIBLE for origin in drawable(scenario)):
        return ELIGIBLE
    return swings[0][0] if swings else None


def draw_measures(
    scenario: Scenario,
    paths: int,
    seed: int,
    simulate: Callable[..., Any],
    draws: int,
    done: Callable[[], None],
) -> list[Measures]:
    """All measures for each draw of the assumed parameters, same luck."""
    drawn: list[Measures] = []
    for each in draw_scenarios(scenario, draws, seed):
        told = kept("draw", (each.hash, paths, seed), partial(_told, each, paths, seed, simulate))
        drawn.append({(key, of): Estimate(*rest) for key, of, *rest in told})
        done()
    return drawn


def _told(scenario: Scenario, paths: int, seed: int, simulate: Callable[..., Any]) -> list[list[Any]]:
    """Every measure as plain data: what is measured, of what, and the estimate."""
    found = measure(World(scenario, paths, seed, simulate), removals=False)
    return [[*key, float(one.value), float(one.se), float(one.low), float(one.high), int(one.n), one.kind]
            for key, one in found.items()]


def ranges_over(drawn: list[Measures], base: Measures) -> dict[Key, tuple[float, float]]:
    """Middle 80 % of the draws, never narrower than the Monte Carlo interval of the base."""
    spans = {}
    for key, estimate in base.items():
        values = [m[key].value for m in drawn if key in m and math.isfinite(m[key].value)]
        if values:
            low, high = np.quantile(values, [0.1, 0.9])
            spans[key] = (float(np.fmin(low, estimate.low)), float(np.fmax(high, estimate.high)))
    return spans


def _rows(scenario: Scenario, base: Measures, spans: Spans) -> list[AnswerRow]:
    rows = [_row(scenario, key, estimate, spans.get(key), base) for key, estimate in base.items()]
    for name in scenario.targets:
        if ("target", name) not in base:
            rows.append(
                AnswerRow(
                    3,
                    "target",
                    name,
                    unit="probability",
                    grade_worst="A",
                    note_key="not_evaluable",
                    note_args={"reason": _why_not(scenario, name)},
                )
            )
    if ("stress_exhaustion", "anchor") not in base:
        why = "no_anchor" if scenario.collective else "no_clusters"
        rows.append(AnswerRow(5, "stress_exhaustion", "anchor", unit="probability", note_key=why))
    order = list(PLAN)
    return sorted(rows, key=lambda row: order.index(row.key))


def _row(
    scenario: Scenario, key: Key, estimate: Estimate, span: tuple[float, float] | None, base: Measures
) -> AnswerRow:
    question, unit = PLAN[key[0]]
    if key[0] == "lending" and key[1] == "loans":
        unit = "count"
    note, args = _note(scenario, key, base)
    low, high = span or (None, None)
    return AnswerRow(
        question,
        key[0],
        key[1],
        estimate.value,
        estimate.se,
        estimate.low,
        estimate.high,
        low,
        high,
        unit,
        grade_of(scenario, key),
        note,
        args,
        estimate.n,
    )


def _note(scenario: Scenario, key: Key, base: Measures) -> tuple[str, dict[str, Any]]:
    """What is said beside a number: figures only, the words are the reader's language's."""
    name, subject = key

    def figure(other: str, about: str = subject) -> float | None:
        found = base.get((other, about))
        return None if found is None else found.value

    if name == "cost":
        parts = {name: base[("cost_line", name)].value if ("cost_line", name) in base else 0.0
                 for name in ("compensation", "recovery", "earned")}
        return "cost", {"subsidies": figure("subsidies"), **parts, "fees": figure("fees"), "option": figure("option")}
    if name == "exhaustion":
        return "exhaustion", {"suspended": figure("suspended"), "pooled": figure("exhaustion_pooled")}
    if name == "reserve_predictive":
        plug_in, calibrated = figure("reserve"), len(joint(scenario))
        return "predictive", {"ratio": base[key].value / plug_in if plug_in else None, "calibrated": calibrated,
                              "assumed": sum(each.path not in joint(scenario) for each in drawable(scenario))}
    if name == "target":
        kind = "responsive" if responsive(base["target_moved", subject]) else "unresponsive"
        return kind, {"none": figure("target_none"), "ample": figure("target_ample")}
    if name == "lever_cost":
        return "lever", {"lending": figure("lever_lending"), "claims": figure("lever_claims")}
    if name == "stress_exhaustion":
        lost = {"lost": figure("stress_lost")} if subject == "anchor" else {}
        told = {name: figure(f"stress_{name}") for name in ("defaulted", "npl", "cost")}
        return "stress", {**told, **lost}
    if name == "refused":
        return (
            ("removed", {"more": figure("rule_removed")}) if figure("rule_removed") is not None else ("", {})
        )
    return "", {}


def _why_not(scenario: Scenario, name: str) -> str:
    target = scenario.targets[name]
    if target.partial:
        return "partial"
    years = target.final_year - scenario.clock.base_year
    if not 1 <= years <= -(-scenario.clock.months // 12):
        return "window"
    return "no_base" if target.kind == "growth" else "no_level"


def grade_of(scenario: Scenario, key: Key) -> str:
    """Worst grade among the values a number depends on: all but promises, and targets of other rows."""
    own = f"targets.{key[1].split('/')[0]}." if key[0].startswith("target") else "-"
    return worst_grade(
        origin.grade
        for path, origin in scenario.provenance.items()
        if not path.startswith(("pending.", "observed.", "sizing."))
        and (not path.startswith("targets.") or path.startswith(own))
    )


def readings(sheet: AnswerSheet, name: str) -> dict[str, AnswerRow]:
    """The four readings of one growth target side by side."""
    return {reading: sheet.row("target_reading", f"{name}/{reading}") for reading in targets.READINGS}
