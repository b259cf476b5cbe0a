"""The subsidy desk: what programmes pay for loans, after the firm's limits, from their envelopes."""

from __future__ import annotations

from collections import Counter

from simulator.chance.decisions import IMPROPER
from simulator.chance.philox import block
from simulator.engine import layout as at
from simulator.engine.grants import (
    days_paid_for, entitlement, fee_due, is_better, is_open, left_in, programme_base, rate_on,
)
from simulator.engine.rules import PPM, holds
from simulator.engine.story.pots import Purses
from simulator.engine.story.records import Loan
from simulator.engine.story.scheme import Programme
from simulator.engine.story.world import World


class SubsidyDesk:
    """Pays programmes, first come first served."""

    def __init__(self, world: World, purses: Purses) -> None:
        self.world, self.purses = world, purses
        self.programmes = world.scheme.programmes
        self.spent: Counter[tuple[int, int]] = Counter()           # (envelope, year, −1 for good) → fen
        self.volume: Counter[tuple[int, int]] = Counter()          # (programme, bank) → fen lent so far

    # --- loans

    def pay(self, loan: Loan, event: int) -> None:
        """Every programme that pays on this event, in the order of the scheme; of a group only its best."""
        if not loan.reached:
            self.world.rules["not reached"] += 1
        today = self.world.today
        year = self.world.calendar_year(today)
        chosen = self.chosen(loan, event, year)
        for programme in self.programmes:
            if programme.event == event and self.is_for(programme, loan):
                due = self.due(programme, loan, year)
                if programme.group != at.NOBODY and chosen[programme.group] is not programme:
                    self.world.rules["paid once"] += 1
                    self.avoid(programme, min(due, self.room(programme, year)))
                    continue
                amount = self.grant(programme, year, due, today, loan)
                loan.firm.granted[programme.book, year] += amount
                loan.subsidy += amount
                self.audit(programme, loan, amount)

    def is_for(self, programme: Programme, loan: Loan) -> bool:
        """Whether the loan may claim: reached (other payees than the firm always are) and eligible."""
        firm, day = loan.firm, self.world.today
        reached = loan.reached or programme.payee != at.PAYEE_FIRM
        return reached and bool(is_open(self.world.law, programme.number, day, loan.ip, loan.mode, loan.covered,
                                        loan.principal, loan.term, firm.firm_class, firm.district, firm.flags))

    def due(self, programme: Programme, loan: Loan, year: int) -> int:
        """Entitlement after what the firm has had from the programme's book."""
        book = {y: amount for (number, y), amount in loan.firm.granted.items()
                if number == programme.book and amount > 0}
        before = [y for y in book if y < year]
        since = year - min(before) if before else 0
        rate = rate_on(self.world.law, programme.row, self.world.today, since, len(before))
        if since > 0 and programme.remembers:
            self.world.rules["a later year of support"] += 1
        days = int(days_paid_for(programme.event, loan.start, loan.term, self.world.today))
        base = programme_base(self.world.law, programme.row, loan.mode, loan.principal, loan.covered, loan.rate,
                              days, loan.ip, loan.term, loan.every)
        given = sum(book.values())
        return int(entitlement(programme.row, rate, base, book.get(year, 0), given, since))

    def chosen(self, loan: Loan, event: int, year: int) -> dict[int, Programme]:
        """The programme of each group that pays: judged by what each could pay now."""
        best: dict[int, tuple[Programme, int]] = {}
        for programme in self.programmes:
            if programme.group != at.NOBODY and programme.event == event and self.is_for(programme, loan):
                payable = min(self.due(programme, loan, year), self.room(programme, year))
                held = best.get(programme.group)
                if held is None or is_better(programme.row, payable, held[0].row, held[1]):
                    best[programme.group] = programme, payable
        return {group: programme for group, (programme, _) in best.items()}

    def avoid(self, programme: Programme, amount: int) -> None:
        """Money that a loan's other programme of the group makes unnecessary."""
        self.world.count_support(at.B_AVOIDED, programme.number, amount)

    def audit(self, programme: Programme, loan: Loan, amount: int) -> None:
        """What should not have been claimed is found after a while; part of it comes back."""
        world, support = self.world, self.world.support
        if support[at.AUDIT_IMPROPER] == 0:
            return
        wrong, back, _, _ = block(world.seed, world.path, IMPROPER, loan.entity, loan.generation)
        if wrong < support[at.AUDIT_IMPROPER] / PPM:
            world.count_support(at.B_IMPROPER, programme.number, amount)
            found = max(world.today, 0) + support[at.AUDIT_DELAY]
            if back < support[at.AUDIT_RECOVERED] / PPM and found <= world.last:
                world.rules["reclaimed"] += 1
                world.count_support(at.B_RECLAIMED, programme.number, amount, found)

    def note_lending(self, loan: Loan) -> None:
        """A new loan: its bank's volume for the year's settlement, and fees between guaranteeing parties."""
        for programme in self.programmes:
            if programme.by_volume and self.is_for(programme, loan):
                counted = loan.principal if programme.base == at.BASE_PRINCIPAL else loan.covered
                self.volume[programme.number, loan.bank] += counted
        for number, fee in enumerate(self.world.law.fees):
            if loan.covered > 0 and holds(fee, *loan.facts):
                amount = int(fee_due(self.world.law, number, loan.mode, loan.covered, loan.term))
                self.world.count_support(at.B_FEE, number, amount)
                payer, receiver = (self.world.layout.payers[int(fee[side])] for side in (at.FEE_FROM, at.FEE_TO))
                self.world.post("fee", payer, -amount, self.world.layout.fees[number], loan)
                self.world.post("fee", receiver, amount, self.world.layout.fees[number], loan)

    # --- envelopes

    def room(self, programme: Programme, year: int) -> int:
        """What the programme's envelopes still hold; of a pot, what is neither owed nor below its floor."""
        rooms = [int(left_in(limit, self.spent[key])) for key, limit in self.envelopes(programme, year)]
        if programme.pot != at.NOBODY:
            pot = self.purses.pots[programme.pot]
            rooms.append(max(0, pot.free - pot.law.floor))
        return min(rooms, default=at.ALWAYS)

    def envelopes(self, programme: Programme, year: int) -> list[tuple[tuple[int, int], int]]:
        """Books and limits of a programme's envelopes."""
        found = []
        for number in programme.envelopes:
            limit, for_good = self.world.law.envelopes[number].tolist()
            found.append(((number, -1 if for_good else year), limit))
        return found

    def grant(self, programme: Programme, year: int, entitled: int, day: int, loan: Loan | None = None,
              payee: str = "") -> int:
        """What the envelopes allow, at most the entitlement; the rest is unmet."""
        amount = min(entitled, self.room(programme, year))
        for key, _ in self.envelopes(programme, year):
            self.spent[key] += amount
        self.world.count_in(at.B_SUBSIDY, programme.number, amount, day)
        self.world.count_in(at.B_UNMET, programme.number, entitled - amount, day)
        if amount < entitled:
            self.world.rules["envelope exhausted"] += 1
        if amount > 0:
            self.draw(programme, amount, day, loan)
            self.world.post("subsidy", payee or PAYEES[programme.payee], amount, programme.name, loan)
            self.world.tell("subsidy", loan, amount)
        return amount

    def draw(self, programme: Programme, amount: int, day: int, loan: Loan | None) -> None:
        """The money leaves the budget, or the pot."""
        if programme.pot == at.NOBODY:
            self.world.post("subsidy", "government", -amount, programme.name, loan)
        else:
            self.world.rules["paid from a pot"] += 1
            self.purses.move(self.purses.pots[programme.pot], -amount, "subsidy", "government", programme.name, loan)
            self.world.count_support(at.B_DRAWN, programme.pot, amount, day)


PAYEES = {at.PAYEE_FIRM: "firm", at.PAYEE_BANK: "bank", at.PAYEE_AGENCY: "agency", at.PAYEE_ALLIANCE: "alliance",
          at.PAYEE_INVESTOR: "firm"}       # an investor only where it is local: said payment by payment
