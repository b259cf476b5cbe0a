"""规模: the size that keeps the promises, what each size would do, and what binds."""

from __future__ import annotations

from simulator.answers.missing import SIZE, lacking
from simulator.answers.sizes import SizeResult
from simulator.report.numbers import money, percent
from simulator.report.size_text import binding_lines, head_lines, leverage_rows, note_lines, promise_rows
from simulator.report.unanswered import reason

from .. import draw, parts
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
    parts.show(f'<p class="pf-stamp">{parts.cell(stamp(view))}</p>')


def _draw(view: View, size: SizeResult) -> None:
    lang = view.lang
    first, *more = head_lines(size, lang, FREE)
    parts.show(parts.verdict(first, size.feasible, view.t("ui_joint").join(line.strip() for line in more), lang))
    heads, *rows = promise_rows(size, lang)
    parts.show(parts.table(heads, rows))
    parts.note(*(line.strip() for line in binding_lines(size.binding, lang, FREE)))
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
    parts.show(parts.table(heads, rows, "rr" + "c" * (len(heads) - 2)))
    parts.note(*(line.strip() for line in note_lines(size, lang, FREE)))
