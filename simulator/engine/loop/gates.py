"""Gates that depend on the day: room of the firm, its chain, its bank and the pots, and breakers."""

from __future__ import annotations

from simulator.engine.attributes import version_of
from simulator.engine.collective import cluster_of
from simulator.engine.layout import (
    DRAW, DRAW_SPLIT, MODE_POT, NOBODY, NO_LIMIT, N_ACCOUNTS, OVER_CAP, REFUSE, TRIM, WEIGHT,
)
from simulator.engine.ledger import (
    BREAKER, COMMITMENT, ELIGIBLE_APPROVED, FIRM_CAP, FIRM_YEAR_CAP, LINE, REFUSED_FUND,
)
from simulator.engine.loop.breaker import cover_stopped
from simulator.engine.loop.cash import pot_refusal
from simulator.engine.loop.clusters import has_room
from simulator.engine.loop.dues import account_at
from simulator.engine.loop.state import (
    A_BANK, A_COVERED, A_DAY, A_DISTRICT, A_FIRM, A_GRADE, A_IP, A_MODE, A_PRINCIPAL, A_SEGMENT, F_FIRST, F_LIVE,
    F_SLOT, L_NEXT_OF_FIRM, L_STANDING, L_STATE, LIVE,
)
from simulator.engine.rules import PPM, muldiv, of_ppm
from simulator.jit import kernel


@kernel(_nrt=False)
def firm_in_force(st, firm):
    """Covered principal of a firm's loans in force; a firm in default gets nothing more, so that all of them live."""
    total = 0
    loan = st.firms[firm, F_FIRST] if st.firms[firm, F_LIVE] > 0 else -1
    while loan >= 0:
        if st.loans[loan, L_STATE] == LIVE:
            total += st.loans[loan, L_STANDING]
        loan = st.loans[loan, L_NEXT_OF_FIRM]
    return total


@kernel(_nrt=False)
def cut_to_firm_cap(law, st, a):
    """Bring an application within what its firm may still have covered; whether nothing is left to cover.

    Beyond the room it is refused, or trimmed, or covered in part, as above the limit of one loan.
    """
    cap = law.firm_caps[a[A_GRADE]]
    if cap == NO_LIMIT:
        return False
    room = max(0, cap - firm_in_force(st, a[A_FIRM]))
    if a[A_COVERED] <= room:
        return False
    if room == 0 or law.whole[OVER_CAP] == REFUSE:
        return True
    if law.whole[OVER_CAP] == TRIM:
        part = law.ip_part[a[A_IP]]
        a[A_PRINCIPAL] = room * PPM // part
        room = of_ppm(a[A_PRINCIPAL], part)
    a[A_COVERED] = room
    return room == 0


@kernel(_nrt=False)
def dynamic_gates(law, st, a, y):
    """Gates that depend on the day's state, in order: (reason or −1, chosen account of each pot payer).

    What the firm's limit cuts off is taken from the application's principal and cover.
    """
    if cut_to_firm_cap(law, st, a):
        return FIRM_CAP, NOBODY, NOBODY
    day, firm, district, bank, mode, covered = (
        a[A_DAY], a[A_FIRM], a[A_DISTRICT], a[A_BANK], a[A_MODE], a[A_COVERED])
    cluster = cluster_of(law, a[A_SEGMENT], firm)
    if cluster >= 0 and not has_room(law, st, cluster, a[A_PRINCIPAL]):
        return LINE, NOBODY, NOBODY
    cap = law.caps[version_of(law, day), len(law.class_cum)]
    slot = st.firms[firm, F_SLOT] - 1
    lent = st.lending[slot, day // 360] if slot >= 0 else 0
    if cap != NO_LIMIT and lent + covered > cap:
        return FIRM_YEAR_CAP, NOBODY, NOBODY
    if st.lent_by[bank] + covered > law.bank_facts[bank, 2]:
        return COMMITMENT, NOBODY, NOBODY
    st.years[y, ELIGIBLE_APPROVED] += covered
    accounts = (NOBODY, NOBODY)
    reason = -1
    for k in range(2):
        p = law.modes[mode, MODE_POT + k]
        if p >= 0 and reason < 0:
            reason, chosen = ask_pots(law, st, p, district, covered)
            accounts = (chosen, accounts[1]) if k == 0 else (accounts[0], chosen)
    if is_stopped(law, st, mode, district, bank, accounts[0]):
        reason = BREAKER
    if reason >= 0:
        st.years[y, REFUSED_FUND] += covered
        return reason, NOBODY, NOBODY
    return reason, accounts[0], accounts[1]


@kernel(_nrt=False)
def is_stopped(law, st, mode, district, bank, account):
    """Whether a breaker the loan would count in is open; without room, that of its first pot."""
    if len(law.breakers) == 0:
        return False
    return cover_stopped(law, st, bank, account if account >= 0 else choose_accounts(law, st, mode, district)[0], mode)


@kernel(_nrt=False)
def ask_pots(law, st, payer, district, covered):
    """Room behind a payer: (reason or −1, account whose leverage the loan counts in)."""
    law_of = law.payers[payer]
    reason = -1
    if law_of[DRAW] == DRAW_SPLIT:
        weights = 0
        for n in range(law_of[N_ACCOUNTS]):
            weights += law_of[WEIGHT + n]
        for n in range(law_of[N_ACCOUNTS]):
            if reason < 0:
                reason = pot_refusal(law, st, account_at(law, payer, n, district),
                                     muldiv(law_of[WEIGHT + n], covered, weights))
        return reason, NOBODY
    for n in range(law_of[N_ACCOUNTS]):
        a = account_at(law, payer, n, district)
        if a >= 0:
            reason = pot_refusal(law, st, a, covered)
            if reason < 0:
                return -1, a
    return reason, NOBODY


@kernel(_nrt=False)
def choose_accounts(law, st, mode, district):
    """Accounts of a book loan: the first of each pot payer, never refused."""
    first = second = NOBODY
    for k in range(2):
        p = law.modes[mode, MODE_POT + k]
        if p >= 0 and law.payers[p, DRAW] != DRAW_SPLIT:
            chosen = NOBODY
            for n in range(law.payers[p, N_ACCOUNTS]):
                if chosen < 0:
                    chosen = account_at(law, p, n, district)
            if k == 0:
                first = chosen
            else:
                second = chosen
    return first, second
