"""The answer of the open-loop calculator: figures, whether they hold, and how far the engine is from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from simulator.answers.open_loop.claims import MEASURES, Distribution
from simulator.answers.open_loop.pilot import Tail, tail_of, wide_times
from simulator.answers.open_loop.total import totals_at
from simulator.answers.open_loop.validity import Reason, holds, reasons
from simulator.engine.tables import compile_scheme
from simulator.runs import simulate
from simulator.runs.results import Results
from simulator.scheme.scenario import Scenario

LEVELS = (0.5, 0.95, 0.99, 0.999)
COMPARED = (0.95, 0.99)
RARE = (1e-3, 1e-4)
SHEET_POINTS = 2048


@dataclass(frozen=True)
class Gap:
    """One figure both ways: ``theory`` without feedback, ``engine`` simulated, ``se`` of the latter (fen)."""

    measure: str
    figure: str
    theory: float
    engine: float
    se: float

    @property
    def z(self) -> float:
        """Distance in standard errors."""
        return (self.engine - self.theory) / self.se if self.se > 0 else 0.0


@dataclass(frozen=True)
class Sheet:
    """All figures of one scenario; money in fen."""

    totals: dict[str, Distribution]
    fund: float
    reasons: list[Reason]
    gaps: list[Gap]
    paths: int
    pilot: list[Tail]

    @property
    def valid(self) -> bool:
        """Whether nothing feeds back."""
        return holds(self.reasons)

    def to_json(self) -> dict[str, Any]:
        """Everything but the tables of totals."""
        figures = {name: {"mean_fen": d.mean, "sd_fen": d.sd, "beyond_fund": d.beyond(self.fund),
                          "quantiles_fen": {str(q): d.quantile(q) for q in LEVELS}}
                   for name, d in self.totals.items()}
        return {"valid": self.valid, "reasons": [asdict(r) for r in self.reasons], "fund_fen": self.fund,
                "claims": figures, "paths": self.paths, "gap": [asdict(g) | {"z": g.z} for g in self.gaps],
                "pilot": [asdict(t) for t in self.pilot]}


def claims_sheet(scenario: Scenario, seed: int = 1, paths: int = 0, pilot: bool = False, workers: int | None = None,
                 progress: Callable[[int, int], None] | None = None) -> Sheet:
    """Total claims of a scenario without feedback; with ``paths``, the gap to the engine; ``pilot`` rare events."""
    tables = compile_scheme(scenario)
    times = wide_times(tables, SHEET_POINTS, seed)
    found = totals_at(tables, times, seed)
    why = reasons(scenario, tables, times, seed, found["paid"])
    gaps = []
    if paths:
        results = simulate(scenario, paths=paths, seed=seed, workers=workers, progress=progress)
        gaps = [gap for name in MEASURES for gap in gaps_of(name, found[name], simulated(results, name))]
    rare = [tail_of(tables, "paid", found["paid"].quantile(1 - p), seed) for p in RARE] if pilot else []
    return Sheet(found, float(tables.fund_fen), why, gaps, paths, rare)


def simulated(results: Results, measure: str) -> np.ndarray:
    """The engine's total of a measure by path: float64[n] (fen)."""
    pots = results.tables.layout.pots
    if measure == "window":
        yearly = sum((results.year_column(f"pot_paid_{a}_fen")[:, :-1].sum(axis=1) for a in pots), np.zeros(results.n))
        return np.asarray(yearly, float)
    total = sum((results.column(f"pot_paid_{a}_fen") for a in pots), np.zeros(results.n))
    if measure == "net":
        total = total - sum((results.column(f"refund_{a}_fen") for a in pots), np.zeros(results.n))
    return np.asarray(total, float)


def gaps_of(measure: str, theory: Distribution, sample: np.ndarray) -> list[Gap]:
    """Mean, standard deviation and quantiles, each with its standard error (quantiles: by order statistics)."""
    n, mean, sd = len(sample), float(sample.mean()), float(sample.std(ddof=1))
    square = (sample - mean)**2
    found = [Gap(measure, "mean", theory.mean, mean, sd / n**0.5),
             Gap(measure, "sd", theory.sd, sd, float(square.std(ddof=1)) / n**0.5 / max(2 * sd, 1e-300))]
    for level in COMPARED:
        # Order statistics one standard error of the level away on either side; their half distance is the quantile's.
        reach = (level * (1 - level) / n)**0.5
        low, mid, high = np.quantile(sample, [max(0.0, level - reach), level, min(1.0, level + reach)])
        found.append(Gap(measure, f"q{level}", theory.quantile(level), float(mid), float(high - low) / 2))
    return found
