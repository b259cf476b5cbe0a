"""Money in and out of the pots: by hand on a pool, to the fen on every scheme that is shipped, and never else."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from simulator.answers.flows import DoesNotAddUp, flows
from simulator.runs import simulate
from simulator.scheme import list_scenarios, load
from tests.theory.agree import WAN, run, scheme


def test_a_pool_by_hand() -> None:
    """A fund of 100 亿 without interest bears the losses of 300 loans of 100 万; nothing comes back, the rest stays."""
    result = run(scheme("pool"), 50, seed=3)
    lost = 100 * WAN * result.column("covered_defaults").mean()
    found = flows(result)
    assert found is not None and found.enters == {"contributed": 10**12}
    assert found.leaves == pytest.approx({"compensation": lost, "balance": 10**12 - lost})
    assert found.through == 10**12 and lost > 0


def test_every_shipped_scheme_adds_up() -> None:
    """Sums are checked path by path while they are formed; the options of Harbin and Liaoning's returns are seen."""
    seen: set[str] = set()
    for _, _, path in list_scenarios():
        scenario = load(path)
        if scenario.abstract:
            continue
        found = flows(simulate(scenario, paths=8, seed=5, workers=2))
        assert (found is None) == (not scenario.pots)
        if found is not None:
            assert found.through == pytest.approx(sum(found.leaves.values()), abs=1e-3)
            seen |= found.enters.keys() | found.leaves.keys()
    assert seen >= {"contributed", "interest", "recovered", "option", "compensation", "returned", "balance"}


def test_money_drawn_by_subsidies_leaves_the_pot() -> None:
    """A subsidy paid from the pot is not left out of what leaves it, or the sums would not agree."""
    columns = {"contributed_city_fen": 100, "interest_city_fen": 0, "refund_city_fen": 0, "option_pot_fen": 0,
               "pot_paid_city_fen": 30, "drawn_city_fen": 20, "clawback_city_fen": 0, "balance_city_fen": 50}

    def made(**other: int) -> SimpleNamespace:
        told = columns | other
        layout = SimpleNamespace(yearly=lambda: [SimpleNamespace(name=name) for name in told], per_path=lambda: [])
        return SimpleNamespace(scenario=SimpleNamespace(pots={"city": None}), n=2,
                               tables=SimpleNamespace(layout=layout), column=lambda name: np.full(2, told[name]))

    found = flows(made())
    assert found is not None and found.leaves == {"compensation": 30, "subsidies": 20, "balance": 50}
    with pytest.raises(DoesNotAddUp):
        flows(made(balance_city_fen=51))
