"""Loans in force on day 0 that chance does not make: equal ones, or those of a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from simulator.engine import layout as at
from simulator.engine.attributes import firm_facts, loan_rate
from simulator.engine.story.pots import Purses
from simulator.engine.story.records import Firm, Loan
from simulator.engine.story.world import World

FIXED_BOOK = 255                           # segment of the entities of a fixed opening book
FirmOf = Callable[[tuple[int, ...], int], Firm]


def opening_loans(world: World, purses: Purses, firm_of: FirmOf) -> Iterator[Loan]:
    """Every loan in force on day 0 beside the base year's own, in order."""
    if world.whole[at.BOOK_KIND] == at.BOOK_FIXED:
        yield from equal_loans(world, purses, firm_of)
    elif world.whole[at.BOOK_KIND] == at.BOOK_FILE:
        yield from loans_of_file(world, purses, firm_of)


def equal_loans(world: World, purses: Purses, firm_of: FirmOf) -> Iterator[Loan]:
    """Equal loans, one a firm."""
    whole = world.whole
    for row in range(whole[at.BOOK_LOANS]):
        firm = firm_of(firm_facts(world.law, world.seed, world.path, 0, row), 0)
        covered = whole[at.BOOK_PRINCIPAL] if whole[at.BOOK_COVERED] else 0
        yield Loan(row, FIXED_BOOK << 24 | row, 0, firm, 0, whole[at.BOOK_REMAINING], whole[at.BOOK_PRINCIPAL], covered,
                   0, 0, int(loan_rate(world.law, 0)), 0, purses.first_pots(0, firm.district), False, True, True)


def loans_of_file(world: World, purses: Purses, firm_of: FirmOf) -> Iterator[Loan]:
    """The loans a file gives: made before day 0, of firms nobody else is."""
    segment = len(world.law.segments) - 1
    first = int(world.law.segments[segment, at.SEG_FIRM_BASE])
    for row, told in enumerate(world.law.book.tolist()):
        firm = firm_of((first + told[at.BK_FIRM], told[at.BK_CLASS], told[at.BK_DISTRICT], told[at.BK_SECTOR],
                        told[at.BK_GRADE], told[at.BK_FLAGS]), segment)
        yield Loan(row, at.BOOK_ENTITY + row, segment, firm, told[at.BK_START], told[at.BK_TERM],
                   told[at.BK_PRINCIPAL], told[at.BK_COVERED], told[at.BK_MODE], told[at.BK_BANK], told[at.BK_RATE],
                   told[at.BK_IP], purses.first_pots(told[at.BK_MODE], firm.district), False, True, True)
