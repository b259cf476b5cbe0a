"""Errors of law planted in the story: limits, facts of firms and banks, breakers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import simulator.engine.story.breaker as breaker
import simulator.engine.story.cashier as cashier
import simulator.engine.story.chains as chains
import simulator.engine.story.lending as lending
import simulator.engine.story.pots as pots
import simulator.engine.story.rights as rights
from simulator.engine import layout as at
from simulator.engine.day import NEVER
from simulator.engine.rules import for_days
from simulator.engine.story.records import Claim, Due
from simulator.engine.tables import Tables

Patch = pytest.MonkeyPatch


def _changed(tables: Tables, **arrays: np.ndarray) -> Tables:
    return replace(tables, law=replace(tables.law, **arrays))


def bank_year_of_all(tables: Tables) -> Tables:
    """A limit by bank and year is shared by all banks."""
    kinds = tables.law.counters.copy()
    kinds[kinds == at.PER_BANK_YEAR] = at.PER_YEAR
    return _changed(tables, counters=kinds)


def origination_unlimited(tables: Tables) -> Tables:
    """Covered principal has no limit at origination."""
    limits = tables.law.origin.copy()
    limits[:, at.ORIGIN_LIMIT] = at.ALWAYS
    return _changed(tables, origin=limits)


def origination_by_loan(tables: Tables) -> Tables:
    """A firm's limit of a year is each loan's."""
    limits = tables.law.origin.copy()
    limits[:, at.ORIGIN_PER] = at.PER_LOAN
    return _changed(tables, origin=limits)


def banks_joined_later(tables: Tables) -> Tables:
    """A bank's years in the scheme start half a year late."""
    facts = tables.law.bank_facts.copy()
    facts[:, 0] += 180
    return _changed(tables, bank_facts=facts)


def second_slot_forgotten(tables: Tables) -> Tables:
    """The fifth flag is nobody's."""
    shares = tables.law.flags.copy()
    shares[4:] = 0.0
    return _changed(tables, flags=shares)


def facts_of_targets_forgotten(tables: Tables) -> Tables:
    """A target counts loans of all firms."""
    targets = tables.law.targets.copy()
    targets[:, at.TARGET_FLAGS] = 0
    return _changed(tables, targets=targets)


def targets_of_all_loans(tables: Tables) -> Tables:
    """A target for covered loans counts the others too."""
    targets = tables.law.targets.copy()
    targets[:, at.TARGET_COVERED] = 0
    return _changed(tables, targets=targets)


def one_right_counts(tables: Tables) -> Tables:
    """A mixed pledge takes one right of the supply only."""
    taken = tables.law.ip_rights.copy()
    taken[:, 1] = taken[:, 0]
    return _changed(tables, ip_rights=taken)


def whole_pledge_covered(tables: Tables) -> Tables:
    """The fund covers the portion of the other right too."""
    return _changed(tables, ip_part=np.full_like(tables.law.ip_part, 1_000_000))


def appraisers_without_end(tables: Tables) -> Tables:
    """Agencies appraise whatever comes."""
    return _changed(tables, appraisals=np.full_like(tables.law.appraisals, at.ALWAYS))


def rights_kept(patch: pytest.MonkeyPatch) -> None:
    """A repaid loan's right stays pledged."""
    real = rights.RightsDesk.take
    patch.setattr(rights.RightsDesk, "take", lambda self, loan, change: real(self, loan, max(change, 0)))


def commitments_without_end(tables: Tables) -> Tables:
    """Banks lend beyond what they have committed to."""
    facts = tables.law.bank_facts.copy()
    facts[:, 2] = at.ALWAYS
    return _changed(tables, bank_facts=facts)


def gains_without_the_pot(tables: Tables) -> Tables:
    """The investor keeps its whole gain."""
    linkage = tables.law.linkage.copy()
    linkage[at.LINK_POT_SHARE] = 0.0
    return _changed(tables, linkage=linkage)


def line_of_nothing(tables: Tables) -> Tables:
    """A part of the line is read as a part of the balance."""
    rows = tables.law.rows.copy()
    for c in range(at.MAX_CAPS):
        place = at.CAP + c * at.CAP_FIELDS + at.CAP_MEASURE
        rows[rows[:, place] == at.M_LINE, place] = at.M_BALANCE
    return _changed(tables, rows=rows)


