"""Programmes, envelopes, ladders, fees and the investment pot as integer tables (docs/programmes)."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np

from simulator.engine import layout as at
from simulator.engine.cover import first_bounds
from simulator.engine.day import MONTH, YEAR
from simulator.engine.demand import Volume, amount_of, count_of
from simulator.engine.layout import Law
from simulator.engine.ledger import Layout
from simulator.engine.rules import PPM, share_loss
from simulator.engine.terms_table import TermsTables, condition_row, mask
from simulator.scheme.parts import LEVELS
from simulator.scheme.parts_support import Programme
from simulator.scheme.pledges import kinds_of
from simulator.scheme.scenario import Scenario, Target

EVENTS = {"disbursed": at.ON_DISBURSED, "repaid": at.ON_REPAID, "issued": at.ON_ISSUED, "year_end": at.ON_YEAR_END,
          "evaluated": at.ON_EVALUATED, "investment": at.ON_INVESTMENT, "interest_paid": at.ON_INTEREST,
          "disposed": at.ON_DISPOSED,
          # premium and fees fall due when the loan is paid out
          "premium_paid": at.ON_DISBURSED, "fee_paid": at.ON_DISBURSED, "appraised": at.ON_DISBURSED}
BASES = {"interest": at.BASE_INTEREST, "benchmark_interest": at.BASE_BENCHMARK, "lower_interest": at.BASE_LOWER,
         "premium": at.BASE_PREMIUM, "fee": at.BASE_FEE, "principal": at.BASE_PRINCIPAL, "covered": at.BASE_COVERED,
         "ticket": at.BASE_TICKET}
PAYEES = {"firm": at.PAYEE_FIRM, "bank": at.PAYEE_BANK, "agency": at.PAYEE_AGENCY, "alliance": at.PAYEE_ALLIANCE,
          "investor": at.PAYEE_INVESTOR}
LADDERS = {"loan_year": at.LADDER_LOAN_YEAR, "scheme_year": at.LADDER_SCHEME_YEAR,
           "policy_year": at.LADDER_POLICY_YEAR, "cumulative_volume": at.LADDER_VOLUME}
MET = {"always": at.MET_ALWAYS, "any": at.MET_ANY, "all": at.MET_ALL}
LENT = ("principal", "covered")            # bases of a bank's volume
BEFORE, AFTER = -10**6, 10**6              # days outside every window
MOST_TICKET = 4 * 10**12

Day = Callable[[date | None, int], int]


def _limit(value: int | None) -> int:
    return at.NO_LIMIT if value is None else value


def base_of(q: Programme) -> int:
    """What a programme looks at, by number."""
    if q.amount is not None:
        return at.BASE_FIXED
    if q.points is not None:
        return at.BASE_POINTS
    if q.line in ("valuation", "disposal_valuation") and q.base == "fee":
        return at.BASE_VALUATION
    return at.BASE_POLICY if q.line == "policy_premium" else BASES[q.base or "principal"]


class SupportTables:
    """Reads the programmes of a scenario in order; names of envelopes, books and groups become numbers."""

    def __init__(self, scenario: Scenario, day: Day) -> None:
        self.s, self.day = scenario, day
        self.envelopes: list[list[int]] = []
        self.ladders: list[list[int]] = []
        self.named: dict[str, int] = {}
        self.books: dict[str, int] = {}
        self.groups: dict[str, int] = {}
        self.programmes = np.array([self.programme(n, q) for n, q in enumerate(scenario.programmes.values())],
                                   np.int64).reshape(-1, at.PROGRAMME)

    def programme(self, number: int, q: Programme) -> list[int]:
        """The numbers of one programme, in the order of the layout."""
        row = condition_row(q.when, self.s)
        if q.when and q.when.amount_from is not None:
            row[at.AMOUNT_ABOVE] = max(row[at.AMOUNT_ABOVE], q.when.amount_from - 1)
        caps = {cap.per: cap.amount for cap in q.cap}
        first, second = ([self.envelope(e) for e in q.envelope] + [at.NOBODY, at.NOBODY])[:2]
        start = len(self.ladders)
        self.ladders += [[step.above or 0 if step.year is None else step.year, step.rate]
                         for step in (q.ladder.steps if q.ladder else [])]
        by = LADDERS[q.ladder.by] if q.ladder else at.LADDER_NONE
        remembers = q.max_years or "firm" in caps or by in (at.LADDER_LOAN_YEAR, at.LADDER_POLICY_YEAR)
        group = self.groups.setdefault(q.exclusive.group, len(self.groups)) if q.exclusive else at.NOBODY
        award = q.award
        return [*row, EVENTS[q.event], base_of(q), PPM if q.rate is None else q.rate, _limit(caps.get("loan")),
                _limit(caps.get("firm_year")), first, self.day(q.from_, BEFORE), self.day(q.until, AFTER),
                int(q.covered_only), _limit(caps.get("firm")), second, q.amount or 0, q.points or 0, PAYEES[q.payee],
                mask(q.modes or None, list(self.s.modes)), by, int(q.ladder is not None and q.ladder.mode == "whole"),
                start, len(self.ladders), _limit(q.max_years), self.book(number, q), int(bool(remembers)),
                int(bool(q.by_ip_type_from)), MET[q.when.targets_met] if q.when else at.MET_ALWAYS, group,
                int(q.exclusive is not None and q.exclusive.choose == "higher_level"), LEVELS.index(q.level),
                award.projects if award else 0, award.passed if award else 0, award.higher if award else 0,
                award.higher_amount if award else 0, list(self.s.pots).index(q.pot) if q.pot else at.NOBODY]

    def envelope(self, e: Any) -> int:
        """Number of an envelope; one name is one envelope."""
        if e.name is not None and e.name in self.named:
            return self.named[e.name]
        self.envelopes.append([e.amount, int(e.per == "life")])
        if e.name is not None:
            self.named[e.name] = len(self.envelopes) - 1
        return len(self.envelopes) - 1

    def book(self, number: int, q: Programme) -> int:
        """The programme in whose book of firms this one counts: the first whose cap has the same name."""
        names = [cap.name for cap in q.cap if cap.name is not None]
        return self.books.setdefault(names[0], number) if names else number

    def starts(self) -> np.ndarray:
        """First day of each programme for each IP type."""
        kinds = kinds_of(self.s.segments.values())
        days = [[min(self.day(q.by_ip_type_from.get(name), BEFORE) for name in kind.types) for kind in kinds]
                for q in self.s.programmes.values()]
        return np.array(days, np.int64).reshape(-1, len(kinds))

    def support(self, layout: Layout) -> np.ndarray:
        """What there is, and where the columns of each kind start."""
        w, s = np.zeros(at.SUPPORT, np.int64), self.s
        volume = [q.event == "year_end" and q.base in LENT for q in s.programmes.values()]
        w[at.HAS_VOLUME] = int(any(volume))
        w[at.HAS_YEARLY] = int(any(q.event in ("year_end", "evaluated") for q in s.programmes.values()))
        for place, event in ((at.HAS_INTEREST, "interest_paid"), (at.HAS_DISPOSED, "disposed")):
            w[place] = int(any(q.event == event for q in s.programmes.values()))
        w[at.N_GROUPS], w[at.N_FEES] = len(self.groups), len(s.fees)
        if s.investments:
            size = s.investments.ticket
            w[at.INVESTED_FIRMS], w[at.TICKET_LEAST] = s.investments.firms, size.least
            w[at.TICKET_MOST] = min(MOST_TICKET if size.most is None else size.most, MOST_TICKET)
        if s.audit:
            w[[at.AUDIT_IMPROPER, at.AUDIT_DELAY]] = s.audit.improper, s.audit.delay
            w[at.AUDIT_RECOVERED] = s.audit.recovered
        for name, place in (("avoided", at.B_AVOIDED), ("improper", at.B_IMPROPER), ("reclaimed", at.B_RECLAIMED),
                            ("invested", at.B_INVESTED), ("fee", at.B_FEE), ("drawn", at.B_DRAWN)):
            w[place] = layout.block(name)
        return w

    def venture(self) -> np.ndarray:
        """Arrivals, sizes and kinds of investments."""
        i = self.s.investments
        if i is None:
            return np.zeros(at.VENTURE)
        return np.array([i.per_year * MONTH / YEAR, float(i.ticket.median or 0), i.ticket.sigma, i.own / PPM,
                         i.local / PPM])

    def fees(self) -> np.ndarray:
        """Fees with their condition, payer, receiver and rate."""
        parties, rows = [*self.s.payers], []
        for fee in self.s.fees.values():
            when = condition_row(fee.when, self.s)
            rows.append([*when, parties.index(fee.from_), parties.index(fee.to), fee.rate])
        return np.array(rows, np.int64).reshape(-1, at.FEE)

    def arrays(self, layout: Layout, volumes: dict[str, Volume]) -> dict[str, np.ndarray]:
        """The tables of the law; growth starts from the base year's ``volumes``."""
        years = math.ceil(self.s.clock.months * MONTH / YEAR)
        told = [promises(target, base_figure(target, volumes), years, self.s.clock.base_year)
                for target in self.s.targets.values()]
        return {
            "support": self.support(layout),
            "envelopes": np.array(self.envelopes, np.int64).reshape(-1, 2),
            "ladders": np.array(self.ladders, np.int64).reshape(-1, 2), "ip_from": self.starts(),
            "promised": np.array(told, np.int64).reshape(-1, years),
            "summed": np.array([int(t.kind == "level" and t.over == "window")
                                for t in self.s.targets.values()], np.int64),
            "fees": self.fees(), "fee_share": np.zeros((len(self.s.fees), len(self.s.modes)), np.int64),
            "venture": self.venture(), "bank_income": np.zeros((len(self.s.banks), len(self.s.modes)))}


