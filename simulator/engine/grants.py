"""Public money by rule: what a programme pays for one loan, investment or bank (docs/programmes).

Pure scalar rules, called by both engines. What a firm, a bank or an envelope has had so far is told by the engine.
"""

from __future__ import annotations

from simulator.engine.instalments import interest_until
from simulator.engine.layout import (
    AMOUNT_ABOVE, AMOUNT_TO, BASE, BASE_BENCHMARK, BASE_COVERED, BASE_FEE, BASE_FIXED, BASE_INTEREST, BASE_POINTS,
    BASE_PREMIUM, BASE_PRINCIPAL, BASE_TICKET, BASE_VALUATION, BENCHMARK, BY_IP, BY_LEVEL, CAP_FIRM, CAP_FIRM_YEAR,
    CAP_LOAN, COVERED_ONLY, FEE_RATE, FIXED, FROM_DAY, GUARANTEE_RATE, GUARANTEED_PPM, INSURED_PPM, LADDER, LADDER_BY,
    LADDER_END, LADDER_LOAN_YEAR, LADDER_NONE, LADDER_SCHEME_YEAR, LADDER_VOLUME, LADDER_WHOLE, MAX_YEARS, MET_ALL,
    MODES, NO_LIMIT, NOT_PROMISED, ON_INTEREST, POINTS, PREMIUM_RATE, RANK, RATE, UNTIL_DAY, VALUATION_RATE,
)
from simulator.engine.rules import PPM, for_days, holds, of_ppm
from simulator.jit import inlined, kernel


@kernel(_nrt=False)
def is_open(law, q, day, ip, mode, covered, principal, term, firm_class, district, flags):
    """Whether programme ``q`` is for this loan on this day."""
    programme = law.programmes[q]
    return (programme[FROM_DAY] <= day <= programme[UNTIL_DAY]
            and (programme[COVERED_ONLY] == 0 or covered > 0)
            and (programme[MODES] >> mode) & 1 == 1
            and (programme[BY_IP] == 0 or day >= law.ip_from[q, ip])
            and holds(programme, principal, term, ip, firm_class, district, flags))


@inlined
def days_paid_for(event, start, term, day):
    """Days a programme pays for: the whole term, or for interest as it was paid the days until the firm stopped."""
    return min(term, max(0, day - start)) if event == ON_INTEREST else term


@kernel(_nrt=False)
def programme_base(law, programme, mode, principal, covered, rate, days, ip, term, every):
    """The amount a programme looks at for one loan (fen): principal, cover, premium, fee, valuation or interest.

    Interest is that of the first ``days`` days, premium and fee are those of the cover given.
    """
    base = programme[BASE]
    if base == BASE_PRINCIPAL:
        return principal
    if base == BASE_COVERED:
        return covered
    if base == BASE_FIXED:
        return programme[FIXED]
    if base == BASE_PREMIUM:
        return for_days(of_ppm(covered, law.modes[mode, INSURED_PPM]), law.whole[PREMIUM_RATE], days)
    if base == BASE_FEE:
        return for_days(of_ppm(covered, law.modes[mode, GUARANTEED_PPM]), law.whole[GUARANTEE_RATE], days)
    if base == BASE_VALUATION:
        return of_ppm(principal * PPM // law.pledge[ip], law.whole[VALUATION_RATE])
    paid = interest_until(principal, rate, days, term, every)
    if base == BASE_POINTS:
        return min(paid, interest_until(principal, programme[POINTS], days, term, every))
    benchmark = interest_until(principal, law.whole[BENCHMARK], days, term, every)
    if base == BASE_INTEREST:
        return paid
    if base == BASE_BENCHMARK:
        return benchmark
    return min(paid, benchmark)


@kernel(_nrt=False)
def rung(law, programme, reached):
    """Rate of a programme's ladder at a year or volume; nothing below its first step, the last step's for ever."""
    rate = 0
    for step in range(programme[LADDER], programme[LADDER_END]):
        if law.ladders[step, 0] <= reached:
            rate = law.ladders[step, 1]
    return rate


@kernel(_nrt=False)
def rate_on(law, programme, day, since_first, years_before):
    """A programme's rate for a firm: ``since_first`` years since its first support, ``years_before`` with support."""
    by = programme[LADDER_BY]
    if by == LADDER_NONE:
        return programme[RATE]
    if by == LADDER_SCHEME_YEAR:
        start = programme[FROM_DAY] if programme[FROM_DAY] > -10**6 else 0
        return rung(law, programme, (day - start) // 360 + 1)
    if by == LADDER_LOAN_YEAR:
        return rung(law, programme, since_first + 1)
    return rung(law, programme, years_before + 1)


@kernel(_nrt=False)
def entitlement(programme, rate, base, given_year, given, since_first):
    """What is due for a base amount, when the firm was given ``given_year`` this year and ``given`` in all."""
    due = of_ppm(base, rate)
    if programme[CAP_LOAN] != NO_LIMIT:
        due = min(due, programme[CAP_LOAN])
    if programme[CAP_FIRM_YEAR] != NO_LIMIT:
        due = min(due, max(0, programme[CAP_FIRM_YEAR] - given_year))
    if programme[CAP_FIRM] != NO_LIMIT:
        due = min(due, max(0, programme[CAP_FIRM] - given))
    if programme[MAX_YEARS] != NO_LIMIT and since_first >= programme[MAX_YEARS]:
        due = 0
    return due


@kernel(_nrt=False)
def reward(law, programme, volume):
    """What a bank is owed in all for a volume lent: a rate, or a ladder by slices or of the whole."""
    if programme[LADDER_BY] != LADDER_VOLUME:
        return of_ppm(volume, programme[RATE])
    if programme[LADDER_WHOLE] == 1:
        return of_ppm(volume, rung(law, programme, volume))
    total = 0
    for step in range(programme[LADDER], programme[LADDER_END]):
        low, high = law.ladders[step, 0], volume
        if step + 1 < programme[LADDER_END]:
            high = min(volume, law.ladders[step + 1, 0])
        if high > low:
            total += of_ppm(high - low, law.ladders[step, 1])
    return total


@kernel(_nrt=False)
def investment_due(programme, ticket, given):
    """What an investment subsidy pays on a ticket when the invested firm has had ``given``."""
    if not programme[AMOUNT_ABOVE] < ticket <= programme[AMOUNT_TO]:
        return 0
    base = ticket if programme[BASE] == BASE_TICKET else programme[FIXED]
    return entitlement(programme, programme[RATE], base, 0, given, 0)


@inlined
def left_in(limit, spent):
    """What an envelope still holds."""
    return max(0, limit - spent)


@inlined
def is_better(programme, payable, other, other_payable):
    """Whether a programme goes before another of its group: it pays more, or (if so ruled) its level is higher."""
    if programme[BY_LEVEL] == 1 and payable > 0 and other_payable > 0:
        return programme[RANK] < other[RANK]
    return payable > other_payable


@inlined
def counts_as_met(rule, met, judged):
    """Whether yearly lines are paid when ``met`` of ``judged`` targets kept their path this year."""
    return met == judged and judged > 0 if rule == MET_ALL else met > 0


@inlined
def keeps_path(value, promise):
    """Whether a year's figure (or the sum so far) reaches what its target promises."""
    return promise != NOT_PROMISED and value >= promise


@kernel(_nrt=False)
def fee_due(law, f, mode, covered, term):
    """What a fee brings for one covered loan: a yearly rate on the part the receiver bears, for the whole term."""
    return for_days(of_ppm(covered, law.fee_share[f, mode]), law.fees[f, FEE_RATE], term)
