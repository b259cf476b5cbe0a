"""Circuit breaker of the compiled engine: counters by scope, read at the end of a check day."""

from __future__ import annotations

from simulator.engine.layout import (
    B_CHECK, B_DEN, B_MIN_DEFAULTS, B_MIN_LOANS, B_NUM, B_RESUME, B_SCOPE, B_STOP, B_WINDOW, DEN_DISBURSED, DEN_ENDED,
    NUM_DETERMINED, NUM_PAID, SCOPE_BANK, SCOPE_OFF, SCOPE_POT, WINDOW_YEAR,
)
from simulator.engine.loop.state import (
    BREAKER_FIELDS, K_DEFAULTS, K_DETERMINED, K_ENDED, K_GIVEN, K_IN_FORCE, K_LOANS_ENDED, K_LOANS_GIVEN, K_LOANS_IN,
    K_NPL, K_PAID, K_STOPPED, L_ACCOUNT, L_BANK,
)
from simulator.engine.rules import PPM
from simulator.jit import inlined, kernel


@inlined
def scope_of(law, st, loan):
    """Which breaker a loan counts in: its bank's, its pot's, or the scheme's."""
    scope = 0
    if law.breaker[B_SCOPE] == SCOPE_BANK:
        scope = st.loans[loan, L_BANK]
    elif law.breaker[B_SCOPE] == SCOPE_POT:
        scope = max(0, st.loans[loan, L_ACCOUNT])
    return scope


@kernel(_nrt=False)
def note(law, st, loan, field, amount, count_field, count):
    """Add an amount and a number of loans to the counters of a loan's scope."""
    if law.breaker[B_SCOPE] != SCOPE_OFF:
        scope = scope_of(law, st, loan)
        st.breaker[scope, field] += amount
        st.breaker[scope, count_field] += count


@kernel(_nrt=False)
def note_paid(law, st, loan, a, x):
    """Claims paid; in the scope of a pot, by the pot that paid."""
    if law.breaker[B_SCOPE] != SCOPE_OFF:
        scope = a if law.breaker[B_SCOPE] == SCOPE_POT else scope_of(law, st, loan)
        st.breaker[scope, K_PAID] += x


@kernel(_nrt=False)
def rate_parts(law, now, opening):
    """(numerator, denominator, loans in the denominator, defaults) of a scope in the breaker's window."""
    since = 1 if law.breaker[B_WINDOW] == WINDOW_YEAR else 0
    num = now[K_NPL]
    if law.breaker[B_NUM] == NUM_DETERMINED:
        num = now[K_DETERMINED] - since * opening[K_DETERMINED]
    elif law.breaker[B_NUM] == NUM_PAID:
        num = now[K_PAID] - since * opening[K_PAID]
    den = now[K_IN_FORCE]
    loans = now[K_LOANS_IN]
    if law.breaker[B_DEN] == DEN_ENDED:
        den = now[K_ENDED] - since * opening[K_ENDED]
        loans = now[K_LOANS_ENDED] - since * opening[K_LOANS_ENDED]
    elif law.breaker[B_DEN] == DEN_DISBURSED:
        den = now[K_GIVEN] - since * opening[K_GIVEN]
        loans = now[K_LOANS_GIVEN] - since * opening[K_LOANS_GIVEN]
    return num, den, loans, now[K_DEFAULTS] - since * opening[K_DEFAULTS]


@kernel(_nrt=False)
def read_breakers(law, st):
    """On a check day: above the stop rate new cover ends tomorrow, at the resume rate it starts again."""
    for scope in range(len(st.breaker)):
        now = st.breaker[scope]
        num, den, loans, defaults = rate_parts(law, now, st.opening[scope])
        yuan, of_yuan = num // 100, den // 100
        if now[K_STOPPED] == 0:
            if (loans >= law.breaker[B_MIN_LOANS] and defaults >= law.breaker[B_MIN_DEFAULTS]
                    and yuan * PPM > law.breaker[B_STOP] * of_yuan):
                now[K_STOPPED] = 1
        elif yuan * PPM <= law.breaker[B_RESUME] * of_yuan:
            now[K_STOPPED] = 0


@kernel(_nrt=False)
def is_check_day(law, day):
    """Whether the rates are read at the end of a day: month, quarter or year end."""
    return law.breaker[B_SCOPE] != SCOPE_OFF and (day + 1) % (30 * law.breaker[B_CHECK]) == 0


@kernel(_nrt=False)
def open_year(st):
    """Remember the counters at the start of a year."""
    for scope in range(len(st.breaker)):
        for field in range(BREAKER_FIELDS):
            st.opening[scope, field] = st.breaker[scope, field]
