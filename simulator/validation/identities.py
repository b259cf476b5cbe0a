"""Identities: two runs of one scheme whose results must stand in a known relation on every path, to the fen.

They need no formula of a distribution, only the relation itself, and so reach where no distribution is known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from simulator.runs import Results, simulate
from simulator.scheme import Scenario, replace_values

PPM = 1_000_000
AMPLE = 1_000 * PPM
Off = Callable[[Results, Results], np.ndarray]


@dataclass(frozen=True)
class Identity:
    """A scheme run twice with the same luck; ``off`` is 0 on every path where the relation holds.

    ``changes`` path → factor by which a value of the second run differs; ``scales`` the sizes of both funds (ppm).
    """

    scheme: str
    name: str                              # message "val_q_<name>"
    paths: int
    seed: int
    off: Off
    changes: dict[str, tuple[int, int]] = field(default_factory=dict)
    scales: tuple[int, int] = (PPM, PPM)


def claims(results: Results) -> np.ndarray:
    """What the fund is liable for, by path (fen)."""
    return results.column("liable_fund_fen")


def dry(results: Results) -> np.ndarray:
    """Whether a claim was not paid in full, run-off included."""
    return (results.column("exhausted_day") >= 0).astype(np.int64)


def share_up(one: Results, other: Results) -> np.ndarray:
    """Claims and reserve times 1.6."""
    peaks = (16 * one.column("claims_net_peak_fen") - 10 * other.column("claims_net_peak_fen"))
    return np.abs(16 * claims(one) - 10 * claims(other)) + np.abs(peaks)


def doubled(one: Results, other: Results) -> np.ndarray:
    """The same fates, twice the money."""
    days = one.column("exhausted_day") - other.column("exhausted_day")
    paid = 2 * one.column("paid_fund_fen") - other.column("paid_fund_fen")
    return np.abs(days) + np.abs(paid) + np.abs(one.column("defaults") - other.column("defaults"))


def run_off(one: Results, other: Results) -> np.ndarray:
    """Dry in the window and yet not dry by the end of the run-off, in a run of the same scheme."""
    return np.maximum((one.column("exhausted_in_window") > 0).astype(np.int64) - dry(other), 0)


def half_as_much(one: Results, other: Results) -> np.ndarray:
    """Covered lending of a fund of half the size, where leverage binds."""
    return np.abs(one.column("covered_fen") - 2 * other.column("covered_fen"))


def no_safer(one: Results, other: Results) -> np.ndarray:
    """Dry with the whole fund and yet not with half of it, where no gate lets fewer loans in."""
    return np.maximum(dry(one) - dry(other), 0)


def same_lending(one: Results, other: Results) -> np.ndarray:
    """The same loans, defaults and claims, whatever they cost."""
    return np.sum([np.abs(one.column(name) - other.column(name))
                   for name in ("loans", "covered_fen", "defaults", "liable_fund_fen")], axis=0)


def nothing_borne(one: Results, other: Results) -> np.ndarray:
    """The same defaults, of which a fund without a share bears nothing."""
    return np.abs(one.column("defaults") - other.column("defaults")) + claims(other) + other.column("paid_fund_fen")


CAPS = "modes.alone.terms.0.cap"
LAYER = "modes.alone.terms.1.layer"
IDENTITIES = (
    Identity("ruin", "claims at 1.6 times the share", 500, 521, share_up, {"modes.alone.terms.0.share": (8, 5)},
             (AMPLE, AMPLE)),
    Identity("fund", "all amounts doubled", 500, 522, doubled, {"book.principal": (2, 1)}, (PPM, 2 * PPM)),
    Identity("ruin", "dry with run-off", 500, 523, run_off),
    Identity("leverage", "half the fund, half the cover", 50, 524, half_as_much, scales=(PPM, PPM // 2)),
    Identity("ruin", "half the fund, no safer", 500, 525, no_safer, scales=(PPM, PPM // 2)),
    Identity("caps", "all amounts and caps doubled", 2_000, 527, doubled, {
        "segments.fund.size.median": (2, 1), f"{CAPS}.0.amount": (2, 1), f"{CAPS}.1.amount": (2, 1),
        f"{LAYER}.from": (2, 1), f"{LAYER}.to": (2, 1)}, (PPM, 2 * PPM)),
    Identity("growth", "dearer loans, no elasticity", 100, 528, same_lending,
             {"lending.reference_rate.1.value": (2, 1)}),
    Identity("pool", "a share of nothing", 500, 529, nothing_borne, {"modes.alone.terms.0.share": (0, 1)}),
)


def deviations(identity: Identity, scenario: Scenario, workers: int | None = None,
               spoil: Callable[[Scenario], Scenario] | None = None) -> np.ndarray:
    """How far each path is from the relation; ``spoil`` plants an error in the second run."""
    second = replace_values(scenario, {path: _value(scenario, path) * top // bottom
                                       for path, (top, bottom) in identity.changes.items()})
    runs = [simulate(each, paths=identity.paths, seed=identity.seed, workers=workers, scale_ppm=scale)
            for each, scale in zip((scenario, spoil(second) if spoil else second), identity.scales, strict=True)]
    return identity.off(*runs)


def _value(scenario: Scenario, path: str) -> int:
    here: Any = scenario.model_dump(by_alias=True)
    for key in path.split("."):
        here = here[int(key)] if isinstance(here, list) else here[key]
    return int(here)
