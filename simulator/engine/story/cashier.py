"""The cashier: dues join a queue on their day and are paid in order from what the accounts hold."""

from __future__ import annotations

from simulator.engine import layout as at
from simulator.engine.day import DUE, PAY
from simulator.engine.rules import muldiv
from simulator.engine.story.breaker import Breakers
from simulator.engine.story.chains import Chains
from simulator.engine.story.pots import Pot, Purses
from simulator.engine.story.records import Claim, Due, DueState
from simulator.engine.story.world import Business, World


class Cashier:
    """Pays claims: no overtaking, never below an account's floor, shortfalls by each payer's rule."""

    def __init__(self, world: World, purses: Purses, breakers: Breakers) -> None:
        self.world, self.purses, self.breakers = world, purses, breakers
        self.queue: list[Due] = []
        self.queue_days = 0
        self.capital = {payer.number: payer.capital for payer in world.scheme.payers if payer.capital != at.NO_LIMIT}
        self.chains = Chains(world, purses, breakers, self)
        self.first_shortfall: int | None = None
        world.start(self.days())

    def days(self) -> Business:
        """Every day: serve the whole queue, then the dues that share an account pro rata."""
        for day in range(self.world.last + 1):
            yield self.world.until(day, PAY)
            if self.queue:
                self.serve(day)

    # --- what is owed

    def owe(self, claim: Claim, payer: int, creditor: int, amount: int, day: int, row: int,
            escrow: bool = False) -> list[Due]:
        """New dues: one per account that owes its weight, else one with all accounts in order."""
        law, loan = self.world.scheme.payers[payer], claim.loan
        if not law.is_pot:
            return [self.new_due(claim, payer, creditor, amount, day, row, [], escrow)]
        behind = self.world.scheme.pots_of(payer, loan.firm.district)
        if not law.in_order:
            parts = law.parts(amount)
            parts[-1] = amount - sum(parts[:-1])
            dues = []
            for pot, part in zip(behind, parts, strict=True):
                dues.append(self.new_due(claim, payer, creditor, part, day, row, [pot], escrow))
                self.purses.reserve(dues[-1], pot)
            return dues
        behind = [pot for pot in behind if pot != at.NOBODY]
        due = self.new_due(claim, payer, creditor, amount, day, row, behind, escrow)
        chosen = behind[0]
        for place, number in enumerate(self.world.scheme.modes[loan.mode].pot_payers):
            if number == payer and loan.accounts[place] >= 0:
                chosen = loan.accounts[place]
        self.purses.reserve(due, chosen)
        return [due]

    def new_due(self, claim: Claim, payer: int, creditor: int, amount: int, day: int, row: int,
                accounts: list[int], escrow: bool) -> Due:
        """Write down a due."""
        due = Due(len(self.world.dues), claim, payer, creditor, amount, amount, day, row, accounts,
                  [0] * max(1, len(accounts)), escrow)
        self.world.dues.append(due)
        claim.dues.append(due)
        self.world.tell("due", claim.loan, amount)
        return due

    def fall_due(self, due: Due) -> Business:
        """A due waits for its day and joins the tail; one that a recovery has cancelled is done with."""
        yield self.world.until(due.day, DUE, due.number)
        if due.unpaid > 0:
            self.join(due)
        else:
            due.state = DueState.DONE

    def join(self, due: Due) -> None:
        """Stand at the end of the queue."""
        due.state = DueState.QUEUED
        self.queue.append(due)

    # --- paying

    def serve(self, today: int) -> None:
        """The whole queue in order; what falls short is dealt with at once, new dues join the tail."""
        self.note_overtaking(today)
        for due in self.queue:             # grows while it is served
            if not self.shares_pro_rata(due) and not self.is_held_back(due):
                self.settle(due, today)
                if due.unpaid > 0:
                    self.fall_short(due, today)
        for pot in self.purses.pots:
            self.share_pro_rata(pot, today)
        for due in self.queue:
            if due.unpaid == 0:
                due.state = DueState.DONE
                self.queue_days += today - due.day
        self.queue = [due for due in self.queue if due.unpaid > 0]

    def shares_pro_rata(self, due: Due) -> bool:
        """Whether the due waits for its share of an account instead of its turn."""
        law = self.world.scheme.payers[due.payer]
        return law.is_pot and law.short == at.SHORT_PRO_RATA

    def is_held_back(self, due: Due) -> bool:
        """Whether a breaker keeps the pots from paying this due; it waits, whatever the payer's rule."""
        held = self.world.scheme.payers[due.payer].is_pot and self.breakers.payment_stopped(due.claim.loan)
        self.world.rules["payment held back"] += int(held)
        return held

    def settle(self, due: Due, today: int) -> None:
        """Pay what the due's accounts allow, in order; parties without an account here always pay."""
        if not self.world.scheme.payers[due.payer].is_pot:
            amount = min(due.unpaid, self.capital.get(due.payer, due.unpaid))
            self.add_capital(due.payer, -amount)
            if not due.escrow:
                self.count_party(due, amount)
            due.paid[0] += amount
            self.pay(due, amount)
            return
        for place, number in enumerate(due.accounts):
            pot = self.purses.pots[number]
            self.pay_from(due, place, min(due.unpaid, pot.available))
            if due.unpaid > 0 and pot.exhausted is None:
                pot.exhausted = today
        if due.unpaid > 0 and self.first_shortfall is None:
            self.first_shortfall = today

    def pay_from(self, due: Due, place: int, amount: int) -> None:
        """Pay part of a due from one of its accounts."""
        if amount == 0:
            return
        pot = self.purses.pots[due.accounts[place]]
        due.paid[place] += amount
        if due.escrow:
            pot.escrow += amount
        else:
            self.pay_out(due, pot, amount)
        self.pay(due, amount, posted=True)

    def pay_out(self, due: Due, pot: Pot, amount: int) -> None:
        """Money leaves a pot for a claim."""
        loan, clause = due.claim.loan, self.world.scheme.clauses[due.row]
        pot.paid_this_year += amount
        self.purses.move(pot, -amount, "claim", self.name(due.payer), self.rule(due), loan, clause)
        self.world.count_in(at.B_POT_PAID, pot.number, amount)
        self.purses.spend(amount)
        for tally in self.breakers.tallies_of_pot(loan, pot.number):
            tally.paid += amount

    def count_party(self, due: Due, amount: int) -> None:
        """What a payer without a pot has paid counts where it is the guarantor."""
        for tally in self.breakers.tallies_of_party(due.claim.loan, due.payer):
            tally.paid += amount

    def pay(self, due: Due, amount: int, posted: bool = False) -> None:
        """Book a payment by the payer, or what it puts aside, whatever its purse."""
        due.unpaid -= amount
        self.purses.release_reserve(due, amount)
        self.world.count_in(at.B_HELD if due.escrow else at.B_PAID, due.payer, amount)
        self.world.tell("put aside" if due.escrow else "payment", due.claim.loan, amount)
        if not posted:
            self.world.post("claim", self.name(due.payer), -amount, self.rule(due), due.claim.loan,
                            clause=self.world.scheme.clauses[due.row])
        if not due.escrow:
            self.chains.receive(due.claim, due.creditor, amount)

    def add_capital(self, payer: int, amount: int) -> None:
        """Money of a payer that has its own and not without end."""
        if payer in self.capital:
            self.capital[payer] += amount

    def fall_short(self, due: Due, today: int) -> None:
        """What is left unpaid lapses onto the creditor, passes to the next payer, or waits."""
        law, missing = self.world.scheme.payers[due.payer], due.unpaid
        if law.short == at.SHORT_FIFO:
            if due.day == today:
                self.world.tell("waits", due.claim.loan, missing)
            return
        passes = law.short == at.SHORT_NEXT
        onto = law.next_payer if passes else due.creditor
        due.unpaid = 0
        self.purses.release_reserve(due, missing)
        self.chains.leave_unpaid(due.claim, due.payer, onto, missing)
        if due.payer in self.capital:
            self.world.rules["capital used up"] += 1
        check_borne(due.claim)
        self.world.tell("passed on" if passes else "lapsed", due.claim.loan, missing)
        if passes and onto != self.world.scheme.lender:
            for further in self.owe(due.claim, onto, due.creditor, missing, today, due.row, due.escrow):
                self.join(further)

    def share_pro_rata(self, pot: Pot, today: int) -> None:
        """Share an account among its pro-rata dues by what is unpaid; what the floors leave goes to the oldest."""
        waiting = [due for due in self.queue if self.shares_pro_rata(due) and due.accounts[0] == pot.number
                   and not self.is_held_back(due)]
        owed = sum(due.unpaid for due in waiting)
        if owed == 0:
            return
        purse = min(owed, pot.available)
        shares = [int(muldiv(due.unpaid, purse, owed)) for due in waiting]
        rest = purse - sum(shares)
        for due, share in zip(waiting, shares, strict=True):
            self.pay_from(due, 0, share)
        for due in waiting:
            extra = min(rest, due.unpaid)
            self.pay_from(due, 0, extra)
            rest -= extra
        if purse < owed:
            self.world.tell("waits pro rata", amount=purse)
            pot.exhausted = today if pot.exhausted is None else pot.exhausted
            self.first_shortfall = today if self.first_shortfall is None else self.first_shortfall

    def note_overtaking(self, today: int) -> None:
        """Count days on which a newcomer could have overtaken: old dues, new dues and money at one account."""
        for pot in self.purses.pots:
            here = [due.day for due in self.queue if pot.number in due.accounts and due.unpaid > 0]
            if here and min(here) < today == max(here) and pot.available > 0:
                self.world.rules["overtaking possible"] += 1

    # --- words

    def name(self, payer: int) -> str:
        """A party's name."""
        return self.world.layout.payers[payer]

    def rule(self, due: Due) -> str:
        """Mode and row of the terms that make the payer pay."""
        return f"{self.world.scheme.modes[due.claim.loan.mode].name} row {due.row}"


def check_borne(claim: Claim) -> None:
    """The whole loss is always borne by somebody."""
    if sum(claim.borne) != claim.base or min(claim.borne) < 0:
        raise AssertionError(f"claim {claim.number}: {claim.borne} do not bear {claim.base}")
