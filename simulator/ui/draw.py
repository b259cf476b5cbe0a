"""Figures in the shipped font, drawn once: what is shown is what is downloaded. Safe for many viewers at a time."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import streamlit as st
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from simulator.report.numbers import money, percent

from . import parts, work
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


def front(points: Sequence[tuple[float, float, str, bool]], words: Mapping[str, str]) -> Figure:
    """Two chances of each size (%), those on the front joined and, where there is room, named; the others hollow."""
    drawn, axes = figure()
    on, off = ([point for point in points if point[3] is side] for side in (True, False))
    axes.plot([x for x, *_ in on], [y for _, y, *_ in on], "-", color=COLOURS[0], marker=MARKS[0], markersize=6,
              label=words["on"])
    if off:
        axes.plot([x for x, *_ in off], [y for _, y, *_ in off], MARKS[1], color=COLOURS[1], markerfacecolor="none",
                  markersize=9, label=words["off"])
    far = 0.06 * (max(x for x, *_ in points) - min(x for x, *_ in points))
    named: list[float] = []
    for x, y, said, _ in on:
        if all(abs(x - other) >= far for other in named):
            axes.annotate(said, (x, y), xytext=(4, 7), textcoords="offset points", fontsize=9)
            named.append(x)
    axes.set_xlabel(words["x"])
    axes.set_ylabel(words["y"])
    axes.margins(x=0.1, y=0.14)
    axes.legend(frameon=False, fontsize=10)
    return drawn


def bars(names: Sequence[str], values: Sequence[float], shown: Sequence[str], axis: str,
         errors: Sequence[tuple[float, float]] | None = None) -> Figure:
    """Horizontal bars, the first on top, each with its number; ``errors`` are ends of intervals."""
    drawn, axes = figure(high=0.7 + 0.42 * len(names))
    places = range(len(names), 0, -1)
    span = [[max(0.0, value - low) for value, (low, _) in zip(values, errors, strict=True)],
            [max(0.0, high - value) for value, (_, high) in zip(values, errors, strict=True)]] if errors else None
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


def tornado(names: Sequence[str], ends: Sequence[tuple[float, float]], shown: Sequence[Sequence[str]],
            words: tuple[str, str]) -> Figure:
    """What the low and the high end of each range do to a result, from the result as it is; the first on top."""
    drawn, axes = figure(high=0.9 + 0.46 * len(names))
    places = range(len(names), 0, -1)
    for side in (0, 1):
        widths = [each[side] for each in ends]
        drawn_bars = axes.barh(places, widths, color=COLOURS[side], height=0.6, hatch="//" if side == 0 else "",
                               edgecolor="white", label=words[side])
        for bar, each in zip(drawn_bars, ends, strict=True):     # where both lie on one side, the shorter is on top
            bar.set_zorder(3 if abs(each[side]) < abs(each[1 - side]) else 2)
        for place, width, told in zip(places, widths, shown, strict=True):
            right = width > 0 or (width == 0 and side == 1)
            axes.annotate(told[side], (width, place), xytext=(6 if right else -6, 0), textcoords="offset points",
                          va="center", ha="left" if right else "right", fontsize=10)
    axes.axvline(0, color="#20262d", linewidth=1)
    axes.set_yticks(list(places), list(names), fontsize=10)
    axes.margins(x=0.2)
    axes.set_xticks([])
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.legend(frameon=False, fontsize=10, loc="lower right")
    return drawn


def scatter(points: Sequence[tuple[float, float, str]], named: int, words: Mapping[str, str],
            told: Callable[[float], str]) -> Figure:
    """Amounts across and up, the first ``named`` points with their names where there is room; a line of equals."""
    drawn, axes = figure(high=4.2)
    most = max((max(x, y) for x, y, _ in points), default=1.0) or 1.0
    axes.plot([0, most], [0, most], DASHES[1], color="#8b939c", linewidth=1, label=words["line"])
    axes.plot([x for x, *_ in points], [y for _, y, _ in points], MARKS[0], color=COLOURS[0])
    told_at: list[tuple[float, float]] = []
    for x, y, said in points[:named]:
        if any(abs(y - up) < 0.06 * most and abs(x - across) < 0.5 * most for across, up in told_at):
            continue
        told_at.append((x, y))
        right = x > most / 2
        axes.annotate(said, (x, y), xytext=(-7 if right else 7, 3), textcoords="offset points", fontsize=10,
                      ha="right" if right else "left")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(5))
        axis.set_major_formatter(lambda value, _: told(value) if value else "0")
    axes.set_xlabel(words["x"])
    axes.set_ylabel(words["y"])
    axes.margins(0.06)
    axes.legend(frameon=False, fontsize=10, loc="upper left")
    return drawn


def band(years: Sequence[int], simulated: Sequence[tuple[float, float, float]], observed: Mapping[int, float],
         scale: float, words: Mapping[str, str]) -> Figure:
    """Observed values as points over the simulated median and band, by year."""
    drawn, axes = figure()
    low, middle, high = ([each[n] / scale for each in simulated] for n in range(3))
    axes.fill_between(years, low, high, color=COLOURS[0], alpha=0.2, linewidth=0, label=words["band"])
    axes.plot(years, middle, DASHES[1], color=COLOURS[0], label=words["median"])
    axes.plot(list(observed), [value / scale for value in observed.values()], MARKS[1], color=COLOURS[1],
              label=words["observed"])
    axes.set_xticks(list(years))
    axes.set_ylabel(words["y"])
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, fontsize=10)
    return drawn


def fan(spread: Sequence[Sequence[float]], first_year: int, scale: float, words: Mapping[str, str]) -> Figure:
    """A balance month by month: median, the middle half and nine tenths of the paths (5, 25, 50, 75, 95 %)."""
    drawn, axes = figure()
    months = [first_year + (n + 1) / 12 for n in range(len(spread))]
    q5, q25, q50, q75, q95 = ([each[n] / scale for each in spread] for n in range(5))
    axes.fill_between(months, q5, q95, color=COLOURS[0], alpha=0.18, linewidth=0, label=words["wide"])
    axes.fill_between(months, q25, q75, color=COLOURS[0], alpha=0.38, linewidth=0, label=words["narrow"])
    axes.plot(months, q50, color="#20262d", label=words["median"])
    axes.set_xticks(range(first_year, int(months[-1]) + 1))
    axes.set_ylabel(words["y"])
    axes.set_ylim(bottom=min(0.0, *q5))
    axes.legend(frameon=False, fontsize=10)
    return drawn


def waterfall(names: Sequence[str], steps: Sequence[float], shown: Sequence[str], axis: str) -> Figure:
    """A total on top, then what each takes from it, down to nothing; the first of ``steps`` is the total."""
    drawn, axes = figure(high=0.7 + 0.42 * len(names))
    left = steps[0]
    for n, (step, said) in enumerate(zip(steps, shown, strict=True)):
        start = 0.0 if n == 0 else left - step
        axes.barh(len(names) - n, step, left=start, height=0.6, color="#5b6570" if n == 0 else COLOURS[0],
                  hatch="" if n == 0 else "//", edgecolor="white")
        axes.annotate(said, (max(start, start + step), len(names) - n), xytext=(6, 0), textcoords="offset points",
                      va="center", fontsize=10)
        left = left if n == 0 else start
    axes.set_yticks(range(len(names), 0, -1), list(names), fontsize=10)
    axes.set_xlabel(axis)
    axes.margins(x=0.14)
    axes.set_xticks([])
    return drawn


def ribbons(left: Sequence[tuple[str, float]], right: Sequence[tuple[str, float]], middle: str) -> Figure:
    """What flows into the middle from the left and out of it to the right: named amounts, of equal sums on both sides.

    The height of each ribbon is its amount, on one scale.
    """
    drawn, axes = figure(high=3.4)
    whole = sum(amount for _, amount in left)
    gap, bend = 0.06 * whole, np.linspace(0, 1, 60)
    curve = bend**2 * (3 - 2 * bend)
    axes.add_patch(Rectangle((-0.04, 0), 0.08, whole, color="#5b6570"))
    axes.annotate(middle, (0, whole), xytext=(0, 6), textcoords="offset points", ha="center", fontsize=11)
    for side, flows in ((-1, left), (1, right)):
        outer, inner = whole + gap * (len(flows) - 1) / 2, whole
        for n, (said, amount) in enumerate(flows):
            x = side * (1 - 0.96 * bend)
            top = outer + (inner - outer) * curve
            axes.fill_between(x, top - amount, top, color=COLOURS[n % len(COLOURS)], alpha=0.45, linewidth=0.6)
            axes.annotate(said, (side, outer - amount / 2), xytext=(7 * side, 0), textcoords="offset points",
                          ha="left" if side > 0 else "right", va="center", fontsize=10)
            outer, inner = outer - amount - gap, inner - amount
    axes.set_xlim(-1.75, 1.75)
    axes.margins(y=0.08)
    axes.axis("off")
    return drawn


def rendered(drawn: Figure, kind: str) -> bytes:
    """The figure as svg or png."""
    out = BytesIO()
    options: dict[str, Any] = {"metadata": {"Date": None}} if kind == "svg" else {"dpi": 200}
    drawn.savefig(out, format=kind, **options)
    return out.getvalue()


def _drawn(view: View, drawn: Figure | Callable[[], Figure], name: str, about: object) -> tuple[bytes, Figure]:
    """The figure and its svg; one that is yet to be drawn is drawn once."""
    def make() -> tuple[bytes, Figure]:
        made = drawn if isinstance(drawn, Figure) else drawn()
        return rendered(made, "svg"), made

    state = view.state
    return make() if isinstance(drawn, Figure) else work.remembered(
        ("figure", name, view.lang, view.scenario.hash, state.paths, state.seed, about), make)


def show(view: View, drawn: Figure | Callable[[], Figure], name: str, alt: str, heads: Sequence[object],
         rows: Sequence[Sequence[object]], align: str = "", about: object = None,
         whole: Sequence[Sequence[object]] | None = None) -> None:
    """A figure, its table below, and both to download; the file has the ``whole`` table where less is shown.

    A figure that is yet to be drawn is drawn once for all viewers of the same scenario, paths, seed and ``about``.
    """
    svg, made = _drawn(view, drawn, name, about)
    source = base64.b64encode(svg).decode()
    parts.show(f'<div class="pf-figure"><img alt="{escape(alt)}" src="data:image/svg+xml;base64,{source}"></div>')
    parts.show(parts.table(heads, rows, align))
    file = f"{view.state.scenario}-{name}"
    places = st.columns([1.4, 1.4, 1.4, 3])
    downloads: tuple[tuple[Any, str, Any, str, str], ...] = (
            (places[0], "ui_csv", parts.csv(heads, rows if whole is None else whole), "csv", "text/csv"),
            (places[1], "ui_png", lambda: rendered(made, "png"), "png", "image/png"),
            (places[2], "ui_svg", svg, "svg", "image/svg+xml"))
    for place, label, data, suffix, mime in downloads:     # a picture is made when somebody wants it
        place.download_button(view.t(label), data, f"{file}.{suffix}", mime, key=f"{suffix}-{name}", on_click="ignore",
                              width="stretch")
