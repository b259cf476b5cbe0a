"""Covered principal in force of the compiled engine: in the pots behind a loan, and with its bank."""

from __future__ import annotations

from simulator.engine.layout import DRAW, DRAW_ORDER, MODE_POT, N_ACCOUNTS, WEIGHT
from simulator.engine.loop.dues import account_at
from simulator.engine.loop.state import (
    L_ACCOUNT, L_BANK, L_COVERED, L_DISTRICT, L_MODE, L_STANDING, R_DIRTY,
)
from simulator.engine.rules import muldiv
from simulator.jit import kernel


@kernel(_nrt=False)
def expose(law, st, payer, chosen, district, before, after):
    """Change the covered principal of the pots behind a payer: in the chosen one, or in each by its weight."""
    law_of = law.payers[payer]
    if law_of[DRAW] == DRAW_ORDER:
        if chosen >= 0:
            st.exposure[chosen] += after - before
            st.reg[R_DIRTY] |= 1 << chosen
        return
    weights = 0
    for n in range(law_of[N_ACCOUNTS]):
        weights += law_of[WEIGHT + n]
    for n in range(law_of[N_ACCOUNTS]):
        a = account_at(law, payer, n, district)
        st.exposure[a] += muldiv(law_of[WEIGHT + n], after, weights) - muldiv(law_of[WEIGHT + n], before, weights)
        st.reg[R_DIRTY] |= 1 << a


@kernel(_nrt=False)
def release(law, st, loan, left):
    """Covered principal of a loan falls to ``left``, in the leverage of the pots it counts in too."""
    n = st.loans[loan]
    st.lent_by[n[L_BANK]] -= n[L_STANDING] - left
    for k in range(2):
        p = law.modes[n[L_MODE], MODE_POT + k]
        if p >= 0 and n[L_COVERED] > 0:
            expose(law, st, p, n[L_ACCOUNT + k], n[L_DISTRICT], n[L_STANDING], left)
