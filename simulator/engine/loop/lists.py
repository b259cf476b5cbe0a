"""Day-indexed lists of the compiled engine: who is due on which day, in the order of business."""

from __future__ import annotations

from simulator.engine.loop.state import (
    F_SLOT, I_NEXT, L_NEXT_MATURE, R_BORROWERS, R_FULL, R_NODES,
)
from simulator.jit import kernel


@kernel(_nrt=False)
def insert_loan(st, heads, link, day, loan):
    """Put a loan on a day's list, sorted by number; ``link`` is the field that names the next."""
    st.busy[day] |= 1
    at = heads[day]
    if at < 0 or at > loan:
        st.loans[loan, link] = at
        heads[day] = loan
        return
    while 0 <= st.loans[at, link] < loan:
        at = st.loans[at, link]
    st.loans[loan, link] = st.loans[at, link]
    st.loans[at, link] = loan


@kernel(_nrt=False)
def insert_due(st, day, item):
    """Put a due on a day's list, sorted by number, that is by determination."""
    st.busy[day] |= 1
    at = st.due[day]
    if at < 0 or at > item:
        st.items[item, I_NEXT] = at
        st.due[day] = item
        return
    while 0 <= st.items[at, I_NEXT] < item:
        at = st.items[at, I_NEXT]
    st.items[item, I_NEXT] = st.items[at, I_NEXT]
    st.items[at, I_NEXT] = item


@kernel(_nrt=False)
def insert_default(st, day, firm):
    """Put a firm on a day's list of defaults, sorted by number; what no longer holds is skipped when read."""
    node = st.reg[R_NODES]
    if node >= len(st.nodes):
        st.reg[R_FULL] = 1
        return
    st.reg[R_NODES] = node + 1
    st.nodes[node, 0] = firm
    st.busy[day] |= 1
    at = st.default[day]
    if at < 0 or st.nodes[at, 0] >= firm:
        st.nodes[node, 1] = at
        st.default[day] = node
        return
    while st.nodes[at, 1] >= 0 and st.nodes[st.nodes[at, 1], 0] < firm:
        at = st.nodes[at, 1]
    st.nodes[node, 1] = st.nodes[at, 1]
    st.nodes[at, 1] = node


@kernel(_nrt=False)
def append_mature(st, day, loan):
    """Put a loan at the end of a day's maturities: loans are numbered in order of disbursement."""
    st.busy[day] |= 1
    st.loans[loan, L_NEXT_MATURE] = -1
    last = st.mature[day, 1]
    if last < 0:
        st.mature[day, 0] = loan
    else:
        st.loans[last, L_NEXT_MATURE] = loan
    st.mature[day, 1] = loan


@kernel(_nrt=False)
def slot_of(st, firm):
    """The slot of a firm that borrows on this path: what is kept by firm lies close together there."""
    slot = st.firms[firm, F_SLOT] - 1
    if slot < 0:
        slot = st.reg[R_BORROWERS]
        st.reg[R_BORROWERS] = slot + 1
        st.borrowers[slot] = firm
        st.firms[firm, F_SLOT] = slot + 1
    return slot
