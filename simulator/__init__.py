"""Government risk-compensation funds for intellectual-property pledge loans: simulate, answer, size.

Importing the package is cheap: each name below is fetched from its room when first used.

    import simulator as sim
    scenario = sim.load("liaoning-2021")
    results = sim.simulate(scenario, paths=1000, seed=1)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.4.0"

_HOME = {
    "load": "simulator.scheme",
    "simulate": "simulator.runs",
    "trace": "simulator.runs",
    "answer": "simulator.answers",
    "size_fund": "simulator.study",
    "enough": "simulator.study",
    "growth": "simulator.study",
    "sensitivity": "simulator.study.sensitivity",
}

__all__ = ["__version__", "answer", "enough", "growth", "load", "sensitivity", "simulate", "size_fund", "trace"]

if TYPE_CHECKING:
    from .answers import answer
    from .runs import simulate, trace
    from .scheme import load
    from .study import enough, growth, size_fund
    from .study.sensitivity import sensitivity


def __getattr__(name: str) -> Any:
    """Fetch a public name from the room it lives in."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
