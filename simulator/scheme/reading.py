"""YAML 1.2 as a tree that remembers where each key and value stands.

Only plain data is read: mappings, lists and scalars. Tags, aliases, several documents, keys that
are not text, deep nesting and large files are refused, so nothing a file says can run or grow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from .problems import Problem

MOST_BYTES = 5_000_000
MOST_DEPTH = 40
BOOL_LIKE = frozenset({"on", "off", "yes", "no", "y", "n", "true", "false"})   # booleans to YAML 1.1 readers
NULLS = frozenset({"", "~", "null", "Null", "NULL"})
INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Place:
    """A point in a file; line and column count from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Node:
    """A mapping, a list or a scalar. ``key`` is where the key that holds it stands, if any holds it."""

    value: dict[str, Node] | list[Node] | str
    place: Place
    key: Place | None = None
    quoted: bool = False
    shared: bool = False                   # provenance pushed down from a ``values`` group

    @property
    def is_null(self) -> bool:
        """Whether nothing is written here."""
        return isinstance(self.value, str) and not self.quoted and self.value in NULLS

    def mapping(self) -> dict[str, Node]:
        """Its entries, empty when it is no mapping."""
        return self.value if isinstance(self.value, dict) else {}

    def locate(self, problem: Problem, path: str = "", at_key: bool = False) -> Problem:
        """The problem, placed here (or at the key that holds this)."""
        place = self.key if at_key and self.key else self.place
        return replace(problem, file=place.file, line=place.line, column=place.column, path=path)

    def plain(self) -> Any:
        """The data without positions, scalars by YAML 1.2's core schema."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value if self.quoted else scalar(self.value)


def scalar(raw: str) -> Any:
    """What an unquoted scalar means: null, true, false, a number, or text."""
    if raw in NULLS:
        return None
    if raw in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return raw.lower() == "true"
    if INTEGER.fullmatch(raw):
        return int(raw)
    return float(raw) if FLOAT.fullmatch(raw) else raw


class Refused(Exception):
    """The file cannot be read any further; holds the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def read_file(path: Path, problems: list[Problem]) -> Node:
    """The tree of a scenario file. Raises :class:`Refused` when there is none."""
    name = display(path)
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        raise Refused(Problem("file_unreadable", name, given=error.strerror or "")) from None
    if size > MOST_BYTES:
        raise Refused(Problem("file_too_large", name, 1, 1, given=f"{size:,} bytes",
                              allowed=f"≤ {MOST_BYTES:,} bytes"))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[:error.start]
        column = error.start - (before.rfind(b"\n") + 1) + 1
        raise Refused(Problem("file_encoding", name, before.count(b"\n") + 1, column,
                              given=raw[error.start:error.start + 4].hex(" "), allowed="UTF-8")) from None
    return read_text(text, name, problems)


