"""Where a number comes from: grade, source, clause and the range it may lie in."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

from pydantic import BaseModel, ConfigDict

from .parts import Text
from .units import Date

GRADES = ("S", "P", "M", "D", "A", "C")
SOURCED = ("S", "P", "M")                  # grades that must name their source
NO_WORDS = Text(zh="", en="")


class Source(BaseModel):
    """A public document: title, address, short name used in clause lists, and its date."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    href: str = ""
    document: str = ""
    date: Date | None = None


@dataclass(frozen=True)
class Provenance:
    """One value's origin.

    ``kind`` is money (fen), share (ppm), days, multiple (thousandths), count or real;
    ``text`` marks a choice or date that carries a grade of its own. ``low`` and ``high``
    are in the engine's units, ``line`` and ``column`` count from 1. Clause and note are in
    both languages, the same words twice where the file gives them once.
    """

    path: str
    grade: str
    source: Source | None
    clause: Text
    low: int | float | None
    high: int | float | None
    note: Text
    file: str
    line: int
    column: int
    kind: str


class Origins(dict[str, Provenance]):
    """Dotted path → provenance, with a digest that does not see the file's layout."""

    @cached_property
    def digest(self) -> str:
        """SHA-256 over every field but file, line and column."""
        rows = [{key: value for key, value in asdict_row(origin).items()
                 if key not in ("file", "line", "column")} for _, origin in sorted(self.items())]
        return hashlib.sha256(json.dumps(rows, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def asdict_row(origin: Provenance) -> dict[str, object]:
    """A provenance as plain values; source, clause and note as mappings of their own."""
    return {key: value.model_dump(mode="json") if isinstance(value, BaseModel) else value
            for key, value in vars(origin).items()}
