"""Rights that secure loans: mixed pledges, rights to pledge, appraisers, options on equity, by hand and by theory."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from simulator.engine.ip_table import appraisal, covered_part, inside_share
from simulator.runs import Results
from simulator.scheme.parts import IP_TYPES
from simulator.scheme.pledges import Kind, kinds_of, weights_of
from simulator.scheme.scenario import Scenario
from tests.theory.agree import assert_mean, run, scheme

PPM = 1_000_000
LENT = {"segments__fund__loans_by_year": [400.0, 400.0], "clock__months": 24, "segments__fund__firms": 100_000}
PATHS = 500


def mixed(share: int, portion: int, **more: object) -> Scenario:
    """Inventions, a share of them pledged together with a trademark."""
    pledge = {"share": share, "second": {"trademark": PPM}, "portion": portion}
    return scheme("plain", **LENT, segments__fund__mixed=pledge,
                  lending__pledge_rate={"invention": 300_000, "trademark": 350_000},
                  recovery__type_factor={"invention": 63_000, "trademark": 100_000}, **more)


# --- mixed pledge -----------------------------------------------------------------------------------

BOTH = Kind((("invention", 700_000), ("trademark", 300_000)))


def test_a_mixed_pledge_is_appraised_and_sold_as_the_sum_of_its_rights() -> None:
    """A loan of 100: 70/.30 + 30/.35 = 319.05 appraised; 233.33 × 6.3 % + 85.71 × 10 % = 23.27 sold."""
    rate, factor = appraisal(BOTH, mixed(400_000, 300_000))
    assert 100 * PPM / rate == pytest.approx(70 / 0.30 + 30 / 0.35, rel=1e-5)
    assert 100 * PPM / rate * factor == pytest.approx(70 / 0.30 * 0.063 + 30 / 0.35 * 0.1, rel=1e-5)


def test_the_fund_covers_the_portions_of_its_types() -> None:
    scenario = mixed(400_000, 300_000)
    assert covered_part(BOTH, scenario) == 700_000
    assert inside_share(scenario, scenario.segments["fund"]) == 1.0
    kinds = kinds_of(scenario.segments.values())
    weights = weights_of(scenario.segments["fund"], kinds)
    assert {kind.name: w / PPM for kind, w in zip(kinds, weights, strict=True) if w} == {
        "invention": 0.6, "invention+trademark": 0.4}


@pytest.mark.parametrize(("portion", "kind"), [(0, "invention"), (PPM, "trademark")])
def test_a_portion_of_nothing_is_no_right(portion: int, kind: str) -> None:
    """A loan that stands on the trademark alone is no patent pledge, whatever the contract calls it."""
    scenario = mixed(400_000, portion)
    kinds = kinds_of(scenario.segments.values())
    weights = {k.name: w / PPM for k, w in zip(kinds, weights_of(scenario.segments["fund"], kinds), strict=True) if w}
    assert weights == ({"invention": 1.0} if kind == "invention" else {"invention": 0.6, "trademark": 0.4})
    assert inside_share(scenario, scenario.segments["fund"]) == (1.0 if kind == "invention" else 0.6)


def test_cover_leaves_the_other_right_out() -> None:
    """40 % of the loans are mixed, 30 % of each is secured by a trademark: .88 of the amount is covered."""
    result = run(mixed(400_000, 300_000), PATHS, seed=71)
    lent, covered = result.column("covered_loan_fen"), result.column("covered_fen")
    assert_mean("covered less .88 of the amount", (covered - 0.88 * lent) / lent.mean(), 0.0)


def test_recoveries_of_mixed_pledges() -> None:
    """Each default brings .21 of its loan from an invention alone (6.3 % of 1/.30), .2327 from both."""
    result = run(mixed(400_000, 300_000, recovery__delay_mean=30), PATHS, seed=72)
    lost, back = result.column("defaulted_fen"), result.column("recovered_fen")
    both = 0.7 / 0.30 * 0.063 + 0.3 / 0.35 * 0.1
    # whole fen, and a loan over value of whole parts per million: 3e-6 at most
    assert_mean("recovered less its share", (back - (0.6 * 0.21 + 0.4 * both) * lost) / lost.mean(), 0.0, bound=3e-6)


# --- rights to pledge, appraisers ----------------------------------------------------------------------

def test_never_more_is_pledged_than_there_is() -> None:
    """12 rights, then 20 from the second year on; loans of 100 万元 for a year. Some 200 a year are wanted."""
    supply = {"invention": [{"from": "2019-01-01", "value": 12}, {"from": "2022-01-01", "value": 20}]}
    result = run(scheme("plain", **LENT, firms__grades={"only": {"pd": 0, "weight": PPM}}, supply=supply), 200, seed=73)
    loans = result.year_column("loans")
    assert (loans[:, 0] == 12).all()                       # each is repaid a year later at the earliest
    assert (loans[:, 1] <= 12 + 20).all() and (loans[:, 1] >= 20).all()
    assert result.column("refused_supply").min() > 200


def test_a_defaulted_loans_right_is_free_when_it_is_sold() -> None:
    """Everybody defaults within the year and nothing is sold in it: 12 loans, and never another."""
    sure = {"only": {"pd": 999_999, "weight": PPM}}
    supply = {"invention": [{"from": "2019-01-01", "value": 12}]}
    result = run(scheme("plain", **LENT, firms__grades=sure, supply=supply, recovery__delay_mean=3000,
                        recovery__delay_shape=1000.0), 100, seed=74)
    assert (result.column("loans") == 12).all()


def test_appraisals_of_a_year() -> None:
    """Three agencies of two appraisals a month: 72 a year, where some 800 applications come; half get a loan."""
    agencies = [{"from": "2021-01-01", "value": 3}]
    result = run(scheme("plain", **LENT, firms__grades={"only": {"pd": 0, "weight": PPM}},
                        appraisal={"agencies": agencies, "per_month": 2}), PATHS, seed=75)
    seen = result.year_column("applications") - result.year_column("refused_appraisal")
    assert (seen[:, 0] == 72).all()
    assert_mean("loans of the first year", result.year_column("loans")[:, 0], 36.0)


# --- banks: committed lines, deposits ------------------------------------------------------------------

def test_a_bank_covers_no_more_than_it_committed_to() -> None:
    """A line of 12 loans of 100 万元, nothing repaid within the year: 12 covered loans, the rest without cover."""
    result = run(scheme("plain", **LENT, firms__grades={"only": {"pd": 0, "weight": PPM}},
                        banks__bank__committed_line=12 * 100 * 1_000_000), 200, seed=77)
    assert (result.year_column("covered_loans")[:, 0] == 12).all()
    assert result.column("refused_commitment").min() > 100
    assert_mean("loans", result.year_column("loans")[:, 0], 400.0)


def test_deposits_earn_the_banks_rates_by_their_lines() -> None:
    """Two thirds at 1.2 %, a third at 2.4 %: 1.6 % a year, a twelfth of it every month on 1 亿元; nothing is lent."""
    bank = scheme("plain").banks["bank"].model_dump()
    banks = {name: bank | {"weight": 500_000, "committed_line": line} for name, line in (("one", 200), ("two", 100))}
    custody = {"by": "committed_line", "rates": {"one": 12_000, "two": 24_000}}
    result = run(scheme("plain", clock__months=1, banks=banks, pots__city__custody=custody,
                        pots__city__contributors__0__amount=10**10), 2, seed=78)
    assert (result.column("interest_city_fen") == 10**10 * 16_000 // PPM // 12).all()


# --- options on equity ----------------------------------------------------------------------------------

def linked(drift: float, volatility: float) -> Results:
    """30 % of the loans carry an option on a tenth of their amount; a fifth of the gain is the pot's."""
    option = {"share": 300_000, "size": 100_000, "drift": drift, "volatility": volatility, "pot": "city",
              "pot_share": 200_000}
    return run(scheme("plain", **LENT, linkage=option), 2_000, seed=76)


