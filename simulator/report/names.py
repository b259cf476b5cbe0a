"""What things are called in front of a reader: parameters, targets, payers, rules, grades."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simulator.answers.paths import fund_rows, value_at
from simulator.answers.rows import worst_grade
from simulator.answers.sizes import total_contributions
from simulator.lang import text
from simulator.scheme.units import format_money, format_share, format_value

if TYPE_CHECKING:
    from simulator.scheme.parts import Text
    from simulator.scheme.scenario import Scenario, Target

_PARAMETERS = (
    (r"market\.eligible_share", "eligible_share"),
    (r"firms\.grades\.\w+\.pd", "pd"),
    (r"firms\..+", "weights"),
    (r"market\.amount", "market_amount"),
    (r"market\.count", "market_count"),
    (r"market\.trend", "trend"),
    (r"modes\.\w+\.terms\.\d+\.share", "share"),
    (r"modes\.\w+\.weight", "modes"),
    (r"pots\.\w+\.leverage", "leverage"),
    (r"pots\.\w+\.contributors\..+", "contributions"),
    (r"segments\.\w+\.size\..+", "size"),
    (r"segments\.\w+\.terms\..+", "term"),
    (r"segments\.\w+\.ip\..+", "ip"),
    (r"segments\.\w+\.loans_by_year\..+", "loans"),
    (r"segments\.\w+\.registered_multiple", "registered"),
    (r"approval\..+", "approval"),
    (r"macro\.rho", "rho"),
    (r"macro\..+", "macro"),
    (r"recovery\..+", "recovery"),
    (r"platform\..+", "platform"),
    (r"collective\..+", "collective"),
    (r"investments\..+", "investments"),
    (r"gate\.(loan_cap|firm_year_cap|firm_cap_by_grade)\..+|gate\.firm_cap", "caps"),
)


def grade_word(grade: str, lang: str) -> str:
    """文件, 官方 … 假设."""
    return text(f"grade_{grade}", lang)


def parameter(path: str, lang: str) -> str:
    """A parameter in the reader's words; its path where it has no word of its own."""
    for pattern, name in _PARAMETERS:
        if re.fullmatch(pattern, path):
            return text(f"par_{name}", lang)
    return path


def parameter_value(kind: str, value: float, lang: str) -> str:
    """A parameter's value to about two digits where it was searched for, exact where it is short anyway."""
    if kind == "share":
        return format_share(value, 1 if value % 10_000 and abs(value) < 100_000 else 0)
    return format_money(value, lang) if kind == "money" else format_value(kind, float(f"{value:.3g}"), lang)


def target(scenario: Scenario, name: str, lang: str) -> str:
    """A target's title and threshold."""
    goal: Target = scenario.targets[name]
    title = getattr(goal.title, lang)
    if goal.kind == "growth" and goal.growth is not None:
        return f"{title} ≥ {format_share(goal.growth)}"
    if goal.level_share is not None:
        return f"{title} ≥ {format_share(goal.level_share)}"
    if goal.level_amount is not None:
        return f"{title} ≥ {format_money(goal.level_amount, lang)}"
    return f"{title} ≥ {goal.level_count:g}" if goal.level_count is not None else str(title)


def payer(scenario: Scenario, name: str, lang: str) -> str:
    """A payer by its title, else by its kind, with its own name as well where several are of that kind."""
    if name == "lender":
        return text("payer_lender", lang)
    title, kind = scenario.payers[name].title, scenario.payers[name].kind
    if title is not None:
        return words(title, lang)
    same = sum(other.kind == kind for other in scenario.payers.values())
    return text(f"payer_{kind}", lang) + (f" {name}" if same > 1 else "")


def pot(scenario: Scenario, name: str, lang: str) -> str:
    """A pot by its title, else by its own name."""
    title = scenario.pots[name].title
    return name if title is None else words(title, lang)


def words(said: Text, lang: str) -> str:
    """A text the scenario gives in both languages."""
    return said.zh if lang == "zh" else said.en


def rule(name: str, lang: str) -> str:
    """A gate or term in words."""
    return text(f"rule_{name}", lang)


def heading(scenario: Scenario, paths: int, seed: int, lang: str) -> str:
    """Scheme, fund, leverage, share, clock and luck in one line."""
    first = scenario.clock.base_year + 1
    last = scenario.clock.base_year + -(-scenario.clock.months // 12)
    parts = [
        getattr(scenario.title, lang),
        text("ans_fund", lang, amount=format_money(total_contributions(scenario), lang)),
        _leverage(scenario, lang),
        *_shares(scenario, lang),
        text("ans_clock", lang, first=first, last=last),
        text("ans_runs", lang, paths=f"{paths:,}"),
        text("ans_seed", lang, seed=seed),
    ]
    return " · ".join(parts)


def _leverage(scenario: Scenario, lang: str) -> str:
    limits = {name: pot.leverage for name, pot in scenario.pots.items() if pot.leverage is not None}
    if not limits:
        return text("ans_no_leverage", lang)
    times = "–".join(f"{limit / 1000:g}" for limit in sorted({*limits.values()}))
    return text(
        "ans_leverage",
        lang,
        times=times,
        grade=_grade(scenario, [f"pots.{n}.leverage" for n in limits], lang),
    )


def _shares(scenario: Scenario, lang: str) -> list[str]:
    rows = fund_rows(scenario)
    if not rows:
        return []
    values = sorted(value_at(scenario, path) for path in rows)
    share = format_share(values[0]) + (f"–{format_share(values[-1])}" if values[0] != values[-1] else "")
    return [text("ans_share", lang, share=share, grade=_grade(scenario, rows, lang))]


def _grade(scenario: Scenario, paths: list[str], lang: str) -> str:
    grades = [scenario.provenance[path].grade for path in paths if path in scenario.provenance]
    return grade_word(worst_grade(grades), lang)
