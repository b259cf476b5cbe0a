"""追踪一次: one simulated programme step by step: its accounts, its claims, and the life of a loan with its sheet."""

from __future__ import annotations

import shlex

import streamlit as st

from simulator.engine.story.records import Loan
from simulator.report import log
from simulator.report.sheet import account_rows, claim_rows, due_rows, facts, log_rows, party_rows, proceeds
from simulator.runs.follow import Trace

from .. import parts, session, work
from ..session import View

SHOWN = 60                                 # rows of the log on the page; all are in its file


def render(view: View) -> None:
    """Which path, then its story."""
    with st.spinner(view.t("ui_finding_paths")):
        telling = work.telling(view.scenario, view.state.paths, view.state.seed)
    path = view.state.path if view.state.path >= 0 else telling["bad"]
    columns = st.columns([1, 1, 1, 1.2], vertical_alignment="bottom")
    for column, name in zip(columns, ("typical", "bad", "exhausted"), strict=False):
        column.button(view.t(f"ui_path_{name}"), key=f"path-{name}", disabled=name not in telling, width="stretch",
                      type="primary" if telling.get(name) == path else "secondary", on_click=session.turn,
                      kwargs={"path": telling.get(name, 0), "loan": -1})
    if "exhausted" not in telling:
        parts.note(view.t("ui_never_exhausted", paths=f"{view.state.paths:,}"))
    with columns[3]:
        _number(view, path)
    trace = work.traced(view.scenario, path, view.state.seed)
    _story(view, trace)
    _log(view, trace)
    _loan(view, trace)
    command = [*view.command("trace")]
    command = [word for n, word in enumerate(command) if word != "--paths" and command[n - 1] != "--paths"]
    command = [word for n, word in enumerate(command) if word != "--draws" and command[n - 1] != "--draws"]
    loan = ["--loan", str(view.state.loan)] if view.state.loan >= 0 else []
    st.code(shlex.join(["pledgefund", *command, "--path", str(path), *loan]), language=None, wrap_lines=True)


def _number(view: View, path: int) -> None:
    st.session_state["path-number"] = str(path)

    def typed() -> None:
        given = str(st.session_state["path-number"]).strip()
        if given.isdecimal() and len(given) < 10:
            session.turn(path=int(given), loan=-1)
        else:
            st.session_state["path-wrong"] = given

    st.text_input(view.t("ui_path_number"), key="path-number", on_change=typed)
    if "path-wrong" in st.session_state:
        parts.note("✘ " + view.t("ui_path_wrong", given=str(st.session_state.pop("path-wrong"))[:20]))


def _story(view: View, trace: Trace) -> None:
    story, lang = trace.story, view.lang
    parts.note(view.t("tr_summary", applications=sum(e.kind == "application" for e in story.events),
                      loans=len(story.loans), book=sum(loan.book for loan in story.loans),
                      defaults=sum(e.kind == "default" for e in story.events), claims=len(trace.claims())))
    parts.heading(view.t("tr_accounts"))
    heads, *rows = account_rows(trace, lang)
    parts.show(parts.table(heads, rows, "ll" + "r" * (len(heads) - 2)))
    st.download_button(view.t("ui_csv"), parts.csv(heads, rows), f"path-{trace.path}-accounts.csv", "text/csv",
                       key="csv-accounts", on_click="ignore")
    parts.heading(view.t("tr_claims"))
    if not trace.claims():
        parts.note(view.t("tr_no_claims"))
        return
    heads, *rows = claim_rows(trace, lang)
    parts.show(parts.table(heads, rows, "rll" + "r" * (len(heads) - 3)))
    st.download_button(view.t("ui_csv"), parts.csv(heads, rows), f"path-{trace.path}-claims.csv", "text/csv",
                       key="csv-claims", on_click="ignore")


def _log(view: View, trace: Trace) -> None:
    """What happened day by day: a choice of what, its first rows, and a file with everything."""
    parts.heading(view.t("tr_log"))
    kind = st.segmented_control(view.t("tr_log"), log.CHOICES, default=log.CHOICES[0], key=view.key("log-kind"),
                                format_func=lambda name: view.t(f"tr_log_{name}"), label_visibility="collapsed")
    heads, *rows = log.log_table(trace, view.lang, str(kind or log.CHOICES[0]))
    if rows:
        parts.show(parts.table(heads, rows[:SHOWN], "llrrlr"))
        parts.note(view.t("ui_log_first" if len(rows) > SHOWN else "ui_log_all_shown", n=f"{len(rows):,}", shown=SHOWN))
    else:
        parts.note(view.t("ui_log_none"))
    heads, *rows = log.log_table(trace, view.lang)
    st.download_button(view.t("ui_log_csv"), parts.csv(heads, rows), f"path-{trace.path}-log.csv", "text/csv",
                       key="csv-log", on_click="ignore")


def _loan(view: View, trace: Trace) -> None:
    """One loan's life; the first claim's where none is chosen."""
    if not trace.story.loans:
        return
    claimed = [claim.loan.number for claim in trace.claims()]
    numbers = [*claimed, *(loan.number for loan in trace.story.loans if loan.number not in set(claimed))]
    asked = view.state.loan
    if asked >= len(numbers):
        parts.note("✘ " + view.t("trace_no_such_loan", path=trace.path, loans=len(numbers), last=len(numbers) - 1))
    chosen = asked if 0 <= asked < len(numbers) else numbers[0]
    key = view.key("loan")
    st.session_state[key] = chosen

    def turned() -> None:
        if st.session_state[key] in numbers:
            session.turn(loan=st.session_state[key])

    st.selectbox(view.t("ui_loan"), numbers, key=key, on_change=turned,
                 format_func=lambda number: f"{number}{view.t('ui_with_claim') if number in claimed else ''}")
    loan = trace.loan(chosen)
    parts.heading(view.t("tr_life", loan=loan.number))
    heads = [view.t("ui_date"), view.t("ui_wan"), view.t("ui_event")]
    parts.show(parts.table(heads, list(log_rows(trace, loan, view.lang)), "lrl"))
    _sheet(view, trace, loan)


def _sheet(view: View, trace: Trace, loan: Loan) -> None:
    """The settlement sheet, where a claim arose."""
    if loan.claim is None:
        parts.note(view.t("tr_none"))
        return
    parts.heading(view.t("tr_sheet"))
    parts.note(*facts(trace, loan.claim, view.lang))
    heads, *rows = due_rows(trace, loan.claim, view.lang)
    parts.show(parts.table(heads, rows, "llrlrll"))
    heads, *rows = party_rows(trace, loan.claim, view.lang)
    parts.show(parts.table(heads, rows, "lrrrr", sums=1))
    parts.note(proceeds(trace, loan, view.lang))
