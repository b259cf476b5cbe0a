"""The overlay of a calibration: values of grade C with their posterior intervals as ranges."""

from __future__ import annotations

import io
from typing import Any

from ruamel.yaml import YAML

from simulator.lang import LANGUAGES, text
from simulator.scheme.scenario import Scenario

from .fit import Calibration, Estimate

MOST_OTHER = 0.5                           # other recovery is uniform from nothing to twice its mean


def overlay(found: Calibration, scenario: Scenario) -> str:
    """YAML that lays the estimates over ``scenario``; what the tape does not tell stays the scenario's."""
    tree: dict[str, Any] = {
        "schema": 1, "id": f"{scenario.id}-calibrated", "extends": scenario.id,
        "title": {lang: text("cal_scenario_title", lang, title=getattr(scenario.title, lang)) for lang in LANGUAGES},
        "sources": {"tape": {"title": text("cal_source", "zh", hash=found.tape.digest),
                             "date": found.tape.end.isoformat()}},
        "texts": {"calibrated": {lang: text("cal_note", lang) for lang in LANGUAGES}}}
    for grade in scenario.firms.grades:
        if f"pd.{grade}" in found:
            _put(tree, f"firms.grades.{grade}.pd", leaf(found[f"pd.{grade}"], share))
    # The estimated hazard is lognormal in its factor: the same link makes the scenario the estimated model.
    tree["macro"] = {"link": "lognormal"}
    _put(tree, "macro.rho", leaf(found["rho"], share))
    _put(tree, "macro.persistence", leaf(found["persistence"], lambda x: round(min(x, 0.9999), 4)))
    fund = next((name for name, segment in scenario.segments.items() if segment.eligible), None)
    if fund and "size_median" in found:
        _put(tree, f"segments.{fund}.size.median", leaf(found["size_median"], lambda x: f"{x / 1e6:.4f} 万元"))
        _put(tree, f"segments.{fund}.size.sigma", leaf(found["size_sigma"], lambda x: round(x, 4)))
    if fund and "dispersion" in found:
        _put(tree, f"segments.{fund}.dispersion", leaf(found["dispersion"], lambda x: round(x, 4)))
    if scenario.market and "growth" in found and found["growth"].low >= 0:
        _put(tree, "market.trend", leaf(found["growth"], share))
    if "recovered" in found and found["recovered"].high <= MOST_OTHER:
        # A tape does not say which part came from the pledge: all of it is other recovery, net of cost.
        for name in scenario.recovery.type_factor:
            _put(tree, f"recovery.type_factor.{name}", fixed("0%"))
        _put(tree, "recovery.cost", fixed("0%"))
        _put(tree, "recovery.other", leaf(found["recovered"], share))
    if "delay_mean" in found:
        _put(tree, "recovery.delay_mean", leaf(found["delay_mean"], lambda x: f"{round(x * 30)} days"))
        _put(tree, "recovery.delay_shape", leaf(found["delay_shape"], lambda x: round(x, 4)))
    out = io.StringIO()
    yaml = YAML()
    yaml.width = 120
    yaml.dump(tree, out)
    return out.getvalue()


def share(value: float) -> str:
    """A share as a file holds it, to a ten-thousandth of a per cent."""
    return f"{value * 100:.4f}%"


def leaf(one: Estimate, shown: Any) -> dict[str, Any]:
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
