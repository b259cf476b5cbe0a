"""压力与敏感性: what if more loans fail, what a little more of a lever does, and which assumption moves the answer."""

from __future__ import annotations

import streamlit as st

from simulator.answers import AnswerSheet
from simulator.answers.missing import ANSWERS, lacking
from simulator.answers.rows import AnswerRow
from simulator.report.lines import money_cells, percent_cells, ratio_cells
from simulator.report.names import grade_word
from simulator.report.names import rule as rule_word
from simulator.report.numbers import money, percent

from .. import draw, jobs, parts, together, tornado, work
from ..evidence import range_told
from ..labels import label
from ..session import View
from .answer import Answers, stamp


def render(view: View) -> None:
    """Stresses and levers at once; ranges are there once the whole answer is."""
    if lacking(view.scenario, ANSWERS):
        parts.note(view.t("ui_compare_none"))
        return
    answers = Answers(view)
    sheet = answers.whole.sheet if answers.whole else work.stressed(view.scenario, view.state.paths, view.state.seed)
    parts.heading(view.t("ui_stress"))
    _stresses(view, sheet)
    parts.heading(view.t("ui_levers"))
    heads, rows = lever_rows(view, sheet)
    parts.show(parts.table(heads, rows, "lrrrrr"))
    parts.heading(view.t("ui_rules"))
    heads, rows = rule_rows(view, sheet)
    parts.show(parts.table(heads, rows, "lrrr"))
    parts.heading(view.t("ui_tornado"))
    _tornado(view)
    if answers.whole is None:
        parts.note(view.t("ui_ranges_later"))
        answers.box("answer")
    begun = jobs.find(together.job_of(view.scenario, view.state.seed)) is not None     # whoever comes for it sees it
    with st.expander(view.t("ui_moving"), key="moving", on_change="rerun", expanded=begun) as fold:
        if fold.open:
            together.render(view)
    parts.show(f'<p class="pf-stamp">{parts.cell(stamp(view))}</p>')


def _stresses(view: View, sheet: AnswerSheet) -> None:
    base = sheet.row("exhaustion")
    rows = [base, *sheet.having("stress_exhaustion")]
    lines, drawn = [], []
    for row in rows:
        name = view.t("ui_unstressed") if row is base else view.t(f"ans_stress_{row.subject}")
        if row.value is None:
            lines.append([name, view.t(f"ans_{row.note_key}"), "", "", "", "", ""])
            continue
        value, error, assumed = percent_cells(row, view.lang)
        bad = [sheet.row(key, "base" if row is base else row.subject).value
               for key in ("stress_defaulted", "stress_npl")]
        cost = money_cells(sheet.row("cost"), view.lang)[0] if row is base else money(row.note_args["cost"], view.lang)
        lines.append([name, value, error, assumed, *("—" if each is None else percent(each) for each in bad), cost])
        drawn.append((name, row, value))
    heads = [view.t("ui_stress_case"), view.t("ui_probability"), view.t("ans_head_error"), view.t("ans_head_range"),
             view.t("ui_defaulted"), view.t("ui_npl"), view.t("ui_public_money")]
    figure = draw.bars([name for name, _, _ in drawn], [100 * (row.value or 0) for _, row, _ in drawn],
                       [value for _, _, value in drawn], view.t("ui_probability"),
                       [(100 * (row.low or 0), 100 * (row.high or 0)) for _, row, _ in drawn])
    draw.show(view, figure, "stress", view.t("ui_stress"), heads, lines, "lrrrrrr")
    parts.note(view.t("ui_npl_how"))


def lever_rows(view: View, sheet: AnswerSheet) -> tuple[list[str], list[list[str]]]:
    """A little more of each lever: heads and rows."""
    heads = [view.t("ui_lever"), view.t("ui_more_cost"), view.t("ans_head_error"), view.t("ans_head_range"),
             view.t("ui_more_claims"), view.t("ui_more_lending")]
    return heads, [[view.t(f"ans_lever_{row.subject}"), *money_cells(row, view.lang, sign=True),
                    money(row.note_args["claims"], view.lang, sign=True),
                    money(row.note_args["lending"], view.lang, sign=True)] for row in sheet.having("lever_cost")]


def rule_rows(view: View, sheet: AnswerSheet) -> tuple[list[str], list[list[str]]]:
    """Each rule's refusals, and what its removal would bring."""
    heads = [view.t("ui_rule"), view.t("ui_turned_away"), view.t("ans_head_error"), view.t("ui_without_it")]

    def without(row: AnswerRow) -> str:
        more = row.note_args.get("more")
        return "—" if more is None else ("+" if more >= 0 else "") + percent(more)

    rows = sorted((row for row in sheet.having("refused") if row.value), key=lambda row: -(row.value or 0))
    return heads, [[rule_word(row.subject, view.lang), *ratio_cells(row, view.lang)[:2], without(row)] for row in rows]


def _tornado(view: View) -> None:
    known = tornado.of(view)
    if known is None:
        tornado.waiting(view, "ui_effect_wait")
        return
    if not known:                          # no source gives what it needs
        return
    found = known[:tornado.STRONGEST]
    named = [label(view.basis, each.path, view.lang) for each in found]
    told = [["—" if end is None else money(end, view.lang, sign=True) for end in (each.low, each.high)]
            for each in found]
    rows = []
    for each, name, ends in zip(found, named, told, strict=True):
        origin = view.basis.provenance[each.path]
        rows.append([name, money(each.swing, view.lang), *ends, grade_word(origin.grade, view.lang),
                     range_told(view.basis, origin, view.lang)])
    heads = ["grades_path", "ui_tornado_axis", "ui_at_low", "ui_at_high", "grades_grade", "grades_range"]
    drawn = draw.tornado(named, [(each.low or 0.0, each.high or 0.0) for each in found], told,
                         (view.t("ui_at_low"), view.t("ui_at_high")))
    draw.show(view, drawn, "tornado", view.t("ui_tornado"), [view.t(head) for head in heads], rows, "lrrrll")
