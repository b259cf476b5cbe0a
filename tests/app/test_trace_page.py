"""The page that follows one path: its log, a loan's life, its settlement sheet and the path that ran out of money."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import date
from html import unescape
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from simulator.engine.story.records import Event
from simulator.lang import text
from simulator.report.log import CHOICES, TOLD, log_table
from simulator.ui import work
from simulator.ui.pages.trace import SHOWN
from tests.app import kit
from tests.app.kit import opened, seen, view

LANGUAGES = ("zh", "en")
# A fund of 75 万元: it runs out on one of the first paths.
SMALL = ("pots.city.contributors.0.amount=25 万元", "pots.city.contributors.1.amount=50 万元")
WORDS = tuple(word for each in SMALL for word in ("--set", each))


pytestmark = pytest.mark.usefixtures("runs")


def document(path: int) -> dict[str, Any]:
    """What ``pledgefund trace --json`` says of a path under the small fund."""
    words = ("--path", str(path), *WORDS, "--seed", "1", "--json", "--quiet")
    found = json.loads(kit.once("trace", "dalian-2020", *words))
    assert isinstance(found, dict)
    return found


def ran_out(lang: str) -> tuple[AppTest, int]:
    """The page at the first path that ran out, chosen by its button, and the path's number."""
    app = opened(page="trace", lang=lang, set=list(SMALL))
    app.button(key="path-exhausted").click().run()
    assert not app.exception
    return app, int(app.text_input(key="path-number").value)


