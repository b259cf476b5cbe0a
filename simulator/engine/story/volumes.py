"""What a new loan adds to the year's volumes and to each target's quantity."""

from __future__ import annotations

from simulator.engine import layout as at
from simulator.engine.ledger import (
    COVERED, COVERED_LOAN, COVERED_LOANS, DISBURSED, FIRMS, INDEPENDENT, INDEPENDENT_LOANS, INDUCED, INDUCED_LOANS,
    LOANS, REGISTERED, RENEWED, RENEWED_LOANS,
)
from simulator.engine.story.records import Loan
from simulator.engine.story.world import World


def count_loan(world: World, loan: Loan) -> None:
    """Amounts and numbers by what the loan is; a firm counts once a year."""
    registered = loan.principal * int(world.law.segments[loan.segment, at.SEG_REGISTERED]) // 1000
    volumes = [(LOANS, 1), (DISBURSED, loan.principal), (REGISTERED, registered)]
    if loan.covered > 0:
        volumes += [(COVERED_LOANS, 1), (COVERED, loan.covered), (COVERED_LOAN, loan.principal)]
    else:
        volumes += [(INDEPENDENT_LOANS, 1), (INDEPENDENT, loan.principal)]
    if loan.generation > 0:
        volumes += [(RENEWED_LOANS, 1), (RENEWED, loan.principal)]
    if loan.induced:
        volumes += [(INDUCED_LOANS, 1), (INDUCED, loan.principal)]
    for column, amount in volumes:
        world.count(column, amount)
    year = world.calendar_year(world.today)
    new = int(year not in loan.firm.served)
    loan.firm.served.add(year)
    world.count(FIRMS, new)
    count_for_targets(world, loan, registered, new)


def count_for_targets(world: World, loan: Loan, registered: int, new: int) -> None:
    """Each target counts what it asks for: types of right, facts of firms, renewals or not, covered or not."""
    quantity = {at.MEASURE_AMOUNT: {at.REGISTERED_BASIS: registered, at.DISBURSED_BASIS: loan.principal},
                at.MEASURE_COUNT: {at.REGISTERED_BASIS: 1, at.DISBURSED_BASIS: 1},
                at.MEASURE_FIRMS: {at.REGISTERED_BASIS: new, at.DISBURSED_BASIS: new}}
    for number, (measure, basis, types, renewals, facts, covered) in enumerate(world.law.targets.tolist()):
        asked = types >> loan.ip & 1 and (renewals or loan.generation == 0)
        if measure in quantity and asked and not facts & ~loan.firm.flags and (loan.covered or not covered):
            world.count_in(at.B_MEASURE, number, quantity[measure][basis])
