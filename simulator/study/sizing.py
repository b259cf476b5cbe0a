"""Enough? How large? What growth? One solver asked three ways.

A size C is a multiple of the scheme's contributions. It works when the chance of exhaustion, the share of
eligible lending refused for fund reasons and the joint chance of the targets that depend on the fund all keep
their limits; every trial size sees the same applicants with the same luck.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.answers import targets as kpis
from simulator.answers.draws import draw_scenarios, patient
from simulator.answers.estimate import mean_ci
from simulator.answers.measure import share, spent
from simulator.answers.pieces import kept
from simulator.answers.reserve import exhausted, refusal
from simulator.answers.sizes import (
    COST,
    Check,
    Enough,
    Growth,
    SizeAt,
    SizeResult,
    TargetNote,
    total_contributions,
)
from simulator.answers.variants import AMPLE, without_interest
from simulator.answers.verdict import responsive
from simulator.scheme import replace_values

from .binding import binding, leverage_table
from .criteria import CriteriaSample, Criterion, Measured, Promises
from .elsewhere import sizes_elsewhere
from .pooled import predictive_scale
from .search import COARSE, PPM, ROUGH, Found, Memo, bisect, search

if TYPE_CHECKING:
    from simulator.scheme.scenario import Scenario

LEAST_PATHS = 500
TRENDS = (0, 50_000, 100_000, 200_000, 300_000, 400_000, 600_000, 800_000, 1_000_000, 1_500_000, 2_000_000)
FRESH = 1_000_003  # added to the seed for the certified size
STEP_UP = 1.02  # a certified size that fails the fresh seed grows by this


@dataclass(frozen=True, slots=True)
class Bench:
    """How sizes are tried: the simulator, paths and seed, and which targets are asked of the fund."""

    simulate: Callable[..., Any]
    paths: int
    seed: int
    promises: Promises
    names: tuple[str, ...]  # responsive targets

    def evaluate(self, scenario: Scenario, scale: int) -> CriteriaSample:
        """The promises measured at one size (ppm of the contributions)."""
        return sample_of(
            self.simulate(scenario, paths=self.paths, seed=self.seed, scale_ppm=scale), self.names
        )

    def memo(self, scenario: Scenario) -> Memo:
        """The promises by size, each size simulated once."""
        return Memo(partial(self.evaluate, scenario))

    def without_targets(self) -> Bench:
        """The promises that are the fund's alone."""
        kept = tuple(c for c in self.promises.criteria if c.name != "targets")
        return replace(self, promises=replace(self.promises, criteria=kept))

    def fewer(self, part: int) -> Bench:
        """The same with one path in ``part``, for tables and draws."""
        return replace(self, paths=min(self.paths, max(LEAST_PATHS, self.paths // part)))


@dataclass(frozen=True, slots=True)
class Asked:
    """How a size is asked for. The three promises are shares of one; None leaves the scenario's own.

    ``draws`` sets of assumed values give the range; ``unknowns`` are paths of values at whose other places the size is
    asked too, where there is one at all; ``progress(done, total)`` is told after each step; ``simulate``
    takes the place of the engine.
    """

    exhaustion: float | None = None
    refusal: float | None = None
    targets: float | None = None
    paths: int = 10_000
    seed: int = 1
    workers: int | None = None
    draws: int = 40
    unknowns: tuple[str, ...] = ()
    progress: Callable[[int, int], None] | None = None
    simulate: Callable[..., Any] | None = None

    def bench(self, scenario: Scenario) -> tuple[Bench, tuple[TargetNote, ...]]:
        """The promises to keep, those about targets only where the fund moves them, and a note on each target."""
        simulate = self._simulator()
        notes = target_notes(scenario, simulate, self.paths, self.seed)
        names = tuple(note.name for note in notes if note.asked)
        own = scenario.sizing
        criteria = [
            Criterion("exhaustion", _given(self.exhaustion, own.exhaustion)),
            Criterion("refusal", _given(self.refusal, own.refusal)),
        ]
        if names:
            criteria.append(Criterion("targets", _given(self.targets, own.targets), at_most=False))
        return Bench(simulate, self.paths, self.seed, Promises(tuple(criteria)), names), notes

    def ticker(self, steps: int) -> Callable[[], None]:
        """Tells that one of ``steps``, or one of the draws, is done."""
        total = steps + self.draws
        done = iter(range(1, total + 1))

        def tick() -> None:
            if self.progress is not None:
                self.progress(next(done, total), total)

        return tick

    def _simulator(self) -> Callable[..., Any]:
        if self.simulate is not None:
            return partial(patient, partial(self.simulate, workers=self.workers))
        from simulator.runs import simulate

        return partial(patient, partial(simulate, workers=self.workers))


def _given(share: float | None, own_ppm: int) -> float:
    return own_ppm / PPM if share is None else share


def sample_of(results: Any, names: tuple[str, ...]) -> dict[str, Measured]:
    """The three criteria of one run, and what is spent; without responsive targets that one always holds."""
    hit = exhausted(results)
    refused, cost = refusal(results), mean_ci(spent(results))
    sample = {
        "exhaustion": Measured.of_paths(int(hit.sum()), results.n),
        "refusal": Measured(refused.value, results.n, refused.se),
        COST: Measured(cost.value, results.n, cost.se),
    }
    met = kpis.jointly(kpis.evaluate_all(results), names) if names else None
    if met is not None:
        sample["targets"] = Measured.of_paths(int(met.sum()), results.n)
    return sample


def target_notes(
    scenario: Scenario, simulate: Callable[..., Any], paths: int, seed: int
) -> tuple[TargetNote, ...]:
    """Which targets depend on the fund: none against a fund without limit, same luck."""
    if not scenario.targets:
        return ()
    none = kpis.evaluate_all(simulate(scenario, paths=paths, seed=seed, no_fund=True))
    ample = kpis.evaluate_all(simulate(without_interest(scenario), paths=paths, seed=seed, scale_ppm=AMPLE))
    notes = []
    for name in scenario.targets:
        without, unlimited = none[name].met, ample[name].met
        if without is None or unlimited is None:
            notes.append(TargetNote(name, None, None, False, none[name].reason))
            continue
        moved = mean_ci(unlimited.astype(float) - without.astype(float))
        notes.append(TargetNote(name, share(without).value, share(unlimited).value, responsive(moved)))
    return tuple(notes)


def size_fund(scenario: Scenario, **options: Any) -> SizeResult:
    """The smallest fund that keeps all promises, or the honest answer that none does; options as in ``Asked``."""
    asked = Asked(**options)
    tick = asked.ticker(6 + len(asked.unknowns))
    bench, notes = asked.bench(scenario)
    tick()
    memo, total = bench.memo(scenario), total_contributions(scenario)
    found, whole = search(memo, bench.promises), bench
    if found.scale is None and bench.names:
        bench = bench.without_targets()
        found = search(memo, bench.promises)
    dropped = ("targets",) if bench is not whole else ()
    tick()
    certified, kept = _certify(bench, scenario, found)
    tick()
    low, high, infeasible = _parameter_range(
        bench.fewer(20), scenario, asked, tick, _money(total, found.scale)
    )
    rule = binding(bench, scenario, memo, found, total)
    tick()
    table = leverage_table(bench.fewer(4), scenario, memo, found, total)
    tick()
    elsewhere: list[SizeAt] = []
    for path in asked.unknowns:
        if found.scale is not None:
            elsewhere += sizes_elsewhere(bench.fewer(4), scenario, path)
        tick()
    at = found.nearest if found.scale is None else found.scale
    predictive, pooled = _predictive(bench, scenario, asked.draws, total, tick)
    return SizeResult(
        scenario=scenario, paths=asked.paths, seed=asked.seed, draws=asked.draws,
        present_fen=total, present_checks=checks(whole.promises, memo(PPM)),
        size_fen=_money(total, found.scale), checks=checks(whole.promises, memo(at)),
        low_fen=_money(total, found.low), high_fen=_money(total, found.high),
        certified_fen=_money(total, certified), certified_checks=kept,
        range_low_fen=low, range_high_fen=high, draws_infeasible=infeasible,
        predictive_fen=predictive, predictive_checks=pooled,
        targets=notes, dropped=dropped, needed_trend=_needed_trend(whole.fewer(4), scenario) if dropped else None,
        binding=rule, table=table, curve=_curve(memo, total), elsewhere=tuple(elsewhere),
    )


def _predictive(
    bench: Bench, scenario: Scenario, draws: int, total: int, tick: Callable[[], None]
) -> tuple[int | None, tuple[Check, ...]]:
    """The size under parameters not known, and the promises of the pool at it; nothing without draws."""
    if draws == 0:
        return None, ()
    scale, sample = predictive_scale(bench, scenario, draws)
    tick()
    return _money(total, scale), checks(bench.promises, sample)


def enough(scenario: Scenario, **options: Any) -> Enough:
    """Whether the fund as it is keeps all promises, and under how many draws of the assumed values.

    Options as in ``Asked``.
    """
    asked = Asked(**options)
    tick = asked.ticker(1)
    bench, notes = asked.bench(scenario)
    now = checks(bench.promises, bench.evaluate(scenario, PPM))
    tick()
    fewer, enough_under = bench.fewer(10), 0
    for each in draw_scenarios(scenario, asked.draws, asked.seed):
        enough_under += fewer.promises.hold(fewer.evaluate(each, PPM))
        tick()
    return Enough(scenario, now, notes, enough_under, asked.draws, asked.paths, asked.seed)


def growth(scenario: Scenario, **options: Any) -> Growth:
    """The largest growth of the market at which the fund as it is keeps all promises.

    All trials share one dominating trend, so that they pick from the same applicants. Options as in ``Asked``.
    """
    asked = Asked(**options)
    if scenario.market is None:
        return Growth(scenario, None, False, None, None, (), "no_market", asked.paths, asked.seed)
    tick = asked.ticker(1)
    bench, _ = asked.bench(scenario)
    trend, broken = _largest_trend(bench, scenario)
    tick()
    found = []
    for each in draw_scenarios(scenario, asked.draws, asked.seed):
        fewer = bench.fewer(10)
        carried = kept("trend", (each.hash, fewer.paths, fewer.seed, fewer.promises, fewer.names),
                       partial(_trend_alone, fewer, each))
        found.append(-1.0 if carried is None else float(carried))
        tick()
    base = -1.0 if trend is None else float(trend)
    low, high = np.quantile(found, [0.1, 0.9], method="inverted_cdf") if found else (base, base)
    low, high = min(low, base), max(high, base)
    reason = "never" if trend is None else ""
    return Growth(
        scenario,
        trend,
        trend == TRENDS[-1],
        int(low) if low >= 0 else None,
        int(high) if high >= 0 else None,
        broken,
        reason,
        asked.paths,
        asked.seed,
    )


def _trend_alone(bench: Bench, scenario: Scenario) -> int | None:
    return _largest_trend(bench, scenario)[0]


def _largest_trend(bench: Bench, scenario: Scenario) -> tuple[int | None, tuple[Check, ...]]:
    """The largest growth that holds, and the promises just above it (at no growth when none holds)."""
    memo = Memo(lambda trend: bench.evaluate(_at_trend(scenario, trend), PPM))
    holding = [trend for trend in TRENDS if bench.promises.hold(memo(trend))]
    if not holding:
        return None, checks(bench.promises, memo(0))
    if holding[-1] == TRENDS[-1]:
        return TRENDS[-1], ()
    above = TRENDS[TRENDS.index(holding[-1]) + 1]
    fails, holds = bisect(above, holding[-1], lambda trend: bench.promises.hold(memo(trend)))
    return holds, checks(bench.promises, memo(fails))


def _at_trend(scenario: Scenario, trend: int) -> Scenario:
    """The market growing by ``trend`` (ppm) without the policy; one dominating trend for all trials."""
    dominating = max(scenario.demand.dominating_trend, TRENDS[-1])
    return replace_values(scenario, {"market.trend": trend, "demand.dominating_trend": dominating})


def _needed_trend(bench: Bench, scenario: Scenario) -> int | None:
    """Least growth of the market (ppm) at which a fund without limit keeps the targets; None above 200 %."""
    if scenario.market is None:
        return None
    (sure,) = [c for c in bench.promises.criteria if c.name == "targets"]

    def keeps(trend: int) -> bool:
        sample = bench.evaluate(without_interest(_at_trend(scenario, trend)), AMPLE)
        return sure.excess(sample["targets"].value) <= 0

    kept = next((trend for trend in TRENDS if keeps(trend)), None)
    if kept is None or kept == TRENDS[0]:
        return kept
    fails, holds = TRENDS[TRENDS.index(kept) - 1], kept
    while holds - fails > 5_000:
        middle = (holds + fails) // 2
        fails, holds = (fails, middle) if keeps(middle) else (middle, holds)
    return holds


def checks(promises: Promises, sample: CriteriaSample) -> tuple[Check, ...]:
    """Each promise with its value and ordinary 95 % interval."""
    return tuple(
        Check(
            c.name, c.limit, c.at_most, sample[c.name].value, *sample[c.name].bounds(0.05), sample[c.name].n
        )
        for c in promises.criteria
    )


def _certify(bench: Bench, scenario: Scenario, found: Found) -> tuple[int | None, tuple[Check, ...]]:
    """The certified size, checked with luck that had no part in choosing it and raised until it holds."""
    if found.certified is None:
        return None, ()
    fresh = replace(bench, seed=bench.seed + FRESH).memo(scenario)
    scale = found.certified
    for _ in range(40):
        if bench.promises.surely_hold(fresh(scale)):
            return scale, checks(bench.promises, fresh(scale))
        scale = max(scale + 1, round(scale * STEP_UP))
    return None, checks(bench.promises, fresh(scale))


def _parameter_range(
    bench: Bench, scenario: Scenario, asked: Asked, tick: Callable[[], None], base: int | None
) -> tuple[int | None, int | None, int]:
    """Middle 80 % of the size over draws of the assumed values; a draw without a size counts as infinite."""
    sizes = []
    for each in draw_scenarios(scenario, asked.draws, asked.seed):
        def found(each: Scenario = each) -> int | None:
            return search(bench.memo(each), bench.promises, COARSE, interval=False, tolerance=ROUGH).scale

        scale = kept("size", (each.hash, bench.paths, bench.seed, bench.promises, bench.names), found)
        sizes.append(np.inf if scale is None else total_contributions(each) * scale / PPM)
        tick()
    if not sizes:
        return None, None, 0
    low, high = np.quantile(sizes, [0.1, 0.9], method="inverted_cdf")
    ends = [int(end) if np.isfinite(end) else None for end in (low, high)]
    if base is not None:
        ends = [
            min(base, ends[0]) if ends[0] is not None else base,
            max(base, ends[1]) if ends[1] is not None else None,
        ]
    return ends[0], ends[1], int(np.isinf(sizes).sum())


def _curve(memo: Memo, total: int) -> tuple[tuple[int, dict[str, float]], ...]:
    """Every size tried with what it gave, smallest first."""
    return tuple(
        (total * scale // PPM, {name: m.value for name, m in memo.seen[scale].items()})
        for scale in sorted(memo.seen)
    )


def _money(total: int, scale: int | None) -> int | None:
    return None if scale is None else total * scale // PPM
