"""The validation itself: it passes, each planted error turns it red, and its theory stands without the simulator."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import simulator.validation.theory as theory
from simulator.answers import closed_forms
from simulator.lang import MESSAGES
from simulator.report.validation import quantity, render_text
from simulator.report.validation_page import SOURCES, render_html, versions
from simulator.scheme import Scenario, replace_values
from simulator.validation.cases import CASES, Case
from simulator.validation.identities import IDENTITIES, deviations
from simulator.validation.planted import PLANTS, Plant, plant, with_plants
from simulator.validation.run import Twin, Validation, scheme_of, validate


def test_closed_forms_import_only_numpy_and_scipy() -> None:
    for module in (theory, closed_forms):
        tree = ast.parse(Path(module.__file__ or "").read_text("utf-8"))
        roots = {(node.module if isinstance(node, ast.ImportFrom) else name.name).split(".")[0]
                 for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)
                 for name in node.names}
        assert roots <= {"__future__", "math", "collections", "dataclasses", "typing", "numpy", "scipy"}, module


@pytest.mark.parametrize("number", range(6))
def test_mixtures_at_random_parameters(number: int) -> None:
    """Mean and pairs of each link's pool are those asked for; the gaussian one is Vasicek's."""
    r = np.random.default_rng(number)
    n, pd, rho = int(r.integers(20, 200)), float(r.uniform(0.005, 0.1)), float(r.uniform(0.02, 0.3))
    pair = theory.pair_covariance(pd, rho)
    c = stats.norm.ppf(pd)
    assert pair == pytest.approx(stats.multivariate_normal(cov=[[1, rho], [rho, 1]]).cdf([c, c]) - pd * pd, abs=1e-8)
    for rate in (theory.gamma_rate(pd, pair), theory.lognormal_rate(pd, pair),
                 lambda x: closed_forms.conditional_pd(pd, rho, x)):
        count = theory.mixed_binomial(n, rate)
        assert count.mean == pytest.approx(n * pd, rel=1e-6)
        assert count.sd == pytest.approx(theory.pool_sd(n, pd, pair), rel=1e-6)


def test_ruin_day_by_day_approaches_the_continuous_formula() -> None:
    """ruin_exponential.json: rate .8, mean claim 1, income 1, u 2, T 5: .2803; here in steps of 1/40 and whole units.

    A claim seen at a step's end rather than inside it meets at most a step's income more: ruin differs by less than
    the change of .025 of capital, .004."""
    unit = 40
    severity = np.diff(stats.expon.cdf(np.concatenate([[0.0], np.arange(20 * unit) + 0.5]) / unit), prepend=0.0)
    got = theory.daily_ruin(2 * unit, np.ones(5 * unit), np.full(5 * unit, 0.8 / unit), severity[1:])
    assert got == pytest.approx(0.2803075135819674, abs=0.006)


def case(scheme: str) -> Case:
    return next(each for each in CASES if each.scheme == scheme)


SPOILT: dict[str, Callable[[Scenario], Scenario]] = {
    "claims at 1.6 times the share": lambda s: replace_values(s, {"modes.alone.terms.0.share": 800_001}),
    "all amounts doubled": lambda s: replace_values(s, {"book.principal": s.book.principal + 100}),
    "dry with run-off": lambda s: replace_values(s, {"modes.alone.terms.0.share": 100_000}),
    "half the fund, half the cover": lambda s: replace_values(s, {"pots.city.leverage": 10_100}),
    "half the fund, no safer": lambda s: replace_values(s, {"modes.alone.terms.0.share": 200_000}),
    "all amounts and caps doubled": lambda s: replace_values(s, {"modes.alone.terms.0.cap.1.amount": 500_000_000}),
    "dearer loans, no elasticity": lambda s: replace_values(s, {"demand.lost_per_point": 100_000}),
    "a share of nothing": lambda s: replace_values(s, {"modes.alone.terms.0.share": 1}),
}


@pytest.mark.parametrize("name", SPOILT)
def test_identities_hold_and_a_planted_error_breaks_them(name: str) -> None:
    identity = next(each for each in IDENTITIES if each.name == name)
    assert not deviations(identity, scheme_of(identity)).any()
    assert deviations(identity, scheme_of(identity), spoil=SPOILT[name]).any()


@pytest.mark.parametrize("name", [each.name for each in PLANTS])
def test_planted_errors_turn_it_red(name: str) -> None:
    """On the paths named there, never more than the full run has; the sound scheme passes on the same paths."""
    each = next(one for one in PLANTS if one.name == name)
    seen = plant(each, case(each.scheme))
    assert seen.sound and seen.red > 0 and seen.holds
    assert seen.paths <= case(each.scheme).paths
    assert math.isinf(seen.z) if seen.kind == "exact" else abs(seen.z) >= 4.0


def test_an_error_that_goes_unseen_fails_the_whole() -> None:
    """A change that changes nothing: the claim is as late as before."""
    nothing = Plant("late", "timing", 50, {"modes.alone.claim.overdue": 90})
    seen = plant(nothing, case("timing"))
    assert seen.sound and seen.red == 0
    sound = validate(quick=True, cases=[case("timing")])
    assert sound.holds and not replace(sound, planted=(seen,)).holds
    told = with_plants(sound)
    assert [each.name for each in told.planted] == ["late"] and told.holds


def test_a_difference_of_the_engines_or_a_coarse_line_fails() -> None:
    good = validate(quick=True, cases=[case("timing"), case("nothing")])
    assert good.holds
    assert not replace(good, twins=(Twin("timing", 1, ("loan 0 gross: loop 1, story 2",)),)).holds
    coarse = replace(good.findings[0], precise=False)
    assert not Validation((coarse,), (), quick=False).holds


def test_the_full_form_tells_its_stories_in_processes_of_their_own() -> None:
    steps: list[int] = []
    found = validate(cases=[case("timing")], workers=2, progress=lambda done, total: steps.append(done))
    assert found.holds and not found.quick
    assert found.twins == (Twin("timing", 50, ()),)
    assert steps == [0, 1, 2]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_report_stands_alone(lang: str) -> None:
    outcome = with_plants(validate(quick=True, cases=[case("timing")]))
    found = {**outcome.to_json(), "version": "0 <script>", "versions": versions()}
    page = render_html(found, lang)
    column = int(lang == "en")
    for key in ("val_s_timing", "val_e_late", "val_seen", "val_limits_title"):
        assert MESSAGES[key][column] in page
    assert ">513<" in page and np.__version__ in page and "val_" not in page
    assert "http" not in page and "<script" not in page and "480" in page
    assert MESSAGES["val_passed"][lang == "en"].format(n=2, known=len(found["known"])) in page
    assert "480" in render_text(found, lang)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_quantity_has_its_words(lang: str) -> None:
    names = {check.name for each in CASES for check in each.checks()} | {each.name for each in IDENTITIES}
    told = [quantity(name, lang) for name in names]
    for each in CASES:
        assert f"val_s_{each.scheme}" in MESSAGES and each.scheme in SOURCES
    assert all(f"val_e_{each.name}" in MESSAGES for each in PLANTS)
    assert len(set(told)) == len(told) and not any("{" in each or "val_q" in each for each in told)


def test_every_scheme_is_one_that_run_accepts() -> None:
    folder = Path(theory.__file__ or "").parent / "schemes"
    kept = {path.stem for path in folder.glob("*.yaml")}
    assert {each.scheme for each in CASES} == kept | {"liaoning-2021"}
