"""The compiled engine: one path, day by day, in the order of business; then block after block of paths."""

from __future__ import annotations

from simulator.chance.factors import cumulative_hazard
from simulator.engine.day import MONTH, NEVER, YEAR
from simulator.engine.layout import (
    CAPITAL, FACTOR_STEP, HAS_FINALS, HAS_PARTS, HAS_YEARLY, INVESTED_FIRMS, LAST_CHECK, MEAN_LOAN, N_CALENDAR, N_DAYS,
    N_HAZARD_MONTHS, N_LAST, N_PAYERS, N_POTS, PERSISTENCE,
)
from simulator.engine.ledger import (
    NPL, ON_BOOKS, PATH_FIXED, P_BOOK, P_BOOK_LOANS, P_EXHAUSTED, P_IN_WINDOW, P_LINE_USE, P_NET_PEAK, P_OPEN,
    P_OPEN_LOANS, P_PEAK_USE, P_QUEUE_DAYS, P_SUSPENDED, P_SUSPENDED_DAYS, P_UNPAID,
)
from simulator.engine.loop.applicants import describe_applicants
from simulator.engine.loop.breaker import follows_run_off, is_check_day, open_period, read_breakers
from simulator.engine.loop.cash import (
    book_contributions, credit_interest, join_queue, plan_contributions, pot_refusal, serve_queue, year_row,
)
from simulator.engine.loop.claims import default_firms, determine_claims, recover_loans
from simulator.engine.loop.clusters import line_use, open_clusters, spread
from simulator.engine.loop.instalments import opening_balance, pay_instalments
from simulator.engine.loop.intake import apply, mature_loans, renew_loans
from simulator.engine.loop.opening import open_book
from simulator.engine.loop.settlement import settle_claims
from simulator.engine.loop.state import (
    A_DAY, CLOSED, F_BARRED, F_DEFAULT, F_DOOMED, F_ENDED, F_FIRST, F_HIT, F_LIVE, F_SLOT, F_YEAR, I_DUE, I_STATE,
    I_UNPAID, L_BALANCE, L_BOOK, L_STATE, QUEUED, REPAID_STATE, R_APPS, R_BORROWERS, R_DIRTY, R_EXHAUSTED, R_FULL,
    R_ITEMS, R_LOANS, R_LONGEST_BLOCK, R_NPL, R_ON_BOOKS, R_OUTSTANDING, R_PATH, R_PEAK, R_PEAK_USE, R_QUEUE,
    R_QUEUE_DAYS, R_QUEUE_END, R_SEED,
)
from simulator.engine.loop.stream import list_candidates
from simulator.engine.loop.yearly import close_year, issue_policies, make_investments
from simulator.jit import kernel

SUSPENSION_DAYS = 30
BOUNDLESS = 1 << 62


@kernel(_nrt=False)
def clear(law, st, seed, path):
    """Scratch as before day 0; of the firms only the last path's borrowers."""
    slots = max(st.reg[R_BORROWERS], 1, len(law.bank_cum))
    for slot in range(st.reg[R_BORROWERS]):
        firm = st.borrowers[slot]
        st.firms[firm, F_SLOT] = 0
        st.firms[firm, F_LIVE] = 0
        st.firms[firm, F_BARRED] = 0
        st.firms[firm, F_FIRST] = -1
        st.firms[firm, F_ENDED] = -1
        st.firms[firm, F_DOOMED] = 0
        st.firms[firm, F_HIT] = NEVER
        st.firms[firm, F_YEAR] = 0
        st.firms[firm, F_DEFAULT] = NEVER
    st.lending[:slots] = 0
    st.granted[:slots] = 0
    for c in range(len(law.counters)):
        for cell in range(slots * law.whole[N_CALENDAR]):
            st.counters[c, cell] = 0
    st.reg[:] = 0
    st.reg[R_SEED], st.reg[R_PATH] = seed, path
    st.reg[R_QUEUE], st.reg[R_QUEUE_END] = -1, -1
    st.reg[R_EXHAUSTED] = NEVER
    st.reg[R_DIRTY] = (1 << law.whole[N_POTS]) - 1
    st.mature[:] = -1
    st.default[:] = -1
    st.determine[:] = -1
    st.due[:] = -1
    st.recover[:] = -1
    st.final[:] = -1
    st.renew[:] = -1
    st.part[:] = -1
    st.busy[:] = 0
    st.cash[:] = 0
    st.escrow[:] = 0
    for p in range(law.whole[N_PAYERS]):
        st.capital[p] = law.payers[p, CAPITAL]
    st.exposure[:] = 0
    st.pending[:] = 0
    st.pledged[:] = 0
    st.lent_by[:] = 0
    st.appraised[:] = 0
    st.paid_year[:] = 0
    st.least[:] = BOUNDLESS
    st.exhausted[:] = NEVER
    st.blocked[:] = -1
    st.envelope[:] = 0
    st.volume[:] = 0
    st.settled[:] = 0
    st.invested[:] = 0
    st.breaker[:] = 0
    st.opening[:] = 0
    st.ring[:] = 0
    if len(law.origin) > 0:
        st.insured_year[:slots] = 0
    st.years[:] = 0
    st.months[:] = 0


