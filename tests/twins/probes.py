"""Which terms really bound: the shared rule is asked again without one of its parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from simulator.engine import layout as at
from simulator.engine.layout import Law
from simulator.engine.rules import share_loss

KINDS = {"loan": at.PER_LOAN, "firm": at.PER_FIRM, "firm_year": at.PER_FIRM_YEAR, "year": at.PER_YEAR,
         "life": at.PER_LIFE, "bank_year": at.PER_BANK_YEAR, "origination": at.PER_ORIGIN}


def without_cap(law: Law, kind: int) -> Law:
    """The law with one kind of cap lifted."""
    rows = law.rows.copy()
    for c in range(at.MAX_CAPS):
        per = at.CAP + c * at.CAP_FIELDS + at.CAP_PER
        rows[rows[:, per] == kind, per] = at.PER_NONE
    return replace(law, rows=rows)


def without_measures(law: Law) -> Law:
    """The law with no cap that is a part of a measure."""
    rows = law.rows.copy()
    for c in range(at.MAX_CAPS):
        first = at.CAP + c * at.CAP_FIELDS
        rows[rows[:, first + at.CAP_MEASURE] != at.M_AMOUNT, first + at.CAP_PER] = at.PER_NONE
    return replace(law, rows=rows)


def without_facts(law: Law, *places: int) -> Law:
    """The law whose rows ask nothing of a firm's flags, or of the bank."""
    rows, free = law.rows.copy(), {at.YEARS_ABOVE: -1, at.YEARS_TO: at.ALWAYS, at.PERFORMANCE_MASK: at.ALWAYS,
                                       at.ANCHOR_MASK: at.ALWAYS}
    for place in places:
        rows[:, place] = free.get(place, 0)
    return replace(law, rows=rows)


def without_layers(law: Law) -> Law:
    """The law with every row looking at the whole loss."""
    rows = law.rows.copy()
    rows[:, at.LAYER] = at.LAYER_NONE
    return replace(law, rows=rows)


def without_stacks(law: Law) -> Law:
    """The law with no stacking limit."""
    modes = law.modes.copy()
    modes[:, at.MODE_STACK_END] = modes[:, at.MODE_STACK]
    return replace(law, modes=modes)


def probe(law: Law, seen: Counter[str]) -> Callable[..., None]:
    """The shared rule, noting in ``seen`` which parts of the terms changed its result."""
    lifted = {f"cap per {name}": without_cap(law, kind) for name, kind in KINDS.items()}
    lifted |= {"layer": without_layers(law), "stack cut": without_stacks(law),
               "cap of a measure": without_measures(law),
               "flags asked": without_facts(law, at.FLAGS_WITH, at.FLAGS_WITHOUT),
               "bank asked": without_facts(law, at.YEARS_ABOVE, at.YEARS_TO, at.PERFORMANCE_MASK),
               "anchor asked": without_facts(law, at.ANCHOR_MASK)}

    def probed(real: Law, mode: int, base: int, facts: tuple[int, ...], bounds: np.ndarray, used: np.ndarray,
               taken: np.ndarray, burden: np.ndarray, before: np.ndarray) -> Any:
        held = used.copy()
        share_loss(real, mode, base, facts, bounds, used, taken, burden, before)
        for name, other in lifted.items():
            result = np.zeros_like(burden)
            share_loss(other, mode, base, facts, bounds, held.copy(), np.zeros_like(taken), result,
                       np.zeros_like(before))
            seen[name] += int((result != burden).any())

    return probed
