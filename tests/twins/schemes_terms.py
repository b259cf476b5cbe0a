"""Further parts of the loss-sharing terms in random schemes: limits, facts of firms and banks, breakers.

They have a random stream of their own, so that the schemes are otherwise what they are without them.
"""

from __future__ import annotations

import random
from typing import Any

WAN = 1_000_000                            # fen in 万元
PPM = 1_000_000
FLAGS = {"tech": 300_000, "first_loan": 200_000, "green": PPM, "export": 0, "listed": 600_000}
Data = dict[str, Any]


def with_more_terms(number: int, data: Data) -> Data:
    """A random scheme with rows that ask more, other limits, and several breakers."""
    r = random.Random(1_000_000_007 + number)
    data["firms"]["flags"] = FLAGS
    data["targets"] |= counted(random.Random(3 * number + 1))
    if r.random() < 0.2:
        data["gate"].update(r.choice([{"flags": ["listed"]}, {"not_flags": ["first_loan", "export"]}]))
    for bank in data["banks"].values():
        bank.update(joined=r.choice([None, "2019-03-01", "2021-06-15"]), performance=r.choice(["good", "other"]))
    for mode in data["modes"].values():
        mode["claim"].update(claim(r))
        data["recovery"].update(delay_mean=r.choice([60, 300]), other=450_000)
        for row in mode["terms"]:
            if r.random() < 0.5:
                row["when"] = (row.get("when") or {}) | r.choice([
                    {"flags": ["tech"]}, {"not_flags": ["tech"]},
                    {"flags": ["green", "listed"], "not_flags": ["export"]},
                    {"bank_performance": "good"}, {"bank_years_to": 0}, {"bank_years_above": 0}])
            if mode["claim"]["final"] and r.random() < 0.5:
                row.update(cap=[], lag=0)  # something is paid before the settlement
            elif r.random() < 0.7 and not row["payer"].startswith("of_"):   # a cluster's parties are limited already
                row["cap"] = limits(r, data["payers"][row["payer"]]["kind"] == "pot")
    rows = [row for mode in data["modes"].values() for row in mode["terms"]]
    for name, shorts in (("guarantor", ["lapse", "next:insurer", "queue_fifo"]), ("insurer", ["lapse", "next:lender"])):
        if name not in [row.get("from") for row in rows]:      # nobody owes a payer whose money may be used up
            data["payers"][name].update(capital=r.choice([None, 60 * WAN, 200 * WAN]), short=r.choice(shorts))
    if number % 10 == 6:
        escrow_binds(data)
    if number % 10 == 7:
        refunds_matter(data)
    elif number % 20 == 12:                # a year that rolls on over the turn of the calendar's
        data["breakers"] = {"rolling": breaker(r) | {
            "scope": "scheme", "num": "determined", "den": "disbursed", "window": "rolling_360", "min_defaults": 1,
            "check": "month_end", "stop": 10, "resume": 10, "min_den": 0, "effect": "no_new_cover"}}
        data["clock"]["months"] = 24
    elif r.random() < 0.6:
        data["breakers"] = {f"rule_{n}": breaker(r) for n in range(r.randint(1, 3))}
    return data


def counted(r: random.Random) -> Data:
    """Targets that ask for a share of loans: of firms of which some facts are true, of all loans or of covered ones."""
    return {f"part_{n}": {
        "title": {"zh": "part", "en": "part"}, "measure": "count", "kind": "share", "final_year": 2022,
        "level_share": 500_000, "flags": flags, "covered_only": r.random() < 0.5}
        for n, flags in enumerate(([], ["tech"], ["tech", "listed"]))}


def chained(r: random.Random, data: Data) -> None:
    """Payers that are repaid by others and may be without money: a guarantor, a pot, an insurer behind a pot."""
    payers = data["payers"]
    payers["guarantor"].update(capital=r.choice([5, 20, 100]) * WAN,
                               short=r.choice(["lapse", "next:lender", "queue_fifo"]))
    payers["insurer"].update(capital=r.choice([None, 30 * WAN, 200 * WAN]), short=r.choice(["lapse", "queue_fifo"]))
    payers["reserve"]["short"] = r.choice(["lapse", "queue_fifo"])
    payers["fund"]["short"] = r.choice(["lapse", "queue_fifo"])
    plain = {"when": None, "order": "share_then_cap", "clause": "", "cap": [], "layer": None}
    left = plain | {"of": "remaining"}
    few = plain | {"cap": [{"amount": 90 * WAN, "per": "loan"}]}
    late = r.choice([0, 20, 90])
    guaranteed = [plain | {"payer": "guarantor", "share": 800_000},
                  few | {"step": 2, "payer": "fund", "share": 300_000, "from": "guarantor", "lag": late},
                  plain | {"step": 2, "payer": "insurer", "share": 200_000, "from": "guarantor", "lag": 45}]
    reinsured = [plain | {"payer": "fund", "share": 700_000},
                 left | {"step": 2, "payer": "insurer", "share": 600_000, "from": "fund", "lag": late},
                 left | {"step": 3, "payer": "reserve", "share": 500_000, "from": "insurer", "lag": 7}]
    for mode, rows in zip(data["modes"].values(), (guaranteed, reinsured), strict=True):
        rows[0]["cap"] = mode["terms"][0]["cap"] if rows is reinsured else []
        mode.update(terms=rows, stack=[])
        if mode["recovery"]["within"] == "priority":
            mode["recovery"]["priority"] = [rows[0]["payer"], "lender"]
    data["recovery"]["delay_mean"] = r.choice([30, 120])


