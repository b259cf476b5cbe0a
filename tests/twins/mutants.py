"""Errors of law planted in the story, to prove that the twins would notice them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

import simulator.engine.story.breaker as breaker
import simulator.engine.story.cashier as cashier
import simulator.engine.story.claims as claims
import simulator.engine.story.lending as lending
import simulator.engine.story.pots as pots
import simulator.engine.story.subsidies as subsidies
from simulator.engine import layout as at
from simulator.engine.day import CLOSE, DEFAULT, DUE, MATURE, YEAR
from simulator.engine.rules import muldiv
from simulator.engine.story.records import Claim, Loan
from simulator.engine.tables import Tables
from tests.twins import mutants_economy as economy
from tests.twins import mutants_gate as gate
from tests.twins import mutants_terms as more

Patch = pytest.MonkeyPatch


def nothing(_: Patch) -> None:
    """The code stays as it is."""


def _same(tables: Tables) -> Tables:
    return tables


@dataclass(frozen=True)
class Mutant:
    """An error: where it must show, and what it does to the code, or to the law the story reads."""

    name: str
    shows: str                             # in loans, dues, years or paths; see compare.KINDS
    plant: Callable[[Patch], None] = nothing
    law: Callable[[Tables], Tables] = _same


def maturity_first(patch: Patch) -> None:
    """A loan due today is repaid before its firm can default."""
    patch.setattr(lending, "DEFAULT", MATURE)
    patch.setattr(lending, "MATURE", DEFAULT)


def newcomers_first(patch: Patch) -> None:
    """Renewals wait until the day's new applications have been decided."""
    patch.setattr(lending, "RENEW", CLOSE)


def breaker_early(patch: Patch) -> None:
    """Rates are read before the queue is served, and act the same day."""
    patch.setattr(breaker, "CLOSE", DUE)


def queued_first(patch: Patch) -> None:
    """A recovery cancels what is queued before what is not due yet."""
    patch.setattr(claims, "CANCELLED_FIRST", claims.CANCELLED_FIRST[::-1])


