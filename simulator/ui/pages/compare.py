"""对比: the scheme beside up to four others on the same luck, each difference with its error."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from simulator.answers import targets
from simulator.answers.draws import more_room
from simulator.answers.estimate import Estimate, mean_ci
from simulator.answers.measure import cost_of, net_claims, share
from simulator.answers.missing import ANSWERS, lacking
from simulator.answers.reserve import exhausted, refusal
from simulator.answers.rows import AnswerRow, Unit
from simulator.answers.variants import LEVERS, lever
from simulator.engine.demand import DominatingRateExceeded
from simulator.report.lines import money_cells, percent_cells, ratio_cells
from simulator.report.numbers import percent
from simulator.runs import simulate
from simulator.scheme import Scenario

from .. import parts, session, work
from ..session import View
from ..state import MOST_BESIDE, ORIGINAL

KINDS: dict[str, Unit] = {"exhaustion": "probability", "refusal": "probability", "cost": "fen", "claims": "fen",
                          "lending": "fen", "targets": "probability"}


def render(view: View) -> None:
    """What to compare with, then one table: each measure, its value and its difference."""
    if lacking(view.scenario, ANSWERS):
        parts.note(view.t("ui_compare_none"))
        return
    options = [*([ORIGINAL] if view.state.changes else []), *LEVERS, *work.names()]
    titles = _titles(view)
    key = view.key("beside")
    st.session_state[key] = [name for name in view.state.beside if name in options]
    st.multiselect(view.t("ui_beside", most=MOST_BESIDE), options, key=key, max_selections=MOST_BESIDE,
                   format_func=titles.__getitem__, placeholder=view.t("ui_choose"),
                   on_change=lambda: session.turn(beside=tuple(
                       name for name in st.session_state[key] if name in options)))
    chosen = [name for name in view.state.beside if name in options] or [name for name in LEVERS
                                                                        if lever(view.scenario, name) is not None]
    heads, rows, notes = table(view, chosen, titles)
    shown = stacked(heads, rows)
    parts.show(parts.table(*shown, "l" + "r" * (len(shown[0]) - 1)))
    parts.note(*notes, view.t("ui_compare_how", paths=f"{view.state.paths:,}", seed=view.state.seed))
    st.download_button(view.t("ui_csv"), parts.csv(heads, rows), f"{view.state.scenario}-compare.csv", "text/csv",
                       on_click="ignore")


def _titles(view: View) -> dict[str, str]:
    from pathlib import Path

    found = {Path(row["path"]).stem: row["title"] for row in work.scenarios(view.lang)}
    return found | {name: view.t(f"ans_lever_{name}") for name in LEVERS} | {ORIGINAL: view.t("ui_original")}


def variant(view: View, name: str) -> Scenario | None:
    """The scenario behind a name: without the changes, with a lever moved, or another one."""
    if name == ORIGINAL:
        return view.original
    return lever(view.scenario, name) if name in LEVERS else work.opened(name)


def table(view: View, chosen: list[str], titles: dict[str, str]) -> tuple[list[str], list[list[str]], list[str]]:
    """Heads, rows and notes of the comparison."""
    heads, notes = [view.t("ui_measure"), view.t("ui_this")], []
    others = {}
    for name in chosen:
        scenario = variant(view, name)
        if scenario is None or lacking(scenario, ANSWERS):
            notes.append(view.t("ui_beside_none", title=titles[name]))
        else:
            others[name] = scenario
    base, *runs = _runs(view, [view.scenario, *others.values()])
    rows = [[view.t(f"ui_of_run_{key}"), _shown(view, key, value)] for key, value in base.values.items()]
    for name, run in zip(others, runs, strict=True):
        heads += [titles[name], view.t("ui_difference")]
        for key, row in zip(base.values, rows, strict=True):
            gap = _told(view, key, _difference(base, run, key))
            row += [_shown(view, key, run.values[key]) if key in run.values else "—", gap]
        if not np.array_equal(base.applied, run.applied):
            notes.append(view.t("ui_other_firms", title=titles[name]))
    return heads, rows, notes


def stacked(heads: list[str], rows: list[list[str]]) -> tuple[list[str], list[list[object]]]:
    """Each difference under its value instead of beside it: five columns fit a laptop."""
    shown: list[list[object]] = []
    for row in rows:
        pairs = [parts.Html(f"{parts.cell(value)}<br><small>{parts.cell(gap)}</small>")
                 for value, gap in zip(row[2::2], row[3::2], strict=True)]
        shown.append([*row[:2], *pairs])
    return [*heads[:2], *heads[2::2]], shown


@dataclass(frozen=True)
class Outcome:
    """What is compared of a run, which itself is too large to be kept for every scheme somebody compares.

    ``values`` are the measures; ``by_path`` float64[paths] each of them path by path, of a share refused its
    linearised values; ``applied`` the amounts applied for, which tell whether firms and luck are the same.
    """

    values: dict[str, Estimate]
    by_path: dict[str, np.ndarray]
    applied: np.ndarray

    @staticmethod
    def of(scenario: Scenario, paths: int, seed: int) -> Outcome:
        """Of a scheme's own run."""
        run = simulate(scenario, paths=paths, seed=seed)
        by_path = {key: np.array(each, float) for key, each in _measures(run)}      # copies: the run's tables go
        values = {key: refusal(run) if key == "refusal" else share(each > 0) if KINDS[key] == "probability"
                  else mean_ci(each) for key, each in by_path.items()}
        return Outcome(values, by_path, np.array(run.column("applied_fen")))


