"""From applicant to loan in the compiled engine: bank, gates, disbursement, subsidies, repayment."""

from __future__ import annotations

from simulator.chance.decisions import DEFAULT
from simulator.chance.philox import block
from simulator.engine.attributes import (
    default_day, default_target, hazard_multiple, loan_rate, relief_of, renewal_delay,
)
from simulator.engine.day import NEVER
from simulator.engine.instalments import interest_until
from simulator.engine.layout import (
    HAS_PARTS, SEG_EVERY, B_MEASURE, CL_DISCOUNT, COVER_PPM, DRAW, DRAW_SPLIT, HAS_INTEREST, HAS_VOLUME, LEVERAGE,
    LINK_SHARE, MEASURE_AMOUNT, MEASURE_COUNT, MEASURE_FIRMS, MODE_POT, NOBODY, NO_LIMIT, N_ACCOUNTS, N_CLUSTERS,
    N_DAYS, N_FEES, N_TARGETS, ON_DISBURSED, ON_INTEREST, ON_REPAID, REGISTERED_BASIS, SEG_REGISTERED, TARGET_BASIS,
    TARGET_COVERED, TARGET_FLAGS, TARGET_IP, TARGET_MEASURE, TARGET_RENEWALS,
)
from simulator.engine.ledger import (
    APPLICATIONS, APPLIED, BANK, BARRED, COVERED, COVERED_LOAN, COVERED_LOANS, DISBURSED, FIRMS, INDEPENDENT,
    INDEPENDENT_LOANS, INDUCED, INDUCED_LOANS, INTEREST_PAID, LOANS, MATURED_LOANS, REFUSED, REFUSED_FEN, REGISTERED,
    RENEWAL_WISHES, RENEWED, RENEWED_LOANS, REPAID,
)
from simulator.engine.loop.applicants import describe_again
from simulator.engine.loop.breaker import note
from simulator.engine.loop.cash import free_cash
from simulator.engine.loop.exposure import expose, release
from simulator.engine.loop.instalments import plan_parts
from simulator.engine.loop.clusters import draw_line, leave_line, multiple_of, return_deposit
from simulator.engine.loop.dues import account_at
from simulator.engine.loop.gates import choose_accounts, dynamic_gates
from simulator.engine.loop.limits import insure
from simulator.engine.loop.lists import append_mature, insert_default, insert_loan, slot_of
from simulator.engine.loop.programmes import collect_fees, count_lending, pay_programmes
from simulator.engine.loop.rights import exercise_option, no_right, take_right
from simulator.engine.loop.state import (
    L_BALANCE, L_NEXT_PAY, L_STANDING, A_ALONE, A_AMOUNT, A_BANK, A_BANK_SAYS, A_CLASS, A_COVERED, A_DAY, A_DISTRICT,
    A_ENTITY, A_FIRM, A_FLAGS, A_GRADE, A_IP, A_MODE, A_PRINCIPAL, A_REACHED, A_REASON, A_SECTOR, A_SEGMENT, A_TERM,
    F_BARRED, F_DEFAULT, F_DOOMED, F_ENDED, F_FIRST, F_HIT, F_LIVE, F_YEAR, K_ENDED, K_GIVEN, K_IN_FORCE,
    K_LOANS_ENDED, K_LOANS_GIVEN, K_LOANS_IN, LIVE, L_ACCOUNT, L_APP, L_BANK, L_BOOK, L_CLAIM, L_CLASS, L_CLUSTER,
    L_COVERED, L_DEFAULT, L_DEPOSIT, L_DISTRICT, L_ENTITY, L_FIRM, L_FLAGS, L_GENERATION, L_GRADE, L_GROSS, L_INDUCED,
    L_IP, L_MATURITY, L_MODE, L_NET, L_NEXT_DUE, L_NEXT_MATURE, L_NEXT_OF_FIRM, L_PRINCIPAL, L_RATE, L_REACHED,
    L_RECOVERY_DAY, L_SECTOR, L_SEGMENT, L_SLOT, L_START, L_STATE, L_SUBSIDY, L_TERM, REPAID_STATE, R_FULL, R_LOANS,
    R_ON_BOOKS, R_OUTSTANDING, R_PATH, R_PEAK_USE, R_SEED,
)
from simulator.engine.rules import leverage_use
from simulator.jit import kernel


