"""Claims paid before they are final, and claims net of what came in: the compiled engine's settlement."""

from __future__ import annotations

from simulator.engine.day import NEVER
from simulator.engine.layout import (
    B_FALLEN, B_HELD, B_LAPSED, B_LIABLE, B_PAID, B_PASSED, B_REFUND, B_RETURNED, FINAL_DAYS, FROM, KIND, KIND_POT,
    LAG, MODE_ROW, MODE_ROW_END, N_LAST, N_PAYERS, NET_BASE, NEXT_PAYER, OVERDUE, PAYER, PROVISIONAL, REVIEW, SHORT,
    SHORT_NEXT, SPLIT, SPLIT_COVERED_FIRST, SPLIT_PRO_RATA, TO_ESCROW,
)
from simulator.engine.ledger import DETERMINED, NETTED
from simulator.engine.loop.breaker import note_party, note_pot
from simulator.engine.loop.capital import add_capital, note_outflow
from simulator.engine.loop.cash import pay_out
from simulator.engine.loop.clusters import spend_reserve
from simulator.engine.loop.dues import new_dues
from simulator.engine.loop.limits import facts_of, load_counters, store_counters
from simulator.engine.loop.lists import insert_due, insert_loan
from simulator.engine.loop.state import (
    C_BASE, C_FINAL, C_FIRST, C_LOAN, CLOSED, HELD, I_ACCOUNT, I_ACCOUNTS, I_AMOUNT, I_CLAIM, I_DUE, I_ESCROW,
    I_NEXT_OF_CLAIM, I_PAID, I_PAYER, I_PENDING, I_ROW, I_STATE, I_UNPAID, K_PAID, K_REFUNDED, L_CLAIM, L_BALANCE,
    L_STANDING, L_DEFAULT, L_MODE, L_NET, L_NEXT_DUE, L_RECOVERY_DAY, L_STATE, QUEUED, R_DIRTY, R_FULL,
)
from simulator.engine.rules import of_ppm, muldiv, share_loss
from simulator.jit import inlined, kernel


@kernel(_nrt=False)
def covered_part(law, mode, net, covered, principal):
    """What of a recovery goes to the covered part of the loss."""
    rule = law.modes[mode, SPLIT]
    if rule == SPLIT_PRO_RATA:
        return muldiv(covered, net, principal)
    if rule == SPLIT_COVERED_FIRST:
        return min(net, covered)
    return max(0, net - (principal - covered))


@kernel(_nrt=False)
def early_part(law, st, loan, day):
    """What of a recovery that came in before determination is taken off the base."""
    n = st.loans[loan]
    if law.modes[n[L_MODE], NET_BASE] == 0 or n[L_RECOVERY_DAY] > day:
        return 0
    return covered_part(law, n[L_MODE], n[L_NET], n[L_STANDING], n[L_BALANCE])


@kernel(_nrt=False)
def call_rows(law, st, claim, mode, day, share, escrow):
    """A due for a share (ppm) of what each row takes over, after the review and the row's lag."""
    first = law.modes[mode, MODE_ROW]
    for r in range(first, law.modes[mode, MODE_ROW_END]):
        amount = of_ppm(st.taken[r - first], share)
        if amount > 0:
            due = day + law.modes[mode, REVIEW] + law.rows[r, LAG]
            item, count = new_dues(law, st, claim, law.rows[r, PAYER], law.rows[r, FROM], amount, due, r, escrow)
            for k in range(item, item + count):
                insert_due(st, due, k)


@kernel(_nrt=False)
def call_provisionally(law, st, claim, mode, day):
    """A share of each row falls due now, or is put aside; the rest is owed and waits for the final settlement."""
    first, share = law.modes[mode, MODE_ROW], law.modes[mode, PROVISIONAL]
    for r in range(first, law.modes[mode, MODE_ROW_END]):
        amount = st.taken[r - first]
        st.agreed[claim, r - first] = amount
        rest = amount - of_ppm(amount, share)
        if rest > 0:
            new_dues(law, st, claim, law.rows[r, PAYER], law.rows[r, FROM], rest, NEVER, r, 0)
    call_rows(law, st, claim, mode, day, share, law.modes[mode, TO_ESCROW])
    final = day + law.modes[mode, FINAL_DAYS]
    if law.modes[mode, FINAL_DAYS] >= 0 and final <= law.whole[N_LAST]:
        insert_loan(st, st.final, L_NEXT_DUE, final, st.claims[claim, C_LOAN])


