"""Public money that follows the calendar: policies and investments by the month, lines settled at the year's end."""

from __future__ import annotations

from collections import Counter

from simulator.chance.decisions import AWARD, INVESTMENT, INVESTMENT_ARRIVALS, POLICY, POLICY_ARRIVALS, POLICY_MIXING
from simulator.chance.philox import block
from simulator.chance.variates import lognormal, poisson_quantile, table_lookup
from simulator.engine import layout as at
from simulator.engine.attributes import WAN
from simulator.engine.day import MONTH, OPEN, YEAR
from simulator.engine.grants import counts_as_met, entitlement, investment_due, keeps_path, rate_on, reward
from simulator.engine.ledger import INSURED, POLICIES
from simulator.engine.rules import PPM, for_days, of_ppm
from simulator.engine.story.scheme import Programme
from simulator.engine.story.subsidies import SubsidyDesk
from simulator.engine.story.world import Business, World

SALES, INVESTING, SETTLING = 1 << 12, 1 << 13, 1 << 14     # last of the morning, in this order


class CalendarDesk:
    """Months and years that end; pays through the subsidy desk."""

    def __init__(self, world: World, desk: SubsidyDesk) -> None:
        self.world, self.desk = world, desk
        self.given: Counter[tuple[int, int]] = Counter()           # (programme, invested firm) → fen
        self.settled: Counter[tuple[int, int]] = Counter()         # (programme, bank) → volume reckoned before
        world.start(self.policies())
        if world.support[at.INVESTED_FIRMS] > 0:
            world.start(self.investments())
        world.start(self.year_ends())

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
            for programme in self.open_on(at.ON_ISSUED, ended):
                base = premium if programme.base == at.BASE_POLICY else int(programme.row[at.FIXED])
                rate = rate_on(law, programme.row, ended, 0, 0)
                self.desk.grant(programme, ended // YEAR, int(entitlement(programme.row, rate, base, 0, 0, 0)), ended)

    def open_on(self, event: int, day: int) -> list[Programme]:
        """Programmes of an event within their dates."""
        return [programme for programme in self.desk.programmes if programme.event == event and day in programme.days]

    # --- investments

    def investments(self) -> Business:
        """On each month's first morning: the investments of the month that has ended, in the order they ask."""
        world, mean = self.world, float(self.world.law.venture[at.INVESTMENTS_A_MONTH])
        for month in range(world.days // MONTH):
            yield world.until((month + 1) * MONTH, OPEN, INVESTING)
            arrivals = block(world.seed, world.path, INVESTMENT_ARRIVALS, month, 0)[0]
            for k in range(int(poisson_quantile(arrivals, mean))):
                self.ask(month << 10 | k)

    def ask(self, entity: int) -> None:
        """Who invests how much in which firm."""
        world, law = self.world, self.world.law
        size, who, own, local = block(world.seed, world.path, INVESTMENT, entity, 0)
        least, most, firms = (world.support[place] for place in (at.TICKET_LEAST, at.TICKET_MOST, at.INVESTED_FIRMS))
        wanted = lognormal(size, float(law.venture[at.TICKET_MEDIAN]), float(law.venture[at.TICKET_SIGMA]))
        ticket = max(WAN, int(min(max(wanted, float(least)), float(most)) / WAN) * WAN)
        equity = own >= law.venture[at.OWN_USE]
        self.invest(ticket, min(int(who * firms), firms - 1), bool(equity and local < law.venture[at.LOCAL_INVESTOR]),
                    world.today - 1)

    def invest(self, ticket: int, firm: int, by_local_investor: bool, day: int) -> list[int]:
        """One investment; what each programme pays, up to the invested firm's cap for good."""
        world, paid = self.world, []
        world.count_support(at.B_INVESTED, 0, 1, day)
        world.count_support(at.B_INVESTED, 1, ticket, day)
        for programme in self.open_on(at.ON_INVESTMENT, day):
            to_investor = by_local_investor and programme.payee == at.PAYEE_INVESTOR
            key = programme.number, firm
            due = int(investment_due(programme.row, ticket, self.given[key]))
            world.rules["investment subsidised"] += int(due > 0)
            amount = self.desk.grant(programme, day // YEAR, due, day, payee="investor" if to_investor else "")
            self.given[key] += amount
            world.count_support(at.B_INVESTED, 2, amount if to_investor else 0, day)
            paid.append(amount)
        return paid

    # --- the year's end

    def year_ends(self) -> Business:
        """On each year's first morning the lines of the year that has ended."""
        for year in range(self.world.last // YEAR):
            yield self.world.until((year + 1) * YEAR, OPEN, SETTLING)
            for programme in self.desk.programmes:
                if programme.by_volume:
                    self.settle(programme, year)
                elif programme.event in (at.ON_YEAR_END, at.ON_EVALUATED):
                    self.yearly(programme, year)

    def settle(self, programme: Programme, year: int) -> None:
        """Each bank is paid what its lending so far has earned, less what was reckoned before."""
        for bank in range(len(self.world.law.bank_cum)):
            key = programme.number, bank
            earned, before = (int(reward(self.world.law, programme.row, book[key]))
                              for book in (self.desk.volume, self.settled))
            self.settled[key] = self.desk.volume[key]
            if earned > before:
                self.world.rules["bank settled"] += 1
                self.desk.grant(programme, year, earned - before, self.world.today - 1)

    def yearly(self, programme: Programme, year: int) -> None:
        """A fixed sum, or awards to projects, for a year that began within the window."""
        ended = self.world.today - 1
        if year * YEAR >= self.world.days or ended not in programme.days or not self.allowed(programme, year):
            return
        self.world.rules["yearly line"] += 1
        if programme.event == at.ON_EVALUATED:
            self.evaluate(programme, year)
        else:
            rate = rate_on(self.world.law, programme.row, ended, 0, 0)
            self.desk.grant(programme, year, int(of_ppm(int(programme.row[at.FIXED]), rate)), ended)

    def allowed(self, programme: Programme, year: int) -> bool:
        """Whether enough targets kept their path this year."""
        rule, law = int(programme.row[at.TARGETS_MET]), self.world.law
        if rule == at.MET_ALWAYS:
            return True
        met = []
        for number, promise in enumerate(law.promised[:, year].tolist()):
            first = 0 if law.summed[number] else year
            value = int(self.world.years[first:year + 1, self.world.whole[at.B_MEASURE] + number].sum())
            if promise != at.NOT_PROMISED:
                met.append(bool(keeps_path(value, promise)))
        kept = bool(counts_as_met(rule, sum(met), len(met)))
        self.world.rules["targets met" if kept else "targets missed"] += 1
        return kept

    def evaluate(self, programme: Programme, year: int) -> None:
        """Projects that pass get the award, some of them the higher one."""
        world, row = self.world, programme.row.tolist()
        for project in range(row[at.PROJECTS]):
            entity = (programme.number << 10 | project) << 6 | year
            passes, high, _, _ = block(world.seed, world.path, AWARD, entity, 0)
            if passes < row[at.PASSED] / PPM:
                award = row[at.HIGHER_FEN] if high < row[at.HIGHER] / PPM else row[at.FIXED]
                self.desk.grant(programme, year, int(of_ppm(award, row[at.RATE])), world.today - 1)
