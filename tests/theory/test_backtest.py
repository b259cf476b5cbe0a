"""The backtest's measures on results made by hand, a small run of it, and its page."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from simulator.report.backtest import render
from simulator.scheme import load
from simulator.study import backtest

ROOT = Path(__file__).parents[2]
OUTCOMES = json.loads((ROOT / "scenarios" / "backtest" / "outcomes.json").read_text("utf-8"))


def results(years: dict[str, list[list[int]]], paths: dict[str, list[int]] | None = None,
            programmes: tuple[str, ...] = ()) -> Any:
    """Results with these yearly columns (the last year is the run-off) and these once-a-path columns."""
    return SimpleNamespace(
        n=len(next(iter(years.values()))), scenario=SimpleNamespace(programmes=dict.fromkeys(programmes)),
        year_column=lambda name: np.array(years[name]), column=lambda name: np.array((paths or {})[name]))


def test_subsidies_over_lending_leave_the_run_off_out() -> None:
    run = results({"subsidy_a_fen": [[1, 2, 90]], "subsidy_b_fen": [[0, 3, 90]], "disbursed_fen": [[100, 140, 0]]},
                  programmes=("a", "b"))
    assert backtest.subsidy_share(run) == pytest.approx([25_000])          # 6 of 240


def test_the_last_year_is_the_last_of_the_window() -> None:
    assert backtest.registered_last_year(results({"registered_fen": [[5, 7, 0], [6, 9, 1]]})).tolist() == [7, 9]


def test_claims_by_count_skip_paths_without_a_loan() -> None:
    _, measure = backtest.MEASURES["claims_by_count"]
    run = results({"covered_defaults": [[1, 1, 5], [0, 0, 0]], "covered_loans": [[40, 60, 0], [0, 0, 0]]})
    assert measure(run).tolist() == [20_000]                               # 2 of 100


def test_safe_multiple_is_lending_over_what_one_path_in_a_hundred_exceeds() -> None:
    peaks = list(range(1, 102))                                            # 99 % of the way from 1 to 101: 100
    run = results({"covered_fen": [[1500, 500, 0]] * 101}, {"claims_net_peak_fen": peaks})
    assert backtest.safe_multiple(run) == pytest.approx([20_000])          # 2,000 over 100, in thousandths


def test_inside_counts_the_ends_and_says_nothing_where_nothing_ran() -> None:
    def outcome(observed: float | str, band: tuple[float, float, float] | None) -> backtest.Outcome:
        return backtest.Outcome("x", "loans", "real", observed, band, band)
    assert outcome(3.0, (3.0, 4.0, 5.0)).inside is True
    assert outcome(5.1, (3.0, 4.0, 5.0)).inside is False
    assert outcome("1.7%", None).inside is None


def test_every_observation_has_a_measure_and_a_source() -> None:
    seen = 0
    for scenario in backtest.cases():
        for name, entry in scenario.observed.items():
            if name.startswith(backtest.OBSERVED):
                seen += 1
                kind, _ = backtest.MEASURES[name.removeprefix(backtest.OBSERVED)]
                assert backtest.PARSERS[kind](entry["value"]) > 0
            if name.startswith((backtest.OBSERVED, backtest.NOT_SIMULATED)):
                assert entry["grade"] in "PMD" and entry["source"] in scenario.sources
    assert seen == 9


def test_the_inputs_do_not_hold_the_outcome() -> None:
    """Zhongshan's amount of 2017 is asked of the base file's loan sizes, Dalian's of 2021 of the shipped scheme."""
    sizes, base = load("backtest-zhongshan-2017").segments["fund"].size, load("base").segments["fund"].size
    assert (sizes.median, sizes.sigma) == (base.median, base.sigma)
    dalian, shipped = (load(name).model_dump(exclude={"id", "title", "observed"})
                       for name in ("backtest-dalian", "dalian-2020"))
    assert dalian == shipped


def test_a_small_run() -> None:
    told: list[str] = []
    small = [load("backtest-zhongshan-2017"), load("backtest-haidian")]
    found = backtest.run(small, paths=20, draws=3, paths_per_draw=5, seed=3, workers=1, progress=told.append)
    assert told == ["backtest-zhongshan-2017", "backtest-haidian"]
    assert [(outcome.case, outcome.measure, outcome.inside is None) for outcome in found] == [
        ("backtest-zhongshan-2017", "disbursed", False), ("backtest-zhongshan-2017", "count", True),
        ("backtest-haidian", "safe_multiple", False)]
    amount = found[0]
    assert amount.observed == 377_000_000 * 100 and amount.luck and amount.band
    assert 73 * 1e8 < amount.luck[1] < 73 * 6e8                            # fen: 73 loans of 1 to 6 million yuan
    page = {lang: render(backtest.document(found, paths=20, draws=3, paths_per_draw=5, seed=3), lang)
            for lang in ("zh", "en")}
    assert "3.77 亿" in page["zh"] and "377 m" in page["en"] and "not simulated" in page["en"]
    again = backtest.run(small, paths=20, draws=3, paths_per_draw=5, seed=3, workers=2)
    assert again == found
    assert json.loads(json.dumps(backtest.document(found, seed=3)))["outcomes"][0]["inside"] == amount.inside


@pytest.mark.parametrize(("name", "lang"), [("backtest.md", "en"), ("backtest.zh.md", "zh")])
def test_the_committed_page_says_what_came_out(name: str, lang: str) -> None:
    assert (ROOT / "docs" / name).read_text("utf-8") == render(OUTCOMES, lang), "stale: run `make backtest`"


def test_the_page_tells_every_observation() -> None:
    told = [(row["case"], row["measure"]) for row in OUTCOMES["outcomes"]]
    wanted = [(scenario.id, name.removeprefix(start)) for scenario in backtest.cases() for name in scenario.observed
              for start in (backtest.OBSERVED, backtest.NOT_SIMULATED) if name.startswith(start)]
    assert sorted(told) == sorted(wanted) and len(told) == 10


def test_failures_are_told_as_failures() -> None:
    """A band that misses is written down as such, with the numbers that say by how much."""
    made_up = {"case": "backtest-dalian", "measure": "registered_last_year", "kind": "money", "observed": 1e11,
               "luck": [1e9, 2e9, 3e9], "band": [1e9, 2e10, 3e10], "inside": False}
    page = render({**OUTCOMES, "outcomes": [made_up]}, "en")
    assert "Of 1 quantities simulated, 0 lie inside." in page and "| no |" in page and "is 5 times the median" in page
