"""A platform through the engine: more applications inside the fund's gates from its date, and each decided sooner."""

from __future__ import annotations

from functools import cache

import pytest

from simulator.runs import Results
from tests.theory.agree import WAN, assert_mean, run, scheme

PLATFORM = {"from": "2021-04-01", "uplift": 200_000, "days_before": 45, "days_with": 10}
PATHS = 3_000
# 240 loans a year: 20 a month. Three months as ever; then a fifth more for nine months, and
# within the tenth those of the 35 days that nobody waits any longer: 20 x (3 + 1.2 x (9 + 35/30)).
FIRST_YEAR, SECOND_YEAR = 304.0, 288.0     # the second year has just the fifth: 20 x 12 x 1.2


@cache
def with_platform(start: str = "2021-04-01", **more: object) -> Results:
    scenario = scheme("plain", clock__months=24, segments__fund__loans_by_year=[240.0, 240.0],
                      segments__fund__firms=1_000_000, demand__headroom=3.0,
                      platform=PLATFORM | {"from": start} | more)
    return run(scenario, PATHS, seed=61)


def test_loans_by_year() -> None:
    loans = with_platform().year_column("loans")
    assert_mean("loans of the first year", loans[:, 0], FIRST_YEAR)
    assert_mean("loans of the second year", loans[:, 1], SECOND_YEAR)


def test_from_the_first_day_those_who_wait_are_decided_in_the_first_month() -> None:
    """20 x 1.2 x (12 + 35/30): nobody is decided before day 0, the wait of 35 days falls into the first year."""
    assert_mean("loans", with_platform("2021-01-01").year_column("loans")[:, 0], 316.0)


def test_no_faster_no_bulge() -> None:
    """20 x (3 + 1.2 x 9)."""
    assert_mean("loans", with_platform(days_with=45).year_column("loans")[:, 0], 276.0)


def test_in_the_middle_of_a_month() -> None:
    """From 16 April: 3.5 months as ever, 8.5 with a fifth more; of the 35 days 17.5 fall into the half month (one tenth
    more, since it works half of it) and 17.5 into the next: 20 x (3 + 1.1 x (1 + 17.5/30) + 1.2 x (8 + 17.5/30))."""
    assert_mean("loans", with_platform("2021-04-16").year_column("loans")[:, 0], 300.8333333333333)


def test_others_do_not_hear_of_it() -> None:
    """Loans above the fund's cap and the segment outside the fund stay what they were; inside the gates year 2 of a
    growing market is decided at the rate of 35 days later."""
    platform = PLATFORM | {"from": "2021-01-01", "uplift": 0}
    heard, unheard = (run(scheme("demand", clock__months=36, demand__headroom=4.0, platform=given), PATHS, seed=62)
                      for given in (platform, None))
    year_2 = 20_000 * WAN * 1.2**2         # 40 % of the market's 50,000 万元 lie inside the gates
    covered = heard.year_column("covered_fen").astype(float)[:, 1]
    assert_mean("covered in year 2", covered, year_2 * 1.2 ** (35 / 360), bound=year_2 * 0.006)
    outside = [r.column("disbursed_fen") - r.column("covered_fen") for r in (heard, unheard)]
    assert (outside[0] == outside[1]).mean() > 0.95        # but for firms barred by a default of one loan in 10,000


@pytest.mark.parametrize("engine", ["loop", "story"])
def test_both_engines_read_it(engine: str) -> None:
    scenario = scheme("plain", segments__fund__loans_by_year=[24.0], demand__headroom=3.0, platform=PLATFORM)
    loans = run(scenario, 200, seed=63, engine=engine).column("loans")
    assert_mean("loans", loans, 24.0 / 12 * (3 + 1.2 * (9 + 35 / 30)))
