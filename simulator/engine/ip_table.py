"""Kinds of pledge: each type of right alone, and every mixed pledge of two of them (混合质押).

A mixed pledge is a kind of its own. It is appraised, and sold, as the sum of its rights, each securing its stated
portion of the loan; the fund covers the portions of the types it takes. A condition on types asks whether one of its
rights is of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np

from simulator.engine import layout as at
from simulator.engine.day import MONTH
from simulator.engine.rules import PPM
from simulator.scheme.parts import Dated
from simulator.scheme.pledges import Kind, kinds_of, weights_of
from simulator.scheme.scenario import IP_TYPES, Scenario, Segment

Day = Callable[[date | None, int], int]


def bits(wanted: Sequence[str] | None, kinds: Sequence[Kind]) -> int:
    """Kinds that hold one of the wanted types, as bits; all of them when nothing is said."""
    if wanted is None:
        return at.ALWAYS
    return sum(1 << n for n, kind in enumerate(kinds) if kind.holds(wanted))


def covered_part(kind: Kind, scenario: Scenario) -> int:
    """Part (ppm) of a loan the fund can cover: the portions of its types; what is not for it asks as a whole."""
    taken = sum(part for name, part in kind.parts if name in scenario.gate.ip_types)
    return scenario.gate.ip_share * (taken or PPM) // PPM


def inside_share(scenario: Scenario, segment: Segment) -> float:
    """Share of a segment's loans of which the gate takes some right."""
    kinds = kinds_of([segment])
    weights = weights_of(segment, kinds)
    taken = sum(w for w, kind in zip(weights, kinds, strict=True) if kind.holds(scenario.gate.ip_types))
    return taken / (sum(weights) or 1)


def appraisal(kind: Kind, scenario: Scenario) -> tuple[int, float]:
    """(loan over appraised value, ppm; recovery factor of the appraised value) of a kind."""
    rate, factor = scenario.lending.pledge_rate, scenario.recovery.type_factor
    if len(kind.parts) == 1:
        name = kind.types[0]
        return rate.get(name, PPM), factor.get(name, 0) / PPM
    values = [part / rate[name] for name, part in kind.parts]
    sold = [value * factor[name] / PPM for value, (name, _) in zip(values, kind.parts, strict=True)]
    return round(PPM / sum(values)), sum(sold) / sum(values)


def arrays(scenario: Scenario, segments: Sequence[Segment]) -> dict[str, np.ndarray]:
    """The tables of the law that are by kind of pledge."""
    kinds = kinds_of(scenario.segments.values())
    worth = [appraisal(kind, scenario) for kind in kinds]
    rights = [[IP_TYPES.index(name) for name in (*kind.types, *kind.types)[:2]] for kind in kinds]
    return {"ip_cum": np.array([cumulative(weights_of(segment, kinds)) for segment in segments]),
            "pledge": np.array([p for p, _ in worth], np.int64), "ip_factor": np.array([f for _, f in worth]),
            "ip_part": np.array([covered_part(kind, scenario) for kind in kinds], np.int64),
            "ip_rights": np.array(rights, np.int64)}


def monthly_limits(scenario: Scenario, day: Day) -> dict[str, np.ndarray]:
    """Rights of each type that may be pledged at once, and appraisals that can be made, by month of the window."""
    months = scenario.clock.months
    if not scenario.supply and scenario.appraisal is None:
        return {"supply": np.zeros((0, months), np.int64), "appraisals": np.zeros(0, np.int64)}
    supply = np.full((len(IP_TYPES), months), at.ALWAYS, np.int64)
    for name, steps in scenario.supply.items():
        supply[IP_TYPES.index(name)] = _by_month(steps, months, day, at.ALWAYS)
    seen = np.full(months, at.ALWAYS, np.int64)
    if scenario.appraisal:
        seen = _by_month(scenario.appraisal.agencies, months, day, 0) * scenario.appraisal.per_month
    return {"supply": supply, "appraisals": seen}


def _by_month(steps: Sequence[Dated[int]], months: int, day: Day, before: int) -> np.ndarray:
    """The value in force at the start of each month; ``before`` holds before the first."""
    found = np.full(months, before, np.int64)
    for step in steps:
        found[max(0, -(-day(step.from_, 0) // MONTH)):] = step.value
    return found


def cumulative(weights: Sequence[float]) -> np.ndarray:
    """Cumulative probabilities; weights are normalised, the last entry is exactly 1."""
    total = np.cumsum(np.array(weights, float))
    result: np.ndarray = total / total[-1] if len(total) and total[-1] > 0 else np.ones(max(1, len(total)))
    result[-1] = 1.0
    return result
