"""Backtest: what the model says of real funds, beside what was observed of them.

Each file of ``scenarios/backtest`` is a scheme without its outcome; what was observed stands under its ``observed`` as
``observed_<measure>``, or ``not_simulated_<name>`` where no mechanism of the model speaks of it. The band holds luck
(paths) and assumptions (draws of every value with a range) together; beside it the band of luck alone.

``python -m simulator.study.backtest FILE`` runs all cases and writes what came out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from simulator import __version__
from simulator.answers.draws import draw_scenarios, patient
from simulator.runs import simulate
from simulator.runs.results import Results
from simulator.scheme import Scenario, load
from simulator.scheme.loader import scenarios_folder
from simulator.scheme.units import parse_money, parse_multiple, parse_real, parse_share

OBSERVED, NOT_SIMULATED = "observed_", "not_simulated_"
BAND = (0.05, 0.5, 0.95)
SETTINGS = {"paths": 1000, "draws": 60, "paths_per_draw": 100}
SAFE = 0.99                                # of paths in which a fund of that multiple pays every claim
PPM, THOUSAND = 1_000_000, 1_000
Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Outcome:
    """One observation and the model's band: (5 %, median, 95 %) of luck alone, and of luck and assumptions."""

    case: str
    measure: str
    kind: str                              # money (fen), share (ppm), multiple (thousandths), real, or "" if not run
    observed: float | str
    luck: tuple[float, float, float] | None
    band: tuple[float, float, float] | None

    @property
    def inside(self) -> bool | None:
        """Whether the observation lies in the band; None where nothing could be simulated."""
        if self.band is None or isinstance(self.observed, str):
            return None
        return self.band[0] <= self.observed <= self.band[2]


# --- measures: one value a path ------------------------------------------------------------------

def window(results: Results, name: str) -> Values:
    """A yearly column summed over the window, without the run-off."""
    total: Values = results.year_column(name)[:, :-1].sum(axis=1).astype(float)
    return total


def ratio(above: Values, below: Values, unit: int) -> Values:
    """Path by path; paths with nothing below do not count."""
    some = below > 0
    return above[some] / below[some] * unit


def subsidy_share(results: Results) -> Values:
    """Subsidies of the window per yuan lent (ppm), by path."""
    paid = sum((window(results, f"subsidy_{name}_fen") for name in results.scenario.programmes), np.zeros(results.n))
    return ratio(paid, window(results, "disbursed_fen"), PPM)


def registered_last_year(results: Results) -> Values:
    """Registered amount (fen) of the window's last full year, by path."""
    last: Values = results.year_column("registered_fen")[:, -2].astype(float)
    return last


def safe_multiple(results: Results) -> Values:
    """One value a run: covered lending over the money that all but one in a hundred paths call on at most."""
    needed = float(np.quantile(results.column("claims_net_peak_fen"), SAFE))
    covered = float(window(results, "covered_fen").mean())
    return np.array([covered / needed * THOUSAND] if needed > 0 else [])


MEASURES: dict[str, tuple[str, Callable[[Results], Values]]] = {
    "subsidy_share": ("share", subsidy_share),
    "disbursed": ("money", lambda results: window(results, "disbursed_fen")),
    "loans": ("real", lambda results: window(results, "loans")),
    "registered_last_year": ("money", registered_last_year),
    "safe_multiple": ("multiple", safe_multiple),
    "line_use": ("share", lambda results: results.column("line_use_ppm").astype(float)),
    "claims_by_count": ("share", lambda r: ratio(window(r, "covered_defaults"), window(r, "covered_loans"), PPM)),
    "claims_by_amount": ("share", lambda r: ratio(window(r, "determined_fen"), window(r, "covered_fen"), PPM)),
}
PARSERS: dict[str, Callable[[object], float]] = {
    "money": parse_money, "share": parse_share, "multiple": parse_multiple, "real": parse_real}


# --- running --------------------------------------------------------------------------------------

def cases() -> list[Scenario]:
    """All backtests, in the order of their files."""
    return [load(path) for path in sorted((scenarios_folder() / "backtest").glob("*.yaml"))]


def run(scenarios: Iterable[Scenario], paths: int = 1000, draws: int = 60, paths_per_draw: int = 100, seed: int = 1,
        workers: int | None = None, progress: Callable[[str], None] = lambda case: None) -> list[Outcome]:
    """Every observation of every case beside its band.

    ``paths`` under the scenario's own values for luck alone; ``paths_per_draw`` under each of ``draws`` drawn sets of
    assumptions for the band. ``progress`` is told each case as it begins.
    """
    outcomes: list[Outcome] = []
    for scenario in scenarios:
        progress(scenario.id)
        outcomes += case(scenario, paths, draws, paths_per_draw, seed, workers)
    return outcomes


def case(scenario: Scenario, paths: int, draws: int, paths_per_draw: int, seed: int,
         workers: int | None) -> Iterator[Outcome]:
    """The observations of one case."""
    wanted = {name.removeprefix(OBSERVED): entry["value"] for name, entry in scenario.observed.items()
              if name.startswith(OBSERVED)}
    if wanted:
        own = patient(simulate, scenario, paths=paths, seed=seed, workers=workers)
        drawn = [patient(simulate, world, paths=paths_per_draw, seed=seed, workers=workers)
                 for world in draw_scenarios(scenario, draws, seed)]
        for measure, observed in wanted.items():
            kind, values = MEASURES[measure]
            yield Outcome(scenario.id, measure, kind, float(PARSERS[kind](observed)), quantiles([values(own)]),
                          quantiles([values(results) for results in drawn]))
    for name, entry in scenario.observed.items():
        if name.startswith(NOT_SIMULATED):
            yield Outcome(scenario.id, name.removeprefix(NOT_SIMULATED), "", str(entry["value"]), None, None)


def quantiles(values: list[Values]) -> tuple[float, float, float] | None:
    """(5 %, median, 95 %) of all values together, every set of assumptions counting the same; None for a single one."""
    some = np.concatenate(values)
    if some.size < 2:
        return None
    low, middle, high = (float(x) for x in np.quantile(some, BAND))
    return low, middle, high


def document(outcomes: list[Outcome], **options: int) -> dict[str, Any]:
    """What came out, with what produced it."""
    rows = [asdict(outcome) | {"inside": outcome.inside} for outcome in outcomes]
    return {"version": __version__, **options, "outcomes": rows}


if __name__ == "__main__":
    settings = {**SETTINGS, "seed": 1}
    found = run(cases(), **settings, progress=lambda case: print(case, file=sys.stderr))
    text = json.dumps(document(found, **settings), ensure_ascii=False, indent=1)
    Path(sys.argv[1]).write_text(text + "\n", encoding="utf-8")
