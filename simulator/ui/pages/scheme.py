"""方案: every number of the scheme with its field, unit, range, grade and source, what it does, and the way back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from simulator.answers.draws import drawable, unknown
from simulator.answers.missing import ANSWERS, lacking
from simulator.answers.paths import value_at
from simulator.answers.sizes import total_contributions
from simulator.answers.verdict import Effect
from simulator.report import names
from simulator.report.numbers import money
from simulator.scheme.provenance import Provenance
from simulator.scheme.units import format_money

from .. import parts, session, tornado
from ..essentials import FUND, Essential, essentials
from ..evidence import change_told, counts_line, numbers, range_told, source_told, value_told
from ..fields import value_field
from ..labels import GROUPS, explained, group, label
from ..question import fund_field
from ..session import View

FIRST = "essential"


def render(view: View) -> None:
    """A choice of group, the filter, and one row a value."""
    chosen, only = st.columns([5, 1.2], vertical_alignment="center")
    shelf = chosen.segmented_control(view.t("ui_groups"), (FIRST, *GROUPS, "changed"), default=FIRST,
                                     key=view.key("group"),
                                     format_func=lambda name: view.t(f"ui_of_{name}"), label_visibility="collapsed")
    assumed = only.checkbox(view.t("ui_only_assumed"), key="only-assumed")
    parts.note(counts_line(view))
    found = () if lacking(view.basis, ANSWERS) else tornado.of(view)
    if found is None:
        tornado.waiting(view, "ui_effect_wait")
    known = Influence.of(view, found or ())
    shown = [origin for origin in numbers(view.scenario).values() if _value(view, origin) is not None]
    if shelf in (None, FIRST):
        _essentials(view, shown, assumed, known)
    else:
        _shelf(view, [origin for origin in shown if not assumed or origin.grade == "A"], str(shelf), known)
    parts.note(view.t("ui_effect_how", paths=tornado.MOVED) if known.effects else "")
    heads, rows = listing(view, known)
    st.download_button(view.t("ui_csv"), parts.csv(heads, rows), f"{view.state.scenario}-values.csv", "text/csv",
                       on_click="ignore")


def _shelf(view: View, origins: list[Provenance], shelf: str, known: Influence) -> None:
    """Every number of a group, or those that were changed."""
    changed = dict(view.state.changes)
    chosen = [each for each in origins if (each.path in changed if shelf == "changed" else group(each.path) == shelf)]
    if not chosen:
        parts.note(view.t("ui_nothing_here"))
    for origin in chosen:
        _row(view, origin, known)


def _essentials(view: View, shown: list[Provenance], assumed: bool, known: Influence) -> None:
    """The few an analyst begins with, by whose they are; the others of a kind are folded below its row."""
    origins = {origin.path: origin for origin in shown}
    found: list[tuple[Essential, bool]] = []       # with whether all of its kind are shown
    for each in essentials(view.scenario, origins):
        left = [path for path in each.paths if not assumed or origins[path].grade == "A"]
        if left:
            found.append((Essential(each.name, left[0], tuple(left[1:])), len(left) == len(each.paths)))
    if not found:
        parts.note(view.t("ui_nothing_here"))
    for name in GROUPS:
        rows = [pair for pair in found if group(pair[0].path) == name]
        if rows:
            parts.heading(view.t(f"ui_of_{name}"), 3)
        for each, whole in rows:
            _kind(view, each, whole, origins, known)
    count = len(found)
    parts.note(view.t("ui_the_rest", shown=count, rest=len(origins) - count) if not assumed else "")


def _kind(view: View, each: Essential, whole: bool, origins: dict[str, Provenance], known: Influence) -> None:
    """The row of an essential parameter, and the fold with the others of its kind."""
    if each.name == FUND and each.others and whole:
        _fund_row(view, [origins[path] for path in each.paths])
        folded, said = each.paths, view.t("ui_each_contribution", n=len(each.paths))
    else:
        _row(view, origins[each.path], known)
        folded, said = each.others, view.t("ui_others", n=len(each.others))
    if folded:
        with st.expander(said):
            for path in folded:
                _row(view, origins[path], known)


def _value(view: View, origin: Provenance) -> Any:
    try:
        return value_at(view.scenario, origin.path)
    except (KeyError, AttributeError, IndexError, ValueError):
        return None


def _fund_row(view: View, members: list[Provenance]) -> None:
    """All contributions in one sum; another sum is divided as they are."""
    lang, before, now = view.lang, total_contributions(view.original), total_contributions(view.scenario)
    badges = " ".join(parts.badge(grade, lang) for grade in dict.fromkeys(each.grade for each in members))
    changed = before != now
    was = view.t("ui_was_sum", value=format_money(before, lang), change=change_told("money", before, now, lang))
    _drawn(view, view.t("ui_contributions", n=len(members)), badges, lambda: fund_field(view, "v-fund"),
           [was] if changed else [], "back-fund" if changed else "", [each.path for each in members])


def _row(view: View, origin: Provenance, known: Influence) -> None:
    """Name and grade, the field, then range, what the value does, source, and what was there before."""
    lang, changed = view.lang, origin.path in dict(view.state.changes)
    was = view.original.provenance.get(origin.path, origin)
    lines = [f"{view.t('grades_range')} {range_told(view.original, was, lang)}" if was.low is not None else "",
             known.told(view, was), parts.quoted(*source_told(was, lang))]
    if changed:
        lines.insert(0, _was(view, was))
    _drawn(view, label(view.scenario, origin.path, lang), parts.badge(origin.grade, lang),
           lambda: value_field(view, origin.path, origin.kind, view.t("ui_value"), f"v-{origin.path}",
                               help=explained(origin.path, lang) or None),
           lines, f"back-{origin.path}" if changed else "", [origin.path])


def _was(view: View, was: Provenance) -> str:
    """The scheme's own value and what it was moved by."""
    before, after = value_at(view.original, was.path), value_at(view.scenario, was.path)
    change = change_told(was.kind, before, after, view.lang) if before is not None else "—"
    return view.t("ui_was", value=value_told(view.original, was, view.lang), change=change,
                  grade=names.grade_word(was.grade, view.lang))


