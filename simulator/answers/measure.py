"""Everything the answer says, as estimates: one scheme and its variants on the same applicants and luck."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.engine.demand import DominatingRateExceeded

from . import fiscal, reserve, support, targets, variants
from .draws import more_room, patient
from .estimate import Estimate, mean_ci, proportion_ci, ratio_ci

if TYPE_CHECKING:
    from simulator.scheme.scenario import Scenario

Key = tuple[str, str]  # what is measured, and of which target, payer, rule or year
STRESSES = {"default_5": 50_000, "default_8": 80_000}
LEVER = "lever "
REASONS = (
    "bank",
    "ineligible",
    "dates",
    "loan_cap",
    "term",
    "rate",
    "guarantee_fee",
    "firm_cap",
    "firm_year_cap",
    "barred",
    "breaker",
    "leverage",
    "budget",
    "floor",
    "line",
    "supply",
    "appraisal",
    "commitment",
)
Simulate = Callable[..., Any]


class World:
    """One scenario and its variants, each simulated when first asked for."""

    def __init__(
        self,
        scenario: Scenario,
        paths: int,
        seed: int,
        simulate: Simulate,
        pooled: Scenario | None = None,
        ticked: Callable[[], None] = lambda: None,
    ) -> None:
        self.scenario, self.paths, self.seed, self.pooled = scenario, paths, seed, pooled
        self._simulate, self._ticked = simulate, ticked
        self._runs: dict[str, Any] = {}

    def run(self, name: str) -> Any:
        """Results of a variant: base, none (no fund), ample (a fund without limit), a lever or a stress."""
        if name not in self._runs:
            scenario, options = self._variant(name)
            self._runs[name] = (
                None
                if scenario is None
                else self._simulate(scenario, paths=self.paths, seed=self.seed, **options)
            )
            self._ticked()
        return self._runs[name]

    def simulate(self, scenario: Scenario, paths: int) -> Any:
        """Another scenario on the first ``paths`` of the same paths; not kept."""
        return patient(self._simulate, scenario, paths=min(paths, self.paths), seed=self.seed)

    def restart(self, scenario: Scenario) -> None:
        """The same world with another scenario; all runs so far are forgotten."""
        self.scenario = scenario
        self._runs.clear()

    def _variant(self, name: str) -> tuple[Scenario | None, dict[str, Any]]:
        if name == "base":
            return self.scenario, {}
        if name == "none":
            return self.scenario, {"no_fund": True}
        if name == "ample":
            return variants.without_interest(self.scenario), {"scale_ppm": variants.AMPLE}
        if name == "pooled":
            return self.pooled, {}
        if name in STRESSES:
            return variants.at_default_rate(self.scenario, STRESSES[name]), {}
        if name == "recession":
            return variants.in_recession(self.scenario), {}
        if name == "anchor":
            return variants.anchors_fail(self.scenario), {}
        if name in variants.RULES:
            return variants.without_rule(self.scenario, name), {}
        return variants.lever(self.scenario, name.removeprefix(LEVER)), {}


Part = Callable[[World], Iterator[tuple[Key, Estimate]]]


def measure(world: World, removals: bool = True) -> dict[Key, Estimate]:
    """All measures of a scenario; without ``removals`` no rule is tried without.

    All variants must pick from the same applicants: when one needs a higher dominating rate, all get it.
    """
    parts: list[Part] = [_cost, _support, _split, _exhaustion, _reserve, _pots, _targets, _lending, _levers, _stresses,
                         _refusals]
    return _measured(world, [*parts, _removals] if removals else parts)


def headline(world: World, variants: bool = False) -> dict[Key, Estimate]:
    """The measures that need no run but those without a fund and without limit; levers and stresses if asked."""
    parts: list[Part] = [_cost, _support, _split, _exhaustion, _reserve, _targets, _lending, _refusals]
    return _measured(world, [*parts, _levers, _stresses, _removals] if variants else parts)


def promises(world: World) -> dict[Key, Estimate]:
    """What the scheme's own run says of the fund's promises: nothing is compared yet."""
    return _measured(world, [_exhaustion])


def _measured(world: World, parts: list[Part]) -> dict[Key, Estimate]:
    for _ in range(4):
        try:
            return {key: estimate for part in parts for key, estimate in part(world)}
        except DominatingRateExceeded as exceeded:
            world.restart(more_room(world.scenario, exceeded))
    return {key: estimate for part in parts for key, estimate in part(world)}


def share(met: np.ndarray) -> Estimate:
    """Probability of an event given path by path."""
    return proportion_ci(int(np.count_nonzero(met)), len(met))


def cost_of(results: Any) -> np.ndarray:
    """Public cost of each path (fen): window and run-off."""
    total: np.ndarray = fiscal.budget(results).where().sum(axis=1)
    return total


def spent(results: Any) -> np.ndarray:
    """Public cost of each path (fen) without what the fund's money earns: what sizes can be compared by."""
    book = fiscal.budget(results)
    total: np.ndarray = book.where(lines=tuple(line for line in book.lines if line != "earned")).sum(axis=1)
    return total


