"""What a tape told: a table of priors and posteriors."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from simulator.calibrate.fit import Calibration
from simulator.calibrate.table import rows_told
from simulator.calibrate.tape import Tape
from simulator.lang import text


def render_calibration(found: Calibration, lang: str, omitted: Sequence[str] = ()) -> str:
    """The table with the naive estimate beside it; ``omitted`` is what the overlay does not carry."""
    table = Table(title=text("cal_title", lang, loans=f"{len(found.tape.loans):,}", defaults=found.defaults,
                             years=f"{found.loan_years:,.0f}"))
    for head in text("cal_heads", lang).split("|"):
        table.add_column(head, no_wrap=True)
    for cells in estimates(found, lang):
        table.add_row(*cells)
    console = Console(width=120, no_color=True, highlight=False)
    with console.capture() as captured:
        console.print(table)
    lines = [captured.get().rstrip(), text("cal_naive", lang, naive=f"{found.naive:.2%}"),
             *understood(found.tape, lang), text("cal_source", lang, hash=found.tape.digest)]
    if omitted:
        lines += [text("cal_left", lang), *(f"  {line}" for line in omitted)]
    return "\n".join(lines if found.converged else [*lines, text("cal_not_converged", lang)])


def estimates(found: Calibration, lang: str) -> list[list[str]]:
    """A row an estimate: name, prior, posterior median and band, how well it was sampled."""
    rows = []
    for one in found.estimates:
        unit = 1e6 if one.name == "size_median" else 1.0                   # told in 万元
        prior = text("cal_reference", lang) if math.isnan(one.prior[0]) else span(*one.prior)
        rows.append([estimate_name(one.name, lang), prior, f"{one.median / unit:.4g}",
                     span(one.low / unit, one.high / unit), f"{one.r_hat:.3f}", f"{one.ess:,.0f}"])
    return rows


def estimate_name(name: str, lang: str) -> str:
    """What an estimate is of, in words."""
    key, _, of = name.partition(".")
    return text(f"est_{key}", lang, of=of)


def understood(tape: Tape, lang: str) -> list[str]:
    """How the tape was read, and what was counted in a way its owner should know."""
    columns = ", ".join(f"{name}←{header}" for name, header in tape.columns.items())
    return [text("tape_preview", lang, encoding=tape.encoding, n=len(tape.loans), columns=columns),
            *(text(f"doubt_{doubt}", lang, n=len(rows), rows=rows_told(rows)) for doubt, rows in tape.doubts.items())]


def span(low: float, high: float) -> str:
    """Two ends of an interval."""
    return f"{low:.4g} – {high:.4g}"
