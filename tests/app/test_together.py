"""The researcher's fold: what the page shows of a sensitivity analysis is what the command line prints."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path

import pytest

from simulator.lang import text
from simulator.report.sensitivity import notes, screen_rows, share_rows
from simulator.study.sensitivity import MEASURES, PATHS, SAMPLES, Sensitivity
from simulator.ui import jobs, tornado, work
from simulator.ui.labels import label
from simulator.ui.together import job_of
from tests.app import kit

SCHEME = "fuxin-2017"
WORDS = ("sensitivity", SCHEME, "--paths", "20", "--walks", "2", "--samples", "4", "--quiet")


def placed(runs: Path) -> str:
    """A finished analysis in the folder where the page looks for it; the name of its job."""
    name = job_of(work.opened(SCHEME), 1)
    out = runs / name / "out"
    out.mkdir(parents=True)
    (out / "sensitivity.json").write_text(kit.once(*WORDS, "--json"), "utf-8")
    return name


@pytest.fixture(autouse=True)
def without_tornado(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tornado, "of", lambda view: ())


def unfolded(lang: str, **query: str) -> tuple[object, str]:
    app = kit.opened(s=SCHEME, page="stress", lang=lang, **query)
    app.session_state["moving"] = True
    app.run()
    return app, kit.seen(app)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("measure", ["claims", "cost"])
def test_the_page_shows_the_numbers_of_the_command_line(runs: Path, lang: str, measure: str) -> None:
    placed(runs)
    told = kit.once(*WORDS, "--lang", lang)
    app, shown = unfolded(lang)
    if measure == "cost":
        app.session_state[kit.key(app, "together-measure")] = "cost"  # type: ignore[attr-defined]
        app.run()  # type: ignore[attr-defined]
        shown = kit.seen(app)  # type: ignore[arg-type]
    sections = told.split("\n" + text(f"sens_{measure}", lang) + "\n")
    screen, shares = (part.split("\n\n")[0].splitlines()[1:] for part in sections[1:])
    assert len(screen) == 15 and len(shares) == 11
    for line in (*screen[:8], *shares):
        numbers = re.split(r"\s{2,}", line)[2 if line in screen else 1:]
        assert "…" not in line
        assert " ".join(numbers) in re.sub(r"\s+", " ", shown), line
    assert "Traceback" not in shown


def test_the_analysis_is_begun_by_a_click_only_and_as_a_job_of_the_command_line(
        runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[list[str]] = []
    monkeypatch.setattr(jobs, "start", lambda name, words, titles, query: begun.append([name, *words, titles["zh"]]))
    app, shown = unfolded("zh", set="recovery.other=25%")
    assert text("ui_together_what", "zh", walks=10, samples=SAMPLES, paths=PATHS) in shown and not begun
    name = job_of(work.opened(SCHEME, (("recovery.other", "25%"),)), 1)
    app.button(key=f"begin-{name}").click().run()  # type: ignore[attr-defined]
    [[began, *words, lang, zh, title]] = begun
    assert began == name and (lang, zh) == ("--lang", "zh") and title.startswith("敏感性 · ")
    assert words == ["sensitivity", SCHEME, "--set", "recovery.other=25%", "--seed", "1"]
    assert jobs.folder_of(name).name == name


def test_what_another_version_left_is_not_shown(runs: Path) -> None:
    name = placed(runs)
    file = runs / name / "out" / "sensitivity.json"
    told = json.loads(file.read_text("utf-8"))
    del told["shares"]
    file.write_text(json.dumps(told), "utf-8")
    _, shown = unfolded("en")
    assert text("ui_screen", "en") not in shown and text("ui_together_begin", "en") in shown


def test_no_latin_word_in_what_is_said_of_it_in_chinese() -> None:
    """Heads, notes and names of the analysis; the command below it is a command."""
    found = Sensitivity.from_json(json.loads(kit.once(*WORDS, "--json")))
    scheme = work.opened(SCHEME)
    name = partial(label, scheme, lang="zh")
    told = [*notes(found, "zh"), *(cell for measure in MEASURES for rows in (
        screen_rows(found, scheme, measure, name, "zh"), share_rows(found, measure, name, "zh")) for row in rows
        for cell in row)]
    assert len(told) > 300 and not [each for each in told if re.search("[A-Za-z]", each.replace("LPR", ""))]


def test_whoever_comes_back_to_the_job_finds_its_fold_open(runs: Path) -> None:
    """From the list of runs or by the address: the fold is open where its job was begun, and closed otherwise."""
    assert not [each for each in kit.opened(page="stress").expander if each.proto.expanded]
    name = job_of(kit.view().scenario, 1)
    (runs / name).mkdir(parents=True)
    (runs / name / "job.json").write_text('{"pid": 0, "begun": 1.0, "titles": {}}', "utf-8")
    app = kit.opened(page="stress")
    assert [each.proto.expanded for each in app.expander if each.label == text("ui_moving", "zh")] == [True]
    assert any("接着已算完的部分算" in each.value for each in app.warning)
