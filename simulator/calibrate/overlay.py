"""The overlay of a calibration: values of grade C, their posterior intervals as ranges, and joint draws."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq

from simulator.lang import LANGUAGES, text
from simulator.scheme.scenario import Scenario

from .fit import KEPT, Calibration, Estimate

EVERY = KEPT // 200                        # of the kept draws an overlay carries 200
Shown = Callable[[float], str]
Put = Callable[[str, str, Shown], None]
MOST_OTHER = 0.5                           # other recovery is uniform from nothing to twice its mean


def overlay(found: Calibration, scenario: Scenario) -> str:
    """YAML that lays the estimates over ``scenario``; what the tape does not tell stays the scenario's."""
    tree: dict[str, Any] = {
        "schema": 1, "id": f"{scenario.id}-calibrated", "extends": scenario.id,
        "title": {lang: text("cal_scenario_title", lang, title=getattr(scenario.title, lang)) for lang in LANGUAGES},
        "sources": {"tape": {"title": text("cal_source", "zh", hash=found.tape.digest),
                             "date": found.tape.end.isoformat()}},
        "texts": {"calibrated": {lang: text("cal_note", lang) for lang in LANGUAGES}}}
    posterior: dict[str, list[str]] = {}

    def put(path: str, name: str, shown: Shown) -> None:
        """An estimate and its joint draws."""
        _put(tree, path, leaf(found[name], shown))
        posterior[path] = [shown(float(x)) for x in found[name].drawn[::EVERY]]

    for grade in scenario.firms.grades:
        if f"pd.{grade}" in found:
            put(f"firms.grades.{grade}.pd", f"pd.{grade}", share)
    tree["macro"] = one_factor(scenario)
    put("macro.rho", "rho", share)
    put("macro.persistence", "persistence", lambda x: f"{min(x, 0.9999):.4f}")
    _volume(found, scenario, put)
    _recovery(found, scenario, tree, put)
    tree["posterior"] = {path: _flow(series) for path, series in posterior.items()}
    out = io.StringIO()
    yaml = YAML()
    yaml.width = 120
    yaml.dump(tree, out)
    return out.getvalue()


def one_factor(scenario: Scenario) -> dict[str, Any]:
    """The dependence that was estimated: one lognormal factor that moves all sectors alike.

    With a lower national share firms of different sectors would be less correlated than the book that was observed.
    """
    held = scenario.macro
    emptied: dict[str, Any] = {name: None for name in ("default_correlation", "rate_variance")
                               if getattr(held, name) is not None}
    if held.sectors:
        emptied["sectors"] = None
    return {"link": "lognormal", "national_share": fixed("100%"), **emptied}


def _volume(found: Calibration, scenario: Scenario, put: Put) -> None:
    """Loan size, growth and over-dispersion."""
    fund = next((name for name, segment in scenario.segments.items() if segment.eligible), None)
    if fund and "size_median" in found:
        put(f"segments.{fund}.size.median", "size_median", lambda x: f"{x / 1e6:.4f} 万元")
        put(f"segments.{fund}.size.sigma", "size_sigma", real)
    if fund and "dispersion" in found:
        put(f"segments.{fund}.dispersion", "dispersion", real)
    if scenario.market and "growth" in found and found["growth"].low >= 0:
        put("market.trend", "growth", lambda x: share(max(x, 0.0)))


def _recovery(found: Calibration, scenario: Scenario, tree: dict[str, Any], put: Put) -> None:
    """What comes back and when; a tape does not say which part came from the pledge: all is other recovery, net."""
    if "recovered" in found and found["recovered"].high <= MOST_OTHER:
        for name in scenario.recovery.type_factor:
            _put(tree, f"recovery.type_factor.{name}", fixed("0%"))
        _put(tree, "recovery.cost", fixed("0%"))
        put("recovery.other", "recovered", lambda x: share(min(x, MOST_OTHER)))
    if "delay_mean" in found:
        put("recovery.delay_mean", "delay_mean", lambda x: f"{max(round(x * 30), 1)} days")
        put("recovery.delay_shape", "delay_shape", real)


def real(value: float) -> str:
    """A pure number."""
    return f"{value:.4f}"


def _flow(series: list[str]) -> CommentedSeq:
    """A list on one line, or as few as it needs."""
    listed = CommentedSeq(series)
    listed.fa.set_flow_style()
    return listed


def share(value: float) -> str:
    """A share as a file holds it, to a ten-thousandth of a per cent."""
    return f"{value * 100:.4f}%"


def leaf(one: Estimate, shown: Shown) -> dict[str, Any]:
    """Value, grade, source and range."""
    return {"value": shown(one.median), "grade": "C", "source": "tape", "range": [shown(one.low), shown(one.high)],
            "note": {"see": "calibrated"}}


def fixed(value: str) -> dict[str, Any]:
    """A value set by how the tape counts, without a range."""
    return {"value": value, "grade": "C", "source": "tape", "note": {"see": "calibrated"}}


def _put(tree: dict[str, Any], path: str, value: dict[str, Any]) -> None:
    *above, last = path.split(".")
    for key in above:
        tree = tree.setdefault(key, {})
    tree[last] = value
