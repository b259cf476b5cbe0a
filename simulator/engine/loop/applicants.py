"""Who applies, in passes over a path's candidates: everything about an application that no day can change.

The sweep over days then meets only applications that really come, with their facts in one record. Passes run
in chunks of a fixed size through one flat scratch, which lets the compiler draw eight applicants at a time.
"""

from __future__ import annotations

from simulator.chance.decisions import APPLICANT, APPLICANT2, FIRM
from simulator.chance.philox import block, words_inline
from simulator.engine.attributes import (
    approval_line, asked_amount, flags_of, log_odds, month_of, pick, relief_of, static_gate,
)
from simulator.engine.collective import cluster_of
from simulator.engine.layout import BOOK_COVERED, COVER_PPM, SEG_FIRMS, SEG_FIRM_BASE
from simulator.engine.ledger import INELIGIBLE
from simulator.engine.loop.state import (
    APPLICATION, A_ALONE, A_AMOUNT, A_BANK, A_BANK_SAYS, A_CLASS, A_COVERED, A_DAY, A_DISTRICT, A_ENTITY, A_FIRM,
    A_FLAGS, A_GRADE, A_IP, A_MODE, A_PRINCIPAL, A_REACHED, A_REASON, A_SECTOR, A_SEGMENT, A_TERM, CHUNK, J_SECTOR,
    L_APP, R_APPS, R_PATH, R_SEED,
)
from simulator.engine.rules import of_ppm
from simulator.jit import kernel

LANE_1, LANE_2, LANE_3 = CHUNK, 2 * CHUNK, 3 * CHUNK
(REACH, SIZE, WHO, KIND) = (0, LANE_1, LANE_2, LANE_3)                 # of st.asks
(TERM, BANK, MODE, APPROVAL) = (0, LANE_1, LANE_2, LANE_3)             # of st.terms
(CLASS, DISTRICT, SECTOR, GRADE) = (0, LANE_1, LANE_2, LANE_3)         # of st.who
TWO_TO_MINUS_32 = 2.0**-32


@kernel(_nrt=False)
def draw_words(lanes, entities, count, seed, path, decision):
    """The four uniforms of a decision for many entities, a chunk apart (see ``block``)."""
    upper = seed >> 32
    for i in range(count):
        w0, w1, w2, w3 = words_inline(entities[i], 0, path, decision, seed, upper)
        lanes[i] = (w0 + 0.5) * TWO_TO_MINUS_32
        lanes[LANE_1 + i] = (w1 + 0.5) * TWO_TO_MINUS_32
        lanes[LANE_2 + i] = (w2 + 0.5) * TWO_TO_MINUS_32
        lanes[LANE_3 + i] = (w3 + 0.5) * TWO_TO_MINUS_32


@kernel(_nrt=False)
def draw_chunk(law, st, first, count):
    """All draws of a chunk of candidates: their own, then their firms'."""
    seed, path = st.reg[R_SEED], st.reg[R_PATH]
    entities, asks, apps, segments = st.entities, st.asks, st.apps, law.segments
    for i in range(count):
        entities[i] = apps[first + i, 1]
    draw_words(asks, entities, count, seed, path, APPLICANT)
    draw_words(st.terms, entities, count, seed, path, APPLICANT2)
    for i in range(count):
        segment = entities[i] >> 24
        firms = segments[segment, SEG_FIRMS]
        entities[i] = segment << 24 | min(int(asks[WHO + i] * firms), firms - 1)
    draw_words(st.who, entities, count, seed, path, FIRM)
    for i in range(count):
        asks[SIZE + i] = float(asked_amount(law, entities[i] >> 24, asks[SIZE + i]))


@kernel(_nrt=False)
def bank_says(law, odds, bank, mode, ip, reason, amount, principal, covered):
    """Whether the bank lends on what the fund would cover; where a gate fails, on the whole eligible wish."""
    wish = covered if reason < 0 else of_ppm(amount, law.ip_part[ip])
    return odds < approval_line(law, bank, mode, relief_of(law.modes[mode, COVER_PPM], wish, principal), wish > 0)


