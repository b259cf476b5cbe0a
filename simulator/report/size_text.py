"""The size of the fund as a terminal shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from simulator.answers.paths import value_at
from simulator.answers.sizes import Enough, Growth
from simulator.lang import text
from simulator.scheme.units import format_money

from . import names
from .numbers import apart, money, percent, plain, span
from .width import LINE, table, wrap

if TYPE_CHECKING:
    from simulator.answers.rows import AnswerSheet
    from simulator.answers.sizes import Binding, Check, SizeResult

THUMB = 10                                 # the multiple of a fund that banks are commonly asked to lend


def size_lines(size: SizeResult, lang: str, indent: str = "", width: int = LINE) -> list[str]:
    """Size, its two intervals and the binding rule: what stands beside a verdict."""
    if size.size_fen is None:
        lines = [text("ans_size_none", lang)]
    else:
        key = "ans_size_alone" if size.dropped else "ans_size"
        lines = [text(key, lang, size=money(size.size_fen, lang, size_digits(size))), intervals(size, lang),
                 *predictive_line(size, lang)]
    if size.binding is not None and size.binding.rule:
        lines.append(
            text(
                "ans_binding",
                lang,
                rule=names.rule(size.binding.rule, lang),
                grade=names.grade_word(size.binding.grade, lang),
            )
        )
    return [part for each in lines for part in wrap(indent + each, width, indent)]


def size_digits(size: SizeResult) -> int:
    """Two significant digits, more where the interval would vanish."""
    return apart(tuple(fen for fen in (size.size_fen, size.low_fen, size.high_fen) if fen), most=3)


def intervals(size: SizeResult, lang: str) -> str:
    """The size's simulation error, in the digits it is printed with."""
    digits = size_digits(size)
    return text(
        "ans_intervals",
        lang,
        error=span(_fen(size.low_fen, lang, digits), _fen(size.high_fen, lang, digits)),
        assumed=span(_fen(size.range_low_fen, lang, 2), _fen(size.range_high_fen, lang, 2)),
    )


def elsewhere_steps(size: SizeResult, lang: str) -> dict[str, str]:
    """Path of each unknown that was asked about → the sizes needed along its range, its base among them."""
    told = {}
    for path in dict.fromkeys(each.path for each in size.elsewhere):
        said = {each.value: each.size_fen for each in size.elsewhere if each.path == path}
        kind, base = size.scenario.provenance[path].kind, value_at(size.scenario, path)
        steps = [text("size_step", lang, value=names.parameter_value(kind, value, lang), size=needed)
                 for value, needed in sorted({**{value: _needed(fen, lang) for value, fen in said.items()},
                                              float(base): _needed(size.size_fen, lang, size_digits(size))}.items())]
        told[path] = text("size_then", lang).join(steps)
    return told


def _needed(fen: int | None, lang: str, digits: int = 2) -> str:
    return text("size_step_none", lang) if fen is None else money(fen, lang, digits)


def thumb_line(sheet: AnswerSheet, size: SizeResult, lang: str) -> list[str]:
    """The rule of thumb, a tenth of the lending to be covered, and how many times the fund and the size carry it."""
    covered = next((row.value for row in sheet.having("lending") if row.subject == "covered"), None)
    if not covered or not size.present_fen:
        return []
    need = "" if not size.size_fen else text("ans_thumb_size", lang, times=plain(covered / size.size_fen))
    return [text("ans_thumb", lang, covered=money(covered, lang), thumb=money(covered / THUMB, lang),
                 now=plain(covered / size.present_fen)) + need]


def predictive_line(size: SizeResult, lang: str) -> list[str]:
    """The size in the pool of all draws, beside the plug-in one."""
    if not size.predictive_checks:
        return []
    if size.predictive_fen is None:
        return [text("ans_size_predictive_none", lang)]
    return [text("ans_size_predictive", lang, size=money(size.predictive_fen, lang, 2))]


def _fen(fen: int | None, lang: str, digits: int) -> str:
    return text("ans_no_bound", lang) if fen is None else money(fen, lang, digits)


def plain_command(ask: str, result: AnswerSheet | SizeResult | Enough | Growth) -> str:
    """The command line that gives this result again."""
    draws = "" if isinstance(result, Growth) else f" --draws {result.draws}"
    return f"pledgefund {ask} {result.scenario.id} --paths {result.paths} --seed {result.seed}{draws}"


