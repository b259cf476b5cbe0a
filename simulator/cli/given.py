"""The program's name and exit codes, and what the command line gave: the scenario to open, values to set."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.lang import text
from simulator.report.progress import note

if TYPE_CHECKING:
    from simulator.scheme import Scenario

OK, DEFECT, INVALID, INFEASIBLE, PARTIAL = 0, 1, 2, 3, 4
PROGRAM = "pledgefund"


class InvalidInput(Exception):
    """A mistake on the command line; the message is already in the user's language."""


def words() -> list[str]:
    """The command that reproduces this result, without what only concerns its display or place."""
    kept: list[str] = [PROGRAM]
    skip = False
    for word in sys.argv[1:]:
        if skip:
            skip = False
        elif word in ("--out", "--workers", "--lang"):
            skip = True
        elif word not in ("--json", "--quiet") and not word.startswith(("--out=", "--workers=", "--lang=")):
            kept.append(word)
    return kept


def open_scenario(name: str, sets: Sequence[str] | None, lang: str, book: Path | None = None) -> Scenario:
    """The scenario to run, with the values of ``--set`` and the loans of ``--book``."""
    from simulator.scheme import load, notices

    scheme = load(name, set=settings([*(sets or ()), *([f"book.file={book}"] if book else [])], lang))
    if scheme.abstract:
        raise InvalidInput(text("cli_abstract", lang, given=name))
    if book:
        for notice in notices(scheme):
            if notice.code == "notice_book_examples":
                note(notice.render(lang))
    return scheme


def place_for(file: Path, lang: str) -> None:
    """Refuse a file that exists or has no folder, before the work it is to hold."""
    if file.exists():
        raise InvalidInput(text("cal_exists", lang, given=file))
    if not file.parent.is_dir():
        raise InvalidInput(text("cli_no_folder", lang, given=file))


def settings(sets: Sequence[str] | None, lang: str) -> dict[str, str]:
    """``path=value`` words as a mapping."""
    chosen: dict[str, str] = {}
    for given in sets or ():
        key, equals, value = given.partition("=")
        if not equals or not key.strip() or not value.strip():
            raise InvalidInput(text("cli_set", lang, given=given))
        if key.strip() in chosen:
            raise InvalidInput(text("cli_set_twice", lang, given=key.strip()))
        chosen[key.strip()] = value.strip()
    return chosen


def share(name: str, given: str | None, default_ppm: int, lang: str) -> float:
    """A probability from ``"1%"`` or ``"0.01"``; the scenario's own promise where none is given."""
    if given is None:
        return default_ppm / 1_000_000
    try:
        value = float(given.rstrip("%")) / (100 if given.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise InvalidInput(text("cli_share", lang, name=name, given=given))
    return value
