"""Model risk of the link: the same default probability and one-year correlation under three laws of the hazard."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, get_args

import numpy as np

from simulator.answers.closed_forms import Link, link_pool, link_strength, pmf_quantile
from simulator.answers.open_loop.pilot import wide_times
from simulator.answers.open_loop.sheet import SHEET_POINTS, simulated
from simulator.answers.open_loop.total import totals_at
from simulator.engine.tables import compile_scheme
from simulator.runs import simulate
from simulator.scheme import replace_values
from simulator.scheme.scenario import Scenario

LOANS, PD, RHO = 500, 0.03, 0.12           # of the pool
LEVELS = (0.95, 0.99, 0.999)
LINKS: tuple[Link, ...] = get_args(Link)


@dataclass(frozen=True)
class PoolRow:
    """Exact one-year defaults of a pool of equal loans under a link: ``counts`` at LEVELS."""

    link: Link
    strength: float
    mean: float
    counts: list[int]


@dataclass(frozen=True)
class SchemeRow:
    """A scheme's total claims with run-off under a link (fen); ``paths`` 0 where the formula gives them.

    ``exhausted`` the share of paths that run dry; None of the formula, which knows no lack of money.
    """

    link: Link
    paths: int
    mean: float
    sd: float
    quantiles: list[float]
    exhausted: float | None


@dataclass(frozen=True)
class Links:
    """All links side by side."""

    pd: float
    rho: float
    pool: list[PoolRow]
    scheme: list[SchemeRow]

    def to_json(self) -> dict[str, Any]:
        """The counts with the levels and the number of loans they belong to."""
        return asdict(self) | {"levels": LEVELS, "loans": LOANS}


def pool_row(link: Link) -> PoolRow:
    """The pool under one link."""
    pmf = link_pool(LOANS, PD, RHO, link)
    return PoolRow(link, link_strength(link, PD, RHO), float(pmf @ np.arange(LOANS + 1)),
                   [pmf_quantile(pmf, level) for level in LEVELS])


def compare_links(scenario: Scenario, paths: int = 10_000, seed: int = 1, workers: int | None = None) -> Links:
    """The pool, and the scenario under each link by formula and by simulation on the same luck."""
    rows = []
    for link in LINKS:
        scheme = replace_values(scenario, {"macro.link": link})
        tables = compile_scheme(scheme)
        paid = totals_at(tables, wide_times(tables, SHEET_POINTS, seed), seed, ("paid",))["paid"]
        rows.append(SchemeRow(link, 0, paid.mean, paid.sd, [paid.quantile(q) for q in LEVELS], None))
        if paths:
            results = simulate(scheme, paths=paths, seed=seed, workers=workers)
            sample = simulated(results, "paid")
            rows.append(SchemeRow(link, paths, float(sample.mean()), float(sample.std(ddof=1)),
                                  np.quantile(sample, LEVELS).tolist(),
                                  float((results.column("exhausted_day") >= 0).mean())))
    return Links(PD, RHO, [pool_row(link) for link in LINKS], rows)
