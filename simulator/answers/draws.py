"""Draws of the assumed parameters: what the answer could be if the assumptions were others.

Every value with a range is drawn with its base as the median: half the draws lie between the low end and
the base, half between the base and the high end; money and other sizes on a logarithmic scale. Latin
hypercube: each parameter visits each of its strata once. Values calibrated to a loan tape are drawn together
from their posterior, where the overlay carries it (``posterior``): one of its joint draws for each set.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.stats import qmc

from simulator.engine.demand import DominatingRateExceeded
from simulator.engine.tables import compile_scheme
from simulator.scheme import ranges, replace_values
from simulator.scheme.posterior import joint

from .paths import siblings, value_at

if TYPE_CHECKING:
    from simulator.scheme.provenance import Provenance
    from simulator.scheme.scenario import Scenario

ONE = 1_000_000
SIZE_LIKE = ("money", "days", "multiple", "count")
_DRAWN: dict[tuple[str, int, int], list[Any]] = {}
Changes = dict[str, int | float]
# Values that are one unknown told several times: they share their uniform and move together.
_TOGETHER = (
    (r"firms\.grades\.\w+\.pd", "pd"),
    (r"pots\.\w+\.(.+)", r"pots.\1"),
    (r"banks\.\w+\.(?!weight)(\w+)", r"banks.\1"),
    (r"lending\.(reference_rate|pledge_rate)\..+", r"\1"),
    (r"recovery\.type_factor\.\w+", "type_factor"),
    (r"gate\.(loan_cap|firm_year_cap|firm_cap_by_grade)\..+|gate\.firm_cap", "cap"),
    (r"segments\.\w+\.loans_by_year\.\d+", "loans_by_year"),
    (r"modes\.\w+\.claim\.(\w+)", r"claim.\1"),
)


def latin_hypercube(draws: int, parameters: int, seed: int) -> npt.NDArray[np.float64]:
    """Uniforms as [draw, parameter], one in each of ``draws`` strata of every parameter."""
    return np.asarray(qmc.LatinHypercube(d=max(parameters, 1), seed=seed).random(draws)[:, :parameters])


def quantile(origin: Provenance, base: float, u: float) -> int | float:
    """The value below which a share ``u`` of the draws lies; ``u`` = ½ gives the base back."""
    low = min(base, origin.low if origin.low is not None else base)
    high = max(base, origin.high if origin.high is not None else base)
    start, end, part = (low, base, 2 * u) if u < 0.5 else (base, high, 2 * u - 1)
    if origin.kind in SIZE_LIKE and start > 0:
        value = start * (end / start) ** part
    else:
        value = start + (end - start) * part
    return value if origin.kind == "real" else round(value)


def draw_scenarios(scenario: Scenario, draws: int, seed: int) -> list[Scenario]:
    """``draws`` scenarios that differ in every value with a range, all consistent with themselves."""
    key = (scenario.hash, draws, seed)
    if key not in _DRAWN:
        _DRAWN.clear()  # answer and size ask for the same draws, one after the other
        _DRAWN[key] = [roomy(replace_values(scenario, c)) for c in draw_changes(scenario, draws, seed)]
    return _DRAWN[key]


def roomy(scenario: Scenario) -> Scenario:
    """With enough room above its rate of applications, and a fifth more for its variants."""
    for _ in range(4):
        try:
            compile_scheme(scenario)
        except DominatingRateExceeded as exceeded:
            scenario = more_room(scenario, exceeded)
        else:
            break
    return scenario


def patient(simulate: Callable[..., Any], scenario: Scenario, **options: Any) -> Any:
    """Simulate, with a higher dominating rate where the scenario's own is too low for it."""
    for _ in range(4):
        try:
            return simulate(scenario, **options)
        except DominatingRateExceeded as exceeded:
            scenario = more_room(scenario, exceeded)
    return simulate(scenario, **options)


def more_room(scenario: Scenario, exceeded: DominatingRateExceeded) -> Scenario:
    """The dominating rate raised by what was missing and a fifth."""
    return replace_values(scenario, {"demand.headroom": scenario.demand.headroom * exceeded.factor * 1.2})


def unknown(path: str) -> str:
    """The unknown a value belongs to: values of the same unknown are drawn with one uniform."""
    for pattern, name in _TOGETHER:
        match = re.fullmatch(pattern, path)
        if match:
            return match.expand(name)
    return path


def unknowns(scenario: Scenario) -> dict[str, list[Provenance]]:
    """Every unknown of a scheme, in the order of the file: name → the values with a range that move with it."""
    found: dict[str, list[Provenance]] = {}
    for origin in drawable(scenario):
        found.setdefault(unknown(origin.path), []).append(origin)
    return found