def render_size(result: SizeResult | Enough | Growth, lang: str = "zh", command: str = "") -> str:
    """The answer to one of the three questions: how large, enough, or what growth."""
    parts = (
        growth_lines(result, lang)
        if isinstance(result, Growth)
        else _enough(result, lang)
        if isinstance(result, Enough)
        else _size(result, lang)
    )
    ask = {Growth: "size --ask growth", Enough: "size --ask enough"}.get(type(result), "size")
    lines = [*wrap(names.heading(result.scenario, result.paths, result.seed, lang)), "", *parts]
    lines += wrap(
        text("ans_reproduce", lang, command=command or plain_command(ask, result))
    )
    return "\n".join(lines)


def _size(size: SizeResult, lang: str) -> Iterator[str]:
    """The size with its intervals, the promises, what binds, and the (size × leverage) table."""
    yield from (*head_lines(size, lang), "")
    yield from (*table(promise_rows(size, lang), "llll", gap=4), "")
    yield from (*binding_lines(size.binding, lang), "")
    yield from (*wrap(text("size_table", lang)), *table(leverage_rows(size, lang), "rrrrrrr", gap=3), "")
    yield from note_lines(size, lang)


def _enough(found: Enough, lang: str) -> Iterator[str]:
    failed = [check for check in found.checks if not check.kept]
    reasons = ("、" if lang == "zh" else ", ").join(_reason(check, lang) for check in failed)
    if [check.name for check in failed] == ["targets"]:
        said = text("ans_target_fails", lang) + (":" if lang == "zh" else ": ") + reasons
    else:
        said = text("ans_not_enough", lang, failed=reasons) if failed else text("ans_enough", lang)
    yield from wrap(said)
    yield from wrap(
        "     " + text("size_enough_draws", lang, k=found.draws_kept, n=found.draws), LINE, "     "
    )
    yield ""
    rows = [[text(key, lang) for key in ("size_head_promise", "size_head_limit", "size_head_present")]]
    yield from table(rows + [[*_promise(check, lang), _mark(check)] for check in found.checks], "lll", gap=4)
    yield ""


def growth_lines(found: Growth, lang: str, width: int = LINE) -> Iterator[str]:
    """The growth the present fund carries, its range, and what gives way beyond it."""
    if found.reason:
        yield from wrap(text(f"size_growth_{found.reason}", lang), width)
    elif found.trend is not None:
        key = "size_growth_open" if found.open_end else "size_growth"
        yield from wrap(text(key, lang, trend=percent(found.trend / 1_000_000)), width)
    if found.reason != "no_market":
        ends = [
            text("size_growth_none", lang) if end is None else percent(end / 1_000_000)
            for end in (found.range_low, found.range_high)
        ]
        yield from wrap("     " + text("size_growth_range", lang, assumed=span(*ends)), width, "     ")
    failed = [_reason(check, lang) for check in found.checks if not check.kept]
    gives = "size_growth_fails" if found.reason else "size_growth_gives"
    if failed:
        yield from wrap(
            "     " + text(gives, lang, failed=("、" if lang == "zh" else ", ").join(failed)),
            width,
            "     ",
        )
    yield ""


def head_lines(size: SizeResult, lang: str, width: int = LINE) -> Iterator[str]:
    """The size with its two intervals, the certified one, and what stands in the way where none works."""
    failed = [check for check in size.checks if not check.kept]
    if not size.feasible:
        reasons = (
            "、".join(_reason(c, lang) for c in failed)
            if lang == "zh"
            else ", ".join(_reason(c, lang) for c in failed)
        )
        yield from wrap(text("size_infeasible", lang, failed=reasons), width)
    if size.size_fen is None:
        return
    if size.dropped:
        yield from wrap(text("ans_size_alone", lang, size=money(size.size_fen, lang, size_digits(size))), width)
    else:
        yield from wrap(
            text(
                "size_needed",
                lang,
                size=money(size.size_fen, lang, size_digits(size)),
                present=format_money(size.present_fen, lang),
                enough=text("size_yes" if size.enough else "size_no", lang),
            ),
            width,
        )
    for told in (intervals(size, lang), *predictive_line(size, lang)):
        yield from wrap("     " + told, width, "     ")
    if size.draws_infeasible:
        yield from wrap("     " + text("size_infeasible_draws", lang, k=size.draws_infeasible, n=size.draws), width)
    known = size.certified_fen is not None
    yield from wrap(
        "     "
        + (
            text("size_certified", lang, size=money(size.certified_fen or 0, lang, size_digits(size)))
            if known
            else text("size_certified_none", lang)
        ),
        width,
    )
    if size.dropped:
        trend = size.needed_trend
        yield from wrap(
            "     "
            + (
                text("size_no_trend", lang)
                if trend is None
                else text("size_needed_trend", lang, trend=percent(trend / 1_000_000))
            ),
            width,
        )


