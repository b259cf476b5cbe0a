"""Screening and parts of the variance as people read them: rows for pages, text for the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from simulator.lang import text

from . import names
from .names import grade_word
from .numbers import money, span
from .width import LINE, table, wrap

if TYPE_CHECKING:
    from simulator.scheme import Scenario
    from simulator.study.designs import Part
    from simulator.study.sensitivity import Sensitivity

NOTHING = -0.05                            # estimates of parts down to here are nothing
MOST = 15                                  # unknowns listed on a terminal; the file has all
JOINT, OTHERS = "calibrated", "others"
Name = Callable[[str], str]


def screen_rows(found: Sensitivity, scenario: Scenario, measure: str, name: Name, lang: str) -> list[list[str]]:
    """Heads, then every unknown by its effect on a measure: name, grade, effect with its direction, error, spread."""
    heads = [text(f"sens_{key}", lang) for key in ("unknown", "strength", "se", "spread")]
    heads.insert(1, text("grades_grade", lang))
    rows = [heads]
    for each in sorted(found.screen, key=lambda each: -each.effects[measure].strength):
        effect = each.effects[measure]
        if effect.strength == 0:
            continue
        said = name(each.path) if each.path != JOINT else text("sens_calibrated", lang)
        if each.values > 1 and each.path != JOINT:
            said = text("sens_members", lang, of=said, n=each.values)
        # Where all steps go one way, the mean with its sign is as large as the mean size.
        way = "±" if abs(effect.drift) < 0.9 * effect.strength else "+" if effect.drift > 0 else "−"
        rows.append([said, _grade(scenario, each.path, lang), way + money(effect.strength, lang),
                     money(effect.se, lang), money(effect.spread, lang)])
    return rows


def share_rows(found: Sensitivity, measure: str, name: Name, lang: str) -> list[list[str]]:
    """Heads, then every unknown that is told by itself and the others together, by their part of the variance."""
    interval = text("sens_interval", lang)
    rows = [[text("sens_unknown", lang), text("sens_total", lang), interval, text("sens_first", lang), interval]]
    for path, part in share_order(found, measure):
        rows.append([share_name(found, path, name, lang), _part(part.total), _parts(part.total_low, part.total_high),
                     _part(part.first), _parts(part.first_low, part.first_high)])
    return rows


def _part(share: float) -> str:
    """A part in whole percents; estimates of small parts may come out below nothing."""
    return "< 1%" if NOTHING < share < 0.01 else f"{round(100 * share)}%"


def _parts(low: float, high: float) -> str:
    """An interval; ends so far below nothing that the samples are too few are told as they are."""
    low = 0.0 if NOTHING < low < 0 else low
    return "< 1%" if low == 0 and high < 0.01 else span(f"{round(100 * low)}%", f"{round(100 * high)}%")


def share_order(found: Sensitivity, measure: str) -> Iterator[tuple[str, Part]]:
    """Path and part, the largest first, the others together at the end."""
    for each in sorted(found.shares, key=lambda each: (each.path == OTHERS, -each.parts[measure].total)):
        yield each.path, each.parts[measure]


def share_name(found: Sensitivity, path: str, name: Name, lang: str) -> str:
    """An unknown's name, or what is said of those told together."""
    if path == OTHERS:
        return text("sens_others", lang, n=len(found.screen) - sum(each.path != OTHERS for each in found.shares))
    return text("sens_calibrated", lang) if path == JOINT else name(path)


def _grade(scenario: Scenario, path: str, lang: str) -> str:
    origin = scenario.provenance.get(path)
    return grade_word(origin.grade if origin else "C", lang)


def notes(found: Sensitivity, lang: str) -> list[str]:
    """What the numbers mean, and what they do not."""
    measures = tuple(found.deviation)
    told = text("ui_joint", lang).join(f"{text(f'sens_{m}', lang)} {money(found.deviation[m], lang)}" for m in measures)
    said = [text("sens_deviation", lang, told=told), text("sens_how_screen", lang), text("sens_how_shares", lang)]
    return said + ([text("sens_apart", lang, n=found.apart)] if found.apart else [])


def render_sensitivity(found: Sensitivity, scenario: Scenario, lang: str) -> str:
    """Both analyses for the terminal: the strongest unknowns by each measure, by the names ``--set`` takes."""
    said = {"walks": found.trajectories, "samples": found.samples, "paths": f"{found.paths:,}"}
    lines = [*wrap(text("sens_title", lang, title=names.words(scenario.title, lang)), LINE), ""]
    lines += wrap(text("sens_screen", lang, **said), LINE)
    for measure in found.deviation:
        rows = screen_rows(found, scenario, measure, str, lang)[:MOST + 1]
        lines += ["", text(f"sens_{measure}", lang), *table(rows, "llrrr")]
    lines += ["", *wrap(text("sens_shares", lang, **said), LINE)]
    for measure in found.deviation:
        lines += ["", text(f"sens_{measure}", lang), *table(share_rows(found, measure, str, lang), "lrrrr")]
    return "\n".join([*lines, "", *(line for note in notes(found, lang) for line in wrap(note, LINE))]) + "\n"
