"""A name and a group for every parameter of a scheme, composed of the words for its place and for what it is."""

from __future__ import annotations

import re

from simulator.lang import MESSAGES, text
from simulator.lang.explain import EXPLAINED
from simulator.report import names
from simulator.scheme import Scenario

LATIN = {"LPR", "YAML", "CSV", "xlsx", "UTF-8", "GBK", "Tab", "JSON", "bp"}    # words that Chinese readers use

LACKS = "not_evaluable."                   # before the name of a figure that no source gives

# Section → whose it is, in the order of the page.
GROUPS = {
    "firms": ("supply", "market", "segments", "firms", "collective", "renewal", "demand", "phase_in"),
    "banks": ("approval", "lending", "banks", "platform", "moral_hazard", "appraisal"),
    "fund": ("linkage", "pots", "modes", "gate", "breaker", "breakers", "payers", "fees", "recovery", "book"),
    "subsidies": ("programmes", "investments", "insurance", "audit"),
    "targets": ("targets", "sizing"),
    "macro": ("macro",),
}


def group(path: str) -> str:
    """Whose value it is: firms, banks, fund, subsidies, targets, macro."""
    section = path.partition(".")[0]
    return next((name for name, sections in GROUPS.items() if section in sections), "fund")


def label(scenario: Scenario, path: str, lang: str) -> str:
    """A parameter's name: what it is, then where."""
    if not path:
        return ""
    steps = path.split(".")
    titles = _titles(scenario, steps, lang)
    words, places = [], []
    for n, step in enumerate(steps):
        if n in titles:
            places.append(titles[n])
        elif step.isdigit():
            places.append(_place(scenario, steps, n, lang))
        elif (said := _word(steps[:n + 1], lang)) is not None:
            words += [said] if said else []
        elif n > 0:
            places.append(_name(step, lang))
    told = (" " if lang == "en" else "").join(dict.fromkeys(words[-2:] if len(words) > 2 else words)) if lang == "en" \
        else " · ".join(dict.fromkeys(words))
    where = (", " if lang == "en" else "、").join(dict.fromkeys(place for place in places if place))
    if not told:
        return where or path
    return f"{told}({where})" if where and lang == "zh" else f"{told} ({where})" if where else told


def explained(path: str, lang: str) -> str:
    """What a parameter means, for who meets it for the first time; empty where nothing is said of it."""
    name = next((name for name, (pattern, _, _) in EXPLAINED.items() if re.fullmatch(pattern, path)), "")
    return text(f"explain_{name}", lang) if name else ""


def change(scenario: Scenario, path: str, given: str, lang: str) -> tuple[str, str]:
    """A change in words: what was changed, and to what."""
    if path.startswith(LACKS):             # a figure no source gives is taken as the reader has it
        return text(f"figure_{path.removeprefix(LACKS)}", lang), text("ui_given_yours", lang)
    return label(scenario, path, lang), given


def spoken(told: str, in_file: bool) -> str:
    """Chinese words about a scheme: keys of its file by what their fields are called, for one who does not write the
    file; keys without such a name, and all of them for one who does, in quotation marks."""
    def name(found: re.Match[str]) -> str:
        word = found[0]
        if word in LATIN:
            return word
        known = set() if in_file else {text(key, "zh") for key in MESSAGES
                                       if re.fullmatch(rf"word_(\w+\.)?{re.escape(word)}\.?", key)} - {"·"}
        return f"“{known.pop() if len(known) == 1 else word}”"
    said = re.split("(“[^”]*”|「[^」]*」)", told)     # what is quoted stays as it is
    return "".join(part if n % 2 else re.sub(r"(?<![\w.])[A-Za-z][\w.-]*", name, part) for n, part in enumerate(said))


def _word(steps: list[str], lang: str) -> str | None:
    """The word for a place: of its section first, else its own; empty where it is not spoken, None where unknown."""
    for key in (f"word_{steps[0]}.{steps[-1]}", f"word_{steps[-1]}") if len(steps) > 1 else (f"word_{steps[0]}.",):
        if key in MESSAGES:
            said = text(key, lang)
            return "" if said == "·" else said
    return None if len(steps) > 1 else ""


def _name(step: str, lang: str) -> str:
    """A name the scheme gives a thing of its own: known words, else the number in it, else as it stands."""
    for prefix in ("name", "ip", "class"):
        if f"{prefix}_{step}" in MESSAGES:
            return text(f"{prefix}_{step}", lang)
    number = re.search(r"\d+", step)
    return text("name_numbered", lang, n=number[0]) if number else step


def _titles(scenario: Scenario, steps: list[str], lang: str) -> dict[int, str]:
    """Titles the scenario gives: of pots, modes, programmes, targets, payers, clusters."""
    holder = getattr(scenario, steps[0], None)
    if len(steps) < 2 or not isinstance(holder, dict) or steps[1] not in holder:
        return {}
    title = getattr(holder[steps[1]], "title", None)
    if title is not None:
        return {1: names.words(title, lang)}
    return {}


def _place(scenario: Scenario, steps: list[str], n: int, lang: str) -> str:
    """Which of a list: the payer of a term, the level of a contribution, the year of a plan, the date of a step."""
    index, holder = int(steps[n]), ".".join(steps[:n])
    try:
        if re.fullmatch(r"modes\.\w+\.terms", holder):
            return names.payer(scenario, scenario.modes[steps[1]].terms[index].payer, lang)
        if re.fullmatch(r"pots\.\w+\.contributors", holder):
            return text(f"level_{scenario.pots[steps[1]].contributors[index].level}", lang)
        if steps[n - 1] == "loans_by_year":
            return str(scenario.clock.base_year + 1 + index)
        if re.fullmatch(r"segments\.\w+\.terms", holder):
            return text("name_nth", lang, n=index + 1)
    except (KeyError, IndexError, AttributeError):
        pass
    return text("name_nth", lang, n=index + 1) if index else ""
