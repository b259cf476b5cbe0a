"""What a scenario file can say: every key and every choice of the scheme's models, and which of them a tree uses."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from simulator.scheme.scenario import Scenario

# What is about the file, not about the scheme.
ABOUT_THE_FILE = {"schema", "id", "title", "sources", "texts", "out_of_scope", "pending", "not_evaluable", "observed",
                  "abstract", "extends"}


def parts_of(annotation: Any) -> list[type[BaseModel]]:
    """The parts a field may hold."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [part for inner in get_args(annotation) for part in parts_of(inner)] if annotation else []


def choices_of(annotation: Any) -> tuple[str, ...]:
    """The words a field may hold, where only some are allowed; yes and no are words too."""
    if get_origin(annotation) is Literal:
        return tuple(str(word) for word in get_args(annotation))
    if annotation is bool:
        return ("True", "False")
    if get_origin(annotation) in (Annotated, Union, types.UnionType, list):
        return tuple(word for inner in get_args(annotation) for word in choices_of(inner))
    return ()


def fields_of(part: type[BaseModel]) -> dict[str, Any]:
    """Keys of a part as written, with what they hold."""
    return {info.alias or name: info.annotation for name, info in part.model_fields.items()
            if part is not Scenario or (info.alias or name) not in ABOUT_THE_FILE}


def grammar() -> set[str]:
    """Every key as ``Part.key`` and every choice as ``Part.key=word``, from the scenario down."""
    found: set[str] = set()
    waiting: list[type[BaseModel]] = [Scenario]
    known = set(waiting)
    while waiting:
        part = waiting.pop()
        for key, annotation in fields_of(part).items():
            found.add(f"{name_of(part)}.{key}")
            found |= {f"{name_of(part)}.{key}={word}" for word in choices_of(annotation)}
            further = [inner for inner in parts_of(annotation) if inner not in known]
            waiting += further
            known |= set(further)
    return found


def name_of(part: type[BaseModel]) -> str:
    """A part's name; a dated value is one, whatever it holds."""
    return part.__name__.split("[")[0]


def used(tree: dict[str, Any], part: type[BaseModel] = Scenario) -> Iterator[str]:
    """Keys and choices of a tree of plain data: an empty value is no use of its key, one left out is its default's."""
    defaults = {info.alias or name: info.default for name, info in part.model_fields.items()}
    for key, annotation in fields_of(part).items():
        here = f"{name_of(part)}.{key}"
        held = plain(tree.get(key))
        words = [str(word) for word in (held if isinstance(held, list) else [defaults[key] if held is None else held])]
        yield from (f"{here}={word}" for word in choices_of(annotation) if word in words)
        if held is None or held in ([], {}):
            continue
        yield here
        for inner in parts_of(annotation):
            for one in within(held, annotation):
                yield from used(one, inner)


def plain(held: Any) -> Any:
    """A value without its evidence; ``bank-year`` is ``bank_year``."""
    held = held["value"] if isinstance(held, dict) and {"value", "grade"} <= set(held) else held
    return held.replace("-", "_") if isinstance(held, str) else held


def within(held: Any, annotation: Any) -> Iterator[dict[str, Any]]:
    """The parts inside a field: one, a list of them, parts by name, or lists of them by name."""
    origins = {get_origin(inner) for inner in (annotation, *get_args(annotation))}
    if isinstance(held, dict) and dict in origins:
        held = [one for inner in held.values() for one in (inner if isinstance(inner, list) else [inner])]
    yield from (one for one in (held if isinstance(held, list) else [held]) if isinstance(one, dict))
