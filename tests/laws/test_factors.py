"""Factors: the autocorrelation, the mean and the spread of the one-year default rate are those asked for."""

import math

import numpy as np
import pytest
from scipy import optimize, stats

from simulator.chance.decisions import draw
from simulator.chance.factors import Economy, Factors, compile_factors, cumulative_hazard, factor_path, steady
from simulator.chance.loadings import asset_correlation, joint_default, one_year_moments, solve_loading, variance_asked
from simulator.jit import kernel


@kernel
def many_indices(seed, paths, months, step_months, phi, weights, stress, out):
    for path in range(paths):
        factor_path(seed, path, months, step_months, phi, weights, stress, out[path])


@kernel
def many_rates(seed, paths, months, step_months, phi, weights, stress, tables, kinds, index, hazard, out):
    """Default rate of a large pool in the last twelve of ``months``, by path, grade and sector."""
    for path in range(paths):
        cumulative_hazard(seed, path, months, step_months, phi, weights, stress, tables, kinds, index, hazard)
        for grade in range(hazard.shape[0]):
            for sector in range(hazard.shape[1]):
                year = hazard[grade, sector, months] - hazard[grade, sector, months - 12]
                out[path, grade, sector] = 1.0 - math.exp(-year)


def compiled(pds: list[float], economy: Economy) -> Factors:
    """One period of default probabilities."""
    return compile_factors(economy, [pds], np.zeros(economy.months, np.int64))


def indices(paths: int, months: int, step: str, persistence: float, national: float, shift: float = 0.0,
            sectors: int = 2) -> np.ndarray:
    f = compiled([0.03], steady(sectors, months, 0.12, persistence, national, step=step, shift=shift))
    out = np.empty((paths, sectors + 1, months))
    many_indices(11, paths, months, f.step_months, f.persistence, f.weights, f.stress, out)
    return out


def rates(pds: list[float], rho: float, persistence: float, step: str, *, months: int = 12,
          paths: int = 200_000) -> np.ndarray:
    f = compiled(pds, steady(2, months, rho, persistence, 0.6, step=step))
    return pool_rates(f, len(pds), months, paths)


def pool_rates(f: Factors, grades: int, months: int, paths: int) -> np.ndarray:
    """Default rates of large pools in the last twelve months: [path, grade, sector]."""
    sectors = len(f.weights)
    out = np.empty((paths, grades, sectors))
    many_rates(12, paths, months, f.step_months, f.persistence, f.weights, f.stress, f.tables, f.kinds,
               np.empty((sectors + 1, months)), np.empty((grades, sectors, months + 1)), out)
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
    f = compiled([0.05], steady(1, 12, 0.12, 0.9, 0.6, step="year"))
    index, hazard = np.empty((2, 12)), np.empty((1, 1, 13))
    for path in range(200):
        cumulative_hazard(12, path, 12, f.step_months, f.persistence, f.weights, f.stress, f.tables, f.kinds, index,
                          hazard)
        exact = stats.norm.cdf((stats.norm.ppf(0.05) - math.sqrt(0.12) * index[0, 0]) / math.sqrt(0.88))
        assert -math.expm1(-hazard[0, 0, 12]) == pytest.approx(exact, rel=2e-5)


@pytest.mark.parametrize("persistence, acts_like", [(0.95, 0.10), (0.8, 0.065)])
def test_a_monthly_loading_acts_like_less_in_a_year(persistence: float, acts_like: float) -> None:
    """Loading² .12 on a monthly step: about .10 at persistence .95, about .065 at .8 (rounded to .005)."""
    loading, pd = math.sqrt(0.12), 0.03
    threshold = optimize.brentq(lambda c: one_year_moments("gaussian", c, loading, persistence, 1)[0] - pd, -4.0, 0.0)
    variance = one_year_moments("gaussian", threshold, loading, persistence, 1)[1]
    rho = optimize.brentq(lambda r: joint_default(pd, r) - pd * pd - variance, 1e-4, 0.5)
    assert rho == pytest.approx(acts_like, abs=0.005)


@pytest.mark.parametrize("pd", [0.001, 0.01, 0.03, 0.08, 0.3])
@pytest.mark.parametrize("rho", [0.01, 0.12, 0.3])
@pytest.mark.parametrize("persistence", [0.0, 0.5, 0.9, 0.99, 0.999])
def test_a_loading_is_found_over_the_whole_range(pd: float, rho: float, persistence: float) -> None:
    threshold, loading = solve_loading("gaussian", pd, variance_asked(pd, "rho", rho), persistence, 1)
    assert math.sqrt(rho) < loading < 1.0
    mean, variance = one_year_moments("gaussian", threshold, loading, persistence, 1)
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


