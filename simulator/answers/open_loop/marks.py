"""What one covered loan may cost the fund: its mark, by the engines' own rules for a single loan.

Chance of a loan's own (size, kind, bank, mode, proceeds …) is integrated over a scrambled Sobol sequence: a mark is
weighted by the bank's approval, so that only the gates are yes or no.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special
from scipy.stats import qmc

from simulator.chance.variates import normal_quantile, table_lookup
from simulator.engine.attributes import asked_amount, pick, relief_of, static_gate
from simulator.engine.day import MONTH, YEAR
from simulator.engine.layout import (
    BOOK_COVERED,
    BOOK_PRINCIPAL,
    BOOK_REMAINING,
    CAP,
    CAP_AMOUNT,
    CAP_COUNTER,
    CAP_FIELDS,
    CAP_MEASURE,
    CAP_PER,
    COUNTER_PPM,
    COVER_PPM,
    INTEREST_DAYS,
    KIND,
    KIND_POT,
    LAG,
    M_AMOUNT,
    MAX_CAPS,
    MODE_ROW,
    MODE_ROW_END,
    MORAL_K,
    MORAL_THRESHOLD,
    N_BOOK_DAYS,
    N_LAST,
    N_PAYERS,
    NOISE,
    OBSOLESCENCE,
    ORIGIN_LIMIT,
    OTHER_RECOVERY,
    OVERDUE,
    PAYER,
    PER_ORIGIN,
    PRIORITY,
    PRIORITY_END,
    RECOVERY_COST_PPM,
    REVIEW,
    SPLIT,
    SPLIT_COVERED_FIRST,
    SPLIT_PRO_RATA,
    WITHIN,
    WITHIN_PRIORITY,
    WITHIN_PRO_RATA,
)
from simulator.engine.rules import PPM, for_days, muldiv, of_ppm, share_loss
from simulator.engine.tables import Tables
from simulator.jit import kernel

MARKS = 1 << 13                # Sobol points of a segment
ELAPSED = 4                    # default within the 1st … 4th quarter of the term
HALF_YEARS = 14                # of default, from day 0 on; the last takes the rest
CELLS = ELAPSED * HALF_YEARS
(U_SIZE, U_CLASS, U_IP, U_TERM, U_BANK, U_MODE, U_DISTRICT, U_NOISE, U_OTHER, U_DELAY, U_ELAPSED, U_DATE) = range(12)
U_FLAGS = 12
(K_TERM, K_RELIEF, K_DELAY, K_BANK, K_MODE, K_COVERED) = range(6)
FACTS = 6


@dataclass(frozen=True)
class Marks:
    """Marks of a segment's covered loans on one day of the law: a row a Sobol point, those outside the gates left out.

    ``facts`` float64[n, FACTS]; ``paid`` and ``net`` float64[CELLS, n] (fen): what the fund pays for a default in each
    cell of (half-year, quarter of the term), and what of it is left when the recovery is in; ``points`` how many rows
    were asked for.
    """

    facts: np.ndarray
    paid: np.ndarray
    net: np.ndarray
    points: int


@kernel(_nrt=False)
def returned(law, mode, base, part, burden, facts, bounds, used, taken, fresh, before):
    """What of a recovery ``part`` comes back to the pots, if all who took over have paid."""
    lender = law.whole[N_PAYERS]
    rest, pots = part, 0
    if law.modes[mode, WITHIN] == WITHIN_PRIORITY:
        for k in range(law.modes[mode, PRIORITY], law.modes[mode, PRIORITY_END]):
            p = law.priority[k]
            fresh[p] = min(rest, burden[p])
            rest -= fresh[p]
            if p < lender and law.payers[p, KIND] == KIND_POT:
                pots += fresh[p]
        return pots
    if law.modes[mode, WITHIN] == WITHIN_PRO_RATA:
        for p in range(lender):
            fresh[p] = muldiv(burden[p], part, base)
            rest -= fresh[p]
    else:
        for c in range(len(used)):
            used[c] = 0
        share_loss(law, mode, base - part, facts, bounds, used, taken, fresh, before)
        for p in range(lender):
            fresh[p] = min(rest, max(0, burden[p] - fresh[p]))
            rest -= fresh[p]
    fresh[lender] = min(rest, burden[lender])
    rest -= fresh[lender]
    for p in range(lender):
        more = min(rest, burden[p] - fresh[p])
        rest -= more
        if law.payers[p, KIND] == KIND_POT:
            pots += fresh[p] + more
    return pots


@kernel(_nrt=False)
def proceeds(law, u, ip, principal, mode, elapsed, waited):
    """Gross proceeds of a default ``elapsed`` days into the loan, sold ``waited`` days after it."""
    sigma = law.real[NOISE]
    noise = math.exp(sigma * normal_quantile(u[U_NOISE]) - 0.5 * sigma * sigma)
    kept = math.exp(math.log(1.0 - law.real[OBSOLESCENCE]) * ((elapsed + waited) / YEAR))
    worth = (principal * PPM // law.pledge[ip]) * law.ip_factor[ip] * kept * noise
    worth += principal * law.real[OTHER_RECOVERY] * 2.0 * u[U_OTHER]
    return min(principal, int(worth) + of_ppm(principal, law.modes[mode, COUNTER_PPM]))


@kernel(_nrt=False)
def covered_share(law, mode, net, covered, principal):
    """The covered part's share of net proceeds."""
    if law.modes[mode, SPLIT] == SPLIT_PRO_RATA:
        return muldiv(covered, net, principal)
    if law.modes[mode, SPLIT] == SPLIT_COVERED_FIRST:
        return min(net, covered)
    return max(0, net - (principal - covered))


