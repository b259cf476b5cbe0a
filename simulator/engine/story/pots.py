"""The fund's purses: contributions, matches, interest, room for new cover, days without room."""

from __future__ import annotations

from collections import Counter

from simulator.chance.decisions import MATCH
from simulator.chance.philox import block
from simulator.engine import layout as at
from simulator.engine.day import CLOSE, MONTH, NEVER, OPEN, YEAR
from simulator.engine.ledger import BUDGET, FLOOR, LEVERAGE
from simulator.engine.rules import PPM, for_days, leverage_use
from simulator.engine.story.breaker import YEAR_START
from simulator.engine.story.records import Due, Loan
from simulator.engine.story.scheme import PotLaw
from simulator.engine.story.world import Business, World

CONTRIBUTIONS = 1 << 11                    # after interest and the start of the year


class Pot:
    """One purse: its cash, what it stands for, and what it owes. Money in fen."""

    def __init__(self, number: int, law: PotLaw) -> None:
        self.number, self.law, self.name = number, law, law.name
        self.cash = 0
        self.exposure = 0                  # covered principal in force
        self.pending = 0                   # owed and not paid
        self.escrow = 0                    # put aside for claims that are not final
        self.paid_this_year = 0
        self.paid_in = 0                   # contributions so far
        self.interest = 0                  # earned so far
        self.least: int | None = None      # smallest balance from the first evening on
        self.exhausted: int | None = None  # first day on which it could not pay all that was asked
        self.refusing_since: int | None = None

    @property
    def free(self) -> int:
        """Cash that is neither owed to anyone nor put aside."""
        return self.cash - self.escrow - self.pending

    @property
    def available(self) -> int:
        """What may be paid out today."""
        return max(0, self.cash - self.escrow - self.law.floor)

    def refusal(self, covered: int) -> int:
        """Why the pot cannot stand for ``covered`` more, −1 if it can."""
        law = self.law
        if law.leverage != at.NO_LIMIT and (self.exposure + covered) * 1000 > law.leverage * max(0, self.free):
            return LEVERAGE
        if law.budget != at.NO_LIMIT and self.paid_this_year + self.pending >= law.budget:
            return BUDGET
        if law.floor > 0 and self.free <= law.floor:
            return FLOOR
        return -1

    def use(self) -> int:
        """Share of the leverage room in use (ppm), reckoned in thousands of fen."""
        return int(leverage_use(self.law.leverage, self.free, self.exposure))


