"""The validation as tables for the terminal; ``validation_page`` makes the page of a supervisor."""

from __future__ import annotations

from typing import Any

from simulator.lang import text
from simulator.report.width import cells as width_of
from simulator.report.width import pad


def heads(lang: str) -> list[str]:
    """Heads of the table of closed forms."""
    return text("val_heads", lang).split("|")


def cells(found: dict[str, Any], lang: str) -> list[str]:
    """One finding in words: scheme, quantity, theory, simulated, error, z, smallest bias seen, paths, verdict."""
    exact = found["kind"] == "exact"
    verdict = "val_holds" if found["holds"] else "val_fails"
    if found["holds"] and not found["precise"]:
        verdict = "val_coarse"
    smallest = "–" if exact else f"{float(format(100 * found['smallest'], '.2g')):g} %"
    return [found["scheme"], f"{quantity(found['name'], lang)} · {text('val_' + found['kind'], lang)}",
            f"{found['theory']:,.6g}", f"{found['simulated']:,.6g}", "–" if exact else f"{found['se']:.2g}",
            "–" if exact else f"{found['z']:+.2f}", smallest,
            f"{found['paths']:,}", text(verdict, lang)]


def known_groups(found: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Known values by group, in the order of their file."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for each in found.get("known", []):
        groups.setdefault(each["name"], []).append(each)
    return list(groups.values())


def known_cells(group: list[dict[str, Any]], lang: str) -> list[str]:
    """A group by the value nearest to its tolerance: formula, source, how many, where, ours, known, verdict."""
    worst = max(group, key=_strain)
    fails = sum(not each["holds"] for each in group)
    verdict = text("val_known_fails", lang, n=fails) if fails else text("val_holds", lang)
    return [text(f"val_p_{worst['name']}", lang),
            text("val_printed" if worst["printed"] else "val_computed", lang, source=worst["source"]),
            f"{len(group):,}", worst["at"], f"{worst['ours']:.10g}", f"{worst['known']:.10g}",
            f"{worst['tolerance']:.2g}", verdict]


def _strain(each: dict[str, Any]) -> tuple[bool, float]:
    off = abs(each["ours"] - each["known"])
    return not each["holds"], off / each["tolerance"] if each["tolerance"] else off


def quantity(name: str, lang: str) -> str:
    """A quantity's name; a number at its end stays."""
    words, _, last = name.rpartition(" ")
    if words and last.replace(".", "").isdigit():
        return text(f"val_q_{words}", lang, k=last)
    return text(f"val_q_{name}", lang)


def said(found: dict[str, Any], lang: str) -> tuple[str, str, str]:
    """The verdict, Σz² and the engines' agreement, each in a sentence."""
    chi = found["chi_square"]
    bad = sum(not row["holds"] for row in found["findings"])
    wrong = sum(not each["holds"] for each in found.get("known", []))
    verdict = text("val_passed" if found["holds"] else "val_failed", lang, n=len(found["findings"]), bad=bad,
                   known=len(found.get("known", [])), wrong=wrong)
    total = text("val_sum", lang, total=f"{chi['total']:.1f}", n=chi["n"], low=f"{chi['low']:.2g}",
                 high=f"{chi['high']:.1f}")
    differ = [line for twin in found["twins"] for line in twin["differences"]]
    paths = sum(twin["paths"] for twin in found["twins"])
    twins = text("val_twins_differ", lang, found="; ".join(differ[:5])) if differ else text("val_twins", lang, n=paths)
    return verdict, total, twins


def render_text(found: dict[str, Any], lang: str) -> str:
    """The table and the verdict for a terminal."""
    shown = _table([heads(lang), *(cells(row, lang) for row in found["findings"])])
    # Sources are long: the page and the JSON name them.
    known = _table([_without_source(text("val_known_heads", lang).split("|")),
                    *(_without_source(known_cells(group, lang)) for group in known_groups(found))])
    verdict, total, twins = said(found, lang)
    return "\n".join([*shown, "", text("val_known_title", lang), *known, "", total, twins, verdict])


def _without_source(line: list[str]) -> list[str]:
    return [line[0], *line[2:]]


def _table(lines: list[list[str]]) -> list[str]:
    widths = [max(width_of(line[n]) for line in lines) for n in range(len(lines[0]))]
    return ["  ".join(pad(cell, width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
