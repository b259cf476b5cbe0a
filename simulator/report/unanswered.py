"""What a reader is told instead of figures that no source gives: why not, what was assumed, and how to go on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from simulator.answers.missing import ANSWERS, SIZE, lacking
from simulator.answers.paths import value_at
from simulator.answers.rows import worst_grade
from simulator.lang import text
from simulator.scheme.missing import standing_in

from . import names
from .numbers import span
from .size_text import plain_command, size_lines
from .width import LINE, wrap

if TYPE_CHECKING:
    from simulator.answers.rows import AnswerSheet
    from simulator.answers.sizes import SizeResult
    from simulator.scheme.provenance import Provenance
    from simulator.scheme.scenario import Figure, Scenario

INDENT = " " * 6


def render_unanswered(sheet: AnswerSheet, lang: str, size: SizeResult | None, command: str) -> str:
    """The page of a scheme whose document lacks what the answers need; the size stands on it where it can."""
    scenario = sheet.scenario
    lines = [*wrap(_heading(scenario, lang)), "", *_why(scenario, ANSWERS, lang)]
    lines += size_lines(size, lang, INDENT) if size is not None else _no_size(scenario, lang)
    lines.append("")
    for row in sheet.rows:
        lines += wrap(f"{text(f'ans_q{row.question}', lang)}  {text('ans_not_evaluable', lang)}"
                      f" ({_figures(row.note_args['figures'], lang)})", LINE, INDENT)
    lines += ["", *_assumed(scenario, lang), *wrap(text("ans_grades", lang, id=scenario.id))]
    lines += wrap(text("ans_reproduce", lang, command=command or plain_command("answer", sheet)))
    stamp = "ans_stamp_none" if size is None else "ans_stamp"
    told = text(stamp, lang, version=sheet.version, hash=scenario.hash[:6], engine=sheet.engine)
    return "\n".join([*lines, *wrap(told)])


def render_unsized(scenario: Scenario, figures: tuple[Figure, ...], lang: str) -> str:
    """The same for ``pledgefund size``."""
    why, assumed = _why(scenario, figures, lang), _assumed(scenario, lang)
    return "\n".join([*wrap(_heading(scenario, lang)), "", *why, "", *assumed])


def reason(scenario: Scenario, figure: Figure, lang: str) -> str:
    """One missing figure and why it is missing."""
    return text("ans_missing", lang, figure=text(f"figure_{figure}", lang),
                reason=names.words(scenario.not_evaluable[figure], lang))


def figures_missing(scenario: Scenario, lang: str) -> str:
    """The figures a simulation takes from assumptions, in words; empty where there are none."""
    return _figures(lacking(scenario, ANSWERS), lang)


def _heading(scenario: Scenario, lang: str) -> str:
    first = scenario.clock.base_year + 1
    last = scenario.clock.base_year + -(-scenario.clock.months // 12)
    return f"{names.words(scenario.title, lang)} · {text('ans_clock', lang, first=first, last=last)}"


def _figures(figures: Iterable[str], lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(text(f"figure_{figure}", lang) for figure in figures)


def _why(scenario: Scenario, needed: tuple[Figure, ...], lang: str) -> Iterator[str]:
    """Not evaluable, because …: one line a figure that is missing, the targets' as well."""
    figures = lacking(scenario, needed)
    yield from wrap(text("ans_verdict_none", lang, figures=_figures(figures, lang)), LINE, INDENT)
    for figure in (*figures, *lacking(scenario, ("targets",))):
        yield from wrap(INDENT + reason(scenario, figure, lang), LINE, INDENT)


def _no_size(scenario: Scenario, lang: str) -> list[str]:
    return wrap(INDENT + text("ans_size_missing", lang, figures=_figures(lacking(scenario, SIZE), lang)), LINE, INDENT)


def _assumed(scenario: Scenario, lang: str) -> Iterator[str]:
    """The assumed values that stand in, told once a kind, and how to give the real ones."""
    yield from wrap(text("ans_assumed", lang, id=scenario.id))
    places: dict[str, list[Provenance]] = {}
    for origin in standing_in(scenario.provenance, lacking(scenario, ANSWERS)):
        places.setdefault(re.sub(r"\.\d+$", "", origin.path), []).append(origin)
    for path, origins in places.items():
        yield from wrap(INDENT + _told(scenario, path, origins, lang), LINE, INDENT)
    yield from wrap(text("ans_go_on", lang))


def _told(scenario: Scenario, path: str, origins: list[Provenance], lang: str) -> str:
    """Values of one place with their grade, and the range they may lie in."""
    kind, grade = origins[0].kind, worst_grade(origin.grade for origin in origins)
    shown = dict.fromkeys(names.parameter_value(kind, value_at(scenario, origin.path), lang) for origin in origins)
    told = f"{names.parameter(origins[0].path, lang)} {('、' if lang == 'zh' else ', ').join(shown)}"
    ends = [end for origin in origins for end in (origin.low, origin.high) if end is not None]
    if ends:
        told += " " + text("ans_between", lang, span=span(*(names.parameter_value(kind, end, lang)
                                                            for end in (min(ends), max(ends)))))
    return f"{told} [{names.grade_word(grade, lang)}] · {path}"
