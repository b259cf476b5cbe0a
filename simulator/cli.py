"""The command line: parse, call the room that does the work, print; no arithmetic.

stdout carries only the result, everything else goes to stderr. Exit codes: 0 done, 2 invalid input,
3 no size works, 4 partial, 130 interrupted, 1 a defect of ours. Rooms are imported inside the commands,
so that ``--help`` needs none of them.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.main import get_command

from simulator import __version__
from simulator.lang import LANGUAGES, text
from simulator.report.ending import claimed, stoppable
from simulator.report.help import LocalCommand, LocalGroup, explain_usage, localise
from simulator.report.progress import Progress, note

if TYPE_CHECKING:
    from simulator.scheme import Scenario

OK, DEFECT, INVALID, INFEASIBLE, PARTIAL = 0, 1, 2, 3, 4
PROGRAM = "pledgefund"


class InvalidInput(Exception):
    """A mistake on the command line; the message is already in the user's language."""


app = typer.Typer(name=PROGRAM, cls=LocalGroup, help="help_app", add_completion=False, rich_markup_mode=None,
                  no_args_is_help=True, pretty_exceptions_enable=False,
                  context_settings={"help_option_names": ["--help", "-h"]})


def show_version(wanted: bool) -> None:
    """Print the version and leave."""
    if wanted:
        emit(f"{PROGRAM} {__version__}")
        raise typer.Exit(OK)


ScenarioName = Annotated[str, typer.Argument(metavar="SCENARIO", help="opt_scenario")]
Paths = Annotated[int, typer.Option("--paths", min=1, max=10_000_000, help="opt_paths")]
Seed = Annotated[int, typer.Option("--seed", min=0, max=2**63 - 1, help="opt_seed")]
Engine = Annotated[Literal["loop", "story"], typer.Option("--engine", help="opt_engine")]
Workers = Annotated[int | None, typer.Option("--workers", min=1, max=1024, help="opt_workers")]
Sets = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="opt_set")]
Version = Annotated[bool, typer.Option("--version", is_eager=True, callback=show_version, help="opt_version")]
Ask = Annotated[Literal["size", "enough", "growth"], typer.Option("--ask", help="opt_ask")]
Exhaustion = Annotated[str | None, typer.Option("--exhaustion", metavar="SHARE", help="opt_exhaustion")]
Refusal = Annotated[str | None, typer.Option("--refusal", metavar="SHARE", help="opt_refusal")]
Targets = Annotated[str | None, typer.Option("--targets", metavar="SHARE", help="opt_targets")]
Detail = Annotated[bool, typer.Option("--detail", help="opt_detail")]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="opt_out")]
Json = Annotated[bool, typer.Option("--json", help="opt_json")]
Lang = Annotated[str, typer.Option("--lang", help="opt_lang")]
Quiet = Annotated[bool, typer.Option("--quiet", help="opt_quiet")]
Draws = Annotated[int, typer.Option("--draws", min=2, max=10_000, help="opt_draws")]


