"""The compiled law in words: payers, modes, pots, programmes and the breaker as plain objects.

The story engine reads the tables once, here; everywhere else a rule has a name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from simulator.engine import layout as at
from simulator.engine.layout import Law
from simulator.engine.rules import muldiv
from simulator.engine.tables import Tables


@dataclass(frozen=True)
class Payer:
    """A party to the loss: where its money lies, and what happens when there is not enough."""

    number: int
    name: str
    is_pot: bool
    in_order: bool                         # accounts pay one after the other; else each its weight
    short: int                             # at.SHORT_*
    next_payer: int
    accounts: tuple[int, ...]              # pots, or at.OF_DISTRICT
    weights: tuple[int, ...]
    capital: int                           # own money of a payer without pots, at.NO_LIMIT if it always pays

    def pots_for(self, district_pot: int) -> list[int]:
        """Pots behind the payer for a firm whose district has ``district_pot`` (NOBODY if none)."""
        return [district_pot if a == at.OF_DISTRICT else a for a in self.accounts]

    def parts(self, amount: int) -> list[int]:
        """An amount by weight of account, each part one floor."""
        whole = sum(self.weights)
        return [int(muldiv(weight, amount, whole)) for weight in self.weights]


@dataclass(frozen=True)
class Mode:
    """A way to share losses: when a claim is determined, which rows apply, who gets recoveries."""

    number: int
    name: str
    rows: range
    overdue: int                           # days from default to determination
    review: int                            # days from determination until the first payment is due
    split: int                             # at.SPLIT_*
    within: int                            # at.WITHIN_*
    priority: tuple[int, ...]
    cover_ppm: int
    pot_payers: tuple[int, ...]
    guarantor: int                         # the payer of that kind, at.NOBODY if there is none
    net: bool                              # the bank collects from default on, and claims what is then missing
    interest_days: int                     # of interest that belong to the loss
    provisional: int                       # share paid before the claim is final (ppm), at.NO_LIMIT if none is
    escrow: bool                           # or put aside
    final_days: int                        # from determination, at.CLOSED_LOAN when the recovery is in


@dataclass(frozen=True)
class PotLaw:
    """What limits a purse, in fen and thousandths; at.NO_LIMIT where nothing does."""

    name: str
    leverage: int
    floor: int
    interest: int
    budget: int


@dataclass(frozen=True)
class Programme:
    """A line of public money; ``row`` is its line of the tables, for the shared rules."""

    number: int
    name: str
    row: np.ndarray
    event: int
    base: int
    payee: int
    days: range
    book: int                              # programme in whose book of firms it counts
    remembers: bool                        # whether years of support matter
    group: int                             # of programmes that exclude each other
    envelopes: tuple[int, ...]
    pot: int                               # it draws on, at.NOBODY for the budget

    @property
    def by_volume(self) -> bool:
        """Whether it settles with banks, by what they lent, at the year's end."""
        return self.event == at.ON_YEAR_END and self.base != at.BASE_FIXED


@dataclass(frozen=True)
class BreakerLaw:
    """When new cover or payment stops and starts again; one without effect only counts."""

    number: int
    scope: int
    num: int
    den: int
    window: int
    min_loans: int
    min_defaults: int
    check_days: int
    stop: int
    resume: int
    min_den: int
    warn: int                              # at.NO_LIMIT if nobody warns
    effect: int


@dataclass(frozen=True)
class Scheme:
    """Everything that is not an array of probabilities."""

    payers: tuple[Payer, ...]
    lender: int
    modes: tuple[Mode, ...]
    pots: tuple[PotLaw, ...]
    district_pot: tuple[int, ...]
    programmes: tuple[Programme, ...]
    breakers: tuple[BreakerLaw, ...]
    clauses: tuple[str, ...]
    lags: tuple[int, ...]                  # of each row, days

    def pots_of(self, payer: int, district: int) -> list[int]:
        """Pots behind a payer for a firm's district."""
        return self.payers[payer].pots_for(self.district_pot[district])


def _payers(law: Law, names: tuple[str, ...]) -> Iterator[Payer]:
    for number, row in enumerate(law.payers.tolist()):
        n = row[at.N_ACCOUNTS]
        yield Payer(number, names[number], row[at.KIND] == at.KIND_POT, row[at.DRAW] == at.DRAW_ORDER, row[at.SHORT],
                    row[at.NEXT_PAYER], tuple(row[at.ACCOUNT:at.ACCOUNT + n]), tuple(row[at.WEIGHT:at.WEIGHT + n]),
                    row[at.CAPITAL])


def _modes(law: Law, names: tuple[str, ...]) -> Iterator[Mode]:
    for number, row in enumerate(law.modes.tolist()):
        pots = [p for p in row[at.MODE_POT:at.MODE_POT + at.POTS_OF_MODE] if p != at.NOBODY]
        yield Mode(number, names[number], range(row[at.MODE_ROW], row[at.MODE_ROW_END]), row[at.OVERDUE],
                   row[at.REVIEW], row[at.SPLIT], row[at.WITHIN],
                   tuple(law.priority[row[at.PRIORITY]:row[at.PRIORITY_END]].tolist()), row[at.COVER_PPM], tuple(pots),
                   row[at.MODE_GUARANTOR], row[at.NET_BASE] == 1, row[at.INTEREST_DAYS], row[at.PROVISIONAL],
                   row[at.TO_ESCROW] == 1, row[at.FINAL_DAYS])


def _programmes(law: Law, names: tuple[str, ...]) -> Iterator[Programme]:
    for number, row in enumerate(law.programmes):
        p = row.tolist()
        envelopes = tuple(e for e in (p[at.ENVELOPE], p[at.ENVELOPE_2]) if e != at.NOBODY)
        yield Programme(number, names[number], row, p[at.EVENT], p[at.BASE], p[at.PAYEE],
                        range(p[at.FROM_DAY], p[at.UNTIL_DAY] + 1), p[at.FIRM_BOOK], p[at.HAS_HISTORY] == 1,
                        p[at.EXCLUSIVE], envelopes, p[at.FROM_POT])


def _breakers(law: Law) -> Iterator[BreakerLaw]:
    for number, b in enumerate(law.breakers.tolist()):
        yield BreakerLaw(number, b[at.B_SCOPE], b[at.B_NUM], b[at.B_DEN], b[at.B_WINDOW], b[at.B_MIN_LOANS],
                         b[at.B_MIN_DEFAULTS], 30 * b[at.B_CHECK], b[at.B_STOP], b[at.B_RESUME], b[at.B_MIN_DEN],
                         b[at.B_WARN], b[at.B_EFFECT])


def read_scheme(tables: Tables) -> Scheme:
    """The tables in words."""
    law, layout = tables.law, tables.layout
    pots = tuple(PotLaw(name, row[at.LEVERAGE], row[at.FLOOR_FEN], row[at.INTEREST_PPM], row[at.ANNUAL_BUDGET])
                 for name, row in zip(layout.pots, law.pots.tolist(), strict=True))
    return Scheme(
        payers=tuple(_payers(law, layout.payers)), lender=int(law.whole[at.N_PAYERS]),
        modes=tuple(_modes(law, tables.terms.mode_names)), pots=pots, district_pot=tuple(law.district_pot.tolist()),
        programmes=tuple(_programmes(law, layout.programmes)), breakers=tuple(_breakers(law)),
        clauses=tables.terms.clauses, lags=tuple(law.rows[:, at.LAG].tolist()))
