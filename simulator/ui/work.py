"""What pages ask for, each thing worked out once however many viewers ask: scenarios, quick answers, whole answers."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import simulator
from simulator.answers import AnswerSheet, fiscal
from simulator.answers.draws import patient
from simulator.answers.flows import DoesNotAddUp, Flows, flows
from simulator.answers.measure import World
from simulator.answers.missing import ANSWERS, lacking, unanswered
from simulator.answers.questions import headline, promises
from simulator.answers.sizes import Growth, SizeResult
from simulator.lang import text
from simulator.report.listing import listed
from simulator.runs import simulate
from simulator.runs import trace as follow
from simulator.runs.follow import Trace
from simulator.scheme import Problem, Scenario, ScenarioErrors, load
from simulator.scheme.problems import SEE
from simulator.scheme.reading import Node
from simulator.study.sensitivity import Sensitivity

from .labels import spoken

RUNS_VARIABLE = "PLEDGEFUND_RUNS"
SPREAD = (0.05, 0.25, 0.5, 0.75, 0.95)
EXCEEDED = (0.5, 0.25, 0.1, 0.05, 0.02, 0.01)
FEW = 2_000                                # paths of the digits shown while a value is being moved
UPLOAD = re.compile(r"upload-[0-9a-f]{16}")
BOOK = re.compile(r"book-[0-9a-f]{16}\.(csv|xlsx)")
MOST_KEPT = 200
IN_PAGE = {"set_path": "ui_set_path", "yaml_syntax": "ui_set_value"}    # where the file's words would not help
Kept = TypeVar("Kept")


def runs_folder() -> Path:
    """Where jobs, their results and uploaded scenarios are kept."""
    return Path(os.environ.get(RUNS_VARIABLE) or Path.cwd() / "runs")


class Memory:
    """Results by key, worked out once: others who ask meanwhile wait for it. The oldest are forgotten."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Any, Any] = OrderedDict()
        self._locks: dict[Any, Lock] = {}
        self._lock = Lock()

    def get(self, key: Any, make: Callable[[], Kept]) -> Kept:
        """The result kept under a key, made when there is none; an error is not kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            own = self._locks.setdefault(key, Lock())
        with own:
            with self._lock:
                if key in self._kept:
                    return self._kept[key]
            made = make()
            with self._lock:
                self._kept[key] = made
                self._locks.pop(key, None)
                while len(self._kept) > MOST_KEPT:
                    self._kept.popitem(last=False)
        return made


_MEMORY = Memory()


# --- scenarios ---------------------------------------------------------------------------------

@lru_cache(maxsize=8)
def _shelves(lang: str, _stamp: int) -> tuple[dict[str, str], ...]:
    return tuple(row for row in listed(lang) if row["group"] != "backtest")


def scenarios(lang: str) -> tuple[dict[str, str], ...]:
    """Every scenario on offer: group, id, title, path; those of the backtest are for the backtest."""
    return _shelves(lang, 0)


def names() -> tuple[str, ...]:
    """Their names."""
    return tuple(Path(row["path"]).stem for row in scenarios("zh"))


def uploaded(name: str) -> Path | None:
    """The file of an uploaded scenario; None for any other name. Nothing outside the folder can be named."""
    path = runs_folder() / "uploads" / f"{name}.yaml"
    return path if UPLOAD.fullmatch(name) and path.is_file() else None


def keep_upload(data: bytes) -> str:
    """Keep an uploaded scenario that loads; returns its name. Raises ScenarioErrors with every mistake."""
    from simulator.scheme.reading import Refused, read_file

    name = f"upload-{hashlib.sha256(data).hexdigest()[:16]}"
    folder = runs_folder() / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    file, trial = folder / f"{name}.yaml", folder / f"{name}-trial.yaml"
    trial.write_bytes(data)
    try:
        try:
            told = read_file(trial, []).mapping()
        except Refused as refused:
            raise ScenarioErrors([refused.problem]) from None
        base = told.get("extends")
        if base is not None and base.value not in names():     # an upload reads no other file of this machine
            raise ScenarioErrors([Problem("extends_missing", trial.name, base.place.line, base.place.column, "extends",
                                          given=str(base.value)[:60], allowed=", ".join(names()[:8]))])
        if "book" in told and names_other_file(told["book"]):
            place = told["book"].place
            raise ScenarioErrors([Problem("book_elsewhere", trial.name, place.line, place.column, "book.file")])
        load(trial)
        trial.replace(file)
    finally:
        trial.unlink(missing_ok=True)
    return name


def names_other_file(book: Node) -> bool:
    """Whether an in-force book is read from a file that was not uploaded as one."""
    if isinstance(book.value, str):
        return not book.is_null and not BOOK.fullmatch(book.value)
    return any(names_other_file(inside) for key, inside in book.mapping().items() if key in ("file", "values", "value"))


def keep_book(base: Scenario, scenario: str, file: str, data: bytes) -> str:
    """Keep a file of loans in force and the scheme that opens with them; returns the scheme's name.

    Raises ScenarioErrors with every mistake; then neither is kept.
    """
    suffix = ".xlsx" if file.lower().endswith(".xlsx") else ".csv"
    book = f"book-{hashlib.sha256(data).hexdigest()[:16]}{suffix}"
    folder = runs_folder() / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    known = (folder / book).is_file()
    (folder / book).write_bytes(data)
    title = {lang: f"{getattr(base.title, lang)}{text('ui_book_title', lang)}" for lang in ("zh", "en")}
    told = {"schema": 1, "id": "own-book", "extends": scenario, "title": title, "book": {"file": book}}
    try:
        return keep_upload(json.dumps(told, ensure_ascii=False).encode())
    except ScenarioErrors:
        if not known:
            (folder / book).unlink(missing_ok=True)
        raise


def opened(name: str, changes: tuple[tuple[str, str], ...] = ()) -> Scenario:
    """A scenario with changes. Raises ScenarioErrors with every mistake."""
    return _MEMORY.get(("scenario", name, changes), lambda: load(uploaded(name) or name, set=dict(changes)))


def reason(problem: Problem, lang: str, in_file: bool = False) -> str:
    """A mistake in words, without its place; ``in_file`` for one who writes the scheme's file and not on the page."""
    key = problem.code if in_file else IN_PAGE.get(problem.code, problem.code)
    said = text(f"{key}.what", lang, given=problem.given)
    # Names to choose from stand one after the other, ways to write a value beside each other: of these, the Chinese.
    ways = [part for part in problem.allowed.split(" | ") if part and (
        lang == "en" or ", " in part or part.isdigit() or problem.code == "not_allowed"
        or not re.search(r"[A-Za-z]", part))]
    if ways:
        said += " " + text("problem.see" if problem.code in SEE else "problem.allowed", lang, allowed=" | ".join(ways))
    if problem.hint:
        said += " " + text("problem.hint", lang, hint=problem.hint)
    told = f"{said} {text(f'{key}.do', lang)}"
    return told if lang == "en" else spoken(told, in_file)


