"""What the first screen says beside its answers: the axis of sizes, sizes at sliders, ratios, what is laid down."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from simulator.lang import text
from simulator.report.numbers import plain
from simulator.ui import jobs, parts, tornado, work
from simulator.ui.evidence import regulated_line
from tests.app import kit
from tests.app.kit import answer_of, job, opened, row, seen, view

LANGUAGES = ("zh", "en")
pytestmark = pytest.mark.usefixtures("runs")


def worked_out(runs: Path, *changes: tuple[str, str]) -> dict[str, Any]:
    """The whole answer where the app's job leaves it; its document."""
    words = tuple(word for path, given in changes for word in ("--set", f"{path}={given}"))
    found = answer_of("dalian-2020", *words)
    shutil.copytree(kit.kept("dalian-2020", *words) / "out", runs / job(view(changes)) / "out")
    return found


# --- the size's axis -----------------------------------------------------------------------------

def test_the_axis_begins_at_nothing_and_ends_at_a_round_number_beyond_everything() -> None:
    """Present 24, range 4 to 22, size 10: the axis ends at 30, and all from a third on keeps the promises."""
    words = {"alt": "a", "size": "s", "present": "p", "zone": "z"}
    html = parts.strip((4e8, 22e8), (9e8, 11e8), 10e8, 24e8, words, lambda fen: f"{fen / 1e8:g}")
    assert 'end low">0<' in html and 'end high">30<' in html
    left, wide = re.findall(r'class="zone" style="left:([\d.]+)%;width:([\d.]+)%', html)[0]
    assert float(left) == pytest.approx(100 / 3, abs=0.01) and float(left) + float(wide) == pytest.approx(100, abs=0.02)
    assert [parts.round_up(value) for value in (1, 9.6, 95, 1.4, 2.0, 0)] == [1.5, 15, 100, 1.5, 3, 1]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_zone_is_named_by_what_is_kept_in_it(runs: Path, lang: str) -> None:
    """Dalian's targets are beyond any fund, so that sizes stand for exhaustion and refusal alone."""
    found = worked_out(runs)
    assert found["size"]["dropped"]
    page = seen(opened(lang=lang))
    assert text("ui_strip_zone_own", lang) in page and text("ui_strip_zone", lang) not in page


# --- beneath the sliders ---------------------------------------------------------------------------

def test_each_slider_has_its_sizes_or_says_why_not(runs: Path) -> None:
    """Three unknowns with sizes; the one that is moved is given then, and the sizes are those of its value."""
    found = worked_out(runs)
    notes = [note for note in seen(opened()).split("取低值")[1:]]
    assert len(notes) == 3 and all("→" in note or "需" in note for note in notes)
    assert len({each["path"] for each in found["size"]["elsewhere"]}) == 3
    changed = worked_out(runs, ("market.eligible_share", "40%"))
    page = seen(opened(set=["market.eligible_share=40%"]))
    assert page.count(text("ui_slider_given", "zh")) == 1
    there = {each["path"] for each in changed["size"]["elsewhere"]}
    sliders = [each.path for each in tornado.strongest(view().scenario, 1)[:3]]
    missing = len([path for path in sliders if path != "market.eligible_share" and path not in there])
    assert page.count(text("ui_slider_unsized", "zh")) == missing


# --- beneath the money -----------------------------------------------------------------------------

@pytest.mark.parametrize("lang", LANGUAGES)
def test_how_many_times_the_claims_the_subsidies_are(lang: str) -> None:
    """Both from the command line; Dalian pays its interest subsidy once a loan is repaid (主文件 五(四)3)."""
    found = answer_of("dalian-2020")
    times = row(found, "subsidies")["value"] / row(found, "compensation")["value"]
    assert times > 10
    page = seen(opened(lang=lang))
    assert text("ui_ratio_subsidy", lang, times=plain(times)) in page and text("ui_after", lang) in page


def test_nothing_is_said_of_a_ratio_where_there_are_no_subsidies() -> None:
    name = next(name for name in work.names() if not work.opened(name).programmes
                and not work.opened(name).not_evaluable and not work.opened(name).investments)
    page = seen(opened(s=name))
    assert text("ui_after", "zh") not in page and "补贴约为代偿" not in page and "代偿约为补贴" not in page


# --- what the document lays down -------------------------------------------------------------------

def test_what_the_document_lays_down_and_what_stands_in_for_it() -> None:
    """Read in scenarios/dalian-2020.yaml: the targets are the document's (S), the fund the press's (M), the cap and the
    first batch's subsidy of later notices (P), leverage, sharing and the eligible share assumed (A)."""
    assert regulated_line(view()) == ("文件写明:增长目标;"
                                      "文件没有规定、另有出处或推算:基金规模、单笔或单户上限、补贴标准;"
                                      "文件没有规定、按假设:放大倍数、分担比例、可覆盖比例")
    assert regulated_line(view()) in seen(opened())
    given = view([("targets.amount.growth", "40%"), ("pots.city.contributors.0.amount", "900 万元")])
    assert regulated_line(given) == regulated_line(view())         # a reader's value does not unwrite a document
    assert "assumed: leverage, sharing of losses, eligible share" in regulated_line(view(lang="en"))


# --- the growth of the second card -----------------------------------------------------------------

def test_the_growth_is_worked_out_by_itself_once_the_rest_is(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a scheme as it is shipped; its run is named by its question. Not where values were changed."""
    monkeypatch.setattr(jobs, "MOST_RUNNING", 2)
    begun: list[tuple[str, dict[str, str]]] = []
    monkeypatch.setattr(jobs, "start", lambda name, words, titles, query: begun.append((name, titles)))
    worked_out(runs)
    assert text("ui_carries_later", "zh") in seen(opened())
    assert begun and {name for name, _ in begun} == {job(view(), "growth")}
    assert begun[0][1]["zh"].endswith(text("ui_ask_growth", "zh"))
    begun.clear()
    worked_out(runs, ("market.eligible_share", "40%"))
    assert text("ui_carries_later", "zh") in seen(opened(set=["market.eligible_share=40%"]))
    assert not begun


# --- the evidence behind a number ------------------------------------------------------------------

@pytest.mark.parametrize("lang", LANGUAGES)
def test_cards_and_money_tell_their_weakest_evidence_on_hover_and_below(lang: str) -> None:
    """The worst grade that ``answer --json`` tells of each row."""
    found = answer_of("dalian-2020")
    grade = {row(found, key)["grade_worst"] for key in ("exhaustion", "refusal", "cost")}
    assert grade == {"A"}
    said = text("ui_rests_on", lang, grade={"zh": "假设", "en": "assumed"}[lang])
    html = " ".join(each.proto.body for each in opened(lang=lang).get("html"))
    for tag in ('<div class="pf-card"', '<table class="pf"'):
        assert f'{tag} title="{said}"' in html
    assert said in seen(opened(lang=lang))
