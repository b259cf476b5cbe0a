"""What secures a loan: one right, or two of stated portions (混合质押), each a kind of pledge of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .parts import IP_TYPES, IpType
from .parts_market import Segment
from .units import ONE


@dataclass(frozen=True)
class Kind:
    """What secures a loan: types of right, each with the portion (ppm) of the loan it stands for."""

    parts: tuple[tuple[IpType, int], ...]

    @property
    def types(self) -> tuple[IpType, ...]:
        """Its types of right, the main one first."""
        return tuple(name for name, _ in self.parts)

    @property
    def name(self) -> str:
        """The name shown for it."""
        return "+".join(self.types)

    def holds(self, wanted: Iterable[str] | None) -> bool:
        """Whether one of its rights is of the wanted types; of any, when nothing is said."""
        return wanted is None or bool({*self.types} & {*wanted})


ALONE = tuple(Kind(((name, ONE),)) for name in IP_TYPES)


def kinds_of(segments: Iterable[Segment]) -> list[Kind]:
    """Every type alone, in the order of ``IP_TYPES``, then the mixed pledges of the segments."""
    mixed = (kind for segment in segments for kind, _ in _mixed(segment))
    return list(dict.fromkeys([*ALONE, *mixed]))


def weights_of(segment: Segment, kinds: Sequence[Kind]) -> list[float]:
    """How often a segment's loans are secured by each kind."""
    alone = 1.0 - (segment.mixed.share / ONE if segment.mixed else 0.0)
    weight = dict.fromkeys(kinds, 0.0)
    for kind in ALONE:
        weight[kind] = segment.ip.get(kind.types[0], 0) * alone
    for kind, part in _mixed(segment):
        weight[kind] += part
    return [weight[kind] for kind in kinds]


def _mixed(segment: Segment) -> list[tuple[Kind, float]]:
    """A segment's mixed pledges with their weight among its loans; a portion of nothing is no right at all."""
    if segment.mixed is None or segment.mixed.share == 0:
        return []
    second, every = segment.mixed.second, sum(segment.mixed.second.values())
    portion, part = segment.mixed.portion, segment.mixed.share / ONE
    found = []
    for (a, of_a), (b, of_b) in ((x, y) for x in segment.ip.items() for y in second.items()):
        if of_a and of_b:
            parts = ((a, ONE),) if a == b else tuple(p for p in ((a, ONE - portion), (b, portion)) if p[1])
            found.append((Kind(parts), of_a * part * of_b / every))
    return found
