"""Circuit breakers of the compiled engine: counters by breaker and scope, read at the end of a check day."""

from __future__ import annotations

from simulator.engine.layout import (
    B_CHECK, B_DEN, B_EFFECT, B_MIN_DEFAULTS, B_MIN_DEN, B_MIN_LOANS, B_NUM, B_RESUME, B_SCOPE, B_STOP, B_STOPPED,
    B_WARN, B_WARNED, B_WINDOW, COUNT_ONLY, DEN_DISBURSED, DEN_ENDED, LAST_CHECK, MEASURE_TALLY, MODE_GUARANTOR,
    NO_COVER, NO_LIMIT, NO_PAYMENT, NUM_DETERMINED, NUM_NPL, NUM_PAID_NET, N_BREAKERS, N_DAYS, SCOPE_BANK,
    SCOPE_GUARANTOR, SCOPE_MODE, SCOPE_POT, WINDOW_ROLLING, WINDOW_YEAR,
)
from simulator.engine.loop.state import (
    BREAKER_FIELDS, K_DEFAULTS, K_DETERMINED, K_ENDED, K_GIVEN, K_IN_FORCE, K_LOANS_ENDED, K_LOANS_GIVEN,
    K_LOANS_IN, K_NPL, K_PAID, K_REFUNDED, K_STOPPED, L_ACCOUNT, L_BANK, L_MODE,
)
from simulator.engine.rules import PPM
from simulator.jit import inlined, kernel


@kernel(_nrt=False)
def scope_at(law, b, bank, account, mode):
    """Where a loan counts in a breaker: its bank, pot, mode or guarantor, or the scheme; −1 nowhere."""
    kind = law.breakers[b, B_SCOPE]
    scope = 0
    if kind == SCOPE_BANK:
        scope = bank
    elif kind == SCOPE_POT:
        scope = max(0, account)
    elif kind == SCOPE_MODE:
        scope = mode
    elif kind == SCOPE_GUARANTOR:
        scope = law.modes[mode, MODE_GUARANTOR]
    return scope


@inlined
def scope_of(law, st, b, loan):
    """Where an existing loan counts in a breaker."""
    return scope_at(law, b, st.loans[loan, L_BANK], st.loans[loan, L_ACCOUNT], st.loans[loan, L_MODE])


@kernel(_nrt=False)
def note(law, st, loan, field, amount, count_field, count):
    """Add an amount and a number of loans to the counters of a loan's scopes."""
    for b in range(law.whole[N_BREAKERS]):
        scope = scope_of(law, st, b, loan)
        if scope >= 0:
            st.breaker[b, scope, field] += amount
            st.breaker[b, scope, count_field] += count


@kernel(_nrt=False)
def note_pot(law, st, loan, a, field, x):
    """Money of a pot, paid or refunded: by pot, or where the loan counts. A guarantor counts its own."""
    for b in range(law.whole[N_BREAKERS]):
        scope = a if law.breakers[b, B_SCOPE] == SCOPE_POT else scope_of(law, st, b, loan)
        if scope >= 0 and law.breakers[b, B_SCOPE] != SCOPE_GUARANTOR:
            st.breaker[b, scope, field] += x


@kernel(_nrt=False)
def note_party(law, st, loan, payer, field, x):
    """Money of a payer without a pot: counted where that guarantor is the scope."""
    for b in range(law.whole[N_BREAKERS]):
        if law.breakers[b, B_SCOPE] == SCOPE_GUARANTOR and scope_of(law, st, b, loan) == payer:
            st.breaker[b, payer, field] += x


@inlined
def flow(now, then, field, since):
    """What a counter has gained since the window began."""
    return now[field] - since * then[field]


@kernel(_nrt=False)
def rate_parts(law, b, now, then, since):
    """(numerator, denominator, loans in the denominator, defaults) of a scope; ``since`` 1 if the window starts."""
    kind = law.breakers[b, B_NUM]
    num = flow(now, then, K_PAID, since)
    if kind == NUM_NPL:
        num = now[K_NPL]
    elif kind == NUM_DETERMINED:
        num = flow(now, then, K_DETERMINED, since)
    elif kind == NUM_PAID_NET:
        num -= flow(now, then, K_REFUNDED, since)
    den = now[K_IN_FORCE]
    loans = now[K_LOANS_IN]
    if law.breakers[b, B_DEN] == DEN_ENDED:
        den = flow(now, then, K_ENDED, since)
        loans = flow(now, then, K_LOANS_ENDED, since)
    elif law.breakers[b, B_DEN] == DEN_DISBURSED:
        den = flow(now, then, K_GIVEN, since)
        loans = flow(now, then, K_LOANS_GIVEN, since)
    return num, den, loans, flow(now, then, K_DEFAULTS, since)


