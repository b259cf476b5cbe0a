"""Journeys of a first-time user in a real browser, what leaves the machine, and what a killed server leaves."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from simulator.lang import text as text_of
from simulator.report.lines import percent_cells, ratio_cells
from simulator.report.numbers import money, percent, span
from simulator.scheme import load
from simulator.ui import jobs, work
from tests.app import kit
from tests.app.browser import CHROMIUM, FEW, Server, bare, go, keep, says, settle, still, verdict_of
from tests.app.kit import PATHS, WORDS, answer_of, row

if CHROMIUM is None and not os.environ.get("CI_BROWSER"):
    pytest.skip("needs chromium (Debian: apt install chromium)", allow_module_level=True)


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    return answer_of("dalian-2020")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_journey_is_2400_enough_and_what_size(page: Any, server: Server, told: dict[str, Any], lang: str) -> None:
    """The whole answer is begun by itself, comes while one watches, and is the command line's."""
    text = go(page, server, f"{FEW}&lang={lang}")
    assert percent(row(told, "targets_joint")["value"], PATHS) in text
    page.wait_for_selector(".pf-strip", timeout=150_000)
    text = settle(page)
    exhaustion = row(told, "exhaustion")
    assert span(percent(max(exhaustion["range_low"], 0.0)), percent(exhaustion["range_high"])) in text
    size = told["size"]
    assert any(money(size["size_fen"], lang, digits) in text for digits in (2, 3))
    assert verdict_of(lang) in bare(page.inner_text(".pf-verdict"))
    for seen in (".pf-verdict", ".pf-cards", ".pf-strip"):                 # without scrolling on a laptop
        box = page.locator(seen).bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= 768, seen
    keep(page, f"answer-{lang}")
    asked = {"zh": "需要多大基金", "en": "How large must it be"}[lang]
    page.locator('[data-testid="stRadio"]').get_by_text(asked).click()
    says(page, *(money(size["size_fen"], lang, digits) for digits in (2, 3)))
    keep(page, f"answer-size-{lang}")
    page.get_by_role("button", name={"zh": "规模", "en": "Size"}[lang], exact=True).click()
    page.wait_for_selector(".pf-figure img", timeout=60_000)
    assert page.evaluate("[...document.querySelectorAll('.pf-figure img')].every(i => i.naturalWidth > 300)")
    keep(page, f"size-{lang}")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_journey_what_growth(page: Any, server: Server, lang: str) -> None:
    """From the first page in the other language: the switch, then the question, by clicks."""
    go(page, server, f"{FEW}&lang={'en' if lang == 'zh' else 'zh'}")
    page.get_by_text({"zh": "中文", "en": "EN"}[lang], exact=True).click()
    asked = {"zh": "最多带得动多少增长", "en": "What growth can it carry"}[lang]
    page.locator('[data-testid="stRadio"]').get_by_text(asked).click(timeout=60_000)
    words = ("size", "dalian-2020", "--ask", "growth", *WORDS, "--json", "--quiet")
    found = json.loads(kit.once(*words, expect=(0, 3)))
    said = {"zh": "守不住", "en": "not kept"}[lang] if found["trend"] is None else percent(found["trend"] / 1_000_000)
    says(page, said)
    assert f"lang={lang}" in page.url or lang == "zh"
    keep(page, f"growth-{lang}")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_journey_two_policies_beside_each_other(page: Any, server: Server, told: dict[str, Any], lang: str) -> None:
    """A second scheme chosen from the list: its cost and the difference are those of two runs of the command line."""
    go(page, server, f"{FEW}&lang={lang}&page=compare", "table.pf")
    other = answer_of("dalian-district-pots")
    title = load("dalian-district-pots").title.model_dump()[lang]
    page.locator('[data-testid="stMultiSelect"] input').fill(title)
    page.get_by_role("option", name=title).first.click()
    costs = [row(each, "cost")["value"] for each in (told, other)]
    page.wait_for_function("title => document.querySelector('table.pf')?.innerText.includes(title)", arg=title,
                           timeout=60_000)
    text = settle(page, "table.pf")
    assert any(money(costs[1], lang, digits) in text for digits in (2, 3, 4))
    assert any(money(costs[1] - costs[0], lang, digits, sign=True) in text for digits in (2, 3, 4))
    assert "with=dalian-district-pots" in page.url
    keep(page, f"compare-two-{lang}")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_journey_compare_then_follow_the_bad_path(page: Any, server: Server, told: dict[str, Any], lang: str) -> None:
    text = go(page, server, f"{FEW}&lang={lang}&page=compare", "table.pf")
    lever = row(told, "lever_cost", "share")
    assert any(money(lever["value"], lang, digits, sign=True) in text for digits in (2, 3, 4))
    keep(page, f"compare-{lang}")
    page.get_by_role("button", name={"zh": "追踪一次", "en": "Follow one path"}[lang], exact=True).click()
    page.wait_for_selector("code:has-text('--path')", timeout=60_000)
    (path,) = re.findall(r"--path (\d+)", page.locator("code:has-text('--path')").first.inner_text())
    document = json.loads(kit.once("trace", "dalian-2020", "--path", path, "--seed", "1", "--json", "--quiet"))
    text = settle(page, "table.pf")
    for pot in document["pots"]:
        assert f"{pot['closing'] / 1_000_000:,.2f}" in text
    keep(page, f"trace-{lang}")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_journey_twelve_values_one_changed_and_put_back(page: Any, server: Server, lang: str) -> None:
    """Twelve rows in sight, more when a fold is opened; the fund is changed and put back."""
    go(page, server, f"{FEW}&lang={lang}&page=scheme", ".pf-value")
    page.wait_for_selector("[data-testid=stDownloadButton]", timeout=150_000)
    settle(page, ".pf-value")
    assert page.locator(".pf-value:visible").count() == 12
    keep(page, f"scheme-{lang}")
    page.locator("[data-testid=stExpander] summary").first.click()
    page.wait_for_function("[...document.querySelectorAll('.pf-value')].filter(e => e.checkVisibility()).length > 12")
    field = page.get_by_role("textbox", name={"zh": "基金 (万元)", "en": "Fund (CNY m)"}[lang])
    field.fill({"zh": "750", "en": "7.5"}[lang])
    field.press("Enter")
    page.wait_for_selector({"zh": "text=原值 2,400 万元", "en": "text=was CNY 24.00 m"}[lang], timeout=60_000)
    keep(page, f"scheme-changed-{lang}")
    page.get_by_role("button", name={"zh": "改回原值", "en": "Put back"}[lang]).first.click()
    page.wait_for_function("!location.search.includes('set=')", timeout=60_000)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_journey_the_log_of_a_path_as_a_file(page: Any, server: Server, lang: str) -> None:
    """The file a reader gets has every contribution, loan, default, claim and recovery of the command line's path."""
    small = ("pots.city.contributors.0.amount=25 万元", "pots.city.contributors.1.amount=50 万元")
    query = f"{FEW}&lang={lang}&page=trace&path=1&{urlencode({'set': small}, doseq=True)}"
    go(page, server, query, "code:has-text('--path')")
    with page.expect_download() as waiting:
        page.get_by_role("button", name={"zh": "下载全部事项", "en": "Download all events"}[lang]).click()
    told = Path(waiting.value.path()).read_bytes().decode("utf-8-sig").splitlines()
    words = (word for each in small for word in ("--set", each))
    found = json.loads(kit.once("trace", "dalian-2020", "--path", "1", *words, "--seed", "1", "--json", "--quiet"))
    for kind in ("disbursed", "repaid", "default", "determination", "lapsed"):
        assert sum(f'"{text_of(f"event_{kind}", lang)}"' in line for line in told) == \
            sum(each["kind"] == kind for each in found["events"]), kind
    for kind in ("contribution", "claim", "recovery", "refund"):
        assert sum(f'"{text_of(f"event_{kind}", lang)}"' in line for line in told) == \
            sum(each["event"] == kind for each in found["ledger"]), kind
    font = page.evaluate("getComputedStyle(document.querySelector('code')).fontFamily")
    assert "Noto Sans SC" in font                  # commands hold Chinese amounts
    keep(page, f"trace-log-{lang}")