def anchor_not_asked(tables: Tables) -> Tables:
    """Rows hold whether or not the anchor stands."""
    rows = tables.law.rows.copy()
    rows[:, at.ANCHOR_MASK] = at.ALWAYS
    return _changed(tables, rows=rows)


def refunds_ignored(tables: Tables) -> Tables:
    """A breaker on what was paid net does not take refunds off."""
    rules = tables.law.breakers.copy()
    net = rules[:, at.B_NUM] == at.NUM_PAID_NET
    rules[net, at.B_NUM] = at.NUM_PAID
    return _changed(tables, breakers=rules)


def rolling_by_year(tables: Tables) -> Tables:
    """A rolling year is read as the calendar year."""
    rules = tables.law.breakers.copy()
    rolling = rules[:, at.B_WINDOW] == at.WINDOW_ROLLING
    rules[rolling, at.B_WINDOW] = at.WINDOW_YEAR
    return _changed(tables, breakers=rules)


def claims_gross(tables: Tables) -> Tables:
    """What came in before a claim is not taken off it, nor is a bank's recovery counted from default."""
    rows = tables.law.modes.copy()
    rows[:, at.NET_BASE] = 0
    return _changed(tables, modes=rows)


def paid_at_once(tables: Tables) -> Tables:
    """Claims are final from the start."""
    rows = tables.law.modes.copy()
    rows[:, at.PROVISIONAL] = at.NO_LIMIT
    return _changed(tables, modes=rows)


def no_interest(tables: Tables) -> Tables:
    """The loss is principal alone."""
    rows = tables.law.modes.copy()
    rows[:, at.INTEREST_DAYS] = 0
    return _changed(tables, modes=rows)


def escrow_spent(patch: Patch) -> None:
    """Money put aside is used for other claims."""
    patch.setattr(pots.Pot, "available", property(lambda pot: max(0, pot.cash - pot.law.floor)))


def escrow_lends(patch: Patch) -> None:
    """Money put aside counts as free."""
    patch.setattr(pots.Pot, "free", property(lambda pot: pot.cash - pot.pending))


def rest_forgotten(patch: Patch) -> None:
    """What waits for the settlement is not counted as owed."""
    owe = cashier.Cashier.owe

    def lighter(self: cashier.Cashier, claim: Claim, payer: int, creditor: int, amount: int, day: int, row: int,
                escrow: bool = False) -> list[Due]:
        dues = owe(self, claim, payer, creditor, amount, day, row, escrow)
        for due in dues:
            if day >= NEVER and due.reserve >= 0:
                self.purses.pots[due.reserve].pending -= due.unpaid
        return dues
    patch.setattr(cashier.Cashier, "owe", lighter)


def repaid_at_once(tables: Tables) -> Tables:
    """Principal is repaid at maturity."""
    segments = tables.law.segments.copy()
    segments[:, at.SEG_EVERY] = 0
    return _changed(tables, segments=segments)


def interest_on_all(patch: pytest.MonkeyPatch) -> None:
    """Interest is on the whole principal to the end."""
    patch.setattr(lending, "interest_until", lambda principal, rate, days, *_: for_days(principal, rate, days))


def repaid_and_keeps(patch: pytest.MonkeyPatch) -> None:
    """Who could not pay keeps what others repay it."""
    patch.setattr(chains.Chains, "make_good", lambda *_: 0)


def own_dues_wait(patch: pytest.MonkeyPatch) -> None:
    """What others repay does not go to the creditor whose due waits."""
    patch.setattr(chains.Chains, "pay_own", lambda *_: 0)


def endless_capital(tables: Tables) -> Tables:
    """Payers without a pot always pay."""
    rows = tables.law.payers.copy()
    rows[:, at.CAPITAL] = at.NO_LIMIT
    return _changed(tables, payers=rows)


def measured_today(patch: Patch) -> None:
    """A cap follows today's cover, not that of the last month end."""
    def now(self: breaker.Breakers) -> breaker.Tally:
        return self.all[self.world.whole[at.MEASURE_TALLY]].tallies[0]
    patch.setattr(breaker.Breakers, "last_month", now)


def paid_all_the_same(patch: Patch) -> None:
    """A breaker that stops payment is ignored by the cashier."""
    def never(self: cashier.Cashier, due: Due) -> bool:
        return False
    patch.setattr(cashier.Cashier, "is_held_back", never)
