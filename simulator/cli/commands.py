"""The commands on one scheme: check, run, answer, size, trace; and what comes with the program."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from simulator.lang import text
from simulator.report.ending import claimed
from simulator.report.progress import Progress, note

from .app import (
    Ask,
    Book,
    Detail,
    Draws,
    Engine,
    Exhaustion,
    GapPaths,
    Json,
    Lang,
    Out,
    Paths,
    Pilot,
    Quiet,
    Refusal,
    ScenarioName,
    Seed,
    Sets,
    Targets,
    Workers,
    command,
)
from .given import INFEASIBLE, INVALID, OK, InvalidInput, open_scenario, settings, share, words
from .output import assumed_note, deliver, emit, emit_json, first_run_note

STRONGEST = 3                              # unknowns at whose other values the size is asked too


@command("list")
def list_command(as_json: Json = False, lang: Lang = "zh") -> None:
    """All scenarios that come with the program."""
    from simulator.report.listing import listed, render_list

    if as_json:
        emit_json(listed(lang))
    else:
        emit(render_list(lang))


@command("check")
def check(files: Annotated[list[str], typer.Argument(metavar="FILE...", help="opt_files")],
          grades: Annotated[bool, typer.Option("--grades", help="opt_grades")] = False,
          sets: Sets = None, as_json: Json = False, lang: Lang = "zh") -> int:
    """Every problem of every file at once; with ``--grades`` the evidence behind each number."""
    from simulator.report.check import check_file, render_check

    reports = [check_file(file, settings(sets, lang)) for file in files]
    if as_json:
        emit_json([report.to_json(lang, grades) for report in reports])
    else:
        emit("\n".join(render_check(report, lang, grades) for report in reports if report.scenario))
    for report in reports:
        if report.errors:
            note(text("check_failed", lang, file=report.file, n=len(report.errors.problems)))
            note(report.errors.render(lang))
    return INVALID if any(report.errors for report in reports) else OK


@command("run")
def run(scenario: ScenarioName, paths: Paths = 10_000, seed: Seed = 1, engine: Engine = "loop",
        workers: Workers = None, sets: Sets = None, book: Book = None, out: Out = None, as_json: Json = False,
        lang: Lang = "zh", quiet: Quiet = False) -> None:
    """Simulate, summarise every column, and keep the run where ``--out`` says."""
    scheme = open_scenario(scenario, sets, lang, book)
    assumed_note(scheme, quiet, lang)
    first_run_note(quiet, lang)
    from simulator.report.summary import render_run, run_json
    from simulator.runs import simulate
    from simulator.runs.store import write_run

    with claimed(out, lang) as claim:
        if claim:
            claim.make_for_run()
        with Progress(quiet, lang) as progress:
            results = simulate(scheme, paths=paths, seed=seed, engine=engine, workers=workers, progress=progress)
        if claim:
            write_run(claim, results, words())
    if as_json:
        emit_json({**run_json(results), "command": shlex.join(words())})
    else:
        emit(render_run(results, lang, shlex.join(words())))


@command("claims")
def claims(scenario: ScenarioName, paths: GapPaths = 0, pilot: Pilot = False, seed: Seed = 1, workers: Workers = None,
           sets: Sets = None, out: Out = None, as_json: Json = False, lang: Lang = "zh", quiet: Quiet = False) -> None:
    """Total claims by formula, when they hold, and the gap to the engine."""
    scheme = open_scenario(scenario, sets, lang)
    first_run_note(quiet, lang)
    from simulator.answers.open_loop.sheet import claims_sheet
    from simulator.report.open_loop import render_claims

    with Progress(quiet, lang) as progress:
        sheet = claims_sheet(scheme, seed, paths, pilot, workers, progress)
    deliver("claims", sheet.to_json(), render_claims(sheet, scheme, lang), out, as_json, lang)


@command("answer")
def answer(scenario: ScenarioName, paths: Paths = 10_000, seed: Seed = 1, draws: Draws = 40,
           workers: Workers = None, sets: Sets = None, book: Book = None, out: Out = None, as_json: Json = False,
           lang: Lang = "zh", quiet: Quiet = False, detail: Detail = False) -> None:
    """The verdict with the size beside it, and the seven answers."""
    scheme = open_scenario(scenario, sets, lang, book)
    from simulator.answers import answer as ask
    from simulator.answers.missing import SIZE, lacking
    from simulator.answers.pieces import finished
    from simulator.report.text import render_answer
    from simulator.study import size_fund

    missing = lacking(scheme, SIZE)
    if not missing:
        first_run_note(quiet, lang)
    with Progress(quiet, lang) as progress:
        sheet = ask(scheme, paths=paths, seed=seed, workers=workers, draws=draws, progress=progress.part(0, 2))
        strongest = tuple(path for path, _ in sheet.influences[:STRONGEST])
        needed = None if missing else size_fund(scheme, paths=paths, seed=seed, workers=workers, draws=draws,
                                                unknowns=strongest, progress=progress.part(1, 2))
    sized = needed.to_json() if needed else {"not_evaluable": list(missing)}
    shown = render_answer(sheet, lang, size=needed, detail=detail, command=shlex.join(words()))
    deliver("answer", {**sheet.to_json(), "size": sized}, shown, out, as_json, lang)
    finished()


@command("size")
def size(scenario: ScenarioName, ask: Ask = "size", exhaustion: Exhaustion = None, refusal: Refusal = None,
         targets: Targets = None,
         paths: Paths = 10_000, seed: Seed = 1, draws: Draws = 40, workers: Workers = None, sets: Sets = None,
         book: Book = None, out: Out = None, as_json: Json = False, lang: Lang = "zh", quiet: Quiet = False) -> int:
    """Is the fund enough, how large must it be, what growth can it carry."""
    scheme = open_scenario(scenario, sets, lang, book)
    wanted = {name: share(f"--{name}", given, default, lang)
              for name, given, default in (("exhaustion", exhaustion, scheme.sizing.exhaustion),
                                           ("refusal", refusal, scheme.sizing.refusal),
                                           ("targets", targets, scheme.sizing.targets))}
    from simulator.answers.missing import ANSWERS, SIZE, lacking
    from simulator.answers.pieces import finished
    from simulator.report.unanswered import render_unsized

    if missing := lacking(scheme, SIZE if ask == "size" else ANSWERS):
        deliver(ask, {"scenario": scheme.id, "not_evaluable": list(missing)},
                render_unsized(scheme, missing, lang), out, as_json, lang)
        return OK
    first_run_note(quiet, lang)
    from simulator import study
    from simulator.report.text import render_size

    solve: Callable[..., Any] = {"size": study.size_fund, "enough": study.enough, "growth": study.growth}[ask]
    with Progress(quiet, lang) as progress:
        result = solve(scheme, **wanted, paths=paths, seed=seed, workers=workers, draws=draws,
                       progress=progress)
    deliver(ask, result.to_json(), render_size(result, lang, shlex.join(words())), out, as_json, lang)
    finished()
    return OK if result.feasible else INFEASIBLE


@command("trace")
def trace(scenario: ScenarioName,
          path: Annotated[int, typer.Option("--path", min=0, max=2**31 - 1, help="opt_path")],
          loan: Annotated[int | None, typer.Option("--loan", min=0, help="opt_loan")] = None,
          seed: Seed = 1, sets: Sets = None, book: Book = None, as_json: Json = False, lang: Lang = "zh",
          quiet: Quiet = False) -> None:
    """One path from end to end, or one loan with its settlement sheet."""
    scheme = open_scenario(scenario, sets, lang, book)
    assumed_note(scheme, quiet, lang)
    first_run_note(quiet, lang)
    from simulator.report.sheet import render_trace
    from simulator.runs import trace as follow
    from simulator.runs.follow import NoSuchLoan

    try:
        story = follow(scheme, path, seed, loan)
    except NoSuchLoan as none:
        raise InvalidInput(text("trace_no_such_loan", lang, path=path, loans=none.loans, last=none.loans - 1)) from None
    deliver("trace", story.to_json() if as_json else {}, render_trace(story, lang, loan), None, as_json, lang)


@command("calibrate")
def calibrate(tape: Annotated[Path | None, typer.Argument(metavar="TAPE", help="opt_tape")] = None,
              onto: Annotated[str, typer.Option("--scenario", metavar="SCENARIO", help="opt_onto")] = "liaoning-2021",
              maps: Annotated[list[str] | None, typer.Option("--map", metavar="FIELD=HEADER", help="opt_map")] = None,
              out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="opt_overlay")] = None,
              blank: Annotated[Path | None, typer.Option("--template", metavar="FILE", help="opt_template")] = None,
              seed: Seed = 1, as_json: Json = False, lang: Lang = "zh", quiet: Quiet = False) -> None:
    """Values of a scenario from a loan tape, as an overlay of grade C."""
    from simulator.calibrate import fit, overlay, table
    from simulator.calibrate import tape as tapes

    for file in (out, blank):
        if file and file.exists():
            raise InvalidInput(text("cal_exists", lang, given=file))
    if blank:
        return table.template(blank)
    if tape is None:
        raise InvalidInput(text("cal_need", lang))
    scheme = open_scenario(onto, None, lang)
    first_run_note(quiet, lang)
    found = fit.calibrate(tapes.read_tape(tape, list(scheme.firms.grades), table.mapping_of(maps or ())), seed=seed)
    if out:
        base = Path(os.path.relpath(onto, out.parent)).as_posix() if Path(onto).is_file() else None
        out.write_text(overlay.overlay(found, scheme, base), encoding="utf-8")
    from simulator.report.calibrate import render_calibration

    shown = render_calibration(found, lang, overlay.left_out(found, scheme, lang))
    deliver("calibrate", found.to_json(), shown, None, as_json, lang)


@command("bench")
def bench(workers: Workers = None, as_json: Json = False, lang: Lang = "zh", quiet: Quiet = False) -> None:
    """Speed and memory, as ratios within one run."""
    first_run_note(quiet, lang)
    from simulator.report.bench import render_bench
    from simulator.runs import bench as measure

    with Progress(quiet, lang) as progress:
        result = measure.run(workers=workers, progress=progress)
    deliver("bench", result.to_json(), render_bench(result, lang), None, as_json, lang)


@command("app")
def app_command(port: Annotated[int, typer.Option("--port", min=1024, max=65535, help="opt_port")] = 8501,
                lang: Lang = "zh") -> int:
    """The app in the browser, served to this machine only."""
    import os
    import subprocess
    import sys
    from importlib.util import find_spec
    from pathlib import Path

    import simulator

    if find_spec("streamlit") is None or find_spec("matplotlib") is None:
        raise InvalidInput(text("cli_no_app", lang))
    page = Path(simulator.__file__).parent / "ui" / "front" / "app.py"
    note(text("cli_app", lang, address=f"http://127.0.0.1:{port}/?lang={lang}"))
    words_ = [sys.executable, "-m", "streamlit", "run", str(page), "--server.port", str(port),
              "--server.address", "127.0.0.1", "--browser.gatherUsageStats", "false"]
    if os.name == "posix":                 # the server takes this process over: signals reach it
        os.execv(sys.executable, words_)
    return subprocess.call(words_)
