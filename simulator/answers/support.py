"""Where the subsidies go, what they leave unmet or avoid, and whether promised spending is reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from . import fiscal
from .estimate import Estimate, mean_ci, proportion_ci

if TYPE_CHECKING:
    from .measure import Key

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def payees(results: Any) -> dict[str, Ints]:
    """Subsidies paid, by who received them, as [path, year]; an investor only where it is local."""
    found: dict[str, Ints] = {}
    for name, programme in results.scenario.programmes.items():
        payee = "firm" if programme.payee == "investor" else programme.payee
        paid = results.year_column(f"subsidy_{name}_fen")
        found[payee] = found[payee] + paid if payee in found else paid.astype(np.int64)
    if results.scenario.investments and "firm" in found:
        found["investor"] = results.year_column("subsidy_to_investors_fen")
        found["firm"] = found["firm"] - found["investor"]
    return found


def floors_kept(results: Any) -> dict[str, Bools]:
    """Per programme with a floor of spending: the years of the window in which its line reached it, [path, year]."""
    years, kept = -(-results.scenario.clock.months // 12), {}
    for name, programme in results.scenario.programmes.items():
        if programme.spend_floor is not None:
            line = [other for other, q in results.scenario.programmes.items() if q.line == programme.line]
            spent = sum(results.year_column(f"subsidy_{other}_fen") for other in line)
            kept[name] = np.asarray(spent[:, :years] >= programme.spend_floor)
    return kept


def measures(results: Any) -> Iterator[tuple[Key, Estimate]]:
    """What the answers tell of the programmes beside their cost."""
    scenario = results.scenario
    received = payees(results)
    if len(received) > 1:
        for payee, paid in received.items():
            yield ("subsidy_payee", payee), mean_ci(paid.sum(axis=1))
    for name, programme in scenario.programmes.items():
        if programme.envelope:
            yield ("unmet", name), mean_ci(results.column(f"unmet_{name}_fen"))
        if programme.exclusive:
            yield ("avoided", name), mean_ci(results.column(f"avoided_{name}_fen"))
    if scenario.audit:
        for key in ("improper", "reclaimed"):
            total = sum(results.column(f"{key}_{name}_fen") for name in scenario.programmes)
            yield (key, ""), mean_ci(np.asarray(total))
    if scenario.fees:
        yield ("fees", ""), mean_ci(fiscal.fees(results).sum(axis=1))
    if scenario.linkage:
        yield ("option", ""), mean_ci(results.column("option_pot_fen"))
    for name, kept in floors_kept(results).items():
        always = np.asarray(kept.all(axis=1))
        yield ("spend_floor", name), proportion_ci(int(np.count_nonzero(always)), len(always))
