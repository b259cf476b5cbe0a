"""How many apply: the market of the base year, its trend, and the response to the all-in cost.

Applications are thinned from a dominating stream that no policy moves, so that a smaller programme sees a
subset of a larger one's applicants. All rates are a month's expected number.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from statistics import NormalDist

import numpy as np

from simulator.engine.day import days_between
from simulator.engine.economy import mean_pd
from simulator.engine.ip_table import inside_share
from simulator.engine.platform import decided, months_ahead
from simulator.scheme.scenario import Scenario, Segment

PPM = 1_000_000
_NORMAL = NormalDist()


class DominatingRateExceeded(ValueError):
    """The policy's rate of applications exceeds the dominating rate by ``factor``."""

    def __init__(self, factor: float) -> None:
        super().__init__(f"demand.headroom is too small by a factor of {factor:.3f}")
        self.factor = factor


@dataclass(frozen=True)
class Volume:
    """What a segment asks for in the base year, and its size distribution.

    ``median`` fen; ``applications`` a year in the base year; ``made_count`` and ``made_amount`` (fen,
    registered) lent in the base year; ``by_year`` explicit applications a year instead of a trend.
    """

    median: float
    applications: float
    made_count: float
    made_amount: float
    by_year: tuple[float, ...] | None = None


def lognormal_below(median: float, sigma: float, cap: float) -> tuple[float, float]:
    """(probability, partial mean) of a lognormal amount at or below ``cap``."""
    if sigma == 0:
        return (1.0, median) if median <= cap else (0.0, 0.0)
    z = (math.log(cap) - math.log(median)) / sigma if math.isfinite(cap) else math.inf
    mean = median * math.exp(sigma * sigma / 2)
    return _cdf(z), mean * _cdf(z - sigma)


def _cdf(z: float) -> float:
    return _NORMAL.cdf(z) if math.isfinite(z) else float(z > 0)


def inside_gate(scenario: Scenario, segment: Segment, median: float) -> tuple[float, float]:
    """(share of applications, amount per application) within the fund's static limits on day 0."""
    if not segment.eligible:
        return 0.0, 0.0
    gate, start = scenario.gate, scenario.clock.start
    ip = inside_share(scenario, segment)
    terms = sum(t.weight for t in segment.terms)
    term = sum(t.weight for t in segment.terms if gate.max_term is None or t.days <= gate.max_term) / terms
    classes = sum(scenario.firms.classes.values())
    term *= right_firms(scenario)
    share = amount = 0.0
    for name, weight in scenario.firms.classes.items():
        if name in gate.classes:
            steps = [s.value for s in gate.loan_cap.get(name, []) if s.from_ <= start]
            cap = steps[-1] if steps else math.inf
            p, part = lognormal_below(median, segment.size.sigma, cap)
            over = over_cap_weight(scenario, median, segment.size.sigma, cap) if p < 1 else 0.0
            share += weight / classes * (p + over)
            amount += weight / classes * (part + cap * over if over else part)
    return share * ip * term, amount * ip * term


def right_firms(scenario: Scenario) -> float:
    """Share of firms of which the facts the gate asks for are true: all of some, one of others, none of the rest."""
    gate, flags = scenario.gate, {name: share / PPM for name, share in scenario.firms.flags.items()}
    one = 1.0
    if gate.any_flags and not set(gate.any_flags) & set(gate.flags):
        one = 1 - math.prod(1 - flags[f] for f in gate.any_flags if f not in gate.not_flags)
    return one * math.prod([flags[f] for f in gate.flags] + [1 - flags[f] for f in gate.not_flags])


def over_cap_weight(scenario: Scenario, median: float, sigma: float, cap: float) -> float:
    """Share of applications above the cap that come in all the same, counted as loans approved at a1.

    None where they are refused, all where they are trimmed to the cap. Covered in part, a loan's approval lies
    between a0 and a1 as its covered part lies between nothing and all (on the logistic scale); averaged over the tail.
    """
    below = lognormal_below(median, sigma, cap)[0]
    if scenario.gate.over_cap != "cover_part":
        return 0.0 if scenario.gate.over_cap == "refuse" else 1 - below
    a0, a1 = scenario.approval.uncovered / PPM, max(scenario.approval.covered, scenario.approval.uncovered) / PPM
    if a1 == a0:
        return 1 - below
    low, high = math.log(a0 / (1 - a0)), math.log(a1 / (1 - a1))
    places = below + (1 - below) * (np.arange(200) + 0.5) / 200
    covered = cap / (median * np.exp(sigma * np.array([_NORMAL.inv_cdf(u) for u in places])))
    approved = 1 / (1 + np.exp(-(low + (high - low) * covered)))
    return float((1 - below) * ((approved - a0) / (a1 - a0)).mean())


