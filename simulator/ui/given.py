"""Figures that no source gives, given by the reader: the values that would stand in for them, and the way on."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from simulator.answers.missing import ANSWERS, lacking
from simulator.scheme.missing import standing_in

from . import parts, session
from .fields import value_field
from .labels import LACKS, label
from .session import View

IN_A_ROW = 3


def fill(view: View) -> None:
    """The values that stand in for each missing figure, as fields, and the button that takes them as given."""
    figures = lacking(view.scenario, ANSWERS)
    parts.heading(view.t("ui_given"))
    parts.note(view.t("ui_given_how"))
    for figure in figures:
        parts.heading(view.t(f"figure_{figure}"), 3)
        origins = standing_in(view.scenario.provenance, [figure])
        for at in range(0, len(origins), IN_A_ROW):
            for column, origin in zip(st.columns(IN_A_ROW), origins[at:at + IN_A_ROW], strict=False):
                with column:
                    value_field(view, origin.path, origin.kind, label(view.scenario, origin.path, view.lang),
                                f"given-{origin.path}")
    st.button(view.t("ui_given_go"), key="given-go", type="primary", on_click=_take, args=(figures,))


def _take(figures: Sequence[str]) -> None:
    """Onto the state of the moment: a figure typed just before the click is in it."""
    session.put(st.session_state["state"].changed({f"{LACKS}{figure}": "~" for figure in figures}))
