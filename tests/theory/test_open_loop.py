"""Claims without feedback, against theory that needs no factors, against the engine, and when they do not hold."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy import stats

from simulator.answers.closed_forms import link_pool, link_strength, pmf_quantile, pool_distribution
from simulator.answers.open_loop import claims, factors, total
from simulator.answers.open_loop.intensity import decay
from simulator.answers.open_loop.pilot import tail_of
from simulator.answers.open_loop.sheet import claims_sheet, simulated
from simulator.engine.tables import compile_scheme
from simulator.scheme import load, replace_values
from simulator.scheme.scenario import Scenario
from tests.theory.agree import assert_mean, assert_variance, run, scheme


@cache
def pool() -> Scenario:
    """A fixed book of one-year loans on a yearly step: claims are a binomial mixed over one factor."""
    return scheme("pool", firms__grades__only__pd=30_000, book__loans=500)


def test_a_fixed_book_has_the_mixed_binomial_of_vasicek() -> None:
    """500 equal loans, PD 3 %: the number of claims by quadrature over the factor, 512 Sobol points here."""
    scenario = pool()
    tables = compile_scheme(scenario)
    paid = total.totals(tables, 4096, measures=("paid",), grid=2048)["paid"]
    law = pool_distribution(500, 0.03, scenario.macro.rho / 1e6)
    numbers = np.arange(501)
    loan = float(law @ numbers)
    unit = paid.mean / loan
    sd = float(np.sqrt(law @ numbers**2 - loan**2))
    assert paid.mean == pytest.approx(500 * 0.03 * unit, rel=1e-9)
    assert paid.sd / unit == pytest.approx(sd, rel=5e-3)
    for level in (0.9, 0.99):
        assert paid.quantile(level) / unit == pytest.approx(pmf_quantile(law, level), abs=1.0)


def test_arrivals_with_constant_hazard_are_compound_poisson() -> None:
    """No correlation, no mixing: the mean equals the variance over the mean square of a claim (marked Poisson)."""
    scenario = replace_values(load("liaoning-2021"), {"macro.rho": 0, "segments.fund.dispersion": 1e6})
    tables = compile_scheme(scenario)
    problem = total.problems(tables, claims.sobol_times(tables, 64, 1), 1)["paid"]
    sizes = np.concatenate([s.sizes for s in problem.streams])
    weights = np.concatenate([s.weights * s.full.mean() for s in problem.streams])
    whole = [total.Pots(1.0, 1, 0.0, 0)]
    d = total.distribution(replace(problem, pots=whole))
    assert d.mean == pytest.approx(float(weights @ sizes), rel=1e-3)
    assert d.sd**2 == pytest.approx(float(weights @ sizes**2), rel=5e-3)
    assert float(d.pmf @ np.arange(len(d.pmf))) * d.step == pytest.approx(d.mean, rel=1e-6)


def test_the_paths_have_the_covariance_of_the_process() -> None:
    """Principal components rebuild persistence ** lag exactly."""
    plan = factors.plan(24, 1, 0.9, np.array([[0.6, 0.8]]), np.vstack([np.zeros(24), np.full(24, np.inf)]))
    got = plan.components.T @ plan.components
    lags = np.abs(np.subtract.outer(np.arange(24), np.arange(24)))
    np.testing.assert_allclose(got, 0.9**lags, atol=1e-10)


@pytest.mark.parametrize("measure", ["paid", "window", "net"])
def test_the_engine_agrees_on_liaoning(measure: str) -> None:
    """2,000 paths, seed 77; |z| < 4 on mean and variance."""
    theory = total.totals(compile_scheme(load("liaoning-2021")), 2048)[measure]
    sample = simulated(liaoning(), measure) / 1e6
    assert_mean(f"Liaoning {measure}", sample, theory.mean / 1e6)
    assert_variance(f"Liaoning {measure}", sample, (theory.sd / 1e6)**2)


@cache
def liaoning() -> object:
    return run(load("liaoning-2021"), 2_000, 77)


def test_it_holds_on_liaoning_and_not_on_dalian_where_all_lending_is_eligible() -> None:
    """Dalian with an eligible share of 100 %: cover outgrows ten times the fund."""
    assert claims_sheet(load("liaoning-2021")).valid
    dalian = claims_sheet(load("dalian-2020", set={"market.eligible_share": "100%"}))
    assert not dalian.valid
    assert "leverage" in [reason.code for reason in dalian.reasons]


def test_rare_events_agree_with_many_plain_points() -> None:
    """Importance sampling, 16 × 256 points, against 8 scrambles of 2,048 plain points: within 4 SE."""
    tables = compile_scheme(load("liaoning-2021"))
    amount = total.totals(tables, measures=("paid",))["paid"].quantile(0.99)
    rare = tail_of(tables, "paid", amount)
    plain = [total.totals(tables, 2048, seed, ("paid",))["paid"].beyond(amount) for seed in range(20, 28)]
    se = np.hypot(rare.se, np.std(plain, ddof=1) / np.sqrt(len(plain)))
    assert abs(rare.chance - np.mean(plain)) < 4 * se
    assert rare.reduction > 20


def test_the_links_share_the_chance_of_two_defaults_and_differ_in_the_tail() -> None:
    """500 loans, PD 3 %, asset correlation .12: same mean and variance of the count, other 99.9 % counts."""
    numbers = np.arange(501)
    laws = {link: link_pool(500, 0.03, 0.12, link) for link in ("gaussian", "gamma", "lognormal")}
    moments = {link: (law @ numbers, law @ numbers**2) for link, law in laws.items()}
    for mean, square in moments.values():
        assert mean == pytest.approx(15.0, rel=1e-6)
        assert square == pytest.approx(moments["gaussian"][1], rel=1e-6)
    counts = {link: pmf_quantile(law, 0.999) for link, law in laws.items()}
    assert counts["gamma"] < counts["gaussian"] < counts["lognormal"]
    assert link_strength("gaussian", 0.03, 0.12) == 0.12


def test_poisson_counts_of_the_two_frailty_links() -> None:
    """As CreditRisk+ counts them, a firm able to default more than once: 91 by the negative binomial, 117 lognormal."""
    z, step = np.linspace(-10, 10, 4001, retstep=True)
    frailty = np.exp(-0.751 * z - 0.751**2 / 2)
    mixed = stats.poisson.pmf(np.arange(501)[:, None], 15 * frailty[None]) @ (stats.norm.pdf(z) * step)
    assert stats.nbinom.ppf(0.999, 1 / 0.758, 1 / (1 + 15 * 0.758)) == 91
    assert pmf_quantile(mixed, 0.999) == 117


def test_survivals_are_kept_within_their_bound_and_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kept, partly kept or worked out each time: the same totals, and never more bytes than allowed."""
    tables = compile_scheme(load("liaoning-2021"))
    found = []
    for most in (claims.MOST_ALIVE, 4_000_000, 0):
        monkeypatch.setattr(claims, "MOST_ALIVE", most)
        claims._ALIVE.clear()
        found += [total.totals(tables, 64, seed, ("paid",))["paid"].pmf for seed in (1, 2, 1)]
        assert sum(table.nbytes for _, table in claims._ALIVE.values()) <= most
    for again in found:
        assert any(np.array_equal(again, other) for other in found[:2])
    assert not np.array_equal(found[0], found[1])
    assert all(np.array_equal(found[0], found[n]) for n in (2, 3, 5, 6, 8))


def test_a_months_decay_is_the_exponential() -> None:
    """By terms below 1/16 and by the exponential above: within a unit of rounding of it."""
    x = np.concatenate([np.linspace(0.0, 0.0625, 2_001), np.linspace(0.0625, 3.0, 50)])
    assert max(abs(decay(one) / math.exp(-one) - 1.0) for one in x) <= 2 * np.finfo(float).eps