def _reason(check: Check, lang: str) -> str:
    return text(f"ans_fail_{check.name}", lang, value=_percent(check), limit=percent(check.limit))


def _percent(check: Check) -> str:
    return percent(check.value, check.n)


def promise_rows(size: SizeResult, lang: str) -> list[list[str]]:
    """The promises at the size and at present, under their heads."""
    here = "size_head_nearest" if size.size_fen is None else "size_head_here"
    rows = [[text(key, lang) for key in ("size_head_promise", "size_head_limit", here, "size_head_present")]]
    for check, now in zip(size.checks, size.present_checks, strict=True):
        rows.append([*_promise(check, lang), _mark(check), _mark(now)])
    return rows


def _promise(check: Check, lang: str) -> tuple[str, str]:
    return text(f"size_{check.name}", lang), ("≤ " if check.at_most else "≥ ") + percent(check.limit)


def _mark(check: Check) -> str:
    return f"{'✔' if check.kept else '✘'} {_percent(check)}"


def binding_lines(found: Binding | None, lang: str, width: int = LINE) -> Iterator[str]:
    """The rule that sets the size, and the smallest change that would do instead."""
    if found is None:
        return
    said = {
        "at": money(found.at_fen, lang),
        "criterion": text(f"size_{found.criterion}", lang),
        "before": percent(found.before),
    }
    if not found.rule:
        yield from wrap(text("size_no_rule", lang, **said), width)
        return
    yield from wrap(
        text(
            "size_binding",
            lang,
            **said,
            rule=names.rule(found.rule, lang),
            grade=names.grade_word(found.grade, lang),
            after=percent(found.after),
        ),
        width,
        "     ",
    )
    if found.runner_up and found.runner_after is not None:
        yield "     " + text(
            "size_runner", lang, rule=names.rule(found.runner_up, lang), after=percent(found.runner_after)
        )
    if found.factor is not None:
        key = "size_divisor" if found.rule in ("share", "floor") else "size_factor"
        yield "     " + text(key, lang, factor=plain(found.factor, 3))
    for value, fen in found.ends:
        kind = (
            "share"
            if found.rule in ("share", "match")
            else "multiple"
            if found.rule == "leverage"
            else "money"
        )
        needed = text("ans_size_none", lang) if fen is None else money(fen, lang)
        yield "     " + text("size_ends", lang, value=names.parameter_value(kind, value, lang), size=needed)


def leverage_rows(size: SizeResult, lang: str) -> list[list[str]]:
    """The size needed at each multiple of the leverage, and which sizes would do, under their heads."""
    sizes = [money(size.present_fen * scale // 1_000_000, lang) for scale, _ in size.table[0].cells]
    rows = [[text("size_head_leverage", lang), text("size_head_size", lang), *sizes]]
    for row in size.table:
        times = "—" if row.leverage is None else f"{row.leverage / 1000:g}"
        needed = "—" if row.size_fen is None else money(row.size_fen, lang)
        rows.append([times, needed, *("✔" if ok else "✘" for _, ok in row.cells)])
    return rows


def note_lines(size: SizeResult, lang: str, width: int = LINE) -> Iterator[str]:
    """Targets that are not asked of the fund, and why."""
    joint = "、" if lang == "zh" else ", "
    idle = [n for n in size.targets if not n.asked and not n.reason]
    unknown = [n for n in size.targets if n.reason]
    if idle:
        told = joint.join(
            f"{names.target(size.scenario, n.name, lang)} ({percent(n.none or 0, size.paths)} → "
            f"{percent(n.ample or 0, size.paths)})"
            for n in idle
        )
        yield from wrap(text("size_unresponsive", lang, names=told), width, "     ")
    if unknown:
        told = joint.join(names.target(size.scenario, n.name, lang) for n in unknown)
        yield from wrap(text("size_not_evaluable", lang, names=told), width, "     ")
