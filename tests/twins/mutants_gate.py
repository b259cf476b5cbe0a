"""Errors of law planted in the story: the gate's limits on firms and prices, and parts of the grammar seldom used."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import simulator.engine.story.gates as gates
from simulator.engine import layout as at
from simulator.engine.story.records import Firm
from simulator.engine.tables import Tables

CONDITIONS = {at.AMOUNT_ABOVE: -1, at.AMOUNT_TO: at.ALWAYS, at.TERM_ABOVE: -1, at.TERM_TO: at.ALWAYS,
              at.CLASS_MASK: at.ALWAYS, at.DISTRICT_MASK: at.ALWAYS, at.FLAGS_WITH: 0, at.FLAGS_WITHOUT: 0,
              at.PERFORMANCE_MASK: at.ALWAYS}


def _changed(tables: Tables, **arrays: np.ndarray) -> Tables:
    return replace(tables, law=replace(tables.law, **arrays))


def _whole(tables: Tables, place: int, value: int) -> Tables:
    whole = tables.law.whole.copy()
    whole[place] = value
    return _changed(tables, whole=whole)


def firms_without_limit(tables: Tables) -> Tables:
    """A firm may have any amount of cover in force."""
    return _changed(tables, firm_caps=np.full_like(tables.law.firm_caps, at.NO_LIMIT))


def one_limit_for_all(tables: Tables) -> Tables:
    """The first grade's limit holds for every firm."""
    return _changed(tables, firm_caps=np.full_like(tables.law.firm_caps, tables.law.firm_caps[0]))


def whole_loans_in_force(patch: pytest.MonkeyPatch) -> None:
    """A firm's limit counts whole loans, not what of them is covered."""
    def principal(firm: Firm) -> int:
        return sum(loan.principal for loan in firm.live)
    patch.setattr(gates.GateKeeper, "in_force", staticmethod(principal))


def cut_too_far(patch: pytest.MonkeyPatch) -> None:
    """A loan is cut by a tenth too much."""
    patch.setattr(gates, "PPM", 900_000)


def any_rate(tables: Tables) -> Tables:
    """Loans may cost what they like."""
    return _changed(tables, rate_caps=np.full_like(tables.law.rate_caps, at.ALWAYS))


def any_fee(tables: Tables) -> Tables:
    """Guarantors may ask what they like."""
    return _whole(tables, at.MOST_GUARANTEE_FEE, at.NO_LIMIT)


def all_kinds_at_once(tables: Tables) -> Tables:
    """Of several kinds of firms only those that are all of them."""
    both = tables.law.whole[at.GATE_FLAGS] | tables.law.whole[at.GATE_ANY_FLAGS]
    return _whole(tables, at.GATE_FLAGS, both)


def subsidies_for_all(tables: Tables, *places: int) -> Tables:
    """Subsidies do not ask for some facts."""
    programmes = tables.law.programmes.copy()
    for place in places:
        programmes[:, place] = CONDITIONS[place]
    return _changed(tables, programmes=programmes)


def rows_for_all(tables: Tables, place: int) -> Tables:
    """Rows of the terms do not ask for a fact."""
    rows = tables.law.rows.copy()
    rows[:, place] = CONDITIONS[place]
    return _changed(tables, rows=rows)


def modes_of_everybody(tables: Tables) -> Tables:
    """Every segment's loans get the first segment's modes."""
    return _changed(tables, mode_cum=np.repeat(tables.law.mode_cum[:1], len(tables.law.mode_cum), axis=0))


def banks_alike(tables: Tables) -> Tables:
    """What a bank is awarded for cover does not move it."""
    slope = tables.law.bank_slope
    return _changed(tables, bank_slope=np.full_like(slope, slope.mean()))


def renewals_count(tables: Tables) -> Tables:
    """A target for new loans counts renewals too."""
    targets = tables.law.targets.copy()
    targets[:, at.TARGET_RENEWALS] = 1
    return _changed(tables, targets=targets)
