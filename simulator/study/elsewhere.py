"""What size would be needed if the strongest assumptions lay elsewhere in their ranges."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from simulator.answers.draws import quantile, roomy
from simulator.answers.paths import value_at
from simulator.answers.pieces import kept
from simulator.answers.sizes import SizeAt, total_contributions
from simulator.answers.verdict import at

from .search import COARSE, PPM, ROUGH, search

if TYPE_CHECKING:
    from simulator.scheme.scenario import Scenario

PLACES = (0.0, 0.75, 1.0)                  # of a range: low end, halfway from base to high end, high end


def sizes_elsewhere(bench: Any, scenario: Scenario, path: str) -> tuple[SizeAt, ...]:
    """The size (fen; None: none works) with one unknown at each place of its range, and the values that go with it.

    The base's own size is the search's; these have ``bench``'s fewer paths, on the same luck unless a value brings
    more applications than there is room for.
    """
    origin, base = scenario.provenance[path], float(value_at(scenario, path))
    values = dict.fromkeys(quantile(origin, base, place) for place in PLACES)
    return tuple(SizeAt(path, float(value), _size(bench, at(scenario, path, value)))
                 for value in values if value != base)


def _size(bench: Any, scenario: Scenario) -> int | None:
    scenario = roomy(scenario)
    about = (scenario.hash, bench.paths, bench.seed, bench.promises, bench.names)
    scale = kept("elsewhere", about, partial(_scale, bench, scenario))
    return None if scale is None else total_contributions(scenario) * int(scale) // PPM


def _scale(bench: Any, scenario: Scenario) -> int | None:
    return search(bench.memo(scenario), bench.promises, COARSE, interval=False, tolerance=ROUGH).scale
