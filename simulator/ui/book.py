"""Loans in force on the first day, uploaded: the empty form, the upload, and the scheme that opens with them."""

from __future__ import annotations

import csv
import io
from datetime import date

import streamlit as st

from simulator.lang import MESSAGES, text
from simulator.report import names
from simulator.scheme import Scenario, notices
from simulator.scheme.loan_book import COLUMNS
from simulator.scheme.tabular import Column
from simulator.scheme.units import format_money

from . import actuals, parts, session, work
from .evidence import remark
from .session import View

EXAMPLES_TOLD = "notice_book_examples"


def section(view: View) -> None:
    """The upload, on a scheme that comes with the program: the new scheme extends that one by name."""
    parts.note(view.t("ui_book_how"))
    st.download_button(view.t("ui_book_form"), form(view.original, view.lang), "book.csv", "text/csv", key="book-form",
                       on_click="ignore")
    if view.state.scenario not in work.names():
        parts.note(view.t("ui_book_shipped"))
        return
    file = st.file_uploader(view.t("ui_book"), type=["csv", "xlsx"], key="book", label_visibility="collapsed")
    if file is not None:
        _upload(view, file.name, file.getvalue())


def form(scenario: Scenario, lang: str) -> bytes:
    """A file to fill in, as spreadsheets open it: headers, and three rows that show how and are not read as loans."""
    def header(column: Column) -> str:
        name = column.names[0] if lang == "zh" else column.key
        return f"{name}({'万元' if lang == 'zh' else 'yuan'})" if column.kind == "money" else name

    columns = [column for column in COLUMNS if column.key != "cluster"]
    rows = [[header(column) for column in columns]]
    rows += [[cells.get(column.key, "") for column in columns] for cells in _examples(scenario, lang)]
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def _examples(scenario: Scenario, lang: str) -> list[dict[str, str]]:
    """Three loans in the scheme's own names: by grade, with a stated cover and rate, and with a default rate."""
    firms, opens = scenario.firms, scenario.clock.start
    chosen: dict[str, list[str]] = {"bank": [*scenario.banks], "mode": [*scenario.modes], "sector": [*firms.sectors],
              "district": [*firms.districts], "firm_class": [*firms.classes],
              "ip": [*next(iter(scenario.segments.values())).ip]}
    grades, unit = [*firms.grades], 1 if lang == "zh" else 10_000
    own = [{"grade": grades[0], "principal": 300 * unit},
           {"grade": grades[-1], "principal": 150 * unit, "covered": 100 * unit, "rate": "4.75%"},
           {"pd": "3.5%", "principal": 500 * unit, "covered": 500 * unit, "lgd": "70%"}]
    rows = []
    for n, cells in enumerate(own):
        names = {key: _word(key, known[n % len(known)], lang) for key, known in chosen.items()}
        rows.append({"loan": text("book_example", lang, n=n + 1), "firm": text("book_example_firm", lang, n=n + 1),
                     **names, **{key: str(value) for key, value in cells.items()},
                     **{key: str(date(year, 3 * n + 3, 15))
                        for key, year in (("start", opens.year - 1), ("maturity", opens.year))}})
    return rows


def _word(key: str, name: str, lang: str) -> str:
    """What a cell calls a name of the scheme: in the reader's language where the program has a word for it."""
    known = f"{ {'ip': 'ip_', 'firm_class': 'class_'}.get(key, 'name_') }{name}"
    return text(known, lang) if known in MESSAGES and key != "mode" else name


def _upload(view: View, file: str, data: bytes) -> None:
    name = actuals.kept(view, lambda: work.keep_book(view.original, view.state.scenario, file, data), "ui_book_wrong")
    if not name:
        return
    held = work.opened(name).book.held
    assert held is not None
    st.success(view.t("ui_book_right", loans=f"{len(held.loans):,}", amount=format_money(held.principal, view.lang),
                      title=names.words(view.original.title, view.lang)))
    parts.note(*(remark(view, notice) for notice in notices(work.opened(name)) if notice.code == EXAMPLES_TOLD))
    st.button(view.t("ui_use_it"), key="book-use", type="primary", on_click=session.turn,
              kwargs={"scenario": name, "changes": view.state.changes, "page": "answer"})
