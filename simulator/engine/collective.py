"""Clusters under a joint line: what both engines ask about them (docs/engine.md, collective credit)."""

from __future__ import annotations

from simulator.chance.decisions import CLUSTER, CONTAGION
from simulator.chance.philox import block
from simulator.chance.variates import table_lookup
from simulator.engine.attributes import default_day, pick
from simulator.engine.layout import (
    CL_ANCHOR, CL_CONTAGION, CL_FAILS, CL_FRAILTY, CL_WINDOW, NOBODY, SEG_CLUSTER, SEG_FIRM_BASE, SEG_MEMBERS,
)
from simulator.engine.rules import PPM
from simulator.jit import kernel


@kernel(_nrt=False)
def cluster_of(law, segment, firm):
    """The cluster a firm belongs to, NOBODY for firms outside."""
    first = law.segments[segment, SEG_CLUSTER]
    if first < 0:
        return NOBODY
    return first + (firm - law.segments[segment, SEG_FIRM_BASE]) // law.segments[segment, SEG_MEMBERS]


@kernel(_nrt=False)
def sector_of_cluster(law, seed, path, cluster):
    """The sector all its firms belong to."""
    _, _, u, _ = block(seed, path, CLUSTER, cluster, 0)
    return pick(law.sector_cum, u)


@kernel(_nrt=False)
def frailty_of(law, seed, path, cluster):
    """The hazard multiplier its firms share, mean one."""
    u, _, _, _ = block(seed, path, CLUSTER, cluster, 0)
    kind = law.clusters[cluster, CL_FRAILTY]
    return 1.0 if kind < 0 else table_lookup(law.frailty[kind], u)


@kernel(_nrt=False)
def anchor_day(law, hazard, seed, path, cluster, never):
    """Day on which its anchor defaults, at risk from day 0, borrower or not; ``never`` if it does not or has none."""
    row = law.clusters[cluster]
    if row[CL_FAILS] >= 0:
        return row[CL_FAILS]
    if row[CL_ANCHOR] < 0:
        return never
    _, u, _, _ = block(seed, path, CLUSTER, cluster, 0)
    sector = sector_of_cluster(law, seed, path, cluster)
    return default_day(hazard[row[CL_ANCHOR], sector], 0, u, frailty_of(law, seed, path, cluster), never)


@kernel(_nrt=False)
def contagion_delay(law, seed, path, cluster, firm):
    """Days from its anchor's default to a live member's own, −1 if it is spared."""
    u, when, _, _ = block(seed, path, CONTAGION, firm, 0)
    row = law.clusters[cluster]
    if u >= row[CL_CONTAGION] / PPM:
        return -1
    return 1 + int(when * row[CL_WINDOW])


@kernel(_nrt=False)
def to_the_power(x, times):
    """``x`` multiplied by itself, in the same order everywhere."""
    result = 1.0
    for _ in range(times):
        result *= x
    return result
