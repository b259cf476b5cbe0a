"""Lending: who applies, what bank and fund say, and a loan's life until it is repaid or its firm defaults."""

from __future__ import annotations

import math
import numpy as np
import simpy

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from simulator.chance.decisions import APPLICANT, DEFAULT as THRESHOLD, MIXING, STREAM
from simulator.chance.philox import block
from simulator.chance.variates import table_lookup
from simulator.engine import layout as at
from simulator.engine.attributes import (
    asked_amount, default_day, firm_of, hazard_multiple, loan_facts, loan_rate, log_odds, month_of,
    pick, relief_of, renewal_delay, static_gate,
)
from simulator.engine.day import APPLY, BOOK_SHIFT, DEFAULT, MATURE, MONTH, NEVER, RENEW, entity_of
from simulator.engine.instalments import interest_until, paid_before
from simulator.engine.ledger import (
    APPLICATIONS, APPLIED, BARRED, INTEREST_PAID, MATURED_LOANS, REFUSALS, REFUSED, REFUSED_FEN, RENEWAL_WISHES, REPAID,
)
from simulator.engine.story.breaker import Breakers
from simulator.engine.story.claims import ClaimsOffice
from simulator.engine.story.clusters import ClusterDesk
from simulator.engine.story.gates import Application, Decision, GateKeeper
from simulator.engine.story.limits import insure
from simulator.engine.story.opening import opening_loans
from simulator.engine.story.pots import Purses
from simulator.engine.story.records import Firm, Loan, LoanState
from simulator.engine.story.rights import RightsDesk
from simulator.engine.story.subsidies import SubsidyDesk
from simulator.engine.story.volumes import count_loan
from simulator.engine.story.world import Business, World


