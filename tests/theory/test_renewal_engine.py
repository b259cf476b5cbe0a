"""Renewals and defaults on the due date, through the engine against counts worked out beforehand."""

from __future__ import annotations

from functools import cache

import numpy as np

from simulator.runs import Results
from tests.theory.agree import assert_mean, run, scheme

HALF = {"probability": 500_000, "within": 15, "bridge": 200_000}
PATHS = 3_000


@cache
def renewing() -> Results:
    """The market of 300 loans growing by 20 %, half of the repaid loans asked for again; three years."""
    return run(scheme("demand", clock__months=36, renewal=HALF), PATHS, seed=51)


def test_renewals_do_not_add_to_the_market() -> None:
    """The market's totals count a renewed pledge: 360, 432 and 518.4 loans in years 1 to 3, whoever brings them.

    Between two month values an exponential growth of 1.53 % a month is read on its chord: 3e-5 too high at most.
    .01 % of the firms default before they can renew; caps and trapped amounts as in test_flow_engine.
    """
    loans = renewing().year_column("loans")
    for year, mean in enumerate((360.0, 432.0, 518.4)):
        assert_mean(f"loans of year {year + 1}", loans[:, year], mean, bound=mean * 0.002)


def test_half_of_the_repaid_loans_are_asked_for_again() -> None:
    """Years 1 and 2, whose wishes all fall inside the window; each is met while caps and judgement stay the same."""
    result = renewing()
    wishes, repaid = (result.year_column(name)[:, :2].sum(axis=1) for name in ("renewal_wishes", "matured_loans"))
    assert_mean("wishes less half of the repaid", (wishes - 0.5 * repaid) / repaid.mean(), 0.0)
    every = result.year_column("renewal_wishes").sum(axis=1) - result.year_column("refused_barred").sum(axis=1)
    assert (result.column("renewed_loans") >= every * 0.999 - 1).all()
    assert (result.column("renewed_loans") <= result.column("renewal_wishes")).all()


def test_a_target_may_leave_renewals_out() -> None:
    """Counted once, the count target holds first loans only; counted again, all loans of its kinds."""
    kpi = {"title": {"zh": "笔数", "en": "count"}, "measure": "count", "kind": "growth", "growth": 0,
           "final_year": 2023}
    targets = {"again": kpi, "once": kpi | {"renewals": False}}
    result = run(scheme("demand", clock__months=36, renewal=HALF, targets=targets), 200, seed=51)
    assert (result.column("measure_again") == result.column("loans")).all()
    assert (result.column("measure_once") == result.column("loans") - result.column("renewed_loans")).all()


def test_unable_to_pay_shows_on_the_due_date() -> None:
    """With ``default_at: maturity`` the same share of one-year loans fails, all 360 days after disbursement.

    400 loans at 5 % over a window of one year: 20 defaults on average, none of them within the window.
    """
    result = run(scheme("plain", segments__fund__loans_by_year=[400.0], segments__fund__firms=1_000_000,
                        lending__default_at="maturity"), 4_000, seed=52)
    lost = result.year_column("defaults")
    loans = result.column("loans").astype(float)
    assert (lost[:, 0] == 0).all()
    # Two loans of a firm fail on the first one's date; with a million firms hardly any has two.
    assert_mean("defaults less 5 % of loans", lost.sum(axis=1) - 0.05 * loans, 0.0, bound=0.05 * 400.0**2 / 1e6)


def test_either_way_of_renewing_costs_five_percent_a_loan() -> None:
    """Bridged within the old spell or after a gap in a new one: a renewed year is as risky as a first one, 5 %.

    That a bridged firm keeps its old clock cannot show here, where the hazard is constant: the twins see to it (the
    planted error "a clock for every loan").
    """
    for bridge in (0, 1_000_000):
        always = {"probability": 1_000_000, "within": 1, "bridge": bridge}
        result = run(scheme("plain", clock__months=24, segments__fund__firms=1_000_000, renewal=always,
                            segments__fund__loans_by_year=[400.0, 400.0], gate__loan_cap={}), 3_000, seed=53)
        loans, lost = result.column("loans").astype(float), result.column("defaults").astype(float)
        assert_mean(f"defaults less 5 % of loans, bridge {bridge}", lost - 0.05 * loans, 0.0, bound=0.05)
        assert np.mean(result.column("renewed_loans")) > 100
