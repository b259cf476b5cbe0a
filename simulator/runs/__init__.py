"""From one path to many: simulation on several threads, results, run folders, one path followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.runs.many import EngineFault, simulate
from simulator.runs.results import Results

if TYPE_CHECKING:
    from simulator.runs.follow import Trace
    from simulator.scheme.scenario import Scenario

__all__ = ["EngineFault", "Results", "simulate", "trace"]


def trace(scenario: Scenario, path: int, seed: int = 1, loan: int | None = None) -> Trace:
    """Follow one path with the readable engine; see :func:`simulator.runs.follow.trace`."""
    from simulator.runs.follow import trace as follow

    return follow(scenario, path, seed, loan)
