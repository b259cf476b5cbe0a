"""What the answers tell of the programmes: who is paid, what comes back, fees, and floors of spending, by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from simulator.answers.fiscal import budget, fees, subsidies
from simulator.answers.support import floors_kept, measures, payees
from tests.laws.results_fake import FakeResults, scheme


def programme(**parts: Any) -> SimpleNamespace:
    plain = {"level": "city", "line": "award", "payee": "firm", "envelope": [], "exclusive": None, "spend_floor": None,
             "pot": None}
    return SimpleNamespace(**{**plain, **parts})


def run() -> FakeResults:
    """Two paths, three years and the run-off."""
    scenario = scheme(
        programmes={
            "use": programme(line="patent_use", spend_floor=500, envelope=[1]),
            "prizes": programme(line="patent_use", payee="agency", level="province"),
            "invest": programme(line="investment", payee="investor", exclusive=object())},
        payers={"guarantor": SimpleNamespace(public=False, accounts=[]),
                "re": SimpleNamespace(public=True, accounts=[])},
        fees={"up": SimpleNamespace(from_="guarantor", to="re"), "down": SimpleNamespace(from_="re", to="guarantor")},
        audit=object(), investments=object(), modes={})
    years = {
        "subsidy_use_fen": [[400, 500, 600, 0], [499, 500, 500, 9]],
        "subsidy_prizes_fen": [[100, 0, 0, 0], [0, 0, 0, 0]],
        "subsidy_invest_fen": [[70, 0, 0, 0], [0, 30, 0, 0]],
        "subsidy_to_investors_fen": [[50, 0, 0, 0], [0, 0, 0, 0]],
        "improper_use_fen": [[40, 0, 0, 0], [0, 0, 0, 0]],
        "reclaimed_use_fen": [[0, 0, 30, 0], [0, 0, 0, 0]],
        "unmet_use_fen": [[5, 0, 0, 0], [0, 0, 1, 0]],
        "avoided_invest_fen": [[0, 2, 0, 0], [0, 0, 0, 0]],
        "fee_up_fen": [[8, 8, 0, 0], [0, 0, 0, 0]],
        "fee_down_fen": [[3, 0, 0, 0], [0, 0, 0, 0]]}
    return FakeResults(scenario, 2, {}, years)


def test_who_is_paid() -> None:
    found = {name: paid.sum(axis=1).tolist() for name, paid in payees(run()).items()}
    assert found == {"firm": [1520, 1538], "agency": [100, 0], "investor": [50, 0]}


def test_what_came_back_is_no_cost_and_fees_are_income() -> None:
    cells = budget(run()).cells
    assert cells["city", "use"].tolist() == [[400, 500, 570, 0], [499, 500, 500, 9]]
    assert cells["province", "prizes"].tolist() == [[100, 0, 0, 0], [0, 0, 0, 0]]
    assert cells["city", "fees"].tolist() == [[-5, -8, 0, 0], [0, 0, 0, 0]]
    assert (budget(run()).where(levels=None) == subsidies(run()) - fees(run())).all()


def test_a_floor_is_for_the_line_and_for_the_years_of_the_window() -> None:
    """The first path reaches 500 in its first year with another programme of the line; the second lacks 1."""
    assert floors_kept(run())["use"].tolist() == [[True, True, True], [False, True, True]]


def test_measures_by_hand() -> None:
    found = {key: estimate.value for key, estimate in measures(run())}
    assert found == {
        ("subsidy_payee", "firm"): 1529.0, ("subsidy_payee", "agency"): 50.0, ("subsidy_payee", "investor"): 25.0,
        ("unmet", "use"): 3.0, ("avoided", "invest"): 1.0, ("improper", ""): 20.0, ("reclaimed", ""): 15.0,
        ("fees", ""): 6.5, ("spend_floor", "use"): 0.5}


def test_a_subsidy_from_a_pot_is_borne_by_those_who_filled_it() -> None:
    parts = [SimpleNamespace(level=level, amount=amount, match=None) for level, amount in (("central", 1), ("city", 3))]
    scenario = scheme(programmes={"use": programme(pot="fund", level="province")},
                      pots={"fund": SimpleNamespace(contributors=parts, attribution="pro_rata")})
    cells = budget(FakeResults(scenario, 1, {}, {"subsidy_use_fen": [[8, 5, 0, 0]]})).cells
    assert cells["central", "use"].tolist() == [[2, 1, 0, 0]]
    assert cells["city", "use"].tolist() == [[6, 4, 0, 0]]
    assert ("province", "use") not in cells
