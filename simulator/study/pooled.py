"""The size that keeps its promises when parameters are not known: all sets of parameters pooled into one distribution.

The plug-in size takes the base for true. Here every trial size is tried under all draws of the parameters (posterior of
a calibration, ranges of assumed values), each on a stretch of paths of its own; the promises are those of the pool.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.answers import targets as kpis
from simulator.answers.draws import draw_scenarios
from simulator.answers.estimate import ratio_ci
from simulator.answers.reserve import exhausted
from simulator.answers.sizes import total_contributions

from .criteria import Measured
from .search import COARSE, ROUGH, Memo, search

if TYPE_CHECKING:
    from simulator.scheme.scenario import Scenario

    from .sizing import Bench

LEAST_STRETCH = 25                         # paths of one set of parameters
Pool = Callable[[int], dict[str, Measured]]


def pool_of(bench: Bench, scenario: Scenario, draws: int) -> Pool:
    """The promises of the pool as a function of the size (ppm of the scenario's own contributions)."""
    sets = draw_scenarios(scenario, draws, bench.seed)
    each = max(LEAST_STRETCH, -(-bench.paths // draws))
    total = total_contributions(scenario)

    def evaluate(scale: int) -> dict[str, Measured]:
        runs = (bench.simulate(one, paths=each, seed=bench.seed, first_path=k * each,
                               scale_ppm=round(scale * total / max(total_contributions(one), 1)))
                for k, one in enumerate(sets))
        return pooled([_counted(run, bench.names) for run in runs], each)

    return evaluate


def _counted(run: Any, names: tuple[str, ...]) -> tuple[int, float, float, int]:
    """Of one set: paths that ran dry, amount refused and amount asked for (fen), paths that met the targets."""
    met = kpis.jointly(kpis.evaluate_all(run), names) if names else None
    return (int(exhausted(run).sum()), float(run.column("refused_fund_fen").sum()),
            float(run.column("eligible_approved_fen").sum()), 0 if met is None else int(met.sum()))


def pooled(counts: list[tuple[int, float, float, int]], each: int) -> dict[str, Measured]:
    """The promises of all sets together; standard errors from the spread between sets, ``each`` paths in one."""
    table = np.array(counts, dtype=float)
    n = each * len(counts)

    def chance(column: int) -> Measured:
        shares = table[:, column] / each
        se = float(shares.std(ddof=1)) / math.sqrt(len(shares)) if len(shares) > 1 else 0.0
        return Measured(float(shares.mean()), n, se)

    refused = ratio_ci(table[:, 1], table[:, 2]) if table[:, 2].any() else None
    ratio = float(table[:, 1].sum() / table[:, 2].sum()) if refused else 0.0
    se = refused.se if refused and refused.defined else 0.0
    return {"exhaustion": chance(0), "refusal": Measured(ratio, n, se), "targets": chance(3)}


def predictive_scale(bench: Bench, scenario: Scenario, draws: int) -> tuple[int | None, dict[str, Measured]]:
    """The smallest size that works (ppm of the contributions; None: none does) and the pool's promises there."""
    memo = Memo(pool_of(bench, scenario, draws))
    found = search(memo, bench.promises, COARSE, interval=False, tolerance=ROUGH)
    at = found.nearest if found.scale is None else found.scale
    return found.scale, dict(memo(at))
