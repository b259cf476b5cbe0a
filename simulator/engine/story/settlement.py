"""Claims paid before they are final: a share at determination, the truth when the recovery is in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from simulator.engine import layout as at
from simulator.engine.day import DETERMINE, NEVER
from simulator.engine.ledger import DETERMINED, NETTED
from simulator.engine.rules import muldiv, of_ppm
from simulator.engine.story.breaker import Breakers
from simulator.engine.story.cashier import Cashier, check_borne
from simulator.engine.story.pots import Purses
from simulator.engine.story.records import Claim, Due, DueState, LoanState
from simulator.engine.story.world import Business, World

if TYPE_CHECKING:
    from simulator.engine.story.claims import ClaimsOffice

FINALS = 1 << 29                           # on a day, after the loans that are determined


class Settlements:
    """Provisional dues, money put aside, and the final settlement."""

    def __init__(self, world: World, office: ClaimsOffice, cashier: Cashier, purses: Purses,
                 breakers: Breakers) -> None:
        self.world, self.office, self.cashier, self.purses = world, office, cashier, purses
        self.breakers = breakers

    def call(self, claim: Claim, taken: list[int], due: Callable[[Claim, list[int], bool], None]) -> None:
        """A share of what each row takes over falls due, the rest is owed until the settlement."""
        mode, rows = self.world.scheme.modes[claim.loan.mode], self.world.law.rows
        claim.agreed, claim.final = taken[:len(mode.rows)], False
        now = [int(of_ppm(amount, mode.provisional)) for amount in claim.agreed]
        for row, amount, part in zip(mode.rows, claim.agreed, now, strict=True):
            if amount > part:
                self.cashier.owe(claim, int(rows[row, at.PAYER]), int(rows[row, at.FROM]), amount - part, NEVER, row)
        due(claim, now, mode.escrow)
        self.world.tell("provisional", claim.loan, sum(now), "escrow" if mode.escrow else "lender")

    def on_day(self, claim: Claim, day: int) -> Business:
        """Some days after determination the claim is final, on what has come in since."""
        if day > self.world.last:
            return
        yield self.world.until(day, DETERMINE, FINALS + claim.loan.number)
        loan = claim.loan
        since = loan.recovery_day > self.office.determined_on(claim)
        self.settle(claim, self.office.covered_part(loan) if loan.state == LoanState.CLOSED and since else 0)

    def settle(self, claim: Claim, part: int) -> None:
        """The terms anew, on the base less ``part``: rows give back, or owe, the difference to what was agreed."""
        rows, before = self.world.scheme.modes[claim.loan.mode].rows, list(claim.burden)
        claim.base -= part
        claim.borne[-1] -= part
        taken = self.office.apply_terms(claim, claim.base, claim.burden).tolist()
        self.office.clusters.spend(claim, before, 1)
        self.office.clusters.spend(claim, claim.burden, -1)
        for party, amount in enumerate(claim.burden):
            self.world.count_in(at.B_LIABLE, party, amount - before[party])
        self.world.count(DETERMINED, -part)
        self.world.count(NETTED, part)
        more = [now - then for now, then in zip(taken[:len(rows)], claim.agreed, strict=True)]
        for row, change in zip(rows, more, strict=True):
            payer, giver = (int(self.world.law.rows[row, end]) for end in (at.PAYER, at.FROM))
            claim.borne[payer] += change
            claim.borne[giver] -= change
        for row, change in zip(rows, more, strict=True):
            payer, giver = (int(self.world.law.rows[row, end]) for end in (at.PAYER, at.FROM))
            if change > 0:
                self.cashier.owe(claim, payer, giver, change, NEVER, row)
            else:
                self.reduce(claim, row, payer, giver, -change)
        claim.final = True
        self.finish(claim)
        check_borne(claim)
        self.world.tell("settled", claim.loan, part, "upward" if max(more, default=0) > 0 else "")

    # --- less is owed

    def reduce(self, claim: Claim, row: int, payer: int, giver: int, amount: int) -> None:
        """The payer owes less, then gets money back; what it had left to others is taken off them."""
        lender = self.world.scheme.lender
        while amount > 0 and payer != lender:
            mine = [due for due in claim.dues if due.payer == payer and due.row == row]
            amount -= self.owe_less(mine, amount)
            amount -= self.hand_back(mine, amount)
            if amount == 0:
                break
            law = self.world.scheme.payers[payer]
            passes = law.short == at.SHORT_NEXT
            onto = law.next_payer if passes else giver
            self.world.count_in(at.B_PASSED if passes else at.B_LAPSED, payer, -amount)
            self.world.count_in(at.B_FALLEN, onto, -amount)
            claim.borne[payer] += amount
            claim.borne[onto] -= amount
            self.world.rules["lapsed less"] += 1
            payer = onto if passes else lender

    def owe_less(self, dues: list[Due], amount: int) -> int:
        """Shorten dues, not yet due before queued; returns by how much."""
        left = amount
        for state in (DueState.HELD, DueState.QUEUED):
            for due in dues:
                if due.state == state:
                    cut = min(left, due.unpaid)
                    due.unpaid -= cut
                    due.amount -= cut
                    left -= cut
                    self.purses.release_reserve(due, cut)
        return amount - left

    def hand_back(self, dues: list[Due], amount: int) -> int:
        """Money returns by what each account has paid, the remainder to the last; returns how much there was."""
        paid = [(due, place) for due in dues for place in range(len(due.paid)) if due.paid[place] > 0]
        total = sum(due.paid[place] for due, place in paid)
        wanted = rest = min(amount, total)
        shares = [int(muldiv(due.paid[place], wanted, total)) for due, place in paid[:-1]]
        for (due, place), share in zip(paid, [*shares, wanted - sum(shares)], strict=False):
            self.return_from(due, place, share)
            rest -= share
        return wanted - rest

    def return_from(self, due: Due, place: int, amount: int) -> None:
        """Out of escrow, or from the lender to the payer."""
        due.paid[place] -= amount
        due.amount -= amount
        self.cashier.add_capital(due.payer, amount)
        if due.escrow:
            self.leave_escrow(due, place, amount)
            return
        self.world.count_in(at.B_RETURNED, due.payer, amount)
        self.world.tell("returned", due.claim.loan, amount)
        if not due.accounts:
            for tally in self.breakers.tallies_of_party(due.claim.loan, due.payer):
                tally.refunded += amount
            return
        pot = self.purses.pots[due.accounts[place]]
        self.purses.move(pot, amount, "refund", self.cashier.name(due.payer), "final settlement", due.claim.loan,
                         self.world.scheme.clauses[due.row])
        self.world.count_in(at.B_REFUND, pot.number, amount)
        self.purses.spend(-amount)
        for tally in self.breakers.tallies_of_pot(due.claim.loan, pot.number):
            tally.refunded += amount

    def leave_escrow(self, due: Due, place: int, amount: int) -> None:
        """Money put aside is free again."""
        self.world.count_in(at.B_HELD, due.payer, -amount)
        if due.accounts:
            self.purses.pots[due.accounts[place]].escrow -= amount

    # --- what was put aside, and what waited

    def finish(self, claim: Claim) -> None:
        """Money put aside is paid; what was owed until the settlement falls due today."""
        for due in claim.dues:
            if due.escrow:
                for place, amount in enumerate(due.paid):
                    if amount > 0:
                        self.release(due, place, amount)
                due.escrow = False
            if due.day >= NEVER:
                due.day = self.world.today
                self.world.start(self.cashier.fall_due(due))

    def release(self, due: Due, place: int, amount: int) -> None:
        """From escrow to the creditor."""
        self.leave_escrow(due, place, amount)
        self.world.count_in(at.B_PAID, due.payer, amount)
        self.world.tell("released", due.claim.loan, amount)
        if due.accounts:
            self.cashier.pay_out(due, self.purses.pots[due.accounts[place]], amount)
        else:
            self.cashier.count_party(due, amount)
