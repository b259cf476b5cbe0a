"""The few parameters an analyst begins with: one of each kind, whatever number of pots, grades or years there are."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from simulator.scheme import Scenario

MOST = 12
FUND, PD = "fund", "pd"
# Kinds in order of need, each with what belongs to it, the most telling first; a scheme without some shows later ones.
KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (FUND, (r"pots\.\w+\.contributors\.\d+\.amount", r"pots\.\w+\.contributors\.\d+\.match\.amount")),
    ("leverage", (r"pots\.\w+\.leverage",)),
    ("share", (r"modes\.\w+\.terms\.\d+\.share",)),
    ("eligible", (r"market\.eligible_share",)),
    ("trend", (r"market\.trend",)),
    ("amount", (r"market\.amount",)),
    ("count", (r"market\.count", r"segments\.fund\.loans_by_year\.\d+", r"segments\.\w+\.loans_by_year\.\d+")),
    (PD, (r"firms\.grades\.\w+\.pd",)),
    ("term", (r"segments\.fund\.terms\.\d+\.days", r"segments\.\w+\.terms\.\d+\.days")),
    ("cap", (r"gate\.loan_cap\..+", r"gate\.firm_year_cap\..+", r"gate\.firm_cap.*")),
    ("subsidy", (r"programmes\.interest\w*\.rate", r"programmes\.\w+\.rate")),
    ("recovery", (r"recovery\.other",)),
    ("loan", (r"segments\.fund\.size\.median", r"segments\.\w+\.size\.median")),
    ("rho", (r"macro\.rho",)),
    ("growth", (r"targets\.\w+\.growth",)),
    ("exhaustion", (r"sizing\.exhaustion",)),
    ("refusal", (r"sizing\.refusal",)),
)


@dataclass(frozen=True)
class Essential:
    """One kind of parameter: the value shown for it, and the others of its kind."""

    name: str
    path: str
    others: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """All of its kind."""
        return (self.path, *self.others)


def essentials(scenario: Scenario, paths: Collection[str]) -> tuple[Essential, ...]:
    """At most twelve of a scheme's parameters, in order of need."""
    return kinds(scenario, paths)[:MOST]


def kinds(scenario: Scenario, paths: Collection[str]) -> tuple[Essential, ...]:
    """All kinds of parameter a scheme has, in order of need; each path belongs to one of them at most."""
    found: list[Essential] = []
    for name, patterns in KINDS:
        members = [path for pattern in patterns for path in paths if re.fullmatch(pattern, path)]
        if name == "share":                        # what the fund takes over comes before what others do
            members.sort(key=lambda path: not _from_pot(scenario, path))
        members = list(dict.fromkeys(members))
        if members:
            chosen = members[len(members) // 2] if name == PD else members[0]
            found.append(Essential(name, chosen, tuple(path for path in members if path != chosen)))
    return tuple(found)


def _from_pot(scenario: Scenario, path: str) -> bool:
    """Whether a term's share is paid from a pot."""
    _, mode, _, number, _ = path.split(".")
    payer = scenario.payers.get(scenario.modes[mode].terms[int(number)].payer)
    return payer is not None and payer.kind == "pot"
