"""The page of the coverage study; all numbers are computed.

``python -m simulator.report.coverage RESULTS PAGE LANG`` writes it from the study's results.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from simulator.lang import text

from .reserve import table


def render(found: dict[str, Any], lang: str) -> str:
    """The page: what was done, how often intervals held the truth, and the tapes with a far naive estimate apart."""
    far = found["far"]
    rows = [[name, *shown(held), *(shown(far["cover"][name]) if name in far["cover"] else ("-", "-"))]
            for name, held in found["cover"].items()]
    low, high = found["band"]
    counts = {key: found[key] for key in ("version", "seed", "tapes", "years", "converged")}
    page = text("cv_page", lang, **counts, defaults=f"{found['defaults']:.0f}", far=far["tapes"],
                limit=f"{far['limit']:.0%}", low=f"{low:.0%}", high=f"{high:.0%}",
                outside=", ".join(name for name, held in found["cover"].items() if not low <= held[0] <= high) or "-",
                table=table(text("cv_heads", lang), rows))
    return page + "\n"


def shown(held: list[float]) -> tuple[str, str]:
    """A share with its standard error, and the tapes it rests on."""
    return f"{held[0]:.1%} ± {held[1]:.1%}", f"{held[2]:.0f}"


if __name__ == "__main__":
    results, page, language = sys.argv[1:4]
    Path(page).write_text(render(json.loads(Path(results).read_text("utf-8")), language), encoding="utf-8")
