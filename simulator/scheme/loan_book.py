"""The in-force book: a file of loans, read against the scenario that opens with them.

All or nothing: every fault is told with its row and column, and no loan is kept where there is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from simulator.lang import MESSAGES, text

from .draft import MOST_LOAN, Draft
from .overlay import COMMAND_LINE
from .parts import Text
from .parts_book import HeldLoan, LoanBook
from .pledges import kinds_of
from .problems import Problem, listed, nearest
from .provenance import NO_WORDS, Provenance
from .tabular import Column, Row, Table, is_example, read_table
from .units import ONE, exact_money, format_money

MOST_LOANS = 50_000
MOST_PDS = 200                             # of their own: each is a hazard table
RUN_OFF_YEARS = 5
COLUMNS = (
    Column("loan", ("贷款编号", "借据号", "合同编号", "编号", "loan number", "loan id"), required=True),
    Column("firm", ("企业", "企业名称", "借款企业", "借款人", "客户编号", "borrower", "firm id"), required=True),
    Column("bank", ("银行", "贷款银行", "放款银行", "lender")),
    Column("mode", ("分担方式", "分担模式", "sharing mode")),
    Column("sector", ("行业", "所属行业", "industry")),
    Column("district", ("区县", "地区", "所在区县", "region")),
    Column("firm_class", ("企业规模", "规模", "size class", "class")),
    Column("ip", ("质押物", "质押物类型", "知识产权类型", "ip type", "right")),
    Column("flags", ("企业特征", "特征", "traits")),
    Column("grade", ("信用等级", "等级", "评级", "rating")),
    Column("pd", ("违约率", "违约概率", "年违约率", "default probability"), "share"),
    Column("principal", ("贷款余额", "余额", "本金", "balance", "outstanding"), "money", True),
    Column("covered", ("纳入补偿金额", "承保金额", "保险金额", "covered amount", "insured amount"), "money"),
    Column("start", ("放款日", "放款日期", "起始日", "disbursed", "start date"), "date", True),
    Column("maturity", ("到期日", "到期日期", "maturity date", "due date"), "date", True),
    Column("rate", ("利率", "贷款利率", "年利率", "interest rate"), "share"),
    Column("lgd", ("违约损失率", "loss given default"), "share"),
    Column("cluster", ("企业群", "集合授信", "集群"),))
BY_KEY = {column.key: column for column in COLUMNS}
FIRM_FACTS = ("sector", "district", "firm_class", "flags", "grade", "pd")
SECTIONS = ("clock", "firms", "banks", "modes", "segments", "lending", "recovery")


def attach(draft: Draft, sections: Any) -> LoanBook | None:
    """The book of a draft's file, None where it has none or something is wrong with it: then it is told."""
    told = draft.data.get("book")
    if not isinstance(told, dict) or not isinstance(told.get("file"), str) or not told["file"]:
        return None
    if not all(hasattr(sections, name) for name in SECTIONS):
        return None                        # what the names are checked against is broken itself
    columns = told.get("columns")
    columns = columns if isinstance(columns, dict) else {}
    for key in columns:
        if key not in BY_KEY:
            draft.say("column_unknown", ("book", "columns", key), at_key=True, given=key, allowed=listed(BY_KEY),
                      hint=nearest(key, BY_KEY))
    holder = Path(draft.at(("book", "file")).place.file)
    folder = Path() if holder.as_posix().startswith(COMMAND_LINE) else holder.parent
    problems: list[Problem] = []
    known = {key: str(header) for key, header in columns.items() if key in BY_KEY}
    table = read_table(folder / told["file"], COLUMNS, problems, known)
    examples = _without_examples(table, problems) if table else ()
    loans = _Reader(table, sections, problems).loans() if table else ()
    draft.problems.extend(problems)
    if problems:
        return None
    held = LoanBook(folder / told["file"], tuple(loans), examples)
    _origin(draft, held)
    return held


def _without_examples(table: Table, problems: list[Problem]) -> tuple[int, ...]:
    """Take the example rows of an empty form out of a table; their numbers. A form with no others is a mistake."""
    examples = tuple(row.number for row in table.rows if is_example(row.cells.get("loan", "")))
    table.rows = [row for row in table.rows if row.number not in examples]
    if examples and not table.rows:
        problems.append(Problem("book_only_examples", table.file, examples[0], 1, given=str(len(examples))))
    return examples


