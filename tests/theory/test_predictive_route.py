"""From a tape to the predictive reserve as its users go: file, calibration, overlay, draws, engine.

Beside it the same posterior in numpy alone: hidden monthly factors, binomial defaults, no overlay, no engine. What is
compared is the chance of more defaults than a level, set of parameters by set, so that the sets' own spread cancels.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from simulator.answers.draws import draw_changes
from simulator.answers.predictive import peaks, pooled_quantile
from simulator.answers.variants import AMPLE
from simulator.calibrate import fit, overlay
from simulator.calibrate.fit import Calibration
from simulator.calibrate.tape import read_tape
from simulator.runs import simulate
from simulator.scheme import load, replace_values
from simulator.scheme.scenario import Scenario
from simulator.study import coverage
from tests.theory.agree import SCENARIOS, WAN, agrees, mean_z, scheme

SETS, PATHS, LOANS = 200, 40_000, 300
YEARS = 2_000                              # of the factors' paths behind each set's chances


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Calibration, Scenario]:
    """Seed 6 of the coverage study, all loans of one grade and sector, nothing recovered yet; laid over a pool."""
    folder = tmp_path_factory.mktemp("route")
    rows = [[row[0], "only", "", *row[3:10], "", "", ""] for row in coverage.tape_rows(coverage.drawn_truth(6), 6)]
    coverage.write_tape(folder / "tape.csv", rows)
    found = fit.calibrate(read_tape(folder / "tape.csv", ["only"]), seed=3)
    told = overlay.overlay(found, scheme("pool")).replace("extends: pool", f"extends: {SCENARIOS / 'pool.yaml'}")
    (folder / "overlay.yaml").write_text(told, "utf-8")
    return found, replace_values(load(folder / "overlay.yaml"), {"macro.step": "month", "book.loans": LOANS})


def chances(found: Calibration, levels: list[int]) -> np.ndarray:
    """Chance of more than each level in a year, by set: float64[sets, levels]; hazards by bisection."""
    random = np.random.default_rng(12)
    told = np.empty((SETS, len(levels)))
    drawn = [found[name].drawn[::len(found[name].drawn) // SETS] for name in ("pd.only", "loading", "persistence")]
    for k, (pd, loading, persistence) in enumerate(zip(*drawn, strict=True)):
        state = random.standard_normal((YEARS, 12))
        for t in range(1, 12):
            state[:, t] = persistence * state[:, t - 1] + math.sqrt(1.0 - persistence**2) * state[:, t]
        load_ = np.exp(loading * state - loading**2 / 2.0).mean(axis=1)
        low, high = 0.0, 5.0
        for _ in range(60):
            middle = (low + high) / 2.0
            low, high = (middle, high) if -np.expm1(-middle * load_).mean() < pd else (low, middle)
        told[k] = [stats.binom.sf(level, LOANS, -np.expm1(-low * load_)).mean() for level in levels]
    return told


def places(scenario: Scenario) -> list[int]:
    """Which of the joint draws each of the engine's sets is: they are used in random order."""
    told = scenario.posterior
    series = {(round(float(pd[:-1]) * 1e4), float(phi)): k for k, (pd, phi) in enumerate(
        zip(told["firms.grades.only.pd"], told["macro.persistence"], strict=True))}
    rows = draw_changes(scenario, SETS, 7)
    assert len(series) == SETS
    return [series[row["firms.grades.only.pd"], row["macro.persistence"]] for row in rows]


def test_the_products_predictive_reserve_is_the_posteriors(calibrated: tuple[Calibration, Scenario]) -> None:
    """200 joint draws, 200 paths each, engine seed 7; levels are exceeded about 10 and 1 % of the time."""
    found, scenario = calibrated
    lost = peaks(scenario, SETS, PATHS, 7, simulate) / (100 * WAN)
    assert np.array_equal(lost, np.rint(lost))
    reserve = pooled_quantile(lost, 0.99)
    levels = [int(np.quantile(lost, 0.9)), int(reserve.value)]
    expected = chances(found, levels)[places(scenario)]
    for n, level in enumerate(levels):
        gap = (lost > level).mean(axis=1) - expected[:, n]
        assert agrees(mean_z(f"more than {level} of {LOANS}", gap, 0.0))
    assert reserve.low <= reserve.value <= reserve.high
    still = replace_values(scenario, {f"pots.{name}.interest": 0 for name in scenario.pots})
    plug_in = simulate(still, paths=PATHS, seed=7, scale_ppm=AMPLE).column("claims_net_peak_fen") / (100 * WAN)
    print(f"\n99 % reserve: plug-in {np.quantile(plug_in, 0.99):.0f}, predictive {reserve.value:.0f}", end="")
    assert np.quantile(plug_in, 0.99) < reserve.low                        # knowing less asks for more
