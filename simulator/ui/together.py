"""For researchers: which unknowns matter when all of them move. Screening and parts of the variance, from a job."""

from __future__ import annotations

from functools import partial

import streamlit as st

from simulator.lang import text
from simulator.report import sensitivity as told
from simulator.report.numbers import money
from simulator.scheme import Scenario
from simulator.study.sensitivity import MEASURES, PATHS, SAMPLES, WALKS, Sensitivity

from . import draw, parts, work
from .jobbox import job_box, titles
from .labels import label
from .session import View

NAMED, DRAWN = 6, 30                       # points of the screening that are named, unknowns that are drawn at all
ALL_TABLE = 20                             # rows shown; the file to download has all


def render(view: View) -> None:
    """What the job has found, or the way to begin it."""
    name = job_of(view.scenario, view.state.seed)
    found = work.whole_sensitivity(name)
    if found is None:
        parts.note(view.t("ui_together_what", walks=WALKS, samples=SAMPLES, paths=PATHS))
        named = {lang: f"{text('ui_together_job', lang)} · {each}" for lang, each in titles(view).items()}
        job_box(view, name, view.command("sensitivity", draws=False, paths=False), view.t("ui_together_begin"),
                view.t("ui_together_why"), named)
        return
    measure = st.segmented_control(view.t("ui_measure"), MEASURES, default=MEASURES[0],
                                   key=view.key("together-measure"),
                                   format_func=lambda each: view.t(f"sens_{each}"), label_visibility="collapsed")
    _screen(view, found, measure or MEASURES[0])
    _shares(view, found, measure or MEASURES[0])
    parts.note(*told.notes(found, view.lang))
    st.code(view.reproduce("sensitivity", draws=False, paths=False), language=None, wrap_lines=True)


def job_of(scenario: Scenario, seed: int) -> str:
    """The name of the job: the same for whoever asks the same, and another where the command's defaults are others."""
    return f"sensitivity-{work.digest(scenario.hash, seed, PATHS, WALKS, SAMPLES)}"


def _screen(view: View, found: Sensitivity, measure: str) -> None:
    """Effect against its spread, one point an unknown; below, the same as a table."""
    parts.heading(view.t("ui_screen"), 3)
    name = partial(label, view.scenario, lang=view.lang)
    heads, *rows = told.screen_rows(found, view.scenario, measure, name, view.lang)
    order = sorted(found.screen, key=lambda each: -each.effects[measure].strength)[:DRAWN]
    points = [(each.effects[measure].strength, each.effects[measure].spread, row[0])
              for each, row in zip(order, rows, strict=False)]
    words = {"x": view.t("sens_strength"), "y": view.t("sens_spread"), "line": view.t("ui_screen_line")}
    figure = draw.scatter(points, NAMED, words, lambda fen: money(fen, view.lang))
    draw.show(view, figure, "screening", view.t("ui_screen_alt"), heads, rows[:ALL_TABLE], "llrrr", whole=rows)


def _shares(view: View, found: Sensitivity, measure: str) -> None:
    """The part of the variance with everything an unknown does together with others, with its interval."""
    parts.heading(view.t("ui_shares"), 3)
    name = partial(label, view.scenario, lang=view.lang)
    heads, *rows = told.share_rows(found, measure, name, view.lang)
    shares = [part for _, part in told.share_order(found, measure)]
    figure = draw.bars([row[0] for row in rows], [100 * part.total for part in shares], [row[1] for row in rows],
                       view.t("ui_shares_axis"), [(100 * part.total_low, 100 * part.total_high) for part in shares])
    draw.show(view, figure, "variance", view.t("ui_shares_alt"), heads, rows, "lrrrr")