def market_volumes(scenario: Scenario) -> dict[str, Volume]:
    """Split the base year's market: the eligible share is what lies inside the fund's limits.

    Fund-segment applications are set so that, approved at a1, the amount inside the limits is
    ``eligible_share`` of the market; what of them lies outside is made at a0. The rest of the amount and of
    the count is the segment ``other``, whose mean follows. Where a drawn count is too small for the fund
    loans alone, at least a tenth of it is kept for the others and the count follows.
    """
    market, approval = scenario.market, scenario.approval
    if market is None:
        return {}
    a0, a1 = approval.uncovered / PPM, max(approval.covered, approval.uncovered) / PPM
    volumes: dict[str, Volume] = {}
    amount, count = float(market.amount), market.count
    fund = scenario.segments.get("fund")
    if fund is not None and fund.loans_by_year is None:
        median = float(fund.size.median or 0)
        multiple = fund.registered_multiple / 1000 if market.basis == "registered" else 1.0
        share, inside = inside_gate(scenario, fund, median)
        mean = lognormal_below(median, fund.size.sigma, math.inf)[1]
        applications = amount * market.eligible_share / PPM / (multiple * inside * a1) if inside > 0 else 0.0
        made = applications * (a1 * share + a0 * (1 - share))
        lent = applications * multiple * (a1 * inside + a0 * (mean - inside))
        volumes["fund"] = Volume(median, applications, made, lent)
        amount, count = max(0.0, amount - lent), max(market.count - made, market.count / 10)
    other = scenario.segments.get("other")
    if other is not None and other.loans_by_year is None:
        multiple = other.registered_multiple / 1000 if market.basis == "registered" else 1.0
        if amount <= 0:
            return volumes | {"other": Volume(1e6, 0.0, 0.0, 0.0)}
        median = float(other.size.median or amount / count / multiple / math.exp(other.size.sigma**2 / 2))
        if other.size.median is not None:
            count = amount / multiple / (median * math.exp(other.size.sigma**2 / 2))
        volumes["other"] = Volume(median, count / a0, count, amount)
    return volumes


def volumes_of(scenario: Scenario, loan: int = 0) -> dict[str, Volume]:
    """Volume of every segment, from the market or from explicit loans a year; none where only a book runs off.

    ``loan`` is what a loan of that book owes on average (fen): the size where the segment gives none.
    """
    volumes = market_volumes(scenario)
    if scenario.market is None and scenario.book.held:
        volumes = {name: Volume(float(segment.size.median or loan), 0.0, 0.0, 0.0)
                   for name, segment in scenario.segments.items()}
    a0, a1 = scenario.approval.uncovered / PPM, scenario.approval.covered / PPM
    for name, segment in scenario.segments.items():
        if segment.loans_by_year is not None:
            median = float(segment.size.median or 0)
            share, _ = inside_gate(scenario, segment, median)
            rate = a1 * share + a0 * (1 - share)
            years = tuple(loans / rate for loans in segment.loans_by_year)
            volumes[name] = Volume(median, years[0], 0.0, 0.0, years)
    return volumes


def monthly_growth(growth: float, first: int, last: int) -> np.ndarray:
    """Weights of months ``first`` … ``last`` − 1 from day 0 at a yearly growth; the base year's sum to 1.

    The rate grows continuously, so that year n's total is exactly (1 + growth)ⁿ times the base year's.
    """
    months = np.arange(first, last)
    g = math.log1p(growth)
    if abs(g) < 1e-12:
        return np.full(len(months), 1 / 12)
    return (np.exp(g * (months + 1) / 12) - np.exp(g * months / 12)) / (1 - math.exp(-g))


