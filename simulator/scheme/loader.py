"""Scenario files into scenarios: find, read, lay over, check, freeze."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from simulator.lang import both

from .checks import check
from .draft import Draft
from .loan_book import attach
from .notices import unusual
from .overlay import expand, lay_over, prune, set_value
from .parts import Text
from .problems import Problem, ScenarioErrors, listed, nearest
from .provenance import Origins, Provenance
from .reading import Node, Refused, display, read_file
from .scenario import Scenario
from .unwrap import unwrap
from .validate import valid_sections, validate

FOLDER_VARIABLE = "PLEDGEFUND_SCENARIOS"
MOST_OVERLAYS = 10
SUFFIX = ".yaml"
LEFT_OPEN = {"market_missing", "median_missing", "segment_without_mode"}   # by a base file


def scenarios_folder(folder: str | os.PathLike[str] | None = None) -> Path:
    """Where scenarios are kept: the given folder, the environment's, or the one beside the package."""
    chosen = folder or os.environ.get(FOLDER_VARIABLE)
    return Path(chosen) if chosen else Path(__file__).resolve().parents[2] / "scenarios"


def load(name_or_path: str | os.PathLike[str], set: Mapping[str, str] | None = None,
         folder: str | os.PathLike[str] | None = None) -> Scenario:
    """A scenario by name (``liaoning-2021``) or path, with its overlays and ``set`` values applied.

    ``set`` maps dotted paths to texts as a file would hold them: ``{"pots.city.floor": "2 亿元"}``.
    Raises :class:`ScenarioErrors` with every problem found.
    """
    problems: list[Problem] = []
    try:
        kept = scenarios_folder(folder)
        tree = _with_bases(_find(str(name_or_path), kept), kept, (), problems)
        for path, given in (set or {}).items():
            tree = set_value(tree, path, given, problems)
    except Refused as refused:
        raise ScenarioErrors([*problems, refused.problem]) from None
    draft = unwrap(prune(tree))
    draft.problems.extend(problems)
    _book_of_a_file(draft)
    scenario = validate(draft)
    sections = scenario or valid_sections(draft)
    check(sections, draft)
    held = attach(draft, sections)
    _abstract(draft)
    if draft.problems or scenario is None:
        raise ScenarioErrors(draft.problems)
    if held is not None:
        scenario = scenario.model_copy(update={"book": scenario.book.model_copy(update={"held": held})})
    return _frozen(scenario, draft.origins)


def written_out(name_or_path: str | os.PathLike[str], set: Mapping[str, str] | None = None,
                folder: str | os.PathLike[str] | None = None) -> dict[str, Any]:
    """A whole scenario as the plain data of one file that extends nothing, with its provenance.

    Values of ``set`` are written as assumptions, whose range is the value itself. Raises :class:`ScenarioErrors`.
    """
    whole_scenario = load(name_or_path, set, folder)
    origins = whole_scenario.provenance
    problems: list[Problem] = []
    note = dict(zip(("zh", "en"), both("origin.command_line"), strict=True))
    try:
        kept = scenarios_folder(folder)
        tree = _with_bases(_find(str(name_or_path), kept), kept, (), problems)
        for path, given in (set or {}).items():
            number = path in origins and origins[path].kind != "text"
            told = {"value": given, "grade": "A", "note": note} | ({"range": [given, given]} if number else {})
            tree = set_value(tree, path, json.dumps(told, ensure_ascii=False), problems)
    except Refused as refused:
        raise ScenarioErrors([*problems, refused.problem]) from None
    whole: dict[str, Any] = prune(tree).plain()
    whole.pop("extends", None)
    if whole_scenario.book.held:               # the copy may lie elsewhere
        whole["book"]["file"] = whole_scenario.book.held.path.resolve().as_posix()
    return whole


