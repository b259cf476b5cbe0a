"""Scratch of one compiled path: what changes while the days go by.

Allocated once by a worker and used for path after path; a path stays in the processor's own cache. Every
allocator inside a path checks its bound; the host then repeats the path with twice the room.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.bundle import Bundle
from simulator.engine.day import NEVER
from simulator.engine.layout import (
    B_WINDOW, HAS_CHAIN, HAS_FINALS, HAS_PARTS, MAX_CAPS, MODE_ROW, MODE_ROW_END, N_BOOK_DAYS, N_BREAKERS, N_CALENDAR,
    N_CLUSTERS, N_DAYS, N_FIRMS, N_GRADES, N_HAZARD_MONTHS, N_LAST, N_PAYERS, N_POTS, N_PROGRAMMES, N_SCOPES,
    N_SECTORS, N_WIDTH, N_YEARS, WINDOW_ROLLING, HAS_YEARLY, INVESTED_FIRMS, N_GROUPS, Law,
)

# --- registers: single numbers of the running path
(R_SEED, R_PATH, R_LOANS, R_ITEMS, R_CLAIMS, R_NODES, R_APPS, R_BORROWERS, R_QUEUE, R_QUEUE_END, R_NET, R_PEAK,
 R_FULL, R_EXHAUSTED, R_QUEUE_DAYS, R_PEAK_USE, R_LONGEST_BLOCK, R_DIRTY, R_OUTSTANDING,
 R_FELL, R_DRAWN, R_LINE_PEAK, R_NPL, R_ON_BOOKS) = range(24)
REGISTERS = 24

# --- a loan
(L_ENTITY, L_SEGMENT, L_FIRM, L_START, L_TERM, L_MATURITY, L_PRINCIPAL, L_COVERED, L_MODE, L_BANK, L_IP, L_CLASS,
 L_DISTRICT, L_RATE, L_STATE, L_DEFAULT, L_CLAIM, L_RECOVERY_DAY, L_GROSS, L_NET, L_ACCOUNT, L_ACCOUNT_2,
 L_INDUCED, L_SUBSIDY, L_NEXT_MATURE, L_NEXT_OF_FIRM, L_NEXT_DUE, L_BOOK, L_SECTOR, L_GRADE, L_SLOT,
 L_REACHED, L_APP, L_GENERATION, L_CLUSTER, L_DEPOSIT, L_FLAGS, L_NEXT_RECOVER, L_BALANCE, L_STANDING, L_NEXT_PAY,
 L_NEXT_PART) = range(42)
LOAN = 42
LIVE, REPAID_STATE, DEFAULTED_STATE, CLAIMED, CLOSED = range(5)

# --- an application: what no day can change
(A_DAY, A_ENTITY, A_SEGMENT, A_FIRM, A_CLASS, A_DISTRICT, A_SECTOR, A_GRADE, A_IP, A_TERM, A_BANK, A_MODE, A_AMOUNT,
 A_REASON, A_PRINCIPAL, A_COVERED, A_REACHED, A_BANK_SAYS, A_ALONE, A_FLAGS) = range(20)
APPLICATION = 20
CHUNK = 256                                # candidates drawn side by side

# --- a due: what a payer owes for one loan from one account or an ordered list of accounts
(I_CLAIM, I_PAYER, I_CREDITOR, I_AMOUNT, I_UNPAID, I_DUE, I_STATE, I_NEXT, I_NEXT_OF_CLAIM, I_ACCOUNTS,
 I_ACCOUNT) = range(11)
I_PAID = I_ACCOUNT + 3
I_PENDING = I_PAID + 3
I_CANCELLED = I_PENDING + 1
(I_ROW, I_ESCROW) = range(I_CANCELLED + 1, I_CANCELLED + 3)
ITEM = I_ESCROW + 1
HELD, QUEUED, DONE = range(3)

# --- a claim, and a firm
(C_LOAN, C_FIRST, C_BASE, C_FINAL) = range(4)
CLAIM = 4
(F_DEFAULT, F_LIVE, F_BARRED, F_FIRST, F_ENDED, F_SLOT, F_DOOMED, F_HIT, F_YEAR) = range(9)
FIRM_FIELDS = 9

# --- a cluster: principal drawn, deposits in its reserve, its anchor's last day, whether the line is closed, members
#     that defaulted today and ever, its sector
(J_DRAWN, J_RESERVE, J_ANCHOR, J_CLOSED, J_FELL, J_FALLEN, J_SECTOR) = range(7)
CLUSTER_FIELDS = 7

# --- breaker counters of a scope
(K_LOANS_IN, K_IN_FORCE, K_LOANS_ENDED, K_ENDED, K_LOANS_GIVEN, K_GIVEN, K_DEFAULTS, K_DETERMINED, K_PAID,
 K_NPL, K_STOPPED, K_REFUNDED) = range(12)
BREAKER_FIELDS = 12


@dataclass(frozen=True, eq=False)
class State(Bundle):
    """Scratch arrays; 0 or −1 ends a list as noted. Money in fen."""

    reg: np.ndarray             # int64[REGISTERS]
    raw: np.ndarray             # int64[candidates, 2]: day, entity, in order of the streams
    raw_thin: np.ndarray        # float64[candidates]: thinning uniform
    apps: np.ndarray            # int64[candidates, 2]: day, entity, in order of day
    thin: np.ndarray            # float64[candidates]
    facts: np.ndarray           # int64[candidates, APPLICATION]: those who apply
    asks: np.ndarray            # float64[4 × CHUNK]: lanes of APPLICANT of a chunk, as are terms and who of theirs
    terms: np.ndarray
    who: np.ndarray
    entities: np.ndarray        # int64[CHUNK]
    odds: np.ndarray            # float64[candidates]: logit of the approval uniform
    again: np.ndarray           # int64[APPLICATION]: the renewal being considered
    place: np.ndarray           # int64[days of book and window + 1]: where a day's candidates begin
    loans: np.ndarray           # int64[loans, LOAN], numbered in order of disbursement
    items: np.ndarray           # int64[dues, ITEM]
    claims: np.ndarray          # int64[claims, CLAIM]
    burden: np.ndarray          # int64[claims, parties]: by the terms, at determination
    borne: np.ndarray           # int64[claims, parties]: after lapses and passing on
    back: np.ndarray            # int64[claims, parties]: of recoveries
    lacking: np.ndarray         # int64[claims or 1, parties]: left unpaid by each and not made good since
    awaited: np.ndarray         # int64[claims or 1, parties]: of it, what others owe it and nobody else bears yet
    booked: np.ndarray          # int64[claims, counters]
    nodes: np.ndarray           # int64[nodes, 2]: firm, next node of its default day
    firms: np.ndarray           # int64[firms, FIRM_FIELDS]
    lending: np.ndarray         # int64[borrowers, calendar years]: covered lending for the firm-year cap
    granted: np.ndarray         # int64[borrowers, programmes × calendar years]
    borrowers: np.ndarray       # int64[loans]: firm in each slot, in order of its first loan on the path
    mature: np.ndarray          # int64[days, 2]: first and last loan of the day's list, −1 none
    default: np.ndarray         # int64[days]: first node
    determine: np.ndarray       # int64[days]: first loan
    due: np.ndarray             # int64[days]: first item
    recover: np.ndarray         # int64[days]: first loan
    final: np.ndarray           # int64[days or 0]: first loan
    renew: np.ndarray           # int64[days]: first loan that is to be renewed
    part: np.ndarray            # int64[days or 0]: first loan with an instalment
    busy: np.ndarray            # uint8[days]
    cash: np.ndarray            # int64[pots], as are the next seven
    escrow: np.ndarray          # put aside for claims that are not final
    capital: np.ndarray         # int64[payers]: what is left of it
    exposure: np.ndarray
    pending: np.ndarray
    paid_year: np.ndarray
    least: np.ndarray
    exhausted: np.ndarray
    lent_by: np.ndarray         # int64[banks]: covered principal in force
    pledged: np.ndarray         # int64[ip types]: rights pledged today
    appraised: np.ndarray       # int64[months]
    blocked: np.ndarray         # int64[pots]: first day of the running block, −1 none
    counters: np.ndarray        # int64[counters, keys]
    used: np.ndarray            # int64[counters] scratch
    taken: np.ndarray           # int64[rows] scratch
    agreed: np.ndarray          # int64[claims or 1, rows of a mode]: what each row took at determination
    before: np.ndarray          # int64[parties] scratch
    fresh: np.ndarray           # int64[parties] scratch
    envelope: np.ndarray        # int64[envelopes, calendar years]: spent; one kept for good in its first column
    breaker: np.ndarray         # int64[breakers, scopes, BREAKER_FIELDS]
    opening: np.ndarray         # int64[breakers, scopes, BREAKER_FIELDS]: at the year's start; the tally, the month's
    ring: np.ndarray            # int64[12 or 0, breakers, scopes, BREAKER_FIELDS]: at the starts of the last months
    insured: np.ndarray         # int64[loans, limits at origination]: principal they let a loan cover, −1 none
    insured_year: np.ndarray    # int64[borrowers, limits at origination × calendar years]
    bounds: np.ndarray          # int64[claims, rows of a mode × MAX_CAPS]: caps on the day of determination
    cluster: np.ndarray         # int64[clusters, CLUSTER_FIELDS]
    frailty: np.ndarray         # float64[clusters]: hazard multiplier of the path
    target: np.ndarray          # float64[firms, or 0 without clusters]: cumulative hazard at which a firm defaults
    index: np.ndarray           # float64[sectors + 1, months]
    hazard: np.ndarray          # float64[grades, sectors, months + 1]
    event_day: np.ndarray       # int64[contributions]: this path's day
    event_sum: np.ndarray       # int64[contributions]: this path's amount, negative a clawback
    years: np.ndarray           # int64[years + 1, width]
    months: np.ndarray          # int64[window months, pots + 2]: balances, covered and outstanding
    winner: np.ndarray          # int64[groups] scratch: the programme that pays for the loan, and what it could
    payable: np.ndarray
    volume: np.ndarray          # int64[programmes, banks]: lent so far, and up to the last settlement
    settled: np.ndarray
    invested: np.ndarray        # int64[programmes, invested firms]: investment subsidy for each firm


def new_state(law: Law, expected_loans: float, room: int = 1) -> State:
    """Scratch for a scheme; ``room`` doubles whenever a path did not fit."""
    w = law.whole
    days = int(w[N_LAST]) + 2
    firms, pots, programmes = int(w[N_FIRMS]), int(w[N_POTS]), int(w[N_PROGRAMMES])
    parties, counters = int(w[N_PAYERS]) + 1, len(law.counters)
    calendar, clusters, groups = int(w[N_CALENDAR]), int(w[N_CLUSTERS]), int(law.support[N_GROUPS])
    volumes = programmes * int(law.support[HAS_YEARLY])
    loans = room * (int(expected_loans * 2) + 256)
    candidates = room * (int(expected_loans * 2) + 1024)
    claims = room * (loans // 4 + 64)
    items = claims * 4

    def ints(*shape: int) -> np.ndarray:
        return np.zeros(shape, np.int64)

    def heads(*shape: int) -> np.ndarray:
        return np.full(shape, -1, np.int64)

    clocks = ints(firms, FIRM_FIELDS)
    clocks[:, F_DEFAULT], clocks[:, F_FIRST], clocks[:, F_ENDED], clocks[:, F_HIT] = NEVER, -1, -1, NEVER
    breakers, scopes = int(w[N_BREAKERS]), int(w[N_SCOPES])
    rolls = bool(len(law.breakers) and (law.breakers[:, B_WINDOW] == WINDOW_ROLLING).any())
    limits, most_rows = len(law.origin), int((law.modes[:, MODE_ROW_END] - law.modes[:, MODE_ROW]).max(initial=1))
    hazard_months = int(w[N_HAZARD_MONTHS])
    return State(
        reg=ints(REGISTERS), raw=ints(candidates, 2), raw_thin=np.zeros(candidates), apps=ints(candidates, 2),
        thin=np.zeros(candidates), facts=ints(candidates + 1, APPLICATION), asks=np.zeros(4 * CHUNK),
        terms=np.zeros(4 * CHUNK), who=np.zeros(4 * CHUNK), entities=ints(CHUNK), odds=np.zeros(candidates + 1),
        again=ints(APPLICATION),
        place=ints(int(w[N_BOOK_DAYS] + w[N_DAYS]) + 1), loans=ints(loans, LOAN),
        items=ints(items, ITEM), claims=ints(claims, CLAIM), burden=ints(claims, parties),
        borne=ints(claims, parties), back=ints(claims, parties), booked=ints(claims, counters),
        lacking=ints(claims if w[HAS_CHAIN] else 1, parties), awaited=ints(claims if w[HAS_CHAIN] else 1, parties),
        nodes=ints(claims * 2, 2), firms=clocks, lending=ints(loans, calendar),
        granted=ints(loans, programmes * calendar), borrowers=ints(loans), mature=heads(days, 2),
        default=heads(days), determine=heads(days), due=heads(days), recover=heads(days), renew=heads(days),
        part=heads(days if w[HAS_PARTS] else 0),
        final=heads(days if w[HAS_FINALS] else 0), escrow=ints(pots),
        capital=ints(parties - 1),
        agreed=ints(claims if w[HAS_FINALS] else 1, max(1, most_rows)), busy=np.zeros(days, np.uint8),
        cash=ints(pots), exposure=ints(pots), pending=ints(pots),
        paid_year=ints(pots), least=ints(pots), exhausted=ints(pots), blocked=ints(pots),
        lent_by=ints(len(law.bank_facts)), pledged=ints(len(law.supply)), appraised=ints(len(law.appraisals)),
        counters=ints(counters, max(1, loans * calendar, clusters) if counters else 1), used=ints(counters),
        taken=ints(max(1, len(law.rows))), before=ints(parties), fresh=ints(parties),
        envelope=ints(len(law.envelopes), calendar), breaker=ints(breakers, scopes, BREAKER_FIELDS),
        opening=ints(breakers, scopes, BREAKER_FIELDS),
        ring=ints(12 if rolls else 0, breakers, scopes, BREAKER_FIELDS),
        insured=ints(loans if limits else 1, limits), insured_year=ints(loans if limits else 1, limits * calendar),
        bounds=ints(claims, MAX_CAPS * max(1, most_rows)),
        cluster=ints(clusters, CLUSTER_FIELDS), frailty=np.ones(clusters), target=np.zeros(firms if clusters else 0),
        index=np.zeros((int(w[N_SECTORS]) + 1, hazard_months)),
        hazard=np.zeros((int(w[N_GRADES]), int(w[N_SECTORS]), hazard_months + 1)),
        event_day=ints(len(law.contributions)), event_sum=ints(len(law.contributions)),
        years=ints(int(w[N_YEARS]) + 1, int(w[N_WIDTH])),
        months=ints((int(w[N_DAYS]) + 29) // 30, pots + 2), winner=ints(groups), payable=ints(groups),
        volume=ints(volumes, len(law.bank_cum)), settled=ints(volumes, len(law.bank_cum)),
        invested=ints(programmes, int(law.support[INVESTED_FIRMS])))