@pytest.mark.parametrize("pd, variance, persistence", [(1.0, 0.0, 0.9), (0.03, 0.0291, 0.9), (0.03, -0.1, 0.9),
                                                       (0.03, 0.001, 1.0)])
def test_impossible_inputs_are_refused(pd: float, variance: float, persistence: float) -> None:
    with pytest.raises(ValueError, match="no gaussian loading"):
        solve_loading("gaussian", pd, variance, persistence, 1)


def test_bad_times_raise_every_grades_hazard() -> None:
    for link in ("gaussian", "gamma", "lognormal"):
        f = compiled([0.005, 0.03, 0.1], steady(1, 1, 0.12, 0.9, 0.6, link=link))
        assert np.all(np.diff(f.tables[0], axis=0) <= 0.0)
        assert np.all(np.diff(f.tables[0, 1024:-1024:64], axis=1) >= 0.0)


# --- three links, three steps, three measures -----------------------------------------------------------------

LINKS = ("gaussian", "gamma", "lognormal")
MEASURES = [("rho", 0.12), ("default_correlation", 0.03), ("rate_variance", 0.758)]


@pytest.mark.parametrize("measure, value", MEASURES)
@pytest.mark.parametrize("step", ["month", "quarter", "year"])
@pytest.mark.parametrize("link", LINKS)
def test_every_link_and_step_gives_the_correlation_asked_for(link: str, step: str, measure: str, value: float) -> None:
    """Mean PD, and variance of the rate in the measure's own words; n = 200,000 paths, seed 12, in the second year too.

    The rate of a large pool needs no defaults drawn, so the standard error of its mean is its spread / sqrt(n).
    """
    f = compiled([0.01, 0.05], steady(2, 24, value, 0.9, 0.6, link=link, step=step, measure=measure))
    sample = pool_rates(f, 2, 24, 200_000)
    for grade, pd in enumerate((0.01, 0.05)):
        both = stats.multivariate_normal(cov=[[1.0, 0.12], [0.12, 1.0]]).cdf([stats.norm.ppf(pd)] * 2)
        variance = {"rho": both - pd * pd, "default_correlation": value * pd * (1.0 - pd),
                    "rate_variance": value * pd * pd}[measure]
        for sector in range(2):
            rate = sample[:, grade, sector]
            assert abs(z_of(rate, pd)) < 4
            assert abs(z_of((rate - pd) ** 2, variance)) < 4


def joint_rate(link: str, first: tuple[float, float], second: tuple[float, float], common: float) -> float:
    """E of the product of two sectors' one-year rates, on a step of a year: indices correlated by ``common``.

    By the trapezoidal rule over two independent normals; the rates by the links' textbook forms.
    """
    x = np.linspace(-8.5, 8.5, 1201)
    density = stats.norm.pdf(x) * (x[1] - x[0])

    def rate(level: float, strength: float, w: np.ndarray) -> np.ndarray:
        if link == "gaussian":
            return stats.norm.cdf((level - strength * w) / math.sqrt(1.0 - strength**2))
        if link == "gamma":
            return -np.expm1(-level * stats.gamma.isf(stats.norm.cdf(w), 1.0 / strength, scale=strength))
        return -np.expm1(-level * np.exp(-strength * w - strength**2 / 2.0))

    one = rate(*first, x)[:, None]
    other = rate(*second, common * x[:, None] + math.sqrt(1.0 - common**2) * x[None, :])
    return float(density @ (one * other) @ density)


@pytest.mark.parametrize("link", LINKS)
def test_sectors_of_their_own_strength(link: str) -> None:
    """Machines at rho .2 with three quarters national, software at .1 with a half: variances within and the covariance
    between them, on a step of a year; n = 200,000, seed 12. A sector's strength left out would show at once."""
    stress = np.vstack([np.zeros(12), np.full(12, math.inf)])
    economy = Economy((("rho", 0.2), ("rho", 0.1)), (0.75, 0.5), 0.9, stress, link, "year")
    f = compiled([0.05], economy)
    rate = pool_rates(f, 1, 12, 200_000)[:, 0]
    for sector, rho in enumerate((0.2, 0.1)):
        within = joint_default(0.05, rho) - 0.0025
        assert abs(z_of(rate[:, sector], 0.05)) < 4
        assert abs(z_of((rate[:, sector] - 0.05) ** 2, within)) < 4
        assert abs(z_of((rate[:, sector] - 0.05) ** 2, joint_default(0.05, 0.3 - rho) - 0.0025)) > 20
    between = joint_rate(link, f.loadings[0][0], f.loadings[1][0], math.sqrt(0.75 * 0.5)) - 0.0025
    assert abs(z_of((rate[:, 0] - 0.05) * (rate[:, 1] - 0.05), between)) < 4
    if link == "gaussian":                 # and in closed form: asset correlation sqrt(.2 · .1 · .75 · .5)
        assert between == pytest.approx(joint_default(0.05, math.sqrt(0.2 * 0.1 * 0.75 * 0.5)) - 0.0025, rel=1e-6)


