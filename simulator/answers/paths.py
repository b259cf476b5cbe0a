"""Dotted paths into a scenario, and which of its values must sum to one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from simulator.scheme.scenario import Scenario


class Group(NamedTuple):
    """Paths whose shares sum to exactly one (``whole``) or to at most one."""

    paths: tuple[str, ...]
    whole: bool


def value_at(scenario: Any, path: str) -> Any:
    """The value at ``pots.city.contributors.0.amount``; ``from`` names the field ``from_``."""
    here = scenario
    for step in path.split("."):
        if isinstance(here, dict):
            here = here[step]
        elif isinstance(here, list | tuple):
            here = here[int(step)]
        else:
            here = getattr(here, "from_" if step == "from" else step)
    return here


def siblings(scenario: Scenario) -> Iterator[Group]:
    """All mixes of a scenario, and the rows of each step of its loss-sharing terms."""
    for name in ("sectors", "classes", "districts"):
        yield Group(tuple(f"firms.{name}.{key}" for key in getattr(scenario.firms, name)), True)
    yield Group(tuple(f"firms.grades.{key}.weight" for key in scenario.firms.grades), True)
    yield Group(tuple(f"banks.{key}.weight" for key in scenario.banks), True)
    yield from mode_groups(scenario)
    for key, segment in scenario.segments.items():
        yield Group(tuple(f"segments.{key}.ip.{ip}" for ip in segment.ip), True)
        yield Group(tuple(f"segments.{key}.terms.{i}.weight" for i in range(len(segment.terms))), True)
    yield from term_groups(scenario)


def mode_groups(scenario: Scenario) -> Iterator[Group]:
    """The modes open to each eligible segment; segments with the same modes make one group."""
    open_to = [tuple(f"modes.{key}.weight" for key, mode in scenario.modes.items()
                     if mode.segments is None or name in mode.segments)
               for name, segment in scenario.segments.items() if segment.eligible]
    yield from (Group(paths, True) for paths in dict.fromkeys(open_to))


def term_groups(scenario: Scenario) -> Iterator[Group]:
    """Rows that take from the same party in the same step under the same condition."""
    for name, mode in scenario.modes.items():
        taken: dict[tuple[Any, ...], list[str]] = {}
        for i, row in enumerate(mode.terms):
            key = (row.step, row.from_, repr(row.when), repr(row.layer))
            taken.setdefault(key, []).append(f"modes.{name}.terms.{i}.share")
        yield from (Group(tuple(paths), False) for paths in taken.values())


def fund_rows(scenario: Scenario) -> list[str]:
    """Paths of the shares borne by payers that draw on a pot."""
    return [
        f"modes.{name}.terms.{i}.share"
        for name, mode in scenario.modes.items()
        for i, row in enumerate(mode.terms)
        if scenario.payers[row.payer].kind == "pot"
    ]