# --- quick answers -----------------------------------------------------------------------------

@dataclass(frozen=True)
class Quick:
    """The headline of a scenario, its yearly money (mean and 95 % quantile, fen) and three paths worth following.

    ``balance`` are quantiles of all pots together at the end of each month (SPREAD), ``reached`` the net claims (fen)
    that are exceeded with the chances EXCEEDED; ``flows`` the pots' money in and out.
    """

    sheet: AnswerSheet
    money: dict[str, list[tuple[float, float]]]
    telling: dict[str, int]
    balance: tuple[tuple[float, ...], ...] = ()
    reached: tuple[float, ...] = ()
    flows: Flows | None = None


Tick = Callable[[int, int], None]
First = Callable[[AnswerSheet], None]


def quick(scenario: Scenario, paths: int, seed: int, tick: Tick | None = None, first: First | None = None) -> Quick:
    """The headline for so many paths; ``tick`` may raise to give up.

    ``first`` is told whether the fund pays and takes in as soon as the scheme's own run is there, before those it is
    compared with; not where the whole headline is at hand.
    """
    return _MEMORY.get(("quick", scenario.hash, paths, seed), lambda: _quick(scenario, paths, seed, tick, first))


def known(scenario: Scenario, paths: int, seed: int) -> bool:
    """Whether that headline is at hand."""
    return ("quick", scenario.hash, paths, seed) in _MEMORY._kept


def _quick(scenario: Scenario, paths: int, seed: int, tick: Tick | None, first: First | None) -> Quick:
    if lacking(scenario, ANSWERS):
        return Quick(unanswered(scenario, paths, seed, 0), {}, {})
    world = World(scenario, paths, seed, partial(_with_months, tick))
    if first is not None:
        first(promises(world))
    sheet = headline(world)
    run = world.run("base")
    book = fiscal.budget(run)
    money: dict[str, list[tuple[float, float]]] = {
        line: fiscal.spread(book.where(lines=(line,))) for line in ("compensation", "recovery", "earned", "fees")
        if line in book.lines}
    money |= {"subsidies": fiscal.spread(fiscal.subsidies(run)), "total": fiscal.spread(book.where())}
    return Quick(sheet, money, telling_paths(run), _balances(run), _reached(run), _flows(run))


def _flows(run: Any) -> Flows | None:
    """Money in and out, left out where it does not add up: a chart is no reason to withhold an answer."""
    try:
        return flows(run)
    except DoesNotAddUp:
        logging.getLogger(__name__).exception("flows of %s do not add up", run.scenario.id)
        return None


