"""What programmes, fees and the investment pot must mean: which event pays what, to whom, up to which limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from .draft import Draft, Path
from .parts_support import Ladder, Programme
from .problems import listed
from .units import exact_money

LOANS = ("disbursed", "premium_paid", "fee_paid", "appraised", "repaid", "interest_paid", "disposed")
BASES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(LOANS, ("interest", "benchmark_interest", "lower_interest", "premium", "fee", "principal",
                            "covered")),
    "disposed": ("fee", "principal", "covered"),
    "issued": ("premium",), "year_end": ("principal", "covered"), "evaluated": (), "investment": ("ticket",)}
CAPS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(LOANS, ("loan", "firm_year", "firm")), "issued": ("loan",), "investment": ("loan", "firm")}
AMOUNTS = ("amount_from", "amount_above", "amount_to")
MOST_ENVELOPES = 2                         # of a programme: what the engine's tables hold


def by_volume(q: Programme) -> bool:
    """Whether a programme settles with banks by what they lent."""
    return q.event == "year_end" and q.base is not None


def programmes(s: Any, draft: Draft) -> None:
    """Each programme pays in one way, on an event that knows what it looks at."""
    for name, q in s.programmes.items():
        path = ("programmes", name)
        _pays(draft, path, q)
        for key, given, allowed in _misfits(q):
            draft.say("programme_misfit", (*path, key), at_key=True, given=given, allowed=allowed)
        if q.ladder:
            _ladder(draft, (*path, "ladder", "steps"), q.ladder)
        if len(q.envelope) > MOST_ENVELOPES:
            draft.say("not_built", (*path, "envelope"), at_key=True, given=f"envelope × {len(q.envelope)}")


def _pays(draft: Draft, path: Path, q: Programme) -> None:
    """Base with a rate or a ladder, or a fixed amount, or points of interest."""
    ways = [key for key in ("base", "amount", "points") if getattr(q, key) is not None]
    if len(ways) != 1 and not (not ways and q.spend_floor is not None):
        draft.say("programme_pays", path, at_key=True, given=listed(ways), allowed="base + rate | amount | points")
    rates = [key for key in ("rate", "ladder") if getattr(q, key) is not None]
    if (q.base is not None and len(rates) != 1) or (q.base is None and q.rate is not None):
        draft.say("programme_pays", path, at_key=True, given=listed([*ways, *rates]),
                  allowed="base + (rate | ladder) | amount | points")


def _misfits(q: Programme) -> Iterator[tuple[str, str, str]]:
    """(key, what was given, what fits) of everything that the programme's event cannot use."""
    event, loans = f"event: {q.event}", q.event in LOANS
    if q.base is not None and q.base not in BASES[q.event]:
        yield "base", f"base: {q.base} + {event}", listed(BASES[q.event])
    if (q.line == "policy_premium") != (q.event == "issued"):
        yield "event", f"line: {q.line} + {event}", "line: policy_premium + event: issued"
    if (q.line == "disposal_valuation") and q.event != "disposed":
        yield "event", f"line: {q.line} + {event}", "event: disposed"
    if (q.award is not None) != (q.event == "evaluated"):
        yield "award" if q.award else "event", event, "award + event: evaluated"
    if q.points is not None and not loans:
        yield "points", event, listed(LOANS)
    for cap in q.cap:
        if cap.per not in CAPS.get(q.event, ()):
            yield "cap", f"per: {cap.per} + {event}", listed(CAPS.get(q.event, ()))
    if q.max_years is not None and not loans:
        yield "max_years", event, listed(LOANS)
    for key in ("covered_only", "modes", "by_ip_type_from"):
        if getattr(q, key) and not (loans or by_volume(q)):
            yield key, event, listed((*LOANS, "year_end + base"))
    if q.exclusive and not loans:
        yield "exclusive", event, listed(LOANS)
    if by_volume(q) and q.payee != "bank":
        yield "event", f"payee: {q.payee} + {event}", "payee: bank"
    if q.payee == "investor" and q.event != "investment":
        yield "payee", f"payee: investor + {event}", "event: investment"
    yield from _conditions(q, loans)
    yield from _ladders(q, loans)


