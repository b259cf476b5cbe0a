"""Accounts of the compiled engine: contributions, interest, the queue of dues, limited liability."""

from __future__ import annotations

from simulator.chance.decisions import MATCH
from simulator.chance.philox import block
from simulator.engine.layout import (
    ANNUAL_BUDGET, HAS_CAPITAL, HAS_CHAIN, B_CLAWBACK, B_CONTRIBUTED, B_HELD, B_INTEREST, B_PAID, B_POT_PAID,
    FLOOR_FEN, INTEREST_PPM, INTO, IS_MATCH, KIND, KIND_POT, LEVERAGE, MATCH_PPM, N_DAYS, N_LAST, N_POTS, N_YEARS,
    NEXT_PAYER, NO_LIMIT, RETURN_SUM, SHORT, SHORT_LAPSE, SHORT_NEXT, SHORT_PRO_RATA, SUM, WHEN, WITHIN_DAYS,
)
from simulator.engine.ledger import BUDGET, FLOOR, LEVERAGE as LEVERAGE_REASON
from simulator.engine.loop.breaker import note_party, note_pot, payment_stopped
from simulator.engine.loop.capital import draw_capital, note_outflow
from simulator.engine.loop.chain import leave_unpaid, receive
from simulator.engine.loop.dues import new_dues, owe_less
from simulator.engine.loop.state import (
    C_LOAN, DONE, I_ACCOUNT, I_ACCOUNTS, I_CLAIM, I_CREDITOR, I_DUE, I_ESCROW, I_NEXT, I_PAID, I_PAYER, I_ROW, I_STATE,
    I_UNPAID, K_PAID, QUEUED, R_DIRTY, R_EXHAUSTED, R_PATH, R_QUEUE, R_QUEUE_DAYS, R_QUEUE_END, R_SEED,
)
from simulator.engine.rules import for_days, muldiv
from simulator.jit import inlined, kernel


@inlined
def year_row(law, day):
    """Row of the yearly results: a year of the window, or the run-off after it."""
    return law.whole[N_YEARS] if day >= law.whole[N_DAYS] else day // 360


@kernel(_nrt=False)
def plan_contributions(law, st):
    """This path's contribution events: a match arrives within its time, or the first part goes back."""
    for e in range(len(law.contributions)):
        event = law.contributions[e]
        st.event_day[e] = event[WHEN]
        st.event_sum[e] = event[SUM]
        if event[IS_MATCH] == 1:
            u0, u1, _, _ = block(st.reg[R_SEED], st.reg[R_PATH], MATCH, event[INTO], e)
            if u0 * 1_000_000.0 < event[MATCH_PPM]:
                st.event_day[e] = event[WHEN] + int(u1 * (event[WITHIN_DAYS] + 1))
            else:
                st.event_day[e] = event[WHEN] + event[WITHIN_DAYS]
                st.event_sum[e] = -event[RETURN_SUM]
        if st.event_day[e] <= law.whole[N_LAST]:
            st.busy[st.event_day[e]] |= 2


@kernel(_nrt=False)
def book_contributions(law, st, day, y):
    """Post the day's contributions and clawbacks; what goes back takes its interest along, if there is as much."""
    for e in range(len(law.contributions)):
        if st.event_day[e] == day and st.event_sum[e] != 0:
            a = law.contributions[e, INTO]
            st.reg[R_DIRTY] |= 1 << a
            if st.event_sum[e] > 0:
                st.cash[a] += st.event_sum[e]
                st.years[y, law.whole[B_CONTRIBUTED] + a] += st.event_sum[e]
            else:
                x = min(with_interest(law, st, a, -st.event_sum[e]), max(0, st.cash[a] - st.escrow[a]))
                st.cash[a] -= x
                st.least[a] = min(st.least[a], st.cash[a])
                st.years[y, law.whole[B_CLAWBACK] + a] += x


@kernel(_nrt=False)
def with_interest(law, st, a, amount):
    """A contribution and its part of the interest its pot has earned."""
    paid_in = interest = 0
    for y in range(len(st.years)):
        paid_in += st.years[y, law.whole[B_CONTRIBUTED] + a]
        interest += st.years[y, law.whole[B_INTEREST] + a]
    return amount + (muldiv(min(amount, paid_in), interest, paid_in) if paid_in > 0 else 0)


@kernel(_nrt=False)
def credit_interest(law, st, y):
    """A month's interest on last evening's cash."""
    for a in range(law.whole[N_POTS]):
        if st.cash[a] > 0 and law.pots[a, INTEREST_PPM] > 0:
            x = for_days(st.cash[a], law.pots[a, INTEREST_PPM], 30)
            st.cash[a] += x
            st.years[y, law.whole[B_INTEREST] + a] += x
            note_outflow(st, -x)
            st.reg[R_DIRTY] |= 1 << a


