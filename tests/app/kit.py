"""What the tests of the app share: the app without a browser, and the command line as a user runs it."""

from __future__ import annotations

import fcntl
import hashlib
import html
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent import futures
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from simulator.ui import jobs, tornado, work
from simulator.ui.session import View
from simulator.ui.state import State

ROOT = Path(__file__).parents[2]
APP = ROOT / "simulator" / "ui" / "front" / "app.py"
PATHS = 100                                # enough to compare digits, too few to mean anything
SETS = ("pots.city.contributors.0.amount=250 万元", "pots.city.contributors.1.amount=500 万元")
SET_WORDS = tuple(word for each in SETS for word in ("--set", each))
shared = Path()                            # a folder of this run of the tests: see conftest
FEW = {"paths": str(PATHS), "draws": "2"}
WORDS = ("--paths", str(PATHS), "--seed", "1", "--draws", "2")


def opened(**query: str | list[str]) -> AppTest:
    """The app at an address, run once."""
    app = AppTest.from_file(str(APP), default_timeout=120)
    for key, value in {**FEW, **query}.items():
        app.query_params[key] = value
    app.run()
    if settled():                          # a browser looks again by itself
        app.run()
    assert not app.exception, app.exception
    return app


def key(app: AppTest, name: str) -> str:
    """A widget's key in the language of the page."""
    return f"{name}-en" if "en" in app.query_params.get("lang", "zh") else name


def settled() -> bool:
    """Wait for the tornados that are being worked out; whether there were any."""
    pending = [each for each in tornado._begun.values() if not each.done()]
    futures.wait(pending)
    return bool(pending)


def changes(app: AppTest) -> list[str]:
    """The changes in the address."""
    found = app.query_params.get("set", [])
    return [found] if isinstance(found, str) else list(found)


def seen(app: AppTest) -> str:
    """Everything a reader reads on the page, without tags."""
    parts = []
    for kind in ("html", "text", "warning", "error", "info", "success", "caption"):
        for each in app.get(kind):
            said = each.proto.body if kind == "html" else getattr(each, "value", "")
            parts.append(re.sub(r"<(style|script)>.*?</\1>", "", said, flags=re.S))
    for kind in ("button", "text_input", "selectbox", "radio", "checkbox", "multiselect", "select_slider", "expander"):
        parts += [getattr(each, "label", "") or "" for each in app.get(kind)]
    return html.unescape(re.sub(r"<[^>]+>", " ", " ".join(parts)))


@contextmanager
def alone(key: str) -> Iterator[Path]:
    """A folder of the run's own for a piece of work; other workers wait until it is done."""
    folder = shared / hashlib.sha256(key.encode()).hexdigest()[:16]
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def runs_at(folder: Path) -> Path:
    """A folder of runs; the strongest assumptions found in one are known to all."""
    folder.mkdir(exist_ok=True)
    (shared / "tornado").mkdir(exist_ok=True)
    (folder / "tornado").symlink_to(shared / "tornado", target_is_directory=True)
    return folder


def once(*words: str, expect: tuple[int, ...] = (0,)) -> str:
    """stdout of the command line, run once for all tests that ask the same."""
    with alone(repr(words)) as folder:
        file = folder / "stdout"
        if not file.is_file():
            file.write_text(program(*words, expect=expect), "utf-8")
        return file.read_text("utf-8")


def kept(*words: str) -> Path:
    """What ``pledgefund answer … --out`` keeps; its printed document is :func:`answer_of`'s."""
    with alone(f"answer {words!r}") as folder:
        if not (folder / "stdout").is_file():
            told = program("answer", *words, *WORDS, "--json", "--quiet", "--out", str(folder / "out"))
            (folder / "stdout").write_text(told, "utf-8")
        return folder


def program(*words: str, expect: tuple[int, ...] = (0,)) -> str:
    """stdout of the command line."""
    done = subprocess.run([sys.executable, "-m", "simulator.cli", *words], cwd=ROOT, check=False, text=True,
                          capture_output=True, env={**os.environ, "PYTHONUTF8": "1"})
    assert done.returncode in expect, done.stderr
    return done.stdout


def answer_of(*words: str) -> dict[str, Any]:
    """The document of ``pledgefund answer``."""
    found = json.loads((kept(*words) / "stdout").read_text("utf-8"))
    assert isinstance(found, dict)
    return found


def row(found: dict[str, Any], key: str, subject: str = "") -> dict[str, Any]:
    """One row of the document."""
    (one,) = [each for each in found["rows"] if (each["key"], each["subject"]) == (key, subject)]
    assert isinstance(one, dict)
    return one


def view(changes: Sequence[tuple[str, str]] = (), scenario: str = "dalian-2020", **fields: Any) -> View:
    """The view behind a page, for the names of its jobs."""
    state = State(scenario=scenario, changes=tuple(sorted(changes)), paths=PATHS, draws=2, **fields)
    return View(state, work.opened(scenario, state.changes))


def job(shown: View, kind: str = "answer") -> str:
    """The name of a view's job."""
    state = shown.state
    return work.job_name(kind, shown.scenario, state.paths, state.seed, state.draws)


def wait(name: str, seconds: float = 150) -> jobs.Job:
    """A job, once it runs no more."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = jobs.find(name)
        if found is not None and found.state != "running":
            return found
        time.sleep(0.2)
    raise AssertionError(f"{name} still runs")
