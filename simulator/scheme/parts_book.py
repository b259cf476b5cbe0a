"""Loans in force on day 0: none, the base year's own, equal ones, or those of a file."""

from __future__ import annotations

import hashlib
from dataclasses import astuple, dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PlainSerializer

from .parts import Part
from .units import Amount, Count, Days


@dataclass(frozen=True)
class HeldLoan:
    """One loan in force, as its file tells it. Names are the scenario's own; amounts in fen, shares in ppm.

    ``pd`` None: that of its ``grade``. ``covered`` None: what the gate covers. ``lgd`` None: the drawn recovery.
    ``rate`` None: the reference rate of its start with the scheme's spread.
    """

    row: int                                   # in the file, from 1
    loan: str
    firm: str
    bank: str
    mode: str
    sector: str
    district: str
    firm_class: str
    ip: str
    flags: tuple[str, ...]
    grade: str
    pd: int | None
    principal: int
    covered: int | None
    start: date
    maturity: date
    rate: int | None
    lgd: int | None


class LoanBook:
    """The loans of a file, in its order. Frozen: two books are the same when their loans are.

    ``examples`` are the rows of the file that were left out because they only show how it is filled in.
    """

    def __init__(self, path: Path, loans: tuple[HeldLoan, ...], examples: tuple[int, ...] = ()) -> None:
        self.path, self.loans, self.examples = path, loans, examples
        self.digest = hashlib.sha256(repr([astuple(loan)[1:] for loan in loans]).encode()).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LoanBook) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def principal(self) -> int:
        """What is outstanding in all (fen)."""
        return sum(loan.principal for loan in self.loans)


def _told(book: LoanBook | None, info: Any) -> Any:
    """The book itself, or its digest where a scenario is written as text."""
    return book.digest if book is not None and info.mode == "json" else book


class Book(Part):
    """Loans in force on day 0: none, the base year's own (steady), a number of equal bullets (fixed), or a file's."""

    kind: Literal["none", "steady", "fixed", "file"] = "none"
    covered: bool = True
    file: str = ""                             # a CSV or xlsx beside the scenario file
    columns: dict[str, str] = {}               # what the file calls a column, where the program does not know it
    loans: Count = 0                           # fixed only, from here down
    principal: Amount = 0
    remaining: Days = 0
    held: Annotated[Any, PlainSerializer(_told), Field(repr=False)] = None     # LoanBook, read by the loader

    @property
    def size(self) -> int:
        """How many loans are opened beside what chance draws."""
        return len(self.held.loans) if self.held else self.loans
