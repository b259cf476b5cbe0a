"""The sentence above the table: does the present fund keep its promises, and on what condition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.scheme import replace_values

from . import targets
from .draws import drawable, repaired, speaker, unknown, unknowns
from .estimate import Estimate
from .measure import World, net_claims, share
from .paths import value_at
from .reserve import exhausted, refusal
from .rows import Verdict

if TYPE_CHECKING:
    from simulator.scheme.scenario import Scenario

PPM = 1_000_000
LEAST_MOVE = 0.02  # a target the fund moves by less is not the fund's to keep
ELIGIBLE = "market.eligible_share"


def responsive(moved: Estimate) -> bool:
    """Whether a fund without limit, against none, moves the chance of a target at all."""
    return abs(moved.value) > max(LEAST_MOVE, 3 * moved.se)


def responsive_targets(measures: Mapping[tuple[str, str], Estimate]) -> tuple[str, ...]:
    """Targets that depend on the fund; only these can be asked of its size."""
    return tuple(
        name for (key, name), moved in measures.items() if key == "target_moved" and responsive(moved)
    )


def broken(results: Any, names: tuple[str, ...]) -> tuple[str, ...]:
    """Promises a run does not keep, by its point estimates; ``names`` are the responsive targets."""
    promise = results.scenario.sizing
    failed = []
    if share(exhausted(results)).value * PPM > promise.exhaustion:
        failed.append("exhaustion")
    if refusal(results).value * PPM > promise.refusal:
        failed.append("refusal")
    met = targets.jointly(targets.evaluate_all(results), names) if names else None
    if met is not None and share(met).value * PPM < promise.targets:
        failed.append("targets")
    return tuple(failed)


def verdict(world: World, names: tuple[str, ...], parameter: str | None, paths: int) -> Verdict:
    """Kept or broken, and the value of ``parameter`` at which that changes.

    Targets that not even a fund without limit reaches are out of the fund's hands: they fail the verdict,
    but the condition is then about the fund's own promises.
    """
    failed = broken(world.run("base"), names)
    if "targets" in broken(world.run("ample"), names):
        names = ()
    if parameter is None:
        return Verdict(not failed, failed)

    def holds(scenario: Scenario) -> bool:
        return not broken(world.simulate(scenario, paths), names)

    return Verdict(not failed, failed, flip(world.scenario, parameter, holds))


def flip(scenario: Scenario, path: str, holds: Callable[[Scenario], bool]) -> dict[str, Any]:
    """Where within its range a value turns the verdict: bisection from the base towards either end."""
    origin = scenario.provenance[path]
    base = value_at(scenario, path)
    said: dict[str, Any] = {
        "path": path,
        "base": base,
        "grade": origin.grade,
        "kind": origin.kind,
        "low": origin.low,
        "high": origin.high,
        "at": None,
        "side": "",
    }
    at_base = holds(scenario)
    for side, end in (("above", origin.high), ("below", origin.low)):
        if end is None or end == base or holds(at(scenario, path, end)) == at_base:
            continue
        same, other = float(base), float(end)
        for _ in range(7):
            middle = (same * other) ** 0.5 if min(same, other) > 0 else (same + other) / 2
            if holds(at(scenario, path, middle)) == at_base:
                same = middle
            else:
                other = middle
        return {**said, "at": same if at_base else other, "side": side}
    return said


def at(scenario: Scenario, path: str, value: float) -> Scenario:
    """The scenario with one unknown moved."""
    return replace_values(scenario, moved(scenario, path, value))


def moved(scenario: Scenario, path: str, value: float) -> dict[str, int | float]:
    """Path → value with one unknown moved: values told several times move by the same factor."""
    base = value_at(scenario, path)
    changes: dict[str, int | float] = {}
    for origin in (each for each in drawable(scenario) if unknown(each.path) == unknown(path)):
        now = value_at(scenario, origin.path)
        new = value if origin.path == path else (now * value / base if base else value)
        changes[origin.path] = new if origin.kind == "real" else round(new)
    changes = repaired(scenario, changes)
    if path == "market.trend":
        changes["demand.dominating_trend"] = max(scenario.demand.dominating_trend, round(value))
    return changes


def influences(world: World, paths: int, most: int = 5) -> tuple[tuple[str, float], ...]:
    """Unknowns whose range moves the expected net compensation most: one at a time, low to high (fen)."""
    return tuple((each.path, each.swing) for each in effects(world, paths)[:most])


@dataclass(frozen=True, slots=True)
class Effect:
    """What the range of an unknown does to the expected net compensation (fen).

    ``low`` and ``high``: its change when the unknown lies at that end (None: no such end); ``swing``: between both.
    ``path`` is the value that speaks for all values of the unknown: these move with it by the same factor.
    """

    path: str
    swing: float
    low: float | None
    high: float | None


def effects(world: World, paths: int) -> tuple[Effect, ...]:
    """Every unknown of the scenario moved to both ends of its range, one at a time; the largest swing first."""
    def expected(scenario: Scenario) -> float:
        return float(net_claims(world.simulate(scenario, paths)).mean())

    base, found = expected(world.scenario), []
    for members in unknowns(world.scenario).values():
        origin = speaker(members)
        ends = {end: expected(at(world.scenario, origin.path, end))
                for end in sorted({end for end in (origin.low, origin.high) if end is not None})}
        low, high = (None if end is None else ends[end] - base for end in (origin.low, origin.high))
        found.append(Effect(origin.path, float(np.ptp(list(ends.values()))), low, high))
    return tuple(sorted(found, key=lambda each: -each.swing))
