"""Loans in force on day 0 that chance does not make: equal ones, or those of a file."""

from __future__ import annotations

from simulator.engine.attributes import firm_facts
from simulator.engine.collective import cluster_of
from simulator.engine.layout import (
    BK_BANK, BK_CLASS, BK_COVERED, BK_DISTRICT, BK_FIRM, BK_FLAGS, BK_GRADE, BK_IP, BK_MODE, BK_PRINCIPAL, BK_RATE,
    BK_SECTOR, BK_START, BK_TERM, BOOK_COVERED, BOOK_ENTITY, BOOK_FILE, BOOK_FIXED, BOOK_KIND, BOOK_LOANS,
    BOOK_PRINCIPAL, BOOK_REMAINING, SEG_FIRM_BASE,
)
from simulator.engine.loop.gates import choose_accounts
from simulator.engine.loop.intake import disburse, start_loan
from simulator.engine.loop.state import (
    F_ENDED, J_SECTOR, L_ACCOUNT, L_APP, L_BOOK, L_CLASS, L_DISTRICT, L_FLAGS, L_GENERATION, L_GRADE, L_INDUCED, L_IP,
    L_MODE, L_RATE, L_REACHED, L_SECTOR, L_START, L_TERM, R_FULL, R_PATH, R_SEED,
)
from simulator.jit import kernel


@kernel(_nrt=False)
def open_book(law, st):
    """Everything in force on day 0 beside the base year's own loans."""
    if law.whole[BOOK_KIND] == BOOK_FIXED:
        open_equal_loans(law, st)
    elif law.whole[BOOK_KIND] == BOOK_FILE:
        open_loans_of_file(law, st)


@kernel(_nrt=False)
def open_equal_loans(law, st):
    """Equal loans in force on day 0, one a firm, for portfolio runs."""
    for row in range(law.whole[BOOK_LOANS]):
        firm, firm_class, district, sector, grade, flags = firm_facts(law, st.reg[R_SEED], st.reg[R_PATH], 0, row)
        covered = law.whole[BOOK_PRINCIPAL] * law.whole[BOOK_COVERED]
        loan = disburse(law, st, 0, 255 << 24 | row, 0, firm, law.whole[BOOK_PRINCIPAL], covered,
                        law.whole[BOOK_REMAINING], 0, 0)
        if st.reg[R_FULL] != 0:
            return
        n = st.loans[loan]
        cluster = cluster_of(law, 0, firm)
        n[L_SECTOR] = sector if cluster < 0 else st.cluster[cluster, J_SECTOR]
        n[L_IP], n[L_CLASS], n[L_DISTRICT], n[L_GRADE], n[L_FLAGS] = 0, firm_class, district, grade, flags
        st.firms[firm, F_ENDED] = -1
        open_loan(law, st, loan)


@kernel(_nrt=False)
def open_loans_of_file(law, st):
    """The loans of a file in its order, their firms after the pool; what is left of their term is still to run."""
    segment = len(law.segments) - 1
    for row in range(len(law.book)):
        b = law.book[row]
        firm = law.segments[segment, SEG_FIRM_BASE] + b[BK_FIRM]
        loan = disburse(law, st, 0, BOOK_ENTITY + row, segment, firm, b[BK_PRINCIPAL], b[BK_COVERED],
                        b[BK_START] + b[BK_TERM], b[BK_BANK], b[BK_MODE])
        if st.reg[R_FULL] != 0:
            return
        n = st.loans[loan]
        n[L_START], n[L_TERM], n[L_RATE] = b[BK_START], b[BK_TERM], b[BK_RATE]
        n[L_SECTOR], n[L_FLAGS] = b[BK_SECTOR], b[BK_FLAGS]
        n[L_IP], n[L_CLASS], n[L_DISTRICT], n[L_GRADE] = b[BK_IP], b[BK_CLASS], b[BK_DISTRICT], b[BK_GRADE]
        open_loan(law, st, loan)


@kernel(_nrt=False)
def open_loan(law, st, loan):
    """What all of them have in common: never refused, reached by the subsidies, not renewed."""
    n = st.loans[loan]
    n[L_ACCOUNT], n[L_ACCOUNT + 1] = choose_accounts(law, st, n[L_MODE], n[L_DISTRICT])
    n[L_INDUCED], n[L_BOOK], n[L_REACHED], n[L_APP], n[L_GENERATION] = 0, 1, 1, -1, 0
    start_loan(law, st, loan, 0, 0)