@kernel(_nrt=False)
def apply(law, st, a, app, generation, y):
    """One application: asks its bank, meets the gates, and may get a loan.

    ``a`` its record, ``app`` the number of the first one, ``generation`` how often that has been renewed.
    """
    day, amount, reason = a[A_DAY], a[A_AMOUNT], a[A_REASON]
    principal, covered, firm, mode, bank = a[A_PRINCIPAL], a[A_COVERED], a[A_FIRM], a[A_MODE], a[A_BANK]
    book = day < 0
    if not book:
        st.years[y, APPLICATIONS] += 1
        st.years[y, APPLIED] += amount
    if len(law.supply) > 0 and not book and st.firms[firm, F_BARRED] == 0:
        lacking = no_right(law, st, a)
        if lacking >= 0:
            refuse(st, y, lacking, amount, book)
            return
    if st.firms[firm, F_BARRED] == 1:
        reason = BARRED
    first = second = NOBODY
    if a[A_BANK_SAYS] == 0:
        reason = BANK
    elif reason < 0 and not book:
        reason, first, second = dynamic_gates(law, st, a, y)
        principal, covered = a[A_PRINCIPAL], a[A_COVERED]
    elif reason < 0:
        first, second = choose_accounts(law, st, mode, a[A_DISTRICT])
    if reason >= 0:
        refuse(st, y, reason, amount, book)
        if reason == BARRED or a[A_ALONE] == 0:
            return
        principal, covered = amount, 0     # made all the same, without cover
    loan = disburse(law, st, day, a[A_ENTITY], a[A_SEGMENT], firm, principal, covered, a[A_TERM], bank, mode)
    if st.reg[R_FULL] != 0:
        return
    n = st.loans[loan]
    n[L_APP], n[L_GENERATION] = app, generation
    n[L_IP], n[L_CLASS], n[L_DISTRICT], n[L_SECTOR], n[L_GRADE] = (
        a[A_IP], a[A_CLASS], a[A_DISTRICT], a[A_SECTOR], a[A_GRADE])
    n[L_ACCOUNT], n[L_ACCOUNT + 1], n[L_REACHED], n[L_FLAGS] = first, second, a[A_REACHED], a[A_FLAGS]
    n[L_INDUCED] = 1 if covered > 0 and a[A_ALONE] == 0 else 0
    start_loan(law, st, loan, day, y)


@kernel(_nrt=False)
def refuse(st, y, reason, amount, book):
    """Count a refusal by its first reason; the base year's are history."""
    if not book:
        st.years[y, REFUSED + reason] += 1
        st.years[y, REFUSED_FEN + reason] += amount


@kernel(_nrt=False)
def disburse(law, st, day, entity, segment, firm, principal, covered, term, bank, mode):
    """A new loan's record; numbered in order of disbursement."""
    loan = st.reg[R_LOANS]
    if loan >= len(st.loans):
        st.reg[R_FULL] = 1
        return 0
    st.reg[R_LOANS] = loan + 1
    n = st.loans[loan]
    n[L_SLOT] = slot_of(st, firm)
    n[L_ENTITY], n[L_SEGMENT], n[L_FIRM], n[L_START], n[L_TERM] = entity, segment, firm, day, term
    n[L_MATURITY], n[L_PRINCIPAL], n[L_COVERED] = day + term, principal, covered
    n[L_NEXT_PAY], n[L_BALANCE], n[L_STANDING] = day + term, principal, covered
    n[L_MODE], n[L_BANK], n[L_RATE] = mode, bank, loan_rate(law, day)
    n[L_STATE], n[L_DEFAULT], n[L_CLAIM] = LIVE, NEVER, -1
    n[L_RECOVERY_DAY], n[L_GROSS], n[L_NET], n[L_SUBSIDY] = NEVER, 0, 0, 0
    n[L_CLUSTER], n[L_DEPOSIT] = -1, 0
    n[L_NEXT_MATURE], n[L_NEXT_OF_FIRM], n[L_BOOK] = -1, -1, 1 if day < 0 else 0
    return loan


