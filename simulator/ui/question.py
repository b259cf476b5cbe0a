"""The question of the first page: the numbers of the sentence to fill in, and the three assumptions that move most."""

from __future__ import annotations

from typing import Any

import streamlit as st

from simulator.answers.missing import ANSWERS, lacking
from simulator.answers.paths import value_at
from simulator.answers.sizes import total_contributions
from simulator.answers.verdict import moved
from simulator.report import names
from simulator.report.numbers import money
from simulator.scheme import Scenario, ScenarioErrors
from simulator.scheme.units import UnitError, exact_money, parse_money

from . import parts, work
from .fields import apply, as_set, shown, typed_field, unit, value_field, written
from .labels import label
from .session import View

MOST = 3
STEPS = 100


def question_fields(view: View) -> None:
    """Fund, leverage, growth asked for, base, promises: one row."""
    scenario, t = view.scenario, view.t
    leverage = tuple(f"pots.{name}.leverage" for name, pot in scenario.pots.items() if pot.leverage is not None)
    growth = tuple(f"targets.{name}.growth" for name, goal in scenario.targets.items() if goal.growth is not None)
    fields: list[Any] = [(1.2, lambda: fund_field(view, "q-fund"))] if scenario.pots else []
    if leverage:
        fields.append((1, lambda: value_field(view, leverage[0], "multiple", t("ui_leverage"), "q-leverage",
                                              paths=leverage)))
    if growth:
        fields.append((1.2, lambda: value_field(view, growth[0], "share", t("ui_growth"), "q-growth", paths=growth,
                                                help=t("ui_growth_help"))))
    if scenario.market is not None:
        fields.append((1.2, lambda: value_field(view, "market.amount", "money",
                                                t("ui_base", year=scenario.clock.base_year), "q-base")))
    fields += [(1, lambda name=name: value_field(view, f"sizing.{name}", "share", t(f"ui_ask_for_{name}"), f"q-{name}"))
               for name in ("exhaustion", "refusal", "targets")]
    readings = [name for name, goal in scenario.targets.items() if goal.kind == "growth"]
    if readings:
        fields.append((1.3, lambda: _reading(view, readings)))
    for column, (_, draw) in zip(st.columns([width for width, _ in fields]), fields,
                                 strict=True):
        with column:
            draw()


def fund_field(view: View, key: str) -> None:
    """The pots' money in one sum; another sum is divided as the contributions are."""
    total = total_contributions(view.scenario)
    typed_field(view, key, f"{view.t('ui_fund')} {unit('money', view.lang)}", shown("money", total, view.lang),
                lambda given: _contributions(view.original, as_set("money", given, view.lang)), view.t("ui_fund_help"))


def _contributions(scenario: Scenario, given: str) -> dict[str, str]:
    """Every contribution in proportion, to the fen; what cannot be read is left to the reader of scenarios."""
    places = [f"pots.{name}.contributors.{i}{end}.amount" for name, pot in scenario.pots.items()
              for i, part in enumerate(pot.contributors) for end in ("", *([".match"] if part.match else []))]
    try:
        wanted = parse_money(given)
    except UnitError:
        return {places[0]: given}
    amounts, total = [value_at(scenario, place) for place in places], total_contributions(scenario)
    if total == 0:
        return {places[0]: exact_money(wanted)}
    parts_ = [amount * wanted // total for amount in amounts]
    parts_[-1] += wanted - sum(parts_)
    return {place: exact_money(part) for place, part in zip(places, parts_, strict=True)}


def _reading(view: View, targets: list[str]) -> None:
    """How 年均增幅 is read."""
    options = ("cagr", "path", "every_year", "mean_yoy")
    st.session_state["q-reading"] = view.scenario.targets[targets[0]].reading

    def chosen() -> None:
        apply(view, {f"targets.{name}.reading": st.session_state["q-reading"] for name in targets})

    st.selectbox(view.t("ui_reading"), options, key="q-reading", on_change=chosen,
                 format_func=lambda name: view.t(f"ans_reading_{name}"))


# --- sliders ------------------------------------------------------------------------------------

def sliders(view: View) -> None:
    """The unknowns that move the answer most, over their ranges; they are chosen on the scenario as it is shipped."""
    if lacking(view.original, ANSWERS):
        return
    parts.heading(view.t("ui_sliders"))
    with st.spinner(view.t("ui_sliders_wait")):
        found = work.strongest(view.original, view.state.seed)[:MOST]
    for column, (path, swing) in zip(st.columns(MOST), found, strict=False):
        with column:
            _slider(view, path, swing)


def _slider(view: View, path: str, swing: float) -> None:
    origin = view.original.provenance[path]
    if origin.low is None or origin.high is None:
        return
    now, kind = value_at(view.scenario, path), origin.kind
    low, high = min(origin.low, now), max(origin.high, now)
    options = sorted({*_rungs(kind, low, high), low, high, now, value_at(view.original, path)})
    key = f"slide-{path}"
    st.session_state[key] = now

    def slid() -> None:
        new = moved(view.original, path, st.session_state[key])
        kinds = view.original.provenance
        try:
            apply(view, {each: written(kinds[each].kind, value) for each, value in new.items()})
        except ScenarioErrors as mistakes:
            st.session_state["slide-errors"] = [work.reason(each, view.lang) for each in mistakes.problems]

    st.select_slider(f"{label(view.scenario, path, view.lang)} [{names.grade_word(origin.grade, view.lang)}]", options,
                     key=key, on_change=slid, format_func=lambda value: names.parameter_value(kind, value, view.lang),
                     help=names.words(origin.note, view.lang) or None)
    parts.note(view.t("ui_swing", swing=money(swing, view.lang)))
    for said in st.session_state.pop("slide-errors", []):
        parts.note("✘ " + said)


def _rungs(kind: str, low: float, high: float) -> list[Any]:
    """Round values in the field's unit between both ends."""
    from math import floor, log10

    if high <= low:
        return []
    unit_ = 1_000_000 if kind == "money" else 10_000 if kind == "share" else 1
    rough = (high - low) / unit_ / STEPS * 2
    step = 10.0 ** floor(log10(rough))
    step = next(step * times for times in (1, 2, 5, 10) if step * times >= rough) * unit_
    values = [step * n for n in range(int(low // step) + 1, int(high // step) + 1)]
    return [value if kind == "real" else round(value) for value in values]
