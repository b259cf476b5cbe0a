"""What a scenario must mean, beyond its shape: weights, names, dates, limits.

Each check names the sections it reads; it runs when all of them could be read, so that one broken
section does not hide what is wrong in the others. The terms have a page of their own (terms_checks).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

from . import collective_checks, posterior, support_checks, terms_checks
from .draft import UNBOUNDED, Draft, Path
from .missing import figures_given
from .parts import IP_TYPES, Dated
from .parts_fund import Breaker
from .parts_market import Correlation, Size, Stress
from .problems import listed
from .reach import rows_reached
from .run_off import run_off
from .scenario import Scenario
from .units import ONE, format_share

SIGNED = UNBOUNDED | {"spread", "joint_effect"}   # shares that may be negative
MOST_FLAGS = 8                             # yes-or-no facts of a firm; their combinations are gone through


def check(sections: Scenario | SimpleNamespace, draft: Draft) -> None:
    """Add every contradiction in the sections that could be read."""
    for names, rule in (*RULES, *terms_checks.RULES, *support_checks.RULES, *collective_checks.RULES):
        if all(hasattr(sections, name) for name in names):
            rule(sections, draft)
    _bounded_shares(draft)


def _bounded_shares(draft: Draft) -> None:
    """A share lies between 0 and 100 %; only trends may exceed it, only what changes something else be negative."""
    for path, ppm in draft.shares.items():
        name = next(part for part in reversed(path) if not part.isdecimal())
        if ppm > ONE and name not in UNBOUNDED:
            draft.say("share_above_one", path, given=format_share(ppm), allowed="0 … 100%")
        if ppm < 0 and name not in SIGNED:
            draft.say("share_negative", path, given=format_share(ppm), allowed="0 … 100%")


# --- weights and names -------------------------------------------------------------------------

def _whole(draft: Draft, path: Path, weights: Iterable[int]) -> None:
    weights = list(weights)
    if sum(weights) != ONE:
        draft.say("weights_not_whole", path, at_key=True, given=format_share(sum(weights)), allowed="100%")


def firm_weights(s: Any, draft: Draft) -> None:
    """Grades, sectors, classes and districts each make up all firms."""
    _whole(draft, ("firms", "grades"), (grade.weight for grade in s.firms.grades.values()))
    for name in ("sectors", "classes", "districts"):
        _whole(draft, ("firms", name), getattr(s.firms, name).values())


def segment_weights(s: Any, draft: Draft) -> None:
    """Terms and IP types each make up all loans of a segment."""
    for name, segment in s.segments.items():
        _whole(draft, ("segments", name, "terms"), (term.weight for term in segment.terms))
        _whole(draft, ("segments", name, "ip"), segment.ip.values())
        longest = max((term.days for term in segment.terms), default=0)
        if segment.instalments is not None and segment.instalments >= longest:
            draft.say("instalments_too_late", ("segments", name, "instalments"), given=f"{segment.instalments} days",
                      allowed=f"< {longest} days")
        if segment.mixed:
            _whole(draft, ("segments", name, "mixed", "second"), segment.mixed.second.values())


def bank_weights(s: Any, draft: Draft) -> None:
    """Banks make up all applications."""
    _whole(draft, ("banks",), (bank.weight for bank in s.banks.values()))


def priced_types(s: Any, draft: Draft) -> None:
    """Each IP type a segment lends on has a pledge rate above nothing and a recovery factor."""
    used = {kind: name for name, segment in s.segments.items()
            for kinds in (segment.ip, segment.mixed.second if segment.mixed else {})
            for kind, share in kinds.items() if share}
    for path, table in ((("lending", "pledge_rate"), s.lending.pledge_rate),
                        (("recovery", "type_factor"), s.recovery.type_factor)):
        for kind in sorted(used, key=IP_TYPES.index):
            if kind not in table or (path[0] == "lending" and table[kind] == 0):
                draft.say("ip_type_missing", path, at_key=True, given=f"{kind} (segments.{used[kind]}.ip)",
                          allowed=listed(table))


def custody(s: Any, draft: Draft) -> None:
    """Deposits lie with banks of the scheme; by committed lines only with those that have one."""
    for name, pot in s.pots.items():
        for bank in pot.custody.rates if pot.custody else ():
            path = ("pots", name, "custody", "rates", bank)
            known = draft.known(path, bank, s.banks, "bank_unknown")
            if known and pot.custody.by == "committed_line" and s.banks[bank].committed_line is None:
                draft.say("no_committed_line", path, at_key=True, given=bank, allowed="by: weight")


def linkage(s: Any, draft: Draft) -> None:
    """Gains go to a pot that exists."""
    if s.linkage:
        draft.known(("linkage", "pot"), s.linkage.pot, s.pots, "pot_unknown")


def appraisal(s: Any, draft: Draft) -> None:
    """Somebody appraises from day 0; steps come in order of their dates."""
    if s.appraisal and (not s.appraisal.agencies or s.appraisal.agencies[0].from_ > s.clock.start):
        draft.say("appraisal_late", ("appraisal", "agencies"), at_key=True,
                  given=str(s.appraisal.agencies[0].from_) if s.appraisal.agencies else "[]",
                  allowed=f"≤ {s.clock.start}")


def pot_districts(s: Any, draft: Draft) -> None:
    """A pot's district exists, and no two pots share one."""
    first: dict[str, str] = {}
    for name, pot in s.pots.items():
        path = ("pots", name, "district")
        if pot.district and draft.known(path, pot.district, s.firms.districts, "district_unknown"):
            if pot.district in first:
                draft.say("district_twice", path, given=pot.district, allowed=first[pot.district])
            first.setdefault(pot.district, name)


