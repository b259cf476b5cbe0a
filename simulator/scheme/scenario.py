"""The scheme as data: every clause of a policy document becomes one field here.

A :class:`Scenario` is frozen and holds plain numbers in the engine's units
(money in fen, shares and yearly rates in parts per million, time in 30/360
days). Where a number comes from is kept beside it, in ``Scenario.provenance``,
keyed by its dotted path (``pots.city.interest``).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr

from .parts import IP_TYPES, Dated, FirmClass, IpType, Name, Part, Text
from .parts_book import Book
from .parts_collective import Collective
from .parts_fund import Breaker, Condition, Gate, Mode, Payer, Pot, Recovery, TermRow
from .parts_market import (
    Appraisal,
    Approval,
    Bank,
    Clock,
    Demand,
    Firms,
    Lending,
    Macro,
    Market,
    MoralHazard,
    Platform,
    Renewal,
    Segment,
    Size,
)
from .parts_support import Audit, Fee, Investments, Linkage, Programme
from .provenance import Provenance, Source
from .units import Amount, Count, Real, Share

__all__ = ["IP_TYPES", "Condition", "Fee", "FirmClass", "Mode", "Payer", "Programme", "Scenario", "Segment", "Target",
           "TermRow"]                      # with the parts the engines read


# --- insurance, targets ----------------------------------------------------------

class InsuranceLine(Part):
    """IP insurance policies (not loans): sums insured, for the insured-amount target."""

    policies: Real = Field(ge=0)               # in the base year
    trend: Share
    dispersion: Real = Field(gt=0)
    sum_insured: Size
    premium_rate: Share


class Target(Part):
    """A KPI of the document. Growth is measured from a sourced base; none means not evaluable.

    A share is asked of the loans made (or covered) in the years up to the final one: the part of them that counts.
    """

    title: Text
    measure: Literal["amount", "count", "insured", "firms"]
    kind: Literal["level", "growth", "share"]
    level_amount: Amount | None = None
    level_count: Real | None = None
    over: Literal["window", "final_year"] = "window"   # a level is reached by all years together, or in the last
    level_share: Share | None = None
    growth: Share | None = None
    reading: Literal["cagr", "path", "every_year", "mean_yoy"] = "cagr"
    base: Literal["market", "none"] = "none"   # market: the market's base-year amount or count
    basis: Literal["registered", "disbursed"] = "registered"
    ip_types: list[IpType] | None = None
    partial: bool = False                      # the document counts more than pledge loans: shown, not judged
    flags: list[Name] = []                     # only loans of firms of which these facts are true count
    covered_only: bool = False                 # only loans the fund covers count
    renewals: bool = True                      # a renewed pledge is registered anew and counts again
    final_year: int
    clause: str = ""


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


Figure = Literal["fund_size", "volume", "sharing", "targets"]


class Scenario(Part):
    """A whole scheme with its surroundings, ready to be compiled (docs/scenario)."""

    schema_: Literal[1] = Field(1, alias="schema")
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
    title: Text
    abstract: bool = False                     # base.yaml: values only, not a scheme to run
    sources: dict[str, Source] = {}
    texts: dict[Name, Text] = {}               # what notes and clauses say more than once: ``{see: NAME}``
    clock: Clock
    firms: Firms
    macro: Macro
    market: Market | None = None
    segments: dict[Name, Segment]
    collective: dict[Name, Collective] = {}
    banks: dict[Name, Bank]
    approval: Approval
    lending: Lending
    demand: Demand
    platform: Platform | None = None
    appraisal: Appraisal | None = None
    supply: dict[IpType, list[Dated[Count]]] = {}   # rights of a type that can be pledged at once, from each date
    renewal: Renewal | None = None
    moral_hazard: MoralHazard
    gate: Gate
    phase_in: list[Dated[Share]] = []          # share of applicants the subsidies reach, linear between the dates
    pots: dict[Name, Pot]
    payers: dict[Name, Payer]
    modes: dict[Name, Mode]
    recovery: Recovery
    programmes: dict[Name, Programme] = {}
    fees: dict[Name, Fee] = {}
    investments: Investments | None = None
    audit: Audit | None = None
    linkage: Linkage | None = None
    insurance: InsuranceLine | None = None
    targets: dict[Name, Target] = {}
    breaker: Breaker | None = None
    breakers: dict[Name, Breaker] = {}         # further ones, by name
    book: Book
    sizing: Sizing
    pending: dict[str, Any] = {}               # clauses of a draft still without a value: value, grade, source, note
    observed: dict[str, Any] = {}              # what was seen of a real fund, for backtests: the model never reads it
    posterior: dict[str, list[str]] = {}       # draws of what was calibrated, as values are written: path → one a draw
    out_of_scope: list[OutOfScope] = []
    not_evaluable: dict[Figure, Text] = {}     # figures no source gives, and why: what needs them is not answered

    @property
    def all_breakers(self) -> dict[str, Breaker]:
        """Every breaker by name; the one without a name is ``breaker``."""
        return ({"breaker": self.breaker} if self.breaker else {}) | self.breakers

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
