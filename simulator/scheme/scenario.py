"""The scheme as data: every clause of a policy document becomes one field here.

A :class:`Scenario` is frozen and holds plain numbers in the engine's units
(money in fen, shares and yearly rates in parts per million, time in 30/360
days). Where a number comes from is kept beside it, in ``Scenario.provenance``,
keyed by its dotted path (``pots.city.interest``).
"""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from .provenance import Provenance, Source
from .units import Amount, Count, Date, Days, Multiple, Real, Share

IpType = Literal["invention", "utility_model", "design", "trademark", "geographical_indication",
                 "copyright", "software_copyright", "plant_variety", "layout_design",
                 "trade_secret", "goodwill", "franchise"]
FirmClass = Literal["micro", "small", "medium", "large"]
Level = Literal["central", "province", "city", "district", "enterprise", "social", "agency"]
IP_TYPES: tuple[IpType, ...] = ("invention", "utility_model", "design", "trademark", "geographical_indication",
            "copyright", "software_copyright", "plant_variety", "layout_design",
            "trade_secret", "goodwill", "franchise")
FIRM_CLASSES: tuple[FirmClass, ...] = ("micro", "small", "medium", "large")
LEVELS: tuple[Level, ...] = ("central", "province", "city", "district", "enterprise", "social", "agency")
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]


class Part(BaseModel):
    """Base of every part of a scenario: frozen, and no key it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Part):
    """A label in both languages."""

    zh: str
    en: str


T = TypeVar("T")


class Dated(Part, Generic[T]):
    """A value the law changed: each step holds from its date on."""

    from_: Date = Field(alias="from")
    value: T


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


class Firms(Part):
    grades: dict[Name, Grade]
    sectors: dict[Name, Share]
    classes: dict[FirmClass, Share]
    districts: dict[Name, Share]


class Macro(Part):
    """One national AR(1) factor and one per sector; ``rho`` is a one-year asset correlation."""

    rho: Share
    persistence: Real = Field(ge=0, lt=1)     # of the monthly factor
    national_share: Share                      # of loading², the rest is the sector's
    link: Literal["gaussian"] = "gaussian"
    step: Literal["month", "year"] = "month"
    shift: Real = 0.0                          # stress: added to every factor, in standard deviations


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


class Segment(Part):
    """A population of applicants. ``eligible`` ones may be covered by the fund."""

    eligible: bool
    size: Size
    terms: list[Term]
    ip: dict[IpType, Share]
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
    weight: Share
    funding_cost: Share
    operating_cost: Share
    risk_weight: Share
    capital_ratio: Share
    hurdle: Share
    expected_lgd: Share
    award: Share = 0                           # fee or award received per yuan covered and year


class Lending(Part):
    reference_rate: list[Dated[Share]]         # LPR1Y path
    spread: Share
    benchmark_rate: Share                      # central bank's benchmark of the same term, for subsidies
    pledge_rate: dict[IpType, Share]           # loan : appraised value
    premium_rate: Share                        # a year, on the insured part
    guarantee_fee: Share                       # a year, on the guaranteed part
    valuation_fee: Share                       # once, on the appraised value


class Demand(Part):
    """Share of demand lost per percentage point of all-in cost above the base year's."""

    lost_per_point: Share
    headroom: Real = Field(ge=1)               # dominating rate over the base scenario's rate (thinning)
    dominating_trend: Share                    # trend of the dominating rate


class MoralHazard(Part):
    """PD × (1 + strength × max(0, coverage − threshold))."""

    strength: Real = Field(ge=0)
    threshold: Share


# --- the fund ------------------------------------------------------------------------------

class Match(Part):
    """Another level's contribution, due within a time or the first one goes back."""

    level: Level
    amount: Amount
    within: Days
    probability: Share
    else_return: bool = True


class Contribution(Part):
    level: Level
    amount: Amount
    date: Date | None = None                   # None: in the account on day 0
    match: Match | None = None


