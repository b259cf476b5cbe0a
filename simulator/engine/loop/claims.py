"""From default to recovery in the compiled engine."""

from __future__ import annotations

from simulator.engine.attributes import recovery_of
from simulator.engine.day import NEVER, YEAR, MONTH
from simulator.engine.layout import (
    N_HAZARD_MONTHS, AT_MATURITY, B_BACK, B_CANCELLED, B_LIABLE, FINAL_DAYS, HAS_CHAIN, HAS_DISPOSED, HAS_INTEREST,
    INTEREST_DAYS, KIND, KIND_POT, NET_BASE, NO_LIMIT, N_CLUSTERS, N_LAST, N_PAYERS, ON_DISPOSED, ON_INTEREST, OVERDUE,
    PRIORITY, PRIORITY_END, PROVISIONAL, RECOVERY_COST_PPM, WITHIN, WITHIN_PRIORITY, WITHIN_PRO_RATA,
)
from simulator.engine.ledger import (
    COVERED_DEFAULTS, DEFAULTED, DEFAULTS, DETERMINED, NETTED, OUTSIDE, RECOVERED, RECOVERY_COST, VINTAGE,
    VINTAGE_DEFAULTS,
)
from simulator.engine.loop.breaker import note, note_party
from simulator.engine.loop.capital import add_capital
from simulator.engine.loop.cash import year_row
from simulator.engine.loop.chain import receive, refund
from simulator.engine.loop.clusters import leave_line, note_fallen, spend_reserve
from simulator.engine.loop.dues import owe_less
from simulator.engine.loop.exposure import release
from simulator.engine.loop.programmes import pay_programmes
from simulator.engine.loop.rights import common_right, take_right
from simulator.engine.loop.limits import facts_of, fill_bounds, load_counters, store_counters
from simulator.engine.loop.lists import insert_default, insert_loan
from simulator.engine.loop.settlement import call_provisionally, call_rows, covered_part, early_part, settle
from simulator.engine.loop.state import (
    L_SECTOR, CLAIMED, CLOSED, C_BASE, C_FINAL, C_FIRST, C_LOAN, DEFAULTED_STATE, F_BARRED, F_DEFAULT, F_DOOMED,
    F_ENDED, F_FIRST, F_LIVE, HELD, I_CANCELLED, I_CREDITOR, I_NEXT_OF_CLAIM, I_PAYER, I_STATE, I_UNPAID, K_DEFAULTS,
    K_DETERMINED, K_ENDED, K_IN_FORCE, K_LOANS_ENDED, K_LOANS_IN, K_NPL, K_REFUNDED, LIVE, L_BOOK, L_BALANCE,
    L_STANDING, L_NEXT_PAY, L_CLAIM, L_COVERED, L_DEFAULT, L_ENTITY, L_GENERATION, L_GROSS, L_IP, L_MODE, L_NET,
    L_NEXT_DUE, L_NEXT_OF_FIRM, L_NEXT_RECOVER, L_PRINCIPAL, L_RATE, L_RECOVERY_DAY, L_START, L_STATE, QUEUED,
    R_CLAIMS, R_FULL, R_NPL, R_ON_BOOKS, R_OUTSTANDING, R_PATH, R_SEED,
)
from simulator.engine.rules import PPM, for_days, muldiv, of_ppm, share_loss
from simulator.jit import kernel


