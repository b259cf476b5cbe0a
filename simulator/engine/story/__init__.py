"""The story engine: one path told event by event, a SimPy process per loan (docs/engine.md).

It shares the law's tables, the chance and the scalar rules with the compiled engine, and nothing else: the
order of business is written twice, and the two must agree on every loan, due and column.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from simulator.chance.factors import cumulative_hazard
from simulator.engine import layout as at
from simulator.engine.day import tick
from simulator.engine.ledger import (
    P_BOOK, P_BOOK_LOANS, P_EXHAUSTED, P_IN_WINDOW, P_NET_PEAK, P_OPEN, P_OPEN_LOANS, P_PEAK_USE, P_QUEUE_DAYS,
    P_SUSPENDED, P_SUSPENDED_DAYS, P_UNPAID,
)
from simulator.engine.story.breaker import Breakers
from simulator.engine.story.calendar import CalendarDesk
from simulator.engine.story.cashier import Cashier
from simulator.engine.story.claims import ClaimsOffice
from simulator.engine.story.clusters import ClusterDesk
from simulator.engine.story.lending import LendingDesk
from simulator.engine.story.pots import Purses
from simulator.engine.story.records import LoanState, Story
from simulator.engine.story.rights import RightsDesk
from simulator.engine.story.subsidies import SubsidyDesk
from simulator.engine.story.world import World
from simulator.engine.tables import Tables

SUSPENSION_DAYS = 30

__all__ = ["Story", "run_story"]


def run_story(tables: Tables, seed: int, path: int, record: bool = True) -> Story:
    """Tell one path from the opening book to the end of the run-off.

    ``record`` keeps the ledger and the log. Raises AssertionError when money is not conserved.
    """
    world = World(tables, seed, path, record)
    breakers = Breakers(world)
    purses = Purses(world)
    cashier = Cashier(world, purses, breakers)
    hazard = _hazard(world)
    clusters = ClusterDesk(world, hazard)
    subsidies = SubsidyDesk(world, purses)
    rights = RightsDesk(world, purses, clusters)
    claims = ClaimsOffice(world, purses, cashier, breakers, clusters, subsidies, rights)
    CalendarDesk(world, subsidies)
    LendingDesk(world, purses, breakers, claims, subsidies, clusters, rights, hazard)
    world.env.run(until=tick(world.last + 1, 0))
    clusters.close()
    purses.close()
    _sum_up(world, purses, cashier)
    if record:
        _check_ledger(world, purses)
    return Story(world.years, world.once, world.loans, world.dues, world.ledger, world.events, world.rules)


def _hazard(world: World) -> np.ndarray:
    """Cumulative hazard of this path by grade, sector and month."""
    whole, law = world.whole, world.law
    months, sectors = whole[at.N_HAZARD_MONTHS], whole[at.N_SECTORS]
    index = np.zeros((sectors + 1, months))
    hazard = np.zeros((whole[at.N_GRADES], sectors, months + 1))
    cumulative_hazard(world.seed, world.path, months, whole[at.FACTOR_STEP], law.real[at.PERSISTENCE],
                      law.factor_weights, law.stress, law.link, law.link_kind, index, hazard)
    world.index = index
    return hazard


def _sum_up(world: World, purses: Purses, cashier: Cashier) -> None:
    """The columns kept once a path."""
    still_open = [loan for loan in world.loans if loan.state not in (LoanState.REPAID, LoanState.CLOSED)]
    book = [loan for loan in world.loans if loan.book]
    first = cashier.first_shortfall
    values = {
        P_EXHAUSTED: purses.never(first), P_IN_WINDOW: int(first is not None and first < world.days),
        P_UNPAID: sum(due.unpaid for due in cashier.queue),
        P_QUEUE_DAYS: cashier.queue_days + sum(world.last - due.day for due in cashier.queue),
        P_SUSPENDED: int(purses.longest_refusal >= SUSPENSION_DAYS), P_SUSPENDED_DAYS: purses.longest_refusal,
        P_PEAK_USE: purses.peak_use, P_NET_PEAK: purses.most_outflow,
        P_OPEN_LOANS: len(still_open), P_OPEN: sum(loan.balance for loan in still_open),
        P_BOOK_LOANS: len(book), P_BOOK: sum(loan.opening for loan in book)}
    for column, value in values.items():
        world.set_once(column, value)
    for pot in purses.pots:
        world.set_pot_once(0, pot.number, purses.never(pot.exhausted))
        world.set_pot_once(1, pot.number, pot.cash if pot.least is None else pot.least)
        world.set_pot_once(2, pot.number, pot.cash)


def _check_ledger(world: World, purses: Purses) -> None:
    """Every account is the sum of its ledger rows."""
    sums: Counter[str] = Counter()
    for row in world.ledger:
        sums[row.account] += row.amount_fen
        if row.account and sums[row.account] != row.balance_after_fen:
            raise AssertionError(f"{row.account}: {sums[row.account]} is not {row.balance_after_fen}")
    for pot in purses.pots:
        if sums[pot.name] != pot.cash:
            raise AssertionError(f"{pot.name}: ledger {sums[pot.name]}, balance {pot.cash}")
