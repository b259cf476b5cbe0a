"""Parts of long work: made once for what they depend on, never read from a spoilt file, taken away alone."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from simulator.answers import pieces


def test_a_part_is_made_once_for_what_it_depends_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(pieces.FOLDER, str(tmp_path / "parts"))
    made: list[int] = []

    def part(n: int) -> list[object]:
        made.append(n)
        return ["x", 0.1 + 0.2, math.inf, n]

    for n in (1, 2, 1):
        assert pieces.kept("draw", ("scheme", n), lambda n=n: part(n)) == ["x", 0.1 + 0.2, math.inf, n]
    assert made == [1, 2]
    assert pieces.kept("size", ("scheme", 1), lambda: 7) == 7              # another kind of part
    for file in (tmp_path / "parts").glob("draw-*"):
        file.write_text(file.read_text("utf-8").replace("0.3", "0.4"), "utf-8")
    assert pieces.kept("draw", ("scheme", 1), lambda: part(1))[1] == 0.1 + 0.2
    assert made == [1, 2, 1]


def test_what_is_done_takes_its_own_parts_away_and_nothing_else(tmp_path: Path,
                                                                monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(pieces.FOLDER, str(tmp_path))
    (tmp_path / "thesis.json").write_text("mine", "utf-8")
    pieces.kept("draw", (1,), lambda: 1)
    pieces.finished()
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.json"]
    (tmp_path / "thesis.json").unlink()
    pieces.finished()
    assert not tmp_path.exists()


def test_without_a_folder_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(pieces.FOLDER, raising=False)
    monkeypatch.chdir(tmp_path)
    assert [pieces.kept("draw", (1,), lambda n=n: n) for n in (1, 2)] == [1, 2]
    pieces.finished()
    assert not list(tmp_path.iterdir())
