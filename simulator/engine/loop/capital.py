"""Payers with money of their own and no pot: they pay until it is used up."""

from __future__ import annotations

from simulator.engine.layout import CAPITAL, NO_LIMIT
from simulator.jit import kernel


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