@kernel(_nrt=False)
def default_firms(law, st, day, y):
    """Every live loan of each firm whose day it is defaults; what no longer holds is skipped."""
    node = st.default[day]
    while node >= 0:
        firm = st.nodes[node, 0]
        f = st.firms[firm]
        if f[F_DEFAULT] == day and f[F_LIVE] > 0 and f[F_BARRED] == 0 and law.whole[AT_MATURITY] == 1:
            f[F_DEFAULT] = next_maturity(st, f[F_FIRST])
            if f[F_DEFAULT] > day:
                f[F_DOOMED] = 1
                insert_default(st, f[F_DEFAULT], firm)
        if f[F_DEFAULT] == day and f[F_LIVE] > 0 and f[F_BARRED] == 0:
            loan = f[F_FIRST]
            if law.whole[N_CLUSTERS] > 0:
                note_fallen(law, st, loan)
            while loan >= 0:
                if st.loans[loan, L_STATE] == LIVE:
                    default_loan(law, st, loan, day, y)
                loan = st.loans[loan, L_NEXT_OF_FIRM]
            f[F_BARRED] = 1
            f[F_LIVE] = 0
            f[F_FIRST] = -1
            f[F_ENDED] = day
            f[F_DEFAULT] = NEVER
        node = st.nodes[node, 1]


@kernel(_nrt=False)
def next_maturity(st, first):
    """Earliest payment of principal among a firm's live loans, from the ``first`` of its list."""
    found = NEVER
    loan = first
    while loan >= 0:
        if st.loans[loan, L_STATE] == LIVE:
            found = min(found, st.loans[loan, L_NEXT_PAY])
        loan = st.loans[loan, L_NEXT_OF_FIRM]
    return found


@kernel(_nrt=False)
def default_loan(law, st, loan, day, y):
    """One loan defaults: the claim is determined after the days past due its mode asks for."""
    n = st.loans[loan]
    n[L_STATE] = DEFAULTED_STATE
    n[L_DEFAULT] = day
    year = st.years[y]
    year[DEFAULTS] += 1
    year[DEFAULTED] += n[L_BALANCE]
    st.reg[R_NPL] += n[L_BALANCE]
    if n[L_BOOK] == 0 and day - n[L_START] <= YEAR:
        vintage = st.years[year_row(law, n[L_START])]
        vintage[VINTAGE_DEFAULTS] += 1
        vintage[VINTAGE] += n[L_BALANCE]
    if n[L_COVERED] > 0:
        year[COVERED_DEFAULTS] += 1
        note(law, st, loan, K_NPL, n[L_STANDING], K_DEFAULTS, 1)
    if law.support[HAS_INTEREST] == 1:
        pay_programmes(law, st, loan, ON_INTEREST, day, y)
    insert_loan(st, st.determine, L_NEXT_DUE, day + law.modes[n[L_MODE], OVERDUE], loan)
    if law.modes[n[L_MODE], NET_BASE] == 1:
        draw_recovery(law, st, loan, day)


