"""Circuit breakers: counters by scope, read on the evening of a check day, in force the next day."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from simulator.engine import layout as at
from simulator.engine.day import CLOSE, MONTH, OPEN, YEAR
from simulator.engine.rules import PPM
from simulator.engine.story.records import Loan
from simulator.engine.story.scheme import BreakerLaw
from simulator.engine.story.world import Business, World

YEAR_START = 1 << 10                       # after the interest of the ended month
NOWHERE = -1


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
    refunded: int = 0
    defaults: int = 0

    def since(self, then: Tally) -> Tally:
        """What has been added to each counter."""
        return Tally(*(getattr(self, f.name) - getattr(then, f.name) for f in fields(self)))


class Breaker:
    """One breaker: stops new cover, or payment, in a scope whose rate of losses is too high."""

    def __init__(self, world: World, law: BreakerLaw) -> None:
        self.world, self.law = world, law
        scopes = world.whole[at.N_SCOPES]
        self.tallies = [Tally() for _ in range(scopes)]
        self.months: list[list[Tally]] = []            # at the start of each month so far
        self.stopped = [False] * scopes
        world.start(self.calendar())
        if law.effect != at.COUNT_ONLY:
            world.start(self.evenings())

    def calendar(self) -> Business:
        """Remember the counters at the start of each month."""
        for day in range(0, self.world.last + 1, MONTH):
            yield self.world.until(day, OPEN, YEAR_START)
            self.months.append([replace(tally) for tally in self.tallies])

    def evenings(self) -> Business:
        """Read the rates at the end of each check day of the window, or of the path if payments may be stopped."""
        end = self.world.last + 1 if self.law.effect == at.NO_PAYMENT else self.world.days
        for day in range(self.law.check_days - 1, end, self.law.check_days):
            yield self.world.until(day, CLOSE)
            self.check(day)

    # --- what counts where

    def scope(self, bank: int, account: int, mode: int) -> int:
        """Scope of a loan: bank, first pot it counts in (the first of all if none), mode, guarantor, or the scheme."""
        guarantor = self.world.scheme.modes[mode].guarantor
        return {at.SCOPE_BANK: bank, at.SCOPE_POT: max(0, account), at.SCOPE_MODE: mode,
                at.SCOPE_GUARANTOR: guarantor}.get(self.law.scope, 0)

    def of(self, loan: Loan) -> Tally:
        """Counters a loan counts in; of no consequence when it counts nowhere."""
        scope = self.scope(loan.bank, loan.accounts[0], loan.mode)
        return Tally() if scope == NOWHERE else self.tallies[scope]

    def is_stopped(self, bank: int, account: int, mode: int) -> bool:
        """Whether the effect is on where this loan would count."""
        scope = self.scope(bank, account, mode)
        return scope != NOWHERE and self.stopped[scope]

    # --- reading

    def opening(self, scope: int, day: int) -> Tally:
        """The counters at the start of the window that ends today."""
        month = (day + 1) // MONTH
        if self.law.window == at.WINDOW_YEAR:
            return self.months[day // YEAR * (YEAR // MONTH)][scope]
        if self.law.window == at.WINDOW_ROLLING and month >= YEAR // MONTH:
            return self.months[month - YEAR // MONTH][scope]
        return Tally()

    def rate(self, scope: int, day: int) -> tuple[int, int, int, int]:
        """(numerator, denominator, loans in the denominator, defaults) over the breaker's window."""
        now = self.tallies[scope]
        flow = now.since(self.opening(scope, day))
        num = {at.NUM_DETERMINED: flow.determined, at.NUM_PAID: flow.paid, at.NUM_PAID_NET: flow.paid - flow.refunded,
               at.NUM_NPL: now.npl}[self.law.num]
        den, loans = {at.DEN_IN_FORCE: (now.in_force, now.loans_in_force),
                      at.DEN_ENDED: (flow.ended, flow.loans_ended),
                      at.DEN_DISBURSED: (flow.given, flow.loans_given)}[self.law.den]
        return num, den, loans, flow.defaults

    def check(self, day: int) -> None:
        """Above the stop rate (in whole yuan) the effect begins; at the resume rate or below it ends."""
        law, effect = self.law, "payment" if self.law.effect == at.NO_PAYMENT else "cover"
        for scope in range(len(self.tallies)):
            num, den, loans, defaults = self.rate(scope, day)
            enough = loans >= law.min_loans and defaults >= law.min_defaults and den >= law.min_den
            num, den = num // 100, den // 100
            if enough and law.warn != at.NO_LIMIT and num * PPM > law.warn * den:
                self.world.count_in(at.B_WARNED, law.number, 1)
                self.world.tell("breaker warns", amount=num * 100)
            if not self.stopped[scope]:
                if enough and num * PPM > law.stop * den:
                    self.stopped[scope] = True
                    self.world.count_in(at.B_STOPPED, law.number, 1)
                    self.world.tell("breaker stops", amount=num * 100, note=effect)
            elif num * PPM <= law.resume * den:
                self.stopped[scope] = False
                self.world.tell("breaker resumes", amount=num * 100, note=effect)