@kernel(_nrt=False)
def settle_claims(law, st, day, y):
    """The claims that become final today, in order of loan: on the base less what has come in since determination."""
    loan = st.final[day]
    while loan >= 0:
        n = st.loans[loan]
        following = n[L_NEXT_DUE]
        determined = n[L_DEFAULT] + law.modes[n[L_MODE], OVERDUE]
        part = 0
        if n[L_STATE] == CLOSED and n[L_RECOVERY_DAY] > determined:
            part = covered_part(law, n[L_MODE], n[L_NET], n[L_STANDING], n[L_BALANCE])
        settle(law, st, loan, part, day, y)
        loan = following


@kernel(_nrt=False)
def settle(law, st, loan, part, day, y):
    """The terms anew on the base less ``part``: each row gives back, or owes, the difference to what was agreed."""
    claim, mode, lender = st.loans[loan, L_CLAIM], st.loans[loan, L_MODE], law.whole[N_PAYERS]
    determined = st.loans[loan, L_DEFAULT] + law.modes[mode, OVERDUE]
    st.claims[claim, C_BASE] -= part
    load_counters(law, st, loan, determined, claim)
    share_loss(law, mode, st.claims[claim, C_BASE], facts_of(law, st, loan, determined), st.bounds[claim], st.used,
               st.taken, st.fresh, st.before)
    store_counters(law, st, loan, determined, claim, claim)
    spend_reserve(law, st, loan, st.burden[claim], 1)
    spend_reserve(law, st, loan, st.fresh, -1)
    for p in range(lender + 1):
        st.years[y, law.whole[B_LIABLE] + p] += st.fresh[p] - st.burden[claim, p]
        st.burden[claim, p] = st.fresh[p]
    st.years[y, DETERMINED] -= part
    st.years[y, NETTED] += part
    st.borne[claim, lender] -= part
    first = law.modes[mode, MODE_ROW]
    for r in range(first, law.modes[mode, MODE_ROW_END]):
        more = st.taken[r - first] - st.agreed[claim, r - first]
        st.borne[claim, law.rows[r, PAYER]] += more
        st.borne[claim, law.rows[r, FROM]] -= more
    for r in range(first, law.modes[mode, MODE_ROW_END]):
        more = st.taken[r - first] - st.agreed[claim, r - first]
        if more < 0:
            reduce_row(law, st, claim, r, -more, y)
        elif more > 0:
            new_dues(law, st, claim, law.rows[r, PAYER], law.rows[r, FROM], more, NEVER, r, 0)
    st.claims[claim, C_FINAL] = 1
    finish_dues(law, st, claim, day, y)
    total = 0
    for p in range(lender + 1):
        total += st.borne[claim, p]
        if st.borne[claim, p] < 0:
            st.reg[R_FULL] = 2             # conservation broken: the host raises
    if total != st.claims[claim, C_BASE]:
        st.reg[R_FULL] = 2


@kernel(_nrt=False)
def reduce_row(law, st, claim, r, amount, y):
    """A row's payer is liable for less: its dues shrink, then it gets money back, then whoever paid in its place."""
    p, rest, lender = law.rows[r, PAYER], amount, law.whole[N_PAYERS]
    while rest > 0 and p < lender:
        rest -= take_back(law, st, claim, r, p, rest, y)
        if rest > 0:
            passes = law.payers[p, SHORT] == SHORT_NEXT
            onto = law.payers[p, NEXT_PAYER] if passes else law.rows[r, FROM]
            st.years[y, law.whole[B_PASSED if passes else B_LAPSED] + p] -= rest
            st.years[y, law.whole[B_FALLEN] + onto] -= rest
            st.borne[claim, p] += rest
            st.borne[claim, onto] -= rest
            p = onto if passes else lender


