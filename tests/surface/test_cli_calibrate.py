"""Calibration as its users meet it: a tape in, an overlay out; every mistake named with its rows, all or nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from openpyxl import Workbook

from simulator.answers.draws import draw_changes
from simulator.scheme import load
from simulator.study import coverage
from tests.surface.test_cli import CHINESE, call

HEAD = "贷款编号,信用等级,行业,本金(万元),起始日,到期日,违约日,观察起始日,观察截止日,已回收金额(万元),回收日,追偿结束"
GOOD = "1,a,x,100,2020-01-01,2021-01-01,,2020-01-01,2023-01-01,,,"
WATCH = "2020-01-01,2023-01-01"
BAD = {
    "missing column": (["贷款编号,信用等级,本金(万元),起始日,到期日,观察起始日,观察截止日",
                        "1,a,100,2020-01-01,2021-01-01," + WATCH], ("违约日", "违约日"), False),
    "dates out of order": ([HEAD, GOOD, f"2,a,x,100,2021-06-01,2020-06-01,,{WATCH},,,"],
                           ("先后", "out of order"), True),
    "default after the watch": ([HEAD, GOOD, f"2,a,x,100,2020-06-01,2024-06-01,2023-05-01,{WATCH},,,"],
                                ("先后", "out of order"), True),
    "duplicate loan": ([HEAD, GOOD, GOOD], ("重复", "twice"), True),
    "negative balance": ([HEAD, GOOD, f"2,a,x,-5,2020-06-01,2021-06-01,,{WATCH},,,"], ("负", "negative"), True),
    "unknown grade": ([HEAD, GOOD, f"2,AAA,x,5,2020-06-01,2021-06-01,,{WATCH},,,"], ("AAA", "AAA"), True),
    "mixed units": ([HEAD, GOOD, f"2,a,x,5元,2020-06-01,2021-06-01,,{WATCH},,,"], ("混用单位", "mixed"), True),
    "no unit": ([HEAD.replace("本金(万元)", "本金"), GOOD], ("没有单位", "no unit"), False),
    "merged header": ([HEAD.replace("行业", ""), GOOD], ("合并", "merged"), False),
    "formula": ([HEAD, GOOD, f"2,a,x,=1+1,2020-06-01,2021-06-01,,{WATCH},,,"], ("公式", "formula"), True),
    "recovered without a default": ([HEAD, GOOD, f"2,a,x,9,2020-01-01,2021-01-01,,{WATCH},3,2022-01-01,"],
                                    ("没有违约日", "without a default"), True),
    "over before the watch": ([HEAD, GOOD, f"2,a,x,9,2018-01-01,2019-01-01,,{WATCH},,,"],
                              ("不在观察之内", "never watched"), True),
    "no date": ([HEAD, GOOD, f"2,a,x,5,2020-13-01,2021-06-01,,{WATCH},,,"], ("不是日期", "No date"), True),
    "empty file": ([HEAD], ("没有数据行", "no rows"), False)}


def written(path: Path, lines: list[str], encoding: str = "utf-8-sig") -> Path:
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def study_tape(path: Path, seed: int, encoding: str = "gb18030") -> Path:
    """A tape of the coverage study as a bank's file: loans made one by one of a truth from the priors."""
    coverage.write_tape(path, coverage.tape_rows(coverage.drawn_truth(seed), seed))
    path.write_text(path.read_text("utf-8-sig"), encoding)
    return path


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", BAD)
def test_mistakes_are_named_with_their_rows(capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str,
                                            lang: str) -> None:
    lines, said, rowed = BAD[name]
    out = tmp_path / "overlay.yaml"
    code, shown, err = call(capsys, "calibrate", str(written(tmp_path / "t.csv", lines)), "--out", str(out),
                            "--lang", lang)
    assert code == 2 and shown == "" and not out.exists()
    assert said[lang == "en"] in err and "Traceback" not in err
    if rowed:
        assert re.search(r"(行|rows) 3\b", err), err
    assert ("读到的内容" if lang == "zh" else "What was understood") in err
    assert bool(CHINESE.search(err.splitlines()[0])) is (lang == "zh")


