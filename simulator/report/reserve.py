"""The page of the reserve study; all numbers are computed.

``python -m simulator.report.reserve RESULTS PAGE LANG`` writes it from the study's results.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from simulator.lang import text


def render(found: dict[str, Any], lang: str) -> str:
    """The page: what was done, the exceedances, the checks, the grid."""
    prior = found["prior"]
    checks = [[name, f"{found['uniformity'][name]:.3f}", f"{prior['covered'][name]:.1%}"] for name in prior["covered"]]
    grid = [[f"{row['hazard']:.1%}", f"{row['loading']:g}", f"{row['persistence']:g}", str(row["years"]),
             f"{row['defaults']:.0f}", rate(row["plug_in"]), rate(row["predictive"]), f"{row['ratio']:.2f}"]
            for row in found["grid"]]
    counts = {key: found[key] for key in ("version", "seed", "tapes", "years", "book", "horizon", "grid_tapes")}
    return text("rs_page", lang, **counts, level=f"{found['level']:.0%}", converged=prior["converged"],
                plug_in=rate(prior["plug_in"]), predictive=rate(prior["predictive"]), ratio=f"{prior['ratio']:.2f}",
                checks=table(text("rs_checks", lang), checks), grid=table(text("rs_grid", lang), grid)) + "\n"


def rate(pair: list[float]) -> str:
    """A mean share with its standard error."""
    return f"{pair[0]:.2%} ± {pair[1]:.2%}"


def table(heads: str, rows: list[list[str]]) -> str:
    """A markdown table."""
    names = heads.split("|")
    return "\n".join("| " + " | ".join(row) + " |" for row in (names, ["---"] * len(names), *rows))


if __name__ == "__main__":
    results, page, language = sys.argv[1:4]
    Path(page).write_text(render(json.loads(Path(results).read_text("utf-8")), language), encoding="utf-8")
