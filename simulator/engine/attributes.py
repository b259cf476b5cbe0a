"""Who applies: an applicant's attributes from its own uniforms, whatever the policy (docs/chance).

Both engines call these functions, so that the same candidate of the same path is the same firm asking
for the same loan under every scheme.
"""

from __future__ import annotations

import math

from simulator.chance.decisions import APPLICANT2, CLUSTER, FIRM, FLAG, RECOVERY, RENEWAL
from simulator.chance.philox import block
from simulator.chance.variates import lognormal, normal_quantile, table_lookup
from simulator.engine.day import MONTH, YEAR
from simulator.engine.layout import (
    BENCHMARK, BK_BACK, BOOK_ENTITY, BRIDGE_SHARE, COUNTER_PPM, DOWNTURN, GATE_CLASSES, GATE_FLAGS, GATE_FROM, GATE_IP,
    GATE_NOT_FLAGS, GATE_UNTIL, MAX_TERM, MODE_DISTRICTS, MORAL_K, MORAL_THRESHOLD, MOST_RENEWALS, NOISE, NO_LIMIT,
    N_BOOK_DAYS, OBSOLESCENCE, OTHER_RECOVERY, OVER_CAP, REFUSE, RENEWS, RENEW_SHARE, RENEW_WITHIN, SEG_ELIGIBLE,
    SEG_FIRMS, SEG_FIRM_BASE, SEG_LEAST, SEG_MEDIAN, SEG_MOST, SEG_SIGMA, TRIM, CL_DISCOUNT, GATE_ANY_FLAGS,
    GUARANTEE_RATE, GUARANTEED_PPM, MOST_GUARANTEE_FEE, SEG_CLUSTER,
)
from simulator.engine.ledger import DATES, FEE_TOO_HIGH, INELIGIBLE, LOAN_CAP, RATE_TOO_HIGH, TERM_TOO_LONG
from simulator.engine.rules import PPM, of_ppm
from simulator.jit import inlined, kernel

WAN = 1_000_000                # fen in 万元, the grain of loan amounts


@inlined
def pick(cumulative, u):
    """First place whose cumulative weight exceeds ``u``; counted without branches, which chance would mispredict."""
    place = 0
    for n in range(len(cumulative) - 1):
        place += int(u >= cumulative[n])
    return place


