"""Further limits of the gate in random schemes: a firm's cover in force, rates, guarantee fees, kinds of firms.

They have a random stream of their own, so that the schemes are otherwise what they are without them.
"""

from __future__ import annotations

import random
from typing import Any

from tests.twins.schemes_terms import FLAGS

WAN = 1_000_000                            # fen in 万元
Data = dict[str, Any]


def with_limits_of_the_gate(number: int, data: Data) -> Data:
    """A random scheme whose firms have little room, whose rates move across a limit, whose fees may be high."""
    r = random.Random(f"gate {number}")
    gate, grades = data["gate"], list(data["firms"]["grades"])
    gate.update(firm_cap=r.choice([None, 250 * WAN, 700 * WAN]), over_cap=r.choice(["refuse", "trim", "cover_part"]))
    if gate["firm_cap"] is None or r.random() < 0.5:
        gate["firm_cap_by_grade"] = {grade: r.choice([120, 400]) * WAN for grade in grades[:r.choice([1, 2])]}
    steps = (("2020-01-01", 38_500), ("2021-04-20", 36_500), ("2021-09-10", 39_500), ("2022-02-10", 37_000))
    data["lending"]["reference_rate"] = [{"from": date, "value": rate} for date, rate in steps]
    gate["rate"] = r.choice([None, 46_000, 47_000])        # 80 bp come on top
    if r.random() < 0.3:
        gate["rate_over_lpr"] = r.choice([7_500, 8_000])
    fee = r.choice([None, 9_000, 10_000])
    gate["guarantee_fee"] = fee if number % 2 else 9_000
    if not data["firms"]["flags"]:
        data["firms"]["flags"] = FLAGS
    if r.random() < 0.6:
        gate["any_flags"] = r.choice([["tech", "listed"], ["first_loan", "tech", "export"]])
    return data
