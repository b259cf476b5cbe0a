"""How soon a page and its digits are there, measured in this process as the server runs it: ``make bench-app``.

First page after a start, first page warm, digits after a slider was moved, a page while a whole answer is being
worked out, ten viewers at once; and, where Debian's chromium and playwright are there, the digits as a reader sees them
in a browser after a key moved a slider. ``OPTIONS=--check`` fails when a limit is missed.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from simulator.report.lines import money_cells, ratio_cells

from . import jobs, work

APP = Path(__file__).parent / "front" / "app.py"
VIEWERS = 10
TRIES = 5
LIMITS = {"warm": 3.0, "few": 0.5, "during": 0.5, "seen": 0.5}         # seconds asked for
SWITCHES = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
# When grey digits other than the last stand on the page: in seconds since the key, as the browser counts them.
WATCH = """() => { const said = () => document.querySelector('.pf-cards')?.innerText, last = said();
    window.moved = null; addEventListener('keydown', () => { const start = performance.now();
        new MutationObserver((_, watch) => { if (said() && said() !== last) { watch.disconnect();
            requestAnimationFrame(() => { window.moved = (performance.now() - start) / 1000; }); } })
            .observe(document.body, { subtree: true, childList: true, characterData: true });
    }, { once: true, capture: true }); }"""
SHARES = iter(range(31, 60))                           # a value nobody has asked for yet


def seconds(job: Callable[[], object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def middle(job: Callable[[], object]) -> float:
    """How long it takes, the middle of several tries."""
    return sorted(seconds(job) for _ in range(TRIES))[TRIES // 2]


def page(**query: str) -> AppTest:
    """The app at an address, run once."""
    app = AppTest.from_file(str(APP), default_timeout=600)
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    if app.exception or app.error:
        raise RuntimeError("the page broke")
    return app


def moved(paths: int) -> tuple[float, float]:
    """The first digits of a scheme nobody has asked for, and its whole headline: the scheme is read anew as well."""
    start, first = time.perf_counter(), []
    scenario = work.opened("dalian-2020", (("market.eligible_share", f"{next(SHARES)}%"),))
    work.quick(scenario, paths, 1, first=lambda _: first.append(time.perf_counter() - start))
    return first[0], time.perf_counter() - start


def viewer(n: int) -> None:
    """One of ten at once: a page for a value of one's own. Raises RuntimeError where it shows another's digits."""
    share, lang = f"{10 + n}%", ("zh", "en")[n % 2]
    app = page(set=f"market.eligible_share={share}", lang=lang, paths=str(work.FEW))
    shown = unescape(" ".join(each.proto.body for each in app.get("html")))
    sheet = work.quick(work.opened("dalian-2020", (("market.eligible_share", share),)), work.FEW, 1).sheet
    for cells in (ratio_cells(sheet.row("refusal"), lang), ratio_cells(sheet.row("peak_use"), lang),
                  money_cells(sheet.row("cost"), lang)):
        if cells[0] not in shown:
            raise RuntimeError(f"viewer {n} does not see {cells[0]}")


def seen() -> float | None:
    """From the key to other digits on the page, the middle of several; None without a browser to see them."""
    chromium = shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    if chromium is None:
        return None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-m", "simulator.cli", "app", "--port", str(port)],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=jobs.environment())
    try:
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=chromium, args=SWITCHES)
            shown = browser.new_page(viewport={"width": 1366, "height": 768})
            address = f"http://127.0.0.1:{port}/?set=pots.city.leverage%3D9x"     # changed: begins no job by itself
            while not _up(address):
                time.sleep(0.2)
            shown.goto(address)
            thumb = shown.locator('[data-testid="stSlider"] input').first
            thumb.wait_for(state="attached", timeout=300_000)
            return sorted(_moved(shown, thumb) for _ in range(TRIES))[TRIES // 2]
    finally:
        server.terminate()
        server.wait(20)


def _up(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2):
            return True
    except OSError:
        return False


def _moved(shown: Any, thumb: Any) -> float:
    """One key on a page at rest."""
    shown.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=300_000)
    shown.evaluate(WATCH)
    thumb.focus()
    shown.keyboard.press("ArrowRight")
    shown.wait_for_function("window.moved !== null", timeout=60_000)
    return float(shown.evaluate("window.moved"))


def stop_jobs() -> None:
    """End every job and wait until none runs, so that it disturbs no measurement and leaves no file behind."""
    for job in jobs.every():
        jobs.cancel(job.name)
    while any(job.state == "running" for job in jobs.every()):
        time.sleep(0.1)


def run() -> dict[str, float]:
    """Seconds by what was done.

    ``few`` are the first digits of a changed scheme with 2,000 paths on an idle server, ``few_all`` its verdict,
    ``all`` the same with 10,000 paths, ``during`` the first page again while a whole answer is worked out,
    ``seen`` the grey digits of 2,000 paths in a browser after a key moved a slider, on a page that shows 10,000;
    ``viewers`` the slowest of ten who ask for different things at once, each with 2,000 paths; each must see what
    belongs to its own value.
    """
    found = {"first": seconds(page)}                   # this begins the whole answer, as for a first viewer
    running = any(job.state == "running" for job in jobs.every())
    found["during" if running else "after"] = middle(page)
    stop_jobs()
    found["warm"] = middle(page)
    tries = [moved(work.FEW) for _ in range(TRIES)]
    found["few"], found["few_all"] = (sorted(column)[TRIES // 2] for column in zip(*tries, strict=True))
    found["all"] = moved(10_000)[1]
    with ThreadPoolExecutor(VIEWERS) as pool:
        found["viewers"] = max(pool.map(lambda n: seconds(lambda: viewer(n)), range(VIEWERS)))
    stop_jobs()
    in_browser = seen()
    if in_browser is not None:
        found["seen"] = in_browser
    return found


def main() -> int:
    """Print the figures and what is later than asked; 1 only where --check asks for it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ[work.RUNS_VARIABLE] = folder
        told = run()
    late = {name: limit for name, limit in LIMITS.items() if told.get(name, 0.0) > limit}
    print(json.dumps({"seconds": {name: round(value, 2) for name, value in told.items()}, "later_than": late,
                      "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None},
                     ensure_ascii=False, indent=1))
    return int(bool(late) and "--check" in sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
