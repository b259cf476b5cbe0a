"""Joint lines as integer tables: a row for each cluster, in the order of the scenario."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np

from simulator.chance.variates import gamma_table
from simulator.engine import layout as at
from simulator.scheme.scenario import Scenario

PPM = 1_000_000


def compile_clusters(scenario: Scenario, names: list[str], segments: np.ndarray,
                     day: Callable[[date | None, int], int]) -> dict[str, np.ndarray]:
    """The fields ``clusters``, ``joint`` and ``frailty`` of the law; empty tables without collective credit."""
    rows: list[list[int]] = []
    joint: list[float] = []
    frailty: list[np.ndarray] = []
    grades = list(scenario.firms.grades)
    for group in scenario.collective.values():
        segment, kind, contagion = names.index(group.segment), at.NOBODY, group.contagion
        if group.frailty > 0:
            kind = len(frailty)
            frailty.append(gamma_table(1 / group.frailty))
        for n in range(group.clusters):
            rows.append([
                segment, int(segments[segment, at.SEG_FIRM_BASE]) + n * group.members, group.members, group.line,
                group.rate_discount, group.reserve, contagion.probability if contagion else 0,
                max(1, contagion.window) if contagion else 1,
                grades.index(group.anchor_grade) if group.anchor_grade else at.NOBODY,
                day(group.anchor_fails, at.NOBODY), int(group.common_collateral), kind])
            joint.append(1 + group.joint_effect / PPM)
    return {"clusters": np.array(rows, np.int64).reshape(-1, at.CLUSTER_LAW), "joint": np.array(joint, float),
            "frailty": np.array(frailty) if frailty else np.zeros((0, 2))}
