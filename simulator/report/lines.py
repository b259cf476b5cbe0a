"""One row of the answer's table: label, result, simulation error, range over assumptions, note."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from simulator.lang import text

from .numbers import apart, money, percent, plain, span
from .width import LINE, cells, pad, wrap

if TYPE_CHECKING:
    from simulator.answers.rows import AnswerRow

Cells = tuple[str, str, str]
LABEL, VALUE, ERROR, RANGE = 33, 11, 15, 16
INDENT = " " * 5


def heads(lang: str) -> Iterator[str]:
    """The heading row."""
    cells_ = (text("ans_head_value", lang), text("ans_head_error", lang), text("ans_head_range", lang))
    return line(text("ans_head_question", lang), cells_, text("ans_head_note", lang))


def line(label: str, values: Cells, note: str) -> Iterator[str]:
    """A row; a label too long for its column stands alone, a note too long goes on underneath."""
    if cells(label) >= LABEL and any(values):
        yield from wrap(label, LINE, INDENT)
        label = ""
    row = pad(label, LABEL)
    for value, width in zip(values, (VALUE, ERROR, RANGE), strict=True):
        row += pad(value, width - 1) + " "
    if cells(row) + cells(note) <= LINE:
        yield (row + note).rstrip()
        return
    yield row.rstrip()
    yield from wrap(INDENT + note, LINE, INDENT)


def money_cells(row: AnswerRow, lang: str, sign: bool = False) -> Cells:
    """Amounts: two significant digits, more where the error interval would vanish."""
    if row.value is None or math.isnan(row.value):
        return text("ans_undefined", lang), "", ""
    ends = [end for end in (row.value, row.low, row.high) if end is not None and math.isfinite(end)]
    digits = apart(tuple(ends))

    def interval(low: float | None, high: float | None, digits: int) -> str:
        if low is None or high is None:
            return "—"
        return span(money(low, lang, digits), money(high, lang, digits))

    return (
        money(row.value, lang, digits, sign),
        interval(row.low, row.high, digits),
        interval(row.range_low, row.range_high, 2),
    )


def percent_cells(row: AnswerRow, lang: str) -> Cells:
    """Probabilities: 0 of n as a bound."""
    if row.value is None:
        return "—", "", ""
    return percent(row.value, row.n), _percents(row.low, row.high), _percents(row.range_low, row.range_high)


def ratio_cells(row: AnswerRow, lang: str, factor: int = 0) -> Cells:
    """Ratios: as a percentage, or with ``factor`` significant digits as a plain number."""
    if row.value is None or math.isnan(row.value):
        return text("ans_undefined", lang), "", ""
    if not factor:
        # A path refuses at most all of what it is asked for, so the rule of three bounds what none of n refused.
        n = row.n if row.key == "refusal" else 0
        least = 3 / n if n and row.value == 0 else 0.0
        error, assumed = ((row.low, row.high), (row.range_low, row.range_high))
        return percent(row.value, n), _percents(*error, least), _percents(*assumed, least)

    def interval(low: float | None, high: float | None) -> str:
        if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
            return "—"
        return span(plain(low, factor), plain(high, factor))

    return plain(row.value, factor), interval(row.low, row.high), interval(row.range_low, row.range_high)


def _percents(low: float | None, high: float | None, least: float = 0.0) -> str:
    """An interval of shares of one whose upper end is at ``least`` that."""
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return "—"
    return span(percent(max(low, 0.0)), percent(max(high, least)))
