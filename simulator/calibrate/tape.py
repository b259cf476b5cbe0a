"""A loan tape: every loan with the time it was watched and what became of it. All or nothing is imported."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from statistics import median

from .table import UNITS, Table, TapeErrors, read_table

_DATE = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))(?: 00:00:00)?")
YES, NO = ("是", "y", "yes", "true", "1"), ("否", "n", "no", "false", "0", "")
ALL = "all"
FAR_OFF = 1000                             # times the median principal, or its part, from which a unit is doubted


@dataclass(frozen=True)
class Loan:
    """One loan; amounts in fen. ``watched`` is the day from which its default would have been seen.

    ``leave`` is repayment, maturity, default or the watch's end. A default dated after maturity counts on the day of
    maturity, as in the engines: what is overdue then had failed when it fell due.
    """

    loan: str
    grade: str
    sector: str
    principal: int
    start: date
    watched: date
    leave: date
    failed: bool
    recovered: int
    recovery: date | None
    closed: bool


@dataclass(frozen=True)
class Tape:
    """Loans with the window they were watched in and the file's SHA-256.

    ``encoding`` and ``columns`` (field → header) are how it was read; ``doubts`` what was counted in a way the reader
    should know, with rows: defaults dated after maturity, loans past maturity that are neither repaid nor in default,
    more recovered than lent, principals far from all others, example rows left out.
    """

    file: str
    digest: str
    begin: date
    end: date
    loans: tuple[Loan, ...]
    encoding: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    doubts: dict[str, tuple[int, ...]] = field(default_factory=dict)


def read_tape(path: Path, grades: Collection[str], mapping: Mapping[str, str] | None = None) -> Tape:
    """The tape in ``path``. Raises :class:`TapeErrors` with everything wrong; nothing is then imported.

    ``grades`` are those of the scenario; ``mapping`` field → header, for headers the program does not know.
    """
    table = read_table(path, mapping or {})
    errors = table.errors
    errors.allowed = ", ".join(grades)
    if errors.found:
        raise errors
    for name, unit in table.units.items():
        if unit not in UNITS:
            cells = [row[name] for _, row in table.rows]
            spelled = {match[1] for cell in cells if (match := re.search(r"(亿元|万元|元)$", cell))}
            if not spelled or not all(cell == "" or cell.endswith(tuple(spelled)) for cell in cells):
                errors.add("unit_missing", 1, errors.columns[name])
    loans, seen, ends = [], set(), set()
    doubts: dict[str, list[int]] = {}
    for number, row in table.rows:
        reader = Row(number, row, table.units, errors, doubts)
        loan = reader.loan(grades)
        if row["loan"] in seen:
            errors.add("duplicate", number, errors.columns["loan"], row["loan"])
        seen.add(row["loan"])
        ends.add(row["watch_end"])
        if loan:
            loans.append(loan)
    if len(ends) > 1:
        errors.add("watch_differs", given=", ".join(sorted(ends)[:4]))
    if errors.found:
        raise errors
    end = _date(ends.pop())
    assert end is not None                 # read above, row by row
    return Tape(table.file, table.digest, min(loan.watched for loan in loans), end, tuple(loans), errors.encoding,
                errors.columns, {name: tuple(rows) for name, rows in doubtful(table, loans, doubts).items()})


def doubtful(table: Table, loans: Sequence[Loan], doubts: dict[str, list[int]]) -> dict[str, list[int]]:
    """Rows in doubt by what is doubted; overdue loans only where the tape tells repayments at all."""
    if not any(row.get("repaid") for _, row in table.rows):
        doubts.pop("overdue", None)
    middle = median(loan.principal for loan in loans)
    far = [number for (number, _), loan in zip(table.rows, loans, strict=True)
           if not middle / FAR_OFF < loan.principal < middle * FAR_OFF]
    found = {**doubts, "far": far, "examples": list(table.examples)}
    return {name: rows for name, rows in found.items() if rows}


def _date(given: str) -> date | None:
    parts = _DATE.fullmatch(given)
    if not parts:
        return None
    try:
        return date(int(parts[1]), int(parts[2] or parts[4]), int(parts[3] or parts[5]))
    except ValueError:
        return None


@dataclass
class Row:
    """One row being read: what is wrong goes to ``errors``, what was counted in a way to know of to ``doubts``."""

    number: int
    cells: dict[str, str]
    units: dict[str, str]
    errors: TapeErrors
    doubts: dict[str, list[int]]

    def add(self, code: str, name: str) -> None:
        """Note a mistake of this row in a named column."""
        self.errors.add(code, self.number, self.errors.columns.get(name, name), self.cells.get(name, ""))

    def date(self, name: str, needed: bool = False) -> date | None:
        """The date in a column; None when it is empty or wrong, which is noted."""
        given = self.cells.get(name, "")
        if not given:
            if needed:
                self.add("value_missing", name)
            return None
        found = _date(given)
        if found is None:
            self.add("bad_date", name)
        return found

    def amount(self, name: str, least: int) -> int:
        """Fen; the unit is the cell's or the header's, and must not differ where both say it."""
        given = self.cells.get(name, "").replace(",", "").replace("，", "")
        if not given and name != "principal":
            return 0
        spelled = re.search(r"(亿元|万元|元)$", given)
        unit = self.units.get(name, "")
        if spelled:
            if unit and UNITS.get(unit) != UNITS[spelled[1]]:
                self.add("units", name)
            unit, given = spelled[1], given[: spelled.start()].strip()
            first = self.units.setdefault(f"{name} cells", unit)
            if first != unit:
                self.add("units", name)
        try:
            value = float(given)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            self.add("bad_number" if given else "value_missing", name)
            return 0
        fen = round(value * UNITS.get(unit, 100))
        if fen < least:
            self.add("negative", name)
        return fen

    def loan(self, grades: Collection[str]) -> Loan | None:
        """The loan, or None where a date is missing."""
        cells = self.cells
        if not cells["loan"]:
            self.add("value_missing", "loan")
        if cells["grade"] not in grades:
            self.add("grade", "grade")
        principal, recovered = self.amount("principal", 1), self.amount("recovered", 0)
        start, maturity, begin, end = (self.date(name, True) for name in
                                       ("start", "maturity", "watch_start", "watch_end"))
        default, repaid, recovery = self.date("default"), self.date("repaid"), self.date("recovery")
        closed = cells.get("closed", "").lower()
        if closed not in (*YES, *NO):
            self.add("closed", "closed")
        if start is None or maturity is None or begin is None or end is None:
            return None
        failed = default is not None and (repaid is None or default <= repaid)
        leave = min(one for one in (default if failed else repaid, maturity, end) if one is not None)
        for wrong, code, name in (
                (start >= maturity, "dates_order", "maturity"), (begin >= end, "dates_order", "watch_end"),
                (start > end, "dates_order", "start"), (repaid is not None and repaid < start, "dates_order", "repaid"),
                (default is not None and not start <= default <= end, "dates_order", "default"),
                (failed is not (default is not None), "dates_order", "repaid"),
                (recovery is not None and default is not None and not default <= recovery <= end, "dates_order",
                 "recovery"),
                (default is None and (recovery is not None or recovered > 0), "recovered_alone", "recovered"),
                (start <= leave < begin <= end, "before_watch", "watch_start")):
            if wrong:
                self.add(code, name)
        for doubt, is_so in (("late", failed and default is not None and default > maturity),
                             ("over", recovered > principal),
                             ("overdue", default is None and repaid is None and maturity < end)):
            if is_so:
                self.doubts.setdefault(doubt, []).append(self.number)
        return Loan(cells["loan"], cells["grade"], cells.get("sector") or ALL, principal, start, max(start, begin),
                    leave, failed, min(recovered, principal), recovery, closed in YES)
