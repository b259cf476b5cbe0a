"""A made-up scheme in place of the engine: demand by luck, cover limited by leverage, claims by luck.

It has the column interface of a run and reacts to a scenario's leverage, fund share, default rates and trend,
so that answers and sizes can be tested without simulating.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

PPM = 1_000_000


class FakeRun:
    """Results of the made-up scheme."""

    def __init__(
        self, scenario: Any, n: int, years: dict[str, np.ndarray], paths: dict[str, np.ndarray]
    ) -> None:
        self.scenario, self.n, self._years, self._paths = scenario, n, years, paths
        self._width = -(-scenario.clock.months // 12) + 1
        market = scenario.market
        self.tables = SimpleNamespace(
            base_amount_fen=lambda _: market.amount, base_count=lambda _: market.count
        )

    def column(self, name: str) -> np.ndarray:
        return self._paths[name] if name in self._paths else self.year_column(name).sum(axis=1)

    def year_column(self, name: str) -> np.ndarray:
        return self._years.get(name, np.zeros((self.n, self._width), dtype=np.int64))


def simulate(
    scenario: Any,
    paths: int,
    seed: int,
    scale_ppm: int = PPM,
    no_fund: bool = False,
    workers: int | None = None,
    first_path: int = 0,
) -> FakeRun:
    rng = np.random.default_rng((seed, first_path) if first_path else seed)
    width = -(-scenario.clock.months // 12) + 1
    noise = rng.lognormal(0.0, 0.25, (paths, width))
    state = rng.lognormal(-0.5, 1.0, (paths, 1))
    growth = np.array([(1 + _trend(scenario) / PPM) ** (year + 1) for year in range(width)])
    demand = np.where(np.arange(width) < width - 1, _volume(scenario) * growth * noise, 0)
    asked = demand * _eligible(scenario)
    cash = 0 if no_fund else _total(scenario) * scale_ppm // PPM
    covered = np.minimum(asked, cash * _leverage(scenario))
    pd = sum(g.pd * g.weight for g in scenario.firms.grades.values()) / PPM / PPM
    rate = np.minimum(pd * state * np.exp(-0.5 * scenario.macro.shift), 1.0)
    paid = covered * rate * 0.65 * _share(scenario)
    return _columns(scenario, paths, demand, asked, covered, paid, rate, cash)


def _columns(
    scenario: Any,
    n: int,
    demand: np.ndarray,
    asked: np.ndarray,
    covered: np.ndarray,
    paid: np.ndarray,
    rate: np.ndarray,
    cash: int,
) -> FakeRun:
    pots = len(scenario.pots)
    made = demand - (asked - covered) * 0.4
    years = {
        "applied_fen": demand,
        "disbursed_fen": made,
        "registered_fen": made,
        "covered_fen": covered,
        "eligible_approved_fen": asked,
        "refused_fund_fen": asked - covered,
        "loans": demand / 3e8,
        "refused_leverage_fen": asked - covered,
        "refused_ineligible_fen": demand - asked,
        "defaulted_fen": made * rate,
        "recovered_fen": made * rate * 0.3,
        "borne_lender_fen": paid,
        "induced_fen": covered * 0.33,
        "independent_fen": made - covered,
    }
    for name in scenario.pots:
        years |= {f"pot_paid_{name}_fen": paid / pots, f"refund_{name}_fen": paid / pots * 0.3}
    for name in scenario.programmes:
        years[f"subsidy_{name}_fen"] = made * 0.01
    for name, target in scenario.targets.items():
        years[f"measure_{name}" + ("" if target.measure == "count" else "_fen")] = (
            made / 5e8 if target.measure == "count" else made
        )
    whole = {name: np.floor(values).astype(np.int64) for name, values in years.items()}
    short = paid.sum(axis=1) > cash
    day = np.where(short, 700, -1)
    single = {
        "exhausted_day": day,
        "exhausted_in_window": short.astype(np.int64),
        "claims_net_peak_fen": (paid.sum(axis=1) * 0.8).astype(np.int64),
    }
    zero = ("suspended", "peak_use_ppm", "unpaid_end_fen", "queue_days")
    single |= {name: np.zeros(n, dtype=np.int64) for name in zero}
    single |= {f"exhausted_day_{name}": day for name in scenario.pots}
    return FakeRun(scenario, n, whole, single)


def _trend(scenario: Any) -> int:
    return scenario.market.trend if scenario.market else 0


def _volume(scenario: Any) -> float:
    return scenario.market.amount if scenario.market else 4e9


def _eligible(scenario: Any) -> float:
    return scenario.market.eligible_share / PPM if scenario.market else 1.0


def _total(scenario: Any) -> int:
    return sum(part.amount for pot in scenario.pots.values() for part in pot.contributors)


def _leverage(scenario: Any) -> float:
    limits = [pot.leverage for pot in scenario.pots.values()]
    return 1e6 if None in limits else max(limits) / 1000


def _share(scenario: Any) -> float:
    rows = [
        row.share
        for mode in scenario.modes.values()
        for row in mode.terms
        if scenario.payers[row.payer].kind == "pot"
    ]
    return sum(rows) / len(rows) / PPM
