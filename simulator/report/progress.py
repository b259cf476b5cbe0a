"""Messages and the progress of a long job, on stderr, so that stdout carries only the result."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

from simulator.lang import text

PAUSE = "PLEDGEFUND_PROGRESS"


def _seconds(given: str, otherwise: float) -> float:
    try:
        return max(0.0, float(given))
    except ValueError:
        return otherwise


def note(message: str) -> None:
    """Tell the user something that is not the result."""
    print(message, file=sys.stderr, flush=True)


class Progress:
    """A line on stderr with the share done and the time left: ``progress(done, total, stage)``.

    Rewritten in place on a terminal; elsewhere a new line every ten seconds, or as often as whoever reads the
    lines asks for in PLEDGEFUND_PROGRESS (seconds).
    """

    def __init__(self, quiet: bool, lang: str) -> None:
        self._quiet, self._lang, self._live = quiet, lang, sys.stderr.isatty()
        self._stage: str | None = None
        self._start, self._before, self._shown = 0.0, 0, time.monotonic()
        self._pause = 0.2 if self._live else _seconds(os.environ.get(PAUSE, ""), 10.0)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._live and not self._quiet:
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def __call__(self, done: int, total: int, stage: str = "") -> None:
        """Draw the bar for ``done`` of ``total`` paths, at most a few times a second."""
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._start, self._before = stage, now, done
        if self._quiet or total <= 0 or now - self._shown < self._pause:
            return
        self._shown = now
        line = text("cli_progress", self._lang, stage=stage or text("cli_working", self._lang),
                    share=100 * done // total, left=self._left(done, total, now))
        if self._live:
            print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
        else:
            note(line)

    def part(self, number: int, parts: int) -> Callable[[int, int], None]:
        """Progress of one of several parts of a job, counted as part of the whole."""
        return lambda done, total: self(number * total + done, parts * total)

    def _left(self, done: int, total: int, now: float) -> str:
        if done <= self._before:
            return "—"
        seconds = (now - self._start) * (total - done) / (done - self._before)
        key, count = ("cli_seconds", seconds) if seconds < 90 else ("cli_minutes", seconds / 60)
        return text(key, self._lang, n=round(count))
