"""Positions inside the compiled tables: one name per number, shared by both engines.

Compiled code reads ``row[SHARE]`` where a person would read a column heading; no number stands for itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.bundle import Bundle

MAX_CAPS = 2
MAX_ACCOUNTS = 3
ALWAYS = (1 << 62) - 1                     # mask or upper bound that never excludes anything

# --- a condition: facts frozen at origination (rows of terms and programmes start with one)
(AMOUNT_ABOVE, AMOUNT_TO, TERM_ABOVE, TERM_TO, IP_MASK, CLASS_MASK, DISTRICT_MASK, FLAGS_WITH, FLAGS_WITHOUT,
 YEARS_ABOVE, YEARS_TO, PERFORMANCE_MASK, ANCHOR_MASK) = range(13)
CONDITION = 13
GOOD, OTHER = 0, 1                         # performance of a bank

# --- a row of the terms: who takes over which part of whose burden
(STEP, PAYER, FROM, SHARE, OF, LAYER, LAYER_FROM, LAYER_TO, ORDER, LAG) = range(CONDITION, CONDITION + 10)
CAP = LAG + 1                              # then MAX_CAPS × the fields of a cap
(CAP_AMOUNT, CAP_PER, CAP_COUNTER, CAP_PCT, CAP_MEASURE) = range(5)
CAP_FIELDS = 5
ROW = CAP + MAX_CAPS * CAP_FIELDS
OF_LOSS, OF_REMAINING = 0, 1
LAYER_NONE, LAYER_LOSS, LAYER_PRINCIPAL = 0, 1, 2
SHARE_THEN_CAP, CAP_THEN_SHARE = 0, 1
(PER_NONE, PER_LOAN, PER_FIRM, PER_FIRM_YEAR, PER_YEAR, PER_LIFE, PER_CLUSTER, PER_LIMIT, PER_BANK_YEAR,
 PER_ORIGIN) = range(10)
LIMIT_PAYER = 8                            # a limit's counter keeps its payer above these bits
UNLIMITED = 1 << 60
M_AMOUNT, M_BALANCE, M_LINE, M_IN_FORCE, M_ENDED, M_DISBURSED = range(6)           # what a cap is a part of

# --- a limit on covered principal at origination; rows name it where a cap names its counter
(ORIGIN_LIMIT, ORIGIN_PER) = range(2)
ORIGIN = 2

# --- a stacking limit: payers as a bit mask
(STACK_PAYERS, STACK_LIMIT, STACK_HELD_BY, STACK_CUT) = range(4)
STACK = 4
STACK_LOSS = -1
CUT_REVERSE, CUT_PRO_RATA = 0, 1

# --- a mode
(MODE_ROW, MODE_ROW_END, MODE_STACK, MODE_STACK_END, OVERDUE, REVIEW, SPLIT, WITHIN, PRIORITY,
 PRIORITY_END, INSURED_PPM, GUARANTEED_PPM, COVER_PPM, MODE_DISTRICTS, MODE_POT, MODE_POT_2, COUNTER_PPM,
 MODE_GUARANTOR, NET_BASE, INTEREST_DAYS, PROVISIONAL, TO_ESCROW, FINAL_DAYS) = range(23)
MODE = 23
CLOSED_LOAN = -1                           # final days: when the loan is closed
POTS_OF_MODE = 2                           # pot payers a mode may have (Shandong + Weihai)
SPLIT_PRO_RATA, SPLIT_COVERED_FIRST, SPLIT_OUTSIDE_FIRST = range(3)
WITHIN_RESTATE, WITHIN_PRO_RATA, WITHIN_PRIORITY = range(3)

# --- a payer
(KIND, DRAW, SHORT, NEXT_PAYER, N_ACCOUNTS, ACCOUNT) = range(6)
WEIGHT = ACCOUNT + MAX_ACCOUNTS
CAPITAL = WEIGHT + MAX_ACCOUNTS             # own money of a payer without pots, NO_LIMIT if it always pays
PAYER_FIELDS = CAPITAL + 1
KIND_POT, KIND_OTHER, KIND_RESERVE, KIND_ANCHOR, KIND_MEMBERS = range(5)
DRAW_ORDER, DRAW_SPLIT = 0, 1
SHORT_LAPSE, SHORT_FIFO, SHORT_PRO_RATA, SHORT_NEXT = range(4)
OF_DISTRICT = -2                           # account: the pot of the firm's district
NOBODY = -1

# --- a pot
(LEVERAGE, FLOOR_FEN, INTEREST_PPM, ANNUAL_BUDGET) = range(4)
POT = 4
NO_LIMIT = -1

# --- a contribution event: matched ones are drawn once a path
(WHEN, INTO, SUM, IS_MATCH, WITHIN_DAYS, MATCH_PPM, RETURN_SUM) = range(7)
CONTRIBUTION = 7

# --- a programme: who gets how much of what, when (docs/programmes)
(EVENT, BASE, RATE, CAP_LOAN, CAP_FIRM_YEAR, ENVELOPE, FROM_DAY, UNTIL_DAY, COVERED_ONLY, CAP_FIRM, ENVELOPE_2,
 FIXED, POINTS, PAYEE, MODES, LADDER_BY, LADDER_WHOLE, LADDER, LADDER_END, MAX_YEARS, FIRM_BOOK, HAS_HISTORY, BY_IP,
 TARGETS_MET, EXCLUSIVE, BY_LEVEL, RANK, PROJECTS, PASSED, HIGHER, HIGHER_FEN, FROM_POT) = range(
    CONDITION, CONDITION + 32)
PROGRAMME = CONDITION + 32
ON_DISBURSED, ON_REPAID, ON_ISSUED, ON_YEAR_END, ON_EVALUATED, ON_INVESTMENT, ON_INTEREST, ON_DISPOSED = range(8)
(BASE_INTEREST, BASE_BENCHMARK, BASE_LOWER, BASE_PREMIUM, BASE_FEE, BASE_PRINCIPAL, BASE_VALUATION,
 BASE_POLICY, BASE_COVERED, BASE_FIXED, BASE_POINTS, BASE_TICKET) = range(12)
PAYEE_FIRM, PAYEE_BANK, PAYEE_AGENCY, PAYEE_ALLIANCE, PAYEE_INVESTOR = range(5)
LADDER_NONE, LADDER_LOAN_YEAR, LADDER_SCHEME_YEAR, LADDER_POLICY_YEAR, LADDER_VOLUME = range(5)
MET_ALWAYS, MET_ANY, MET_ALL = range(3)
NOT_PROMISED = (1 << 62) - 1               # a target no one can judge in this year

# --- a fee between guaranteeing parties: after its condition
(FEE_FROM, FEE_TO, FEE_RATE) = range(CONDITION, CONDITION + 3)
FEE = CONDITION + 3

# --- public money as a whole: what there is of it, and where its columns start
(HAS_VOLUME, HAS_YEARLY, N_GROUPS, N_FEES, INVESTED_FIRMS, TICKET_LEAST, TICKET_MOST, AUDIT_IMPROPER, AUDIT_DELAY,
 AUDIT_RECOVERED, B_AVOIDED, B_IMPROPER, B_RECLAIMED, B_INVESTED, B_FEE, B_DRAWN, HAS_INTEREST,
 HAS_DISPOSED) = range(18)
SUPPORT = 18
(INVESTMENTS_A_MONTH, TICKET_MEDIAN, TICKET_SIGMA, OWN_USE, LOCAL_INVESTOR) = range(5)
VENTURE = 5

(LINK_SHARE, LINK_SIZE, LINK_DRIFT, LINK_VOLATILITY, LINK_POT_SHARE, LINK_POT) = range(6)
LINKAGE = 6

# --- a target's yearly quantity
(TARGET_MEASURE, TARGET_BASIS, TARGET_IP, TARGET_RENEWALS, TARGET_FLAGS, TARGET_COVERED) = range(6)
TARGET = 6
MEASURE_AMOUNT, MEASURE_COUNT, MEASURE_INSURED, MEASURE_FIRMS = range(4)
REGISTERED_BASIS, DISBURSED_BASIS = 0, 1

# --- a breaker; the one without an effect only counts for the caps that follow a measure
(B_SCOPE, B_NUM, B_DEN, B_WINDOW, B_MIN_LOANS, B_MIN_DEFAULTS, B_CHECK, B_STOP, B_RESUME, B_MIN_DEN, B_WARN,
 B_EFFECT) = range(12)
BREAKER = 12
SCOPE_BANK, SCOPE_POT, SCOPE_SCHEME, SCOPE_MODE, SCOPE_GUARANTOR = range(1, 6)
NUM_DETERMINED, NUM_PAID, NUM_NPL, NUM_PAID_NET = range(4)
NO_COVER, NO_PAYMENT, COUNT_ONLY = range(3)
DEN_IN_FORCE, DEN_ENDED, DEN_DISBURSED = range(3)
WINDOW_STOCK, WINDOW_YEAR, WINDOW_LIFE, WINDOW_ROLLING = range(4)

# --- whole numbers of the scheme
(N_DAYS, N_LAST, N_YEARS, N_BOOK_DAYS, N_SEGMENTS, N_PAYERS, N_POTS, N_PROGRAMMES, N_TARGETS, N_MODES,
 N_GRADES, N_SECTORS, N_HAZARD_MONTHS, N_BANKS, OVER_CAP, IP_SHARE, MAX_TERM, GATE_FROM, GATE_UNTIL,
 GATE_IP, GATE_CLASSES, BOOK_KIND, BOOK_COVERED, BOOK_LOANS, BOOK_PRINCIPAL, BOOK_REMAINING,
 BENCHMARK, PREMIUM_RATE, GUARANTEE_RATE, VALUATION_RATE, RECOVERY_COST_PPM, POLICY_PREMIUM,
 MEAN_LOAN, FACTOR_STEP, HAS_FUND, FIRM_STRIDE, N_COUNTERS, B_LIABLE, B_PAID, B_LAPSED, B_PASSED,
 B_FALLEN, B_BACK, B_CANCELLED, B_CONTRIBUTED, B_CLAWBACK, B_INTEREST, B_POT_PAID, B_REFUND,
 B_SUBSIDY, B_UNMET, B_MEASURE, N_WIDTH, N_PATH_WIDTH, MORAL_THRESHOLD, N_CALENDAR, N_FIRMS,
 RENEWS, RENEW_WITHIN, AT_MATURITY, N_CLUSTERS, ALL_LINES, GATE_FLAGS, GATE_NOT_FLAGS, MEASURE_TALLY, N_BREAKERS,
 N_SCOPES, LAST_CHECK, B_WARNED, B_STOPPED, B_HELD, B_RETURNED, HAS_FINALS,
 HAS_CAPITAL, HAS_CHAIN, HAS_PARTS, GATE_ANY_FLAGS, MOST_GUARANTEE_FEE) = range(78)
WHOLE = 78
UP, REPAID = range(2)                      # of a payer in a mode
REFUSE, TRIM, COVER_PART = range(3)
BOOK_NONE, BOOK_STEADY, BOOK_FIXED, BOOK_FILE = range(4)

# --- a loan in force on day 0, as a file gives it; its entity is BOOK_ENTITY + its place in the file
(BK_FIRM, BK_BANK, BK_MODE, BK_IP, BK_CLASS, BK_DISTRICT, BK_SECTOR, BK_GRADE, BK_FLAGS, BK_PRINCIPAL, BK_COVERED,
 BK_START, BK_TERM, BK_RATE, BK_BACK) = range(15)
BOOK_LOAN = 15
BOOK_ENTITY = 1 << 29

# --- real numbers of the scheme
(MORAL_K, NOISE, OTHER_RECOVERY, OBSOLESCENCE, POLICY_MEDIAN, POLICY_SIGMA, RENEW_SHARE, BRIDGE_SHARE,
 DOWNTURN, PERSISTENCE) = range(10)
REAL = 10
MOST_RENEWALS = 4

# --- a segment: whole numbers, then real ones
(SEG_ELIGIBLE, SEG_REGISTERED, SEG_FIRMS, SEG_LEAST, SEG_MOST, SEG_FIRM_BASE, SEG_CLUSTER, SEG_MEMBERS,
 SEG_EVERY) = range(9)
SEGMENT = 9
(SEG_MEDIAN, SEG_SIGMA) = range(2)

# --- a cluster under a joint line
(CL_SEGMENT, CL_FIRST, CL_MEMBERS, CL_LINE, CL_DISCOUNT, CL_RESERVE, CL_CONTAGION, CL_WINDOW, CL_ANCHOR, CL_FAILS,
 CL_COMMON, CL_FRAILTY) = range(12)
CLUSTER_LAW = 12


@dataclass(frozen=True, eq=False)
class Law(Bundle):
    """Everything the engines read, as flat tables. Shapes: S segments, M months, G grades, P payers …"""

    whole: np.ndarray           # int64[WHOLE]
    real: np.ndarray            # float64[REAL]
    segments: np.ndarray        # int64[S, SEGMENT]; one more for the firms of an in-force book
    sizes: np.ndarray           # float64[S, 2]
    arrivals: np.ndarray        # float64[S, months of book + window]: dominating mean a day
    keep: np.ndarray            # float64[S, same, 4]: thinning probability, by 2 · not reached + inside the gates
    most: np.ndarray            # float64[S, same]: the largest of the four
    reach: np.ndarray           # float64[months of book + window]: share of applicants the subsidies reach
    mixing: np.ndarray          # float64[S, table]: quarterly gamma multiplier by probability
    term_days: np.ndarray       # int64[S, terms]
    term_cum: np.ndarray        # float64[S, terms]
    ip_cum: np.ndarray          # float64[S, ip types]
    class_cum: np.ndarray       # float64[classes]
    district_cum: np.ndarray
    sector_cum: np.ndarray
    grade_cum: np.ndarray
    bank_cum: np.ndarray
    mode_cum: np.ndarray        # float64[S, modes]
    bank_base: np.ndarray       # float64[banks]: logit of approval with no cover
    bank_slope: np.ndarray      # float64[banks]: logit of approval per unit of relief
    rates: np.ndarray           # int64[months of book + window]: loan rate, ppm a year
    pledge: np.ndarray          # int64[ip types]: pledge rate, ppm
    ip_factor: np.ndarray       # float64[kinds]: recovery factor of appraised value
    ip_part: np.ndarray         # int64[kinds]: part of a loan (ppm) the fund can cover
    ip_rights: np.ndarray       # int64[kinds, 2]: types of right it pledges, twice the same where there is one
    supply: np.ndarray          # int64[ip types, months]: rights that can be pledged at once; or empty
    appraisals: np.ndarray      # int64[months]: rights that can be appraised
    linkage: np.ndarray         # float64[LINKAGE]: an investor's option beside covered loans
    delay: np.ndarray           # float64[table]: days from claim to recovery by probability
    cap_from: np.ndarray        # int64[versions]: first day of each version of the caps
    caps: np.ndarray            # int64[versions, classes + 1]: loan cap by class, last the firm-year cap
    firm_caps: np.ndarray       # int64[grades]: most covered principal of one firm in force, NO_LIMIT if any
    rate_caps: np.ndarray       # int64[months of book + window]: highest rate of a covered loan (ppm a year)
    modes: np.ndarray           # int64[modes, MODE]
    rows: np.ndarray            # int64[rows, ROW]
    stacks: np.ndarray          # int64[stacks, STACK]
    priority: np.ndarray        # int64[..]: parties in order of recovery
    payers: np.ndarray          # int64[P, PAYER_FIELDS]
    chain: np.ndarray           # int64[modes, P, 2]: whose burden a payer takes over, whether others repay it
    district_pot: np.ndarray    # int64[districts]: pot reached by pot.$district, NOBODY if none
    pots: np.ndarray            # int64[pots, POT]
    contributions: np.ndarray   # int64[events, CONTRIBUTION] in order of day
    programmes: np.ndarray      # int64[programmes, PROGRAMME]
    targets: np.ndarray         # int64[targets, TARGET]
    breakers: np.ndarray        # int64[breakers, BREAKER]
    factor_weights: np.ndarray  # float64[sectors, 2]: weight of the national and of the sector's own factor in W
    stress: np.ndarray          # float64[2, hazard months]: shift of W; national factor held at, or infinity
    link: np.ndarray            # float64[kinds, table, G]: monthly hazard by factor value
    link_kind: np.ndarray       # int64[sectors, hazard months]: which of the tables holds
    counters: np.ndarray        # int64[counters]: kind (PER_*) of each named cap
    clusters: np.ndarray        # int64[clusters, CLUSTER_LAW]
    joint: np.ndarray           # float64[clusters]: factor on the others' hazard after a member's default
    frailty: np.ndarray         # float64[kinds of clusters, table]: shared hazard multiplier by probability
    policies: np.ndarray        # float64[months]: mean number of policies a month
    policy_mixing: np.ndarray   # float64[table]
    support: np.ndarray         # int64[SUPPORT]
    envelopes: np.ndarray       # int64[envelopes, 2]: money set aside, 1 for good or 0 a year
    ladders: np.ndarray         # int64[steps, 2]: from which year or volume on, rate
    ip_from: np.ndarray         # int64[programmes, ip types]: first day for each type
    promised: np.ndarray        # int64[targets, years]: what each target promises of a year, NOT_PROMISED if nothing
    summed: np.ndarray          # int64[targets]: 1 when the promise is on the sum so far
    fees: np.ndarray            # int64[fees, FEE]
    fee_share: np.ndarray       # int64[fees, modes]: part of the cover the receiver bears (ppm)
    venture: np.ndarray         # float64[VENTURE]
    bank_income: np.ndarray     # float64[banks, modes]: added to the approval logit when public money pays the bank
    flags: np.ndarray           # float64[flags]: share of firms each is true of
    bank_facts: np.ndarray      # int64[banks, 2]: day the bank joined the scheme, its performance
    origin: np.ndarray          # int64[limits, ORIGIN]
    book: np.ndarray            # int64[loans, BOOK_LOAN]: loans in force on day 0, as a file gives them
