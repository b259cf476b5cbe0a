"""Factors: the autocorrelation, the mean and the spread of the one-year default rate are those asked for."""

import math

import numpy as np
import pytest
from scipy import optimize, stats

from simulator.chance.decisions import draw
from simulator.chance.factors import (
    compile_factors,
    cumulative_hazard,
    factor_path,
    joint_default,
    one_year_moments,
    solve_loading,
)
from simulator.jit import kernel


@kernel
def many_indices(seed, paths, months, step_months, law, out):
    for path in range(paths):
        factor_path(seed, path, months, step_months, law, out[path])


@kernel
def many_rates(seed, paths, months, step_months, law, tables, index, hazard, out):
    """Default rate of a large pool in the last twelve of ``months``, by path, grade and sector."""
    for path in range(paths):
        cumulative_hazard(seed, path, months, step_months, law, tables, index, hazard)
        for grade in range(hazard.shape[0]):
            for sector in range(hazard.shape[1]):
                year = hazard[grade, sector, months] - hazard[grade, sector, months - 12]
                out[path, grade, sector] = 1.0 - math.exp(-year)


def indices(paths: int, months: int, step: str, persistence: float, national: float, shift: float = 0.0,
            sectors: int = 2) -> np.ndarray:
    f = compile_factors([0.03], 0.12, persistence, national, step, shift)
    out = np.empty((paths, sectors + 1, months))
    many_indices(11, paths, months, f.step_months, f.law, out)
    return out


def rates(pds: list[float], rho: float, persistence: float, step: str, *, months: int = 12,
          paths: int = 200_000) -> np.ndarray:
    f = compile_factors(pds, rho, persistence, 0.6, step)
    out = np.empty((paths, len(pds), 2))
    many_rates(12, paths, months, f.step_months, f.law, f.tables, np.empty((3, months)),
               np.empty((len(pds), 2, months + 1)), out)
    return out


def z_of(sample: np.ndarray, expected: float) -> float:
    return float((sample.mean() - expected) / (sample.std(ddof=1) / math.sqrt(sample.size)))


def z_of_covariance(x: np.ndarray, y: np.ndarray, expected: float) -> float:
    return z_of((x - x.mean()) * (y - y.mean()), expected)


@pytest.mark.parametrize("lag", [0, 1, 5, 11])
def test_monthly_factors_decay_with_the_lag(lag: int) -> None:
    w = indices(200_000, 14, "month", 0.8, 0.36)
    for row in range(3):
        assert abs(z_of_covariance(w[:, row, 2], w[:, row, 2 + lag], 0.8**lag)) < 4
    assert abs(z_of(w[:, 0, 13], 0.0)) < 4


@pytest.mark.parametrize("month, lag", [(0, 11), (0, 12), (13, 11), (5, 24)])
def test_yearly_factors_are_constant_within_a_year(month: int, lag: int) -> None:
    w = indices(200_000, 36, "year", 0.95, 0.36)
    years_apart = (month + lag) // 12 - month // 12
    assert abs(z_of_covariance(w[:, 0, month], w[:, 0, month + lag], 0.95 ** (12 * years_apart))) < 4
    assert np.array_equal(w[:, 0, month], w[:, 0, month + lag]) is (years_apart == 0)


def test_sectors_share_the_national_part_only() -> None:
    w = indices(200_000, 6, "month", 0.9, 0.36)
    assert abs(z_of_covariance(w[:, 0, 5], w[:, 1, 5], 0.36)) < 4
    assert abs(z_of_covariance(w[:, 0, 5], w[:, 2, 5], math.sqrt(0.36))) < 4


