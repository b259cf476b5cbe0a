"""When the open-loop figures hold: what of a scheme feeds back on who is lent to, or on what is paid.

A reason is ``invalid`` where the scheme's law lets claims depend on each other or on the fund's money, ``numeric``
where a rule exists and the expected exposure says that it would bind, and ``approximate`` where the error is small.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from simulator.answers.open_loop.claims import (
    Distribution,
    Times,
    first_month,
    kinds,
    starts_and_size,
    weights_of,
)
from simulator.engine import layout as at
from simulator.engine.day import MONTH
from simulator.engine.tables import Tables
from simulator.scheme.scenario import Scenario

TIGHT = 2.33                   # standard deviations of exposure: the level a pot's room must hold 99 times in 100
SHORT = 0.01                   # chance of claims above all the money from which lapses and queues would show
REPEATED = 0.05                # part of covered loans made to a firm that already had one, from which it shows


@dataclass(frozen=True)
class Reason:
    """Why a figure does not hold, or how far: ``code`` names the message, ``values`` fill it in."""

    code: str
    kind: str                  # invalid | numeric | approximate
    values: dict[str, float | str] = field(default_factory=dict)


def by_rule(scenario: Scenario, tables: Tables) -> list[Reason]:
    """What the scheme's own text decides."""
    law = tables.law
    used = {int(law.counters[c]) & at.PER_LIMIT for c in range(len(law.counters))}
    per = {at.PER_FIRM, at.PER_FIRM_YEAR, at.PER_YEAR, at.PER_LIFE, at.PER_BANK_YEAR, at.PER_CLUSTER}
    caps = law.rows[:, at.CAP:].reshape(len(law.rows), at.MAX_CAPS, at.CAP_FIELDS)
    own = law.rows[:, [at.YEARS_ABOVE, at.YEARS_TO]]
    found = [
        ("clusters", bool(scenario.collective)),
        ("held_book", len(law.book) > 0),
        ("breaker", bool(scenario.all_breakers)),
        ("shared_cap", bool({int(k) for k in law.counters} & per or at.PER_LIMIT in used)),
        ("measured_cap", bool((caps[:, :, at.CAP_MEASURE] != at.M_AMOUNT).any())),
        ("origin_cap", bool((law.origin[:, at.ORIGIN_PER] == at.PER_FIRM_YEAR).any())),
        ("net_claims", bool((law.modes[:, at.NET_BASE] == 1).any())),
        ("provisional", bool((law.modes[:, at.PROVISIONAL] != at.NO_LIMIT).any())),
        ("downturn", scenario.recovery.downturn > 0),
        ("drawn_pots", tables.layout.draws_on_pots),
        ("rights", len(law.supply) > 0),
        ("at_maturity", scenario.lending.default_at == "maturity"),
        ("bank_years", bool((own[:, 0] >= 0).any() or (own[:, 1] < at.ALWAYS).any())),
        ("capital", bool(law.whole[at.HAS_CAPITAL])),
        ("instalments", bool(law.whole[at.HAS_PARTS])),
        ("firm_cap", bool((law.firm_caps != at.NO_LIMIT).any())),
        ("budget", bool((law.pots[:, at.ANNUAL_BUDGET] != at.NO_LIMIT).any())),
        ("floor", bool((law.pots[:, at.FLOOR_FEN] > 0).any())),
    ]
    return [Reason(code, "invalid") for code, holds in found if holds]


def approximations(scenario: Scenario, tables: Tables) -> list[Reason]:
    """What is not followed to the day."""
    law = tables.law
    found = []
    if law.whole[at.RENEWS]:
        found.append(Reason("renewal_days", "approximate"))
    terms = law.term_days[law.segments[:len(law.term_days), at.SEG_ELIGIBLE] == 1]
    if (terms % MONTH != 0).any():
        found.append(Reason("odd_terms", "approximate"))
    if len(law.caps) > 1 and law.whole[at.RENEWS] and (law.caps != law.caps[0]).any():
        found.append(Reason("changed_gates", "approximate"))
    return found


