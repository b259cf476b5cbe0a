"""Laws of whole paths over random small schemes: money is neither made nor lost, and chance is the same everywhere."""

from __future__ import annotations

import os
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.engine.ledger import REFUSALS
from simulator.runs import many, simulate
from simulator.runs.results import Results
from simulator.scheme import Scenario
from tests.cases.case_life import scenario_of

COMPILED = os.environ.get("NUMBA_DISABLE_JIT", "0") in ("", "0")
EXAMPLES = 40 if COMPILED else 6
PATHS = 4 if COMPILED else 2
SHORTS = ("lapse", "queue_fifo", "queue_pro_rata", "next:lender", "next:insurer")
CLAIM = {"overdue": "90 days", "review": "30 days"}
MADE_UP = {"grade": "D", "note": "law"}


def leaf(value: Any) -> dict[str, Any]:
    return {**MADE_UP, "value": value}


def recovery(draw: st.DrawFn, parties: list[str]) -> dict[str, Any]:
    rule = {"split": draw(st.sampled_from(["pro_rata", "covered_first", "outside_first"])),
            "within": draw(st.sampled_from(["restate", "pro_rata", "priority"]))}
    if rule["within"] == "priority":
        rule["priority"] = draw(st.permutations([*parties, "lender"]))
    return rule


def percent(draw: st.DrawFn, low: int, high: int) -> str:
    return f"{draw(st.integers(low, high))}%"


def pots(draw: st.DrawFn) -> dict[str, Any]:
    """A city pot with a matched and a later contribution, and a pot for each district."""
    city: dict[str, Any] = {"contributors": [
        {"level": "central", "amount": f"{draw(st.integers(0, 900))} 万元",
         "match": {"level": "city", "amount": "300 万元", "within": "200 days", "probability": "50%"}},
        {"level": "city", "amount": "80 万元", "date": "2021-07-15"}]}
    if draw(st.booleans()):
        city |= {"interest": "2.5%", "leverage": f"{draw(st.integers(1, 12))} 倍"}
    if draw(st.booleans()):
        city["floor"] = "20 万元"
    districts = {name: {"district": name[4:], "contributors": [
        {"level": "district", "amount": f"{draw(st.integers(0, 400))} 万元"}]} for name in ("pot_north", "pot_south")}
    return {"city": city, **districts}


def modes(draw: st.DrawFn) -> dict[str, Any]:
    """Three ways to share: fund with insurer, guarantor with the fund behind it, two pot payers with limits."""
    cap = {"amount": f"{draw(st.integers(1, 200))} 万元", "name": "shared",
           "per": draw(st.sampled_from(["firm", "firm_year", "year", "life"]))}
    order = draw(st.sampled_from(["share_then_cap", "cap_then_share"]))
    return {
        "insured": {"weight": "40%", "claim": CLAIM, "recovery": recovery(draw, ["fund", "insurer"]), "terms": [
            {"payer": "fund", "share": percent(draw, 0, 60), "cap": [cap], "order": order},
            {"payer": "insurer", "share": percent(draw, 0, 40), "lag": "30 days"}]},
        "behind": {"weight": "30%", "claim": CLAIM, "recovery": recovery(draw, ["guarantor", "fund"]), "terms": [
            {"step": 1, "payer": "guarantor", "share": percent(draw, 1, 100)},
            {"step": 2, "payer": "fund", "from": "guarantor", "share": percent(draw, 0, 100), "of": "remaining",
             "lag": "60 days"}]},
        "double": {"weight": "30%", "claim": CLAIM, "recovery": recovery(draw, ["fund", "second"]), "terms": [
            {"payer": "fund", "share": percent(draw, 0, 50), "layer": {"to": "150 万元"}},
            {"payer": "second", "share": percent(draw, 0, 50), "cap": [cap]}],
            "stack": [{"payers": ["fund", "second"], "limit": percent(draw, 20, 100),
                       "cut": draw(st.sampled_from(["reverse", "pro_rata"]))}]}}


def lending(loans: float = 40.0) -> dict[str, Any]:
    """One segment of some dozens of loans a year with bad grades, so that two years see claims."""
    return {
        "market": None,
        "segments": {"replace": True, "fund": {
            "eligible": True,
            "size": {"median": leaf("150 万元"), "sigma": leaf("0.7")},
            "terms": [{"days": leaf("12 months"), "weight": leaf("60%")},
                      {"days": leaf("5 months"), "weight": leaf("40%")}],
            "ip": {**MADE_UP, "values": {"invention": "80%", "trademark": "20%"}},
            "registered_multiple": leaf("1"), "dispersion": leaf("4"), "firms": leaf("40"),
            "loans_by_year": {**MADE_UP, "values": [str(loans), str(loans)]}}},
        "firms": {"grades": {"good": {"pd": leaf("5%"), "weight": leaf("60%")},
                             "weak": {"pd": leaf("30%"), "weight": leaf("40%")}}}}


