"""The three numbers most cities have of their base year: amount, number of loans, balance at the year's end."""

from __future__ import annotations

import streamlit as st

from simulator.scheme import Scenario, ScenarioErrors
from simulator.scheme.units import UnitError, format_money, parse_money

from . import parts, work
from .fields import apply, as_set, unit, value_field, written
from .session import View

YEAR = 360                                 # days, as terms are counted


def section(view: View) -> None:
    """Mean size and, with the balance, the mean term follow from them; the scheme's terms can be put to that mean."""
    market = view.scenario.market
    if market is None:
        parts.note(view.t("ui_no_market"))
        return
    amount, count, balance = st.columns(3, vertical_alignment="bottom")
    with amount:
        value_field(view, "market.amount", "money", view.t("ui_base_amount"), "d-amount")
    with count:
        value_field(view, "market.count", "real", view.t("ui_base_count"), "d-count")
    with balance:
        typed = st.text_input(f"{view.t('ui_balance')} {unit('money', view.lang)}", key=view.key("d-balance"),
                              help=view.t("ui_balance_help"))
    if market.count > 0:
        parts.note(view.t("ui_mean_loan", size=format_money(market.amount / market.count, view.lang)))
    if typed.strip():
        _balance(view, typed, market.amount)


def _balance(view: View, typed: str, amount: int) -> None:
    """What a balance says of the terms: in a steady year it is the yearly amount times the mean term."""
    try:
        fen = parse_money(as_set("money", typed[:60], view.lang))
    except UnitError:
        fen = 0
    if fen <= 0 or amount <= 0:
        parts.note("✘ " + view.t("ui_balance_wrong", given=typed[:20]))
        return
    days, own = fen / amount * YEAR, mean_term(view.scenario)
    parts.note(view.t("ui_mean_term", days=f"{days:.0f}", own=f"{own:.0f}"))
    if round(days) != round(own):
        st.button(view.t("ui_mean_term_use", days=f"{days:.0f}"), key="d-use-term", on_click=_use,
                  args=(view, days / own))
    for said in st.session_state.pop("term-errors", []):
        parts.note("✘ " + said)


def mean_term(scenario: Scenario) -> float:
    """Days for which a loan runs, over the segments' terms; segments count alike."""
    means = [sum(term.days * term.weight for term in segment.terms) / sum(term.weight for term in segment.terms)
             for segment in scenario.segments.values()]
    return sum(means) / len(means)


def _use(view: View, times: float) -> None:
    """Every term of every segment by the same factor, to the day."""
    new = {f"segments.{name}.terms.{n}.days": written("days", max(1, round(term.days * times)))
           for name, segment in view.scenario.segments.items() for n, term in enumerate(segment.terms)}
    try:
        apply(view, new)
    except ScenarioErrors as mistakes:
        st.session_state["term-errors"] = [work.reason(each, view.lang) for each in mistakes.problems]