def _with_months(tick: Tick | None, scenario: Scenario, **options: Any) -> Any:
    """Simulate, with the pots' months for the scheme as it is: those without a fund or a limit are not drawn."""
    return simulate(scenario, progress=tick, months=not {"no_fund", "scale_ppm"} & {*options}, **options)


def _balances(run: Any) -> tuple[tuple[float, ...], ...]:
    """Quantiles of the pots' money at the end of each month."""
    import numpy as np

    held = run.month_table[:, :, :len(run.tables.layout.pots)].sum(axis=2)
    return tuple(map(tuple, np.quantile(held, SPREAD, axis=0, method="inverted_cdf").T.tolist()))


def _reached(run: Any) -> tuple[float, ...]:
    """Net claims exceeded with each chance."""
    import numpy as np

    from simulator.answers.measure import net_claims

    return tuple(np.quantile(net_claims(run), [1 - chance for chance in EXCEEDED], method="inverted_cdf").tolist())


def telling_paths(run: Any) -> dict[str, int]:
    """Numbers of the paths with median and 99 % net compensation, and of the first that ran out of money."""
    import numpy as np

    from simulator.answers.measure import net_claims
    from simulator.answers.reserve import exhausted

    order = np.argsort(net_claims(run), kind="stable")
    found = {"typical": int(order[run.n // 2]), "bad": int(order[min(run.n - 1, -(-run.n * 99 // 100))])}
    empty = np.flatnonzero(exhausted(run))
    return found | ({"exhausted": int(empty[0])} if len(empty) else {})


def telling(scenario: Scenario, paths: int, seed: int) -> dict[str, int]:
    """Paths worth following: from the headline, or from a run of its own where the headline is not answered."""
    found = quick(scenario, paths, seed).telling
    return found or _MEMORY.get(("telling", scenario.hash, paths, seed),
                                lambda: telling_paths(patient(simulate, scenario, paths=paths, seed=seed)))


def stressed(scenario: Scenario, paths: int, seed: int) -> AnswerSheet:
    """The headline with levers, stresses and rules removed."""
    return _MEMORY.get(("stressed", scenario.hash, paths, seed),
                       lambda: headline(World(scenario, paths, seed, simulate), variants=True))


def traced(scenario: Scenario, path: int, seed: int) -> Trace:
    """One path followed by the readable engine."""
    return _MEMORY.get(("trace", scenario.hash, path, seed), lambda: follow(scenario, path, seed))


def remembered(key: Any, make: Callable[[], Kept]) -> Kept:
    """What a page works out for itself, once for all viewers."""
    return _MEMORY.get(key, make)


def digest(*parts: object) -> str:
    """A short name for what is told by ``parts`` with this version."""
    told = json.dumps([simulator.__version__, *parts], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


# --- whole answers, from the folders of jobs -----------------------------------------------------

def job_name(kind: str, scenario: Scenario, paths: int, seed: int, draws: int) -> str:
    """The folder of a job: the same for whoever asks the same."""
    return f"{kind}-{digest(scenario.hash, paths, seed, draws)}"


def validation_name(quick: bool) -> str:
    """The folder of the job that sets closed forms beside simulated values; it does not depend on a scenario."""
    return f"validate-{digest('quick' if quick else 'full')}"


def validation(quick: bool) -> dict[str, Any] | None:
    """What that job has found; None while it has not."""
    data = _document(runs_folder() / validation_name(quick) / "out" / "validate.json")
    return data if data is not None and {"findings", "twins", "chi_square", "holds"} <= data.keys() else None


@dataclass(frozen=True)
class Whole:
    """A finished answer: the sheet and the size, None where no source gives what a size needs."""

    sheet: AnswerSheet
    size: SizeResult | None


def whole_answer(folder: Path, scenario: Scenario) -> Whole | None:
    """What an ``answer`` job has found; None while it has not, or when the folder holds something else."""
    data = _document(folder / "out" / "answer.json")
    try:
        if data is None:
            return None
        size = data["size"]
        return Whole(AnswerSheet.from_json(data, scenario),
                     None if "not_evaluable" in size else SizeResult.from_json(size, scenario))
    except (KeyError, TypeError, ValueError):
        return None


def whole_growth(folder: Path, scenario: Scenario) -> Growth | None:
    """What a ``growth`` job has found."""
    data = _document(folder / "out" / "growth.json")
    try:
        return None if data is None else Growth.from_json(data, scenario)
    except (KeyError, TypeError, ValueError):
        return None


def whole_sensitivity(job: str) -> Sensitivity | None:
    """What a ``sensitivity`` job has found."""
    data = _document(runs_folder() / job / "out" / "sensitivity.json")
    try:
        return None if data is None else Sensitivity.from_json(data)
    except (KeyError, TypeError, ValueError):
        return None


def _document(file: Path) -> dict[str, Any] | None:
    try:
        data = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) else None