def test_all_mistakes_are_told_at_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rows = [BAD[name][0][2] for name in ("negative balance", "unknown grade", "no date")]
    rows = [row.replace("2,", f"{n + 2},", 1) for n, row in enumerate(rows)]
    _, _, err = call(capsys, "calibrate", str(written(tmp_path / "t.csv", [HEAD, GOOD, *rows])), "--lang", "en")
    assert [line for n in (3, 4, 5) for line in err.splitlines() if f"rows {n}," in line] != []
    assert {n for n in (3, 4, 5) if f"rows {n}," in err} == {3, 4, 5}


def test_a_formula_in_a_sheet_is_never_computed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A cell =1+1 without a stored value is empty, not 2."""
    book = Workbook()
    for line in (HEAD, GOOD):
        book.active.append([cell if cell != "100" else "=1+1" for cell in line.split(",")])
    book.save(tmp_path / "t.xlsx")
    code, _, err = call(capsys, "calibrate", str(tmp_path / "t.xlsx"), "--lang", "en")
    assert code == 2 and "rows 2" in err and "本金" in err


def test_a_merged_header_of_a_sheet_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    book = Workbook()
    for line in (HEAD, GOOD):
        book.active.append(line.split(","))
    book.active.merge_cells("A1:C1")
    book.save(tmp_path / "t.xlsx")
    code, _, err = call(capsys, "calibrate", str(tmp_path / "t.xlsx"), "--lang", "en")
    assert code == 2 and "merged" in err


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_template_shows_how_and_is_no_tape(capsys: pytest.CaptureFixture[str], tmp_path: Path, kind: str,
                                               lang: str) -> None:
    """Written by --template and given back as it is: refused, for its rows are examples."""
    file = tmp_path / f"t.{kind}"
    assert call(capsys, "calibrate", "--template", str(file), "--quiet")[0] == 0
    code, shown, err = call(capsys, "calibrate", str(file), "--lang", lang)
    assert code == 2 and not shown
    assert {"zh": "台账里只有示例行", "en": "The tape holds only example rows"}[lang] in err


def test_an_existing_file_is_left_alone(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = written(tmp_path / "o.yaml", ["mine"])
    assert call(capsys, "calibrate", str(written(tmp_path / "t.csv", [HEAD, GOOD])), "--out", str(out))[0] == 2
    assert out.read_text("utf-8-sig") == "mine\n"


def test_from_a_gbk_tape_to_draws_of_its_posterior(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Seed 6: about 1,700 loans; the overlay loads over Liaoning, is of grade C, and its joint draws are used."""
    tape = study_tape(tmp_path / "台账.csv", 6)
    out = tmp_path / "overlay.yaml"
    code, shown, _ = call(capsys, "calibrate", str(tape), "--out", str(out), "--json", "--quiet")
    found = json.loads(shown)["estimates"]
    assert code == 0
    scenario = load(out)
    assert scenario.firms.grades["a"].pd == pytest.approx(found["pd.a"]["median"] * 1e6, abs=1)
    assert scenario.macro.link == "lognormal" and scenario.macro.national_share == 1_000_000
    origin = scenario.provenance["firms.grades.a.pd"]
    assert origin.grade == "C" and origin.low <= scenario.firms.grades["a"].pd <= origin.high
    series = scenario.posterior
    assert {len(one) for one in series.values()} == {200}
    assert {"firms.grades.a.pd", "macro.rho", "macro.persistence"} <= set(series)
    rows = draw_changes(scenario, 200, seed=1)
    drawn = sorted(row["firms.grades.a.pd"] for row in rows)
    inside = sum(origin.low <= one <= origin.high for one in drawn)
    assert 160 <= inside <= 195                             # 90 % of 200, SE 4.2; more than none lie outside the band
    pairs = {(row["firms.grades.a.pd"], row["macro.rho"]) for row in rows}
    assert pairs == {(round(float(pd[:-1]) * 1e4), round(float(rho[:-1]) * 1e4))
                     for pd, rho in zip(series["firms.grades.a.pd"], series["macro.rho"], strict=True)}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_was_understood_and_what_is_left_out_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path,
                                                          lang: str) -> None:
    """Sectors x and y are not Liaoning's; nine defaults of seed 6 are dated after maturity; the last row is no loan."""
    tape = study_tape(tmp_path / "t.csv", 6, "utf-8-sig")
    rows = tape.read_text("utf-8-sig").splitlines()
    tape.write_text("\n".join([*rows, f"示例-1,{rows[-1].partition(',')[2]}"]), "utf-8")
    late = sum(row[7] > row[5] for row in coverage.tape_rows(coverage.drawn_truth(6), 6) if row[7])
    code, shown, _ = call(capsys, "calibrate", str(tape), "--lang", lang, "--quiet")
    assert code == 0 and late == 9
    assert "loan←贷款编号" in shown
    assert ("9 笔的违约日在到期日之后" if lang == "zh" else "9 defaults are dated after maturity") in shown
    assert (f"1 行示例(编号以“示例”开头)没有读入(行 {len(rows) + 1})" if lang == "zh" else
            f"begins with 示例 or 'example') were left out (rows {len(rows) + 1})") in shown
    assert f"{len(rows) - 1:,} 笔贷款" in shown if lang == "zh" else f"{len(rows) - 1:,} loans" in shown
    assert ("行业 x, y 的违约率高低" if lang == "zh" else "how often sectors x, y fail") in shown


