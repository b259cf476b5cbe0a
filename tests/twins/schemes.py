"""Random schemes for the twins: legal, and steered so that rules bind.

Uniformly random schemes hardly ever reach a queue, a shared cap or a second default of a firm. Here pots are
poor, firms few, defaults many and clocks short, so that every branch is taken within a few hundred paths.
"""

from __future__ import annotations

import copy
import random
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from simulator.engine.tables import Tables, compile_scheme
from simulator.scheme.loader import load
from simulator.scheme.scenario import Scenario
from tests.twins.books import in_force
from tests.twins.public_money import public_money
from tests.twins.schemes_gate import with_limits_of_the_gate
from tests.twins.schemes_rare import with_rare_parts
from tests.twins.schemes_terms import chained, with_more_terms

MINIMAL = Path(__file__).parents[1] / "scenarios" / "minimal.yaml"
SHIPPED = ("liaoning-2021", "dalian-2020", "fuxin-2017", "dalian-district-pots", "liaoning-pooled",
           "fuxin-insurer-guarantor", "fuxin-insurer-guarantor-layered")
WAN = 1_000_000                            # fen in 万元
PPM = 1_000_000
Data = dict[str, Any]


@cache
def loaded(name: str) -> Scenario:
    """A scenario read once."""
    return load(name)


def rebuilt(data: Data) -> Scenario:
    """A scenario from changed values."""
    return Scenario.model_validate(data, context={"trusted": True})


def values(scenario: Scenario) -> Data:
    """A scenario's values, to be changed."""
    return copy.deepcopy(scenario.model_dump(by_alias=True))


def random_tables(number: int) -> Tables:
    """The ``number``-th random scheme, compiled."""
    scenario, scale, no_fund = random_scheme(number)
    return compile_scheme(scenario, scale, no_fund=no_fund)


def random_scheme(number: int) -> tuple[Scenario, int, bool]:
    """The ``number``-th random scheme, at which scale, and whether without its fund."""
    r = random.Random(number)
    if r.random() < 0.15:
        data = values(loaded(r.choice(SHIPPED)))
        data["clock"]["months"] = 24
        stress(r, data)
    else:
        data = values(loaded(str(MINIMAL)))
        lending(r, data)
        fund(r, data)
        modes(r, data)
        money_for_firms(r, data)
        stress(r, data)
        if r.random() < 0.3:
            drip(r, data)
    # Subsidies far above any real one would outrun the dominating stream: demand that hardly reacts to cost.
    data["demand"].update(lost_per_point=r.choice([0, 10_000]), headroom=3.0)
    if data["programmes"].get("interest", {}).get("base") == "principal":
        data["demand"]["lost_per_point"] = 0
    if number % 6 == 1 and data["id"] == "minimal":
        collective(random.Random(-number), data)
    if number % 2 == 0:
        data["recovery"]["downturn"] = 0.4
        next(iter(data["modes"].values()))["counter_guarantee"] = 50_000
    if number % 2 == 1:
        public_money(number, data)
    if number % 3 == 0:
        data["renewal"] = {"probability": 700_000, "within": 15, "bridge": 400_000}
    if number % 5 == 0:
        data["lending"]["default_at"] = "maturity"
    if number % 7 == 2:
        data["platform"] = {"from": "2021-03-11", "uplift": 400_000, "days_before": 45, "days_with": 10}
    if number % 7 == 4:
        economy(random.Random(f"economy {number}"), data)
    if number % 4 == 0:                    # not a draw: schemes 0, 1, 2 … stay what they were
        data["phase_in"] = [{"from": "2020-11-01", "value": 200_000}, {"from": "2021-06-01", "value": 800_000}]
    if number % 10 == 3:
        rights(random.Random(5 * number + 2), data)
    if number % 5 in (1, 2) and "first" in data["modes"]:
        data = with_more_terms(number, data)
    if number % 3 == 2:                    # with splits, breakers, defaults at maturity, renewals, lines and downturns
        for segment in data["segments"].values():
            segment["instalments"] = random.Random(11 * number).choice([30, 45, 90, 100])
    if number % 10 in (4, 8) and "first" in data["modes"]:
        chained(random.Random(7 * number + 5), data)
    if number % 5 == 3 and data["id"] == "minimal":
        in_force(random.Random(f"book {number}"), data)
    if number % 7 == 5 and number % 10 != 6 and "first" in data["modes"]:      # where escrow binds nothing else shall
        data = with_limits_of_the_gate(number, data)
    if number % 7 == 6 and number % 10 != 6 and "first" in data["modes"]:
        data = with_rare_parts(number, data)
    return rebuilt(data), r.choice([20_000, 200_000, PPM, PPM, 2 * PPM]), r.random() < 0.04


