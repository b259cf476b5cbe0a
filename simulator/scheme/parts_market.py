"""The surroundings of a scheme: firms, the economy, and lending with its prices and demand."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .parts import Dated, FirmClass, IpType, Name, Part
from .units import Amount, Count, Date, Days, Multiple, Real, Share


class Clock(Part):
    """Window of intake (30-day months from ``start``); the base year is the year before it."""

    start: Date
    months: Annotated[int, Field(ge=1, le=120)]
    base_year: int


# --- firms and the state of the economy -------------------------------------------------

class Grade(Part):
    """Risk class: 360-day default probability and its share of firms."""

    pd: Share
    weight: Share
    pd_by_date: list[Dated[Share]] = []        # later default probabilities, for the months from each date on


class Firms(Part):
    """Who borrows: shares of firms by grade, sector, class and district, and facts that are true of some."""
    grades: dict[Name, Grade]
    sectors: dict[Name, Share]
    classes: dict[FirmClass, Share]
    districts: dict[Name, Share]
    flags: dict[Name, Share] = {}              # yes-or-no facts, independent of each other: share of firms


class Correlation(Part):
    """How strongly firms of one sector default together within a year, in one of three measures."""

    rho: Share | None = None                   # asset correlation
    default_correlation: Share | None = None   # of two firms' defaults
    rate_variance: Annotated[Real | None, Field(ge=0)] = None   # of a large pool's default rate, in units of PD²


class SectorFactor(Correlation):
    """What differs in one sector: its correlation, the national factor's part of it, and how often its firms fail."""

    national_share: Share | None = None
    pd_factor: Annotated[Real, Field(ge=0)] = 1.0      # default probability of every grade, relative to the grade's


class Stress(Part):
    """From a date until the next step's, what moves the index of every sector."""

    from_: Date = Field(alias="from")
    shift: Real = 0.0                          # added to it, in standard deviations, besides ``macro.shift``
    national: Real | None = None               # the value the national factor is held at


class Macro(Correlation):
    """One national AR(1) factor and one per sector, and how they move the hazard."""

    persistence: Real = Field(ge=0, lt=1)     # of the monthly factor
    national_share: Share                      # of loading², the rest is the sector's
    sectors: dict[Name, SectorFactor] = {}
    link: Literal["gaussian", "gamma", "lognormal"] = "gaussian"
    step: Literal["month", "quarter", "year"] = "month"
    shift: Real = 0.0                          # stress: added to every factor, in standard deviations
    stress: list[Stress] = []


# --- lending -----------------------------------------------------------------------------

class Size(Part):
    """Lognormal loan principal; ``median`` None means derived from the market totals."""

    median: Amount | None = None
    sigma: Real = Field(ge=0)
    least: Amount = 0
    most: Amount | None = None


class Term(Part):
    """Bullet loan term and its share of loans."""

    days: Days
    weight: Share


class Mixed(Part):
    """Loans pledged by two rights (混合质押): how many, the second right, and the stated portion it stands for."""

    share: Share
    second: dict[IpType, Share]
    portion: Share


class Segment(Part):
    """A population of applicants. ``eligible`` ones may be covered by the fund."""

    eligible: bool
    size: Size
    terms: list[Term]
    instalments: Annotated[Days, Field(ge=1)] | None = None     # days between equal repayments of principal
    ip: dict[IpType, Share]
    mixed: Mixed | None = None
    registered_multiple: Multiple              # registered (maximum secured claim) per yuan disbursed
    dispersion: Real = Field(gt=0)             # shape of the quarterly gamma mixing of arrivals
    firms: Count = Field(ge=1, le=16_000_000)  # pool from which an applicant is picked
    loans_by_year: list[Real] | None = None    # explicit expected loans per scenario year, instead of the market


class Market(Part):
    """Base-year lending of the whole market, split by ``eligible_share`` into fund and other.

    ``eligible_share`` is the share of the amount that lies inside the fund's limits
    (right type, class, term, size); the rest is the segment named ``other``.
    """

    amount: Amount
    count: Real = Field(gt=0)
    basis: Literal["registered", "disbursed"]
    eligible_share: Share
    trend: Share                               # yearly growth without the policy, never the target


class Approval(Part):
    """Approval with no cover (a0) and on the scheme's own terms (a1), anchored at its relief."""

    uncovered: Share
    covered: Share
    anchor_relief: Share                       # share of the loss taken off the bank at which `covered` holds


class Bank(Part):
    """A lender: its share of applications, its costs, and the return on capital it asks for."""
    weight: Share
    funding_cost: Share
    operating_cost: Share
    risk_weight: Share
    capital_ratio: Share
    hurdle: Share
    expected_lgd: Share
    award: Share = 0                           # fee or award received per yuan covered and year
    committed_line: Amount | None = None       # most cover in force on its loans that the bank has committed to
    joined: Date | None = None                 # day it joined the scheme; None: day 0
    performance: Literal["good", "other"] = "other"


class Lending(Part):
    """Rates of interest, premiums and fees, and what is lent against an appraised right."""
    reference_rate: list[Dated[Share]]         # LPR1Y path
    spread: Share
    benchmark_rate: Share                      # central bank's benchmark of the same term, for subsidies
    pledge_rate: dict[IpType, Share]           # loan : appraised value
    premium_rate: Share                        # a year, on the insured part
    guarantee_fee: Share                       # a year, on the guaranteed part
    valuation_fee: Share                       # once, on the appraised value
    default_at: Literal["hazard", "maturity"] = "hazard"   # when a firm that cannot pay stops paying


class Demand(Part):
    """Share of demand lost per percentage point of all-in cost above the base year's."""

    lost_per_point: Share
    headroom: Real = Field(ge=1)               # dominating rate over the base scenario's rate (thinning)
    dominating_trend: Share                    # trend of the dominating rate


class Platform(Part):
    """A channel that brings firms inside the fund's gates to a lender, from a date inside the window.

    ``uplift`` more of them apply; what took ``days_before`` from application to decision takes ``days_with``.
    """

    from_: Date = Field(alias="from")
    uplift: Share
    days_before: Days
    days_with: Days


class Appraisal(Part):
    """Agencies that appraise rights, and how many appraisals each makes a month: nobody else can pledge."""

    agencies: list[Dated[Count]]
    per_month: Count = Field(ge=1)


class Renewal(Part):
    """What follows a repayment: the firm asks for the same loan again, at most four times running.

    ``bridge`` of those renewals replace the old loan the same day (no gap to bridge), the others come one to
    ``within`` days later, each day as likely.
    """

    probability: Share
    within: Days
    bridge: Share = 0


class MoralHazard(Part):
    """PD × (1 + strength × max(0, coverage − threshold))."""

    strength: Real = Field(ge=0)
    threshold: Share
