"""All-in cost of a loan to the firm: interest, premium, guarantee and valuation fees, less subsidies.

Demand answers to the law, not to the state: envelopes and queues are not foreseen. The reference is the cost
in the base year, so that the base year's design reproduces the base year's volume.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise, product
from typing import Any

import numpy as np

from simulator.engine.day import MONTH, YEAR
from simulator.engine.demand import Volume
from simulator.engine.facts_table import combinations
from simulator.engine.grants import entitlement, is_better, is_open, programme_base, rate_on
from simulator.engine.layout import (
    BY_IP, CL_DISCOUNT, CL_SEGMENT, EVENT, EXCLUSIVE, FLAGS_WITH, FLAGS_WITHOUT, FROM_DAY, GATE_ANY_FLAGS,
    GATE_FLAGS, GATE_NOT_FLAGS,
    GUARANTEED_PPM, GUARANTEE_RATE, INSURED_PPM, LADDER_BY, LADDER_NONE, Law, MODE_DISTRICTS, NOBODY, N_PROGRAMMES,
    ON_DISBURSED, ON_INTEREST, ON_REPAID, PAYEE, PAYEE_FIRM, PREMIUM_RATE, UNTIL_DAY, VALUATION_RATE,
)
from simulator.engine.rules import PPM
from simulator.scheme.scenario import Scenario

WAN = 1_000_000


def _weights(cumulative: np.ndarray) -> list[tuple[int, float]]:
    """(place, probability) of the places with any weight."""
    steps = [0.0, *cumulative.tolist()]
    return [(n, high - low) for n, (low, high) in enumerate(pairwise(steps)) if high > low]


def discount_of(law: Law, segment: int) -> int:
    """What a joint line takes off the rate (ppm) of a segment's covered loans."""
    own = law.clusters[law.clusters[:, CL_SEGMENT] == segment, CL_DISCOUNT]
    return int(own[0]) if len(own) else 0


def _flags(law: Law, inside: bool) -> list[tuple[int, float]]:
    """Combinations of flags a programme may ask for, with their probability among those inside the gates."""
    asked = law.programmes[:, [FLAGS_WITH, FLAGS_WITHOUT]]
    if not asked.any():
        return [(0, 1.0)]
    wanted, refused, one = (int(law.whole[place]) if inside else 0
                            for place in (GATE_FLAGS, GATE_NOT_FLAGS, GATE_ANY_FLAGS))
    found = [(bits, p) for bits, p in combinations(law.flags.tolist())
             if bits & wanted == wanted and not bits & refused and (bits & one or not one)]
    total = sum(p for _, p in found)
    return [(bits, p / total) for bits, p in found]


def _subsidy(law: Law, day: int, loan: tuple[int, ...], covered: int, mode: int) -> float:
    """Subsidies a year on one loan (ppm of principal), as the law in force when they fall due grants them.

    A firm counts on its first year's rates, on what is paid to itself, and on one programme of each group.
    """
    principal, rate, term, ip, firm_class, flags = loan
    total, groups = 0, dict[int, tuple[int, int]]()
    for q in range(law.whole[N_PROGRAMMES]):
        programme = law.programmes[q]
        if programme[EVENT] not in (ON_DISBURSED, ON_REPAID, ON_INTEREST) or programme[PAYEE] != PAYEE_FIRM:
            continue
        when = day if programme[EVENT] == ON_DISBURSED else day + term
        if not is_open(law, q, when, ip, mode, covered, principal, term, firm_class, 0, flags):
            continue
        base = programme_base(law, programme, mode, principal, covered, rate, term, ip, term, 0)
        due = int(entitlement(programme, rate_on(law, programme, when, 0, 0), base, 0, 0, 0))
        group = int(programme[EXCLUSIVE])
        if group == NOBODY:
            total += due
        elif group not in groups or is_better(programme, due, law.programmes[groups[group][0]], groups[group][1]):
            groups[group] = q, due
    return (total + sum(due for _, due in groups.values())) / principal * YEAR / term * PPM


