"""The commands that put the model itself to the test: what it says of real funds, and how its methods do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from simulator.lang import text
from simulator.report.help import LocalCommand, LocalGroup
from simulator.report.progress import Progress, note

from .app import (
    Book,
    GapPaths,
    Json,
    Lang,
    Out,
    Quiet,
    Samples,
    ScenarioName,
    Seed,
    SensPaths,
    Sets,
    Walks,
    Workers,
    app,
    command,
)
from .given import DEFECT, OK, InvalidInput, open_scenario, place_for
from .output import assumed_note, deliver, first_run_note

studies = typer.Typer(name="study", cls=LocalGroup, help="help_study", rich_markup_mode=None, no_args_is_help=True)
app.add_typer(studies)


@studies.callback()
def program(lang: Lang = "zh") -> None:
    """Options before the study."""


def study(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a study whose help text has the key ``help_study_<name>``."""
    return studies.command(name, cls=LocalCommand, help=f"help_study_{name}")


@study("reserve")
def reserve(tapes: Annotated[int, typer.Option("--tapes", min=2, max=100_000, help="opt_tapes")] = 400, seed: Seed = 1,
            workers: Workers = None, out: Out = None, as_json: Json = False, lang: Lang = "zh",
            quiet: Quiet = False) -> None:
    """What a 99 % reserve holds when its parameters were estimated from a tape."""
    first_run_note(quiet, lang)
    from simulator.report.reserve import render
    from simulator.study import reserve as tested

    found = tested.run(tapes, seed, max(tapes // 10, 2), workers or 2, lambda stage: None if quiet else note(stage))
    deliver("reserve", found, render(found, lang), out, as_json, lang)


@study("coverage")
def coverage(tapes: Annotated[int, typer.Option("--tapes", min=2, max=100_000, help="opt_tapes")] = 250, seed: Seed = 1,
             workers: Workers = None, out: Out = None, as_json: Json = False, lang: Lang = "zh",
             quiet: Quiet = False) -> None:
    """How often the 90 % intervals of a calibration hold the truth."""
    first_run_note(quiet, lang)
    from simulator.report.coverage import render
    from simulator.study import coverage as tested

    with Progress(quiet, lang) as progress:
        found = tested.run(tapes, seed, workers or 2, progress)
    deliver("coverage", found, render(found, lang), out, as_json, lang)


@study("backtest")
def backtest(seed: Seed = 1, workers: Workers = None, out: Out = None, as_json: Json = False, lang: Lang = "zh",
             quiet: Quiet = False) -> None:
    """What the model says of real funds beside what was observed of them."""
    first_run_note(quiet, lang)
    from simulator.report.backtest import render
    from simulator.study import backtest as compared

    cases = compared.cases()
    with Progress(quiet, lang) as progress:
        begun: list[str] = []

        def tell(case: str) -> None:
            begun.append(case)
            progress(len(begun) - 1, len(cases), case)

        found = compared.run(cases, **compared.SETTINGS, seed=seed, workers=workers, progress=tell)
    document = compared.document(found, **compared.SETTINGS, seed=seed)
    deliver("backtest", document, render(document, lang), out, as_json, lang)


@study("links")
def links(scenario: ScenarioName, paths: GapPaths = 10_000, seed: Seed = 1, workers: Workers = None, sets: Sets = None,
          out: Out = None, as_json: Json = False, lang: Lang = "zh", quiet: Quiet = False) -> None:
    """The same default probability and correlation under three links."""
    scheme = open_scenario(scenario, sets, lang)
    first_run_note(quiet, lang)
    from simulator.report.open_loop import render_links
    from simulator.study.links import compare_links

    found = compare_links(scheme, paths, seed, workers)
    deliver("links", found.to_json(), render_links(found, scheme, lang), out, as_json, lang)


@command("sensitivity")
def sensitivity(scenario: ScenarioName, paths: SensPaths = 200, seed: Seed = 1, walks: Walks = 10,
                samples: Samples = 256, workers: Workers = None, sets: Sets = None, book: Book = None, out: Out = None,
                as_json: Json = False, lang: Lang = "zh", quiet: Quiet = False) -> None:
    """What the answer hangs on when all unknowns move: screening, then parts of the variance."""
    scheme = open_scenario(scenario, sets, lang, book)
    if samples & (samples - 1):
        raise InvalidInput(text("sens_power", lang, given=samples))
    assumed_note(scheme, quiet, lang)
    first_run_note(quiet, lang)
    from simulator.answers.pieces import finished
    from simulator.report.sensitivity import render_sensitivity
    from simulator.study.sensitivity import NothingUnknown
    from simulator.study.sensitivity import sensitivity as analysed

    with Progress(quiet, lang) as progress:
        try:
            found = analysed(scheme, paths, seed, walks, samples, workers, progress)
        except NothingUnknown:
            raise InvalidInput(text("sens_nothing", lang, given=scenario)) from None
    deliver("sensitivity", found.to_json(), render_sensitivity(found, scheme, lang), out, as_json, lang)
    finished()


@command("validate")
def validate(quick: Annotated[bool, typer.Option("--quick", help="opt_quick")] = False,
             report: Annotated[Path | None, typer.Option("--report", metavar="FILE", help="opt_report")] = None,
             workers: Workers = None, out: Out = None, as_json: Json = False, lang: Lang = "zh",
             quiet: Quiet = False) -> int:
    """The simulator against every scheme whose answer is known; 0 only if all hold."""
    if report:
        place_for(report, lang)
    first_run_note(quiet, lang)
    from simulator import __version__
    from simulator.report.validation import render_text
    from simulator.report.validation_page import render_html, versions
    from simulator.validation import validate as measured
    from simulator.validation.planted import with_plants

    with Progress(quiet, lang) as progress:
        outcome = measured(quick, workers, progress=progress)
        if report:
            outcome = with_plants(outcome, workers)
    found = {**outcome.to_json(), "version": __version__, "versions": versions()}
    if report:
        report.write_text(render_html(found, lang), "utf-8")
    deliver("validate", found, render_text(found, lang), out, as_json, lang)
    return OK if outcome.holds else DEFECT
