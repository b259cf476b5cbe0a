"""Tables that people keep: every encoding and form says the same, and every mistake is named with its row."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from simulator.lang import MESSAGES
from simulator.scheme.problems import Problem
from simulator.scheme.tabular import Column, Table, read_table

COLUMNS = (Column("loan", ("贷款编号", "loan number"), required=True),
           Column("amount", ("贷款余额", "balance"), "money", required=True),
           Column("start", ("放款日", "disbursed"), "date"), Column("rate", ("利率", "rate"), "share"))
ROWS = [["贷款编号", "贷款余额(万元)", "放款日", "利率", "备注"], ["甲一", "100", "2024-01-31", "4.35%", "x"],
        ["甲二", "1,250.5", "2024/2/3", "385bp", ""]]
MEANT = [("甲一", 100_000_000, datetime.date(2024, 1, 31), 43_500),
         ("甲二", 1_250_500_000, datetime.date(2024, 2, 3), 38_500)]


def read(path: Path, named: dict[str, str] | None = None) -> tuple[Table | None, list[Problem], list[tuple]]:
    problems: list[Problem] = []
    table = read_table(path, COLUMNS, problems, named)
    values = [tuple(table.value(row, column, problems) for column in COLUMNS) for row in table.rows] if table else []
    return table, problems, values


def write(tmp_path: Path, rows: list[list[str]], encoding: str = "utf-8", separator: str = ",") -> Path:
    path = tmp_path / "table.csv"
    text = "\r\n".join(separator.join(f'"{cell}"' if "," in cell else cell for cell in row) for row in rows)
    path.write_bytes(text.encode(encoding))
    return path


def workbook(tmp_path: Path, rows: list[list[object]], merge: str = "") -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if merge:
        book.active.merge_cells(merge)
    path = tmp_path / "table.xlsx"
    book.save(path)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_same_table_in_every_encoding(tmp_path: Path, encoding: str, separator: str) -> None:
    table, problems, values = read(write(tmp_path, ROWS, encoding, separator))
    assert not problems
    assert values == MEANT
    assert [row.number for row in table.rows] == [2, 3]
    assert table.headers["amount"] == (2, "贷款余额(万元)") and table.ignored == ["备注"]


def test_a_workbook_with_a_title_dates_and_per_cents(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["在保贷款表"], ["Loan Number", "Balance (万元)", "Disbursed", "Rate"],
                               ["甲一", 100, datetime.datetime(2024, 1, 31), 0.0435],
                               ["甲二", 1250.5, "2024年2月3日", "385bp"]], "A1:D1")
    from openpyxl import load_workbook
    book = load_workbook(path)
    book.active["D3"].number_format = "0.00%"
    book.save(path)
    table, problems, values = read(path)
    assert not problems
    assert values == MEANT
    assert [row.number for row in table.rows] == [3, 4]


def test_other_names_for_the_columns(tmp_path: Path) -> None:
    rows = [["合同", "金额/万元", "放款日"], ["甲一", "100", "20240131"]]
    _, problems, values = read(write(tmp_path, rows), {"loan": "合同", "amount": "金额"})
    assert not problems
    assert values == [("甲一", 100_000_000, datetime.date(2024, 1, 31), None)]


def test_everything_wrong_is_told_at_once_with_its_row(tmp_path: Path) -> None:
    rows = [ROWS[0], ["甲一", "-5", "2024-13-01", "4.35", ""], ["甲二", "abc", "2024-01-31", "4%", ""],
            ["甲三", "=B2*2", "2024-01-31", "", ""]]
    _, problems, _ = read(write(tmp_path, rows))
    assert {(p.code, p.line, p.column) for p in problems} == {
        ("money_negative", 2, 2), ("date_form", 2, 3), ("share_unit", 2, 4), ("money_form", 3, 2),
        ("table_formula", 4, 2), ("money_form", 4, 2)}
    for problem in problems:
        zh, en = problem.render("zh"), problem.render("en")
        assert f"table.csv:{problem.line}:{problem.column}" in zh and problem.given in zh and problem.given in en


def test_a_formula_of_a_workbook_is_text(tmp_path: Path) -> None:
    _, problems, values = read(workbook(tmp_path, [["loan number", "balance(元)"], ["a", "=1+1"], ["b", 2]]))
    assert [(p.code, p.line, p.column, p.given) for p in problems if p.code == "table_formula"] == [
        ("table_formula", 2, 2, "=1+1")]
    assert values[1][1] == 200


def broken(tmp_path: Path, case: str) -> Path:
    if case == "table_unreadable":
        path = tmp_path / "table.xlsx"
        path.write_bytes(b"PK\x03\x04 not a workbook")
        return path
    if case == "table_encoding":
        path = tmp_path / "table.csv"
        path.write_bytes(b"loan number,balance\n\xff\xff,1\n")
        return path
    if case == "table_merged":
        return workbook(tmp_path, [["loan number", "balance", "disbursed"], ["a", "1 元", "2024-01-31"]], "B1:C1")
    rows = {"table_no_header": [["a", "b"], ["1", "2"]], "table_column_missing": [["loan number", "disbursed"], ["a", ""]],
            "table_header_twice": [["loan number", "balance", "balance"], ["a", "1 元", "2 元"]],
            "table_empty": [["loan number", "balance"]],
            "table_formula": [["loan number", "balance"], ["=HYPERLINK(1)", "1 元"]],
            "table_too_large": [["loan number", "balance", *["x"] * 600], ["a", "1 元"]]}
    return write(tmp_path, rows[case])


@pytest.mark.parametrize("case", sorted(code.removesuffix(".what") for code in MESSAGES
                                        if code.startswith("table_") and code.endswith(".what")))
def test_every_message_is_provoked(tmp_path: Path, case: str) -> None:
    _, problems, _ = read(broken(tmp_path, case))
    assert [p.code for p in problems] == [case]
    assert problems[0].render("zh") != problems[0].render("en")