def _cost(law: Law, s: int, principal: int, inside: bool, reached: bool, day: int, rate: int) -> float:
    """Expected all-in cost (ppm a year) of a segment's typical loan starting on ``day``.

    ``inside`` the fund's own gates it may hope for cover, its price and its subsidies; outside for none of them.
    Only those ``reached`` by the programmes count on subsidies.
    """
    term = int(law.term_days[s, 0])
    modes = [(m, w) for m, w in _weights(law.mode_cum[s]) if not inside or law.modes[m, MODE_DISTRICTS] != 0]
    covered = principal if inside and modes else 0
    modes = modes or _weights(law.mode_cum[s])
    whole = sum(w for _, w in modes)
    cost = float(rate - (discount_of(law, s) if inside else 0))
    for ip, ip_weight in _weights(law.ip_cum[s]):
        cost += ip_weight * law.whole[VALUATION_RATE] * PPM / law.pledge[ip] * YEAR / term
        for mode, mode_weight in modes:
            weight = ip_weight * mode_weight / whole
            if covered:
                cost += weight * law.modes[mode, INSURED_PPM] * law.whole[PREMIUM_RATE] / PPM
                cost += weight * law.modes[mode, GUARANTEED_PPM] * law.whole[GUARANTEE_RATE] / PPM
            for (firm_class, class_weight), (flags, chance) in product(
                    _weights(law.class_cum) if reached else [], _flags(law, inside)):
                loan = (principal, rate, term, ip, firm_class, flags)
                cost -= weight * class_weight * chance * _subsidy(law, day, loan, covered, mode)
    return cost


def _windows(law: Law) -> Callable[[int, int], object]:
    """What of the programmes a loan of a day and term meets: two days that meet the same have the same subsidies.

    Which are open when they would pay; the day itself where rates or dates run on within a programme.
    """
    if (law.programmes[:, LADDER_BY] != LADDER_NONE).any() or law.programmes[:, BY_IP].any():
        return lambda day, term: day
    first, last = law.programmes[:, FROM_DAY], law.programmes[:, UNTIL_DAY]
    later = np.isin(law.programmes[:, EVENT], (ON_REPAID, ON_INTEREST)).astype(np.int64)

    def met(day: int, term: int) -> object:
        when = day + later * term
        return ((first <= when) & (when <= last)).tobytes()

    return met


def all_in_cost(law: Law, scenario: Scenario, names: list[str], volumes: dict[str, Volume], first_month: int,
                before: Sequence[int]) -> Callable[[str, int, bool, bool], float]:
    """Cost over the base year's, in percentage points, of (segment, month, inside the fund's gates, reached).

    ``before`` are the rates (ppm) of the twelve months before the window: the base year's cost is their average.
    """

    known: dict[tuple[Any, ...], float] = {}
    references: dict[tuple[int, bool], float] = {}
    principals = [max(WAN, int(volumes[name].median // WAN) * WAN) for name in names]
    windows = _windows(law)

    def at_day(s: int, day: int, rate: int, inside: bool, reached: bool) -> float:
        inside = inside and scenario.segments[names[s]].eligible
        key = (s, rate, inside, reached, windows(day, int(law.term_days[s, 0])) if reached else None)
        if key not in known:
            known[key] = _cost(law, s, principals[s], inside, reached, day, rate)
        return known[key]

    def reference(s: int, inside: bool) -> float:
        if (s, inside) not in references:
            then = float(law.reach[0])
            references[s, inside] = sum(part * at_day(s, -YEAR // 2, rate, inside, told) / len(before)
                                        for told, part in ((True, then), (False, 1 - then)) if part > 0
                                        for rate in before)
        return references[s, inside]

    def over_reference(name: str, month: int, inside: bool, reached: bool) -> float:
        s = names.index(name)
        rate = int(law.rates[max(0, month - first_month)])
        return (at_day(s, month * MONTH + MONTH // 2, rate, inside, reached) - reference(s, inside)) / (PPM / 100)

    return over_reference
