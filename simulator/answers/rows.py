"""The answer as rows: one number, its Monte Carlo error, its range over assumptions, its worst grade."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Unit = Literal["fen", "ppm", "probability", "count", "day", "text"]
GRADES = "SPMDCA"  # best first: S from the text itself … A assumed


def worst_grade(grades: Iterable[str]) -> str:
    """The weakest evidence among the inputs of a number."""
    return max(grades, key=GRADES.index, default="S")


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One line of the answer.

    ``value`` (in ``unit``) with standard error and 95 % Monte Carlo interval ``low`` … ``high``;
    ``range_low`` … ``range_high`` holds the middle 80 % over draws of the assumed parameters.
    Probabilities are shares of one; ``n`` is their number of paths (0 of n is shown as "< 3/n").
    """

    question: int
    key: str
    subject: str = ""  # the target, payer, rule or programme the row is about
    value: float | None = None
    se: float | None = None
    low: float | None = None
    high: float | None = None
    range_low: float | None = None
    range_high: float | None = None
    unit: Unit = "text"
    grade_worst: str = "A"
    note_key: str = ""
    note_args: Mapping[str, Any] = field(default_factory=dict)
    n: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the promises are kept: ``failed`` names the criteria that are not."""

    holds: bool
    failed: tuple[str, ...]  # exhaustion | refusal | target:NAME
    condition: Mapping[str, Any] | None = None  # parameter at which the verdict flips, and its base value


@dataclass(frozen=True, slots=True)
class AnswerSheet:
    """The seven answers of one scenario, ready to be shown."""

    scenario: Any
    rows: tuple[AnswerRow, ...]
    verdict: Verdict | None  # None: no source gives the figures it needs (missing)
    influences: tuple[tuple[str, float], ...]  # parameter path, swing over its range
    paths: int
    seed: int
    draws: int
    engine: str
    version: str

    def row(self, key: str, subject: str = "") -> AnswerRow:
        """The row of that key and subject; KeyError when there is none."""
        for row in self.rows:
            if row.key == key and row.subject == subject:
                return row
        raise KeyError((key, subject))

    def having(self, key: str) -> tuple[AnswerRow, ...]:
        """All rows of one key, in order."""
        return tuple(row for row in self.rows if row.key == key)

    @classmethod
    def from_json(cls, data: Mapping[str, Any], scenario: Any) -> AnswerSheet:
        """The sheet that :meth:`to_json` wrote, for the scenario it is about.

        Raises ValueError when it is about another one.
        """
        if data["hash"] != scenario.hash:
            raise ValueError("another scenario's answer")
        said = data["verdict"]
        return cls(
            scenario,
            tuple(_row_of(row) for row in data["rows"]),
            None if said is None else Verdict(said["holds"], tuple(said["failed"]), said["condition"]),
            tuple((each["parameter"], each["swing_fen"]) for each in data["influences"]),
            *(data[name] for name in ("paths", "seed", "draws", "engine", "version")),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values, nothing rounded."""
        return {
            "scenario": self.scenario.id,
            "hash": self.scenario.hash,
            "paths": self.paths,
            "seed": self.seed,
            "draws": self.draws,
            "engine": self.engine,
            "version": self.version,
            "verdict": None if self.verdict is None else {
                "holds": self.verdict.holds,
                "failed": list(self.verdict.failed),
                "condition": _plain(self.verdict.condition),
            },
            "not_evaluable": {figure: why.model_dump() for figure, why in self.scenario.not_evaluable.items()},
            "influences": [{"parameter": path, "swing_fen": swing} for path, swing in self.influences],
            "rows": [_row_json(row) for row in self.rows],
        }


def _row_json(row: AnswerRow) -> dict[str, Any]:
    named = asdict(row)
    args = named.pop("note_args")
    named["note"] = {"key": named.pop("note_key"), **{name: _plain(value) for name, value in args.items()}}
    return {name: value if name == "note" else _plain(value) for name, value in named.items()}


def _row_of(named: Mapping[str, Any]) -> AnswerRow:
    note = dict(named["note"])
    rest = {name: value for name, value in named.items() if name != "note"}
    return AnswerRow(**rest, note_key=note.pop("key"), note_args=note)


def _plain(value: Any) -> Any:
    """NumPy scalars and mappings as what JSON knows."""
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.item() if hasattr(value, "item") else value