def present_cost(results: Any) -> np.ndarray:
    """Public cost of each path discounted to day 0 (fen)."""
    return fiscal.present_value(fiscal.budget(results).where(), results.scenario.sizing.discount)


def compensation(results: Any) -> np.ndarray:
    """Compensation paid by the pots, by path (fen); nothing where there is no pot."""
    paid = (results.column(f"pot_paid_{name}_fen") for name in results.scenario.pots)
    return np.asarray(sum(paid, start=np.zeros(results.n, dtype=np.int64)), dtype=np.int64)


def net_claims(results: Any) -> np.ndarray:
    """Compensation paid by the pots less what came back, by path (fen)."""
    total = compensation(results)
    for name in results.scenario.pots:
        total -= results.column(f"refund_{name}_fen")
    return total


def _cost(world: World) -> Iterator[tuple[Key, Estimate]]:
    run = world.run("base")
    book = fiscal.budget(run)
    public = book.where()
    yield ("cost", ""), mean_ci(public.sum(axis=1))
    yield ("cost_present", ""), mean_ci(fiscal.present_value(public, run.scenario.sizing.discount))
    for year in range(public.shape[1]):
        yield ("cost_year", str(year)), mean_ci(public[:, year])
    for level in book.levels:
        yield ("cost_level", level), mean_ci(book.where(levels=(level,)).sum(axis=1))
    for line in book.lines:
        yield ("cost_line", line), mean_ci(book.where(levels=None, lines=(line,)).sum(axis=1))
    yield ("subsidies", ""), mean_ci(fiscal.subsidies(run).sum(axis=1))
    yield ("compensation", ""), mean_ci(compensation(run))


def _support(world: World) -> Iterator[tuple[Key, Estimate]]:
    yield from support.measures(world.run("base"))


def _split(world: World) -> Iterator[tuple[Key, Estimate]]:
    """Who bears the losses on covered loans net of recoveries, and the subsidies' part of all gross public payments."""
    run = world.run("base")
    subsidies = fiscal.subsidies(run).sum(axis=1)
    yield ("subsidy_part", ""), ratio_ci(subsidies, subsidies + compensation(run))
    for payer in (*run.scenario.payers, "lender"):
        yield ("borne", payer), mean_ci(run.column(f"borne_{payer}_fen") - run.column(f"back_{payer}_fen"))
    yield ("recovered", ""), ratio_ci(run.column("recovered_fen"), run.column("defaulted_fen"))


def _exhaustion(world: World) -> Iterator[tuple[Key, Estimate]]:
    run = world.run("base")
    yield ("exhaustion", ""), share(reserve.exhausted(run))
    yield ("exhaustion_window", ""), share(run.column("exhausted_in_window") > 0)
    yield ("refusal", ""), reserve.refusal(run)
    yield ("suspended", ""), share(run.column("suspended") > 0)
    yield ("peak_use", ""), mean_ci(run.column("peak_use_ppm") / fiscal.PPM)
    yield ("unpaid_end", ""), mean_ci(run.column("unpaid_end_fen"))
    yield ("queue_days", ""), mean_ci(run.column("queue_days"))


def _reserve(world: World) -> Iterator[tuple[Key, Estimate]]:
    """What would have been needed, from a fund without limit."""
    ample = world.run("ample")
    yield ("reserve", "99"), reserve.reserve(ample, 0.99)
    yield ("reserve_tail", "99"), reserve.tail(ample, 0.99)


def _pots(world: World) -> Iterator[tuple[Key, Estimate]]:
    """Several purses: each, and what one common purse would do."""
    run = world.run("base")
    if len(run.scenario.pots) > 1:
        for name in run.scenario.pots:
            yield ("exhaustion_pot", name), share(run.column(f"exhausted_day_{name}") >= 0)
    if world.pooled is not None:
        yield ("exhaustion_pooled", ""), share(reserve.exhausted(world.run("pooled")))


