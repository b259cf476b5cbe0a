"""The precedents hold every figure of their sources; figures typed from the sources stand in precedents.yaml."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML

from simulator.report.listing import listed
from simulator.runs import simulate
from simulator.scheme import Scenario, load
from simulator.scheme.units import parse_days, parse_money, parse_multiple, parse_real, parse_share

FACTS: dict[str, list[dict[str, Any]]] = YAML(typ="safe").load(Path(__file__).with_name("precedents.yaml"))
ROWS = [pytest.param(name, row, id=f"{name}: {row['fact']}") for name, rows in FACTS.items() for row in rows]
VARIANTS = {"jiangsu-slices"}              # another reading of the figures of its base
UNITS = {"money": parse_money, "share": parse_share, "days": parse_days, "multiple": parse_multiple}
WAN = 1_000_000                            # fen in 万元
SPREAD = 0.7                               # of the loans of all precedents


def value_at(scenario: Scenario, path: str) -> Any:
    """The value a dotted path points to; ``.low`` and ``.high`` are the ends of a value's range."""
    end = path.rsplit(".", 1)[-1]
    if end in ("low", "high"):
        return getattr(scenario.provenance[path.removesuffix(f".{end}")], end)
    here: Any = scenario
    for key in path.split("."):
        here = here[int(key)] if isinstance(here, list) else here[key] if isinstance(here, dict) else getattr(here, key)
    return here.value if hasattr(here, "value") else here


def kind_of(scenario: Scenario, path: str) -> str:
    known = scenario.provenance.get(path.removesuffix(".high").removesuffix(".low"))
    return known.kind if known else "real"


def left_to_lender(scenario: Scenario, mode: str) -> int:
    """What the rows of the first step leave with the bank (ppm); of a payer's conditional rows only one holds."""
    shares = {row.payer: row.share for row in scenario.modes[mode].terms if row.step == 1}
    return 1_000_000 - sum(shares.values())


def touched(firms: int, loans: int) -> float:
    """Firms that so many loans, drawn at random from a pool, are expected to touch."""
    return firms * (1 - (1 - 1 / firms) ** loans)


def test_every_precedent_has_its_table() -> None:
    shipped = {row["id"] for row in listed("en") if row["group"] == "precedents"}
    assert shipped - VARIANTS == set(FACTS)


@pytest.mark.parametrize(("name", "row"), ROWS)
def test_figure(name: str, row: dict[str, Any]) -> None:
    scenario, at, figure = load(name), row["at"], row["figure"]
    if at.startswith("out_of_scope."):
        item = scenario.out_of_scope[int(at.removeprefix("out_of_scope."))]
        assert item.reason.zh and item.reason.en
        assert figure in ("all", "none") or figure.split(" ")[0].removesuffix("%") in item.fact
    elif at.startswith("pending."):
        entry = scenario.pending[at.removeprefix("pending.")]
        assert figure in str(entry["value"]) and entry["note"]["zh"] and entry["note"]["en"]
    elif at.startswith("lender."):
        assert left_to_lender(scenario, at.removeprefix("lender.")) == parse_share(figure)
    elif isinstance(value_at(scenario, at), str):
        assert value_at(scenario, at) == figure
    elif "drawn" in row:
        assert touched(value_at(scenario, at), row["drawn"]) == pytest.approx(float(figure), abs=0.5)
    elif "mean_of" in row:
        median = parse_money(figure) / row["mean_of"] / math.exp(SPREAD**2 / 2)
        assert value_at(scenario, at) == round(median / WAN) * WAN
    else:
        given = UNITS.get(kind_of(scenario, at), parse_real)(figure) * Fraction(str(row.get("times", 1)))
        given = given / row.get("over", 1)
        given = math.ceil(given) if kind_of(scenario, at) == "count" else given
        assert float(value_at(scenario, at)) == pytest.approx(float(given), rel=1e-3)


@pytest.mark.parametrize(("name", "row"), ROWS)
def test_a_figure_from_a_source_is_not_graded_as_assumed(name: str, row: dict[str, Any]) -> None:
    origin = load(name).provenance.get(row["at"].removesuffix(".high").removesuffix(".low"))
    if origin is not None and not row.get("assumed"):
        assert origin.grade in "PMD" and origin.source is not None, row["at"]


@pytest.mark.parametrize("name", [*FACTS, *VARIANTS])
def test_what_no_source_gives_has_a_range(name: str) -> None:
    scenario = load(name)
    for path, origin in scenario.provenance.items():
        if origin.grade == "A" and origin.kind != "text" and not path.startswith("pending."):
            assert origin.low is not None and origin.high is not None and origin.low < origin.high, path


@pytest.mark.parametrize("name", [*FACTS, *VARIANTS])
def test_an_assumed_volume_is_called_one(name: str) -> None:
    """Where no source gives a volume, the scenario says that totals are not evaluable."""
    scenario = load(name)
    assumed = scenario.provenance["segments.fund.loans_by_year.0"].grade == "A"
    assert assumed == ("volume" in scenario.not_evaluable)
    if assumed:
        assert "not evaluable" in scenario.not_evaluable["volume"].en
    assert scenario.market is None and list(scenario.segments) == ["fund"]


def test_short_names_load() -> None:
    assert load("zhongshan").id == "zhongshan"
    assert load("jiangsu-slices").modes.keys() == {"slices"}


@pytest.mark.parametrize("name", [*FACTS, *VARIANTS])
def test_both_engines_run_it_alike(name: str) -> None:
    scenario = load(name)
    fast, readable = (simulate(scenario, paths=1, seed=7, engine=engine) for engine in ("loop", "story"))
    assert np.array_equal(fast.year_table, readable.year_table)
    assert np.array_equal(fast.path_table, readable.path_table)
    assert fast.column("loans")[0] > 0


@pytest.mark.parametrize(("name", "loans"), [("qingdao", 177), ("chongqing", 3671)])
def test_a_volume_that_was_observed_comes_out(name: str, loans: int) -> None:
    """On average, within four standard errors; nothing in these schemes refuses many loans."""
    made = simulate(load(name), paths=400, seed=1).column("loans").astype(float)
    assert abs(made.mean() - loans) < 4 * made.std() / 20 + 0.02 * loans
