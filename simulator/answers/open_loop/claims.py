"""The fund's total claims without feedback, exactly: compound Poisson given the factors, then integrated over them.

Loans arrive as a Poisson stream given the quarters' multipliers, each with a mark of its own; given the factors, the
claims of disjoint kinds are independent Poisson numbers (marked-Poisson theorem). The total's characteristic function
is therefore exp(Σ mean · (φ − 1)), φ the transform of a claim's size, and its average over the factors is inverted by
one fast Fourier transform.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, TypeVar

import numpy as np

from simulator.answers.open_loop import factors
from simulator.answers.open_loop import marks as m
from simulator.answers.open_loop.intensity import EARLY, LATE, class_means, hazard_table, survival_table
from simulator.engine import layout as at
from simulator.engine.day import MONTH
from simulator.engine.rules import PPM
from simulator.engine.tables import Tables

GRID = 1024                    # points of the table of totals
POINTS = 512                   # of the factor integral
MEASURES = ("paid", "window", "net")
QUARTER = 3                    # months of one gamma multiplier
MOST_ALIVE = 200_000_000       # bytes of survivals kept: 512 points of Liaoning take 12 million for one hazard multiple
SEVERITY_FIELDS = (
    "segments", "sizes", "term_days", "term_cum", "ip_cum", "class_cum", "district_cum", "bank_cum", "mode_cum",
    "pledge", "ip_factor", "ip_part", "delay", "cap_from", "caps", "modes", "rows", "stacks", "priority", "payers",
    "counters", "rates", "flags", "bank_facts", "origin", "rate_caps")
SEVERITY_WHOLE = [
    at.N_DAYS, at.N_LAST, at.N_BOOK_DAYS, at.OVER_CAP, at.MAX_TERM, at.GATE_FROM, at.GATE_UNTIL, at.GATE_IP,
    at.GATE_CLASSES, at.GATE_FLAGS, at.GATE_NOT_FLAGS, at.GATE_ANY_FLAGS, at.GUARANTEE_RATE, at.MOST_GUARANTEE_FEE,
    at.RECOVERY_COST_PPM, at.BOOK_PRINCIPAL, at.BOOK_COVERED,
    at.BOOK_REMAINING]


T = TypeVar("T")
_KEPT: OrderedDict[Any, Any] = OrderedDict()


def keep(key: Any, make: Callable[[], T]) -> T:
    """A value made once per key; the last ones are kept."""
    if key not in _KEPT:
        _KEPT[key] = make()
        while len(_KEPT) > 64:
            _KEPT.popitem(last=False)
    _KEPT.move_to_end(key)
    found: T = _KEPT[key]
    return found


@dataclass(frozen=True)
class Kind:
    """Loans of one law: their marks, the weights of these (sum: share of applications), and their starts by month."""

    segment: int
    marks: m.Marks
    rows: np.ndarray           # of the marks that belong here
    weights: np.ndarray        # float64[rows], chance of the mark and of its approval
    term: int
    multiple: float
    delay: int
    fixed: bool


@dataclass(frozen=True)
class Epoch:
    """Days on which gates, caps and rates are the same: one of them, and the part of each month that belongs to it."""

    day: int
    part: np.ndarray


def first_month(tables: Tables) -> int:
    """First month loans are followed from: the book's, or 0."""
    return -int(tables.law.whole[at.N_BOOK_DAYS]) // MONTH


def epochs(tables: Tables) -> list[Epoch]:
    """The window and the base year, cut where the law of a loan changes."""
    law, whole = tables.law, tables.law.whole
    days = np.arange(first_month(tables) * MONTH, whole[at.N_DAYS])
    version = np.clip(np.searchsorted(law.cap_from, days, side="right") - 1, 0, None)
    opened = (days >= whole[at.GATE_FROM]) & (days <= whole[at.GATE_UNTIL])
    month = (days + whole[at.N_BOOK_DAYS]) // MONTH
    priced = (law.modes[:, at.INTEREST_DAYS] > 0).any() or (law.rate_caps < at.ALWAYS).any()
    rate = law.rates[month] if priced else np.zeros(len(days), np.int64)
    key = np.column_stack([law.caps[version][:, :-1], opened, rate, law.rate_caps[month]])
    # Stretches of equal days first: sorting them is much less than sorting days.
    begins = np.flatnonzero(np.any(key != np.roll(key, 1, axis=0), axis=1) | (np.arange(len(days)) == 0))
    _, first, which = np.unique(key[begins], axis=0, return_index=True, return_inverse=True)
    which = np.repeat(which.reshape(-1), np.diff(begins, append=len(days)))
    first = begins[first]
    return [Epoch(int(days[n]), (which.reshape(-1, MONTH) == k).mean(axis=1)) for k, n in enumerate(first)
            if opened[n]]


