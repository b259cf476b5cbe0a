"""What the size search answers, as plain records for reports and files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.scheme.scenario import Scenario

COST = "spent_fen"                         # beside the promises of each size tried: public cost less no interest


@dataclass(frozen=True, slots=True)
class Check:
    """One promise at one size: its value with 95 % interval beside the limit (shares of one)."""

    name: str  # exhaustion | refusal | targets
    limit: float
    at_most: bool
    value: float
    low: float
    high: float
    n: int

    @property
    def kept(self) -> bool:
        """Whether the estimate keeps the limit, its interval aside."""
        return self.value <= self.limit if self.at_most else self.value >= self.limit


@dataclass(frozen=True, slots=True)
class TargetNote:
    """Chance of a target with no fund and with one without limit; ``asked``: it depends on the fund."""

    name: str
    none: float | None
    ample: float | None
    asked: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Binding:
    """The rule whose removal alone moves the failed criterion most, at a size just too small.

    ``factor`` is the smallest multiple of the rule's numbers (of a fund share or floor: divisor) at which the
    criterion is kept there (None: no multiple is enough); ``ends`` are the sizes (fen; None: none works) at
    both ends of an assumed rule's range.
    """

    criterion: str
    at_fen: int
    before: float
    rule: str
    after: float
    runner_up: str
    runner_after: float | None
    grade: str
    factor: float | None
    ends: tuple[tuple[float, int | None], ...] = ()


@dataclass(frozen=True, slots=True)
class LeverageRow:
    """Size needed at a multiple of the leverage, and which sizes would do (scale ppm, all kept)."""

    numerator: int
    denominator: int
    leverage: int | None
    size_fen: int | None
    cells: tuple[tuple[int, bool], ...]


@dataclass(frozen=True, slots=True)
class SizeAt:
    """Size needed (fen; None: none works) with the unknown of ``path`` at another ``value`` of its range."""

    path: str
    value: float
    size_fen: int | None


@dataclass(frozen=True, slots=True)
class SizeResult:
    """Smallest fund that keeps all promises, with both of its intervals; all sizes in fen.

    ``dropped``: no size keeps these promises, so the size is for the others alone. ``needed_trend`` (ppm) is
    the market's own growth at which the dropped targets would be kept with a fund without limit.

    ``high_fen`` None: no upper bound found. ``range_high_fen`` None with ``draws_infeasible`` above a tenth
    of the draws: under the assumptions at that end no size works. ``predictive_fen`` is the size at which the same
    promises hold in the pool of all draws (None: none does, or no draws); ``predictive_checks`` what they are there.
    ``curve`` holds every size tried with its chances by promise and its COST; ``elsewhere`` the size with the unknowns
    that were asked about at other values, for the promises of the size.
    """

    scenario: Any
    present_fen: int
    size_fen: int | None
    low_fen: int | None
    high_fen: int | None
    certified_fen: int | None
    certified_checks: tuple[Check, ...]
    range_low_fen: int | None
    range_high_fen: int | None
    draws: int
    draws_infeasible: int
    checks: tuple[Check, ...]  # at the size, or at the size that came closest
    present_checks: tuple[Check, ...]
    targets: tuple[TargetNote, ...]
    binding: Binding | None
    table: tuple[LeverageRow, ...]
    curve: tuple[tuple[int, Mapping[str, float]], ...]
    paths: int
    seed: int
    dropped: tuple[str, ...] = ()
    needed_trend: int | None = None
    predictive_fen: int | None = None
    predictive_checks: tuple[Check, ...] = ()
    elsewhere: tuple[SizeAt, ...] = ()

    @property
    def feasible(self) -> bool:
        """Whether some size keeps every promise, those about targets included."""
        return self.size_fen is not None and not self.dropped

    @property
    def exit_code(self) -> int:
        """0, or 3 when no size keeps all promises."""
        return 0 if self.feasible else 3

    @property
    def enough(self) -> bool:
        """Whether the present fund keeps all promises."""
        return all(check.kept for check in self.present_checks)

    @classmethod
    def from_json(cls, data: Mapping[str, Any], scenario: Any) -> SizeResult:
        """The result that :meth:`to_json` wrote, for the scenario it is about. Raises ValueError for another one."""
        named = _named(cls, data, scenario)
        bound = named["binding"]
        if bound is not None:
            bound = Binding(**{**bound, "ends": tuple((value, fen) for value, fen in bound["ends"])})
        table = (LeverageRow(**{**row, "cells": tuple((size, ok) for size, ok in row["cells"])})
                 for row in named["table"])
        return cls(**{
            **named, "binding": bound, "table": tuple(table), "dropped": tuple(named["dropped"]),
            "targets": tuple(TargetNote(**note) for note in named["targets"]),
            "curve": tuple((fen, kept) for fen, kept in named["curve"]),
            "elsewhere": tuple(SizeAt(**each) for each in named["elsewhere"]),
            **{name: tuple(Check(**check) for check in named[name])
               for name in ("checks", "present_checks", "certified_checks", "predictive_checks")}})

    def to_json(self) -> dict[str, Any]:
        """Plain values, nothing rounded."""
        return {**_fields(self), "feasible": self.feasible, "enough": self.enough}


@dataclass(frozen=True, slots=True)
class Enough:
    """Whether the fund as it is keeps each promise."""

    scenario: Any
    checks: tuple[Check, ...]
    targets: tuple[TargetNote, ...]
    draws_kept: int  # draws of the assumed values under which it is enough
    draws: int
    paths: int
    seed: int

    @property
    def holds(self) -> bool:
        """Whether the fund as it is keeps every promise."""
        return all(check.kept for check in self.checks)

    @property
    def feasible(self) -> bool:
        """The question always has an answer."""
        return True

    def to_json(self) -> dict[str, Any]:
        """Plain values, nothing rounded."""
        return {**_fields(self), "enough": self.holds}


@dataclass(frozen=True, slots=True)
class Growth:
    """Largest yearly growth of the market (ppm) the present fund can carry.

    ``trend`` None: it keeps its promises at no growth tried, or there is no market (``reason``).
    ``open_end``: the largest trial still held.
    """

    scenario: Any
    trend: int | None
    open_end: bool
    range_low: int | None  # middle 80 % over the assumed values; None: none holds
    range_high: int | None
    checks: tuple[Check, ...]  # just above the largest growth: what gives way
    reason: str  # no_market | never
    paths: int
    seed: int

    @property
    def feasible(self) -> bool:
        """Whether the fund as it is keeps its promises at some growth of the market."""
        return self.trend is not None

    @classmethod
    def from_json(cls, data: Mapping[str, Any], scenario: Any) -> Growth:
        """The result that :meth:`to_json` wrote, for the scenario it is about. Raises ValueError for another one."""
        named = _named(cls, data, scenario)
        return cls(**{**named, "checks": tuple(Check(**check) for check in named["checks"])})

    def to_json(self) -> dict[str, Any]:
        """Plain values, nothing rounded."""
        return {**_fields(self), "feasible": self.feasible}


def _fields(result: Any) -> dict[str, Any]:
    named = {name: _plain(getattr(result, name)) for name in result.__slots__ if name != "scenario"}
    return {"scenario": result.scenario.id, "hash": result.scenario.hash, **named}


def _named(kind: Any, data: Mapping[str, Any], scenario: Any) -> dict[str, Any]:
    if data["hash"] != scenario.hash:
        raise ValueError("another scenario's result")
    return {"scenario": scenario, **{name: data[name] for name in kind.__slots__ if name != "scenario"}}


def total_contributions(scenario: Scenario) -> int:
    """All money promised to the pots, matches included (fen): what scale 1 stands for."""
    return sum(
        part.amount + (part.match.amount if part.match else 0)
        for pot in scenario.pots.values()
        for part in pot.contributors
    )


def _plain(value: Any) -> Any:
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(item) for name, item in asdict(value).items()}
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.item() if hasattr(value, "item") else value