@inlined
def free_cash(st, a):
    """Cash of a pot that is neither owed nor put aside."""
    return st.cash[a] - st.escrow[a] - st.pending[a]


@inlined
def available(law, st, a):
    """What a pot may pay out today."""
    return max(0, st.cash[a] - st.escrow[a] - law.pots[a, FLOOR_FEN])


@kernel(_nrt=False)
def pot_refusal(law, st, a, amount):
    """Why a pot cannot take on ``amount`` of covered principal now, −1 if it can."""
    free = free_cash(st, a)
    limit = law.pots[a, LEVERAGE]
    if limit != NO_LIMIT and (st.exposure[a] + amount) * 1000 > limit * max(0, free):
        return LEVERAGE_REASON
    if law.pots[a, ANNUAL_BUDGET] != NO_LIMIT and st.paid_year[a] + st.pending[a] >= law.pots[a, ANNUAL_BUDGET]:
        return BUDGET
    if law.pots[a, FLOOR_FEN] > 0 and free <= law.pots[a, FLOOR_FEN]:
        return FLOOR
    return -1


# --- the queue ----------------------------------------------------------------------------------

@kernel(_nrt=False)
def join_queue(st, day):
    """Dues of the day join the tail, in the order of their determination."""
    item = st.due[day]
    while item >= 0:
        following = st.items[item, I_NEXT]
        if st.items[item, I_UNPAID] > 0:
            append_queue(st, item)
        else:
            st.items[item, I_STATE] = DONE
        item = following


@kernel(_nrt=False)
def append_queue(st, item):
    """Put a due at the tail of the queue."""
    st.items[item, I_STATE] = QUEUED
    st.items[item, I_NEXT] = -1
    if st.reg[R_QUEUE] < 0:
        st.reg[R_QUEUE] = item
    else:
        st.items[st.reg[R_QUEUE_END], I_NEXT] = item
    st.reg[R_QUEUE_END] = item


@kernel(_nrt=False)
def pay_from(law, st, item, slot, x, y):
    """Pay ``x`` fen of a due from its ``slot``-th account."""
    i = st.items[item]
    a = i[I_ACCOUNT + slot]
    if i[I_ESCROW] == 1:
        st.escrow[a] += x
        st.reg[R_DIRTY] |= 1 << a
    else:
        pay_out(law, st, st.claims[i[I_CLAIM], C_LOAN], a, x, y)
    i[I_PAID + slot] += x
    reduce_due(law, st, item, x, y)


@kernel(_nrt=False)
def pay_out(law, st, loan, a, x, y):
    """Money leaves a pot for a claim."""
    st.cash[a] -= x
    st.least[a] = min(st.least[a], st.cash[a])
    st.paid_year[a] += x
    st.reg[R_DIRTY] |= 1 << a
    st.years[y, law.whole[B_POT_PAID] + a] += x
    note_outflow(st, x)
    note_pot(law, st, loan, a, K_PAID, x)


@kernel(_nrt=False)
def reduce_due(law, st, item, x, y):
    """Book ``x`` as paid by the payer, or put aside, and take it off what is owed."""
    i = st.items[item]
    owe_less(st, item, x)
    st.years[y, law.whole[B_HELD if i[I_ESCROW] == 1 else B_PAID] + i[I_PAYER]] += x
    if i[I_ESCROW] == 0:
        receive(law, st, i[I_CLAIM], i[I_CREDITOR], x, y)


@kernel(_nrt=False)
def serve(law, st, item, y, day):
    """Pay what the due's accounts allow, in order; a first day short is an exhaustion."""
    i = st.items[item]
    if law.payers[i[I_PAYER], KIND] != KIND_POT:
        x = draw_capital(law, st, i[I_PAYER], i[I_UNPAID])
        if i[I_ESCROW] == 0:
            note_party(law, st, st.claims[i[I_CLAIM], C_LOAN], i[I_PAYER], K_PAID, x)
        i[I_PAID] += x
        reduce_due(law, st, item, x, y)
        return
    for slot in range(i[I_ACCOUNTS]):
        a = i[I_ACCOUNT + slot]
        x = min(i[I_UNPAID], available(law, st, a))
        if x > 0:
            pay_from(law, st, item, slot, x, y)
        if i[I_UNPAID] > 0:
            st.exhausted[a] = min(st.exhausted[a], day)
    if i[I_UNPAID] > 0:
        st.reg[R_EXHAUSTED] = min(st.reg[R_EXHAUSTED], day)


