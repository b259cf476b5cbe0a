"""What is checked of each validation scheme: quantities of the results beside what theory says of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Literal

import numpy as np
from scipy import stats

from simulator.answers.closed_forms import (
    basel_correlation,
    conditional_pd,
    cumulative_default_mean,
    originations,
    vasicek_quantile,
)
from simulator.answers.open_loop.sheet import simulated
from simulator.engine.tables import compile_scheme
from simulator.runs import Results
from simulator.scheme import load

from . import second, theory

WAN = 1_000_000                            # fen
LOAN = 100 * WAN
Kind = Literal["mean", "sd", "chance", "exact"]
Sample = Callable[[Results], np.ndarray]


@dataclass(frozen=True)
class Check:
    """One quantity: its theory, and each path's value of it (a hit or not, for a chance).

    ``bound`` is an error of whole days or of a grid derived beforehand; only what lies beyond it counts. ``error``
    is the standard error of a theory that is itself integrated at random points.
    """

    name: str                              # message "val_<name>"
    kind: Kind
    theory: float
    sample: Sample
    bound: float = 0.0
    error: float = 0.0


@dataclass(frozen=True)
class Case:
    """A scheme of this package's folder, how many paths it needs, its seed, and what is checked of it."""

    scheme: str
    paths: int
    seed: int
    checks: Callable[[], list[Check]]


def column(name: str, unit: float = 1.0) -> Sample:
    """A sample of one column, in a unit."""
    return lambda results: results.column(name) / unit


def above(name: str, level: float) -> Sample:
    """Whether a path's column exceeds a level."""
    return lambda results: results.column(name) > level


def defaults(mean: float, sd: float, *tails: tuple[int, float]) -> list[Check]:
    """Mean and spread of the defaults, and the chance of more than each number."""
    count = column("defaults")
    return [Check("defaults", "mean", mean, count), Check("defaults", "sd", sd, count),
            *(Check(f"defaults above {k}", "chance", p, above("defaults", k)) for k, p in tails)]


def of(count: theory.Count) -> list[Check]:
    """A whole distribution by its mean, spread and the tails that are exceeded one path in ten, a hundred, 200."""
    levels = [count.level(p) for p in (0.1, 0.01, 0.005)]
    return defaults(count.mean, count.sd, *((k, count.above(k)) for k in levels))


# --- pools --------------------------------------------------------------------------------------

N, PD, RHO = 300, 0.05, 0.12


def gaussian() -> theory.Count:
    """Defaults of the pool under the gaussian link."""
    return theory.mixed_binomial(N, lambda x: np.asarray(conditional_pd(PD, RHO, x)))


def fund() -> list[Check]:
    """Liable up to a balance of 30 loans: paid, not paid, exhausted."""
    pool, total = gaussian(), 30 * LOAN
    return [Check("paid", "mean", pool.at_most(30), column("paid_fund_fen", LOAN)),
            Check("paid and unpaid", "exact", 0.0, lambda r: r.column("paid_fund_fen") + r.column("lapsed_fund_fen")
                  - LOAN * r.column("defaults")),
            Check("exhausted", "chance", pool.above(30), lambda r: r.column("exhausted_day") >= 0),
            Check("fund conserved", "exact", float(total),
                  lambda r: r.column("balance_city_fen") + r.column("paid_fund_fen"))]


def asked() -> list[Check]:
    """Whatever link and step: mean PD, and pairs as correlated as an asset correlation of .12 over one year."""
    return defaults(N * PD, theory.pool_sd(N, PD, theory.pair_covariance(PD, RHO)))


def sectors() -> list[Check]:
    """Half the firms at rho .12 with .4 national, half at .3 with .8: pairs by their sectors' asset correlations."""
    pairs = [theory.pair_covariance(PD, rho) for rho in (0.12, 0.3, math.sqrt(0.12 * 0.4 * 0.3 * 0.8))]
    return defaults(N * PD, theory.pool_sd(N, PD, pairs[0] / 4.0 + pairs[1] / 4.0 + pairs[2] / 2.0))


