"""The limit on a firm's cover in force, read off the loans themselves: it is never passed, and it binds."""

from __future__ import annotations

import pytest

from simulator.engine import layout as at
from simulator.engine.tables import Tables
from tests.twins.test_twins import loop_told, tables_of

NUMBERS = (5, 19, 33, 40, 47)              # random schemes with such a limit


def standing(tables: Tables, loan: dict[str, int], day: int) -> int:
    """The covered part of what a loan owes on a day: its equal parts of principal so far are repaid."""
    every = int(tables.law.segments[loan["segment"], at.SEG_EVERY])
    parts = -(-loan["term"] // every) if every else 1
    paid = min(parts - 1, (day - loan["start"]) // every) if every else 0
    return loan["covered"] * (loan["principal"] - paid * (loan["principal"] // parts)) // loan["principal"]


def in_force(tables: Tables, loans: list[dict[str, int]], n: int) -> int:
    """Covered principal of a loan's firm on the day it was made, the loan itself and all before it included."""
    new = loans[n]
    return sum(standing(tables, loan, new["start"]) for loan in loans[:n + 1] if (loan["firm"] == new["firm"]
               and min(loan["start"] + loan["term"], loan["default"]) > new["start"]) or loan is new)


@pytest.mark.parametrize("number", NUMBERS)
def test_no_firm_has_more_cover_in_force_than_its_limit(number: int) -> None:
    tables = tables_of(number)
    caps = tables.law.firm_caps
    assert (caps != at.NO_LIMIT).any()
    room = []
    for path in (0, 1):
        loans = loop_told(number, path).loans
        for n, loan in enumerate(loans):
            limited = loan["covered"] > 0 and not loan["book"]             # a file's own grades have no limit
            if limited and caps[loan["grade"]] != at.NO_LIMIT:
                room.append(int(caps[loan["grade"]]) - in_force(tables, loans, n))
    assert room and min(room) >= 0


def test_the_limit_is_used_to_the_fen() -> None:
    """Where loans are cut to it, some firm has exactly its limit in force."""
    caps = tables_of(33).law.firm_caps
    loans = loop_told(33, 0).loans + loop_told(33, 1).loans
    assert any(loan["covered"] == caps[loan["grade"]] for loan in loans if not loan["book"])
