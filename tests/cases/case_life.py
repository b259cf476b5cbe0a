"""A few loans played through the compiled engine without chance: given default days, given proceeds.

The days run in the engine's own order of business (``run_days``); only what chance would decide is set by hand.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from simulator.engine import layout as at
from simulator.engine.attributes import static_gate
from simulator.engine.layout import Law
from simulator.engine.ledger import REFUSALS
from simulator.engine.loop.breaker import is_check_day
from simulator.engine.loop.cash import plan_contributions
from simulator.engine.loop.clusters import open_clusters
from simulator.engine.loop.gates import choose_accounts, dynamic_gates
from simulator.engine.loop.intake import disburse, start_loan
from simulator.engine.loop.lists import insert_default
from simulator.engine.loop.opening import open_book
from simulator.engine.loop.state import (
    A_BANK,
    A_COVERED,
    A_DAY,
    A_FIRM,
    A_GRADE,
    A_PRINCIPAL,
    APPLICATION,
    C_FIRST,
    F_DEFAULT,
    F_ENDED,
    I_ACCOUNT,
    I_ACCOUNTS,
    I_AMOUNT,
    I_CREDITOR,
    I_DUE,
    I_NEXT_OF_CLAIM,
    I_PAID,
    I_PAYER,
    I_UNPAID,
    L_ACCOUNT,
    L_APP,
    L_BALANCE,
    L_BOOK,
    L_CLAIM,
    L_CLASS,
    L_DISTRICT,
    L_FIRM,
    L_FLAGS,
    L_GENERATION,
    L_GRADE,
    L_INDUCED,
    L_IP,
    L_REACHED,
    L_SECTOR,
    L_STANDING,
    L_SUBSIDY,
    R_FULL,
    State,
    new_state,
)
from simulator.engine.loop.sweep import clear, plan_days, run_days
from simulator.engine.tables import Tables, compile_scheme
from simulator.scheme import Scenario, load
from simulator.scheme.pledges import kinds_of

MINIMAL = Path(__file__).parents[1] / "scenarios" / "minimal.yaml"
WAN = 1_000_000                # fen in 万元
MADE_UP = {"grade": "D", "note": "worked case"}
DEFAULT_DAY = 100
SECTIONS = ("pots", "payers", "modes", "gate", "programmes", "targets", "fees", "audit", "investments", "banks",
            "breaker", "breakers", "collective")


def read_yaml(path: Path) -> dict[str, Any]:
    """A YAML file as plain data."""
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def fen(amount: Any, unit: str = "万元") -> int:
    """An amount of a case file in fen; 万元 unless the file says fen."""
    scaled = Decimal(str(amount)) * (WAN if unit == "万元" else 1)
    assert scaled == scaled.to_integral_value(), f"{amount} {unit} is no whole number of fen"
    return int(scaled)


def overlay(sections: dict[str, Any]) -> str:
    """The case's sections as a scenario over the minimal one, every value graded as made up."""
    tree: dict[str, Any] = {"id": "case", "extends": str(MINIMAL)}
    for name, section in sections.items():
        if name == "modes":
            for n, (mode, parts) in enumerate(section.items()):
                parts.setdefault("title", {"zh": mode, "en": mode})
                parts.setdefault("weight", "100%" if n == 0 else "0%")
        group = {**MADE_UP, "values": section} if name in SECTIONS else section
        if name in ("pots", "payers", "modes", "programmes", "banks"):
            group["replace"] = True
        tree[name] = group
    return json.dumps(tree, ensure_ascii=False, default=str)       # JSON is YAML, and writes no aliases


def scenario_of(sections: dict[str, Any], folder: Path) -> Scenario:
    """Load the sections of a case through the loader, as a user's file."""
    path = folder / "case.yaml"
    if "book_file" in sections:
        (folder / "book.csv").write_text(sections.pop("book_file"), encoding="utf-8")
        sections["book"] = {"file": "book.csv"}
    path.write_text(overlay(sections), encoding="utf-8")
    return load(path)


@dataclass(frozen=True)
class Loan:
    """A loan of a case. Amounts in fen, days from the start; no default day means it is repaid."""

    mode: str
    principal: int
    covered: int | None = None                 # None: what the gate covers
    default: int | None = DEFAULT_DAY
    term: int = 360
    firm: int = 0
    ip: str = "invention"
    firm_class: str = "medium"
    district: str = "north"
    flags: tuple[str, ...] = ()
    bank: str = ""                             # the first bank where none is named
    held: str = ""                             # its number in the book of the scenario, which says all but the default


@dataclass(frozen=True)
class Proceeds:
    """What the first loan's rights bring, and how many days after the claim was determined; others in proportion."""

    gross: int = 0
    delay: int = 300


@dataclass(frozen=True)
class Due:
    """One due of a claim as the engine kept it."""

    payer: str
    creditor: str
    day: int
    amount: int
    unpaid: int
    paid: dict[str, int]                       # by pot