def _conditions(q: Programme, loans: bool) -> Iterator[tuple[str, str, str]]:
    given = q.when.model_dump(exclude_defaults=True) if q.when else {}
    if loans or by_volume(q):
        wrong = [key for key in given if key == "targets_met"]
    elif q.event == "investment":
        wrong = [key for key in given if key not in AMOUNTS]
    else:
        wrong = [key for key in given if key != "targets_met" or q.event == "issued"]
    if wrong:
        yield "when", f"{listed(wrong)} + event: {q.event}", "event: disbursed, repaid"


def _ladders(q: Programme, loans: bool) -> Iterator[tuple[str, str, str]]:
    if q.ladder is None:
        return
    yearly = q.event in (*LOANS, "issued", "year_end") and not by_volume(q)
    fits = {"cumulative_volume": by_volume(q), "scheme_year": yearly}
    if not fits.get(q.ladder.by, loans):
        yield "ladder", f"by: {q.ladder.by} + event: {q.event}", "loan_year, scheme_year, policy_year: loans"


def _ladder(draft: Draft, path: Path, ladder: Ladder) -> None:
    """Steps by year or by volume, one after the other; of a whole volume never falling."""
    key = "above" if ladder.by == "cumulative_volume" else "year"
    marks = [getattr(step, key) for step in ladder.steps]
    right = marks and None not in marks and all(low < high for low, high in pairwise(marks))
    if ladder.mode == "whole":
        right = right and all(low.rate <= high.rate for low, high in pairwise(ladder.steps))
    if not right:
        shown = [exact_money(mark) if key == "above" and mark else str(mark) for mark in marks]
        draft.say("ladder_steps", path, at_key=True, given=listed(shown), allowed=f"{key}: 1 < 2 < 3 …")


def shared_names(s: Any, draft: Draft) -> None:
    """What shares a name is the same: envelopes, caps of firms, and the event and rule of an exclusive group."""
    first: dict[tuple[str, str], Any] = {}
    for name, q in s.programmes.items():
        for kind, items in (("envelope", q.envelope), ("cap", q.cap)):
            for i, item in enumerate(items):
                if item.name is not None and first.setdefault((kind, item.name), item) != item:
                    draft.say("counter_differs", ("programmes", name, kind, str(i)), given=item.name)
        if q.exclusive:
            rule = (q.event, q.exclusive.choose)
            known = first.setdefault(("group", q.exclusive.group), rule)
            if known != rule:
                draft.say("exclusive_differs", ("programmes", name, "exclusive"), at_key=True,
                          given=", ".join(rule), allowed=", ".join(known))


def names_known(s: Any, draft: Draft) -> None:
    """Programmes name modes and pots that exist."""
    for name, q in s.programmes.items():
        if q.pot is not None:
            draft.known(("programmes", name, "pot"), q.pot, draft.names("pots"), "pot_unknown")
        for i, mode in enumerate(q.modes):
            draft.known(("programmes", name, "modes", str(i)), mode, draft.names("modes"), "mode_unknown")


def investments(s: Any, draft: Draft) -> None:
    """An investment subsidy needs investments; their tickets have a size."""
    for name, q in s.programmes.items():
        if q.event == "investment" and s.investments is None:
            draft.say("investments_missing", ("programmes", name, "event"), given="event: investment")
    if s.investments:
        ticket, path = s.investments.ticket, ("investments", "ticket")
        if ticket.median is None:
            draft.say("median_missing", path, at_key=True)
        if ticket.most is not None and ticket.most <= ticket.least:
            draft.say("size_empty", (*path, "most"), given=draft.raw((*path, "most")),
                      allowed=f"> {draft.raw((*path, 'least')) or 0}")
        for key in ("median", "least", "most"):
            draft.fits((*path, key), getattr(ticket, key))


def fees(s: Any, draft: Draft) -> None:
    """A fee goes from one guaranteeing party to another; neither is a pot."""
    for name, fee in s.fees.items():
        for key, party in (("from", fee.from_), ("to", fee.to)):
            path = ("fees", name, key)
            known = draft.known(path, party, draft.names("payers"), "payer_unknown") and party in s.payers
            if known and (s.payers[party].kind == "pot" or fee.from_ == fee.to):
                draft.say("fee_party", path, given=party)


Rule = tuple[tuple[str, ...], Callable[[Any, Draft], None]]
RULES: tuple[Rule, ...] = (
    (("programmes",), programmes), (("programmes",), shared_names), (("programmes",), names_known),
    (("programmes", "investments"), investments), (("fees", "payers"), fees))