class Pot(Part):
    """One purse with its own account. Liability may be limited to its balance (see the payer)."""

    contributors: list[Contribution] = []
    district: Name | None = None               # reached as ``pot.$district`` by firms of this district
    leverage: Multiple | None = None           # covered principal in force per yuan of free cash; None: no limit
    floor: Amount = 0
    interest: Share = 0
    annual_budget: Amount | None = None        # most that may be paid out in claims a year; gate, not a cut


class Payer(Part):
    kind: Literal["pot", "insurer", "guarantor", "reguarantor", "agency"]
    public: bool = False
    accounts: list[str] = []                   # pot names or ``pot.$district``; only kind pot has any
    draw: Literal["order", "split"] = "order"
    weights: list[Annotated[int, Field(ge=1, le=1000)]] = []
    short: str = "lapse"                       # lapse | queue_fifo | queue_pro_rata | next:PAYER


class Condition(Part):
    """Facts frozen at origination; all given ones must hold."""

    ip_type: list[IpType] | None = None
    firm_class: list[FirmClass] | None = None
    district: list[Name] | None = None
    amount_above: Amount | None = None
    amount_to: Amount | None = None
    term_above: Days | None = None
    term_to: Days | None = None


class Layer(Part):
    from_: Amount = Field(0, alias="from")
    to: Amount
    of: Literal["loss", "principal"] = "loss"


class Cap(Part):
    """Limit on money paid; rows naming the same counter share its room."""

    amount: Amount
    per: Literal["loan", "firm", "firm_year", "year", "life"]
    name: Name | None = None


class TermRow(Part):
    """Who takes over which part of whose burden (docs/terms)."""

    step: Annotated[int, Field(ge=1, le=9)] = 1
    payer: Name
    from_: Name = Field("lender", alias="from")
    share: Share
    of: Literal["loss", "remaining"] = "loss"
    layer: Layer | None = None
    cap: list[Cap] = []
    order: Literal["share_then_cap", "cap_then_share"] = "share_then_cap"
    when: Condition | None = None
    lag: Days = 0
    clause: str = ""


class Stack(Part):
    """All the named payers together at most ``limit`` of the loss, or of what X bears with them."""

    payers: list[Name]
    limit: Share
    of: str = "loss"                           # loss | held_by:X
    cut: Literal["reverse", "pro_rata"] = "reverse"


class Claim(Part):
    """Days from default to trigger (base fixed, shares determined), then review until payment is due."""

    overdue: Days
    review: Days


class RecoveryRule(Part):
    split: Literal["pro_rata", "covered_first", "outside_first"] = "pro_rata"
    within: Literal["restate", "pro_rata", "priority"] = "pro_rata"
    priority: list[Name] = []                  # payers and ``lender``, first served first


class Mode(Part):
    title: Text
    weight: Share = 1_000_000                  # chance that a covered loan gets this mode
    claim: Claim
    terms: list[TermRow]
    stack: list[Stack] = []
    recovery: RecoveryRule = RecoveryRule()


class Gate(Part):
    """Which loans the fund covers. Dated values follow the law in force on the day of application."""

    from_: Date | None = Field(None, alias="from")
    until: Date | None = None
    ip_types: list[IpType]
    classes: list[FirmClass]
    loan_cap: dict[FirmClass, list[Dated[Amount]]] = {}
    firm_year_cap: list[Dated[Amount]] = []
    max_term: Days | None = None
    ip_share: Share = 1_000_000                # stated IP part of a mixed pledge: the part that can be covered
    over_cap: Literal["refuse", "trim", "cover_part"] = "refuse"


class Recovery(Part):
    """Proceeds of the pledged IP and other recovery, one delayed payment per defaulted loan."""

    type_factor: dict[IpType, Share]           # of the appraised value
    noise: Real = Field(ge=0)                  # lognormal sigma around the factor, mean one
    obsolescence: Share                        # loss of value a year from pledge to sale
    other: Share                               # mean of other recovery, of the exposure (uniform 0 … twice)
    delay_mean: Days
    delay_shape: Real = Field(gt=0)
    cost: Share                                # of the gross proceeds


