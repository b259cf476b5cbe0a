"""The economy of a scheme as tables: factors by sector, stress by month, default probabilities by period."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np

from simulator.chance.factors import FREE, SURE, Economy, Factors, compile_factors, loading_of, scaled
from simulator.chance.loadings import Strength
from simulator.engine.book_table import own_pds
from simulator.engine.day import MONTH
from simulator.engine.rules import PPM
from simulator.lang import text
from simulator.scheme.parts_market import Correlation
from simulator.scheme.scenario import Scenario
from simulator.scheme.units import format_share

DayOf = Callable[[date | None, int], int]


class NoLoading(ValueError):
    """No factor loading gives a grade both its default probability and the correlation asked for."""

    def __init__(self, grade: str, pd: float, asked: str) -> None:
        super().__init__(f"no loading: grade {grade}, PD {pd}, {asked}")
        self.grade, self.pd, self.asked = grade, pd, asked

    def render(self, lang: str) -> str:
        """What cannot be had together, and what to change."""
        return text("no_loading", lang, grade=self.grade, pd=f"{self.pd:.4%}", asked=self.asked)


def strength_of(part: Correlation) -> tuple[Strength, float] | None:
    """Which measure of one-year correlation a part gives, and its value; None when it gives none."""
    if part.rho is not None:
        return "rho", part.rho / PPM
    if part.default_correlation is not None:
        return "default_correlation", part.default_correlation / PPM
    return None if part.rate_variance is None else ("rate_variance", part.rate_variance)


def economy_of(scenario: Scenario, day: DayOf, months: int) -> Economy:
    """Factors by sector and the stress path, for so many months from day 0."""
    macro = scenario.macro
    common = strength_of(macro)
    if common is None:
        raise ValueError("no correlation")                                 # the loader refuses it
    parts = [macro.sectors.get(name) for name in scenario.firms.sectors]
    strengths = tuple((strength_of(part) if part else None) or common for part in parts)
    national = tuple((macro.national_share if part is None or part.national_share is None else part.national_share)
                     / PPM for part in parts)
    stress = np.vstack([np.full(months, macro.shift), np.full(months, FREE)])
    for step in macro.stress:                                              # each holds until the next
        first = first_month(day(step.from_, 0))
        stress[0, first:] = macro.shift + step.shift
        stress[1, first:] = FREE if step.national is None else step.national
    return Economy(strengths, national, macro.persistence, stress, macro.link, macro.step, sector_factors(scenario))


def sector_factors(scenario: Scenario) -> tuple[float, ...]:
    """By sector, what its firms' default probabilities are relative to their grades'."""
    held = scenario.macro.sectors
    return tuple(held[name].pd_factor if name in held else 1.0 for name in scenario.firms.sectors)


def mean_pd(scenario: Scenario) -> float:
    """One-year default probability of the average firm at the window's start, as a share of one."""
    grades, weights = scenario.firms.grades.values(), scenario.firms.sectors.values()
    of_grades = sum(grade.pd * grade.weight for grade in grades) / sum(grade.weight for grade in grades) / PPM
    factors = sector_factors(scenario)
    return of_grades * sum(w * f for w, f in zip(weights, factors, strict=True)) / sum(weights)


def first_month(day: int) -> int:
    """The first month that begins on or after a day; 0 for days before the start."""
    return max(0, -(-day // MONTH))


def default_periods(scenario: Scenario, day: DayOf, months: int) -> tuple[list[list[float]], np.ndarray]:
    """Default probabilities by period and grade, those of an in-force book's own last, and the period of each month."""
    grades = list(scenario.firms.grades.values())
    changes = sorted({0} | {first_month(day(step.from_, 0)) for grade in grades for step in grade.pd_by_date})
    pds, periods = [], np.zeros(months, np.int64)
    for n, month in enumerate(changes):
        known = [[step.value for step in grade.pd_by_date if first_month(day(step.from_, 0)) <= month]
                 for grade in grades]
        pds.append([min((steps[-1] if steps else grade.pd) / PPM, SURE)
                    for grade, steps in zip(grades, known, strict=True)])
        periods[month:] = n
    own = [min(pd / PPM, SURE) for pd in own_pds(scenario)]
    return [row + own for row in pds], periods


def economy_tables(scenario: Scenario, day: DayOf, months: int) -> Factors:
    """Link tables of every sector, grade and period; raises :class:`NoLoading` where one cannot be had."""
    economy = economy_of(scenario, day, months)
    pds, periods = default_periods(scenario, day, months)
    own = [format_share(pd) for pd in own_pds(scenario)]
    for (measure, value), factor in economy.kinds:
        for row in pds:
            for name, pd in zip([*scenario.firms.grades, *own], scaled(row, factor, len(own)), strict=True):
                try:
                    loading_of(economy, (measure, value), pd)
                except ValueError:
                    raise NoLoading(name, pd, f"{measure} {value:g}") from None
    return compile_factors(economy, pds, periods, len(own))
