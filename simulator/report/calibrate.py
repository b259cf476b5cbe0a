"""What a tape told: a table of priors and posteriors."""

from __future__ import annotations

import math

from rich.console import Console
from rich.table import Table

from simulator.calibrate.fit import Calibration
from simulator.lang import text


def render_calibration(found: Calibration, lang: str) -> str:
    """The table with the naive estimate beside it."""
    table = Table(title=text("cal_title", lang, loans=f"{len(found.tape.loans):,}", defaults=found.defaults,
                             years=f"{found.loan_years:,.0f}"))
    for head in text("cal_heads", lang).split("|"):
        table.add_column(head, no_wrap=True)
    for one in found.estimates:
        prior = text("cal_reference", lang) if math.isnan(one.prior[0]) else span(*one.prior)
        table.add_row(one.name, prior, f"{one.median:.4g}", span(one.low, one.high), f"{one.r_hat:.3f}",
                      f"{one.ess:,.0f}")
    console = Console(width=120, no_color=True, highlight=False)
    with console.capture() as captured:
        console.print(table)
    lines = [captured.get().rstrip(), text("cal_naive", lang, naive=f"{found.naive:.2%}"),
             text("cal_source", lang, hash=found.tape.digest)]
    return "\n".join(lines if found.converged else [*lines, text("cal_not_converged", lang)])


def span(low: float, high: float) -> str:
    """Two ends of an interval."""
    return f"{low:.4g} – {high:.4g}"
