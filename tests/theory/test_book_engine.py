"""An in-force book through the engine: default counts of loans with probabilities and losses of their own.

Independent loans are a convolution of binomials; under one Gaussian factor and a year's step, such a convolution mixed
over the factor. Both are written out here, from scipy alone.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from simulator.runs import Results
from simulator.scheme import load, replace_values
from tests.theory.agree import SCENARIOS, WAN, assert_mean, assert_share, assert_variance, run

PATHS = 40_000
LOAN = 100 * WAN
YEAR, HALF = "2022-01-01", "2021-07-01"    # 360 and 180 days after the scenario opens
# number of loans, their default probability of a year, due date, loss given default
GROUPS = ((60, 0.05, YEAR, "100%"), (40, 0.2, YEAR, "100%"), (30, 0.3, HALF, "40%"))
ENDS = (1.0, 1.0, 0.5)                     # years still to run


def book(folder: Path, rho: int, groups: tuple[tuple[int, float, str, str], ...]) -> Results:
    """The loans of these groups, one a firm, and nobody else: the fund bears every loss in full."""
    rows = ["loan,firm,principal (万元),pd,start,maturity,lgd"]
    for g, (number, pd, due, lgd) in enumerate(groups):
        rows += [f"{g}-{n},firm {g}-{n},100,{pd:.0%},2020-05-20,{due},{lgd}" for n in range(number)]
    (folder / "book.csv").write_text("\n".join(rows), encoding="utf-8")
    path = folder / "held.yaml"
    path.write_text(f"id: held\nextends: {SCENARIOS / 'pool.yaml'}\nbook: {{file: book.csv}}\n", encoding="utf-8")
    return run(replace_values(load(path), {"macro.rho": rho}), PATHS, seed=71)


def convolved(groups: tuple[tuple[int, float, str, str], ...], chances: list[float]) -> np.ndarray:
    """Distribution of the number of defaults of independent loans."""
    found = np.ones(1)
    for (number, *_), chance in zip(groups, chances, strict=True):
        found = np.convolve(found, stats.binom.pmf(np.arange(number + 1), number, chance))
    return found


def moments(distribution: np.ndarray) -> tuple[float, float]:
    k = np.arange(len(distribution))
    mean = float(distribution @ k)
    return mean, float(distribution @ (k - mean) ** 2)


def test_independent_loans_of_two_terms_are_binomial(tmp_path: Path) -> None:
    """A loan with half a year to run defaults with probability 1 − √(1 − p)."""
    results = book(tmp_path, 0, GROUPS)
    chances = [1.0 - (1.0 - pd) ** end for (_, pd, *_), end in zip(GROUPS, ENDS, strict=True)]
    exact = convolved(GROUPS, chances)
    lost = results.column("defaults")
    mean, variance = moments(exact)
    assert_mean("defaults of 130", lost, mean)
    assert_variance("their variance", lost, variance)
    for k in (10, 15, 20, 25):
        assert_share(f"at most {k}", lost <= k, float(exact[:k + 1].sum()))
    assert (results.column("book_loans") == 130).all()
    assert (results.column("applications") == 0).all()


def test_own_losses_are_what_does_not_come_back(tmp_path: Path) -> None:
    """Recovered in the mean: 60 % of each of the last group's defaults; of the others nothing, on every path."""
    results = book(tmp_path, 0, GROUPS)
    chance = 1.0 - (1.0 - GROUPS[2][1]) ** ENDS[2]
    assert_mean("recovered (loans)", results.column("recovered_fen") / LOAN, 30 * chance * 0.6)
    nothing = book(tmp_path, 0, GROUPS[:2])
    assert (nothing.column("recovered_fen") == 0).all()
    assert nothing.column("defaults").sum() > 0


@pytest.mark.parametrize("rho", [0.05, 0.2])
def test_one_factor_mixes_the_binomials(tmp_path: Path, rho: float) -> None:
    """One-year loans of two probabilities under one factor: Φ((Φ⁻¹(p) − √ρ x) / √(1 − ρ)) given the factor x."""
    groups = GROUPS[:2]
    lost = book(tmp_path, round(rho * 1e6), groups).column("defaults")
    nodes, step = np.linspace(-8.0, 8.0, 801, retstep=True)
    exact = sum(stats.norm.pdf(x) * step * convolved(groups, [
        float(stats.norm.cdf((stats.norm.ppf(pd) + np.sqrt(rho) * x) / np.sqrt(1.0 - rho))) for _, pd, *_ in groups])
        for x in nodes)
    mean, variance = moments(exact)
    assert abs(exact.sum() - 1.0) < 1e-9 and abs(mean - 11.0) < 1e-6           # 60 × .05 + 40 × .2
    assert_mean("defaults of 100", lost, 11.0)
    assert_variance("their variance", lost, variance)
    for k in (3, 8, 15, 25, 35):
        assert_share(f"at most {k}", lost <= k, float(exact[:k + 1].sum()))