@kernel(_nrt=False)
def take_back(law, st, claim, r, payer, amount, y):
    """Reduce what a payer owes for a row by up to ``amount``: not due, then queued, then what it paid."""
    left = amount
    total = 0
    for state in (HELD, QUEUED):
        item = st.claims[claim, C_FIRST]
        while item >= 0:
            i = st.items[item]
            if i[I_PAYER] == payer and i[I_ROW] == r and i[I_STATE] == state:
                x = min(left, i[I_UNPAID])
                i[I_UNPAID] -= x
                i[I_AMOUNT] -= x
                left -= x
                if i[I_PENDING] >= 0:
                    st.pending[i[I_PENDING]] -= x
                    st.reg[R_DIRTY] |= 1 << i[I_PENDING]
            item = i[I_NEXT_OF_CLAIM]
    item = st.claims[claim, C_FIRST]
    while item >= 0:
        if st.items[item, I_PAYER] == payer and st.items[item, I_ROW] == r:
            for slot in range(max(1, st.items[item, I_ACCOUNTS])):
                total += st.items[item, I_PAID + slot]
        item = st.items[item, I_NEXT_OF_CLAIM]
    wanted = min(left, total)
    seen = 0
    given = 0
    item = st.claims[claim, C_FIRST]
    while item >= 0:
        i = st.items[item]
        if i[I_PAYER] == payer and i[I_ROW] == r:
            for slot in range(max(1, i[I_ACCOUNTS])):
                paid = i[I_PAID + slot]
                seen += paid
                if paid > 0:
                    x = wanted - given if seen == total else muldiv(paid, wanted, total)
                    hand_back(law, st, item, slot, x, y)
                    given += x
        item = i[I_NEXT_OF_CLAIM]
    return amount - left + wanted


@kernel(_nrt=False)
def hand_back(law, st, item, slot, x, y):
    """The lender refunds part of what a due has brought, or it leaves escrow."""
    i = st.items[item]
    a = i[I_ACCOUNT + slot]
    loan = st.claims[i[I_CLAIM], C_LOAN]
    i[I_PAID + slot] -= x
    i[I_AMOUNT] -= x
    add_capital(law, st, i[I_PAYER], x)
    if i[I_ESCROW] == 1:
        leave_escrow(law, st, item, a, x, y)
        return
    st.years[y, law.whole[B_RETURNED] + i[I_PAYER]] += x
    if law.payers[i[I_PAYER], KIND] == KIND_POT:
        st.cash[a] += x
        st.reg[R_DIRTY] |= 1 << a
        st.years[y, law.whole[B_REFUND] + a] += x
        note_outflow(st, -x)
        note_pot(law, st, loan, a, K_REFUNDED, x)
    else:
        note_party(law, st, loan, i[I_PAYER], K_REFUNDED, x)


@inlined
def leave_escrow(law, st, item, a, x, y):
    """Money put aside is free again."""
    st.years[y, law.whole[B_HELD] + st.items[item, I_PAYER]] -= x
    if a >= 0:
        st.escrow[a] -= x
        st.reg[R_DIRTY] |= 1 << a


@kernel(_nrt=False)
def finish_dues(law, st, claim, day, y):
    """What was put aside is paid, and what waited for the final settlement falls due today."""
    item = st.claims[claim, C_FIRST]
    loan = st.claims[claim, C_LOAN]
    while item >= 0:
        i = st.items[item]
        if i[I_ESCROW] == 1:
            for slot in range(max(1, i[I_ACCOUNTS])):
                x = i[I_PAID + slot]
                if x > 0:
                    leave_escrow(law, st, item, i[I_ACCOUNT + slot], x, y)
                    st.years[y, law.whole[B_PAID] + i[I_PAYER]] += x
                    if i[I_ACCOUNT + slot] >= 0:
                        pay_out(law, st, loan, i[I_ACCOUNT + slot], x, y)
                    else:
                        note_party(law, st, loan, i[I_PAYER], K_PAID, x)
            i[I_ESCROW] = 0
        if i[I_DUE] >= NEVER:
            i[I_DUE] = day
            insert_due(st, day, item)
        item = i[I_NEXT_OF_CLAIM]
