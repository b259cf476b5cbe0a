"""Collective credit (集合授信): clusters of firms that borrow under joint lines."""

from __future__ import annotations

from pydantic import Field

from .parts import Name, Part, Text
from .units import Amount, Count, Date, Days, Real, Share


class Contagion(Part):
    """On its anchor's default each live member defaults with a chance, one to ``window`` days later."""

    probability: Share
    window: Days


class Collective(Part):
    """Like clusters, whose members are the firms of one segment, ``members`` to each.

    Only covered loans draw on the line: they get the discount and leave a deposit in the cluster's reserve. After
    the anchor's default the line is closed.
    """

    title: Text
    segment: Name
    clusters: Count = Field(ge=1, le=10_000)
    members: Count = Field(ge=1, le=10_000)
    line: Amount                               # most principal outstanding of one cluster; not what is drawn
    rate_discount: Share = 0
    reserve: Share = 0                         # of each drawdown; given back on repayment as far as it is left
    anchor_grade: Name | None = None           # None: no anchor, for instance the owner of a geographical indication
    anchor_fails: Date | None = None           # stress: every anchor defaults on this day
    contagion: Contagion | None = None
    frailty: Real = Field(0.0, ge=0, le=4)     # variance of the hazard multiplier that members share, mean one
    joint_effect: Share = 0                    # change of the others' hazard after a member's default, may be negative
    common_collateral: bool = False            # one right secures all loans: they share its luck when it is sold
