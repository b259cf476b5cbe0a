"""Programmes of the compiled engine that follow loans: entitlement, limits of the firm, then the envelopes."""

from __future__ import annotations

from simulator.chance.decisions import IMPROPER
from simulator.chance.philox import block
from simulator.engine.grants import (
    days_paid_for, entitlement, fee_due, is_better, is_open, left_in, programme_base, rate_on,
)
from simulator.engine.layout import (
    AUDIT_DELAY, AUDIT_IMPROPER, AUDIT_RECOVERED, BASE, BASE_COVERED, BASE_FIXED, BASE_PRINCIPAL, B_AVOIDED, B_DRAWN,
    B_FEE, B_IMPROPER, B_RECLAIMED, B_SUBSIDY, B_UNMET, ENVELOPE, ENVELOPE_2, EVENT, EXCLUSIVE, FIRM_BOOK, FLOOR_FEN,
    FROM_POT, HAS_HISTORY, NOBODY, N_CALENDAR, N_FEES, N_GROUPS, N_LAST, N_PROGRAMMES, ON_YEAR_END, PAYEE, PAYEE_FIRM,
    SEG_EVERY,
)
from simulator.engine.loop.cash import year_row
from simulator.engine.loop.state import (
    L_FLAGS, L_BANK, L_CLASS, L_COVERED, L_DISTRICT, L_ENTITY, L_GENERATION, L_IP, L_MODE, L_PRINCIPAL, L_RATE,
    L_REACHED, L_SEGMENT, L_SLOT, L_START, L_SUBSIDY, L_TERM, R_DIRTY, R_PATH, R_SEED,
)
from simulator.engine.rules import PPM, holds
from simulator.jit import kernel


@kernel(_nrt=False)
def pay_programmes(law, st, loan, event, day, y):
    """Every programme that pays on this event, in their order; first come, first served; of a group only one."""
    if law.support[N_GROUPS] > 0:
        choose_of_groups(law, st, loan, event, day)
    n = st.loans[loan]
    year = max(day, 0) // 360
    for q in range(law.whole[N_PROGRAMMES]):
        if law.programmes[q, EVENT] == event and applies(law, st, q, loan, day):
            due = due_of(law, st, q, loan, day, year)
            group = law.programmes[q, EXCLUSIVE]
            if group != NOBODY and st.winner[group] != q:
                st.years[y, law.support[B_AVOIDED] + q] += min(due, room_of(law, st, q, year))
                continue
            paid = take_envelope(law, st, q, year, due, y)
            st.granted[n[L_SLOT], law.programmes[q, FIRM_BOOK] * law.whole[N_CALENDAR] + year] += paid
            n[L_SUBSIDY] += paid
            if law.support[AUDIT_IMPROPER] > 0:
                audit(law, st, q, loan, paid, day, y)


@kernel(_nrt=False)
def applies(law, st, q, loan, day):
    """Whether a programme is for a loan today; firms it does not reach claim nothing, others are paid all the same."""
    n = st.loans[loan]
    return ((n[L_REACHED] == 1 or law.programmes[q, PAYEE] != PAYEE_FIRM)
            and is_open(law, q, day, n[L_IP], n[L_MODE], n[L_COVERED], n[L_PRINCIPAL], n[L_TERM], n[L_CLASS],
                        n[L_DISTRICT], n[L_FLAGS]))


@kernel(_nrt=False)
def due_of(law, st, q, loan, day, year):
    """What a programme owes on a loan after what its firm has had."""
    n, programme = st.loans[loan], law.programmes[q]
    days = days_paid_for(programme[EVENT], n[L_START], n[L_TERM], day)
    base = programme_base(law, programme, n[L_MODE], n[L_PRINCIPAL], n[L_COVERED], n[L_RATE], days, n[L_IP],
                          n[L_TERM], law.segments[n[L_SEGMENT], SEG_EVERY])
    first = programme[FIRM_BOOK] * law.whole[N_CALENDAR]
    since_first, before, given = 0, 0, 0
    if programme[HAS_HISTORY] == 1:
        for past in range(year + 1):
            amount = st.granted[n[L_SLOT], first + past]
            given += amount
            if amount > 0 and past < year:
                before += 1
                since_first = max(since_first, year - past)
    rate = rate_on(law, programme, day, since_first, before)
    return entitlement(programme, rate, base, st.granted[n[L_SLOT], first + year], given, since_first)