@pytest.mark.parametrize(("drift", "volatility"), [(0.05, 0.5), (-0.1, 0.3), (0.2, 0.8)])
def test_gain_of_the_investors(drift: float, volatility: float) -> None:
    """Black and Scholes undiscounted, at the money over a year: e^μ Φ(d₁) − Φ(d₂), on loans that are repaid."""
    d1 = (drift + volatility**2 / 2) / volatility
    gain = math.exp(drift) * stats.norm.cdf(d1) - stats.norm.cdf(d1 - volatility)
    result = linked(drift, volatility)
    repaid, got = result.column("repaid_fen"), result.column("option_gain_fen")
    assert_mean("gain less theory", (got - 0.3 * 0.1 * gain * repaid) / repaid.mean(), 0.0)


def test_without_volatility_the_gain_is_certain() -> None:
    """A value that only grows by 5 % a year: every option brings 1 − e^−.05 more than nothing; the pot has a fifth."""
    result = linked(0.05, 0.0)
    gain, pot = result.column("option_gain_fen"), result.column("option_pot_fen")
    each = int(100 * 1_000_000 * 0.1 * (math.exp(0.05) - 1))
    assert (gain % each == 0).all() and gain.min() > 0
    assert (pot == gain // each * int(each * 0.2)).all()
    paid = result.column("pot_paid_city_fen")
    assert (result.column("balance_city_fen") == 10**12 - paid + result.column("refund_city_fen") + pot).all()


def test_types_of_the_grammar_are_kinds() -> None:
    kinds = kinds_of(mixed(0, 0).segments.values())
    assert [kind.types for kind in kinds] == [(name,) for name in IP_TYPES]
