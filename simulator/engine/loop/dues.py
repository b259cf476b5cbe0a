"""Dues of the compiled engine: a liability becomes one due per account that owes it by itself."""

from __future__ import annotations

from simulator.engine.layout import (
    ACCOUNT, DRAW, DRAW_SPLIT, KIND, KIND_POT, MODE_POT, N_ACCOUNTS, OF_DISTRICT, WEIGHT,
)
from simulator.engine.loop.state import (
    C_FIRST, C_LOAN, HELD, I_ACCOUNT, I_ACCOUNTS, I_AMOUNT, I_CANCELLED, I_CLAIM, I_CREDITOR, I_DUE, I_ESCROW,
    I_NEXT, I_ROW, I_NEXT_OF_CLAIM, I_PAID, I_PAYER, I_PENDING, I_STATE, I_UNPAID, L_ACCOUNT, L_DISTRICT, L_MODE,
    R_DIRTY, R_FULL, R_ITEMS,
)
from simulator.engine.rules import muldiv
from simulator.jit import kernel


@kernel(_nrt=False)
def account_at(law, payer, place, district):
    """The pot behind a payer's ``place``-th account for a firm's district, NOBODY if there is none."""
    a = law.payers[payer, ACCOUNT + place]
    return law.district_pot[district] if a == OF_DISTRICT else a


@kernel(_nrt=False)
def new_dues(law, st, claim, payer, creditor, amount, due, row, escrow):
    """Create what ``payer`` owes for a claim from ``due`` day on: (first due, number of dues).

    ``row`` of the terms that makes it owe; ``escrow`` 1 if the money is only put aside for now.
    """
    first = st.reg[R_ITEMS]
    loan = st.claims[claim, C_LOAN]
    district = st.loans[loan, L_DISTRICT]
    law_of = law.payers[payer]
    if law_of[KIND] != KIND_POT:
        add_due(st, claim, payer, creditor, amount, due, row, escrow)
    elif law_of[DRAW] == DRAW_SPLIT:
        weights = 0
        for n in range(law_of[N_ACCOUNTS]):
            weights += law_of[WEIGHT + n]
        rest = amount
        for n in range(law_of[N_ACCOUNTS]):
            part = rest
            if n < law_of[N_ACCOUNTS] - 1:
                part = muldiv(law_of[WEIGHT + n], amount, weights)
            rest -= part
            item = add_due(st, claim, payer, creditor, part, due, row, escrow)
            add_account(st, item, account_at(law, payer, n, district))
            set_pending(st, item, account_at(law, payer, n, district))
    else:
        item = add_due(st, claim, payer, creditor, amount, due, row, escrow)
        for n in range(law_of[N_ACCOUNTS]):
            a = account_at(law, payer, n, district)
            if a >= 0:
                add_account(st, item, a)
        chosen = st.items[item, I_ACCOUNT]
        for n in range(2):
            if law.modes[st.loans[loan, L_MODE], MODE_POT + n] == payer and st.loans[loan, L_ACCOUNT + n] >= 0:
                chosen = st.loans[loan, L_ACCOUNT + n]
        set_pending(st, item, chosen)
    return first, st.reg[R_ITEMS] - first


@kernel(_nrt=False)
def add_due(st, claim, payer, creditor, amount, due, row, escrow):
    """A new due, not yet in any list, at the end of its claim's chain."""
    item = st.reg[R_ITEMS]
    if item + 1 >= len(st.items):          # the last place is never used: a path that is full is repeated
        st.reg[R_FULL] = 1
        return item
    st.reg[R_ITEMS] = item + 1
    i = st.items[item]
    i[I_CLAIM] = claim
    i[I_PAYER] = payer
    i[I_CREDITOR] = creditor
    i[I_AMOUNT] = amount
    i[I_UNPAID] = amount
    i[I_DUE] = due
    i[I_STATE] = HELD
    i[I_NEXT] = -1
    i[I_ACCOUNTS] = 0
    i[I_PENDING] = -1
    i[I_CANCELLED] = 0
    i[I_ROW] = row
    i[I_ESCROW] = escrow
    for n in range(3):
        i[I_ACCOUNT + n] = -1
        i[I_PAID + n] = 0
    i[I_NEXT_OF_CLAIM] = -1
    at = st.claims[claim, C_FIRST]
    if at < 0:
        st.claims[claim, C_FIRST] = item
        return item
    while st.items[at, I_NEXT_OF_CLAIM] >= 0:
        at = st.items[at, I_NEXT_OF_CLAIM]
    st.items[at, I_NEXT_OF_CLAIM] = item
    return item


@kernel(_nrt=False)
def add_account(st, item, a):
    """One more account the due may be paid from."""
    st.items[item, I_ACCOUNT + st.items[item, I_ACCOUNTS]] = a
    st.items[item, I_ACCOUNTS] += 1


@kernel(_nrt=False)
def set_pending(st, item, a):
    """Until it is paid, a due is deducted from the free cash of one account."""
    st.items[item, I_PENDING] = a
    st.pending[a] += st.items[item, I_UNPAID]
    st.reg[R_DIRTY] |= 1 << a


@kernel(_nrt=False)
def owe_less(st, item, x):
    """Take ``x`` off what is owed, and off what its account sets aside."""
    i = st.items[item]
    i[I_UNPAID] -= x
    if i[I_PENDING] >= 0:
        st.pending[i[I_PENDING]] -= x
        st.reg[R_DIRTY] |= 1 << i[I_PENDING]