@kernel(_nrt=False)
def choose_of_groups(law, st, loan, event, day):
    """The programme of each group that pays for a loan: what it could pay now decides."""
    year = max(day, 0) // 360
    for g in range(law.support[N_GROUPS]):
        st.winner[g] = NOBODY
    for q in range(law.whole[N_PROGRAMMES]):
        group = law.programmes[q, EXCLUSIVE]
        if group != NOBODY and law.programmes[q, EVENT] == event and applies(law, st, q, loan, day):
            payable = min(due_of(law, st, q, loan, day, year), room_of(law, st, q, year))
            best = st.winner[group]
            if best == NOBODY or is_better(law.programmes[q], payable, law.programmes[best], st.payable[group]):
                st.winner[group], st.payable[group] = q, payable


@kernel(_nrt=False)
def room_of(law, st, q, year):
    """What the envelopes of a programme still hold, and the pot it draws on beyond what that owes."""
    room = 1 << 62
    for place in (ENVELOPE, ENVELOPE_2):
        e = law.programmes[q, place]
        if e != NOBODY:
            room = min(room, left_in(law.envelopes[e, 0], st.envelope[e, 0 if law.envelopes[e, 1] == 1 else year]))
    a = law.programmes[q, FROM_POT]
    if a != NOBODY:
        room = min(room, max(0, st.cash[a] - st.escrow[a] - st.pending[a] - law.pots[a, FLOOR_FEN]))
    return room


@kernel(_nrt=False)
def take_envelope(law, st, q, year, due, y):
    """Pay from the envelopes what is left of them; the rest is unmet entitlement."""
    paid = min(due, room_of(law, st, q, year))
    for place in (ENVELOPE, ENVELOPE_2):
        e = law.programmes[q, place]
        if e != NOBODY:
            st.envelope[e, 0 if law.envelopes[e, 1] == 1 else year] += paid
    a = law.programmes[q, FROM_POT]
    if a != NOBODY:
        st.cash[a] -= paid
        st.least[a] = min(st.least[a], st.cash[a])
        st.reg[R_DIRTY] |= 1 << a
        st.years[y, law.support[B_DRAWN] + a] += paid
    st.years[y, law.whole[B_SUBSIDY] + q] += paid
    st.years[y, law.whole[B_UNMET] + q] += due - paid
    return paid


@kernel(_nrt=False)
def audit(law, st, q, loan, paid, day, y):
    """What a loan's owner should not have claimed is found in time, and comes back or does not."""
    n = st.loans[loan]
    u, back, _, _ = block(st.reg[R_SEED], st.reg[R_PATH], IMPROPER, n[L_ENTITY], n[L_GENERATION])
    if u < law.support[AUDIT_IMPROPER] / PPM:
        st.years[y, law.support[B_IMPROPER] + q] += paid
        found = max(day, 0) + law.support[AUDIT_DELAY]
        if back < law.support[AUDIT_RECOVERED] / PPM and found <= law.whole[N_LAST]:
            st.years[year_row(law, found), law.support[B_RECLAIMED] + q] += paid


@kernel(_nrt=False)
def count_lending(law, st, loan, day):
    """Volume lent, bank by bank, for programmes that settle at the year's end."""
    n = st.loans[loan]
    for q in range(law.whole[N_PROGRAMMES]):
        base = law.programmes[q, BASE]
        if law.programmes[q, EVENT] == ON_YEAR_END and base != BASE_FIXED and applies(law, st, q, loan, day):
            if base == BASE_PRINCIPAL:
                st.volume[q, n[L_BANK]] += n[L_PRINCIPAL]
            elif base == BASE_COVERED:
                st.volume[q, n[L_BANK]] += n[L_COVERED]


@kernel(_nrt=False)
def collect_fees(law, st, loan, y):
    """Fees between guaranteeing parties on a new covered loan."""
    n = st.loans[loan]
    for f in range(law.support[N_FEES]):
        if holds(law.fees[f], n[L_PRINCIPAL], n[L_TERM], n[L_IP], n[L_CLASS], n[L_DISTRICT], n[L_FLAGS]):
            st.years[y, law.support[B_FEE] + f] += fee_due(law, f, n[L_MODE], n[L_COVERED], n[L_TERM])
