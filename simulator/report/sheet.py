"""A followed path for people: accounts by year, claims, a loan's life and its settlement sheet (代偿结算单)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from simulator import __version__
from simulator.engine.rules import of_ppm
from simulator.engine.story.records import Claim, Due, Event, LedgerRow, Loan
from simulator.lang import MESSAGES, text
from simulator.report import names
from simulator.report.width import LINE, cells, pad, table, wrap
from simulator.scheme.pledges import kinds_of
from simulator.scheme.units import format_share

if TYPE_CHECKING:
    from simulator.runs.follow import Trace

WAN = 1_000_000
TOLD_BY_LEDGER = ("payment", "subsidy", "refund", "recovery")


def wan(fen: int) -> str:
    """万元 to the fen: six decimals at most, two at least."""
    whole, part = divmod(abs(fen), WAN)
    digits = f"{part:06d}".rstrip("0").ljust(2, "0")
    return f"{'-' if fen < 0 else ''}{whole:,}.{digits}"


def word(prefix: str, key: str, lang: str) -> str:
    """A log word in the reader's language; the key itself where it is a name."""
    return text(f"{prefix}_{key}", lang) if f"{prefix}_{key}" in MESSAGES else key


def render_trace(trace: Trace, lang: str, loan: int | None = None) -> str:
    """The whole path in short, or one loan in full."""
    lines = wrap(text("tr_title", lang, title=getattr(trace.scenario.title, lang), path=trace.path, seed=trace.seed,
                      hash=trace.scenario.hash[:6]))
    lines += ["", *(_loan(trace, trace.loan(loan), lang) if loan is not None else _path(trace, lang))]
    footer = text("tr_footer", lang, version=__version__, seed=trace.seed, path=trace.path)
    return "\n".join([*lines, "", *wrap(footer)])


# --- the path ------------------------------------------------------------------------------------

def _path(trace: Trace, lang: str) -> Iterator[str]:
    story = trace.story
    yield from wrap(text(
        "tr_summary", lang, applications=sum(e.kind == "application" for e in story.events),
        loans=len(story.loans), book=sum(loan.book for loan in story.loans),
        defaults=sum(e.kind == "default" for e in story.events), claims=len(trace.claims())))
    yield ""
    yield text("tr_accounts", lang)
    rows = account_rows(trace, lang)
    yield from table(rows, align="ll" + "r" * (len(rows[0]) - 2), gap=1)
    yield ""
    if not trace.claims():
        yield text("tr_no_claims", lang)
        return
    yield text("tr_claims", lang)
    rows = claim_rows(trace, lang)
    yield from table(rows, align="rll" + "r" * (len(rows[0]) - 3), gap=1)
    yield ""
    yield from wrap(text("tr_hint", lang))


def account_rows(trace: Trace, lang: str) -> list[list[str]]:
    """Each pot's account by year, under its heads; in 万元."""
    drawn = ["drawn"] if trace.tables.layout.draws_on_pots else []
    option = ["option"] if trace.scenario.linkage else []
    heads = [text(f"tr_{name}", lang) for name in ("pot", "year", "opening", "contributed", "interest", "refund",
                                                    "paid", "clawback", *drawn, *option, "closing")]
    rows = [heads]
    years = len(trace.story.years)
    for row in trace.roll_forward():
        name = text("tr_run_off", lang) if row.year == years - 1 else str(trace.scenario.clock.base_year + 1 + row.year)
        flows = (row.opening, row.contributed, row.interest, row.refund, -row.paid, -row.clawback,
                 *(-row.drawn for _ in drawn), *(row.option for _ in option), row.closing)
        rows.append([names.pot(trace.scenario, row.pot, lang), name, *(f"{fen / WAN:,.2f}" for fen in flows)])
    return rows


