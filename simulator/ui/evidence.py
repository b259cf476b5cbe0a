"""Where a page's numbers come from, counted and listed; and what nobody knows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from simulator.answers.draws import drawable
from simulator.answers.paths import value_at
from simulator.lang import text
from simulator.report import names
from simulator.scheme import Problem, Scenario, notices
from simulator.scheme.provenance import GRADES, Provenance
from simulator.scheme.units import format_share, format_value

from .essentials import kinds
from .labels import label
from .session import View
from .work import reason

RULES = ("fund", "leverage", "share", "eligible", "cap", "subsidy", "growth")      # what a document would lay down


def numbers(scenario: Scenario) -> dict[str, Provenance]:
    """The values a simulation reads: path → origin; without choices in words, open clauses and observations."""
    return {path: origin for path, origin in scenario.provenance.items()
            if origin.kind != "text" and not path.startswith(("pending.", "observed."))}


def counts_line(view: View) -> str:
    """How many numbers of which grade."""
    found = Counter(origin.grade for origin in numbers(view.scenario).values())
    counts = "  ".join(f"{names.grade_word(grade, view.lang)} {found[grade]}" for grade in GRADES if found[grade])
    return view.t("grades_count", n=sum(found.values()), counts=counts)


def regulated_line(view: View) -> str:
    """What the document itself lays down of the rules that matter most, and what stands in where it is silent.

    Whatever the reader has changed: it is still the document that says it, or does not.
    """
    origins = numbers(view.original)
    found: dict[str, list[str]] = {"S": [], "other": [], "A": []}
    for each in kinds(view.original, list(origins)):
        if each.name in RULES:
            grade = origins[each.path].grade
            found[grade if grade in found else "other"].append(view.t(f"rule_of_{each.name}"))
    comma, stop = ("、", ";") if view.lang == "zh" else (", ", "; ")
    return stop.join(view.t(f"ui_rules_{kind}", names=comma.join(named)) for kind, named in found.items() if named)


def value_told(scenario: Scenario, origin: Provenance, lang: str, value: float | None = None) -> str:
    """A value in words of its kind."""
    shown = value_at(scenario, origin.path) if value is None else value
    return "—" if shown is None else format_value(origin.kind, shown, lang)


def change_told(kind: str, before: float, after: float, lang: str) -> str:
    """What a value was moved by: in its unit, shares in points, others also in percent of what they were."""
    moved, sign = after - before, "+" if after >= before else "-"
    if kind == "share":
        return text("ui_changed_points", lang, points=f"{sign}{format_share(abs(moved)).rstrip('%')}")
    told = f"{sign}{format_value(kind, abs(moved), lang)}"
    return f"{told} ({moved / before:+.0%})" if before else told


def range_told(scenario: Scenario, origin: Provenance, lang: str) -> str:
    """The range a value may lie in; nothing where it has none."""
    if origin.low is None or origin.high is None:
        return ""
    return f"{value_told(scenario, origin, lang, origin.low)} – {value_told(scenario, origin, lang, origin.high)}"


def source_told(origin: Provenance, lang: str) -> tuple[str, str]:
    """Title of a source, then clause and note."""
    told = (names.words(origin.clause, lang), names.words(origin.note, lang))
    return origin.source.title if origin.source else "", " · ".join(part for part in told if part)


def remark(view: View, problem: Problem) -> str:
    """A remark on the scheme in words: a target by its title, keys of the file by the names of what they hold."""
    target = problem.given in view.scenario.targets
    named = replace(problem, given=names.target(view.scenario, problem.given, view.lang)) if target else problem
    return reason(named, view.lang)


def unknown_rows(view: View) -> list[list[str]]:
    """What no source gives: figures without an answer, unusual values, and clauses left without a value."""
    scenario, lang = view.scenario, view.lang
    rows = [[view.t(f"figure_{figure}"), names.words(why, lang)] for figure, why in scenario.not_evaluable.items()]
    rows += [[view.t(f"figure_{figure}"), f"{names.words(view.original.not_evaluable[figure], lang)} · "
              + view.t("ui_given_yours")] for figure in view.taken]
    rows += [[label(scenario, problem.path, lang) if problem.path else "", remark(view, problem)]
             for problem in notices(scenario)]
    rows += [[label(scenario, origin.path, lang), f"{range_told(scenario, origin, lang)}  "
              f"{names.words(origin.note, lang)}"] for origin in drawable(scenario) if origin.grade == "A"]
    return rows
