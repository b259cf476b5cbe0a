"""A rule that cannot bind changes nothing; one that always binds leaves what it says.

The same applicants meet the minimal scheme with and without the rule. Both answers are known beforehand, whatever the
engine makes of the scheme otherwise.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from simulator.runs import Results, simulate
from simulator.scheme.scenario import Scenario
from tests.twins.schemes import MINIMAL, loaded, rebuilt, values

WAN = 1_000_000                            # fen in 万元
PPM = 1_000_000
PLENTY = 10_000_000 * WAN
Data = dict[str, Any]


def scheme(change: Data | None = None) -> Scenario:
    """The minimal scheme, busy enough to have claims, with a guarantor, two flags, a subsidy and something changed."""
    data = values(loaded(str(MINIMAL)))
    data["clock"]["months"] = 12
    data["firms"]["flags"] = {"always": PPM, "never": 0}
    data["segments"]["fund"]["firms"] = 60
    for grade in data["firms"]["grades"].values():
        grade["pd"] = 150_000
    data["payers"]["guarantor"] = {"kind": "guarantor", "short": "next:lender"}
    data["modes"]["insured"]["terms"][1]["payer"] = "guarantor"
    data["programmes"] = {"interest": {"title": {"zh": "息", "en": "interest"}, "line": "interest", "level": "city",
                                       "event": "repaid", "base": "interest", "rate": 500_000}}
    for path, value in (change or {}).items():
        here, *keys = [data, *path.split(".")]
        for key in keys[:-1]:
            here = here[int(key)] if isinstance(here, list) else here[key]
        here[keys[-1]] = value
    return rebuilt(data)


@cache
def plain() -> Results:
    return simulate(scheme(), paths=20, seed=5)


def differing(one: Results, two: Results) -> list[str]:
    """Columns that both have and that are not the same on every path."""
    known = {column.name for column in two.columns}
    return [column.name for column in one.columns
            if column.name in known and not np.array_equal(one.column(column.name), two.column(column.name))]


BREAKER = {"scope": "scheme", "num": "determined", "den": "disbursed", "window": "life", "min_loans": 1,
           "min_defaults": 1, "check": "month_end", "stop": PPM, "resume": PPM}
STEPS = [{"year": year, "rate": 500_000} for year in (1, 2, 3)]
NEVER: dict[str, Data] = {
    "firm cap": {"gate.firm_cap": PLENTY}, "firm cap by grade": {"gate.firm_cap_by_grade": {"good": PLENTY}},
    "rate": {"gate.rate": PPM}, "margin": {"gate.rate_over_lpr": 8_000}, "fee": {"gate.guarantee_fee": 10_000},
    "any of a flag all have": {"gate.any_flags": ["never", "always"]}, "flags": {"gate.flags": ["always"]},
    "breaker": {"breaker": BREAKER}, "stack": {"modes.alone.stack": [{"payers": ["fund"], "limit": PPM}]},
    "layer": {"modes.alone.terms.0.layer": {"from": 0, "to": PLENTY, "of": "loss"}},
    "cap": {"modes.alone.terms.0.cap": [{"amount": PLENTY, "per": "firm_year"}]},
    "condition": {"modes.alone.terms.0.when": {"amount_above": 0, "flags": ["always"], "not_flags": ["never"]}},
    "segments of a mode": {"modes.alone.segments": ["fund", "other"], "modes.insured.segments": ["fund", "other"]},
    "ladder of one rate": {"programmes.interest.rate": None,
                           "programmes.interest.ladder": {"by": "loan_year", "steps": STEPS}},
    "envelope": {"programmes.interest.envelope": [{"amount": PLENTY, "per": "life"}]},
    "limit of a subsidy": {"programmes.interest.cap": [{"amount": PLENTY, "per": "firm_year"}]},
    "condition of a subsidy": {"programmes.interest.when": {"flags": ["always"], "not_flags": ["never"]}},
    "group of one": {"programmes.interest.exclusive": {"group": "alone", "choose": "best"}},
    "provisional claim of all": {"modes.alone.claim.provisional": {"share": PPM, "to": "lender"},
                                 "modes.alone.claim.final": "days", "modes.alone.claim.final_days": 0},
}


@pytest.mark.parametrize("name", NEVER)
def test_what_cannot_bind_changes_nothing(name: str) -> None:
    assert differing(plain(), simulate(scheme(NEVER[name]), paths=20, seed=5)) == []


ALWAYS: dict[str, tuple[Data, str]] = {
    "firm cap": ({"gate.firm_cap": 0}, "refused_firm_cap"),
    "firm cap by grade": ({"gate.firm_cap_by_grade": {"good": 0, "weak": 0}}, "refused_firm_cap"),
    "rate": ({"gate.rate": 0}, "refused_rate"), "margin": ({"gate.rate_over_lpr": 7_999}, "refused_rate"),
    "any of a flag nobody has": ({"gate.any_flags": ["never"]}, "refused_ineligible"),
    "fee": ({"gate.guarantee_fee": 9_999, "modes.alone.weight": 0, "modes.insured.weight": PPM},
            "refused_guarantee_fee"),
}


@pytest.mark.parametrize("name", ALWAYS)
def test_what_always_binds_leaves_no_cover(name: str) -> None:
    change, reason = ALWAYS[name]
    results = simulate(scheme(change), paths=20, seed=5)
    assert results.column("covered_loans").sum() == results.column("paid_fund_fen").sum() == 0
    assert results.column(reason).sum() > 0


def test_the_plain_scheme_has_what_the_rules_are_about() -> None:
    for column in ("covered_loans", "covered_defaults", "paid_fund_fen", "paid_guarantor_fen", "subsidy_interest_fen"):
        assert plain().column(column).sum() > 0, column


@pytest.mark.parametrize(("change", "moved"), [
    ({"gate.firm_cap": 300 * WAN}, "covered_fen"), ({"gate.rate_over_lpr": 7_999}, "covered_fen"),
    ({"gate.guarantee_fee": 9_999}, "covered_fen"), ({"breaker": BREAKER | {"stop": 0, "resume": 0}}, "covered_fen"),
    ({"modes.alone.terms.0.layer": {"from": 0, "to": 50 * WAN, "of": "loss"}}, "paid_fund_fen"),
    ({"programmes.interest.envelope": [{"amount": WAN, "per": "life"}]}, "subsidy_interest_fen")])
def test_a_rule_that_binds_takes_something_away(change: Data, moved: str) -> None:
    """Less than without it; else the comparison above would prove nothing."""
    assert simulate(scheme(change), paths=20, seed=5).column(moved).sum() < plain().column(moved).sum()
