"""What `pledgefund check` says of a scenario: its mistakes, what is unusual, the evidence of its numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from simulator.lang import text
from simulator.scheme import Scenario, ScenarioErrors, load, notices
from simulator.scheme.provenance import GRADES, Provenance, asdict_row
from simulator.scheme.units import format_value

from .names import words
from .width import cells, cut, table, wrap

WIDE, GAP = 160, 2                         # the evidence table: sources need room


@dataclass(frozen=True)
class CheckReport:
    """One file: the scenario it holds, or the mistakes that keep it from loading."""

    file: str
    scenario: Scenario | None
    errors: ScenarioErrors | None

    def to_json(self, lang: str, grades: bool) -> dict[str, Any]:
        """Plain values; messages in ``lang``, the provenance of every number when asked for."""
        found: dict[str, Any] = {"file": self.file, "ok": self.errors is None, "problems": [], "notices": []}
        if self.errors is not None:
            found["problems"] = [asdict(p) | {"message": p.render(lang)} for p in self.errors.problems]
        if self.scenario is not None:
            found |= {"id": self.scenario.id, "hash": self.scenario.hash}
            found["notices"] = [asdict(p) | {"message": p.render(lang)} for p in notices(self.scenario)]
            if grades:
                from simulator.answers.paths import value_at

                found["values"] = [asdict_row(origin) | {"value": _plain(value_at(self.scenario, path))}
                                   for path, origin in self.scenario.provenance.items()]
        return found


def _plain(value: Any) -> Any:
    """Dates and parts as JSON knows them."""
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    return value.isoformat() if isinstance(value, date) else value


def check_file(file: str, settings: dict[str, str]) -> CheckReport:
    """Load a scenario, keeping its mistakes instead of raising them."""
    try:
        return CheckReport(file, load(file, set=settings), None)
    except ScenarioErrors as errors:
        return CheckReport(file, None, errors)


def render_check(report: CheckReport, lang: str, grades: bool = False) -> str:
    """A good scenario in words: one line, its notices, and the table of evidence when asked for."""
    scenario = report.scenario
    assert scenario is not None
    lines = [text("check_ok", lang, file=Path(report.file).name, title=getattr(scenario.title, lang),
                  hash=scenario.hash[:8])]
    lines += [notice.render(lang) for notice in notices(scenario)]
    return "\n".join([*lines, *(grade_lines(scenario, lang) if grades else [])])


def grade_lines(scenario: Scenario, lang: str) -> list[str]:
    """Every number with its value, grade, range and source; then how many there are of each grade."""
    from simulator.answers.paths import value_at

    origins = scenario.provenance
    head = [text(f"grades_{name}", lang) for name in ("path", "value", "grade", "range", "source")]
    rows = [[path, cut(_shown(value_at(scenario, path), origin.kind, lang), 24),
             text(f"grade_{origin.grade}", lang), _range(origin, lang), _source(origin, lang)]
            for path, origin in origins.items()]
    counts = Counter(origin.grade for origin in origins.values())
    counted = "  ".join(f"{text(f'grade_{grade}', lang)} {counts[grade]}" for grade in GRADES
                        if counts[grade])
    return [*table(_unfolded([head, *rows]), "lrlll", gap=GAP, width=WIDE),
            text("grades_count", lang, n=len(origins), counts=counted)]


def _shown(value: Any, kind: str, lang: str) -> str:
    if value is None:
        return "—"
    if isinstance(value, int | float) and kind != "text":
        return format_value(kind, value, lang)
    return str(value)


def _range(origin: Provenance, lang: str) -> str:
    if origin.low is None or origin.high is None:
        return ""
    return f"{_shown(origin.low, origin.kind, lang)} – {_shown(origin.high, origin.kind, lang)}"


def _source(origin: Provenance, lang: str) -> str:
    title = origin.source.title if origin.source else ""
    return "  ".join(part for part in (title, words(origin.clause, lang), words(origin.note, lang)) if part)


def _unfolded(rows: list[list[str]]) -> list[list[str]]:
    """The last column broken over as many rows as it needs: a note that is cut off is no evidence."""
    fixed = [max(cells(row[i]) for row in rows) + GAP for i in range(len(rows[0]) - 1)]
    unfolded = []
    for *row, source in rows:
        first, *more = wrap(source, WIDE - sum(fixed))
        unfolded += [[*row, first], *([*[""] * len(row), line] for line in more)]
    return unfolded
