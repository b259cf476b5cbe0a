"""A click that overtakes what the server put into a field brings the field's old text along: it is no change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.lang import text
from simulator.ui import fields, session, shell, tornado
from tests.app import kit
from tests.app.kit import changes, opened

pytestmark = pytest.mark.usefixtures("runs")
SLIDER = "slide-firms.grades.b.pd"


@pytest.fixture(autouse=True)
def in_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """However slow the machine is: what comes back comes back soon."""
    monkeypatch.setattr(fields, "ECHO", 1e9)
    monkeypatch.setattr(session, "LATE", 1e9)
    yield


def test_what_a_field_showed_before_an_undo_does_not_come_back() -> None:
    """The old text is sent with the next click; sent once more, it is meant."""
    app = opened()
    app.text_input(key="q-fund").input("750").run()
    assert changes(app) == list(kit.SETS)
    next(each for each in app.button if each.label == text("ui_undo", "zh")).click().run()
    assert not changes(app)
    app.text_input(key="q-fund").input("750").run()
    assert not changes(app) and app.text_input(key="q-fund").value == "2400"
    app.text_input(key="q-fund").input("750").run()
    assert changes(app) == list(kit.SETS)


def test_what_a_reader_types_is_never_taken_for_an_echo() -> None:
    """There and back again by hand, each at once."""
    app = opened()
    for typed, set_ in (("750", True), ("2400", False), ("750", True), ("2400", False)):
        app.text_input(key="q-fund").input(typed).run()
        assert bool(changes(app)) == set_, typed


def test_a_slider_that_was_reset_stays_reset() -> None:
    app = opened()
    app.select_slider(key=SLIDER).set_value(40_000).run()
    assert changes(app)
    next(each for each in app.button if each.label == text("ui_reset", "zh")).click().run()
    app.select_slider(key=SLIDER).set_value(40_000).run()
    assert not changes(app)


def test_amounts_of_one_language_are_not_read_in_the_other(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """150 百万元 once became 150 万元 when somebody clicked on while the language changed: the fields are others."""
    monkeypatch.setattr(tornado, "of", lambda view: ())
    keys = {lang: {each.key for each in opened(lang=lang, page=page).text_input} for lang in ("zh", "en")
            for page in ("answer", "scheme", "data")}
    assert keys["zh"] and keys["en"] and not keys["zh"] & keys["en"]
    for kind in ("radio", "selectbox"):
        own = [{each.key for each in opened(lang=lang).get(kind)} for lang in ("zh", "en")]
        assert own[0] and not own[0] & own[1], kind


def test_a_word_that_is_no_choice_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list may send what another language called a choice: it once broke the page."""
    turned: list[object] = []
    monkeypatch.setattr(shell.session, "turn", lambda **fields: turned.append(fields["scenario"]))
    for sent, taken in (("Dalian IP operation service system", 0), ("qingdao", 1)):
        monkeypatch.setattr(shell.st, "session_state", {"scenario": sent})
        shell._scenario("scenario", ["dalian-2020", "qingdao"])
        assert len(turned) == taken


def test_an_address_of_a_moment_ago_does_not_undo_a_click(monkeypatch: pytest.MonkeyPatch) -> None:
    """What looks after a job still told the address before the switch: the page fell back into the other language."""
    monkeypatch.setattr(tornado, "of", lambda view: ())
    app = opened()
    app.button(key="lang-en").click().run()
    assert "en" in app.query_params["lang"]
    app.query_params["lang"] = "zh"
    app.run()
    assert "en" in app.query_params["lang"] and "Is the fund enough" in " ".join(app.radio[0].options)
    monkeypatch.setattr(session, "LATE", 0.0)          # later, it is somebody who goes back
    app.query_params["lang"] = "zh"
    app.run()
    assert "现有基金够不够" in " ".join(app.radio[0].options)


def test_a_field_of_the_page_before_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fields of the other language were sent once more with the next click, and took the page back to it."""
    before, held = kit.view(), {"state": kit.view(lang="en").state}
    monkeypatch.setattr(fields.st, "session_state", held)
    assert fields.is_past(before) and fields.is_echo(before, "q-fund", "750")
    assert not fields.is_past(kit.view(lang="en")) and not fields.is_echo(kit.view(lang="en"), "q-fund-en", "7.5")
    held["state"] = kit.view(scenario="qingdao").state
    assert fields.is_past(before)
