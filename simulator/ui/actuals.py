"""Observed loans, defaults, claims and recoveries by year, read from a table and set beside the simulated band.

All rows of a table are taken or none: every mistake is told with its row and column.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import streamlit as st

from simulator.answers.draws import patient
from simulator.lang import LANGUAGES, both
from simulator.report.numbers import money
from simulator.runs import simulate
from simulator.scheme import Problem, Scenario, ScenarioErrors
from simulator.scheme.tabular import Column, Row, Table, read_table

from . import draw, parts, work
from .session import View

# Measure → kind of its cells; the header is the measure's name in either language.
MEASURES = {"loans": "count", "lending": "money", "covered_loans": "count", "covered": "money", "defaults": "count",
            "claims": "money", "recovered": "money"}
LOW, HIGH = 0.05, 0.95                     # ends of the band
Band = Mapping[str, list[tuple[float, float, float]]]


@dataclass(frozen=True)
class Actuals:
    """What was observed: measure → year → value (fen or number)."""

    values: Mapping[str, Mapping[int, int]]


def columns() -> list[Column]:
    """The year and every measure, by their names in both languages."""
    return [Column("year", both("act_year"), "count", required=True),
            *(Column(key, both(f"act_{key}"), kind) for key, kind in MEASURES.items())]


def template(scenario: Scenario, lang: str, kind: str) -> bytes:
    """An empty table with a row for each simulated year: csv or xlsx."""
    side = LANGUAGES.index(lang)
    heads = [both("act_year")[side], *(both(f"act_{key}")[side] + ("(万元)" if unit == "money" else "")
                                       for key, unit in MEASURES.items())]
    years = window(scenario)
    if kind == "csv":
        out = io.StringIO(newline="")
        csv.writer(out).writerows([heads, *([year, *[""] * len(MEASURES)] for year in years)])
        return out.getvalue().encode("utf-8-sig")
    from openpyxl import Workbook

    book, file = Workbook(), io.BytesIO()
    book.active.append(heads)
    for year in years:
        book.active.append([year])
    book.save(file)
    return file.getvalue()


def window(scenario: Scenario) -> range:
    """The years of the programme; the run-off afterwards is no year."""
    first = scenario.clock.base_year + 1
    return range(first, first + -(-scenario.clock.months // 12))


def read(name: str, data: bytes, scenario: Scenario) -> Actuals:
    """The observed values of a file. Raises ScenarioErrors with every mistake; nothing is then taken."""
    problems: list[Problem] = []
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"actuals{Path(name).suffix.lower()}"
        file.write_bytes(data)
        table = read_table(file, columns(), problems)
    values = _values(table, scenario, problems) if table and "year" in table.headers else {}
    if problems:
        raise ScenarioErrors(problems)
    return Actuals({key: values[key] for key in MEASURES if key in values})


def _values(table: Table, scenario: Scenario, problems: list[Problem]) -> dict[str, dict[int, int]]:
    """Measure → year → value; what is wrong with a row is added to ``problems``."""
    values: dict[str, dict[int, int]] = {}
    seen: set[int] = set()
    for row in table.rows:
        year = _year(table, row, scenario, seen, problems)
        for column in columns()[1:]:
            value = table.value(row, column, problems)
            if value is not None and value < 0:
                problems.append(table.problem("act_negative", row.number, column.key, given=row.cells[column.key]))
            elif value is not None and year is not None:
                values.setdefault(column.key, {})[year] = int(value)
    if not problems and not values:
        problems.append(table.problem("act_nothing", table.rows[0].number))
    return values


def _year(table: Table, row: Row, scenario: Scenario, seen: set[int], problems: list[Problem]) -> int | None:
    """The year of a row, in the window and not there before; None where it is told as a problem."""
    if "year" not in row.cells:
        problems.append(table.problem("act_year_missing", row.number, "year"))
        return None
    year, span = table.value(row, columns()[0], problems), window(scenario)
    if year is None:
        return None
    if year in seen or year not in span:
        problems.append(table.problem("act_year_twice" if year in seen else "act_year_outside", row.number, "year",
                                      given=str(year), allowed=f"{span.start}–{span.stop - 1}"))
    seen.add(year)
    return int(year)


def band(scenario: Scenario, paths: int, seed: int) -> Band:
    """Low end, median and high end of each measure in each year of the programme."""
    run = work.remembered(("run", scenario.hash, paths, seed),
                          lambda: patient(simulate, scenario, paths=paths, seed=seed))
    return {key: [tuple(np.quantile(values[:, n], (LOW, 0.5, HIGH), method="inverted_cdf").tolist())
                  for n in range(len(window(scenario)))] for key, values in _by_year(run).items()}


def _by_year(run: Any) -> dict[str, np.ndarray]:
    """Each measure as [path, year]."""
    pots = run.tables.layout.pots
    nothing = np.zeros_like(run.year_column("loans"))
    return {"loans": run.year_column("loans"), "lending": run.year_column("disbursed_fen"),
            "covered_loans": run.year_column("covered_loans"), "covered": run.year_column("covered_loan_fen"),
            "defaults": run.year_column("covered_defaults"),
            "claims": sum((run.year_column(f"pot_paid_{pot}_fen") for pot in pots), nothing),
            "recovered": sum((run.year_column(f"refund_{pot}_fen") for pot in pots), nothing)}


# --- on the page -------------------------------------------------------------------------------

def section(view: View) -> None:
    """The empty table, the upload, and what it says."""
    parts.note(view.t("act_how"))
    left, right, _ = st.columns([1, 1, 3])
    for place, kind in ((left, "csv"), (right, "xlsx")):
        place.download_button(view.t(f"act_{kind}"), template(view.scenario, view.lang, kind), f"actuals.{kind}",
                              key=f"actuals-{kind}", on_click="ignore")
    file = st.file_uploader(view.t("act_title"), type=["csv", "xlsx"], key="actuals", label_visibility="collapsed")
    if file is None:
        return
    try:
        found = read(file.name, file.getvalue(), view.scenario)
    except ScenarioErrors as errors:
        st.error(view.t("act_wrong", n=len(errors.problems)))
        parts.show(mistakes(view, errors.problems))
        return
    _beside(view, found, sha256(file.getvalue()).hexdigest())


def kept(view: View, keep: Callable[[], str], wrong: str) -> str:
    """The name under which an upload is kept; what is wrong with it is shown under ``wrong``, and the name is empty."""
    try:
        return keep()
    except ScenarioErrors as errors:
        st.error(view.t(wrong, n=len(errors.problems)))
        parts.show(mistakes(view, errors.problems))
    except OSError:
        st.error(view.t("ui_unwritable"))
    return ""


def mistakes(view: View, problems: Sequence[Problem]) -> str:
    """Every mistake of a file with its place: HTML."""
    rows = [[f"{each.line}:{each.column}" if each.line else "", parts.quoted(each.path),
             work.reason(each, view.lang, in_file=True)] for each in problems]
    return parts.table([view.t("ui_line"), view.t("ui_place"), view.t("ui_mistake")], rows)


def _beside(view: View, found: Actuals, digest: str) -> None:
    simulated = band(view.scenario, view.state.paths, view.state.seed)
    rows, inside = table(view, found, simulated)
    parts.note(view.t("act_summary", n=len(rows), inside=inside))
    chosen = st.selectbox(view.t("act_chart"), list(found.values), key=view.key("actuals-measure"),
                          format_func=lambda key: view.t(f"act_{key}"))
    years = list(window(view.scenario))
    kind = MEASURES[chosen]
    scale = (1_000_000 if view.lang == "zh" else 100_000_000) if kind == "money" else 1
    words = {"observed": view.t("act_actual"), "median": view.t("act_median"), "band": view.t("act_band"),
             "y": f"{view.t(f'act_{chosen}')} {view.t('ui_unit_money') if kind == 'money' else ''}".strip()}
    heads = [view.t(f"act_{key}") for key in ("measure", "year", "actual", "median", "band", "where")]
    draw.show(view, lambda: draw.band(years, simulated[chosen], found.values[chosen], scale, words), "actuals",
              view.t("act_alt"), heads, rows, "lrrrrl", (digest, chosen))


def table(view: View, found: Actuals, simulated: Band) -> tuple[list[list[str]], int]:
    """A row a measure and year, and how many lie inside the band."""
    rows, inside, first = [], 0, window(view.scenario).start
    for key, values in found.values.items():
        for year, value in sorted(values.items()):
            low, middle, high = simulated[key][year - first]
            where = "below" if value < low else "above" if value > high else "inside"
            inside += where == "inside"
            rows.append([view.t(f"act_{key}"), str(year), _told(key, value, view.lang), _told(key, middle, view.lang),
                         f"{_told(key, low, view.lang)} – {_told(key, high, view.lang)}", view.t(f"act_{where}")])
    return rows, inside


def _told(key: str, value: float, lang: str) -> str:
    return money(value, lang, 3) if MEASURES[key] == "money" else f"{value:,.0f}"
