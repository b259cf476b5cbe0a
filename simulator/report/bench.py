"""Speed and memory as a table: what was measured, what is asked for, whether it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.lang import text
from simulator.report.width import table

if TYPE_CHECKING:
    from simulator.runs.bench import Bench

MARKS = {None: "", True: "✔", False: "✘"}


def render_bench(bench: Bench, lang: str) -> str:
    """A line a measure, under a line about the machine."""
    rows = []
    for m in bench.measures:
        asked = "" if m.asked is None else f"{'≤' if m.at_most else '≥'} {m.asked:g}"
        value = f"{m.value:,.2f}" if m.value < 100 else f"{m.value:,.0f}"
        rows.append([text(f"bench_{m.key}", lang, name=m.name), value, text(f"bench_unit_{m.unit}", lang), asked,
                     MARKS[m.holds]])
    return "\n".join([bench.machine, *table(rows, align="lrlll")])