def programme_conditions(s: Any, draft: Draft) -> None:
    """Programmes name districts that exist and bands that hold something."""
    for name, programme in s.programmes.items():
        path = ("programmes", name, "when")
        terms_checks.condition(draft, path, programme.when, draft.names("firms", "districts"),
                               draft.names("firms", "flags"))
        for key in ("bank_years_above", "bank_years_to", "bank_performance", "anchor_alive"):
            if programme.when and getattr(programme.when, key) is not None:
                draft.say("bank_in_programme", (*path, key), at_key=True, given=key)


def flags(s: Any, draft: Draft) -> None:
    """A firm has few flags, and the gate asks for known ones."""
    if len(s.firms.flags) > MOST_FLAGS:
        draft.say("flags_too_many", ("firms", "flags"), at_key=True, given=str(len(s.firms.flags)),
                  allowed=f"≤ {MOST_FLAGS}")
    terms_checks.known_flags(draft, ("gate",), s.gate.flags, s.gate.not_flags, s.firms.flags, s.gate.any_flags)


def graded_caps(s: Any, draft: Draft) -> None:
    """Limits by grade name grades of firms that exist."""
    for grade in s.gate.firm_cap_by_grade:
        if grade not in s.firms.grades:
            draft.say("anchor_grade_unknown", ("gate", "firm_cap_by_grade", grade), at_key=True, given=grade,
                      allowed=listed(s.firms.grades))


def correlation(s: Any, draft: Draft) -> None:
    """One measure of correlation for all sectors, at most one for each; the sectors exist."""
    measures = tuple(Correlation.model_fields)
    given = [name for name in measures if getattr(s.macro, name) is not None]
    if len(given) != 1:
        draft.say("correlation_once", ("macro",), at_key=True, given=", ".join(given) or "–",
                  allowed=" | ".join(measures))
    for name, sector in s.macro.sectors.items():
        path = ("macro", "sectors", name)
        if name not in s.firms.sectors:
            draft.say("sector_unknown", path, at_key=True, given=name, allowed=listed(s.firms.sectors))
        given = [key for key in measures if getattr(sector, key) is not None]
        if len(given) > 1:
            draft.say("correlation_once", path, at_key=True, given=", ".join(given), allowed=" | ".join(measures))


# --- dates ---------------------------------------------------------------------------------------

def clock(s: Any, draft: Draft) -> None:
    """Growth is measured from a year that has ended when the window opens."""
    if s.clock.base_year >= s.clock.start.year + (s.clock.start.month > 1):
        draft.say("base_year_late", ("clock", "base_year"), given=str(s.clock.base_year),
                  allowed=f"≤ {s.clock.start.year - 1}")


def _in_order(draft: Draft, path: Path, first: datetime.date | None, last: datetime.date | None) -> None:
    if first and last and last < first:
        draft.say("end_before_start", (*path, "until"), given=str(last), allowed=f"≥ {first}")


def windows(s: Any, draft: Draft) -> None:
    """Nothing ends before it starts."""
    _in_order(draft, ("gate",), s.gate.from_, s.gate.until)
    for name, programme in s.programmes.items():
        _in_order(draft, ("programmes", name), programme.from_, programme.until)


