"""What commands print and keep: results on stdout and under ``--out``, notes on stderr."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from simulator import __version__
from simulator.lang import text
from simulator.report.ending import claimed
from simulator.report.progress import note

from .given import OK, words

if TYPE_CHECKING:
    from simulator.scheme import Scenario


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
    from simulator.jit import compiled

    if not quiet and not compiled():
        note(text("cli_first_run", lang))
