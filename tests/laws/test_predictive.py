"""The predictive reserve: pooled quantiles against formulas, draws of a posterior taken together, rows side by side."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import optimize, stats

from simulator.answers import predictive
from simulator.answers.draws import draw_changes, posterior_rows
from simulator.scheme import load
from simulator.scheme.posterior import joint
from simulator.study.criteria import Measured
from simulator.study.pooled import pooled

MINIMAL = Path(__file__).parents[1] / "scenarios" / "minimal.yaml"
OVERLAY = """schema: 1
id: read-back
extends: {base}
title: {{zh: 标定, en: calibrated}}
sources: {{tape: {{title: tape, date: 2020-06-01}}}}
firms:
  grades:
    good: {{pd: {{value: 2%, grade: C, source: tape, range: [1%, 4%]}}}}
macro:
  rho: {{value: 10%, grade: C, source: tape, range: [5%, 20%]}}
posterior:
  firms.grades.good.pd: [1%, 1.5%, 2%, 3%, 4%]
  macro.rho: [20%, 15%, 10%, 7%, 5%]
"""
TOGETHER = {(10_000, 200_000), (15_000, 150_000), (20_000, 100_000), (30_000, 70_000), (40_000, 50_000)}   # ppm


@pytest.fixture
def calibrated(tmp_path: Path) -> Path:
    path = tmp_path / "read-back.yaml"
    path.write_text(OVERLAY.format(base=MINIMAL), "utf-8")
    return path


def test_draws_of_a_posterior_stay_together(calibrated: Path) -> None:
    """13 draws of 5 joint ones: each comes up 2 or 3 times, none is mixed; assumed values vary beside them."""
    rows = draw_changes(load(calibrated), 13, seed=4)
    pairs = [(row["firms.grades.good.pd"], row["macro.rho"]) for row in rows]
    assert set(pairs) == TOGETHER
    assert sorted(pairs.count(pair) for pair in TOGETHER) == [2, 2, 3, 3, 3]
    assert len({row["market.trend"] for row in rows}) == 13


def test_a_value_set_by_hand_is_no_longer_calibrated(calibrated: Path) -> None:
    scenario = load(calibrated, set={"macro.rho": "12%"})
    assert set(joint(load(calibrated))) == {"firms.grades.good.pd", "macro.rho"}
    assert set(joint(scenario)) == {"firms.grades.good.pd"}
    assert all("macro.rho" not in row for row in draw_changes(scenario, 3, seed=4))


def test_order_is_random_and_fixed_by_the_seed() -> None:
    known = {"a": list(range(50))}
    one, again, other = (posterior_rows(known, 50, seed) for seed in (1, 1, 2))
    assert one == again != other
    assert sorted(row["a"] for row in one) == list(range(50))
    assert posterior_rows(known, 0, 1) == posterior_rows({}, 0, 1) == []


# --- pooled quantiles -----------------------------------------------------------------------------------

def mixture_quantile(level: float, spread: float) -> float:
    """Of a lognormal whose log mean is itself normal: log-variances add."""
    return float(np.exp(stats.norm.ppf(level) * np.sqrt(1.0 + spread**2)))


def test_pooled_quantile_is_that_of_the_mixture() -> None:
    """60 repetitions (seed 7) of 400 sets of 100 paths, log mean normal with sd .8: the mean within 4 SE of theory."""
    r = np.random.default_rng(7)
    found = [predictive.pooled_quantile(np.exp(0.8 * r.standard_normal((400, 1)) + r.standard_normal((400, 100))), 0.99)
             for _ in range(60)]
    values = np.array([one.value for one in found])
    error = values.std(ddof=1) / np.sqrt(60)
    assert error < 0.015 * values.mean()
    assert abs(values.mean() - mixture_quantile(0.99, 0.8)) < 4 * error
    assert np.mean([one.se for one in found]) == pytest.approx(values.std(ddof=1), rel=0.35)        # 60: SE 9 %
    assert values.mean() > 1.3 * np.exp(stats.norm.ppf(0.99))          # the plug-in quantile at the median parameter


def test_its_interval_covers_where_the_plain_one_does_not() -> None:
    """400 repetitions of 60 sets of 50 paths, seed 8: 95 % nominal, SE 1.1 points; bands of four SE.

    A reliable share of misses needs the spread between sets: the binomial interval of 3,000 free paths is too short."""
    r, true, hits, plain = np.random.default_rng(8), mixture_quantile(0.9, 1.0), 0, 0
    for _ in range(400):
        sample = np.exp(r.standard_normal((60, 1)) + r.standard_normal((60, 50)))
        found = predictive.pooled_quantile(sample, 0.9)
        hits += found.low <= true <= found.high
        ranks = stats.binom.ppf([0.025, 0.975], 3000, 0.9).astype(int)
        low, high = np.sort(sample.ravel())[ranks]
        plain += low <= true <= high
    assert 0.90 <= hits / 400 <= 0.99, hits
    assert plain / 400 < 0.80, plain


def test_what_a_sample_cannot_bound_is_open() -> None:
    found = predictive.pooled_quantile(np.array([[1.0, 2.0], [8.0, 9.0]]), 0.9)
    assert found.value == 9.0 and found.high == np.inf
    assert predictive.pooled_quantile(np.arange(5.0)[None], 0.5).low == -np.inf            # one set says nothing


# --- the runs behind it ----------------------------------------------------------------------------------

def test_every_set_has_its_own_paths_and_no_interest(calibrated: Path) -> None:
    """A stand-in for the engine: peak = PD of the good grade in ppm; each path is used once."""
    seen: list[int] = []

    def simulate(scenario: Any, paths: int, seed: int, scale_ppm: int, first_path: int) -> SimpleNamespace:
        assert all(pot.interest == 0 for pot in scenario.pots.values())
        assert scale_ppm > 1_000_000
        seen.extend(range(first_path, first_path + paths))
        return SimpleNamespace(column=lambda name: np.full(paths, float(scenario.firms.grades["good"].pd)))

    sample = predictive.peaks(load(calibrated), 10, 205, 3, simulate)
    assert sample.shape == (10, 21)
    assert sorted(seen) == list(range(210))
    assert sorted(sample[:, 0]) == sorted([*{pair[0] for pair in TOGETHER}] * 2)


def test_promises_of_a_pool_by_hand() -> None:
    """Two sets of 100 paths: 4 and 0 ran dry, 10 of 100 and 30 of 100 refused, 50 and 70 met the targets."""
    found = pooled([(4, 10.0, 100.0, 50), (0, 30.0, 100.0, 70)], 100)
    assert found["exhaustion"] == Measured(0.02, 200, pytest.approx(0.02))             # sd .0283 over √2
    assert found["refusal"].value == pytest.approx(0.2)
    assert found["refusal"].se == pytest.approx(0.1)
    assert found["targets"].value == pytest.approx(0.6)
    assert pooled([(0, 0.0, 0.0, 0)], 25)["refusal"].value == 0.0


def test_the_mixture_exceeds_the_plug_in_when_losses_are_convex_in_the_parameter() -> None:
    """Poisson(30 e^x), x normal of sd .5: exact 99 % quantile by integration against the pool of 300 sets of 60.

    n = 18,000, seed 11; the exact quantile must lie in a four-SE band, the plug-in one (Poisson 30) far below."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(64)
    weights = weights / weights.sum()

    def beyond(k: float) -> float:
        return float(weights @ stats.poisson.sf(k, 30.0 * np.exp(0.5 * nodes))) - 0.01

    true = np.ceil(optimize.brentq(beyond, 30, 400))
    r = np.random.default_rng(11)
    sample = r.poisson(30.0 * np.exp(0.5 * r.standard_normal((300, 1))), (300, 60)).astype(float)
    found = predictive.pooled_quantile(sample, 0.99)
    assert abs(found.value - true) <= 4 * found.se
    assert found.low > stats.poisson.ppf(0.99, 30)
