"""The page of the backtest: what was observed, what the model said, and why they differ where they do.

``python -m simulator.report.backtest OUTCOMES PAGE LANG`` writes it from the outcomes; all numbers are computed.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

from simulator.lang import text
from simulator.report import names
from simulator.report.numbers import money, plain
from simulator.report.width import wrap
from simulator.scheme import Scenario, load
from simulator.scheme.units import format_money, format_share

PPM, THOUSAND, LINE = 1_000_000, 1_000, 120
EXACT = 4                                  # digits of an observation, as its source gives it
TREND = "market.trend"


def render(found: dict[str, Any], lang: str) -> str:
    """The page: how it was made, the table, one paragraph for each quantity."""
    rows = found["outcomes"]
    simulated = [row for row in rows if row["inside"] is not None]
    summary = text("bt_summary", lang, simulated=len(simulated), inside=sum(row["inside"] for row in simulated))
    intro = text("bt_intro", lang, paths=found["paths"], draws=found["draws"], per_draw=found["paths_per_draw"])
    blank = "" if lang == "zh" else " "
    parts = [intro if lang == "zh" else folded(intro),
             text("bt_stamp", lang, version=found["version"], seed=found["seed"]) + blank + text("bt_python", lang),
             summary, table(rows, lang),
             text("bt_reasons", lang), *(paragraph(row, lang) for row in rows)]
    return "\n\n".join(parts) + "\n"


def folded(said: str) -> str:
    """English in lines of the project's length; a line break inside Chinese would show as a space."""
    return "\n\n".join("\n".join(wrap(part, LINE)) for part in said.split("\n\n"))


def table(rows: list[dict[str, Any]], lang: str) -> str:
    """The comparison as a table of Markdown: a row for each figure observed."""
    heads = text("bt_heads", lang).split("|")
    lines = [heads, ["---"] * len(heads), *(cells(row, lang) for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def cells(row: dict[str, Any], lang: str) -> list[str]:
    """One line of the table."""
    verdict = {True: "bt_inside", False: "bt_outside", None: "bt_not_run"}[row["inside"]]
    middle = shown(row["kind"], row["band"][1], lang) if row["band"] else "–"
    return [title(row, lang), text(f"bt_{row['measure']}", lang), shown(row["kind"], row["observed"], lang, EXACT),
            span(row["kind"], row["luck"], lang), span(row["kind"], row["band"], lang), middle, text(verdict, lang)]


def title(row: dict[str, Any], lang: str) -> str:
    """The case's name without its family's."""
    return names.words(load(row["case"]).title, lang).split("：" if lang == "zh" else ": ", 1)[-1]


def span(kind: str, band: list[float] | None, lang: str) -> str:
    """A simulated band from its lower to its upper end, in the unit of its kind."""
    return f"{shown(kind, band[0], lang)} – {shown(kind, band[2], lang)}" if band else "–"


def shown(kind: str, value: Any, lang: str, digits: int = 3) -> str:
    """A value of this kind in words; what could not be simulated stands as its source gives it."""
    if kind == "money":
        return money(value, lang, digits)
    if kind == "share":
        return f"{plain(value / PPM * 100, digits)}%"
    if kind == "multiple":
        return f"{plain(value / THOUSAND, digits)}倍" if lang == "zh" else f"{plain(value / THOUSAND, digits)}×"
    return plain(value, digits) if kind == "real" else str(value)


def paragraph(row: dict[str, Any], lang: str) -> str:
    """What the comparison of one quantity says, its numbers filled in."""
    scenario = load(row["case"])
    said = text(f"bt_why_{row['case']}_{row['measure']}", lang, **numbers(row, scenario, lang))
    quantity = text(f"bt_{row['measure']}", lang)
    heading = f"**{title(row, lang)} · {quantity}** "
    if row["band"]:
        said = observation(scenario, row["measure"], lang) + said
    return heading + said if lang == "zh" else folded(heading + said)


def observation(scenario: Scenario, measure: str, lang: str) -> str:
    """The note under which the observation was put down, as a sentence."""
    note = next(entry["note"] for name, entry in scenario.observed.items() if name.endswith(f"_{measure}"))
    return f"{note['zh']}。" if lang == "zh" else f"{note['en'][0].upper()}{note['en'][1:]}. "


def numbers(row: dict[str, Any], scenario: Scenario, lang: str) -> dict[str, str]:
    """What a paragraph may quote."""
    values = {"observed": shown(row["kind"], row["observed"], lang, EXACT)}
    if row["band"]:
        low, median, high = row["band"]
        values |= {"low": shown(row["kind"], low, lang), "median": shown(row["kind"], median, lang),
                   "high": shown(row["kind"], high, lang), "times": plain(row["observed"] / median),
                   "over": plain(median / row["observed"]), "place": text(f"bt_place_{place(row)}", lang)}
    size = next(iter(scenario.segments.values())).size
    if size.median:
        values["mean"] = format_money(size.median * math.exp(size.sigma**2 / 2), "zh", 0)
    trend = scenario.provenance.get(TREND)
    if trend is not None and trend.low is not None and trend.high is not None:
        values |= {"trend_low": format_share(trend.low), "trend_high": format_share(trend.high)}
    return values


def place(row: dict[str, Any]) -> str:
    """Where the observation lies: below, within or above the band."""
    return "below" if row["observed"] < row["band"][0] else "above" if row["observed"] > row["band"][2] else "within"


if __name__ == "__main__":
    outcomes, page, language = sys.argv[1:4]
    Path(page).write_text(render(json.loads(Path(outcomes).read_text("utf-8")), language), encoding="utf-8")
