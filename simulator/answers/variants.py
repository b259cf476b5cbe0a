"""The same scheme with one thing changed: levers, stresses, and rules removed or relaxed.

All variants keep the applicants and their luck; only the scenario's values differ.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from simulator.engine.demand import inside_gate, market_volumes
from simulator.engine.economy import mean_pd
from simulator.scheme import replace_values
from simulator.scheme.parts import FIRM_CLASSES, IP_TYPES

from .paths import fund_rows, term_groups, value_at

if TYPE_CHECKING:
    from simulator.scheme.scenario import Scenario

ONE = 1_000_000
POINTS = 100_000  # ten percentage points
AMPLE = 1_000 * ONE  # a fund no gate and no claim can reach
RECESSION = -1.5  # standard deviations, the whole horizon
LEVERS = ("share", "leverage", "subsidy")


def lever(scenario: Scenario, name: str) -> Scenario | None:
    """Ten more points of fund share or subsidy, or half as much leverage again; None without room."""
    changes = _LEVERS[name](scenario)
    return replace_values(scenario, changes) if changes else None


def _share_changes(scenario: Scenario) -> dict[str, int]:
    rows, changes = set(fund_rows(scenario)), {}
    for group in term_groups(scenario):
        room = ONE - sum(value_at(scenario, path) for path in group.paths)
        funds = [path for path in group.paths if path in rows]
        if funds and room > 0:
            changes[funds[0]] = value_at(scenario, funds[0]) + min(POINTS, room)
    return changes


def _leverage_changes(scenario: Scenario) -> dict[str, int]:
    return {
        f"pots.{name}.leverage": pot.leverage * 3 // 2
        for name, pot in scenario.pots.items()
        if pot.leverage is not None
    }


def _subsidy_changes(scenario: Scenario) -> dict[str, int]:
    return {
        f"programmes.{name}.rate": min(ONE, programme.rate + POINTS)
        for name, programme in scenario.programmes.items()
        if programme.rate is not None and programme.rate < ONE
    }


_LEVERS = {"share": _share_changes, "leverage": _leverage_changes, "subsidy": _subsidy_changes}


def at_default_rate(scenario: Scenario, rate: int) -> Scenario:
    """Grade PDs scaled so that their average is ``rate`` (ppm a year)."""
    factor = rate / ONE / mean_pd(scenario)
    return replace_values(
        scenario,
        {
            f"firms.grades.{name}.pd": min(ONE - 1, round(grade.pd * factor))
            for name, grade in scenario.firms.grades.items()
        },
    )


def in_recession(scenario: Scenario) -> Scenario:
    """The economy 1.5 standard deviations below normal throughout."""
    return replace_values(scenario, {"macro.shift": RECESSION})


def anchors_fail(scenario: Scenario) -> Scenario | None:
    """Every anchor of a cluster fails on one day in mid-window; None where no cluster has one."""
    years, month = divmod(scenario.clock.start.month - 1 + scenario.clock.months // 2, 12)
    day = date(scenario.clock.start.year + years, month + 1, min(scenario.clock.start.day, 28))
    changes: dict[str, Any] = {f"collective.{name}.anchor_fails": day for name, group in scenario.collective.items()
                               if group.anchor_grade is not None}
    return replace_values(scenario, changes) if changes else None


def without_interest(scenario: Scenario) -> Scenario:
    """No interest on the pots: what a reserve must hold by itself."""
    return replace_values(scenario, {f"pots.{name}.interest": 0 for name in scenario.pots})


def with_leverage(scenario: Scenario, numerator: int, denominator: int) -> Scenario:
    """All leverage limits times a fraction."""
    return replace_values(
        scenario,
        {
            f"pots.{name}.leverage": pot.leverage * numerator // denominator
            for name, pot in scenario.pots.items()
            if pot.leverage is not None
        },
    )


RULES = ("leverage", "budget", "floor", "breaker", "loan_cap", "firm_year_cap", "term", "ineligible",
         "supply", "appraisal", "commitment", "firm_cap", "rate", "guarantee_fee")


def without_rule(scenario: Scenario, rule: str) -> Scenario | None:
    """The scheme with one rule removed altogether; None when it has no such rule."""
    changes = {
        path: value for path, value in _removal(scenario, rule).items() if value_at(scenario, path) != value
    }
    return same_applicants(scenario, replace_values(scenario, changes)) if changes else None


def same_applicants(before: Scenario, after: Scenario) -> Scenario:
    """``after`` with a market that brings the applicants of ``before``.

    The eligible share says how much of the market lies inside the fund's limits, so with other limits the
    same applicants are another share of another total. What lies outside the fund's segment does not change.
    """
    fund = before.segments.get("fund")
    if fund is None or before.gate == after.gate:
        return after
    a0, a1 = before.approval.uncovered, max(before.approval.covered, before.approval.uncovered)
    median = float(fund.size.median or 0)
    share, inside = inside_gate(before, fund, median)
    new_share, new_inside = inside_gate(after, fund, median)
    if fund.loans_by_year is not None:
        more = (a1 * new_share + a0 * (1 - new_share)) / (a1 * share + a0 * (1 - share))
        loans = {f"segments.fund.loans_by_year.{i}": n * more for i, n in enumerate(fund.loans_by_year)}
        return replace_values(after, loans)
    if before.market is None or inside <= 0:
        return after
    multiple = fund.registered_multiple / 1000 if before.market.basis == "registered" else 1.0
    asked = market_volumes(before)["fund"].applications
    amount = before.market.amount + asked * multiple * (a1 - a0) / ONE * (new_inside - inside)
    count = before.market.count + asked * (a1 - a0) / ONE * (new_share - share)
    eligible = asked * multiple * new_inside * a1 / amount
    return replace_values(
        after,
        {"market.amount": round(amount), "market.count": count, "market.eligible_share": round(eligible)},
    )


def _removal(scenario: Scenario, rule: str) -> dict[str, Any]:
    if rule == "match":
        return {path: ONE for path in rule_paths(scenario, rule) if path.endswith(".probability")}
    if rule == "share":
        return dict.fromkeys(fund_rows(scenario), 0)
    if rule in ("leverage", "budget", "floor"):
        name, nothing = {
            "leverage": ("leverage", None),
            "budget": ("annual_budget", None),
            "floor": ("floor", 0),
        }[rule]
        return {f"pots.{pot}.{name}": nothing for pot in scenario.pots}
    others: dict[str, dict[str, Any]] = {
        "breaker": {"breaker": None, "breakers": {}},
        "loan_cap": {"gate.loan_cap": {}},
        "firm_year_cap": {"gate.firm_year_cap": []},
        "term": {"gate.max_term": None},
        "supply": {"supply": {}},
        "appraisal": {"appraisal": None},
        "commitment": {f"banks.{name}.committed_line": None for name in scenario.banks},
        "firm_cap": {"gate.firm_cap": None, "gate.firm_cap_by_grade": {}},
        "rate": {"gate.rate": None, "gate.rate_over_lpr": None},
        "guarantee_fee": {"gate.guarantee_fee": None},
        "ineligible": {"gate.ip_types": list(IP_TYPES), "gate.classes": list(FIRM_CLASSES),
                       "gate.flags": [], "gate.any_flags": [], "gate.not_flags": []},
    }
    return others[rule]


def rule_paths(scenario: Scenario, rule: str) -> list[str]:
    """Paths of the numbers that state a rule: their grades tell how well it is known."""
    prefixes = {
        "leverage": r"pots\.\w+\.leverage",
        "budget": r"pots\.\w+\.annual_budget",
        "floor": r"pots\.\w+\.floor",
        "breaker": r"breakers?\..+",
        "loan_cap": r"gate\.loan_cap\..+",
        "term": r"gate\.max_term",
        "supply": r"supply\..+",
        "appraisal": r"appraisal\..+",
        "commitment": r"banks\.\w+\.committed_line",
        "firm_year_cap": r"gate\.firm_year_cap\..+",
        "firm_cap": r"gate\.firm_cap(_by_grade\..+)?",
        "rate": r"gate\.rate(_over_lpr)?",
        "guarantee_fee": r"gate\.guarantee_fee",
        "ineligible": r"gate\.(ip_types|classes|flags|any_flags|not_flags).*",
        "share": r"modes\.\w+\.terms\.\d+\.share",
        "match": r"pots\.\w+\.contributors\.\d+\.match\.probability",
        "fund": r"pots\.\w+\.contributors\..+",
    }
    return [path for path in scenario.provenance if re.fullmatch(prefixes[rule], path)]


def relaxed(scenario: Scenario, rule: str, factor: float) -> Scenario | None:
    """A rule's numbers times a factor (floor and fund share: divided by it); None when it has no number."""
    changes: dict[str, int | float] = {}
    for path in rule_paths(scenario, rule):
        now = value_at(scenario, path)
        if isinstance(now, int) and not isinstance(now, bool):
            changes[path] = round(now / factor) if rule in ("floor", "share") else round(now * factor)
            if rule == "match":
                changes[path] = min(ONE, round(now * factor))
    if rule == "share":
        changes = {path: value for path, value in changes.items() if path in fund_rows(scenario)}
    if not changes or rule == "breaker":
        return None
    return same_applicants(scenario, replace_values(scenario, changes))