def replace_values(scenario: Scenario, values: Mapping[str, int | float | str]) -> Scenario:
    """The same scenario with some parameters at other values, in the engine's units.

    ``values`` maps dotted paths to fen, ppm, days, choices … Provenance stays; the hash is new. Raises
    KeyError for a path that is no parameter of the scenario.
    """
    data = scenario.model_dump(by_alias=True)
    for path, value in values.items():
        *above, last = path.split(".")
        holder: Any = data
        for key in above:
            holder = holder[int(key)] if isinstance(holder, list) else holder[key]
        if isinstance(holder, list):
            holder[int(last)] = value
        elif last in holder:
            holder[last] = value
        else:
            raise KeyError(path)
    changed = Scenario.model_validate(data, context={"trusted": True})
    return _frozen(changed, scenario.provenance)


def ranges(scenario: Scenario) -> list[Provenance]:
    """Every parameter that has a range, in the order of the file."""
    return [origin for origin in scenario.provenance.values() if origin.low is not None]


def notices(scenario: Scenario) -> list[Problem]:
    """What is legal but unusual: a reader should know, nothing is refused."""
    return unusual(scenario)


def list_scenarios(folder: str | os.PathLike[str] | None = None) -> list[tuple[str, Text, Path]]:
    """Id, title and path of every scenario that can run, base files left out; broken files too, by name."""
    found = []
    for path in _files(scenarios_folder(folder)):
        try:
            root = read_file(path, []).mapping()
            if "abstract" in root and root["abstract"].plain() is True:
                continue
            found.append((str(root["id"].plain()), Text.model_validate(root["title"].plain()), path))
        except (Refused, KeyError, ValueError):
            found.append((path.stem, Text(zh=path.stem, en=path.stem), path))
    return found


# --- finding and laying over -------------------------------------------------------------------

def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob(f"*{SUFFIX}")) if path.is_file())


def _find(name: str, folder: Path, beside: Path | None = None, holder: Node | None = None) -> Path:
    """The file a name or path means; ``holder`` is the ``extends`` that names it."""
    tries = [Path(name)] if name.endswith((SUFFIX, ".yml")) else []
    for place in ([beside] if beside else []) + [folder]:
        tries += [place / name, place / f"{name}{SUFFIX}"]
    for path in tries:
        if path.is_file():
            return path
    names = {path.stem: path for path in _files(folder)}
    if name in names:
        return names[name]
    code, file = ("extends_missing", "") if holder else ("scenario_missing", display(Path(name)))
    lost = Problem(code, file, given=name, allowed=listed(names), hint=nearest(name, names))
    raise Refused(holder.locate(lost, "extends") if holder else lost)


def _with_bases(path: Path, folder: Path, above: tuple[Path, ...], problems: list[Problem]) -> Node:
    """The tree of a file laid over everything it extends."""
    tree = expand(read_file(path, problems), problems)
    holder = tree.mapping().get("extends")
    if holder is None or holder.is_null:
        return tree
    if not isinstance(holder.value, str):
        raise Refused(holder.locate(Problem("wrong_kind", given="[…]", allowed="text"), "extends"))
    base = _find(holder.value, folder, path.parent, holder)
    chain = (*above, path.resolve())
    if base.resolve() in chain or len(chain) > MOST_OVERLAYS:
        circle = " → ".join(item.stem for item in (*chain, base))
        raise Refused(holder.locate(Problem("extends_cycle", given=circle), "extends"))
    return lay_over(_with_bases(base, folder, chain, problems), tree)


def _book_of_a_file(draft: Draft) -> None:
    """A file replaces whatever opening book the scenario had."""
    book = draft.data.get("book")
    if isinstance(book, dict) and book.get("file"):
        book["kind"] = "file"


def _abstract(draft: Draft) -> None:
    """A base file is no scheme: what it leaves to its overlays is not wrong."""
    if draft.data.get("abstract") is True:
        draft.problems = [problem for problem in draft.problems if problem.code not in LEFT_OPEN]


def _frozen(scenario: Scenario, origins: dict[str, Provenance]) -> Scenario:
    """With provenance attached and the hash of values and provenance set."""
    known = origins if isinstance(origins, Origins) else Origins(origins)
    values = json.dumps(scenario.model_dump(mode="json", by_alias=True), sort_keys=True, ensure_ascii=False)
    scenario._provenance = known
    scenario._hash = hashlib.sha256(f"{values}\n{known.digest}".encode()).hexdigest()
    return scenario