def severity_key(tables: Tables) -> bytes:
    """What the marks depend on; not how many loans there are, nor how many default."""
    law, whole = tables.law, tables.law.whole
    real = law.real[[at.NOISE, at.OTHER_RECOVERY, at.OBSOLESCENCE]]
    return real.tobytes() + whole[SEVERITY_WHOLE].tobytes() + b"".join(
        np.ascontiguousarray(getattr(law, name)).tobytes() for name in SEVERITY_FIELDS)


def fixed_book(tables: Tables) -> bool:
    """Whether a fixed number of covered loans opens the scenario."""
    whole = tables.law.whole
    return bool(whole[at.BOOK_KIND] == at.BOOK_FIXED and whole[at.BOOK_COVERED] and whole[at.BOOK_LOANS])


def kinds(tables: Tables, seed: int) -> list[tuple[Kind, np.ndarray]]:
    """Every law of a loan, with its part of each month's applications (empty for a fixed book)."""
    law = tables.law
    key = severity_key(tables)
    found: list[tuple[Kind, np.ndarray]] = []
    for epoch in epochs(tables):
        for segment in np.flatnonzero(law.segments[:, at.SEG_ELIGIBLE]).tolist():
            if law.arrivals[segment].any():
                made = keep((key, segment, epoch.day, seed), partial(m.marks_of, tables, segment, epoch.day, seed))
                found += [(kind, epoch.part) for kind in split_kinds(tables, segment, made, False)]
    if fixed_book(tables):
        made = keep((key, "book", seed), lambda: m.marks_of(tables, 0, 0, seed, fixed=True))
        found += [(kind, np.zeros(0)) for kind in split_kinds(tables, 0, made, True)]
    return found


def split_kinds(tables: Tables, segment: int, made: m.Marks, fixed: bool) -> list[Kind]:
    """Marks by term, hazard multiple and days to payment."""
    if not len(made.facts):
        return []
    chance = np.ones(len(made.facts)) if fixed else m.approved(tables, made)
    columns = np.column_stack([made.facts[:, m.K_TERM], m.multiples(tables, made), made.facts[:, m.K_DELAY]])
    laws, which = np.unique(columns, axis=0, return_inverse=True)
    which = which.reshape(-1)
    result = []
    for n, (term, multiple, delay) in enumerate(laws.tolist()):
        rows = np.flatnonzero(which == n)
        result.append(Kind(segment, made, rows, chance[rows] / made.points, int(term), multiple, int(delay), fixed))
    return result


def in_halves(points: int, task: Callable[[int, int], None]) -> None:
    """Do ``task`` for the points [low, high) in two threads; kernels let go of the interpreter."""
    half = points // 2
    with ThreadPoolExecutor(2) as pool:
        for begun in [pool.submit(task, 0, half), pool.submit(task, half, points)]:
            begun.result()


@dataclass(frozen=True)
class Times:
    """Points of the factor integral: the index and the quarters' multipliers by segment, and their weights."""

    normals: np.ndarray        # float64[n, coordinates]
    uniforms: np.ndarray       # float64[n, quarters of all segments]
    index: np.ndarray          # float64[n, sectors, months]
    mixing: np.ndarray         # float64[segments, n, quarters]
    weights: np.ndarray        # float64[n], adding up to one for plain points


_ALIVE: OrderedDict[Any, tuple[Times, np.ndarray]] = OrderedDict()
_HAZARDS: dict[str, Any] = {}


def alive_of(tables: Tables, times: Times, multiple: float, fractions: np.ndarray) -> np.ndarray:
    """Chances to survive at the points, as in ``survival_table``; the last ones are kept, within MOST_ALIVE bytes."""
    law = tables.law
    # The points are kept with what belongs to them, so that no other object takes their identity meanwhile.
    link = (id(times), law.link.tobytes(), law.link_kind.tobytes(), len(law.grade_cum))
    key = (*link, multiple, fractions.tobytes())
    if key not in _ALIVE:
        n, sectors, months = times.index.shape
        found = np.empty((n, sectors, len(law.grade_cum), len(fractions), months))
        hazard = _hazards_of(tables, times, link)
        in_halves(n, lambda low, high: survival_table(hazard[low:high], multiple, fractions, found[low:high]))
        if found.nbytes > MOST_ALIVE:
            return found
        _ALIVE[key] = times, found
        while sum(table.nbytes for _, table in _ALIVE.values()) > MOST_ALIVE:
            _ALIVE.popitem(last=False)
    _ALIVE.move_to_end(key)
    return _ALIVE[key][1]