def test_journey_a_fund_too_small_typed_in(page: Any, server: Server) -> None:
    """The verdict gives way to a banner, no size is shown as if it held, and the link holds what was typed."""
    go(page, server, FEW)
    field = page.get_by_role("textbox", name="基金 (万元)")
    field.fill("300")
    field.press("Enter")
    says(page, "结论须重新测算")
    text = settle(page)
    assert "现有基金" not in page.inner_text(".pf-verdict") and "✘ 不够" in text
    assert "pf-strip" not in page.content().replace(".pf-strip", "")
    assert "set=pots.city.contributors.0.amount" in page.url
    keep(page, "answer-small-zh")
    field.fill("十万")
    field.press("Enter")
    page.wait_for_selector("[role=alert]", timeout=20_000)
    assert "看不懂" in page.inner_text("body")
    keep(page, "answer-mistake-zh")


def test_a_moved_slider_shows_grey_digits_first_and_then_all(page: Any, server: Server) -> None:
    """A key moves it by a step; the 2,000 paths' digits are grey, the 2,500's are not, each those of its own run."""
    go(page, server, f"paths=2500&draws=2&{urlencode({'set': 'pots.city.leverage=9x'})}")
    thumb = page.locator('[data-testid="stSlider"] input').first
    thumb.wait_for(state="attached", timeout=150_000)
    still(page)
    page.evaluate("""() => { const told = [], look = () => { const cards = document.querySelector('.pf-cards');
        const now = cards && [!!cards.querySelector('.pf-grey'), cards.innerText];
        if (now && String(now) !== String(told.at(-1))) told.push(now); };
        window.told = told; look();
        new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
    }""")
    thumb.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("window.told.length > 2 && !window.told.at(-1)[0]", timeout=150_000)
    before, *grey, after = page.evaluate("window.told")
    assert not before[0] and not after[0] and grey and all(each[0] for each in grey)
    changes = tuple(tuple(each.split("=")) for each in parse_qs(urlsplit(page.url).query)["set"])
    assert len(changes) == 2 and changes[0][0] == "market.eligible_share"
    for (_, said), paths in ((grey[-1], work.FEW), (after, 2_500)):
        sheet = work.quick(work.opened("dalian-2020", changes), paths, 1).sheet
        for key, cells in (("refusal", ratio_cells), ("peak_use", ratio_cells), ("exhaustion", percent_cells)):
            assert cells(sheet.row(key), "zh")[0] in said, (key, paths)
    assert f"{work.FEW:,} 次未出现" in grey[-1][1] and "2,500 次未出现" in after[1]
    keep(page, "slider-zh")


def test_a_job_outlives_a_killed_server(page: Any, server: Server) -> None:
    """Killed in the middle, begun again, the same address finds the job, and its result is the command line's."""
    query = f"{FEW}&{urlencode({'set': kit.SETS}, doseq=True)}"
    go(page, server, query)
    page.get_by_role("button", name="完整测算").click()
    page.wait_for_selector("[data-testid=stProgress]", timeout=60_000)
    pairs = [(path, given) for path, given in (each.split("=") for each in kit.SETS)]
    begun = jobs.find(kit.job(kit.view(pairs)))        # others may run: the growth of a shipped scheme
    assert begun is not None and begun.state == "running"
    server.kill()
    assert jobs.find(begun.name).state == "running"  # type: ignore[union-attr]
    server.restart()
    go(page, server, query)
    page.wait_for_selector(".pf-strip", timeout=150_000)
    shown = settle(page)
    found = answer_of("dalian-2020", *kit.SET_WORDS)
    kept = json.loads((server.runs / begun.name / "out" / "answer.json").read_text("utf-8"))
    assert {**kept, "command": ""} == {**found, "command": ""}
    assert percent(row(found, "exhaustion")["value"], PATHS) in shown