def escrow_binds(data: Data) -> None:
    """Whole claims are put aside for long in pots whose cover is limited by what is free."""
    for pot in data["pots"].values():
        pot.update(leverage=4000, annual_budget=None)
    data["recovery"]["delay_mean"] = 300
    for mode in data["modes"].values():
        mode["claim"].update(final="closed", final_days=None, provisional={"share": PPM, "to": "escrow"}, review=0)
        for row in mode["terms"]:
            row.update(cap=[], lag=0, when=None, layer=None)


def refunds_matter(data: Data) -> None:
    """Rates of what was paid net, at many ratios to warn at, and recoveries that are refunded."""
    data["recovery"]["delay_mean"] = 60
    for mode in data["modes"].values():
        mode["claim"].update(final=None, final_days=None, provisional=None, review=0)
        for row in mode["terms"]:
            row.update(cap=[], lag=0, when=None, layer=None)
    data["breakers"] = {f"net_{warn}": {
        "scope": "scheme", "num": "paid_net", "den": "disbursed", "window": "life", "min_loans": 1, "min_defaults": 1,
        "check": "month_end", "stop": PPM, "resume": 0, "warn": warn} for warn in (5_000, 20_000, 50_000, 100_000)}


def claim(r: random.Random) -> Data:
    """Interest in the loss, a bank that collects first, and claims paid before they are final."""
    found: Data = {"interest_days": r.choice([0, 0, 45]), "net": r.random() < 0.4, "final": None}
    if found["net"]:
        found["overdue"] = r.choice([15, 90, 180])
    if r.random() < 0.6:
        days = r.choice([None, 20, 150])
        found.update(final="closed" if days is None else "days", final_days=days, review=0,
                     provisional={"share": r.choice([PPM, 800_000, 333_333]), "to": r.choice(["lender", "escrow"])})
    return found


def limits(r: random.Random, of_pot: bool) -> list[Data]:
    """One or two caps: by bank or payer and year, at origination, or a part of a measure."""
    kinds = [{"amount": r.choice([20, 80]) * WAN, "per": "bank_year", "name": r.choice([None, "by"])},
             {"amount": r.choice([60, 150]) * WAN, "per": "payer_year", "name": "py"},
             {"amount": r.choice([80, 150]) * WAN, "per": "loan", "at": "origination"},
             {"amount": 250 * WAN, "per": "firm_year", "at": "origination", "name": "covered"},
             {"pct": r.choice([5_000, 20_000]), "measure": r.choice(["in_force", "ended", "disbursed"]),
              "per": r.choice(["year", "life", "loan"])}]
    if of_pot:
        kinds.append({"pct": 200_000, "measure": "balance", "per": r.choice(["loan", "payer_year"])})
    chosen = r.sample(kinds, r.randint(1, 2))
    for cap in chosen:                     # shared counters keep one limit
        if cap.get("name") in ("by", "py"):
            cap["amount"] = 80 * WAN
    return chosen


def breaker(r: random.Random) -> Data:
    """A breaker of any kind, at rates that are reached."""
    stop = r.choice([5_000, 20_000, 80_000])
    return {"scope": r.choice(["bank", "pot", "scheme", "mode", "guarantor"]),
            "num": r.choice(["determined", "paid", "paid_net", "npl"]),
            "den": r.choice(["in_force", "ended", "disbursed"]),
            "window": r.choice(["stock", "year_to_date", "rolling_360", "life"]),
            "min_loans": 1, "min_defaults": r.choice([1, 3]), "check": r.choice(["month_end", "quarter_end"]),
            "stop": stop, "resume": stop // r.choice([1, 2]), "warn": r.choice([None, stop // 2]),
            "min_den": r.choice([0, 300 * WAN]), "effect": r.choice(["no_new_cover", "no_payment"])}
