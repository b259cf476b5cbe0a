"""The law for one loan: pure scalar rules about money, called by both engines.

Amounts are whole fen, shares and yearly rates parts per million, time whole days. Every arrow of money is
one exact floor; what the floor leaves stays with the party the burden moves from (docs/terms).
"""

from __future__ import annotations

from simulator.engine.layout import (
    ALWAYS, AMOUNT_ABOVE, AMOUNT_TO, ANCHOR_MASK, CAP, CAP_COUNTER, CAP_FIELDS, CAP_PER, CAP_THEN_SHARE, CLASS_MASK,
    CUT_PRO_RATA, DISTRICT_MASK, FLAGS_WITH, FLAGS_WITHOUT, FROM, IP_MASK, LAYER, LAYER_FROM, LAYER_LOSS,
    LAYER_NONE, LAYER_TO, MAX_CAPS, MODE_ROW, MODE_ROW_END, MODE_STACK, MODE_STACK_END, N_PAYERS, OF, OF_LOSS,
    ORDER, PAYER, PERFORMANCE_MASK, PER_NONE, PER_ORIGIN, SHARE, STACK_CUT, STACK_HELD_BY, STACK_LIMIT, STACK_LOSS,
    STACK_PAYERS, STEP, TERM_ABOVE, TERM_TO, YEARS_ABOVE, YEARS_TO,
)
from simulator.jit import inlined, kernel

PPM = 1_000_000
LIMB = 20
FULL_USE = 1_000_000_000
LIMB_MASK = (1 << LIMB) - 1
FACTOR, AMOUNT = 1 << 24, 1 << 38
LARGEST = 1 << 42              # muldiv is exact below this many fen (about 440 亿元)


@kernel(_nrt=False)
def muldiv(a, b, c):
    """⌊a·b ÷ c⌋ without overflow, exact for 0 ≤ a ≤ c < 2**42 and 0 ≤ b < 2**60."""
    if a < FACTOR and b < AMOUNT:          # the usual case: the product fits
        return a * b // c
    quotient = 0
    rest = 0
    for limb in range(2, -1, -1):
        part = a * ((b >> (limb * LIMB)) & LIMB_MASK) + (rest << LIMB)
        quotient = (quotient << LIMB) + part // c
        rest = part % c
    return quotient


@inlined
def of_ppm(amount, ppm):
    """⌊amount × share⌋ for amounts below 2**42 fen and shares up to 200 %."""
    return amount * ppm // PPM


@inlined
def for_days(principal, rate_ppm, days):
    """Interest or fee on ``principal`` at a yearly rate for a number of 30/360 days."""
    return muldiv(rate_ppm * days, principal, 360 * PPM)


@kernel(_nrt=False)
def holds(row, amount, term, ip, firm_class, district, flags):
    """Whether a condition frozen at origination holds: amount (fen), term (days), kinds by number, flags as bits."""
    return (row[AMOUNT_ABOVE] < amount <= row[AMOUNT_TO]
            and row[TERM_ABOVE] < term <= row[TERM_TO]
            and (row[IP_MASK] >> ip) & 1 == 1
            and (row[CLASS_MASK] >> firm_class) & 1 == 1
            and (row[DISTRICT_MASK] >> district) & 1 == 1
            and row[FLAGS_WITH] & flags == row[FLAGS_WITH] and row[FLAGS_WITHOUT] & flags == 0)


@inlined
def holds_then(row, years, performance, alive):
    """Whether a condition holds on the day of determination: the bank's whole years and performance, a live anchor."""
    return (row[YEARS_ABOVE] < years <= row[YEARS_TO] and (row[PERFORMANCE_MASK] >> performance) & 1 == 1
            and (row[ANCHOR_MASK] >> alive) & 1 == 1)


@inlined
def layer_part(row, base, principal):
    """The slice of ``base`` a row looks at: of the loss itself, or of the loan's principal."""
    low = row[LAYER_FROM]
    high = row[LAYER_TO]
    if row[LAYER] == LAYER_NONE:
        part = base
    elif row[LAYER] == LAYER_LOSS:
        part = max(0, min(base, high) - low)
    else:
        part = muldiv(max(0, min(principal, high) - min(principal, low)), base, principal)
    return part


@kernel(_nrt=False)
def insured_part(row, r, part, covered, bounds):
    """The part of an amount that belongs to the principal a row's limits at origination let it cover."""
    insured = covered
    for c in range(MAX_CAPS):
        if row[CAP + c * CAP_FIELDS + CAP_PER] == PER_ORIGIN:
            insured = min(insured, bounds[r * MAX_CAPS + c])
    return part if insured == covered else muldiv(insured, part, covered)


@kernel(_nrt=False)
def row_room(row, r, bounds, used):
    """What the tightest of a row's caps on money leaves, in fen; ``ALWAYS`` without a cap."""
    room = ALWAYS
    for c in range(MAX_CAPS):
        at = CAP + c * CAP_FIELDS
        if row[at + CAP_PER] != PER_NONE and row[at + CAP_PER] != PER_ORIGIN:
            room = min(room, max(0, bounds[r * MAX_CAPS + c] - used[row[at + CAP_COUNTER]]))
    return room


@kernel(_nrt=False)
def row_amount(row, r, base, facts, borne_by_from, bounds, used):
    """What one row (the ``r``-th of its mode) takes over, before step and stack limits; books its counters."""
    part = layer_part(row, base if row[OF] == OF_LOSS else borne_by_from, facts[0])
    part = insured_part(row, r, part, facts[8], bounds)
    room = row_room(row, r, bounds, used)
    if row[ORDER] == CAP_THEN_SHARE:
        counted = min(part, room)
        amount = of_ppm(counted, row[SHARE])
    else:
        amount = min(of_ppm(part, row[SHARE]), room)
        counted = amount
    book(row, counted, used)
    return amount