@kernel(_nrt=False)
def open_day(law, st, day, y):
    """Month start: interest, the month's row; year start: yearly counters; contributions; the ended month and year."""
    if day > 0 and day % MONTH == 0 and day <= law.whole[N_DAYS]:
        credit_interest(law, st, year_row(law, day - 1))
        record_month(law, st, day // MONTH - 1)
    if 0 < day <= law.whole[N_DAYS] and (day % YEAR == 0 or day == law.whole[N_DAYS]):
        row = year_row(law, day - 1)
        st.years[row, NPL], st.years[row, ON_BOOKS] = st.reg[R_NPL], st.reg[R_ON_BOOKS]
    if day % YEAR == 0:
        st.paid_year[:] = 0
        st.reg[R_DIRTY] = (1 << law.whole[N_POTS]) - 1
    if day % MONTH == 0:
        open_period(law, st, day)
    if st.busy[day] & 2:
        book_contributions(law, st, day, y)
    if 0 < day <= law.whole[N_DAYS] and day % MONTH == 0:
        issue_policies(law, st, day, year_row(law, day - 1))
        if law.support[INVESTED_FIRMS] > 0:
            make_investments(law, st, day, year_row(law, day - 1))
    if day > 0 and day % YEAR == 0 and law.support[HAS_YEARLY] == 1:
        close_year(law, st, day, year_row(law, day - 1))


@kernel(_nrt=False)
def record_month(law, st, month):
    """Balances at a month's end, covered principal in force and loans outstanding."""
    if month < len(st.months):
        pots = law.whole[N_POTS]
        for a in range(pots):
            st.months[month, a] = st.cash[a]
            st.months[month, pots] += st.exposure[a]
        st.months[month, pots + 1] = st.reg[R_OUTSTANDING]


@kernel(_nrt=False)
def close_day(law, st, day, y):
    """Blocks of pots that changed today, and breakers read on check days."""
    if day == 0:
        for a in range(law.whole[N_POTS]):
            st.least[a] = min(st.least[a], st.cash[a])
    if day < law.whole[N_DAYS]:
        for a in range(law.whole[N_POTS]):
            if (st.reg[R_DIRTY] >> a) & 1 == 1:
                refused = pot_refusal(law, st, a, law.whole[MEAN_LOAN]) >= 0
                if refused and st.blocked[a] < 0:
                    st.blocked[a] = day
                elif not refused and st.blocked[a] >= 0:
                    st.reg[R_LONGEST_BLOCK] = max(st.reg[R_LONGEST_BLOCK], day - st.blocked[a])
                    st.blocked[a] = -1
        st.reg[R_DIRTY] = 0
    if day <= law.whole[LAST_CHECK] and is_check_day(law, day):
        read_breakers(law, st, day, y)


@kernel(_nrt=False)
def plan_days(law, st):
    """Mark the days on which something happens by the calendar alone."""
    for day in range(0, law.whole[N_DAYS] + 1, MONTH):
        st.busy[day] |= 1
    for day in range(0, law.whole[N_LAST] + 1, YEAR):
        st.busy[day] |= 1
    for day in range(law.whole[LAST_CHECK] + 1):
        if is_check_day(law, day):
            st.busy[day] |= 1
    if follows_run_off(law):
        for day in range(law.whole[N_DAYS], law.whole[N_LAST] + 1, MONTH):
            st.busy[day] |= 1


@kernel(_nrt=False)
def run_days(law, st):
    """All days of a path that has been cleared, in the order of business of engine/day.py."""
    app = 0
    while app < st.reg[R_APPS] and st.facts[app, A_DAY] < 0:
        apply(law, st, st.facts[app], app, 0, 0)
        app += 1
    open_book(law, st)
    for day in range(law.whole[N_LAST] + 1):
        if st.busy[day] == 0:
            continue
        y = year_row(law, day)
        open_day(law, st, day, y)
        recover_loans(law, st, day, y)
        default_firms(law, st, day, y)
        spread(law, st, day, y)
        if law.whole[HAS_PARTS] == 1:
            pay_instalments(law, st, day, y)
        mature_loans(law, st, day, y)
        determine_claims(law, st, day, y)
        if law.whole[HAS_FINALS] == 1:
            settle_claims(law, st, day, y)
        join_queue(st, day)
        serve_queue(law, st, day, y)
        renew_loans(law, st, day, y)
        while app < st.reg[R_APPS] and st.facts[app, A_DAY] == day:
            apply(law, st, st.facts[app], app, 0, y)
            app += 1
        close_day(law, st, day, y)
        if st.reg[R_FULL] != 0:
            return


@kernel(_nrt=False)
def fold_path(law, st, years, paths):
    """Totals and once-a-path columns of the finished path."""
    width = years.shape[1]
    for y in range(len(st.years)):
        for c in range(width):
            years[y, c] = st.years[y, c]
    for a in range(law.whole[N_POTS]):
        if st.blocked[a] >= 0:
            st.reg[R_LONGEST_BLOCK] = max(st.reg[R_LONGEST_BLOCK], law.whole[N_DAYS] - st.blocked[a])
    first = st.reg[R_EXHAUSTED]
    paths[P_EXHAUSTED] = first if first < NEVER else -1
    paths[P_IN_WINDOW] = 1 if first < law.whole[N_DAYS] else 0
    paths[P_QUEUE_DAYS] = st.reg[R_QUEUE_DAYS]
    paths[P_UNPAID] = 0
    for item in range(st.reg[R_ITEMS]):
        if st.items[item, I_STATE] == QUEUED and st.items[item, I_UNPAID] > 0:
            paths[P_UNPAID] += st.items[item, I_UNPAID]
            paths[P_QUEUE_DAYS] += law.whole[N_LAST] - st.items[item, I_DUE]
    paths[P_SUSPENDED_DAYS] = st.reg[R_LONGEST_BLOCK]
    paths[P_SUSPENDED] = 1 if st.reg[R_LONGEST_BLOCK] >= SUSPENSION_DAYS else 0
    paths[P_PEAK_USE] = st.reg[R_PEAK_USE]
    paths[P_LINE_USE] = line_use(law, st)
    paths[P_NET_PEAK] = st.reg[R_PEAK]
    paths[P_OPEN_LOANS] = paths[P_OPEN] = paths[P_BOOK_LOANS] = paths[P_BOOK] = 0
    for loan in range(st.reg[R_LOANS]):
        n = st.loans[loan]
        if n[L_STATE] != CLOSED and n[L_STATE] != REPAID_STATE:
            paths[P_OPEN_LOANS] += 1
            paths[P_OPEN] += n[L_BALANCE]
        if n[L_BOOK] == 1:
            paths[P_BOOK_LOANS] += 1
            paths[P_BOOK] += opening_balance(law, st, loan)
    pots = law.whole[N_POTS]
    at = len(PATH_FIXED)
    for a in range(pots):
        paths[at + a] = st.exhausted[a] if st.exhausted[a] < NEVER else -1
        paths[at + pots + a] = st.least[a]
        paths[at + 2 * pots + a] = st.cash[a]


@kernel(_nrt=False)
def run_path(law, st, seed, path, years, paths):
    """One path from day 0 to the end of the run-off; 0 ok, 1 scratch too small, 2 conservation broken."""
    clear(law, st, seed, path)
    cumulative_hazard(seed, path, law.whole[N_HAZARD_MONTHS], law.whole[FACTOR_STEP], law.real[PERSISTENCE],
                      law.factor_weights, law.stress, law.link, law.link_kind, st.index, st.hazard)
    plan_days(law, st)
    plan_contributions(law, st)
    open_clusters(law, st)
    list_candidates(law, st)
    if st.reg[R_FULL] == 0:
        describe_applicants(law, st)
        run_days(law, st)
    if st.reg[R_FULL] == 0:
        fold_path(law, st, years, paths)
    return st.reg[R_FULL]


@kernel(_nrt=False)
def run_block(law, st, seed, first, years, paths, months):
    """Paths ``first`` … into rows of the output; returns how many were finished before scratch ran out.

    ``years`` int64[n, years + 1, width], ``paths`` int64[n, path width], ``months`` int64[n or 0, …].
    """
    for n in range(len(paths)):
        code = run_path(law, st, seed, first + n, years[n], paths[n])
        if code != 0:
            return n, code
        if len(months) > 0:
            for month in range(months.shape[1]):
                for c in range(months.shape[2]):
                    months[n, month, c] = st.months[month, c]
    return len(paths), 0
