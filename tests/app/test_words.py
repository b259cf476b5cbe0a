"""What is said in Chinese is said in Chinese: mistakes of every kind and remarks on every scheme."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from simulator.scheme import ScenarioErrors, load
from simulator.ui import work
from simulator.ui.evidence import unknown_rows
from simulator.ui.session import View
from simulator.ui.state import State

BROKEN = sorted((Path(__file__).parents[1] / "scenarios" / "broken").glob("*.yaml"))
# Words Chinese readers use: an interest rate, kinds of files and of encodings, a key of the keyboard, basis points, and
# the middle grade.
USED = {"LPR", "YAML", "CSV", "xlsx", "UTF-8", "GBK", "Tab", "JSON", "bp", "b"}


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
