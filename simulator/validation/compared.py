"""Where both have an answer: the open-loop calculator against the closed forms, without the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from simulator.engine.tables import Tables

from . import second, theory
from .cases import LOAN, PD, POINTS, WAN, Kind, gaussian, severity

HALF = WAN // 2                            # claims of the compound scheme are whole multiples of 0.5 万元
PERIOD = 1 << 14                           # of these, beyond any likely total


@dataclass(frozen=True)
class Comparison:
    """A quantity by closed form and by the calculator; ``points`` of the factor integral, all scrambles together."""

    name: str                              # message "val_q_<name>"
    kind: Kind
    theory: float
    said: second.Said
    points: int


def compare(law: theory.Count, total: second.Scrambles, each: int, points: int, name: str) -> list[Comparison]:
    """Mean, spread and two tails of a total that the closed form counts in parts of ``each`` a unit of the grid."""
    unit = total.fine[0].step / each
    found = [Comparison(name, "mean", law.mean, total.say(lambda d: d.mean / unit), points),
             Comparison(name, "sd", law.sd, total.say(lambda d: d.sd / unit), points)]
    for p in (0.1, 0.01):
        k = law.level(p) // each
        chance = total.say(second.beyond((k + 0.5) * total.fine[0].step))
        found.append(Comparison(f"{name} above {k * each}", "chance", law.above(k * each), chance, points))
    return found


def pool(tables: Tables) -> list[Comparison]:
    """A loan lost is a claim of one loan: the mixed binomial, here by scrambled points of the factor."""
    total = second.total_in_units(tables, LOAN, 512, second.POINTS)
    return compare(gaussian(), total, 1, second.SCRAMBLES * second.POINTS, "calculator, defaults")


def compound(tables: Tables) -> list[Comparison]:
    """The fund's share without its cap for life, which the calculator does not follow; no factor, few points."""
    law = theory.Count(theory.poisson_sum(600.0 * PD, severity(lambda k: np.minimum(0.5 * k, 100.0)), POINTS))
    total = second.total_in_units(tables, HALF, PERIOD, 16)
    return compare(law, total, 5, second.SCRAMBLES * 16, "calculator, fund's share")


COMPARED: dict[str, Callable[[Tables], list[Comparison]]] = {"pool": pool, "compound": compound}
