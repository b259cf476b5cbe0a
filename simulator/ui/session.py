"""One viewer's state between two runs of the page: the address is the truth, the session remembers it."""

from __future__ import annotations

import shlex
import time
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import streamlit as st

from simulator.answers.missing import ANSWERS, lacking
from simulator.lang import text
from simulator.scheme import Scenario
from simulator.scheme.missing import standing_in
from simulator.scheme.scenario import Figure

from . import work
from .labels import LACKS
from .state import State, Warned, read

MOST_UNDO = 50
LATE = 3.0                                 # seconds in which a page may still tell an address that was replaced


@dataclass(frozen=True)
class View:
    """What a page is drawn from."""

    state: State
    scenario: Scenario

    @property
    def lang(self) -> str:
        """zh or en."""
        return self.state.lang

    def key(self, name: str) -> str:
        """A widget's key, another in each language.

        What it shows is in the language's words and units: a click that overtakes the switch must not have the words
        and amounts of one language read in the other (150 百万元 as 150 万元).
        """
        return name if self.state.lang == "zh" else f"{name}-{self.state.lang}"

    def t(self, key: str, **args: object) -> str:
        """A message in the reader's language."""
        return text(key, self.state.lang, **args)

    @cached_property
    def original(self) -> Scenario:
        """The scenario without the changes."""
        return work.opened(self.state.scenario)

    @cached_property
    def filled(self) -> tuple[tuple[str, str], ...]:
        """The changes by which the reader gives a figure that no source gives."""
        held = {origin.path for origin in standing_in(self.original.provenance, lacking(self.original, ANSWERS))}
        return tuple(pair for pair in self.state.changes if pair[0] in held or pair[0].startswith(LACKS))

    @property
    def taken(self) -> tuple[Figure, ...]:
        """The figures no source gives that are the reader's."""
        return tuple(each for each in lacking(self.original, ANSWERS) if each not in self.scenario.not_evaluable)

    @cached_property
    def basis(self) -> Scenario:
        """The original with these: what its unknowns do is told of this, whatever else is changed."""
        return work.opened(self.state.scenario, self.filled)

    def command(self, *words: str, draws: bool = True, paths: bool = True) -> list[str]:
        """The command line, without the program's name, that gives what is shown."""
        found = [*words[:1], self.state.scenario, *words[1:]]
        for path, given in self.state.changes:
            found += ["--set", f"{path}={given}"]
        found += [*(["--paths", str(self.state.paths)] if paths else []), "--seed", str(self.state.seed)]
        return found + (["--draws", str(self.state.draws)] if draws else [])

    def reproduce(self, *words: str, draws: bool = True, paths: bool = True) -> str:
        """The same as one line."""
        return shlex.join(["pledgefund", *self.command(*words, draws=draws, paths=paths)])


def current() -> tuple[State, list[Warned]]:
    """The state to show: the address's when somebody has changed it, else the one remembered.

    A page that looks after a job may still tell the address of a moment ago: nobody has changed that.
    """
    query = {key: st.query_params.get_all(key) for key in st.query_params}
    signed = _signed(query)
    if "state" not in st.session_state or (signed != st.session_state.get("written") and not _late(signed)):
        state, warned = read(query)
        st.session_state["state"], st.session_state["warned"] = state, warned
    _write(st.session_state["state"])
    return st.session_state["state"], st.session_state.get("warned", [])


def _signed(query: dict[str, list[str]]) -> tuple[Any, ...]:
    return tuple(sorted((key, tuple(values)) for key, values in query.items()))


def _late(signed: tuple[Any, ...]) -> bool:
    """Whether this is the address before the last, which the server has only just replaced."""
    before, since = st.session_state.get("replaced", (None, 0.0))
    return bool(before == signed) and time.monotonic() - since < LATE


def _write(state: State) -> None:
    query = state.query()
    if _signed(query) != st.session_state.get("written"):
        st.session_state["replaced"] = (st.session_state.get("written"), time.monotonic())
    if _signed({key: st.query_params.get_all(key) for key in st.query_params}) != _signed(query):
        st.query_params.from_dict(query)
    st.session_state["written"] = _signed(query)


def put(state: State) -> None:
    """Go on with another state; the way back is remembered."""
    before = st.session_state.get("state")
    if state == before:
        return
    if before is not None and (before.changes, before.scenario) != (state.changes, state.scenario):
        st.session_state["undo"] = [*st.session_state.get("undo", []), before][-MOST_UNDO:]
    st.session_state["state"], st.session_state["warned"] = state, []
    _write(state)


def turn(**fields: Any) -> None:
    """The same state with some fields at other values."""
    put(replace(st.session_state["state"], **fields))


def can_undo() -> bool:
    """Whether there is a way back."""
    return bool(st.session_state.get("undo"))


def undo() -> None:
    """Back to the state before the last change, on the page one is on."""
    *rest, last = st.session_state["undo"]
    now = st.session_state["state"]
    put(replace(last, page=now.page, lang=now.lang))
    st.session_state["undo"] = rest
    st.session_state["errors"] = {}
