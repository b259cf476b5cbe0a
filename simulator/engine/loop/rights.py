"""Rights that secure loans in the compiled engine: whether one can be pledged, and options beside loans."""

from __future__ import annotations

from simulator.engine.layout import CL_COMMON, LINK_POT, LINK_POT_SHARE, NOBODY
from simulator.engine.ledger import APPRAISAL, OPTION_GAIN, OPTION_POT, SUPPLY
from simulator.engine.linkage import option_gain
from simulator.engine.loop.state import (
    A_DAY, A_IP, L_CLUSTER, L_ENTITY, L_GENERATION, L_IP, L_PRINCIPAL, L_TERM, R_DIRTY, R_PATH, R_SEED,
)
from simulator.jit import kernel


@kernel(_nrt=False)
def no_right(law, st, a):
    """Why nothing can be pledged today: no agency has time to appraise it, or no right of its type is free; or −1."""
    month = a[A_DAY] // 30
    if st.appraised[month] >= law.appraisals[month]:
        return APPRAISAL
    st.appraised[month] += 1
    for place in range(2):
        kind = law.ip_rights[a[A_IP], place]
        if st.pledged[kind] >= law.supply[kind, month]:
            return SUPPLY
    return -1


@kernel(_nrt=False)
def common_right(law, n):
    """The cluster whose one right secures the loan, NOBODY if it has its own."""
    c = n[L_CLUSTER]
    return c if c >= 0 and law.clusters[c, CL_COMMON] == 1 else NOBODY


@kernel(_nrt=False)
def take_right(law, st, loan, change):
    """A loan's rights are pledged (+1), or free again (−1); those that a cluster shares are always there."""
    n = st.loans[loan]
    if common_right(law, n) < 0:
        first, second = law.ip_rights[n[L_IP], 0], law.ip_rights[n[L_IP], 1]
        st.pledged[first] += change
        if second != first:
            st.pledged[second] += change


@kernel(_nrt=False)
def exercise_option(law, st, loan, y):
    """The investor of a repaid covered loan takes its gain, the pot its part of it."""
    n = st.loans[loan]
    gain = option_gain(law, st.reg[R_SEED], st.reg[R_PATH], n[L_ENTITY], n[L_GENERATION], n[L_PRINCIPAL], n[L_TERM])
    part, pot = int(gain * law.linkage[LINK_POT_SHARE]), int(law.linkage[LINK_POT])
    st.years[y, OPTION_GAIN] += gain
    st.years[y, OPTION_POT] += part
    if part > 0:
        st.cash[pot] += part
        st.reg[R_DIRTY] |= 1 << pot