def _drawn(view: View, name: str, badges: str, draw_field: Callable[[], None], lines: list[str], back: str,
           paths: list[str]) -> None:
    """One row of the page; ``back`` is the key of the button that puts ``paths`` back, empty where nothing is to be."""
    title, field, about = st.columns([2.6, 1.3, 4.2], vertical_alignment="center")
    with title:
        parts.show(f'<p class="pf-note pf-value"><b>{parts.cell(name)}</b> {badges}</p>')
    with field:
        draw_field()
    with about:
        parts.note(*lines)
        if back:
            st.button(view.t("ui_put_back"), key=back, on_click=session.put, args=(view.state.without(paths),))


@dataclass(frozen=True)
class Influence:
    """What the ends of each unknown's range do to the answer, and how many values an unknown is told in."""

    effects: dict[str, Effect]
    members: Counter[str]

    @staticmethod
    def of(view: View, found: Sequence[Effect]) -> Influence:
        """Of the scheme as it is shipped; nothing where no source gives what an answer needs."""
        return Influence({unknown(each.path): each for each in found},
                         Counter(unknown(origin.path) for origin in drawable(view.basis)))

    def ends(self, path: str, lang: str) -> list[str]:
        """The change of the answer at the low and at the high end of a value's range; empty where there is none."""
        each = self.effects.get(unknown(path))
        ends = (each.low, each.high) if each else (None, None)
        return ["" if end is None else money(end, lang, sign=True) for end in ends]

    def told(self, view: View, was: Provenance) -> str:
        """The same as a sentence."""
        down, up = self.ends(was.path, view.lang)
        if not down or not up or was.low is None or was.high is None:
            return ""
        speaks = self.effects[unknown(was.path)].path
        if speaks != was.path:
            return view.t("ui_effect_with", of=label(view.original, speaks, view.lang), down=down, up=up)
        low, high = (value_told(view.original, was, view.lang, end) for end in (was.low, was.high))
        said = view.t("ui_effect", low=low, high=high, down=down, up=up)
        return view.t("ui_effect_all", told=said) if self.members[unknown(was.path)] > 1 else said


def listing(view: View, known: Influence | None = None) -> tuple[list[str], list[list[str]]]:
    """Every number with value, grade, range, source and note: heads and rows.

    Where ``known``, also what the range does, and what the number means.
    """
    lang = view.lang
    heads = ["grades_path", "grades_value", "grades_grade", "grades_range",
             *(("ui_at_low", "ui_at_high") if known else ()), "grades_source", "ui_note",
             *(("ui_meaning",) if known else ())]
    rows = [[label(view.scenario, path, lang), _told(view, origin), names.grade_word(origin.grade, lang),
             range_told(view.scenario, origin, lang), *(known.ends(path, lang) if known else ()),
             *source_told(origin, lang), *((explained(path, lang),) if known else ())]
            for path, origin in numbers(view.scenario).items()]
    return [view.t(key) for key in heads], rows


def _told(view: View, origin: Provenance) -> str:
    return "—" if _value(view, origin) is None else value_told(view.scenario, origin, view.lang)