@st.composite
def schemes(draw: st.DrawFn) -> dict[str, Any]:
    """Sections of a small scheme in which pots are often short."""
    split = draw(st.booleans())
    fund: dict[str, Any] = {"kind": "pot", "public": True, "accounts": ["city", "pot.$district"],
                            "draw": "split" if split else "order",
                            "short": draw(st.sampled_from([s for s in SHORTS if split or s != "queue_pro_rata"]))}
    if split:
        fund["weights"] = [draw(st.integers(1, 9)), draw(st.integers(1, 9))]
    tree = lending()
    tree |= {
        "pots": pots(draw), "modes": modes(draw),
        "payers": {"fund": fund,
                   "second": {"kind": "pot", "public": True, "accounts": ["pot.$district"],
                              "short": draw(st.sampled_from(SHORTS))},
                   "insurer": {"kind": "insurer", "short": "next:lender"},
                   "guarantor": {"kind": "guarantor", "short": "next:lender"}},
        "book": {"kind": draw(st.sampled_from(["none", "steady"]))}}
    return tree


def scheme(tree: dict[str, Any]) -> Scenario:
    with tempfile.TemporaryDirectory() as folder:
        return scenario_of(tree, Path(folder))


def run(scenario: Scenario, paths: int = PATHS, **options: Any) -> Results:
    return simulate(scenario, paths, seed=options.pop("seed", 7), workers=options.pop("workers", 1), **options)


def over(result: Results, block: str, names: list[str]) -> np.ndarray:
    """Σ over parties or pots of a block of columns, by path."""
    return sum((result.column(f"{block}_{name}_fen") for name in names), np.zeros(result.n, np.int64))


def equal(left: Results, right: Results) -> bool:
    return bool((left.year_table == right.year_table).all() and (left.path_table == right.path_table).all())


# --- money -------------------------------------------------------------------------------------

@settings(max_examples=EXAMPLES)
@given(schemes(), st.integers(1, 2**40))
def test_money_is_neither_made_nor_lost(tree: dict[str, Any], seed: int) -> None:
    scenario = scheme(tree)
    r = run(scenario, seed=seed)
    parties = [*scenario.payers, "lender"]
    purses = [name for name, payer in scenario.payers.items() if payer.kind == "pot"]
    accounts = list(scenario.pots)
    assert (over(r, "liable", parties) == r.column("determined_fen")).all()
    assert (over(r, "borne", parties) == r.column("determined_fen")).all()
    assert (r.column("determined_fen") + r.column("outside_fen") == r.column("defaulted_fen")).all()
    assert (over(r, "pot_paid", accounts) == over(r, "paid", purses)).all()
    assert (over(r, "refund", accounts) + over(r, "cancelled", purses) == over(r, "back", purses)).all()
    for a in accounts:
        flows = {b: r.column(f"{b}_{a}_fen") for b in ("contributed", "clawback", "interest", "pot_paid", "refund")}
        assert (r.column(f"balance_{a}_fen") == flows["contributed"] - flows["clawback"] + flows["interest"]
                - flows["pot_paid"] + flows["refund"]).all()
        assert (r.column(f"balance_min_{a}_fen") >= 0).all()
    for p in parties:
        assert (r.column(f"back_{p}_fen") >= 0).all()
        assert (r.column(f"back_{p}_fen") <= r.column(f"borne_{p}_fen")).all()
    assert (over(r, "back", parties) <= r.column("recovered_fen") - r.column("recovery_cost_fen")).all()
    assert (over(r, "fallen", parties) == over(r, "lapsed", parties) + over(r, "passed", parties)).all()


@settings(max_examples=EXAMPLES)
@given(schemes(), st.integers(1, 2**40))
def test_what_a_pot_owes_is_paid_cancelled_passed_on_or_still_open(tree: dict[str, Any], seed: int) -> None:
    scenario = scheme(tree)
    r = run(scenario, seed=seed)
    purses = [name for name, payer in scenario.payers.items() if payer.kind == "pot"]
    owed = over(r, "liable", purses) + over(r, "fallen", purses)
    settled = sum(over(r, b, purses) for b in ("paid", "lapsed", "passed", "cancelled"))
    assert (owed - settled == r.column("unpaid_end_fen")).all()
    short = over(r, "lapsed", purses) + over(r, "passed", purses) + r.column("unpaid_end_fen")
    assert (r.column("exhausted_day")[short > 0] >= 0).all()


