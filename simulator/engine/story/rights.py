"""The register of pledges: whether a right can be appraised and pledged, and investors' options beside loans."""

from __future__ import annotations

from collections import Counter

from simulator.engine import layout as at
from simulator.engine.day import MONTH
from simulator.engine.ledger import APPRAISAL, OPTION_GAIN, OPTION_POT, SUPPLY
from simulator.engine.linkage import option_gain
from simulator.engine.story.clusters import ClusterDesk
from simulator.engine.story.pots import Purses
from simulator.engine.story.records import Loan
from simulator.engine.story.world import World


class RightsDesk:
    """Counts rights pledged today and appraisals of the month."""

    def __init__(self, world: World, purses: Purses, clusters: ClusterDesk) -> None:
        self.world, self.purses, self.clusters = world, purses, clusters
        self.pledged: Counter[int] = Counter()             # by type
        self.appraised: Counter[int] = Counter()           # by month of the window

    def lacking(self, ip: int, day: int) -> int:
        """Why nothing can be pledged today: no agency has time for it, or no right of its type is free; or −1."""
        law, month = self.world.law, day // MONTH
        if not len(law.supply):
            return -1
        if self.appraised[month] >= law.appraisals[month]:
            return APPRAISAL
        self.appraised[month] += 1
        short = [kind for kind in set(law.ip_rights[ip].tolist())
                 if self.pledged[kind] >= law.supply[kind, month]]
        return SUPPLY if short else -1

    def take(self, loan: Loan, change: int) -> None:
        """A loan's rights are pledged (+1), or free again (−1); those that a cluster shares are always there."""
        if self.clusters.common_right(loan) == at.NOBODY:
            for kind in set(self.world.law.ip_rights[loan.ip].tolist()):
                self.pledged[kind] += change

    def exercise_option(self, loan: Loan) -> None:
        """The investor of a repaid covered loan takes its gain, the pot its part of it."""
        world, terms = self.world, self.world.law.linkage
        if terms[at.LINK_SHARE] == 0 or loan.covered == 0 or loan.book:
            return
        gain = int(option_gain(world.law, world.seed, world.path, loan.entity, loan.generation, loan.principal,
                               loan.term))
        part, pot = int(gain * terms[at.LINK_POT_SHARE]), self.purses.pots[int(terms[at.LINK_POT])]
        world.count(OPTION_GAIN, gain)
        world.count(OPTION_POT, part)
        if gain > 0:
            world.rules["option exercised"] += 1
            world.tell("option", loan, gain)
            world.post("option", "investor", gain - part, "gain on equity", loan)
            self.purses.move(pot, part, "option", "investor", "gain on equity", loan)
