"""Candidates of the compiled engine: each segment's dominating stream, walked outward from day 0 by waiting times."""

from __future__ import annotations

import math

from simulator.chance.decisions import MIXING, STREAM
from simulator.chance.philox import block
from simulator.chance.variates import table_lookup
from simulator.engine.day import BOOK_SHIFT, MONTH
from simulator.engine.layout import N_BOOK_DAYS, N_SEGMENTS
from simulator.engine.loop.state import R_APPS, R_FULL, R_PATH, R_SEED
from simulator.jit import kernel


@kernel(_nrt=False)
def month_mean(law, st, segment, month):
    """Mean number of candidates of a month, over-dispersed by quarter."""
    place = month * MONTH - law.whole[N_BOOK_DAYS] + BOOK_SHIFT
    u, _, _, _ = block(st.reg[R_SEED], st.reg[R_PATH], MIXING, segment << 16 | place // 90, 0)
    return law.arrivals[segment, month] * MONTH * table_lookup(law.mixing[segment], u)


@kernel(_nrt=False)
def walk_stream(law, st, segment, side):
    """Keep the candidates of a segment whom the scheme may reach; ``side`` 0 from day 0 on, 1 the base year backwards.

    A unit-rate Poisson process runs through the months' means: candidate n waits −log u after the one before.
    Storing first and counting afterwards spares a branch that chance would mispredict.
    """
    seed, path, first = st.reg[R_SEED], st.reg[R_PATH], segment << 24 | side << 23
    before = law.whole[N_BOOK_DAYS] // MONTH
    u0, u1, u2, u3 = block(seed, path, STREAM, first, 0)
    wait, n, month, count = -math.log(u0), 0, before - side, st.reg[R_APPS]
    while 0 <= month < law.arrivals.shape[1]:
        mean, start = month_mean(law, st, segment, month), (month - before) * MONTH
        keep = law.most[segment, month]
        while wait < mean:
            if count >= len(st.raw):
                st.reg[R_FULL] = 1
                return
            day = min(int(wait / mean * MONTH), MONTH - 1)
            thin = u3 if n & 1 else u1
            st.raw[count, 0] = start + day if side == 0 else start + MONTH - 1 - day
            st.raw[count, 1] = first | n
            st.raw_thin[count] = thin
            count += int(thin < keep)
            n += 1
            if n & 1 == 0:
                u0, u1, u2, u3 = block(seed, path, STREAM, first | n >> 1, 0)
            wait -= math.log(u2 if n & 1 else u0)
        wait -= mean
        month += 1 - 2 * side
    st.reg[R_APPS] = count


@kernel(_nrt=False)
def list_candidates(law, st):
    """Candidates of the path in order of day, then segment, then place in its stream."""
    for s in range(law.whole[N_SEGMENTS]):
        walk_stream(law, st, s, 1)
        if st.reg[R_FULL] == 0:
            walk_stream(law, st, s, 0)
        if st.reg[R_FULL] != 0:
            return
    before = law.whole[N_BOOK_DAYS]
    st.place[:] = 0
    for n in range(st.reg[R_APPS]):
        day = st.raw[n, 0]
        st.place[day + before + 1] += 1
    for day in range(1, len(st.place)):
        st.place[day] += st.place[day - 1]
    for n in range(st.reg[R_APPS]):
        slot = st.place[st.raw[n, 0] + before]
        st.place[st.raw[n, 0] + before] = slot + 1
        st.apps[slot, 0], st.apps[slot, 1] = st.raw[n, 0], st.raw[n, 1]
        st.thin[slot] = st.raw_thin[n]
