"""The overlay of a calibration: values of grade C, their posterior intervals as ranges, and joint draws."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq

from simulator.lang import LANGUAGES, MESSAGES, text
from simulator.scheme.parts_market import Correlation, SectorFactor
from simulator.scheme.scenario import Scenario

from .fit import KEPT, Calibration, Estimate

EVERY = KEPT // 200                        # of the kept draws an overlay carries 200
Shown = Callable[[float], str]
Put = Callable[[str, str, Shown], None]
MEASURES = tuple(Correlation.model_fields)
MOST_OTHER = 0.5                           # other recovery is uniform from nothing to twice its mean


def overlay(found: Calibration, scenario: Scenario, base: str | None = None) -> str:
    """YAML that lays the estimates over ``scenario``; what the tape does not tell stays the scenario's.

    ``base`` is the file it extends, as seen from the overlay's folder, where the scenario is not a shipped one.
    """
    tree: dict[str, Any] = {
        "schema": 1, "id": f"{scenario.id}-calibrated", "extends": base or scenario.id,
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
    known, _ = sectors_told(found, scenario)
    for name, sector in known.items():
        put(f"macro.sectors.{sector}.pd_factor", f"factor.{name}", real)
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
    emptied: dict[str, Any] = {name: None for name in MEASURES if name != "rho" and getattr(held, name) is not None}
    # How a sector moves was estimated anew for all; how often its firms fail stays the scenario's where no tape tells.
    moved = set(SectorFactor.model_fields) - {"pd_factor"}
    sectors = {name: dict.fromkeys(sorted(moved & own.model_fields_set)) for name, own in held.sectors.items()}
    if any(sectors.values()):
        emptied["sectors"] = {name: keys for name, keys in sectors.items() if keys}
    return {"link": "lognormal", "national_share": fixed("100%"), **emptied}


def sectors_told(found: Calibration, scenario: Scenario) -> tuple[dict[str, str], list[str]]:
    """The tape's sectors that are the scenario's, by key or by name in either language, and those that are not."""
    spelled = {spelling: key for key in scenario.firms.sectors
               for spelling in (key, *MESSAGES.get(f"name_{key}", ()))}
    told = [one.name.removeprefix("factor.") for one in found.estimates if one.name.startswith("factor.")]
    return {name: spelled[name] for name in told if name in spelled}, [name for name in told if name not in spelled]


def left_out(found: Calibration, scenario: Scenario, lang: str) -> list[str]:
    """What the tape told and the overlay does not carry, each with its reason."""
    lines = []
    unknown = sectors_told(found, scenario)[1]
    if unknown:
        known = ", ".join(scenario.firms.sectors)
        lines.append(text("cal_left_sectors", lang, sectors=", ".join(unknown), known=known))
    if "growth" in found and found["growth"].low < 0:
        lines.append(text("cal_left_growth", lang))
    elif "growth" in found and not scenario.market:
        lines.append(text("cal_left_market", lang))
    if "recovered" in found and found["recovered"].high > MOST_OTHER:
        lines.append(text("cal_left_recovered", lang, most=f"{MOST_OTHER:.0%}"))
    return lines


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
