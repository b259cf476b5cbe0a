"""Chains of payers: one is owed for a claim on which it owes itself, and may be without money."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.engine import layout as at
from simulator.engine.rules import muldiv
from simulator.engine.story.breaker import Breakers
from simulator.engine.story.pots import Purses
from simulator.engine.story.records import Claim, Due, DueState
from simulator.engine.story.world import World

if TYPE_CHECKING:
    from simulator.engine.story.cashier import Cashier


class Chains:
    """Moves burdens that fall on others, and money that belongs to the creditor of who receives it."""

    def __init__(self, world: World, purses: Purses, breakers: Breakers, cashier: Cashier) -> None:
        self.world, self.purses, self.breakers, self.cashier = world, purses, breakers, cashier

    def repaid(self, claim: Claim, party: int) -> bool:
        """Whether others repay a party that pays from a purse which may be used up."""
        if party == self.world.scheme.lender:
            return False
        limited = self.world.scheme.payers[party].is_pot or party in self.cashier.capital
        rows = self.world.law.rows
        return limited and any(rows[row, at.FROM] == party for row in self.world.scheme.modes[claim.loan.mode].rows)

    def above(self, claim: Claim, party: int) -> int:
        """Whose burden a party takes over in the claim's mode."""
        rows = self.world.law.rows
        mine = [row for row in self.world.scheme.modes[claim.loan.mode].rows if rows[row, at.PAYER] == party]
        return int(rows[mine[0], at.FROM]) if mine else self.world.scheme.lender

    # --- burdens

    def shift(self, claim: Claim, payer: int, onto: int, amount: int) -> None:
        """Part of a payer's burden falls on another; a negative amount comes back."""
        passes = self.world.scheme.payers[payer].short == at.SHORT_NEXT
        self.world.count_in(at.B_PASSED if passes else at.B_LAPSED, payer, amount)
        self.world.count_in(at.B_FALLEN, onto, amount)
        claim.borne[payer] -= amount
        claim.borne[onto] += amount

    def open_burden(self, claim: Claim, party: int) -> int:
        """What a party bears and no recovery has made good."""
        return claim.borne[party] - claim.back[party]

    def leave_unpaid(self, claim: Claim, payer: int, onto: int, missing: int) -> None:
        """A payer's own part falls on another at once, what others owe it when that does not come."""
        own = missing
        if self.repaid(claim, payer):
            own = min(missing, self.open_burden(claim, payer))
            claim.lacking[payer] += missing
            claim.awaited[payer] += missing - own
        self.shift(claim, payer, onto, own)
        while claim.awaited[onto]:
            part = min(claim.awaited[onto], self.open_burden(claim, onto))
            claim.awaited[onto] -= part
            above = self.above(claim, onto)
            self.shift(claim, onto, above, part)
            self.world.tell("lapsed", claim.loan, part, "awaited")
            onto = above

    # --- money

    def receive(self, claim: Claim, party: int, amount: int) -> None:
        """Money for a claim comes to one who may owe on it: its creditor goes first, and may itself owe."""
        if amount == 0 or not self.repaid(claim, party):
            return
        through = self.make_good(claim, party, amount)
        through += self.pay_own(claim, party, amount - through)
        if through:
            self.world.tell("went through", claim.loan, through)
        self.world.count_in(at.B_PAID, party, through)
        self.keep(claim, party, amount - through)
        self.receive(claim, self.above(claim, party), through)

    def make_good(self, claim: Claim, party: int, amount: int) -> int:
        """What the party had left unpaid is paid after all, as far as its creditor still bears it."""
        above = self.above(claim, party)
        awaited = min(amount, claim.awaited[party])
        fallen = min(amount - awaited, claim.lacking[party] - claim.awaited[party], self.open_burden(claim, above))
        claim.awaited[party] -= awaited
        claim.lacking[party] -= awaited + fallen
        self.shift(claim, party, above, -fallen)
        return awaited + fallen

    def pay_own(self, claim: Claim, party: int, amount: int) -> int:
        """What of the amount pays the party's open dues of this claim, the queued before those not yet due."""
        left = amount
        for state in (DueState.QUEUED, DueState.HELD):
            for due in claim.dues:
                if due.payer == party and due.state == state:
                    part = min(left, due.unpaid)
                    due.unpaid -= part
                    left -= part
                    self.purses.release_reserve(due, part)
        return amount - left

    def keep(self, claim: Claim, party: int, amount: int) -> None:
        """Money that is the party's to keep: back into its pots, or its capital."""
        if self.world.scheme.payers[party].is_pot:
            if amount:
                self.refund(claim, party, amount, "owed by others")
        else:
            self.cashier.add_capital(party, amount)

    def refund(self, claim: Claim, payer: int, amount: int, rule: str) -> None:
        """Back to the payer's accounts by what each has paid on this claim; the remainder to the last that paid."""
        paid = [(account, sum_paid, due) for due in claim.dues if due.payer == payer
                for account, sum_paid in zip(due.accounts, due.paid, strict=True) if sum_paid > 0]
        total, rest = sum(sum_paid for _, sum_paid, _ in paid), amount
        if amount > total:
            raise AssertionError(f"claim {claim.number}: refund of {amount} on {total} paid")
        for place, (account, sum_paid, due) in enumerate(paid, 1):
            back = rest if place == len(paid) else int(muldiv(sum_paid, amount, total))
            rest -= back
            self.put_back(due, account, back, rule)
        self.world.tell("refund", claim.loan, amount)

    def put_back(self, due: Due, account: int, amount: int, rule: str) -> None:
        """Money returns to a pot."""
        loan = due.claim.loan
        self.purses.move(self.purses.pots[account], amount, "refund", self.cashier.name(due.payer), rule, loan,
                         self.world.scheme.clauses[due.row])
        self.world.count_in(at.B_REFUND, account, amount)
        self.purses.spend(-amount)
        for tally in self.breakers.tallies_of_pot(loan, account):
            tally.refunded += amount
