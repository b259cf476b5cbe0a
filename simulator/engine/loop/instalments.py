"""Instalments of the compiled engine: principal that is repaid before a loan's maturity."""

from __future__ import annotations

from simulator.engine.instalments import balance_after, paid_before
from simulator.engine.layout import SEG_EVERY
from simulator.engine.ledger import REPAID
from simulator.engine.loop.breaker import note
from simulator.engine.loop.exposure import release
from simulator.engine.loop.lists import insert_loan
from simulator.engine.loop.state import (
    J_DRAWN, K_ENDED, K_IN_FORCE, K_LOANS_ENDED, K_LOANS_IN, LIVE, L_BALANCE, L_CLUSTER, L_COVERED, L_MATURITY,
    L_NEXT_PART, L_NEXT_PAY, L_PRINCIPAL, L_SEGMENT, L_STANDING, L_START, L_STATE, L_TERM, R_DRAWN, R_ON_BOOKS,
    R_OUTSTANDING,
)
from simulator.engine.rules import muldiv
from simulator.jit import inlined, kernel


@kernel(_nrt=False)
def plan_parts(law, st, loan):
    """The first instalment on day 0 or later; a loan of the opening book has paid those before."""
    n = st.loans[loan]
    every = law.segments[n[L_SEGMENT], SEG_EVERY]
    paid = paid_before(n[L_TERM], every, -n[L_START])
    set_balance(st, loan, opening_balance(law, st, loan))
    plan_next(st, loan, n[L_START] + (paid + 1) * every if every > 0 else n[L_MATURITY])


@inlined
def set_balance(st, loan, balance):
    """What is owed of a loan, and the part of it that is covered."""
    n = st.loans[loan]
    n[L_BALANCE] = balance
    n[L_STANDING] = n[L_COVERED] if balance == n[L_PRINCIPAL] else muldiv(n[L_COVERED], balance, n[L_PRINCIPAL])


@inlined
def plan_next(st, loan, day):
    """The next payment of principal; the last one is the loan's maturity."""
    n = st.loans[loan]
    n[L_NEXT_PAY] = min(day, n[L_MATURITY])
    if day < n[L_MATURITY]:
        insert_loan(st, st.part, L_NEXT_PART, day, loan)


@kernel(_nrt=False)
def opening_balance(law, st, loan):
    """What a loan of the opening book owed on day 0."""
    n = st.loans[loan]
    every = law.segments[n[L_SEGMENT], SEG_EVERY]
    return balance_after(n[L_PRINCIPAL], n[L_TERM], every, paid_before(n[L_TERM], every, -n[L_START]))


@kernel(_nrt=False)
def pay_instalments(law, st, day, y):
    """The day's instalments, in order of loan; what a loan owes falls, and with it all that is measured by it."""
    loan = st.part[day]
    while loan >= 0:
        n = st.loans[loan]
        following = n[L_NEXT_PART]
        if n[L_STATE] == LIVE:
            every = law.segments[n[L_SEGMENT], SEG_EVERY]
            owed, standing = n[L_BALANCE], n[L_STANDING]
            balance = balance_after(n[L_PRINCIPAL], n[L_TERM], every, (day - n[L_START]) // every)
            release(law, st, loan, muldiv(n[L_COVERED], balance, n[L_PRINCIPAL]))
            set_balance(st, loan, balance)
            paid = owed - balance
            st.years[y, REPAID] += paid
            st.reg[R_OUTSTANDING] -= paid
            st.reg[R_ON_BOOKS] -= paid
            if n[L_CLUSTER] >= 0:
                st.cluster[n[L_CLUSTER], J_DRAWN] -= paid
                st.reg[R_DRAWN] -= paid
            if n[L_COVERED] > 0:
                note(law, st, loan, K_IN_FORCE, n[L_STANDING] - standing, K_LOANS_IN, 0)
                note(law, st, loan, K_ENDED, standing - n[L_STANDING], K_LOANS_ENDED, 0)
            plan_next(st, loan, day + every)
        loan = following
