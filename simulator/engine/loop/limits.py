"""Limits of the compiled engine: counters shared by claims, caps that follow a measure, limits at origination."""

from __future__ import annotations

from simulator.engine.attributes import bank_years
from simulator.engine.layout import (
    CAP, CAP_AMOUNT, CAP_COUNTER, CAP_FIELDS, CAP_MEASURE, CAP_PCT, CAP_PER, CL_LINE, M_AMOUNT, M_BALANCE, M_ENDED,
    M_IN_FORCE, M_LINE,
    MAX_CAPS, MEASURE_TALLY, MODE_ROW, MODE_ROW_END, N_ACCOUNTS, N_CALENDAR, ORIGIN_LIMIT, ORIGIN_PER, PAYER,
    PER_BANK_YEAR, PER_CLUSTER, PER_FIRM, PER_FIRM_YEAR, PER_LIFE, PER_LIMIT, PER_ORIGIN, PER_YEAR,
)
from simulator.engine.loop.clusters import limit_used
from simulator.engine.loop.dues import account_at
from simulator.engine.loop.state import (
    J_ANCHOR, L_CLAIM, L_CLUSTER, K_ENDED, K_GIVEN, K_IN_FORCE, L_BANK, L_BOOK, L_CLASS, L_COVERED, L_DISTRICT, L_FLAGS,
    L_IP, L_MODE, L_PRINCIPAL, L_SLOT, L_START, L_TERM,
)
from simulator.engine.rules import PPM, holds, muldiv
from simulator.jit import inlined, kernel


@kernel(_nrt=False)
def counter_key(law, counter, slot, bank, year, cluster):
    """Cell of a counter for a borrower, bank, calendar year and cluster; −1 for one that lives within a loan."""
    kind = law.counters[counter]
    key = -1
    if kind == PER_FIRM:
        key = slot
    elif kind == PER_FIRM_YEAR:
        key = slot * law.whole[N_CALENDAR] + year
    elif kind == PER_BANK_YEAR:
        key = bank * law.whole[N_CALENDAR] + year
    elif kind == PER_YEAR:
        key = year
    elif kind == PER_LIFE:
        key = 0
    elif kind == PER_CLUSTER:
        key = cluster
    return key


@kernel(_nrt=False)
def load_counters(law, st, loan, day, own):
    """Fill ``used`` for a loan: what its counters hold, less what it booked itself (``own`` claim or −1)."""
    for c in range(len(law.counters)):
        key = counter_key(law, c, st.loans[loan, L_SLOT], st.loans[loan, L_BANK], day // 360,
                          st.loans[loan, L_CLUSTER])
        st.used[c] = 0
        if law.counters[c] & PER_LIMIT == PER_LIMIT:
            st.used[c] = limit_used(law, st, loan, c, st.loans[loan, L_CLAIM], own)
        if key >= 0:
            st.used[c] = st.counters[c, key]
            if own >= 0:
                st.used[c] -= st.booked[own, c]


@kernel(_nrt=False)
def store_counters(law, st, loan, day, claim, own):
    """Write the counters back and remember what the claim booked in them."""
    for c in range(len(law.counters)):
        key = counter_key(law, c, st.loans[loan, L_SLOT], st.loans[loan, L_BANK], day // 360,
                          st.loans[loan, L_CLUSTER])
        if key >= 0:
            held = st.counters[c, key] - (st.booked[claim, c] if own >= 0 else 0)
            st.booked[claim, c] = st.used[c] - held
            st.counters[c, key] = st.used[c]


@kernel(_nrt=False)
def insure(law, st, loan):
    """Fix what each limit at origination lets a loan cover; a firm's year is used up in order of disbursement.

    Loans of the opening book have a limit of their own and use up nobody's year.
    """
    n = st.loans[loan]
    mode, calendar = n[L_MODE], law.whole[N_CALENDAR]
    for k in range(len(law.origin)):
        st.insured[loan, k] = -1
    for r in range(law.modes[mode, MODE_ROW], law.modes[mode, MODE_ROW_END]):
        row = law.rows[r]
        for c in range(MAX_CAPS):
            k = row[CAP + c * CAP_FIELDS + CAP_COUNTER]
            if (row[CAP + c * CAP_FIELDS + CAP_PER] == PER_ORIGIN and st.insured[loan, k] < 0
                    and holds(row, n[L_PRINCIPAL], n[L_TERM], n[L_IP], n[L_CLASS], n[L_DISTRICT], n[L_FLAGS])):
                limit = law.origin[k, ORIGIN_LIMIT]
                yearly = law.origin[k, ORIGIN_PER] == PER_FIRM_YEAR and n[L_BOOK] == 0
                cell = k * calendar + max(n[L_START], 0) // 360
                if yearly:
                    limit = max(0, limit - st.insured_year[n[L_SLOT], cell])
                st.insured[loan, k] = min(n[L_COVERED], limit)
                if yearly:
                    st.insured_year[n[L_SLOT], cell] += st.insured[loan, k]


@kernel(_nrt=False)
def measured(law, st, payer, district, cluster, measure):
    """What a cap is a part of: the balance behind a payer, the chain's line, or cover at the last month end (fen)."""
    if measure == M_LINE:
        return law.clusters[cluster, CL_LINE] if cluster >= 0 else 0
    if measure == M_BALANCE:
        total = 0
        for n in range(law.payers[payer, N_ACCOUNTS]):
            a = account_at(law, payer, n, district)
            if a >= 0:
                total += st.cash[a]
        return total
    tally = st.opening[law.whole[MEASURE_TALLY], 0]
    if measure == M_IN_FORCE:
        return tally[K_IN_FORCE]
    return tally[K_ENDED] if measure == M_ENDED else tally[K_GIVEN]


@kernel(_nrt=False)
def fill_bounds(law, st, loan, claim):
    """Each cap of the loan's mode in fen on the day of determination; a recovery's restatement uses the same."""
    n = st.loans[loan]
    first = law.modes[n[L_MODE], MODE_ROW]
    for r in range(first, law.modes[n[L_MODE], MODE_ROW_END]):
        row = law.rows[r]
        for c in range(MAX_CAPS):
            at = CAP + c * CAP_FIELDS
            bound = row[at + CAP_AMOUNT]
            if row[at + CAP_PER] == PER_ORIGIN:
                bound = max(0, st.insured[loan, row[at + CAP_COUNTER]])
            elif row[at + CAP_MEASURE] != M_AMOUNT:
                whole = measured(law, st, row[PAYER], n[L_DISTRICT], n[L_CLUSTER], row[at + CAP_MEASURE])
                bound = muldiv(row[at + CAP_PCT], whole, PPM)
            st.bounds[claim, (r - first) * MAX_CAPS + c] = bound


@inlined
def anchor_stands(st, cluster, day):
    """1 while the anchor of a loan's chain has not failed; 0 after, and for a loan without one."""
    return int(cluster >= 0 and st.cluster[cluster, J_ANCHOR] > day)


@kernel(_nrt=False)
def facts_of(law, st, loan, day):
    """Facts a condition may ask for: frozen at origination, but for the bank's on ``day`` of determination."""
    n = st.loans[loan]
    bank = n[L_BANK]
    return (n[L_PRINCIPAL], n[L_TERM], n[L_IP], n[L_CLASS], n[L_DISTRICT], n[L_FLAGS], bank_years(law, bank, day),
            law.bank_facts[bank, 1], n[L_COVERED], anchor_stands(st, n[L_CLUSTER], day))
