"""The program's parser, the options its commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from simulator import __version__
from simulator.report.help import LocalCommand, LocalGroup

from .given import OK, PROGRAM
from .output import emit

app = typer.Typer(name=PROGRAM, cls=LocalGroup, help="help_program", add_completion=False, rich_markup_mode=None,
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
Book = Annotated[Path | None, typer.Option("--book", metavar="FILE", help="opt_book")]
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
Pilot = Annotated[bool, typer.Option("--pilot", help="opt_pilot")]
GapPaths = Annotated[int, typer.Option("--paths", min=0, max=10_000_000, help="opt_gap_paths")]
SensPaths = Annotated[int, typer.Option("--paths", min=20, max=10_000_000, help="opt_sens_paths")]
Walks = Annotated[int, typer.Option("--walks", min=2, max=1_000, help="opt_walks")]
Samples = Annotated[int, typer.Option("--samples", min=2, max=4_096, help="opt_samples")]
Draws = Annotated[int, typer.Option("--draws", min=2, max=10_000, help="opt_draws")]


def command(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a command whose help text has the key ``help_<name>``."""
    return app.command(name, cls=LocalCommand, help=f"help_{name}")


@app.callback()
def program(lang: Lang = "zh", version: Version = False) -> None:
    """Options before the command."""
