"""What the loss-sharing tables must mean: payers, rows, stacks, caps (docs/terms)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any

from .collective_checks import OF_CLUSTERS
from .draft import Draft, Path
from .overlap import Box, box_of, most_together
from .parts_fund import Cap, Claim, Condition, Mode, Payer, TermRow
from .pledges import Kind, kinds_of
from .problems import listed, nearest
from .units import ONE, exact_money, format_share

LENDER = "lender"
DISTRICT_POT = "pot.$district"
SHORTS = ("lapse", "queue_fifo", "queue_pro_rata")
HELD_BY = "held_by:"
NEXT = "next:"
MOST_CAPS, MOST_POT_PAYERS, MOST_ACCOUNTS = 2, 2, 3   # what the engine's tables hold
MOST_ROWS = 40                             # of one mode: every pair and overlap is compared


# --- payers --------------------------------------------------------------------------------------

def payers(s: Any, draft: Draft) -> None:
    """Pots stand behind pot payers only; each is reached, weighted and short in a known way."""
    for name, payer in s.payers.items():
        path = ("payers", name)
        if name == LENDER:
            draft.say("lender_reserved", path, at_key=True, given=name)
        if payer.kind == "pot" and not payer.accounts:
            draft.say("accounts_missing", path, at_key=True, given="kind: pot",
                      allowed=listed([*draft.names("pots"), DISTRICT_POT]))
        if payer.kind != "pot" and payer.accounts:
            draft.say("accounts_not_pot", (*path, "accounts"), at_key=True, given=f"kind: {payer.kind}")
        for i, account in enumerate(payer.accounts):
            choices = [*draft.names("pots"), DISTRICT_POT]
            draft.known((*path, "accounts", str(i)), account, choices, "pot_unknown")
        if payer.capital is not None and payer.kind not in ("insurer", "guarantor", "reguarantor", "agency"):
            draft.say("capital_of_whom", (*path, "capital"), at_key=True, given=f"kind: {payer.kind}")
        weights = len(payer.accounts) if payer.draw == "split" else 0
        if payer.weights == "drawn_balance":
            if payer.kind != "members":
                draft.say("weights_of_members", (*path, "weights"), given=f"kind: {payer.kind}")
        elif payer.kind != "members" and len(payer.weights) != weights:
            draft.say("weights_count", (*path, "weights"), at_key=True, given=str(len(payer.weights)),
                      allowed=str(weights))
        if len(payer.accounts) > MOST_ACCOUNTS:
            draft.say("not_built", (*path, "accounts"), given=f"accounts × {len(payer.accounts)}")
        if payer.short == "queue_pro_rata" and payer.draw == "order" and len(payer.accounts) > 1:
            draft.say("not_built", (*path, "short"), given="queue_pro_rata + draw: order")
        _short(s.payers, draft, path, payer)


def district_pots(s: Any, draft: Draft) -> None:
    """Where a payer has nothing behind ``pot.$district``, each district has a pot."""
    served = {pot.district for pot in s.pots.values()}
    bare = [name for name, share in s.firms.districts.items() if share and name not in served]
    for name, payer in s.payers.items():
        needed = DISTRICT_POT in payer.accounts and (payer.draw == "split" or len(payer.accounts) == 1)
        if needed and bare:
            path = ("payers", name, "accounts", str(payer.accounts.index(DISTRICT_POT)))
            draft.say("district_without_pot", path, given=listed(bare),
                      allowed=listed(sorted(filter(None, served))))


def _short(all_payers: dict[str, Payer], draft: Draft, path: Path, payer: Payer) -> None:
    here, names = (*path, "short"), [*all_payers, LENDER]
    if not payer.short.startswith(NEXT):
        choices = [*SHORTS, *(NEXT + name for name in names if name != path[-1])]
        draft.known(here, payer.short, choices, "short_unknown")
        return
    seen, current = [path[-1]], payer.short
    while current.startswith(NEXT):
        follower = current.removeprefix(NEXT)
        if follower not in names:
            if len(seen) == 1:
                choices = [name for name in names if name != path[-1]]
                draft.say("payer_unknown", here, given=follower, allowed=listed(choices),
                          hint=nearest(follower, choices))
            return
        if follower in seen:
            draft.say("short_circular", here, given=" → ".join([*seen, follower]))
            return
        seen.append(follower)
        current = all_payers[follower].short if follower in all_payers else ""


# --- rows ----------------------------------------------------------------------------------------

def rows(s: Any, draft: Draft) -> None:
    """Rows name parties that exist and bear something when their step begins."""
    payers, districts = draft.names("payers"), draft.names("firms", "districts")
    flags = draft.names("firms", "flags")
    kinds = kinds_of(getattr(s, "segments", {}).values())
    for name, mode in s.modes.items():
        path = ("modes", name)
        for i, row in enumerate(mode.terms):
            here = (*path, "terms", str(i))
            draft.known((*here, "payer"), row.payer, payers, "payer_unknown")
            _from(draft, (*here, "from"), row, mode)
            condition(draft, (*here, "when"), row.when, districts, flags)
            if row.layer and row.layer.to <= row.layer.from_:
                draft.say("layer_empty", (*here, "layer", "to"), given=draft.raw((*here, "layer", "to")),
                          allowed=f"> {draft.raw((*here, 'layer', 'from')) or 0}")
            if row.layer:
                draft.fits((*here, "layer", "to"), row.layer.to)
            _buildable(s, draft, here, row, mode)
        pots = list(dict.fromkeys(r.payer for r in mode.terms if _kind(s, r.payer) == "pot"))
        if len(pots) > MOST_POT_PAYERS:
            draft.say("not_built", (*path, "terms"), given=f"{len(pots)} × kind: pot ({', '.join(pots)})")
        _together(draft, path, mode, kinds, districts)
        _stacks(payers, draft, path, mode)
        _recovery(payers, draft, path, mode)
        _final(draft, (*path, "claim"), mode.claim)


def _final(draft: Draft, path: Path, claim: Claim) -> None:
    """What is paid provisionally becomes final some day."""
    both = (claim.provisional is None) == (claim.final is None)
    if not both or (claim.final == "days") != (claim.final_days is not None):
        given = [f"final: {claim.final}"] if claim.final else []
        given += ["provisional"] if claim.provisional else []
        given += ["final_days"] if claim.final_days is not None else []
        draft.say("final_missing", path, at_key=True, given=listed(given),
                  allowed="provisional + (final: closed | final: days + final_days)")


def _kind(s: Any, payer: str) -> str:
    known = getattr(s, "payers", {})       # absent when that section could not be read
    return known[payer].kind if payer in known else ""


def _buildable(s: Any, draft: Draft, path: Path, row: TermRow, mode: Mode) -> None:
    """Legal rows whose mechanism comes later."""
    earlier = {other.payer for other in mode.terms if other.step < row.step}
    if len(row.cap) + (_kind(s, row.payer) in OF_CLUSTERS) > MOST_CAPS:     # what the cluster has is a cap too
        draft.say("not_built", (*path, "cap"), given=f"cap × {len(row.cap)}")
    creditor = getattr(s, "payers", {}).get(row.from_) if row.from_ in earlier else None
    if creditor is not None and creditor.can_fall_short:
        for why in _unchained(s.payers, row.from_, mode):
            draft.say("not_built", (*path, "from"), given=f"from: {row.from_} ({why})")


def _unchained(payers: dict[str, Payer], name: str, mode: Mode) -> Iterator[str]:
    """Why what is owed to a payer that may be without money cannot go on to its own creditor."""
    creditor = payers[name]
    above = {row.from_ for row in mode.terms if row.payer == name}
    if len(above) > 1:
        yield f"{name} from: {listed(sorted(above))}"
    passes = creditor.short.startswith("next:") and {creditor.short.removeprefix("next:")} != above
    if passes or creditor.short == "queue_pro_rata":
        yield f"short: {creditor.short}"
    if mode.claim.provisional is not None:
        yield "provisional"
    yield from (f"{other} short: next:{name}" for other, payer in payers.items() if payer.short == f"next:{name}")


def _from(draft: Draft, path: Path, row: TermRow, mode: Mode) -> None:
    """``from`` bears something already: the lender, or a payer of an earlier step."""
    earlier = list(dict.fromkeys(other.payer for other in mode.terms if other.step < row.step))
    if row.from_ == LENDER or row.from_ in earlier:
        return
    later = row.from_ == row.payer or row.from_ in {other.payer for other in mode.terms}
    draft.say("from_not_earlier" if later else "from_unknown", path, given=row.from_,
              allowed=listed([LENDER, *earlier]),
              hint="" if later else nearest(row.from_, [LENDER, *earlier]))


def condition(draft: Draft, path: Path, when: Condition | None, districts: Iterable[str],
              flags: Iterable[str]) -> None:
    """Districts and flags exist and bands hold something."""
    if when is None:
        return
    known_flags(draft, path, when.flags or [], when.not_flags or [], flags)
    for i, district in enumerate(when.district or []):
        draft.known((*path, "district", str(i)), district, districts, "district_unknown")
    for kind in ("amount", "term", "bank_years"):
        above, to = getattr(when, f"{kind}_above"), getattr(when, f"{kind}_to")
        if above is not None and to is not None and to <= above:
            draft.say("band_empty", (*path, f"{kind}_to"), given=draft.raw((*path, f"{kind}_to")),
                      allowed=f"> {draft.raw((*path, f'{kind}_above'))}")


def known_flags(draft: Draft, path: Path, true: list[str], false: list[str], flags: Iterable[str],
                one: Sequence[str] = ()) -> None:
    """Flags exist, and none is asked to be both true and false; of ``one`` any may be true."""
    names, true = list(flags), [*true, *one]
    for key, wanted in (("flags", true[:len(true) - len(one)]), ("any_flags", one), ("not_flags", false)):
        for i, flag in enumerate(wanted):
            draft.known((*path, key, str(i)), flag, names, "flag_unknown")
            if key == "not_flags" and flag in true:
                draft.say("flag_both", (*path, key, str(i)), given=flag)


def _together(draft: Draft, path: Path, mode: Mode, kinds: Iterable[Kind], districts: Iterable[str]) -> None:
    """Rows of one step: no payer twice in one place, and nobody gives away more than all it bears."""
    if len(mode.terms) > MOST_ROWS:
        draft.say("rows_too_many", (*path, "terms"), at_key=True, given=str(len(mode.terms)),
                  allowed=f"≤ {MOST_ROWS}")
        return
    flags = sorted({flag for row in mode.terms if row.when
                    for flag in [*(row.when.flags or []), *(row.when.not_flags or [])]})
    boxes = [box_of(row, kinds, list(districts) or [""], flags) for row in mode.terms]
    for (i, a), (j, b) in combinations(enumerate(mode.terms), 2):
        if (a.step, a.payer) == (b.step, b.payer) and boxes[i].meets(boxes[j]):
            place = draft.at((*path, "terms", str(i))).place
            draft.say("rows_overlap", (*path, "terms", str(j)), given=f"{b.payer}, step {b.step}",
                      allowed=f"{place.file}:{place.line}")
    for step, giver in dict.fromkeys((row.step, row.from_) for row in mode.terms):
        picked = [i for i, row in enumerate(mode.terms) if (row.step, row.from_) == (step, giver)]
        held: list[Box] = [boxes[i] for i in picked]
        most = most_together(held, [mode.terms[i].share for i in picked])
        if most > ONE:
            draft.say("shares_above_whole", (*path, "terms", str(picked[-1])),
                      given=f"{format_share(most)} (step {step}, from: {giver})", allowed="≤ 100%")


def _stacks(names: list[str], draft: Draft, path: Path, mode: Mode) -> None:
    for i, stack in enumerate(mode.stack):
        here = (*path, "stack", str(i))
        for k, payer in enumerate(stack.payers):
            draft.known((*here, "payers", str(k)), payer, names, "payer_unknown")
        bearers = [LENDER, *names]
        if stack.of.startswith(HELD_BY):
            draft.known((*here, "of"), stack.of.removeprefix(HELD_BY), bearers, "payer_unknown")
        else:
            choices = ["loss", *(HELD_BY + name for name in bearers)]
            draft.known((*here, "of"), stack.of, choices, "not_allowed")


def _recovery(names: list[str], draft: Draft, path: Path, mode: Mode) -> None:
    here = (*path, "recovery")
    for i, name in enumerate(mode.recovery.priority):
        draft.known((*here, "priority", str(i)), name, [LENDER, *names], "payer_unknown")
        if name in mode.recovery.priority[:i]:
            draft.say("priority_twice", (*here, "priority", str(i)), given=name)
    if (mode.recovery.within == "priority") != bool(mode.recovery.priority):
        draft.say("priority_mismatch", here, at_key=True, given=f"within: {mode.recovery.within}",
                  allowed="within: priority + priority: […]")


def counters(s: Any, draft: Draft) -> None:
    """Caps that share a counter by name share its limit and its window, in all modes."""
    first: dict[str, tuple[Cap, str]] = {}
    for name, mode in s.modes.items():
        for i, row in enumerate(mode.terms):
            for k, cap in enumerate(row.cap):
                path = ("modes", name, "terms", str(i), "cap", str(k))
                draft.fits((*path, "amount"), cap.amount)
                _cap(s, draft, path, cap, row)
                if cap.name is None:
                    continue
                kept, where = first.setdefault(cap.name, (cap, ".".join(path)))
                if kept != cap:
                    draft.say("counter_differs", path, given=f"{cap.name}: {_limit_text(cap)}",
                              allowed=f"{_limit_text(kept)} ({where})")


def _limit_text(cap: Cap) -> str:
    """A cap in a message."""
    figure = "" if cap.amount is None else exact_money(cap.amount)
    part = "" if cap.pct is None else format_share(cap.pct)
    part += f" × {cap.measure}" if cap.measure else ""
    return ", ".join(filter(None, [figure, part, cap.per, "" if cap.at == "claim" else cap.at]))


def _cap(s: Any, draft: Draft, path: Path, cap: Cap, row: TermRow) -> None:
    """A cap is an amount or a part of a measure; at origination an amount of the loan or of the firm's year."""
    if (cap.amount is None) == (cap.pct is None) or (cap.pct is None) != (cap.measure is None):
        draft.say("cap_figure", path, at_key=True, given=_limit_text(cap), allowed="amount | pct + measure")
    if cap.at == "origination" and (cap.amount is None or cap.per not in ("loan", "firm_year")):
        draft.say("cap_at_origination", path, at_key=True, given=_limit_text(cap),
                  allowed="amount, per: loan | firm_year")
    if cap.measure == "balance" and _kind(s, row.payer) not in ("pot", ""):
        draft.say("balance_of_whom", (*path, "measure"), given=row.payer)


RULES: tuple[tuple[tuple[str, ...], Callable[[Any, Draft], None]], ...] = (
    (("payers",), payers), (("payers", "pots", "firms"), district_pots),
    (("modes",), rows), (("modes",), counters))