def _hazards_of(tables: Tables, times: Times, link: tuple[Any, ...]) -> np.ndarray:
    """Hazards at the points, for every multiple of them; the last ones only."""
    if _HAZARDS.get("link") != link:
        law = tables.law
        n, sectors, months = times.index.shape
        found = np.empty((n, sectors, len(law.grade_cum), months))
        in_halves(n, lambda low, high: hazard_table(
            times.index[low:high], law.link, law.link_kind, found[low:high]))
        _HAZARDS.update(link=link, times=times, found=found)
    return np.asarray(_HAZARDS["found"])


def plan_key(tables: Tables) -> tuple[int, int, float, bytes, bytes]:
    """What the factor paths depend on."""
    law, whole = tables.law, tables.law.whole
    return (int(whole[at.N_HAZARD_MONTHS]), int(whole[at.FACTOR_STEP]), float(law.real[at.PERSISTENCE]),
            law.factor_weights.tobytes(), law.stress.tobytes())


def plan_of(tables: Tables) -> factors.Plan:
    """The scheme's factor paths."""
    key = plan_key(tables)
    return keep(("plan", key), lambda: factors.plan(*key[:3], tables.law.factor_weights, tables.law.stress))


def mixed_segments(tables: Tables) -> list[int]:
    """Segments whose loans the fund may cover: their quarters' multipliers are integrated too."""
    return [int(s) for s in np.flatnonzero(tables.law.segments[:, at.SEG_ELIGIBLE])]