class Breaker(Part):
    scope: Literal["bank", "pot", "scheme"]
    num: Literal["determined", "paid", "npl"]
    den: Literal["in_force", "ended", "disbursed"]
    window: Literal["stock", "year_to_date", "life"]
    min_loans: Count = Field(ge=1)
    min_defaults: Count = Field(ge=1)
    check: Literal["month_end", "quarter_end", "year_end"]
    stop: Share
    resume: Share


# --- subsidies, insurance, targets ----------------------------------------------------------

class ProgrammeCap(Part):
    amount: Amount
    per: Literal["loan", "firm_year"]


class Programme(Part):
    """A subsidy line: base × rate, capped per firm and year, from a yearly envelope."""

    title: Text
    line: Literal["interest", "premium", "guarantee_fee", "valuation", "policy_premium"]
    level: Level
    event: Literal["disbursed", "repaid", "issued"]
    base: Literal["interest", "benchmark_interest", "lower_interest", "premium", "fee", "principal"]
    rate: Share
    cap: list[ProgrammeCap] = []
    envelope: Amount | None = None             # a year; first come, first served
    from_: Date | None = Field(None, alias="from")
    until: Date | None = None
    covered_only: bool = False
    when: Condition | None = None
    clause: str = ""


class InsuranceLine(Part):
    """IP insurance policies (not loans): sums insured, for the insured-amount target."""

    policies: Real = Field(ge=0)               # in the base year
    trend: Share
    dispersion: Real = Field(gt=0)
    sum_insured: Size
    premium_rate: Share


class Target(Part):
    """A KPI of the document. Growth is measured from a sourced base; none means not evaluable."""

    title: Text
    measure: Literal["amount", "count", "insured"]
    kind: Literal["level", "growth"]
    level_amount: Amount | None = None
    level_count: Real | None = None
    growth: Share | None = None
    reading: Literal["cagr", "path", "every_year", "mean_yoy"] = "cagr"
    base: Literal["market", "none"] = "none"   # market: the market's base-year amount or count
    basis: Literal["registered", "disbursed"] = "registered"
    ip_types: list[IpType] | None = None
    final_year: int
    clause: str = ""


class Book(Part):
    """Loans in force on day 0: none, the base year's own (steady), or a fixed number of equal bullets."""

    kind: Literal["none", "steady", "fixed"]
    covered: bool = True
    loans: Count = 0                           # fixed only, from here down
    principal: Amount = 0
    remaining: Days = 0


class Sizing(Part):
    """Promises the fund must keep; the size is the smallest that keeps them all."""

    exhaustion: Share
    refusal: Share
    targets: Share
    discount: Share


class OutOfScope(Part):
    """A clause the model leaves out, and why."""

    document: str
    clause: str
    fact: str
    reason: Text


class Scenario(Part):
    """A whole scheme with its surroundings, ready to be compiled (docs/scenario)."""

    schema_: Literal[1] = Field(1, alias="schema")
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
    title: Text
    abstract: bool = False                     # base.yaml: values only, not a scheme to run
    sources: dict[str, Source] = {}
    clock: Clock
    firms: Firms
    macro: Macro
    market: Market | None = None
    segments: dict[Name, Segment]
    banks: dict[Name, Bank]
    approval: Approval
    lending: Lending
    demand: Demand
    moral_hazard: MoralHazard
    gate: Gate
    pots: dict[Name, Pot]
    payers: dict[Name, Payer]
    modes: dict[Name, Mode]
    recovery: Recovery
    programmes: dict[Name, Programme] = {}
    insurance: InsuranceLine | None = None
    targets: dict[Name, Target] = {}
    breaker: Breaker | None = None
    book: Book
    sizing: Sizing
    pending: dict[str, Any] = {}               # clauses whose mechanism comes later: value, grade, source, note
    out_of_scope: list[OutOfScope] = []

    _provenance: dict[str, Provenance] = PrivateAttr(default_factory=dict)
    _hash: str = PrivateAttr(default="")

    @property
    def provenance(self) -> dict[str, Provenance]:
        """Where each value comes from: dotted path → grade, source, clause, range."""
        return self._provenance

    @property
    def hash(self) -> str:
        """SHA-256 of the scenario's content (values and provenance, not layout)."""
        return self._hash
