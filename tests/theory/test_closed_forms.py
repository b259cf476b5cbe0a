"""The closed forms against published tables and figures computed by other means."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from simulator.answers.closed_forms import (
    Frequency,
    basel_capital,
    basel_correlation,
    capped_mean,
    compound_fft,
    compound_panjer,
    compound_poisson_gamma_cdf,
    cumulative_default_mean,
    discretise,
    exceedance,
    lognormal_capped_mean,
    negative_binomial,
    originations,
    outstanding_mean,
    pmf_quantile,
    poisson,
    pool_distribution,
    ruin_exponential,
    vasicek_cdf,
    vasicek_excess,
    vasicek_quantile,
)

# --- one Gaussian factor: a pool of 300 equal loans, PD 5 %, rho .12 (independent binomial mixture) -----

POOL = pool_distribution(300, 0.05, 0.12)


def test_finite_pool_moments() -> None:
    k = np.arange(301)
    mean = POOL @ k
    assert POOL.sum() == pytest.approx(1.0, rel=1e-12)
    assert mean == pytest.approx(15.0, rel=1e-10)
    assert math.sqrt(POOL @ k**2 - mean**2) == pytest.approx(12.171325504659082, rel=1e-8)
    assert POOL[0] == pytest.approx(0.011909334784927476, rel=1e-8)


@pytest.mark.parametrize("level, defaults", [(0.5, 12), (0.9, 31), (0.95, 39), (0.99, 57), (0.995, 65),
                                             (0.999, 83)])
def test_finite_pool_quantiles(level: float, defaults: int) -> None:
    assert pmf_quantile(POOL, level) == defaults


@pytest.mark.parametrize("cap, paid, exhausted", [(15.0, 10.46535886704553, 0.3717960710131418),
                                                  (22.5, 12.620448016872185, 0.20583797311488855),
                                                  (30.0, 13.759885767409841, 0.1032643923385649),
                                                  (45.0, 14.66445708698761, 0.028088818847897476)])
def test_finite_pool_capped(cap: float, paid: float, exhausted: float) -> None:
    assert capped_mean(POOL, cap) == pytest.approx(paid, rel=1e-8)
    assert exceedance(POOL, cap) == pytest.approx(exhausted, rel=1e-8)
    assert capped_mean(POOL, 3.0 * cap, unit=3.0) == pytest.approx(3.0 * paid, rel=1e-8)


def test_joint_defaults_of_two_loans() -> None:
    """P(both of two default) = .003992655123080779 at PD 5 %, rho .12 (bivariate normal)."""
    assert pool_distribution(2, 0.05, 0.12)[2] == pytest.approx(0.003992655123080779, rel=1e-8)


QUANTILES = [(0.01, 0.12, 0.95, 0.030569234757504175), (0.01, 0.12, 0.99, 0.0525265921288146),
             (0.01, 0.12, 0.999, 0.09032583132606531), (0.02, 0.2, 0.95, 0.07027657557627061),
             (0.02, 0.2, 0.99, 0.12860982493247136), (0.02, 0.2, 0.999, 0.22631280715580143),
             (0.03, 0.1, 0.95, 0.0757510379137456), (0.03, 0.1, 0.99, 0.11370042836916827),
             (0.03, 0.1, 0.999, 0.17043361994019746), (0.05, 0.12, 0.95, 0.12589397593519241),
             (0.05, 0.12, 0.99, 0.18556492816817988), (0.05, 0.12, 0.999, 0.2701775988533518),
             (0.05, 0.2, 0.95, 0.15467771943970438), (0.05, 0.2, 0.99, 0.2495748245593865),
             (0.05, 0.2, 0.999, 0.38442246676914177)]


@pytest.mark.parametrize("pd, rho, level, rate", QUANTILES)
def test_vasicek_quantiles(pd: float, rho: float, level: float, rate: float) -> None:
    assert vasicek_quantile(level, pd, rho) == pytest.approx(rate, rel=1e-8)
    assert vasicek_cdf(rate, pd, rho) == pytest.approx(level, rel=1e-8)


@pytest.mark.parametrize("pd, rho, cap, excess, exhausted", [
    (0.03, 0.1, 0.03, 0.008601054389475553, 0.380102809032009),
    (0.03, 0.1, 0.06, 0.002316232695295228, 0.09969860484895066),
    (0.03, 0.1, 0.10, 0.00043022202242775916, 0.01773564224732796),
    (0.05, 0.12, 0.10, 0.0037248784671151877, 0.10065550237319065),
    (0.02, 0.2, 0.08, 0.0014119299458580257, 0.037360018842411274)])
def test_vasicek_capped(pd: float, rho: float, cap: float, excess: float, exhausted: float) -> None:
    assert vasicek_excess(cap, pd, rho) == pytest.approx(excess, rel=1e-8)
    assert 1.0 - vasicek_cdf(cap, pd, rho) == pytest.approx(exhausted, rel=1e-8)


def test_a_large_finite_pool_is_nearly_vasicek() -> None:
    n = 4000
    rate = pmf_quantile(pool_distribution(n, 0.05, 0.12, nodes=1001), 0.99) / n
    # The granularity adjustment is of order 1/n (Gordy, Journal of Financial Intermediation 12, 2003).
    assert 0.0 < rate - vasicek_quantile(0.99, 0.05, 0.12) < 3.0 / n


# --- Basel II, BCBS 128 (June 2006), Annex 5: published illustrative risk weights in per cent ------------

CLASSES = [("corporate", 50.0, 0.45), ("corporate", 5.0, 0.45), ("mortgage", 50.0, 0.45),
           ("mortgage", 50.0, 0.25), ("other_retail", 50.0, 0.45), ("other_retail", 50.0, 0.85),
           ("revolving", 50.0, 0.45), ("revolving", 50.0, 0.85)]
ANNEX_5 = [
    (0.0003, [14.44, 11.30, 4.15, 2.30, 4.45, 8.41, 0.98, 1.85]),
    (0.0005, [19.65, 15.39, 6.23, 3.46, 6.63, 12.52, 1.51, 2.86]),
    (0.001, [29.65, 23.30, 10.69, 5.94, 11.16, 21.08, 2.71, 5.12]),
    (0.0025, [49.47, 39.01, 21.30, 11.83, 21.15, 39.96, 5.76, 10.88]),
    (0.004, [62.72, 49.49, 29.94, 16.64, 28.42, 53.69, 8.41, 15.88]),
    (0.005, [69.61, 54.91, 35.08, 19.49, 32.36, 61.13, 10.04, 18.97]),
    (0.0075, [82.78, 65.14, 46.46, 25.81, 40.10, 75.74, 13.80, 26.06]),
    (0.01, [92.32, 72.40, 56.40, 31.33, 45.77, 86.46, 17.22, 32.53]),
    (0.013, [100.95, 78.77, 67.00, 37.22, 50.80, 95.95, 21.02, 39.70]),
    (0.015, [105.59, 82.11, 73.45, 40.80, 53.37, 100.81, 23.40, 44.19]),
    (0.02, [114.86, 88.55, 87.94, 48.85, 57.99, 109.53, 28.92, 54.63]),
    (0.025, [122.16, 93.43, 100.64, 55.91, 60.90, 115.03, 33.98, 64.18]),
    (0.03, [128.44, 97.58, 111.99, 62.22]),
]


@pytest.mark.parametrize("pd, weights", ANNEX_5)
def test_basel_risk_weights(pd: float, weights: list[float]) -> None:
    """To one unit of the last printed digit: the table itself was computed from rounded intermediates."""
    for (exposure, sales, lgd), weight in zip(CLASSES, weights, strict=False):
        assert 1250.0 * basel_capital(pd, lgd, exposure, sales) == pytest.approx(weight, abs=0.01)


@pytest.mark.parametrize("pd, capital, corporate, retail", [(0.0003, 0.01155485, 0.238213, 0.158642),
                                                            (0.004, 0.05017416, 0.218248, 0.143017),
                                                            (0.03, 0.1027502, 0.146776, 0.075492),
                                                            (0.1, 0.15446952, 0.120809, 0.033926)])
def test_basel_correlations_and_capital(pd: float, capital: float, corporate: float, retail: float) -> None:
    """Computed from the formulas of BCBS 128 outside this project."""
    assert basel_capital(pd, 0.45) == pytest.approx(capital, abs=5e-8)
    assert basel_correlation(pd) == pytest.approx(corporate, abs=5e-7)
    assert basel_correlation(pd, "other_retail") == pytest.approx(retail, abs=5e-7)


# --- growing originations: 200 a year growing 30 %, PD 3 % (M_t/G/∞, exact integrals) --------------------

@pytest.mark.parametrize("term, t, mean", [
    (1, 0.5, 106.85557759449124), (1, 1, 228.68968120250412), (1, 2, 297.2965855632554),
    (1, 3, 386.4855612322318), (1, 5, 653.1605984824719), (2, 0.5, 106.85557759449124),
    (2, 1, 228.68968120250412), (2, 2, 525.9862667657595), (2, 3, 683.7821467954873),
    (2, 5, 1155.5918280843737)])
def test_outstanding_loans(term: float, t: float, mean: float) -> None:
    assert outstanding_mean(200.0, 0.3, term, t) == pytest.approx(mean, rel=1e-8)


def test_originations_by_year() -> None:
    volumes = [228.68968120250412, 297.2965855632554, 386.4855612322318, 502.43122960190186,
               653.1605984824719]
    assert [originations(200.0, 0.3, y, y + 1) for y in range(5)] == pytest.approx(volumes, rel=1e-8)
    assert originations(200.0, 0.0, 1.0, 3.5) == 500.0


@pytest.mark.parametrize("t, mean", [
    (1, 3.2979133910295495), (2, 11.147977844413543), (3, 21.353061633812736), (5, 51.86626216411633)])
def test_cumulative_defaults(t: float, mean: float) -> None:
    assert cumulative_default_mean(200.0, 0.3, 1.0, 0.03, t) == pytest.approx(mean, rel=1e-8)


# --- compound distributions ---------------------------------------------------------------------------------

# Poisson 1.75, losses 1 … 5 with chances .2 .4 .2 .15 .05; the total's distribution by direct convolution.
SEVERITY = np.array([0.0, 0.2, 0.4, 0.2, 0.15, 0.05])
TOTAL = [0.17377394345044514, 0.0608208802076558, 0.13228541445165137, 0.10463725599058785,
         0.1170367961675059, 0.09324854933945846, 0.07864440765975322, 0.06410087647782163,
         0.049889486221135856, 0.03765486115764489, 0.02737032707952326, 0.019672111753053036,
         0.013764116269305657, 0.009420115001484979, 0.006316811825587315, 0.004165440177453505,
         0.002703214521513865, 0.0017249009039536406, 0.0010842155868247625, 0.0006721068067649449,
         0.00041125202391495934]


@pytest.mark.parametrize("compound", [compound_panjer, compound_fft])
def test_compound_poisson(compound: object) -> None:
    np.testing.assert_allclose(compound(poisson(1.75), SEVERITY, 256)[:21], TOTAL, rtol=1e-8)


@pytest.mark.parametrize("frequency", [poisson(4.0), negative_binomial(4.0, 9.0)],
                         ids=["poisson", "negative"])
def test_two_ways_to_compound_agree_with_losses_of_zero(frequency: Frequency) -> None:
    severity = np.array([0.3, 0.1, 0.0, 0.6])
    by_panjer, by_fft = (compound(frequency, severity, 300) for compound in (compound_panjer, compound_fft))
    # The tilt of 12 multiplies the transform's rounding by at most e^12.
    np.testing.assert_allclose(by_panjer, by_fft, atol=2e-16 * math.exp(12.0))


def test_unit_losses_leave_the_negative_binomial() -> None:
    """Mean 5, variance 12: size 25/7, success 5/12 in scipy's terms."""
    got = compound_panjer(negative_binomial(5.0, 12.0), np.array([0.0, 1.0]), 40)
    np.testing.assert_allclose(got, stats.nbinom.pmf(np.arange(40), 25.0 / 7.0, 5.0 / 12.0), rtol=1e-10)


