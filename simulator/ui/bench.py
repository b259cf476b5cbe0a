"""How soon a page and its digits are there, measured in this process as the server runs it: ``make bench-app``.

First page after a start, first page warm, digits after a slider was moved, a page while a whole answer is being
worked out, and ten viewers at once. Browser and network are left out.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from streamlit.testing.v1 import AppTest

from . import jobs, work

APP = Path(__file__).parent / "front" / "app.py"
VIEWERS = 10
LIMITS = {"warm": 3.0, "few": 0.5, "during": 0.5}      # seconds asked for


def seconds(job: Callable[[], object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def page(**query: str) -> AppTest:
    """The app at an address, run once."""
    app = AppTest.from_file(str(APP), default_timeout=600)
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    if app.exception or app.error:
        raise RuntimeError("the page broke")
    return app


def run() -> dict[str, float]:
    """Seconds by what was done; ``viewers`` is the slowest of ten who ask for different things at once."""
    found = {"first": seconds(page), "warm": seconds(page)}
    scenario = work.opened("dalian-2020", (("market.eligible_share", "31%"),))
    found["few"] = seconds(lambda: work.quick(scenario, work.FEW, 1))
    found["all"] = seconds(lambda: work.quick(scenario, 10_000, 1))
    running = any(job.state == "running" for job in jobs.every())
    found["during" if running else "after"] = seconds(lambda: page(page="evidence"))
    with ThreadPoolExecutor(VIEWERS) as pool:
        asked = [{"set": f"market.eligible_share={20 + n}%", "lang": ("zh", "en")[n % 2]} for n in range(VIEWERS)]
        found["viewers"] = max(pool.map(lambda query: seconds(lambda: page(**query)), asked))
    for job in jobs.every():
        jobs.cancel(job.name)
    return found


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ[work.RUNS_VARIABLE] = folder
        told = run()
        late = {name: limit for name, limit in LIMITS.items() if told.get(name, 0.0) > limit}
        print(json.dumps({"seconds": {name: round(value, 2) for name, value in told.items()}, "later_than": late},
                         ensure_ascii=False, indent=1))
        time.sleep(1)
        sys.exit(0)
