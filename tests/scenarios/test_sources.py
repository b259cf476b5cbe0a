"""scenarios/SOURCES.md is what the scenarios say, and leaves no clause and no figure of a source without its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.report import sources
from simulator.report.listing import listed
from simulator.scheme import load

TABLES = Path(__file__).parent
PAGE = TABLES.parents[1] / "scenarios" / "SOURCES.md"
CLAUSES, PRECEDENTS = sources.read(TABLES)
CLAUSE_ROWS = [(name, row["clause"], row["fact"]) for name, rows in CLAUSES.items() for row in rows]


def test_the_committed_page_is_fresh() -> None:
    assert PAGE.read_text("utf-8") == sources.render(CLAUSES, PRECEDENTS), "stale: run `make sources`"


def section(name: str) -> list[list[str]]:
    """The cells of a scenario's table, as the page has them."""
    text = PAGE.read_text("utf-8").split(f"\n### {name} · ")[1].split("\n### ")[0].split("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize(("name", "clause", "fact"), CLAUSE_ROWS)
def test_every_clause_has_a_value_or_waits_or_a_reason(name: str, clause: str, fact: str) -> None:
    rows = [row for row in section(name) if row[0] == clause and row[1] == fact.replace("|", "/")]
    assert rows
    for _, _, place, value, grade in rows:
        kept = place.startswith(("`", "waiting: `", "what-if `")) and grade in "SPMDAC"
        assert kept or (place == "left out" and len(value) > 20)


@pytest.mark.parametrize("name", PRECEDENTS)
def test_every_figure_is_on_the_page(name: str) -> None:
    told = {(row[0], row[1]) for row in section(name)}
    assert {(row["fact"], row["figure"]) for row in PRECEDENTS[name]} <= told


def test_every_document_and_precedent_has_its_section() -> None:
    own = [row["id"] for row in listed("en") if row["group"] in ("", "precedents")]
    for name in own:
        if load(name).id in {*CLAUSES, *PRECEDENTS}:
            assert section(name)
    assert {row["id"] for row in listed("en") if row["group"] == ""} == set(CLAUSES)


def test_citations_are_carried_and_sentences_are_not() -> None:
    page = PAGE.read_text("utf-8")
    for name in (*CLAUSES, *PRECEDENTS):
        scenario = load(name)
        for origin in scenario.provenance.values():
            if origin.source:
                assert origin.source.title in page
        for entry in scenario.pending.values():
            if isinstance(entry["note"], dict) and entry["note"].get("zh"):
                assert entry["note"]["zh"] not in page