def display(path: Path) -> str:
    """A path as messages show it: below the working directory where it is below it."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def read_text(text: str, name: str, problems: list[Problem]) -> Node:
    """The tree of a text; duplicate and boolean-like keys are added to ``problems``."""
    tree, found = _parsed(text, name)
    problems.extend(found)
    if isinstance(tree, Problem):
        raise Refused(tree)
    return _copy(tree)


def _copy(node: Node) -> Node:
    """A tree that can be changed without the one that is kept."""
    if isinstance(node.value, dict):
        return replace(node, value={key: _copy(each) for key, each in node.value.items()})
    if isinstance(node.value, list):
        return replace(node, value=[_copy(each) for each in node.value])
    return node


@lru_cache(maxsize=64)                     # a long scenario takes half a second, and is read for every changed value
def _parsed(text: str, name: str) -> tuple[Node | Problem, tuple[Problem, ...]]:
    """The tree, or why there is none; and what else is wrong."""
    problems: list[Problem] = []
    try:
        return _Builder(name, problems).document(YAML(pure=True).parse(text)), tuple(problems)
    except Refused as refused:
        return refused.problem, tuple(problems)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        source = (text.splitlines() or [""])[min(line, len(text.splitlines()) or 1) - 1]
        tab = "\t" in source[:len(source) - len(source.lstrip())] or "'\\t'" in str(error.problem)
        return Problem("yaml_tab" if tab else "yaml_syntax", name, line, column,
                       given=source.strip()[:60]), tuple(problems)
    except (YAMLError, ValueError) as error:
        line = text.count("\n", 0, getattr(error, "position", 0)) + 1
        return Problem("yaml_syntax", name, line, 1, given=str(error).splitlines()[0][:60]), tuple(problems)


class _Builder:
    """Builds the tree from parser events, so depth is known before anything nests."""

    def __init__(self, name: str, problems: list[Problem]) -> None:
        self.name, self.problems = name, problems

    def place(self, event: Event) -> Place:
        """Where an event of the parser stands, counted from 1."""
        return Place(self.name, event.start_mark.line + 1, event.start_mark.column + 1)

    def refuse(self, code: str, event: Event, given: str = "", allowed: str = "") -> Refused:
        """A mistake of the file's form, with its place."""
        place = self.place(event)
        return Refused(Problem(code, self.name, place.line, place.column, given=given, allowed=allowed))

    def document(self, events: Iterator[Event]) -> Node:
        """The one document of the file."""
        root: Node | None = None
        for event in events:
            if isinstance(event, DocumentStartEvent) and root is not None:
                raise self.refuse("yaml_documents", event)
            if isinstance(event, MappingStartEvent | SequenceStartEvent | ScalarEvent | AliasEvent):
                root = self.node(event, events, 1)
        if root is None or root.is_null:
            raise Refused(Problem("file_empty", self.name, 1, 1))
        if not isinstance(root.value, dict):
            raise Refused(root.locate(Problem("file_no_mapping")))
        return root

    def node(self, event: Any, events: Iterator[Event], depth: int) -> Node:
        """A mapping, list or scalar from the parser's events."""
        if isinstance(event, AliasEvent) or event.anchor:
            raise self.refuse("yaml_alias", event, given=str(event.anchor))
        if event.tag is not None and not (isinstance(event, ScalarEvent) and str(event.tag) == "!"):
            raise self.refuse("yaml_tag", event, given=str(event.tag).replace("tag:yaml.org,2002:", "!!"))
        if depth > MOST_DEPTH:
            raise self.refuse("yaml_depth", event, allowed=f"≤ {MOST_DEPTH}")
        place = self.place(event)
        if isinstance(event, ScalarEvent):
            return Node(event.value, place, quoted=event.style is not None)
        if isinstance(event, SequenceStartEvent):
            return Node(self.items(events, depth), place)
        return Node(self.entries(events, depth), place)

    def items(self, events: Iterator[Event], depth: int) -> list[Node]:
        """The items of a list."""
        nodes = []
        while not isinstance(event := next(events), SequenceEndEvent):
            nodes.append(self.node(event, events, depth + 1))
        return nodes

    def entries(self, events: Iterator[Event], depth: int) -> dict[str, Node]:
        """The entries of a mapping; a key that stands twice is refused."""
        entries: dict[str, Node] = {}
        while not isinstance(event := next(events), MappingEndEvent):
            key = self.node(event, events, depth + 1)
            if not isinstance(key.value, str):
                raise self.refuse("yaml_key", event)
            name, value = key.value, self.node(next(events), events, depth + 1)
            if name in entries:
                first = entries[name].key
                where = f"{first.line}:{first.column}" if first else ""
                self.problems.append(key.locate(Problem("duplicate_key", given=name, allowed=where)))
            elif name.lower() in BOOL_LIKE and not key.quoted:
                self.problems.append(key.locate(Problem("bool_key", given=name)))
            else:
                entries[name] = replace(value, key=key.place)
        return entries