def claim_rows(trace: Trace, lang: str) -> list[list[str]]:
    """Each claim, who bears it and what came back, under its heads; in 万元."""
    parties = trace.tables.terms.names
    heads = [text(f"tr_{name}", lang) for name in ("loan", "default", "mode", "base")]
    rows = [[*heads, *(names.payer(trace.scenario, p, lang) for p in parties), text("tr_recovered", lang)]]
    for claim in trace.claims():
        mode = trace.tables.terms.mode_names[claim.loan.mode]
        rows.append([str(claim.loan.number), str(trace.date(claim.loan.default_day)),
                     getattr(trace.scenario.modes[mode].title, lang), wan(claim.base),
                     *(wan(x) for x in claim.borne), wan(claim.loan.net)])
    return rows


# --- one loan ------------------------------------------------------------------------------------

def _loan(trace: Trace, loan: Loan, lang: str) -> Iterator[str]:
    yield text("tr_life", lang, loan=loan.number)
    for day, amount, detail in log_rows(trace, loan, lang):
        yield from wrap(f"{day} {pad(amount, 16, 'right')}  {detail}", LINE, " " * 29)
    yield ""
    if loan.claim is not None:
        yield from settlement_sheet(trace, loan.claim, lang)
    else:
        defaulted = any(isinstance(r, Event) and r.kind == "default" for r in trace.log_of(loan))
        yield from wrap(text("tr_outside_only" if defaulted else "tr_none", lang))


def log_rows(trace: Trace, loan: Loan, lang: str) -> Iterator[tuple[str, str, str]]:
    """What happened to a loan, in order: date, 万元, what."""
    for row in trace.log_of(loan):
        if not (isinstance(row, Event) and row.kind in TOLD_BY_LEDGER):
            yield str(trace.date(row.day)), wan(row.amount_fen), _detail(trace, row, lang)


def _detail(trace: Trace, row: Event | LedgerRow, lang: str) -> str:
    if isinstance(row, Event):
        return f"{word('event', row.kind, lang)} {remark(row, lang)}".rstrip()
    return f"  {word('event', row.event, lang)} {behind(trace, row, lang)}".rstrip()


def remark(row: Event, lang: str) -> str:
    """What a line of the log adds to its kind, in words."""
    if f"note_{row.note}" in MESSAGES:
        return word("note", row.note, lang)
    if numbered := re.fullmatch(r"cluster (\d+)", row.note):
        return text("tr_cluster", lang, n=int(numbered[1]) + 1)
    return names.rule(row.note, lang) if row.kind == "refused" else row.note


def behind(trace: Trace, row: LedgerRow, lang: str) -> str:
    """Whose money moved, and the rule and clause behind it."""
    who = _who(trace, row, lang)
    why = " · ".join(part for part in (_rule(trace, row.rule, lang), row.clause) if part)
    return f"{who} {f'[{why}]' if why else ''}".strip()


def _rule(trace: Trace, rule: str, lang: str) -> str:
    """The rule behind a movement: a term of a mode by its place, a programme or fee by its title, else a known word."""
    scenario = trace.scenario
    mode, of_terms, number = rule.rpartition(" row ")
    if of_terms and mode in scenario.modes:
        return text("tr_row", lang, mode=names.words(scenario.modes[mode].title, lang), number=int(number) + 1)
    if numbered := re.fullmatch(r"contribution (\d+)", rule):
        return text("tr_contribution", lang, n=int(numbered[1]) + 1)
    titled = scenario.programmes.get(rule) or scenario.fees.get(rule)
    return names.words(titled.title, lang) if titled else word("note", rule, lang)


def _who(trace: Trace, row: LedgerRow, lang: str) -> str:
    """The pot whose account moved, or the party that paid from its own books."""
    if row.account:
        return names.pot(trace.scenario, row.account, lang)
    return names.payer(trace.scenario, row.party, lang) if row.party in trace.tables.terms.names else ""


