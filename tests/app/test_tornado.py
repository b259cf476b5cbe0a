"""The strongest assumptions are worked out beside the pages: by a process that gives way, and here where that fails."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.answers.verdict import Effect
from simulator.ui import tornado, work
from simulator.ui.session import View
from tests.app import kit

FOUND = (Effect("recovery.other", 3.0, -1.0, 2.0),)


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is known yet, in a folder of the test's own."""
    monkeypatch.setenv(work.RUNS_VARIABLE, str(tmp_path))
    monkeypatch.setattr(tornado, "_begun", {})
    monkeypatch.setattr(work, "_MEMORY", work.Memory())
    yield
    kit.settled()


def shown() -> Any:
    return kit.view(scenario="sanmenxia")


def test_a_process_of_its_own_works_it_out_and_the_page_waits_for_nothing(tmp_path: Path) -> None:
    begun: list[Any] = []
    popen = tornado.Popen
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tornado, "Popen", lambda words, **rest: begun.append(words) or popen(words, **rest))
        assert tornado.of(shown()) is None                        # not there at once
        assert tornado.of(shown()) is None and kit.settled()  # and not begun twice
        found = tornado.of(shown())
    assert [words[1:] for words in begun] == [["-m", "simulator.ui.tornado", "sanmenxia", "1"]]
    assert found and [each.swing for each in found] == sorted((each.swing for each in found), reverse=True)
    [file] = (tmp_path / "tornado").iterdir()
    with pytest.MonkeyPatch.context() as patch:                   # the file is what the same work gives here
        patch.setattr(work, "_MEMORY", work.Memory())
        file.rename(file.with_suffix(".other"))
        assert tornado.moves(shown().original, 1) == found


def test_what_is_kept_is_there_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tornado, "effects", lambda world, paths: FOUND)
    monkeypatch.setattr(tornado, "Popen", lambda *_, **__: pytest.fail("begun although known"))
    tornado.moves(shown().original, 1)
    assert tornado.of(shown()) == FOUND


def test_without_another_process_it_is_worked_out_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(tornado, "Popen", refused)
    monkeypatch.setattr(tornado, "effects", lambda world, paths: FOUND)
    tornado.of(shown())
    kit.settled()
    assert tornado.of(shown()) == FOUND


def test_a_fault_is_raised_where_the_page_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(world: Any, paths: int) -> Any:
        raise RuntimeError("a defect")

    monkeypatch.setattr(tornado, "_beside", lambda view: None)
    monkeypatch.setattr(tornado, "effects", fails)
    with pytest.raises(RuntimeError, match="a defect"):
        while tornado.of(shown()) is None:
            kit.settled()
    monkeypatch.setattr(tornado, "effects", lambda world, paths: FOUND)    # and is not held against the next viewer
    while (found := tornado.of(shown())) is None:
        kit.settled()
    assert found == FOUND


def test_what_cannot_be_kept_is_no_less_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tornado").write_text("a file where the folder should be", "utf-8")
    monkeypatch.setattr(tornado, "_beside", lambda view: None)
    monkeypatch.setattr(tornado, "effects", lambda world, paths: FOUND)
    tornado.of(shown())
    kit.settled()
    assert tornado.of(shown()) == FOUND


def test_one_process_at_a_time_and_few_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most = [0], [0]

    def beside(view: View) -> None:
        running[0] += 1
        most[0] = max(most[0], running[0])
        time.sleep(0.02)
        running[0] -= 1

    monkeypatch.setattr(tornado, "_beside", beside)
    monkeypatch.setattr(tornado, "AT_ONCE", 0)
    monkeypatch.setattr(tornado, "MOST_KEPT", 4)
    monkeypatch.setattr(tornado, "effects", lambda world, paths: FOUND)
    for seed in range(8):
        tornado.of(kit.view(scenario="sanmenxia", seed=seed))
    kit.settled()
    assert most == [1] and len(tornado._begun) == 4


def test_the_page_tells_a_fault_and_does_not_go_on_trying(monkeypatch: pytest.MonkeyPatch) -> None:
    """In words and without a traceback, once; it is not worked out again behind the reader's back."""
    asked: list[int] = []

    def fails(world: Any, paths: int) -> Any:
        asked.append(paths)
        raise RuntimeError("a defect")

    monkeypatch.setattr(tornado, "_beside", lambda view: None)
    monkeypatch.setattr(tornado, "effects", fails)
    app = kit.opened(s="sanmenxia", page="scheme", lang="zh")      # opened waits and runs the page again
    assert len(asked) == 1 and not app.exception
    assert app.error and "Traceback" not in kit.seen(app)
