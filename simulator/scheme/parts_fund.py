"""The fund of a scheme: its pots and payers, who takes over which loss, which loans it covers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from .parts import Dated, FirmClass, IpType, Level, Name, Part, Text
from .units import Amount, Count, Date, Days, Multiple, Real, Share

Years = Annotated[int, Field(ge=0, le=100)]


def _plain_spelling(raw: object) -> object:
    """``bank-year`` is ``bank_year``."""
    return raw.replace("-", "_") if isinstance(raw, str) else raw


class Match(Part):
    """Another level's contribution, due within a time or the first one goes back."""

    level: Level
    amount: Amount
    within: Days
    probability: Share
    else_return: bool = True


class Contribution(Part):
    """Money paid into a pot on a day, perhaps on condition that another level matches it."""
    level: Level
    amount: Amount
    date: Date | None = None                   # None: in the account on day 0
    match: Match | None = None


class Custody(Part):
    """Where a pot's money lies: with the banks, by their committed lines or by their weights, each at its own rate."""

    by: Literal["committed_line", "weight"] = "committed_line"
    rates: dict[Name, Share]                   # yearly rate on deposits, by bank


class Pot(Part):
    """One purse with its own account. Liability may be limited to its balance (see the payer)."""

    title: Text | None = None                  # what readers see instead of its name
    contributors: list[Contribution] = []
    district: Name | None = None               # reached as ``pot.$district`` by firms of this district
    leverage: Multiple | None = None           # covered principal in force per yuan of free cash; None: no limit
    floor: Amount = 0
    interest: Share = 0
    custody: Custody | None = None             # deposits at the banks, whose rates then make the interest
    attribution: Literal["pro_rata", "order"] = "pro_rata"   # whose money claims are: all contributors'
    annual_budget: Amount | None = None        # most that may be paid out in claims a year; gate, not a cut


class Payer(Part):
    """A party that takes over losses: who it is, what it pays from, and what happens when that is not enough."""
    title: Text | None = None                  # what readers see instead of its kind
    kind: Literal["pot", "insurer", "guarantor", "reguarantor", "agency", "reserve", "anchor", "members"]
    public: bool = False
    accounts: list[str] = []                   # pot names or ``pot.$district``; only kind pot has any
    draw: Literal["order", "split"] = "order"
    weights: list[Annotated[int, Field(ge=1, le=1000)]] | Literal["drawn_balance"] = []
    short: str = "lapse"                       # lapse | queue_fifo | queue_pro_rata | next:PAYER
    capital: Amount | None = None              # own money of a payer that has no pot; None: it always pays

    @property
    def can_fall_short(self) -> bool:
        """Whether it pays from a purse that may be used up."""
        return self.kind == "pot" or self.capital is not None


class Condition(Part):
    """Facts frozen at origination, but for the bank's; all given ones must hold."""

    ip_type: list[IpType] | None = None
    firm_class: list[FirmClass] | None = None
    district: list[Name] | None = None
    amount_above: Amount | None = None
    amount_to: Amount | None = None
    term_above: Days | None = None
    term_to: Days | None = None
    flags: list[Name] | None = None            # facts of ``firms.flags`` that are true of the firm
    not_flags: list[Name] | None = None        # and those that are not
    bank_years_above: Years | None = None      # whole years of the bank in the scheme, at determination
    bank_years_to: Years | None = None
    bank_performance: Literal["good", "other"] | None = None
    anchor_alive: bool | None = None           # whether the anchor of the loan's chain stands, at determination


class Layer(Part):
    """A slice of the loss, or of the principal, in fen."""
    from_: Amount = Field(0, alias="from")
    to: Amount
    of: Literal["loss", "principal"] = "loss"


