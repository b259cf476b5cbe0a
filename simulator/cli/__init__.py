"""The command line: parse, call the room that does the work, print; no arithmetic.

stdout carries only the result, everything else goes to stderr. Exit codes: 0 done, 2 invalid input,
3 no size works, 4 partial, 130 interrupted, 1 a defect of ours. Rooms are imported inside the commands,
so that ``--help`` needs none of them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from typer.main import get_command

from simulator.lang import LANGUAGES, text
from simulator.report.ending import stoppable
from simulator.report.help import explain_usage, localise
from simulator.report.progress import note

from . import commands as commands
from . import studies as studies
from .app import app
from .given import DEFECT, INVALID, OK, PROGRAM, InvalidInput


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

