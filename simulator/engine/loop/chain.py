"""Chains of payers in the compiled engine: who is owed for a claim on which it owes itself (rows ``from`` a payer).

Who could not pay keeps nothing of what comes to it for that claim before its own creditor has had its due: the money
goes through it (docs/terms).
"""

from __future__ import annotations

from simulator.engine.layout import (
    B_FALLEN, B_LAPSED, B_PAID, B_PASSED, B_REFUND, HAS_CHAIN, KIND, KIND_POT, N_PAYERS, REPAID, UP, SHORT, SHORT_NEXT,
)
from simulator.engine.loop.breaker import note_pot
from simulator.engine.loop.capital import add_capital, note_outflow
from simulator.engine.loop.dues import owe_less
from simulator.engine.loop.state import (
    C_FIRST, C_LOAN, HELD, I_ACCOUNT, I_ACCOUNTS, I_NEXT_OF_CLAIM, I_PAID, I_PAYER, I_STATE, I_UNPAID, K_REFUNDED,
    L_MODE, QUEUED, R_DIRTY,
)
from simulator.engine.rules import muldiv
from simulator.jit import kernel


@kernel(_nrt=False)
def shift(law, st, claim, payer, onto, x, y):
    """``x`` of the burden of a payer without money falls onto another party; a negative ``x`` comes back to it."""
    column = law.whole[B_PASSED if law.payers[payer, SHORT] == SHORT_NEXT else B_LAPSED]
    st.years[y, column + payer] += x
    st.years[y, law.whole[B_FALLEN] + onto] += x
    st.borne[claim, payer] -= x
    st.borne[claim, onto] += x


@kernel(_nrt=False)
def leave_unpaid(law, st, claim, payer, onto, x, y):
    """What a payer cannot pay falls onto another party, as far as it is its own burden.

    The rest is what others owe it: that goes to its creditor when it comes, and falls there when it does not.
    """
    if law.whole[HAS_CHAIN] == 0:
        shift(law, st, claim, payer, onto, x, y)
        return
    chain = law.chain[st.loans[st.claims[claim, C_LOAN], L_MODE]]
    own = x
    if chain[payer, REPAID] == 1:
        own = min(x, st.borne[claim, payer] - st.back[claim, payer])
        st.lacking[claim, payer] += x
        st.awaited[claim, payer] += x - own
    shift(law, st, claim, payer, onto, own, y)
    while onto < law.whole[N_PAYERS] and st.awaited[claim, onto] > 0:
        x = min(st.awaited[claim, onto], st.borne[claim, onto] - st.back[claim, onto])
        st.awaited[claim, onto] -= x
        shift(law, st, claim, onto, chain[onto, UP], x, y)
        onto = chain[onto, UP]


@kernel(_nrt=False)
def receive(law, st, claim, party, amount, y):
    """Money comes to a party for a claim: first to its creditor for what it could not pay or has not paid yet."""
    if law.whole[HAS_CHAIN] == 0:
        return
    chain = law.chain[st.loans[st.claims[claim, C_LOAN], L_MODE]]
    while party < law.whole[N_PAYERS] and amount > 0 and chain[party, REPAID] == 1:
        up = chain[party, UP]
        through = make_good(law, st, claim, party, up, amount, y)
        through += pay_own(law, st, claim, party, amount - through)
        st.years[y, law.whole[B_PAID] + party] += through
        keep(law, st, claim, party, amount - through, y)
        party, amount = up, through


@kernel(_nrt=False)
def make_good(law, st, claim, party, up, amount, y):
    """What goes to a party's creditor for what the party had left unpaid; less, once recoveries have made it whole."""
    awaited = min(amount, st.awaited[claim, party])
    fallen = min(amount - awaited, st.lacking[claim, party] - st.awaited[claim, party],
                 st.borne[claim, up] - st.back[claim, up])
    st.awaited[claim, party] -= awaited
    st.lacking[claim, party] -= awaited + fallen
    shift(law, st, claim, party, up, -fallen, y)
    return awaited + fallen


@kernel(_nrt=False)
def pay_own(law, st, claim, party, amount):
    """What of ``amount`` pays the party's own open dues of the claim: those queued, then those not yet due."""
    left = amount
    for state in (QUEUED, HELD):
        item = st.claims[claim, C_FIRST]
        while item >= 0:
            if st.items[item, I_PAYER] == party and st.items[item, I_STATE] == state:
                x = min(left, st.items[item, I_UNPAID])
                owe_less(st, item, x)
                left -= x
            item = st.items[item, I_NEXT_OF_CLAIM]
    return amount - left


@kernel(_nrt=False)
def keep(law, st, claim, party, amount, y):
    """Money a party may keep: in its pots, or its capital."""
    if law.payers[party, KIND] == KIND_POT:
        refund(law, st, claim, party, amount, y)
    else:
        add_capital(law, st, party, amount)


@kernel(_nrt=False)
def refund(law, st, claim, payer, amount, y):
    """Return money to a payer's accounts by what each has paid; floors, the remainder to the last."""
    total = 0
    item = st.claims[claim, C_FIRST]
    while item >= 0:
        if st.items[item, I_PAYER] == payer:
            for slot in range(st.items[item, I_ACCOUNTS]):
                total += st.items[item, I_PAID + slot]
        item = st.items[item, I_NEXT_OF_CLAIM]
    seen = 0
    given = 0
    item = st.claims[claim, C_FIRST]
    while item >= 0:
        i = st.items[item]
        if i[I_PAYER] == payer:
            for slot in range(i[I_ACCOUNTS]):
                seen += i[I_PAID + slot]
                if i[I_PAID + slot] > 0:
                    x = amount - given if seen == total else muldiv(i[I_PAID + slot], amount, total)
                    a = i[I_ACCOUNT + slot]
                    st.cash[a] += x
                    st.years[y, law.whole[B_REFUND] + a] += x
                    st.reg[R_DIRTY] |= 1 << a
                    note_outflow(st, -x)
                    note_pot(law, st, st.claims[claim, C_LOAN], a, K_REFUNDED, x)
                    given += x
        item = i[I_NEXT_OF_CLAIM]
