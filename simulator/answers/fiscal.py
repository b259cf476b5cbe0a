"""What the public purse pays, by year × government level × line, reconciling to the fen.

Cost = compensation paid − recoveries refunded + subsidies − interest earned − re-guarantee fees − gains on equity.
A contribution is a transfer between public accounts and no cost; a pot's cost is borne by the levels that filled it,
pro rata to what each put in. Levels that are not public (enterprise, social) appear but do not count.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from simulator.scheme.parts_fund import Pot
    from simulator.scheme.scenario import Scenario

PPM = 1_000_000
PUBLIC = ("central", "province", "city", "district")
_POT_LINES = (("compensation", "pot_paid", 1), ("recovery", "refund", -1), ("earned", "interest", -1))
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Budget:
    """Cost in fen as [path, year] arrays keyed by (level, line); the last year is the run-off."""

    cells: dict[tuple[str, str], Ints]
    paths: int
    years: int

    def where(self, levels: tuple[str, ...] | None = PUBLIC, lines: tuple[str, ...] | None = None) -> Ints:
        """Sum over the named levels and lines (None: all) as [path, year]."""
        total = np.zeros((self.paths, self.years), dtype=np.int64)
        for (level, line), cell in self.cells.items():
            if (levels is None or level in levels) and (lines is None or line in lines):
                total += cell
        return total

    @property
    def lines(self) -> tuple[str, ...]:
        """What the money is for: compensation, recoveries, interest earned, subsidy lines."""
        return tuple(dict.fromkeys(line for _, line in self.cells))

    @property
    def levels(self) -> tuple[str, ...]:
        """Whose money it is: levels of government."""
        return tuple(dict.fromkeys(level for level, _ in self.cells))


def level_weights(pot: Pot) -> dict[str, int]:
    """Contributions to a pot by level (fen), matches included: the key by which its cost is divided.

    A match that fails sends the first part back, so what stays in the pot keeps this proportion.
    """
    weights: dict[str, int] = {}
    for part in pot.contributors:
        weights[part.level] = weights.get(part.level, 0) + part.amount
        if part.match is not None:
            weights[part.match.level] = weights.get(part.match.level, 0) + part.match.amount
    positive = {level: amount for level, amount in weights.items() if amount > 0}
    return positive or {"city": 1}


def divide(amount: Ints, weights: dict[str, int]) -> dict[str, Ints]:
    """Whole fen pro rata, every level but the last rounded down, so that the parts sum exactly."""
    least = math.gcd(*weights.values())
    ratio = {name: weight // least for name, weight in weights.items()}
    if sum(ratio.values()) >= 2**31:  # keeps rest × weight below 2⁶³; parts per million then
        ratio = {name: weight * PPM // sum(weights.values()) for name, weight in weights.items()}
    total = sum(ratio.values())
    whole, rest = np.divmod(amount, total)
    *names, last = ratio
    parts = {name: whole * ratio[name] + rest * ratio[name] // total for name in names}
    parts[last] = amount - sum(parts.values(), start=np.zeros_like(amount))
    return parts


def in_order(amount: Ints, weights: dict[str, int]) -> dict[str, Ints]:
    """The first level's money goes first: each takes what the sum so far leaves it, up to what it put in.

    The last takes the rest. ``amount`` fen [path, year], summed over the years path by path; ``weights`` contributions
    (fen) in the order listed.
    """
    so_far, parts = np.cumsum(amount, axis=1), dict[str, Ints]()
    before, last = 0, list(weights)[-1]
    for level, put_in in weights.items():
        reached = np.maximum(so_far - before, 0)
        part = reached if level == last else np.minimum(reached, put_in)
        parts[level] = np.diff(part, axis=1, prepend=0)
        before += put_in
    return parts


def budget(results: Any) -> Budget:
    """The year × level × line cost of a run."""
    scenario: Scenario = results.scenario
    cells: dict[tuple[str, str], Ints] = {}
    for name, pot in scenario.pots.items():
        for line, column, sign in _POT_LINES:
            amount = results.year_column(f"{column}_{name}_fen")
            share = in_order if pot.attribution == "order" and column != "interest" else divide
            for level, part in share(amount, level_weights(pot)).items():
                _add(cells, (level, line), sign * part)
    for name, programme in scenario.programmes.items():
        own: dict[str, int] = {programme.level: 1}
        levels = own if programme.pot is None else level_weights(scenario.pots[programme.pot])
        for level, part in divide(subsidy(results, name), levels).items():
            _add(cells, (level, name), part)
    for name, payer in scenario.payers.items():
        if payer.public and not payer.accounts:  # a public guarantor or insurer pays from its own books
            _add(cells, ("city", "compensation"), results.year_column(f"paid_{name}_fen"))
            _add(cells, ("city", "recovery"), -results.year_column(f"back_{name}_fen"))
            if any(mode.claim.provisional for mode in scenario.modes.values()):
                _add(cells, ("city", "recovery"), -results.year_column(f"returned_{name}_fen"))
    if scenario.fees:
        _add(cells, ("city", "fees"), -fees(results))
    if scenario.linkage:
        pot = scenario.pots[scenario.linkage.pot]
        for level, part in divide(results.year_column("option_pot_fen"), level_weights(pot)).items():
            _add(cells, (level, "option"), -part)
    years = next(iter(cells.values())).shape[1] if cells else -(-scenario.clock.months // 12) + 1
    return Budget(cells, results.n, years)


def _add(cells: dict[tuple[str, str], Ints], key: tuple[str, str], amount: Ints) -> None:
    cells[key] = cells[key] + amount if key in cells else amount.astype(np.int64)


def spread(amount: Ints, share: float = 0.95) -> list[tuple[float, float]]:
    """Mean and quantile over the paths (fen), year by year and of the total last."""
    columns = [*amount.T, amount.sum(axis=1)]
    return [(float(np.mean(each)), float(np.quantile(each, share, method="inverted_cdf"))) for each in columns]


def present_value(cost: Ints, discount: int) -> Floats:
    """Per path, discounted to day 0 at a flat yearly rate (ppm), each year's cost at its middle.

    The run-off counts as the year after the window.
    """
    factors = (1 + discount / PPM) ** -(np.arange(cost.shape[1]) + 0.5)
    return np.asarray(cost @ factors, dtype=np.float64)


def subsidy(results: Any, name: str) -> Ints:
    """What a programme paid less what an audit brought back, by path and year."""
    paid: Ints = results.year_column(f"subsidy_{name}_fen")
    return paid - results.year_column(f"reclaimed_{name}_fen") if results.scenario.audit else paid


def fees(results: Any) -> Ints:
    """What public guarantors without a pot receive from others less what they pay, by path and year."""
    scenario = results.scenario
    total = np.zeros((results.n, -(-scenario.clock.months // 12) + 1), dtype=np.int64)
    for name, fee in scenario.fees.items():
        sign = int(scenario.payers[fee.to].public) - int(scenario.payers[fee.from_].public)
        total += sign * results.year_column(f"fee_{name}_fen")
    return total


def subsidies(results: Any) -> Ints:
    """All subsidies, less what came back, by path and year."""
    names = results.scenario.programmes
    empty = np.zeros((results.n, -(-results.scenario.clock.months // 12) + 1), dtype=np.int64)
    return sum((subsidy(results, name) for name in names), start=empty)
