"""The second method and the known values of the validation: they hold, and each kind of line can turn red."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy import stats

from simulator.answers.open_loop.claims import Distribution
from simulator.lang import MESSAGES
from simulator.report.validation import known_cells, render_text
from simulator.report.validation_page import render_html
from simulator.scheme import Scenario, replace_values
from simulator.validation import cases, published, second, theory
from simulator.validation.cases import CASES, Case
from simulator.validation.run import Finding, Validation, by_formula, run_case

KNOWN = published.known_values()


# --- known values -----------------------------------------------------------------------------------------

def test_closed_forms_give_every_known_value() -> None:
    assert [each for each in KNOWN if not each.holds] == []
    assert {each.name for each in KNOWN} == set(published.FORMULAS)
    assert len([each for each in KNOWN if each.printed]) == 100


@pytest.mark.parametrize("name", published.FORMULAS)
def test_a_formula_that_is_off_by_a_twentieth_turns_its_group_red(name: str) -> None:
    right = published.FORMULAS[name]
    wrong = {**published.FORMULAS, name: lambda *at: [1.05 * each for each in right(*at)]}
    fails = {each.name for each in published.known_values(wrong, only=name) if not each.holds}
    assert fails == {name}


def test_one_value_that_is_not_met_fails_the_whole() -> None:
    assert Validation((), (), False, KNOWN).holds
    off = replace(KNOWN[0], known=KNOWN[0].known + 0.03)
    found = Validation((), (), False, (off, *KNOWN[1:]))
    assert not found.holds
    shown = {**found.to_json(), "version": "0"}
    for lang, column in (("zh", 0), ("en", 1)):
        failed = MESSAGES["val_known_fails"][column].format(n=1)
        assert failed in render_text(shown, lang)
        assert failed in render_html(shown, lang) and off.source in render_html(shown, lang)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_group_has_its_words(lang: str) -> None:
    told = [known_cells([{**vars(each), "holds": True}], lang)[0] for each in KNOWN]
    assert len(set(told)) == len(published.FORMULAS) and not any("val_" in each for each in told)


# --- the open-loop calculator --------------------------------------------------------------------------------

def test_a_grid_stands_for_half_a_step_on_either_side() -> None:
    """A normal total of mean 50, sd 10 on steps of 1 and 2: chances within the bound, which is no more than .001."""
    def normal(step: float) -> Distribution:
        at = np.arange(200) * step
        pmf = stats.norm.cdf(at + step / 2, 50, 10) - stats.norm.cdf(at - step / 2, 50, 10)
        return Distribution(step, pmf, 50.0, 10.0)

    total = second.Scrambles((normal(1.0), normal(1.0)), (normal(2.0), normal(2.0)))
    for amount in (40.0, 62.3, 71.9):
        said = total.say(second.beyond(amount))
        assert abs(said.value - stats.norm.sf(amount, 50, 10)) <= said.bound + 1e-12 and said.bound < 1e-3
    # Mean less the expected excess: the normal loss function at -1 is φ(1) + Φ(1).
    mean = 50.0 - 10.0 * (stats.norm.pdf(1.0) + stats.norm.cdf(1.0))
    capped = total.say(second.at_most(40.0))
    assert abs(capped.value - mean) <= capped.bound + 1e-12 and capped.se == 0.0


def test_the_compound_totals_are_not_folded_back() -> None:
    """Half as many points fold a chance of 1.6e-5 back, which the calculator showed as 25 standard errors at .1 %."""
    law = cases.severity(lambda k: np.minimum(0.5 * k, 100.0))
    once, twice = (theory.Count(theory.poisson_sum(30.0, law, n * cases.POINTS)) for n in (1, 2))
    assert once.mean == pytest.approx(twice.mean, rel=1e-12)
    assert once.above(28_130) == pytest.approx(twice.above(28_130), rel=1e-9)
    half = theory.Count(theory.poisson_sum(30.0, law, cases.POINTS // 2))
    assert twice.above(28_130) - half.above(28_130) == pytest.approx(1.59e-5, rel=0.01)


@pytest.mark.parametrize(("scheme", "plant"), [
    ("pool", {"firms.grades.only.pd": 50_100}), ("pool", {"macro.rho": 121_000}),
    ("compound", {"modes.alone.terms.0.share": 500_100}), ("compound", {"firms.grades.only.pd": 50_010})])
def test_the_calculator_agrees_with_closed_forms_and_a_planted_error_turns_it_red(scheme: str,
                                                                                 plant: dict[str, int]) -> None:
    """Errors of .2 and .02 %, far below what the engine's paths can show."""
    assert all(found.holds and found.precise for found in by_formula(scheme))
    assert not all(found.holds for found in by_formula(scheme, lambda s: replace_values(s, plant)))


@cache
def liaoning() -> Case:
    """The case, its theory worked out once."""
    case = next(each for each in CASES if each.scheme == "liaoning-2021")
    checks = case.checks()
    return replace(case, checks=lambda: checks)


@cache
def as_it_is() -> list[Finding]:
    return run_case(liaoning(), False)


def riskier(s: Scenario) -> Scenario:
    """Every grade's PD by a tenth."""
    return replace_values(s, {f"firms.grades.{name}.pd": round(1.1 * grade.pd)
                              for name, grade in s.firms.grades.items()})


def nothing_back(s: Scenario) -> Scenario:
    """A cost that leaves less of what is recovered."""
    return replace_values(s, {"recovery.cost": 300_000})


@pytest.mark.parametrize(("plant", "red"), [(riskier, {"paid", "net"}), (nothing_back, {"net"})])
def test_the_engine_agrees_with_the_calculator_on_liaoning(plant: Callable[[Scenario], Scenario],
                                                           red: set[str]) -> None:
    """Seed 517, the paths of the full run: as it is every line holds, with an error in the engine's scheme not."""
    assert all(found.holds and found.precise for found in as_it_is())
    fails = {found.name.split()[0] for found in run_case(liaoning(), False, alter=plant) if not found.holds}
    assert fails == red
