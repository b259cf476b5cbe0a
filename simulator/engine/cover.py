"""What a mode takes off the bank, insures and guarantees: the shares at which cover is priced."""

from __future__ import annotations

import numpy as np

from simulator.engine import layout as at
from simulator.engine.day import YEAR
from simulator.engine.facts_table import combinations
from simulator.engine.layout import Law
from simulator.engine.rules import PPM, share_loss
from simulator.engine.terms_table import TermsTables
from simulator.scheme.scenario import Scenario


def measure_cover(law: Law, terms: TermsTables, scenario: Scenario, mean_loan: int) -> None:
    """Fill in each mode's shares (ppm) of a total loss of a mean loan, on average over flags and banks.

    Banks price cover, and premiums and fees are charged, at these shares; a cluster's reserve as of a full line.
    """
    banks = np.array([bank.weight for bank in scenario.banks.values()], float)
    for m, mode in enumerate(terms.modes):
        shares = np.zeros(3)
        for bits, chance in combinations(law.flags.tolist()):
            for bank, weight in enumerate(banks / banks.sum()):
                shares += chance * weight * np.array(_shares(law, terms, scenario, m, mean_loan, bits, bank))
        mode[[at.COVER_PPM, at.INSURED_PPM, at.GUARANTEED_PPM]] = np.floor(shares + 1e-6)


def _shares(law: Law, terms: TermsTables, scenario: Scenario, m: int, loan: int, bits: int, bank: int) -> list[int]:
    """(taken off the bank, insured, guaranteed) of a loan of a firm with these flags at a bank, ppm."""
    mode, parties = terms.modes[m], len(terms.names)
    rows = range(mode[at.MODE_ROW], mode[at.MODE_ROW_END])
    taken = np.zeros(max(1, len(terms.rows)), np.int64)
    burden, before = np.zeros(parties, np.int64), np.zeros(parties, np.int64)
    joined, performance = law.bank_facts[bank, :2].tolist()
    facts = (loan, YEAR, 0, 0, 0, bits, max(0, -joined) // YEAR, performance, loan, 1)
    share_loss(law, m, loan, facts, first_bounds(terms, rows, loan), _used(terms, scenario), taken, burden, before)
    moved = {kind: sum(int(taken[r - rows.start]) for r in rows
                       if scenario.payers[terms.names[terms.rows[r, at.PAYER]]].kind == kind)
             for kind in ("insurer", "guarantor")}
    return [int(x) * PPM // loan for x in (loan - burden[-1], moved["insurer"], moved["guarantor"])]


def _used(terms: TermsTables, scenario: Scenario) -> np.ndarray:
    """Counters before a first claim: nothing used, and a full line's deposits in the reserve."""
    reserve = max((g.line * g.reserve // PPM for g in scenario.collective.values()), default=0)
    return np.array([at.UNLIMITED - reserve if terms.holds_reserve(scenario, c) else 0
                     for c in range(len(terms.counters))], np.int64)


def first_bounds(terms: TermsTables, rows: range, loan: int) -> np.ndarray:
    """Caps of a first claim: those that follow a measure are taken not to bind."""
    bounds = np.zeros(at.MAX_CAPS * max(1, len(rows)), np.int64)
    for r in rows:
        for c in range(at.MAX_CAPS):
            figure, per, counter, _, measure = terms.rows[r, at.CAP + c * at.CAP_FIELDS:][:at.CAP_FIELDS].tolist()
            if per == at.PER_ORIGIN:
                figure = min(loan, int(terms.origin[counter, at.ORIGIN_LIMIT]))
            bounds[(r - rows.start) * at.MAX_CAPS + c] = figure if measure == at.M_AMOUNT else at.ALWAYS
    return bounds
