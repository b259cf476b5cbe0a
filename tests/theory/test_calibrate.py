"""Calibration against quadrature, hand counts and tapes made loan by loan; the reserve study and its page."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from openpyxl import Workbook, load_workbook
from scipy import stats

from simulator.calibrate.counts import count
from simulator.calibrate.fit import correlation
from simulator.calibrate.frailty import laplace
from simulator.calibrate.sampler import sample
from simulator.calibrate.table import HEADERS, TapeErrors, template
from simulator.calibrate.tape import read_tape
from simulator.report.calibrate import understood
from simulator.report.reserve import render
from simulator.study import coverage, reserve

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


def test_a_bullet_loan_overdue_at_maturity_is_a_default_there(tmp_path: Path) -> None:
    """Declared in default 90 days after its maturity: it counts, at maturity, after 366 days; the tape says so."""
    late = "2,a,100,2020-01-01,2021-01-01,2021-04-01,2020-01-01,2023-01-01"
    tape = read_tape(written(tmp_path, GOOD, late), "abc")
    assert [(loan.failed, (loan.leave - loan.watched).days) for loan in tape.loans] == [(False, 366), (True, 366)]
    assert tape.doubts == {"late": (3,)}


def test_every_default_of_a_tape_dated_after_maturity_is_read(tmp_path: Path) -> None:
    """Seed 6 of the coverage study with each default moved to 90 days after maturity, where the watch still sees it."""
    rows = coverage.tape_rows(coverage.drawn_truth(6), 6)
    moved = 0
    for row in rows:
        after = date.fromisoformat(row[5]) + timedelta(90)
        if row[7] and after <= date.fromisoformat(row[9]):
            row[7], row[10:] = str(after), ["", "", ""]
            moved += 1
    coverage.write_tape(tmp_path / "t.csv", rows)
    tape = read_tape(tmp_path / "t.csv", "abc")
    assert moved > 40 and len(tape.doubts["late"]) == moved
    assert sum(loan.failed for loan in tape.loans) == sum(row[7] != "" for row in rows)


def test_what_is_counted_in_its_own_way_is_told_with_its_rows(tmp_path: Path) -> None:
    head = HEAD + ",结清日,已回收金额(万元),回收日"
    rows = ["1,a,100,2020-01-01,2021-01-01,,2020-01-01,2023-01-01,2020-12-01,,",
            "2,a,100,2020-01-01,2021-01-01,,2020-01-01,2023-01-01,,,",
            "3,a,100,2020-01-01,2021-01-01,2020-06-01,2020-01-01,2023-01-01,,130,2021-01-01",
            "4,a,1000000,2020-01-01,2021-01-01,,2020-01-01,2023-01-01,2020-12-01,,"]
    tape = read_tape(written(tmp_path, *rows, head=head), "abc")
    assert tape.doubts == {"overdue": (3,), "over": (4,), "far": (5,)}
    assert tape.loans[2].recovered == tape.loans[2].principal == 100_000_000
    without = read_tape(written(tmp_path, *rows[1:2], head=head), "abc")   # a tape that tells no repayment at all
    assert without.doubts == {}


def test_titles_other_separators_encodings_and_sheets_are_read(tmp_path: Path) -> None:
    def loans(path: Path) -> list[str]:
        return [loan.loan for loan in read_tape(path, "abc").loans]

    assert loans(written(tmp_path, ",,", HEAD, GOOD, head="某银行知识产权质押贷款台账,,")) == ["1"]
    assert loans(written(tmp_path, GOOD.replace(",", ";"), head=HEAD.replace(",", ";"))) == ["1"]
    assert loans(written(tmp_path, GOOD.replace(",", "\t"), head=HEAD.replace(",", "\t"), encoding="utf-16")) == ["1"]
    book = Workbook()
    book.active.append(["说明", "见第二页"])
    for line in (HEAD, GOOD):
        book.create_sheet("台账").append(line.split(",")) if line == HEAD else book["台账"].append(line.split(","))
    book.save(tmp_path / "t.xlsx")
    assert loans(tmp_path / "t.xlsx") == ["1"]


def test_a_broken_workbook_and_a_formula_are_named(tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_bytes(b"PK\x03\x04" + bytes(range(256)) * 9)
    with pytest.raises(TapeErrors) as raised:
        read_tape(tmp_path / "t.xlsx", "abc")
    assert {code for code, _ in raised.value.found} == {"unreadable"}
    book = Workbook()
    for line in (HEAD, GOOD.replace(",100,", ",=50+50,")):
        book.active.append(line.split(","))
    book.save(tmp_path / "f.xlsx")
    with pytest.raises(TapeErrors) as raised:
        read_tape(tmp_path / "f.xlsx", "abc")
    assert raised.value.found == {("bad_number", "本金(万元)"): [(2, "=50+50")]}


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
    assert {code for code, _ in raised.value.found} == {"only_examples"} and raised.value.n == 0


def test_the_templates_examples_are_loans_that_could_be_read(tmp_path: Path) -> None:
    """Repaid, in default with a recovery, and in force, once their numbers no longer say that they are examples."""
    template(tmp_path / "t.csv")
    told = (tmp_path / "t.csv").read_text("utf-8-sig")
    assert told.count("示例-") == 3
    (tmp_path / "mine.csv").write_text(told.replace("示例-", "贷款-"), "utf-8")
    tape = read_tape(tmp_path / "mine.csv", "abc")
    assert [(loan.principal, loan.failed, loan.recovered, loan.closed) for loan in tape.loans] == [
        (300_000_000, False, 0, False), (500_000_000, True, 120_000_000, True), (200_000_000, False, 0, False)]
    assert not tape.doubts


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx"])
def test_example_rows_are_left_out_and_told(tmp_path: Path, name: str) -> None:
    """Among own rows, whatever they hold: they are neither read nor checked, and their rows are told."""
    template(tmp_path / name)
    own = ["M-1", "甲", "", "b", "", "", 250, "2022-01-01", "2023-01-01", "2023-01-01", "", "2021-01-01", "2023-12-31"]
    broken = ["Example 9", "", "", "no grade", "", "", -5, "?", "?", "", "", "", "2020-01-01"]
    if name.endswith("csv"):
        with (tmp_path / name).open("a", encoding="utf-8", newline="") as file:
            file.writelines(",".join(map(str, row)) + "\r\n" for row in (own, broken))
    else:
        book = load_workbook(tmp_path / name)
        for row in (own, broken):
            book.active.append(row)
        book.save(tmp_path / name)
    tape = read_tape(tmp_path / name, "abc")
    assert [(loan.loan, loan.principal) for loan in tape.loans] == [("M-1", 250_000_000)]
    assert tape.doubts["examples"] == (2, 3, 4, 6)
    assert "4 行示例" in " ".join(understood(tape, "zh")) and "rows 2, 3, 4, 6" in " ".join(understood(tape, "en"))


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
