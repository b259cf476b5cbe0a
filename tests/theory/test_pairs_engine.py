"""Pairs of firms through the engine: how strongly they default together, within sectors and between, under each link.

Theory is what was asked for, or a rate's level and strength solved in ``simulator.validation.theory`` (numpy and
scipy); nothing comes from the engine's own loadings. n = 12,000 paths of 400 loans, seeds 91 to 95; SE and z printed:
about .001 within machines (.0314), .003 to .004 within software (.0976), .001 between (.027).
"""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import numpy as np
import pytest
from scipy import stats

from simulator.answers.closed_forms import conditional_pd
from simulator.chance.factors import loading_of, steady
from simulator.chance.loadings import yearly_hazard
from simulator.engine.loop import state as s
from simulator.engine.loop.sweep import run_path
from simulator.engine.tables import compile_scheme
from simulator.validation import theory
from tests.theory.agree import agrees, mean_z, scheme

PATHS, LOANS, PD = 12_000, 400, 0.05
SEEDS = {"gaussian": 91, "gamma": 92, "lognormal": 93, "month": 94, "quarter": 95, "gaussian month": 96, "factor": 97}
RHOS, SHARES = (0.12, 0.3), (0.4, 0.8)     # machines: the scheme's own; software: what its sector says


@cache
def counted(link: str, step: str, seed: int, loud: bool = True, factor: float = 1.0) -> np.ndarray:
    """Loans and defaults by path and sector: float64[paths, sector, (loans, defaults)].

    ``loud``: software has a strength and a national share of its own; ``factor``: it fails so much more often.
    """
    own: dict[str, Any] = {"software": {"rho": 300_000, "national_share": 800_000, "pd_factor": factor}} if loud else {}
    tables = compile_scheme(scheme("sectors", macro__rho=120_000, macro__national_share=400_000, macro__link=link,
                                   macro__step=step, macro__sectors=own, macro__persistence=0.9, book__loans=LOANS,
                                   firms__grades__only__pd=50_000))
    st = s.new_state(tables.law, tables.loans_expected, 4)
    years, once = np.zeros((64, tables.layout.width), np.int64), np.zeros(tables.layout.path_width, np.int64)
    found = np.zeros((PATHS, 2, 2))
    for path in range(PATHS):
        assert run_path(tables.law, st, seed, path, years, once) == 0
        loans = st.loans[:st.reg[s.R_LOANS]]
        for sector in range(2):
            mine = loans[:, s.L_SECTOR] == sector
            found[path, sector] = mine.sum(), (mine & (loans[:, s.L_STATE] >= s.DEFAULTED_STATE)).sum()
    assert (found[:, :, 0].sum(axis=1) == LOANS).all()
    return found


def pairs(counts: np.ndarray, one: int, other: int, pd: float = PD) -> np.ndarray:
    """By path, an unbiased value of the default correlation of two firms of these sectors, their sectors drawn alike.

    With S = Σ (x - p) over a sector, the pairs within it sum to S² - Σ (x - p)², those between two to S·S'.
    """
    n, lost = counts[:, :, 0], counts[:, :, 1]
    beyond = lost - n * pd
    if one == other:
        products = beyond[:, one] ** 2 - (lost[:, one] * (1.0 - 2.0 * pd) + n[:, one] * pd**2)
    else:
        products = beyond[:, one] * beyond[:, other]
    ordered = LOANS * (LOANS - 1) / 4.0    # expected pairs: each of two firms is in a given sector half the time
    return products / ordered / (pd * (1.0 - pd))


def rate_of(link: str, rho: float) -> Any:
    """One-year default rate given the index, for the pair covariance of an asset correlation."""
    if link == "gaussian":
        return partial(conditional_pd, PD, rho)
    return {"gamma": theory.gamma_rate, "lognormal": theory.lognormal_rate}[link](PD, theory.pair_covariance(PD, rho))


def between(link: str, common: float) -> float:
    """Covariance of the two sectors' yearly rates, indices correlated by ``common``; trapezoids over two normals."""
    x = np.linspace(-8.0, 8.0, 801)
    density = stats.norm.pdf(x) * (x[1] - x[0])
    one = np.asarray(rate_of(link, RHOS[0])(x))[:, None]
    other = np.asarray(rate_of(link, RHOS[1])(common * x[:, None] + np.sqrt(1.0 - common**2) * x[None, :]))
    return float(density @ (one * other) @ density) - PD**2


def z_of(counts: np.ndarray, one: int, other: int, covariance: float, what: str) -> float:
    sample = pairs(counts, one, other)
    print(f"\nSE {sample.std(ddof=1) / np.sqrt(PATHS):.2g}", end="")
    return mean_z(what, sample, covariance / (PD * (1.0 - PD)))


def test_theory_between_gaussian_sectors_is_the_bivariate_normal() -> None:
    """The trapezoids against scipy: asset correlation √(.12 · .3 · .4 · .8)."""
    rho = float(np.sqrt(RHOS[0] * RHOS[1] * SHARES[0] * SHARES[1]))
    c = stats.norm.ppf(PD)
    both = stats.multivariate_normal(cov=[[1.0, rho], [rho, 1.0]], abseps=1e-10).cdf([c, c])
    assert between("gaussian", np.sqrt(SHARES[0] * SHARES[1])) == pytest.approx(both - PD**2, rel=1e-4)


