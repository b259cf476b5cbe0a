"""Loss-sharing terms as integer tables: rows, modes, payers, caps (docs/terms)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulator.engine import layout as at
from simulator.engine.ip_table import bits as ip_bits
from simulator.scheme.parts_fund import Cap, Claim
from simulator.scheme.pledges import kinds_of
from simulator.scheme.scenario import Condition, Mode, Payer, Scenario, TermRow

PER = {"loan": at.PER_LOAN, "firm": at.PER_FIRM, "firm_year": at.PER_FIRM_YEAR, "year": at.PER_YEAR,
       "life": at.PER_LIFE, "bank_year": at.PER_BANK_YEAR, "payer_year": at.PER_YEAR,
       "cluster": at.PER_CLUSTER}
MEASURES = {None: at.M_AMOUNT, "balance": at.M_BALANCE, "line": at.M_LINE, "in_force": at.M_IN_FORCE,
            "ended": at.M_ENDED, "disbursed": at.M_DISBURSED}
PERFORMANCE = ("good", "other")            # by number, at.GOOD and at.OTHER
KIND = {"pot": at.KIND_POT, "reserve": at.KIND_RESERVE, "anchor": at.KIND_ANCHOR, "members": at.KIND_MEMBERS}
WITH_LIMIT = ("reserve", "anchor", "members")  # what they can take over depends on their cluster that day
SHORT = {"lapse": at.SHORT_LAPSE, "queue_fifo": at.SHORT_FIFO, "queue_pro_rata": at.SHORT_PRO_RATA}
SPLIT = {"pro_rata": at.SPLIT_PRO_RATA, "covered_first": at.SPLIT_COVERED_FIRST,
         "outside_first": at.SPLIT_OUTSIDE_FIRST}
WITHIN = {"restate": at.WITHIN_RESTATE, "pro_rata": at.WITHIN_PRO_RATA, "priority": at.WITHIN_PRIORITY}


class NotBuilt(ValueError):
    """A legal design that this version cannot run; ``code`` names the message, ``where`` the place."""

    def __init__(self, code: str, where: str) -> None:
        super().__init__(f"{code}: {where}")
        self.code, self.where = code, where


@dataclass(frozen=True)
class TermsTables:
    """The compiled terms of a scenario and the names behind their numbers."""

    modes: np.ndarray
    rows: np.ndarray
    stacks: np.ndarray
    priority: np.ndarray
    payers: np.ndarray
    chain: np.ndarray
    counters: np.ndarray
    origin: np.ndarray
    names: tuple[str, ...]                 # payers, then "lender"
    mode_names: tuple[str, ...]
    clauses: tuple[str, ...]               # one a row

    def holds_reserve(self, scenario: Scenario, counter: int) -> bool:
        """Whether a counter holds a payer to what lies in its cluster's reserve."""
        kind = int(self.counters[counter])
        payer = self.names[kind >> at.LIMIT_PAYER] if kind & at.PER_LIMIT == at.PER_LIMIT else ""
        return payer in scenario.payers and scenario.payers[payer].kind == "reserve"


def mask(wanted: Sequence[str] | None, names: Sequence[str]) -> int:
    """Bit mask of the wanted names; all of them when nothing is said."""
    if wanted is None:
        return at.ALWAYS
    return sum(1 << n for n, name in enumerate(names) if name in wanted)


def flag_bits(wanted: Sequence[str] | None, names: Sequence[str]) -> int:
    """Bits of the named flags; none of them when nothing is said."""
    return mask(wanted or [], names)


def condition_row(when: Condition | None, scenario: Scenario) -> list[int]:
    """The numbers of a condition; none given means always."""
    if when is None:
        when = Condition()
    districts, classes = list(scenario.firms.districts), list(scenario.firms.classes)
    flags = list(scenario.firms.flags)
    performance = None if when.bank_performance is None else [when.bank_performance]
    return [
        -1 if when.amount_above is None else when.amount_above,
        at.ALWAYS if when.amount_to is None else when.amount_to,
        -1 if when.term_above is None else when.term_above,
        at.ALWAYS if when.term_to is None else when.term_to,
        ip_bits(when.ip_type, kinds_of(scenario.segments.values())), mask(when.firm_class, classes),
        mask(when.district, districts),
        flag_bits(when.flags, flags), flag_bits(when.not_flags, flags),
        -1 if when.bank_years_above is None else when.bank_years_above,
        at.ALWAYS if when.bank_years_to is None else when.bank_years_to, mask(performance, PERFORMANCE),
        at.ALWAYS if when.anchor_alive is None else 1 << int(when.anchor_alive)]


