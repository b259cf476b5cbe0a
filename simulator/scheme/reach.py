"""Rows of the terms that no covered loan can ever reach: by its amount, its term, its right or its firm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .draft import Draft, Path
from .parts_fund import Gate, TermRow
from .pledges import kinds_of
from .problems import listed
from .units import exact_money


def rows_reached(s: Any, draft: Draft) -> None:
    """Each row's band, layer, types and classes hold some loan that passes the gate."""
    kinds = kinds_of(getattr(s, "segments", {}).values())
    pledged: set[str] = {name for kind in kinds if kind.holds(s.gate.ip_types) for name in kind.types}
    for name, mode in s.modes.items():
        for i, row in enumerate(mode.terms):
            path = ("modes", name, "terms", str(i))
            for inner, allowed in _missed(s.gate, row, pledged):
                draft.say("band_unreached", (*path, *inner), given=draft.raw((*path, *inner)) or inner[-1],
                          allowed=allowed)


def _missed(gate: Gate, row: TermRow, pledged: set[str]) -> Iterator[tuple[Path, str]]:
    """Where in a row the gate lets nothing through, and what it does; ``pledged`` types stand behind what passes."""
    covered, asked = most_covered(gate), None if gate.over_cap == "cover_part" else most_covered(gate)
    if row.layer and covered is not None and row.layer.from_ >= covered:
        yield ("layer", "from"), f"< {exact_money(covered)}"
    when = row.when
    if when is None:
        return
    if when.amount_above is not None and asked is not None and when.amount_above >= asked:
        yield ("when", "amount_above"), f"< {exact_money(asked)}"
    if when.term_above is not None and gate.max_term is not None and when.term_above >= gate.max_term:
        yield ("when", "term_above"), f"< {gate.max_term} days"
    for key, wanted, let in (("ip_type", when.ip_type, pledged), ("firm_class", when.firm_class, set(gate.classes))):
        if wanted is not None and let and not let & {*wanted}:
            yield ("when", key), listed(sorted(let))


def most_covered(gate: Gate) -> int | None:
    """Largest amount (fen) of one loan that can be covered under any class and date; None where there is no cap."""
    steps = [gate.loan_cap.get(firm_class) for firm_class in gate.classes]
    if not steps or not all(steps):
        return None
    return max(step.value for caps in steps for step in caps or [])
