"""Every number of a scenario is read by some rule: another value of it makes another law, promise or budget.

Each kind of parameter (its path without the names of districts, pots and so on) is moved to an end of its range in one
of the scenarios that hold it; the compiled tables must change. What only the answers read is listed, with its reader.
"""

from __future__ import annotations

import re
from dataclasses import fields
from functools import cache
from typing import Any

import numpy as np
import pytest

from simulator.answers.paths import value_at
from simulator.engine.tables import Tables, compile_scheme
from simulator.report.listing import listed
from simulator.scheme import Scenario, load, replace_values
from simulator.scheme.provenance import Provenance

# Read when results are judged or added up, not when they are made.
BY_ANSWERS = {
    r"sizing\.(exhaustion|refusal|targets)": "answers/criteria: promises a size must keep",
    r"sizing\.discount": "answers/fiscal: present values",
    r"targets\.\w+\.(growth|level_amount|level_count|level_share)": "answers/targets: thresholds",
    r"programmes\.\w+\.spend_floor": "answers/fiscal: floors of spending",
    r"segments\.\w+\.mixed\.second\.\w+": "the second right's type: alone, it is all of them",
    r"demand\.(headroom|dominating_trend)": "a device of thinning that moves no result",
}
NAMED = ("(grades|sectors|classes|districts|segments|banks|pots|payers|modes|programmes|targets|collective|fees|"
         "breakers)")


def kind_of(path: str) -> str:
    """A path without the names that differ from scheme to scheme."""
    path = re.sub(rf"\b{NAMED}\.\w+", r"\1.*", path)
    return re.sub(r"\.(ip|pledge_rate|type_factor|loan_cap|flags)\.\w+", r".\1.*", re.sub(r"\.\d+", ".#", path))


@cache
def schemes() -> dict[str, Scenario]:
    """Everything shipped that can be compiled."""
    found = {row["id"]: load(row["id"]) for row in listed("en")}
    return {name: scenario for name, scenario in found.items() if not scenario.abstract}


@cache
def tables_of(name: str) -> Tables:
    return compile_scheme(schemes()[name])


def kinds() -> dict[str, list[tuple[str, Provenance]]]:
    """Every kind of number, with where it is held."""
    found: dict[str, list[tuple[str, Provenance]]] = {}
    for name, scenario in schemes().items():
        for path, origin in scenario.provenance.items():
            if origin.kind != "text" and not path.startswith("pending."):
                found.setdefault(kind_of(path), []).append((name, path))
    return found


KINDS = kinds()


def other(origin: Provenance, value: Any) -> Any:
    """Another value of the same kind, inside the range where there is one."""
    for end in (origin.low, origin.high):
        if end is not None and end != value:
            return end
    if origin.kind == "real":
        return value * 0.5 if value else 0.25
    if origin.kind == "days":
        return max(1, value // 2) if value else 30
    return value // 2 if value else 10_000


def same(one: Tables, two: Tables) -> bool:
    """Whether two compiled schemes are the same law."""
    arrays = all(np.array_equal(getattr(one.law, f.name), getattr(two.law, f.name)) for f in fields(one.law))
    return arrays and one.volumes == two.volumes and one.fund_fen == two.fund_fen


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_another_value_makes_another_law(kind: str) -> None:
    if any(re.fullmatch(pattern, path) for pattern in BY_ANSWERS for path in (KINDS[kind][0][1],)):
        return
    tried = []
    for name, path in KINDS[kind][:12]:
        scenario = schemes()[name]
        origin, value = scenario.provenance[path], value_at(scenario, path)
        changed = replace_values(scenario, {path: other(origin, value)})
        try:
            if not same(compile_scheme(changed), tables_of(name)):
                return
        except ValueError:
            return                         # refused, so it was read
        tried.append(f"{name}: {path}")
    raise AssertionError(f"no rule reads {kind}: {tried}")


def test_what_only_answers_read_exists() -> None:
    paths = {path for rows in KINDS.values() for _, path in rows}
    for pattern in BY_ANSWERS:
        assert any(re.fullmatch(pattern, path) for path in paths), pattern


@pytest.mark.parametrize("name", ["liaoning-2021", "dalian-2020"])
def test_the_same_values_make_the_same_law(name: str) -> None:
    """Else every parameter would seem to be read."""
    scenario = schemes()[name]
    path = "market.amount"
    assert same(compile_scheme(replace_values(scenario, {path: value_at(scenario, path)})), tables_of(name))
