"""Parts of the grammar that the other random schemes leave out, drawn by luck of their own."""

from __future__ import annotations

import copy
import random
from typing import Any

from tests.twins.schemes_terms import FLAGS

WAN = 1_000_000                            # fen in 万元
Data = dict[str, Any]
FOR_WHOM: tuple[Data, ...] = (             # conditions of subsidies
    {"amount_above": 200 * WAN}, {"amount_to": 150 * WAN}, {"district": ["north"]}, {"flags": ["tech"]},
    {"not_flags": ["tech"]}, {"term_above": 60}, {"term_to": 180}, {"firm_class": ["medium", "micro"]})
WHICH: tuple[Data, ...] = (                # of rows of the terms
    {"term_to": 180}, {"bank_performance": "other"}, {"firm_class": ["medium", "small"]}, {"term_to": 60})


def with_rare_parts(number: int, data: Data) -> Data:
    """Modes of one segment, conditions of subsidies, awards to banks, re-guarantors, other measures and targets."""
    r = random.Random(f"rare {number}")
    if not data["firms"]["flags"]:
        data["firms"]["flags"] = FLAGS
    data["market"]["basis"] = "disbursed"
    first, second = list(data["firms"]["sectors"])[:2]
    data["macro"].update(rho=None, default_correlation=None, rate_variance=0.3,
                         sectors={first: {"rho": 100_000}, second: {"rate_variance": r.choice([0.1, 0.5])}})
    for bank in data["banks"].values():    # its second year in the scheme begins within the window
        bank.update(award=r.choice([0, 5_000, 30_000]), joined=r.choice(["2020-06-15", "2020-09-01"]))
    data["payers"]["insurer"]["kind"] = "reguarantor"
    two_populations(r, data)
    for name, when in zip(("interest", "premium", "fee", "value"), r.sample(FOR_WHOM, 4), strict=True):
        data["programmes"][name]["when"] = when | ({"district": ["north"]} if name == "value" else {})
    for mode in data["modes"].values():
        for row in mode["terms"]:
            if r.random() < 0.6 and not row.get("when") and not row["payer"].startswith("of_"):
                row["when"] = r.choice(WHICH)
    for row in data["modes"]["second"]["terms"]:
        row["when"] = (row.get("when") or {}) | {r.choice(["bank_years_to", "bank_years_above"]): 0}
    data["targets"]["fresh"] = {
        "title": {"zh": "fresh", "en": "fresh"}, "measure": "count", "kind": "level", "level_count": 20.0,
        "final_year": 2022, "renewals": False, "over": "final_year"}
    return data


def two_populations(r: random.Random, data: Data) -> None:
    """A second population of applicants; the first mode takes none of its loans."""
    chain = copy.deepcopy(data["segments"]["fund"])
    chain.update(loans_by_year=[r.choice([20.0, 60.0])] * -(-data["clock"]["months"] // 12), firms=40,
                 size={"median": 150 * WAN, "sigma": 0.7, "least": 0, "most": None})
    data["segments"]["chain"] = chain
    data["modes"]["first"]["segments"] = ["fund"]