@kernel(_nrt=False)
def flags_of(law, seed, path, firm):
    """The yes-or-no facts that are true of a firm, as bits; ``firm`` is segment << 24 | its number in the segment."""
    bits = 0
    for slot in range((len(law.flags) + 3) // 4):
        u = block(seed, path, FLAG, firm, slot)
        for lane in range(4):
            n = 4 * slot + lane
            if n < len(law.flags) and u[lane] < law.flags[n]:
                bits |= 1 << n
    return bits


@kernel(_nrt=False)
def firm_of(law, seed, path, segment, u):
    """The firm behind an application: (number among all, class, district, sector, grade, flags)."""
    index = min(int(u * law.segments[segment, SEG_FIRMS]), law.segments[segment, SEG_FIRMS] - 1)
    return firm_facts(law, seed, path, segment, index)


@kernel(_nrt=False)
def firm_facts(law, seed, path, segment, index):
    """What a firm is, from its own draws."""
    u0, u1, u2, u3 = block(seed, path, FIRM, segment << 24 | index, 0)
    return (law.segments[segment, SEG_FIRM_BASE] + index, pick(law.class_cum, u0), pick(law.district_cum, u1),
            pick(law.sector_cum, u2), pick(law.grade_cum, u3), flags_of(law, seed, path, segment << 24 | index))


@inlined
def bank_years(law, bank, day):
    """Whole years a bank has been in the scheme on a day."""
    return max(0, day - law.bank_facts[bank, 0]) // YEAR


@kernel(_nrt=False)
def asked_amount(law, segment, u):
    """Principal asked for, in whole 万元 (fen)."""
    wanted = lognormal(u, law.sizes[segment, SEG_MEDIAN], law.sizes[segment, SEG_SIGMA])
    wanted = min(max(wanted, float(law.segments[segment, SEG_LEAST])), float(law.segments[segment, SEG_MOST]))
    return max(WAN, int(wanted / WAN) * WAN)


@kernel(_nrt=False)
def loan_facts(law, seed, path, entity, segment):
    """(term days, bank, mode, approval uniform) of an application."""
    u0, u1, u2, u3 = block(seed, path, APPLICANT2, entity, 0)
    return (law.term_days[segment, pick(law.term_cum[segment], u0)], pick(law.bank_cum, u1),
            pick(law.mode_cum[segment], u2), u3)


@inlined
def month_of(law, day):
    """Row of the monthly tables, which start with the book's first month."""
    return (day + law.whole[N_BOOK_DAYS]) // MONTH


@kernel(_nrt=False)
def version_of(law, day):
    """The version of the caps in force on a day."""
    version = 0
    while version + 1 < len(law.cap_from) and law.cap_from[version + 1] <= day:
        version += 1
    return version


@inlined
def covered_rate(law, segment, day):
    """Yearly rate (ppm) of a loan of a segment that the fund covers: a joint line takes its discount off."""
    cluster = law.segments[segment, SEG_CLUSTER]
    return law.rates[month_of(law, day)] - (law.clusters[cluster, CL_DISCOUNT] if cluster >= 0 else 0)


@kernel(_nrt=False)
def price_gate(law, rate, most, mode):
    """Limits on what a covered loan may cost: the bank's ``rate`` (at most ``most``), then the guarantor's fee.

    Reason or −1.
    """
    if rate > most:
        return RATE_TOO_HIGH
    fee = law.whole[MOST_GUARANTEE_FEE]
    if fee != NO_LIMIT and law.modes[mode, GUARANTEED_PPM] > 0 and law.whole[GUARANTEE_RATE] > fee:
        return FEE_TOO_HIGH
    return -1


@kernel(_nrt=False)
def kind_gate(law, segment, ip, firm_class, district, flags, mode, term, day):
    """Eligibility of segment, class, flags, IP type and district; dates; term: reason or −1."""
    whole = law.whole
    if (law.segments[segment, SEG_ELIGIBLE] == 0 or (whole[GATE_CLASSES] >> firm_class) & 1 == 0
            or flags & whole[GATE_FLAGS] != whole[GATE_FLAGS] or flags & whole[GATE_NOT_FLAGS] != 0
            or (whole[GATE_ANY_FLAGS] != 0 and flags & whole[GATE_ANY_FLAGS] == 0)
            or (whole[GATE_IP] >> ip) & 1 == 0 or (law.modes[mode, MODE_DISTRICTS] >> district) & 1 == 0):
        return INELIGIBLE
    if day < whole[GATE_FROM] or day > whole[GATE_UNTIL]:
        return DATES
    if whole[MAX_TERM] != NO_LIMIT and term > whole[MAX_TERM]:
        return TERM_TOO_LONG
    return -1


@kernel(_nrt=False)
def cap_gate(law, ip, firm_class, amount, day):
    """Cap per loan: (reason or −1, principal, principal that can be covered).

    Above the cap the loan is refused, trimmed to it, or covered up to it, as the scheme says.
    """
    eligible = of_ppm(amount, law.ip_part[ip])
    cap = law.caps[version_of(law, day), firm_class]
    if cap != NO_LIMIT and amount > cap:
        if law.whole[OVER_CAP] == REFUSE:
            return LOAN_CAP, amount, 0
        if law.whole[OVER_CAP] == TRIM:
            return -1, cap, of_ppm(cap, law.ip_part[ip])
        return -1, amount, min(cap, eligible)
    return -1, amount, eligible


@kernel(_nrt=False)
def static_gate(law, segment, ip, firm_class, district, flags, mode, amount, term, day):
    """Gates that depend on the loan alone, in order: (reason or −1, principal, principal that can be covered)."""
    reason = kind_gate(law, segment, ip, firm_class, district, flags, mode, term, day)
    if reason < 0:
        reason = price_gate(law, covered_rate(law, segment, day), law.rate_caps[month_of(law, day)], mode)
    if reason >= 0:
        return reason, amount, 0
    return cap_gate(law, ip, firm_class, amount, day)


@inlined
def log_odds(u):
    """Logit of the approval uniform: approved when it lies below the bank's threshold."""
    return math.log(u / (1.0 - u))


@inlined
def approval_line(law, bank, mode, relief, with_cover):
    """Logit of a bank's approval: ``relief`` (0 … 1) of a loss is taken off it, or public money pays it for lending."""
    return law.bank_base[bank] + law.bank_slope[bank] * relief + law.bank_income[bank, mode] * int(with_cover)


@inlined
def relief_of(cover_ppm, eligible, principal):
    """Share of a total loss that the other parties take off the bank."""
    return cover_ppm / PPM * (eligible / principal)


@inlined
def hazard_multiple(law, relief):
    """Moral hazard: PD × (1 + k · max(0, coverage − threshold))."""
    return 1.0 + law.real[MORAL_K] * max(0.0, relief - law.whole[MORAL_THRESHOLD] / PPM)


@kernel(_nrt=False)
def hazard_at(line, day):
    """Cumulative hazard at the end of a day: linear within a month. ``line`` float64[months + 1]."""
    month = day // MONTH
    if month >= len(line) - 1:
        return line[len(line) - 1]
    return line[month] + (line[month + 1] - line[month]) * ((day - month * MONTH) / MONTH)


@inlined
def default_target(line, start, u, multiple):
    """The cumulative hazard at which a firm defaults, whatever happens to its clock later."""
    return hazard_at(line, start) + -math.log(u) / multiple


@kernel(_nrt=False)
def default_after(line, start, target, never):
    """First day after ``start`` on which the cumulative hazard reaches ``target``."""
    if target > line[len(line) - 1]:
        return never
    month = start // MONTH
    while month < len(line) - 2 and line[month + 1] < target:
        month += 1
    step = line[month + 1] - line[month]
    day = month * MONTH
    if step > 0.0:
        day += max(0, math.ceil((target - line[month]) / step * MONTH) - 1)
    day = max(day, start + 1)
    while hazard_at(line, day) < target:   # at most a day or two: the division above may round either way
        if day >= (len(line) - 1) * MONTH:
            return never
        day += 1
    return day


@kernel(_nrt=False)
def default_day(line, start, u, multiple, never):
    """First day after ``start`` on which the integrated hazard reaches the firm's exponential threshold.

    ``u`` uniform, ``multiple`` of the grade's hazard; ``never`` is returned beyond the hazard table. Most
    firms leave at the first comparison, which needs no logarithm: u < 1 − x implies −log u > x.
    """
    begin = hazard_at(line, start)
    reach = multiple * (line[len(line) - 1] - begin)
    if u < 1.0 - reach:
        return never
    threshold = -math.log(u)
    if threshold > reach:
        return never
    return default_after(line, start, begin + threshold / multiple, never)


@kernel(_nrt=False)
def recovery_of(law, seed, path, entity, generation, ip, principal, unpaid, start, claim_day, common, mode,
                state):
    """(gross proceeds fen, day they arrive) of a defaulted loan: pledged IP and other recovery, one payment.

    The IP brings its appraised value × type factor × obsolescence since the pledge × noise of mean one;
    other recovery is uniform around its mean of what is ``unpaid`` of the principal. Together never more than that.
    ``common`` is the cluster whose one right secures all its loans, so that they share its noise, or NOBODY.
    ``state`` the sector's factor on the claim's day: in a downturn everything fetches less, in proportion.
    A counter-guarantee adds its share. A loan of an in-force book whose loss is given brings what that leaves, in
    place of all this but the downturn.
    """
    u0, u1, u2, _ = block(seed, path, RECOVERY, entity, generation)
    if common >= 0:
        _, _, _, u0 = block(seed, path, CLUSTER, common, 0)
    delay = max(1, int(table_lookup(law.delay, u2)))
    day = claim_day + delay
    appraised = principal * PPM // law.pledge[ip]
    sigma = law.real[NOISE]
    noise = math.exp(sigma * normal_quantile(u0) - 0.5 * sigma * sigma)
    kept = math.exp(math.log(1.0 - law.real[OBSOLESCENCE]) * ((day - start) / YEAR))
    proceeds = appraised * law.ip_factor[ip] * kept * noise + unpaid * law.real[OTHER_RECOVERY] * 2.0 * u1
    counter, own = of_ppm(unpaid, law.modes[mode, COUNTER_PPM]), own_proceeds(law, entity)
    if own != NO_LIMIT:
        proceeds, counter = float(own), 0
    if law.real[DOWNTURN] > 0.0:
        proceeds *= math.exp(law.real[DOWNTURN] * state - 0.5 * law.real[DOWNTURN] * law.real[DOWNTURN])
    return min(unpaid, int(proceeds) + counter), day


@inlined
def own_proceeds(law, entity):
    """Gross proceeds (fen) by the loss that an in-force book's file gives a loan, NO_LIMIT where it gives none."""
    row = entity - BOOK_ENTITY
    return law.book[row, BK_BACK] if 0 <= row < len(law.book) else NO_LIMIT


@kernel(_nrt=False)
def renewal_delay(law, seed, path, entity, generation):
    """Days after a repayment until the firm asks for the loan again: 0 a bridge, −1 never.

    ``generation`` how often this loan has been renewed.
    """
    if law.whole[RENEWS] == 0 or generation >= MOST_RENEWALS:
        return -1
    wish, wait, bridge, _ = block(seed, path, RENEWAL, entity, generation)
    if wish >= law.real[RENEW_SHARE]:
        return -1
    return 0 if bridge < law.real[BRIDGE_SHARE] else 1 + int(wait * law.whole[RENEW_WITHIN])


@inlined
def loan_rate(law, day):
    """Yearly rate (ppm) of a loan disbursed on a day."""
    return law.rates[month_of(law, day)]


@inlined
def benchmark_rate(law):
    """Benchmark rate of the same term (ppm), for subsidies."""
    return law.whole[BENCHMARK]