@dataclass(frozen=True)
class Played:
    """The books after the last day."""

    tables: Tables
    law: Law
    st: State
    names: tuple[str, ...] = field(default=())

    def _claim(self, loan: int) -> int:
        return int(self.st.loans[loan, L_CLAIM])

    def _parties(self, row: np.ndarray) -> dict[str, int]:
        return dict(zip(self.names, (int(x) for x in row), strict=True))

    def liable(self, loan: int) -> dict[str, int]:
        return self._parties(self.st.burden[self._claim(loan)])

    def borne(self, loan: int) -> dict[str, int]:
        return self._parties(self.st.borne[self._claim(loan)])

    def back(self, loan: int) -> dict[str, int]:
        return self._parties(self.st.back[self._claim(loan)])

    def outside(self, loan: int) -> int:
        return int(self.st.loans[loan, L_BALANCE] - self.st.loans[loan, L_STANDING])

    def subsidy(self, loan: int) -> int:
        return int(self.st.loans[loan, L_SUBSIDY])

    def dues(self, loan: int) -> list[Due]:
        """The dues of a loan's claim, in the order in which they were made."""
        pots, found = self.tables.layout.pots, []
        item = int(self.st.claims[self._claim(loan), C_FIRST]) if self._claim(loan) >= 0 else -1
        while item >= 0:
            i = self.st.items[item]
            paid = {pots[int(i[I_ACCOUNT + n])]: int(i[I_PAID + n]) for n in range(int(i[I_ACCOUNTS]))}
            found.append(Due(self.names[int(i[I_PAYER])], self.names[int(i[I_CREDITOR])], int(i[I_DUE]),
                             int(i[I_AMOUNT]), int(i[I_UNPAID]), paid))
            item = int(i[I_NEXT_OF_CLAIM])
        return found

    def accounts(self, loan: int) -> dict[str, int]:
        """What each pot has paid for a loan."""
        total = dict.fromkeys(self.tables.layout.pots, 0)
        for due in self.dues(loan):
            for pot, paid in due.paid.items():
                total[pot] += paid
        return total

    def cash(self) -> dict[str, int]:
        return dict(zip(self.tables.layout.pots, (int(x) for x in self.st.cash), strict=True))

    def total(self, column: str) -> int:
        """A column summed over all years."""
        names = [c.name for c in self.tables.layout.yearly()]
        return int(self.st.years[:, names.index(column)].sum())


def until(law: Law, last: int) -> Law:
    """The law with the books closed on the evening of day ``last``."""
    whole = law.whole.copy()
    whole[at.N_LAST] = last
    return replace(law, whole=whole)


def certain(law: Law, loans: list[Loan], proceeds: Proceeds, cost_ppm: int) -> Law:
    """The law with chance taken out of recoveries: one amount on one day."""
    whole, real = law.whole.copy(), law.real.copy()
    whole[at.RECOVERY_COST_PPM] = cost_ppm
    real[[at.NOISE, at.OTHER_RECOVERY, at.OBSOLESCENCE]] = 0.0
    clusters = law.clusters.copy()
    clusters[:, at.CL_ANCHOR] = at.NOBODY  # an anchor fails on a given day or not at all
    bad = [loan for loan in loans if loan.default is not None]
    factor = (proceeds.gross + 0.5) / bad[0].principal if proceeds.gross else 0.0
    return replace(law, whole=whole, real=real, clusters=clusters, ip_factor=np.full_like(law.ip_factor, factor),
                   pledge=np.full_like(law.pledge, 1_000_000), delay=np.full_like(law.delay, float(proceeds.delay)))


def kind_number(scenario: Scenario, name: str) -> int:
    """A kind of pledge by its name."""
    return [kind.name for kind in kinds_of(scenario.segments.values())].index(name)


def at_the_gate(law: Law, scenario: Scenario, loan: Loan) -> tuple[int, int, int]:
    """What the gate says of a loan asked for on day 0: reason of refusal or -1, principal, covered part."""
    ip, firm_class = kind_number(scenario, loan.ip), list(scenario.firms.classes).index(loan.firm_class)
    district = list(scenario.firms.districts).index(loan.district)
    flags = sum(1 << list(scenario.firms.flags).index(name) for name in loan.flags)
    reason, principal, covered = static_gate(law, 0, ip, firm_class, district, flags,
                                             list(scenario.modes).index(loan.mode), loan.principal, loan.term, 0)
    return int(reason), int(principal), int(covered)


def refusal(scenario: Scenario, loan: Loan) -> str:
    """Why the gate refuses a loan, or ``covered``."""
    reason, _, _ = at_the_gate(compile_scheme(scenario).law, scenario, loan)
    return "covered" if reason < 0 else REFUSALS[reason]


