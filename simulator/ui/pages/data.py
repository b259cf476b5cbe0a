"""数据: the numbers most cities have, typed in; a scheme, loans in force, a loan tape and what was observed, uploaded.

Files stay on this machine.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st

from simulator.calibrate import fit, overlay, table
from simulator.calibrate import tape as tapes
from simulator.calibrate.fit import Calibration
from simulator.report import names
from simulator.report.calibrate import estimates, understood
from simulator.scheme import notices

from .. import actuals, baseline, book, parts, session, work
from ..evidence import remark
from ..session import View


def render(view: View) -> None:
    """One section after another, each under its heading."""
    sections: list[tuple[str, Callable[[View], None]]] = [
        (view.t("ui_base_year", year=view.scenario.clock.base_year), baseline.section),
        (view.t("ui_own_scheme"), _own_scheme),
        (view.t("ui_book"), book.section),
        (view.t("ui_tape"), _tape),
        (view.t("act_title"), actuals.section)]
    parts.note(view.t("ui_stays_here"))
    for title, draw in sections:
        parts.heading(title)
        draw(view)


def _own_scheme(view: View) -> None:
    """The upload of a scenario file."""
    parts.note(view.t("ui_own_how"))
    file = st.file_uploader(view.t("ui_own_scheme"), type=["yaml", "yml"], key="upload", label_visibility="collapsed")
    if file is not None:
        _upload(view, file.getvalue())


def _tape(view: View) -> None:
    """A loan tape: the empty form, the upload, what it tells, and the scheme with its values."""
    parts.note(view.t("ui_tape_how"))
    with TemporaryDirectory() as folder:
        for kind in ("csv", "xlsx"):
            table.template(Path(folder) / f"tape.{kind}")
        empty = {kind: (Path(folder) / f"tape.{kind}").read_bytes() for kind in ("csv", "xlsx")}
    left, right, _ = st.columns([1, 1, 3])
    left.download_button(view.t("ui_tape_csv"), empty["csv"], "tape.csv", "text/csv", on_click="ignore")
    right.download_button(view.t("ui_tape_xlsx"), empty["xlsx"], "tape.xlsx", on_click="ignore")
    file = st.file_uploader(view.t("ui_tape"), type=["csv", "xlsx"], key="tape", label_visibility="collapsed")
    if file is not None:
        _calibrate(view, file.name, file.getvalue())


def _calibrate(view: View, name: str, data: bytes) -> None:
    """Estimates from a tape, worked out once for each tape and list of grades."""
    def make() -> Calibration:
        with TemporaryDirectory() as folder:
            file = Path(folder) / f"tape{Path(name).suffix.lower()}"
            file.write_bytes(data)
            return fit.calibrate(tapes.read_tape(file, grades), seed=view.state.seed)

    grades = list(view.scenario.firms.grades)
    try:
        with st.spinner(view.t("ui_tape_wait")):
            found = work.remembered(("tape", sha256(data).hexdigest(), *grades, view.state.seed), make)
    except table.TapeErrors as errors:
        st.error(view.t("ui_tape_wrong"))
        st.code(errors.render(view.lang, in_page=True), language=None, wrap_lines=True)
        return
    heads = view.t("cal_heads").split("|")
    parts.note(view.t("cal_title", loans=f"{len(found.tape.loans):,}", defaults=found.defaults,
                      years=f"{found.loan_years:,.0f}"))
    parts.show(parts.table(heads, estimates(found, view.lang), "lrrrrr"))
    parts.note(view.t("cal_naive", naive=f"{found.naive:.2%}"), *understood(found.tape, view.lang),
               *overlay.left_out(found, view.original, view.lang),
               "" if found.converged else view.t("cal_not_converged"))
    if view.state.scenario in work.names():
        told = overlay.overlay(found, view.original).encode()
        st.download_button(view.t("ui_download_scenario"), told, f"{view.state.scenario}-calibrated.yaml",
                           "application/yaml", key="tape-yaml", on_click="ignore")
        st.button(view.t("ui_use_it"), key="tape-use", type="primary", on_click=_use, args=(told,))


def _use(told: bytes) -> None:
    session.turn(scenario=work.keep_upload(told), changes=(), page="answer")


def _upload(view: View, data: bytes) -> None:
    """Every mistake with its line, or the way to the scheme."""
    name = actuals.kept(view, lambda: work.keep_upload(data), "ui_upload_wrong")
    if not name:
        return
    scenario = work.opened(name)
    st.success(view.t("ui_upload_right", title=names.words(scenario.title, view.lang)))
    if scenario.abstract:
        parts.note(view.t("ui_upload_abstract"))
        return
    parts.note(*(remark(view, problem) for problem in notices(scenario)))
    st.button(view.t("ui_use_it"), type="primary", on_click=session.turn,
              kwargs={"scenario": name, "changes": (), "page": "answer"})
