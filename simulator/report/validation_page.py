"""The validation as one page of HTML that a supervisor can read and print: schemes, theory, lines, planted errors."""

from __future__ import annotations

import platform
from importlib.metadata import version
from itertools import groupby
from typing import Any

from jinja2 import Environment

from simulator.lang import text
from simulator.report.validation import cells, heads, known_cells, known_groups, quantity, said

SOURCES = {
    "plain": "", "nothing": "", "timing": "", "leverage": "", "caps": "",
    "pool": "Vasicek, Risk 15(12), 2002; Gordy, J. Banking & Finance 24, 2000",
    "fund": "Vasicek, Risk 15(12), 2002; Gordy, J. Banking & Finance 24, 2000",
    "large": "BCBS 128, 2006, § 272; Vasicek, Risk 15(12), 2002",
    "gamma": "CreditRisk+, Credit Suisse First Boston, 1997; Gordy, J. Banking & Finance 24, 2000",
    "lognormal": "",
    "gaussian-month": "Vasicek, Risk 15(12), 2002; Plackett, Biometrika 41, 1954",
    "gamma-quarter": "CreditRisk+, 1997; Plackett, Biometrika 41, 1954",
    "lognormal-month": "Plackett, Biometrika 41, 1954", "sectors": "Plackett, Biometrika 41, 1954",
    "compound": "Panjer, ASTIN Bulletin 12, 1981; Grübel & Hermesmeier, ASTIN Bulletin 29, 1999",
    "yearly": "Panjer, ASTIN Bulletin 12, 1981", "ruin": "Asmussen & Albrecher, Ruin Probabilities, 2010",
    "growth": "Eick, Massey & Whitt, Operations Research 41, 1993 (M_t/G/∞)",
    "guarantee": "European Investment Fund: guarantee rate × guarantee cap rate",
    "longer": "Kingman, Poisson Processes, 1993", "liaoning-2021": "Kingman, Poisson Processes, 1993"}

PAGE = """<!doctype html>
<html lang="{{ lang }}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{ say("val_title") }}</title><style>
body{font:15px/1.65 "Noto Sans CJK SC","Microsoft YaHei",system-ui,sans-serif;color:#1d2733;background:#fff;
  max-width:68rem;margin:2.5rem auto;padding:0 1.25rem}
h1{font-size:1.7rem;margin:0 0 .25rem}h2{font-size:1.15rem;margin:2.4rem 0 .5rem;padding-top:.6rem;
  border-top:2px solid #1f4e79}
.stamp,.how,.note{color:#55606e;font-size:13px}.how{max-width:52rem}
.verdict{margin:1rem 0;padding:.7rem 1rem;border-left:5px solid #2a7d4f;background:#eef7f1;font-weight:600}
.verdict.bad{border-color:#a8261c;background:#fbeeec;color:#a8261c}
table{border-collapse:collapse;width:100%;font-size:12.5px;line-height:1.45;font-variant-numeric:tabular-nums}
td,th{border-bottom:1px solid #e1e5ea;padding:.28rem .45rem;text-align:right;vertical-align:top}
th{font-weight:600;color:#55606e;border-bottom:1.5px solid #8a95a3}
td:not(:first-child):not(.words){white-space:nowrap}
td:first-child,th:first-child,th.words,td.words{text-align:left}
tr.scheme td{background:#f3f6f9;text-align:left;padding:.55rem .45rem;border-bottom:1px solid #c9d1da}
tr.scheme b{color:#1f4e79}tr.scheme .note{display:block}
tr.bad td{font-weight:bold;color:#a8261c}
ul{margin:.3rem 0;padding-left:1.2rem}li{margin:.2rem 0}svg{width:100%;height:auto;display:block}
@media print{body{max-width:none;margin:0;font-size:11px}tr{break-inside:avoid}thead{display:table-header-group}
  tr.scheme{break-after:avoid}h2{break-after:avoid}}
</style></head><body>
<h1>{{ say("val_title") }}</h1><div class="stamp">{{ stamp }}</div>
<p class="verdict {{ '' if found.holds else 'bad' }}">{{ verdict }}</p>
<p class="how">{{ say("val_how") }}</p>
<svg viewBox="0 0 900 84" role="img" aria-label="{{ say('val_dots') }}" font-size="12" fill="#55606e">
<rect x="50" y="18" width="800" height="46" fill="#f3f6f9"/>
{% for tick in ticks %}<line x1="{{ tick.x }}" x2="{{ tick.x }}" y1="18" y2="64"
 stroke="{{ '#a8261c' if tick.limit else '#c9d1da' }}"/>
<text x="{{ tick.x }}" y="80" text-anchor="middle">{{ tick.z }}</text>{% endfor %}
{% for dot in dots %}<circle cx="{{ dot.x }}" cy="{{ dot.y }}" r="4" fill="{{ '#a8261c' if dot.bad else '#1f4e79' }}"
 fill-opacity=".6"><title>{{ dot.name }}</title></circle>{% endfor %}
<text x="450" y="12" text-anchor="middle">{{ say("val_dots") }}</text></svg>
<h2>{{ say("val_lines_title") }}</h2>
<table><thead><tr>{% for head in heads %}<th>{{ head }}</th>{% endfor %}</tr></thead><tbody>
{% for scheme in schemes %}<tr class="scheme"><td colspan="{{ heads|length }}">
<b>{{ scheme.title }}</b> {{ scheme.words }}
{% if scheme.source %}<span class="note">{{ scheme.source }}</span>{% endif %}</td></tr>
{% for row in scheme.rows %}<tr class="{{ '' if row.holds else 'bad' }}">
{% for cell in row.cells %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}{% endfor %}</tbody></table>
<h2>{{ say("val_known_title") }}</h2><p class="how">{{ say("val_known_how") }}</p>
<table><thead><tr>{% for head in known_heads %}<th class="{{ 'words' if loop.index == 2 }}">{{ head }}</th>{% endfor %}
</tr></thead><tbody>
{% for row in known %}<tr class="{{ '' if row.holds else 'bad' }}">
{% for cell in row.cells %}<td class="{{ 'words' if loop.index == 2 }}">{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</tbody></table>
{% if planted %}<h2>{{ say("val_planted_title") }}</h2><p class="how">{{ say("val_planted_how") }}</p>
<table><thead><tr>{% for head in planted_heads %}
<th class="{{ 'words' if loop.index == 3 }}">{{ head }}</th>{% endfor %}</tr></thead><tbody>
{% for row in planted %}<tr class="{{ '' if row.holds else 'bad' }}">
{% for cell in row.cells %}<td class="{{ 'words' if loop.index == 3 }}">{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</tbody></table>{% endif %}
<h2>{{ say("val_sum_title") }}</h2><p>{{ total }}</p>
<h2>{{ say("val_twins_title") }}</h2><p>{{ twins }}</p>
<h2>{{ say("val_limits_title") }}</h2><ul>{% for each in limits %}<li>{{ each }}</li>{% endfor %}</ul>
</body></html>
"""


