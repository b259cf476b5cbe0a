"""Results with hand-written columns: what a run would have said, with known answers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np


class FakeResults:
    """The column interface of a run; a column nobody wrote is zero."""

    def __init__(
        self, scenario: Any, n: int, paths: dict[str, Any], years: dict[str, Any], tables: Any = None
    ) -> None:
        self.scenario, self.n, self.tables = scenario, n, tables
        self._paths = {name: np.asarray(values, dtype=np.int64) for name, values in paths.items()}
        self._years = {name: np.asarray(values, dtype=np.int64) for name, values in years.items()}
        self._width = -(-scenario.clock.months // 12) + 1

    def column(self, name: str) -> np.ndarray:
        if name in self._paths:
            return self._paths[name]
        return self.year_column(name).sum(axis=1)

    def year_column(self, name: str) -> np.ndarray:
        return self._years.get(name, np.zeros((self.n, self._width), dtype=np.int64))


def scheme(**parts: Any) -> Any:
    """A bare scenario: only what the function under test reads."""
    named = {
        "clock": SimpleNamespace(base_year=2018, months=36),
        "market": object(),
        "targets": {},
        "pots": {},
        "programmes": {},
        "payers": {},
        "fees": {},
        "audit": None,
        "investments": None,
        "linkage": None,
    }
    return SimpleNamespace(**{**named, **parts})
