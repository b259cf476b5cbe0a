"""What bank and fund say to an application: the bank, the gates of the loan alone, and those of the day."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.engine import layout as at
from simulator.engine.attributes import approval_line, relief_of, static_gate, version_of
from simulator.engine.ledger import (
    BANK, BARRED, BREAKER, COMMITMENT, ELIGIBLE_APPROVED, FIRM_CAP, FIRM_YEAR_CAP, LINE, REFUSED_FUND,
)
from simulator.engine.rules import PPM, of_ppm
from simulator.engine.story.breaker import Breakers
from simulator.engine.story.clusters import ClusterDesk
from simulator.engine.story.pots import Purses
from simulator.engine.story.records import Firm
from simulator.engine.story.world import World


@dataclass(frozen=True)
class Application:
    """A firm asks its bank for a loan. Amount in fen, term in days."""

    entity: int
    segment: int
    day: int
    amount: int
    term: int
    bank: int
    mode: int
    ip: int
    odds: float                            # logit of its approval uniform
    reach: float                           # uniform: reached by the subsidies where it lies below the month's share
    reached: bool
    firm: Firm
    generation: int = 0                    # how often its loan has been renewed

    @property
    def book(self) -> bool:
        """A loan of the base year, in force on day 0."""
        return self.day < 0


@dataclass(frozen=True)
class Decision:
    """What bank and fund say: a reason (−1 covered), and the loan as the fund would cover it."""

    reason: int
    principal: int
    covered: int
    pots: tuple[int, int] = (-1, -1)


class GateKeeper:
    """Decides applications; what it counts is only what passed and what the fund refused."""

    def __init__(self, world: World, purses: Purses, breakers: Breakers, clusters: ClusterDesk) -> None:
        self.world, self.purses, self.breakers, self.clusters = world, purses, breakers, clusters

    def decide(self, asks: Application) -> Decision:
        """Bank, barred firms, gates of the loan alone, then the gates that depend on the day."""
        law, whole, firm = self.world.law, self.world.whole, asks.firm
        gate, principal, covered = (int(x) for x in static_gate(
            law, asks.segment, asks.ip, firm.firm_class, firm.district, firm.flags, asks.mode, asks.amount, asks.term,
            asks.day))
        if asks.book and whole[at.BOOK_COVERED] == 0:
            gate = BANK
        wish = covered if gate < 0 else int(of_ppm(asks.amount, law.ip_part[asks.ip]))
        relief = relief_of(self.world.scheme.modes[asks.mode].cover_ppm, wish, principal)
        if asks.odds >= approval_line(law, asks.bank, asks.mode, relief, wish > 0):
            return Decision(BANK, principal, covered)
        if firm.barred:
            return Decision(BARRED, principal, covered)
        if gate >= 0:
            return Decision(gate, principal, covered)
        if asks.book:
            return Decision(-1, principal, covered, self.purses.first_pots(asks.mode, firm.district))
        return self.room(asks, principal, covered)

    def room(self, asks: Application, principal: int, covered: int) -> Decision:
        """The firm's room, its chain's and its bank's; then the breaker, and room in the pots."""
        law, firm = self.world.law, asks.firm
        wish = covered
        principal, covered = self.within_firm_cap(asks, principal, wish)
        if covered == 0 < wish:
            return Decision(FIRM_CAP, principal, covered)
        if not self.clusters.has_room(firm, principal):
            return Decision(LINE, principal, covered)
        cap = int(law.caps[version_of(law, asks.day), -1])
        if cap != at.NO_LIMIT and firm.covered_by_year[self.world.calendar_year(asks.day)] + covered > cap:
            return Decision(FIRM_YEAR_CAP, principal, covered)
        if self.purses.lent_by[asks.bank] + covered > law.bank_facts[asks.bank, 2]:
            return Decision(COMMITMENT, principal, covered)
        self.world.count(ELIGIBLE_APPROVED, covered)
        pots, reason = [-1, -1], -1
        for place, payer in enumerate(self.world.scheme.modes[asks.mode].pot_payers):
            if reason < 0:
                reason, pots[place] = self.purses.ask(payer, firm.district, covered)
        asked = pots[0] if pots[0] >= 0 else self.purses.first_pots(asks.mode, firm.district)[0]
        if self.breakers.cover_stopped(asks.bank, asked, asks.mode):
            reason = BREAKER
        if reason >= 0:
            self.world.count(REFUSED_FUND, covered)
        return Decision(reason, principal, covered, (pots[0], pots[1]))

    def within_firm_cap(self, asks: Application, principal: int, covered: int) -> tuple[int, int]:
        """Principal and cover that the limit on a firm's cover in force leaves; no cover where it refuses."""
        law = self.world.law
        cap = int(law.firm_caps[asks.firm.grade])
        free = at.ALWAYS if cap == at.NO_LIMIT else cap - self.in_force(asks.firm)
        if covered <= free:
            return principal, covered
        self.world.rules["firm cap binds"] += 1
        how = self.world.whole[at.OVER_CAP]
        if how == at.REFUSE or free <= 0:
            return principal, 0
        if how == at.COVER_PART:
            return principal, free
        part = int(law.ip_part[asks.ip])
        return free * PPM // part, int(of_ppm(free * PPM // part, part))

    @staticmethod
    def in_force(firm: Firm) -> int:
        """Covered principal of the firm's loans that are neither repaid nor in default."""
        return sum(loan.standing for loan in firm.live)
