"""Which of the unknowns the answer hangs on, when all of them move: screening by Morris, parts of variance by Sobol'.

The tornado moves one unknown at a time from the base. Here all move over their ranges, half of the uniforms below the
base and half above it as in the draws of every answer. First every unknown is screened; then the variance is divided
between the strongest, one by one, and all the others together, so that the parts are of the whole variance. All points
see the same applicants and luck, so what differs is due to the assumptions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.answers.draws import (
    Changes,
    changes_at,
    free_unknowns,
    more_room,
    patient,
    repaired,
    same_headroom,
    speaker,
)
from simulator.answers.measure import cost_of, net_claims
from simulator.answers.pieces import kept
from simulator.engine.demand import DominatingRateExceeded
from simulator.engine.tables import compile_scheme
from simulator.scheme import replace_values
from simulator.scheme.posterior import joint

from .designs import Part, Screen, screened, trajectories, variance_parts, variance_points

if TYPE_CHECKING:
    from simulator.scheme.scenario import Scenario

MEASURES = ("claims", "tail", "cost")      # mean net compensation, mean of its worst twentieth, mean public cost (fen)
PATHS, WALKS, SAMPLES = 200, 10, 256       # of each point; some minutes on two cores
STRONGEST = 10                             # unknowns whose part of the variance is told by itself
WORST = 20
JOINT, OTHERS = "calibrated", "others"     # values calibrated together; all unknowns that are not told by themselves
TRIED = 64                                 # points of each design that tell how much room applications need
Row = Sequence[float]


@dataclass(frozen=True, slots=True)
class Screened:
    """An unknown by the value that speaks for it, how many values move with it, and its effects by measure."""

    path: str
    values: int
    effects: Mapping[str, Screen]


@dataclass(frozen=True, slots=True)
class Shared:
    """An unknown (or OTHERS, JOINT) and its part of the variance of each measure."""

    path: str
    parts: Mapping[str, Part]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Both analyses of a scheme; ``deviation`` of each measure (fen) over the independent points of the second design.

    ``apart`` counts the points whose applicants had to be drawn anew, so that their luck is another.
    """

    scenario: str
    paths: int
    seed: int
    trajectories: int
    samples: int
    screen: tuple[Screened, ...]
    shares: tuple[Shared, ...]
    deviation: Mapping[str, float]
    apart: int

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self) | {"unit": "fen"}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Sensitivity:
        """The same read back. Raises KeyError, TypeError for anything else."""
        screen = tuple(Screened(each["path"], each["values"], {m: Screen(**each["effects"][m]) for m in MEASURES})
                       for each in data["screen"])
        shares = tuple(Shared(each["path"], {m: Part(**each["parts"][m]) for m in MEASURES}) for each in data["shares"])
        return Sensitivity(data["scenario"], data["paths"], data["seed"], data["trajectories"], data["samples"], screen,
                           shares, {m: data["deviation"][m] for m in MEASURES}, data["apart"])


class NothingUnknown(ValueError):
    """No value of the scheme has a range."""


class _Points:
    """Turns points of the unit cube into schemes and these into measures, all on the same applicants."""

    def __init__(self, scenario: Scenario, paths: int, seed: int, simulate: Callable[..., Any]) -> None:
        self.scenario, self.paths, self.seed, self._simulate = scenario, paths, seed, simulate
        self.members, self._joint = free_unknowns(scenario), joint(scenario)
        self.names = [*self.members, *([JOINT] if self._joint else [])]
        self._base = scenario

    def speaks(self, name: str) -> str:
        """The path of the value that speaks for an unknown."""
        return JOINT if name == JOINT else speaker(self.members[name]).path

    def values(self, name: str) -> int:
        """How many values an unknown has."""
        return len(self._joint if name == JOINT else self.members[name])

    def changes(self, row: Row) -> Changes:
        """Path → value at a point; the joint draws are told apart by their number."""
        uniforms = dict(zip(self.names, map(float, row), strict=True))
        found = changes_at(self.scenario, self.members, uniforms)
        for path, series in self._joint.items():
            found[path] = series[min(int(uniforms[JOINT] * len(series)), len(series) - 1)]
        return repaired(self.scenario, found)

    def prepare(self, *designs: np.ndarray) -> None:
        """One set of applicants for all points: what points spread over every design ask for, and a fifth more."""
        spread = [row for design in designs for row in design.reshape(-1, design.shape[-1])[::_step(design)]]
        ends = np.ones(len(self.names))                # the market's strongest growth, which no point exceeds
        rows = same_headroom(self.scenario, [self.changes(row) for row in (*spread, ends)])
        trend = {path: max(row[path] for row in rows) for path in ("demand.dominating_trend",) if path in rows[0]}
        self._base = _roomy(replace_values(self.scenario, trend), rows[:-1])

    def measured(self, blocks: np.ndarray, done: Callable[[], None]) -> tuple[np.ndarray, int]:
        """The measures as [block, point, measure], and at how many points the applicants are others.

        Each block is kept as it is done.
        """
        found = []
        for block in blocks.tolist():
            changes = [self.changes(row) for row in block]
            about = (self._base.hash, tuple(sorted(each.items()) for each in changes), self.paths, self.seed)
            found.append(kept("point", about, partial(self._block, changes)))
            done()
        told = np.array(found, dtype=np.float64)
        return told[:, :, :-1], int(told[:, :, -1].sum())

    def _block(self, block: Sequence[Changes]) -> list[list[float]]:
        return [self._point(replace_values(self._base, changes)) for changes in block]

    def _point(self, scheme: Scenario) -> list[float]:
        """Every measure, and 1 where the applicants are others."""
        ask = partial(self._simulate, paths=self.paths, seed=self.seed)
        try:
            return [*_measures(ask(scheme)), 0.0]
        except DominatingRateExceeded as exceeded:
            return [*_measures(patient(ask, more_room(scheme, exceeded))), 1.0]


