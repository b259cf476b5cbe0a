"""Awards, audits, investments and money for banks, through the engine against figures worked out beforehand."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import pytest

from simulator.runs import Results
from tests.theory.agree import WAN, agrees, assert_mean, mean_z, run, scheme
from tests.theory.test_flow_engine import asked

PATHS = 3_000


def line(event: str, **more: Any) -> dict[str, Any]:
    """A programme of the city."""
    return {"title": {"zh": "项目", "en": "line"}, "line": "award", "level": "city", "event": event, **more}


@cache
def paid() -> Results:
    """Awards, a subsidy with an audit, and investments.

    Five projects a year, 70 % pass and 40 % of those get 80 for 50; a point of every repaid loan, 15 % of it wrongly,
    of which 60 % come back after 400 days; a tenth of forty investments a year, 40 % own use, half the investors local.
    """
    programmes = {
        "awards": line("evaluated", amount=50 * WAN, payee="agency",
                       award={"projects": 5, "passed": 700_000, "higher": 400_000, "higher_amount": 80 * WAN}),
        "gift": line("repaid", base="principal", rate=10_000),
        "use": line("investment", base="ticket", rate=100_000, payee="investor")}
    investments = {"per_year": 40.0, "own": 400_000, "local": 500_000, "firms": 100,
                   "ticket": {"median": 500 * WAN, "sigma": 0.5}}
    audit = {"improper": 150_000, "delay": 400, "recovered": 600_000}
    return run(scheme("demand", programmes=programmes, investments=investments, audit=audit), PATHS, seed=71)


def test_awards_of_a_year() -> None:
    """5 · .7 · (.6 · 50 + .4 · 80) = 217 万元."""
    assert_mean("awards of the year", paid().year_column("subsidy_awards_fen")[:, 0] / WAN, 217.0)


def test_a_part_is_claimed_wrongly_and_a_part_of_that_comes_back() -> None:
    """Loan by loan, so amounts weigh: .15 of what is paid, .6 of that; book loans are repaid in the first year too."""
    result = paid()
    gift, wrong, back = (result.column(f"{name}_gift_fen") for name in ("subsidy", "improper", "reclaimed"))
    assert_mean("wrongly claimed, less .15", (wrong - 0.15 * gift) / gift.mean(), 0.0)
    assert_mean("paid back, less .6", (back - 0.6 * wrong) / gift.mean(), 0.0)
    assert result.year_column("reclaimed_gift_fen")[:, 0].sum() == 0       # found 400 days later at the earliest


def test_an_audit_that_finds_a_tenth_more_goes_red() -> None:
    gift, wrong = paid().column("subsidy_gift_fen"), paid().column("improper_gift_fen")
    assert not agrees(mean_z("wrongly claimed, less .165", (wrong - 0.165 * gift) / gift.mean(), 0.0))


def test_investors_receive_what_is_not_own_use_and_local() -> None:
    """.6 · .5 of the money; a mean ticket of 500 · exp(.125) = 566.57, floored to whole 万元: half of one less."""
    result = paid()
    use = result.column("subsidy_use_fen")
    assert_mean("to investors, less .3", (result.column("subsidy_to_investors_fen") - 0.3 * use) / use.mean(), 0.0)
    tickets, count = result.column("tickets_fen") / WAN, result.column("investments")
    expected = 500.0 * math.exp(0.125) - 0.5
    assert_mean("tickets", (tickets - expected * count) / count.mean(), 0.0, bound=0.05)
    assert (np.abs(use * 10 - result.column("tickets_fen")) <= 10 * count).all()


@pytest.mark.parametrize(("event", "base"), [("disbursed", "covered"), ("year_end", "principal")])
@pytest.mark.parametrize(("income", "expected"), [(16_250, 0.6), (8_125, 0.5), (0, 0.4)])
def test_money_for_the_bank_counts_like_relief(event: str, base: str, income: int, expected: float) -> None:
    """No share of the loss, but 1.625 % of a year's loan: half of PD 5 % · LGD 65 %, as the anchor's relief, so 60 %
    are approved; half of that lies half way on the logit, at 50 %; nothing leaves the 40 % without cover."""
    programmes = {"award": line(event, base=base, rate=income, payee="bank")}
    scenario = scheme("plain", approval__uncovered=400_000, approval__covered=600_000, programmes=programmes,
                      segments__fund__loans_by_year=[200.0], modes__alone__terms__0__share=0)
    result = run(scenario, 1_500, seed=72)
    applications, refused = asked(result)
    assert_mean(f"approved at {income}", (applications - refused - expected * applications) / applications.mean(), 0.0)
    assert (result.column("subsidy_award_fen") == result.column("disbursed_fen") // 1_000_000 * income).all()
