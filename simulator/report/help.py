"""Help pages and usage mistakes of the command line, in the user's language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from typer.core import TyperCommand, TyperGroup

from simulator.lang import text

_WORDS = (("Usage:", "head_usage"), ("Options:", "head_options"), ("Arguments:", "head_arguments"),
          ("Commands:", "head_commands"), ("[default:", "head_default"), ("[required]", "head_required"),
          ("Show this message and exit.", "opt_help"))


class LocalCommand(TyperCommand):
    """A command whose help page is in the user's language."""

    def get_help(self, ctx: Any) -> str:
        """The page with the parser's own words translated."""
        return _translated(super().get_help(ctx), ctx)


class LocalGroup(TyperGroup):
    """The program, its help page in the user's language."""

    def get_help(self, ctx: Any) -> str:
        """The page with the parser's own words translated."""
        return _translated(super().get_help(ctx), ctx)


def _translated(page: str, ctx: Any) -> str:
    lang = ctx.find_root().obj["lang"]
    for english, key in _WORDS:
        page = page.replace(english, english.replace(english.strip("[:]"), text(key, lang)))
    return page


def localise(group: Any, lang: str) -> Any:
    """Help texts are keys of the catalogue until shown: replace them by the user's words."""
    group.help = text(group.help, lang)
    for parameter in group.params:
        parameter.help = text(parameter.help, lang)
    for item in getattr(group, "commands", {}).values():
        localise(item, lang)
    return group


def explain_usage(error: Any, lang: str, program: str) -> str:
    """The parser's complaint, its usual kinds in the user's language."""
    ctx, kind = getattr(error, "ctx", None), type(error).__name__
    if ctx is not None and kind == "NoArgsIsHelpError":
        return str(ctx.get_help())
    option = getattr(error, "param", None)
    name = option.get_error_hint() if option is not None else ""
    unknown = re.match(r"No such command '(.*?)'", str(error))
    if kind == "NoSuchOption":
        said = text("cli_no_option", lang, given=error.option_name) + _near(error.possibilities or (), lang)
    elif unknown and ctx is not None:
        near = get_close_matches(unknown[1], ctx.command.list_commands(ctx))
        said = text("cli_no_command", lang, given=unknown[1]) + _near(near, lang)
    elif kind == "MissingParameter" and name:
        said = text("cli_missing", lang, name=name)
    elif kind == "BadParameter" and name:
        said = text("cli_bad_value", lang, name=name, allowed=_allowed(option, ctx))
    else:
        said = text("cli_usage", lang, message=error.format_message())
    return said + "\n" + text("cli_see_help", lang, command=ctx.command_path if ctx else program)


def _near(options: Sequence[str], lang: str) -> str:
    """The question whether something similar was meant, if there is anything similar."""
    return " " + text("cli_did_you_mean", lang, options=", ".join(sorted(options))) if options else ""


def _allowed(option: Any, ctx: Any) -> str:
    """What an option takes: its choices, or its kind and bounds."""
    kind = option.display_type(ctx).strip("<>")
    least, most = getattr(option, "min", None), getattr(option, "max", None)
    return kind if least is None and most is None else f"int, {least} … {'' if most is None else most}"
