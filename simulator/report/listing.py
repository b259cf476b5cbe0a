"""The list of scenarios: the documents' own, variations on them, and real funds elsewhere, each apart."""

from __future__ import annotations

from pathlib import Path

from simulator.lang import text
from simulator.report.width import table
from simulator.scheme import list_scenarios
from simulator.scheme.loader import scenarios_folder

SHELVES = ("", "what-if", "precedents", "backtest")    # folders, in the order in which they are listed


def shelf(path: Path) -> str:
    """The folder a scenario lies in, below the scenarios folder."""
    parts = path.relative_to(scenarios_folder()).parts
    return parts[0] if len(parts) > 1 else ""


def listed(lang: str) -> list[dict[str, str]]:
    """Every scenario that can run: shelf, id, title and path, shelf by shelf."""
    rows = [{"group": shelf(path), "id": name, "title": getattr(title, lang), "path": str(path)}
            for name, title, path in list_scenarios()]
    known = {name: n for n, name in enumerate(SHELVES)}
    return sorted(rows, key=lambda row: (known.get(row["group"], len(known)), row["group"]))


def render_list(lang: str) -> str:
    """The same as a table; a line names each shelf that is not the documents' own."""
    rows = listed(lang)
    lines = table([(text("list_id", lang), text("list_title", lang)), *((row["id"], row["title"]) for row in rows)])
    shown, before = [lines[0]], ""
    for row, line in zip(rows, lines[1:], strict=True):
        if row["group"] != before:
            before = row["group"]
            shown += ["", text(f"list_{before}", lang) if before in SHELVES else before]
        shown.append(line)
    return "\n".join(shown)
