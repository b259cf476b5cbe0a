"""Facts of firms and banks, and the breakers, as integer tables."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date

import numpy as np

from simulator.engine import layout as at
from simulator.engine.terms_table import PERFORMANCE, TermsTables, flag_bits
from simulator.scheme.parts_fund import Breaker, Pot
from simulator.scheme.scenario import Scenario

PPM = 1_000_000
SCOPES = {"bank": at.SCOPE_BANK, "pot": at.SCOPE_POT, "scheme": at.SCOPE_SCHEME, "mode": at.SCOPE_MODE,
          "guarantor": at.SCOPE_GUARANTOR}
NUMERATORS = {"determined": at.NUM_DETERMINED, "paid": at.NUM_PAID, "npl": at.NUM_NPL, "paid_net": at.NUM_PAID_NET}
DENOMINATORS = {"in_force": at.DEN_IN_FORCE, "ended": at.DEN_ENDED, "disbursed": at.DEN_DISBURSED}
WINDOWS = {"stock": at.WINDOW_STOCK, "year_to_date": at.WINDOW_YEAR, "life": at.WINDOW_LIFE,
           "rolling_360": at.WINDOW_ROLLING}
CHECKS = {"month_end": 1, "quarter_end": 3, "year_end": 12}
EFFECTS = {"no_new_cover": at.NO_COVER, "no_payment": at.NO_PAYMENT}


def flag_shares(scenario: Scenario) -> np.ndarray:
    """Share of firms each flag is true of."""
    return np.array([share / PPM for share in scenario.firms.flags.values()], float)


def gate_flags(scenario: Scenario) -> tuple[int, int, int]:
    """Flags (bits) a borrower must have, those it must not have, and those of which it must have one."""
    names, gate = list(scenario.firms.flags), scenario.gate
    return flag_bits(gate.flags, names), flag_bits(gate.not_flags, names), flag_bits(gate.any_flags, names)


def firm_caps(scenario: Scenario) -> np.ndarray:
    """Most covered principal (fen) a firm of each grade may have in force: the lower of its limits."""
    gate = scenario.gate
    rows = [[cap for cap in (gate.firm_cap, gate.firm_cap_by_grade.get(grade)) if cap is not None]
            for grade in scenario.firms.grades]
    return np.array([min(row) if row else at.NO_LIMIT for row in rows], np.int64)


def rate_caps(scenario: Scenario, rates: np.ndarray) -> np.ndarray:
    """Highest rates (ppm) of covered loans made when loans cost ``rates``: as stated, or a margin on the reference."""
    gate, reference = scenario.gate, rates - scenario.lending.spread
    fixed = np.full(len(rates), at.ALWAYS if gate.rate is None else gate.rate, np.int64)
    return fixed if gate.rate_over_lpr is None else np.minimum(fixed, reference + gate.rate_over_lpr)


def bank_facts(scenario: Scenario, day: Callable[[date | None, int], int]) -> np.ndarray:
    """Day each bank joined the scheme, its performance by number, and the cover it has committed to (fen)."""
    rows = [[day(bank.joined, 0), PERFORMANCE.index(bank.performance),
             at.ALWAYS if bank.committed_line is None else bank.committed_line] for bank in scenario.banks.values()]
    return np.array(rows, np.int64).reshape(-1, 3)


def deposit_shares(scenario: Scenario, pot: Pot) -> dict[str, int]:
    """What part of a pot's money each bank holds, as weights; nothing without custody."""
    if pot.custody is None:
        return {}
    banks = {name: scenario.banks[name] for name in pot.custody.rates}
    return {name: (bank.committed_line or 0) if pot.custody.by == "committed_line" else bank.weight
            for name, bank in banks.items()}


def deposit_rate(scenario: Scenario, pot: Pot) -> int:
    """Yearly rate (ppm) a pot's money earns: the stated one, or the mean of the banks' by what each holds."""
    shares = deposit_shares(scenario, pot)
    if pot.custody is None or not sum(shares.values()):
        return pot.interest
    return sum(share * pot.custody.rates[name] for name, share in shares.items()) // sum(shares.values())


def _breaker(b: Breaker) -> list[int]:
    return [SCOPES[b.scope], NUMERATORS[b.num], DENOMINATORS[b.den], WINDOWS[b.window], b.min_loans, b.min_defaults,
            CHECKS[b.check], b.stop, b.resume, b.min_den, at.NO_LIMIT if b.warn is None else b.warn,
            EFFECTS[b.effect]]


def follows_measure(terms: TermsTables) -> bool:
    """Whether a cap is a part of cover in force, ended or given."""
    places = [at.CAP + c * at.CAP_FIELDS + at.CAP_MEASURE for c in range(at.MAX_CAPS)]
    return bool((terms.rows[:, places] > at.M_LINE).any())


def breaker_table(scenario: Scenario, terms: TermsTables) -> np.ndarray:
    """All breakers in order, then the tally of the whole scheme if a cap follows it."""
    rows = [_breaker(b) for b in scenario.all_breakers.values()]
    if follows_measure(terms):
        tally = [0] * at.BREAKER
        tally[at.B_SCOPE], tally[at.B_EFFECT] = at.SCOPE_SCHEME, at.COUNT_ONLY
        rows.append(tally)
    return np.array(rows, np.int64).reshape(-1, at.BREAKER)


def count_scopes(whole: np.ndarray, scenario: Scenario, terms: TermsTables) -> None:
    """How many breakers and scopes there are, where the measures are counted, and the last day rates are read."""
    breakers = scenario.all_breakers
    tally = follows_measure(terms)
    whole[at.N_BREAKERS] = len(breakers) + int(tally)
    whole[at.MEASURE_TALLY] = len(breakers) if tally else at.NOBODY
    whole[at.N_SCOPES] = max(len(scenario.pots), len(scenario.banks), len(scenario.modes), len(scenario.payers), 1)
    stops_payment = any(b.effect == "no_payment" for b in breakers.values())
    whole[at.LAST_CHECK] = whole[at.N_LAST] if stops_payment else whole[at.N_DAYS] - 1


def combinations(shares: list[float]) -> list[tuple[int, float]]:
    """Every combination of flags as bits, with its probability."""
    found = []
    for bits in range(1 << len(shares)):
        chance = math.prod(p if (bits >> n) & 1 else 1 - p for n, p in enumerate(shares))
        if chance > 0:
            found.append((bits, chance))
    return found
