"""Tables that people keep: CSV in the encodings they come in, and the sheets of a workbook, as rows of text.

Every cell is text with a place; nothing is computed. A formula is data: it is reported, never evaluated. Headers are
matched by their names in Chinese or English; all problems are told at once, each with its row and column.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from .problems import Problem, listed, nearest
from .reading import display
from .units import DAY_UNITS, MONEY_UNITS, PARSERS, SHARE_UNITS, UnitError

ENCODINGS = ("utf-8-sig", "gb18030")
MOST_BYTES = 50_000_000
MOST_UNPACKED = 500_000_000                # of a workbook
MOST_ROWS = 200_000
MOST_COLUMNS = 500
HEADER_WITHIN = 20                         # rows; titles may stand above the header
DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00(?::00)?)?|(\d{4})(\d{2})(\d{2})")
EXAMPLES = ("示例", "example")              # how the number of an example row in an empty form begins
UNITS = {"money": MONEY_UNITS, "share": SHARE_UNITS, "days": DAY_UNITS}


@dataclass(frozen=True)
class Column:
    """A column a reader looks for: its key, the headers it goes by, and the kind of its cells.

    ``kind`` is text, date, or a unit's (money, share, days, count, real); cells without a unit take the header's, as in
    ``principal (万元)``.
    """

    key: str
    names: tuple[str, ...]
    kind: str = "text"
    required: bool = False


@dataclass(frozen=True)
class Row:
    """One row of data: its number in the file, and the text of each cell that is not empty, by column key."""

    number: int
    cells: Mapping[str, str]


@dataclass
class Table:
    """What was understood of a file: which header was taken for which column, and the rows."""

    file: str
    sheet: str = ""
    headers: dict[str, tuple[int, str]] = field(default_factory=dict)      # key → column number, header
    ignored: list[str] = field(default_factory=list)                       # headers nobody asked for
    rows: list[Row] = field(default_factory=list)
    header: int = 1                                                        # row of the headers

    def problem(self, code: str, row: int, key: str = "", **parts: str) -> Problem:
        """A problem at a row, in the column of ``key`` if the file has it."""
        column, header = self.headers.get(key, (1, key))
        return Problem(code, self.file, row, column, path=header, **parts)

    def value(self, row: Row, column: Column, problems: list[Problem]) -> Any:
        """A cell in the unit of its kind (fen, ppm, days, date …), None where it is empty or told as a problem."""
        raw = row.cells.get(column.key, "")
        if not raw or column.kind == "text":
            return raw or None
        try:
            return read_cell(raw, column.kind, unit_of(self.headers[column.key][1], column.kind))
        except UnitError as error:
            problems.append(self.problem(error.code, row.number, column.key, given=error.given, allowed=error.allowed,
                                         hint=error.hint))
            return None


def read_cell(raw: str, kind: str, unit: str = "") -> Any:
    """A cell's value; ``unit`` is the header's, for numbers without one. Raises UnitError."""
    if kind == "date":
        match = DATE.fullmatch(raw)
        if match:
            raw = "-".join(part.zfill(2) for part in match.groups() if part)
    elif unit and re.fullmatch(r"[+-]?[\d,.]+", raw):
        raw = f"{raw} {unit}"
    return PARSERS[kind](raw)


def unit_of(header: str, kind: str) -> str:
    """The unit a header names in brackets or after a slash."""
    found = re.search(r"[(（\[/]\s*([^()（）\[\]/]+?)\s*[)）\]]?\s*$", header)
    name = unicodedata.normalize("NFKC", found[1]).lower() if found else ""
    return name if name in UNITS.get(kind, {}) else ""


def read_table(path: Path, columns: Sequence[Column], problems: list[Problem],
               named: Mapping[str, str] | None = None) -> Table | None:
    """The rows of a CSV or xlsx file; None when it cannot be read as a table at all.

    ``named`` maps column keys to the headers of this file, where they go by other names. What is wrong is added to
    ``problems``.
    """
    table = Table(display(path))
    grid = _grid(path, table, problems)
    if grid is None:
        return None
    at = _header_row(grid, columns, named or {})
    if at is None:
        first = [cell for cell in grid[0] if cell] if grid else []
        problems.append(Problem("table_no_header", table.file, 1, 1, given=listed(first),
                                allowed=listed(column.names[0] for column in columns if column.required)))
        return None
    table.header = at + 1
    _match(grid[at], at + 1, table, columns, named or {}, problems)
    for n, line in enumerate(grid[at + 1:], at + 2):
        cells = {key: line[column - 1] for key, (column, _) in table.headers.items()
                 if column <= len(line) and line[column - 1]}
        if any(line):
            table.rows.append(Row(n, cells))
        for key, text in cells.items():
            if text.startswith("="):
                problems.append(table.problem("table_formula", n, key, given=text[:40]))
    if not table.rows:
        problems.append(Problem("table_empty", table.file, at + 1, 1))
    return table


def is_example(number: str) -> bool:
    """Whether a loan's number says that its row only shows how a form is filled in."""
    return number.strip().lower().startswith(EXAMPLES)


# --- headers -------------------------------------------------------------------------------------

