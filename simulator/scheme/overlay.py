"""Overlays: a file says only what differs from the one it extends.

Mappings merge key by key; lists and single values replace; ``replace: true`` in a mapping replaces
it whole; a key set to null takes the key away. A value and its provenance are one unit: an overlay
that gives a new ``value`` brings its own grade and range. All nodes keep the place of their file.
"""

from __future__ import annotations

from dataclasses import replace

from .problems import Problem, nearest
from .reading import Node, Place, read_text

LEAF_KEYS = ("value", "grade", "source", "clause", "range", "range_factor", "note", "date", "backtest")
WORDS = ("clause", "note")                   # told in one language, in two, or by name: never mixed
NOTED = ("pending", "observed")              # kept as written, values and all
NOT_INHERITED = ("extends", "abstract")
COMMAND_LINE = "--set"


def expand(node: Node, problems: list[Problem], path: str = "") -> Node:
    """Push the provenance of each ``{grade, source, …, values: …}`` group down to its entries."""
    if isinstance(node.value, list):
        return replace(node, value=[expand(item, problems, f"{path}.{i}")
                                    for i, item in enumerate(node.value)])
    if not isinstance(node.value, dict):
        return node
    if "values" not in node.value or path.partition(".")[0] in ("", *NOTED):
        return replace(node, value={key: expand(child, problems, f"{path}.{key}".lstrip("."))
                                    for key, child in node.value.items()})
    shared = {key: child for key, child in node.value.items() if key in LEAF_KEYS[1:]}
    for key, child in node.value.items():
        if key not in shared and key not in ("values", "replace"):
            hint = nearest(key, (*LEAF_KEYS[1:], "values", "replace"))
            unknown = Problem("unknown_key", given=key, hint=hint)
            problems.append(child.locate(unknown, f"{path}.{key}".lstrip("."), at_key=True))
    inner = _push(expand(node.value["values"], problems, path), shared)
    if isinstance(inner.value, dict) and "replace" in node.value:
        inner = replace(inner, value={**inner.value, "replace": node.value["replace"]})
    return replace(inner, key=node.key)


def _push(node: Node, shared: dict[str, Node]) -> Node:
    if isinstance(node.value, list):
        return replace(node, value=[_push(item, shared) for item in node.value])
    if node.is_null:
        return node
    if not isinstance(node.value, dict):
        return Node({**shared, "value": replace(node, key=None)}, node.place, node.key, shared=True)
    if "grade" in node.value:
        return node
    if "value" in node.value:
        return replace(node, value={**shared, **node.value})
    return replace(node, value={key: _push(child, shared) for key, child in node.value.items()})


def merge(base: Node, over: Node) -> Node:
    """``base`` with ``over`` laid on top; neither is changed."""
    below, above = base.value, over.value
    if not isinstance(above, dict):
        return over
    if "replace" in above and above["replace"].plain() is True:
        return replace(over, value={key: node for key, node in above.items() if key != "replace"})
    if not isinstance(below, dict) or "value" in above:
        return over
    if "value" in below and not set(above) <= set(LEAF_KEYS):
        return over
    merged = dict(below)
    for key, node in above.items():
        if node.is_null:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged[key], node) if key in merged and key not in WORDS else node
    return replace(over, value=merged)


def lay_over(base: Node, over: Node) -> Node:
    """A whole file over the one it extends: ``abstract`` and ``extends`` belong to one file only."""
    kept = {key: node for key, node in base.mapping().items() if key not in NOT_INHERITED}
    return merge(replace(base, value=kept), over)


def prune(node: Node) -> Node:
    """Without the keys that are set to nothing and without ``replace: true`` that had nothing to replace."""
    if isinstance(node.value, list):
        return replace(node, value=[prune(item) for item in node.value])
    if not isinstance(node.value, dict):
        return node
    return replace(node, value={
        key: prune(child) for key, child in node.value.items()
        if not child.is_null and not (key == "replace" and child.plain() is True)})


def set_value(root: Node, path: str, given: str, problems: list[Problem]) -> Node:
    """``root`` with the value at a dotted path replaced by a command-line text."""
    text = given.strip()
    found: list[Problem] = []
    if text[:1] in ("{", "["):
        new = read_text(f"value: {text}", f"{COMMAND_LINE} {path}", found).mapping()["value"]
    else:
        new = Node(text, Place(f"{COMMAND_LINE} {path}", 1, 1))
    problems.extend(found)
    return _set(root, path.split("."), new, path, problems)


def _set(node: Node, keys: list[str], new: Node, path: str, problems: list[Problem]) -> Node:
    key, rest = keys[0], keys[1:]
    if isinstance(node.value, list) and key.isdecimal() and int(key) < len(node.value):
        items = list(node.value)
        old = items[int(key)]
        items[int(key)] = _set(old, rest, new, path, problems) if rest else _leaf(old, new)
        return replace(node, value=items)
    if isinstance(node.value, dict) and (key in node.value or not rest):
        child = node.value.get(key)
        changed = _set(child, rest, new, path, problems) if child and rest else _leaf(child, new)
        return replace(node, value={**node.value, key: replace(changed, key=child.key if child else None)})
    names = list(node.value) if isinstance(node.value, dict) else \
        [str(i) for i in range(len(node.value))] if isinstance(node.value, list) else []
    problems.append(Problem("set_path", f"{COMMAND_LINE} {path}", 1, 1, path, given=key,
                            allowed=", ".join(names[:20]), hint=nearest(key, names)))
    return node


def _leaf(old: Node | None, new: Node) -> Node:
    """A dated step keeps its date when only its value is set."""
    if old and isinstance(new.value, str) and {"from", "value"} <= set(old.mapping()):
        return replace(old, value={"from": old.mapping()["from"], "value": new})
    return new
