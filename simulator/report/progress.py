"""Messages and the progress of a long job, on stderr, so that stdout carries only the result."""

from __future__ import annotations

import sys
import time

from simulator.lang import text


def note(message: str) -> None:
    """Tell the user something that is not the result."""
    print(message, file=sys.stderr, flush=True)


class Progress:
    """A line on stderr with the share done and the time left: ``progress(done, total, stage)``.

    Rewritten in place on a terminal; elsewhere a new line every ten seconds.
    """

    def __init__(self, quiet: bool, lang: str) -> None:
        self._quiet, self._lang, self._live = quiet, lang, sys.stderr.isatty()
        self._stage: str | None = None
        self._start, self._before, self._shown = 0.0, 0, time.monotonic()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._live and not self._quiet:
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def __call__(self, done: int, total: int, stage: str = "") -> None:
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._start, self._before = stage, now, done
        if self._quiet or total <= 0 or now - self._shown < (0.2 if self._live else 10.0):
            return
        self._shown = now
        line = text("cli_progress", self._lang, stage=stage or text("cli_working", self._lang),
                    share=100 * done // total, left=self._left(done, total, now))
        if self._live:
            print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
        else:
            note(line)

    def _left(self, done: int, total: int, now: float) -> str:
        if done <= self._before:
            return "—"
        seconds = (now - self._start) * (total - done) / (done - self._before)
        key, count = ("cli_seconds", seconds) if seconds < 90 else ("cli_minutes", seconds / 60)
        return text(key, self._lang, n=round(count))
