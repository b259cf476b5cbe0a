"""Screening and variance parts through the real engine, on schemes whose indices follow from a product."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

from simulator.report.sensitivity import render_sensitivity
from simulator.runs import simulate
from simulator.scheme import load
from simulator.scheme.scenario import Scenario
from simulator.study import sensitivity as study
from simulator.study.designs import trajectories, variance_points
from simulator.study.sensitivity import JOINT, OTHERS, STRONGEST, NothingUnknown, Sensitivity, sensitivity
from tests.theory.agree import SCENARIOS, WAN

PRODUCT = f"""
extends: {SCENARIOS / 'pool.yaml'}
id: product
title: {{zh: 两个未定的数, en: Two unknowns}}
modes:
  alone:
    terms:
      - {{payer: fund, share: {{value: 50%, grade: A, note: test, range: [25%, 75%]}}}}
book:
  principal: {{value: 100 万元, grade: A, note: test, range: [50 万元, 200 万元]}}
"""
SHARE, PRINCIPAL = "modes.alone.terms.0.share", "book.principal"
# With the luck held fixed the claims are share × principal × a number. The share is uniform on ¼ … ¾, the principal
# log-uniform on 50 … 200: squared coefficients of variation.
CV_SHARE = (0.5**2 / 12) / 0.5**2
CV_PRINCIPAL = (200**2 - 50**2) / (2 * math.log(4)) / ((200 - 50) / math.log(4)) ** 2 - 1


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("product") / "product.yaml"
    file.write_text(PRODUCT, "utf-8")
    return file


@pytest.fixture(scope="module")
def found(product: Path) -> Sensitivity:
    return sensitivity(load(product), paths=20, seed=3, walks=60, samples=256, workers=2)


def test_parts_of_the_variance_of_a_product(found: Sensitivity) -> None:
    whole = (1 + CV_SHARE) * (1 + CV_PRINCIPAL) - 1
    known = {SHARE: (CV_SHARE / whole, CV_SHARE * (1 + CV_PRINCIPAL) / whole),
             PRINCIPAL: (CV_PRINCIPAL / whole, CV_PRINCIPAL * (1 + CV_SHARE) / whole)}
    assert {each.path for each in found.shares} == known.keys() and found.apart == 0
    for each in found.shares:
        first, total = known[each.path]
        for measure in ("claims", "tail", "cost"):       # all of them are that product here
            part = each.parts[measure]
            print(f"\n{each.path} {measure}: {first:.4f} {part.first:.4f}, {total:.4f} {part.total:.4f}", end="")
            assert part.first == pytest.approx(first, abs=0.04) and part.total == pytest.approx(total, abs=0.04)
            assert part.total_low < total < part.total_high


def test_screening_of_a_product(found: Sensitivity) -> None:
    """From end to end the share moves the claims by half of all losses, at the principals of the four levels."""
    deviation = {each.path: each.effects["claims"] for each in found.screen}
    levels = [50 * 4 ** (n / 3) for n in range(4)]
    mean = sum(levels) / 4
    spread = math.sqrt(sum((each - mean) ** 2 for each in levels) / 4)
    share = deviation[SHARE]
    assert share.spread / share.strength == pytest.approx(spread / mean, rel=0.15)
    assert share.drift == share.strength and deviation[PRINCIPAL].drift > 0
    # 300 loans of 100 万 at 5 % a year: 1,500 万 of losses; at mean level 113.8 / 100 and half the share, 854 万.
    assert share.strength / WAN == pytest.approx(854, rel=0.35)


def test_the_same_for_any_number_of_threads_and_from_kept_pieces(found: Sensitivity, product: Path, tmp_path: Path,
                                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLEDGEFUND_PARTS", str(tmp_path))
    measures = study._measures
    options = {"paths": 20, "seed": 3, "walks": 4, "samples": 8}
    first = sensitivity(load(product), workers=1, **options)
    kept = sorted(tmp_path.glob("point-*.json"))
    assert len(kept) == 4 + 8
    size = len(json.loads(kept[3].read_text("utf-8"))["value"])
    kept[3].write_text("{}", "utf-8")                    # one piece spoilt
    again: list[object] = []
    monkeypatch.setattr(study, "_measures", lambda results: again.append(results) or measures(results))
    assert sensitivity(load(product), workers=2, **options) == first
    assert len(again) == size
    assert Sensitivity.from_json(first.to_json()) == first


def test_unknowns_beyond_the_strongest_are_told_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """An additive function of Dalian's values: one large term, one middling, all others small but real."""
    scenario = load("dalian-2020")
    monkeypatch.setattr(study, "_roomy", lambda scenario, rows: scenario)
    monkeypatch.setattr(study, "_measures", lambda scheme: [
        10.0 * scheme.market.eligible_share + 1.0 * scheme.recovery.other
        + 0.2 * sum(bank.risk_weight for bank in scheme.banks.values()) for _ in range(3)])
    found = sensitivity(scenario, walks=3, samples=64, simulate=lambda scheme, **_: scheme)
    assert len(found.shares) == STRONGEST + 1 and found.shares[-1].path == OTHERS
    assert found.screen[0].path == found.shares[0].path == "market.eligible_share"
    assert found.screen[1].path == "recovery.other"
    told = sum(each.parts["claims"].total for each in found.shares)
    assert told == pytest.approx(1.0, abs=0.15)          # nothing acts together with anything
    assert found.shares[0].parts["claims"].total > 0.9


