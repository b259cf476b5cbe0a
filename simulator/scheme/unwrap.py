"""From the tree of a file to plain data: provenance is lifted off, each place remembered.

The walk follows the scenario's own model, so a key is unknown, a later release's, or a parameter
that must say where it comes from.
"""

from __future__ import annotations

import datetime
import types
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from simulator.lang import both

from . import future
from .draft import UNBOUNDED, Draft, Path
from .overlay import COMMAND_LINE, LEAF_KEYS, NOTED
from .parts import Dated, Text
from .problems import listed, nearest
from .provenance import GRADES, NO_WORDS, SOURCED, Provenance, Source
from .reading import Node
from .scenario import Scenario
from .units import ALLOWED, ONE, PARSERS, Unit, UnitError, parse_date

PENDING_KEYS = (*LEAF_KEYS, "title")
READ_FROM_FILES = ("held",)                # fields of a part that no scenario file writes


@dataclass(frozen=True)
class Spec:
    """What a field holds: a part, a mapping or list of one spec, a parameter, or plain data."""

    kind: str                                  # part | mapping | list | pending | plain | a unit's kind
    part: type[BaseModel] | None = None
    inner: Spec | None = None
    optional: bool = False


@cache
def fields_of(part: type[BaseModel]) -> dict[str, Spec]:
    """The keys of a part as written in YAML, with their specs."""
    return {(info.alias or name): _spec(Annotated[(info.annotation, *info.metadata)] if info.metadata
                                        else info.annotation, name)
            for name, info in part.model_fields.items() if name not in READ_FROM_FILES}


def _spec(annotation: Any, name: str = "") -> Spec:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if name in NOTED:
        return Spec("pending")
    if origin is Annotated:
        units = [mark.kind for mark in arguments[1:] if isinstance(mark, Unit)]
        return Spec(units[0]) if units else _spec(arguments[0])
    if origin in (Union, types.UnionType):
        return replace(_spec(next(a for a in arguments if a is not types.NoneType)), optional=True)
    if origin is dict:
        return Spec("mapping", inner=_spec(arguments[1]))
    if origin is list:
        return Spec("list", inner=_spec(arguments[0]))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Spec("part", part=annotation)
    return Spec("plain")


def unwrap(root: Node) -> Draft:
    """The draft of a merged tree: data without provenance, origins, and what is wrong so far."""
    walk = _Walk(root)
    walk.draft.places[()] = root
    walk.draft.data = walk.part(root, Scenario, ())
    return walk.draft