def rights(r: random.Random, data: Data) -> None:
    """Mixed pledges, few rights to pledge, few appraisers, options beside covered loans."""
    segment = next(iter(data["segments"].values()))
    second = r.choice([{"trademark": PPM}, {"trademark": 500_000, "utility_model": 500_000}])
    segment["mixed"] = {"share": r.choice([300_000, 900_000]), "second": second,
                        "portion": r.choice([200_000, 700_000])}
    for table, value in ((data["lending"]["pledge_rate"], 300_000), (data["recovery"]["type_factor"], 90_000)):
        table.setdefault("trademark", value)
    if r.random() < 0.6:
        first = {"from": "2019-01-01", "value": r.choice([2, 8])}
        data["supply"] = {"invention": [first, {"from": "2021-09-15", "value": 9}],
                          "trademark": [{"from": "2021-04-01", "value": 3}]}
    if r.random() < 0.6:
        data["appraisal"] = {"agencies": [{"from": "2015-01-01", "value": 1}, {"from": "2021-06-01", "value": 2}],
                             "per_month": r.choice([2, 12])}
    data["linkage"] = {"share": 500_000, "size": 100_000, "drift": 0.2, "volatility": r.choice([0.0, 0.8]),
                       "pot": next(iter(data["pots"])), "pot_share": r.choice([200_000, PPM])}
    for bank in data["banks"].values():
        bank["committed_line"] = r.choice([None, 300 * WAN, 3000 * WAN])
    for pot in data["pots"].values():
        pot["custody"] = {"by": r.choice(["weight", "committed_line"]),
                          "rates": {name: r.choice([3_500, 20_000]) for name in data["banks"]}}


