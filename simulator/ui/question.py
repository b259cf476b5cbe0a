"""The question of the first page: the numbers of the sentence to fill in, and the three assumptions that move most."""

from __future__ import annotations

from typing import Any

import streamlit as st

from simulator.answers.missing import ANSWERS, lacking
from simulator.answers.paths import value_at
from simulator.answers.sizes import SizeResult, total_contributions
from simulator.answers.verdict import Effect, moved
from simulator.report import names
from simulator.report.numbers import money
from simulator.report.size_text import elsewhere_steps
from simulator.scheme import Scenario, ScenarioErrors
from simulator.scheme.units import UnitError, exact_money, format_money, format_share, format_value, parse_money

from . import parts, tornado, work
from .actuals import window
from .fields import apply, as_set, is_echo, is_past, shown, shown_now, typed_field, unit, value_field, written
from .labels import label
from .session import View

MOST = 3
STEPS = 100


def sentence(view: View) -> parts.Html:
    """The question in words, each number with the grade of its evidence: HTML."""
    scenario, lang = view.scenario, view.lang
    asked: list[tuple[str, str]] = []      # message, and the path of the number in it
    for name, pot in list(scenario.pots.items())[:1]:
        asked.append((view.t("ui_say_fund", amount=format_money(total_contributions(scenario), lang)),
                      f"pots.{name}.contributors.0.amount"))
        if pot.leverage is not None:
            asked.append((view.t("ui_say_leverage", times=format_value("multiple", pot.leverage, lang)),
                          f"pots.{name}.leverage"))
    last = window(scenario)[-1]
    growth = [(name, goal) for name, goal in scenario.targets.items() if goal.growth is not None]
    for name, goal in growth[:1]:
        said = view.t("ui_say_growth", growth=format_share(goal.growth or 0), year=last)
        asked.append((said, f"targets.{name}.growth"))
    if scenario.market is not None:
        asked.append((view.t("ui_say_base", year=scenario.clock.base_year,
                             amount=format_money(scenario.market.amount, lang)), "market.amount"))
    told = []
    for said, path in asked:
        origin = scenario.provenance.get(path)
        told.append(parts.cell(said) + (parts.badge(origin.grade, lang) if origin else ""))
    return parts.Html(view.t("ui_say_join").join(told) + view.t("ui_say_end" if growth else "ui_say_enough"))


def question_fields(view: View) -> None:
    """The sentence, and below it what can be changed: fund, leverage, growth asked for, base, promises in one row."""
    scenario, t = view.scenario, view.t
    if scenario.pots:
        parts.note(sentence(view))
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
    key = view.key("q-reading")
    st.session_state[key] = view.scenario.targets[targets[0]].reading

    def chosen() -> None:
        if st.session_state[key] in options and not is_past(view):
            apply(view, {f"targets.{name}.reading": st.session_state[key] for name in targets})

    st.selectbox(view.t("ui_reading"), options, key=key, on_change=chosen,
                 format_func=lambda name: view.t(f"ans_reading_{name}"))


# --- sliders ------------------------------------------------------------------------------------

def sliders(view: View, size: SizeResult | None) -> None:
    """The unknowns that move the answer most, over their ranges; they are chosen on the scenario as it is shipped.

    Below each, the ``size`` needed at other values of it, once that is known.
    """
    if lacking(view.basis, ANSWERS):
        return
    parts.heading(view.t("ui_sliders"))
    found = tornado.of(view)
    if found is None:
        tornado.waiting(view, "ui_sliders_wait")
        return
    for column, effect in zip(st.columns(MOST), found[:MOST], strict=False):
        with column:
            _slider(view, effect)
            if size is not None:
                parts.note(_sizes(view, size, effect.path))


def _sizes(view: View, size: SizeResult, path: str) -> str:
    """The size needed along a slider, or why there is none."""
    if size.size_fen is None:
        return ""
    if path in dict(view.state.changes):
        return view.t("ui_slider_given")
    steps = elsewhere_steps(size, view.lang).get(path)
    return view.t("size_elsewhere", steps=steps) if steps else view.t("ui_slider_unsized")


def _slider(view: View, effect: Effect) -> None:
    path, origin = effect.path, view.basis.provenance[effect.path]
    if origin.low is None or origin.high is None:
        return
    now, kind = value_at(view.scenario, path), origin.kind
    low, high = min(origin.low, now), max(origin.high, now)
    options = sorted({*_rungs(kind, low, high), low, high, now, value_at(view.basis, path)})
    key = view.key(f"slide-{path}")
    st.session_state[key] = now
    shown_now(key, now)

    def slid() -> None:
        if is_echo(view, key, st.session_state[key]):
            return
        new = moved(view.basis, path, st.session_state[key])
        kinds = view.basis.provenance
        try:
            apply(view, {each: written(kinds[each].kind, value) for each, value in new.items()})
        except ScenarioErrors as mistakes:
            st.session_state["slide-errors"] = [work.reason(each, view.lang) for each in mistakes.problems]

    st.select_slider(f"{label(view.scenario, path, view.lang)} [{names.grade_word(origin.grade, view.lang)}]", options,
                     key=key, on_change=slid, format_func=lambda value: names.parameter_value(kind, value, view.lang),
                     help=names.words(origin.note, view.lang) or None)
    ends = {"low": (origin.low, effect.low, "down"), "high": (origin.high, effect.high, "up")}
    told = {end: names.parameter_value(kind, value, view.lang) for end, (value, _, _) in ends.items()}
    told |= {word: "—" if change is None else money(change, view.lang, sign=True) for _, change, word in ends.values()}
    parts.note(view.t("ui_effect", **told))
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