def _plain(header: str) -> str:
    """A header without unit, spaces, case and width."""
    text = unicodedata.normalize("NFKC", header).lower()
    return re.sub(r"[\s_*:：-]+", "", re.sub(r"[(\[/].*$", "", text))


def _wanted(columns: Sequence[Column], named: Mapping[str, str]) -> dict[str, str]:
    """Every header that is looked for, plain, with the key of its column."""
    found = {_plain(name): column.key for column in columns for name in (column.key, *column.names)
             if column.key not in named}
    return found | {_plain(header): key for key, header in named.items()}


def _header_row(grid: list[list[str]], columns: Sequence[Column], named: Mapping[str, str]) -> int | None:
    """The row with most of the headers that are looked for, at least two; the first of equals."""
    wanted = _wanted(columns, named)
    counts = [len({wanted[_plain(cell)] for cell in line if _plain(cell) in wanted}) for line in grid[:HEADER_WITHIN]]
    best = max(counts, default=0)
    return counts.index(best) if best >= 2 else None


def _match(line: list[str], number: int, table: Table, columns: Sequence[Column], named: Mapping[str, str],
           problems: list[Problem]) -> None:
    """Which header is which column; those that are missing or there twice."""
    wanted = _wanted(columns, named)
    for place, cell in enumerate(line, 1):
        key = wanted.get(_plain(cell))
        if key is None:
            table.ignored += [cell] if cell else []
        elif key in table.headers:
            problems.append(Problem("table_header_twice", table.file, number, place, given=cell,
                                    allowed=table.headers[key][1]))
        else:
            table.headers[key] = place, cell
    for column in columns:
        if column.required and column.key not in table.headers:
            problems.append(Problem("table_column_missing", table.file, number, 1, given=column.names[0],
                                    allowed=listed((column.key, *column.names)),
                                    hint=nearest(column.names[0], table.ignored)))


# --- files ---------------------------------------------------------------------------------------

def _grid(path: Path, table: Table, problems: list[Problem]) -> list[list[str]] | None:
    """All cells as text, row by row; None with the reason told."""
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        problems.append(Problem("table_unreadable", table.file, given=error.strerror or ""))
        return None
    if size > MOST_BYTES:
        problems.append(Problem("table_too_large", table.file, given=f"{size:,} bytes", allowed=f"≤ {MOST_BYTES:,}"))
        return None
    grid = _workbook(raw, table, problems) if raw[:4] == b"PK\x03\x04" else _text(raw, table, problems)
    if grid is not None and (len(grid) > MOST_ROWS or max(map(len, grid), default=0) > MOST_COLUMNS):
        problems.append(Problem("table_too_large", table.file, given=f"{len(grid):,} × {max(map(len, grid)):,}",
                                allowed=f"≤ {MOST_ROWS:,} × {MOST_COLUMNS}"))
        return None
    return grid


def _text(raw: bytes, table: Table, problems: list[Problem]) -> list[list[str]] | None:
    """A CSV in UTF-8 or GB 18030, separated by whatever its first line separates most with."""
    for encoding in ENCODINGS:
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError as failed:
            error = failed
    else:
        problems.append(Problem("table_encoding", table.file, raw[:error.start].count(b"\n") + 1, 1,
                                given=raw[error.start:error.start + 4].hex(" "), allowed="UTF-8, GB 18030"))
        return None
    if "\0" in text:
        problems.append(Problem("table_encoding", table.file, 1, 1, given="\\0", allowed="CSV, xlsx"))
        return None
    first = text.split("\n", 1)[0]
    separator = max(",;\t，", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as failure:
        problems.append(Problem("table_unreadable", table.file, given=str(failure)))
        return None
    return [[cell.strip() for cell in row] for row in rows]


def _workbook(raw: bytes, table: Table, problems: list[Problem]) -> list[list[str]] | None:
    """The first sheet of a workbook; merged cells in the way are named."""
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            if sum(item.file_size for item in archive.infolist()) > MOST_UNPACKED:
                problems.append(Problem("table_too_large", table.file, given="xlsx", allowed=f"≤ {MOST_UNPACKED:,}"))
                return None
        sheet = load_workbook(io.BytesIO(raw), data_only=False).worksheets[0]
    except Exception as error:                 # a damaged workbook fails in many ways, none of them ours
        problems.append(Problem("table_unreadable", table.file, given=type(error).__name__))
        return None
    table.sheet = sheet.title
    grid = [[_shown(cell) for cell in row] for row in sheet.iter_rows(max_row=min(sheet.max_row, MOST_ROWS + 1))]
    for area in sheet.merged_cells.ranges:
        first = grid[area.min_row - 1] if area.min_row <= len(grid) else []
        alone = sum(bool(cell) for cell in first) == 1                     # a title above the table
        if not alone:
            problems.append(Problem("table_merged", table.file, area.min_row, area.min_col,
                                    given=f"{area.coord} {first[area.min_col - 1] if first else ''}".strip()))
    return grid


def _shown(cell: Any) -> str:
    """A cell's text as a person reads it; a share keeps its percent sign."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        number = Decimal(repr(value))
        if "%" in str(cell.number_format):
            return f"{(number * 100).normalize():f}%"
        return f"{number.normalize():f}"
    return str(value).strip()
