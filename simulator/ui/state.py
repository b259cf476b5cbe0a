"""What the address says and the page stands on: scenario, changes, question, seed; and what of a link is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from simulator.answers.variants import LEVERS
from simulator.lang import LANGUAGES, text
from simulator.scheme import ScenarioErrors

from . import work

SCHEMA = 1
PAGES = ("answer", "scheme", "compare", "size", "stress", "trace", "data", "evidence")
ASKS = ("enough", "size", "growth")
ORIGINAL = "original"                      # beside: the scenario without the changes
MOST_PATHS, MOST_DRAWS, MOST_CHANGES, MOST_BESIDE = 100_000, 400, 60, 4
NUMBERS = {"seed": (0, 2**63 - 1), "paths": (100, MOST_PATHS), "draws": (2, MOST_DRAWS), "path": (0, 2**31 - 1),
           "loan": (0, 10**6)}
LONGEST = 200                              # of a changed value, as text


@dataclass(frozen=True)
class State:
    """Everything a page shows follows from this; ``changes`` are dotted paths with texts as ``--set`` takes them.

    ``beside`` are further scenarios to compare with, ``path`` and ``loan`` what is being followed (-1: not chosen).
    """

    scenario: str = "dalian-2020"
    page: str = "answer"
    lang: str = "zh"
    ask: str = "enough"
    changes: tuple[tuple[str, str], ...] = ()
    beside: tuple[str, ...] = ()
    seed: int = 1
    paths: int = 10_000
    draws: int = 40
    path: int = -1
    loan: int = -1

    def changed(self, new: Mapping[str, str]) -> State:
        """With further changes; an earlier change of the same value is replaced."""
        return replace(self, changes=tuple(sorted({**dict(self.changes), **new}.items())))

    def without(self, paths: Sequence[str]) -> State:
        """With these values as the scenario has them."""
        return replace(self, changes=tuple(pair for pair in self.changes if pair[0] not in paths))

    def query(self) -> dict[str, list[str]]:
        """The address: only what differs from the default, and the version of this form."""
        plain = State()
        found = {"v": [str(SCHEMA)], "s": [self.scenario], "lang": [self.lang]}
        found |= {name: [str(getattr(self, name))] for name in ("page", "ask", *NUMBERS)
                  if getattr(self, name) != getattr(plain, name)}
        if self.changes:
            found["set"] = [f"{path}={given}" for path, given in self.changes]
        if self.beside:
            found["with"] = list(self.beside)
        return found


@dataclass(frozen=True)
class Warned:
    """Something in a link that is not followed: message key and what it is about."""

    key: str
    given: str = ""
    told: tuple[tuple[str, str], ...] = ()     # (zh, en), where the reason is known

    def render(self, lang: str) -> str:
        """In the reader's language."""
        reason = " ".join(pair[LANGUAGES.index(lang)] for pair in self.told)
        return text(self.key, lang, given=self.given[:80], reason=reason)


def read(query: Mapping[str, Sequence[str]]) -> tuple[State, list[Warned]]:
    """The state an address asks for, and a warning for each value of it that is refused."""
    warned: list[Warned] = []
    given = {key: list(values) for key, values in query.items()}
    version = (_last(given, "v", warned) or [str(SCHEMA)])[-1]
    if version != str(SCHEMA):
        warned.append(Warned("ui_link_version", version))
    state = State(**{**_choices(given, warned), **_numbers(given, warned)})  # type: ignore[arg-type]
    state = replace(state, beside=_beside(given.pop("with", []), warned))
    changes = _changes(given.pop("set", []), state.scenario, warned)
    warned += [Warned("ui_link_key", key) for key in given if key not in ("embed", "embed_options")]
    return replace(state, changes=changes), warned


def _last(given: dict[str, list[str]], key: str, warned: list[Warned]) -> list[str]:
    """The last value of a key, which holds; those before it are told."""
    values = given.pop(key, [])
    warned += [Warned("ui_link_twice", f"{key}={value}") for value in values[:-1]]
    return values[-1:]


def _choices(given: dict[str, list[str]], warned: list[Warned]) -> dict[str, str]:
    names = {"s": ("scenario", work.names()), "page": ("page", PAGES), "lang": ("lang", LANGUAGES),
             "ask": ("ask", ASKS)}
    found = {}
    for key, (field, allowed) in names.items():
        for value in _last(given, key, warned):
            if value in allowed or (key == "s" and work.uploaded(value)):
                found[field] = value
            else:
                warned.append(Warned("ui_link_scenario" if key == "s" else "ui_link_value", f"{key}={value}"))
    return found


def _numbers(given: dict[str, list[str]], warned: list[Warned]) -> dict[str, int]:
    found = {}
    for key, (least, most) in NUMBERS.items():
        for value in _last(given, key, warned):
            if re.fullmatch(r"\d{1,19}", value) and least <= int(value) <= most:
                found[key] = int(value)
            else:
                warned.append(Warned("ui_link_number", f"{key}={value}", ((f"{least:,}–{most:,}",) * 2,)))
    return found


def _beside(given: list[str], warned: list[Warned]) -> tuple[str, ...]:
    options = (ORIGINAL, *LEVERS, *work.names())
    known = [name for name in dict.fromkeys(given) if name in options]
    warned += [Warned("ui_link_scenario", f"with={name}") for name in given if name not in known]
    warned += [Warned("ui_link_value", f"with={name}") for name in known[MOST_BESIDE:]]
    return tuple(known[:MOST_BESIDE])


def _reads_a_file(path: str) -> bool:
    """Whether a change could name a file of this machine: the book as a whole, or its file. A link never may."""
    first, *rest = (key.strip() for key in path.split("."))
    return first == "book" and (not rest or "file" in rest or "values" in rest)


def _changes(given: list[str], scenario: str, warned: list[Warned]) -> tuple[tuple[str, str], ...]:
    """The changes that the scenario takes; those it refuses are left out, each with its reasons."""
    pairs: dict[str, str] = {}
    for each in given:
        path, equals, value = each.partition("=")
        long = not 0 < len(value.strip()) <= LONGEST
        if _reads_a_file(path) or long or not equals or not path.strip() or len(pairs) >= MOST_CHANGES:
            warned.append(Warned("ui_link_value", f"set={each}"))
        else:
            if path.strip() in pairs:
                warned.append(Warned("ui_link_twice", f"set={path.strip()}={pairs[path.strip()]}"))
            pairs[path.strip()] = value.strip()
    try:
        work.opened(scenario, tuple(sorted(pairs.items())))
        return tuple(sorted(pairs.items()))
    except ScenarioErrors:
        pass
    kept: dict[str, str] = {}
    for path, value in pairs.items():
        try:
            work.opened(scenario, tuple(sorted({**kept, path: value}.items())))
            kept[path] = value
        except ScenarioErrors as errors:
            told = tuple((work.reason(problem, "zh"), work.reason(problem, "en")) for problem in errors.problems)
            warned.append(Warned("ui_link_change", f"{path}={value}", told))
    return tuple(sorted(kept.items()))