def quarters_of(tables: Tables) -> int:
    """Quarters with a multiplier of their own, from the book's first."""
    return -(-tables.law.arrivals.shape[1] // QUARTER) + 1


def times_of(tables: Tables, normals: np.ndarray, uniforms: np.ndarray, weights: np.ndarray) -> Times:
    """The factor paths and multipliers of given coordinates."""
    quarters = quarters_of(tables)
    gamma = np.ones((len(tables.law.segments), len(normals), quarters))
    for n, segment in enumerate(mixed_segments(tables)):
        table = tables.law.mixing[segment]
        place = uniforms[:, n * quarters:(n + 1) * quarters] * (len(table) - 1)
        cell = place.astype(int)
        gamma[segment] = table[cell] + (place - cell) * (table[cell + 1] - table[cell])
    return Times(normals, uniforms, factors.index_paths(plan_of(tables), normals), gamma, weights)


def sobol_times(tables: Tables, points: int, seed: int) -> Times:
    """``points`` scrambled Sobol points; kept as long as the law of the factors and the gamma tables stay."""
    p = plan_of(tables)
    extra = len(mixed_segments(tables)) * quarters_of(tables)

    def make() -> Times:
        z, u = factors.coordinates(p, points, extra, seed)
        return times_of(tables, z, u, np.full(points, 1.0 / points))

    key = ("times", plan_key(tables), tables.law.mixing.tobytes(), tuple(mixed_segments(tables)), extra, points, seed)
    return keep(key, make)


def weights_of(cumulative: np.ndarray) -> np.ndarray:
    """Single probabilities from cumulative ones."""
    return np.diff(cumulative, prepend=0.0)


def starts_of(tables: Tables, kind: Kind, part: np.ndarray, times: Times) -> np.ndarray:
    """Expected first loans of a kind by point and month."""
    law = tables.law
    reach = law.reach
    comes = reach * law.keep[kind.segment, :, 1] + (1.0 - reach) * law.keep[kind.segment, :, 3]
    first = first_month(tables)
    loans = law.arrivals[kind.segment] * MONTH * comes * part * float(kind.weights.sum())
    if not law.whole[at.BOOK_COVERED]:
        loans[:-first] = 0.0 if first < 0 else loans[:-first]
    months = np.arange(first, first + len(loans))
    quarter = months // QUARTER - first // QUARTER
    result: np.ndarray = loans * times.mixing[kind.segment][:, quarter]
    return result


def starts_and_size(tables: Tables, kind: Kind, part: np.ndarray, times: Times) -> tuple[np.ndarray, float, float]:
    """(first loans by point and month, mean covered principal, mean of its square) of a kind."""
    weights = kind.weights / kind.weights.sum()
    covered = kind.marks.facts[kind.rows, m.K_COVERED]
    if kind.fixed:
        starts = np.full((len(times.weights), 1), tables.law.whole[at.BOOK_LOANS] * float(kind.weights.sum()))
    else:
        starts = starts_of(tables, kind, part, times)
    return starts, float(weights @ covered), float(weights @ covered**2)


def renewal_of(tables: Tables, kind: Kind) -> np.ndarray:
    """(share asked again, of these on the same day, mean wait of the others in months)."""
    law = tables.law
    if kind.fixed or law.whole[at.RENEWS] == 0:
        return np.zeros(3)
    wait = (int(law.whole[at.RENEW_WITHIN]) + 1) / 2 / MONTH
    return np.array([law.real[at.RENEW_SHARE], law.real[at.BRIDGE_SHARE], wait])


def means_of(tables: Tables, kind: Kind, part: np.ndarray, times: Times, limits: list[float]) -> np.ndarray:
    """Expected claims by payment limit (days), point and cell; of a fixed book, a firm's chance of a claim."""
    law = tables.law
    months = max(1, round(kind.term / MONTH))
    quarters = np.array([round(months * (q + 1) / m.ELAPSED) for q in range(m.ELAPSED)])
    first, fractions = first_month(tables), np.array([EARLY, LATE])
    if kind.fixed:
        starts, first, fractions = np.full((len(times.index), 1), float(kind.weights.sum())), 0, np.zeros(2)
    else:
        starts = starts_of(tables, kind, part, times)
    until = np.array([(limit - kind.delay) / MONTH for limit in limits])
    total = np.zeros((len(limits), len(times.index), m.CELLS))
    window = int(law.whole[at.N_DAYS]) // MONTH
    asked = (weights_of(law.grade_cum), weights_of(law.sector_cum), fractions)
    alive = alive_of(tables, times, kind.multiple, fractions)
    in_halves(len(times.index), lambda low, high: class_means(
        alive[low:high], *asked, starts[low:high], first, months, quarters, until, renewal_of(tables, kind), window,
        total[:, low:high]))
    return total


@dataclass(frozen=True)
class Pots:
    """Pots alike: ``share`` of the loans each, ``count`` of them, ``fails`` the chance that its money goes back."""

    share: float
    count: int
    fails: float
    closes: int                # day on which it then goes back


def pots_of(tables: Tables) -> list[Pots]:
    """The pots by district with a match that may fail; otherwise one that never does."""
    law = tables.law
    events = law.contributions[law.contributions[:, at.IS_MATCH] == 1] if len(law.contributions) else []
    districts = weights_of(law.district_cum)
    groups: dict[tuple[float, float, int], int] = {}
    for d, pot in enumerate(law.district_pot.tolist()):
        mine = [e for e in events if e[at.INTO] == pot and e[at.RETURN_SUM] > 0] if pot >= 0 else []
        fails = 1.0 - float(mine[0][at.MATCH_PPM]) / PPM if mine else 0.0
        closes = int(mine[0][at.WHEN] + mine[0][at.WITHIN_DAYS]) if mine else 0
        key = (round(float(districts[d]), 12), fails, closes)
        groups[key] = groups.get(key, 0) + 1
    if all(fails == 0.0 for _, fails, _ in groups):
        return [Pots(1.0, 1, 0.0, 0)]
    return [Pots(share, count, fails, closes) for (share, fails, closes), count in groups.items() if share > 0]


@dataclass(frozen=True)
class Distribution:
    """A total on a grid: ``pmf[k]`` the chance of k · ``step`` fen; moments are exact, not the grid's."""

    step: float
    pmf: np.ndarray
    mean: float
    sd: float

    @cached_property
    def cdf(self) -> np.ndarray:
        """Distribution function at the grid's points."""
        found: np.ndarray = np.cumsum(self.pmf)
        return found

    def quantile(self, level: float) -> float:
        """Amount at which the distribution function reaches ``level``, linear between grid points (fen)."""
        place = int(np.searchsorted(self.cdf, level))
        if place == 0 or place >= len(self.cdf):
            return min(place, len(self.cdf) - 1) * self.step
        low, high = self.cdf[place - 1], self.cdf[place]
        return float(place - 1 + (level - low) / (high - low)) * self.step

    def beyond(self, amount: float) -> float:
        """Chance of more than ``amount`` fen."""
        return float(np.clip(1.0 - self.cdf[min(len(self.cdf) - 1, int(amount // self.step))], 0.0, 1.0))