def settlement_sheet(trace: Trace, claim: Claim, lang: str) -> Iterator[str]:
    """Who owes what to whom and when, what was paid, and what came back: sums close to the fen."""
    loan = claim.loan
    heading = text("tr_sheet", lang)
    yield " " * ((LINE - cells(heading)) // 2) + heading
    yield "─" * LINE
    for fact in facts(trace, claim, lang):
        yield from wrap(fact)
    yield ""
    yield from table(due_rows(trace, claim, lang), align="llrlrll", gap=2)
    yield ""
    yield from table(party_rows(trace, claim, lang), align="lrrrr", gap=2)
    yield ""
    yield from wrap(proceeds(trace, loan, lang))


def facts(trace: Trace, claim: Claim, lang: str) -> Iterator[str]:
    """Firm, amounts, dates and loss of a claim."""
    loan, scenario = claim.loan, trace.scenario
    mode = trace.tables.terms.mode_names[loan.mode]
    district = list(scenario.firms.districts)[loan.firm.district]
    pledge = kinds_of(scenario.segments.values())[loan.ip]
    yield text("tr_facts", lang, firm=loan.firm.number,
                         cls=word("class", list(scenario.firms.classes)[loan.firm.firm_class], lang),
                         district=word("name", district, lang),
                         ip="+".join(word("ip", name, lang) for name in pledge.types),
                         mode=getattr(scenario.modes[mode].title, lang))
    yield text("tr_amounts", lang, principal=wan(loan.principal), covered=wan(loan.covered),
                         rate=format_share(loan.rate), term=loan.term)
    yield text("tr_dates", lang, start=trace.date(loan.start), maturity=trace.date(loan.maturity),
                         default=trace.date(loan.default_day),
                         determined=trace.date(loan.default_day + scenario.modes[mode].claim.overdue))
    yield text("tr_loss", lang, base=wan(claim.base), outside=wan(loan.balance - claim.base))


def due_rows(trace: Trace, claim: Claim, lang: str) -> list[list[str]]:
    """Who owes what to whom and when, under its heads; in 万元."""
    parties = trace.tables.terms.names
    heads = [text(f"tr_{name}", lang) for name in ("party", "to", "owes", "due", "cash", "from", "source")]
    rows = [heads]
    for due in claim.dues:
        paid = sum(due.paid) if due.accounts else due.amount - due.cancelled - due.unpaid
        accounts = "+".join(names.pot(trace.scenario, trace.tables.layout.pots[a], lang) for a in due.accounts) or "—"
        rows.append([names.payer(trace.scenario, parties[due.payer], lang),
                     names.payer(trace.scenario, parties[due.creditor], lang), wan(due.amount),
                     str(trace.date(due.day)), wan(paid), accounts, _evidence(trace, due, lang)])
    return rows


def _evidence(trace: Trace, due: Due, lang: str) -> str:
    """Grade of the share behind a due, and the clause of its row, or of the share where the row names none."""
    origin, clause = trace.clause(due), trace.tables.terms.clauses[due.row]
    if origin is None:
        return clause
    return f"{names.grade_word(origin.grade, lang)} {clause or names.words(origin.clause, lang)}".rstrip()


def party_rows(trace: Trace, claim: Claim, lang: str) -> list[list[str]]:
    """What each party is liable for, bears and gets back, the total last, under its heads; in 万元."""
    heads = [text(f"tr_{name}", lang) for name in ("party", "liable", "borne", "back")]
    rows = [[*heads, text("tr_net", lang)]]
    for p, name in enumerate(trace.tables.terms.names):
        if claim.burden[p] or claim.borne[p] or claim.back[p]:
            rows.append([names.payer(trace.scenario, name, lang), wan(claim.burden[p]), wan(claim.borne[p]),
                         wan(claim.back[p]), wan(claim.borne[p] - claim.back[p])])
    total = [sum(values) for values in (claim.burden, claim.borne, claim.back)]
    rows.append([text("tr_total", lang), *(wan(x) for x in total), wan(total[1] - total[2])])
    return rows


def proceeds(trace: Trace, loan: Loan, lang: str) -> str:
    """What the recovery brought."""
    if loan.state.name != "CLOSED":
        return text("tr_open", lang)
    cost = of_ppm(loan.gross, trace.scenario.recovery.cost)
    return text("tr_proceeds", lang, gross=wan(loan.gross), cost=wan(cost), net=wan(loan.net),
                day=trace.date(loan.recovery_day))
