"""Public money of the compiled engine that follows the calendar: policies, investments, year-end lines."""

from __future__ import annotations

from simulator.chance.decisions import AWARD, INVESTMENT, INVESTMENT_ARRIVALS, POLICY, POLICY_ARRIVALS, POLICY_MIXING
from simulator.chance.philox import block
from simulator.chance.variates import lognormal, poisson_quantile, table_lookup
from simulator.engine.attributes import WAN
from simulator.engine.day import MONTH, YEAR
from simulator.engine.grants import counts_as_met, entitlement, investment_due, keeps_path, rate_on, reward
from simulator.engine.layout import (
    B_INVESTED, B_MEASURE, BASE, BASE_FIXED, BASE_POLICY, EVENT, FIXED, FROM_DAY, HIGHER, HIGHER_FEN, INVESTED_FIRMS,
    INVESTMENTS_A_MONTH, LOCAL_INVESTOR, MEASURE_INSURED, MET_ALWAYS, N_DAYS, N_PROGRAMMES, N_TARGETS, NOT_PROMISED,
    ON_EVALUATED, ON_INVESTMENT, ON_ISSUED, ON_YEAR_END, OWN_USE, PASSED, PAYEE, PAYEE_INVESTOR, POLICY_MEDIAN,
    POLICY_PREMIUM, POLICY_SIGMA, PROJECTS, RATE, TARGET_MEASURE, TARGETS_MET, TICKET_LEAST, TICKET_MEDIAN,
    TICKET_MOST, TICKET_SIGMA, UNTIL_DAY,
)
from simulator.engine.ledger import INSURED, POLICIES
from simulator.engine.loop.programmes import take_envelope
from simulator.engine.loop.state import R_PATH, R_SEED
from simulator.engine.rules import PPM, for_days, of_ppm
from simulator.jit import kernel


