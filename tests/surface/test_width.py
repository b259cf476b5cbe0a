"""Cells of a terminal: expected widths are counted by hand from the Unicode width classes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.report.width import cells, cut, fit, pad, table, wrap

TEXTS = st.text(alphabet="ab 9%·–≥,。\uff08市级基金赔空「」é", max_size=60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", 0), ("abc", 3), ("基金", 4), ("2,400 万元", 10), ("年均≥30%", 8),
     ("\uff08假设\uff09", 8), ("e\u0301", 1), ("a\u200bb", 2)],
)
def test_cells(text: str, expected: int) -> None:
    assert cells(text) == expected


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [("abcdef", 4, "abc…"), ("风险补偿", 5, "风险…"), ("风险补偿", 6, "风险…"),
     ("风险补偿", 8, "风险补偿"), ("ab", 1, "…"), ("ab", 0, "")],
)
def test_cut(text: str, width: int, expected: str) -> None:
    assert cut(text, width) == expected


def test_pad_counts_wide_characters_twice() -> None:
    assert pad("基金", 6) == "基金  "
    assert pad("基金", 6, "right") == "  基金"
    assert pad("基金", 7, "center") == " 基金  "
    assert pad("基金池", 4) == "基金池"


@given(TEXTS, st.integers(0, 40))
def test_fit_is_exact(text: str, width: int) -> None:
    assert cells(fit(text, width)) == width


@given(TEXTS, st.integers(12, 40))
def test_wrap_keeps_every_character_and_the_width(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(cells(line) <= width for line in lines)


def test_wrap_keeps_punctuation_with_its_neighbour() -> None:
    assert wrap("够支撑年均增长\uff0c但有前提", 14) == ["够支撑年均增", "长\uff0c但有前提"]
    assert wrap("要先看「可覆盖比例」", 8) == ["要先看", "「可覆盖", "比例」"]


def test_wrap_breaks_latin_at_spaces_and_indents() -> None:
    assert wrap("the fund is enough", 10, indent="  ") == ["the fund", "  is", "  enough"]


def test_table_aligns_columns() -> None:
    assert table([["赔空", "1%"], ["loans", "12%"]], align="lr") == ["赔空    1%", "loans  12%"]


@given(st.lists(st.lists(TEXTS, min_size=3, max_size=3), min_size=1, max_size=5))
def test_table_never_exceeds_the_line(rows: list[list[str]]) -> None:
    assert all(cells(line) <= 96 for line in table(rows))