class LendingDesk:
    """Applications, gates, disbursements, firm clocks and repayments."""

    def __init__(self, world: World, purses: Purses, breakers: Breakers, claims: ClaimsOffice, subsidies: SubsidyDesk,
                 clusters: ClusterDesk, rights: RightsDesk, hazard: np.ndarray) -> None:
        self.world, self.purses, self.breakers, self.clusters = world, purses, breakers, clusters
        clusters.redate = self.redate
        self.gates = GateKeeper(world, purses, breakers, clusters)
        self.claims, self.subsidies, self.rights, self.hazard = claims, subsidies, rights, hazard
        self.firms: dict[int, Firm] = {}
        for day, entity, thinning in self.candidates():
            world.start(self.application(day, entity, thinning))
        if world.whole[at.BOOK_KIND] in (at.BOOK_FIXED, at.BOOK_FILE):
            world.start(self.open_book())

    # --- who applies

    def candidates(self) -> Iterator[tuple[int, int, float]]:
        """Everybody who might apply on this path, whatever the policy: (day, entity, thinning uniform)."""
        world = self.world
        before, months = world.whole[at.N_BOOK_DAYS] // MONTH, world.law.arrivals.shape[1]
        for segment in range(world.whole[at.N_SEGMENTS]):
            for side, order in ((1, range(before - 1, -1, -1)), (0, range(before, months))):
                for n, (day, thinning) in enumerate(self.outward(segment, side, [(m - before, m) for m in order])):
                    yield day, entity_of(segment, side, n), thinning

    def outward(self, segment: int, side: int, order: list[tuple[int, int]]) -> Iterator[tuple[int, float]]:
        """One side of a segment's stream, month after month away from day 0: (day, thinning uniform)."""
        waits = self.waits(segment, side)
        wait, thinning = next(waits)
        for month, row in order:
            mean = self.mean_of_month(segment, month, row)
            while wait < mean:
                part = min(int(wait / mean * MONTH), MONTH - 1)
                yield month * MONTH + (MONTH - 1 - part if side else part), thinning
                further, thinning = next(waits)
                wait += further
            wait -= mean

    def waits(self, segment: int, side: int) -> Iterator[tuple[float, float]]:
        """(−log of a uniform, thinning uniform) of each candidate in turn."""
        for pair in count():
            lanes = block(self.world.seed, self.world.path, STREAM, entity_of(segment, side, pair), 0)
            yield -math.log(lanes[0]), lanes[1]
            yield -math.log(lanes[2]), lanes[3]

    def mean_of_month(self, segment: int, month: int, row: int) -> float:
        """Mean number of candidates of a month, over-dispersed by quarter."""
        world, law = self.world, self.world.law
        quarter = (month * MONTH + BOOK_SHIFT) // 90
        u = block(world.seed, world.path, MIXING, segment << 16 | quarter, 0)[0]
        return float(law.arrivals[segment, row] * MONTH * table_lookup(law.mixing[segment], u))

    def firm(self, facts: tuple[int, ...], segment: int) -> Firm:
        """The firm with these facts, the same for all its loans."""
        number, firm_class, district, sector, grade, flags = (int(fact) for fact in facts)
        if number not in self.firms:
            self.firms[number] = Firm(number, firm_class, district, sector, grade, flags)
            self.clusters.enter(self.firms[number], segment)
        return self.firms[number]

    def applicant(self, day: int, entity: int, thinning: float) -> Application | None:
        """Who stands behind a candidate; nobody when the policy keeps it away or its old loan has ended."""
        world, law, segment = self.world, self.world.law, entity >> 24
        reach, size, who, kind = block(world.seed, world.path, APPLICANT, entity, 0)
        term, bank, mode, approval = loan_facts(law, world.seed, world.path, entity, segment)
        if day + term <= 0:
            return None
        firm = self.firm(firm_of(law, world.seed, world.path, segment, who), segment)
        gate = static_gate(law, segment, int(pick(law.ip_cum[segment], kind)), firm.firm_class, firm.district,
                           firm.flags, int(mode), int(asked_amount(law, segment, size)), int(term), day)[0]
        month = month_of(law, day)
        reached = bool(reach < law.reach[month])
        if thinning >= law.keep[segment, month, (0 if reached else 2) + int(gate < 0)]:
            return None
        return Application(entity, segment, day, int(asked_amount(law, segment, size)), int(term), int(bank), int(mode),
                           int(pick(law.ip_cum[segment], kind)), float(log_odds(approval)), float(reach), reached, firm)

    # --- what becomes of an application

    def application(self, day: int, entity: int, thinning: float) -> Business:
        """A candidate's whole story: its day comes, it asks, and lives with the loan it gets."""
        yield self.world.until(day, APPLY, entity)
        asks = self.applicant(day, entity, thinning)
        if asks is not None:
            yield from self.consider(asks)

    def consider(self, asks: Application) -> Business:
        """An application is decided; its loan is followed, and perhaps renewed."""
        if not asks.book:
            self.world.count(APPLICATIONS, 1)
            self.world.count(APPLIED, asks.amount)
            self.world.tell("application", amount=asks.amount, entity=asks.entity, firm=asks.firm.number)
        lacking = -1 if asks.book or asks.firm.barred else self.rights.lacking(asks.ip, asks.day)
        if lacking >= 0:
            self.refuse(asks, lacking)
            return
        decision = self.gates.decide(asks)
        if decision.reason >= 0:
            self.refuse(asks, decision.reason)
            if decision.reason == BARRED or not self.bank_alone(asks):
                return
            decision = Decision(decision.reason, asks.amount, 0)
        loan = self.disburse(asks, decision)
        yield from self.life(loan)
        if loan.state == LoanState.REPAID:
            yield from self.renew(loan, asks)

    def renew(self, loan: Loan, asks: Application) -> Business:
        """Who has repaid may ask again: the same wish, met by the law of its day, before newcomers."""
        world = self.world
        delay = int(renewal_delay(world.law, world.seed, world.path, loan.entity, loan.generation))
        day = world.today + delay
        if delay < 0 or day >= world.days:
            return
        world.count(RENEWAL_WISHES, 1)
        world.tell("wish to renew", loan, loan.principal, "bridged" if delay == 0 else "after a gap")
        yield world.until(day, RENEW, loan.number)
        reached = bool(asks.reach < world.law.reach[month_of(world.law, day)])
        yield from self.consider(replace(asks, day=day, reached=reached, generation=asks.generation + 1))

    def bank_alone(self, asks: Application) -> bool:
        """Whether the bank would lend without any cover."""
        return asks.odds < float(self.world.law.bank_base[asks.bank])

    def refuse(self, asks: Application, reason: int) -> None:
        """Count a refusal by its reason; the opening book has none."""
        if not asks.book:
            self.world.count(REFUSED + reason, 1)
            self.world.count(REFUSED_FEN + reason, asks.amount)
            self.world.tell("refused", amount=asks.amount, note=REFUSALS[reason], entity=asks.entity,
                            firm=asks.firm.number)

    # --- loans

    def disburse(self, asks: Application, decision: Decision) -> Loan:
        """The bank pays out; with cover, the fund stands behind it."""
        covered, law = decision.covered, self.world.law
        loan = Loan(len(self.world.loans), asks.entity, asks.segment, asks.firm, asks.day, asks.term,
                    decision.principal, covered, asks.mode, asks.bank, int(loan_rate(law, asks.day)), asks.ip,
                    decision.pots if covered > 0 else (-1, -1), covered > 0 and not self.bank_alone(asks), asks.book,
                    asks.reached, asks.generation)
        self.begin(loan)
        return loan

    def begin(self, loan: Loan) -> None:
        """Everything a disbursement sets in motion."""
        self.world.loans.append(loan)
        loan.every = int(self.world.law.segments[loan.segment, at.SEG_EVERY])
        loan.paid = int(paid_before(loan.term, loan.every, -loan.start))
        loan.opening = loan.balance
        self.world.on_books += loan.opening
        self.clusters.draw(loan)
        loan.rate -= self.clusters.discount(loan)
        self.world.tell("disbursed", loan, loan.principal, "with cover" if loan.covered > 0 else "without cover")
        self.world.post("disbursement", "bank", -loan.principal, "loan", loan)
        if loan.covered > 0:
            self.purses.stand_for(loan, 0, loan.standing)
            self.breakers.cover_begins(loan)
            insure(self.world, loan)
        self.rights.take(loan, +1)
        self.join_spell(loan)
        if not loan.book:
            loan.firm.covered_by_year[self.world.calendar_year(loan.start)] += loan.covered
            count_loan(self.world, loan)
            self.subsidies.pay(loan, at.ON_DISBURSED)
            self.subsidies.note_lending(loan)

    def open_book(self) -> Business:
        """Everything in force on day 0 beside the base year's own loans."""
        yield self.world.until(-1, APPLY)
        for loan in opening_loans(self.world, self.purses, self.firm):
            self.begin(loan)
            loan.process = self.world.start(self.life(loan))

    def life(self, loan: Loan) -> Business:
        """A loan waits for its maturity, unless its firm defaults before."""
        loan.process = self.world.env.active_process
        try:
            while loan.next_payment < loan.maturity:
                yield self.world.until(loan.next_payment, MATURE, loan.number)
                self.pay_instalment(loan)
            yield self.world.until(loan.maturity, MATURE, loan.number)
        except simpy.Interrupt:
            yield from self.claims.follow(loan)
            return
        self.repay(loan)

    def pay_instalment(self, loan: Loan) -> None:
        """Part of the principal comes back; what is measured by what is owed falls with it."""
        owed, standing = loan.balance, loan.standing
        loan.paid += 1
        paid = owed - loan.balance
        self.world.on_books -= paid
        self.world.count(REPAID, paid)
        self.world.tell("instalment", loan, paid)
        self.world.post("repayment", "bank", paid, "instalment", loan)
        self.clusters.pay_down(loan, paid)
        if loan.covered > 0:
            self.purses.stand_for(loan, standing, loan.standing)
            self.breakers.cover_shrinks(loan, standing - loan.standing)

    def repay(self, loan: Loan) -> None:
        """Principal and interest come back; cover ends; ex-post subsidies are paid."""
        loan.state = LoanState.REPAID
        owed = loan.balance
        self.world.on_books -= owed
        interest = int(interest_until(loan.principal, loan.rate, loan.term, loan.term, loan.every))
        self.world.count(MATURED_LOANS, 1)
        self.world.count(REPAID, owed)
        self.world.count(INTEREST_PAID, interest)
        self.world.tell("repaid", loan, owed)
        self.world.post("repayment", "bank", owed + interest, "principal and interest", loan)
        if loan.covered > 0:
            self.purses.stand_for(loan, loan.standing, 0)
            self.breakers.cover_ends(loan)
        self.rights.take(loan, -1)
        self.clusters.leave(loan)
        self.clusters.give_deposit_back(loan)
        loan.firm.live.remove(loan)
        if not loan.firm.live:
            loan.firm.ended = self.world.today
        self.subsidies.pay(loan, at.ON_REPAID)
        self.subsidies.pay(loan, at.ON_INTEREST)
        self.rights.exercise_option(loan)

    # --- the firm's clock

    def join_spell(self, loan: Loan) -> None:
        """The first live loan of a firm sets its default day; further and same-day loans share it."""
        firm, day = loan.firm, max(loan.start, 0)
        if not firm.live and firm.ended < day:
            u = block(self.world.seed, self.world.path, THRESHOLD, loan.entity, loan.generation)[0]
            cover = self.world.scheme.modes[loan.mode].cover_ppm
            multiple = hazard_multiple(self.world.law, relief_of(cover, loan.covered, loan.principal))
            if firm.cluster >= 0:
                multiple *= self.clusters.multiple(firm)
            self.clusters.set_clock(firm, day, u, multiple)
            firm.default_day = int(default_day(self.hazard[firm.grade][firm.sector], day, u, multiple, NEVER))
            firm.doomed = False
            if firm.default_day < NEVER:
                self.world.start(self.clock(firm, firm.default_day))
        else:
            if firm.doomed and loan.next_payment < firm.default_day:
                firm.default_day = loan.next_payment
                self.world.start(self.clock(firm, loan.next_payment))
            self.world.rules["joined a spell" if firm.live else "joined on the day of repayment"] += 1
        firm.live.append(loan)

    def redate(self, firm: Firm, day: int) -> None:
        """A firm's default day moves; the old one no longer holds when it comes."""
        firm.default_day = day
        if day < NEVER:
            self.world.start(self.clock(firm, day))

    def clock(self, firm: Firm, day: int) -> Business:
        """On its day a firm defaults on all live loans, if this is still its spell."""
        yield self.world.until(day, DEFAULT, firm.number)
        if self.world.whole[at.AT_MATURITY] and firm.default_day == day and firm.live and not firm.barred:
            firm.default_day = min(loan.next_payment for loan in firm.live)
            if firm.default_day > day:
                firm.doomed = True
                self.world.tell("cannot pay", firm=firm.number)
                self.world.start(self.clock(firm, firm.default_day))
        if firm.default_day == day and firm.live and not firm.barred:
            self.clusters.member_fell(firm)
            for loan in firm.live:
                self.claims.default(loan)
                loan.process.interrupt()
            firm.live, firm.barred, firm.ended, firm.default_day = [], True, day, NEVER
