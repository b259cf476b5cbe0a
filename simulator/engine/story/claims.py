"""Claims: from a firm's default to the day its recovery is shared."""

from __future__ import annotations

import numpy as np

from collections import Counter

from simulator.engine import layout as at
from simulator.engine.attributes import bank_years, recovery_of
from simulator.engine.day import DETERMINE, MONTH, RECOVER, YEAR
from simulator.engine.ledger import (
    COVERED_DEFAULTS, DEFAULTED, DEFAULTS, DETERMINED, NETTED, OUTSIDE, RECOVERED, RECOVERY_COST, VINTAGE,
    VINTAGE_DEFAULTS,
)
from simulator.engine.rules import for_days, muldiv, of_ppm, share_loss
from simulator.engine.story.breaker import Breakers
from simulator.engine.story.cashier import Cashier, check_borne
from simulator.engine.story.clusters import ClusterDesk
from simulator.engine.story.limits import Limits
from simulator.engine.story.pots import Purses
from simulator.engine.story.records import Claim, Due, DueState, Loan, LoanState
from simulator.engine.story.scheme import Mode
from simulator.engine.story.settlement import Settlements
from simulator.engine.story.rights import RightsDesk
from simulator.engine.story.subsidies import SubsidyDesk
from simulator.engine.story.world import Business, World

Cell = tuple[int, int, int]                # counter, firm, bank or cluster (or −1), calendar year (or −1)
CANCELLED_FIRST = (DueState.HELD, DueState.QUEUED)


