"""Columns of a terminal in which a Chinese character takes two cells and a Latin one takes one.

Python counts characters, a terminal counts cells: every table of the project is laid out with these helpers.
Characters of ambiguous width (``·``, ``–``, ``≥``, ``…``) count as one cell, as UTF-8 terminals draw them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal

LINE = 96
Align = Literal["left", "right", "center"]

_WIDE = ("W", "F")
_NO_CELL = ("Mn", "Me", "Cf", "Cc")
# Full-width forms are written as escapes: they are easily mistaken for their ASCII twins.
_NEVER_FIRST = frozenset(",.;:?!)]}%…”’。、」』】〕》\uff0c\uff0e\uff1b\uff1a\uff1f\uff01\uff09\uff05")
_NEVER_LAST = frozenset("([{“‘「『【〔《\uff08")
# A run of spaces, a word of narrow characters, or one wide character: what a line can be broken between.
_ASIAN = r"\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uffef"
_PIECE = re.compile(rf"\s+|[^\s{_ASIAN}]+|.")


def cells(text: str) -> int:
    """Terminal cells taken by a text of one line."""
    return sum(_cells(char) for char in text)


def _cells(char: str) -> int:
    if unicodedata.category(char) in _NO_CELL:
        return 0
    return 2 if unicodedata.east_asian_width(char) in _WIDE else 1


def cut(text: str, width: int, mark: str = "…") -> str:
    """The text, or as much of its beginning as fits ``width`` cells together with ``mark``."""
    if cells(text) <= width:
        return text
    room = width - cells(mark)
    if room < 0:
        return ""
    kept: list[str] = []
    for char in text:
        room -= _cells(char)
        if room < 0:
            break
        kept.append(char)
    return "".join(kept).rstrip() + mark


def pad(text: str, width: int, align: Align = "left") -> str:
    """Fill a text with spaces to ``width`` cells; a longer one is returned as it is."""
    room = max(width - cells(text), 0)
    before = {"left": 0, "right": room, "center": room // 2}[align]
    return " " * before + text + " " * (room - before)


def fit(text: str, width: int, align: Align = "left") -> str:
    """Exactly ``width`` cells: cut when longer, filled when shorter."""
    return pad(cut(text, width), width, align)


def wrap(text: str, width: int = LINE, indent: str = "") -> list[str]:
    """Break a text into lines of at most ``width`` cells; lines after the first start with ``indent``.

    Chinese may break between any two characters, but no line starts with closing punctuation or ends with
    opening punctuation. A word longer than the line is split.
    """
    lines: list[str] = []
    line = ""
    for piece in _pieces(text, max(width - cells(indent), 2)):
        if cells(line + piece.rstrip()) <= width or not line.strip():
            line += piece
            continue
        lines.append(line.rstrip())
        line = indent + piece.lstrip()
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _pieces(text: str, width: int) -> list[str]:
    """Unbreakable pieces, punctuation glued to its neighbour, none wider than ``width``."""
    glued: list[str] = []
    for piece in _PIECE.findall(text):
        if glued and (piece[0] in _NEVER_FIRST or glued[-1][-1] in _NEVER_LAST):
            glued[-1] += piece
        else:
            glued.append(piece)
    return [part for piece in glued for part in _split(piece, width)]


def _split(piece: str, width: int) -> list[str]:
    """A piece too wide for any line, cut into parts that fit."""
    parts: list[str] = []
    while cells(piece) > width:
        head = cut(piece, width, mark="")
        parts.append(head)
        piece = piece[len(head):]
    return [*parts, piece]


def table(rows: Sequence[Sequence[str]], align: str = "", gap: int = 2, width: int = LINE) -> list[str]:
    """Rows of texts as aligned lines of at most ``width`` cells; the last column is cut where it must be.

    Parameters
    ----------
    rows: texts, the same number in each row.
    align: one letter a column, ``l`` or ``r``; ``l`` where it is shorter than the rows.
    gap: cells between columns.
    """
    if not rows:
        return []
    columns = [max(cells(row[i]) for row in rows) for i in range(len(rows[0]))]
    columns[-1] = max(min(columns[-1], width - sum(columns[:-1]) - gap * (len(columns) - 1)), 0)
    sides: list[Align] = ["right" if align[i:i + 1] == "r" else "left" for i in range(len(columns))]
    return [
        cut((" " * gap).join(fit(*cell) for cell in zip(row, columns, sides, strict=True)), width).rstrip()
        for row in rows
    ]
