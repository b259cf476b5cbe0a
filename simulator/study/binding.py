"""Which rule sets the size: removed one at a time, with what would have to change instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.answers.paths import value_at
from simulator.answers.rows import worst_grade
from simulator.answers.sizes import Binding, LeverageRow
from simulator.answers.variants import RULES, relaxed, rule_paths, with_leverage, without_rule
from simulator.answers.verdict import at

from .criteria import Criterion
from .search import COARSE, PPM, ROUGH, Found, Memo, search

if TYPE_CHECKING:
    from simulator.scheme.scenario import Scenario

JUST_BELOW = 0.8  # of the size: a fund clearly too small
MULTIPLES = ((1, 2), (1, 1), (3, 2), (2, 1), (4, 1))
TABLE_SIZES = (PPM // 4, PPM // 2, PPM, 2 * PPM, 4 * PPM)
# Removed, these change what is lent as well, so they are tried only where they are the question.
OWN_RULES = {"exhaustion": ("match", "share")}
LARGEST_FACTOR = 64.0


def binding(bench: Any, scenario: Scenario, memo: Memo, found: Found, total: int) -> Binding | None:
    """The removal test at a size just too small, or, when no size works, at the one that came closest."""
    scale = found.nearest if found.scale is None else int(found.scale * JUST_BELOW)
    sample = memo(scale)
    failed = bench.promises.failed(sample)
    if not failed:
        return None
    criterion = bench.promises.worst(sample)
    before = sample[criterion.name].value
    tried = _removals(bench, scenario, scale, criterion)
    helped = [(rule, value) for rule, value in tried if criterion.excess(value) < criterion.excess(before)]
    if not helped:
        return Binding(criterion.name, total * scale // PPM, before, "", before, "", None, "S", None)
    (rule, after), *others = helped
    runner, runner_after = others[0] if others else ("", None)
    grade = worst_grade(scenario.provenance[path].grade for path in rule_paths(scenario, rule))
    ends = _ends(bench.fewer(4), scenario, rule, total) if grade == "A" else ()
    return Binding(
        criterion.name,
        total * scale // PPM,
        before,
        rule,
        after,
        runner,
        runner_after,
        grade,
        _smallest_change(bench.fewer(4), scenario, rule, scale, criterion),
        ends,
    )


def _removals(bench: Any, scenario: Scenario, scale: int, criterion: Criterion) -> list[tuple[str, float]]:
    """Each rule with the criterion's value without it, the most helpful first.

    A fund without a share is no fund, so its share is asked only where no other rule is to blame.
    """
    rules = [*RULES, *OWN_RULES.get(criterion.name, ())]
    tried: list[tuple[str, float]] = []
    for rule in rules:
        if rule == "share" and any(criterion.excess(value) <= 0 for _, value in tried):
            continue
        changed = without_rule(scenario, rule)
        if changed is not None:
            tried.append((rule, bench.evaluate(changed, scale)[criterion.name].value))
    return sorted(tried, key=lambda item: criterion.excess(item[1]))


def _smallest_change(
    bench: Any, scenario: Scenario, rule: str, scale: int, criterion: Criterion
) -> float | None:
    """Smallest multiple of the rule's numbers that keeps the criterion at this size, to one per cent."""

    def keeps(factor: float) -> bool:
        changed = relaxed(scenario, rule, factor)
        return (
            changed is not None
            and criterion.excess(bench.evaluate(changed, scale)[criterion.name].value) <= 0
        )

    low, high = 1.0, 2.0
    while not keeps(high):
        low, high = high, high * 2
        if high > LARGEST_FACTOR:
            return None
    while high / low > 1.01:
        middle = (low * high) ** 0.5
        low, high = (low, middle) if keeps(middle) else (middle, high)
    return high


def _ends(bench: Any, scenario: Scenario, rule: str, total: int) -> tuple[tuple[float, int | None], ...]:
    """The size with an assumed rule at either end of its range."""
    path = next((p for p in rule_paths(scenario, rule) if scenario.provenance[p].low is not None), None)
    if path is None:
        return ()
    origin, ends = scenario.provenance[path], []
    for end in (origin.low, origin.high):
        if end is None or end == value_at(scenario, path):
            continue
        memo = bench.memo(at(scenario, path, end))
        scale = search(memo, bench.promises, COARSE, interval=False, tolerance=ROUGH).scale
        ends.append((float(end), None if scale is None else total * scale // PPM))
    return tuple(ends)


def leverage_table(
    bench: Any, scenario: Scenario, memo: Memo, found: Found, total: int
) -> tuple[LeverageRow, ...]:
    """Size needed at several multiples of the leverage, and whether each of five sizes would do.

    The present leverage is the main search's; the others are tried on ``bench``'s fewer paths.
    """
    limits = [pot.leverage for pot in scenario.pots.values() if pot.leverage is not None]
    rows = []
    for numerator, denominator in MULTIPLES if limits else ((1, 1),):
        if numerator == denominator:
            tried, scale = memo, found.scale
        else:
            tried = bench.memo(with_leverage(scenario, numerator, denominator))
            scale = search(tried, bench.promises, COARSE, interval=False, tolerance=ROUGH).scale
        cells = tuple((size, bench.promises.hold(tried(size))) for size in TABLE_SIZES)
        leverage = limits[0] * numerator // denominator if limits else None
        size_fen = None if scale is None else total * scale // PPM
        rows.append(LeverageRow(numerator, denominator, leverage, size_fen, cells))
    return tuple(rows)
