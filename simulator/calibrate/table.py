"""A loan tape as a table of texts: CSV in UTF-8 or GBK, or the first sheet of an xlsx file. Nothing is computed."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from simulator.lang import text
from simulator.scheme.tabular import is_example

# Field → headers it is known by, Chinese first: the template's.
HEADERS: dict[str, tuple[str, ...]] = {
    "loan": ("贷款编号", "借据号", "合同编号", "loan", "loan_id"),
    "firm": ("企业", "企业名称", "借款人", "firm", "borrower"),
    "bank": ("银行", "贷款银行", "bank", "lender"),
    "grade": ("信用等级", "等级", "grade", "rating"),
    "sector": ("行业", "sector", "industry"),
    "ip": ("知识产权类型", "ip", "ip_type"),
    "principal": ("本金", "贷款金额", "principal", "amount"),
    "start": ("起始日", "放款日", "start", "start_date"),
    "maturity": ("到期日", "maturity", "maturity_date"),
    "repaid": ("结清日", "repaid", "repaid_date"),
    "default": ("违约日", "default", "default_date"),
    "watch_start": ("观察起始日", "observation_start"),
    "watch_end": ("观察截止日", "observation_end"),
    "recovered": ("已回收金额", "recovered", "recovered_amount"),
    "recovery": ("回收日", "recovery", "recovery_date"),
    "closed": ("追偿结束", "workout_closed", "closed"),
}
REQUIRED = ("loan", "grade", "principal", "start", "maturity", "default", "watch_start", "watch_end")
UNITS = {"元": 100, "万元": 1_000_000, "亿元": 10_000_000_000, "yuan": 100, "cny": 100}    # in fen
AMOUNTS = ("principal", "recovered")
SHOWN = 8                                  # rows named in one problem
LONGEST = 120                              # characters of what was given that are repeated
BY_OPTION = ("missing_column", "column_twice")     # what the command line offers --map for
TITLES = 20                                # rows among which the headers are looked for


@dataclass
class TapeErrors(Exception):
    """All that keeps a tape from being read, with rows and a preview of what was understood."""

    file: str
    encoding: str = ""
    n: int = 0
    columns: dict[str, str] = field(default_factory=dict)
    found: dict[tuple[str, str], list[tuple[int, str]]] = field(default_factory=dict)
    allowed: str = ""
    rows: list[list[str]] = field(default_factory=list)

    def add(self, code: str, row: int = 0, column: str = "", given: str = "") -> None:
        """One finding; ``row`` counts from 1 as a spreadsheet does, 0 for the tape as a whole."""
        self.found.setdefault((code, column), []).append((row, given))

    def render(self, lang: str, in_page: bool = False) -> str:
        """Every kind of problem, its rows, and the preview; ``in_page`` for one who has no command line.

        There fields have the names of the empty form, and no option of the command is offered.
        """
        lines = [text("tape_head", lang, file=self.file, n=len(self.found))]
        for (code, column), places in self.found.items():
            given = shortened(given for _, given in places if given)
            key = f"tape_{code}_page" if in_page and code in BY_OPTION else f"tape_{code}"
            if in_page and code in BY_OPTION:
                given = ("、" if lang == "zh" else ", ").join(_in_form(each, lang) for _, each in places)
            lines.append(text(key, lang, given=given, allowed=self.allowed))
            if places[0][0]:
                lines.append(text("tape_rows", lang, rows=rows_told([row for row, _ in places]), column=column,
                                  given=given or "-"))
        encoding = self.encoding or "-"
        if in_page and encoding != "xlsx":
            encoding = encoding.removesuffix("-sig").upper()
        lines.append(text("tape_preview", lang, encoding=encoding, n=self.n, columns=", ".join(
            f"{_in_form(name, lang) if in_page else name}←{header}" for name, header in self.columns.items())))
        return "\n".join(lines + ["  " + " | ".join(row) for row in self.rows])


def _in_form(field: str, lang: str) -> str:
    """A field as the empty form calls it; ``field`` may have its header in brackets behind it."""
    name = field.partition(" ")[0]
    return next((head for head in HEADERS.get(name, ()) if head.isascii() == (lang == "en")), name)


def rows_told(rows: Sequence[int]) -> str:
    """Numbers of rows, the first few."""
    return ", ".join(map(str, rows[:SHOWN])) + (" …" if len(rows) > SHOWN else "")


def shortened(given: Iterable[str]) -> str:
    """What was given, each once and whole, as far as a line holds."""
    told = ""
    for each in dict.fromkeys(given):
        if told and len(told) + len(each) > LONGEST:
            return f"{told} …"
        told = f"{told}, {each}" if told else each[:LONGEST]
    return told


@dataclass(frozen=True)
class Table:
    """Rows of a tape by field, as the file's texts; ``units`` of its amounts; the row number of each.

    ``examples`` are the numbers of rows that only show how a tape is filled in: they are left out.
    """

    file: str
    digest: str
    rows: tuple[tuple[int, dict[str, str]], ...]
    units: dict[str, str]
    errors: TapeErrors
    examples: tuple[int, ...] = ()


def read_table(path: Path, mapping: Mapping[str, str]) -> Table:
    """The tape's rows by field; what is wrong with its form stands in ``errors``."""
    raw = path.read_bytes()
    errors = TapeErrors(path.name)
    lines = _sheet(raw, mapping, errors) if raw[:4] == b"PK\x03\x04" else _csv(raw, mapping, errors)
    if not any(cell.strip() for line in lines for cell in line):
        if not errors.found:
            errors.add("empty")
        raise errors
    at = head_row(lines, mapping)[0]
    header = lines[at]
    body = [(n, row) for n, row in enumerate(lines[at + 1:], at + 2) if any(cell.strip() for cell in row)]
    places, units = _columns(header, mapping, errors)
    at_loan = places.get("loan", -1)
    examples = tuple(n for n, row in body if 0 <= at_loan < len(row) and is_example(row[at_loan]))
    body = [(n, row) for n, row in body if n not in examples]
    errors.n, errors.rows = len(body), [row for _, row in body[:3]]
    if not body:
        errors.add("only_examples" if examples else "empty")
    for at in range(max((len(row) for _, row in body), default=0)):
        if (at >= len(header) or not header[at].strip()) and any(len(row) > at and row[at].strip() for _, row in body):
            errors.add("header_empty", given=str(at + 1))
    rows = tuple((n, {name: row[at].strip() if at < len(row) else "" for name, at in places.items()})
                 for n, row in body)
    return Table(path.name, hashlib.sha256(raw).hexdigest(), rows, units, errors, examples)