def claim_numbers(claim: Claim) -> list[int]:
    """What of a claim is taken off or added, and paid before it is final."""
    early = claim.provisional
    days = at.CLOSED_LOAN if claim.final_days is None else claim.final_days
    return [int(claim.net), claim.interest_days, at.NO_LIMIT if early is None else early.share,
            int(early is not None and early.to == "escrow"), days]


class _Builder:
    """Collects rows and counters while the modes are read in order."""

    def __init__(self, scenario: Scenario, no_fund: bool) -> None:
        self.scenario, self.no_fund = scenario, no_fund
        self.names = [*scenario.payers, "lender"]
        self.districts = list(scenario.firms.districts)
        self.rows: list[list[int]] = []
        self.stacks: list[list[int]] = []
        self.priority: list[int] = []
        self.counters: list[int] = []
        self.origin: list[list[int]] = []
        self.named: dict[str, int] = {}
        self.clauses: list[str] = []

    def number(self, party: str) -> int:
        """A party by number; the lender comes last."""
        return self.names.index(party)

    def kept(self, mode: Mode) -> list[TermRow]:
        """Rows in order of step; without the fund, those of pots (and what hangs on them) fall away."""
        rows = sorted(mode.terms, key=lambda row: row.step)
        if self.no_fund:
            rows = [row for row in rows if self.scenario.payers[row.payer].kind != "pot"]
        return rows

    def counter(self, cap: Cap, payer: str) -> int:
        """Number of a named counter or limit, or of a new one for a cap without a name; of the payer if so meant."""
        name = f"{cap.name} {payer}" if cap.name and cap.per == "payer_year" else cap.name
        if name is not None and name in self.named:
            return self.named[name]
        if cap.at == "origination":
            self.origin.append([cap.amount or 0, PER[cap.per]])
            number = len(self.origin) - 1
        else:
            self.counters.append(PER[cap.per])
            number = len(self.counters) - 1
        if name is not None:
            self.named[name] = number
        return number

    def cap(self, cap: Cap, payer: str) -> list[int]:
        """The numbers of one cap."""
        figure = cap.amount if cap.amount is not None else 0
        per = at.PER_ORIGIN if cap.at == "origination" else PER[cap.per]
        return [figure, per, self.counter(cap, payer), cap.pct or 0, MEASURES[cap.measure]]

    def limit(self, payer: str) -> int:
        """Number of the counter that holds a party to what its cluster has that day."""
        name = f"limit of {payer}"
        if name not in self.named:
            self.counters.append(at.PER_LIMIT | self.number(payer) << at.LIMIT_PAYER)
            self.named[name] = len(self.counters) - 1
        return self.named[name]

    def lag(self, row: TermRow, rows: list[TermRow]) -> int:
        """Days from the review's end; a claim on another payer runs from that payer's own payment."""
        if row.from_ == "lender":
            return row.lag
        return row.lag + max((self.lag(other, rows) for other in rows if other.payer == row.from_), default=0)

    def row(self, row: TermRow, rows: list[TermRow]) -> list[int]:
        """The numbers of a row, its caps last."""
        layer = row.layer
        kind = at.LAYER_NONE if layer is None else at.LAYER_LOSS if layer.of == "loss" else at.LAYER_PRINCIPAL
        numbers = [
            *condition_row(row.when, self.scenario), row.step, self.number(row.payer),
            self.number(row.from_), row.share, at.OF_LOSS if row.of == "loss" else at.OF_REMAINING, kind,
            0 if layer is None else layer.from_, 0 if layer is None else layer.to,
            at.SHARE_THEN_CAP if row.order == "share_then_cap" else at.CAP_THEN_SHARE, self.lag(row, rows)]
        limited = self.scenario.payers[row.payer].kind in WITH_LIMIT
        if len(row.cap) + limited > at.MAX_CAPS:
            raise NotBuilt("too_many_caps", row.payer)
        for cap in row.cap:
            numbers += self.cap(cap, row.payer)
        if limited:
            numbers += [at.UNLIMITED, at.PER_LIMIT, self.limit(row.payer), 0, at.M_AMOUNT]
        return numbers + [0] * (at.ROW - len(numbers))

    def mode(self, mode: Mode) -> list[int]:
        """The numbers of a mode; its rows, stacks and order of recovery are added to the lists."""
        rows = self.kept(mode)
        first, first_stack, first_priority = len(self.rows), len(self.stacks), len(self.priority)
        for row in rows:
            self.rows.append(self.row(row, rows))
            self.clauses.append(row.clause)
        present = {row.payer for row in rows}
        for stack in mode.stack:
            held = at.STACK_LOSS if stack.of == "loss" else self.number(stack.of.removeprefix("held_by:"))
            payers = [name for name in stack.payers if name in present]
            self.stacks.append([sum(1 << self.number(name) for name in payers), stack.limit, held,
                                at.CUT_REVERSE if stack.cut == "reverse" else at.CUT_PRO_RATA])
        self.priority += [self.number(name) for name in dict.fromkeys(mode.recovery.priority)]
        pots = [self.number(p) for p in dict.fromkeys(row.payer for row in rows)
                if self.scenario.payers[p].kind == "pot"]
        if len(pots) > at.POTS_OF_MODE:
            raise NotBuilt("too_many_pot_payers", mode.title.en)
        pots += [at.NOBODY] * (at.POTS_OF_MODE - len(pots))
        guarantor = next((row.payer for row in rows if self.scenario.payers[row.payer].kind == "guarantor"), None)
        return [first, len(self.rows), first_stack, len(self.stacks), mode.claim.overdue, mode.claim.review,
                SPLIT[mode.recovery.split], WITHIN[mode.recovery.within], first_priority, len(self.priority),
                0, 0, 0, self.covered_districts(mode, rows), *pots, mode.counter_guarantee,
                self.number(guarantor) if guarantor else at.NOBODY,
                *claim_numbers(mode.claim)]

    def chain(self, mode: Mode) -> list[list[int]]:
        """For each payer: whose burden it takes over, and whether others repay it though it may be without money."""
        rows = self.kept(mode)
        above = {row.payer: self.number(row.from_) for row in rows}
        repaid = {row.from_ for row in rows}
        return [[above.get(name, len(self.names) - 1), int(name in repaid and payer.can_fall_short)]
                for name, payer in self.scenario.payers.items()]

    def covered_districts(self, mode: Mode, rows: list[TermRow]) -> int:
        """Districts whose firms every pot payer of the mode can pay for.

        None when all who share the loss have fallen away; all for a mode that is written without terms, whose
        lenders are paid in advance by a programme.
        """
        if not rows and mode.terms:
            return 0
        return sum(1 << n for n, district in enumerate(self.districts)
                   if all(self.reaches(self.scenario.payers[row.payer], district) for row in rows))

    def reaches(self, payer: Payer, district: str) -> bool:
        """Whether a payer can pay for firms of a district."""
        if payer.kind != "pot":
            return True
        own = any(pot.district == district for pot in self.scenario.pots.values())
        found = [own if account == "pot.$district" else True for account in payer.accounts]
        return all(found) if payer.draw == "split" else any(found)

    def payer(self, payer: Payer) -> list[int]:
        """The numbers of a payer: kind, draw, what happens when it is short, accounts, capital."""
        if len(payer.accounts) > at.MAX_ACCOUNTS:
            raise NotBuilt("too_many_accounts", payer.accounts[0])
        passes = payer.short.startswith("next:")
        pots = list(self.scenario.pots)
        accounts = [at.OF_DISTRICT if a == "pot.$district" else pots.index(a) for a in payer.accounts]
        short = at.SHORT_NEXT if passes else SHORT[payer.short]
        if short == at.SHORT_PRO_RATA and payer.draw == "order" and len(accounts) > 1:
            raise NotBuilt("pro_rata_of_ordered_accounts", payer.accounts[0])
        given = [] if payer.weights == "drawn_balance" else list(payer.weights)
        weights = given or [1] * len(accounts)
        pad = at.MAX_ACCOUNTS - len(accounts)
        return [KIND.get(payer.kind, at.KIND_OTHER),
                at.DRAW_SPLIT if payer.draw == "split" else at.DRAW_ORDER, short,
                self.number(payer.short.removeprefix("next:")) if passes else at.NOBODY,
                len(accounts), *accounts, *[at.NOBODY] * pad, *weights, *[0] * pad,
                at.NO_LIMIT if payer.capital is None else payer.capital]


def _table(rows: list[list[int]], width: int) -> np.ndarray:
    return np.array(rows, np.int64).reshape(len(rows), width)


def compile_terms(scenario: Scenario, no_fund: bool = False) -> TermsTables:
    """Integer tables of all modes. ``no_fund`` leaves out the pots: their shares stay with the bank.

    Raises :class:`NotBuilt` for a design whose mechanism this version lacks.
    """
    build = _Builder(scenario, no_fund)
    modes = [build.mode(mode) for mode in scenario.modes.values()]
    payers = [build.payer(payer) for payer in scenario.payers.values()]
    chain = [build.chain(mode) for mode in scenario.modes.values()]
    return TermsTables(
        modes=_table(modes, at.MODE), rows=_table(build.rows, at.ROW), stacks=_table(build.stacks, at.STACK),
        priority=np.array(build.priority, np.int64), payers=_table(payers, at.PAYER_FIELDS),
        chain=np.array(chain, np.int64).reshape(len(chain), len(payers), 2),
        counters=np.array(build.counters, np.int64), origin=_table(build.origin, at.ORIGIN), names=tuple(build.names),
        mode_names=tuple(scenario.modes), clauses=tuple(build.clauses))
