"""Calibration against quadrature, hand counts and tapes made loan by loan; the reserve study and its page."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from simulator.calibrate.counts import count
from simulator.calibrate.fit import correlation
from simulator.calibrate.frailty import laplace
from simulator.calibrate.sampler import sample
from simulator.calibrate.table import HEADERS, TapeErrors, template
from simulator.calibrate.tape import read_tape
from simulator.report.reserve import render
from simulator.study import reserve

ROOT = Path(__file__).parents[2]
RESULTS = json.loads((ROOT / "docs" / "reserve.json").read_text("utf-8"))
HEAD = "贷款编号,信用等级,本金(万元),起始日,到期日,违约日,观察起始日,观察截止日"
GOOD = "1,a,100,2020-01-01,2021-01-01,,2020-01-01,2023-01-01"


def test_time_at_risk_by_hand() -> None:
    """Watched from 0.5 to 2.25 months: ½, 1 and ¼ month; a default at 2.25 is the third month's."""
    defaults, exposure = count(np.array([0.5]), np.array([2.25]), np.array([True]), np.array([0]), 3, 1)
    assert exposure[:, 0] * 12 == pytest.approx([0.5, 1.0, 0.25])
    assert defaults[:, 0].tolist() == [0, 0, 1]


def test_laplace_is_near_quadrature() -> None:
    """Three months, Gauss-Hermite with 40 nodes a month; a Laplace error below 0.02 in the log."""
    defaults, expected, loading, persistence = np.array([2.0, 0.0, 1.0]), np.array([0.8, 0.9, 1.0]), 0.8, 0.7
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    weights = weights / weights.sum()
    a, b, c = np.meshgrid(nodes, nodes, nodes, indexing="ij")
    second = persistence * a + np.sqrt(1 - persistence**2) * b
    path = (a, second, persistence * second + np.sqrt(1 - persistence**2) * c)
    log = sum(n * loading * f - m * np.exp(loading * f) for n, m, f in zip(defaults, expected, path, strict=True))
    exact = np.log(np.einsum("i,j,k,ijk", weights, weights, weights, np.exp(log)))
    assert laplace(defaults, expected, loading, persistence, np.zeros(3), np.empty((3, 3))) == pytest.approx(
        exact, abs=0.02)


def test_sampler_draws_a_normal_it_is_given() -> None:
    root = np.array([[1.0, 0.0], [1.6, 0.5]])
    inverse = np.linalg.inv(root @ root.T)
    drawn = sample(lambda x: -0.5 * np.einsum("ci,ij,cj->c", x, inverse, x), np.zeros(2), np.ones(2), 3)
    assert drawn.converged
    error = np.sqrt(np.diag(root @ root.T) / drawn.ess)                     # of the means; four of them
    assert (np.abs(drawn.flat.mean(axis=0)) < 4 * error).all()
    assert np.cov(drawn.flat.T) == pytest.approx(root @ root.T, rel=0.2)


@pytest.mark.parametrize("rho", [0.05, 0.12, 0.3])
def test_correlation_undoes_vasicek(rho: float) -> None:
    pd = 0.03
    c = stats.norm.ppf(pd)
    both = stats.multivariate_normal([0, 0], [[1, rho], [rho, 1]], abseps=1e-10).cdf([c, c])
    assert correlation(pd, both - pd**2) == pytest.approx(rho, abs=2e-3)


def test_posterior_covers_tapes_made_loan_by_loan() -> None:
    """40 truths from the prior, seeds 9,000,000 on: 90 % cover, SE 4.7 points, three of them."""
    found = [reserve.one((9_000_000 + k, reserve.drawn_truth(9_000_000 + k)), 5, 400) for k in range(40)]
    assert all(one.converged for one in found)
    share = np.mean([one.covered for one in found], axis=0)
    assert (share >= 0.9 - 0.142).all(), share


# --- reading ------------------------------------------------------------------------------------------

def written(folder: Path, *rows: str, head: str = HEAD, encoding: str = "utf-8-sig") -> Path:
    path = folder / "tape.csv"
    path.write_text("\n".join((head, *rows)) + "\n", encoding=encoding)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    (loan,) = read_tape(written(tmp_path, GOOD, encoding=encoding), "abc").loans
    assert (loan.principal, loan.failed) == (100_000_000, False)            # fen


@pytest.mark.parametrize(("row", "code"), [
    ("1,a,100,2021-01-01,2020-01-01,,2020-01-01,2023-01-01", "dates_order"), (GOOD, "duplicate"),
    ("2,a,-1,2020-01-01,2021-01-01,,2020-01-01,2023-01-01", "negative"),
    ("2,z,1,2020-01-01,2021-01-01,,2020-01-01,2023-01-01", "grade"),
    ("2,a,3元,2020-01-01,2021-01-01,,2020-01-01,2023-01-01", "units"),
    ("2,a,=1+1,2020-01-01,2021-01-01,,2020-01-01,2023-01-01", "bad_number"),
    ("2,a,1,2020-13-01,2021-01-01,,2020-01-01,2023-01-01", "bad_date")])
def test_bad_rows_are_named(tmp_path: Path, row: str, code: str) -> None:
    with pytest.raises(TapeErrors) as raised:
        read_tape(written(tmp_path, GOOD, row), "abc")
    assert code in {name for name, _ in raised.value.found}
    for lang in ("zh", "en"):
        assert "3" in raised.value.render(lang)


def test_missing_columns_and_merged_headers_are_told_together(tmp_path: Path) -> None:
    with pytest.raises(TapeErrors) as raised:
        read_tape(written(tmp_path, "1,a,7", head="贷款编号,信用等级,"), "abc")
    assert {"missing_column", "header_empty"} <= {name for name, _ in raised.value.found}


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx"])
def test_template_has_every_field(tmp_path: Path, name: str) -> None:
    template(tmp_path / name)
    with pytest.raises(TapeErrors) as raised:
        read_tape(tmp_path / name, "abc")
    assert set(raised.value.columns) == set(HEADERS)
    assert {code for code, _ in raised.value.found} == {"empty"}


# --- the study's page -----------------------------------------------------------------------------------

def test_pages_are_fresh() -> None:
    for lang, name in (("en", "reserve.md"), ("zh", "reserve.zh.md")):
        assert (ROOT / "docs" / name).read_text("utf-8") == render(RESULTS, lang), "make reserve"


def test_the_predictive_reserve_keeps_its_promise_and_the_plug_in_does_not() -> None:
    prior = RESULTS["prior"]
    assert prior["tapes"] >= 400 and prior["converged"] == prior["tapes"]
    assert 0.006 <= prior["predictive"][0] <= 0.015
    assert prior["plug_in"][0] > 0.05
    assert all(0.84 <= share <= 0.95 for share in prior["covered"].values())
    assert min(RESULTS["uniformity"].values()) > 0.01
