"""What chance decides. Each decision has one number, and each of its four lanes one meaning, for ever.

The numbers are counter words of the generator: renumbering one, or giving a lane a new meaning, changes every
published result. New decisions get new numbers; a spare lane may be given a meaning once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from simulator.chance.philox import block

MIXING = 2
APPLICANT = 3
APPLICANT2 = 4
FIRM = 5
DEFAULT = 6
RECOVERY = 7
NATIONAL = 8
SECTOR = 9
MATCH = 10
POLICY = 11
POLICY_ARRIVALS = 12
POLICY_MIXING = 13
STREAM = 14
RENEWAL = 15
CLUSTER = 16
CONTAGION = 17
FLAG = 18
LINKAGE = 19
INVESTMENT_ARRIVALS = 30
INVESTMENT = 31
AWARD = 32
IMPROPER = 33

SPARE = "spare"
RETIRED = MappingProxyType({"ARRIVALS": 1})  # never to be used again: 0.1.0 drew numbers of candidates by day with it


@dataclass(frozen=True)
class Decision:
    """One kind of chance: its number, who or what it is drawn for, and what its four uniforms decide."""

    number: int
    entity: str
    lanes: tuple[str, str, str, str]


_APPLICATION = "segment << 24 | side << 23 | n-th candidate of the dominating stream; side 1 before day 0"
_STEP = ("step 4j", "step 4j + 1", "step 4j + 2", "step 4j + 3")

DECISIONS: Mapping[str, Decision] = MappingProxyType({
    "MIXING": Decision(MIXING, "segment << 16 | (day + 3600) // 90", ("gamma multiplier", SPARE, SPARE, SPARE)),
    "APPLICANT": Decision(APPLICANT, _APPLICATION, ("reach", "size", "firm", "ip type")),
    "APPLICANT2": Decision(APPLICANT2, _APPLICATION, ("term", "bank", "mode", "approval")),
    "FIRM": Decision(FIRM, "segment << 24 | firm", ("class", "district", "sector", "grade")),
    "DEFAULT": Decision(DEFAULT, "application whose loan opens the firm's spell; slot = renewals so far",
                        ("threshold", SPARE, SPARE, SPARE)),
    "RECOVERY": Decision(RECOVERY, "application's entity; slot = renewals so far",
                         ("ip noise", "other", "delay", SPARE)),
    "NATIONAL": Decision(NATIONAL, "j = step // 4", _STEP),
    "SECTOR": Decision(SECTOR, "sector << 12 | j = step // 4", _STEP),
    "MATCH": Decision(MATCH, "pot; slot = its matches' order", ("happens", "day", SPARE, SPARE)),
    "POLICY": Decision(POLICY, "month << 10 | k-th of the month", ("sum insured", SPARE, SPARE, SPARE)),
    "POLICY_ARRIVALS": Decision(POLICY_ARRIVALS, "month", ("number of the month", SPARE, SPARE, SPARE)),
    "POLICY_MIXING": Decision(POLICY_MIXING, "quarter", ("gamma multiplier", SPARE, SPARE, SPARE)),
    "STREAM": Decision(STREAM, "segment << 24 | side << 23 | j, candidates 2j and 2j + 1",
                       ("wait 2j", "thinning 2j", "wait 2j + 1", "thinning 2j + 1")),
    "RENEWAL": Decision(RENEWAL, "application's entity; slot = renewals so far", ("wish", "wait", "bridge", SPARE)),
    "CLUSTER": Decision(CLUSTER, "cluster", ("frailty", "anchor's threshold", "sector", "collateral noise")),
    "CONTAGION": Decision(CONTAGION, "member firm's number among all", ("hit", "when", SPARE, SPARE)),
    "FLAG": Decision(FLAG, "segment << 24 | firm; slot s", ("flag 4s", "flag 4s + 1", "flag 4s + 2", "flag 4s + 3")),
    "LINKAGE": Decision(LINKAGE, "application's entity; slot = renewals so far", ("linked", "value", SPARE, SPARE)),
    "INVESTMENT_ARRIVALS": Decision(INVESTMENT_ARRIVALS, "month", ("number of the month", SPARE, SPARE, SPARE)),
    "INVESTMENT": Decision(INVESTMENT, "month << 10 | k-th of the month", ("ticket", "firm", "own use", "local")),
    "AWARD": Decision(AWARD, "(programme << 10 | project) << 6 | year", ("passes", "higher", SPARE, SPARE)),
    "IMPROPER": Decision(IMPROPER, "application's entity; slot = renewals so far",
                         ("improper", "comes back", SPARE, SPARE)),
})


def draw(seed: int, path: int, decision: str, entity: int, k: int = 0) -> float:
    """The ``k``-th uniform of a named decision, for people and notebooks: lane ``k % 4`` of slot ``k //
    4``."""
    return block(seed, path, DECISIONS[decision].number, entity, k // 4)[k % 4]
