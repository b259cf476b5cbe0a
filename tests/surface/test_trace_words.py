"""Every word of a trace has a translation, and what members bear for each other adds up."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from simulator.engine import layout as at
from simulator.engine.story import run_story
from simulator.lang.trace import EVENTS, NOTES
from tests.twins.schemes import random_tables

STORY = Path(__file__).parents[2] / "simulator" / "engine" / "story"


def told() -> set[str]:
    """Words of the log as the story's code gives them."""
    calls = "".join(path.read_text(encoding="utf-8") for path in sorted(STORY.glob("*.py")))
    first = re.findall(r'tell\(\s*"([^"]+)"(?: if [^,]+? else "([^"]+)")?', calls)
    return {word for pair in first for word in pair if word}


def posted() -> set[str]:
    """Words of the ledger."""
    calls = "".join(path.read_text(encoding="utf-8") for path in sorted(STORY.glob("*.py")))
    return set(re.findall(r'post\(\s*"([^"]+)"', calls))


def test_the_words_are_found() -> None:
    assert len(told()) > 25 and {"lapsed", "went through", "instalment"} <= told()
    assert {"disbursement", "repayment", "recovery"} <= posted()


def test_every_word_of_the_log_has_a_translation() -> None:
    assert not (told() | posted()) - set(EVENTS)


@pytest.mark.parametrize("words", [EVENTS, NOTES], ids=["events", "notes"])
def test_translations_are_chinese_and_english(words: dict[str, tuple[str, str]]) -> None:
    for zh, en in words.values():
        assert re.search(r"[\u4e00-\u9fff]", zh) and not re.search(r"[A-Za-z]", zh)
        assert en.isascii()


def test_what_members_bear_adds_up() -> None:
    """The members' part of a claim is borne by others than the borrower, each once."""
    seen = 0
    for number in (1, 7, 13, 19, 25, 31):
        tables = random_tables(number)
        members = [n for n, row in enumerate(tables.law.payers.tolist()) if row[at.KIND] == at.KIND_MEMBERS]
        story = run_story(tables, number, 0)
        for loan in story.loans:
            parts = [e for e in story.events if e.kind == "member bears" and e.loan == loan.number]
            if loan.claim is not None and loan.claim.final and parts:
                assert sum(e.amount_fen for e in parts) == sum(loan.claim.burden[p] for p in members)
                assert str(loan.firm.number) not in [e.note for e in parts]
                assert len({e.note for e in parts}) == len(parts)
                seen += len(parts) > 1
    assert seen > 3
