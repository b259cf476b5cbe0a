"""Subsidies and insurance policies: entitlement, firm-year cap, then the year's envelope."""

from __future__ import annotations

from collections import Counter

from simulator.chance.decisions import POLICY, POLICY_ARRIVALS, POLICY_MIXING
from simulator.chance.philox import block
from simulator.chance.variates import lognormal, poisson_quantile, table_lookup
from simulator.engine import layout as at
from simulator.engine.attributes import WAN
from simulator.engine.day import MONTH, OPEN, YEAR
from simulator.engine.ledger import INSURED, POLICIES
from simulator.engine.rules import entitlement, for_days, holds, programme_base
from simulator.engine.story.records import Loan
from simulator.engine.story.scheme import Programme
from simulator.engine.story.world import Business, World

SALES = 1 << 12                            # last of the morning


class SubsidyDesk:
    """Pays programmes, first come first served."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.envelopes: Counter[tuple[int, int]] = Counter()       # (programme, year) → fen granted
        world.start(self.policies())

    def pay(self, loan: Loan, event: int) -> None:
        """Every programme that pays on this event, in the order of the scheme."""
        if not loan.reached:
            self.world.rules["not reached"] += 1
            return
        law, today = self.world.law, self.world.today
        year = self.world.calendar_year(today)
        for programme in self.world.scheme.programmes:
            covers = loan.covered > 0 or not programme.covered_only
            if programme.event == event and today in programme.days and covers and holds(programme.row, *loan.facts):
                base = programme_base(law, programme.base, loan.mode, loan.principal, loan.covered, loan.rate,
                                      loan.term, loan.ip)
                granted = loan.firm.granted[programme.number, year]
                amount = self.grant(programme, year, int(entitlement(programme.row, base, granted)), today, loan)
                loan.firm.granted[programme.number, year] += amount
                loan.subsidy += amount

    def grant(self, programme: Programme, year: int, entitled: int, day: int, loan: Loan | None = None) -> int:
        """What is left of the year's envelope, at most the entitlement; the rest is unmet."""
        amount = entitled
        if programme.envelope != at.NO_LIMIT:
            amount = min(entitled, programme.envelope - self.envelopes[programme.number, year])
        self.envelopes[programme.number, year] += amount
        self.world.count_in(at.B_SUBSIDY, programme.number, amount, day)
        self.world.count_in(at.B_UNMET, programme.number, entitled - amount, day)
        if amount < entitled:
            self.world.rules["envelope exhausted"] += 1
        if amount > 0:
            self.world.post("subsidy", "government", -amount, programme.name, loan)
            self.world.tell("subsidy", loan, amount)
        return amount

    # --- insurance policies

    def policies(self) -> Business:
        """On each month's first morning: the policies sold in the month that has ended."""
        expected = self.world.law.policies.tolist()
        for month, mean in enumerate(expected):
            yield self.world.until((month + 1) * MONTH, OPEN, SALES)
            if mean > 0:
                self.sell(month, mean)

    def sell(self, month: int, mean: float) -> None:
        """A month's policies: sums insured, and the subsidy on their premiums."""
        world, law = self.world, self.world.law
        mixing = block(world.seed, world.path, POLICY_MIXING, month // 3, 0)[0]
        arrivals = block(world.seed, world.path, POLICY_ARRIVALS, month, 0)[0]
        ended = world.today - 1
        for k in range(int(poisson_quantile(arrivals, mean * table_lookup(law.policy_mixing, mixing)))):
            size = block(world.seed, world.path, POLICY, month << 10 | k, 0)[0]
            wanted = lognormal(size, float(law.real[at.POLICY_MEDIAN]), float(law.real[at.POLICY_SIGMA]))
            insured = max(WAN, int(wanted / WAN) * WAN)
            world.count(POLICIES, 1, ended)
            world.count(INSURED, insured, ended)
            for number, target in enumerate(law.targets.tolist()):
                if target[at.TARGET_MEASURE] == at.MEASURE_INSURED:
                    world.count_in(at.B_MEASURE, number, insured, ended)
            premium = int(for_days(insured, world.whole[at.POLICY_PREMIUM], YEAR))
            for programme in world.scheme.programmes:
                if (programme.event == at.ON_ISSUED and programme.base == at.BASE_POLICY
                        and ended in programme.days):
                    self.grant(programme, ended // YEAR, int(entitlement(programme.row, premium, 0)), ended)
