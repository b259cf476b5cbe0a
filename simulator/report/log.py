"""What happened on a followed path, day by day: contributions, loans, defaults, claims, recoveries, subsidies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.engine.story.records import Event, LedgerRow
from simulator.lang import text

from .sheet import behind, remark, wan, word

if TYPE_CHECKING:
    from simulator.runs.follow import Trace

# What a reader may choose → kinds of rows of the log, and of the ledger where money moved.
TOLD: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "loans": (("disbursed", "repaid"), ()),
    "claims": (("default", "determination", "provisional", "put aside", "waits", "waits pro rata", "lapsed",
                "passed on", "settled", "returned", "anchor defaults", "hit by the anchor", "cannot pay"), ("claim",)),
    "recovery": (("cancelled",), ("recovery", "refund")),
    "subsidies": ((), ("subsidy", "fee")),
    "fund": (("breaker warns", "breaker stops", "breaker resumes"), ("contribution", "clawback", "option")),
}
MAIN = ("claims", "recovery", "fund")
CHOICES = ("main", *TOLD, "all")


def log_table(trace: Trace, lang: str, choice: str = "all") -> list[list[str]]:
    """The rows of a choice in order of time, under their heads: date, what, loan, 万元, about, balance."""
    groups = {"all": tuple(TOLD), "main": MAIN}.get(choice, (choice,))
    kinds = {kind for group in groups for kind in TOLD[group][0]}
    moves = {kind for group in groups for kind in TOLD[group][1]}
    rows: list[Event | LedgerRow] = [row for row in trace.story.ledger if row.event in moves and _once(row)]
    rows += [row for row in trace.story.events if row.kind in kinds]
    heads = [text(f"tr_{name}", lang) for name in ("log_date", "log_kind", "loan", "log_amount", "log_about",
                                                   "log_balance")]
    return [heads, *(_told(trace, row, lang) for row in sorted(rows, key=lambda row: row.tick))]


def _once(row: LedgerRow) -> bool:
    """Whether it stands for its movement, where the ledger has both sides: who pays, and the pot's part of a gain."""
    return {"subsidy": row.amount_fen < 0, "fee": row.amount_fen < 0, "option": bool(row.account)}.get(row.event, True)


def _told(trace: Trace, row: Event | LedgerRow, lang: str) -> list[str]:
    """One row in words."""
    if isinstance(row, Event):
        kind, about, balance = row.kind, remark(row, lang), ""
        if kind == "default":              # whose loss it can become
            about = word("note", "with cover" if trace.loan(row.loan).covered > 0 else "without cover", lang)
    else:
        kind, about = row.event, behind(trace, row, lang)
        balance = wan(row.balance_after_fen) if row.account else ""
    loan = str(row.loan) if row.loan >= 0 else "—"
    amount = wan(row.amount_fen) if row.amount_fen else "—"
    return [str(trace.date(row.day)), word("event", kind, lang), loan, amount, about, balance]