@kernel(_nrt=False)
def fill_caps(law, mode, covered, bounds):
    """Caps of a first claim; those that follow a measure are left open (the rules say so)."""
    first = law.modes[mode, MODE_ROW]
    for r in range(first, law.modes[mode, MODE_ROW_END]):
        for c in range(MAX_CAPS):
            at = CAP + c * CAP_FIELDS
            bound = law.rows[r, at + CAP_AMOUNT]
            if law.rows[r, at + CAP_PER] == PER_ORIGIN:
                bound = min(covered, law.origin[law.rows[r, at + CAP_COUNTER], ORIGIN_LIMIT])
            elif law.rows[r, at + CAP_MEASURE] != M_AMOUNT:
                bound = 1 << 60
            bounds[(r - first) * MAX_CAPS + c] = bound


@kernel(_nrt=False)
def lag_of(law, mode):
    """Days from determination to the fund's payment: the longest lag of a row of a pot."""
    lag = 0
    for r in range(law.modes[mode, MODE_ROW], law.modes[mode, MODE_ROW_END]):
        if law.payers[law.rows[r, PAYER], KIND] == KIND_POT:
            lag = max(lag, law.rows[r, LAG])
    return law.modes[mode, REVIEW] + lag


@kernel(_nrt=False)
def wish_of(law, segment, u, day, fixed):
    """(principal, covered, term, ip, class, district, flags, bank, mode) of one application.

    ``fixed``: a loan of a fixed book, which nobody asks about and whose amount is given.
    """
    ip, firm_class = pick(law.ip_cum[segment], u[U_IP]), pick(law.class_cum, u[U_CLASS])
    district, bank = pick(law.district_cum, u[U_DISTRICT]), pick(law.bank_cum, u[U_BANK])
    flags = 0
    for n in range(len(law.flags)):
        if u[U_FLAGS + n] < law.flags[n]:
            flags |= 1 << n
    if fixed:
        amount = law.whole[BOOK_PRINCIPAL]
        return amount, amount * law.whole[BOOK_COVERED], law.whole[BOOK_REMAINING], 0, firm_class, district, flags, 0, 0
    term = law.term_days[segment, pick(law.term_cum[segment], u[U_TERM])]
    mode = pick(law.mode_cum[segment], u[U_MODE])
    amount = asked_amount(law, segment, u[U_SIZE])
    reason, principal, covered = static_gate(law, segment, ip, firm_class, district, flags, mode, amount, term, day)
    return principal, 0 if reason >= 0 else covered, term, ip, firm_class, district, flags, bank, mode