class ClaimsOffice:
    """Determines losses by the terms, and shares what is recovered among those who bore them."""

    def __init__(self, world: World, purses: Purses, cashier: Cashier, breakers: Breakers,
                 clusters: ClusterDesk, subsidies: SubsidyDesk, rights: RightsDesk) -> None:
        self.world, self.purses, self.cashier, self.breakers = world, purses, cashier, breakers
        self.clusters, self.subsidies, self.rights = clusters, subsidies, rights
        self.counters: Counter[Cell] = Counter()
        self.limits = Limits(world, purses, breakers, clusters)
        self.settlements = Settlements(world, self, cashier, purses, breakers)
        self.claims = 0

    def default(self, loan: Loan) -> None:
        """A loan is not paid."""
        loan.state, loan.default_day = LoanState.DEFAULTED, self.world.today
        self.world.count(DEFAULTS, 1)
        self.world.count(DEFAULTED, loan.balance)
        self.world.overdue += loan.balance
        if not loan.book and self.world.today - loan.start <= YEAR:
            self.world.count(VINTAGE_DEFAULTS, 1, loan.start)
            self.world.count(VINTAGE, loan.balance, loan.start)
        if loan.covered > 0:
            self.world.count(COVERED_DEFAULTS, 1)
            self.breakers.defaulted(loan)
        self.world.tell("default", loan, loan.balance)
        self.subsidies.pay(loan, at.ON_INTEREST)

    def follow(self, loan: Loan) -> Business:
        """The rest of a defaulted loan's life: its claim and its recovery, which may come first where the bank collects
        before it claims.
        """
        mode = self.mode(loan)
        determined = loan.default_day + mode.overdue
        if mode.net:
            self.draw_recovery(loan, loan.default_day)
            if loan.recovery_day <= determined:
                yield self.world.until(loan.recovery_day, RECOVER, loan.number)
                self.recover(loan)
        yield self.world.until(determined, DETERMINE, loan.number)
        self.determine(loan)
        if loan.claim is not None and not loan.claim.final and mode.final_days != at.CLOSED_LOAN:
            self.world.start(self.settlements.on_day(loan.claim, determined + mode.final_days))
        if not mode.net:
            self.draw_recovery(loan, determined)
        if determined < loan.recovery_day <= self.world.last:
            yield self.world.until(loan.recovery_day, RECOVER, loan.number)
            self.recover(loan)

    def draw_recovery(self, loan: Loan, day: int) -> None:
        """What comes back of a loan, and when, counted from ``day``."""
        gross, arrives = recovery_of(self.world.law, self.world.seed, self.world.path, loan.entity, loan.generation,
                                     loan.ip, loan.principal, loan.balance, loan.start, day,
                                     self.clusters.common_right(loan), loan.mode, self.state_of_sector(loan, day))
        loan.gross, loan.recovery_day = int(gross), int(arrives)

    def state_of_sector(self, loan: Loan, day: int) -> float:
        """The factor of the loan's sector on a day; that of the last month known, later."""
        month = min(day // MONTH, self.world.whole[at.N_HAZARD_MONTHS] - 1)
        return float(self.world.index[loan.firm.sector][month])

    def mode(self, loan: Loan) -> Mode:
        """The terms of a loan."""
        return self.world.scheme.modes[loan.mode]

    # --- determination

    def determine(self, loan: Loan) -> None:
        """The loss becomes a claim: cover ends, the terms say who bears it."""
        before = self.mode(loan).net and loan.recovery_day <= self.world.today
        loan.state = LoanState.CLOSED if before else LoanState.DETERMINED
        self.world.count(OUTSIDE, loan.balance - loan.standing)
        self.clusters.leave(loan)
        if loan.covered == 0:
            return
        self.purses.stand_for(loan, loan.standing, 0)
        self.breakers.cover_ends(loan)
        self.breakers.determined(loan)
        early = self.covered_part(loan) if before else 0
        claim = self.new_claim(loan, early)
        taken = self.apply_terms(claim, claim.base, claim.burden)
        self.clusters.spend(claim, claim.burden, -1)
        claim.borne = list(claim.burden)
        check_borne(claim)
        self.world.count(DETERMINED, claim.base)
        self.world.count(NETTED, early)
        for party, amount in enumerate(claim.burden):
            self.world.count_in(at.B_LIABLE, party, amount)
        self.world.tell("determination", loan, claim.base)
        for member, amount in self.clusters.member_shares(claim):
            self.world.tell("member bears", loan, amount, str(member.number))
        if early:
            self.world.rules["net of what came in"] += 1
        if self.mode(loan).provisional == at.NO_LIMIT or (before and self.mode(loan).final_days == at.CLOSED_LOAN):
            self.call(claim, taken.tolist())
        else:
            self.settlements.call(claim, taken.tolist(), self.call)

    def new_claim(self, loan: Loan, early: int) -> Claim:
        """An empty claim for the covered principal, with interest, less what came in before."""
        parties = self.world.scheme.lender + 1
        interest = int(for_days(loan.standing, loan.rate, self.mode(loan).interest_days))
        claim = Claim(self.claims, loan, loan.standing + interest - early, [0] * parties, [0] * parties, [0] * parties,
                      np.zeros(len(self.world.law.counters), np.int64), self.limits.bounds(loan))
        self.claims += 1
        loan.claim = claim
        return claim

    def call(self, claim: Claim, taken: list[int], escrow: bool = False) -> None:
        """A due for every row that takes something over."""
        mode, scheme = self.mode(claim.loan), self.world.scheme
        rows = self.world.law.rows
        for row in mode.rows:
            amount = taken[row - mode.rows.start]
            if amount > 0:
                day = self.world.today + mode.review + scheme.lags[row]
                payer, creditor = int(rows[row, at.PAYER]), int(rows[row, at.FROM])
                for due in self.cashier.owe(claim, payer, creditor, amount, day, row, escrow):
                    self.world.start(self.cashier.fall_due(due))

    def cell(self, counter: int, claim: Claim) -> Cell | None:
        """Where a counter keeps what this claim's firm or year has used; None for one within a loan."""
        kind, loan = int(self.world.law.counters[counter]), claim.loan
        if kind == at.PER_CLUSTER:
            return (counter, loan.firm.cluster, -1) if self.clusters.uses_line(loan) else None
        whose = {at.PER_FIRM: loan.firm.number, at.PER_FIRM_YEAR: loan.firm.number, at.PER_BANK_YEAR: loan.bank}
        yearly = kind in (at.PER_YEAR, at.PER_FIRM_YEAR, at.PER_BANK_YEAR)
        year = self.determined_on(claim) // YEAR if yearly else -1
        alone = kind in (at.PER_NONE, at.PER_LOAN) or kind & at.PER_LIMIT == at.PER_LIMIT
        return None if alone else (counter, whose.get(kind, -1), year)

    def determined_on(self, claim: Claim) -> int:
        """Day of the first determination, whose year the counters belong to."""
        return claim.loan.default_day + self.mode(claim.loan).overdue

    def apply_terms(self, claim: Claim, base: int, burden: list[int]) -> np.ndarray:
        """Fill ``burden`` by the terms for ``base``; the claim's own counters are booked anew."""
        law, loan = self.world.law, claim.loan
        if base < 0:                       # the compiled rule does not look
            raise AssertionError(f"claim {claim.number}: a base of {base}")
        cells = [self.cell(counter, claim) for counter in range(len(law.counters))]
        used = np.array([0 if cell is None else self.counters[cell] - int(claim.booked[n])
                         for n, cell in enumerate(cells)], np.int64)
        for n, kind in enumerate(law.counters.tolist()):
            if kind & at.PER_LIMIT == at.PER_LIMIT:
                payer = kind >> at.LIMIT_PAYER
                again = any(claim.burden)
                used[n] = at.UNLIMITED - (claim.burden[payer] if again else self.clusters.can_take(payer, loan))
        held = used.copy()
        taken = np.zeros(max(1, len(law.rows)), np.int64)
        result, before = np.zeros(len(burden), np.int64), np.zeros(len(burden), np.int64)
        years = int(bank_years(law, loan.bank, self.determined_on(claim)))
        facts = (*loan.facts, years, int(law.bank_facts[loan.bank, 1]), loan.covered,
                 self.clusters.anchor_stands(loan, self.determined_on(claim)))
        share_loss(law, loan.mode, base, facts, claim.bounds, used, taken, result, before)
        for n, cell in enumerate(cells):
            if cell is not None:
                claim.booked[n] = used[n] - held[n]
                self.counters[cell] = int(used[n])
        burden[:] = result.tolist()
        if sum(burden) != base:
            raise AssertionError(f"claim {claim.number}: burden {burden} is not {base}")
        return taken

    # --- recovery

    def recover(self, loan: Loan) -> None:
        """Proceeds arrive: costs first, then shared between the covered part and the rest, then within it."""
        cost = int(of_ppm(loan.gross, self.world.whole[at.RECOVERY_COST_PPM]))
        loan.net = loan.gross - cost
        loan.state = LoanState.CLOSED if loan.state == LoanState.DETERMINED else loan.state
        self.world.overdue -= loan.balance
        self.world.on_books -= loan.balance
        self.world.count(RECOVERED, loan.gross)
        self.world.count(RECOVERY_COST, cost)
        self.world.tell("recovery", loan, loan.gross)
        self.world.post("recovery", "bank", loan.net, "proceeds less costs", loan)
        if loan.covered > 0:
            self.breakers.recovered(loan)
        if loan.claim is not None and not loan.claim.final:
            if self.mode(loan).final_days == at.CLOSED_LOAN:
                self.settlements.settle(loan.claim, self.covered_part(loan))
        elif loan.claim is not None:
            part = self.covered_part(loan)
            if part > 0:
                self.share(loan.claim, part)
        self.rights.take(loan, -1)
        if loan.gross > 0:
            self.subsidies.pay(loan, at.ON_DISPOSED)

    def covered_part(self, loan: Loan) -> int:
        """What of a recovery belongs to the covered part of the loss."""
        split = self.mode(loan).split
        if split == at.SPLIT_PRO_RATA:
            return int(muldiv(loan.standing, loan.net, loan.balance))
        if split == at.SPLIT_COVERED_FIRST:
            return min(loan.net, loan.standing)
        return max(0, loan.net - (loan.balance - loan.standing))

    def share(self, claim: Claim, part: int) -> None:
        """Share ``part`` among those who bore the loss, none more than it bore; the rest to the lender first."""
        lender = self.world.scheme.lender
        within = self.mode(claim.loan).within
        wishes = (self.by_priority if within == at.WITHIN_PRIORITY
                  else self.by_burden if within == at.WITHIN_PRO_RATA else self.restated)(claim, part)
        rest = part
        for party in [*wishes, lender, *range(lender)]:
            amount = min(rest, wishes.pop(party, claim.base), claim.borne[party] - claim.back[party])
            claim.back[party] += amount
            rest -= amount
        self.clusters.spend(claim, claim.back, 1)
        if sum(claim.back) != part:
            raise AssertionError(f"claim {claim.number}: {part} recovered, {claim.back} given back")
        self.world.tell("shared", claim.loan, part, ("restated", "pro rata", "by priority")[within])
        for party, amount in enumerate(claim.back):
            self.world.count_in(at.B_BACK, party, amount)
            if party != lender and amount > 0:
                self.give_back(claim, party, amount)

    def by_priority(self, claim: Claim, part: int) -> dict[int, int]:
        """The named parties in their order, each until it is whole."""
        return {party: part for party in self.mode(claim.loan).priority}

    def by_burden(self, claim: Claim, part: int) -> dict[int, int]:
        """In proportion to what each bore."""
        return {party: int(muldiv(claim.borne[party], part, claim.base)) for party in range(self.world.scheme.lender)}

    def restated(self, claim: Claim, part: int) -> dict[int, int]:
        """The terms again, on the loss less the recovery: each gets its drop."""
        fresh = [0] * len(claim.burden)
        self.apply_terms(claim, claim.base - part, fresh)
        return {party: max(0, claim.burden[party] - fresh[party]) for party in range(self.world.scheme.lender)}

    def give_back(self, claim: Claim, payer: int, amount: int) -> None:
        """First cancels what the payer still owes, not yet due before queued; the rest is refunded."""
        for state in CANCELLED_FIRST:
            for due in claim.dues:
                if due.payer == payer and due.state == state:
                    amount -= self.cancel(due, min(amount, due.unpaid))
        if amount > 0 and self.world.scheme.payers[payer].is_pot:
            self.cashier.chains.refund(claim, payer, amount, "share of recovery")
        elif amount > 0:
            self.cashier.add_capital(payer, amount)
            for tally in self.breakers.tallies_of_party(claim.loan, payer):
                tally.refunded += amount

    def cancel(self, due: Due, amount: int) -> int:
        """The creditor has been paid by the recovery."""
        due.unpaid -= amount
        due.cancelled += amount
        self.purses.release_reserve(due, amount)
        self.world.count_in(at.B_CANCELLED, due.payer, amount)
        if amount > 0:
            self.world.tell("cancelled", due.claim.loan, amount, due.state.name.lower())
            self.cashier.chains.receive(due.claim, due.creditor, amount)
        return amount
