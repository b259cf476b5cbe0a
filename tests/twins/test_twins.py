"""The twins: the compiled engine and the story agree on every loan, due and column; planted errors show.

CAMPAIGN random schemes of two paths each, fixed seeds; every branch of the order of business must be taken at
least as often as LEAST says, else a scheme generator gone tame would prove nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import fields
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import simulator.engine.story.claims as claims
from simulator.engine.story import Story, run_story
from simulator.engine.tables import Tables, compile_scheme
from simulator.validation.twins import KINDS, Told, by_loop, by_story, differences, kinds
from tests.twins.mutants import MUTANTS, Mutant, nothing
from tests.twins.probes import probe
from tests.twins.schemes import SHIPPED, loaded, random_scheme, random_tables

ROOT = Path(__file__).parents[2]
CAMPAIGN = 70
PATHS = 2

# Branches and the least number of times 50 schemes must take them, a third of what was measured.
LEAST = {
    "refused bank": 4714, "refused ineligible": 2291, "refused dates": 301, "refused term": 49,
    "refused loan_cap": 240, "refused firm_year_cap": 367, "refused barred": 845, "refused breaker": 544,
    "refused leverage": 620, "refused budget": 30, "refused floor": 38, "lapsed": 14, "passed on": 30,
    "waits": 35, "waits pro rata": 4830,
    "overtaking possible": 12, "cancelled held": 207, "cancelled queued": 26, "refund": 102, "shared restated": 80,
    "shared pro rata": 199, "shared by priority": 119, "stack cut": 72, "layer": 89, "cap per loan": 71,
    "cap per firm": 5, "cap per firm_year": 28, "cap per year": 101, "cap per life": 20, "breaker stops cover": 26,
    "breaker resumes cover": 12, "joined a spell": 1399, "joined on the day of repayment": 2,
    "envelope exhausted": 1768, "clawback": 17, "not reached": 615,
    "wish to renew bridged": 242, "wish to renew after a gap": 469, "cannot pay": 172,
    "breaker stops payment": 5, "breaker resumes payment": 3, "breaker warns": 40,
    "payment held back": 4000, "flags asked": 18, "bank asked": 22, "cap per bank_year": 6, "cap per origination": 23,
    "cap of a measure": 29, "limited at origination": 150,
    "provisional escrow": 21, "provisional lender": 61, "put aside": 14, "released": 13, "returned": 14, "settled": 79,
    "settled upward": 1, "net of what came in": 15, "capital used up": 18,
    "instalment": 2000, "went through": 98, "lapsed awaited": 10,
    "drawn on the line": 211, "refused line": 170, "hit by the anchor": 34, "pace changed": 153,
    "paid once": 820, "a later year of support": 440, "reclaimed": 930, "investment subsidised": 500,
    "refused supply": 20, "refused appraisal": 60, "option exercised": 5,
    "refused firm_cap": 60, "refused rate": 60, "refused guarantee_fee": 6, "firm cap binds": 90,
    "bank settled": 58, "yearly line": 27, "targets met": 4, "targets missed": 6, "paid from a pot": 540}


@cache
def tables_of(number: int) -> Tables:
    """The campaign's schemes, compiled once a worker."""
    return random_tables(number)


@cache
def loop_told(number: int, path: int) -> Told:
    """A path of a random scheme, as the compiled engine tells it."""
    return by_loop(tables_of(number), number, path)


def shown(found: list[str]) -> str:
    """The first differences, for a message."""
    return f"{len(found)} differences: " + "; ".join(found[:10])


def agree(tables: Tables, seed: int, path: int) -> Story:
    """Both engines on one path; the story is returned when they agree."""
    story = run_story(tables, seed, path)
    found = differences(tables, by_loop(tables, seed, path), by_story(story))
    assert not found, shown(found)
    return story


@pytest.mark.parametrize("scale", [1_000_000, 20_000])
@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_schemes(name: str, scale: int) -> None:
    """The shipped schemes, at their size and with hardly any money."""
    tables = compile_scheme(loaded(name), scale)
    for path in range(PATHS):
        agree(tables, 11, path)


def test_campaign(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random schemes agree, and between them take every branch."""
    taken: Counter[str] = Counter()
    for number in range(CAMPAIGN):
        tables = tables_of(number)
        monkeypatch.setattr(claims, "share_loss", probe(tables.law, taken))
        for path in range(PATHS):
            story = run_story(tables, number, path)
            found = differences(tables, loop_told(number, path), by_story(story))
            assert not found, f"scheme {number}, path {path}: {shown(found)}"
            taken += story.rules
    rare = {branch: taken[branch] for branch, least in LEAST.items() if taken[branch] * 50 < least * CAMPAIGN}
    assert not rare, f"branches hardly taken: {rare}"


def test_platforms_of_the_campaign_bring_applicants() -> None:
    """In at least five random schemes a platform lets more firms in than the same scheme has without it."""
    schemes = [scenario for scenario, _, _ in map(random_scheme, range(CAMPAIGN)) if scenario.platform]
    inside = [[compile_scheme(scenario.model_copy(update={"platform": platform})).law.keep[:, :, 1].sum()
               for platform in (scenario.platform, None)] for scenario in schemes]
    assert sum(heard > 1.1 * unheard for heard, unheard in inside) >= 5


@given(st.integers(1_000, 2**40))
def test_any_scheme(number: int) -> None:
    """Schemes beyond the campaign; the soak profile tries thousands."""
    agree(random_tables(number), number, 0)


def same_law(one: Tables, other: Tables) -> bool:
    """Whether an error of law changes nothing that a scheme has."""
    pairs = ((getattr(one.law, part.name), getattr(other.law, part.name)) for part in fields(one.law))
    return one.law is other.law or all(a is b or np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in pairs)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_planted_errors_show(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    """A story that errs in one point of law differs from the loop where that point matters, within the campaign.

    A path on which the story's own books do not balance proves nothing about the comparison and is passed over.
    """
    assert mutant.shows in KINDS
    mutant.plant(monkeypatch)
    seen: Counter[str] = Counter()
    for number, path in product(range(CAMPAIGN), range(PATHS)):
        tables = tables_of(number)
        told = mutant.law(tables)
        if mutant.plant is nothing and same_law(told, tables):
            continue                       # the sound story, which the campaign compares
        try:
            story = run_story(told, number, path, record=False)
        except AssertionError:
            seen["stopped by the story itself"] += 1
            continue
        seen.update(kinds(differences(tables, loop_told(number, path), by_story(story))))
        if seen[mutant.shows]:
            return
    raise AssertionError(f"{mutant.name} never shows in a {mutant.shows}; seen: {dict(seen)}")


def test_errors_both_engines_share_show_elsewhere() -> None:
    """What the twins cannot see, because both call it, the worked cases and the theory tests do."""
    told = subprocess.run([sys.executable, "-m", "tests.twins.shared_errors"], cwd=ROOT, check=True,
                          capture_output=True, text=True, env={**os.environ, "NUMBA_DISABLE_JIT": "1"}).stdout
    found = json.loads(told.splitlines()[-1])
    assert len(found["all"]) >= 13
    assert found["sound"] == found["noticed"] == found["all"]