def head_row(lines: Sequence[Sequence[str]], mapping: Mapping[str, str]) -> tuple[int, int]:
    """Place of the row of headers and how many it has that are known; titles may stand above it."""
    known = {name for names in HEADERS.values() for name in names} | {name.strip().lower() for name in mapping.values()}
    found = [sum(_bare(cell)[0] in known for cell in line) for line in lines[:TITLES]]
    most = max(found, default=0)
    first = next((at for at, line in enumerate(lines) if any(cell.strip() for cell in line)), 0)
    return (found.index(most) if most else first), most


def _csv(raw: bytes, mapping: Mapping[str, str], errors: TapeErrors) -> list[list[str]]:
    """Rows; separated by what makes the most headers known: commas, semicolons or tabs."""
    for encoding in ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030"):
        try:
            content = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        errors.encoding = encoding
        try:
            ways = [list(csv.reader(io.StringIO(content, newline=""), delimiter=mark)) for mark in ",;\t"]
        except csv.Error:
            break
        return max(ways, key=lambda lines: head_row(lines, mapping)[1])
    errors.add("unreadable")
    return []


def _sheet(raw: bytes, mapping: Mapping[str, str], errors: TapeErrors) -> list[list[str]]:
    """Rows of the sheet with the most known headers; a formula without a stored value is shown as its text."""
    from openpyxl import load_workbook

    errors.encoding = "xlsx"
    try:
        stored, written = (load_workbook(io.BytesIO(raw), read_only=True, data_only=only) for only in (True, False))
        sheets = [_rows(*pair) for pair in zip(stored.worksheets, written.worksheets, strict=True)]
    except (OSError, KeyError, ValueError, TypeError, BadZipFile, SyntaxError):      # SyntaxError: its broken XML
        errors.add("unreadable")
        return []
    return max(sheets, key=lambda lines: head_row(lines, mapping)[1], default=[])