@kernel(_nrt=False)
def describe_candidate(law, st, i, day, entity, thin, kept):
    """Facts of one candidate into record ``kept``; 1 if it applies, 0 if the scheme's price keeps it away."""
    segment, asks, terms, who = entity >> 24, st.asks, st.terms, st.who
    term = law.term_days[segment, pick(law.term_cum[segment], terms[TERM + i])]
    bank, mode = pick(law.bank_cum, terms[BANK + i]), pick(law.mode_cum[segment], terms[MODE + i])
    ip, firm_class = pick(law.ip_cum[segment], asks[KIND + i]), pick(law.class_cum, who[CLASS + i])
    district, amount = pick(law.district_cum, who[DISTRICT + i]), int(asks[SIZE + i])
    flags = flags_of(law, st.reg[R_SEED], st.reg[R_PATH], st.entities[i])
    reason, principal, covered = static_gate(law, segment, ip, firm_class, district, flags, mode, amount, term, day)
    month = month_of(law, day)
    reached = int(asks[REACH + i] < law.reach[month])
    comes = int(thin < law.keep[segment, month, 2 - 2 * reached + int(reason < 0)])
    if day < 0 and law.whole[BOOK_COVERED] == 0:
        reason = INELIGIBLE
    odds = log_odds(terms[APPROVAL + i])
    st.odds[kept] = odds
    says = bank_says(law, odds, bank, mode, ip, reason, amount, principal, covered)
    record = st.facts[kept]
    record[A_DAY], record[A_ENTITY], record[A_SEGMENT] = day, entity, segment
    record[A_FIRM] = law.segments[segment, SEG_FIRM_BASE] + (st.entities[i] & 0xFFFFFF)
    record[A_CLASS], record[A_DISTRICT] = firm_class, district
    cluster = cluster_of(law, segment, record[A_FIRM])
    record[A_SECTOR] = pick(law.sector_cum, who[SECTOR + i]) if cluster < 0 else st.cluster[cluster, J_SECTOR]
    record[A_GRADE] = pick(law.grade_cum, who[GRADE + i])
    record[A_IP], record[A_TERM], record[A_BANK], record[A_MODE] = ip, term, bank, mode
    record[A_AMOUNT], record[A_REASON], record[A_PRINCIPAL], record[A_COVERED] = amount, reason, principal, covered
    record[A_FLAGS] = flags
    record[A_REACHED], record[A_BANK_SAYS], record[A_ALONE] = reached, int(says), int(odds < law.bank_base[bank])
    return comes * int(day + term > 0)     # a base-year loan may have ended before day 0


@kernel(_nrt=False)
def describe_applicants(law, st):
    """Records of those who apply, in order; their days are busy."""
    kept, total = 0, st.reg[R_APPS]
    for first in range(0, total, CHUNK):
        count = min(CHUNK, total - first)
        draw_chunk(law, st, first, count)
        for i in range(count):
            n = first + i
            day = st.apps[n, 0]
            comes = describe_candidate(law, st, i, day, st.apps[n, 1], st.thin[n], kept)
            st.busy[max(day, 0)] |= comes
            kept += comes
    st.reg[R_APPS] = kept


@kernel(_nrt=False)
def describe_again(law, st, loan, day):
    """The application for a repaid loan's renewal, into ``st.again``: the same wish met by the law of the day."""
    app, record = st.loans[loan, L_APP], st.again
    for field in range(APPLICATION):
        record[field] = st.facts[app, field]
    reason, principal, covered = static_gate(
        law, record[A_SEGMENT], record[A_IP], record[A_CLASS], record[A_DISTRICT], record[A_FLAGS], record[A_MODE],
        record[A_AMOUNT], record[A_TERM], day)
    reach, _, _, _ = block(st.reg[R_SEED], st.reg[R_PATH], APPLICANT, record[A_ENTITY], 0)
    record[A_DAY], record[A_REASON], record[A_PRINCIPAL], record[A_COVERED] = day, reason, principal, covered
    record[A_REACHED] = int(reach < law.reach[month_of(law, day)])
    record[A_BANK_SAYS] = int(bank_says(law, st.odds[app], record[A_BANK], record[A_MODE], record[A_IP], reason,
                                        record[A_AMOUNT], principal, covered))
