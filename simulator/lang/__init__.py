"""Every sentence a user reads, in Chinese and English.

Each module of this package holds ``MESSAGES = {key: (zh, en)}``; :func:`text` fills one in.
"""

from __future__ import annotations

from . import (
    actuals,
    answers,
    backtest,
    calibrate,
    cli,
    explain,
    frame,
    labels,
    open_loop,
    scheme,
    sensitivity,
    trace,
    ui,
    validation,
)

LANGUAGES = ("zh", "en")
CATALOGUES = (scheme, cli, answers, trace, backtest, open_loop, calibrate, validation, sensitivity, ui, frame,
              explain, actuals, labels)
MESSAGES: dict[str, tuple[str, str]] = {
    key: pair for catalogue in CATALOGUES for key, pair in catalogue.MESSAGES.items()}


def both(key: str) -> tuple[str, str]:
    """The message ``key`` in Chinese and English, for what is kept in both."""
    return MESSAGES[key]


def text(key: str, lang: str, **args: object) -> str:
    """The message ``key`` in ``lang`` (zh | en), its placeholders filled from ``args``.

    Raises KeyError when the catalogue has no such message: a missing sentence is a defect.
    """
    return MESSAGES[key][LANGUAGES.index(lang)].format(**args)
