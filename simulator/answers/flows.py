"""Where the pots' money comes from and where it goes: means of ledger columns, which must add up to the fen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from simulator.runs.results import Results

# What enters and what leaves, by the ledger's columns; ``{pot}`` stands for each pot.
ENTERS = {"contributed": "contributed_{pot}_fen", "interest": "interest_{pot}_fen", "recovered": "refund_{pot}_fen",
          "option": "option_pot_fen"}
LEAVES = {"compensation": "pot_paid_{pot}_fen", "subsidies": "drawn_{pot}_fen", "returned": "clawback_{pot}_fen",
          "balance": "balance_{pot}_fen"}


@dataclass(frozen=True, slots=True)
class Flows:
    """Mean money (fen) into and out of all pots together until everything is settled, by name; nothing of zero."""

    enters: dict[str, float]
    leaves: dict[str, float]

    @property
    def through(self) -> float:
        """All that enters, which is all that leaves."""
        return sum(self.enters.values())


class DoesNotAddUp(RuntimeError):
    """More leaves the pots than enters, or less: a defect, never a user's mistake."""


def flows(run: Results) -> Flows | None:
    """Of a run's pots; None where there is none. Raises DoesNotAddUp unless every path's columns do."""
    pots = tuple(run.scenario.pots)
    if not pots:
        return None
    known = {column.name for column in (*run.tables.layout.yearly(), *run.tables.layout.per_path())}

    def total(pattern: str) -> np.ndarray:
        names = [pattern.format(pot=pot) for pot in pots] if "{pot}" in pattern else [pattern]
        found = np.zeros(run.n, np.int64)
        for name in names:
            if name in known:
                found += run.column(name)
        return found

    enters, leaves = ({name: total(pattern) for name, pattern in side.items()} for side in (ENTERS, LEAVES))
    if (np.sum(list(enters.values()), axis=0) != np.sum(list(leaves.values()), axis=0)).any():
        raise DoesNotAddUp
    kept = [{name: float(each.mean()) for name, each in side.items() if each.any()} for side in (enters, leaves)]
    return Flows(*kept)