def stress(r: random.Random, data: Data) -> None:
    """Many defaults, few firms, a breaker, quick recoveries."""
    pds = r.choice([(20_000, 80_000), (100_000, 200_000), (300_000, 600_000)])
    for n, grade in enumerate(data["firms"]["grades"].values()):
        grade["pd"] = pds[min(n, 1)]
    for segment in data["segments"].values():
        segment["firms"] = r.choice([20, 60, 150, segment["firms"]])
    data["recovery"].update(delay_mean=r.choice([20, 90, 600]), other=r.choice([200_000, 450_000]),
                            cost=r.choice([0, 50_000]), delay_shape=r.choice([1.0, 4.0]))
    data["macro"].update(step=r.choice(["month", "year"]), shift=r.choice([0.0, -0.5]))
    data["moral_hazard"].update(strength=r.choice([0.0, 1.0]), threshold=r.choice([0, 500_000]))
    if r.random() < 0.5:
        stop = r.choice([10_000, 50_000, 150_000])
        data["breaker"] = {
            "scope": r.choice(["bank", "pot", "scheme"]), "num": r.choice(["determined", "paid", "npl"]),
            "den": r.choice(["in_force", "ended", "disbursed"]), "window": r.choice(["stock", "year_to_date", "life"]),
            "min_loans": r.choice([1, 5]), "min_defaults": r.choice([1, 3]),
            "check": r.choice(["month_end", "quarter_end", "year_end"]), "stop": stop,
            "resume": stop // r.choice([1, 2])}
    data["book"] = {"kind": r.choice(["none", "steady", "steady", "fixed"]), "covered": r.random() < 0.7,
                    "loans": 15, "principal": 100 * WAN, "remaining": r.choice([60, 300])}


def economy(r: random.Random, data: Data) -> None:
    """Other links, steps and measures, sectors of their own, a stress path and default probabilities by date."""
    measure = r.choice([{"rho": 200_000}, {"default_correlation": 60_000}, {"rate_variance": 0.4}])
    sector = r.choice(list(data["firms"]["sectors"]))
    data["macro"].update({"rho": None, **measure}, link=r.choice(["gaussian", "gamma", "lognormal"]),
                         step=r.choice(["month", "quarter", "year"]),
                         sectors={sector: {"default_correlation": 20_000, "national_share": 300_000, "pd_factor": 1.5}},
                         stress=[{"from": "2021-03-10", "shift": -0.5}, {"from": "2021-07-01", "national": -1.5},
                                 {"from": "2021-12-01", "shift": 0.3}])
    next(iter(data["firms"]["grades"].values()))["pd_by_date"] = [{"from": "2021-05-01", "value": 150_000},
                                                                 {"from": "2022-01-01", "value": 50_000}]


def lending(r: random.Random, data: Data) -> None:
    """Volumes, terms, districts, banks and the gate."""
    data["clock"]["months"] = r.choice([9, 12, 18, 24])
    data["market"].update(amount=r.choice([20_000, 50_000]) * WAN, count=r.choice([60.0, 120.0]),
                          eligible_share=r.choice([500_000, 800_000]))
    if r.random() < 0.5:
        del data["segments"]["other"]
    data["segments"]["fund"]["terms"] = r.choice([
        [{"days": 360, "weight": PPM}], [{"days": 60, "weight": 500_000}, {"days": 360, "weight": 500_000}],
        [{"days": 30, "weight": 300_000}, {"days": 180, "weight": 700_000}]])
    data["firms"]["districts"] = {"north": 500_000, "south": 300_000, "far": 200_000}
    data["banks"]["village_bank"] = dict(data["banks"]["city_bank"], weight=400_000, funding_cost=26_000)
    data["banks"]["city_bank"]["weight"] = 600_000
    data["approval"].update(uncovered=r.choice([100_000, 400_000]), covered=r.choice([600_000, 900_000]))
    gate = data["gate"]
    gate.update(over_cap=r.choice(["refuse", "trim", "cover_part"]), ip_share=r.choice([PPM, PPM, 700_000]),
                max_term=r.choice([None, None, 200, 360]), ip_types=["invention", "utility_model", "trademark"])
    gate["firm_year_cap"] = r.choice([[], [{"from": "2016-01-01", "value": 400 * WAN}],
                                      [{"from": "2016-01-01", "value": 900 * WAN},
                                       {"from": "2021-07-01", "value": 300 * WAN}]])
    if r.random() < 0.15:
        gate.update({"from": "2021-02-15", "until": "2021-11-20"})
    if r.random() < 0.3:
        gate["loan_cap"] = {}


# --- the fund ------------------------------------------------------------------------------------

def contributors(r: random.Random) -> list[Data]:
    """Money on the first day, later, and matched money that may not come."""
    parts: list[Data] = [{"level": "city", "amount": r.choice([100, 400, 1500]) * WAN}]
    if r.random() < 0.5:
        parts.append({"level": "city", "amount": r.choice([50, 300]) * WAN,
                      "date": r.choice(["2021-05-01", "2021-08-10", "2021-09-17"])})
    if r.random() < 0.4:
        match = {"level": "district", "amount": 400 * WAN, "within": r.choice([10, 200, 360]),
                 "probability": r.choice([0, 500_000, PPM]), "else_return": r.random() < 0.8}
        parts.append({"level": "central", "amount": 200 * WAN, "match": match})
    return parts


def drip(r: random.Random, data: Data) -> None:
    """Many claims, a poor purse with a queue, and a little money every other day: a newcomer could overtake."""
    data["pots"]["city"] = {"interest": 15_000, "contributors": [
        {"level": "city", "amount": r.choice([1, 3, 10]) * WAN, "date": date(2021, 1, 1) + timedelta(days=2 * n)}
        for n in range(data["clock"]["months"] * 14)]}
    data["payers"]["fund"] = {"kind": "pot", "accounts": ["city"], "short": r.choice(["queue_fifo", "queue_pro_rata"])}
    for grade in data["firms"]["grades"].values():
        grade["pd"] = 400_000
    data["segments"]["fund"].update(firms=150)
    data["gate"].update({"from": None, "until": None, "max_term": None})
    data["recovery"].update(delay_mean=r.choice([20, 60]))
    if r.random() < 0.5:                   # one payer with a due in the queue and another not due yet
        plain = {"cap": [], "when": None, "layer": None}
        data["modes"]["first"].update(
            claim={"overdue": 15, "review": 0}, stack=[], recovery={"split": "covered_first", "within": "pro_rata"},
            terms=[row(r, "fund", 400_000, **plain, lag=0),
                   row(r, "fund", 500_000, **plain, step=2, of="remaining", lag=r.choice([60, 200]))])
    if r.random() < 0.6:                   # a breaker that opens and closes month by month
        data["breaker"] = {"scope": r.choice(["scheme", "bank"]), "num": r.choice(["paid", "npl", "determined"]),
                           "den": r.choice(["in_force", "disbursed"]), "window": "year_to_date", "min_loans": 1,
                           "min_defaults": 1, "check": "month_end", "stop": 50_000, "resume": 50_000}


def pot(r: random.Random, district: str | None) -> Data:
    """A purse with some of the limits a purse may have."""
    return {"contributors": contributors(r), "district": district,
            "leverage": r.choice([None, None, 1500, 5000, 20_000]), "floor": r.choice([0, 0, 60 * WAN]),
            "interest": r.choice([0, 15_000]),
            "annual_budget": r.choice([None, None, None, 80 * WAN])}


def fund(r: random.Random, data: Data) -> None:
    """Pots, and the payers that draw on them."""
    data["pots"] = {"city": pot(r, None), "north_pot": pot(r, "north"), "south_pot": pot(r, "south")}
    if r.random() < 0.4:
        data["pots"]["far_pot"] = pot(r, "far")
    ordered = [["city"], ["pot.$district", "city"], ["city", "north_pot"], ["pot.$district", "city", "south_pot"]]
    lacking = r.choice(["lapse", "queue_fifo", "next:reserve", "next:insurer", "next:lender"])
    data["payers"] = {
        "fund": {"kind": "pot", "public": True, "accounts": r.choice(ordered), "short": lacking},
        "reserve": {"kind": "pot", "accounts": [r.choice(list(data["pots"]))], "short": r.choice(
            ["lapse", "queue_fifo", "queue_pro_rata", "next:guarantor"])},
        "insurer": {"kind": "insurer", "short": "next:lender"},
        "guarantor": {"kind": "guarantor", "short": "lapse"}}
    if r.random() < 0.4:
        data["payers"]["fund"].update(accounts=["city", "south_pot"], draw="split", weights=r.choice([[4, 6], [1, 2]]),
                                      short=r.choice(["lapse", "queue_fifo", "queue_pro_rata", "next:reserve"]))
    elif r.random() < 0.4:
        data["payers"]["fund"].update(accounts=["city"], short=r.choice(["queue_fifo", "queue_pro_rata"]))


# --- the terms -----------------------------------------------------------------------------------

def caps(r: random.Random) -> list[Data]:
    """Up to two caps of a row; named ones are shared by all rows that name them."""
    found = []
    for per, amount in (("loan", 40), ("firm", 90), ("firm_year", 60), ("year", 200), ("life", 400)):
        if r.random() < 0.3:
            found.append({"amount": amount * WAN, "per": per, "name": r.choice([None, per])})
    return found[:2]


def row(r: random.Random, payer: str, share: int, **more: Any) -> Data:
    """One row of the terms."""
    when = r.choice([None, None, None, {"amount_to": 300 * WAN}, {"firm_class": ["micro", "small"]},
                     {"ip_type": ["invention"]}, {"district": ["north", "far"]}, {"term_above": 60}])
    layer = r.choice([None, None, None, {"from": 0, "to": 70 * WAN, "of": "loss"},
                      {"from": 20 * WAN, "to": 200 * WAN, "of": "principal"}])
    line = {"payer": payer, "share": share, "cap": caps(r), "order": r.choice(["share_then_cap", "cap_then_share"]),
            "when": when, "layer": layer, "lag": r.choice([0, 0, 7, 45]), "clause": f"clause {payer}"}
    return line | more


def terms(r: random.Random) -> list[Data]:
    """Beside each other, one after the other, or behind each other."""
    share = r.choice([300_000, 333_333, 500_000])
    return r.choice([
        [row(r, "fund", r.choice([share, PPM]))],
        [row(r, "fund", share), row(r, "insurer", 400_000)],
        [row(r, "fund", share), row(r, "reserve", 400_000)],
        [row(r, "guarantor", 800_000), {**row(r, "fund", 500_000, step=2), "from": "guarantor"}],
        [row(r, "guarantor", 600_000), {**row(r, "fund", 700_000, step=2, of="remaining"), "from": "guarantor"},
         row(r, "insurer", 500_000, step=2, of="remaining")],
        [row(r, "insurer", 900_000), row(r, "fund", 600_000, step=2, of="remaining"),
         row(r, "reserve", 500_000, step=3, of="remaining")]])


def modes(r: random.Random, data: Data) -> None:
    """Two modes with their claims, limits and rules of recovery."""
    for number, name in enumerate(("first", "second")):
        within = r.choice(["restate", "pro_rata", "priority"])
        rows = terms(r)
        named = list(dict.fromkeys(line["payer"] for line in rows))
        priority = r.sample([*named, "lender"], r.randint(1, len(named) + 1)) if within == "priority" else []
        stack = []
        if r.random() < 0.5:
            of = r.choice(["loss", "loss", "held_by:lender"])
            stack = [{"payers": r.sample(named, r.randint(1, len(named))), "of": of,
                      "limit": r.choice([250_000, 450_001]), "cut": r.choice(["reverse", "pro_rata"])}]
        data["modes"][name] = {
            "title": {"zh": name, "en": name}, "weight": (600_000, 400_000)[number],
            "claim": {"overdue": r.choice([0, 15, 90]), "review": r.choice([0, 10, 30])}, "terms": rows, "stack": stack,
            "recovery": {"split": r.choice(["pro_rata", "covered_first", "outside_first"]), "within": within,
                         "priority": priority}}
    for old in ("alone", "insured"):
        del data["modes"][old]


def collective(r: random.Random, data: Data) -> None:
    """Five chains of twelve firms under joint lines, with everything a line may have."""
    data["segments"]["fund"]["firms"] = 60
    data["collective"] = {"chain": {
        "title": {"zh": "链", "en": "chain"}, "segment": "fund", "clusters": 5, "members": 12,
        "line": r.choice([300, 800, 3000]) * WAN, "rate_discount": 5_000, "reserve": r.choice([0, 40_000, 200_000]),
        "anchor_grade": r.choice([None, *data["firms"]["grades"]]),
        "anchor_fails": r.choice([None, None, "2021-06-10"]),
        "contagion": {"probability": 500_000, "window": 180}, "frailty": r.choice([0.0, 0.5]),
        "joint_effect": r.choice([0, 500_000, -400_000]), "common_collateral": r.random() < 0.5}}
    for name in ("reserve", "anchor", "members"):
        data["payers"]["of_" + name] = {"kind": name, "short": "lapse"}
    data["payers"]["of_members"].update(draw="split", weights="drawn_balance")
    rows = [{"payer": "of_reserve", "share": PPM, "of": "remaining", "step": 1},
            {"payer": "of_anchor", "share": PPM, "of": "remaining", "step": 2,
             "cap": [{"amount": 50 * WAN, "per": "cluster", "name": "first_loss"}]},
            {"payer": "of_members", "share": 100_000, "of": "remaining", "step": 3},
            {"payer": "fund", "share": 500_000, "of": "remaining", "step": 4, "lag": r.choice([0, 30])}]
    within = r.choice(["pro_rata", "restate"])
    if r.random() < 0.5:                   # the fund stands in for a failed anchor; its first loss is part of the line
        rows[1]["cap"] = [{"pct": 60_000, "measure": "line", "per": "cluster", "name": "first_loss"}]
        rows[1]["when"] = {"anchor_alive": True}
        rows[3:] = [rows[3] | {"when": {"anchor_alive": True}},
                    rows[3] | {"when": {"anchor_alive": False}, "share": 900_000}]
    data["modes"]["first"].update(terms=rows, stack=[], recovery={"split": "pro_rata", "within": within})


# --- subsidies, policies, targets -------------------------------------------------------------------

def programme(r: random.Random, line: str, event: str, base: str) -> Data:
    """A subsidy with tight limits."""
    per_firm = [{"amount": r.choice([2, 10]) * WAN, "per": "firm_year"}]
    per_loan = [{"amount": 3 * WAN, "per": "loan"}]
    return {"title": {"zh": line, "en": line}, "line": line, "level": "city", "event": event, "base": base,
            "rate": r.choice([500_000, PPM]), "cap": r.choice([[], per_firm, per_loan, per_firm + per_loan]),
            "envelope": r.choice([[], [{"amount": 15 * WAN}]]), "covered_only": r.random() < 0.5,
            "from": r.choice([None, "2021-04-01"]), "until": r.choice([None, "2022-01-20"]),
            "when": r.choice([None, {"firm_class": ["small"]}])}


def money_for_firms(r: random.Random, data: Data) -> None:
    """Programmes of all kinds, insurance policies, and targets that measure them."""
    interest = r.choice(["interest", "benchmark_interest", "lower_interest", "principal"])
    data["programmes"] = {
        "interest": programme(r, "interest", "repaid", interest),
        "premium": programme(r, "premium", "disbursed", "premium"),
        "fee": programme(r, "guarantee_fee", "disbursed", "fee"),
        "value": programme(r, "valuation", "disbursed", "fee"),
        "policy": programme(r, "policy_premium", "issued", "premium")}
    data["insurance"] = {"policies": 30.0, "trend": 200_000, "dispersion": 4.0, "premium_rate": 15_000,
                         "sum_insured": {"median": 50 * WAN, "sigma": 1.0}}
    data["targets"] = {
        measure: {"title": {"zh": measure, "en": measure}, "measure": measure, "kind": "growth", "growth": 200_000,
                  "basis": r.choice(["registered", "disbursed"]), "final_year": 2022,
                  "ip_types": r.choice([None, ["invention"]])} for measure in ("amount", "count", "insured")}
    data["targets"]["firms"] = data["targets"]["count"] | {"measure": "firms"}