def test_every_sector_and_step_has_its_own_uniform() -> None:
    """Without persistence and national factor, W is the normal quantile of the documented draw."""
    w = indices(1, 30, "month", 0.0, 0.0, sectors=4)[0]
    for sector in range(4):
        drawn = [draw(11, 0, "SECTOR", sector << 12 | month // 4, month % 4) for month in range(30)]
        np.testing.assert_allclose(w[sector], stats.norm.ppf(drawn), atol=1e-12)
    drawn = [draw(11, 0, "NATIONAL", month // 4, month % 4) for month in range(30)]
    np.testing.assert_allclose(w[4], stats.norm.ppf(drawn), atol=1e-12)


def test_a_shift_moves_every_sector_and_not_the_national_factor() -> None:
    calm, stressed = (indices(50, 7, "month", 0.9, 0.5, shift) for shift in (0.0, -1.5))
    np.testing.assert_allclose(stressed[:, :2], calm[:, :2] - 1.5, atol=1e-14)
    np.testing.assert_array_equal(stressed[:, 2], calm[:, 2])


def test_a_longer_run_extends_the_same_path() -> None:
    short, long = (indices(20, months, "month", 0.9, 0.5) for months in (5, 30))
    np.testing.assert_array_equal(long[:, :, :5], short)


def test_one_sector_has_all_the_national_factor() -> None:
    w = indices(10, 9, "month", 0.9, 1.0)
    np.testing.assert_array_equal(w[:, 0], w[:, 2])


@pytest.mark.parametrize("step, persistence, months", [
    ("month", 0.95, 12), ("month", 0.8, 12), ("month", 0.0, 12), ("month", 0.9, 31), ("year", 0.9, 12),
    ("year", 0.9, 36)])
@pytest.mark.parametrize("rho", [0.05, 0.12, 0.3])
def test_the_one_year_rate_has_the_mean_and_variance_asked_for(step: str, persistence: float, months: int,
                                                               rho: float) -> None:
    """Mean PD, variance P(two default) - PD², here by scipy's bivariate normal; also in a later year."""
    sample = rates([0.01, 0.05], rho, persistence, step, months=months)
    for grade, pd in enumerate((0.01, 0.05)):
        c = stats.norm.ppf(pd)
        both = stats.multivariate_normal(cov=[[1.0, rho], [rho, 1.0]]).cdf([c, c])
        for sector in range(2):
            rate = sample[:, grade, sector]
            assert abs(z_of(rate, pd)) < 4
            assert abs(z_of((rate - pd) ** 2, both - pd * pd)) < 4


# Large-pool quantiles of Vasicek's distribution: closed form, figures computed outside this project.
VASICEK = [(0.03, 0.10, 0.95, 0.0757510379137456), (0.03, 0.10, 0.99, 0.11370042836916827),
           (0.03, 0.10, 0.999, 0.17043361994019746), (0.05, 0.12, 0.95, 0.12589397593519241),
           (0.05, 0.12, 0.99, 0.18556492816817988), (0.05, 0.12, 0.999, 0.2701775988533518),
           (0.05, 0.20, 0.95, 0.15467771943970438), (0.05, 0.20, 0.99, 0.2495748245593865),
           (0.02, 0.20, 0.99, 0.12860982493247136), (0.01, 0.12, 0.999, 0.09032583132606531)]


@pytest.mark.parametrize("pd, rho, level, quantile", VASICEK)
def test_a_yearly_step_is_vasicek(pd: float, rho: float, level: float, quantile: float) -> None:
    rate = rates([pd], rho, 0.9, "year")[:, 0, 0]
    exceed = np.count_nonzero(rate > quantile)
    assert stats.binomtest(exceed, rate.size, 1.0 - level).pvalue > 1e-4


def test_a_yearly_step_gives_vasiceks_rate_at_each_index() -> None:
    """Pathwise: the rate is the conditional probability at the path's W, up to the link table's error."""
    f = compile_factors([0.05], 0.12, 0.9, 0.6, "year")
    index, hazard = np.empty((2, 12)), np.empty((1, 1, 13))
    for path in range(200):
        cumulative_hazard(12, path, 12, f.step_months, f.law, f.tables, index, hazard)
        exact = stats.norm.cdf((stats.norm.ppf(0.05) - math.sqrt(0.12) * index[0, 0]) / math.sqrt(0.88))
        assert -math.expm1(-hazard[0, 0, 12]) == pytest.approx(exact, rel=2e-5)


@pytest.mark.parametrize("persistence, acts_like", [(0.95, 0.10), (0.8, 0.065)])
def test_a_monthly_loading_acts_like_less_in_a_year(persistence: float, acts_like: float) -> None:
    """Loading² .12 on a monthly step: about .10 at persistence .95, about .065 at .8 (rounded to .005)."""
    loading, pd = math.sqrt(0.12), 0.03
    threshold = optimize.brentq(lambda c: one_year_moments(c, loading, persistence)[0] - pd, -4.0, 0.0)
    variance = one_year_moments(threshold, loading, persistence)[1]
    rho = optimize.brentq(lambda r: joint_default(pd, r) - pd * pd - variance, 1e-4, 0.5)
    assert rho == pytest.approx(acts_like, abs=0.005)


@pytest.mark.parametrize("pd", [0.001, 0.01, 0.03, 0.08, 0.3])
@pytest.mark.parametrize("rho", [0.01, 0.12, 0.3])
@pytest.mark.parametrize("persistence", [0.0, 0.5, 0.9, 0.99, 0.999])
def test_a_loading_is_found_over_the_whole_range(pd: float, rho: float, persistence: float) -> None:
    threshold, loading = solve_loading(pd, rho, persistence, 12)
    assert math.sqrt(rho) < loading < 1.0
    mean, variance = one_year_moments(threshold, loading, persistence)
    assert mean == pytest.approx(pd, rel=1e-7)
    assert variance == pytest.approx(joint_default(pd, rho) - pd * pd, rel=1e-6)


def test_joint_default_is_the_bivariate_normal() -> None:
    for pd in (0.01, 0.05, 0.4):
        for rho in (0.0, 0.12, 0.5):
            c = stats.norm.ppf(pd)
            expected = stats.multivariate_normal(cov=[[1.0, rho], [rho, 1.0]]).cdf([c, c])
            assert joint_default(pd, rho) == pytest.approx(expected, abs=1e-8)


def test_no_correlation_means_a_certain_hazard() -> None:
    rate = rates([0.03, 0.0], 0.0, 0.9, "month", paths=100)
    np.testing.assert_allclose(rate[:, 0], 0.03, rtol=1e-12)
    np.testing.assert_array_equal(rate[:, 1], 0.0)


@pytest.mark.parametrize("pd, rho, persistence", [(1.0, 0.1, 0.9), (0.03, 1.0, 0.9), (0.03, -0.1, 0.9),
                                                  (0.03, 0.1, 1.0)])
def test_impossible_inputs_are_refused(pd: float, rho: float, persistence: float) -> None:
    with pytest.raises(ValueError, match="no loading"):
        solve_loading(pd, rho, persistence, 12)


def test_bad_times_raise_every_grades_hazard() -> None:
    f = compile_factors([0.005, 0.03, 0.1], 0.12, 0.9, 0.6)
    assert np.all(np.diff(f.tables, axis=0) <= 0.0)
    assert np.all(np.diff(f.tables[::64], axis=1) >= 0.0)
