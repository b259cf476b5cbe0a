"""Fields for values of a scheme: what is typed is read as a scenario file would, mistakes stand below the field."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import streamlit as st

from simulator.answers.paths import value_at
from simulator.lang import text
from simulator.scheme import Scenario, ScenarioErrors
from simulator.scheme.units import exact_money

from . import parts, session, work
from .session import View

ECHO = 3.0                                 # seconds in which an old value may still come back
NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?")
# Kind → engine units in one unit of the field, in Chinese and in English; and how the field's unit is written.
UNITS: dict[str, tuple[int, int]] = {"money": (1_000_000, 100_000_000), "share": (10_000, 10_000), "days": (1, 1),
                                     "multiple": (1000, 1000), "count": (1, 1), "real": (1, 1)}


def shown(kind: str, value: float, lang: str) -> str:
    """An engine number as a plain number in the field's unit, exact."""
    if kind == "real":
        return repr(float(value)).removesuffix(".0")
    number = Decimal(int(value)) / UNITS[kind][lang == "en"]
    return f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"


def written(kind: str, value: float) -> str:
    """An engine number as ``--set`` takes it, exact."""
    if kind == "money":
        return exact_money(int(value))
    if kind == "days":
        return f"{int(value)} days"
    return shown(kind, value, "zh") + {"share": "%", "multiple": "x"}.get(kind, "")


def as_set(kind: str, typed: str, lang: str) -> str:
    """What was typed as ``--set`` takes it: a bare number is in the field's unit, anything else is as it stands."""
    said = typed.strip()
    number = said.replace(",", "")
    if not said or not NUMBER.fullmatch(said) or kind in ("count", "real") or number in ("+", "-"):
        return said or "?"
    if kind == "money":
        return f"{number} 万元" if lang == "zh" else f"{(Decimal(number) * 100).normalize():f} 万元"
    return number + {"share": "%", "days": " days", "multiple": "x"}[kind]


def unit(kind: str, lang: str) -> str:
    """The field's unit as it stands behind the label; plain numbers have none."""
    return "" if kind in ("count", "real") else text(f"ui_unit_{kind}", lang)


def apply(view: View, new: Mapping[str, str]) -> None:
    """Go on with these changes; a value that is the scenario's own again is no change. Raises ScenarioErrors."""
    state = st.session_state.get("state", view.state).changed(new)         # of the moment: others may have changed it
    changed = work.opened(state.scenario, state.changes)
    same = [path for path in new if _value(changed, path) == _value(view.original, path)]
    session.put(state.without(same))


def _value(scenario: Scenario, path: str) -> Any:
    try:
        return value_at(scenario, path)
    except (KeyError, AttributeError, IndexError, ValueError):
        return None


@dataclass
class Shown:
    """What a widget shows, what it showed before the server changed that, and when it did."""

    now: Any
    before: Any = None
    since: float = 0.0


def shown_now(key: str, now: Any) -> None:
    """Remember what a widget is given to show; where the reader gave it, the browser knows and nothing is pending."""
    kept: dict[str, Shown] = st.session_state.setdefault("shown", {})
    last = kept.get(key)
    if last is None or last.now != now:
        own = st.session_state.pop("given-by", None) == key
        kept[key] = Shown(now, None if last is None or own else last.now, time.monotonic())


def is_past(view: View) -> bool:
    """Whether a field is of a page that is gone: a browser may still send it when language or scheme are others."""
    now = st.session_state.get("state", view.state)
    return (now.lang, now.scenario) != (view.state.lang, view.state.scenario)


def is_echo(view: View, key: str, given: Any) -> bool:
    """Whether a browser only repeats what a widget showed before the server put another value there, as after an undo.

    A click that overtakes the new value brings the old one along. What the reader gives is told from it by its time.
    """
    if is_past(view):
        return True
    last = st.session_state.get("shown", {}).get(key)
    if last is not None and last.before == given and time.monotonic() - last.since < ECHO:
        last.before = None                 # given again, it is meant
        return True
    st.session_state["given-by"] = key
    return False


def typed_field(view: View, key: str, label: str, now: str, changes: Callable[[str], Mapping[str, str]],
                help: str | None = None) -> None:
    """A text field; ``changes`` makes of what is typed the values to set. After a mistake all is as it was."""
    key = view.key(key)
    errors: dict[str, tuple[str, list[str]]] = st.session_state.setdefault("errors", {})
    st.session_state[key] = errors[key][0] if key in errors else now
    shown_now(key, now)

    def entered() -> None:
        given = str(st.session_state[key])[:120]
        if is_echo(view, key, given):
            return
        errors.pop(key, None)
        try:
            apply(view, changes(given))
        except ScenarioErrors as mistakes:
            errors[key] = (given, list(dict.fromkeys(work.reason(each, view.lang) for each in mistakes.problems)))

    st.text_input(label, key=key, on_change=entered, help=help)
    if key in errors:
        parts.show("".join(f'<p class="pf-note" role="alert" style="color:#8a3c00">✘ {parts.cell(said)}</p>'
                           for said in errors[key][1]))


def value_field(view: View, path: str, kind: str, label: str, key: str, help: str | None = None,
                paths: tuple[str, ...] = ()) -> None:
    """A field for one value, or for several (``paths``) that are given the same one."""
    now = shown(kind, value_at(view.scenario, path), view.lang)
    typed_field(view, key, f"{label} {unit(kind, view.lang)}".strip(), now,
                lambda given: dict.fromkeys(paths or (path,), as_set(kind, given, view.lang)), help)
