"""How a command ends: its results kept whole where ``--out`` says, or nothing left of them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.lang import text
from simulator.report.progress import note

if TYPE_CHECKING:
    from simulator.runs.store import Claim

INTERRUPTED = 130              # exit code

_begun: list[Claim] = []       # folders whose results are not complete yet


@contextmanager
def claimed(out: Path | None, lang: str) -> Iterator[Claim | None]:
    """The folder of ``--out``, if one is given: whatever stops the work leaves no trace there."""
    if out is None:
        yield None
        return
    from simulator.runs.store import Claim

    _begun.append(Claim(out))
    try:
        with _begun[-1] as claim:
            yield claim
    finally:
        _begun.pop()
    note(text("cli_kept", lang, folder=out))


@contextmanager
def stoppable(lang: str) -> Iterator[None]:
    """Ctrl-C or a polite kill ends the program at once; a signal that our caller ignores stays ignored."""
    heard = {which: before for which in (signal.SIGINT, signal.SIGTERM)
             if (before := signal.getsignal(which)) is not signal.SIG_IGN}
    for which in heard:
        signal.signal(which, lambda *_: _stop(lang))
    try:
        yield
    finally:
        for which, before in heard.items():
            signal.signal(which, before)


def _stop(lang: str) -> None:
    """Clear away what is not complete, say so, and leave.

    Nothing is raised: the compiler calls back from its own code, where an exception is shown and lost, and
    threads that compile would be waited for. stderr may be in use when the signal comes, hence the bare write.
    """
    for which in (signal.SIGINT, signal.SIGTERM):
        signal.signal(which, signal.SIG_IGN)
    for claim in _begun:
        claim.give_up()
    os.write(2, ("\r\033[K" * os.isatty(2) + text("cli_interrupted", lang) + "\n").encode())
    os._exit(INTERRUPTED)
