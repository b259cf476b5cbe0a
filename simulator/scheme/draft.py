"""A scenario between file and model: plain data, and where each path was written."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from .problems import Problem, listed, nearest
from .provenance import Origins
from .reading import Node
from .units import UnitError, exact_money, parse_share

UNBOUNDED = frozenset({"trend", "dominating_trend", "growth"})   # shares that may exceed 100 %
MOST_LOAN = 4_000_000_000_000              # fen; times a share in ppm this still fits 63 bits
Path = tuple[str, ...]


@dataclass
class Draft:
    """Data without provenance, origins, places, and what is wrong so far."""

    data: dict[str, Any] = field(default_factory=dict)
    places: dict[Path, Node] = field(default_factory=dict)
    owners: dict[Path, str] = field(default_factory=dict)      # path → name of the part that holds the key
    shares: dict[Path, int] = field(default_factory=dict)      # every share that could be read, ppm
    origins: Origins = field(default_factory=Origins)
    problems: list[Problem] = field(default_factory=list)

    def at(self, path: Path) -> Node:
        """The node at a path, or the nearest one above it."""
        while path not in self.places:
            path = path[:-1]
        return self.places[path]

    def names(self, *path: str) -> list[str]:
        """The names given in a section, whether or not all its entries could be read."""
        data: Any = self.data
        for key in path:
            data = data.get(key) if isinstance(data, dict) else None
        return list(data) if isinstance(data, dict) else []

    def raw(self, path: Path) -> str:
        """The text of a value as it was written."""
        node = self.at(path)
        node = node.mapping().get("value", node)
        return node.value if isinstance(node.value, str) else ""

    def remember(self, path: Path, kind: str, raw: Any) -> Any:
        """``raw`` as it is; a share is kept for the check of its bounds."""
        if kind == "share":
            with suppress(UnitError):          # told where the model is read
                self.shares[path] = parse_share(raw)
        return raw

    def say(self, code: str, path: Path, at_key: bool = False, **parts: str) -> None:
        """Add a problem at a path (at the key that holds it, if asked)."""
        self.report(code, self.at(path), path, at_key, **parts)

    def report(self, code: str, node: Node, path: Path, at_key: bool = False,
               given: str = "", allowed: str = "", hint: str = "") -> None:
        """Add a problem at a node."""
        problem = Problem(code, given=given, allowed=allowed, hint=hint)
        self.problems.append(node.locate(problem, ".".join(path), at_key))

    def known(self, path: Path, given: str, names: Iterable[str], code: str) -> bool:
        """Whether ``given`` is one of ``names``; if not, say so."""
        names = list(names)
        if given not in names:
            self.say(code, path, given=given, allowed=listed(names), hint=nearest(given, names))
        return given in names

    def fits(self, path: Path, fen: int | None) -> None:
        """A loan's amount times a share must stay a whole number of the engine."""
        if fen is not None and fen > MOST_LOAN:
            self.say("amount_overflow", path, given=self.raw(path), allowed=f"≤ {exact_money(MOST_LOAN)}")
