"""Parts of long work kept on disk as each is done, so that a run that was ended goes on where it was.

Where PLEDGEFUND_PARTS names a folder, what a draw of assumptions gave is kept there under the hash of all it depends
on: version, engine sources, scenario, paths, seed. A part that is cut short or was changed is worked out again. Without
the folder nothing is kept; the numbers are the same either way.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from simulator import __version__
from simulator.jit import source_key

FOLDER = "PLEDGEFUND_PARTS"
OWN = re.compile(r"[a-z]+-[0-9a-f]{32}\.(json|tmp)")


def kept(what: str, depends: tuple[object, ...], make: Callable[[], Any]) -> Any:
    """What ``make`` gives as plain data (numbers, texts, lists), made once for all it ``depends`` on."""
    folder = os.environ.get(FOLDER)
    if not folder:
        return make()
    key = _digest(repr((__version__, _sources(), what, depends)))
    file = Path(folder) / f"{what}-{key[:32]}.json"
    try:
        told = json.loads(file.read_text("utf-8"))
        if told["sha256"] == _digest(json.dumps(told["value"])):
            return told["value"]
    except (OSError, ValueError, KeyError, TypeError):
        pass
    value = json.loads(json.dumps(make()))                                 # the same data whether read or made
    file.parent.mkdir(parents=True, exist_ok=True)
    trial = file.with_suffix(".tmp")
    trial.write_text(json.dumps({"sha256": _digest(json.dumps(value)), "value": value}), "utf-8")
    trial.replace(file)
    return value


def finished() -> None:
    """The work is done as a whole: its parts are no longer needed."""
    folder = Path(os.environ.get(FOLDER) or os.devnull)
    if not folder.is_dir():
        return
    for file in folder.iterdir():          # whatever else lies in a folder somebody named stays there
        if OWN.fullmatch(file.name):
            file.unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()


def _digest(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()


@cache
def _sources() -> str:
    return source_key()