class Breakers:
    """All breakers of a scheme, and the tally of its cover for caps that follow a measure."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.all = [Breaker(world, law) for law in world.scheme.breakers]

    def cover_stopped(self, bank: int, account: int, mode: int) -> bool:
        """Whether new cover is stopped where this loan would count."""
        return any(b.law.effect == at.NO_COVER and b.is_stopped(bank, account, mode) for b in self.all)

    def payment_stopped(self, loan: Loan) -> bool:
        """Whether pots may not pay for a loan now."""
        return any(b.law.effect == at.NO_PAYMENT and b.is_stopped(loan.bank, loan.accounts[0], loan.mode)
                   for b in self.all)

    def last_month(self) -> Tally:
        """The whole scheme's counters at the last month end."""
        return self.all[self.world.whole[at.MEASURE_TALLY]].months[-1][0]

    # --- what is counted

    def cover_begins(self, loan: Loan) -> None:
        """A covered loan is in force; a loan of the opening book was not given in the window."""
        for breaker in self.all:
            tally = breaker.of(loan)
            tally.in_force += loan.standing
            tally.loans_in_force += 1
            if not loan.book:
                tally.given += loan.covered
                tally.loans_given += 1

    def cover_ends(self, loan: Loan) -> None:
        """Repaid, or determined."""
        for breaker in self.all:
            tally = breaker.of(loan)
            tally.in_force -= loan.standing
            tally.loans_in_force -= 1
            tally.ended += loan.standing
            tally.loans_ended += 1

    def cover_shrinks(self, loan: Loan, amount: int) -> None:
        """An instalment is paid; the loan goes on."""
        for breaker in self.all:
            breaker.of(loan).in_force -= amount
            breaker.of(loan).ended += amount

    def defaulted(self, loan: Loan) -> None:
        """A covered loan is not paid."""
        for breaker in self.all:
            breaker.of(loan).npl += loan.standing
            breaker.of(loan).defaults += 1

    def determined(self, loan: Loan) -> None:
        """A claim's covered principal."""
        for breaker in self.all:
            breaker.of(loan).determined += loan.standing

    def recovered(self, loan: Loan) -> None:
        """The end of a bad loan."""
        for breaker in self.all:
            breaker.of(loan).npl -= loan.standing

    def tallies_of_pot(self, loan: Loan, pot: int) -> list[Tally]:
        """Where a pot's money counts: with that pot, or where the loan does; a guarantor counts its own."""
        return [b.tallies[pot] if b.law.scope == at.SCOPE_POT else b.of(loan) for b in self.all
                if b.law.scope != at.SCOPE_GUARANTOR]

    def tallies_of_party(self, loan: Loan, payer: int) -> list[Tally]:
        """Where the money of a payer without a pot counts: with the guarantor it is."""
        guarantor = self.world.scheme.modes[loan.mode].guarantor
        return [b.tallies[payer] for b in self.all if b.law.scope == at.SCOPE_GUARANTOR and guarantor == payer]
