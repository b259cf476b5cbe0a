"""The answer as a terminal shows it: verdict first, table second, provenance last; at most 96 columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from simulator.lang import text
from simulator.scheme import notices

from . import names
from .lines import heads, line, money_cells, percent_cells, ratio_cells
from .numbers import money, percent, plain
from .size_text import elsewhere_steps, plain_command, render_size, size_lines, thumb_line
from .unanswered import reason, render_unanswered
from .width import LINE, wrap

if TYPE_CHECKING:
    from simulator.answers.rows import AnswerRow, AnswerSheet, Verdict
    from simulator.answers.sizes import SizeResult

__all__ = ["render_answer", "render_size"]


def render_answer(
    sheet: AnswerSheet, lang: str = "zh", size: SizeResult | None = None, detail: bool = False, command: str = ""
) -> str:
    """The seven answers; with ``size`` the size and its intervals stand beside the verdict.

    ``command`` is the one that reproduces them; without it the plain one is told.
    """
    verdict = sheet.verdict
    if verdict is None:
        return render_unanswered(sheet, lang, size, command)
    lines = [
        *wrap(names.heading(sheet.scenario, sheet.paths, sheet.seed, lang)),
        "",
        *_verdict(sheet, verdict, lang, size),
        *_no_volume(sheet, lang),
        "",
        *heads(lang),
    ]
    for question in (_money_needed, _exhaustion, _targets, _levers, _stresses, _split, _rules):
        lines += question(sheet, lang)
    if detail:
        lines += ["", *_detail(sheet, lang)]
        for path, steps in (elsewhere_steps(size, lang) if size else {}).items():
            told = text("size_elsewhere", lang, steps=steps)
            lines += wrap(f"{names.parameter(path, lang)}  {told}", LINE, " " * 6)
    return "\n".join([*lines, "", *_foot(sheet, lang, command)])


def _verdict(sheet: AnswerSheet, verdict: Verdict, lang: str, size: SizeResult | None) -> list[str]:
    label, indent = text("ans_verdict", lang) + "  ", " " * 6
    lines = wrap(label + verdict_said(sheet, verdict, lang), LINE, indent)
    if size is None:
        return lines
    thumb = [part for each in thumb_line(sheet, size, lang) for part in wrap(indent + each, LINE, indent)]
    return lines + size_lines(size, lang, indent) + thumb


def verdict_said(sheet: AnswerSheet, verdict: Verdict, lang: str) -> str:
    """The verdict as a sentence, with the condition on which it turns where that is known."""
    parts = [_sentence(sheet, verdict, lang), *_condition(sheet, verdict, lang)]
    return (";" if lang == "zh" else "; ").join(parts)


def _no_volume(sheet: AnswerSheet, lang: str) -> list[str]:
    """What no answer can know: a volume that no source gives."""
    told = [notice for notice in notices(sheet.scenario) if notice.code == "notice_volume_assumed"]
    return wrap(text("ans_no_volume", lang), LINE, " " * 6) if told else []


def _sentence(sheet: AnswerSheet, verdict: Verdict, lang: str) -> str:
    failed = verdict.failed
    if not failed:
        asked = any(row.note_key == "responsive" for row in sheet.having("target"))
        return text("ans_enough_all" if asked else "ans_enough", lang)
    reasons = [_failure(sheet, name, lang) for name in failed]
    if failed == ("targets",):
        return text("ans_target_fails", lang) + (":" if lang == "zh" else ": ") + reasons[0]
    return text("ans_not_enough", lang, failed=("、" if lang == "zh" else ", ").join(reasons))


def _failure(sheet: AnswerSheet, name: str, lang: str) -> str:
    row = sheet.row("targets_responsive" if name == "targets" else name)
    limit = getattr(sheet.scenario.sizing, name) / 1_000_000
    return text(f"ans_fail_{name}", lang, value=percent(row.value or 0.0, row.n), limit=percent(limit))


def _condition(sheet: AnswerSheet, verdict: Verdict, lang: str) -> list[str]:
    """The value of an assumption at which the verdict on the fund turns."""
    said = verdict.condition
    if said is None:
        return []

    def shown(value: float) -> str:
        return names.parameter_value(said["kind"], value, lang)

    parameter = names.parameter(said["path"], lang)
    if said["at"] is None:
        return [
            text(
                "ans_flip_never", lang, parameter=parameter, low=shown(said["low"]), high=shown(said["high"])
            )
        ]
    kept = set(verdict.failed) <= {"targets"}
    return [
        text(
            f"ans_{'flip' if kept else 'turn'}_{said['side']}",
            lang,
            parameter=parameter,
            at=shown(said["at"]),
            base=shown(said["base"]),
            grade=names.grade_word(said["grade"], lang),
        )
    ]


def _money_needed(sheet: AnswerSheet, lang: str) -> Iterator[str]:
    row = sheet.row("cost")
    note = text(
        "ans_note_cost",
        lang,
        subsidies=money(row.note_args["subsidies"], lang, 3),
        **{part: money(abs(row.note_args[part]), lang, 3) for part in ("compensation", "recovery", "earned")},
    )
    if row.note_args["fees"]:
        note += text("ans_note_fees", lang, fees=money(row.note_args["fees"], lang, 3))
    if row.note_args["option"]:
        note += text("ans_note_option", lang, option=money(row.note_args["option"], lang, 3))
    yield from line(text("ans_q1", lang), money_cells(row, lang), note)
    years = sheet.having("cost_year")
    first = sheet.scenario.clock.base_year + 1
    labels = [str(first + i) for i in range(len(years) - 1)] + [text("ans_years_runoff", lang)]
    told = " · ".join(f"{label} {money(r.value or 0, lang)}" for label, r in zip(labels, years, strict=True))
    yield from wrap("     " + text("ans_years", lang, years=told), LINE, "     ")
    levels = " · ".join(
        f"{text('level_' + r.subject, lang)} {money(r.value or 0, lang)}" for r in sheet.having("cost_level")
    )
    yield from wrap(f"     {text('ans_levels', lang)} {levels}", LINE, "     ")
    yield from _support(sheet, lang)


def _support(sheet: AnswerSheet, lang: str) -> Iterator[str]:
    """To whom the subsidies go, and what of the entitlements was not paid, or not rightly."""
    received = [f"{text('payee_' + row.subject, lang)} {money(row.value or 0, lang)}"
                for row in sheet.having("subsidy_payee")]
    told = [text(f"ans_{key}", lang, amount=money(sum(row.value or 0 for row in rows), lang))
            for key in ("unmet", "avoided", "improper", "reclaimed") if (rows := sheet.having(key))]
    if received:
        yield from wrap(f"     {text('ans_payees', lang)} {' · '.join(received)}", LINE, "     ")
    if told:
        yield from wrap(f"     {' · '.join(told)}", LINE, "     ")


def _exhaustion(sheet: AnswerSheet, lang: str) -> Iterator[str]:
    row = sheet.row("exhaustion")
    parts = []
    if row.value == 0:
        parts.append(text("ans_never", lang, n=f"{row.n:,}"))
    parts.append(text("ans_note_suspended", lang, suspended=percent(row.note_args["suspended"], row.n)))
    if row.note_args["pooled"] is not None:
        parts.append(text("ans_note_pooled", lang, pooled=percent(row.note_args["pooled"], row.n)))
    label = text("ans_q2", lang)
    if len(sheet.scenario.pots) > 1:
        yield from line(label, ("", "", ""), "")
        label = "     " + text("ans_any_pot", lang)
    yield from line(label, percent_cells(row, lang), " · ".join(parts))
    yield from line("     " + text("ans_refusal", lang), ratio_cells(sheet.row("refusal"), lang), "")
    yield from line("     " + text("ans_peak_use", lang), ratio_cells(sheet.row("peak_use"), lang), "")
    yield from line("     " + text("ans_reserve", lang), money_cells(sheet.row("reserve", "99"), lang), "")
    for row in sheet.having("reserve_predictive"):
        label = "     " + text("ans_reserve_predictive", lang)
        yield from line(label, money_cells(row, lang), predictive_said(row, lang))


def predictive_said(row: AnswerRow, lang: str) -> str:
    """What the predictive reserve rests on, and its ratio to the plug-in one."""
    counts = {name: row.note_args[name] for name in ("calibrated", "assumed")}
    said = text("ans_note_predictive" if counts["calibrated"] else "ans_note_predictive_assumed", lang, **counts)
    ratio = row.note_args["ratio"]
    return said if ratio is None else text("ans_note_ratio", lang, ratio=plain(ratio, 3)) + said


def _targets(sheet: AnswerSheet, lang: str) -> Iterator[str]:
    yield from line(text("ans_q3", lang), ("", "", ""), "")
    if "targets" in sheet.scenario.not_evaluable:
        yield from wrap("     " + reason(sheet.scenario, "targets", lang), LINE, "     ")
    for row in sheet.having("target"):
        label = "     " + names.target(sheet.scenario, row.subject, lang)
        if row.value is None:
            cells = (text("ans_not_evaluable", lang), "", "")
            yield from line(label, cells, text(f"ans_why_{row.note_args['reason']}", lang))
            continue
        note = text(
            f"ans_note_{row.note_key}",
            lang,
            none=percent(row.note_args["none"], row.n),
            ample=percent(row.note_args["ample"], row.n),
        )
        yield from line(label, percent_cells(row, lang), note)
        yield from _readings(sheet, row.subject, lang)
    if sheet.having("targets_joint"):
        yield from line(
            "     " + text("ans_joint", lang), percent_cells(sheet.row("targets_joint"), lang), ""
        )
    for row in sheet.having("spend_floor"):
        programme = sheet.scenario.programmes[row.subject]
        label = text("ans_spend_floor", lang, title=getattr(programme.title, lang),
                     floor=money(programme.spend_floor or 0, lang))
        yield from line("     " + label, percent_cells(row, lang), "")
    for key, subject, label in (
        ("lending", "disbursed", "lending"),
        ("lending", "covered", "covered"),
        ("additional", "", "additional"),
    ):
        yield from line("     " + text(f"ans_{label}", lang), money_cells(sheet.row(key, subject), lang), "")
    for row in sheet.having("line_use"):
        yield from line("     " + text("ans_line_use", lang), ratio_cells(row, lang), "")
    yield from line(
        "     " + text("ans_cost_per_yuan", lang), ratio_cells(sheet.row("cost_per_yuan"), lang, 2), ""
    )


def _readings(sheet: AnswerSheet, name: str, lang: str) -> Iterator[str]:
    """The four readings of a yearly growth side by side."""
    rows = [row for row in sheet.having("target_reading") if row.subject.startswith(f"{name}/")]
    if rows:
        words = [text("ans_reading_" + row.subject.split("/")[1], lang) for row in rows]
        told = " · ".join(
            f"{word} {percent(row.value or 0.0, row.n)}" for word, row in zip(words, rows, strict=True)
        )
        yield from wrap("     " + text("ans_readings", lang, told=told), LINE, "     ")


def _levers(sheet: AnswerSheet, lang: str) -> Iterator[str]:
    yield from line(text("ans_q4", lang), ("", "", ""), "")
    for row in sheet.having("lever_cost"):
        claims, lending = row.note_args["claims"], row.note_args["lending"]
        note = text(
            "ans_note_lever",
            lang,
            claims=money(claims, lang, sign=True),
            lending=money(lending, lang, sign=True),
        )
        if row.value == claims == lending == 0:
            note = text("ans_note_idle", lang)
        yield from line(
            "     " + text(f"ans_lever_{row.subject}", lang), money_cells(row, lang, sign=True), note
        )


def _stresses(sheet: AnswerSheet, lang: str) -> Iterator[str]:
    yield from line(text("ans_q5", lang), ("", "", ""), "")
    for row in sheet.having("stress_exhaustion"):
        label = "     " + text(f"ans_stress_{row.subject}", lang)
        if row.value is None:
            yield from line(label, (text(f"ans_{row.note_key}", lang), "", ""), "")
            continue
        note = text(
            "ans_note_stress",
            lang,
            defaulted=percent(row.note_args["defaulted"]),
            npl=percent(row.note_args["npl"]),
            cost=money(row.note_args["cost"], lang),
        )
        if "lost" in row.note_args:
            note += text("ans_note_lost", lang, lost=money(row.note_args["lost"], lang))
        yield from line(label, percent_cells(row, lang), note)


def _split(sheet: AnswerSheet, lang: str) -> Iterator[str]:
    yield from line(text("ans_q6", lang), ("", "", ""), "")
    yield from line("     " + text("ans_split", lang), ratio_cells(sheet.row("subsidy_part"), lang), "")
    for row in sheet.having("borne"):
        label = text("ans_borne", lang, payer=names.payer(sheet.scenario, row.subject, lang))
        yield from line("     " + label, money_cells(row, lang), "")


def _rules(sheet: AnswerSheet, lang: str) -> Iterator[str]:
    """The rules that turned most away, with what their removal alone would do."""
    rows = [row for row in sheet.having("refused") if row.value and row.subject != "bank"]
    rows.sort(key=lambda row: -(row.value or 0))
    yield from line(text("ans_q7", lang), ("", "", ""), "" if rows else text("ans_note_idle", lang))
    for row in rows[:4]:
        more = row.note_args.get("more")
        note = (
            ""
            if more is None
            else text("ans_note_removed", lang, more=("+" if more >= 0 else "") + percent(more))
        )
        yield from line("     " + names.rule(row.subject, lang), ratio_cells(row, lang), note)


def _detail(sheet: AnswerSheet, lang: str) -> Iterator[str]:
    """Every row by key, for those who look something up."""
    for row in sheet.rows:
        yield from line(f"{row.question} {row.key} {row.subject}", _any_cells(row, lang), "")


def _any_cells(row: AnswerRow, lang: str) -> tuple[str, str, str]:
    if row.value is None:
        return "—", "", ""
    return (
        money_cells(row, lang)
        if row.unit == "fen"
        else ratio_cells(row, lang, 2 if row.unit != "probability" else 0)
    )


def _foot(sheet: AnswerSheet, lang: str, command: str) -> Iterator[str]:
    scenario = sheet.scenario
    told = " ".join(
        f"{names.parameter(path, lang)}[{names.grade_word(scenario.provenance[path].grade, lang)}]"
        for path, _ in sheet.influences[:3]
    )
    yield from wrap(text("ans_influences", lang, names=told))
    yield from wrap(text("ans_grades", lang, id=scenario.id))
    yield from wrap(
        text("ans_reproduce", lang, command=command or plain_command("answer", sheet))
    )
    yield from wrap(
        text("ans_stamp", lang, version=sheet.version, hash=scenario.hash[:6], engine=sheet.engine)
    )