@settings(max_examples=EXAMPLES)
@given(schemes(), st.integers(1, 2**40))
def test_every_application_and_every_loan_ends_somewhere(tree: dict[str, Any], seed: int) -> None:
    r = run(scheme(tree), seed=seed)
    refused = sum(r.column(f"refused_{reason}") for reason in REFUSALS)
    assert (r.column("covered_loans") + refused == r.column("applications")).all()
    assert (r.column("covered_loans") + r.column("independent_loans") == r.column("loans")).all()
    assert (r.column("covered_loan_fen") + r.column("independent_fen") == r.column("disbursed_fen")).all()
    assert (r.column("loans") + r.column("book_loans") == r.column("matured_loans") + r.column("defaults")).all()
    assert (r.column("covered_fen") <= r.column("covered_loan_fen")).all()
    assert r.column("loans").sum() > 0


def plain(**sections: Any) -> dict[str, Any]:
    """One pot, one mode at 60 %, no limits: a scheme on which single changes are tried."""
    tree = lending()
    tree |= {"pots": {"city": {"contributors": [{"level": "city", "amount": "100 亿元"}]}},
             "payers": {"fund": {"kind": "pot", "public": True, "accounts": ["city"], "short": "lapse"}},
             "modes": {"alone": {"claim": CLAIM, "terms": [{"payer": "fund", "share": "60%"}]}}}
    return tree | sections


def shared_at(share: str) -> dict[str, Any]:
    return {"alone": {"claim": CLAIM, "terms": [{"payer": "fund", "share": share}]}}


def test_the_plain_scheme_has_claims() -> None:
    r = run(scheme(plain()), 4)
    assert r.column("defaults").min() > 0
    assert r.column("paid_fund_fen").min() > 0


def test_without_default_there_is_no_claim() -> None:
    tree = plain()
    tree["firms"] = {"grades": {name: {"pd": leaf("0%"), "weight": leaf("50%")} for name in ("good", "weak")}}
    r = run(scheme(tree), 4)
    assert r.column("loans").min() > 0
    for name in ("defaults", "determined_fen", "paid_fund_fen", "recovered_fen"):
        assert not r.column(name).any()
    assert (r.column("exhausted_day") == -1).all()


def test_without_a_share_the_fund_never_pays() -> None:
    r = run(scheme(plain(modes=shared_at("0%"))), 4)
    assert r.column("defaults").min() > 0
    assert not r.column("paid_fund_fen").any()
    assert (r.column("balance_city_fen") == r.column("contributed_city_fen")).all()
    assert (r.column("exhausted_day") == -1).all()


def test_the_fund_pays_its_share_of_what_was_covered() -> None:
    """60 % of each loss in whole 万元 leaves no fraction of a fen."""
    r = run(scheme(plain()), 4)
    assert (r.column("liable_fund_fen") * 10 == r.column("determined_fen") * 6).all()


# --- chance ------------------------------------------------------------------------------------

@settings(max_examples=EXAMPLES // 4 + 1)
@given(schemes(), st.integers(1, 2**40))
def test_workers_and_blocks_do_not_matter(tree: dict[str, Any], seed: int) -> None:
    scenario = scheme(tree)
    paths = 9
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(many, "BLOCK", 2)
        two = run(scenario, paths, seed=seed, workers=2)
    assert equal(run(scenario, paths, seed=seed), two)


@settings(max_examples=EXAMPLES // 4 + 1)
@given(schemes(), st.integers(1, 2**40))
def test_a_path_is_the_same_alone(tree: dict[str, Any], seed: int) -> None:
    scenario = scheme(tree)
    ten, five = run(scenario, 10, seed=seed), run(scenario, 5, seed=seed, first_path=5)
    assert (ten.year_table[5:] == five.year_table).all()
    assert (ten.path_table[5:] == five.path_table).all()


@settings(max_examples=EXAMPLES // 4 + 1)
@given(schemes(), st.integers(1, 2**40))
def test_the_same_firms_apply_without_the_fund(tree: dict[str, Any], seed: int) -> None:
    """Where demand does not answer to cost, the fund moves who is lent to, never who asks."""
    scenario = scheme(tree | {"demand": {"lost_per_point": leaf("0%")}})
    fund, none = run(scenario, seed=seed), run(scenario, seed=seed, no_fund=True)
    for name in ("applications", "applied_fen"):
        assert (fund.year_column(name) == none.year_column(name)).all()
    purses = [name for name, payer in scenario.payers.items() if payer.kind == "pot"]
    assert not over(none, "liable", purses).any()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_larger_share_never_lowers_lending(seed: int) -> None:
    """Demand without elasticity, no limits, firms many enough to ask once: each loan of less is a loan of more."""
    loans = []
    for share in ("0%", "30%", "60%", "90%"):
        tree = plain(modes=shared_at(share), demand={"lost_per_point": leaf("0%")},
                     gate={"loan_cap": None, "firm_year_cap": None, "max_term": None},
                     moral_hazard={"strength": leaf("0")})
        tree["segments"]["fund"]["firms"] = leaf("20000")
        loans.append(run(scheme(tree), 4, seed=seed).column("loans"))
    for less, more in pairwise(loans):
        assert (less <= more).all()
    assert (loans[0] < loans[-1]).any()