def base_figure(target: Target, volumes: dict[str, Volume]) -> Fraction:
    """Figure of the base year from which a target's promises grow; 0 where there is none."""
    if target.base == "none" or target.measure == "insured":
        return Fraction(0)
    return Fraction(amount_of(volumes)) if target.measure == "amount" else Fraction(str(float(count_of(volumes))))


def promises(target: Target, base: Fraction, years: int, base_year: int) -> list[int]:
    """What a target asks of each year: the growth path's figure, or the even part of a level summed so far.

    A level of the final year alone is asked of no year before it.
    """
    span = target.final_year - base_year
    level = target.level_count if target.measure in ("count", "firms") else target.level_amount
    asked = []
    for year in range(1, years + 1):
        if not 1 <= year <= span or target.kind == "share" or (target.kind == "growth" and base <= 0) or (
                target.kind == "level" and target.over == "final_year" and year < span):
            asked.append(at.NOT_PROMISED)
        elif target.kind == "level":
            asked.append(math.ceil(Fraction(str(level or 0)) * year / span))
        else:
            asked.append(math.ceil(base * Fraction(PPM + (target.growth or 0), PPM) ** year))
    return asked


def measure_fees(law: Law, terms: TermsTables, mean_loan: int) -> None:
    """The part of the cover each fee's receiver bears by each mode's terms, on a total loss of a mean loan (ppm)."""
    parties = len(terms.names)
    burden, before = np.zeros(parties, np.int64), np.zeros(parties, np.int64)
    for m in range(len(terms.modes)):
        used, taken = np.zeros(len(terms.counters), np.int64), np.zeros(max(1, len(terms.rows)), np.int64)
        facts = (mean_loan, YEAR, 0, 0, 0, 0, 0, at.OTHER, mean_loan, 1)
        bounds = first_bounds(terms, range(*terms.modes[m, [at.MODE_ROW, at.MODE_ROW_END]].tolist()), mean_loan)
        share_loss(law, m, mean_loan, facts, bounds, used, taken, burden, before)
        for f, fee in enumerate(law.fees):
            law.fee_share[f, m] = burden[fee[at.FEE_TO]] * PPM // mean_loan