def speaker(members: Sequence[Provenance]) -> Provenance:
    """The value that speaks for all of an unknown: of several grades the middle one."""
    return members[len(members) // 2]


def changes_at(scenario: Scenario, members: Mapping[str, Sequence[Provenance]],
               uniforms: Mapping[str, float]) -> Changes:
    """Path → value where each unknown lies at its uniform: ½ is the base; the values need not hold together yet."""
    return {origin.path: quantile(origin, float(value_at(scenario, origin.path)), uniforms[name])
            for name, origins in members.items() for origin in origins}


def draw_changes(scenario: Scenario, draws: int, seed: int) -> list[Changes]:
    """The same as path → value."""
    known = joint(scenario)
    members = free_unknowns(scenario)
    table = latin_hypercube(draws, len(members), seed)
    rows = [changes_at(scenario, members, dict(zip(members, map(float, row), strict=True))) for row in table]
    rows = [{**row, **together} for row, together in zip(rows, posterior_rows(known, draws, seed), strict=True)]
    return same_headroom(scenario, [repaired(scenario, row) for row in rows])


def free_unknowns(scenario: Scenario) -> dict[str, list[Provenance]]:
    """The unknowns that are drawn each by itself: without values calibrated to a tape, which are drawn together."""
    known = joint(scenario)
    found = {name: [origin for origin in origins if origin.path not in known]
             for name, origins in unknowns(scenario).items()}
    return {name: origins for name, origins in found.items() if origins}


def posterior_rows(known: Mapping[str, Sequence[int | float]], draws: int, seed: int) -> list[Changes]:
    """``draws`` of the joint draws path → series, in random order; each is used again only after all others."""
    size = min((len(series) for series in known.values()), default=1)
    random = np.random.default_rng((seed, 5))
    order = [int(place) for _ in range(-(-draws // size)) for place in random.permutation(size)][:draws]
    return [{path: series[place] for path, series in known.items()} for place in order]


def drawable(scenario: Scenario) -> list[Provenance]:
    """Values with a range, other than the promises themselves and those that only bound the sampling."""
    return [
        origin
        for origin in ranges(scenario)
        if not origin.path.startswith(
            (
                "sizing.exhaustion",
                "sizing.refusal",
                "sizing.targets",
                "targets.",
                "demand.headroom",
                "demand.dominating_trend",
                "pending.",
                "observed.",
            )
        )
        and _is_number(scenario, origin.path)
    ]


def _is_number(scenario: Any, path: str) -> bool:
    try:
        value = value_at(scenario, path)
    except (KeyError, AttributeError, IndexError, ValueError):
        return False
    return isinstance(value, int | float) and not isinstance(value, bool)


def repaired(scenario: Scenario, changes: Changes) -> Changes:
    """Make a draw consistent: mixes sum to one, rows of a step to at most one, a₀ below a₁, clusters have all firms."""
    changes = dict(changes)
    for group in siblings(scenario):
        _rescale(scenario, changes, group.paths, group.whole)
    _ordered(scenario, changes, "approval.uncovered", "approval.covered")
    _all_members(scenario, changes)
    return changes


def _rescale(scenario: Scenario, changes: Changes, paths: tuple[str, ...], whole: bool) -> None:
    if not any(path in changes for path in paths):
        return
    values = [int(changes.get(path, value_at(scenario, path))) for path in paths]
    total = sum(values)
    if total == 0 or (not whole and total <= ONE):
        return
    scaled = [value * ONE // total for value in values]
    if whole:
        scaled[int(np.argmax(scaled))] += ONE - sum(scaled)
    changes.update(zip(paths, scaled, strict=True))


def _ordered(scenario: Scenario, changes: Changes, lower: str, upper: str) -> None:
    """Keep ``lower`` at least one point below ``upper``; the lower one gives way."""
    if lower in changes or upper in changes:
        ceiling = changes.get(upper, value_at(scenario, upper)) - 10_000
        changes[lower] = min(changes.get(lower, value_at(scenario, lower)), ceiling)


def _all_members(scenario: Scenario, changes: Changes) -> None:
    """A segment under joint lines has as many firms as its clusters have members."""
    for name, group in scenario.collective.items():
        clusters, members = (int(changes.get(f"collective.{name}.{key}", getattr(group, key)))
                             for key in ("clusters", "members"))
        if clusters * members != scenario.segments[group.segment].firms:
            changes[f"segments.{group.segment}.firms"] = clusters * members


def same_headroom(scenario: Scenario, rows: list[Changes]) -> list[Changes]:
    """One dominating trend for all draws, so that all of them pick from the same applicants."""
    if scenario.market is None:
        return rows
    highest = max([int(row.get("market.trend", scenario.market.trend)) for row in rows], default=0)
    if highest <= scenario.demand.dominating_trend:
        return rows
    return [{**row, "demand.dominating_trend": highest} for row in rows]
