"""Figures in the shipped font, drawn once: what is shown is what is downloaded. Safe for many viewers at a time."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib
import streamlit as st
from matplotlib import font_manager
from matplotlib.figure import Figure

from simulator.report.numbers import money, percent

from . import parts
from .session import View

FONTS = Path(__file__).parent / "front" / "static"
for _file in sorted(FONTS.glob("*.otf")):
    font_manager.fontManager.addfont(str(_file))
FAMILY = "Noto Sans SC"
# Okabe and Ito's colours: told apart by the colour-blind and on a projector; each line has its own dashes too.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
DASHES = ("-", "--", "-.", ":")
MARKS = ("o", "s", "^", "D")
matplotlib.rcParams.update({"font.family": FAMILY, "font.size": 12, "axes.unicode_minus": False,
                            "svg.fonttype": "path", "svg.hashsalt": "pledgefund", "axes.spines.top": False,
                            "axes.spines.right": False})


def figure(wide: float = 9.0, high: float = 3.6) -> tuple[Figure, Any]:
    """An empty figure with one pair of axes; inches."""
    drawn = Figure(figsize=(wide, high), layout="constrained")
    return drawn, drawn.add_subplot()


def size_curve(points: Sequence[tuple[int, Mapping[str, float]]], limits: Mapping[str, float], present: int,
               size: int | None, words: Mapping[str, str], lang: str) -> Figure:
    """Each promise's chance against the size of the fund, with its limit; sizes in fen, on a logarithmic axis."""
    drawn, axes = figure()
    kept = [(fen, chances) for fen, chances in points if fen > 0]
    for n, (name, limit) in enumerate(limits.items()):
        axes.plot([fen for fen, _ in kept], [100 * chances[name] for _, chances in kept], DASHES[n], color=COLOURS[n],
                  marker=MARKS[n], markersize=4, label=f"{words[name]} ({percent(limit)})")
        axes.axhline(100 * limit, color=COLOURS[n], linewidth=1, alpha=0.6)
    for fen, label, colour in ((present, words["present"], "#20262d"), (size, words["size"], "#5b6570")):
        if fen:
            axes.axvline(fen, color=colour, linewidth=1.2, linestyle=":")
            axes.annotate(f"{label} {money(fen, lang)}", (fen, 1), xycoords=("data", "axes fraction"), rotation=90,
                          ha="right", va="top", fontsize=10, color=colour)
    axes.set_xscale("log")
    axes.minorticks_off()
    least, most = min(fen for fen, _ in kept), max(fen for fen, _ in kept)
    ticks = [times * 10**power for power in range(6, 16) for times in (1, 3) if least <= times * 10**power <= most]
    axes.set_xticks(ticks, [money(fen, lang) for fen in ticks], fontsize=10)
    axes.set_xlabel(words["x"])
    axes.set_ylabel("%")
    axes.legend(frameon=False, fontsize=10)
    return drawn


def bars(names: Sequence[str], values: Sequence[float], shown: Sequence[str], axis: str,
         errors: Sequence[tuple[float, float]] | None = None) -> Figure:
    """Horizontal bars, the first on top, each with its number; ``errors`` are ends of intervals."""
    drawn, axes = figure(high=0.7 + 0.42 * len(names))
    places = range(len(names), 0, -1)
    span = [[value - low for value, (low, _) in zip(values, errors, strict=True)],
            [high - value for value, (_, high) in zip(values, errors, strict=True)]] if errors else None
    axes.barh(places, values, color=COLOURS[0], height=0.6, xerr=span,
              error_kw={"ecolor": "#20262d", "capsize": 3, "elinewidth": 1})
    ends = [high for _, high in errors] if errors else values
    for place, value, said in zip(places, ends, shown, strict=True):
        axes.annotate(said, (value, place), xytext=(6, 0), textcoords="offset points", va="center", fontsize=10)
    axes.set_yticks(list(places), list(names), fontsize=10)
    axes.set_xlabel(axis)
    axes.margins(x=0.14)
    axes.set_xticks([])
    return drawn


def rendered(drawn: Figure, kind: str) -> bytes:
    """The figure as svg or png."""
    out = BytesIO()
    options: dict[str, Any] = {"metadata": {"Date": None}} if kind == "svg" else {"dpi": 200}
    drawn.savefig(out, format=kind, **options)
    return out.getvalue()


def show(view: View, drawn: Figure, name: str, alt: str, heads: Sequence[object], rows: Sequence[Sequence[object]],
         align: str = "") -> None:
    """A figure, its table below, and both to download."""
    svg = rendered(drawn, "svg")
    source = base64.b64encode(svg).decode()
    parts.show(f'<div class="pf-figure"><img alt="{escape(alt)}" src="data:image/svg+xml;base64,{source}"></div>')
    parts.show(parts.table(heads, rows, align))
    file = f"{view.state.scenario}-{name}"
    places = st.columns([1, 1, 1, 4])
    for place, label, data, suffix, mime in (
            (places[0], "ui_csv", parts.csv(heads, rows), "csv", "text/csv"),
            (places[1], "ui_png", rendered(drawn, "png"), "png", "image/png"),
            (places[2], "ui_svg", svg, "svg", "image/svg+xml")):
        place.download_button(view.t(label), data, f"{file}.{suffix}", mime, key=f"{suffix}-{name}", on_click="ignore",
                              width="stretch")