def pay_banks(law: Law, scenario: Scenario, mean_loan: int, logit_per_income: np.ndarray) -> None:
    """What public money paid to banks adds to their approval of a loan with cover, by mode.

    Banks count on programmes in force on day 0, at the first step of a ladder, spread over the mean term.
    """
    terms = [(term.days, term.weight) for segment in scenario.segments.values() if segment.eligible
             for term in segment.terms]
    years = sum(days * weight for days, weight in terms) / max(1, sum(weight for _, weight in terms)) / YEAR
    for row in law.programmes:
        lent = row[at.BASE] in (at.BASE_PRINCIPAL, at.BASE_COVERED)
        by_volume = row[at.EVENT] == at.ON_YEAR_END and lent
        if row[at.PAYEE] != at.PAYEE_BANK or not row[at.FROM_DAY] <= 0 <= row[at.UNTIL_DAY] or years == 0:
            continue
        if not (by_volume or row[at.EVENT] == at.ON_DISBURSED):
            continue
        rate = law.ladders[row[at.LADDER], 1] if row[at.LADDER_BY] != at.LADDER_NONE else row[at.RATE]
        income = rate / PPM if lent else row[at.FIXED] / mean_loan
        for m in range(law.bank_income.shape[1]):
            if row[at.MODES] >> m & 1:
                law.bank_income[:, m] += logit_per_income * income / years