def _steps(draft: Draft, path: Path, steps: Sequence[Dated[Any] | Stress]) -> None:
    """Dated steps ascend."""
    for i, (before, after) in enumerate(pairwise(steps), 1):
        if after.from_ <= before.from_:
            draft.say("steps_out_of_order", (*path, str(i), "from"), given=str(after.from_),
                      allowed=f"> {before.from_}")


def dated_steps(s: Any, draft: Draft) -> None:
    """Values the law changed ascend by date; the reference rate is known when the window opens."""
    path, rates = ("lending", "reference_rate"), s.lending.reference_rate
    if not rates or rates[0].from_ > s.clock.start:
        draft.say("rate_unknown_at_start", path, at_key=True, given=str(rates[0].from_) if rates else "[]",
                  allowed=f"≤ {s.clock.start}")
    _steps(draft, path, rates)
    _steps(draft, ("gate", "firm_year_cap"), s.gate.firm_year_cap)
    _steps(draft, ("phase_in",), s.phase_in)
    _steps(draft, ("macro", "stress"), s.macro.stress)
    for name, grade in s.firms.grades.items():
        _steps(draft, ("firms", "grades", name, "pd_by_date"), grade.pd_by_date)
    for firm_class, steps in s.gate.loan_cap.items():
        _steps(draft, ("gate", "loan_cap", firm_class), steps)


def contributions(s: Any, draft: Draft) -> None:
    """Money arrives inside the window; a match has time to come."""
    end = _end(s)
    for name, pot in s.pots.items():
        for i, paid in enumerate(pot.contributors):
            path = ("pots", name, "contributors", str(i))
            if paid.date and not s.clock.start <= paid.date < end:
                draft.say("contribution_outside", (*path, "date"), given=str(paid.date),
                          allowed=f"≥ {s.clock.start}, < {end}")
            if paid.match and paid.match.within == 0:
                draft.say("match_no_time", (*path, "match", "within"), given="0", allowed="≥ 1 day")


def _end(s: Any) -> datetime.date:
    """First day after the window."""
    years, month = divmod(s.clock.start.month - 1 + s.clock.months, 12)
    return datetime.date(s.clock.start.year + years, month + 1, min(s.clock.start.day, 28))


def platform(s: Any, draft: Draft) -> None:
    """A platform starts inside the window (before it, it is part of the base year) and makes nobody wait longer."""
    if s.platform is None:
        return
    if not s.clock.start <= s.platform.from_ < _end(s):
        draft.say("platform_outside", ("platform", "from"), given=str(s.platform.from_),
                  allowed=f"≥ {s.clock.start}, < {_end(s)}")
    if s.platform.days_with > s.platform.days_before:
        draft.say("platform_slower", ("platform", "days_with"), given=draft.raw(("platform", "days_with")),
                  allowed=f"≤ {draft.raw(('platform', 'days_before'))}")


# --- markets, targets, limits ---------------------------------------------------------------------

