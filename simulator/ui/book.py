"""Loans in force on the first day, uploaded: the empty form, the upload, and the scheme that opens with them."""

from __future__ import annotations

import streamlit as st

from simulator.report import names
from simulator.scheme.loan_book import COLUMNS
from simulator.scheme.units import format_money

from . import actuals, parts, session, work
from .session import View


def section(view: View) -> None:
    """The upload, on a scheme that comes with the program: the new scheme extends that one by name."""
    parts.note(view.t("ui_book_how"))
    st.download_button(view.t("ui_book_form"), form(view.lang), "book.csv", "text/csv", key="book-form",
                       on_click="ignore")
    if view.state.scenario not in work.names():
        parts.note(view.t("ui_book_shipped"))
        return
    file = st.file_uploader(view.t("ui_book"), type=["csv", "xlsx"], key="book", label_visibility="collapsed")
    if file is not None:
        _upload(view, file.name, file.getvalue())


def form(lang: str) -> bytes:
    """A file with the headers alone, as spreadsheets open it."""
    def header(key: str, kind: str, aliases: tuple[str, ...]) -> str:
        name = aliases[0] if lang == "zh" else key
        return f"{name}({'万元' if lang == 'zh' else '10k yuan'})" if kind == "money" else name

    heads = [header(column.key, column.kind, column.names) for column in COLUMNS if column.key != "cluster"]
    return (",".join(heads) + "\n").encode("utf-8-sig")


def _upload(view: View, file: str, data: bytes) -> None:
    name = actuals.kept(view, lambda: work.keep_book(view.original, view.state.scenario, file, data), "ui_book_wrong")
    if not name:
        return
    held = work.opened(name).book.held
    assert held is not None
    st.success(view.t("ui_book_right", loans=f"{len(held.loans):,}", amount=format_money(held.principal, view.lang),
                      title=names.words(view.original.title, view.lang)))
    st.button(view.t("ui_use_it"), key="book-use", type="primary", on_click=session.turn,
              kwargs={"scenario": name, "changes": view.state.changes, "page": "answer"})