def _runs(view: View, scenarios: list[Scenario]) -> list[Outcome]:
    """All on the same luck: where one needs a higher dominating rate of applications, all get it."""
    state = view.state
    for _ in range(4):
        try:
            return [work.remembered(("compared", each.hash, state.paths, state.seed),
                                    partial(Outcome.of, each, state.paths, state.seed)) for each in scenarios]
        except DominatingRateExceeded as exceeded:
            scenarios = [more_room(each, exceeded) for each in scenarios]
    return [Outcome.of(each, state.paths, state.seed) for each in scenarios]


def _measures(run: Any) -> Iterator[tuple[str, np.ndarray]]:
    """Each measure path by path."""
    yield "exhaustion", exhausted(run).astype(float)
    yield "refusal", _refused(run)
    yield "cost", cost_of(run)
    yield "claims", net_claims(run)
    yield "lending", run.column("disbursed_fen")
    met = targets.jointly(targets.evaluate_all(run))
    if met is not None:
        yield "targets", met.astype(float)


def _difference(base: Outcome, run: Outcome, key: str) -> Estimate | None:
    """Difference on the same paths; None where one of both cannot be judged."""
    before, after = base.by_path.get(key), run.by_path.get(key)
    return None if before is None or after is None else mean_ci(after - before)


def _refused(run: Any) -> Any:
    """Values by path whose mean is the share refused, linearised: a ratio of sums has no value on one path."""
    refused, asked = run.column("refused_fund_fen"), run.column("eligible_approved_fen")
    if not asked.any():
        return np.zeros(run.n)
    ratio = refused.sum() / asked.sum()
    return ratio + (refused - ratio * asked) / asked.mean()


def _row(key: str, found: Estimate) -> AnswerRow:
    return AnswerRow(0, key, "", found.value, found.se, found.low, found.high, unit=KINDS[key], n=found.n)


def _shown(view: View, key: str, found: Estimate) -> str:
    row = _row(key, found)
    cells = ratio_cells if key == "refusal" else percent_cells if KINDS[key] == "probability" else money_cells
    return cells(row, view.lang)[0]


def _told(view: View, key: str, gap: Estimate | None) -> str:
    """A difference with its interval, and whether it is more than luck."""
    if gap is None:
        return "—"
    beyond = view.t("ui_beyond" if gap.low > 0 or gap.high < 0 else "ui_within")
    if KINDS[key] == "fen":
        value, error, _ = money_cells(_row(key, gap), view.lang, sign=True)
        return f"{value} ({error}) {beyond}"

    def points(share_: float) -> str:
        return ("+" if share_ > 0 else "") + percent(share_).replace("%", "")

    return view.t("ui_points", value=points(gap.value), low=points(gap.low), high=points(gap.high)) + f" {beyond}"


