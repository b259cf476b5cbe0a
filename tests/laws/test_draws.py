"""Draws of the assumed values: median at the base, one in each stratum, every draw a consistent scheme."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.answers import variants
from simulator.answers.draws import draw_changes, draw_scenarios, drawable, latin_hypercube, quantile, unknown
from simulator.answers.paths import siblings, value_at
from simulator.engine.demand import volumes_of
from simulator.engine.economy import mean_pd
from simulator.scheme import load

SCENARIOS = ("dalian-2020", "fuxin-2017", "liaoning-2021")


def origin(kind: str, low: float, high: float) -> SimpleNamespace:
    return SimpleNamespace(kind=kind, low=low, high=high)


def test_each_stratum_is_visited_once() -> None:
    table = latin_hypercube(40, 7, seed=3)
    assert (np.sort(np.floor(table * 40), axis=0) == np.arange(40)[:, None]).all()


@pytest.mark.parametrize(
    ("kind", "u", "value"),
    [
        ("money", 0.0, 100),
        ("money", 0.5, 400),
        ("money", 1.0, 6400),
        ("money", 0.25, 200),
        ("money", 0.75, 1600),
        ("share", 0.25, 250),
        ("share", 0.75, 3400),
    ],
)
def test_half_the_draws_lie_on_each_side_of_the_base(kind: str, u: float, value: int) -> None:
    # money: geometric, 100 · 4^½ = 200 and 400 · 16^½ = 1600; share: halfway between the ends and the base
    assert quantile(origin(kind, 100, 6400), 400, u) == value


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_larger_uniform_never_gives_a_smaller_value(u: float, v: float) -> None:
    low, high = sorted((u, v))
    assert quantile(origin("days", 60, 210), 90, low) <= quantile(origin("days", 60, 210), 90, high)


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_draw_is_a_consistent_scheme(name: str) -> None:
    scenario = load(name)
    for drawn in draw_scenarios(scenario, 12, seed=1):
        for group in siblings(drawn):
            total = sum(value_at(drawn, path) for path in group.paths)
            assert total == 1_000_000 if group.whole else total <= 1_000_000
        assert drawn.approval.uncovered < drawn.approval.covered
        if drawn.market is not None:
            assert drawn.market.trend <= drawn.demand.dominating_trend


@pytest.mark.parametrize("name", SCENARIOS)
def test_values_outside_mixes_stay_in_their_ranges(name: str) -> None:
    scenario = load(name)
    mixed = {path for group in siblings(scenario) for path in group.paths} | {"approval.uncovered"}
    for changes in draw_changes(scenario, 12, seed=1):
        for each in drawable(scenario):
            if each.path not in mixed:
                assert each.low <= changes[each.path] <= each.high, each.path


def test_one_unknown_told_several_times_moves_together() -> None:
    scenario = load("liaoning-2021")
    for changes in draw_changes(scenario, 6, seed=1):
        assert len({changes[f"pots.{name}.leverage"] for name in scenario.pots}) == 1
        assert changes["firms.grades.a.pd"] <= changes["firms.grades.b.pd"] <= changes["firms.grades.c.pd"]
    assert unknown("banks.large.hurdle") == unknown("banks.city.hurdle")
    assert unknown("banks.large.weight") != unknown("banks.city.weight")


SECTORS = """
schema: 1
id: own
extends: dalian-2020
title: {zh: 自己, en: own}
macro:
  sectors:
    equipment: {rho: {value: 20%, grade: D, note: test}, pd_factor: {value: 1.5, grade: D, note: test}}
    food: {pd_factor: {value: 1.3, grade: D, note: test}}
"""


def test_levers_and_stresses_change_what_they_say() -> None:
    scenario = load("fuxin-2017")
    share = variants.lever(scenario, "share")
    assert share is not None
    assert share.modes["four_party"].terms[0].share == 640_000  # 54 % and ten points, 26 % was free
    leverage = variants.lever(scenario, "leverage")
    assert leverage is not None
    assert leverage.pots["fuxin"].leverage == 15_000
    assert variants.lever(scenario, "subsidy") is None  # Fuxin has no subsidy
    stressed = variants.at_default_rate(scenario, 50_000)
    assert mean_pd(stressed) == pytest.approx(0.05, abs=1e-6)
    assert stressed.firms.grades["c"].pd == pytest.approx(5 * stressed.firms.grades["a"].pd, abs=5)
    assert variants.in_recession(scenario).macro.shift == -1.5


def test_the_average_firm_knows_how_often_each_sector_fails(tmp_path: Path) -> None:
    """Dalian's 2 %; 30 % of firms fail 1.5 times and 15 % 1.3 times as often: 2 % × (1 + .15 + .045) = 2.39 %."""
    (tmp_path / "own.yaml").write_text(SECTORS, "utf-8")
    scenario = load(tmp_path / "own.yaml")
    assert mean_pd(scenario) == pytest.approx(0.0239, rel=1e-9)
    assert mean_pd(variants.at_default_rate(scenario, 50_000)) == pytest.approx(0.05, abs=1e-6)


def test_all_anchors_fail_in_mid_window() -> None:
    failed = variants.anchors_fail(load("liaoning-collective"))
    assert failed is not None and failed.collective["chains"].anchor_fails == date(2022, 7, 1)   # 18 of 36 months
    assert variants.anchors_fail(load("guangdong-gi")) is None                                   # clusters, no anchor
    assert variants.anchors_fail(load("liaoning-2021")) is None


def test_drawn_clusters_have_all_firms_of_their_segment() -> None:
    drawn = draw_scenarios(load("liaoning-collective"), 20, 5)
    chains = [world.collective["chains"] for world in drawn]
    assert len({(group.clusters, group.members) for group in chains}) > 15
    assert [group.clusters * group.members for group in chains] == [w.segments["chains"].firms for w in drawn]


def test_share_lever_leaves_room_for_the_others() -> None:
    scenario = load("liaoning-2021")
    share = variants.lever(scenario, "share")
    assert share is not None
    assert share.modes["bank_b"].terms[0].share == 1_000_000  # already all of its layer
    assert share.modes["insured"].terms[0].share == 400_000


def test_a_rule_removed_is_gone() -> None:
    scenario = load("dalian-2020")
    assert variants.without_rule(scenario, "leverage").pots["city"].leverage is None
    assert variants.without_rule(scenario, "loan_cap").gate.loan_cap == {}
    assert variants.without_rule(scenario, "breaker") is None  # there is none to remove
    assert variants.relaxed(scenario, "leverage", 1.5).pots["city"].leverage == 15_000
    assert variants.relaxed(scenario, "share", 2).modes["pledge"].terms[0].share == 250_000


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("rule", ["loan_cap", "term", "ineligible"])
def test_a_removed_gate_meets_the_same_applicants(name: str, rule: str) -> None:
    scenario = load(name)
    changed = variants.without_rule(scenario, rule)
    assert changed is not None
    before, after = volumes_of(scenario), volumes_of(changed)
    for segment, volume in before.items():
        assert after[segment].applications == pytest.approx(volume.applications, rel=1e-4)
        assert after[segment].median == pytest.approx(volume.median, rel=1e-4)