@kernel(_nrt=False)
def start_loan(law, st, loan, day, y):
    """Everything a disbursement sets in motion: exposure, the firm's clock, maturity, subsidies, measures."""
    n = st.loans[loan]
    if law.whole[HAS_PARTS] == 1:
        plan_parts(law, st, loan)
    for k in range(2):
        p = law.modes[n[L_MODE], MODE_POT + k]
        if p >= 0 and n[L_COVERED] > 0:
            expose(law, st, p, n[L_ACCOUNT + k], n[L_DISTRICT], 0, n[L_STANDING])
            if n[L_BOOK] == 0:             # before day 0 the pots are still empty
                note_peak_use(law, st, p, n[L_ACCOUNT + k], n[L_DISTRICT])
    st.lent_by[n[L_BANK]] += n[L_STANDING]
    st.reg[R_OUTSTANDING] += n[L_BALANCE]
    st.reg[R_ON_BOOKS] += n[L_BALANCE]
    if law.whole[N_CLUSTERS] > 0:
        draw_line(law, st, loan, y)
        if n[L_CLUSTER] >= 0:
            n[L_RATE] -= law.clusters[n[L_CLUSTER], CL_DISCOUNT]
    if n[L_COVERED] > 0:
        note(law, st, loan, K_IN_FORCE, n[L_STANDING], K_LOANS_IN, 1)
        if len(law.origin) > 0:
            insure(law, st, loan)
    if len(law.supply) > 0:
        take_right(law, st, loan, 1)
    open_spell(law, st, loan, max(day, 0))
    append_mature(st, n[L_MATURITY], loan)
    if n[L_BOOK] == 0:
        if n[L_COVERED] > 0:
            note(law, st, loan, K_GIVEN, n[L_COVERED], K_LOANS_GIVEN, 1)
            st.lending[n[L_SLOT], day // 360] += n[L_COVERED]
        count_loan(law, st, loan, y)
        pay_programmes(law, st, loan, ON_DISBURSED, day, y)
        if law.support[HAS_VOLUME] == 1:
            count_lending(law, st, loan, day)
        if law.support[N_FEES] > 0 and n[L_COVERED] > 0:
            collect_fees(law, st, loan, y)


@kernel(_nrt=False)
def note_peak_use(law, st, payer, chosen, district):
    """Largest use so far (ppm) of the leverage room of the pots a loan counts in."""
    for k in range(law.payers[payer, N_ACCOUNTS]):
        a = account_at(law, payer, k, district)
        counts = a == chosen or law.payers[payer, DRAW] == DRAW_SPLIT
        if a >= 0 and counts and law.pots[a, LEVERAGE] != NO_LIMIT:
            st.reg[R_PEAK_USE] = max(st.reg[R_PEAK_USE], leverage_use(law.pots[a, LEVERAGE],
                                                                      free_cash(st, a), st.exposure[a]))


@kernel(_nrt=False)
def open_spell(law, st, loan, day):
    """The first live loan of a firm starts its clock; later ones join it."""
    n = st.loans[loan]
    f = st.firms[n[L_FIRM]]
    if f[F_LIVE] == 0 and f[F_ENDED] < day:
        u, _, _, _ = block(st.reg[R_SEED], st.reg[R_PATH], DEFAULT, n[L_ENTITY], n[L_GENERATION])
        relief = relief_of(law.modes[n[L_MODE], COVER_PPM], n[L_COVERED], n[L_PRINCIPAL])
        line, multiple = st.hazard[n[L_GRADE], n[L_SECTOR]], hazard_multiple(law, relief)
        if law.whole[N_CLUSTERS] > 0:
            multiple *= multiple_of(law, st, n[L_SEGMENT], n[L_FIRM])
            st.target[n[L_FIRM]] = default_target(line, day, u, multiple)
        f[F_DEFAULT] = default_day(line, day, u, multiple, NEVER)
        f[F_FIRST], f[F_DOOMED], f[F_HIT] = -1, 0, NEVER
        if f[F_DEFAULT] < NEVER:
            insert_default(st, f[F_DEFAULT], n[L_FIRM])
    elif f[F_DOOMED] == 1 and n[L_NEXT_PAY] < f[F_DEFAULT]:
        f[F_DEFAULT] = n[L_NEXT_PAY]
        insert_default(st, n[L_NEXT_PAY], n[L_FIRM])
    f[F_LIVE] += 1
    at = f[F_FIRST]
    if at < 0:
        f[F_FIRST] = loan
        return
    while st.loans[at, L_NEXT_OF_FIRM] >= 0:
        at = st.loans[at, L_NEXT_OF_FIRM]
    st.loans[at, L_NEXT_OF_FIRM] = loan


@kernel(_nrt=False)
def count_loan(law, st, loan, y):
    """Add a new loan to the year's volumes and to each target's quantity."""
    n = st.loans[loan]
    year = st.years[y]
    principal = n[L_PRINCIPAL]
    registered = principal * law.segments[n[L_SEGMENT], SEG_REGISTERED] // 1000
    year[LOANS] += 1
    year[DISBURSED] += principal
    year[REGISTERED] += registered
    if n[L_COVERED] > 0:
        year[COVERED_LOANS] += 1
        year[COVERED] += n[L_COVERED]
        year[COVERED_LOAN] += principal
        year[INDUCED_LOANS] += n[L_INDUCED]
        year[INDUCED] += principal * n[L_INDUCED]
    else:
        year[INDEPENDENT_LOANS] += 1
        year[INDEPENDENT] += principal
    if n[L_GENERATION] > 0:
        year[RENEWED_LOANS] += 1
        year[RENEWED] += principal
    new_this_year = int(st.firms[n[L_FIRM], F_YEAR] != y + 1)
    st.firms[n[L_FIRM], F_YEAR] = y + 1
    year[FIRMS] += new_this_year
    for t in range(law.whole[N_TARGETS]):
        target = law.targets[t]
        if ((target[TARGET_IP] >> n[L_IP]) & 1 == 1 and (n[L_GENERATION] == 0 or target[TARGET_RENEWALS] == 1)
                and target[TARGET_FLAGS] & n[L_FLAGS] == target[TARGET_FLAGS]
                and (target[TARGET_COVERED] == 0 or n[L_COVERED] > 0)):
            if target[TARGET_MEASURE] == MEASURE_AMOUNT:
                year[law.whole[B_MEASURE] + t] += registered if target[TARGET_BASIS] == REGISTERED_BASIS else principal
            elif target[TARGET_MEASURE] == MEASURE_COUNT:
                year[law.whole[B_MEASURE] + t] += 1
            elif target[TARGET_MEASURE] == MEASURE_FIRMS:
                year[law.whole[B_MEASURE] + t] += new_this_year


@kernel(_nrt=False)
def mature_loans(law, st, day, y):
    """Loans due today that have not defaulted are repaid; ex-post subsidies follow."""
    loan = st.mature[day, 0]
    while loan >= 0:
        n = st.loans[loan]
        if n[L_STATE] == LIVE:
            n[L_STATE] = REPAID_STATE
            year = st.years[y]
            year[MATURED_LOANS] += 1
            year[REPAID] += n[L_BALANCE]
            year[INTEREST_PAID] += interest_until(n[L_PRINCIPAL], n[L_RATE], n[L_TERM], n[L_TERM],
                                                  law.segments[n[L_SEGMENT], SEG_EVERY])
            st.reg[R_OUTSTANDING] -= n[L_BALANCE]
            st.reg[R_ON_BOOKS] -= n[L_BALANCE]
            release(law, st, loan, 0)
            if len(law.supply) > 0:
                take_right(law, st, loan, -1)
            leave_line(st, loan)
            return_deposit(st, loan, y)
            if n[L_COVERED] > 0:
                note(law, st, loan, K_IN_FORCE, -n[L_STANDING], K_LOANS_IN, -1)
                note(law, st, loan, K_ENDED, n[L_STANDING], K_LOANS_ENDED, 1)
            f = st.firms[n[L_FIRM]]
            f[F_LIVE] -= 1
            if f[F_LIVE] == 0:
                f[F_ENDED] = day
                f[F_FIRST] = -1
            pay_programmes(law, st, loan, ON_REPAID, day, y)
            if law.support[HAS_INTEREST] == 1:
                pay_programmes(law, st, loan, ON_INTEREST, day, y)
            if law.linkage[LINK_SHARE] > 0.0 and n[L_COVERED] > 0 and n[L_BOOK] == 0:
                exercise_option(law, st, loan, y)
            wish_again(law, st, loan, day, y)
        loan = n[L_NEXT_MATURE]


@kernel(_nrt=False)
def wish_again(law, st, loan, day, y):
    """A firm that has repaid may ask for the loan again, within the window."""
    n = st.loans[loan]
    if n[L_APP] >= 0:
        delay = renewal_delay(law, st.reg[R_SEED], st.reg[R_PATH], n[L_ENTITY], n[L_GENERATION])
        if delay >= 0 and day + delay < law.whole[N_DAYS]:
            st.years[y, RENEWAL_WISHES] += 1
            insert_loan(st, st.renew, L_NEXT_DUE, day + delay, loan)


@kernel(_nrt=False)
def renew_loans(law, st, day, y):
    """The day's renewals, in order of the old loan, before newcomers."""
    loan = st.renew[day]
    while loan >= 0:
        following = st.loans[loan, L_NEXT_DUE]
        describe_again(law, st, loan, day)
        apply(law, st, st.again, st.loans[loan, L_APP], st.loans[loan, L_GENERATION] + 1, y)
        if st.reg[R_FULL] != 0:
            return
        loan = following
