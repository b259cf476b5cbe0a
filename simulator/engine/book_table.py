"""The in-force book as a table: loans a file gives, in its order, with their firms numbered after the pool.

A default probability of a loan's own is one more grade of the hazard tables. What a loan brings back is its own where
the file gives its loss, net of the scheme's cost of recovery.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np

from simulator.engine import layout as at
from simulator.engine.attributes import cap_gate, kind_gate, price_gate
from simulator.engine.layout import Law
from simulator.engine.rules import PPM
from simulator.engine.terms_table import flag_bits
from simulator.scheme.parts_book import HeldLoan, LoanBook
from simulator.scheme.pledges import kinds_of
from simulator.scheme.scenario import Scenario

Day = Callable[[date | None, int], int]


def loans_of(scenario: Scenario) -> tuple[HeldLoan, ...]:
    """The loans of the scenario's file, none where it has none."""
    book: LoanBook | None = scenario.book.held
    return book.loans if book else ()


def own_pds(scenario: Scenario) -> list[int]:
    """Default probabilities (ppm) that are of loans, not of grades, in ascending order."""
    return sorted({loan.pd for loan in loans_of(scenario) if loan.pd is not None})


def firms_of(scenario: Scenario) -> list[str]:
    """The firms of the file, in order of their first loan."""
    return list(dict.fromkeys(loan.firm for loan in loans_of(scenario)))


def last_day(scenario: Scenario, day: Day) -> int:
    """Day on which the last of its loans falls due."""
    return max((due_day(loan, day) for loan in loans_of(scenario)), default=0)


def due_day(loan: HeldLoan, day: Day) -> int:
    """Day from the start, at least one: two dates of a 30-day calendar may fall on one day."""
    return max(1, day(loan.maturity, 0))


def mean_principal(scenario: Scenario) -> int:
    """What a loan of the file owes on average (fen)."""
    loans = loans_of(scenario)
    return sum(loan.principal for loan in loans) // len(loans) if loans else 0


def gross_proceeds(scenario: Scenario, loan: HeldLoan) -> int:
    """Gross proceeds (fen) that leave a loan's own loss once the cost is paid; NO_LIMIT if the file gives none.

    Never more than the principal: below the cost of recovering all of it, a loss cannot be. The cost is rounded down,
    so that rounding this down as well leaves the net proceeds exact.
    """
    if loan.lgd is None:
        return at.NO_LIMIT
    net, kept = loan.principal * (PPM - loan.lgd) // PPM, PPM - scenario.recovery.cost
    return min(loan.principal, net * PPM // kept) if kept > 0 else 0


def book_table(scenario: Scenario, day: Day, rate_of: Callable[[int], int]) -> np.ndarray:
    """int64[loans, BOOK_LOAN]; cover that the file does not give is filled in by :func:`cover_by_gate`.

    ``rate_of`` gives the rate (ppm) of a loan made on a day.
    """
    places: dict[str, list[str]] = {
        "bank": [*scenario.banks], "mode": [*scenario.modes], "sector": [*scenario.firms.sectors],
        "district": [*scenario.firms.districts], "firm_class": [*scenario.firms.classes],
        "ip": [kind.name for kind in kinds_of(scenario.segments.values())], "grade": [*scenario.firms.grades],
        "firm": firms_of(scenario)}
    number = {key: {name: n for n, name in enumerate(names)} for key, names in places.items()}
    pds = {pd: len(places["grade"]) + n for n, pd in enumerate(own_pds(scenario))}
    rows = np.zeros((len(loans_of(scenario)), at.BOOK_LOAN), np.int64)
    for row, loan in zip(rows, loans_of(scenario), strict=True):
        for place, key in ((at.BK_FIRM, "firm"), (at.BK_BANK, "bank"), (at.BK_MODE, "mode"), (at.BK_IP, "ip"),
                           (at.BK_CLASS, "firm_class"), (at.BK_DISTRICT, "district"), (at.BK_SECTOR, "sector")):
            row[place] = number[key][getattr(loan, key)]
        row[at.BK_GRADE] = number["grade"][loan.grade] if loan.pd is None else pds[loan.pd]
        start = min(-1, day(loan.start, 0))
        row[at.BK_FLAGS] = flag_bits(list(loan.flags), list(scenario.firms.flags))
        row[[at.BK_PRINCIPAL, at.BK_START, at.BK_TERM]] = loan.principal, start, due_day(loan, day) - start
        row[at.BK_COVERED] = at.NO_LIMIT if loan.covered is None else loan.covered
        row[at.BK_RATE] = rate_of(start) if loan.rate is None else loan.rate
        row[at.BK_BACK] = gross_proceeds(scenario, loan)
    if not scenario.book.covered:
        rows[:, at.BK_COVERED] = 0
    return rows


def cover_by_gate(law: Law, most_on: Callable[[int], int]) -> None:
    """Fill in what the gate covers of each loan that does not say: by the rules of its day, at its own rate.

    ``most_on`` gives the highest rate (ppm) of a covered loan made on a day, which may be before the first month of
    the law's tables.
    """
    segments = law.segments.copy()
    segments[-1:, at.SEG_ELIGIBLE] = 1     # nobody applies there; its loans are asked about one by one
    asked, last = replace(law, segments=segments), len(segments) - 1
    for row in law.book:
        if row[at.BK_COVERED] == at.NO_LIMIT:
            mode, day = row[at.BK_MODE], row[at.BK_START]
            barred = max(
                kind_gate(asked, last, row[at.BK_IP], row[at.BK_CLASS], row[at.BK_DISTRICT], row[at.BK_FLAGS], mode,
                          row[at.BK_TERM], day),
                price_gate(asked, row[at.BK_RATE], most_on(day), mode))
            over, _, covered = cap_gate(asked, row[at.BK_IP], row[at.BK_CLASS], row[at.BK_PRINCIPAL], day)
            row[at.BK_COVERED] = covered if max(barred, over) < 0 else 0
