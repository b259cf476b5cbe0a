"""Which rows of the loss-sharing terms can hold together, and what they then take from one party.

A row holds in a box: sets of pledges, firm classes and districts, intervals of amount and term,
and the layer of the loss (or of the principal) that it covers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .parts import FIRM_CLASSES
from .parts_fund import Condition, Layer, TermRow
from .pledges import Kind

ENDLESS = 10 ** 18


@dataclass(frozen=True)
class Box:
    """Where a row holds: three sets and four intervals ``(above, to]``."""

    sets: tuple[frozenset[str], ...]       # pledges, classes, districts, the bank, the anchor, then each flag
    spans: tuple[tuple[int, int], ...]     # amount, term, the bank's years, loss layer, principal layer

    def meets(self, other: Box) -> bool:
        """Whether some loan and some yuan of its loss lie in both."""
        sets, spans = zip(self.sets, other.sets, strict=True), zip(self.spans, other.spans, strict=True)
        return all(a & b for a, b in sets) and all(max(a[0], b[0]) < min(a[1], b[1]) for a, b in spans)


def box_of(row: TermRow, kinds: Iterable[Kind], districts: Iterable[str], flags: Iterable[str] = ()) -> Box:
    """The box of a row; what it does not mention is everything. ``kinds`` are the pledges there are."""
    when = row.when
    anchor = None if not when or when.anchor_alive is None else ["stands" if when.anchor_alive else "failed"]
    performance = [when.bank_performance] if when and when.bank_performance else None
    pledges = [kind.name for kind in kinds if kind.holds(when.ip_type if when else None)]
    names: tuple[tuple[Sequence[str] | None, Iterable[str]], ...] = (
        (pledges, ()), (when.firm_class if when else None, FIRM_CLASSES),
        (when.district if when else None, districts), (performance, ("good", "other")), (anchor, ("stands", "failed")))
    sets = tuple(frozenset[str](chosen if chosen is not None else every) for chosen, every in names)
    sets += tuple(frozenset[str](_sides(when, flag)) for flag in flags)
    amount = _span(when.amount_above, when.amount_to) if when else (-1, ENDLESS)
    term = _span(when.term_above, when.term_to) if when else (-1, ENDLESS)
    years = _span(when.bank_years_above, when.bank_years_to) if when else (-1, ENDLESS)
    return Box(sets, (amount, term, years, _slice(row.layer, "loss"), _slice(row.layer, "principal")))


def _sides(when: Condition | None, flag: str) -> list[str]:
    """Whether a row can hold for firms with a flag, and for those without."""
    yes = when is None or flag not in (when.not_flags or [])
    no = when is None or flag not in (when.flags or [])
    return ["yes"] * yes + ["no"] * no


def _span(above: int | None, to: int | None) -> tuple[int, int]:
    return (-1 if above is None else above, ENDLESS if to is None else to)


def _slice(layer: Layer | None, of: str) -> tuple[int, int]:
    return (layer.from_, layer.to) if layer and layer.of == of else (-1, ENDLESS)


def most_together(boxes: Sequence[Box], shares: Sequence[int]) -> int:
    """The largest sum of shares (ppm) of rows that hold at one point.

    Each dimension is cut where some row begins or ends; cuts in which the same rows hold count once.
    """
    together = {frozenset(range(len(boxes)))}
    for sides in _signatures(boxes):
        together = {rows & side for rows in together for side in sides}
    return max((sum(shares[i] for i in rows) for rows in together), default=0)


def _signatures(boxes: Sequence[Box]) -> list[set[frozenset[int]]]:
    """Per dimension, the different sets of rows that hold somewhere along it."""
    signatures: list[set[frozenset[int]]] = []
    for k in range(len(boxes[0].sets) if boxes else 0):
        names = frozenset[str]().union(*(box.sets[k] for box in boxes))
        signatures.append({frozenset(i for i, box in enumerate(boxes) if name in box.sets[k])
                           for name in names})
    for k in range(len(boxes[0].spans) if boxes else 0):
        starts = {box.spans[k][0] for box in boxes}
        signatures.append({frozenset(i for i, box in enumerate(boxes)
                                     if box.spans[k][0] <= start < box.spans[k][1]) for start in starts})
    return signatures
