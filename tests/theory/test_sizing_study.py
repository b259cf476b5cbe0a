"""The three questions on a made-up scheme whose answers follow from its definition."""

from __future__ import annotations

import json

import pytest

from simulator.answers.measure import spent
from simulator.answers.sizes import SizeResult, total_contributions
from simulator.answers.variants import with_leverage
from simulator.scheme import load, replace_values
from simulator.study import enough, growth, size_fund
from tests.surface.fake_simulate import simulate

SMALL = {"paths": 1_000, "draws": 3, "simulate": simulate}


def test_contributions_count_matches() -> None:
    # Liaoning: central 800 + 800 + 600 + 7 × 400 = 5,000 万元 and the cities twice that
    assert total_contributions(load("liaoning-2021")) == 15_000 * 10_000 * 100
    assert total_contributions(load("dalian-2020")) == 2_400 * 10_000 * 100


def test_double_leverage_halves_a_size_set_by_the_service_level() -> None:
    scenario = load("dalian-2020")
    one = size_fund(scenario, exhaustion=0.9, **SMALL)
    two = size_fund(with_leverage(scenario, 2, 1), exhaustion=0.9, **SMALL)
    assert one.binding.criterion == "refusal"
    assert one.binding.rule == "leverage"
    assert one.binding.grade == "A"
    assert two.size_fen == pytest.approx(one.size_fen / 2, rel=0.011)


def test_removed_rule_and_smallest_change_agree() -> None:
    found = size_fund(load("dalian-2020"), exhaustion=0.9, **SMALL)
    # cover is limited to leverage × fund, so at eight tenths of the size 1.25 times the leverage is enough
    assert found.binding.factor == pytest.approx(1.25, rel=0.02)
    assert found.binding.after == 0
    ends = dict(found.binding.ends)
    assert ends[5_000.0] == pytest.approx(2 * found.size_fen, rel=0.02)
    assert ends[40_000.0] == pytest.approx(found.size_fen / 4, rel=0.02)
    assert [row.size_fen for row in found.table] == pytest.approx(
        [found.size_fen * factor for factor in (2, 1, 1 / 1.5, 0.5, 0.25)], rel=0.04
    )


def test_twice_the_money_everywhere_is_twice_the_size() -> None:
    scenario = load("dalian-2020")
    doubled = replace_values(
        scenario,
        {
            "market.amount": 2 * scenario.market.amount,
            **{
                f"pots.city.contributors.{i}.amount": 2 * part.amount
                for i, part in enumerate(scenario.pots["city"].contributors)
            },
        },
    )
    one, two = size_fund(scenario, **SMALL), size_fund(doubled, **SMALL)
    assert two.size_fen == pytest.approx(2 * one.size_fen, rel=1e-6)


def test_target_out_of_the_funds_hands_is_said_and_the_rest_is_sized() -> None:
    found = size_fund(load("dalian-2020"), **SMALL)
    assert not found.feasible
    assert found.exit_code == 3
    assert found.dropped == ("targets",)
    assert {check.name: check.kept for check in found.checks} == {
        "exhaustion": True,
        "refusal": True,
        "targets": False,
    }
    trend = found.needed_trend
    market = replace_values(
        load("dalian-2020"), {"market.trend": trend, "demand.dominating_trend": 2_000_000}
    )
    assert size_fund(market, **SMALL).feasible


def test_intervals_enclose_the_size() -> None:
    found = size_fund(load("fuxin-2017"), **SMALL)
    assert found.feasible
    assert found.low_fen <= found.size_fen <= found.high_fen
    assert found.range_low_fen <= found.size_fen <= found.range_high_fen
    assert found.certified_fen >= found.size_fen
    assert all(check.kept for check in found.certified_checks)


def test_enough_agrees_with_the_size() -> None:
    for name in ("dalian-2020", "fuxin-2017"):
        found = size_fund(load(name), **SMALL)
        now = enough(load(name), **SMALL)
        assert now.holds == found.enough
        if found.feasible:
            assert now.holds == (found.present_fen >= found.size_fen)


def test_growth_stops_where_a_promise_breaks() -> None:
    scenario = load("dalian-2020")
    found = growth(scenario, **SMALL)
    assert not found.open_end
    assert [check.name for check in found.checks if not check.kept] == ["refusal"]
    at_most = replace_values(scenario, {"market.trend": found.trend, "demand.dominating_trend": 2_000_000})
    assert enough(at_most, **SMALL).holds
    assert growth(load("fuxin-2017"), **SMALL).reason == "no_market"


def test_sizes_with_leverage_elsewhere_follow_from_it() -> None:
    """Cover is limited to leverage × fund where the service level sets the size: half the leverage, twice the size."""
    scenario = load("dalian-2020")
    path = "pots.city.leverage"
    found = size_fund(scenario, exhaustion=0.9, unknowns=(path,), **SMALL)
    origin, base = scenario.provenance[path], scenario.pots["city"].leverage
    assert [each.path for each in found.elsewhere] == [path] * 3
    assert [each.value for each in found.elsewhere] == [origin.low, (base * origin.high) ** 0.5, origin.high]
    for each in found.elsewhere:
        assert each.size_fen == pytest.approx(found.size_fen * base / each.value, rel=0.04)
    assert SizeResult.from_json(json.loads(json.dumps(found.to_json())), scenario) == found
    assert size_fund(scenario, exhaustion=0.9, **SMALL).elsewhere == ()


def test_every_size_tried_has_the_cost_of_a_run_of_that_size() -> None:
    scenario = load("dalian-2020")
    found = size_fund(scenario, exhaustion=0.9, **SMALL)
    for fen, chances in found.curve[:3]:
        run = simulate(scenario, paths=1_000, seed=1, scale_ppm=round(fen / found.present_fen * 1_000_000))
        assert chances["spent_fen"] == pytest.approx(spent(run).mean(), rel=1e-6)


def test_without_a_size_none_is_asked_elsewhere() -> None:
    """A chance of exhaustion below nothing cannot be kept; then the page says that no size works."""
    found = size_fund(load("dalian-2020"), exhaustion=0.0, refusal=0.0, targets=1.0, unknowns=("pots.city.leverage",),
                      **SMALL)
    assert (found.size_fen is None) == (found.elsewhere == ())