@kernel(_nrt=False)
def issue_policies(law, st, day, y):
    """IP insurance of the ended month: sums insured, and the subsidy on their premiums."""
    month = day // MONTH - 1
    if law.policies[month] <= 0.0:
        return
    seed, path = st.reg[R_SEED], st.reg[R_PATH]
    mix, _, _, _ = block(seed, path, POLICY_MIXING, month // 3, 0)
    u, _, _, _ = block(seed, path, POLICY_ARRIVALS, month, 0)
    for k in range(poisson_quantile(u, law.policies[month] * table_lookup(law.policy_mixing, mix))):
        size, _, _, _ = block(seed, path, POLICY, month << 10 | k, 0)
        insured = max(WAN, int(lognormal(size, law.real[POLICY_MEDIAN], law.real[POLICY_SIGMA]) / WAN) * WAN)
        st.years[y, POLICIES] += 1
        st.years[y, INSURED] += insured
        for t in range(law.whole[N_TARGETS]):
            if law.targets[t, TARGET_MEASURE] == MEASURE_INSURED:
                st.years[y, law.whole[B_MEASURE] + t] += insured
        premium = for_days(insured, law.whole[POLICY_PREMIUM], YEAR)
        for q in range(law.whole[N_PROGRAMMES]):
            programme = law.programmes[q]
            if programme[EVENT] == ON_ISSUED and programme[FROM_DAY] <= day - 1 <= programme[UNTIL_DAY]:
                base = premium if programme[BASE] == BASE_POLICY else programme[FIXED]
                due = entitlement(programme, rate_on(law, programme, day - 1, 0, 0), base, 0, 0, 0)
                take_envelope(law, st, q, (day - 1) // YEAR, due, y)


@kernel(_nrt=False)
def make_investments(law, st, day, y):
    """Investments of the ended month, in the order in which they ask."""
    seed, path, month = st.reg[R_SEED], st.reg[R_PATH], day // MONTH - 1
    u, _, _, _ = block(seed, path, INVESTMENT_ARRIVALS, month, 0)
    for k in range(poisson_quantile(u, law.venture[INVESTMENTS_A_MONTH])):
        size, who, own, local = block(seed, path, INVESTMENT, month << 10 | k, 0)
        wanted = lognormal(size, law.venture[TICKET_MEDIAN], law.venture[TICKET_SIGMA])
        wanted = min(max(wanted, float(law.support[TICKET_LEAST])), float(law.support[TICKET_MOST]))
        firm = min(int(who * law.support[INVESTED_FIRMS]), law.support[INVESTED_FIRMS] - 1)
        to_investor = own >= law.venture[OWN_USE] and local < law.venture[LOCAL_INVESTOR]
        invest(law, st, max(WAN, int(wanted / WAN) * WAN), firm, int(to_investor), day - 1, y)


@kernel(_nrt=False)
def invest(law, st, ticket, firm, to_investor, day, y):
    """One investment: each programme pays up to the invested firm's cap for good, whoever receives the money."""
    at = law.support[B_INVESTED]
    st.years[y, at] += 1
    st.years[y, at + 1] += ticket
    for q in range(law.whole[N_PROGRAMMES]):
        programme = law.programmes[q]
        if programme[EVENT] == ON_INVESTMENT and programme[FROM_DAY] <= day <= programme[UNTIL_DAY]:
            paid = take_envelope(law, st, q, day // YEAR, investment_due(programme, ticket, st.invested[q, firm]), y)
            st.invested[q, firm] += paid
            if programme[PAYEE] == PAYEE_INVESTOR and to_investor == 1:
                st.years[y, at + 2] += paid


@kernel(_nrt=False)
def close_year(law, st, day, y):
    """Lines of the year that ended last evening: fixed sums, awards to projects, and what banks earned by lending."""
    year, ended = day // YEAR - 1, day - 1
    for q in range(law.whole[N_PROGRAMMES]):
        programme = law.programmes[q]
        if programme[EVENT] == ON_YEAR_END and programme[BASE] != BASE_FIXED:
            for bank in range(len(law.bank_cum)):
                settle_bank(law, st, q, bank, year, y)
        elif (programme[EVENT] in (ON_YEAR_END, ON_EVALUATED) and day - YEAR < law.whole[N_DAYS]
                and programme[FROM_DAY] <= ended <= programme[UNTIL_DAY]
                and targets_allow(law, st, programme[TARGETS_MET], year)):
            if programme[EVENT] == ON_EVALUATED:
                award_projects(law, st, q, year, y)
            else:
                take_envelope(law, st, q, year, of_ppm(programme[FIXED], rate_on(law, programme, ended, 0, 0)), y)


@kernel(_nrt=False)
def settle_bank(law, st, q, bank, year, y):
    """A bank is paid what its lending so far has earned, less what was reckoned before."""
    programme = law.programmes[q]
    earned, before = reward(law, programme, st.volume[q, bank]), reward(law, programme, st.settled[q, bank])
    st.settled[q, bank] = st.volume[q, bank]
    if earned > before:
        take_envelope(law, st, q, year, earned - before, y)


@kernel(_nrt=False)
def targets_allow(law, st, rule, year):
    """Whether enough targets kept their path in a year for a line that depends on them."""
    if rule == MET_ALWAYS:
        return True
    met, judged = 0, 0
    for t in range(law.whole[N_TARGETS]):
        if law.promised[t, year] != NOT_PROMISED:
            value = st.years[year, law.whole[B_MEASURE] + t]
            if law.summed[t] == 1:
                for past in range(year):
                    value += st.years[past, law.whole[B_MEASURE] + t]
            judged += 1
            met += int(keeps_path(value, law.promised[t, year]))
    return counts_as_met(rule, met, judged)


@kernel(_nrt=False)
def award_projects(law, st, q, year, y):
    """Projects that pass this year's evaluation get the award, some of them the higher one."""
    programme = law.programmes[q]
    for project in range(programme[PROJECTS]):
        u, high, _, _ = block(st.reg[R_SEED], st.reg[R_PATH], AWARD, (q << 10 | project) << 6 | year, 0)
        if u < programme[PASSED] / PPM:
            award = programme[HIGHER_FEN] if high < programme[HIGHER] / PPM else programme[FIXED]
            take_envelope(law, st, q, year, of_ppm(award, programme[RATE]), y)
