"""验证与来源: every number with its source, what is left open, and the model beside real funds."""

from __future__ import annotations

import json
from pathlib import Path

import streamlit as st

from simulator.report import backtest, names
from simulator.report.check import CheckReport
from simulator.scheme.loader import scenarios_folder
from simulator.scheme.provenance import GRADES

from .. import parts, theory, work
from ..evidence import counts_line, numbers, unknown_rows
from ..session import View
from .scheme import listing


def render(view: View) -> None:
    """Tabs: numbers, sources, what is not known, what is left out, backtest."""
    parts.note(counts_line(view), view.t("ui_grades_mean"))
    tabs = st.tabs([view.t(f"ui_tab_{name}") for name in ("numbers", "sources", "unknown", "left_out", "validate",
                                                    "backtest")])
    for tab, draw in zip(tabs, (_numbers, _sources, _unknown, _left_out, theory.render, _backtest), strict=True):
        with tab:
            draw(view)
    model_card(view)


def model_card(view: View) -> None:
    """Purpose, assumptions and limits of the model, to read here or keep."""
    file = Path(__file__).parents[3] / "docs" / ("model_card.zh.md" if view.lang == "zh" else "model_card.md")
    try:
        told = file.read_text("utf-8")
    except OSError:
        return
    st.download_button(view.t("ui_model_card"), told.encode(), file.name, "text/markdown", on_click="ignore")


def _numbers(view: View) -> None:
    heads, rows = listing(view)
    grades = [origin.grade for origin in numbers(view.scenario).values()]
    present = [grade for grade in GRADES if grade in grades]
    chosen = st.pills(view.t("grades_grade"), present, selection_mode="multi", key=view.key("grades"),
                      format_func=lambda grade: names.grade_word(grade, view.lang))
    kept = [row for row, grade in zip(rows, grades, strict=True) if not chosen or grade in chosen]
    shown = [[*row[:4], parts.quoted(row[4]), row[5]] for row in kept]
    parts.show(parts.table(heads, shown, "lrllll"))
    st.download_button(view.t("ui_csv"), parts.csv(heads, rows), f"{view.state.scenario}-evidence.csv", "text/csv",
                       key="csv-evidence", on_click="ignore")
    found = CheckReport(view.state.scenario, view.scenario, None).to_json(view.lang, grades=True)
    st.download_button(view.t("ui_json"), json.dumps(found, ensure_ascii=False, indent=1).encode(),
                       f"{view.state.scenario}-evidence.json", "application/json", key="json-evidence",
                       on_click="ignore")


def _sources(view: View) -> None:
    counted: dict[str, int] = {}
    for origin in numbers(view.scenario).values():
        if origin.source:
            counted[origin.source.title] = counted.get(origin.source.title, 0) + 1
    rows = [[parts.quoted(source.title), parts.quoted(source.document), parts.quoted(source.href),
             counted.get(source.title, 0)]
            for source in view.scenario.sources.values()]
    parts.show(parts.table([view.t("grades_source"), view.t("ui_document"), view.t("ui_address"),
                            view.t("ui_numbers_from_it")], rows, "lllr"))


def _unknown(view: View) -> None:
    parts.show(parts.table([view.t("ui_unknown_what"), view.t("ui_unknown_why")], unknown_rows(view)))


def _left_out(view: View) -> None:
    lang = view.lang
    rows = [[_half(each.clause, lang), _half(each.fact, lang), names.words(each.reason, lang)]
            for each in view.scenario.out_of_scope]
    if not rows:
        parts.note(view.t("ui_nothing_left_out"))
        return
    parts.show(parts.table([view.t("ui_clause"), view.t("ui_fact"), view.t("ui_reason")], rows))


def _half(told: str, lang: str) -> str:
    """What is written in both languages with a point between."""
    zh, point, en = told.partition(" · ")
    return en if lang == "en" and point else zh


def _backtest(view: View) -> None:
    """What was observed of real funds beside what the model says of them."""
    try:
        found = json.loads((scenarios_folder() / "backtest" / "outcomes.json").read_text("utf-8"))
    except (OSError, ValueError):
        parts.note(view.t("ui_no_backtest"))
        return
    rows = found["outcomes"]
    simulated = [row for row in rows if row["inside"] is not None]
    parts.note(view.t("bt_summary", simulated=len(simulated), inside=sum(row["inside"] for row in simulated)))
    # Titles come from ten scenario files: read once, not for every drawing of the page.
    shown = work.remembered(("backtest", view.lang, json.dumps(rows)),
                            lambda: [backtest.cells(row, view.lang) for row in rows])
    parts.show(parts.table(view.t("bt_heads").split("|"), shown))
    parts.note(view.t("bt_stamp", version=found["version"], seed=found["seed"]))