def _rows(stored: Any, written: Any) -> list[list[str]]:
    """A sheet's rows: stored values, and what is written where there is none."""
    both = zip(stored.iter_rows(values_only=True), written.iter_rows(values_only=True), strict=True)
    return [[_shown(text if value is None else value) for value, text in zip(*pair, strict=True)] for pair in both]


def _shown(cell: Any) -> str:
    if isinstance(cell, datetime | date):
        return cell.strftime("%Y-%m-%d")
    return "" if cell is None else str(cell)


def _bare(cell: str) -> tuple[str, str]:
    """A header and the unit in its brackets."""
    parts = re.fullmatch(r"\s*(.*?)\s*[(（]\s*(.*?)\s*[)）]\s*", cell)
    return (parts[1].lower(), parts[2].lower()) if parts else (cell.strip().lower(), "")


def _columns(header: list[str], mapping: Mapping[str, str],
             errors: TapeErrors) -> tuple[dict[str, int], dict[str, str]]:
    """Place of each field and the unit in its header."""
    bare, units = map(list, zip(*map(_bare, header), strict=True))
    places: dict[str, int] = {}
    for name, given in mapping.items():
        wanted = [at for at, cell in enumerate(header) if given.strip().lower() in (cell.strip().lower(), bare[at])]
        if name not in HEADERS or not wanted:
            errors.add("map_unknown", given=f"{name}={given}")
        else:
            places[name] = wanted[0]
    for name, known in HEADERS.items():
        found = [at for at, cell in enumerate(bare) if cell in known]
        if name not in places and len(found) > 1:
            errors.add("column_twice", given=name)
        if name not in places and found:
            places[name] = found[0]
        if name in REQUIRED and name not in places and name not in mapping:
            errors.add("missing_column", given=f"{name} ({known[0]})")
    errors.columns = {name: header[at] for name, at in places.items()}
    return places, {name: units[places[name]] for name in AMOUNTS if name in places}


# A loan repaid, one in default and one in force, by field: what a filled-in tape looks like.
SHOWN_ROWS: tuple[dict[str, str | int], ...] = (
    {"loan": "示例-1", "firm": "甲公司", "bank": "某银行", "grade": "a", "sector": "装备", "ip": "发明专利",
     "principal": 300, "start": "2021-03-01", "maturity": "2022-03-01", "repaid": "2022-03-01"},
    {"loan": "示例-2", "firm": "乙公司", "bank": "某银行", "grade": "b", "sector": "材料", "ip": "注册商标",
     "principal": 500, "start": "2021-06-15", "maturity": "2022-06-15", "default": "2022-04-10", "recovered": 120,
     "recovery": "2023-05-20", "closed": "是"},
    {"loan": "示例-3", "firm": "丙公司", "bank": "某银行", "grade": "c", "sector": "食品", "ip": "实用新型专利",
     "principal": 200, "start": "2023-05-10", "maturity": "2024-05-10"})
SHOWN_WATCH: dict[str, str | int] = {"watch_start": "2021-01-01", "watch_end": "2023-12-31"}


def template(path: Path) -> None:
    """Write a tape with Chinese headers and three example rows, as xlsx or CSV by the name's ending.

    Raises FileExistsError.
    """
    heads = [f"{known[0]}(万元)" if name in AMOUNTS else known[0] for name, known in HEADERS.items()]
    rows: list[list[Any]] = [heads, *([{**SHOWN_WATCH, **row}.get(name, "") for name in HEADERS] for row in SHOWN_ROWS)]
    if path.suffix == ".xlsx":
        from openpyxl import Workbook

        book = Workbook()
        for row in rows:
            book.active.append(row)
        with path.open("xb") as file:
            book.save(file)
    else:
        with path.open("x", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(rows)


def mapping_of(words: Iterable[str]) -> dict[str, str]:
    """``field=header`` words as a mapping."""
    return {name.strip(): header.strip() for name, _, header in (word.partition("=") for word in words)}
