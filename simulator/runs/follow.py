"""One path followed by the readable engine: its log, its ledger and the life of a loan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import pandas as pd

from simulator.engine import layout as at
from simulator.engine.ledger import OPTION_POT
from simulator.engine.story import run_story
from simulator.engine.story.records import Claim, Due, Event, LedgerRow, Loan, Story
from simulator.engine.tables import Tables, compile_scheme
from simulator.scheme.pledges import kinds_of
from simulator.scheme.provenance import Provenance
from simulator.scheme.scenario import Scenario

MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def calendar(start: date, day: int) -> date:
    """The calendar date of a 30/360 day; a 31st does not exist there, a short February ends on its last."""
    whole = start.year * 360 + (start.month - 1) * 30 + min(start.day, 30) - 1 + day
    year, rest = divmod(whole, 360)
    month, of_month = divmod(rest, 30)
    leap = month == 1 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return date(year, month + 1, min(of_month + 1, MONTH_DAYS[month] + int(leap)))


class NoSuchLoan(ValueError):
    """The path has no loan of this number; ``loans`` is how many it has."""

    def __init__(self, number: int, loans: int) -> None:
        super().__init__(f"loan {number} of {loans}")
        self.number, self.loans = number, loans


@dataclass(frozen=True)
class PotYear:
    """A pot's account over one year: opening + flows = closing, to the fen."""

    pot: str
    year: int
    opening: int
    contributed: int
    interest: int
    refund: int
    paid: int
    clawback: int
    drawn: int                             # by programmes that are paid from the pot
    option: int                            # its part of investors' gains
    closing: int


@dataclass(frozen=True, eq=False)
class Trace:
    """One path, told. Money in fen, days from the scenario's start."""

    scenario: Scenario
    tables: Tables
    path: int
    seed: int
    story: Story

    def loan(self, number: int) -> Loan:
        """A loan by its number in order of disbursement. Raises NoSuchLoan."""
        if not 0 <= number < len(self.story.loans):
            raise NoSuchLoan(number, len(self.story.loans))
        return self.story.loans[number]

    def claims(self) -> list[Claim]:
        """Determined claims in order."""
        return [loan.claim for loan in self.story.loans if loan.claim is not None]

    def date(self, day: int) -> date:
        """Calendar date of a day."""
        return calendar(self.scenario.clock.start, day)

    def log_of(self, loan: Loan) -> Iterator[Event | LedgerRow]:
        """Everything that happened to a loan, in order: log and ledger together."""
        rows: list[Event | LedgerRow] = [e for e in self.story.events if e.loan == loan.number
                                         or (e.loan < 0 and e.entity == loan.entity)]
        rows += [r for r in self.story.ledger if r.loan == loan.number]
        yield from sorted(rows, key=lambda row: row.tick)

    def clause(self, due: Due) -> Provenance | None:
        """Where the share behind a due comes from."""
        name = self.tables.terms.mode_names[due.claim.loan.mode]
        terms = self.scenario.modes[name].terms
        order = sorted(range(len(terms)), key=lambda n: terms[n].step)
        place = due.row - int(self.tables.law.modes[due.claim.loan.mode, at.MODE_ROW])
        return self.scenario.provenance.get(f"modes.{name}.terms.{order[place]}.share")

    def roll_forward(self) -> list[PotYear]:
        """Each pot's yearly account; the last year is the run-off. Raises AssertionError if it does not close."""
        layout, rows = self.tables.layout, []
        for a, pot in enumerate(layout.pots):
            balance = 0
            for year in range(len(self.story.years)):
                drawn = int(self.story.years[year, layout.block("drawn") + a]) if layout.draws_on_pots else 0
                part = {b: int(self.story.years[year, layout.block(b) + a])
                        for b in ("contributed", "interest", "refund", "paid_pot", "clawback")}
                linked = self.scenario.linkage is not None and self.scenario.linkage.pot == pot
                option = int(self.story.years[year, OPTION_POT]) if linked else 0
                closing = (balance + part["contributed"] + part["interest"] + part["refund"] - part["paid_pot"]
                           - part["clawback"] - drawn + option)
                rows.append(PotYear(pot, year, balance, part["contributed"], part["interest"], part["refund"],
                                    part["paid_pot"], part["clawback"], drawn, option, closing))
                balance = closing
            posted = [r.balance_after_fen for r in self.story.ledger if r.account == pot]
            if posted and posted[-1] != balance:
                raise AssertionError(f"{pot}: ledger {posted[-1]}, roll-forward {balance}")
        return rows

    @property
    def ledger(self) -> pd.DataFrame:
        """A row a movement of money."""
        return pd.DataFrame([asdict(row) for row in self.story.ledger])

    @property
    def events(self) -> pd.DataFrame:
        """A row an event."""
        return pd.DataFrame([asdict(row) for row in self.story.events])

    def to_json(self) -> dict[str, Any]:
        """Path, loans, claims, ledger and log as plain data."""
        return {
            "scenario": self.scenario.id, "hash": self.scenario.hash, "seed": self.seed, "path": self.path,
            "loans": [self._loan_json(loan) for loan in self.story.loans],
            "ledger": [asdict(row) for row in self.story.ledger],
            "events": [asdict(row) for row in self.story.events],
            "pots": [asdict(row) for row in self.roll_forward()]}

    def _loan_json(self, loan: Loan) -> dict[str, Any]:
        names = self.tables.terms.names
        pledge = kinds_of(self.scenario.segments.values())[loan.ip]
        record = {
            "loan": loan.number, "firm": loan.firm.number, "start": loan.start, "term": loan.term,
            "maturity": loan.maturity, "principal_fen": loan.principal, "covered_fen": loan.covered,
            "mode": self.tables.terms.mode_names[loan.mode], "ip": pledge.name,
            "rate_ppm": loan.rate, "state": loan.state.name.lower(), "subsidy_fen": loan.subsidy,
            "recovered_fen": loan.gross}
        if loan.claim is not None:
            record["claim"] = {"base_fen": loan.claim.base, **{
                key: {n: int(v) for n, v in zip(names, values, strict=True)} for key, values in (
                    ("liable_fen", loan.claim.burden), ("borne_fen", loan.claim.borne),
                    ("back_fen", loan.claim.back))}}
        return record


def trace(scenario: Scenario, path: int, seed: int = 1, loan: int | None = None) -> Trace:
    """Follow one path. ``loan`` checks at once that there is such a loan.

    Raises ValueError for a loan that does not exist or a scheme that cannot be run.
    """
    if scenario.abstract:
        raise ValueError("abstract_scenario")
    tables = compile_scheme(scenario)
    told = Trace(scenario, tables, path, seed, run_story(tables, seed, path))
    if loan is not None:
        told.loan(loan)
    return told