class Cap(Part):
    """Limit on money paid, or on principal covered; rows naming the same counter share its room."""

    amount: Amount | None = None
    pct: Share | None = None                   # instead: a part of ``measure``
    measure: Literal["balance", "line", "in_force", "ended", "disbursed"] | None = None
    per: Annotated[Literal["loan", "firm", "firm_year", "bank_year", "payer_year", "year", "life", "cluster"],
                   BeforeValidator(_plain_spelling)]
    at: Literal["claim", "origination"] = "claim"
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


class Provisional(Part):
    """Part of each liability that is paid, or put aside, before the claim is final."""

    share: Share
    to: Literal["lender", "escrow"] = "lender"


class Claim(Part):
    """Days from default to trigger (base fixed, shares determined), then review until payment is due."""

    overdue: Days
    review: Days
    interest_days: Days = 0                    # interest on the covered principal that belongs to the base
    net: bool = False                          # the bank collects from default on; what came in is taken off the base
    provisional: Provisional | None = None
    final: Literal["closed", "days"] | None = None     # when the recovery is in, or after ``final_days``
    final_days: Days | None = None             # from determination


class RecoveryRule(Part):
    """How proceeds are shared: between covered part and rest, then among those who bore the loss."""
    split: Literal["pro_rata", "covered_first", "outside_first"] = "pro_rata"
    within: Literal["restate", "pro_rata", "priority"] = "pro_rata"
    priority: list[Name] = []                  # payers and ``lender``, first served first


class Mode(Part):
    """A way to share losses: when a claim is determined, who bears which part, who gets what comes back."""
    title: Text
    weight: Share = 1_000_000                  # chance that a covered loan gets this mode
    segments: list[Name] | None = None         # only loans of these segments; weights then count among their modes
    claim: Claim
    terms: list[TermRow]
    stack: list[Stack] = []
    counter_guarantee: Share = 0               # further recovery of the exposure, from counter-guarantees of the firm
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
    firm_cap: Amount | None = None             # covered principal of one firm in force at a time, by ``over_cap`` too
    firm_cap_by_grade: dict[Name, Amount] = {}     # the same by the firm's grade; the lower of the two holds
    rate: Share | None = None                  # highest yearly rate of a loan that is covered
    rate_over_lpr: Share | None = None         # the same as a margin over the reference rate of the day
    guarantee_fee: Share | None = None         # highest yearly fee of a guarantor on a loan that is covered
    flags: list[Name] = []                     # facts of ``firms.flags`` a borrower must have
    any_flags: list[Name] = []                 # of which one at least must be true
    not_flags: list[Name] = []                 # and those that must not be


class Recovery(Part):
    """Proceeds of the pledged IP and other recovery, one delayed payment per defaulted loan."""

    type_factor: dict[IpType, Share]           # of the appraised value
    noise: Real = Field(ge=0)                  # lognormal sigma around the factor, mean one
    obsolescence: Share                        # loss of value a year from pledge to sale
    other: Share                               # mean of other recovery, of the exposure (uniform 0 … twice)
    delay_mean: Days
    delay_shape: Real = Field(gt=0)
    cost: Share                                # of the gross proceeds
    downturn: Real = Field(0.0, ge=0, le=2)    # proceeds × exp(s·W − s²/2), W the sector's factor on the claim's day


class Breaker(Part):
    """A rate of losses above which a scope gets no new cover, or no payment, until the rate has fallen."""

    scope: Literal["bank", "pot", "mode", "guarantor", "scheme"]
    num: Literal["determined", "paid", "paid_net", "npl"]
    den: Literal["in_force", "ended", "disbursed"]
    window: Literal["stock", "year_to_date", "rolling_360", "life"]
    min_loans: Count = Field(ge=1)
    min_defaults: Count = Field(ge=1)
    check: Literal["month_end", "quarter_end", "year_end"]
    stop: Share
    resume: Share
    min_den: Amount = 0                        # below this denominator no rate is read
    warn: Share | None = None                  # counted, nothing else
    effect: Literal["no_new_cover", "no_payment"] = "no_new_cover"
