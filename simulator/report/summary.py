"""What `pledgefund run` says: every column of a run with its mean, standard error and spread over paths.

Days of first events are left out: on paths without the event they hold -1, which has no mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import simulator
from simulator.lang import text

from .width import table

if TYPE_CHECKING:
    from simulator.engine.ledger import Column
    from simulator.runs import Results

QUANTILES = (5, 50, 95)
_WAN_FEN = 1_000_000                       # fen in 万元
_MILLION_FEN = 100_000_000                 # fen in a million yuan


def run_json(results: Results) -> dict[str, Any]:
    """The stamp of the run and, per column, unit, mean, standard error and quantiles; nothing rounded."""
    scenario = results.scenario
    return {"scenario": scenario.id, "hash": scenario.hash, "version": simulator.__version__,
            "seed": results.seed, "paths": results.n, "engine": results.engine,
            "columns": {column.name: {"unit": column.unit, **_statistics(results.column(column.name))}
                        for column in quantities(results)}}


def quantities(results: Results) -> list[Column]:
    """The columns that have a mean."""
    return [column for column in results.columns if column.fold != "first"]


def render_run(results: Results, lang: str, command: str) -> str:
    """The same as a table of at most 96 cells; columns that are nought on every path are left out."""
    scenario = results.scenario
    head = [*(text(f"run_{name}", lang) for name in ("column", "mean", "se")), *(f"P{q}" for q in QUANTILES)]
    rows = []
    for column in quantities(results):
        values = results.column(column.name)
        if values.any():
            found = _statistics(values)
            rows.append([_label(column.name, column.unit, lang), *(_number(found[key], column.unit, lang)
                                                                 for key in found)])
    return "\n".join([
        text("run_head", lang, title=getattr(scenario.title, lang), paths=f"{results.n:,}", seed=results.seed,
             engine=results.engine, hash=scenario.hash[:8]),
        "", *table([head, *rows], "lrrrrr"), "",
        text("run_reproduce", lang, command=command, version=simulator.__version__)])


def _statistics(values: np.ndarray) -> dict[str, float]:
    n = len(values)
    spread = float(values.std(ddof=1)) if n > 1 else 0.0
    quantiles = np.quantile(values, [q / 100 for q in QUANTILES], method="inverted_cdf")
    return {"mean": float(values.mean()), "se": spread / n**0.5,
            **{f"p{q}": float(found) for q, found in zip(QUANTILES, quantiles, strict=True)}}


def _label(name: str, unit: str, lang: str) -> str:
    if unit == "fen":
        return f"{name.removesuffix('_fen')} ({'万元' if lang == 'zh' else 'CNY m'})"
    return f"{name.removesuffix('_ppm')} (%)" if unit == "ppm" else name


def _number(value: float, unit: str, lang: str) -> str:
    if unit == "fen":
        return f"{value / _WAN_FEN:,.2f}" if lang == "zh" else f"{value / _MILLION_FEN:,.3f}"
    return f"{value / 10_000:.2f}" if unit == "ppm" else f"{value:,.2f}"
