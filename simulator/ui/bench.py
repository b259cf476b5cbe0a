"""How soon a page and its digits are there, measured in this process as the server runs it: ``make bench-app``.

First page after a start, first page warm, digits after a slider was moved, a page while a whole answer is being
worked out, and ten viewers at once. Browser and network are left out. ``OPTIONS=--check`` fails when a limit is missed.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path

from streamlit.testing.v1 import AppTest

from simulator.report.lines import money_cells, ratio_cells

from . import jobs, work

APP = Path(__file__).parent / "front" / "app.py"
VIEWERS = 10
TRIES = 5
LIMITS = {"warm": 3.0, "few": 0.5, "during": 0.5}      # seconds asked for
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