@kernel(_nrt=False)
def draw_recovery(law, st, loan, day):
    """What comes back of a loan, and when, counted from ``day``."""
    n = st.loans[loan]
    gross, arrives = recovery_of(law, st.reg[R_SEED], st.reg[R_PATH], n[L_ENTITY], n[L_GENERATION], n[L_IP],
                                 n[L_PRINCIPAL], n[L_BALANCE], n[L_START], day, common_right(law, n), n[L_MODE],
                                 st.index[n[L_SECTOR], min(day // MONTH, law.whole[N_HAZARD_MONTHS] - 1)])
    n[L_GROSS] = gross
    n[L_RECOVERY_DAY] = arrives
    if arrives <= law.whole[N_LAST]:
        insert_loan(st, st.recover, L_NEXT_RECOVER, arrives, loan)


@kernel(_nrt=False)
def determine_claims(law, st, day, y):
    """The day's claims are determined in order of loan: base, who bears it, and when each pays."""
    loan = st.determine[day]
    while loan >= 0:
        n = st.loans[loan]
        following = n[L_NEXT_DUE]
        st.years[y, OUTSIDE] += n[L_BALANCE] - n[L_STANDING]
        release(law, st, loan, 0)
        leave_line(st, loan)
        st.reg[R_OUTSTANDING] -= n[L_BALANCE]
        n[L_STATE] = CLAIMED
        n[L_CLAIM] = -1
        if n[L_COVERED] > 0:
            note(law, st, loan, K_IN_FORCE, -n[L_STANDING], K_LOANS_IN, -1)
            note(law, st, loan, K_ENDED, n[L_STANDING], K_LOANS_ENDED, 1)
            note(law, st, loan, K_DETERMINED, n[L_STANDING], K_DEFAULTS, 0)
            determine(law, st, loan, day, y)
        if law.modes[n[L_MODE], NET_BASE] == 0:
            draw_recovery(law, st, loan, day)
        elif n[L_RECOVERY_DAY] <= day:
            n[L_STATE] = CLOSED            # all has come in before the claim
        loan = following


@kernel(_nrt=False)
def determine(law, st, loan, day, y):
    """One claim: the terms applied to its base, and a due per row and account."""
    claim = st.reg[R_CLAIMS]
    if claim >= len(st.claims):
        st.reg[R_FULL] = 1
        return
    st.reg[R_CLAIMS] = claim + 1
    n = st.loans[loan]
    early = early_part(law, st, loan, day)
    base = n[L_STANDING] + for_days(n[L_STANDING], n[L_RATE], law.modes[n[L_MODE], INTEREST_DAYS]) - early
    n[L_CLAIM] = claim
    st.claims[claim, C_LOAN] = loan
    st.claims[claim, C_FIRST] = -1
    st.claims[claim, C_BASE] = base
    mode = n[L_MODE]
    load_counters(law, st, loan, day, -1)
    fill_bounds(law, st, loan, claim)
    share_loss(law, mode, base, facts_of(law, st, loan, day), st.bounds[claim], st.used, st.taken, st.burden[claim],
               st.before)
    store_counters(law, st, loan, day, claim, -1)
    spend_reserve(law, st, loan, st.burden[claim], -1)
    st.years[y, DETERMINED] += base
    st.years[y, NETTED] += early
    total = 0
    for p in range(law.whole[N_PAYERS] + 1):
        st.years[y, law.whole[B_LIABLE] + p] += st.burden[claim, p]
        st.borne[claim, p] = st.burden[claim, p]
        st.back[claim, p] = 0
        if law.whole[HAS_CHAIN] == 1:
            st.lacking[claim, p] = st.awaited[claim, p] = 0
        total += st.burden[claim, p]
    if total != base:
        st.reg[R_FULL] = 2                 # conservation broken: the host raises
    closed = n[L_RECOVERY_DAY] <= day and law.modes[mode, FINAL_DAYS] < 0
    if law.modes[mode, PROVISIONAL] == NO_LIMIT or closed:
        st.claims[claim, C_FINAL] = 1
        call_rows(law, st, claim, mode, day, PPM, 0)
    else:
        st.claims[claim, C_FINAL] = 0
        call_provisionally(law, st, claim, mode, day)


# --- recovery ----------------------------------------------------------------------------------

@kernel(_nrt=False)
def recover_loans(law, st, day, y):
    """Proceeds arrive: costs first, then shared between the covered part and the rest, then within it."""
    loan = st.recover[day]
    while loan >= 0:
        n = st.loans[loan]
        following = n[L_NEXT_RECOVER]
        cost = of_ppm(n[L_GROSS], law.whole[RECOVERY_COST_PPM])
        net = n[L_GROSS] - cost
        n[L_NET] = net
        if n[L_STATE] == CLAIMED:
            n[L_STATE] = CLOSED
        st.reg[R_NPL] -= n[L_BALANCE]
        st.reg[R_ON_BOOKS] -= n[L_BALANCE]
        st.years[y, RECOVERED] += n[L_GROSS]
        st.years[y, RECOVERY_COST] += cost
        if n[L_COVERED] > 0:
            note(law, st, loan, K_NPL, -n[L_STANDING], K_DEFAULTS, 0)
            part = covered_part(law, n[L_MODE], net, n[L_STANDING], n[L_BALANCE])
            if n[L_CLAIM] >= 0 and st.claims[n[L_CLAIM], C_FINAL] == 0:
                if law.modes[n[L_MODE], FINAL_DAYS] < 0:
                    settle(law, st, loan, part, day, y)
            elif part > 0 and n[L_CLAIM] >= 0:
                share_recovery(law, st, loan, part, y)
        if len(law.supply) > 0:
            take_right(law, st, loan, -1)
        if law.support[HAS_DISPOSED] == 1 and n[L_GROSS] > 0:
            pay_programmes(law, st, loan, ON_DISPOSED, day, y)
        loan = following


@kernel(_nrt=False)
def share_recovery(law, st, loan, part, y):
    """Share ``part`` among those who bore the loss; nobody gets back more than it bore."""
    claim = st.loans[loan, L_CLAIM]
    mode = st.loans[loan, L_MODE]
    lender = law.whole[N_PAYERS]
    borne = st.borne[claim]
    back = st.back[claim]
    rest = part
    if law.modes[mode, WITHIN] == WITHIN_PRIORITY:
        for k in range(law.modes[mode, PRIORITY], law.modes[mode, PRIORITY_END]):
            p = law.priority[k]
            back[p] = min(rest, borne[p])
            rest -= back[p]
    elif law.modes[mode, WITHIN] == WITHIN_PRO_RATA:
        for p in range(lender):
            back[p] = muldiv(borne[p], part, st.claims[claim, C_BASE])
            rest -= back[p]
    else:
        determined = st.loans[loan, L_DEFAULT] + law.modes[mode, OVERDUE]
        load_counters(law, st, loan, determined, claim)
        share_loss(law, mode, st.claims[claim, C_BASE] - part, facts_of(law, st, loan, determined), st.bounds[claim],
                   st.used, st.taken, st.fresh, st.before)
        store_counters(law, st, loan, determined, claim, claim)
        for p in range(lender):
            back[p] = min(rest, max(0, min(borne[p], st.burden[claim, p] - st.fresh[p])))
            rest -= back[p]
    give_rest(back, borne, rest, lender)
    spend_reserve(law, st, loan, back, 1)
    given = 0
    for p in range(lender + 1):
        given += back[p]
    if given != part:
        st.reg[R_FULL] = 2                 # conservation broken: the host raises
    for p in range(lender + 1):
        st.years[y, law.whole[B_BACK] + p] += back[p]
        if p < lender and back[p] > 0:
            give_back(law, st, claim, p, back[p], y)


@kernel(_nrt=False)
def give_rest(back, borne, rest, lender):
    """The remainder goes to the lender, else to the first who is not whole."""
    x = min(rest, borne[lender] - back[lender])
    back[lender] += x
    rest -= x
    for p in range(lender):
        x = min(rest, borne[p] - back[p])
        back[p] += x
        rest -= x


@kernel(_nrt=False)
def give_back(law, st, claim, payer, amount, y):
    """A recovery first cancels what the payer still owes (not yet due, then queued), the rest is refunded."""
    owed = amount
    for state in (HELD, QUEUED):
        item = st.claims[claim, C_FIRST]
        while item >= 0:
            i = st.items[item]
            if i[I_PAYER] == payer and i[I_STATE] == state:
                x = min(owed, i[I_UNPAID])
                i[I_CANCELLED] += x
                owed -= x
                st.years[y, law.whole[B_CANCELLED] + payer] += x
                owe_less(st, item, x)
                receive(law, st, claim, i[I_CREDITOR], x, y)
            item = i[I_NEXT_OF_CLAIM]
    if owed > 0 and law.payers[payer, KIND] == KIND_POT:
        refund(law, st, claim, payer, owed, y)
    elif owed > 0:
        add_capital(law, st, payer, owed)
        note_party(law, st, st.claims[claim, C_LOAN], payer, K_REFUNDED, owed)