# Bahnemann, Distributions for Actuaries (CAS Monograph 2, 2015), example 4.2 / table 4.1: Poisson 2.5, gamma
# losses of shape 3 and scale 400; values by exact series.
BAHNEMANN = [(0, 0.0820849986238988), (500, 0.10955001083722471), (1000, 0.18672473239569803),
             (2000, 0.37552914376386426), (3000, 0.5612774644661043), (4000, 0.7151546319655782),
             (5000, 0.8272834305173065), (6000, 0.9013390168997224), (7000, 0.9465235814113978),
             (8000, 0.9723333987640277), (9000, 0.986270384475859), (10000, 0.9934377332603002)]


@pytest.mark.parametrize("x, below", BAHNEMANN)
def test_compound_poisson_gamma(x: float, below: float) -> None:
    assert compound_poisson_gamma_cdf(x, 2.5, 3.0, 400.0) == pytest.approx(below, rel=1e-8)


def test_discretised_losses_approach_the_continuous_ones() -> None:
    unit, points = 5.0, 8192
    severity = discretise(lambda x: stats.gamma.cdf(x, 3.0, scale=400.0), unit, points)
    total = np.cumsum(compound_fft(poisson(2.5), severity, points))
    for x, below in BAHNEMANN[1:]:
        half = (total[int(x / unit)] + total[int(x / unit) - 1]) / 2.0
        # Between the lattice points x - unit and x; the density never exceeds 2e-4 a unit of money.
        assert half == pytest.approx(below, abs=2e-4 * unit)
    assert severity @ np.arange(points) * unit == pytest.approx(1200.0, rel=1e-6)


