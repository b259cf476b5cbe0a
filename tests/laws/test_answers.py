"""From measures to answers: where a verdict turns, what a row says, which scheme is the pooled one."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from simulator.answers import questions
from simulator.answers.estimate import Estimate, mean_ci
from simulator.answers.measure import World, measure
from simulator.answers.rows import worst_grade
from simulator.answers.verdict import at, broken, flip, influences, responsive
from simulator.engine.demand import DominatingRateExceeded
from simulator.scheme import load
from tests.surface.fake_simulate import simulate

SHARE = "market.eligible_share"


def test_flip_finds_where_a_verdict_turns() -> None:
    scenario = load("dalian-2020")                         # base 25 %, range 7 % … 100 %
    said = flip(scenario, SHARE, lambda s: s.market.eligible_share <= 560_000)
    assert said["side"] == "above"
    assert said["at"] == pytest.approx(560_000, rel=0.02)
    assert said["at"] <= 560_000                           # the condition itself still holds
    below = flip(scenario, SHARE, lambda s: s.market.eligible_share >= 100_000)
    assert below["side"] == "below"
    assert below["at"] == pytest.approx(100_000, rel=0.02)
    assert flip(scenario, SHARE, lambda s: True)["at"] is None


def test_flip_of_a_broken_promise_says_when_it_would_be_kept() -> None:
    said = flip(load("dalian-2020"), SHARE, lambda s: s.market.eligible_share <= 150_000)
    assert said["side"] == "below"
    assert said["at"] == pytest.approx(150_000, rel=0.02)
    assert said["at"] <= 150_000


def test_values_of_one_unknown_move_by_one_factor() -> None:
    moved = at(load("dalian-2020"), "firms.grades.b.pd", 40_000)
    assert [grade.pd for grade in moved.firms.grades.values()] == [20_000, 40_000, 100_000]


@pytest.mark.parametrize(("moved", "se", "told"), [
    (0.10, 0.005, True), (0.015, 0.001, False), (0.10, 0.04, False), (-0.05, 0.01, True)])
def test_a_target_is_the_funds_only_when_it_moves(moved: float, se: float, told: bool) -> None:
    assert responsive(Estimate(moved, se, 0, 0, 1000, "mean")) is told


def test_strongest_assumption_comes_first() -> None:
    world = World(load("dalian-2020"), 300, 1, simulate)
    swings = influences(world, 300)
    assert len(swings) == 5
    assert [swing for _, swing in swings] == sorted((swing for _, swing in swings), reverse=True)
    # claims = volume × eligible share × default rate × share of the loss
    assert swings[0][0] in (SHARE, "firms.grades.b.pd")


def test_broken_promises_by_point_estimates() -> None:
    scenario = load("fuxin-2017")                          # promises 1 % and 5 %
    run = SimpleNamespace(scenario=scenario, n=200, column=lambda name: {
        "exhausted_day": np.r_[np.full(3, 50), np.full(197, -1)], "eligible_approved_fen": np.full(200, 100),
        "refused_fund_fen": np.full(200, 4)}[name])
    assert broken(run, ()) == ("exhaustion",)


def test_range_is_the_hull_of_draws_and_error() -> None:
    base = {("cost", ""): Estimate(10.0, 1.0, 8.0, 12.0, 100, "mean")}
    drawn = [{("cost", ""): Estimate(float(v), 1, 0, 0, 100, "mean")} for v in range(11)]
    assert questions.ranges_over(drawn, base)["cost", ""] == (1.0, 12.0)
    undefined = [{("cost", ""): Estimate(math.nan, 1, 0, 0, 100, "mean")}]
    assert questions.ranges_over(undefined, base) == {}


def test_differences_are_taken_path_by_path() -> None:
    found = measure(World(load("dalian-2020"), 400, 1, simulate))
    base, none = (simulate(load("dalian-2020"), 400, 1, no_fund=flag) for flag in (False, True))
    more = base.column("disbursed_fen") - none.column("disbursed_fen")
    assert found["additional", ""] == mean_ci(more)
    assert found["additional", ""].se < mean_ci(base.column("disbursed_fen")).se


def test_all_variants_get_the_room_that_one_of_them_needs() -> None:
    rooms: list[float] = []

    def tight(scenario, paths, seed, **options):           # type: ignore[no-untyped-def]
        if scenario.demand.headroom < 2 and options.get("no_fund"):
            raise DominatingRateExceeded(1.5)
        rooms.append(scenario.demand.headroom)
        return simulate(scenario, paths, seed, **options)

    measure(World(load("fuxin-2017"), 50, 1, tight))
    final = rooms[rooms.index(1.5 * 1.5 * 1.2):]           # base file: headroom 1.5
    assert len(final) == 8                                 # base, none, ample, two levers, three stresses
    assert set(final) == {1.5 * 1.5 * 1.2}


def test_several_purses_find_their_pooled_what_if() -> None:
    pooled = questions.pooled_variant(load("liaoning-2021"))
    assert pooled is not None
    assert len(pooled.pots) == 1
    assert questions.pooled_variant(load("dalian-2020")) is None


def test_worst_grade_is_the_weakest_evidence() -> None:
    assert worst_grade("SPM") == "M"
    assert worst_grade("SDA") == "A"
    assert worst_grade("DC") == "C"


def test_a_lever_and_a_rule_of_one_name_are_two_runs() -> None:
    """Half as much leverage again is not the limit taken away."""
    from simulator.answers.measure import LEVER, World
    from simulator.scheme import load

    world = World(load("dalian-2020"), 10, 1, lambda scenario, **_: scenario)
    limits = {name: world.run(name).pots["city"].leverage for name in ("base", LEVER + "leverage", "leverage")}
    assert list(limits.values()) == [10_000, 15_000, None]
