"""Errors of law planted in the rules that both engines share: the twins are blind to them, cases and theory are not.

Run as a program without compilation: each check is made as the code is and again with the error planted, and a line of
JSON tells for which errors the check passed, and for which it then failed.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import tests.theory.test_hazard_engine as hazard
import tests.theory.test_recovery_engine as recovery
from simulator.engine import attributes, grants, rules
from simulator.engine import layout as at
from simulator.engine.ledger import RATE_TOO_HIGH
from tests.cases.test_cases import HERE, test_case

Function = Callable[..., Any]
CLAIM_DAY = 8                              # place of the claim's day among the arguments of ``recovery_of``


@dataclass(frozen=True)
class SharedError:
    """A wrong function in place of a right one, and the check that is to notice it."""

    name: str
    module: ModuleType
    function: str
    wrong: Callable[[Function], Function]
    check: Callable[[], None]


def case(name: str, number: int) -> Callable[[], None]:
    """The ``number``-th example of a worked case."""
    def check() -> None:
        with tempfile.TemporaryDirectory() as folder:
            test_case(HERE / f"{name}.yaml", number - 1, Path(folder))
    return check


def bullets() -> None:
    """The theory of defaults on 4,000 loans instead of a million: a coarse error is far outside its bounds."""
    hazard.LOANS, hazard.PATHS = 500, 8
    hazard.test_default_probability_of_a_bullet(360, 0.03)


def proceeds() -> None:
    """The theory of proceeds on some 1,000 defaults, where the principal caps most of them."""
    recovery.LOANS, recovery.PATHS = 400, 8
    recovery.test_mean_recovery_and_loss_given_default(*recovery.CASES[1])


# --- rules ---------------------------------------------------------------------------------------

def rounded_up(_: Function) -> Function:
    """A share of an amount is rounded up to the fen."""
    return lambda amount, ppm: -(-amount * ppm // rules.PPM)


def no_upper_end(_: Function) -> Function:
    """A layer of the loss goes on above its upper end."""
    def part(row: np.ndarray, base: int, principal: int) -> int:
        return base if row[at.LAYER] == at.LAYER_NONE else max(0, base - row[at.LAYER_FROM])
    return part


def loosest_cap(_: Function) -> Function:
    """Of two caps the wider one binds."""
    def room(row: np.ndarray, r: int, bounds: np.ndarray, used: np.ndarray) -> int:
        caps = [(c, row[at.CAP + c * at.CAP_FIELDS:]) for c in range(at.MAX_CAPS)]
        return max([max(0, bounds[r * at.MAX_CAPS + c] - used[cap[at.CAP_COUNTER]]) for c, cap in caps
                    if cap[at.CAP_PER] not in (at.PER_NONE, at.PER_ORIGIN)], default=at.ALWAYS)
    return room


def counted_as_paid(right: Function) -> Function:
    """A limit that stands before the share counts what is paid, not the loss it looks at."""
    def amount(row: np.ndarray, r: int, base: int, facts: Any, borne: int, bounds: np.ndarray, used: np.ndarray) -> int:
        before = used.copy()
        paid = right(row, r, base, facts, borne, bounds, used)
        used[:] = before
        rules.book(row, paid, used)
        return paid
    return amount


def no_stack(_: Function) -> Function:
    """The limit on all public money together is forgotten."""
    return lambda *_: None


def any_loan(_: Function) -> Function:
    """A row applies whatever its condition says."""
    return lambda *_: True


def each_time_anew(right: Function) -> Function:
    """A firm's yearly limit forgets what the firm has been granted."""
    return lambda programme, rate, base, given_year, given, since: right(programme, rate, base, 0, given, since)


# --- attributes ----------------------------------------------------------------------------------

def whole_pledge(right: Function) -> Function:
    """All of a loan is covered, not the part its rights secure."""
    def gate(*given: Any) -> tuple[int, int, int]:
        reason, principal, covered = right(*given)
        return reason, principal, principal if covered else 0
    return gate


def any_price(_: Function) -> Function:
    """Loans and guarantors may cost what they like."""
    return lambda *_: -1


def shut_at_the_limit(right: Function) -> Function:
    """A rate that equals its limit is too high."""
    return lambda law, rate, most, mode: RATE_TOO_HIGH if rate == most else right(law, rate, most, mode)


def twice_the_hazard(right: Function) -> Function:
    """Firms default twice as often."""
    return lambda line, start, u, multiple, never: right(line, start, u, 2.0 * multiple, never)


def at_once(right: Function) -> Function:
    """Proceeds arrive the day after the claim is determined."""
    def recover(*given: Any) -> Any:
        return right(*given)[0], given[CLAIM_DAY] + 1
    return recover


def half_as_much(right: Function) -> Function:
    """Pledged rights and other assets bring half of what they should."""
    def recover(*given: Any) -> Any:
        gross, day = right(*given)
        return gross // 2, day
    return recover


ERRORS = (
    SharedError("a share rounded up", rules, "of_ppm", rounded_up, case("chongqing", 3)),
    SharedError("no upper end of a layer", rules, "layer_part", no_upper_end, case("liaoning", 4)),
    SharedError("the wider of two caps", rules, "row_room", loosest_cap, case("counters", 10)),
    SharedError("limit counted as paid", rules, "row_amount", counted_as_paid, case("counters", 9)),
    SharedError("no stacking limit", rules, "apply_stack", no_stack, case("anhui_pool", 3)),
    SharedError("conditions ignored", rules, "holds", any_loan, case("jiangsu", 1)),
    SharedError("firm's yearly limit forgets", grants, "entitlement", each_time_anew, case("programmes", 4)),
    SharedError("whole loan covered", attributes, "static_gate", whole_pledge, case("liaoning", 1)),
    SharedError("any price", attributes, "price_gate", any_price, case("gate_fee", 2)),
    SharedError("shut at the limit itself", attributes, "price_gate", shut_at_the_limit, case("gate_price", 1)),
    SharedError("twice the hazard", attributes, "default_day", twice_the_hazard, bullets),
    SharedError("proceeds at once", attributes, "recovery_of", at_once, case("breaker_stock", 1)),
    SharedError("half the proceeds", attributes, "recovery_of", half_as_much, proceeds))


@contextmanager
def planted(error: SharedError) -> Iterator[None]:
    """The wrong function wherever the right one has been imported."""
    right = getattr(error.module, error.function)
    holders = [module for module in list(sys.modules.values()) if vars(module).get(error.function) is right]
    wrong = error.wrong(right)
    for module in holders:
        setattr(module, error.function, wrong)
    try:
        yield
    finally:
        for module in holders:
            setattr(module, error.function, right)


def passes(check: Callable[[], None]) -> bool:
    """Whether a check holds; anything but a failed comparison is a defect here."""
    try:
        check()
    except AssertionError:
        return False
    return True


def main() -> None:
    """Try every error and print what was noticed."""
    sound, noticed = [], []
    for error in ERRORS:
        if passes(error.check):
            sound.append(error.name)
        with planted(error):
            if not passes(error.check):
                noticed.append(error.name)
    print("\n" + json.dumps({"all": [error.name for error in ERRORS], "sound": sound, "noticed": noticed}))


if __name__ == "__main__":
    main()
