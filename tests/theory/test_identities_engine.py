"""Expected claims through the engine, and what a binding leverage does to a fund (model identities in the mean)."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from simulator.answers.closed_forms import pool_distribution
from simulator.runs import Results
from simulator.scheme.scenario import Scenario
from tests.theory.agree import LIMIT, WAN, agrees, assert_mean, mean_z, run, scheme

LOAN = 100 * WAN
PD = 0.05


def lending(**values: object) -> Scenario:
    """200 loans of mixed sizes a year for two years, no gate, no recovery, a share of 50 %."""
    return scheme("plain", clock__months=24, segments__fund__loans_by_year=[200.0, 200.0],
                  segments__fund__size__sigma=0.7, segments__fund__dispersion=4.0, **values)


@pytest.mark.parametrize("term", [180, 360, 720])
@pytest.mark.parametrize("share", [0.5, 0.8])
def test_gross_claims_are_covered_amount_times_probability_times_share(term: int, share: float) -> None:
    """Independent defaults, few firms with several loans each: with the run-off, whatever the term."""
    result = run(lending(segments__fund__firms=150, modes__alone__terms__0__share=round(share * 1e6),
                         segments__fund__terms=[{"days": term, "weight": 1_000_000}]), 8_000, seed=71)
    expected = share * (1.0 - (1.0 - PD) ** (term / 360.0))
    covered = result.column("covered_fen")
    assert (covered == result.column("disbursed_fen")).all()
    assert_mean(f"claims of a yuan covered, {term} days, share {share}",
                (result.column("liable_fund_fen") - expected * covered) / covered.mean() + expected, expected)


@pytest.mark.parametrize("persistence", [0.95, 0.5])
def test_gross_claims_under_a_common_factor(persistence: float) -> None:
    """One-year loans: a year that starts within a month spans thirteen draws instead of twelve, two of them in part.

    That lowers the variance of its hazard by at most 1/24 (independent months, start in mid-month) and so raises the
    mean default rate by at most half of that times the variance of the rate, P(two default) - PD², to first order; the
    bound doubles it.
    """
    scenario = lending(macro__rho=120_000, macro__persistence=persistence, segments__fund__firms=50_000)
    result = run(scenario, 6_000, seed=72)
    variance = float(pool_distribution(2, PD, 0.12)[2]) - PD**2
    covered = result.column("covered_fen")
    assert_mean(f"claims of a yuan covered, persistence {persistence}",
                (result.column("liable_fund_fen") - 0.5 * PD * covered) / covered.mean() + 0.5 * PD, 0.5 * PD,
                bound=0.5 * variance / 24.0)


def test_moral_hazard_multiplies_the_hazard() -> None:
    """PD x (1 + k max(0, cover - threshold)): cover 80 %, threshold 50 %, k .5 make the hazard 1.15 times as large."""
    result = run(lending(segments__fund__firms=50_000, modes__alone__terms__0__share=800_000,
                         moral_hazard__strength=0.5), 6_000, seed=73)
    expected = 1.0 - (1.0 - PD) ** 1.15
    loans, lost = result.column("loans"), result.column("defaults")
    assert_mean("default rate under 80 % cover", (lost - expected * loans) / loans.mean() + expected, expected)
    assert not agrees(mean_z("the same without moral hazard", (lost - PD * loans) / loans.mean(), 0.0))


# --- a binding leverage ---------------------------------------------------------------------------

PATHS = 5_000


@cache
def bound_by_leverage(scale_ppm: int) -> Results:
    """Demand for 200 loans of 100 万元 a year; 250 万元 at 20 times carry 50 of them."""
    scenario = scheme("plain", clock__months=24, segments__fund__loans_by_year=[200.0, 200.0],
                      segments__fund__firms=20_000, macro__rho=120_000, pots__city__leverage=20_000,
                      pots__city__contributors__0__amount=250 * WAN)
    return run(scenario, PATHS, seed=74, scale_ppm=scale_ppm)


def test_half_a_fund_whose_leverage_binds_covers_half() -> None:
    """Room is proportional to the fund; it turns over once a year, and claims take the same part of both: half within a
    tenth, the tolerance for 25 loans instead of 50 coming in whole loans."""
    whole, half = bound_by_leverage(1_000_000), bound_by_leverage(500_000)
    assert whole.column("refused_leverage").mean() > 0.5 * whole.column("covered_loans").mean()
    ratio = half.column("covered_fen").mean() / whole.column("covered_fen").mean()
    print(f"\ncovered by half the fund: {ratio:.3f} of the whole's", end="")
    assert 0.45 < ratio < 0.55
    # A loan is covered only while all in force fit: never above the whole of the room, most often up to its last loan.
    for result in (whole, half):
        peak = result.column("peak_use_ppm")
        assert peak.max() <= 1_000_000
        assert np.median(peak) > 950_000


def test_half_a_fund_is_not_safer() -> None:
    """Exposure shrinks with the fund, so a smaller fund does not buy safety; what it loses is diversification."""
    whole, half = (bound_by_leverage(s).column("exhausted_day") >= 0 for s in (1_000_000, 500_000))
    gap = half.astype(float) - whole
    se = gap.std(ddof=1) / np.sqrt(PATHS)
    print(f"\nexhausted: whole {whole.mean():.4f}, half {half.mean():.4f}, n {PATHS}, z {gap.mean() / se:+.2f}", end="")
    assert 0.01 < whole.mean() < 0.9
    assert gap.mean() > -LIMIT * se
