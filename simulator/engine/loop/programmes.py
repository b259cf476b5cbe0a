"""Subsidies of the compiled engine: base × rate, firm-year cap, then the year's envelope."""

from __future__ import annotations

from simulator.engine.layout import (
    B_SUBSIDY, B_UNMET, BASE, COVERED_ONLY, ENVELOPE, EVENT, FROM_DAY, N_CALENDAR, N_PROGRAMMES, NO_LIMIT, UNTIL_DAY,
)
from simulator.engine.loop.state import (
    L_CLASS, L_COVERED, L_DISTRICT, L_FLAGS, L_IP, L_MODE, L_PRINCIPAL, L_RATE, L_REACHED, L_SLOT, L_SUBSIDY, L_TERM,
)
from simulator.engine.rules import entitlement, holds, programme_base
from simulator.jit import kernel


@kernel(_nrt=False)
def pay_programmes(law, st, loan, event, day, y):
    """Every programme that pays on this event, in their order; first come, first served."""
    n = st.loans[loan]
    if n[L_REACHED] == 0:
        return
    year = max(day, 0) // 360
    for q in range(law.whole[N_PROGRAMMES]):
        programme = law.programmes[q]
        if (programme[EVENT] == event and programme[FROM_DAY] <= day <= programme[UNTIL_DAY]
                and (programme[COVERED_ONLY] == 0 or n[L_COVERED] > 0)
                and holds(programme, n[L_PRINCIPAL], n[L_TERM], n[L_IP], n[L_CLASS], n[L_DISTRICT], n[L_FLAGS])):
            cell = q * law.whole[N_CALENDAR] + year
            base = programme_base(law, programme[BASE], n[L_MODE], n[L_PRINCIPAL], n[L_COVERED], n[L_RATE],
                                  n[L_TERM], n[L_IP])
            due = entitlement(programme, base, st.granted[n[L_SLOT], cell])
            paid = take_envelope(law, st, q, year, due, y)
            st.granted[n[L_SLOT], cell] += paid
            n[L_SUBSIDY] += paid


@kernel(_nrt=False)
def take_envelope(law, st, q, year, due, y):
    """Pay from the year's envelope what is left of it; the rest is unmet entitlement."""
    paid = due
    if law.programmes[q, ENVELOPE] != NO_LIMIT:
        paid = min(due, max(0, law.programmes[q, ENVELOPE] - st.envelope[q, year]))
    st.envelope[q, year] += paid
    st.years[y, law.whole[B_SUBSIDY] + q] += paid
    st.years[y, law.whole[B_UNMET] + q] += due - paid
    return paid
