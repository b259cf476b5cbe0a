"""What is wrong with a scenario file: where, what was given, what is allowed, what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from simulator.lang import text

SEE = frozenset({"duplicate_key", "rows_overlap", "district_twice", "counter_differs",
                 "book_loan_twice", "book_firm_differs"})  # name another place


@dataclass(frozen=True)
class Problem:
    """One finding. ``code`` names the message; ``hint`` is the nearest allowed spelling, if any."""

    code: str
    file: str = ""
    line: int = 0
    column: int = 0
    path: str = ""
    given: str = ""
    allowed: str = ""
    hint: str = ""

    def render(self, lang: str) -> str:
        """Place and path, then what is wrong, what is allowed and what to do, in ``lang`` (zh | en)."""
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        lines = [" ".join(part for part in (place, self.path) if part),
                 "  " + text(f"{self.code}.what", lang, given=self.given)]
        if self.allowed:
            label = "problem.see" if self.code in SEE else "problem.allowed"
            lines.append("  " + text(label, lang, allowed=self.allowed))
        if self.hint:
            lines.append("  " + text("problem.hint", lang, hint=self.hint))
        return "\n".join([*lines, "  " + text(f"{self.code}.do", lang)])


class ScenarioErrors(Exception):
    """Everything that keeps a scenario from loading, all at once, in order of file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        unique = dict.fromkeys(problems)
        self.problems = sorted(unique, key=lambda p: (p.file, p.line, p.column, p.code))
        super().__init__(self.problems)

    def __str__(self) -> str:
        return self.render("en")

    def render(self, lang: str) -> str:
        """All problems, separated by blank lines, with their number first."""
        head = text("problem.count", lang, n=len(self.problems))
        return "\n\n".join([head, *(problem.render(lang) for problem in self.problems)])


def nearest(given: str, allowed: Iterable[str]) -> str:
    """The allowed spelling closest to ``given``, or nothing."""
    names = {name.lower(): name for name in allowed}
    found = get_close_matches(given.lower(), names, n=1, cutoff=0.6)
    return names[found[0]] if found else ""


def listed(names: Iterable[str], most: int = 20) -> str:
    """Names for a message, shortened when there are many."""
    names = list(names)
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")