def test_a_sector_the_tape_does_not_tell_keeps_its_own_rate(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """How its firms move together is estimated anew, how often they fail is not."""
    (tmp_path / "own.yaml").write_text("""
schema: 1
id: own
extends: dalian-2020
title: {zh: 自己, en: own}
macro: {sectors: {equipment: {rho: {value: 20%, grade: D, note: t}, pd_factor: {value: 1.5, grade: D, note: t}}}}
""", "utf-8")
    (tmp_path / "kept").mkdir()
    out = tmp_path / "kept" / "overlay.yaml"                               # extends a file of another folder
    tape = study_tape(tmp_path / "t.csv", 6)
    assert call(capsys, "calibrate", str(tape), "--scenario", str(tmp_path / "own.yaml"), "--out", str(out),
                "--quiet")[0] == 0
    (sector,) = load(out).macro.sectors.values()
    assert (sector.rho, sector.pd_factor) == (None, 1.5)


def test_sectors_of_the_scheme_carry_their_own_default_rate(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The study's sectors under two names of the base scheme's, one of them in Chinese."""
    tape = study_tape(tmp_path / "t.csv", 6, "utf-8-sig")
    lines = tape.read_text("utf-8-sig").replace(",x,", ",装备,").replace(",y,", ",food,")
    tape.write_text(lines, "utf-8")
    out = tmp_path / "overlay.yaml"
    code, shown, _ = call(capsys, "calibrate", str(tape), "--scenario", "dalian-2020", "--out", str(out), "--json",
                          "--quiet")
    found, scenario = json.loads(shown)["estimates"], load(out)
    assert code == 0 and set(scenario.macro.sectors) == {"equipment", "food"}
    for name, sector in (("装备", "equipment"), ("food", "food")):
        assert scenario.macro.sectors[sector].pd_factor == pytest.approx(found[f"factor.{name}"]["median"], abs=1e-4)
        assert scenario.provenance[f"macro.sectors.{sector}.pd_factor"].grade == "C"
    assert "macro.sectors.food.pd_factor" in scenario.posterior
    assert abs(found["factor.装备"]["median"] - 1) > 0.02                   # they do differ