@kernel(_nrt=False)
def book(row, counted, used):
    """Add to every counter of a row."""
    for c in range(MAX_CAPS):
        at = CAP + c * CAP_FIELDS
        if row[at + CAP_PER] != PER_NONE and row[at + CAP_PER] != PER_ORIGIN:
            used[row[at + CAP_COUNTER]] += counted


@kernel(_nrt=False)
def cut_row(row, taken, r, cut, used):
    """Take ``cut`` back from a row; a counter of payouts gets its room back."""
    taken[r] -= cut
    if row[ORDER] != CAP_THEN_SHARE:
        book(row, -cut, used)


@kernel(_nrt=False)
def fit_step(rows, first, last, taken, offset, before, parties, used):
    """Rows of one step cannot take more from a party than it bears: the last row is cut first."""
    for party in range(parties):
        excess = -before[party]
        for r in range(first, last):
            if rows[r, FROM] == party:
                excess += taken[r - offset]
        r = last - 1
        while excess > 0:
            if rows[r, FROM] == party:
                cut = min(excess, taken[r - offset])
                cut_row(rows[r], taken, r - offset, cut, used)
                excess -= cut
            r -= 1


@kernel(_nrt=False)
def apply_stack(law, stack, first, last, base, taken, burden, used):
    """All the named payers together at most a limit; what is cut goes back to where it came from."""
    payers = stack[STACK_PAYERS]
    total = 0
    for p in range(law.whole[N_PAYERS]):
        if (payers >> p) & 1 == 1:
            total += burden[p]
    whole = base if stack[STACK_HELD_BY] == STACK_LOSS else total + burden[stack[STACK_HELD_BY]]
    excess = total - of_ppm(whole, stack[STACK_LIMIT])
    if excess <= 0:
        return
    if stack[STACK_CUT] == CUT_PRO_RATA:
        wanted = excess
        for r in range(first, last):
            p = law.rows[r, PAYER]
            if (payers >> p) & 1 == 1:
                cut = min(muldiv(wanted, taken[r - first], total), burden[p], excess)
                excess -= cut_back(law.rows[r], taken, r - first, cut, payers, burden, used)
    for r in range(last - 1, first - 1, -1):           # reverse order, or what the floors left
        p = law.rows[r, PAYER]
        if (payers >> p) & 1 == 1:
            cut = min(excess, taken[r - first], burden[p])
            excess -= cut_back(law.rows[r], taken, r - first, cut, payers, burden, used)


@inlined
def cut_back(row, taken, r, cut, payers, burden, used):
    """Return ``cut`` from a row's payer to the party it came from: (what thereby leaves the named payers)."""
    cut_row(row, taken, r, cut, used)
    burden[row[PAYER]] -= cut
    burden[row[FROM]] += cut
    return 0 if (payers >> row[FROM]) & 1 == 1 else cut


@kernel(_nrt=False)
def share_loss(law, mode, base, facts, bounds, used, taken, burden, before):
    """Who bears the loss ``base``: the ordered terms of a mode, then its stacking limits.

    ``facts``: (principal fen, term days, ip type, firm class, district, flags, the bank's years and performance,
    covered principal, whether its chain's anchor stands). ``bounds`` int64[rows of the mode × MAX_CAPS]: each cap in
    fen on this day. ``used``: int64[counters], what the loan's counters hold so far, updated. Results: ``taken``
    int64[rows of the mode], the amount each row moves from its ``from`` to its payer; ``burden`` int64[payers + 1],
    who finally bears, the lender last. Σ burden = base always. ``before`` is scratch of the same length.
    """
    parties = law.whole[N_PAYERS] + 1
    for p in range(parties):
        burden[p] = 0
    burden[parties - 1] = base
    offset = law.modes[mode, MODE_ROW]
    end = law.modes[mode, MODE_ROW_END]
    first = offset
    while first < end:
        for p in range(parties):
            before[p] = burden[p]
        last = first
        while last < end and law.rows[last, STEP] == law.rows[first, STEP]:
            row = law.rows[last]
            taken[last - offset] = 0
            if (holds(row, facts[0], facts[1], facts[2], facts[3], facts[4], facts[5])
                    and holds_then(row, facts[6], facts[7], facts[9])):
                taken[last - offset] = row_amount(row, last - offset, base, facts, before[row[FROM]], bounds, used)
            last += 1
        fit_step(law.rows, first, last, taken, offset, before, parties, used)
        for r in range(first, last):
            burden[law.rows[r, FROM]] -= taken[r - offset]
            burden[law.rows[r, PAYER]] += taken[r - offset]
        first = last
    for s in range(law.modes[mode, MODE_STACK], law.modes[mode, MODE_STACK_END]):
        apply_stack(law, law.stacks[s], offset, end, base, taken, burden, used)


@kernel(_nrt=False)
def leverage_use(limit, free, exposure):
    """Share (ppm) of a pot's leverage room that covered principal uses; a thousand times the room and above is full.

    ``limit`` thousandths, ``free`` cash less what is owed and ``exposure`` in fen; reckoned in thousands of fen.
    """
    room = limit * max(0, free) // PPM
    if room <= exposure // PPM or room == 0:
        return FULL_USE
    return exposure * 1000 // room
