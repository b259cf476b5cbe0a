"""Loans in force from the command line: the file is told, its faults are told in both languages, and it is run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.surface.test_cli import call

HERE = Path(__file__).parent
SCENARIOS = HERE.parent / "scenarios"
MINIMAL = str(SCENARIOS / "minimal.yaml")
BOOK = SCENARIOS / "book.csv"


def test_a_run_opens_with_the_loans_of_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    """book.csv holds two loans, of 100 and 200 万元: both are there on every path."""
    code, out, _ = call(capsys, "run", MINIMAL, "--book", str(BOOK), "--paths", "3", "--json", "--quiet")
    assert code == 0
    columns = json.loads(out)["columns"]
    assert columns["book_loans"]["mean"] == 2
    assert columns["book_fen"]["mean"] == 300_000_000
    code, out, _ = call(capsys, "run", MINIMAL, "--paths", "3", "--json", "--quiet")
    columns = json.loads(out)["columns"]
    assert code == 0 and columns["book_loans"]["mean"] == 0


@pytest.mark.parametrize(("lang", "words"), [("zh", ("有 1 处问题", "情景里没有“发明”")),
                                             ("en", ("has 1 problem", "The scenario has no '发明'"))])
def test_faults_of_the_file_are_told_with_their_row(capsys: pytest.CaptureFixture[str], lang: str,
                                                    words: tuple[str, ...]) -> None:
    broken = SCENARIOS / "broken_books" / "name_unknown.csv"
    code, out, err = call(capsys, "run", MINIMAL, "--book", str(broken), "--lang", lang)
    assert code == 2 and not out
    assert "name_unknown.csv:3:7" in err
    for word in words:
        assert word in err


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_example_rows_are_left_out_and_told(capsys: pytest.CaptureFixture[str], tmp_path: Path, lang: str) -> None:
    """An example before the two loans of book.csv: the run opens with two, and says which row it did not read."""
    head, *loans = BOOK.read_text("utf-8").splitlines()
    shown = loans[0].replace("A1", "示例-1").replace("100", "900")
    (tmp_path / "mine.csv").write_text("\n".join([head, shown, *loans]), "utf-8")
    words = ("run", MINIMAL, "--book", str(tmp_path / "mine.csv"), "--paths", "3", "--json", "--quiet", "--lang", lang)
    code, out, err = call(capsys, *words)
    assert code == 0 and json.loads(out)["columns"]["book_fen"]["mean"] == 300_000_000
    assert {"zh": "第 2 行是示例", "en": "Rows 2 of the in-force book are examples"}[lang] in err
    code, out, err = call(capsys, "run", MINIMAL, "--book", str(BOOK), "--paths", "3", "--json", "--quiet")
    assert code == 0 and not err


def test_the_evidence_names_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, "check", "dalian-run-off", "--grades", "--lang", "en")
    assert code == 0
    assert "dalian-run-off.csv" in out and "8 loans, CNY 22.50 m outstanding" in out


def test_a_book_is_given_once(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = call(capsys, "run", MINIMAL, "--book", str(BOOK), "--set", f"book.file={BOOK}")
    assert code == 2 and "book.file" in err