def _origin(draft: Draft, held: LoanBook) -> None:
    """Where the loans come from: the user's own data (grade C) unless the scenario says; how many, how much, digest."""
    place, known = draft.at(("book", "file")).place, draft.origins.get("book.file")
    told = {lang: text("origin.book", lang, loans=f"{len(held.loans):,}", amount=format_money(held.principal, lang),
                       digest=held.digest[:12]) for lang in ("zh", "en")}
    said = known.note if known else NO_WORDS
    note = Text(zh="；".join(filter(None, (said.zh, told["zh"]))), en="; ".join(filter(None, (said.en, told["en"]))))
    draft.origins["book.file"] = replace(known, note=note) if known else Provenance(
        "book.file", "C", None, NO_WORDS, None, None, note, place.file, place.line, place.column, "text")


@dataclass
class _Reader:
    """Reads the rows; what is wrong goes to ``problems``."""

    table: Table
    scheme: Any
    problems: list[Problem]
    names: dict[str, list[str]] = field(init=False)
    lacking: set[str] = field(default_factory=set)             # columns told to be missing

    def __post_init__(self) -> None:
        s = self.scheme
        rate, factor = s.lending.pledge_rate, s.recovery.type_factor
        types = [kind.name for kind in kinds_of(s.segments.values())
                 if all(rate.get(name) and name in factor for name in kind.types)]
        self.names = {"bank": [*s.banks], "mode": [*s.modes], "sector": [*s.firms.sectors],
                      "district": [*s.firms.districts], "firm_class": [*s.firms.classes], "ip": types,
                      "grade": [*s.firms.grades], "flags": [*s.firms.flags]}
        self.labels = {key: _labels(key, names) for key, names in self.names.items()}

    def loans(self) -> list[HeldLoan]:
        """Every loan; fewer where a row has problems."""
        found = [self.loan(row) for row in self.table.rows[:MOST_LOANS]]
        if len(self.table.rows) > MOST_LOANS:
            self.problems.append(Problem("table_too_large", self.table.file, given=f"{len(self.table.rows):,}",
                                         allowed=f"≤ {MOST_LOANS:,}"))
        self.once()
        self.one_firm([loan for loan in found if loan])
        pds = {loan.pd for loan in found if loan and loan.pd is not None}
        if len(pds) > MOST_PDS:
            self.say("book_many_pds", self.table.rows[0], "pd", given=str(len(pds)), allowed=f"≤ {MOST_PDS}")
        return [loan for loan in found if loan]

    def loan(self, row: Row) -> HeldLoan | None:
        """One row, None where it cannot be read."""
        before = len(self.problems)
        cells: dict[str, Any] = {key: self.table.value(row, column, self.problems) for key, column in BY_KEY.items()}
        for key in ("loan", "firm", "principal", "start", "maturity"):
            if key in self.table.headers and key not in row.cells:
                self.say("book_cell_missing", row, key, given=BY_KEY[key].names[0])
        facts = {key: self.name(row, key) for key in ("bank", "mode", "sector", "district", "firm_class", "ip")}
        flags = tuple(self.known(row, "flags", part) for part in re.split(r"[;；、,，]\s*", row.cells.get("flags", ""))
                      if part)
        grade = self.grade(row, cells["pd"])
        self.amounts(row, cells)
        self.dates(row, cells["start"], cells["maturity"])
        if "cluster" in row.cells:
            self.say("book_cluster", row, "cluster", given=row.cells["cluster"])
        if len(self.problems) > before:
            return None
        return HeldLoan(row.number, cells["loan"], cells["firm"], **facts, flags=flags, grade=grade, pd=cells["pd"],
                        principal=cells["principal"], covered=cells["covered"], start=cells["start"],
                        maturity=cells["maturity"], rate=cells["rate"], lgd=cells["lgd"])

    def say(self, code: str, row: Row, key: str, **parts: str) -> None:
        """A problem of a cell."""
        self.problems.append(self.table.problem(code, row.number, key, **parts))

    # --- cells

    def name(self, row: Row, key: str) -> str:
        """A name of the scenario; a cell may be empty where the scenario has only one."""
        if key in row.cells:
            return self.known(row, key, row.cells[key])
        if len(self.names[key]) > 1 and key in self.table.headers:
            self.say("book_cell_missing", row, key, given=BY_KEY[key].names[0], allowed=listed(self.names[key]))
        elif len(self.names[key]) > 1 and key not in self.lacking:
            self.lacking.add(key)
            self.problems.append(Problem("table_column_missing", self.table.file, self.table.header, 1,
                                         given=BY_KEY[key].names[0], allowed=listed((key, *BY_KEY[key].names)),
                                         hint=nearest(BY_KEY[key].names[0], self.table.ignored)))
        return next(iter(self.names[key]), "")

    def known(self, row: Row, key: str, given: str) -> str:
        """The scenario's own name for what the cell calls it; told where there is none."""
        found = self.labels[key].get(given.lower(), "")
        if not found:
            self.say("book_name_unknown", row, key, given=given, allowed=listed(self.names[key]),
                     hint=nearest(given, self.names[key]))
        return found

    def grade(self, row: Row, pd: int | None) -> str:
        """The grade of a loan without a default probability of its own."""
        if pd is None and "pd" not in row.cells:
            return self.name(row, "grade")
        return ""

    def amounts(self, row: Row, cells: Mapping[str, Any]) -> None:
        """Something is outstanding, cover is a part of it, shares lie within 0 and 100 %."""
        principal, covered = cells["principal"], cells["covered"]
        if principal == 0:
            self.say("out_of_bounds", row, "principal", given=row.cells["principal"], allowed="> 0")
        elif principal is not None and principal > MOST_LOAN:
            self.say("amount_overflow", row, "principal", given=row.cells["principal"],
                     allowed=f"≤ {exact_money(MOST_LOAN)}")
        if principal is not None and covered is not None and covered > principal:
            self.say("out_of_bounds", row, "covered", given=row.cells["covered"], allowed=f"≤ {exact_money(principal)}")
        for key in ("pd", "rate", "lgd"):
            share = cells[key]
            if share is not None and not 0 <= share <= ONE:
                self.say("share_negative" if share < 0 else "share_above_one", row, key, given=row.cells[key],
                         allowed="0 … 100%")

    def dates(self, row: Row, start: date | None, maturity: date | None) -> None:
        """Disbursed before the scenario opens, due after that and before its run-off ends."""
        opens, months = self.scheme.clock.start, self.scheme.clock.months
        last = opens.year * 12 + opens.month - 1 + months + 12 * RUN_OFF_YEARS
        ends = date(last // 12, last % 12 + 1, 1)
        if start is not None and start >= opens:
            self.say("book_start_late", row, "start", given=str(start), allowed=f"< {opens}")
        if maturity is not None and maturity <= opens:
            self.say("book_matured", row, "maturity", given=str(maturity), allowed=f"> {opens}")
        elif maturity is not None and maturity >= ends:
            self.say("book_outlasts", row, "maturity", given=str(maturity), allowed=f"< {ends}")

    # --- rows beside each other

    def once(self) -> None:
        """No loan is there twice."""
        first: dict[str, int] = {}
        for row in self.table.rows:
            number = row.cells.get("loan", "")
            if number in first:
                self.say("book_loan_twice", row, "loan", given=number, allowed=f"{self.table.file}:{first[number]}")
            elif number:
                first[number] = row.number

    def one_firm(self, loans: Iterable[HeldLoan]) -> None:
        """A firm is the same in all its loans."""
        first: dict[str, HeldLoan] = {}
        for loan in loans:
            known = first.setdefault(loan.firm, loan)
            for key in FIRM_FACTS:
                if getattr(loan, key) != getattr(known, key):
                    self.problems.append(self.table.problem(
                        "book_firm_differs", loan.row, key, given=f"{loan.firm}: {key}",
                        allowed=f"{self.table.file}:{known.row}"))


def _labels(key: str, names: Iterable[str]) -> dict[str, str]:
    """What a cell may call each name: itself, or what the program calls it in either language."""
    prefix = {"ip": "ip_", "firm_class": "class_"}.get(key, "name_")
    found: dict[str, str] = {}
    for name in names:
        for label in MESSAGES.get(f"{prefix}{name}", ()):
            found.setdefault(label.lower(), name)
    return found | {name.lower(): name for name in names}