@kernel(_nrt=False)
def fall_short(law, st, item, y, day):
    """What a payer without money leaves unpaid: extinguished onto its creditor, or passed to the next."""
    i = st.items[item]
    x = i[I_UNPAID]
    p, c = i[I_PAYER], i[I_CLAIM]
    passes = law.payers[p, SHORT] == SHORT_NEXT
    onto = law.payers[p, NEXT_PAYER] if passes else i[I_CREDITOR]
    owe_less(st, item, x)
    leave_unpaid(law, st, c, p, onto, x, y)
    if passes and onto < len(law.payers):
        first, count = new_dues(law, st, c, onto, i[I_CREDITOR], x, day, i[I_ROW], i[I_ESCROW])
        for item in range(first, first + count):
            append_queue(st, item)


@kernel(_nrt=False)
def serve_queue(law, st, day, y):
    """Serve the queue in order: no overtaking, the head may be part-paid; then pro-rata dues by account."""
    if st.reg[R_QUEUE] < 0:
        return
    item = st.reg[R_QUEUE]
    while item >= 0:
        rule = law.payers[st.items[item, I_PAYER], SHORT]
        of_pot = law.payers[st.items[item, I_PAYER], KIND] == KIND_POT
        if not of_pot or (rule != SHORT_PRO_RATA and not waits(law, st, item)):
            serve(law, st, item, y, day)
            if st.items[item, I_UNPAID] > 0 and rule in (SHORT_LAPSE, SHORT_NEXT):
                fall_short(law, st, item, y, day)
        item = st.items[item, I_NEXT]
    for a in range(law.whole[N_POTS]):
        serve_pro_rata(law, st, a, day, y)
    drop_settled(st, day)
    if law.whole[HAS_CAPITAL] + law.whole[HAS_CHAIN] > 0 and st.reg[R_QUEUE] >= 0:
        st.busy[day + 1] |= 1              # money may come in and be asked for the next day


@inlined
def waits(law, st, item):
    """Whether a breaker keeps the pots from paying this due."""
    return payment_stopped(law, st, st.claims[st.items[item, I_CLAIM], C_LOAN])


@inlined
def shares_account(law, st, item, a):
    """Whether a due is paid pro rata from this account."""
    i = st.items[item]
    return (law.payers[i[I_PAYER], SHORT] == SHORT_PRO_RATA and i[I_ACCOUNTS] > 0 and i[I_ACCOUNT] == a
            and not waits(law, st, item))


@kernel(_nrt=False)
def serve_pro_rata(law, st, a, day, y):
    """Share an account among its pro-rata dues by unpaid amount; what floors leave goes to the oldest."""
    total = 0
    item = st.reg[R_QUEUE]
    while item >= 0:
        if shares_account(law, st, item, a):
            total += st.items[item, I_UNPAID]
        item = st.items[item, I_NEXT]
    if total == 0:
        return
    purse = min(total, available(law, st, a))
    rest = purse
    oldest = -1
    item = st.reg[R_QUEUE]
    while item >= 0:
        if shares_account(law, st, item, a):
            x = muldiv(st.items[item, I_UNPAID], purse, total)
            if x > 0:
                pay_from(law, st, item, 0, x, y)
            rest -= x
            if oldest < 0 and st.items[item, I_UNPAID] > 0:
                oldest = item
        item = st.items[item, I_NEXT]
    while rest > 0 and oldest >= 0:
        if shares_account(law, st, oldest, a):
            x = min(rest, st.items[oldest, I_UNPAID])
            if x > 0:
                pay_from(law, st, oldest, 0, x, y)
            rest -= x
        oldest = st.items[oldest, I_NEXT]
    if purse < total:
        st.exhausted[a] = min(st.exhausted[a], day)
        st.reg[R_EXHAUSTED] = min(st.reg[R_EXHAUSTED], day)


@kernel(_nrt=False)
def drop_settled(st, day):
    """Take settled dues out of the queue."""
    last = -1
    item = st.reg[R_QUEUE]
    st.reg[R_QUEUE] = -1
    while item >= 0:
        following = st.items[item, I_NEXT]
        if st.items[item, I_UNPAID] > 0:
            if last < 0:
                st.reg[R_QUEUE] = item
            else:
                st.items[last, I_NEXT] = item
            last = item
        else:
            st.items[item, I_STATE] = DONE
            st.reg[R_QUEUE_DAYS] += day - st.items[item, I_DUE]
        item = following
    if last >= 0:
        st.items[last, I_NEXT] = -1
    st.reg[R_QUEUE_END] = last
