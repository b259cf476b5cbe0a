"""Collective credit in the story: joint lines, reserves, contagion, and the pace of the other members' clocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from simulator.engine import layout as at
from simulator.engine.attributes import default_after, default_target, hazard_at
from simulator.engine.collective import (
    anchor_day, cluster_of, contagion_delay, frailty_of, sector_of_cluster, to_the_power,
)
from simulator.engine.day import CONTAGION, NEVER
from simulator.engine.ledger import ANCHOR_DEFAULTS, CONTAGION_FIRMS, LINE_DRAWN, P_LINE_USE, RESERVE_IN, RESERVE_OUT
from simulator.engine.rules import muldiv, of_ppm
from simulator.engine.story.records import Claim, Firm, Loan
from simulator.engine.story.world import Business, World


@dataclass(eq=False)
class Cluster:
    """One joint line: its law, its luck, and how it stands. Money in fen."""

    number: int
    law: list[int]
    joint: float                           # factor on the others' hazard after a member's default
    frailty: float
    sector: int
    members: list[Firm] = field(default_factory=list)
    drawn: int = 0
    reserve: int = 0
    closed: bool = False
    anchor_day: int = NEVER                # day on which its anchor fails
    fell: int = 0                          # members that defaulted today
    fallen: int = 0                        # and before


class ClusterDesk:
    """Everything that members of a cluster have in common."""

    def __init__(self, world: World, hazard: np.ndarray) -> None:
        self.world, self.hazard = world, hazard
        self.redate: Callable[[Firm, int], None] = lambda firm, day: None
        self.drawn = self.most_drawn = 0
        law, seed, path = world.law, world.seed, world.path
        self.clusters = [
            Cluster(c, row, float(law.joint[c]), float(frailty_of(law, seed, path, c)),
                    int(sector_of_cluster(law, seed, path, c)))
            for c, row in enumerate(law.clusters.tolist())]
        for cluster in self.clusters:
            day = int(anchor_day(law, hazard, seed, path, cluster.number, NEVER))
            cluster.anchor_day = day
            if day <= world.last:
                world.start(self.anchor_fails(cluster, day))

    def of(self, segment: int, firm: int) -> Cluster | None:
        """The cluster of a firm."""
        number = int(cluster_of(self.world.law, segment, firm))
        return None if number < 0 else self.clusters[number]

    def enter(self, firm: Firm, segment: int) -> None:
        """A firm is seen for the first time: members share their cluster's sector."""
        cluster = self.of(segment, firm.number)
        if cluster is not None:
            firm.cluster, firm.sector = cluster.number, cluster.sector
            cluster.members.append(firm)

    # --- the line

    def has_room(self, firm: Firm, principal: int) -> bool:
        """Whether the firm's line, if it has one, is open and large enough."""
        if firm.cluster < 0:
            return True
        cluster = self.clusters[firm.cluster]
        return not cluster.closed and cluster.drawn + principal <= cluster.law[at.CL_LINE]

    def discount(self, loan: Loan) -> int:
        """What the line takes off a covered loan's rate (ppm)."""
        return self.clusters[loan.firm.cluster].law[at.CL_DISCOUNT] if self.uses_line(loan) else 0

    def uses_line(self, loan: Loan) -> bool:
        """Covered loans of members draw on their line."""
        return loan.firm.cluster >= 0 and loan.covered > 0

    def draw(self, loan: Loan) -> None:
        """The loan is paid out under the line and leaves its deposit."""
        if not self.uses_line(loan):
            return
        cluster = self.clusters[loan.firm.cluster]
        loan.deposit = int(of_ppm(loan.principal, cluster.law[at.CL_RESERVE]))
        cluster.drawn += loan.balance
        cluster.reserve += loan.deposit
        self.drawn += loan.balance
        self.most_drawn = max(self.most_drawn, self.drawn)
        self.world.count(LINE_DRAWN, loan.principal)
        self.world.count(RESERVE_IN, loan.deposit)
        self.world.tell("drawn on the line", loan, loan.principal)
        self.world.post("deposit", "borrower", -loan.deposit, "reserve of the cluster", loan)

    def leave(self, loan: Loan) -> None:
        """The loan no longer uses the line."""
        if self.uses_line(loan):
            self.pay_down(loan, loan.balance)

    def pay_down(self, loan: Loan, amount: int) -> None:
        """What is repaid under the line can be drawn again."""
        if self.uses_line(loan):
            self.clusters[loan.firm.cluster].drawn -= amount
            self.drawn -= amount

    def give_deposit_back(self, loan: Loan) -> None:
        """After repayment, as far as claims have left it."""
        if self.uses_line(loan):
            cluster = self.clusters[loan.firm.cluster]
            amount = min(loan.deposit, cluster.reserve)
            cluster.reserve -= amount
            self.world.count(RESERVE_OUT, amount)
            self.world.post("deposit", "borrower", amount, "reserve of the cluster", loan)

    # --- claims

    def line_of(self, loan: Loan) -> int:
        """The line a loan is drawn on; nothing where it has none."""
        return int(self.clusters[loan.firm.cluster].law[at.CL_LINE]) if self.uses_line(loan) else 0

    def anchor_stands(self, loan: Loan, day: int) -> int:
        """1 while the anchor of a loan's chain has not failed; 0 after, and for a loan without one."""
        return int(self.uses_line(loan) and self.clusters[loan.firm.cluster].anchor_day > day)

    def can_take(self, payer: int, loan: Loan) -> int:
        """What a party tied to the cluster can take over today."""
        kind = int(self.world.law.payers[payer, at.KIND])
        if not self.uses_line(loan):
            return 0
        cluster = self.clusters[loan.firm.cluster]
        if kind == at.KIND_RESERVE:
            return cluster.reserve
        if kind == at.KIND_ANCHOR:
            return 0 if cluster.closed else at.UNLIMITED
        return at.UNLIMITED if any(m.live for m in cluster.members if m is not loan.firm) else 0

    def member_shares(self, claim: Claim) -> list[tuple[Firm, int]]:
        """What each other member with live loans bears of the members' part: by what it owes, the rest to the last."""
        rows = self.world.law.payers.tolist()
        whole = sum(amount for amount, row in zip(claim.burden, rows, strict=False) if row[at.KIND] == at.KIND_MEMBERS)
        if whole == 0:
            return []
        others = [m for m in self.clusters[claim.loan.firm.cluster].members if m.live and m is not claim.loan.firm]
        owed = [sum(loan.balance for loan in member.live) for member in others]
        parts = [int(muldiv(balance, whole, sum(owed))) for balance in owed[:-1]]
        return list(zip(others, [*parts, whole - sum(parts)], strict=True))

    def spend(self, claim: Claim, amounts: list[int], sign: int) -> None:
        """The reserve bears its part of a claim, or gets back its part of a recovery."""
        if self.uses_line(claim.loan):
            for payer, row in enumerate(self.world.law.payers.tolist()):
                if row[at.KIND] == at.KIND_RESERVE:
                    self.clusters[claim.loan.firm.cluster].reserve += sign * amounts[payer]

    def common_right(self, loan: Loan) -> int:
        """The cluster whose one right secures the loan, NOBODY if it has its own."""
        common = self.uses_line(loan) and self.clusters[loan.firm.cluster].law[at.CL_COMMON]
        return loan.firm.cluster if common else at.NOBODY

    # --- clocks

    def multiple(self, firm: Firm) -> float:
        """What the cluster makes of a firm's hazard when it starts borrowing."""
        if firm.cluster < 0:
            return 1.0
        cluster = self.clusters[firm.cluster]
        return cluster.frailty * float(to_the_power(cluster.joint, cluster.fallen))

    def set_clock(self, firm: Firm, day: int, u: float, multiple: float) -> None:
        """Remember where the cumulative hazard ends the firm's spell."""
        if firm.cluster >= 0:
            firm.target = float(default_target(self.hazard[firm.grade][firm.sector], day, u, multiple))
            firm.hit = NEVER

    def member_fell(self, firm: Firm) -> None:
        """Look at the cluster once the day's defaults are over."""
        if firm.cluster >= 0:
            cluster = self.clusters[firm.cluster]
            cluster.fell += 1
            if cluster.fell == 1:
                self.world.start(self.after_defaults(cluster, self.world.today))

    def after_defaults(self, cluster: Cluster, day: int) -> Business:
        """The others pay more, or take more care: their hazard changes pace from here on."""
        yield self.world.until(day, CONTAGION, 2 * cluster.number)
        ratio = float(to_the_power(cluster.joint, cluster.fell))
        cluster.fallen, cluster.fell = cluster.fallen + cluster.fell, 0
        if ratio == 1.0:
            return
        for firm in self.at_risk(cluster):
            line = self.hazard[firm.grade][firm.sector]
            now = float(hazard_at(line, day))
            firm.target = now + (firm.target - now) / ratio
            self.world.rules["pace changed"] += 1
            self.move(firm, min(firm.hit, int(default_after(line, day, firm.target, NEVER))))

    def anchor_fails(self, cluster: Cluster, day: int) -> Business:
        """The line is closed; each live member is hit within the window or spared."""
        world = self.world
        yield world.until(day, CONTAGION, 2 * cluster.number + 1)
        cluster.closed = True
        world.count(ANCHOR_DEFAULTS, 1)
        world.tell("anchor defaults", note=f"cluster {cluster.number}")
        for firm in self.at_risk(cluster):
            delay = int(contagion_delay(world.law, world.seed, world.path, cluster.number, firm.number))
            if delay >= 0:
                world.count(CONTAGION_FIRMS, 1)
                world.tell("hit by the anchor", firm=firm.number)
                firm.hit = day + delay
                self.move(firm, min(firm.default_day, firm.hit))

    def at_risk(self, cluster: Cluster) -> list[Firm]:
        """Members with live loans whose day may still move."""
        return [firm for firm in cluster.members if firm.live and not firm.barred and not firm.doomed]

    def move(self, firm: Firm, day: int) -> None:
        """A firm's default day moves."""
        if day != firm.default_day:
            self.redate(firm, day)

    def close(self) -> None:
        """The largest share of all lines drawn at once (ppm)."""
        self.world.set_once(P_LINE_USE, self.most_drawn * 1000 // max(1, self.world.whole[at.ALL_LINES] // 1000))
