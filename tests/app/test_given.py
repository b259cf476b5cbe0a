"""A scheme whose document gives too little: the reader gives the figures, the pages answer and say whose they are."""

from __future__ import annotations

import os
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from simulator.lang import text
from simulator.report.numbers import percent
from simulator.ui import tornado, work
from simulator.ui.brief import changed
from simulator.ui.evidence import unknown_rows
from simulator.ui.session import View
from simulator.ui.state import State
from tests.app import kit
from tests.app.browser import CHROMIUM, FEW, Server, go, keep, settle
from tests.app.kit import PATHS, answer_of, changes, opened, row, seen
from tests.app.test_browser_pages import ALLOWED, latin

SCHEME = "chengdu-2024"
SHARE = "modes.half.terms.0.share=60%"
GIVEN = (SHARE, "not_evaluable.fund_size=~", "not_evaluable.sharing=~", "not_evaluable.volume=~",
         "pots.chengdu.contributors.0.amount=5000 万元")
WORDS = tuple(word for each in GIVEN for word in ("--set", each))
PAIRS = tuple((path, given) for path, given in (each.split("=") for each in GIVEN))


def given(lang: str = "zh", page: str = "answer") -> View:
    return View(State(scenario=SCHEME, changes=PAIRS, lang=lang, page=page), work.opened(SCHEME, PAIRS))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_figures_are_typed_in_and_the_answer_is_the_command_lines(runs: Any, lang: str) -> None:
    app = opened(s=SCHEME, lang=lang)
    assert text("ui_given", lang) in seen(app) and not app.select_slider
    fund = kit.key(app, "given-pots.chengdu.contributors.0.amount")
    app.text_input(key=fund).input({"zh": "5000", "en": "50"}[lang]).run()
    assert len(changes(app)) == 1 and text("ui_given", lang) in seen(app)      # one figure is not all
    app.text_input(key=kit.key(app, "given-modes.half.terms.0.share")).input("60")       # typed, and the button at once
    app.button(key="given-go").click().run()
    if kit.settled():
        app.run()
    assert set(changes(app)) == set(GIVEN)
    page, told = seen(app), answer_of(SCHEME, *WORDS)
    for key in ("exhaustion", "refusal"):
        assert percent(row(told, key)["value"], PATHS if key == "exhaustion" else 0) in page, key
    assert text("ui_given", lang) not in page
    figures = [text(f"figure_{name}", lang) for name in ("fund_size", "volume", "sharing")]
    assert text("ui_given_taken", lang, figures={"zh": "、", "en": ", "}[lang].join(figures)) in page
    assert len(app.select_slider) == 3                 # what matters most is known now


def test_what_matters_most_is_told_of_the_figures_given_and_of_nothing_else() -> None:
    """Moving another value does not work it out anew; half the loans are half the claims an end of a range moves."""
    base = given().basis
    assert base.pots["chengdu"].contributors[0].amount == 5_000_000_000 and not base.not_evaluable.keys() - {"targets"}
    moved = (*PAIRS, ("recovery.other", "30%"))
    assert View(State(scenario=SCHEME, changes=moved), work.opened(SCHEME, moved)).basis.hash == base.hash
    loans = tuple((f"segments.fund.loans_by_year.{year}", "25") for year in range(5))
    half = View(State(scenario=SCHEME, changes=(*PAIRS, *loans)), work.opened(SCHEME, (*PAIRS, *loans)))
    ends = [next(each.low for each in tornado.moves(shown.basis, 1) if each.path == "firms.grades.b.pd")
            for shown in (given(), half)]
    assert ends[0] is not None and ends[1] == pytest.approx(ends[0] / 2, rel=0.2)     # 200 paths: SE about 5 % each


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_paper_and_what_is_not_known_say_whose_figures_they_are(lang: str) -> None:
    view = given(lang)
    rows = dict(unknown_rows(view)[:5])
    for figure in ("fund_size", "volume", "sharing"):
        assert text("ui_given_yours", lang) in rows[text(f"figure_{figure}", lang)]
        assert getattr(view.original.not_evaluable[figure], lang) in rows[text(f"figure_{figure}", lang)]
    told = re.sub("<[^>]+>", " ", " ".join(changed(view)))
    assert text("ui_given_yours", lang) in told and "not_evaluable" not in told and "~" not in told
    assert {"zh": "4,000 万元", "en": "CNY 40.00 m"}[lang] in told             # what it was


@pytest.mark.skipif(CHROMIUM is None and not os.environ.get("CI_BROWSER"), reason="needs chromium")
def test_both_pages_speak_chinese(page: Any, server: Server) -> None:
    for sets, sign in ((), "text=按这些数测算"), (GIVEN, '[data-testid="stSlider"]'):
        go(page, server, f"{FEW}&s={SCHEME}&{urlencode({'set': sets}, doseq=True)}", sign)
        settle(page)
        assert latin(page) <= ALLOWED, latin(page) - ALLOWED
        keep(page, f"given-{len(sets)}-zh")
