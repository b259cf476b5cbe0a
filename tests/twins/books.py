"""Random in-force books for the twins, from a stream of their own: other draws of a scheme stay what they are."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from simulator.scheme.parts_book import HeldLoan, LoanBook

WAN = 1_000_000                            # fen
OPENS = date(2021, 1, 1)


def in_force(r: random.Random, data: dict[str, Any]) -> None:
    """A dozen firms with several loans each, many bad; some rows say what is covered, lost and paid, some do not."""
    firms = [_firm(r, data) for _ in range(12)]
    loans = []
    for row in range(30):
        number = r.randrange(len(firms))
        principal = r.choice([50, 120, 300]) * WAN
        loans.append(HeldLoan(
            row=row + 2, loan=f"L{row}", firm=f"F{number}", bank=r.choice(list(data["banks"])),
            mode=r.choice(list(data["modes"])), ip=r.choice(["invention", "utility_model", "trademark"]),
            principal=principal, covered=r.choice([None, None, principal, principal // 3, 0]),
            start=OPENS - timedelta(days=r.choice([1, 40, 200, 340])),
            maturity=OPENS + timedelta(days=r.choice([1, 25, 90, 200, 500])), rate=r.choice([None, 50_000]),
            lgd=r.choice([None, 0, 400_000, 1_000_000]), **firms[number]))
    data["book"] = {"kind": "file", "covered": True, "file": "book.csv",
                    "held": LoanBook(Path("book.csv"), tuple(loans))}


def _firm(r: random.Random, data: dict[str, Any]) -> dict[str, Any]:
    """What a firm is, the same in all its loans; half of them have a default probability of their own."""
    facts = data["firms"]
    pd = r.choice([None, None, 100_000, 300_000])    # a variance of the rate of .5 is more than 70 % leave room for
    flags = tuple(name for name in facts["flags"] if r.random() < 0.5)
    return {"sector": r.choice(list(facts["sectors"])), "district": r.choice(list(facts["districts"])),
            "firm_class": r.choice(list(facts["classes"])), "flags": flags, "pd": pd,
            "grade": r.choice(list(facts["grades"])) if pd is None else ""}
