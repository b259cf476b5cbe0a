"""The world of one path: SimPy's clock, the results being counted, the log and the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from typing import Any

import numpy as np
import simpy

from simulator.engine import layout as at
from simulator.engine.day import OPEN, YEAR, day_of, tick
from simulator.engine.ledger import NPL, ON_BOOKS, PATH_FIXED
from simulator.engine.story.records import Due, Event, LedgerRow, Loan
from simulator.engine.story.scheme import read_scheme
from simulator.engine.tables import Tables

STOCK_TAKING = 1                           # early in the morning, before anything moves
Business = Generator[Any, Any, None]       # a SimPy process


class World:
    """Shared by all desks: time, tables and books. ``record`` keeps the log and the ledger."""

    def __init__(self, tables: Tables, seed: int, path: int, record: bool) -> None:
        self.law, self.layout, self.scheme = tables.law, tables.layout, read_scheme(tables)
        self.seed, self.path, self.record = seed, path, record
        self.whole: list[int] = self.law.whole.tolist()
        self.support: list[int] = self.law.support.tolist()
        self.days, self.last = self.whole[at.N_DAYS], self.whole[at.N_LAST]
        self.env = simpy.Environment(initial_time=tick(-self.whole[at.N_BOOK_DAYS] - 1, 0))
        self.years = np.zeros((self.whole[at.N_YEARS] + 1, self.layout.width), np.int64)
        self.once = np.zeros(self.layout.path_width, np.int64)
        self.loans: list[Loan] = []
        self.dues: list[Due] = []
        self.ledger: list[LedgerRow] = []
        self.events: list[Event] = []
        self.rules: Counter[str] = Counter()
        self.index = np.zeros((0, 0))          # factors by sector and month
        self.overdue = self.on_books = 0       # principal in default, and of all loans not yet over
        self.start(self.year_ends())

    # --- time

    @property
    def today(self) -> int:
        """The day of the running event."""
        return day_of(self.now)

    @property
    def now(self) -> int:
        """The tick of the running event; SimPy allows fractions, there are none here."""
        return int(self.env.now)

    def until(self, day: int, phase: int, key: int = 0) -> simpy.Event:
        """Wait for a phase of a day, always later than now: nothing is caused at the instant it happens."""
        wait = tick(day, phase, key) - self.now
        if wait <= 0:
            raise AssertionError(f"day {day}, phase {phase} is not later than now")
        return self.env.timeout(wait)

    def start(self, business: Business) -> simpy.Process:
        """Set a process going."""
        return self.env.process(business)

    def calendar_year(self, day: int) -> int:
        """Year of counters, caps and envelopes, counted from day 0 and on through the run-off."""
        return max(day, 0) // YEAR

    def year_ends(self) -> Business:
        """On the morning after each year of the window: stocks as they stood in the evening."""
        days = {*range(YEAR, self.days + 1, YEAR), self.days}
        for day in sorted(days):
            yield self.until(day, OPEN, STOCK_TAKING)
            self.count(NPL, self.overdue, day - 1)
            self.count(ON_BOOKS, self.on_books, day - 1)

    # --- books

    def count(self, column: int, amount: int, day: int | None = None) -> None:
        """Add to a yearly column, by default in today's row; the last row is the run-off."""
        day = self.today if day is None else day
        row = self.whole[at.N_YEARS] if day >= self.days else self.calendar_year(day)
        self.years[row, column] += amount

    def count_in(self, block: int, place: int, amount: int, day: int | None = None) -> None:
        """Add to a column of a block, named by its place in the tables (at.B_PAID, …)."""
        self.count(self.whole[block] + place, amount, day)

    def count_support(self, block: int, place: int, amount: int, day: int | None = None) -> None:
        """Add to a column of a block of public money, named by its place (at.B_AVOIDED, …)."""
        self.count(self.support[block] + place, amount, day)

    def set_once(self, column: int, value: int) -> None:
        """Set a column kept once a path."""
        self.once[column] = value

    def set_pot_once(self, block: int, pot: int, value: int) -> None:
        """Set a pot's column kept once a path: 0 exhausted day, 1 least balance, 2 last balance."""
        self.once[len(PATH_FIXED) + block * len(self.layout.pots) + pot] = value

    def tell(self, kind: str, loan: Loan | None = None, amount: int = 0, note: str = "", entity: int = -1,
             firm: int = -1) -> None:
        """Write a line of the log."""
        self.rules[f"{kind} {note}".rstrip()] += 1
        if self.record:
            if loan is not None:
                entity, firm = loan.entity, loan.firm.number
            self.events.append(Event(self.now, self.today, kind, entity, -1 if loan is None else loan.number, firm,
                                     amount, note))

    def post(self, event: str, party: str, amount: int, rule: str, loan: Loan | None = None, account: str = "",
             balance: int = 0, clause: str = "") -> None:
        """Write a row of the ledger."""
        if self.record:
            self.ledger.append(LedgerRow(
                self.now, self.today, event, -1 if loan is None else loan.number,
                -1 if loan is None else loan.firm.number, party, account, amount, balance, rule, clause))