def command(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a command whose help text has the key ``help_<name>``."""
    return app.command(name, cls=LocalCommand, help=f"help_{name}")


@app.callback()
def program(lang: Lang = "zh", version: Version = False) -> None:
    """Options before the command."""


# --- commands ------------------------------------------------------------------------------

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
        workers: Workers = None, sets: Sets = None, out: Out = None, as_json: Json = False,
        lang: Lang = "zh", quiet: Quiet = False) -> None:
    """Simulate, summarise every column, and keep the run where ``--out`` says."""
    scheme = open_scenario(scenario, sets, lang)
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


@command("answer")
def answer(scenario: ScenarioName, paths: Paths = 10_000, seed: Seed = 1, draws: Draws = 40,
           workers: Workers = None, sets: Sets = None, out: Out = None, as_json: Json = False,
           lang: Lang = "zh", quiet: Quiet = False, detail: Detail = False) -> None:
    """The verdict with the size beside it, and the seven answers."""
    scheme = open_scenario(scenario, sets, lang)
    from simulator.answers import answer as ask
    from simulator.answers.missing import SIZE, lacking
    from simulator.report.text import render_answer
    from simulator.study import size_fund

    missing = lacking(scheme, SIZE)
    if not missing:
        first_run_note(quiet, lang)
    with Progress(quiet, lang) as progress:
        sheet = ask(scheme, paths=paths, seed=seed, workers=workers, draws=draws, progress=progress)
        needed = None if missing else size_fund(scheme, paths=paths, seed=seed, workers=workers, draws=draws,
                                                progress=progress)
    sized = needed.to_json() if needed else {"not_evaluable": list(missing)}
    shown = render_answer(sheet, lang, size=needed, detail=detail, command=shlex.join(words()))
    deliver("answer", {**sheet.to_json(), "size": sized}, shown, out, as_json, lang)


@command("size")
def size(scenario: ScenarioName, ask: Ask = "size", exhaustion: Exhaustion = None, refusal: Refusal = None,
         targets: Targets = None,
         paths: Paths = 10_000, seed: Seed = 1, draws: Draws = 40, workers: Workers = None, sets: Sets = None,
         out: Out = None, as_json: Json = False, lang: Lang = "zh", quiet: Quiet = False) -> int:
    """Is the fund enough, how large must it be, what growth can it carry."""
    scheme = open_scenario(scenario, sets, lang)
    wanted = {name: share(f"--{name}", given, default, lang)
              for name, given, default in (("exhaustion", exhaustion, scheme.sizing.exhaustion),
                                           ("refusal", refusal, scheme.sizing.refusal),
                                           ("targets", targets, scheme.sizing.targets))}
    from simulator.answers.missing import ANSWERS, SIZE, lacking
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
    return OK if result.feasible else INFEASIBLE


@command("trace")
def trace(scenario: ScenarioName,
          path: Annotated[int, typer.Option("--path", min=0, max=2**31 - 1, help="opt_path")],
          loan: Annotated[int | None, typer.Option("--loan", min=0, help="opt_loan")] = None,
          seed: Seed = 1, sets: Sets = None, as_json: Json = False, lang: Lang = "zh",
          quiet: Quiet = False) -> None:
    """One path from end to end, or one loan with its settlement sheet."""
    scheme = open_scenario(scenario, sets, lang)
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


@command("bench")
def bench(workers: Workers = None, as_json: Json = False, lang: Lang = "zh", quiet: Quiet = False) -> None:
    """Speed and memory, as ratios within one run."""
    first_run_note(quiet, lang)
    from simulator.report.bench import render_bench
    from simulator.runs import bench as measure

    with Progress(quiet, lang) as progress:
        result = measure.run(workers=workers, progress=progress)
    deliver("bench", result.to_json(), render_bench(result, lang), None, as_json, lang)


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

    if out and out.exists():
        raise InvalidInput(text("cal_exists", lang, given=out))
    if blank:
        if blank.exists():
            raise InvalidInput(text("cal_exists", lang, given=blank))
        return table.template(blank)
    if tape is None:
        raise InvalidInput(text("cal_need", lang))
    scheme = open_scenario(onto, None, lang)
    first_run_note(quiet, lang)
    found = fit.calibrate(tapes.read_tape(tape, list(scheme.firms.grades), table.mapping_of(maps or ())), seed=seed)
    if out:
        out.write_text(overlay.overlay(found, scheme), encoding="utf-8")
    from simulator.report.calibrate import render_calibration

    deliver("calibrate", found.to_json(), render_calibration(found, lang), None, as_json, lang)


@command("study")
def study_command(name: Annotated[Literal["reserve"], typer.Argument(metavar="STUDY", help="opt_study")],
                  tapes: Annotated[int, typer.Option("--tapes", min=2, max=100_000, help="opt_tapes")] = 400,
                  seed: Seed = 1, workers: Workers = None, out: Out = None, as_json: Json = False, lang: Lang = "zh",
                  quiet: Quiet = False) -> None:
    """Repeat a study whose outcome the docs quote."""
    first_run_note(quiet, lang)
    from simulator.report.reserve import render
    from simulator.study import reserve

    found = reserve.run(tapes, seed, max(tapes // 10, 2), workers or 2, lambda stage: None if quiet else note(stage))
    deliver(name, found, render(found, lang), out, as_json, lang)


# --- input ---------------------------------------------------------------------------------

def words() -> list[str]:
    """The command that reproduces this result, without what only concerns its display or place."""
    kept: list[str] = [PROGRAM]
    skip = False
    for word in sys.argv[1:]:
        if skip:
            skip = False
        elif word in ("--out", "--workers", "--lang"):
            skip = True
        elif word not in ("--json", "--quiet") and not word.startswith(("--out=", "--workers=", "--lang=")):
            kept.append(word)
    return kept


def open_scenario(name: str, sets: Sequence[str] | None, lang: str) -> Scenario:
    """The scenario to run, with the values of ``--set``."""
    from simulator.scheme import load

    scheme = load(name, set=settings(sets, lang))
    if scheme.abstract:
        raise InvalidInput(text("cli_abstract", lang, given=name))
    return scheme


def settings(sets: Sequence[str] | None, lang: str) -> dict[str, str]:
    """``path=value`` words as a mapping."""
    chosen: dict[str, str] = {}
    for given in sets or ():
        key, equals, value = given.partition("=")
        if not equals or not key.strip() or not value.strip():
            raise InvalidInput(text("cli_set", lang, given=given))
        if key.strip() in chosen:
            raise InvalidInput(text("cli_set_twice", lang, given=key.strip()))
        chosen[key.strip()] = value.strip()
    return chosen


def share(name: str, given: str | None, default_ppm: int, lang: str) -> float:
    """A probability from ``"1%"`` or ``"0.01"``; the scenario's own promise where none is given."""
    if given is None:
        return default_ppm / 1_000_000
    try:
        value = float(given.rstrip("%")) / (100 if given.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise InvalidInput(text("cli_share", lang, name=name, given=given))
    return value


# --- output --------------------------------------------------------------------------------

def emit(result: str) -> None:
    """Print a result; a reader that stops early (``| head``) is no error."""
    try:
        print(result, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(OK) from None


def emit_json(result: Any) -> None:
    """Print a result for programs."""
    emit(json.dumps(result, ensure_ascii=False, indent=2))


def deliver(name: str, data: dict[str, Any], shown: str, out: Path | None, as_json: bool, lang: str) -> None:
    """Print a result, and keep both forms of it where ``--out`` says."""
    document = {**data, "version": __version__, "command": shlex.join(words())}
    with claimed(out, lang) as claim:
        if claim:
            claim.make()
            claim.place(f"{name}.json", (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode())
            claim.place(f"{name}.txt", (shown.rstrip("\n") + "\n").encode())
    if as_json:
        emit_json(document)
    else:
        emit(shown.rstrip("\n"))


def assumed_note(scheme: Scenario, quiet: bool, lang: str) -> None:
    """Say that figures no source gives are assumed."""
    from simulator.report.unanswered import figures_missing

    figures = figures_missing(scheme, lang)
    if figures and not quiet:
        note(text("cli_assumed", lang, figures=figures))


def first_run_note(quiet: bool, lang: str) -> None:
    """Say that the kernels are being compiled, when none are cached yet."""
    if quiet or os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":
        return
    from simulator.jit import CACHE_DIR

    if CACHE_DIR is None or not any(CACHE_DIR.rglob("*.nbi")):
        note(text("cli_first_run", lang))


# --- the program ---------------------------------------------------------------------------

def main(argv: Sequence[str] | None = None) -> None:
    """Run the program and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if argv is not None:
        sys.argv = [PROGRAM, *argv]
    sys.exit(_guarded(sys.argv[1:]))


def _guarded(argv: Sequence[str]) -> int:
    """Run, and turn whatever is raised into a message and an exit code."""
    lang = "zh"
    try:
        lang = language(argv)
        with stoppable(lang):
            program = localise(get_command(app), lang)
            code = program.main(list(argv), prog_name=PROGRAM, standalone_mode=False, obj={"lang": lang})
        return code if isinstance(code, int) else OK
    except Exception as error:
        if os.environ.get("PLEDGEFUND_DEBUG"):
            raise
        message, code = _explain(error, lang)
        note(message)
        return code


def language(argv: Sequence[str]) -> str:
    """The language asked for anywhere on the line; Chinese where none is."""
    chosen = "zh"
    for word, after in zip(argv, [*argv, ""][1:], strict=True):
        if word == "--lang":
            chosen = after
        elif word.startswith("--lang="):
            chosen = word.removeprefix("--lang=")
    if chosen not in LANGUAGES:
        raise InvalidInput(" / ".join(text("cli_lang", lang, given=chosen) for lang in LANGUAGES))
    return chosen


def _explain(error: Exception, lang: str) -> tuple[str, int]:
    """Message and exit code of what went wrong."""
    if isinstance(error, InvalidInput):
        return str(error), INVALID
    if hasattr(error, "render"):                       # problems of a scenario, or of a run folder
        return error.render(lang), INVALID
    if hasattr(error, "format_message"):               # the parser's
        return explain_usage(error, lang, PROGRAM), INVALID
    if isinstance(error, OSError):
        return text("cli_io", lang, message=error), INVALID
    return text("cli_unexpected", lang, message=f"{type(error).__name__}: {error}"), DEFECT


if __name__ == "__main__":
    main()
