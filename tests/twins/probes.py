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
         "life": at.PER_LIFE}


def without_cap(law: Law, kind: int) -> Law:
    """The law with one kind of cap lifted."""
    rows = law.rows.copy()
    for c in range(at.MAX_CAPS):
        per = at.CAP + c * at.CAP_FIELDS + 1
        rows[rows[:, per] == kind, per] = at.PER_NONE
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
    lifted |= {"layer": without_layers(law), "stack cut": without_stacks(law)}

    def probed(real: Law, mode: int, base: int, principal: int, facts: tuple[int, ...], used: np.ndarray,
               taken: np.ndarray, burden: np.ndarray, before: np.ndarray) -> Any:
        held = used.copy()
        share_loss(real, mode, base, principal, facts, used, taken, burden, before)
        for name, other in lifted.items():
            result = np.zeros_like(burden)
            share_loss(other, mode, base, principal, facts, held.copy(), np.zeros_like(taken), result,
                       np.zeros_like(before))
            seen[name] += int((result != burden).any())

    return probed