def place(law: Law, st: State, scenario: Scenario, loan: Loan) -> int:
    """Disburse a loan on day 0 and fix the day its firm defaults."""
    mode = list(scenario.modes).index(loan.mode)
    ip, firm_class = kind_number(scenario, loan.ip), list(scenario.firms.classes).index(loan.firm_class)
    district = list(scenario.firms.districts).index(loan.district)
    bank = list(scenario.banks).index(loan.bank) if loan.bank else 0
    flags = sum(1 << list(scenario.firms.flags).index(name) for name in loan.flags)
    reason, principal, covered = at_the_gate(law, scenario, loan)
    if loan.covered is not None:
        principal, covered = loan.principal, loan.covered
    else:
        assert reason < 0, "the gate refuses this loan"
    number = disburse(law, st, 0, len(st.loans) + loan.firm, 0, loan.firm, principal, covered, loan.term,
                      bank, mode)
    n = st.loans[number]
    n[L_IP], n[L_CLASS], n[L_DISTRICT], n[L_SECTOR], n[L_GRADE] = ip, firm_class, district, 0, 0
    n[L_ACCOUNT], n[L_ACCOUNT + 1] = choose_accounts(law, st, mode, district)
    n[L_INDUCED], n[L_BOOK], n[L_FLAGS] = 0, 0, flags
    n[L_REACHED], n[L_APP], n[L_GENERATION] = 1, -1, 0
    st.firms[loan.firm, F_ENDED] = -1
    start_loan(law, st, number, 0, 0)
    if loan.default is not None and st.firms[loan.firm, F_DEFAULT] != loan.default:
        st.firms[loan.firm, F_DEFAULT] = loan.default
        insert_default(st, loan.default, loan.firm)
    return int(number)


def open_held(law: Law, st: State, scenario: Scenario, loans: list[Loan]) -> Law:
    """Open the scenario's book as the engine does, and fix the days its firms default; the law that then goes on."""
    assert [loan.held for loan in loans] == [held.loan for held in scenario.book.held.loans]
    open_book(law, st)
    for number, loan in enumerate(loans):
        if loan.default is not None:
            firm = int(st.loans[number, L_FIRM])
            st.firms[firm, F_DEFAULT] = loan.default
            insert_default(st, loan.default, firm)
    whole = law.whole.copy()
    whole[at.BOOK_KIND] = at.BOOK_NONE     # it is open
    return replace(law, whole=whole)


def play(scenario: Scenario, loans: list[Loan], *, balance: dict[str, int] | None = None,
         proceeds: Proceeds = Proceeds(), cost_ppm: int = 0, last: int | None = None) -> Played:
    """Play the loans to the end of the run-off, or to day ``last``.

    ``balance`` gives pots another amount on day 0 than their contributors do.
    """
    tables = compile_scheme(scenario)
    held = scenario.book.held is not None
    law = certain(tables.law, loans, proceeds, scenario.recovery.cost if held else cost_ppm)
    st = new_state(tables.law, 16.0)
    clear(law, st, 1, 0)
    plan_days(law, st)
    open_clusters(law, st)
    plan_contributions(law, st)
    for pot, amount in (balance or {}).items():
        number = tables.layout.pots.index(pot)
        for e in range(len(law.contributions)):
            if law.contributions[e, at.INTO] == number:
                st.event_sum[e] = 0
        st.cash[number] = amount
    if held:
        law = open_held(law, st, scenario, loans)
    else:
        for loan in loans:
            place(law, st, scenario, loan)
    run_days(law if last is None else until(law, last), st)
    assert st.reg[R_FULL] == 0
    return Played(tables, law, st, tables.terms.names)


@dataclass(frozen=True)
class Wish:
    """A firm that asks for a loan on a later day of a case."""

    firm: int
    amount: int
    grade: str
    flags: tuple[str, ...] = ()


def heard(scenario: Scenario, loans: list[Loan], day: int, wish: Wish) -> tuple[str, int, int]:
    """What the fund says to a firm that asks on a day: ``covered`` or why not, the principal and what is covered."""
    played = play(scenario, loans, last=day)
    loan = Loan(next(iter(scenario.modes)), wish.amount, firm=wish.firm, flags=wish.flags)
    reason, principal, covered = at_the_gate(played.law, scenario, loan)
    if reason >= 0:
        return REFUSALS[reason], principal, covered
    asks = np.zeros(APPLICATION, np.int64)
    asks[[A_DAY, A_FIRM, A_PRINCIPAL, A_COVERED]] = day, wish.firm, principal, covered
    asks[A_GRADE] = list(scenario.firms.grades).index(wish.grade)
    reason = dynamic_gates(played.law, played.st, asks, 0)[0]
    return "covered" if reason < 0 else REFUSALS[reason], int(asks[A_PRINCIPAL]), int(asks[A_COVERED])


def answer(scenario: Scenario, loans: list[Loan], day: int, bank: str) -> str:
    """What a new firm that asks a bank for 1 万元 of cover hears on a day: ``covered``, or why it is refused.

    Applications come before the evening's reading of the breaker, so the day must not be one of those.
    """
    played = play(scenario, loans, last=day)
    assert not is_check_day(played.law, day)
    strange = 1 + max(loan.firm for loan in loans)
    asks = np.zeros(APPLICATION, np.int64)
    asks[[A_DAY, A_FIRM, A_BANK, A_PRINCIPAL, A_COVERED]] = day, strange, list(scenario.banks).index(bank), WAN, WAN
    reason = dynamic_gates(played.law, played.st, asks, 0)[0]
    return "covered" if reason < 0 else REFUSALS[reason]
