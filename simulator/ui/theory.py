"""Closed forms beside simulated values: the table of ``pledgefund validate``, worked out by a job of it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from simulator.lang import LANGUAGES, text
from simulator.report import names
from simulator.report.validation import cells, heads, known_cells, known_groups, said
from simulator.report.validation_page import render_html
from simulator.scheme import load
from simulator.validation.run import FOLDER

from . import parts, work
from .jobbox import job_box
from .session import View


def render(view: View) -> None:
    """The fullest check there is, and the jobs that would bring another."""
    parts.note(view.t("val_how"))
    full = work.validation(quick=False)
    found = full or work.validation(quick=True)
    if found is None:
        parts.note(view.t("ui_validate_none"))
    else:
        table(view, found)
    for quick in (True, False):
        if work.validation(quick) is None and not (quick and full):
            box(view, quick)


def box(view: View, quick: bool) -> None:
    """The job that checks: quick, or with all paths."""
    kind = "quick" if quick else "full"
    named = {lang: f"{text('ui_validate_title', lang)} · {text(f'ui_validate_{kind}', lang)}" for lang in LANGUAGES}
    job_box(view, work.validation_name(quick), ["validate", *(["--quick"] if quick else [])],
            view.t(f"ui_validate_{kind}"), view.t(f"ui_validate_{kind}_why"), named)


def table(view: View, found: dict[str, Any]) -> None:
    """Theory, simulation, standard error, z and verdict of each quantity; Σz² and the engines in words."""
    lang = view.lang
    verdict, total, twins = said(found, lang)
    parts.show(parts.verdict(verdict, bool(found["holds"]), view.t("val_quick" if found["quick"] else "val_full",
                                                                   version=found["version"]), lang))
    above, rows = heads(lang), shown(found, lang)
    quoted = [parts.quoted(head) if head == "z" else head for head in above]
    marked = [[*row[:-1], ("✔ " if each["holds"] else "✘ ") + row[-1]]
              for row, each in zip(rows, found["findings"], strict=True)]
    parts.show(parts.table(quoted, marked, "llrrrrrrl"))
    parts.note(total, twins)
    figures, paper, _ = st.columns([1.4, 1.4, 4])
    figures.download_button(view.t("ui_csv"), parts.csv(above, rows), "validation.csv", "text/csv",
                            key="csv-validation", on_click="ignore", width="stretch")
    paper.download_button(view.t("ui_html"), render_html(found, lang).encode(), "validation.html", "text/html",
                          key="html-validation", on_click="ignore", width="stretch")
    known = known_groups(found)
    if known:
        with st.expander(view.t("val_known_title")):
            parts.note(view.t("val_known_how"))
            cited = [[row[0], parts.quoted(row[1]), row[2], parts.quoted(row[3]), *row[4:]]
                     for row in (known_cells(group, lang) for group in known)]
            parts.show(parts.table(view.t("val_known_heads").split("|"), cited, "llrlrrrl"))


def shown(found: dict[str, Any], lang: str) -> list[list[str]]:
    """The rows of the command line, schemes by their titles."""
    titles = work.remembered(("validation titles", lang), lambda: {
        file.stem: names.words(load(file).title, lang).partition("：" if lang == "zh" else ": ")[2]
        for file in FOLDER.glob("*.yaml")})
    return [[titles.get(row[0], row[0]), *row[1:]] for row in (cells(each, lang) for each in found["findings"])]