def _measures(results: Any) -> list[float]:
    claims = net_claims(results)
    worst = np.sort(claims)[-max(1, len(claims) // WORST):]
    return [float(claims.mean()), float(worst.mean()), float(cost_of(results).mean())]


def _step(design: np.ndarray) -> int:
    """Every how manieth of a design's points is tried, so that TRIED are."""
    return max(1, design[..., 0].size // TRIED)


def _roomy(scenario: Scenario, rows: Sequence[Changes]) -> Scenario:
    """With so much room above its rate of applications as these points need, and a fifth more."""
    most = None
    for changes in rows:
        try:
            compile_scheme(replace_values(scenario, changes))
        except DominatingRateExceeded as exceeded:
            most = exceeded if most is None or exceeded.factor > most.factor else most
    return scenario if most is None else more_room(scenario, most)


def sensitivity(scenario: Scenario, paths: int = PATHS, seed: int = 1, walks: int = WALKS,
                samples: int = SAMPLES, workers: int | None = None, progress: Callable[[int, int], None] | None = None,
                simulate: Callable[..., Any] | None = None) -> Sensitivity:
    """Screen every unknown of a scheme by ``walks`` trajectories, then divide the variance by ``samples``.

    ``samples`` is a power of two, ``paths`` those of each point; ``progress(done, total)`` is told after each block.
    Raises NothingUnknown, and ValueError for other ``samples``.
    """
    if samples < 2 or samples & (samples - 1):
        raise ValueError("samples_power_of_two")
    if simulate is None:
        from simulator.runs import simulate as simulate_runs

        simulate = simulate_runs
    points = _Points(scenario, paths, seed, partial(simulate, workers=workers))
    if not points.names:
        raise NothingUnknown
    tick = _ticker(walks, samples, len(points.names), progress)
    grid = trajectories(len(points.names), walks, seed)
    points.prepare(grid, variance_points(len(points.names), samples, [], seed))
    values, apart = points.measured(grid, partial(tick, len(points.names) + 1))
    screen = _screen(points, grid, values)
    groups = _groups(points, screen)
    design = variance_points(len(points.names), samples, list(groups.values()), seed)
    values, more = points.measured(design, partial(tick, 2 + len(groups)))
    parts = {m: variance_parts(values[:, :, n], seed) for n, m in enumerate(MEASURES)}
    shares = [Shared(path, {m: parts[m][n] for m in MEASURES}) for n, path in enumerate(groups)]
    shares.sort(key=lambda each: (each.path == OTHERS, -each.parts["claims"].total))
    deviation = {m: float(values[:, :2, n].std(ddof=1)) for n, m in enumerate(MEASURES)}
    return Sensitivity(scenario.id, paths, seed, walks, samples, screen, tuple(shares), deviation, apart + more)


def _screen(points: _Points, grid: np.ndarray, values: np.ndarray) -> tuple[Screened, ...]:
    """Every unknown with its effects, first those that are strongest on any measure beside the strongest of all."""
    effects = {m: screened(grid, values[:, :, n]) for n, m in enumerate(MEASURES)}
    found = [Screened(points.speaks(name), points.values(name), {m: effects[m][n] for m in MEASURES})
             for n, name in enumerate(points.names)]
    most = {m: max(each.effects[m].strength for each in found) or 1.0 for m in MEASURES}
    return tuple(sorted(found, key=lambda each: -max(each.effects[m].strength / most[m] for m in MEASURES)))


def _groups(points: _Points, screen: Sequence[Screened]) -> dict[str, list[int]]:
    """The strongest unknowns by themselves, all others together: path → coordinates."""
    place = {points.speaks(name): n for n, name in enumerate(points.names)}
    chosen = [each.path for each in screen[:STRONGEST]]
    rest = [n for path, n in place.items() if path not in chosen]
    return {path: [place[path]] for path in chosen} | ({OTHERS: rest} if rest else {})


def _ticker(walks: int, samples: int, unknowns: int,
            progress: Callable[[int, int], None] | None) -> Callable[[int], None]:
    """Counts points: those of the walks, then those of the samples."""
    total = walks * (unknowns + 1) + samples * (2 + min(unknowns, STRONGEST + 1))
    count = 0

    def tick(points: int) -> None:
        nonlocal count
        count += points
        if progress is not None:
            progress(count, total)

    return tick
