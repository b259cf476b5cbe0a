"""What all tests of the app share within one run: answers of the command line and tornados, worked out once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from simulator.ui import jobs, work
from tests.app import kit
from tests.app.browser import browser, page, server  # noqa: F401  (fixtures)


@pytest.fixture(scope="session", autouse=True)
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all workers."""
    base = tmp_path_factory.getbasetemp()
    kit.shared = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "app-shared"
    kit.shared.mkdir(exist_ok=True)
    return kit.shared


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of runs of a test's own, in which pages begin no job by themselves."""
    folder = kit.runs_at(tmp_path / "runs")
    monkeypatch.setenv(work.RUNS_VARIABLE, str(folder))
    monkeypatch.setattr(jobs, "MOST_RUNNING", 0)
    return folder