def year_of_default(patch: Patch) -> None:
    """A claim counts in the year of the default, not of its determination."""
    kept = claims.ClaimsOffice.cell

    def cell(self: claims.ClaimsOffice, counter: int, claim: Claim) -> claims.Cell | None:
        found = kept(self, counter, claim)
        return found if found is None or found[2] < 0 else (*found[:2], claim.loan.default_day // YEAR)
    patch.setattr(claims.ClaimsOffice, "cell", cell)


def year_of_cap(patch: Patch) -> None:
    """A firm's covered lending counts in the year of its maturity."""
    begin = lending.LendingDesk.begin

    def counted_late(self: lending.LendingDesk, loan: Loan) -> None:
        begin(self, loan)
        if not loan.book:
            loan.firm.covered_by_year[loan.start // 360] -= loan.covered
            loan.firm.covered_by_year[loan.maturity // 360] += loan.covered
    patch.setattr(lending.LendingDesk, "begin", counted_late)


def overtaking(patch: Patch) -> None:
    """Today's dues are served before those that wait."""
    serve = cashier.Cashier.serve

    def newest_first(self: cashier.Cashier, today: int) -> None:
        self.queue.sort(key=lambda due: -due.day)
        serve(self, today)
    patch.setattr(cashier.Cashier, "serve", newest_first)


def rounded_up(patch: Patch) -> None:
    """The covered part of a recovery is rounded up by a fen."""
    def up(a: int, b: int, c: int) -> int:
        return -int(muldiv(-a % c, b, c)) + b if a < c else b
    patch.setattr(claims, "muldiv", up)


def cash_for_free(patch: Patch) -> None:
    """Room is reckoned on all cash, though part of it is owed."""
    patch.setattr(pots.Pot, "free", property(lambda pot: pot.cash))


def own_clock(patch: Patch) -> None:
    """Each further loan of a firm draws a default day of its own."""
    join = lending.LendingDesk.join_spell

    def alone(self: lending.LendingDesk, loan: Loan) -> None:
        others, loan.firm.live, loan.firm.ended = loan.firm.live, [], -1
        join(self, loan)
        loan.firm.live = [*others, loan]
    patch.setattr(lending.LendingDesk, "join_spell", alone)


def released_at_default(patch: Patch) -> None:
    """Cover leaves the leverage count on the day of default."""
    default, determine = claims.ClaimsOffice.default, claims.ClaimsOffice.determine

    def early(self: claims.ClaimsOffice, loan: Loan) -> None:
        default(self, loan)
        self.purses.stand_for(loan, loan.standing, 0)

    def late(self: claims.ClaimsOffice, loan: Loan) -> None:
        self.purses.stand_for(loan, 0, loan.standing)
        determine(self, loan)
    patch.setattr(claims.ClaimsOffice, "default", early)
    patch.setattr(claims.ClaimsOffice, "determine", late)


def forgiven(patch: Patch) -> None:
    """A firm that defaulted may borrow again."""
    clock = lending.LendingDesk.clock

    def and_forgiven(self: lending.LendingDesk, firm: Any, day: int) -> Any:
        yield from clock(self, firm, day)
        firm.barred = False
    patch.setattr(lending.LendingDesk, "clock", and_forgiven)


def _changed(tables: Tables, **arrays: np.ndarray) -> Tables:
    return replace(tables, law=replace(tables.law, **arrays))


def stack_of_held(tables: Tables) -> Tables:
    """A stacking limit on the loss is read as one on what payers and lender hold together, and the reverse."""
    stacks = tables.law.stacks.copy()
    lender = tables.law.whole[at.N_PAYERS]
    stacks[:, at.STACK_HELD_BY] = np.where(stacks[:, at.STACK_HELD_BY] == at.STACK_LOSS, lender, at.STACK_LOSS)
    return _changed(tables, stacks=stacks)


def own_pace(tables: Tables) -> Tables:
    """A member's default leaves the others' hazard alone."""
    return _changed(tables, joint=np.ones_like(tables.law.joint))


def line_without_end(tables: Tables) -> Tables:
    """A joint line never fills up."""
    rows = tables.law.clusters.copy()
    rows[:, at.CL_LINE] = at.ALWAYS
    return _changed(tables, clusters=rows)


def nobody_hit(tables: Tables) -> Tables:
    """An anchor's default closes the line and takes nobody along."""
    rows = tables.law.clusters.copy()
    rows[:, at.CL_CONTAGION] = 0
    return _changed(tables, clusters=rows)


def deposits_kept(tables: Tables) -> Tables:
    """No deposit is asked for."""
    rows = tables.law.clusters.copy()
    rows[:, at.CL_RESERVE] = 0
    return _changed(tables, clusters=rows)


def pays_to_the_end(tables: Tables) -> Tables:
    """A firm that cannot pay stops at once, though the law waits for its next due date."""
    whole = tables.law.whole.copy()
    whole[at.AT_MATURITY] = 0
    return _changed(tables, whole=whole)


def all_reached(tables: Tables) -> Tables:
    """Subsidies reach everybody from the first day."""
    return _changed(tables, reach=np.ones_like(tables.law.reach))


def platform_unheard(tables: Tables) -> Tables:
    """Applicants inside the fund's gates come no more often, and no sooner, than the others."""
    keep = tables.law.keep.copy()
    keep[:, :, [1, 3]] = np.minimum(keep[:, :, [1, 3]], keep[:, :, [0, 2]])
    return _changed(tables, keep=keep)


def own_losses_ignored(tables: Tables) -> Tables:
    """What a loan of the file loses is drawn like any other's."""
    book = tables.law.book.copy()
    book[:, at.BK_BACK] = at.NO_LIMIT
    return _changed(tables, book=book)


def own_pds_ignored(tables: Tables) -> Tables:
    """A default probability of the file's own is taken for the first grade's."""
    book, grades = tables.law.book.copy(), len(tables.law.grade_cum)
    book[:, at.BK_GRADE] = np.where(book[:, at.BK_GRADE] >= grades, 0, book[:, at.BK_GRADE])
    return _changed(tables, book=book)


def cover_of_the_file_ignored(tables: Tables) -> Tables:
    """The fund is taken to cover every loan of the file in full."""
    book = tables.law.book.copy()
    book[:, at.BK_COVERED] = book[:, at.BK_PRINCIPAL]
    return _changed(tables, book=book)


def no_lag(tables: Tables) -> Tables:
    """Every row is due at the end of the review."""
    rows = tables.law.rows.copy()
    rows[:, at.LAG] = 0
    return _changed(tables, rows=rows)


def no_floor(tables: Tables) -> Tables:
    """A pot pays to its last fen."""
    rows = tables.law.pots.copy()
    rows[:, at.FLOOR_FEN] = 0
    return _changed(tables, pots=rows)


def restated(tables: Tables) -> Tables:
    """Recoveries shared by restating the terms where the law says pro rata."""
    rows = tables.law.modes.copy()
    pro_rata = rows[:, at.WITHIN] == at.WITHIN_PRO_RATA
    rows[pro_rata, at.WITHIN] = at.WITHIN_RESTATE
    return _changed(tables, modes=rows)


def _programmes(tables: Tables, place: int, value: int) -> Tables:
    """One column of every programme at another value."""
    rows = tables.law.programmes.copy()
    rows[:, place] = value
    return _changed(tables, programmes=rows)


def _support(tables: Tables, place: int, value: int) -> Tables:
    support = tables.law.support.copy()
    support[place] = value
    return _changed(tables, support=support)


def first_step(tables: Tables) -> Tables:
    """Ladders stay on their first step."""
    steps = tables.law.ladders.copy()
    for row in tables.law.programmes:
        steps[row[at.LADDER]:row[at.LADDER_END], 1] = steps[row[at.LADDER]:row[at.LADDER] + 1, 1]
    return _changed(tables, ladders=steps)


def every_year_anew(tables: Tables) -> Tables:
    """An envelope for good is filled again each year."""
    envelopes = tables.law.envelopes.copy()
    envelopes[:, 1] = 0
    return _changed(tables, envelopes=envelopes)


def alike(tables: Tables, name: str) -> Tables:
    """A table of the law with nothing in it."""
    return _changed(tables, **{name: np.zeros_like(getattr(tables.law, name))})


def interest_of_the_term(patch: Patch) -> None:
    """A firm that stops paying is taken to have paid the whole term's interest."""
    patch.setattr(subsidies, "days_paid_for", lambda event, start, term, day: term)


def sold_when_repaid(tables: Tables) -> Tables:
    """What is paid on a sale of rights is paid on repayment."""
    programmes = tables.law.programmes.copy()
    programmes[programmes[:, at.EVENT] == at.ON_DISPOSED, at.EVENT] = at.ON_REPAID
    return _changed(tables, programmes=programmes)


def slices(tables: Tables) -> Tables:
    """Rates of a whole volume are read as rates of its slices."""
    return _programmes(tables, at.LADDER_WHOLE, 0)


PUBLIC_MONEY = (
    Mutant("first step of the ladder", "year", law=first_step),
    Mutant("envelope for good yearly", "year", law=every_year_anew),
    Mutant("interest of the whole term", "year", interest_of_the_term),
    Mutant("sold when repaid", "year", law=sold_when_repaid),
    Mutant("whole volume by slices", "year", law=slices),
    Mutant("banks blind to awards", "year", law=lambda t: alike(t, "bank_income")),
    Mutant("fee without risk", "year", law=lambda t: alike(t, "fee_share")),
    Mutant("group pays twice", "year", law=lambda t: _programmes(t, at.EXCLUSIVE, at.NOBODY)),
    Mutant("level before amount", "year", law=lambda t: _programmes(t, at.BY_LEVEL, 1)),
    Mutant("dates by right ignored", "year", law=lambda t: _programmes(t, at.BY_IP, 0)),
    Mutant("years of support unlimited", "year", law=lambda t: _programmes(t, at.MAX_YEARS, at.NO_LIMIT)),
    Mutant("cap for good ignored", "year", law=lambda t: _programmes(t, at.CAP_FIRM, at.NO_LIMIT)),
    Mutant("lines paid for missed targets", "year", law=lambda t: _programmes(t, at.TARGETS_MET, at.MET_ALWAYS)),
    Mutant("higher awards ignored", "year", law=lambda t: _programmes(t, at.HIGHER, 0)),
    Mutant("agencies paid only where firms are reached", "year", law=lambda t: _programmes(t, at.PAYEE, at.PAYEE_FIRM)),
    Mutant("paid from the budget, not the pot", "year", law=lambda t: _programmes(t, at.FROM_POT, at.NOBODY)),
    Mutant("audit finds at once", "year", law=lambda t: _support(t, at.AUDIT_DELAY, 0)),
    Mutant("nobody claims improperly", "year", law=lambda t: _support(t, at.AUDIT_IMPROPER, 0)))

ECONOMY = (
    Mutant("link straight in logs", "loan", law=economy.straight_link),
    Mutant("stress path ignored", "loan", law=economy.calm),
    Mutant("national factor never held", "loan", law=economy.national_never_held),
    Mutant("stress a month late", "loan", law=economy.stress_a_month_late),
    Mutant("sectors of one strength", "loan", law=economy.sectors_alike),
    Mutant("one national share", "loan", law=economy.national_shares_alike),
    Mutant("shares for weights", "loan", law=economy.shares_for_weights),
    Mutant("first default probability for good", "loan", law=economy.first_pd_for_good),
    Mutant("default probabilities a month late", "loan", law=economy.pd_a_month_late))
GATE = (
    Mutant("firms without limit", "loan", law=gate.firms_without_limit),
    Mutant("one limit for all grades", "loan", law=gate.one_limit_for_all),
    Mutant("whole loans in force", "loan", gate.whole_loans_in_force),
    Mutant("cut too far", "loan", gate.cut_too_far),
    Mutant("any rate", "loan", law=gate.any_rate), Mutant("any guarantee fee", "loan", law=gate.any_fee),
    Mutant("all kinds at once", "loan", law=gate.all_kinds_at_once),
    Mutant("subsidies blind to size", "year", law=lambda t: gate.subsidies_for_all(t, at.AMOUNT_ABOVE, at.AMOUNT_TO)),
    Mutant("subsidies blind to terms", "year", law=lambda t: gate.subsidies_for_all(t, at.TERM_ABOVE, at.TERM_TO)),
    Mutant("subsidies blind to place", "year", law=lambda t: gate.subsidies_for_all(t, at.DISTRICT_MASK)),
    Mutant("subsidies blind to facts", "year", law=lambda t: gate.subsidies_for_all(t, at.FLAGS_WITH)),
    Mutant("subsidies blind to what is not", "year", law=lambda t: gate.subsidies_for_all(t, at.FLAGS_WITHOUT)),
    Mutant("rows for any term", "due", law=lambda t: gate.rows_for_all(t, at.TERM_TO)),
    Mutant("rows for any bank", "due", law=lambda t: gate.rows_for_all(t, at.PERFORMANCE_MASK)),
    Mutant("modes of everybody", "loan", law=gate.modes_of_everybody),
    Mutant("banks alike", "loan", law=gate.banks_alike), Mutant("renewals count", "year", law=gate.renewals_count))

# An error in whom the fund covers shows in loans, one in who pays what and when in dues.
MUTANTS = (
    Mutant("maturity before default", "loan", maturity_first), Mutant("breaker before queue", "loan", breaker_early),
    Mutant("recovery cancels queued first", "due", queued_first),
    Mutant("claims counted in the year of default", "due", year_of_default),
    Mutant("firm cap of the wrong year", "loan", year_of_cap), Mutant("overtaking in the queue", "due", overtaking),
    Mutant("one fen rounded up", "due", rounded_up), Mutant("owed cash counted as free", "loan", cash_for_free),
    Mutant("a clock for every loan", "loan", own_clock),
    Mutant("cover released at default", "loan", released_at_default),
    Mutant("defaulters borrow again", "loan", forgiven),
    Mutant("base of the stacking limit", "due", law=stack_of_held), Mutant("lag ignored", "due", law=no_lag),
    Mutant("floor ignored", "due", law=no_floor), Mutant("restated instead of pro rata", "due", law=restated),
    Mutant("phase-in ignored", "loan", law=all_reached),
    Mutant("renewals after newcomers", "loan", newcomers_first), Mutant("default at once", "loan", law=pays_to_the_end),
    Mutant("others keep their pace", "loan", law=own_pace), Mutant("line without end", "loan", law=line_without_end),
    Mutant("anchor takes nobody along", "loan", law=nobody_hit), Mutant("no deposits", "loan", law=deposits_kept),
    Mutant("platform unheard", "loan", law=platform_unheard),
    Mutant("banks share a limit", "year", law=more.bank_year_of_all),
    Mutant("no limit at origination", "year", law=more.origination_unlimited),
    Mutant("a firm's limit is each loan's", "year", law=more.origination_by_loan),
    Mutant("banks join late", "year", law=more.banks_joined_later),
    Mutant("one right of two counts", "loan", law=more.one_right_counts),
    Mutant("other right covered too", "loan", law=more.whole_pledge_covered),
    Mutant("appraisers without end", "loan", law=more.appraisers_without_end),
    Mutant("rights stay pledged", "loan", more.rights_kept),
    Mutant("commitments without end", "loan", law=more.commitments_without_end),
    Mutant("gains without the pot", "year", law=more.gains_without_the_pot),
    Mutant("line of nothing", "due", law=more.line_of_nothing),
    Mutant("anchor not asked", "due", law=more.anchor_not_asked),
    Mutant("targets blind to firms", "year", law=more.facts_of_targets_forgotten),
    Mutant("targets count what is not covered", "year", law=more.targets_of_all_loans),
    Mutant("fifth flag lost", "year", law=more.second_slot_forgotten),
    Mutant("refunds not taken off", "year", law=more.refunds_ignored),
    Mutant("rolling year by calendar", "year", law=more.rolling_by_year),
    Mutant("measure of today", "year", more.measured_today),
    Mutant("stopped payments paid", "year", more.paid_all_the_same),
    Mutant("repaid at once", "loan", law=more.repaid_at_once),
    Mutant("interest on all of it", "year", more.interest_on_all),
    Mutant("endless capital", "year", law=more.endless_capital),
    Mutant("repaid and keeps it", "year", more.repaid_and_keeps), Mutant("own dues wait", "year", more.own_dues_wait),
    Mutant("claims gross", "year", law=more.claims_gross),
    Mutant("own losses ignored", "loan", law=own_losses_ignored),
    Mutant("own default probabilities ignored", "loan", law=own_pds_ignored),
    Mutant("cover of the file ignored", "loan", law=cover_of_the_file_ignored),
    Mutant("final from the start", "year", law=more.paid_at_once),
    Mutant("no interest", "year", law=more.no_interest), Mutant("escrow spent", "year", more.escrow_spent),
    Mutant("escrow counted as free", "year", more.escrow_lends),
    Mutant("rest not counted as owed", "year", more.rest_forgotten),
    *PUBLIC_MONEY, *GATE, *ECONOMY)
