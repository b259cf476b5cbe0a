"""Programmes of every kind for the random schemes of the twins, beside the plain ones, drawn by luck of their own."""

from __future__ import annotations

import random
from typing import Any

WAN = 1_000_000                            # fen in 万元
PPM = 1_000_000
Data = dict[str, Any]


def line(r: random.Random, name: str, event: str, **more: Any) -> Data:
    """A programme with now and then an envelope that others share."""
    envelope = [{"amount": r.choice([8, 40]) * WAN, "per": r.choice(["year", "life"]), "name": None}]
    return {"title": {"zh": name, "en": name}, "line": "award", "level": "city", "event": event,
            "pot": r.choice([None, None, None, "city"]),
            "envelope": r.choice([[], envelope, SHARED, [*envelope, *SHARED]]),
            "from": r.choice([None, None, "2020-03-01", "2021-04-01"]), **more}


SHARED = [{"amount": 60 * WAN, "per": "life", "name": "shared"}]


def ladder(r: random.Random) -> Data:
    """Rates that fall, or rise, with years."""
    rates = r.choice([(800_000, 600_000, 400_000), (200_000, 500_000, 0)])
    return {"by": r.choice(["loan_year", "scheme_year", "policy_year"]),
            "steps": [{"year": year, "rate": rate} for year, rate in enumerate(rates, 1)]}


def for_loans(r: random.Random) -> Data:
    """Ladders, fixed sums, points, limits of years and for good, dates by right, groups that pay once."""
    book = [{"amount": r.choice([3, 12]) * WAN, "per": r.choice(["firm", "firm_year"]), "name": "book"}]
    group = {"group": "once", "choose": r.choice(["best", "higher_level"])}
    return {
        "steps": line(r, "steps", "repaid", base="interest", ladder=ladder(r), cap=r.choice([[], book]),
                      max_years=r.choice([None, 1, 2])),
        "steps_too": line(r, "steps too", "disbursed", base="premium", ladder=ladder(r), cap=r.choice([[], book])),
        "sum": line(r, "sum", "disbursed", amount=r.choice([3000_00, 2 * WAN]), payee="agency", max_years=1,
                    by_ip_type_from={"invention": "2021-05-01", "trademark": "2021-09-11"}),
        "points": line(r, "points", "repaid", points=r.choice([15_000, 90_000]), modes=r.choice([[], ["first"]])),
        "province": line(r, "province", "repaid", base="lower_interest", rate=r.choice([200_000, 600_000]),
                         level="province", exclusive=group),
        "district": line(r, "district", "repaid", base="benchmark_interest", rate=500_000, level="district",
                         exclusive=group, cap=[{"amount": 5 * WAN, "per": "loan"}]),
        "covered": line(r, "covered", "disbursed", base="covered", rate=4_000, payee="bank", covered_only=True)}


def for_years(r: random.Random) -> Data:
    """What is settled when a year ends, and investments."""
    steps = [{"above": above * WAN, "rate": rate} for above, rate in ((0, 5_000), (2_000, 10_000), (6_000, 15_000))]
    volume = {"by": "cumulative_volume", "mode": r.choice(["marginal", "whole"]), "steps": steps}
    return {
        "banks": line(r, "banks", "year_end", base=r.choice(["principal", "covered"]), ladder=volume, payee="bank",
                      when=r.choice([None, {"amount_from": 100 * WAN}])),
        "flat": line(r, "flat", "year_end", base="principal", rate=3_000, payee="bank"),
        "alliance": line(r, "alliance", "year_end", amount=20 * WAN, payee="alliance",
                         when={"targets_met": r.choice(["any", "all", "always"])}),
        "awards": line(r, "awards", "evaluated", amount=5 * WAN, payee="agency",
                       award={"projects": 4, "passed": 700_000, "higher": 400_000, "higher_amount": 8 * WAN}),
        "invest": line(r, "invest", "investment", base="ticket", rate=100_000, payee="investor",
                       cap=[{"amount": 50 * WAN, "per": "firm"}], when={"amount_from": 100 * WAN}),
        "start": line(r, "start", "investment", amount=2 * WAN, cap=[{"amount": 3 * WAN, "per": "firm"}])}


def as_it_is_paid(r: random.Random) -> Data:
    """Interest until the firm stopped paying, and half of the appraisal when a right is sold."""
    interest = r.choice(["interest", "benchmark_interest", "lower_interest"])
    return {
        "paid": line(r, "paid", "interest_paid", base=interest, rate=200_000, pot=None,
                     cap=r.choice([[], [{"amount": 3 * WAN, "per": "firm_year"}]])),
        "sold": line(r, "sold", "disposed", line="disposal_valuation", base="fee", rate=500_000, pot=None, payee="bank",
                     covered_only=r.random() < 0.5, when=r.choice([None, {"firm_class": ["small"]}])),
        "seen": line(r, "seen", r.choice(["appraised", "fee_paid", "premium_paid"]), amount=1_000, pot=None)}


def public_money(number: int, data: Data) -> None:
    """Further programmes, fees, investments and an audit, as far as the scheme has modes and payers for them."""
    r = random.Random(number * 7919 + 1)
    more = {**for_loans(r), **for_years(r)}
    if "first" not in data["modes"]:
        more["points"]["modes"] = []
    for programme in more.values():
        if programme["pot"] not in data["pots"]:
            programme["pot"] = None
    data["programmes"] |= {name: more[name] for name in more if r.random() < 0.7}
    data["programmes"] |= as_it_is_paid(random.Random(number * 7919 + 3))
    data["investments"] = {"per_year": r.choice([6.0, 40.0]), "own": 400_000, "local": 500_000, "firms": 6,
                           "ticket": {"median": 200 * WAN, "sigma": 1.2, "least": 20 * WAN, "most": 3000 * WAN}}
    data["audit"] = {"improper": 150_000, "delay": r.choice([30, 400]), "recovered": 600_000}
    data["targets"]["steady"] = {
        "title": {"zh": "steady", "en": "steady"}, "measure": "count", "kind": "growth", "final_year": 2022,
        "growth": r.choice([0, 300_000]), "base": "market" if data["market"] else "none"}
    data["targets"]["level"] = {
        "title": {"zh": "level", "en": "level"}, "measure": "amount", "kind": "level", "final_year": 2022,
        "level_amount": r.choice([3_000, 30_000]) * WAN}
    if {"guarantor", "insurer"} <= set(data["payers"]):
        data["fees"] = {"re": {"title": {"zh": "re", "en": "re"}, "from": "guarantor", "to": "insurer", "rate": 5_000,
                               "when": r.choice([None, {"amount_above": 200 * WAN}])}}
