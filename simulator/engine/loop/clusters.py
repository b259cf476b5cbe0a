"""Collective credit in the compiled engine: joint lines, reserves, contagion, the others' clocks."""

from __future__ import annotations

from simulator.engine.attributes import default_after, hazard_at
from simulator.engine.collective import (
    anchor_day, cluster_of, contagion_delay, frailty_of, sector_of_cluster, to_the_power,
)
from simulator.engine.day import NEVER
from simulator.engine.layout import (
    ALL_LINES, CL_FIRST, CL_LINE, CL_MEMBERS, CL_RESERVE, KIND, KIND_ANCHOR, KIND_MEMBERS, KIND_RESERVE, LIMIT_PAYER,
    N_CLUSTERS, N_LAST, N_PAYERS, UNLIMITED,
)
from simulator.engine.ledger import ANCHOR_DEFAULTS, CONTAGION_FIRMS, LINE_DRAWN, RESERVE_IN, RESERVE_OUT
from simulator.engine.loop.lists import insert_default
from simulator.engine.loop.state import (
    F_BARRED, F_DEFAULT, F_DOOMED, F_FIRST, F_HIT, F_LIVE, J_ANCHOR, J_CLOSED, J_DRAWN, J_FALLEN, J_FELL, J_RESERVE,
    J_SECTOR, L_BALANCE, L_CLUSTER, L_COVERED, L_DEPOSIT, L_FIRM, L_GRADE, L_PRINCIPAL, L_SECTOR, L_SEGMENT, R_DRAWN,
    R_FELL, R_LINE_PEAK, R_PATH, R_SEED,
)
from simulator.engine.rules import of_ppm
from simulator.jit import kernel

ANCHOR_FALLS = 8                           # mark of a busy day


@kernel(_nrt=False)
def open_clusters(law, st):
    """Every cluster at the start of a path: its luck, its sector, its anchor's day."""
    seed, path = st.reg[R_SEED], st.reg[R_PATH]
    for c in range(law.whole[N_CLUSTERS]):
        j = st.cluster[c]
        j[:] = 0
        st.frailty[c] = frailty_of(law, seed, path, c)
        j[J_SECTOR] = sector_of_cluster(law, seed, path, c)
        j[J_ANCHOR] = anchor_day(law, st.hazard, seed, path, c, NEVER)
        if j[J_ANCHOR] <= law.whole[N_LAST]:
            st.busy[j[J_ANCHOR]] |= 1 | ANCHOR_FALLS


@kernel(_nrt=False)
def has_room(law, st, cluster, principal):
    """Whether a cluster's line is open and has room for a loan."""
    return st.cluster[cluster, J_CLOSED] == 0 and (
        st.cluster[cluster, J_DRAWN] + principal <= law.clusters[cluster, CL_LINE])


@kernel(_nrt=False)
def draw_line(law, st, loan, y):
    """A covered loan of a member draws on the line and leaves its deposit."""
    n = st.loans[loan]
    c = cluster_of(law, n[L_SEGMENT], n[L_FIRM])
    if c < 0 or n[L_COVERED] == 0:
        return
    n[L_CLUSTER] = c
    n[L_DEPOSIT] = of_ppm(n[L_PRINCIPAL], law.clusters[c, CL_RESERVE])
    st.cluster[c, J_DRAWN] += n[L_BALANCE]
    st.cluster[c, J_RESERVE] += n[L_DEPOSIT]
    st.reg[R_DRAWN] += n[L_BALANCE]
    st.reg[R_LINE_PEAK] = max(st.reg[R_LINE_PEAK], st.reg[R_DRAWN])
    st.years[y, LINE_DRAWN] += n[L_PRINCIPAL]
    st.years[y, RESERVE_IN] += n[L_DEPOSIT]


@kernel(_nrt=False)
def leave_line(st, loan):
    """The loan no longer uses its line: it is repaid, or its loss is determined."""
    c = st.loans[loan, L_CLUSTER]
    if c >= 0:
        st.cluster[c, J_DRAWN] -= st.loans[loan, L_BALANCE]
        st.reg[R_DRAWN] -= st.loans[loan, L_BALANCE]


@kernel(_nrt=False)
def return_deposit(st, loan, y):
    """A borrower that has repaid gets its deposit back, as far as claims have left it."""
    c = st.loans[loan, L_CLUSTER]
    if c >= 0:
        amount = min(st.loans[loan, L_DEPOSIT], st.cluster[c, J_RESERVE])
        st.cluster[c, J_RESERVE] -= amount
        st.years[y, RESERVE_OUT] += amount


