"""The reference pages: what is named exists, the table of decisions is the code's, the example loads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from simulator.chance.decisions import DECISIONS
from simulator.scheme import load

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = ["terms", "gate", "scenario", "collective", "chance", "book", "calibration", "coverage", "sensitivity"]


def page(name: str) -> str:
    return (DOCS / f"{name}.md").read_text("utf-8")


def readers() -> list[Path]:
    return [*ROOT.glob("*.md"), *DOCS.glob("*.md"), *(ROOT / "simulator").rglob("*.py")]


def test_every_page_that_is_mentioned_exists() -> None:
    named = {(path.relative_to(ROOT).as_posix(), name) for path in readers()
             for name in re.findall(r"\bdocs/([a-z_]+)", path.read_text("utf-8"))}
    assert named
    assert not [(where, name) for where, name in sorted(named) if not (DOCS / f"{name}.md").is_file()]


def test_pages_link_to_files_that_exist() -> None:
    for path in DOCS.glob("*.md"):
        content = path.read_text("utf-8")
        links = re.findall(r"\]\(([\w./-]+)\)", content)
        quoted = re.findall(r"`((?:simulator|tests|scenarios)/[\w./-]+\.(?:py|yaml))`", content)
        assert not [link for link in links if not (path.parent / link).is_file()], path.name
        assert not [name for name in quoted if not (ROOT / name).is_file()], path.name


@pytest.mark.parametrize("name", PAGES)
def test_page_is_short(name: str) -> None:
    lines = page(name).splitlines()
    assert len(lines) <= 120
    assert not [line for line in lines if len(line) > 130]


def test_decisions_are_those_of_the_code() -> None:
    rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            for line in page("chance").splitlines() if re.match(r"\| \d+ \|", line)]
    assert {row[1]: int(row[0]) for row in rows} == {name: one.number for name, one in DECISIONS.items()}
    assert len(rows) == len(DECISIONS)
    lanes = {row[1]: tuple("spare" if lane == "–" else lane for lane in row[3:]) for row in rows}
    for name, decision in DECISIONS.items():
        assert lanes[name] == decision.lanes, name


def test_example_of_the_scenario_page_loads(tmp_path: Path) -> None:
    (source,) = re.findall(r"```yaml\n(.*?)```", page("scenario"), flags=re.S)
    (tmp_path / "minimal.yaml").write_text((ROOT / "tests/scenarios/minimal.yaml").read_text("utf-8"), "utf-8")
    file = tmp_path / "small-city.yaml"
    file.write_text(source, "utf-8")
    scenario = load(file)
    assert list(scenario.modes) == ["alone"]
    assert list(scenario.payers) == ["fund"]
    assert scenario.modes["alone"].terms[0].share == 400_000
    assert scenario.pots["city"].contributors[0].amount == 30_000_000 * 100
    assert scenario.provenance["gate.loan_cap.small.1.value"].high == 12_000_000 * 100
    assert list(scenario.pending) == ["instalments"]