def test_room_for_applications_is_tried_all_over_both_designs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neighbours of a walk must see the same applicants: every walk is tried, and the samples of the other design."""
    scenario, tried = load("dalian-2020"), list[dict[str, object]]()
    monkeypatch.setattr(study, "_roomy", lambda base, rows: tried.extend(rows) or base)
    monkeypatch.setattr(study, "_measures", lambda scheme: [1.0, 1.0, 1.0])
    sensitivity(scenario, walks=5, samples=64, simulate=lambda scheme, **_: scheme)
    points = study._Points(scenario, 1, 1, lambda scheme: scheme)

    def among(rows: np.ndarray) -> int:
        own = [points.changes(row) for row in rows.tolist()]
        return sum(any(each.items() <= row.items() for row in tried) for each in own)

    drop = "demand.dominating_trend"
    tried[:] = [{path: value for path, value in row.items() if path != drop} for row in tried]
    names = len(points.names)
    assert all(among(walk) >= 5 for walk in trajectories(names, 5, 1))
    assert sum(among(sample) for sample in variance_points(names, 64, [], 1)) >= 60


CALIBRATED = f"""
extends: {SCENARIOS / 'pool.yaml'}
id: calibrated
title: {{zh: 标定, en: Calibrated}}
firms:
  grades:
    only: {{pd: {{value: 5%, grade: C, note: test, range: [4%, 6%]}}}}
macro:
  rho: {{value: 10%, grade: C, note: test, range: [5%, 15%]}}
recovery:
  other: {{value: 20%, grade: A, note: test, range: [10%, 30%]}}
posterior:
  firms.grades.only.pd: [4%, 5%, 6%]
  macro.rho: [15%, 10%, 5%]
"""
PAIRS = {(40_000, 150_000), (50_000, 100_000), (60_000, 50_000)}           # ppm


def test_values_calibrated_together_move_together(tmp_path: Path) -> None:
    """At every point default rate and correlation are one of the joint draws; both are one unknown beside the other."""
    file = tmp_path / "calibrated.yaml"
    file.write_text(CALIBRATED, "utf-8")
    seen: set[tuple[int, int]] = set()

    def watched(scheme: Scenario, **options: object) -> object:
        seen.add((scheme.firms.grades["only"].pd, scheme.macro.rho))
        return simulate(scheme, **options)

    found = sensitivity(load(file), paths=20, walks=12, samples=16, simulate=watched)
    assert seen == PAIRS
    assert {(each.path, each.values) for each in found.screen} == {(JOINT, 2), ("recovery.other", 1)}
    assert {each.path for each in found.shares} == {JOINT, "recovery.other"}
    told = render_sensitivity(found, load(file), "en")
    assert re.search(r"values calibrated to a tape \(together\)\s+calibrated\s", told)


def test_where_nothing_is_unknown_there_is_nothing_to_analyse() -> None:
    with pytest.raises(NothingUnknown):
        sensitivity(load(SCENARIOS / "pool.yaml"))
    with pytest.raises(ValueError, match="power_of_two"):
        sensitivity(load(SCENARIOS / "pool.yaml"), samples=12)
