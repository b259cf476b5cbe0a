"""The validation as a table for the terminal, and as one page of HTML a supervisor can read and print."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment

from simulator.lang import text
from simulator.report.width import cells as width_of
from simulator.report.width import pad

PAGE = """<!doctype html>
<html lang="{{ lang }}"><head><meta charset="utf-8"><title>{{ say("val_title") }}</title><style>
body{font:15px/1.6 "Noto Sans CJK SC","Microsoft YaHei",system-ui,sans-serif;
  max-width:70rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%;font-size:13px;font-variant-numeric:tabular-nums}
td,th{border-bottom:1px solid #ccc;padding:.25rem .5rem;text-align:right}
td:nth-child(-n+2),th:nth-child(-n+2){text-align:left}
.bad{font-weight:bold;color:#a00}@media print{body{max-width:none;margin:0}tr{break-inside:avoid}}
</style></head><body>
<h1>{{ say("val_title") }}</h1><p>{{ stamp }}</p>
<p class="{{ '' if found.holds else 'bad' }}"><strong>{{ verdict }}</strong></p>
<p>{{ say("val_how") }}</p>
<table><thead><tr>{% for head in heads %}<th>{{ head }}</th>{% endfor %}</tr></thead><tbody>
{% for row in rows %}<tr class="{{ '' if row.holds else 'bad' }}">
{% for cell in row.cells %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</tbody></table>
<h2>{{ say("val_sum_title") }}</h2><p>{{ total }}</p>
<h2>{{ say("val_twins_title") }}</h2><p>{{ twins }}</p>
</body></html>
"""


def heads(lang: str) -> list[str]:
    """Heads of the table of closed forms."""
    return text("val_heads", lang).split("|")


def cells(found: dict[str, Any], lang: str) -> list[str]:
    """One finding in words: scheme, quantity, theory, simulated, error, z, smallest bias seen, paths, verdict."""
    exact = found["kind"] == "exact"
    verdict = "val_holds" if found["holds"] else "val_fails"
    if found["holds"] and not found["precise"]:
        verdict = "val_coarse"
    smallest = "–" if exact else f"{float(format(100 * found['smallest'], '.2g')):g} %"
    return [found["scheme"], f"{quantity(found['name'], lang)} · {text('val_' + found['kind'], lang)}",
            f"{found['theory']:,.6g}", f"{found['simulated']:,.6g}", "–" if exact else f"{found['se']:.2g}",
            "–" if exact else f"{found['z']:+.2f}", smallest,
            f"{found['paths']:,}", text(verdict, lang)]


def quantity(name: str, lang: str) -> str:
    """A quantity's name; a number at its end stays."""
    words, _, last = name.rpartition(" ")
    if words and last.replace(".", "").isdigit():
        return text(f"val_q_{words}", lang, k=last)
    return text(f"val_q_{name}", lang)


def said(found: dict[str, Any], lang: str) -> tuple[str, str, str]:
    """The verdict, Σz² and the engines' agreement, each in a sentence."""
    chi = found["chi_square"]
    bad = sum(not row["holds"] for row in found["findings"])
    verdict = text("val_passed" if found["holds"] else "val_failed", lang, n=len(found["findings"]), bad=bad)
    total = text("val_sum", lang, total=f"{chi['total']:.1f}", n=chi["n"], low=f"{chi['low']:.2g}",
                 high=f"{chi['high']:.1f}")
    differ = [line for twin in found["twins"] for line in twin["differences"]]
    paths = sum(twin["paths"] for twin in found["twins"])
    twins = text("val_twins_differ", lang, found="; ".join(differ[:5])) if differ else text("val_twins", lang, n=paths)
    return verdict, total, twins


def render_text(found: dict[str, Any], lang: str) -> str:
    """The table and the verdict for a terminal."""
    lines = [heads(lang), *(cells(row, lang) for row in found["findings"])]
    widths = [max(width_of(line[n]) for line in lines) for n in range(len(lines[0]))]
    shown = ["  ".join(pad(cell, width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    verdict, total, twins = said(found, lang)
    return "\n".join([*shown, "", total, twins, verdict])


def render_html(found: dict[str, Any], lang: str) -> str:
    """One page without anything from elsewhere; every text is escaped."""
    page = Environment(autoescape=True).from_string(PAGE)
    verdict, total, twins = said(found, lang)
    rows = [{"holds": row["holds"], "cells": cells(row, lang)} for row in found["findings"]]
    stamp = text("val_quick" if found["quick"] else "val_full", lang, version=found["version"])
    return page.render(lang=lang, say=lambda key: text(key, lang), found=found, heads=heads(lang), rows=rows,
                       verdict=verdict, total=total, twins=twins, stamp=stamp)
