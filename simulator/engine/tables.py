"""From the scheme as data to flat integer tables: the last place where names and dates exist."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from simulator.chance.loadings import STEPS
from simulator.chance.variates import gamma_table
from simulator.engine import demand, layout as at
from simulator.engine.cluster_table import compile_clusters
from simulator.engine.cost import all_in_cost
from simulator.engine.day import MONTH, RUN_OFF, YEAR, days_between
from simulator.engine.economy import economy_tables, mean_pd
from simulator.engine.book_table import (
    book_table, cover_by_gate, firms_of, last_day, mean_principal, own_pds,
)
from simulator.engine.layout import Law
from simulator.engine.ledger import Layout
from simulator.engine.attributes import WAN
from simulator.engine.cover import measure_cover
from simulator.engine.facts_table import (
    bank_facts, breaker_table, count_scopes, deposit_rate, firm_caps, flag_shares, gate_flags, rate_caps,
)
from simulator.engine.ip_table import arrays as ip_arrays, bits as ip_bits, cumulative, monthly_limits
from simulator.engine.linkage import option_of
from simulator.engine.rules import PPM
from simulator.engine.support_table import SupportTables, measure_fees, pay_banks
from simulator.engine.terms_table import TermsTables, compile_terms, flag_bits
from simulator.scheme.pledges import kinds_of
from simulator.scheme.scenario import Scenario, Target

MEASURES = {"amount": at.MEASURE_AMOUNT, "count": at.MEASURE_COUNT, "insured": at.MEASURE_INSURED,
            "firms": at.MEASURE_FIRMS}
OVER_CAP = {"refuse": at.REFUSE, "trim": at.TRIM, "cover_part": at.COVER_PART}
BOOKS = {"none": at.BOOK_NONE, "steady": at.BOOK_STEADY, "fixed": at.BOOK_FIXED, "file": at.BOOK_FILE}


@dataclass(frozen=True)
class Tables:
    """A compiled scheme: the law as arrays, the layout of results, and names for people."""

    law: Law
    layout: Layout
    terms: TermsTables
    segments: tuple[str, ...]
    volumes: dict[str, demand.Volume]
    fund_fen: int                          # total of contributions and matches at this scale
    loans_expected: float                  # applications a path, for the size of the scratch

    def base_amount_fen(self, target: Target) -> int:
        """Base-year amount a growth target is measured from; 0 when there is none."""
        return demand.amount_of(self.volumes) if target.base == "market" else 0

    def base_count(self, target: Target) -> float:
        """Base-year number of loans a growth target is measured from; 0 when there is none."""
        return demand.count_of(self.volumes) if target.base == "market" else 0.0


def padded(rows: list[np.ndarray], fill: float) -> np.ndarray:
    """Rows of unequal length as one array."""
    table = np.full((len(rows), max(len(r) for r in rows)), fill)
    for n, row in enumerate(rows):
        table[n, :len(row)] = row
    return table


def _limit(value: int | None) -> int:
    return at.NO_LIMIT if value is None else value


class _Compiler:
    """Reads one scenario; each method builds one table."""

    def __init__(self, scenario: Scenario, scale_ppm: int, no_fund: bool, stretch: float) -> None:
        self.s, self.scale, self.no_fund, self.stretch = scenario, scale_ppm, no_fund, stretch
        self.names = [n for n, seg in scenario.segments.items()
                      if seg.loans_by_year is not None or scenario.market is not None or scenario.book.held]
        self.segments = [scenario.segments[n] for n in self.names]
        self.kinds = kinds_of(scenario.segments.values())
        self.volumes = demand.volumes_of(scenario, mean_principal(scenario))
        self.terms = compile_terms(scenario, no_fund)
        self.days = scenario.clock.months * MONTH
        longest = max((t.days for seg in self.segments for t in seg.terms), default=0)
        self.book_days = math.ceil(longest / MONTH) * MONTH if scenario.book.kind == "steady" else 0
        last_maturity = max(self.days + longest, scenario.book.remaining, last_day(scenario, self.day))
        self.hazard_months = math.ceil(last_maturity / MONTH)
        self.last = self.days + RUN_OFF
        slowest = max((int(m[at.OVERDUE] + m[at.REVIEW]) for m in self.terms.modes), default=0)
        slowest += max(0, int(self.terms.modes[:, at.FINAL_DAYS].max(initial=0)))
        slowest += int(self.terms.rows[:, at.LAG].max()) if len(self.terms.rows) else 0
        if last_maturity + slowest > self.last:
            raise ValueError("terms_outlast_run_off")
        self.first_month = -(self.book_days // MONTH)

    def day(self, when: date | None, default: int) -> int:
        """Days from the start to a date, or the default where none is given."""
        return default if when is None else days_between(self.s.clock.start, when)

    # --- lending

    def rates(self) -> np.ndarray:
        """Loan rate (ppm) at the start of each month; the first known rate holds before its date."""
        return np.array([self.rate_on(m * MONTH) for m in range(self.first_month, self.s.clock.months)], np.int64)

    def rate_on(self, day: int) -> int:
        """Loan rate (ppm) of a loan made on a day; the first known rate holds before its date."""
        steps = sorted((self.day(step.from_, 0), step.value) for step in self.s.lending.reference_rate)
        known = [value for since, value in steps if since <= day] or [steps[0][1]]
        return known[-1] + self.s.lending.spread

    def reach(self) -> np.ndarray:
        """Share of applicants whom the subsidies reach in each month: linear between the dates of the phase-in."""
        middle = np.arange(self.first_month, self.s.clock.months) * MONTH + MONTH // 2
        steps = self.s.phase_in
        if not steps:
            return np.ones(len(middle))
        days, shares = [self.day(step.from_, 0) for step in steps], [step.value / PPM for step in steps]
        return np.interp(middle, days, shares, left=0.0)

    def caps(self) -> tuple[np.ndarray, np.ndarray]:
        """Caps by version of the law: one per class, then the firm-year cap."""
        gate = self.s.gate
        series = [gate.loan_cap.get(c, []) for c in self.s.firms.classes] + [gate.firm_year_cap]
        dates = sorted({self.day(step.from_, 0) for steps in series for step in steps} | {-10**6})
        table = []
        for version in dates:
            row = [[s.value for s in steps if self.day(s.from_, 0) <= version] for steps in series]
            table.append([known[-1] if known else at.NO_LIMIT for known in row])
        return np.array(dates, np.int64), np.array(table, np.int64)

    def segment_table(self) -> tuple[np.ndarray, np.ndarray]:
        """Whole and real numbers of each segment, its firms and clusters numbered on from those before."""
        whole, real, base, clusters = [], [], 0, 0
        groups = {group.segment: group for group in self.s.collective.values()}
        for name, seg in zip(self.names, self.segments, strict=True):
            most = at.ALWAYS if seg.size.most is None else seg.size.most
            firms = max(seg.firms, self.s.book.loans if name == self.names[0] else 0)
            group = groups.get(name)
            whole.append([int(seg.eligible), seg.registered_multiple, firms, seg.size.least,
                          min(most, 4 * 10**12), base, clusters if group else at.NOBODY, group.members if group else 1,
                          seg.instalments or 0])
            clusters += group.clusters if group else 0
            real.append([self.volumes[name].median, seg.size.sigma])
            base += firms
        if held := len(firms_of(self.s)):      # the firms of a book come after the pool
            whole.append([0, 1000, held, 0, 4 * 10**12, base, at.NOBODY, 1, 0])
        self.firms = base + held
        return (np.array(whole, np.int64).reshape(-1, at.SEGMENT), np.array(real, float).reshape(-1, 2))

    def mode_cum(self) -> np.ndarray:
        """Chances of the modes by segment: each segment's own, by weight."""
        rows = [[m.weight if m.segments is None or name in m.segments else 0 for m in self.s.modes.values()]
                for name in self.names]
        return np.array([cumulative(row) for row in rows]).reshape(len(self.names), -1)

    def banks(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Logit of approval by bank: (with no cover, per unit of relief, per unit of other income a year).

        The average bank approves a0 with no cover and a1 at the anchor's relief. A bank's own return on
        capital moves it between and around the two: R = (spread over funding − PD·LGD·(1 − relief))/capital.
        Funding cost is taken to move with the reference rate, so the margin is the start's.
        """
        s, approval = self.s, self.s.approval
        a0, a1 = approval.uncovered / PPM, max(approval.covered, approval.uncovered) / PPM
        low, high = math.log(a0 / (1 - a0)), math.log(a1 / (1 - a1))
        pd = mean_pd(s)
        rate = float(self.rates()[-self.first_month]) / PPM
        bare, gain, share, lent = [], [], [], []
        for bank in s.banks.values():
            capital = bank.risk_weight / PPM * bank.capital_ratio / PPM
            loss = pd * bank.expected_lgd / PPM
            bare.append((rate - (bank.funding_cost + bank.operating_cost) / PPM - loss) / capital
                        - bank.hurdle / PPM)
            gain.append((loss + bank.award / PPM) / capital)
            share.append(bank.weight)
            lent.append(capital)
        w = np.array(share, float) / sum(share)
        anchor = approval.anchor_relief / PPM
        mean_bare, mean_gain = float(w @ bare), float(w @ gain)
        if mean_gain <= 0:                 # nothing to lose: all banks answer to cover as the anchors say
            return (np.full(len(w), low), np.full(len(w), (high - low) / anchor if anchor else 0.0), np.zeros(len(w)))
        per_return = (high - low) / (anchor * mean_gain)
        return low + per_return * (np.array(bare) - mean_bare), per_return * np.array(gain), per_return / np.array(lent)

    # --- the fund

    def contributions(self) -> np.ndarray:
        """Money into the pots: dated sums and matches, in order of day."""
        events = []
        for a, pot in enumerate(self.s.pots.values()):
            for part in pot.contributors:
                day = self.day(part.date, 0)
                amount = part.amount * self.scale // PPM
                events.append([day, a, amount, 0, 0, 0, 0])
                if part.match is not None:
                    back = amount if part.match.else_return else 0
                    events.append([day, a, part.match.amount * self.scale // PPM, 1, part.match.within,
                                   part.match.probability, back])
        events = [e for e in events if 0 <= e[at.WHEN] < self.days]
        return np.array(sorted(events, key=lambda e: (e[0], e[1])), np.int64).reshape(-1, at.CONTRIBUTION)

    def total(self) -> int:
        """All contributions and matches at this scale (fen)."""
        return sum((p.amount + (p.match.amount if p.match else 0)) * self.scale // PPM
                   for pot in self.s.pots.values() for p in pot.contributors)

    def pots(self) -> np.ndarray:
        """Leverage, floor, interest and yearly budget of each pot."""
        rows = [[_limit(pot.leverage), pot.floor, deposit_rate(self.s, pot), _limit(pot.annual_budget)]
                for pot in self.s.pots.values()]
        return np.array(rows, np.int64).reshape(-1, at.POT)

    def district_pot(self) -> np.ndarray:
        """The pot that ``pot.$district`` means in each district."""
        found = {pot.district: a for a, pot in enumerate(self.s.pots.values()) if pot.district}
        return np.array([found.get(d, at.NOBODY) for d in self.s.firms.districts], np.int64)

    # --- targets

    def targets(self) -> np.ndarray:
        """What each target counts."""
        rows = [[MEASURES[t.measure], at.REGISTERED_BASIS if t.basis == "registered" else at.DISBURSED_BASIS,
                 ip_bits(t.ip_types, self.kinds), int(t.renewals), flag_bits(t.flags, list(self.s.firms.flags)),
                 int(t.covered_only)] for t in self.s.targets.values()]
        return np.array(rows, np.int64).reshape(-1, at.TARGET)

    def layout(self) -> Layout:
        """Names of payers, pots, programmes and targets, which are columns of the results."""
        units = tuple("count" if t.measure in ("count", "firms") else "fen" for t in self.s.targets.values())
        grouped = any(q.exclusive for q in self.s.programmes.values())
        return Layout(self.terms.names, tuple(self.s.pots), tuple(self.s.programmes), tuple(self.s.targets), units,
                      tuple(self.s.fees), grouped, self.s.audit is not None, self.s.investments is not None,
                      any(q.pot for q in self.s.programmes.values()), breakers=tuple(self.s.all_breakers),
                      provisional=any(m.claim.provisional for m in self.s.modes.values()))

    def whole(self, layout: Layout, mean_loan: int) -> np.ndarray:
        """The whole numbers of the scheme, by their places in the layout."""
        s, w = self.s, np.zeros(at.WHOLE, np.int64)
        gate, book = s.gate, s.book
        w[[at.N_DAYS, at.N_LAST, at.N_BOOK_DAYS]] = self.days, self.last, self.book_days
        w[at.N_YEARS] = math.ceil(self.days / YEAR)
        w[at.N_CALENDAR] = self.last // YEAR + 1
        w[[at.N_SEGMENTS, at.N_PAYERS, at.N_POTS]] = len(self.names), len(s.payers), len(s.pots)
        w[[at.N_PROGRAMMES, at.N_TARGETS, at.N_MODES]] = len(s.programmes), len(s.targets), len(s.modes)
        w[[at.N_SECTORS, at.N_BANKS]] = len(s.firms.sectors), len(s.banks)
        w[at.N_GRADES] = len(s.firms.grades) + len(own_pds(s))
        w[at.N_HAZARD_MONTHS], w[at.N_FIRMS] = self.hazard_months, self.firms
        w[[at.OVER_CAP, at.IP_SHARE, at.MAX_TERM]] = OVER_CAP[gate.over_cap], gate.ip_share, _limit(gate.max_term)
        w[at.GATE_FROM], w[at.GATE_UNTIL] = self.day(gate.from_, -10**6), self.day(gate.until, 10**6)
        w[at.GATE_IP] = ip_bits(list(gate.ip_types), self.kinds)
        w[at.GATE_CLASSES] = sum(1 << n for n, c in enumerate(s.firms.classes) if c in gate.classes)
        w[[at.BOOK_KIND, at.BOOK_COVERED, at.BOOK_LOANS]] = BOOKS[book.kind], int(book.covered), book.loans
        w[[at.BOOK_PRINCIPAL, at.BOOK_REMAINING]] = book.principal, book.remaining
        lending = s.lending
        w[[at.BENCHMARK, at.PREMIUM_RATE]] = lending.benchmark_rate, lending.premium_rate
        w[[at.GUARANTEE_RATE, at.VALUATION_RATE]] = lending.guarantee_fee, lending.valuation_fee
        w[at.RECOVERY_COST_PPM], w[at.MORAL_THRESHOLD] = s.recovery.cost, s.moral_hazard.threshold
        w[at.POLICY_PREMIUM] = s.insurance.premium_rate if s.insurance else 0
        w[at.MEAN_LOAN], w[at.HAS_FUND] = mean_loan, int(not self.no_fund)
        w[at.FACTOR_STEP] = STEPS[s.macro.step]
        w[at.N_COUNTERS] = len(self.terms.counters)
        w[at.HAS_CAPITAL] = int((self.terms.payers[:, at.CAPITAL] != at.NO_LIMIT).any())
        w[at.HAS_PARTS] = int(any(segment.instalments for segment in self.segments))
        w[at.HAS_CHAIN] = int(self.terms.chain[:, :, at.REPAID].any())
        w[at.HAS_FINALS] = int((self.terms.modes[:, at.PROVISIONAL] != at.NO_LIMIT).any())
        w[[at.GATE_FLAGS, at.GATE_NOT_FLAGS, at.GATE_ANY_FLAGS]] = gate_flags(s)
        w[at.MOST_GUARANTEE_FEE] = _limit(gate.guarantee_fee)
        count_scopes(w, s, self.terms)
        w[at.N_CLUSTERS] = sum(group.clusters for group in s.collective.values())
        w[at.ALL_LINES] = sum(group.clusters * group.line for group in s.collective.values())
        w[at.AT_MATURITY] = int(lending.default_at == "maturity")
        if s.renewal is not None:
            w[[at.RENEWS, at.RENEW_WITHIN]] = int(s.renewal.probability > 0), max(1, s.renewal.within)
        for name, place in (("liable", at.B_LIABLE), ("paid", at.B_PAID), ("lapsed", at.B_LAPSED),
                            ("passed", at.B_PASSED), ("fallen", at.B_FALLEN), ("back", at.B_BACK),
                            ("cancelled", at.B_CANCELLED), ("contributed", at.B_CONTRIBUTED),
                            ("clawback", at.B_CLAWBACK), ("interest", at.B_INTEREST), ("paid_pot", at.B_POT_PAID),
                            ("refund", at.B_REFUND), ("subsidy", at.B_SUBSIDY), ("unmet", at.B_UNMET),
                            ("measure", at.B_MEASURE), ("warned", at.B_WARNED), ("stopped", at.B_STOPPED),
                            ("held", at.B_HELD), ("returned", at.B_RETURNED)):
            w[place] = layout.block(name)
        w[at.N_WIDTH], w[at.N_PATH_WIDTH] = layout.width, layout.path_width
        return w

    def real(self) -> np.ndarray:
        """The real numbers of the scheme, by their places in the layout."""
        s = self.s
        size = s.insurance.sum_insured if s.insurance else None
        return np.array([s.moral_hazard.strength, s.recovery.noise, s.recovery.other / PPM,
                         s.recovery.obsolescence / PPM, float(size.median or 0) if size else 1.0,
                         size.sigma if size else 0.0, s.renewal.probability / PPM if s.renewal else 0.0,
                         s.renewal.bridge / PPM if s.renewal else 0.0, s.recovery.downturn,
                         s.macro.persistence ** STEPS[s.macro.step]])

    def policies(self) -> np.ndarray:
        """Mean number of policies sold in each month of the window."""
        line = self.s.insurance
        if line is None:
            return np.zeros(self.s.clock.months)
        return line.policies * demand.monthly_growth(line.trend / PPM, 0, self.s.clock.months)

    def mean_loan(self) -> int:
        """Mean loan within the fund's limits, for questions such as "would it be refused today?"."""
        for name, seg in zip(self.names, self.segments, strict=True):
            share, inside = demand.inside_gate(self.s, seg, self.volumes[name].median)
            if share > 0:
                return max(WAN, round(inside / share / WAN) * WAN)      # whole 万元: shares of it are exact
        return max(1, self.s.book.principal, mean_principal(self.s))

    def compile(self) -> Tables:
        """All tables of the law."""
        s, terms = self.s, self.terms
        layout, mean_loan = self.layout(), self.mean_loan()
        segments, sizes = self.segment_table()
        factors = economy_tables(s, self.day, self.hazard_months)
        cap_from, caps = self.caps()
        bank_base, bank_slope, logit_per_income = self.banks()
        support = SupportTables(s, self.day)
        months = s.clock.months - self.first_month
        empty = np.zeros((len(self.names), months))
        gamma = [gamma_table(seg.dispersion) for seg in self.segments]
        policy_shape = s.insurance.dispersion if s.insurance else 1.0
        law = Law(
            whole=self.whole(layout, mean_loan), real=self.real(), segments=segments, sizes=sizes,
            arrivals=empty, keep=empty[:, :, None].repeat(4, axis=2), most=empty, reach=self.reach(),
            mixing=np.array(gamma),
            term_days=padded([np.array([t.days for t in seg.terms]) for seg in self.segments], 0).astype(np.int64),
            term_cum=padded([cumulative([t.weight for t in seg.terms]) for seg in self.segments], 1.0),
            **ip_arrays(s, self.segments), **monthly_limits(s, self.day),
            class_cum=cumulative(list(s.firms.classes.values())),
            district_cum=cumulative(list(s.firms.districts.values())),
            sector_cum=cumulative(list(s.firms.sectors.values())),
            grade_cum=cumulative([g.weight for g in s.firms.grades.values()]),
            bank_cum=cumulative([b.weight for b in s.banks.values()]),
            mode_cum=self.mode_cum(), **compile_clusters(s, self.names, segments, self.day),
            bank_base=bank_base, bank_slope=bank_slope, rates=self.rates(),
            delay=gamma_table(s.recovery.delay_shape) * max(s.recovery.delay_mean, 1),
            cap_from=cap_from, caps=caps, firm_caps=firm_caps(s), rate_caps=rate_caps(s, self.rates()),
            modes=terms.modes, rows=terms.rows, stacks=terms.stacks, priority=terms.priority,
            payers=terms.payers, chain=terms.chain, district_pot=self.district_pot(), pots=self.pots(),
            contributions=self.contributions(), programmes=support.programmes, targets=self.targets(),
            breakers=breaker_table(s, terms), factor_weights=factors.weights, stress=factors.stress,
            link=factors.tables, link_kind=factors.kinds,
            counters=terms.counters, policies=self.policies(),
            policy_mixing=gamma_table(policy_shape).copy(), flags=flag_shares(s),
            bank_facts=bank_facts(s, self.day), origin=terms.origin, linkage=option_of(s),
            book=book_table(s, self.day, self.rate_on),
            **support.arrays(layout, self.volumes))
        cover_by_gate(law, lambda day: int(rate_caps(s, np.array([self.rate_on(day)]))[0]))
        measure_cover(law, terms, s, mean_loan)
        measure_fees(law, terms, mean_loan)
        pay_banks(law, s, mean_loan, logit_per_income)
        before = [self.rate_on(month * MONTH) for month in range(-12, 0)]
        cost = all_in_cost(law, s, self.names, self.volumes, self.first_month, before)
        arrivals, keep = demand.arrivals(s, self.names, self.first_month, s.clock.months, cost, self.stretch)
        most = np.ascontiguousarray(keep.max(axis=2))
        law = replace(law, arrivals=arrivals, keep=keep, most=most)
        return Tables(law, layout, terms, tuple(self.names), self.volumes, self.total(),
                      float((arrivals * most).sum() * 30) + s.book.size)


def compile_scheme(scenario: Scenario, scale_ppm: int = PPM, no_fund: bool = False, stretch: float = 1.0) -> Tables:
    """Compile a scenario. ``scale_ppm`` multiplies every contribution (the fund's size); ``no_fund`` removes the
    pots, their own gates and their shares; ``stretch`` multiplies the dominating rate of applications.

    Tables are kept for the next size of the same fund. Raises ValueError (NotBuilt, DominatingRateExceeded) for
    what cannot be run.
    """
    tables = next((kept.tables for kept in list(_KEPT) if kept.scenario is scenario
                   and (kept.no_fund, kept.stretch) == (no_fund, stretch)), None)
    if tables is None:
        tables = _Compiler(scenario, PPM, no_fund, stretch).compile()
        _KEPT.append(_Kept(scenario, no_fund, stretch, tables))
    if scale_ppm == PPM:
        return tables
    fund = _Compiler(scenario, scale_ppm, no_fund, stretch)
    return replace(tables, law=replace(tables.law, contributions=fund.contributions()), fund_fen=fund.total())


@dataclass(frozen=True)
class _Kept:
    """Tables of a scenario, known by the object itself: a frozen scenario cannot change under them."""

    scenario: Scenario
    no_fund: bool
    stretch: float
    tables: Tables


_KEPT: deque[_Kept] = deque(maxlen=64)        # a set of draws, its tables .25 MB each, tried at every size
