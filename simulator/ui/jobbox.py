"""A job on a page: begin it, watch it, stop it; what happened when it did not end well, and how to go on."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from simulator.jit import compiled
from simulator.lang import LANGUAGES, text
from simulator.report import names

from . import jobs, parts
from .labels import change
from .session import View

TITLE = 32                                 # characters of a scheme's title in the name of a job
EVERY = 2.0                                # seconds between looks


def titles(view: View, asked: str = "") -> dict[str, str]:
    """A job's name for people: scenario, what was changed, and what is asked where the name is to say it."""
    more = "…" if len(view.state.changes) > 2 else ""
    found = {}
    for lang in LANGUAGES:
        told = [" ".join(change(view.scenario, path, given, lang)) for path, given in view.state.changes[:2]]
        question = [text(asked, lang)] if asked else []
        title = names.words(view.scenario.title, lang)
        short = title if len(title) <= TITLE else title[:TITLE - 1] + "…"
        found[lang] = " · ".join([short, *question, *told]) + more
    return found


def begin(view: View, name: str, words: list[str], named: Mapping[str, str] | None = None) -> None:
    """Begin a job that nobody has begun; one that failed or was stopped waits for the viewer."""
    if jobs.find(name) is None:
        try:
            jobs.start(name, [*words, "--lang", view.lang], named or titles(view), view.state.query())
        except jobs.Busy:
            st.session_state["busy"] = True
        except OSError:
            st.session_state["unwritable"] = True


def job_box(view: View, name: str, words: list[str], said: str, why: str,
            named: Mapping[str, str] | None = None) -> None:
    """The job's state, with the buttons that make sense in it; ``named`` for people, where not by the scenario."""
    job = jobs.find(name)
    if job is not None and job.state == "running":
        _watch(view, name)
        return
    if st.session_state.pop("unwritable", False):
        st.error(view.t("ui_unwritable"))
    if st.session_state.pop("busy", False):
        st.info(view.t("ui_busy", most=jobs.MOST_RUNNING))
    if job is not None and job.state == "done":        # finished between the look at its results and this one
        st.rerun()
    if job is not None:
        killed = job.state == "failed" and not job.message.strip()
        st.warning(view.t("ui_job_killed" if killed else f"ui_job_{job.state}"))
        if job.state == "failed" and job.message:
            with st.expander(view.t("ui_job_messages")):
                st.code(job.message, language=None, wrap_lines=True)
    st.button(said, key=f"begin-{name}", type="primary", help=why, on_click=_start, args=(view, name, words, named))


def _start(view: View, name: str, words: list[str], named: Mapping[str, str] | None) -> None:
    try:
        jobs.start(name, [*words, "--lang", view.lang], named or titles(view), view.state.query())
    except jobs.Busy:
        st.session_state["busy"] = True
    except OSError:
        st.session_state["unwritable"] = True


@st.fragment(run_every=EVERY)
def _watch(view: View, name: str) -> None:
    job = jobs.find(name)
    if job is None or job.state != "running":
        st.rerun()
    left = "—" if job.left is None else view.t("cli_seconds", n=round(job.left)) if job.left < 90 else \
        view.t("cli_minutes", n=round(job.left / 60))
    bar, stop = st.columns([5, 1], vertical_alignment="center")
    bar.progress(job.share, text=view.t("ui_job_progress", share=round(job.share * 100), left=left))
    stop.button(view.t("ui_stop"), key=f"stop-{name}", on_click=jobs.cancel, args=(name,), width="stretch")
    if job.share == 0 and not compiled():
        parts.note(view.t("cli_first_run"))