@kernel(_nrt=False)
def read_breakers(law, st, day, y):
    """On a check day: above the stop rate the effect begins tomorrow, at the resume rate it ends."""
    for b in range(law.whole[N_BREAKERS]):
        if reads_today(law, b, day):
            window = law.breakers[b, B_WINDOW]
            since = 1 if window in (WINDOW_YEAR, WINDOW_ROLLING) else 0
            for scope in range(st.breaker.shape[1]):
                then = st.opening[b, scope]
                if window == WINDOW_ROLLING:
                    then = st.ring[(day + 1) // 30 % 12, b, scope]
                read_scope(law, st, b, scope, then, since, day, y)


@kernel(_nrt=False)
def read_scope(law, st, b, scope, then, since, day, y):
    """Compare one scope's rate, in whole yuan, with the ratios to warn, stop and resume at."""
    now = st.breaker[b, scope]
    num, den, loans, defaults = rate_parts(law, b, now, then, since)
    rule = law.breakers[b]
    enough = loans >= rule[B_MIN_LOANS] and defaults >= rule[B_MIN_DEFAULTS] and den >= rule[B_MIN_DEN]
    yuan, of_yuan = num // 100, den // 100
    if enough and rule[B_WARN] != NO_LIMIT and yuan * PPM > rule[B_WARN] * of_yuan:
        st.years[y, law.whole[B_WARNED] + b] += 1
    if now[K_STOPPED] == 0:
        if enough and yuan * PPM > rule[B_STOP] * of_yuan:
            now[K_STOPPED] = 1
            st.years[y, law.whole[B_STOPPED] + b] += 1
    elif yuan * PPM <= rule[B_RESUME] * of_yuan:
        now[K_STOPPED] = 0
        if rule[B_EFFECT] == NO_PAYMENT:
            st.busy[day + 1] |= 1


@kernel(_nrt=False)
def reads_today(law, b, day):
    """Whether a breaker is read at the end of a day: month, quarter or year ends; past the window for payments only."""
    effect = law.breakers[b, B_EFFECT]
    return (effect != COUNT_ONLY and (day < law.whole[N_DAYS] or effect == NO_PAYMENT)
            and (day + 1) % (30 * law.breakers[b, B_CHECK]) == 0)


@kernel(_nrt=False)
def is_check_day(law, day):
    """Whether any breaker is read at the end of a day."""
    found = False
    for b in range(law.whole[N_BREAKERS]):
        found = found or reads_today(law, b, day)
    return found


@kernel(_nrt=False)
def cover_stopped(law, st, bank, account, mode):
    """Whether a breaker refuses new cover where a loan would count."""
    for b in range(law.whole[N_BREAKERS]):
        scope = scope_at(law, b, bank, account, mode)
        if scope >= 0 and law.breakers[b, B_EFFECT] == NO_COVER and st.breaker[b, scope, K_STOPPED] == 1:
            return True
    return False


@kernel(_nrt=False)
def payment_stopped(law, st, loan):
    """Whether a breaker keeps the pots from paying for a loan."""
    for b in range(law.whole[N_BREAKERS]):
        scope = scope_of(law, st, b, loan)
        if scope >= 0 and law.breakers[b, B_EFFECT] == NO_PAYMENT and st.breaker[b, scope, K_STOPPED] == 1:
            return True
    return False


@kernel(_nrt=False)
def open_period(law, st, day):
    """Remember the counters at the start of a month (for the tally and rolling windows) or year."""
    for b in range(law.whole[N_BREAKERS]):
        for scope in range(st.breaker.shape[1]):
            for field in range(BREAKER_FIELDS):
                value = st.breaker[b, scope, field]
                if day % 360 == 0 or b == law.whole[MEASURE_TALLY]:
                    st.opening[b, scope, field] = value
                if len(st.ring) > 0:
                    st.ring[day // 30 % 12, b, scope, field] = value


@inlined
def follows_run_off(law):
    """Whether months count after the window too: for the tally, or because payments may be stopped."""
    return law.whole[MEASURE_TALLY] >= 0 or law.whole[LAST_CHECK] >= law.whole[N_DAYS]