class _Walk:
    def __init__(self, root: Node) -> None:
        self.draft = Draft()
        self.sources = _table(root, "sources")
        self.texts = _table(root, "texts")
        self.known_sources: dict[str, Source | None] = {}
        self.start = _start(root)

    # --- structure -------------------------------------------------------------------------

    def part(self, node: Node, part: type[BaseModel], path: Path) -> Any:
        """The data of one part of a scenario; each key is checked against the part's fields."""
        if not isinstance(node.value, dict):
            return node.plain()
        entries, data, specs = node.value, {}, fields_of(part)
        if issubclass(part, Dated):
            entries = _lift(entries)
        for key, child in entries.items():
            here = (*path, key)
            self.draft.places[here] = child
            self.draft.owners[here] = part.__name__
            if key in specs:
                data[key] = self.value(child, specs[key], here)
            elif not (part is Scenario and key == "extends"):
                later = future.key_is_future(part.__name__, key)
                hint = "" if later else future.SPELLINGS.get(key) or nearest(key, specs)
                self.draft.say("not_built" if later else "unknown_key", here, True, given=key,
                               allowed="" if later else listed(specs), hint=hint)
        return data

    def value(self, node: Node, spec: Spec, path: Path) -> Any:
        """A field's data by its kind."""
        if spec.kind == "part" and spec.part is not None:
            return self.part(self.structural(node, path) if not issubclass(spec.part, Dated) else node,
                             spec.part, path)
        if spec.kind == "pending":
            return {key: self.pending(child, (*path, key)) for key, child in node.mapping().items()}
        if spec.kind not in ("mapping", "list", "plain"):
            return self.parameter(node, spec, path)
        node = self.structural(node, path)
        if spec.kind == "mapping" and isinstance(node.value, dict) and spec.inner:
            return {key: self.child(child, spec.inner, (*path, key)) for key, child in node.value.items()}
        if spec.kind == "list" and isinstance(node.value, list) and spec.inner:
            return [self.child(child, spec.inner, (*path, str(i))) for i, child in enumerate(node.value)]
        return node.plain()

    def child(self, node: Node, spec: Spec, path: Path) -> Any:
        """A field's data; where it stands is remembered."""
        self.draft.places[path] = node
        return self.value(node, spec, path)

    def structural(self, node: Node, path: Path) -> Node:
        """A choice, date, name or list may carry a grade too; it is then listed as ``text``."""
        entries = node.mapping()
        if "value" not in entries or not set(entries) <= set(LEAF_KEYS):
            return node
        if not node.shared and "grade" in entries:
            self.origin(node, path, "text")
        return entries["value"]

    # --- parameters ------------------------------------------------------------------------

    def parameter(self, node: Node, spec: Spec, path: Path) -> Any:
        """A value with its provenance, alone or in a group."""
        entries = node.mapping()
        if isinstance(node.value, str):
            if node.place.file.startswith(COMMAND_LINE):
                self.command_line(node, spec.kind, path)
            elif not node.is_null:
                self.draft.say("grade_missing", path, given=node.value, allowed=" ".join(GRADES))
            return None if node.is_null else self.draft.remember(path, spec.kind, node.value)
        for key, child in entries.items():
            if key not in LEAF_KEYS:
                self.draft.places[(*path, key)] = child
                self.draft.say("unknown_key", (*path, key), True, given=key, allowed=listed(LEAF_KEYS),
                               hint=nearest(key, LEAF_KEYS))
        if "value" not in entries:
            if not (spec.optional and entries and set(entries) <= set(LEAF_KEYS)):
                self.draft.say("value_missing", path, at_key=True, allowed=ALLOWED[spec.kind])
            return None
        self.origin(node, path, spec.kind)
        held = entries["value"]
        self.draft.places[path] = replace(held, key=node.key)
        return self.draft.remember(path, spec.kind, _raw(held))

    def command_line(self, node: Node, kind: str, path: Path) -> None:
        """The provenance of a value set on the command line."""
        dotted = ".".join(path)
        zh, en = both("origin.command_line")
        self.draft.origins[dotted] = Provenance(dotted, "A", None, NO_WORDS, None, None, Text(zh=zh, en=en),
                                                node.place.file, 1, 1, kind)

    def origin(self, node: Node, path: Path, kind: str) -> None:
        """Record where a value comes from; complain about what its grade requires and lacks."""
        entries, at = node.mapping(), node.place
        grade = str(entries["grade"].plain()) if "grade" in entries else ""
        clause, note = (self.words(entries.get(key), path) for key in ("clause", "note"))
        if grade not in GRADES:
            self.draft.say("grade_unknown" if grade else "grade_missing", path,
                           given=grade or _shown(node), allowed=" ".join(GRADES))
        source = self.source(entries.get("source"), path)
        if grade in SOURCED and "source" not in entries:
            self.draft.say("source_missing", path, given=grade, allowed=listed(self.sources))
        silent = "note" not in entries or entries["note"].value == ""
        if grade in ("D", "A") and silent and "source" not in entries:
            self.draft.say("note_missing", path, given=grade)
        low, high = self.bounds(entries, path, kind)
        if grade == "A" and kind != "text" and "range" not in entries and "range_factor" not in entries:
            self.draft.say("range_missing", path, given=_shown(node))
        self.not_after_start(entries, path)
        dotted = ".".join(path)
        self.draft.origins[dotted] = Provenance(dotted, grade, source, clause, low, high, note,
                                                at.file, at.line, at.column, kind)

    def words(self, node: Node | None, path: Path) -> Text:
        """A note or clause in both languages: plain text for both, ``{zh, en}``, or ``{see: NAME}`` in ``texts``."""
        if node is None:
            return NO_WORDS
        if list(node.mapping()) == ["see"]:
            name = str(node.mapping()["see"].plain())
            if name not in self.texts:
                self.draft.report("text_unknown", node.mapping()["see"], path, given=name,
                                  allowed=listed(self.texts), hint=nearest(name, self.texts))
            return _words(self.texts.get(name)) or NO_WORDS
        found = _words(node)
        if found is None:
            self.draft.report("text_form", node, path, given=_shown(node), allowed="… | {zh: …, en: …} | {see: …}")
        return found or NO_WORDS

    def source(self, node: Node | None, path: Path) -> Source | None:
        """A source by its name, or as it is written out."""
        if node is None:
            return None
        if isinstance(node.value, str):
            if node.value not in self.sources:
                self.draft.report("source_unknown", node, path, given=node.value,
                                  allowed=listed(self.sources), hint=nearest(node.value, self.sources))
                return None
            if node.value not in self.known_sources:
                self.known_sources[node.value] = _source(self.sources[node.value])
            return self.known_sources[node.value]
        found = _source(node)
        if found is None:
            self.draft.report("source_form", node, path, given=_shown(node))
        return found

    def bounds(self, entries: dict[str, Node], path: Path, kind: str) -> tuple[Any, Any]:
        """Low and high end of a parameter in engine units, from ``range`` or ``range_factor``."""
        key = "range" if "range" in entries else "range_factor"
        node = entries.get(key)
        if node is None or kind == "text":
            return None, None
        try:
            value = PARSERS[kind](_raw(entries["value"]))
        except UnitError:
            return None, None                  # told where the value is read
        ends = node.value if isinstance(node.value, list) else []
        try:
            low, high = (PARSERS[kind if key == "range" else "real"](_raw(end)) for end in ends)
        except ValueError as error:            # a UnitError, or not two ends
            what = getattr(error, "allowed", ALLOWED[kind])
            self.draft.report("range_form", node, path, given=_shown(node), allowed=f"[{what}, {what}]")
            return None, None
        if key == "range_factor":
            low, high = (_times(value, factor, kind, path) for factor in (low, high))
        if not low <= value <= high:
            self.draft.report("range_misses_value", node, path,
                              given=f"{_shown(entries['value'])} / {_shown(node)}")
        return low, high

    def not_after_start(self, entries: dict[str, Node], path: Path) -> None:
        """A source that speaks of something later than the start says that it is for a backtest."""
        node = entries.get("date")
        if node is None or ("backtest" in entries and entries["backtest"].plain() is True):
            return
        try:
            date = parse_date(_raw(node))
        except UnitError as error:
            self.draft.report(error.code, node, path, given=error.given, allowed=error.allowed)
            return
        if self.start and date > self.start:
            self.draft.report("fact_after_start", node, path, given=str(date), allowed=f"≤ {self.start}")

    def pending(self, node: Node, path: Path) -> Any:
        """A clause whose mechanism comes later, or what was observed: only its grade and source are read."""
        self.draft.places[path] = node
        for key, child in node.mapping().items():
            if key not in PENDING_KEYS:
                self.draft.places[(*path, key)] = child
                self.draft.say("unknown_key", (*path, key), True, given=key, allowed=listed(PENDING_KEYS),
                               hint=nearest(key, PENDING_KEYS))
        if isinstance(node.value, dict):
            entries = {key: child for key, child in node.value.items() if key not in ("date", "range")}
            self.origin(replace(node, value=entries), path, "text")
        else:
            self.draft.say("grade_missing", path, given=_shown(node), allowed=" ".join(GRADES))
        return node.plain()


