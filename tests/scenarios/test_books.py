"""In-force books: every form of the file says the same, and every fault of one is told with its row, all at once.

The first line of each file in ``broken_books`` says what is wrong with it: code, line:column, text given.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from openpyxl import Workbook

from simulator.lang import MESSAGES
from simulator.scheme import Problem, Scenario, ScenarioErrors, load, replace_values
from simulator.scheme.parts_book import HeldLoan

HERE = Path(__file__).parent
MINIMAL = HERE / "minimal.yaml"
BOOK = HERE / "book.csv"
BROKEN = sorted((HERE / "broken_books").glob("*.csv"))
EXPECT = re.compile(r"# expect: (\w+) (\d+):(\d+)(?: ([^\r\n]*))?")


def expected(path: Path) -> tuple[str, int, int, str]:
    """What the first line of a fixture says of it."""
    raw = path.read_bytes()
    try:
        first = raw.decode("utf-8")
    except UnicodeDecodeError:
        first = raw.decode("gb18030")
    match = EXPECT.match(first)
    assert match is not None
    return match[1], int(match[2]), int(match[3]), match[4] or ""


def scenario_with(folder: Path, book: Path, more: str = "") -> Path:
    """The minimal scheme with this book, in a file of its own."""
    path = folder / "held.yaml"
    path.write_text(f"id: held\nextends: {MINIMAL}\nbook: {{file: {book}{more}}}\n", encoding="utf-8")
    return path


def problems_of(path: Path) -> list[Problem]:
    with pytest.raises(ScenarioErrors) as caught:
        load(path)
    return caught.value.problems


def loans_of(scenario: Scenario) -> tuple[HeldLoan, ...]:
    loans: tuple[HeldLoan, ...] = scenario.book.held.loans
    return loans


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_book_is_refused_where_it_is_broken(path: Path, tmp_path: Path) -> None:
    code, line, column, given = expected(path)
    problems = problems_of(scenario_with(tmp_path, path))
    assert (code, line, column, given) in {(p.code, p.line, p.column, p.given) for p in problems}
    assert {p.code for p in problems} == {code}
    assert all(p.file.endswith(path.name) for p in problems)
    for problem in problems:
        zh, en = problem.render("zh"), problem.render("en")
        assert zh != en and re.search(r"[一-鿿]", zh)
        assert f"{path.name}:{problem.line}:{problem.column}" in zh
        if problem.given and "{given}" in MESSAGES[f"{problem.code}.what"][0]:
            assert problem.given in zh and problem.given in en


def test_every_message_about_books_has_a_fixture() -> None:
    shown = {expected(path)[0] for path in BROKEN}
    told = {key.removesuffix(".what") for key in MESSAGES if key.startswith("book_") and key.endswith(".what")}
    of_the_scenario = {"book_incomplete", "book_above_members"}            # test_broken
    assert told - shown - of_the_scenario == {"book_elsewhere"}            # of the app: app/test_state


def test_all_faults_are_told_at_once_with_those_of_the_scenario(tmp_path: Path) -> None:
    lines = BOOK.read_text(encoding="utf-8").splitlines()
    book = tmp_path / "loans.csv"
    book.write_text("\n".join([lines[0], lines[1].replace("small", "tiny").replace("100", "abc"),
                               lines[2].replace("2022-03-31", "2020-12-31").replace("A2", "A1")]), encoding="utf-8")
    path = scenario_with(tmp_path, book)
    path.write_text(path.read_text(encoding="utf-8") + "pots: {city: {floor: {value: 5, grade: D, note: x}}}\n",
                    encoding="utf-8")
    assert {(Path(p.file).name, p.code, p.line, p.column) for p in problems_of(path)} == {
        ("held.yaml", "money_unit", 4, 30), ("loans.csv", "book_name_unknown", 2, 6), ("loans.csv", "money_form", 2, 8),
        ("loans.csv", "book_matured", 3, 11), ("loans.csv", "book_loan_twice", 3, 1)}


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    (problem,) = problems_of(scenario_with(tmp_path, tmp_path / "none.csv"))
    assert (problem.code, Path(problem.file).name) == ("table_unreadable", "none.csv")


# What book.csv says, worked out by hand: shares in ppm, amounts in fen.
MEANT = [
    ("A1", "甲", "good", None, "north", "small", "invention", 100_000_000, None, None, None, "software", "alone"),
    ("A2", "乙", "weak", None, "south", "micro", "invention", 200_000_000, 100_000_000, 450_000, 46_500, "software",
     "insured")]


def meant(scenario: Scenario) -> list[tuple]:
    return [(n.loan, n.firm, n.grade, n.pd, n.district, n.firm_class, n.ip, n.principal, n.covered, n.lgd, n.rate,
             n.sector, n.mode) for n in loans_of(scenario)]


def test_what_a_book_says(tmp_path: Path) -> None:
    scenario = load(scenario_with(tmp_path, BOOK))
    assert meant(scenario) == MEANT
    assert [(str(n.start), str(n.maturity), n.bank) for n in loans_of(scenario)] == [
        ("2020-07-01", "2021-06-30", "city_bank"), ("2020-08-01", "2022-03-31", "city_bank")]
    assert scenario.book.kind == "file"


@pytest.mark.parametrize("form", ["gb18030", "xlsx", "english", "columns"])
def test_every_form_of_the_file_says_the_same(tmp_path: Path, form: str) -> None:
    text = BOOK.read_text(encoding="utf-8")
    rows, more = [line.split(",") for line in text.splitlines()], ""
    book = tmp_path / ("loans.xlsx" if form == "xlsx" else "loans.csv")
    if form == "xlsx":
        sheet = Workbook()
        for row in [["期初在贷明细"], *rows]:
            sheet.active.append([cell or None for cell in row])
        sheet.save(book)
    elif form == "english":
        heads = ("loan,firm,grade,pd,district,firm class,ip,principal (万元),covered (万元),start,maturity,lgd,rate,"
                 "sector,mode,cluster")
        book.write_text("\n".join([heads, *text.splitlines()[1:]]), encoding="utf-8")
    elif form == "columns":
        more = ", columns: {loan: 台账号}"
        book.write_text(text.replace("贷款编号", "台账号"), encoding="utf-8")
    else:
        book.write_bytes(text.encode(form))
    one, other = load(scenario_with(tmp_path, book, more)), load(scenario_with(tmp_path, BOOK))
    assert meant(one) == MEANT
    assert one.book.held == other.book.held


def test_the_path_is_relative_to_the_file_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "loans.csv").write_bytes(BOOK.read_bytes())
    path = scenario_with(tmp_path, Path("data/loans.csv"))
    over = tmp_path / "data" / "over.yaml"
    over.write_text(f"id: over\nextends: {path}\n", encoding="utf-8")
    assert load(over).book.held == load(path).book.held


def test_the_hash_follows_the_loans_and_not_the_form(tmp_path: Path) -> None:
    book = tmp_path / "book.csv"
    book.write_bytes(BOOK.read_text(encoding="utf-8").encode("gb18030"))
    path = scenario_with(tmp_path, Path("book.csv"))
    first = load(path)
    book.write_bytes(BOOK.read_bytes())
    assert load(path).hash == first.hash
    book.write_text(BOOK.read_text(encoding="utf-8").replace("45%", "46%"), encoding="utf-8")
    assert load(path).hash != first.hash


def test_other_values_keep_the_book(tmp_path: Path) -> None:
    scenario = load(scenario_with(tmp_path, BOOK))
    assert replace_values(scenario, {"market.count": 50.0}).book.held is scenario.book.held


def test_a_book_is_written_in_a_file_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "held.yaml"
    path.write_text(f"id: held\nextends: {MINIMAL}\nbook: {{kind: none, held: []}}\n", encoding="utf-8")
    (problem,) = problems_of(path)
    assert (problem.code, problem.given) == ("unknown_key", "held")
