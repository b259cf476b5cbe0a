"""From plain data to the frozen model; the model's complaints become problems with places."""

from __future__ import annotations

from functools import lru_cache, partial
from types import SimpleNamespace
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from . import future
from .draft import Draft
from .problems import nearest
from .scenario import Scenario

SHAPES = {"model_type": "a: b", "model_attributes_type": "a: b", "dict_type": "a: b", "list_type": "[a, b]"}
BOUNDS = {"greater_than_equal": ("≥", "ge"), "greater_than": (">", "gt"),
          "less_than_equal": ("≤", "le"), "less_than": ("<", "lt")}
KINDS = {"string_type": ("wrong_kind", "text"), "bool_type": ("wrong_kind", "true | false"),
         "bool_parsing": ("wrong_kind", "true | false"), "int_type": ("wrong_kind", "1, 2, 3 …"),
         "int_parsing": ("wrong_kind", "1, 2, 3 …"), "int_from_float": ("wrong_kind", "1, 2, 3 …"),
         "string_too_long": ("bad_name", "a–z 0–9 _, ≤ 40"),
         "string_pattern_mismatch": ("bad_name", "a–z 0–9 _")}


def validate(draft: Draft) -> Scenario | None:
    """The model, or None with the reasons added to ``draft.problems``."""
    try:
        return Scenario.model_validate(draft.data)
    except ValidationError as failure:
        told = {problem.path for problem in draft.problems if problem.code in ("value_missing", "not_built")}
        for error in failure.errors(include_url=False):
            loc = tuple(str(part) for part in error["loc"])
            if ".".join(loc) not in told:
                _add(draft, error, loc)
        return None


def valid_sections(draft: Draft) -> SimpleNamespace:
    """The sections that stand on their own, so that their meaning is checked even beside broken ones."""
    sections = SimpleNamespace()
    for name, (adapter, default) in _adapters().items():
        if name not in draft.data:
            if default is not None:
                setattr(sections, name, default())
            continue
        try:
            setattr(sections, name, adapter.validate_python(draft.data[name]))
        except ValidationError:
            continue
    return sections


@lru_cache(maxsize=1)
def _adapters() -> dict[str, tuple[TypeAdapter[Any], Any]]:
    """Reader and default of every section of a scenario."""
    found: dict[str, tuple[TypeAdapter[Any], Any]] = {}
    for name, info in Scenario.model_fields.items():
        kind: Any = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
        default = None if info.is_required() else partial(info.get_default, call_default_factory=True,
                                                          validated_data={})
        found[info.alias or name] = TypeAdapter(kind), default
    return found


def _add(draft: Draft, error: ErrorDetails, loc: tuple[str, ...]) -> None:
    kind, context = error["type"], error.get("ctx", {})
    on_key = loc[-1:] == ("[key]",)
    path = loc[:-1] if on_key else loc
    given = str(context.get("given", _given(error["input"])))
    owner, name = draft.owners.get(path, ""), path[-1]
    if not on_key and draft.owners.get(path[:-1], "") and future.value_is_future(
            draft.owners[path[:-1]], path[-2], error["input"]):
        owner, name = draft.owners[path[:-1]], path[-2]
    if kind == "missing":
        breaker = path[-1] in ("min_loans", "min_defaults")
        draft.say("breaker_minimum" if breaker else "missing_key", path, at_key=True, given=path[-1])
    elif future.value_is_future(owner, name, error["input"]):
        draft.say("not_built", path, given=given)
    elif kind == "literal_error":
        names = [part.strip(" '") for part in str(context["expected"]).replace(" or ", ", ").split(",")]
        hint = future.SPELLINGS.get(given, "")
        draft.say("not_allowed", path, on_key, given=given, allowed=", ".join(names),
                  hint=hint if hint in names else nearest(given, names))
    elif kind in SHAPES:
        draft.say("wrong_shape", path, given=given, allowed=SHAPES[kind])
    elif kind in BOUNDS:
        sign, key = BOUNDS[kind]
        draft.say("out_of_bounds", path, given=given, allowed=f"{sign} {context[key]}")
    elif kind in KINDS:
        code, allowed = KINDS[kind]
        draft.say(code, path, on_key, given=given, allowed=allowed)
    elif "allowed" in context:
        draft.say(kind, path, given=given, allowed=str(context["allowed"]), hint=str(context.get("hint", "")))
    else:
        draft.say("wrong_value", path, on_key, given=given)


def _given(raw: object) -> str:
    if isinstance(raw, dict):
        return "{" + ", ".join(list(raw)[:4]) + "}"
    return "[…]" if isinstance(raw, list) else str(raw)[:60]
