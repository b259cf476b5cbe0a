"""Limits that are not plain amounts of money: parts of a measure, and principal covered at origination."""

from __future__ import annotations

import numpy as np

from simulator.engine import layout as at
from simulator.engine.rules import PPM, holds, muldiv
from simulator.engine.story.breaker import Breakers
from simulator.engine.story.clusters import ClusterDesk
from simulator.engine.story.pots import Purses
from simulator.engine.story.records import Loan
from simulator.engine.story.world import World


class Limits:
    """What a loan's caps come to on the day its claim is determined."""

    def __init__(self, world: World, purses: Purses, breakers: Breakers, clusters: ClusterDesk) -> None:
        self.world, self.purses, self.breakers, self.clusters = world, purses, breakers, clusters

    def bounds(self, loan: Loan) -> np.ndarray:
        """Each cap of the loan's mode in fen, row by row."""
        rows = self.world.scheme.modes[loan.mode].rows
        found = np.zeros(max(1, len(rows)) * at.MAX_CAPS, np.int64)
        for place, row in enumerate(rows):
            for c in range(at.MAX_CAPS):
                found[place * at.MAX_CAPS + c] = self.bound(loan, row, c)
        return found

    def bound(self, loan: Loan, row: int, c: int) -> int:
        """One cap: an amount, the principal the loan could cover at origination, or a part of a measure."""
        first = at.CAP + c * at.CAP_FIELDS
        figure, per, counter, pct, measure = self.world.law.rows[row, first:first + at.CAP_FIELDS].tolist()
        if per == at.PER_ORIGIN:
            return loan.insured.get(counter, 0)
        if measure == at.M_AMOUNT:
            return int(figure)
        self.world.rules["cap by measure"] += 1
        return int(muldiv(pct, self.measured(loan, int(self.world.law.rows[row, at.PAYER]), measure), PPM))

    def measured(self, loan: Loan, payer: int, measure: int) -> int:
        """The balance behind a payer now, its chain's line, or the scheme's cover at the last month end."""
        if measure == at.M_BALANCE:
            behind = self.world.scheme.pots_of(payer, loan.firm.district)
            return sum(self.purses.pots[pot].cash for pot in behind if pot != at.NOBODY)
        if measure == at.M_LINE:
            return self.clusters.line_of(loan)
        tally = self.breakers.last_month()
        return {at.M_IN_FORCE: tally.in_force, at.M_ENDED: tally.ended, at.M_DISBURSED: tally.given}[measure]


def insure(world: World, loan: Loan) -> None:
    """Fix what each limit at origination lets a new loan cover; a firm's year is used up as its loans come."""
    year = world.calendar_year(loan.start)
    for row in world.scheme.modes[loan.mode].rows:
        numbers = world.law.rows[row]
        for c in range(at.MAX_CAPS):
            per, limit = (int(numbers[at.CAP + c * at.CAP_FIELDS + n]) for n in (at.CAP_PER, at.CAP_COUNTER))
            if per != at.PER_ORIGIN or limit in loan.insured or not holds(numbers, *loan.facts):
                continue
            room, kind = world.law.origin[limit].tolist()
            yearly = kind == at.PER_FIRM_YEAR and not loan.book
            if yearly:
                room = max(0, room - loan.firm.insured[limit, year])
            loan.insured[limit] = min(loan.covered, room)
            if yearly:
                loan.firm.insured[limit, year] += loan.insured[limit]
            world.rules["limited at origination"] += int(loan.insured[limit] < loan.covered)
