"""Which assumption moves the answer most: worked out beside the pages, once for all viewers, and kept in a file.

It takes some seconds, more on a large scheme; a page that needs it is drawn without and again once it is there. A
process of its own works it out, ``python -m simulator.ui.tornado SCHEME SEED [path=value …]``, which lets pages go
first.
"""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import astuple
from pathlib import Path
from subprocess import DEVNULL, Popen
from threading import Lock, Thread

import streamlit as st

from simulator.answers.measure import World
from simulator.answers.missing import ANSWERS, lacking
from simulator.answers.verdict import Effect, effects
from simulator.runs import simulate
from simulator.scheme import Scenario

from . import jobs, parts, work
from .session import View

STRONGEST, MOVED = 5, 200                  # unknowns called the strongest; paths on which each is moved
FORM = "moves-2"                           # raised whenever what is kept of them is written otherwise
MOST_KEPT = 200
YIELDING = 3                               # niceness: after the pages, before the jobs, for a page waits for it
EVERY, AT_ONCE = 1.0, 0.2                  # seconds between looks; how long a page waits for what may be kept
Moves = tuple[Effect, ...]
_begun: dict[tuple[str, int], Future[Moves]] = {}
_lock, _one = Lock(), Lock()


def moves(scenario: Scenario, seed: int) -> Moves:
    """What both ends of every unknown's range do to the expected net compensation, the largest swing first."""
    return work.remembered(("moves", scenario.hash, seed), lambda: _moves(scenario, seed))


def strongest(scenario: Scenario, seed: int) -> Moves:
    """The unknowns that move it most."""
    return moves(scenario, seed)[:STRONGEST]


def of(view: View) -> Moves | None:
    """The same for the scheme a page is about, before its changes; None while it is being worked out."""
    key = (view.basis.hash, view.state.seed)
    with _lock:
        begun_now = key not in _begun
        if begun_now:
            _begun[key] = Future()
            Thread(target=_fulfil, args=(_begun[key], view), daemon=True).start()
            while len(_begun) > MOST_KEPT:             # whoever asks for the oldest again finds its file
                del _begun[next(iter(_begun))]
        waited = _begun[key]
    if begun_now:                          # what is kept in the file is there in no time
        wait([waited], AT_ONCE)
    if not waited.done():
        return None
    if waited.exception() is not None:     # told once, then tried anew
        with _lock:
            _begun.pop(key, None)
    return waited.result()


def _fulfil(promised: Future[Moves], view: View) -> None:
    scenario, seed = view.basis, view.state.seed
    try:
        with _one:                         # another process at a time, however many schemes are looked at
            if not _file(scenario, seed).is_file() and not lacking(scenario, ANSWERS):
                _beside(view)
        promised.set_result(moves(scenario, seed))     # from the file; worked out here where there still is none
    except BaseException as failed:        # told where the page asks for it
        promised.set_exception(failed)


def _beside(view: View) -> None:
    """Have another process fill the file; whatever becomes of it, what it was to find can be worked out here."""
    with suppress(OSError):
        words = [view.state.scenario, str(view.state.seed), *(f"{path}={given}" for path, given in view.filled)]
        process = Popen([sys.executable, "-m", "simulator.ui.tornado", *words], stdin=DEVNULL, stdout=DEVNULL,
                        stderr=DEVNULL, env=jobs.environment(), creationflags=jobs.BEHIND)
        jobs.give_way(process.pid, YIELDING)
        process.wait()


def waiting(view: View, said: str) -> None:
    """Where the page will have them: what is being done; the page is drawn anew once it is."""
    @st.fragment(run_every=EVERY)
    def look() -> None:
        waited = _begun.get((view.basis.hash, view.state.seed))
        if waited is None or waited.done():            # what it found or what went wrong is for the page to say
            st.rerun()
        parts.note(view.t(said))

    look()


def _file(scenario: Scenario, seed: int) -> Path:
    return work.runs_folder() / "tornado" / f"{work.digest(FORM, scenario.hash, seed)}.json"


def _moves(scenario: Scenario, seed: int) -> Moves:
    """From the file all viewers share, whose name tells the form it is written in; worked out where there is none."""
    file = _file(scenario, seed)
    try:
        return tuple(Effect(*row) for row in json.loads(file.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        pass
    found = () if lacking(scenario, ANSWERS) else effects(World(scenario, 10_000, seed, simulate), MOVED)
    with suppress(OSError):                # what cannot be kept is no less found
        file.parent.mkdir(parents=True, exist_ok=True)
        trial = file.with_suffix(f".{os.getpid()}.tmp")
        trial.write_text(json.dumps([astuple(each) for each in found]), "utf-8")
        trial.replace(file)
    return found


if __name__ == "__main__":
    _name, _seed, *_filled = sys.argv[1:]
    _pairs = tuple((path, given) for path, _, given in (each.partition("=") for each in _filled))
    moves(work.opened(_name, _pairs), int(_seed))
