"""Payers with money of their own and no pot: they pay until it is used up; and what all claims took so far."""

from __future__ import annotations

from simulator.engine.layout import CAPITAL, NO_LIMIT
from simulator.engine.loop.state import R_NET, R_PEAK
from simulator.jit import inlined, kernel


@kernel(_nrt=False)
def draw_capital(law, st, payer, wanted):
    """Take up to ``wanted`` from a payer's capital; one without a limit has it all."""
    if law.payers[payer, CAPITAL] == NO_LIMIT:
        return wanted
    x = min(wanted, st.capital[payer])
    st.capital[payer] -= x
    return x


@kernel(_nrt=False)
def add_capital(law, st, payer, x):
    """Money comes back to a payer."""
    if law.payers[payer, CAPITAL] != NO_LIMIT:
        st.capital[payer] += x


@inlined
def note_outflow(st, x):
    """Running total of claims paid less refunds and interest, and its maximum: the reserve it took."""
    st.reg[R_NET] += x
    st.reg[R_PEAK] = max(st.reg[R_PEAK], st.reg[R_NET])