@pytest.mark.parametrize("link", ["gaussian", "gamma", "lognormal"])
def test_pairs_within_and_between_sectors(link: str) -> None:
    """A yearly step: machines at asset correlation .12, software at .3, indices correlated by √(.4 · .8)."""
    counts = counted(link, "year", SEEDS[link])
    for sector, rho in enumerate(RHOS):
        assert agrees(mean_z(f"{link}, rate of {sector}", counts[:, sector, 1] * 2 / LOANS, PD))
        assert agrees(z_of(counts, sector, sector, theory.pair_covariance(PD, rho), f"{link}, within {sector}"))
    across = between(link, float(np.sqrt(SHARES[0] * SHARES[1])))
    assert agrees(z_of(counts, 0, 1, across, f"{link}, between"))
    assert not agrees(z_of(counts, 0, 1, between(link, SHARES[0]), f"{link}, between, software's share ignored"))


@pytest.mark.parametrize(("link", "step"), [("gamma", "month"), ("lognormal", "quarter")])
def test_pairs_within_sectors_whatever_the_step(link: str, step: str) -> None:
    """Shorter steps: the one-year correlation within each sector is still the one asked for."""
    counts = counted(link, step, SEEDS[step])
    for sector, rho in enumerate(RHOS):
        assert agrees(z_of(counts, sector, sector, theory.pair_covariance(PD, rho), f"{link}, {step}, {sector}"))


@pytest.mark.parametrize(("link", "step"), [("gaussian", "month"), ("gamma", "month"), ("lognormal", "quarter")])
def test_pairs_between_sectors_whatever_the_step(link: str, step: str) -> None:
    """Shorter steps, between sectors: yearly hazards as tabulated, factors drawn anew with numpy (seed 8).

    200,000 years: given the factors both rates are known, so theory's own SE is about .0002, the engine's .001.
    """
    counts = counted(link, step, SEEDS["gaussian month" if link == "gaussian" else step])
    rates = drawn_rates(link, step, SHARES)
    expected = float(((rates[0] - PD) * (rates[1] - PD)).mean())
    assert agrees(z_of(counts, 0, 1, expected, f"{link}, {step}, between"))
    alone = drawn_rates(link, step, (0.0, 0.0))
    assert not agrees(z_of(counts, 0, 1, float(((alone[0] - PD) * (alone[1] - PD)).mean()), "no national factor"))


def drawn_rates(link: Any, step: str, shares: tuple[float, float], n: int = 200_000) -> np.ndarray:
    """One-year default rates of both sectors, float64[sector, years], the index redrawn each step of an AR(1)."""
    random, every = np.random.default_rng(8), {"month": 1, "quarter": 3}[step]
    phi, steps = 0.9**every, 12 // every
    factors = random.standard_normal((3, n))                               # the nation's, then each sector's own
    lived = np.zeros((2, n))
    economy = steady(2, 12, 0.12, 0.9, 0.4, link=link, step=step)
    loadings = [loading_of(economy, ("rho", rho), PD) for rho in RHOS]
    for _ in range(steps):
        for sector, share in enumerate(shares):
            index = np.sqrt(share) * factors[0] + np.sqrt(1.0 - share) * factors[1 + sector]
            lived[sector] += yearly_hazard(link, *loadings[sector], index) / steps
        factors = phi * factors + np.sqrt(1.0 - phi**2) * random.standard_normal((3, n))
    return np.asarray(-np.expm1(-lived))


def test_a_sector_fails_as_often_as_its_factor_says() -> None:
    """Software at 1.6 times the grade's 5 %: 8 %, its pairs at asset correlation .3 for that; machines as before."""
    counts = counted("gaussian", "year", SEEDS["factor"], factor=1.6)
    for sector, (pd, rho) in enumerate(zip((PD, 0.08), RHOS, strict=True)):
        assert agrees(mean_z(f"rate of {sector}", counts[:, sector, 1] * 2 / LOANS, pd))
        sample = pairs(counts, sector, sector, pd)
        assert agrees(mean_z(f"pairs of {sector}", sample, theory.pair_covariance(pd, rho) / (pd * (1.0 - pd))))
    assert not agrees(mean_z("rate of software, factor ignored", counts[:, 1, 1] * 2 / LOANS, PD))


@pytest.mark.parametrize("link", ["gamma", "lognormal"])
def test_a_sector_strength_ignored_goes_red(link: str) -> None:
    """Software at the scheme's .12 instead of its own .3: the pairs within it are far from what was asked."""
    counts = counted(link, "year", SEEDS[link], loud=False)
    assert agrees(z_of(counts, 0, 0, theory.pair_covariance(PD, 0.12), f"{link}, machines"))
    assert not agrees(z_of(counts, 1, 1, theory.pair_covariance(PD, 0.3), f"{link}, software"))
