"""规模: the size that keeps the promises, what each size would do, and what binds."""

from __future__ import annotations

import streamlit as st

from simulator.answers.front import leverage_front, size_front
from simulator.answers.missing import SIZE, lacking
from simulator.answers.sizes import SizeResult
from simulator.report.numbers import money, percent
from simulator.report.size_text import (
    binding_lines,
    elsewhere_steps,
    head_lines,
    leverage_rows,
    note_lines,
    promise_rows,
    thumb_line,
)
from simulator.report.unanswered import reason
from simulator.scheme.units import format_value

from .. import draw, parts
from ..labels import label
from ..session import View
from .answer import FREE, Answers, stamp


def render(view: View) -> None:
    """From the whole answer's job; nothing is worked out here."""
    missing = lacking(view.scenario, SIZE)
    if missing:
        parts.show(parts.verdict(view.t("ans_size_none"), None, " ".join(reason(view.scenario, figure, view.lang)
                                                                        for figure in missing), view.lang))
        return
    answers = Answers(view)
    size = answers.whole.size if answers.whole else None
    if size is None:
        parts.note(view.t("ui_size_later"))
        answers.box("answer")
        return
    _draw(view, size)
    parts.note(*thumb_line(answers.whole.sheet, size, view.lang) if answers.whole else ())
    parts.show(f'<p class="pf-stamp">{parts.cell(stamp(view))}</p>')


def _draw(view: View, size: SizeResult) -> None:
    lang = view.lang
    first, *more = head_lines(size, lang, FREE)
    parts.show(parts.verdict(first, size.feasible, view.t("ui_joint").join(line.strip() for line in more), lang))
    heads, *rows = promise_rows(size, lang)
    parts.show(parts.table(heads, rows))
    parts.note(*(line.strip() for line in binding_lines(size.binding, lang, FREE)))
    steps = elsewhere_steps(size, lang)
    if steps:
        parts.heading(view.t("ui_elsewhere"))
        parts.show(parts.table([view.t("grades_path"), view.t("ui_elsewhere_sizes")],
                               [[label(view.scenario, path, lang), told] for path, told in steps.items()]))
        parts.note(view.t("ui_elsewhere_how"))
    parts.heading(view.t("ui_curve"))
    limits = {check.name: check.limit for check in size.checks}
    words = {name: view.t(f"size_{name}") for name in limits} | {
        "present": view.t("ui_present"), "size": view.t("ui_needed"), "x": view.t("size_head_curve")}
    figure = draw.size_curve(size.curve, limits, size.present_fen, size.size_fen, words, lang)
    distinct = {money(fen, lang): (fen, chances) for fen, chances in size.curve}
    table = [[money(fen, lang, 3), *(percent(chances[name], size.paths) for name in limits)]
             for fen, chances in distinct.values()]
    draw.show(view, figure, "size", view.t("ui_curve_alt"), [view.t("size_head_curve"), *(words[n] for n in limits)],
              table, "r" * (len(limits) + 1))
    parts.heading(view.t("size_table"))
    heads, *rows = leverage_rows(size, lang)
    marked = [[*row[:2], *(parts.fits(sign == "✔") for sign in row[2:])] for row in rows]
    parts.show(parts.table(heads, marked, "rr" + "c" * (len(heads) - 2)))
    parts.note(*(line.strip() for line in note_lines(size, lang, FREE)))
    with st.expander(view.t("ui_front")):
        _front(view, size)


def _front(view: View, size: SizeResult) -> None:
    """What more money buys, size by size, and which multiples need less of it: both from what the search has tried."""
    points, lang = size_front(size), view.lang
    if not points:
        return
    names = [check.name for check in size.checks]
    words = {name: view.t(f"size_{name}") for name in names} | {"refusal": view.t("ui_of_run_refusal")}
    parts.note(view.t("ui_front_how"))
    if not points[-1].on_front:
        last = max(point.fen for point in points if point.on_front)
        parts.note(view.t("ui_front_last", size=money(last, lang, 3)))
    other = "targets" if "targets" in words else "exhaustion"
    told = {"on": view.t("ui_front_on"), "off": view.t("ui_front_off"), "x": f"{words['refusal']} (%)",
            "y": f"{words[other]} (%)"}
    figure = draw.front([(100 * point.chances["refusal"], 100 * point.chances[other], money(point.fen, lang),
                          point.on_front) for point in points], told)
    worth, good = view.t("ui_front_worth"), f"✔ {told['on']}"
    rows = [[said, *(percent(point.chances[name], size.paths) for name in names),
             "—" if point.cost is None else money(point.cost, lang, 3),
             good if point.better is None else view.t("ui_front_better", size=money(point.better, lang, 3))]
            for said, point in {money(point.fen, lang, 3): point for point in points}.items()]
    heads = [view.t("size_head_curve"), *(words[name] for name in names), view.t("ui_spent"), worth]
    draw.show(view, figure, "front", view.t("ui_front_alt"), heads, rows, "r" * (len(names) + 2) + "l")
    multiples = [[format_value("multiple", row.leverage or 0, lang), money(row.size_fen or 0, lang),
                  good if on else view.t("ui_front_multiple_off")] for row, on in leverage_front(size)]
    if multiples:
        parts.heading(view.t("ui_front_multiples"), 3)
        parts.show(parts.table([view.t("ui_leverage"), view.t("ui_needed"), worth], multiples, "rrl"))
