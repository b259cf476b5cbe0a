"""The frame of every page: navigation, language, runs, warnings of a link; and what is said when something breaks."""

from __future__ import annotations

import sys
import traceback
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

import streamlit as st

from simulator import __version__
from simulator.jit import compiled
from simulator.lang import text
from simulator.report import names
from simulator.scheme import ScenarioErrors
from simulator.scheme.loader import written_out

from . import frame, jobs, parts, session, work
from .session import View
from .state import PAGES, State, read

GROUPS = {"ask": ("answer", "scheme", "compare"), "deep": ("size", "stress", "trace"), "base": ("data", "evidence")}


def main() -> None:
    """Draw the page that the address asks for."""
    state, warned = session.current()
    st.set_page_config(page_title=text("ui_brand", state.lang), layout="wide", initial_sidebar_state="expanded")
    parts.style()
    frame.speak(state.lang)
    _sidebar(state)
    for each in warned:
        st.warning(each.render(state.lang))
    try:
        view = View(state, work.opened(state.scenario, state.changes))
        _head(view)
        compiling = st.empty()
        if not compiled():                 # the first thing a page works out waits for it
            compiling.info(text("cli_first_run", state.lang))
        import_module(f"simulator.ui.pages.{state.page}").render(view)
        compiling.empty()
    except ScenarioErrors as errors:
        st.error("\n\n".join(work.reason(problem, state.lang) for problem in errors.problems[:20]))
        st.button(text("ui_reset", state.lang), on_click=session.turn, kwargs={"changes": ()})
    except Exception:                      # a defect of ours: told plainly here, in full to whoever runs the server
        traceback.print_exc(file=sys.stderr)
        st.error(text("ui_defect", state.lang))


def _sidebar(state: State) -> None:
    lang = state.lang
    with st.sidebar:
        parts.show(f'<div class="pf-brand">{parts.cell(text("ui_brand", lang))}</div>')
        # Buttons have no state that a click which overtakes the switch could bring back.
        for column, (name, said) in zip(st.columns([1.1, 1, 1]), {"zh": "中文", "en": "EN"}.items(), strict=False):
            column.button(said, key=f"lang-{name}", type="primary" if name == lang else "secondary", width="stretch",
                          on_click=session.turn, kwargs={"lang": name})
        for group, pages in GROUPS.items():
            parts.show(f'<div class="pf-group">{parts.cell(text(f"ui_group_{group}", lang))}</div>')
            for page in pages:
                st.button(text(f"ui_page_{page}", lang), key=f"to-{page}", width="stretch",
                          type="primary" if page == state.page else "tertiary", on_click=session.turn,
                          kwargs={"page": page, "path": -1, "loan": -1})
        _runs(lang)


def _runs(lang: str) -> None:
    """Jobs with their names for people; a click goes back to what they answer."""
    found = jobs.every()[:8]
    if not found:
        return
    parts.show(f'<div class="pf-group">{parts.cell(text("ui_runs", lang))}</div>')
    for job in found:
        sign = {"running": "◔", "done": "✔", "failed": "✘", "cancelled": "–"}[job.state]
        begun = datetime.fromtimestamp(job.begun).strftime("%m-%d %H:%M")
        st.button(f"{sign} {job.titles.get(lang, job.name)} · {begun}", key=f"run-{job.name}", width="stretch",
                  type="tertiary", help=text(f"ui_job_{job.state}", lang), on_click=_open, args=(job,))


def _open(job: jobs.Job) -> None:
    state, _ = read(job.query)
    page = {"validate": "evidence", "sensitivity": "stress"}.get(job.name.partition("-")[0], "answer")
    session.put(replace(state, lang=st.session_state["state"].lang, page=page))


def _head(view: View) -> None:
    """Scenario, changes, undo, share: one row above every page."""
    rows = {Path(row["path"]).stem: row for row in work.scenarios(view.lang)}
    options = list(rows) + ([view.state.scenario] if view.state.scenario not in rows else [])

    def named(name: str) -> str:
        if name not in rows:
            return names.words(view.scenario.title, view.lang)
        group = rows[name]["group"]
        return (text(f"list_{group}", view.lang) + " · " if group else "") + rows[name]["title"]

    wide, undo, reset, share = st.columns([6, 1.1, 1.3, 1.3], vertical_alignment="bottom")
    with wide:
        key = view.key("scenario")
        st.session_state[key] = view.state.scenario
        st.selectbox(view.t("ui_scenario"), options, key=key, format_func=named, on_change=_scenario,
                     args=(key, options), label_visibility="collapsed")
    undo.button(view.t("ui_undo"), disabled=not session.can_undo(), on_click=session.undo, width="stretch")
    reset.button(view.t("ui_reset"), disabled=not view.state.changes, on_click=session.turn, kwargs={"changes": ()},
                 width="stretch")
    with share.popover(view.t("ui_share"), width="stretch"):
        _share(view)


def _scenario(key: str, options: list[str]) -> None:
    if st.session_state[key] in options:
        st.session_state["errors"] = {}
        session.turn(scenario=st.session_state[key], changes=(), path=-1, loan=-1)


def _share(view: View) -> None:
    """The link to this very page, the scenario as a file, and what a link holds."""
    from urllib.parse import urlencode

    query = [(key, value) for key, values in view.state.query().items() for value in values]
    parts.note(view.t("ui_share_how"))
    st.code("?" + urlencode(query), language=None, wrap_lines=True)
    st.download_button(view.t("ui_download_scenario"), scenario_file(view), f"{view.state.scenario}.yaml",
                       "application/yaml", on_click="ignore")
    parts.note(view.t("ui_version", version=__version__, hash=view.scenario.hash[:12]))


def scenario_file(view: View) -> bytes:
    """The scenario with its changes as one file that extends nothing."""
    from ruamel.yaml import YAML

    told = written_out(work.uploaded(view.state.scenario) or view.state.scenario, dict(view.state.changes))
    if view.state.changes:
        told["id"] = f"{view.scenario.id[:51]}-changed"
    out = BytesIO()
    yaml: Any = YAML(typ="safe", pure=True)
    yaml.allow_unicode, yaml.sort_base_mapping_type_on_output, yaml.width = True, False, 120
    yaml.dump(told, out)
    return out.getvalue()


assert {page for pages in GROUPS.values() for page in pages} == set(PAGES)
