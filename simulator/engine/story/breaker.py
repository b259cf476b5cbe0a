"""The circuit breaker: counters by scope, read on the evening of a check day, in force the next day."""

from __future__ import annotations

from dataclasses import dataclass, replace

from simulator.engine import layout as at
from simulator.engine.day import CLOSE, OPEN, YEAR
from simulator.engine.rules import PPM
from simulator.engine.story.records import Loan
from simulator.engine.story.world import Business, World

YEAR_START = 1 << 10                       # after the interest of the ended month


@dataclass
class Tally:
    """What a breaker counts in one scope since day 0; money in fen."""

    in_force: int = 0
    loans_in_force: int = 0
    ended: int = 0
    loans_ended: int = 0
    given: int = 0
    loans_given: int = 0
    npl: int = 0
    determined: int = 0
    paid: int = 0
    defaults: int = 0


class Breaker:
    """Stops new cover in a scope (bank, pot or whole scheme) whose rate of losses is too high."""

    def __init__(self, world: World) -> None:
        self.world, self.law = world, world.scheme.breaker
        scopes = max(len(world.scheme.pots), world.whole[at.N_BANKS], 1)
        self.tallies = [Tally() for _ in range(scopes)]
        self.opening = [Tally() for _ in range(scopes)]
        self.stopped = [False] * scopes
        world.start(self.years())
        if self.law.scope != at.SCOPE_OFF:
            world.start(self.evenings())

    def years(self) -> Business:
        """Remember the counters at the start of each year."""
        for day in range(0, self.world.last + 1, YEAR):
            yield self.world.until(day, OPEN, YEAR_START)
            self.opening = [replace(tally) for tally in self.tallies]

    def evenings(self) -> Business:
        """Read the rates at the end of each check day of the window."""
        for day in range(self.law.check_days - 1, self.world.days, self.law.check_days):
            yield self.world.until(day, CLOSE)
            self.check()

    # --- what counts where

    def scope(self, bank: int, account: int) -> int:
        """Scope of a loan: its bank, the first pot it counts in (the first of all if none), or the scheme."""
        if self.law.scope == at.SCOPE_BANK:
            return bank
        return max(0, account) if self.law.scope == at.SCOPE_POT else 0

    def of(self, loan: Loan) -> Tally:
        """Counters a loan counts in."""
        return self.tallies[self.scope(loan.bank, loan.accounts[0])]

    def is_stopped(self, bank: int, account: int) -> bool:
        """Whether new cover is stopped where this loan would count."""
        return self.law.scope != at.SCOPE_OFF and self.stopped[self.scope(bank, account)]

    def cover_begins(self, loan: Loan) -> None:
        """A covered loan is in force; a loan of the opening book was not given in the window."""
        tally = self.of(loan)
        tally.in_force += loan.covered
        tally.loans_in_force += 1
        if not loan.book:
            tally.given += loan.covered
            tally.loans_given += 1

    def cover_ends(self, loan: Loan) -> None:
        """Repaid, or determined."""
        tally = self.of(loan)
        tally.in_force -= loan.covered
        tally.loans_in_force -= 1
        tally.ended += loan.covered
        tally.loans_ended += 1

    def defaulted(self, loan: Loan) -> None:
        """A covered loan is not paid."""
        self.of(loan).npl += loan.covered
        self.of(loan).defaults += 1

    def determined(self, loan: Loan) -> None:
        """A claim's base."""
        self.of(loan).determined += loan.covered

    def recovered(self, loan: Loan) -> None:
        """The end of a bad loan."""
        self.of(loan).npl -= loan.covered

    def paid(self, loan: Loan, pot: int, amount: int) -> None:
        """A claim paid from a pot: by pot, or where the loan counts."""
        tally = self.tallies[pot] if self.law.scope == at.SCOPE_POT else self.of(loan)
        tally.paid += amount

    # --- reading

    def rate(self, now: Tally, then: Tally) -> tuple[int, int, int, int]:
        """(numerator, denominator, loans in the denominator, defaults) over the breaker's window."""
        since = then if self.law.by_year else Tally()
        num = {at.NUM_DETERMINED: now.determined - since.determined, at.NUM_PAID: now.paid - since.paid,
               at.NUM_NPL: now.npl}[self.law.num]
        den, loans = {at.DEN_IN_FORCE: (now.in_force, now.loans_in_force),
                      at.DEN_ENDED: (now.ended - since.ended, now.loans_ended - since.loans_ended),
                      at.DEN_DISBURSED: (now.given - since.given, now.loans_given - since.loans_given)}[self.law.den]
        return num, den, loans, now.defaults - since.defaults

    def check(self) -> None:
        """Above the stop rate (in whole yuan) new cover ends; at the resume rate or below it starts again."""
        for scope, (now, then) in enumerate(zip(self.tallies, self.opening, strict=True)):
            num, den, loans, defaults = self.rate(now, then)
            num, den = num // 100, den // 100
            if not self.stopped[scope]:
                enough = loans >= self.law.min_loans and defaults >= self.law.min_defaults
                if enough and num * PPM > self.law.stop * den:
                    self.stopped[scope] = True
                    self.world.tell("breaker stops", amount=num * 100)
            elif num * PPM <= self.law.resume * den:
                self.stopped[scope] = False
                self.world.tell("breaker resumes", amount=num * 100)