def basel() -> list[Check]:
    """200 corporates of PD 1 % at the formula's correlation: the chance of a loss beyond its 99.9 % quantile."""
    pool = theory.mixed_binomial(200, lambda x: np.asarray(conditional_pd(0.01, basel_correlation(0.01), x)))
    quantile = int(200 * vasicek_quantile(0.999, 0.01, basel_correlation(0.01)))
    return defaults(pool.mean, pool.sd, (quantile, pool.above(quantile)))


# --- losses -------------------------------------------------------------------------------------

SIZES = theory.floored_lognormal(100.0, 0.7)           # 万元
POINTS = 1 << 16                           # totals beyond would be folded back: chance below 1e-14


def severity(paid: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Distribution of what a payer takes of a loss of k 万元, in units of 0.1 万元."""
    units = np.rint(10.0 * paid(np.arange(len(SIZES), dtype=float))).astype(int)
    return np.bincount(units, SIZES)


def compound() -> list[Check]:
    """600 loans of a year, 5 % lost: fund min(half, 100), capped at 2000 in all, insurer 30 % of 50 to 250.

    A million firms: about .2 pairs of loans a path share one, which moves a spread by less than .05 %.
    """
    mean = 600.0 * PD
    fund_loss = severity(lambda k: np.minimum(0.5 * k, 100.0))
    layer = severity(lambda k: 0.3 * np.clip(k - 50.0, 0.0, 200.0))
    total = theory.Count(theory.poisson_sum(mean, fund_loss, POINTS))
    insured = theory.Count(theory.poisson_sum(mean, layer, POINTS))
    liable = column("liable_fund_fen", WAN / 10)
    return [Check("fund's share, capped", "mean", total.at_most(20_000), liable),
            Check("insurer's layer", "mean", insured.mean, column("liable_insurer_fen", WAN / 10)),
            Check("insurer's layer", "sd", insured.sd, column("liable_insurer_fen", WAN / 10)),
            *(Check(f"fund's share above {k / 10:g}", "chance", total.above(k), above("liable_fund_fen", k * WAN / 10))
              for k in (total.level(0.5), 19_999)),
            Check("covered loans", "mean", 600.0, column("covered_loans")),
            Check("covered loans", "sd", math.sqrt(600.0), column("covered_loans"))]


def yearly() -> list[Check]:
    """200 loans of a year, half of a loss at once, at most 300 万元 in the year of lending and again in the next."""
    means = 200.0 * theory.default_days(PD, 360, 360, 720)
    claim = severity(lambda k: 0.5 * k)
    totals = [theory.Count(theory.poisson_sum(float(part.sum()), claim, POINTS)) for part in (means[:360], means[360:])]

    def of_year(n: int) -> Sample:
        return lambda results: results.year_column("liable_fund_fen")[:, n - 1] / (WAN / 10)

    both = [Check(f"fund's share of year {n}", "mean", total.at_most(3000), of_year(n))
            for n, total in enumerate(totals, 1)]
    return [Check("fund's share, capped", "mean", sum(total.at_most(3000) for total in totals),
                  column("liable_fund_fen", WAN / 10)), *both]


def leverage() -> list[Check]:
    """Ten times 2000 万元 of cash: 200 loans of 100 万元 of the 600 that apply, on every path."""
    return [Check("covered loans", "exact", 200.0, column("covered_loans"))]


def ruin() -> list[Check]:
    """200 loans of a year, half of a loss at once; 400 万元 on day 0 and 60 on the first of every further month."""
    means = 200.0 * theory.default_days(PD, 360, 360, 720)
    income = np.zeros(720)
    income[30:360:30] = 600.0
    claim = severity(lambda k: 0.5 * k)
    # Rounding to 0.1 万元 is exact: half of whole 万元.
    chance = theory.daily_ruin(4000, income, means, claim)
    return [Check("ruin", "chance", chance, lambda r: r.column("exhausted_day") >= 0),
            Check("claims", "mean", 200.0 * PD * float(SIZES @ np.arange(len(SIZES))) * 0.5,
                  column("liable_fund_fen", WAN))]


# --- flow -----------------------------------------------------------------------------------------

def growth() -> list[Check]:
    """200 x 1.3^t loans a year for five years, Poisson; defaults within a day's hazard of continuous theory.

    Bound: dates of whole days are worth less than 1.055 days' hazard of the loans in force at the end.
    """
    made = originations(200.0, 0.3, 0.0, 5.0)
    last = originations(200.0, 0.3, 4.0, 5.0)
    lost = cumulative_default_mean(200.0, 0.3, 1.0, 0.03, 5.0)
    bound = last * 1.055 / 360.0 * -math.log(0.97)
    ratio = 1.3 / 0.97                     # made at s, still good at 5: 200·1.3^s·.97^(5-s)
    alive = 200.0 * 0.97**5 * (ratio**5 - ratio**4) / math.log(ratio)
    return [Check("loans made", "mean", made, column("loans")),
            Check("loans made", "sd", math.sqrt(made), column("loans")),
            Check("loans of the fifth year", "mean", last, lambda r: r.year_column("loans")[:, 4]),
            Check("loans in force at the end", "mean", alive, lambda r: last_month(r, "outstanding_fen") / LOAN, bound),
            Check("defaults in the window", "mean", lost, lambda r: r.year_column("defaults")[:, :5].sum(axis=1),
                  bound)]


def last_month(results: Results, name: str) -> np.ndarray:
    """A monthly balance at the end of the window, by path."""
    return results.months[name].to_numpy().reshape(results.path_table.shape[0], -1)[:, -1]


# --- exact ------------------------------------------------------------------------------------------

def timing() -> list[Check]:
    """What is exact about the first claim that is not paid."""
    return [Check("day of the first claim not paid", "exact", 480.0, column("exhausted_day")),
            Check("unpaid", "exact", 300.0, column("lapsed_fund_fen", LOAN))]


def nothing() -> list[Check]:
    """Quantities that are nothing."""
    return [Check(name, "exact", 0.0, column(key)) for name, key in (
        ("defaults", "defaults"), ("claims", "liable_fund_fen"), ("insurer's layer", "liable_insurer_fen"))]


def whole_pool() -> list[Check]:
    """The pool, whose fund bears all: nothing of any loss is left to the lender, on every path."""
    return [*of(gaussian()),
            Check("fund's share less loss", "exact", 0.0, lambda r: r.column("liable_fund_fen")
                  - LOAN * r.column("defaults")),
            Check("left to the lender", "exact", 0.0, column("liable_lender_fen"))]


def empty() -> list[Check]:
    """No book and no lending: no loan, no claim, nothing paid, and a fund that is as it was."""
    return [*(Check(name, "exact", 0.0, column(key, unit)) for name, key, unit in (
        ("loans made", "loans", 1), ("defaults", "defaults", 1), ("claims", "liable_fund_fen", WAN),
        ("paid", "paid_fund_fen", LOAN))),
            Check("day of the first claim not paid", "exact", -1.0, column("exhausted_day")),
            Check("fund conserved", "exact", 1e12, column("balance_city_fen"))]


def guarantee() -> list[Check]:
    """Four fifths of each loss until 1600 万元 are paid: the rule on every path, and its closed form."""
    count = theory.mixed_binomial(100, lambda x: np.asarray(conditional_pd(0.1, RHO, x)))
    cap = 16.0                             # loans: portfolio 100 × guarantee rate .8 × cap rate .2
    share = column("liable_fund_fen", LOAN)
    return [Check("guarantee", "mean", 0.8 * count.at_most(cap / 0.8), share),
            Check("guarantee less its rule", "exact", 0.0, lambda r: r.column("liable_fund_fen") - np.minimum(
                8 * LOAN // 10 * r.column("defaults"), 16 * LOAN)),
            Check("guarantee at its cap", "chance", count.above(cap / 0.8 - 0.5), lambda r: share(r) >= cap)]


def longer() -> list[Check]:
    """Claims of a yuan covered, run-off included: share × (1 - (1 - PD)²) of what was covered, path by path."""
    expected = 0.5 * (1.0 - (1.0 - PD) ** 2)

    def of_a_yuan(results: Results) -> np.ndarray:
        covered = results.column("covered_fen")
        return expected + (results.column("liable_fund_fen") - expected * covered) / covered.mean()

    return [Check("claims of a yuan covered", "mean", expected, of_a_yuan)]


def capped() -> list[Check]:
    """Whatever happens, no more than the cap for life, and what is paid is what is owed less what is not."""
    return [Check("above the cap for life", "exact", 0.0, lambda r: np.maximum(
                r.column("liable_fund_fen") - 500 * WAN, 0)),
            Check("paid and unpaid", "exact", 0.0, lambda r: r.column("paid_fund_fen") + r.column("lapsed_fund_fen")
                  - r.column("liable_fund_fen"))]


def gamma_pool() -> list[Check]:
    """Checks of the pool under the gamma link."""
    return of(theory.mixed_binomial(N, theory.gamma_rate(PD, 0.6 * PD * PD)))


def lognormal_pool() -> list[Check]:
    """Checks of the pool under the lognormal link."""
    return of(theory.mixed_binomial(N, theory.lognormal_rate(PD, 0.03 * PD * (1.0 - PD))))


# --- a shipped scenario -----------------------------------------------------------------------------

@cache
def liaoning() -> list[Check]:
    """A programme as it is shipped: the engine beside the open-loop calculator, gross claims and net of recoveries.

    Means are of claims up to the amount exceeded four times in five: their spread is small enough for the paths.
    Renewals by month and firms that borrow twice are not bounded: they must stay below what the paths can show.
    """
    tables = compile_scheme(load("liaoning-2021"))
    found = []
    for measure in ("paid", "net"):
        total = second.total(tables, measure)
        sample = partial(simulated, measure=measure)
        cap, *levels = (float(round(total.say(second.quantile(p)).value / WAN)) for p in (0.2, 0.5, 0.9, 0.97))
        mean = total.say(second.at_most(cap * WAN))
        found.append(Check(f"{measure} up to {cap:g}", "mean", mean.value / WAN, _capped(sample, cap * WAN),
                           mean.bound / WAN, mean.se / WAN))
        for level in levels:
            chance = total.say(second.beyond(level * WAN))
            found.append(Check(f"{measure} above {level:g}", "chance", chance.value, _beyond(sample, level * WAN),
                               chance.bound, chance.se))
    return found


def _capped(sample: Sample, cap: float) -> Sample:
    return lambda results: np.minimum(sample(results), cap) / WAN


def _beyond(sample: Sample, level: float) -> Sample:
    return lambda results: sample(results) > level


CASES = (
    Case("pool", 115_000, 501, whole_pool), Case("gamma", 115_000, 502, gamma_pool),
    Case("lognormal", 115_000, 503, lognormal_pool), Case("gaussian-month", 112_000, 504, asked),
    Case("gamma-quarter", 112_000, 505, asked), Case("lognormal-month", 112_000, 506, asked),
    Case("sectors", 160_000, 507, sectors), Case("large", 450_000, 508, basel), Case("fund", 80_000, 509, fund),
    Case("compound", 22_000, 510, compound), Case("ruin", 30_000, 511, ruin), Case("growth", 8_000, 512, growth),
    Case("timing", 50, 513, timing), Case("nothing", 200, 514, nothing),
    Case("yearly", 30_000, 515, yearly), Case("leverage", 50, 516, leverage),
    Case("plain", 50, 518, empty), Case("guarantee", 80_000, 519, guarantee), Case("longer", 15_000, 520, longer),
    Case("caps", 500, 526, capped), Case("liaoning-2021", 16_000, 517, liaoning))
LOWEST = stats.norm.ppf(0.95)              # an error this many standard errors beyond the limit is seen 19 times of 20