class Purses:
    """All pots of a scheme and the one door through which their money moves."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.pots = [Pot(n, law) for n, law in enumerate(world.scheme.pots)]
        self.lent_by: Counter[int] = Counter()     # covered principal in force, by bank
        self.outflow = self.most_outflow = 0       # claims paid less refunds and interest, and its maximum
        self.peak_use = 0
        self.longest_refusal = 0
        for pot in self.pots:
            world.start(self.interest(pot))
        for number, event in enumerate(world.law.contributions.tolist()):
            self.plan_contribution(number, event)
        world.start(self.years())
        world.start(self.evenings())

    # --- money in and out

    def move(self, pot: Pot, amount: int, event: str, party: str, rule: str, loan: Loan | None = None,
             clause: str = "") -> None:
        """Post a movement of money; an account is never overdrawn."""
        if amount == 0:
            return
        pot.cash += amount
        if pot.cash < 0:
            raise AssertionError(f"{pot.name} overdrawn")
        if amount < 0:
            pot.least = pot.cash if pot.least is None else min(pot.least, pot.cash)
        self.world.post(event, party, amount, rule, loan, pot.name, pot.cash, clause)

    def spend(self, amount: int) -> None:
        """Follow the money the claims have cost so far, after refunds and interest."""
        self.outflow += amount
        self.most_outflow = max(self.most_outflow, self.outflow)

    def reserve(self, due: Due, pot: int) -> None:
        """Until it is paid, a due is deducted from one pot's free cash."""
        due.reserve = pot
        self.pots[pot].pending += due.unpaid

    def release_reserve(self, due: Due, amount: int) -> None:
        """Paid, lapsed or cancelled."""
        if due.reserve >= 0:
            self.pots[due.reserve].pending -= amount

    # --- the calendar

    def interest(self, pot: Pot) -> Business:
        """A month's interest on last evening's cash, booked to the ended month."""
        for day in range(MONTH, self.world.days + 1, MONTH):
            yield self.world.until(day, OPEN, pot.number)
            if pot.cash > 0 and pot.law.interest > 0:
                earned = int(for_days(pot.cash, pot.law.interest, MONTH))
                self.move(pot, earned, "interest", pot.name, "deposit interest")
                self.world.count_in(at.B_INTEREST, pot.number, earned, day - 1)
                pot.interest += earned
                self.spend(-earned)

    def years(self) -> Business:
        """A new year, a new budget."""
        for day in range(0, self.world.last + 1, YEAR):
            yield self.world.until(day, OPEN, YEAR_START)
            for pot in self.pots:
                pot.paid_this_year = 0

    def plan_contribution(self, number: int, event: list[int]) -> None:
        """A match arrives within its time, or what it was promised for goes back."""
        day, amount = event[at.WHEN], event[at.SUM]
        if event[at.IS_MATCH]:
            happens, when, _, _ = block(self.world.seed, self.world.path, MATCH, event[at.INTO], number)
            if happens * PPM < event[at.MATCH_PPM]:
                day += int(when * (event[at.WITHIN_DAYS] + 1))
            else:
                day, amount = day + event[at.WITHIN_DAYS], -event[at.RETURN_SUM]
        if amount != 0 and day <= self.world.last:
            self.world.start(self.contribution(number, self.pots[event[at.INTO]], day, amount))

    def contribution(self, number: int, pot: Pot, day: int, amount: int) -> Business:
        """Money comes in, or goes back as far as there is any."""
        yield self.world.until(day, OPEN, CONTRIBUTIONS + number)
        if amount > 0:
            self.move(pot, amount, "contribution", "contributor", f"contribution {number}")
            self.world.count_in(at.B_CONTRIBUTED, pot.number, amount)
            pot.paid_in += amount
        else:
            back = min(-amount + self.interest_on(pot, -amount), pot.cash - pot.escrow)
            self.move(pot, -back, "clawback", "contributor", f"contribution {number}")
            self.world.count_in(at.B_CLAWBACK, pot.number, back)
            self.world.tell("clawback", amount=back)

    def interest_on(self, pot: Pot, contribution: int) -> int:
        """A contribution's part of the interest its pot has earned so far."""
        paid_in = pot.paid_in
        return min(contribution, paid_in) * pot.interest // paid_in if paid_in else 0

    def evenings(self) -> Business:
        """Would the pot still cover a loan of mean size? The longest run of days on which it would not."""
        mean_loan = self.world.whole[at.MEAN_LOAN]
        for day in range(self.world.days):
            yield self.world.until(day, CLOSE, 1)
            for pot in self.pots:
                if day == 0:
                    pot.least = pot.cash if pot.least is None else min(pot.least, pot.cash)
                refuses = pot.refusal(mean_loan) >= 0
                if refuses and pot.refusing_since is None:
                    pot.refusing_since = day
                elif not refuses and pot.refusing_since is not None:
                    self.longest_refusal = max(self.longest_refusal, day - pot.refusing_since)
                    pot.refusing_since = None

    def close(self) -> None:
        """Runs of refusal that last to the end of the window."""
        for pot in self.pots:
            if pot.refusing_since is not None:
                self.longest_refusal = max(self.longest_refusal, self.world.days - pot.refusing_since)

    # --- cover

    def stand_for(self, loan: Loan, before: int, after: int) -> None:
        """A loan's cover in the pots behind its mode changes: it begins, falls with an instalment, or ends."""
        scheme = self.world.scheme
        self.lent_by[loan.bank] += after - before
        for place, number in enumerate(scheme.modes[loan.mode].pot_payers):
            payer, chosen = scheme.payers[number], loan.accounts[place]
            if payer.in_order:
                parts = [(chosen, after - before)] if chosen >= 0 else []
            else:
                shares = [then - now for then, now in zip(payer.parts(after), payer.parts(before), strict=True)]
                parts = list(zip(scheme.pots_of(number, loan.firm.district), shares, strict=True))
            for pot, part in parts:
                self.pots[pot].exposure += part
            if before == 0 and not loan.book:
                uses = [self.pots[pot].use() for pot, _ in parts if self.pots[pot].law.leverage != at.NO_LIMIT]
                self.peak_use = max([self.peak_use, *uses])

    def ask(self, payer: int, district: int, covered: int) -> tuple[int, int]:
        """Room behind a payer: (reason or −1, pot the cover will count in or −1 when it is split)."""
        scheme = self.world.scheme
        behind = scheme.pots_of(payer, district)
        reason = -1
        if not scheme.payers[payer].in_order:
            for pot, part in zip(behind, scheme.payers[payer].parts(covered), strict=True):
                reason = self.pots[pot].refusal(part)
                if reason >= 0:
                    break
            return reason, -1
        for pot in behind:
            if pot != at.NOBODY:
                reason = self.pots[pot].refusal(covered)
                if reason < 0:
                    return -1, pot
        return reason, -1

    def first_pots(self, mode: int, district: int) -> tuple[int, int]:
        """Pots in which a loan of the opening book counts: the first of each payer, without asking."""
        scheme, chosen = self.world.scheme, [-1, -1]
        for place, number in enumerate(scheme.modes[mode].pot_payers):
            if scheme.payers[number].in_order:
                chosen[place] = next((a for a in scheme.pots_of(number, district) if a != at.NOBODY), -1)
        return chosen[0], chosen[1]

    def never(self, day: int | None) -> int:
        """A day as results hold it: −1 never."""
        return -1 if day is None or day >= NEVER else day
