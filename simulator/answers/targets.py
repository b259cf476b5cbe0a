"""Targets (KPIs) of a document, decided path by path in whole numbers.

A growth of exactly the promised rate counts as kept (以上 includes the number itself), so every
comparison is made between integers: ``V·10⁶ⁿ ≥ b·(10⁶+g)ⁿ`` becomes one integer threshold for V.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from simulator.scheme.scenario import Scenario, Target

PPM = 1_000_000
READINGS = ("cagr", "path", "every_year", "mean_yoy")
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One target over all paths: ``met`` is None where it cannot be evaluated, and ``reason`` says why."""

    name: str
    met: Bools | None
    reason: str = ""  # no_base | window | no_level | partial
    base: Fraction | None = None


def base_of(target: Target, scenario: Scenario, tables: Any) -> Fraction | None:
    """The sourced base-year figure (fen or count) on the target's own basis; None when unknown or 0."""
    if target.base == "none" or scenario.market is None or target.measure == "insured":
        return None
    if target.measure == "amount":
        base = Fraction(int(tables.base_amount_fen(target)))
    else:
        base = Fraction(str(float(tables.base_count(target))))
    return base if base > 0 else None


def growth_met(values: Ints, base: Fraction, growth: int, reading: str) -> Bools:
    """Which paths kept a yearly growth (ppm): ``values`` is [path, year after the base year]."""
    return _READINGS[reading](values, base, growth)


def _cagr(values: Ints, base: Fraction, growth: int) -> Bools:
    years = values.shape[1]
    return values[:, -1] >= _ceil(base * Fraction(PPM + growth, PPM) ** years)


def _path(values: Ints, base: Fraction, growth: int) -> Bools:
    factor = Fraction(PPM + growth, PPM)
    promised = sum((base * factor**year for year in range(1, values.shape[1] + 1)), Fraction(0))
    return values.sum(axis=1) >= _ceil(promised)


def _every_year(values: Ints, base: Fraction, growth: int) -> Bools:
    kept = values[:, 0] >= _ceil(base * Fraction(PPM + growth, PPM))
    for year in range(1, values.shape[1]):
        kept &= values[:, year] >= _grown(values[:, year - 1], growth)
    return kept


def _mean_yoy(values: Ints, base: Fraction, growth: int) -> Bools:
    """Mean of the yearly rates; a year after a year of nothing has no rate, so the target is not kept."""
    before = np.column_stack([np.full(len(values), float(base)), values[:, :-1].astype(float)])
    with np.errstate(divide="ignore", invalid="ignore"):
        excess = (values / before).sum(axis=1) - values.shape[1] * (1 + growth / PPM)
    kept = np.where(np.all(before > 0, axis=1), excess, -1.0) >= 0
    # Floating point decides far from the edge only; near it the fractions do.
    for path in np.flatnonzero(np.all(before > 0, axis=1) & (np.abs(excess) < 1e-9)):
        kept[path] = _exact_mean_yoy([int(v) for v in values[path]], base, growth)
    return np.asarray(kept, dtype=np.bool_)


def _exact_mean_yoy(values: list[int], base: Fraction, growth: int) -> bool:
    before = [base, *map(Fraction, values[:-1])]
    ratios = [Fraction(now) / then for now, then in zip(values, before, strict=True)]
    return sum(ratios, Fraction(0)) >= len(values) * Fraction(PPM + growth, PPM)


_READINGS = {"cagr": _cagr, "path": _path, "every_year": _every_year, "mean_yoy": _mean_yoy}


def _ceil(value: Fraction) -> int:
    return -(-value.numerator // value.denominator)


def _grown(values: Ints, growth: int) -> Ints:
    """Smallest whole number not below ``values`` × (1 + growth), without a product above 2⁶³."""
    whole, rest = np.divmod(values, PPM)
    return whole * (PPM + growth) + -(-(rest * (PPM + growth)) // PPM)


def yearly(results: Any, name: str) -> Ints:
    """The target's quantity by year of the window, up to and including its final year."""
    scenario = results.scenario
    measure = scenario.targets[name].measure
    column = f"measure_{name}" + ("" if measure in ("count", "firms") else "_fen")
    years = scenario.targets[name].final_year - scenario.clock.base_year
    values: Ints = results.year_column(column)
    return values[:, :years]


def evaluate(results: Any, name: str, reading: str | None = None) -> Outcome:
    """One target over all paths of a run, in its own or another reading of the growth."""
    scenario = results.scenario
    target: Target = scenario.targets[name]
    years = target.final_year - scenario.clock.base_year
    if target.partial:
        return Outcome(name, None, "partial")
    if not 1 <= years <= -(-scenario.clock.months // 12):
        return Outcome(name, None, "window")
    if target.kind == "level":
        return _level(results, name, target)
    if target.kind == "share":
        return _share(results, name, target, years)
    base = base_of(target, scenario, results.tables)
    if base is None or target.growth is None:
        return Outcome(name, None, "no_base")
    met = growth_met(yearly(results, name), base, target.growth, reading or target.reading)
    return Outcome(name, met, base=base)


def _level(results: Any, name: str, target: Target) -> Outcome:
    """A level is a sum over the years of the programme up to the final year, or that year's own figure."""
    level = target.level_count if target.measure in ("count", "firms") else target.level_amount
    if level is None:
        return Outcome(name, None, "no_level")
    years = yearly(results, name)
    reached = years.sum(axis=1) if target.over == "window" else years[:, -1]
    return Outcome(name, reached >= _ceil(Fraction(str(level))))


def _share(results: Any, name: str, target: Target, years: int) -> Outcome:
    """The part of all loans (or of covered ones) that counts; with no loan at all nothing was missed."""
    if target.level_share is None:
        return Outcome(name, None, "no_level")
    every = results.year_column("covered_loans" if target.covered_only else "loans")[:, :years].sum(axis=1)
    return Outcome(name, yearly(results, name).sum(axis=1) * PPM >= every * target.level_share)


def evaluate_all(results: Any) -> dict[str, Outcome]:
    """Every target of the scenario, in the document's order."""
    return {name: evaluate(results, name) for name in results.scenario.targets}


def jointly(outcomes: dict[str, Outcome], names: tuple[str, ...] | None = None) -> Bools | None:
    """Paths that keep all the (named) evaluable targets; None when none can be evaluated."""
    met = [o.met for name, o in outcomes.items() if o.met is not None and (names is None or name in names)]
    return np.logical_and.reduce(met) if met else None