# --- layers and ruin
# --------------------------------------------------------------------------------------------

@pytest.mark.parametrize("median, sigma, cap", [(2.0, 0.7, 3.0), (500.0, 1.4, 100.0), (1.0, 0.2, 9.0)])
def test_lognormal_cap_is_the_integral_of_survival(median: float, sigma: float, cap: float) -> None:
    expected = integrate.quad(lambda x: stats.lognorm.sf(x, sigma, scale=median), 0.0, cap, epsrel=1e-11)[0]
    assert lognormal_capped_mean(median, sigma, cap) == pytest.approx(expected, rel=1e-8)


def test_lognormal_cap_at_its_edges() -> None:
    assert lognormal_capped_mean(5.0, 0.0, 3.0) == 3.0
    assert lognormal_capped_mean(5.0, 0.0, 8.0) == 5.0
    assert lognormal_capped_mean(5.0, 1.0, 0.0) == 0.0


# Rate .8, claim mean 1, income 1: formula values computed outside this project; the last column is a
# simulation
# of 100,000 paths, which the formula value must fit too.
RUIN = [(2, 1, 0.09423485756712985, 0.09371), (2, 5, 0.2803075135819674, 0.27923),
        (2, 20, 0.444146805947325, 0.44277), (2, 100, 0.5275037693922406, 0.52831),
        (5, 1, 0.00966032517101817, 0.00969), (5, 5, 0.06744096941696592, 0.06836),
        (5, 20, 0.18711140509822266, 0.18511), (5, 100, 0.28251652714863257, 0.28289)]


@pytest.mark.parametrize("capital, years, chance, simulated", RUIN)
def test_ruin(capital: float, years: float, chance: float, simulated: float) -> None:
    got = ruin_exponential(capital, years, 0.8, 1.0, 1.0)
    assert got == pytest.approx(chance, rel=1e-8)
    assert abs(got - simulated) < 4.0 * math.sqrt(simulated * (1.0 - simulated) / 100_000)
    assert ruin_exponential(300.0 * capital, years, 0.8, 300.0, 300.0) == pytest.approx(chance, rel=1e-8)
    assert ruin_exponential(capital, years / 7.0, 5.6, 1.0, 7.0) == pytest.approx(chance, rel=1e-8)


@pytest.mark.parametrize("rate, ultimate", [(0.8, 0.5362560368285115), (1.5, 1.0)])
def test_ruin_starts_at_nothing_and_ends_at_the_ultimate(rate: float, ultimate: float) -> None:
    assert ruin_exponential(2.0, 0.0, rate, 1.0, 1.0) == pytest.approx(0.0, abs=1e-9)
    assert ruin_exponential(2.0, 1e5, rate, 1.0, 1.0) == pytest.approx(ultimate, rel=1e-8)
