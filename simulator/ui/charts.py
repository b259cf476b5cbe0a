"""Charts of the answer: the fund's balance by month, its money in and out, who bears the loss, how large claims get.

A table under each. All from the run behind the cards; nothing is simulated for them.
"""

from __future__ import annotations

from simulator.answers.flows import Flows
from simulator.answers.sizes import total_contributions
from simulator.report import names
from simulator.report.numbers import money, percent

from . import draw, parts
from .session import View
from .work import EXCEEDED, Quick


def render(view: View, quick: Quick) -> None:
    """One below the other."""
    if quick.balance and view.scenario.pots:
        parts.heading(view.t("ui_fan"), 3)
        _fan(view, quick)
    if quick.flows is not None:
        parts.heading(view.t("ui_flows"), 3)
        _flows(view, quick.flows)
    if quick.sheet.having("borne"):
        parts.heading(view.t("ui_borne"), 3)
        _borne(view, quick)
    if quick.reached:
        parts.heading(view.t("ui_reached"), 3)
        _reached(view, quick)


def _scale(view: View) -> int:
    return 1_000_000 if view.lang == "zh" else 100_000_000


def _fan(view: View, quick: Quick) -> None:
    words = {name: view.t(f"ui_fan_{name}") for name in ("median", "wide", "narrow")}
    words["y"] = f"{view.t('ui_balance_axis')} {view.t('ui_unit_money')}"
    first = view.scenario.clock.base_year + 1
    heads = [view.t("ui_fan_end"), "5%", "25%", view.t("ui_fan_median"), "75%", "95%"]
    rows = [[str(first + n // 12), *(money(value, view.lang, 3) for value in each)]
            for n, each in enumerate(quick.balance) if n % 12 == 11]
    draw.show(view, lambda: draw.fan(quick.balance, first, _scale(view), words), "balance", view.t("ui_fan_alt"),
              heads, rows, "lrrrrr")


def _flows(view: View, found: Flows) -> None:
    """All money of the pots until everything is settled: each ribbon is a sum of the ledger, both sides are equal."""
    sides = [[(view.t(f"ui_flow_{name}"), amount) for name, amount in side.items()]
             for side in (found.enters, found.leaves)]
    rows = [[view.t(f"ui_flows_{key}"), name, money(amount, view.lang, 3), percent(amount / found.through)]
            for key, side in zip(("in", "out"), sides, strict=True) for name, amount in side]
    told = [[(f"{name} {money(amount, view.lang, 3)}", amount) for name, amount in side] for side in sides]
    whole = f"{view.t('ui_flows_all')} {money(found.through, view.lang, 3)}"
    draw.show(view, lambda: draw.ribbons(told[0], told[1], whole),
              "flows", view.t("ui_flows"), view.t("ui_flows_heads").split("|"), rows, "llrr")
    parts.note(view.t("ui_flows_how"))


def borne_rows(view: View, quick: Quick) -> list[tuple[str, float]]:
    """The loss in all (fen), then what each bears of it, the largest first; who bears nothing is left out."""
    found = [(names.payer(view.scenario, row.subject, view.lang), row.value or 0.0)
             for row in quick.sheet.having("borne")]
    kept = sorted((each for each in found if abs(each[1]) >= 1), key=lambda each: -each[1])
    return [(view.t("ui_borne_sum"), sum(value for _, value in kept)), *kept]


def _borne(view: View, quick: Quick) -> None:
    found = borne_rows(view, quick)
    total = found[0][1]
    rows = [[name, money(value, view.lang), percent(value / total) if total else "—"] for name, value in found]
    draw.show(view, lambda: draw.waterfall([name for name, _ in found], [value for _, value in found],
                                           [row[1] for row in rows], view.t("ui_borne_amount")),
              "borne", view.t("ui_borne"),
              [view.t("ui_borne_who"), view.t("ui_borne_amount"), view.t("ui_borne_part")], rows, "lrr")


def _reached(view: View, quick: Quick) -> None:
    fund = total_contributions(view.scenario)
    rows = [[percent(chance), money(value, view.lang), percent(value / fund) if fund else "—"]
            for chance, value in zip(EXCEEDED, quick.reached, strict=True)]
    draw.show(view, lambda: draw.bars([row[0] for row in rows], list(quick.reached), [row[1] for row in rows],
                                      view.t("ui_reached_amount")), "reached", view.t("ui_reached"),
              [view.t("ui_reached_chance"), view.t("ui_reached_amount"), view.t("ui_reached_fund")], rows, "lrr")