@kernel
def mark_loans(law, segment, points, day, rate, fixed, facts, paid, net):
    """One mark a row of ``points``: facts float64[n, FACTS], paid and net float64[CELLS, n] (fen)."""
    parties = law.whole[N_PAYERS] + 1
    rows, counters = max(1, len(law.rows)), len(law.counters)
    scratch = np.zeros(3 * parties + 2 * rows * MAX_CAPS + counters, np.int64)
    burden, fresh, before = scratch[:parties], scratch[parties:2 * parties], scratch[2 * parties:3 * parties]
    bounds = scratch[3 * parties:3 * parties + rows * MAX_CAPS]
    taken = scratch[3 * parties + rows * MAX_CAPS:3 * parties + 2 * rows * MAX_CAPS]
    used = scratch[3 * parties + 2 * rows * MAX_CAPS:]
    for i in range(len(points)):
        u = points[i]
        principal, covered, term, ip, firm_class, district, flags, bank, mode = wish_of(law, segment, u, day, fixed)
        lag = lag_of(law, mode)
        facts[i, K_TERM], facts[i, K_COVERED], facts[i, K_BANK], facts[i, K_MODE] = term, covered, bank, mode
        facts[i, K_RELIEF] = relief_of(law.modes[mode, COVER_PPM], covered, principal)
        facts[i, K_DELAY] = law.modes[mode, OVERDUE] + lag
        if covered == 0:
            continue
        base = covered + for_days(covered, rate, law.modes[mode, INTEREST_DAYS])
        asked = (principal, term, ip, firm_class, district, flags, 0, law.bank_facts[bank, 1], covered, 1)
        fill_caps(law, mode, covered, bounds)
        for c in range(counters):
            used[c] = 0
        share_loss(law, mode, base, asked, bounds, used, taken, burden, before)
        gross = 0
        for p in range(parties - 1):
            if law.payers[p, KIND] == KIND_POT:
                gross += burden[p]
        delay = max(1, int(table_lookup(law.delay, u[U_DELAY])))
        for cell in range(CELLS):
            elapsed = (cell % ELAPSED + u[U_ELAPSED]) * term / ELAPSED
            claimed = (cell // ELAPSED + u[U_DATE]) * 6 * MONTH + law.modes[mode, OVERDUE]
            back = 0
            if claimed + delay <= law.whole[N_LAST] and gross > 0:
                got = proceeds(law, u, ip, principal, mode, elapsed, law.modes[mode, OVERDUE] + delay)
                part = covered_share(law, mode, got - of_ppm(got, law.whole[RECOVERY_COST_PPM]), covered, principal)
                if part > 0:
                    back = returned(law, mode, base, part, burden, asked, bounds, used, taken, fresh, before)
            paid[cell, i] = gross - (back if delay <= lag else 0)
            net[cell, i] = gross - back


def points_of(flags: int, seed: int, n: int = MARKS) -> np.ndarray:
    """Scrambled Sobol points of a loan's own chance: float64[n, U_FLAGS + flags], inside (0, 1)."""
    points = qmc.Sobol(U_FLAGS + flags, seed=seed).random(n)
    return np.clip(points, 2.0**-33, 1 - 2.0**-33)


def marks_of(tables: Tables, segment: int, day: int, seed: int, fixed: bool = False) -> Marks:
    """Marks of a segment's covered loans made on ``day``; ``fixed`` those of a fixed opening book."""
    law = tables.law
    points = points_of(len(law.flags), seed)
    facts = np.zeros((len(points), FACTS))
    paid, net = np.zeros((CELLS, len(points))), np.zeros((CELLS, len(points)))
    rate = int(law.rates[(day + int(law.whole[N_BOOK_DAYS])) // MONTH])
    mark_loans(law, segment, points, day, rate, fixed, facts, paid, net)
    kept = facts[:, K_COVERED] > 0
    return Marks(facts[kept], np.ascontiguousarray(paid[:, kept]), np.ascontiguousarray(net[:, kept]), len(points))


def approved(tables: Tables, marks: Marks) -> np.ndarray:
    """Chance that the bank lends, by mark."""
    law = tables.law
    bank, mode = marks.facts[:, K_BANK].astype(int), marks.facts[:, K_MODE].astype(int)
    line = law.bank_base[bank] + law.bank_slope[bank] * marks.facts[:, K_RELIEF] + law.bank_income[bank, mode]
    chance: np.ndarray = special.expit(line)
    return chance


def multiples(tables: Tables, marks: Marks) -> np.ndarray:
    """Multiple of the hazard, by mark: moral hazard."""
    over = np.maximum(0.0, marks.facts[:, K_RELIEF] - tables.law.whole[MORAL_THRESHOLD] / PPM)
    found: np.ndarray = 1.0 + tables.law.real[MORAL_K] * over
    return found