def _lift(entries: dict[str, Node]) -> dict[str, Node]:
    """``{from, value, grade, source}``: the short form of a dated step puts provenance beside the date."""
    held = entries.get("value")
    extra = {key: node for key, node in entries.items() if key in LEAF_KEYS and key != "value"}
    if held is None or not extra:
        return entries
    leaf = held if isinstance(held.value, dict) else Node({**extra, "value": held}, held.place, held.key)
    return {**{key: node for key, node in entries.items() if key not in LEAF_KEYS}, "value": leaf}


def _table(root: Node, name: str) -> dict[str, Node]:
    """The entries of a table of the file, read before the walk because anything may name them."""
    return root.mapping()[name].mapping() if name in root.mapping() else {}


def _words(node: Node | None) -> Text | None:
    """A text in both languages, or None where it is not one."""
    if node is None:
        return None
    if isinstance(node.value, str):
        return Text(zh=node.value, en=node.value)
    try:
        found = Text.model_validate(node.plain())
    except ValidationError:
        return None
    return found if found.zh and found.en else None


def _source(node: Node) -> Source | None:
    try:
        return Source.model_validate(node.plain())
    except ValidationError:
        return None


def _start(root: Node) -> datetime.date | None:
    node = root.mapping().get("clock", root).mapping().get("start")
    node = node.mapping().get("value", node) if node else None
    try:
        return parse_date(node.value) if node else None
    except UnitError:
        return None


def _raw(node: Node) -> Any:
    return node.value if isinstance(node.value, str) else node.plain()


def _shown(node: Node) -> str:
    """A node as a message shows it: the value of a leaf, a list in brackets, never more than a line."""
    if isinstance(node.value, dict):
        return _shown(node.value["value"]) if "value" in node.value else "{" + listed(node.value, 4) + "}"
    if isinstance(node.value, list):
        return "[" + ", ".join(_shown(item) for item in node.value[:4]) + "]"
    return node.value[:60]


def _times(value: Any, factor: float, kind: str, path: Path) -> Any:
    """An end of a range given as a factor; a bounded share stays within 100 %."""
    if kind == "real":
        return value * factor
    end = round(value * Fraction(str(factor)))
    return min(end, ONE) if kind == "share" and path[-1] not in UNBOUNDED and value <= ONE else end