def versions() -> dict[str, str]:
    """What the figures were made with: no dates and no machine, so that two runs give the same page."""
    return {"python": platform.python_version(), **{name: version(name) for name in ("numpy", "scipy", "numba")}}


def _rows(lines: list[dict[str, Any]], lang: str) -> list[dict[str, Any]]:
    found = []
    for line in lines:
        _, name, *middle, verdict = cells(line, lang)
        found.append({"holds": line["holds"], "cells": [name, *middle, line["seed"], verdict]})
    return found


def _schemes(found: dict[str, Any], lang: str) -> list[dict[str, Any]]:
    return [{"title": scheme, "words": text(f"val_s_{scheme}", lang), "source": SOURCES.get(scheme, ""),
             "rows": _rows(list(lines), lang)}
            for scheme, lines in groupby(found["findings"], key=lambda line: line["scheme"])]


def _planted(found: dict[str, Any], lang: str) -> list[dict[str, Any]]:
    rows = []
    for each in found.get("planted", []):
        exact = each["kind"] == "exact"
        verdict = text("val_seen" if each["holds"] else "val_unseen", lang)
        rows.append({"holds": each["holds"], "cells": [
            text(f"val_e_{each['name']}", lang), each["scheme"],
            f"{quantity(each['line'], lang)} · {text('val_' + each['kind'], lang)}", f"{each['theory']:,.6g}",
            f"{each['simulated']:,.6g}", "–" if exact else f"{each['z']:+.1f}", each["red"], f"{each['paths']:,}",
            each["seed"], verdict]})
    return rows


def _dots(found: dict[str, Any], lang: str) -> list[dict[str, Any]]:
    """Each line that is not exact as a point at its z, in five rows so that they do not cover each other."""
    lines = [line for line in found["findings"] if line["kind"] != "exact"]
    return [{"x": _place(line["z"]), "y": 25 + 8 * (n % 5), "bad": not line["holds"],
             "name": f"{line['scheme']}: {quantity(line['name'], lang)}, z {line['z']:+.2f}"}
            for n, line in enumerate(lines)]


def _place(z: float) -> float:
    return round(450 + 80 * max(-4.9, min(4.9, z)), 1)


def render_html(found: dict[str, Any], lang: str) -> str:
    """One page without anything from elsewhere; every text is escaped."""
    page = Environment(autoescape=True).from_string(PAGE)
    verdict, total, twins = said(found, lang)
    stamp = [text("val_quick" if found["quick"] else "val_full", lang, version=found["version"]),
             ", ".join(f"{name} {number}" for name, number in found.get("versions", {}).items())]
    known = [{"holds": all(each["holds"] for each in group), "cells": known_cells(group, lang)}
             for group in known_groups(found)]
    _, name, *middle, last = heads(lang)
    return page.render(
        lang=lang, say=lambda key: text(key, lang), found=found, verdict=verdict, total=total, twins=twins,
        stamp=" ".join(stamp).strip(), heads=[name, *middle, text("val_seed", lang), last],
        schemes=_schemes(found, lang), known=known, known_heads=text("val_known_heads", lang).split("|"),
        planted=_planted(found, lang), planted_heads=text("val_planted_heads", lang).split("|"),
        limits=text("val_limits", lang).split("|"), dots=_dots(found, lang),
        ticks=[{"x": _place(z), "z": f"{z:+d}" if z else "0", "limit": abs(z) == 4} for z in range(-4, 5)])
