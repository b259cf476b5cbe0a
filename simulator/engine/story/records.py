"""What a path consists of: firms, loans, claims, dues; and what is written down about them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np

from simulator.engine.day import NEVER
from simulator.engine.instalments import balance_after
from simulator.engine.rules import muldiv


class LoanState(IntEnum):
    """A loan's life; the numbers are those of the results."""

    LIVE = 0
    REPAID = 1
    DEFAULTED = 2
    DETERMINED = 3
    CLOSED = 4


class DueState(IntEnum):
    """A due waits for its day, then in the queue."""

    HELD = 0
    QUEUED = 1
    DONE = 2


@dataclass(eq=False)
class Firm:
    """A borrower and its clock: one default day for all loans of a spell."""

    number: int
    firm_class: int
    district: int
    sector: int
    grade: int
    flags: int                             # yes-or-no facts, as bits
    live: list[Loan] = field(default_factory=list)
    default_day: int = NEVER
    ended: int = -1                        # day on which its last live loan ended
    served: set[int] = field(default_factory=set)  # years in which it got a loan
    cluster: int = -1
    target: float = 0.0                    # cumulative hazard at which a member of a cluster defaults
    hit: int = NEVER                       # day its anchor's default takes it along
    doomed: bool = False                   # cannot pay, and stops paying at its next maturity
    barred: bool = False                   # a firm that defaulted gets nothing more
    covered_by_year: Counter[int] = field(default_factory=Counter)
    granted: Counter[tuple[int, int]] = field(default_factory=Counter)     # (programme, year) → fen
    insured: Counter[tuple[int, int]] = field(default_factory=Counter)     # (limit at origination, year) → fen


@dataclass(eq=False)
class Loan:
    """One loan from disbursement to the end of its recovery. Money in fen, time in days."""

    number: int
    entity: int
    segment: int
    firm: Firm
    start: int
    term: int
    principal: int
    covered: int
    mode: int
    bank: int
    rate: int
    ip: int
    accounts: tuple[int, int]              # chosen pot of each pot payer, −1 none
    induced: bool
    book: bool
    reached: bool                          # by the subsidies
    generation: int = 0                    # how often it has been renewed
    every: int = 0                         # days between instalments of principal, 0 none
    paid: int = 0                          # instalments paid, or past on day 0
    opening: int = 0                       # owed when it began, or on day 0
    deposit: int = 0                       # left in its cluster's reserve
    state: LoanState = LoanState.LIVE
    default_day: int = NEVER
    recovery_day: int = NEVER
    gross: int = 0
    net: int = 0
    subsidy: int = 0
    claim: Claim | None = None
    insured: dict[int, int] = field(default_factory=dict)      # principal each limit at origination lets it cover
    process: Any = None                    # its SimPy process

    @property
    def maturity(self) -> int:
        """Day the principal is to be repaid."""
        return self.start + self.term

    @property
    def balance(self) -> int:
        """Principal still owed; what was owed when the loan ended."""
        return int(balance_after(self.principal, self.term, self.every, self.paid))

    @property
    def standing(self) -> int:
        """The covered part of it."""
        return int(muldiv(self.covered, self.balance, self.principal))

    @property
    def next_payment(self) -> int:
        """Day of the next instalment, or of maturity."""
        return min(self.maturity, self.start + (self.paid + 1) * self.every) if self.every else self.maturity

    @property
    def facts(self) -> tuple[int, int, int, int, int, int]:
        """What a condition may ask for, frozen at origination."""
        firm = self.firm
        return self.principal, self.term, self.ip, firm.firm_class, firm.district, firm.flags


@dataclass(eq=False)
class Claim:
    """A determined loss and who bears it; the last of each list is the lender."""

    number: int
    loan: Loan
    base: int
    burden: list[int]                      # by the terms
    borne: list[int]                       # after lapses and passing on
    back: list[int]                        # of the recovery
    booked: np.ndarray                     # what this claim holds of each counter
    bounds: np.ndarray                     # caps of its rows in fen, on the day of determination
    agreed: list[int] = field(default_factory=list)    # what each row took over at determination
    final: bool = True                     # False while it is only paid provisionally
    dues: list[Due] = field(default_factory=list)
    lacking: Counter[int] = field(default_factory=Counter)     # by payer: left unpaid, not made good since
    awaited: Counter[int] = field(default_factory=Counter)     # of it, what others owe that payer


@dataclass(eq=False)
class Due:
    """What one payer owes on one day from one account or an ordered list of accounts."""

    number: int
    claim: Claim
    payer: int
    creditor: int
    amount: int
    unpaid: int
    day: int
    row: int                               # of the terms
    accounts: list[int]
    paid: list[int]                        # from each account, or by a payer that has none
    escrow: bool = False                   # what is paid is only put aside for now
    reserve: int = -1                      # pot whose free cash it reduces until paid, −1 none
    cancelled: int = 0
    state: DueState = DueState.HELD


@dataclass(frozen=True)
class LedgerRow:
    """One movement of money. ``account`` is a pot, or "" for a party whose purse is not followed."""

    tick: int
    day: int
    event: str
    loan: int                              # −1 none
    firm: int
    party: str
    account: str
    amount_fen: int                        # positive into the account
    balance_after_fen: int
    rule: str
    clause: str


@dataclass(frozen=True)
class Event:
    """One line of the log: what happened, to whom, how much, and why."""

    tick: int
    day: int
    kind: str
    entity: int
    loan: int
    firm: int
    amount_fen: int
    note: str


@dataclass
class Story:
    """Everything about one path."""

    years: np.ndarray                      # int64[years + 1, width]
    path: np.ndarray                       # int64[path width]
    loans: list[Loan]
    dues: list[Due]
    ledger: list[LedgerRow]
    events: list[Event]
    rules: Counter[str]                    # how often each rule of the order of business acted
