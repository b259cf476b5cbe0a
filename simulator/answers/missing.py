"""What is not answered because no source gives the figure it needs; assumptions alone make no answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator import __version__

from .rows import AnswerRow, AnswerSheet

if TYPE_CHECKING:
    from simulator.scheme.scenario import Figure, Scenario

ANSWERS: tuple[Figure, ...] = ("fund_size", "volume", "sharing")  # the verdict and the seven answers need them all
SIZE: tuple[Figure, ...] = ("volume", "sharing")       # how large the fund must be does not need its size
LEADING = {1: "cost", 2: "exhaustion", 3: "lending", 4: "lever_cost", 5: "stress_exhaustion", 6: "borne", 7: "refused"}


def lacking(scenario: Scenario, needed: tuple[Figure, ...]) -> tuple[Figure, ...]:
    """Those of the figures needed that no source gives."""
    return tuple(figure for figure in needed if figure in scenario.not_evaluable)


def unanswered(scenario: Scenario, paths: int, seed: int, draws: int) -> AnswerSheet:
    """The sheet of a scheme whose figures are missing: one row a question, without a value and with its reason."""
    figures = list(lacking(scenario, ANSWERS))
    rows = tuple(AnswerRow(question, key, note_key="not_evaluable", note_args={"reason": "missing", "figures": figures})
                 for question, key in LEADING.items())
    return AnswerSheet(scenario, rows, None, (), paths, seed, draws, "loop", __version__)
