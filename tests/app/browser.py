"""The app in a real browser: the server as it is served, a page that remembers what it asks, and what is read on it.

Needs Debian's chromium; where CI_BROWSER is set, a missing browser is a failure and not a skip. Pictures are kept
where PLEDGEFUND_SHOTS says.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.ui import jobs, work
from tests.app import kit
from tests.app.kit import PATHS, ROOT, WORDS

CHROMIUM = shutil.which("chromium")
SWITCHES = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync"]
FEW = f"paths={PATHS}&draws=2"


class Server:
    """The app as ``pledgefund app`` serves it, with a folder of runs of its own."""

    def __init__(self, runs: Path) -> None:
        self.runs = runs
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = self._begin()

    def _begin(self) -> subprocess.Popen[bytes]:
        environment = {**os.environ, work.RUNS_VARIABLE: str(self.runs), "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen([sys.executable, "-m", "simulator.cli", "app", "--port", str(self.port)], cwd=ROOT,
                                   env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(300):
            try:
                with urllib.request.urlopen(f"{self.at()}_stcore/health", timeout=2):
                    return process
            except OSError:
                time.sleep(0.2)
        raise AssertionError("the server did not come up")

    def at(self, query: str = "") -> str:
        return f"http://127.0.0.1:{self.port}/{query and '?' + query}"

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)

    def restart(self) -> None:
        self.process = self._begin()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patch:
        runs = kit.runs_at(tmp_path_factory.mktemp("runs"))
        patch.setenv(work.RUNS_VARIABLE, str(runs))
        served = Server(runs)
        yield served
        served.kill()
        for each in jobs.every():
            jobs.cancel(each.name)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, "no chromium, and CI_BROWSER asks for it"
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any, server: Server) -> Iterator[Any]:
    """A page that remembers every address it asks; at the end none may lie outside this machine."""
    shown = browser.new_page(viewport={"width": 1366, "height": 768})
    asked: list[str] = []
    shown.on("request", lambda request: asked.append(request.url))
    shown.on("websocket", lambda socket: asked.append(socket.url))
    yield shown
    shown.close()
    assert asked and not [url for url in asked
                          if not url.startswith((server.at(), server.at().replace("http", "ws"), "data:", "blob:"))]


def go(page: Any, server: Server, query: str, sign: str = ".pf-stamp") -> str:
    """Open an address; the text of the page once it is drawn."""
    page.goto(server.at(query))
    return settle(page, sign)


def settle(page: Any, sign: str = ".pf-stamp") -> str:
    page.wait_for_selector(sign, timeout=150_000)
    page.wait_for_function("!document.querySelector('[data-stale=\"true\"]')", timeout=150_000)
    return str(page.inner_text("body"))


def still(page: Any) -> None:
    """Wait until the server has drawn the page to its end."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=150_000)


def says(page: Any, *said: str) -> None:
    """Wait until the verdict says one of these."""
    page.wait_for_function("said => said.some(one => document.querySelector('.pf-verdict')?.innerText.includes(one))",
                           arg=list(said), timeout=150_000)


def bare(text: str) -> str:
    """Without spaces and line breaks: the terminal breaks lines elsewhere than a browser."""
    return re.sub(r"\s", "", text)


def verdict_of(lang: str) -> str:
    """The sentence of the command line's verdict, with its condition."""
    words = kit.once("answer", "dalian-2020", *WORDS, "--lang", lang, "--quiet")
    head, end = {"zh": ("结论", "只看赔空"), "en": ("Verdict", "size needed")}[lang]
    (sentence,) = re.findall(rf"^{head}\s+(.*?)\n\s+{end}", words, flags=re.S | re.M)
    return bare(sentence)


def keep(page: Any, name: str) -> None:
    """A picture for people to look at, where one is wanted."""
    folder = os.environ.get("PLEDGEFUND_SHOTS")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
