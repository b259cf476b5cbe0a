"""What is said in Chinese is said in Chinese: mistakes of every kind and remarks on every scheme."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from simulator.calibrate.table import TapeErrors
from simulator.calibrate.tape import read_tape
from simulator.scheme import ScenarioErrors, load
from simulator.ui import work
from simulator.ui.evidence import unknown_rows
from simulator.ui.session import View
from simulator.ui.state import State

BROKEN = sorted((Path(__file__).parents[1] / "scenarios" / "broken").glob("*.yaml"))
# Words Chinese readers use: an interest rate, kinds of files and of encodings, a key of the keyboard, basis points, and
# the middle grade.
USED = {"LPR", "YAML", "CSV", "xlsx", "UTF-8", "UTF-16", "GBK", "GB18030", "Tab", "JSON", "bp", "b"}


def foreign(told: str) -> set[str]:
    """Latin words outside quotation marks, apart from those."""
    return set(re.findall(r"[A-Za-z][\w.-]*", re.sub("“[^”]*”|「[^」]*」", "", told))) - USED


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_no_mistake_is_told_in_a_latin_word(path: Path) -> None:
    """On the page by what fields are called; to one who writes a file, with its keys in quotation marks."""
    with pytest.raises(ScenarioErrors) as caught:
        load(path)
    for problem in caught.value.problems:
        for in_file in (False, True):
            told = work.reason(problem, "zh", in_file)
            assert not foreign(told), told
            assert "“”" not in told and told.endswith("。"), told
            assert "： " not in told, told                                 # a list that is announced is there


@pytest.mark.parametrize("name", work.names())
def test_no_remark_on_a_scheme_is_told_in_a_latin_word(name: str) -> None:
    view = View(State(scenario=name), work.opened(name))
    for row in unknown_rows(view):
        assert not foreign(" ".join(row)), row


TAPE = "贷款编号,企业,信用等级,本金(万元),起始日,到期日,违约日,观察起始日,观察截止日,已回收金额(万元),追偿结束\n"


@pytest.mark.parametrize(("code", "data"), [
    ("missing_column", "贷款编号,信用等级\n1,差\n"), ("column_twice", TAPE.strip() + ",贷款金额(万元)\n1"),
    ("empty", "\n"), ("empty", ",,\n\n"), ("missing_column", "\n甲,乙\n1,2\n"),
    ("unreadable", b"\xff\xfe\x00\xd8\x00\xd8"), ("unreadable", b"PK\x03\x04 no archive"),
    ("value_missing", TAPE + "1,甲,,,,,,,,,\n"),
    ("bad_date", TAPE + "1,甲,优,3,何时,2021-01-01,,2020-01-01,2022-01-01,,\n"),
    ("negative", TAPE + "1,甲,优,-3,2020-02-01,2021-01-01,,2020-01-01,2022-01-01,,\n")])
def test_no_mistake_of_a_tape_is_told_in_a_latin_word(tmp_path: Path, code: str, data: str | bytes) -> None:
    """As a page tells it: by the names of the empty form, and without an option of the command."""
    file = tmp_path / ("台账.xlsx" if data[:2] == b"PK" else "台账.csv")
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    with pytest.raises(TapeErrors) as caught:
        read_tape(file, ["优", "差"])
    assert code in {each for each, _ in caught.value.found}
    told = caught.value.render("zh", in_page=True)
    assert not foreign(told.replace(file.name, "")), told
    assert "--map" not in caught.value.render("en", in_page=True)


@pytest.mark.parametrize("file", sorted((Path(__file__).parents[1] / "scenarios" / "broken_books").glob("*.csv")),
                         ids=lambda file: file.stem)
def test_no_mistake_of_a_book_is_told_in_a_latin_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                      file: Path) -> None:
    monkeypatch.setenv(work.RUNS_VARIABLE, str(tmp_path))
    with pytest.raises(ScenarioErrors) as caught:
        work.keep_book(work.opened("dalian-2020"), "dalian-2020", file.name, file.read_bytes())
    for problem in caught.value.problems:
        assert not foreign(work.reason(problem, "zh")), work.reason(problem, "zh")
