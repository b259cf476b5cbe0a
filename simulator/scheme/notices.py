"""Legal but unusual: designs that exist, and that a reader should not overlook."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from .parts_fund import Mode
from .problems import Problem, listed
from .scenario import Scenario
from .terms_checks import DISTRICT_POT, NEXT
from .units import ONE, format_share


def unusual(scenario: Scenario) -> list[Problem]:
    """Every notice about a scenario, by path; places are those of the nearest graded value."""
    parts = (_volume, _pots, _payers, _stacks, _bands, _targets, _clock, _prices, _book)
    found = [notice for part in parts for notice in part(scenario)]
    return [_placed(scenario, notice) for notice in found]


def _placed(scenario: Scenario, notice: Problem) -> Problem:
    near = next((origin for path, origin in scenario.provenance.items()
                 if f"{path}.".startswith(f"{notice.path}.")), None)
    if near is None:
        return notice
    return replace(notice, file=near.file, line=near.line, column=near.column)


def _volume(s: Scenario) -> Iterator[Problem]:
    """Lending that no source gives: all that depends on it stands and falls with the assumption."""
    given = [f"segments.{name}.loans_by_year" for name, segment in s.segments.items() if segment.loans_by_year]
    if "volume" not in s.not_evaluable and s.market is None and given and all(
            origin.grade == "A" for path, origin in s.provenance.items() if path.startswith(tuple(given))):
        yield Problem("notice_volume_assumed", path=given[0])


def _book(s: Scenario) -> Iterator[Problem]:
    """Rows of the in-force book that only show how its form is filled in."""
    examples = s.book.held.examples if s.book.held else ()
    if examples:
        yield Problem("notice_book_examples", path="book.file", given=listed(map(str, examples)))


def _pots(s: Scenario) -> Iterator[Problem]:
    reached = {account for payer in s.payers.values() for account in payer.accounts}
    for name, pot in s.pots.items():
        if not any(paid.amount for paid in pot.contributors):
            yield Problem("notice_pot_empty", path=f"pots.{name}", given=name)
        if name not in reached and not (pot.district and DISTRICT_POT in reached):
            yield Problem("notice_pot_unreached", path=f"pots.{name}", given=name)


def _payers(s: Scenario) -> Iterator[Problem]:
    used = {row.payer for mode in s.modes.values() for row in mode.terms}
    used |= {payer.short.removeprefix(NEXT) for payer in s.payers.values()}
    for name in s.payers:
        if name not in used:
            yield Problem("notice_payer_unused", path=f"payers.{name}", given=name)


def _stacks(s: Scenario) -> Iterator[Problem]:
    """Shares above a stacking limit are a legal design; the limit then cuts every time."""
    for name, mode in s.modes.items():
        for i, stack in enumerate(mode.stack):
            total = _unconditional(mode, stack.payers)
            if stack.of == "loss" and total > stack.limit:
                yield Problem("notice_stack_cuts", path=f"modes.{name}.stack.{i}", given=format_share(total),
                              allowed=f"≤ {format_share(stack.limit)}")


def _bands(s: Scenario) -> Iterator[Problem]:
    """Shares of a step add to more than the loss, though never for one loan: bands exclude each other."""
    for name, mode in s.modes.items():
        for step, giver in dict.fromkeys((row.step, row.from_) for row in mode.terms):
            rows = [row for row in mode.terms if (row.step, row.from_) == (step, giver)]
            total = sum(row.share for row in rows)
            if total > ONE and any(row.when or row.layer for row in rows):
                yield Problem("notice_bands_above_whole", path=f"modes.{name}.terms", given=format_share(total))


def _unconditional(mode: Mode, payers: list[str]) -> int:
    return sum(row.share for row in mode.terms
               if row.payer in payers and row.when is None and row.of == "loss")


def _targets(s: Scenario) -> Iterator[Problem]:
    final = s.clock.start.year + (s.clock.start.month - 1 + s.clock.months - 1) // 12
    for name, target in s.targets.items():
        if target.kind == "growth" and target.base == "none":
            yield Problem("notice_target_no_base", path=f"targets.{name}", given=name)
        if target.final_year > final:
            yield Problem("notice_target_late", path=f"targets.{name}", given=str(target.final_year),
                          allowed=f"≤ {final}")


def _clock(s: Scenario) -> Iterator[Problem]:
    if s.clock.base_year < s.clock.start.year - 1:
        yield Problem("notice_base_year_early", path="clock.base_year", given=str(s.clock.base_year),
                      allowed=str(s.clock.start.year - 1))
    if not s.gate.ip_types or not s.gate.classes:
        yield Problem("notice_gate_shut", path="gate", given=listed(s.gate.ip_types))


def _prices(s: Scenario) -> Iterator[Problem]:
    """Loans that cost more than the gate allows: the fund covers none of them as long as that lasts."""
    gate, lending, start = s.gate, s.lending, s.clock.start
    reference = [step.value for step in lending.reference_rate if step.from_ <= start][-1]
    if gate.rate is not None and reference + lending.spread > gate.rate:
        yield Problem("notice_rate_above_gate", path="gate.rate", given=format_share(reference + lending.spread),
                      allowed=f"≤ {format_share(gate.rate)}")
    if gate.rate_over_lpr is not None and lending.spread > gate.rate_over_lpr:
        yield Problem("notice_rate_above_gate", path="gate.rate_over_lpr", given=format_share(lending.spread),
                      allowed=f"≤ {format_share(gate.rate_over_lpr)}")
    if gate.guarantee_fee is not None and lending.guarantee_fee > gate.guarantee_fee:
        yield Problem("notice_fee_above_gate", path="gate.guarantee_fee", given=format_share(lending.guarantee_fee),
                      allowed=f"≤ {format_share(gate.guarantee_fee)}")