@pytest.mark.parametrize("variance", [0.1, 0.758, 1.5])
@pytest.mark.parametrize("pd", [0.002, 0.03, 0.2])
def test_a_yearly_gamma_link_is_creditrisk_plus(pd: float, variance: float) -> None:
    """E exp(-m G) of a gamma G of mean 1 and variance v is (1 + m v)^(-1/v): mean and variance of the rate, exactly."""
    if variance * pd * pd >= pd * (1.0 - pd):
        pytest.skip("no default rate varies so much")
    mean, v = solve_loading("gamma", pd, variance * pd * pd, 0.9, 12)
    survival, square = ((1.0 + k * mean * v) ** (-1.0 / v) for k in (1.0, 2.0))
    # Where v is large the rate is nearly always 0 or 1, which is rough for the quadrature: 2e-6 of it.
    assert 1.0 - survival == pytest.approx(pd, rel=2e-6)
    assert square - survival**2 == pytest.approx(variance * pd * pd, rel=2e-6)


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("pd", [0.0001, 0.001, 0.03, 0.3])
@pytest.mark.parametrize("rho", [0.01, 0.12, 0.5])
@pytest.mark.parametrize("persistence, step_months", [(0.0, 1), (0.95, 1), (0.8, 3), (0.99, 12)])
def test_every_link_finds_its_loading(link: str, pd: float, rho: float, persistence: float, step_months: int) -> None:
    asked = variance_asked(pd, "rho", rho)
    mean, variance = one_year_moments(link, *solve_loading(link, pd, asked, persistence, step_months), persistence,
                                      step_months)
    assert mean == pytest.approx(pd, rel=1e-7)
    assert variance == pytest.approx(asked, rel=1e-7)
    assert asset_correlation(pd, asked) == pytest.approx(rho, rel=1e-5)


def test_what_rho_012_means_in_the_other_measures() -> None:
    """PD 3 %, rho .12: variance .758 PD², and lognormal strength .75 where rates are small (a published prototype has
    .751 for the plain lognormal moment exp(b²) - 1 = .758)."""
    asked = variance_asked(0.03, "rho", 0.12)
    assert asked / 0.03**2 == pytest.approx(0.758, abs=5e-4)
    assert math.sqrt(math.log1p(asked / 0.03**2)) == pytest.approx(0.751, abs=5e-4)
    tiny = solve_loading("lognormal", 1e-5, 0.758e-10, 0.9, 12)
    assert tiny[1] == pytest.approx(0.751, abs=5e-4)


# --- what moves with the date ------------------------------------------------------------------------------------

def test_a_stress_path_shifts_the_index_or_holds_the_national_factor() -> None:
    calm = indices(30, 6, "month", 0.9, 0.5)
    economy = steady(2, 6, 0.12, 0.9, 0.5)
    economy.stress[0, 2:] = -1.0
    economy.stress[1, 4:] = -2.0
    f, out = compiled([0.03], economy), np.empty((30, 3, 6))
    many_indices(11, 30, 6, f.step_months, f.persistence, f.weights, f.stress, out)
    np.testing.assert_array_equal(out[:, :2, :2], calm[:, :2, :2])
    np.testing.assert_allclose(out[:, :2, 2:4], calm[:, :2, 2:4] - 1.0, atol=1e-14)
    held = math.sqrt(0.5) * (-2.0 - calm[:, 2:, 4:]) - 1.0
    np.testing.assert_allclose(out[:, :2, 4:], calm[:, :2, 4:] + held, atol=1e-14)
    assert (out[:, 2, 4:] == -2.0).all() and (out[:, 2, :4] == calm[:, 2, :4]).all()


def test_default_probabilities_by_period() -> None:
    """1 % in the first year, 5 % in the second: each year's rate has its own mean and variance; n = 200,000."""
    economy = steady(1, 24, 0.12, 0.9, 1.0, step="year")
    f = compile_factors(economy, [[0.01], [0.05]], np.repeat([0, 1], 12))
    for months, pd in ((12, 0.01), (24, 0.05)):
        rate = pool_rates(f, 1, months, 200_000)[:, 0, 0]
        assert abs(z_of(rate, pd)) < 4
        assert abs(z_of((rate - pd) ** 2, joint_default(pd, 0.12) - pd * pd)) < 4
