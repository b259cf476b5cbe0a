"""方案: every number of the scheme with its field, unit, range, grade and source, and the way back."""

from __future__ import annotations

from typing import Any

import streamlit as st

from simulator.answers.missing import ANSWERS, lacking
from simulator.answers.paths import value_at
from simulator.report import names
from simulator.report.numbers import money
from simulator.scheme.provenance import Provenance

from .. import parts, session, work
from ..evidence import counts_line, numbers, range_told, source_told, value_told
from ..fields import value_field
from ..labels import GROUPS, essential, group, label
from ..session import View

FIRST = "essential"


def render(view: View) -> None:
    """A choice of group, the filter, and one row a value."""
    chosen, only = st.columns([5, 1.2], vertical_alignment="center")
    shelf = chosen.segmented_control(view.t("ui_groups"), (FIRST, *GROUPS, "changed"), default=FIRST, key="group",
                                     format_func=lambda name: view.t(f"ui_of_{name}"), label_visibility="collapsed")
    assumed = only.checkbox(view.t("ui_only_assumed"), key="only-assumed")
    parts.note(counts_line(view))
    origins = [origin for origin in numbers(view.scenario).values()
               if _belongs(view, origin, shelf or FIRST) and (not assumed or origin.grade == "A")]
    if not origins:
        parts.note(view.t("ui_nothing_here"))
    swings = {} if lacking(view.original, ANSWERS) else dict(work.strongest(view.original, view.state.seed))
    for origin in origins:
        _row(view, origin, swings.get(origin.path))
    heads, rows = listing(view)
    st.download_button(view.t("ui_csv"), parts.csv(heads, rows), f"{view.state.scenario}-values.csv", "text/csv",
                       on_click="ignore")


def _belongs(view: View, origin: Provenance, shelf: str) -> bool:
    if _value(view, origin) is None:
        return False
    if shelf == FIRST:
        return essential(origin.path)
    if shelf == "changed":
        return origin.path in dict(view.state.changes)
    return group(origin.path) == shelf


def _value(view: View, origin: Provenance) -> Any:
    try:
        return value_at(view.scenario, origin.path)
    except (KeyError, AttributeError, IndexError, ValueError):
        return None


def _row(view: View, origin: Provenance, swing: float | None) -> None:
    """Name and grade, the field, then range, source and what was there before."""
    lang, changed = view.lang, origin.path in dict(view.state.changes)
    was = view.original.provenance.get(origin.path, origin)
    title, field, about = st.columns([2.6, 1.3, 4.2], vertical_alignment="center")
    with title:
        parts.show(f'<p class="pf-note"><b>{parts.cell(label(view.scenario, origin.path, lang))}</b> '
                   f"{parts.badge(origin.grade, lang)}</p>")
    with field:
        value_field(view, origin.path, origin.kind, view.t("ui_value"), f"v-{origin.path}")
    with about:
        lines = [f"{view.t('grades_range')} {range_told(view.original, was, lang)}" if was.low is not None else "",
                 parts.quoted(*source_told(was, lang)),
                 view.t("ui_swing", swing=money(swing, lang)) if swing else ""]
        if changed:
            lines.insert(0, view.t("ui_was", value=value_told(view.original, was, lang),
                                   grade=names.grade_word(was.grade, lang)))
        parts.note(*lines)
        if changed:
            st.button(view.t("ui_put_back"), key=f"back-{origin.path}", on_click=session.put,
                      args=(view.state.without([origin.path]),))


def listing(view: View) -> tuple[list[str], list[list[str]]]:
    """Every number with its value, grade, range, source and note: heads and rows."""
    heads = [view.t(key) for key in ("grades_path", "grades_value", "grades_grade", "grades_range", "grades_source",
                                     "ui_note")]
    lang = view.lang
    return heads, [[label(view.scenario, path, lang), _told(view, origin), names.grade_word(origin.grade, lang),
                    range_told(view.scenario, origin, lang), *source_told(origin, lang)]
                   for path, origin in numbers(view.scenario).items()]


def _told(view: View, origin: Provenance) -> str:
    return "—" if _value(view, origin) is None else value_told(view.scenario, origin, view.lang)


