"""From one path to many: blocks of paths on several threads, the same bits for any number of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from threading import local

import numpy as np

from simulator.engine import layout as at
from simulator.engine.ledger import FIXED, STOCKS
from simulator.engine.loop.state import State, new_state
from simulator.engine.loop.sweep import run_block
from simulator.engine.tables import Tables, compile_scheme
from simulator.runs.results import Results
from simulator.scheme.scenario import Scenario

BLOCK = 16                     # paths a task runs before it reports
LARGEST_ROOM = 1 << 12
PPM = 1_000_000
STOCK_COLUMNS = [FIXED.index(name) for name in STOCKS]

Progress = Callable[[int, int], None]


class EngineFault(RuntimeError):
    """The engine found its own books out of balance: a defect, never a user's mistake."""


def simulate(scenario: Scenario, paths: int = 10_000, seed: int = 1, engine: str = "loop",
             workers: int | None = None, *, scale_ppm: int = PPM, no_fund: bool = False, first_path: int = 0,
             years: bool = True, months: bool = False, stretch: float = 1.0,
             progress: Progress | None = None) -> Results:
    """Simulate a scenario.

    ``paths`` number of paths from ``first_path`` on; ``engine`` loop (compiled) or story (SimPy, slow, the
    one that can be read); ``workers`` threads, all cores if None; ``scale_ppm`` size of the fund relative to
    the scenario's; ``no_fund`` the same applicants without pots and their gates; ``years`` and ``months``
    keep periods beside totals; ``stretch`` multiplies the dominating rate of applications. ``progress`` is
    called with (done, total) from the calling thread. Raises ValueError for what cannot be run.
    """
    if scenario.abstract:
        raise ValueError("abstract_scenario")
    if paths < 1 or first_path < 0:
        raise ValueError("paths_positive")
    tables = compile_scheme(scenario, scale_ppm, no_fund, stretch)
    output = _Output(tables, paths, years, months and engine == "loop")
    run = {"loop": _run_loop, "story": _run_story}[engine]
    run(tables, output, seed, first_path, workers or os.cpu_count() or 1, progress or (lambda done, total: None))
    return Results(scenario, tables, seed, paths, engine, scale_ppm, no_fund, first_path, output.years,
                   output.paths, output.months)


class _Output:
    """Arrays the blocks write into, each its own rows."""

    def __init__(self, tables: Tables, paths: int, years: bool, months: bool) -> None:
        whole = tables.law.whole
        self.n_years, self.width = int(whole[at.N_YEARS]) + 1, int(whole[at.N_WIDTH])
        self.keep_years = years
        self.years = np.zeros((paths, self.n_years if years else 1, self.width), np.int64)
        self.paths = np.zeros((paths, int(whole[at.N_PATH_WIDTH])), np.int64)
        shape = (paths, int(whole[at.N_DAYS]) // 30, int(whole[at.N_POTS]) + 2)
        self.months = np.zeros(shape, np.int64) if months else None

    def block(self, first: int, last: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Arrays for paths ``first`` … ``last`` − 1; years may be a scratch that is folded afterwards."""
        years = self.years[first:last] if self.keep_years else np.zeros(
            (last - first, self.n_years, self.width), np.int64)
        months = np.zeros((0, 1, 1), np.int64) if self.months is None else self.months[first:last]
        return years, self.paths[first:last], months

    def fold(self, first: int, last: int, years: np.ndarray) -> None:
        """Reduce a block of yearly rows to totals, where years are not kept."""
        if not self.keep_years:
            self.years[first:last, 0] = years.sum(axis=1)
            self.years[first:last, 0, STOCK_COLUMNS] = years[:, -2, STOCK_COLUMNS]


def _run_loop(tables: Tables, output: _Output, seed: int, first_path: int, workers: int,
              progress: Progress) -> None:
    paths = len(output.paths)
    scratch = local()

    def task(first: int) -> int:
        last = min(first + BLOCK, paths)
        years, rows, months = output.block(first, last)
        done = 0
        while done < last - first:
            state: State = getattr(scratch, "state", None) or _fresh(scratch, tables, 1)
            n, code = run_block(tables.law, state, seed, first_path + first + done, years[done:], rows[done:],
                                months[done:])
            done += n
            if code == 1:                  # scratch too small: the path is repeated with twice the room
                _fresh(scratch, tables, scratch.room * 2)
            elif code != 0:
                raise EngineFault(f"loss not fully borne on path {first_path + first + done}, seed {seed}")
        output.fold(first, last, years)
        return last - first

    with ThreadPoolExecutor(workers) as pool:
        todo = [pool.submit(task, first) for first in range(0, paths, BLOCK)]
        _watch(todo, paths, progress)


def _fresh(scratch: local, tables: Tables, room: int) -> State:
    if room > LARGEST_ROOM:
        raise EngineFault("a path does not fit into memory")
    scratch.room = room
    scratch.state = new_state(tables.law, tables.loans_expected, room)
    return scratch.state


def _watch(todo: list[Future[int]], paths: int, progress: Progress) -> None:
    """Report progress from the calling thread; an error or an interrupt cancels what has not begun."""
    done = 0
    pending = set(todo)
    try:
        while pending:
            finished, pending = wait(pending, timeout=0.5, return_when=FIRST_EXCEPTION)
            for future in finished:
                done += future.result()
            done_now = done + sum(f.result() for f in pending if f.done() and f.exception() is None)
            progress(done_now, paths)
    except BaseException:
        for future in todo:
            future.cancel()
        raise


def _run_story(tables: Tables, output: _Output, seed: int, first_path: int, workers: int,
               progress: Progress) -> None:
    """One path after another: the readable engine uses one core."""
    from simulator.engine.story import run_story

    for n in range(len(output.paths)):
        story = run_story(tables, seed, first_path + n, record=False)
        if output.keep_years:
            output.years[n] = story.years
        else:
            output.fold(n, n + 1, story.years[None])
        output.paths[n] = story.path
        progress(n + 1, len(output.paths))