def by_month(scenario: Scenario, volume: Volume, months: np.ndarray) -> np.ndarray:
    """Expected applications of each month, first loans and renewals together, if prices stay the base year's.

    Nobody is counted before day 0 where the book is not the base year's own.
    """
    if volume.by_year is not None:
        years = np.clip(months // 12, 0, len(volume.by_year) - 1)
        found = np.array(volume.by_year)[years] / 12
    else:
        trend = scenario.market.trend / PPM if scenario.market else 0.0
        found = volume.applications * np.array([monthly_growth(trend, m, m + 1)[0] for m in months])
    return np.where((months >= 0) | (scenario.book.kind == "steady"), found, 0.0)


def renewals_by_month(scenario: Scenario, segment: Segment, volume: Volume, months: np.ndarray) -> np.ndarray:
    """Of those applications, the renewals: loans repaid a term ago whose firms ask again.

    The market's totals count a renewed pledge as a new one, so what renewals bring does not come from newcomers.
    """
    renewal = scenario.renewal
    if renewal is None or renewal.probability == 0:
        return np.zeros(len(months))
    waits = np.arange(1, max(1, renewal.within) + 1)
    bridge = renewal.bridge / PPM
    wait = (1 - bridge) * waits.mean()
    # Loans repaid up to day 0 are not in the book, so nobody renews them: days w + 1 … of the first months are left.
    left = [np.clip(30 * m + 30 - np.maximum(30 * m, np.append(waits, 0) + 1), 0, 30) / 30 for m in months]
    able = np.array([(1 - bridge) * part[:-1].mean() + bridge * part[-1] for part in left])
    weights = sum(t.weight for t in segment.terms)
    pd = mean_pd(scenario)
    found = np.zeros(len(months))
    for term in segment.terms:
        back = (term.days + wait) / 30
        whole, part = int(back), back - int(back)
        earlier = (1 - part) * by_month(scenario, volume, months - whole)
        earlier += part * by_month(scenario, volume, months - whole - 1)
        found += term.weight / weights * renewal.probability / PPM * (1 - pd) ** (term.days / 360) * earlier
    return found * able


def dominating(growth: float, headroom: float, first: int, last: int) -> np.ndarray:
    """Monthly weights no policy moves: headroom over a rising step curve, flat before day 0."""
    months = np.maximum(np.arange(first, last) + 1, 0)
    return headroom / 12 * 1.3 * (1 + growth) ** (months / 12)


def amount_of(volumes: dict[str, Volume]) -> int:
    """Amount of the base year (fen)."""
    return round(sum(v.made_amount for v in volumes.values()))


def count_of(volumes: dict[str, Volume]) -> float:
    """Number of loans of the base year."""
    return sum(v.made_count for v in volumes.values())


def arrivals(scenario: Scenario, names: list[str], first: int, last: int, cost: Callable[[str, int, bool, bool], float],
             stretch: float) -> tuple[np.ndarray, np.ndarray]:
    """(dominating mean a day [segments, months], thinning probability [segments, months, 2 · not reached + inside]).

    Applicants inside the fund's own gates answer to its price, those reached to its subsidies; others cannot.
    ``cost(segment, month, inside, reached)`` is the all-in cost in percentage points over the base year's; ``stretch``
    multiplies the dominating rate. Raises :class:`DominatingRateExceeded`.
    """
    volumes = volumes_of(scenario)
    lost = scenario.demand.lost_per_point / PPM
    opens = days_between(scenario.clock.start, scenario.platform.from_) if scenario.platform else 0
    months = np.arange(first, last + months_ahead(scenario.platform))
    over, rate = np.zeros((len(names), last - first)), np.zeros((len(names), last - first, 4))
    for s, name in enumerate(names):
        volume, segment = volumes[name], scenario.segments[name]
        base = by_month(scenario, volume, months)
        if volume.by_year is not None:
            over[s] = base[:last - first] * scenario.demand.headroom * stretch
        else:
            over[s] = volume.applications * stretch * dominating(
                scenario.demand.dominating_trend / PPM, scenario.demand.headroom, first, last)
        again = renewals_by_month(scenario, segment, volume, months)
        base = np.where(months >= 0, np.maximum(base - again, 0.0), base)
        heard = scenario.platform if segment.eligible else None
        asked = (base[:last - first], decided(heard, opens, base, first, last))
        for reached, inside in product((True, False), (False, True)):
            response = [(1 - lost) ** (cost(name, m, inside, reached) if m >= 0 else 0.0) for m in range(first, last)]
            rate[s, :, 2 * int(not reached) + int(inside)] = asked[inside] * np.array(response)
    with np.errstate(divide="ignore", invalid="ignore"):
        keep = np.where(over[:, :, None] > 0, rate / over[:, :, None], 0.0)
    if keep.size and keep.max() > 1.0 + 1e-12:
        raise DominatingRateExceeded(float(keep.max()))
    return over / 30, keep
