"""Results of many paths: built once, read-only, stamped with what produced them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from simulator.engine.ledger import PAYER_BLOCKS, STOCKS, Column
from simulator.engine.tables import Tables
from simulator.scheme.scenario import Scenario


@dataclass(frozen=True, eq=False)
class Results:
    """Paths by columns. Money is in fen; a year column's last year is the run-off (清算期).

    ``year_table`` int64[n, years + 1, width] or, without years, int64[n, 1, width] of totals; ``path_table``
    int64[n, path width]; ``month_table`` int64[n, months, pots + 2] or None: balances at each month's end,
    covered principal in force, principal outstanding.
    """

    scenario: Scenario
    tables: Tables
    seed: int
    n: int
    engine: str
    scale_ppm: int
    no_fund: bool
    first_path: int
    year_table: np.ndarray
    path_table: np.ndarray
    month_table: np.ndarray | None = None

    @cached_property
    def columns(self) -> list[Column]:
        """Every column by name, unit and fold."""
        return self.tables.layout.yearly() + self.tables.layout.per_path()

    @cached_property
    def _yearly(self) -> dict[str, int]:
        return {c.name: i for i, c in enumerate(self.tables.layout.yearly())}

    @cached_property
    def _per_path(self) -> dict[str, int]:
        return {c.name: i for i, c in enumerate(self.tables.layout.per_path())}

    def column(self, name: str) -> np.ndarray:
        """A path's total over window and run-off, or a once-a-path column: int64[n].

        Raises KeyError for an unknown name.
        """
        if name in self._per_path:
            return self.path_table[:, self._per_path[name]]
        return self._total(name)

    def _total(self, name: str) -> np.ndarray:
        """The sum over the years; of a stock, its value at the end of the window."""
        values = self._sum(name)
        if name in STOCKS and values.shape[1] > 1:
            return values[:, -2]
        return values.sum(axis=1)

    def year_column(self, name: str) -> np.ndarray:
        """A yearly quantity: int64[n, years + 1], the last being the run-off."""
        if self.year_table.shape[1] == 1:
            raise ValueError("these results were made without years")
        return self._sum(name)

    def _sum(self, name: str) -> np.ndarray:
        """[n, years + 1] of a column, or of a quantity defined from several."""
        if name in self._yearly:
            return self.year_table[:, :, self._yearly[name]]
        for payer in self.tables.layout.payers:
            if name == f"borne_{payer}_fen":
                part = {block: self._sum(f"{block}_{payer}_fen") for block in PAYER_BLOCKS}
                return part["liable"] - part["lapsed"] - part["passed"] + part["fallen"]
        raise KeyError(name)

    @cached_property
    def paths(self) -> pd.DataFrame:
        """A row a path: totals, then the once-a-path columns."""
        table = {name: self._total(name) for name in self._yearly}
        table |= {name: self.path_table[:, i] for name, i in self._per_path.items()}
        table |= {f"borne_{p}_fen": self.column(f"borne_{p}_fen") for p in self.tables.layout.payers}
        frame = pd.DataFrame(table)
        frame.insert(0, "path", np.arange(self.first_path, self.first_path + self.n))
        return frame

    @cached_property
    def years(self) -> pd.DataFrame:
        """A row a path and year; the last year of each path is the run-off."""
        years = self.year_table.shape[1]
        table = {name: self.year_table[:, :, i].reshape(-1) for name, i in self._yearly.items()}
        frame = pd.DataFrame(table)
        frame.insert(0, "path", np.repeat(np.arange(self.first_path, self.first_path + self.n), years))
        frame.insert(1, "year", np.tile(np.arange(years), self.n))
        return frame

    @cached_property
    def months(self) -> pd.DataFrame:
        """A row a path and month: balances, covered principal in force, principal outstanding (fen)."""
        if self.month_table is None:
            raise ValueError("these results were made without months")
        n, months, width = self.month_table.shape
        names = [f"balance_{a}_fen" for a in self.tables.layout.pots] + ["in_force_fen", "outstanding_fen"]
        frame = pd.DataFrame(self.month_table.reshape(n * months, width), columns=names)
        frame.insert(0, "path", np.repeat(np.arange(self.first_path, self.first_path + n), months))
        frame.insert(1, "month", np.tile(np.arange(months), n))
        return frame