def _targets(world: World) -> Iterator[tuple[Key, Estimate]]:
    """Each target with the fund as it is, without a fund, and with a fund without limit."""
    runs = {name: targets.evaluate_all(world.run(name)) for name in ("base", "none", "ample")}
    for name, outcome in runs["base"].items():
        none, ample = runs["none"][name].met, runs["ample"][name].met
        if outcome.met is None or none is None or ample is None:
            continue
        yield ("target", name), share(outcome.met)
        yield ("target_none", name), share(none)
        yield ("target_ample", name), share(ample)
        yield ("target_moved", name), mean_ci(ample.astype(float) - none.astype(float))
        yield from _readings(world, name)
    joint = targets.jointly(runs["base"])
    if joint is not None:
        yield ("targets_joint", ""), share(joint)
        yield ("targets_and_solvent", ""), share(joint & ~reserve.exhausted(world.run("base")))


def _readings(world: World, name: str) -> Iterator[tuple[Key, Estimate]]:
    if world.scenario.targets[name].kind == "growth":
        for reading in targets.READINGS:
            met = targets.evaluate(world.run("base"), name, reading).met
            if met is not None:
                yield ("target_reading", f"{name}/{reading}"), share(met)


def _lending(world: World) -> Iterator[tuple[Key, Estimate]]:
    run, none = world.run("base"), world.run("none")
    for column in (
        "disbursed_fen",
        "registered_fen",
        "loans",
        "covered_fen",
        "induced_fen",
        "independent_fen",
    ):
        yield ("lending", column.removesuffix("_fen")), mean_ci(run.column(column))
    if run.scenario.collective:
        yield ("line_use", ""), mean_ci(run.column("line_use_ppm") / fiscal.PPM)
    more = run.column("disbursed_fen") - none.column("disbursed_fen")
    yield ("additional", ""), mean_ci(more)
    dearer = present_cost(run) - present_cost(none)
    yield ("cost_per_yuan", ""), ratio_ci(dearer, more, method="bootstrap", resamples=400)


def _levers(world: World) -> Iterator[tuple[Key, Estimate]]:
    """Differences path by path: the same luck with and without the change."""
    base = world.run("base")
    for name in variants.LEVERS:
        run = world.run(LEVER + name)      # a rule may have the same name
        if run is None:
            continue
        yield ("lever_cost", name), mean_ci(cost_of(run) - cost_of(base))
        yield ("lever_claims", name), mean_ci(net_claims(run) - net_claims(base))
        yield ("lever_lending", name), mean_ci(run.column("disbursed_fen") - base.column("disbursed_fen"))
        moved = reserve.exhausted(run).astype(float) - reserve.exhausted(base).astype(float)
        yield ("lever_exhaustion", name), mean_ci(moved)


def _stresses(world: World) -> Iterator[tuple[Key, Estimate]]:
    base = world.run("base")
    yield from _bad_loans("base", base)
    for name in (*STRESSES, "recession", "anchor"):
        run = world.run(name)
        if run is None:
            continue
        yield ("stress_exhaustion", name), share(reserve.exhausted(run))
        yield ("stress_cost", name), mean_ci(cost_of(run))
        yield from _bad_loans(name, run)
        if name == "anchor":               # with lines closed, less is lent
            yield ("stress_lost", name), mean_ci(base.column("disbursed_fen") - run.column("disbursed_fen"))


def _bad_loans(name: str, run: Any) -> Iterator[tuple[Key, Estimate]]:
    """Amount defaulted of what was lent, and the bad loans on the books when the window ends (NPL ratio)."""
    yield ("stress_defaulted", name), ratio_ci(run.column("defaulted_fen"), run.column("disbursed_fen"))
    yield ("stress_npl", name), ratio_ci(run.column("npl_fen"), run.column("on_books_fen"))


def _refusals(world: World) -> Iterator[tuple[Key, Estimate]]:
    """Each rule's first refusals as a share of the amount applied for."""
    run = world.run("base")
    for reason in REASONS:
        yield ("refused", reason), ratio_ci(run.column(f"refused_{reason}_fen"), run.column("applied_fen"))


def _removals(world: World) -> Iterator[tuple[Key, Estimate]]:
    """What each rule that refused anything keeps from being covered."""
    run = world.run("base")
    covered = run.column("covered_fen")
    for rule in variants.RULES:
        if run.column(f"refused_{rule}_fen").any() and world.run(rule) is not None:
            yield ("rule_removed", rule), ratio_ci(world.run(rule).column("covered_fen") - covered, covered)