def markets(s: Any, draft: Draft) -> None:
    """Every segment knows how many loans it wants: from the market, or year by year."""
    years = -(-s.clock.months // 12)
    for name, segment in s.segments.items():
        path = ("segments", name)
        if segment.loans_by_year is not None:
            if len(segment.loans_by_year) < years:
                draft.say("loans_by_year_short", (*path, "loans_by_year"), at_key=True,
                          given=str(len(segment.loans_by_year)), allowed=f"≥ {years}")
            if any(loans < 0 for loans in segment.loans_by_year):
                draft.say("loans_by_year_negative", (*path, "loans_by_year"), at_key=True, allowed="≥ 0")
        elif name not in ("fund", "other"):
            draft.say("segment_without_volume", path, at_key=True, given=name, allowed="fund, other")
        elif s.market is None and s.book.kind != "file":
            draft.say("market_missing", path, at_key=True, given=name)
        if segment.size.median is None and segment.loans_by_year is not None:
            draft.say("median_missing", (*path, "size"), at_key=True)


def targets(s: Any, draft: Draft) -> None:
    """A level target has its level, a growth target its growth and a market to grow from."""
    for name, target in s.targets.items():
        path = ("targets", name)
        level = "level_count" if target.measure in ("count", "firms") else "level_amount"
        needed = {"level": level, "growth": "growth", "share": "level_share"}[target.kind]
        if getattr(target, needed) is None:
            draft.say("target_without", path, at_key=True, given=f"kind: {target.kind}", allowed=needed)
        if target.base == "market" and s.market is None and target.kind == "growth":
            draft.say("target_without_market", (*path, "base"), given="market", allowed="none")
        if target.kind == "share" and (target.measure != "count" or target.ip_types or not target.renewals):
            draft.say("target_share", (*path, "kind"), given="share", allowed="measure: count, flags, covered_only")
        terms_checks.known_flags(draft, path, target.flags, [], s.firms.flags)
        if target.final_year < s.clock.start.year:
            draft.say("target_year_past", (*path, "final_year"), given=str(target.final_year),
                      allowed=f"≥ {s.clock.start.year}")


def _sizes(s: Any) -> Iterable[tuple[Path, Size]]:
    yield from ((("segments", name, "size"), segment.size) for name, segment in s.segments.items())
    if s.insurance:
        yield ("insurance", "sum_insured"), s.insurance.sum_insured


def sizes(s: Any, draft: Draft) -> None:
    """Least size below most; insured sums have a median; amounts fit the engine's whole numbers."""
    for path, size in _sizes(s):
        if size.most is not None and size.most <= size.least:
            draft.say("size_empty", (*path, "most"), given=draft.raw((*path, "most")),
                      allowed=f"> {draft.raw((*path, 'least')) or 0}")
        if path[0] == "insurance" and size.median is None:
            draft.say("median_missing", path, at_key=True)
        for name in ("median", "least", "most"):
            draft.fits((*path, name), getattr(size, name))


def caps_fit(s: Any, draft: Draft) -> None:
    """Caps of the gate and the opening loans are loan amounts too."""
    for firm_class, steps in s.gate.loan_cap.items():
        for i, step in enumerate(steps):
            draft.fits(("gate", "loan_cap", firm_class, str(i), "value"), step.value)
    for i, step in enumerate(s.gate.firm_year_cap):
        draft.fits(("gate", "firm_year_cap", str(i), "value"), step.value)
    draft.fits(("gate", "firm_cap"), s.gate.firm_cap)
    for grade, cap in s.gate.firm_cap_by_grade.items():
        draft.fits(("gate", "firm_cap_by_grade", grade), cap)
    draft.fits(("book", "principal"), s.book.principal)


def book(s: Any, draft: Draft) -> None:
    """A fixed opening book says how many loans, how large, how long."""
    for name in ("loans", "principal", "remaining"):
        if s.book.kind == "fixed" and not getattr(s.book, name):
            draft.say("book_incomplete", ("book",), at_key=True, given="kind: fixed", allowed=name)
    if s.book.kind == "file" and not s.book.file:
        draft.say("book_incomplete", ("book",), at_key=True, given="kind: file", allowed="file")


def breaker(s: Any, draft: Draft) -> None:
    """The breaker without a name, as the others."""
    if s.breaker:
        _breaker(s.breaker, draft, ("breaker",))


def breakers(s: Any, draft: Draft) -> None:
    """Names of their own, and each in order."""
    for name, one in s.breakers.items():
        if name == "breaker":
            draft.say("breaker_reserved", ("breakers", name), at_key=True, given=name)
        _breaker(one, draft, ("breakers", name))


def _breaker(one: Breaker, draft: Draft, path: Path) -> None:
    """A breaker that has stopped resumes at or below the ratio at which it stops, and warns before."""
    for key, code in (("resume", "resume_above_stop"), ("warn", "warn_above_stop")):
        ratio = getattr(one, key)
        if ratio is not None and ratio > one.stop:
            draft.say(code, (*path, key), given=format_share(ratio), allowed=f"≤ {format_share(one.stop)}")


Rule = tuple[tuple[str, ...], Callable[[Any, Draft], None]]
RULES: tuple[Rule, ...] = (
    (("firms",), firm_weights), (("segments",), segment_weights), (("banks",), bank_weights),
    (("segments", "lending", "recovery"), priced_types),
    (("pots", "firms"), pot_districts), (("programmes",), programme_conditions),
    (("clock",), clock), (("gate", "programmes"), windows),
    (("lending", "gate", "clock", "phase_in", "macro", "firms"), dated_steps),
    (("pots", "clock"), contributions), (("segments", "market", "clock", "book"), markets),
    (("targets", "market", "clock", "firms"), targets), (("segments", "insurance"), sizes),
    (("platform", "clock"), platform), (("not_evaluable",), figures_given),
    (("gate", "book"), caps_fit), (("book",), book), (("breaker",), breaker), (("breakers",), breakers),
    (("macro", "firms"), correlation), (("gate", "firms"), flags), (("gate", "modes"), rows_reached),
    (("gate", "firms"), graded_caps),
    (("pots", "banks"), custody), (("linkage", "pots"), linkage), (("appraisal", "clock"), appraisal),
    (("posterior",), posterior.check), (("segments", "modes", "book", "clock"), run_off))