@kernel(_nrt=False)
def limit_used(law, st, loan, counter, claim, own):
    """What the counter of a limited party shows before a claim: ``UNLIMITED`` less what the party can take over.

    A reserve: its balance. An anchor: nothing once it has failed. Members: nothing without another live one.
    When a claim is restated (``own``), each can take over what it had.
    """
    payer = law.counters[counter] >> LIMIT_PAYER
    kind, c = law.payers[payer, KIND], st.loans[loan, L_CLUSTER]
    limit = 0
    if own >= 0:
        limit = st.burden[claim, payer]
    elif c >= 0 and kind == KIND_RESERVE:
        limit = st.cluster[c, J_RESERVE]
    elif c >= 0 and ((kind == KIND_ANCHOR and st.cluster[c, J_CLOSED] == 0)
                     or (kind == KIND_MEMBERS and live_members(law, st, c, st.loans[loan, L_FIRM]) > 0)):
        limit = UNLIMITED
    return UNLIMITED - limit


@kernel(_nrt=False)
def live_members(law, st, cluster, firm):
    """How many other members have a live loan."""
    first = law.clusters[cluster, CL_FIRST]
    found = 0
    for member in range(first, first + law.clusters[cluster, CL_MEMBERS]):
        if member != firm and st.firms[member, F_LIVE] > 0:
            found += 1
    return found


@kernel(_nrt=False)
def spend_reserve(law, st, loan, burden, sign):
    """Take from a cluster's reserve what it bears (``sign`` −1), or put a recovery back (+1)."""
    c = st.loans[loan, L_CLUSTER]
    if c >= 0:
        for p in range(law.whole[N_PAYERS]):
            if law.payers[p, KIND] == KIND_RESERVE:
                st.cluster[c, J_RESERVE] += sign * burden[p]


@kernel(_nrt=False)
def note_fallen(law, st, loan):
    """A member has defaulted: its cluster is looked at when the day's defaults are over."""
    c = cluster_of(law, st.loans[loan, L_SEGMENT], st.loans[loan, L_FIRM])
    if c >= 0:
        st.cluster[c, J_FELL] += 1
        st.reg[R_FELL] += 1


@kernel(_nrt=False)
def multiple_of(law, st, segment, firm):
    """What a firm's cluster makes of its hazard: shared frailty, and the members that have fallen before."""
    c = cluster_of(law, segment, firm)
    return 1.0 if c < 0 else st.frailty[c] * to_the_power(law.joint[c], st.cluster[c, J_FALLEN])


@kernel(_nrt=False)
def spread(law, st, day, y):
    """After the day's defaults: other members' clocks change pace, and a fallen anchor takes members along."""
    if st.reg[R_FELL] == 0 and st.busy[day] & ANCHOR_FALLS == 0:
        return
    for c in range(law.whole[N_CLUSTERS]):
        j = st.cluster[c]
        if j[J_FELL] > 0:
            change_pace(law, st, c, day, to_the_power(law.joint[c], j[J_FELL]))
            j[J_FALLEN] += j[J_FELL]
            j[J_FELL] = 0
        if j[J_ANCHOR] == day:
            j[J_CLOSED] = 1
            st.years[y, ANCHOR_DEFAULTS] += 1
            infect(law, st, c, day, y)
    st.reg[R_FELL] = 0


@kernel(_nrt=False)
def is_at_risk(st, firm):
    """Whether a firm has a live loan and its day may still move."""
    f = st.firms[firm]
    return f[F_LIVE] > 0 and f[F_BARRED] == 0 and f[F_DOOMED] == 0


@kernel(_nrt=False)
def change_pace(law, st, cluster, day, ratio):
    """Members' hazard is multiplied from now on: what was left of each threshold is used up at the new pace."""
    first = law.clusters[cluster, CL_FIRST]
    if ratio == 1.0:
        return
    for member in range(first, first + law.clusters[cluster, CL_MEMBERS]):
        if is_at_risk(st, member):
            f = st.firms[member]
            n = st.loans[f[F_FIRST]]
            line = st.hazard[n[L_GRADE], n[L_SECTOR]]
            now = hazard_at(line, day)
            st.target[member] = now + (st.target[member] - now) / ratio
            redate(st, member, min(f[F_HIT], default_after(line, day, st.target[member], NEVER)))


@kernel(_nrt=False)
def infect(law, st, cluster, day, y):
    """The anchor's default: each live member defaults within the window or is spared."""
    first = law.clusters[cluster, CL_FIRST]
    for member in range(first, first + law.clusters[cluster, CL_MEMBERS]):
        if is_at_risk(st, member):
            delay = contagion_delay(law, st.reg[R_SEED], st.reg[R_PATH], cluster, member)
            if delay >= 0:
                st.years[y, CONTAGION_FIRMS] += 1
                st.firms[member, F_HIT] = day + delay
                redate(st, member, min(st.firms[member, F_DEFAULT], day + delay))


@kernel(_nrt=False)
def redate(st, firm, day):
    """A firm's default day moves; the old entry no longer holds when its day comes."""
    if day != st.firms[firm, F_DEFAULT]:
        st.firms[firm, F_DEFAULT] = day
        if day < NEVER:
            insert_default(st, day, firm)


@kernel(_nrt=False)
def line_use(law, st):
    """Largest share (ppm) of all lines that was drawn at once."""
    return st.reg[R_LINE_PEAK] * 1000 // max(1, law.whole[ALL_LINES] // 1000)
