"""Every part of the grammar has a law, a worked case and its place in the twins' random schemes; rules.yaml says which.

What the file claims is checked: the tests it names exist; each key and choice stands in a case worked by hand or is
listed with the reason why none can show it and the test that holds it instead; likewise for the twins' campaign.
"""

from __future__ import annotations

import ast
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from simulator.scheme import load
from tests.scenarios.grammar import grammar, used
from tests.twins.schemes import random_scheme, values
from tests.twins.test_twins import CAMPAIGN

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RULES: dict[str, Any] = YAML(typ="safe").load(HERE / "rules.yaml")
GRAMMAR = grammar()
PARTS = sorted({name.split(".")[0] for name in GRAMMAR})


@cache
def in_cases() -> frozenset[str]:
    """What the cases worked by hand write down; of a settlement sheet of a real fund its modes and payers."""
    found: set[str] = set()
    for path in sorted((ROOT / "tests/cases").rglob("*.yaml")):
        case = YAML(typ="safe").load(path)
        if "scenario" in case:
            found |= set(used(case["scenario"]))
        elif "precedent" in case:
            scheme = values(load(case["precedent"]))
            found |= set(used({name: scheme[name] for name in ("modes", "payers")}))
    return frozenset(found)


@cache
def in_twins() -> frozenset[str]:
    """What the random schemes of the campaign use."""
    return frozenset(name for number in range(CAMPAIGN) for name in used(values(random_scheme(number)[0])))


def named(pattern: str) -> set[str]:
    """What a name of the tables stands for: a key and its choices, or what a pattern with stars matches."""
    return {one for one in GRAMMAR if fnmatchcase(one, pattern) or one.startswith(f"{pattern}=")}


def exempt(table: str) -> set[str]:
    """All that a table lists."""
    return set().union(*(named(name) for entry in RULES[table] for name in entry["names"]))


@cache
def functions_in(file: str) -> frozenset[str]:
    """Names of the test functions of a file."""
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def exists(test: str) -> bool:
    """Whether ``tests/…/test_x.py::test_y`` names a test."""
    file, _, name = test.partition("::")
    return name.startswith("test_") and (ROOT / file).is_file() and name in functions_in(file)


@pytest.mark.parametrize("part", PARTS)
def test_a_part_has_a_law(part: str) -> None:
    """Named once, with tests that hold it to theory, to an identity, or to an answer known beforehand."""
    named = RULES["laws"].get(part, [])
    assert named, f"no law named for {part}"
    assert not [test for test in named if not exists(test)]


def test_laws_name_parts_of_the_grammar() -> None:
    assert set(RULES["laws"]) == set(PARTS)


def test_a_case_worked_by_hand_shows_it() -> None:
    missing = GRAMMAR - in_cases() - exempt("beyond_cases")
    assert not missing, sorted(missing)


def test_the_twins_use_it() -> None:
    missing = GRAMMAR - in_twins() - exempt("beyond_twins")
    assert not missing, sorted(missing)


@pytest.mark.parametrize(("table", "shown"), [("beyond_cases", in_cases), ("beyond_twins", in_twins)])
def test_no_exemption_is_stale(table: str, shown: Any) -> None:
    """Each name listed is part of the grammar and really not shown, with a reason, and outside cases a test instead."""
    for entry in RULES[table]:
        assert len(entry["why"].split()) >= 4, entry
        assert not [test for test in entry.get("held_by", []) if not exists(test)], entry
        assert entry.get("held_by") or table == "beyond_twins", entry
        for name in entry["names"]:
            assert named(name) - shown(), f"{name} is shown, or is no part of the grammar"


def test_the_check_finds_what_is_missing() -> None:
    """A key that nothing writes down, a choice that nothing makes, and a test that does not exist."""
    assert "Gate.firm_cap" in GRAMMAR and "Gate.over_cap=trim" in GRAMMAR
    tree = {"gate": {"ip_types": ["invention"], "firm_cap": {"value": "1 元", "grade": "D"}, "over_cap": "trim",
                     "flags": []}}
    found = set(used(tree))
    assert {"Gate.firm_cap", "Gate.over_cap=trim", "Gate.ip_types=invention"} <= found
    assert not {"Gate.flags", "Gate.over_cap=refuse", "Gate.rate"} & found
    assert not exists("tests/scenarios/test_rules.py::test_nothing_of_the_kind")
