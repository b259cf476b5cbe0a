"""What a scenario must mean, beyond its shape."""

from __future__ import annotations

from types import SimpleNamespace

from .problems import Problem
from .scenario import Scenario
from .unwrap import Draft


def check(sections: Scenario | SimpleNamespace, draft: Draft) -> None:
    """Add every contradiction in the sections that could be read."""


def unusual(scenario: Scenario) -> list[Problem]:
    """What is legal but worth a second look."""
    return []
