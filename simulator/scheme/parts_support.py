"""Public money beside compensation: subsidies, awards, an investment pot, fees, audits (docs/programmes)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .parts import IpType, Level, Name, Part, Text
from .parts_fund import Condition
from .parts_market import Size
from .units import Amount, Count, Date, Days, Real, Share

Year = Annotated[int, Field(ge=1, le=50)]


class ProgrammeCap(Part):
    """Limit on what a loan (or single investment), or a firm, gets. Caps of one name count in one book of the firm."""

    amount: Amount
    per: Literal["loan", "firm_year", "firm"]
    name: Name | None = None


class Envelope(Part):
    """Money set aside for a year or for good; programmes that name the same one draw on it together."""

    amount: Amount
    per: Literal["year", "life"] = "year"
    name: Name | None = None


class Rung(Part):
    """A step of a ladder: from the n-th year on, or above a volume."""

    rate: Share
    year: Year | None = None
    above: Amount | None = None


class Ladder(Part):
    """A rate that changes by year of support, year of the programme, or volume lent so far."""

    by: Literal["loan_year", "scheme_year", "policy_year", "cumulative_volume"]
    mode: Literal["marginal", "whole"] = "marginal"    # of volume: by slices, or all of it at the rate reached
    steps: list[Rung]


class ProgrammeWhen(Condition):
    """Facts of the loan or investment, and for yearly lines how the targets of the ended year stand."""

    amount_from: Amount | None = None          # 以上: the amount itself included
    targets_met: Literal["any", "all", "always"] = "always"


class Award(Part):
    """Projects evaluated every year: those that pass get the programme's amount, some of them a higher one."""

    projects: Count = Field(ge=1, le=1000)
    passed: Share
    higher: Share                              # of those that pass
    higher_amount: Amount


class Exclusive(Part):
    """Programmes of one group never pay twice for one loan (避免重复投入)."""

    group: Name
    choose: Literal["best", "higher_level"] = "best"


class Programme(Part):
    """A line of public money: base × rate, a fixed amount or points of interest; capped, from envelopes."""

    title: Text
    line: Literal["interest", "premium", "guarantee_fee", "valuation", "policy_premium", "bank_risk_subsidy",
                  "bank_award", "investment", "alliance", "award", "patent_use", "disposal_valuation"]
    level: Level
    event: Literal["disbursed", "premium_paid", "fee_paid", "appraised", "repaid", "interest_paid", "disposed",
                   "issued", "year_end", "evaluated", "investment"]
    payee: Literal["firm", "bank", "agency", "alliance", "investor"] = "firm"
    base: Literal["interest", "benchmark_interest", "lower_interest", "premium", "fee", "principal", "covered",
                  "ticket"] | None = None
    rate: Share | None = None
    ladder: Ladder | None = None
    amount: Amount | None = None               # a fixed sum instead of base × rate
    points: Share | None = None                # percentage points of interest, never above the interest paid
    award: Award | None = None
    cap: list[ProgrammeCap] = []
    max_years: Year | None = None              # a firm's years in a row, from its first
    envelope: list[Envelope] = []              # first come, first served
    exclusive: Exclusive | None = None
    from_: Date | None = Field(None, alias="from")
    until: Date | None = None
    by_ip_type_from: dict[IpType, Date] = {}
    covered_only: bool = False
    modes: list[Name] = []                     # loans of these modes only
    when: ProgrammeWhen | None = None
    pot: Name | None = None                    # paid from this pot's free cash instead of the budget
    spend_floor: Amount | None = None          # a year's least spending on this line: reported, moves no money
    clause: str = ""


class Investments(Part):
    """Investments in the use of patents: what an investment subsidy is asked for."""

    per_year: Real = Field(ge=0)
    ticket: Size
    own: Share                                 # firms that bring their own rights to market
    local: Share                               # of the equity investors
    firms: Count = Field(ge=1, le=1_000_000)   # pool of invested firms


class Linkage(Part):
    """Invest-guarantee-lend (投保贷联动): an investor's option on part of a borrower's equity, beside a covered loan.

    The firm's value moves as a geometric Brownian motion from the loan's first day; the option is exercised when the
    loan is repaid and is worth nothing if it is not. Part of the gain goes to a pot.
    """

    share: Share                               # of covered loans
    size: Share                                # strike value of the option over the loan
    drift: Real                                # a year, of the firm's value
    volatility: Real = Field(ge=0, le=3)
    pot: Name
    pot_share: Share                           # of the gain


class Fee(Part):
    """What one guaranteeing party pays another on each covered loan: rate a year on the risk the other bears."""

    title: Text
    from_: Name = Field(alias="from")
    to: Name
    rate: Share
    when: Condition | None = None


class Audit(Part):
    """Subsidies claimed improperly (套取补贴): found after a while, paid back or lost."""

    improper: Share                            # of subsidised loans
    delay: Days
    recovered: Share                           # chance that the money comes back
