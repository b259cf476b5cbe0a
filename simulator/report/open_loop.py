"""Claims without feedback, and the links side by side, as people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.answers.open_loop.sheet import LEVELS, Sheet
from simulator.answers.open_loop.validity import Reason
from simulator.lang import text
from simulator.report import names
from simulator.report.numbers import money, percent, plain
from simulator.scheme import Scenario

if TYPE_CHECKING:
    from simulator.study.links import Links

LEAST = 1e-9                               # below, the transform's rounding
AMOUNTS = ("exposure", "mean", "room", "fund")
SHARES = ("share", "chance")


def table(heads: str, rows: list[list[str]]) -> str:
    """A table in Markdown; ``heads`` divided by bars."""
    first = heads.split("|")
    return "\n".join("| " + " | ".join(row) + " |" for row in [first, ["---"] * len(first), *rows])


def chance(value: float) -> str:
    """A probability from a formula."""
    return f"< {LEAST:g}" if value < LEAST else percent(value)


def reason_text(reason: Reason, lang: str) -> str:
    """One reason with its numbers."""
    values = {key: money(v, lang) if key in AMOUNTS and not isinstance(v, str)
              else percent(float(v)) if key in SHARES else plain(v) if isinstance(v, float) else v
              for key, v in reason.values.items()}
    return text(f"ol_{reason.code}", lang, **values)


def render_claims(sheet: Sheet, scenario: Scenario, lang: str) -> str:
    """Validity first, then the figures, the gap and the rare events."""
    rows = [[text(f"ol_{name}", lang), money(d.mean, lang, 3), money(d.sd, lang, 3),
             *(money(d.quantile(q), lang, 3) for q in LEVELS), chance(d.beyond(sheet.fund))]
            for name, d in sheet.totals.items()]
    parts = [text("ol_title", lang, title=names.words(scenario.title, lang)),
             text("ol_valid" if sheet.valid else "ol_not_valid", lang), table(text("ol_heads", lang), rows),
             text("ol_fund", lang, fund=money(sheet.fund, lang))]
    if sheet.gaps:
        parts += [text("ol_gap", lang, paths=f"{sheet.paths:,}"), table(text("ol_gap_heads", lang), [
            [text(f"ol_{g.measure}", lang), figure(g.figure, lang), money(g.theory, lang, 4), money(g.engine, lang, 4),
             money(g.se, lang), f"{g.z:+.2f}"] for g in sheet.gaps])]
    if sheet.pilot:
        parts += [text("ol_pilot", lang), table(text("ol_pilot_heads", lang), [
            [money(t.amount, lang, 3), f"{t.chance:.3g}", f"{t.se:.1g}", f"{t.points:,}", f"{plain(t.reduction)}"]
            for t in sheet.pilot])]
    if sheet.reasons:
        parts.append("\n".join([text("ol_why", lang), *("- " + reason_text(r, lang) for r in sheet.reasons)]))
    return "\n\n".join(parts) + "\n"


def figure(name: str, lang: str) -> str:
    """Name of a figure of the gap table."""
    if name.startswith("q"):
        return text("ol_quantile", lang, level=percent(float(name[1:])))
    return text(f"ol_{name}", lang)


def render_links(found: Links, scenario: Scenario, lang: str) -> str:
    """The pool's exact counts, then the scheme's claims."""
    pool = [[text(f"lk_{row.link}", lang), plain(row.strength, 3), plain(row.mean, 3), *map(str, row.counts)]
            for row in found.pool]
    scheme = []
    for line in found.scheme:
        source = text("lk_open", lang) if not line.paths else text("lk_engine", lang, paths=f"{line.paths:,}")
        scheme.append([text(f"lk_{line.link}", lang), source, money(line.mean, lang, 3), money(line.sd, lang, 3),
                       *(money(q, lang, 3) for q in line.quantiles),
                       "–" if line.exhausted is None else percent(line.exhausted, line.paths)])
    return "\n\n".join([
        text("lk_title", lang, title=names.words(scenario.title, lang)),
        text("lk_pool", lang, pd=percent(found.pd), rho=plain(found.rho)), table(text("lk_pool_heads", lang), pool),
        text("lk_scheme", lang), table(text("lk_heads", lang), scheme)]) + "\n"