def tables(app: AppTest) -> list[list[list[str]]]:
    """Every table of the page as rows of cells, the heads first."""
    return [[[unescape(re.sub("<[^>]+>", "", cell)) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
             for row in re.findall(r"<tr.*?>(.*?)</tr>", body)]
            for each in app.get("html") for body in re.findall(r'<table class="pf">(.*?)</table>', each.proto.body)]


def table_of(app: AppTest, *heads: str, lang: str) -> list[list[str]]:
    """The rows of the table with these heads."""
    wanted = [text(f"tr_{head}", lang) for head in heads]
    [found] = [rows for rows in tables(app) if rows[0][:len(wanted)] == wanted]
    return found[1:]


def log_rows_of(app: AppTest, lang: str) -> list[list[str]]:
    return table_of(app, "log_date", "log_kind", "loan", "log_amount", lang=lang)


def day(number: int) -> str:
    """The date of a day of a calendar of twelve months of thirty days that begins with 2019."""
    year, rest = divmod(number, 360)
    return str(date(2019 + year, rest // 30 + 1, min(rest % 30 + 1, 28 if rest // 30 == 1 else 30)))


def told(fen: int) -> str:
    """Fen in 万元, as many decimals as it has, two at least."""
    whole, part = f"{abs(fen) / 1_000_000:,.6f}".split(".")
    return f"{'-' if fen < 0 else ''}{whole}.{part.rstrip('0').ljust(2, '0')}"


# --- the path that ran out ---------------------------------------------------------------------------

@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_first_path_that_ran_out(lang: str) -> None:
    """It is the first by the command line: none before it was short of cash, and it was, on the day told."""
    app, path = ran_out(lang)
    assert 0 < path < 6
    short = [[each for each in document(n)["events"] if each["kind"] == "lapsed"] for n in range(path + 1)]
    assert short[-1] and not any(short[:-1])
    rows = log_rows_of(app, lang)
    for each in short[-1]:
        assert [day(each["day"]), text("event_lapsed", lang), str(each["loan"]), told(each["amount_fen"])] in \
            [row[:4] for row in rows]
    closing = [pot["closing"] for pot in document(path)["pots"]]
    accounts = table_of(app, "pot", "year", "opening", lang=lang)
    assert [row[-1] for row in accounts] == [f"{fen / 1_000_000:,.2f}" for fen in closing]


# --- the log ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_log_says_what_the_command_line_wrote_down(lang: str) -> None:
    """Contributions, claims and recoveries with date, loan, amount and balance; then loans and subsidies, as chosen."""
    app, path = ran_out(lang)
    found = document(path)
    main = log_rows_of(app, lang)
    moved = [row for row in found["ledger"] if row["event"] in ("contribution", "claim", "recovery", "refund")]
    assert moved
    for row in moved:
        cells = [day(row["day"]), text(f"event_{row['event']}", lang), "—" if row["loan"] < 0 else str(row["loan"]),
                 told(row["amount_fen"])]
        [line] = [line for line in main if line[:4] == cells]
        assert line[-1] == (told(row["balance_after_fen"]) if row["account"] else "")
    happened = [row for row in found["events"] if row["kind"] in ("default", "determination", "lapsed")]
    assert len(main) == len(moved) + len(happened) and [row[0] for row in main] == sorted(row[0] for row in main)
    covered = {loan["loan"]: loan["covered_fen"] > 0 for loan in found["loans"]}
    for row in happened:
        if row["kind"] == "default":
            note = text("note_with cover" if covered[row["loan"]] else "note_without cover", lang)
            assert [day(row["day"]), text("event_default", lang), str(row["loan"]), told(row["amount_fen"]), note] in \
                [line[:5] for line in main]
    app.segmented_control(key=kit.key(app, "log-kind")).set_value("loans").run()
    loans = log_rows_of(app, lang)
    given = [row for row in found["events"] if row["kind"] in ("disbursed", "repaid")]
    first = sorted(given, key=lambda row: row["tick"])[:SHOWN]
    assert len(given) > SHOWN and [(row[0], row[2], row[3]) for row in loans] == [
        (day(row["day"]), str(row["loan"]), told(row["amount_fen"])) for row in first]
    assert text("ui_log_first", lang, n=f"{len(given):,}", shown=SHOWN) in seen(app)
    app.segmented_control(key=kit.key(app, "log-kind")).set_value("subsidies").run()
    paid = [row for row in found["ledger"] if row["event"] == "subsidy" and row["party"] == "government"]
    assert f"{len(paid):,}" in seen(app) and told(paid[0]["amount_fen"]) in [row[3] for row in log_rows_of(app, lang)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_file_has_every_row_and_no_movement_twice(lang: str) -> None:
    given = [(path, value) for each in SMALL for path, _, value in [each.partition("=")]]
    shown = view(given, lang=lang)
    heads, *rows = log_table(work.traced(shown.scenario, 1, 1), lang)
    found = document(1)
    kinds = {kind for events, _ in TOLD.values() for kind in events}
    moves = {kind for _, ledger in TOLD.values() for kind in ledger}
    wanted = Counter(row["kind"] for row in found["events"] if row["kind"] in kinds)
    wanted += Counter(row["event"] for row in found["ledger"] if row["event"] in moves
                      and not (row["event"] == "subsidy" and row["amount_fen"] > 0))
    assert Counter(row[1] for row in rows) == {text(f"event_{kind}", lang): n for kind, n in wanted.items()}
    assert len(rows) > 3 * SHOWN and all(len(row) == len(heads) for row in rows)
    parts = [log_table(work.traced(shown.scenario, 1, 1), lang, name)[1:] for name in CHOICES if name in TOLD]
    assert sum(map(len, parts)) == len(rows)


@pytest.mark.parametrize("name", ["liaoning-collective", "fuxin-three-sources", "qingdao", "hunan"])
def test_no_latin_word_in_the_log_of_other_schemes(name: str) -> None:
    for row in log_table(work.traced(work.opened(name), 0, 1), "zh"):
        assert not re.search("[A-Za-z]", " ".join(row)), row


def test_stops_and_resumptions_stand_in_the_log() -> None:
    """In words of both languages, with the day and the losses that did it."""
    story = work.traced(work.opened("dalian-2020"), 42, 1)
    stops = [Event(10**9, 400, "breaker stops", -1, -1, -1, 5_000_000, "cover"),
             Event(10**10, 500, "breaker resumes", -1, -1, -1, 0, "payment")]
    told_ = replace(story, story=replace(story.story, events=[*story.story.events, *stops]))
    zh, en = (log_table(told_, lang, "fund") for lang in LANGUAGES)
    assert ["2020-02-11", "熔断停办", "—", "5.00", "新增分担", ""] in zh
    assert ["2020-05-21", "breaker resumes", "—", "—", "payment of claims", ""] in en


# --- one loan -----------------------------------------------------------------------------------------

@pytest.mark.parametrize("lang", LANGUAGES)
def test_one_loans_life_and_its_settlement_sheet(lang: str) -> None:
    """The loan that could not be paid for in full: every movement of its ledger, and who bears what, to the fen."""
    app, path = ran_out(lang)
    found = document(path)
    number = next(each["loan"] for each in found["events"] if each["kind"] == "lapsed")
    app.selectbox(key=kit.key(app, "loan")).set_value(number).run()
    assert text("tr_life", lang, loan=number) in seen(app)
    [life] = [rows[1:] for rows in tables(app)
              if rows[0] == [text(key, lang) for key in ("ui_date", "ui_wan", "ui_event")]]
    moved = [(day(row["day"]), told(row["amount_fen"])) for row in found["ledger"] if row["loan"] == number]
    assert len(moved) >= 4 and not Counter(moved) - Counter((row[0], row[1]) for row in life)
    [loan] = [each for each in found["loans"] if each["loan"] == number]
    claim = loan["claim"]
    assert told(loan["principal_fen"]) in seen(app) and told(claim["base_fen"]) in seen(app)
    *parties, total = table_of(app, "party", "liable", "borne", "back", lang=lang)
    for name in claim["liable_fen"]:
        liable, borne, back = (claim[key][name] for key in ("liable_fen", "borne_fen", "back_fen"))
        if liable or borne or back:
            assert [told(liable), told(borne), told(back), told(borne - back)] in [row[1:] for row in parties]
    sums = [sum(claim[key].values()) for key in ("liable_fen", "borne_fen", "back_fen")]
    assert total[1:] == [*map(told, sums), told(sums[1] - sums[2])]
    assert sums[0] == sums[1] == claim["base_fen"]
    paid = [row for row in found["ledger"] if row["loan"] == number and row["event"] == "claim"]
    [due] = [row for row in table_of(app, "party", "to", "owes", "due", lang=lang)]
    assert due[4] == told(-sum(row["amount_fen"] for row in paid))
