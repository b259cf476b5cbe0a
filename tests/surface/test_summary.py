"""The table of a run: figures worked out by hand, both languages within the width of a terminal."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from simulator.engine.ledger import Column
from simulator.report.summary import render_run, run_json
from simulator.report.width import cells


def results() -> Any:
    """Four paths: claims of 0, 100, 200 and 300 万元, a ratio, a column of noughts and a day."""
    amounts = {"paid_fund_fen": [0, 100_000_000, 200_000_000, 300_000_000],
               "peak_use_ppm": [250_000, 250_000, 750_000, 750_000], "defaults": [0, 0, 0, 0],
               "exhausted_day": [-1, -1, -1, 700]}
    columns = [Column("paid_fund_fen", "fen", "sum"), Column("peak_use_ppm", "ppm", "max"),
               Column("defaults", "count", "sum"), Column("exhausted_day", "day", "first")]
    title = SimpleNamespace(zh="玩具方案", en="Toy")
    return SimpleNamespace(scenario=SimpleNamespace(id="toy", hash="0123456789abcdef", title=title),
                           seed=3, n=4, engine="loop", columns=columns,
                           column=lambda name: np.array(amounts[name], dtype=np.int64))


def test_statistics() -> None:
    found = run_json(results())
    stamp = {name: found[name] for name in ("scenario", "hash", "seed", "paths", "engine")}
    assert stamp == {"scenario": "toy", "hash": "0123456789abcdef", "seed": 3, "paths": 4, "engine": "loop"}
    assert "exhausted_day" not in found["columns"]
    paid = found["columns"]["paid_fund_fen"]
    # Mean 150 万元. Deviations of 150 and 50, twice each: variance 50,000/3, standard error its root over 2.
    assert paid["mean"] == 150_000_000
    assert paid["se"] == pytest.approx(1e6 * (50_000 / 3) ** 0.5 / 2)
    assert (paid["p5"], paid["p50"], paid["p95"]) == (0, 100_000_000, 300_000_000)
    assert found["columns"]["defaults"]["mean"] == 0


@pytest.mark.parametrize(
    ("lang", "title", "claims", "ratio"),
    [("zh", "玩具方案", "paid_fund (万元)  150.00  64.55  0.00  100.00  300.00", "peak_use (%)  50.00"),
     ("en", "Toy", "paid_fund (CNY m)  1.500  0.645  0.000  1.000  3.000", "peak_use (%)  50.00")],
)
def test_table(lang: str, title: str, claims: str, ratio: str) -> None:
    shown = render_run(results(), lang, "pledgefund run toy --paths 4 --seed 3")
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert lines[0].startswith(title)
    assert any(line == " ".join(claims.split()) for line in lines)
    assert any(line.startswith(" ".join(ratio.split())) for line in lines)
    assert "defaults" not in shown
    assert "pledgefund run toy --paths 4 --seed 3" in lines[-1]
    assert max(map(cells, shown.splitlines())) <= 96