def exposure_of(tables: Tables, times: Times, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of covered principal in force by month of the window, with nobody refused (fen)."""
    law, whole = tables.law, tables.law.whole
    months, first = int(whole[at.N_DAYS]) // MONTH, first_month(tables)
    amount, square = np.zeros((len(times.weights), months)), np.zeros((len(times.weights), months))
    for kind, part in kinds(tables, seed):
        starts, covered, squared = starts_and_size(tables, kind, part, times)
        term = max(1, round(kind.term / MONTH))
        if kind.fixed:
            amount[:, :term] += starts[:, :1] * covered
            continue
        lent = starts.copy()
        if whole[at.RENEWS]:
            for k in range(lent.shape[1] - term):
                if first + k + term >= 0:
                    lent[:, k + term] += law.real[at.RENEW_SHARE] * lent[:, k]
        for month in range(months):
            low, high = max(0, month - first - term + 1), month - first + 1
            total = lent[:, low:high].sum(axis=1)
            amount[:, month] += total * covered
            square[:, month] += total * squared
    mean = times.weights @ amount
    spread = times.weights @ (square + (amount - mean)**2)
    return mean, np.sqrt(np.maximum(spread, 0.0))


def pot_shares(tables: Tables) -> list[tuple[int, float]]:
    """Each pot some payer may draw on, and the largest part of covered lending that counts in it."""
    law = tables.law
    districts = weights_of(law.district_cum)
    found: dict[int, float] = {}
    for payer in law.payers[law.payers[:, at.KIND] == at.KIND_POT]:
        weights = payer[at.WEIGHT:at.WEIGHT + payer[at.N_ACCOUNTS]]
        for n in range(int(payer[at.N_ACCOUNTS])):
            part = float(weights[n]) / float(weights.sum()) if payer[at.DRAW] == at.DRAW_SPLIT else 1.0
            account = int(payer[at.ACCOUNT + n])
            places = range(len(districts)) if account == at.OF_DISTRICT else [-1]
            for d in places:
                pot = int(law.district_pot[d]) if d >= 0 else account
                if pot >= 0:
                    found[pot] = max(found.get(pot, 0.0), part * (float(districts[d]) if d >= 0 else 1.0))
            if payer[at.DRAW] != at.DRAW_SPLIT and account != at.OF_DISTRICT:
                break
    return sorted(found.items())


def cash_of(tables: Tables, pot: int, months: int) -> np.ndarray:
    """What a pot has been given by the start of each month, matches at the end of their time (fen)."""
    cash = np.zeros(months)
    for event in tables.law.contributions[tables.law.contributions[:, at.INTO] == pot]:
        day = event[at.WHEN] + (event[at.WITHIN_DAYS] if event[at.IS_MATCH] else 0)
        cash[min(months, -(-int(day) // MONTH)):] += event[at.SUM]
    return cash


def leverage(tables: Tables, times: Times, seed: int, paid: Distribution) -> list[Reason]:
    """Pots whose leverage would bind: exposure at 99 % against the room of the cash left after expected claims."""
    law = tables.law
    if not (law.pots[:, at.LEVERAGE] != at.NO_LIMIT).any():
        return []
    mean, sd = exposure_of(tables, times, seed)
    months, found = len(mean), []
    spent = paid.mean * np.arange(months) / months
    for pot, share in pot_shares(tables):
        if law.pots[pot, at.LEVERAGE] == at.NO_LIMIT:
            continue
        room = law.pots[pot, at.LEVERAGE] / 1000 * np.maximum(0.0, cash_of(tables, pot, months) - share * spent)
        # A pot of a share of the lending: its variance is that of thinned loans, so scales with the share at least.
        high = share * mean + TIGHT * np.maximum(share, np.sqrt(share)) * sd
        worst = int(np.argmax(high / np.maximum(room, 1.0)))
        if high[worst] > room[worst]:
            found.append((high[worst] / max(room[worst], 1.0), Reason("leverage", "numeric", {
                "pot": tables.layout.pots[pot], "month": worst + 1, "exposure": float(high[worst]),
                "mean": float(share * mean[worst]), "room": float(room[worst])})))
    return [reason for _, reason in sorted(found, key=lambda pair: -pair[0])[:1]]


def repeats(tables: Tables, times: Times, seed: int) -> list[Reason]:
    """Firms that borrow twice, whose loans share a clock and a bar."""
    loans: dict[int, float] = {}
    for kind, part in kinds(tables, seed):
        if not kind.fixed:
            starts, _, _ = starts_and_size(tables, kind, part, times)
            loans[kind.segment] = loans.get(kind.segment, 0.0) + float(times.weights @ starts.sum(axis=1))
    if not loans:
        return []
    segment, number = max(loans.items(), key=lambda pair: pair[1])
    firms = int(tables.law.segments[segment, at.SEG_FIRMS])
    again = 1.0 - firms / max(number, 1e-9) * -np.expm1(-number / firms)
    kind_of = "numeric" if again > REPEATED else "approximate"
    return [Reason("repeated_firms", kind_of, {"share": float(again), "firms": firms, "loans": number})]


def money(tables: Tables, paid: Distribution) -> list[Reason]:
    """Whether the claims would exceed all the money, so that payments lapse or wait."""
    if not len(tables.law.pots):
        return [Reason("no_pot", "invalid")]
    chance = paid.beyond(float(tables.fund_fen))
    if chance <= SHORT:
        return []
    return [Reason("short_of_money", "numeric", {"chance": chance, "fund": float(tables.fund_fen)})]


def reasons(scenario: Scenario, tables: Tables, times: Times, seed: int, paid: Distribution) -> list[Reason]:
    """All of them; the figures hold when none is ``invalid`` or ``numeric``."""
    return [*by_rule(scenario, tables), *leverage(tables, times, seed, paid), *money(tables, paid),
            *repeats(tables, times, seed), *approximations(scenario, tables)]


def holds(found: list[Reason]) -> bool:
    """Whether the figures may be used."""
    return all(reason.kind == "approximate" for reason in found)
