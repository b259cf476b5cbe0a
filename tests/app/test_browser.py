"""The app in a real browser: journeys of a first-time user, what leaves the machine, what a killed server leaves.

Needs Debian's chromium; where CI_BROWSER is set, a missing browser is a failure and not a skip. Pictures are kept
where PLEDGEFUND_SHOTS says.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from simulator.lang import text as text_of
from simulator.report.numbers import money, percent, span
from simulator.scheme import load
from simulator.ui import jobs, work
from tests.app import kit
from tests.app.kit import PATHS, ROOT, WORDS, answer_of, row

CHROMIUM = shutil.which("chromium")
SWITCHES = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync"]
FEW = f"paths={PATHS}&draws=2"
# Latin words that Chinese readers use, and what is quoted: titles of sources, grades of firms, names of programs.
ALLOWED = {"EN", "b", "LPR", "pledgefund", "trace", "z"}

if CHROMIUM is None and not os.environ.get("CI_BROWSER"):
    pytest.skip("needs chromium (Debian: apt install chromium)", allow_module_level=True)


class Server:
    """The app as ``pledgefund app`` serves it, with a folder of runs of its own."""

    def __init__(self, runs: Path) -> None:
        self.runs = runs
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = self._begin()

    def _begin(self) -> subprocess.Popen[bytes]:
        environment = {**os.environ, work.RUNS_VARIABLE: str(self.runs), "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen([sys.executable, "-m", "simulator.cli", "app", "--port", str(self.port)], cwd=ROOT,
                                   env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(300):
            try:
                with urllib.request.urlopen(f"{self.at()}_stcore/health", timeout=2):
                    return process
            except OSError:
                time.sleep(0.2)
        raise AssertionError("the server did not come up")

    def at(self, query: str = "") -> str:
        return f"http://127.0.0.1:{self.port}/{query and '?' + query}"

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)

    def restart(self) -> None:
        self.process = self._begin()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patch:
        runs = kit.runs_at(tmp_path_factory.mktemp("runs"))
        patch.setenv(work.RUNS_VARIABLE, str(runs))
        served = Server(runs)
        yield served
        served.kill()
        for each in jobs.every():
            jobs.cancel(each.name)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, "no chromium, and CI_BROWSER asks for it"
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any, server: Server) -> Iterator[Any]:
    """A page that remembers every address it asks; at the end none may lie outside this machine."""
    shown = browser.new_page(viewport={"width": 1366, "height": 768})
    asked: list[str] = []
    shown.on("request", lambda request: asked.append(request.url))
    shown.on("websocket", lambda socket: asked.append(socket.url))
    yield shown
    shown.close()
    assert asked and not [url for url in asked
                          if not url.startswith((server.at(), server.at().replace("http", "ws"), "data:", "blob:"))]


def go(page: Any, server: Server, query: str, sign: str = ".pf-stamp") -> str:
    """Open an address; the text of the page once it is drawn."""
    page.goto(server.at(query))
    return settle(page, sign)


def settle(page: Any, sign: str = ".pf-stamp") -> str:
    page.wait_for_selector(sign, timeout=150_000)
    page.wait_for_function("!document.querySelector('[data-stale=\"true\"]')", timeout=150_000)
    return str(page.inner_text("body"))


def says(page: Any, *said: str) -> None:
    """Wait until the verdict says one of these."""
    page.wait_for_function("said => said.some(one => document.querySelector('.pf-verdict')?.innerText.includes(one))",
                           arg=list(said), timeout=150_000)


def bare(text: str) -> str:
    """Without spaces and line breaks: the terminal breaks lines elsewhere than a browser."""
    return re.sub(r"\s", "", text)


def verdict_of(lang: str) -> str:
    """The sentence of the command line's verdict, with its condition."""
    words = kit.once("answer", "dalian-2020", *WORDS, "--lang", lang, "--quiet")
    head, end = {"zh": ("结论", "只看赔空"), "en": ("Verdict", "size needed")}[lang]
    (sentence,) = re.findall(rf"^{head}\s+(.*?)\n\s+{end}", words, flags=re.S | re.M)
    return bare(sentence)


def keep(page: Any, name: str) -> None:
    """A picture for people to look at, where one is wanted."""
    folder = os.environ.get("PLEDGEFUND_SHOTS")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


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
    page.get_by_text({"zh": "需要多大基金", "en": "How large must it be"}[lang]).click()
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
    page.get_by_text({"zh": "最多带得动多少增长", "en": "What growth can it carry"}[lang]).click(timeout=60_000)
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


NAMES = ("answer", "scheme", "compare", "size", "stress", "trace", "data", "evidence")
PAGES = [("dalian-2020", name) for name in NAMES]
PAGES += [(scheme, name) for scheme in ("liaoning-2021", "qingdao") for name in ("answer", "scheme", "evidence")]


@pytest.mark.parametrize(("scheme", "name"), PAGES)
def test_no_latin_word_on_a_chinese_page(page: Any, server: Server, scheme: str, name: str) -> None:
    """Code, addresses, and what sources and documents call themselves are quoted, everything else is Chinese.

    With every fold, popover and tab opened, and the warning of a link that asks for something unknown."""
    go(page, server, f"{FEW}&s={scheme}&page={name}&nonsense=1&set=lending.spred%3D3%25", ".pf-note, .pf-stamp")
    page.wait_for_timeout(1500)
    settle(page, ".pf-note, .pf-stamp")
    for tab in page.get_by_role("tab").all() or [None]:
        if tab is not None:
            tab.click()
            page.wait_for_timeout(300)
        page.evaluate("document.querySelectorAll('details:not([open]) > summary').forEach(each => each.click())")
        page.wait_for_timeout(700)
        words = latin(page)
        assert words <= ALLOWED, sorted(words - ALLOWED)
    keep(page, f"page-{scheme}-{name}-zh")
    for popover in page.locator('[data-testid="stPopover"] button').all():
        popover.click()
        page.wait_for_timeout(500)
        words = latin(page)
        assert words <= ALLOWED, sorted(words - ALLOWED)
        page.keyboard.press("Escape")


def latin(page: Any) -> set[str]:
    """Latin words in sight, quotations apart."""
    text = page.evaluate("""() => {
        const copy = document.body.cloneNode(true);
        const own = '[data-testid="stIconMaterial"], [data-testid="stSkipToContent"]';
        copy.querySelectorAll('code, pre, .pf-quoted, style, script, ' + own).forEach(e => e.remove());
        document.body.appendChild(copy); const said = copy.innerText; copy.remove(); return said; }""")
    plain = re.sub("“[^”]*”|「[^」]*」", "", text)                           # what the reader wrote, keys of a file
    plain = re.sub(r"\b[0-9a-f]{6,12}\b", "", plain)                         # a scheme's hash
    return set(re.findall(r"[A-Za-z]+", plain))


def test_every_download_is_what_its_button_says(page: Any, server: Server, tmp_path: Path) -> None:
    """Pressed in the browser: tables for a spreadsheet, pictures, papers that stand alone, a scheme that loads."""
    begins = {"csv": b"\xef\xbb\xbf", "png": b"\x89PNG", "svg": b"<?xml", "html": b"<!doctype html>", "json": b"{",
              "txt": "大连".encode(), "yaml": b""}
    got = set()

    def buttons(name: str) -> list[Any]:
        go(page, server, f"{FEW}&page={name}", "table.pf")
        if name == "answer":
            page.wait_for_selector(".pf-strip", timeout=150_000)
            page.wait_for_selector('[data-testid="stSlider"]', timeout=150_000)          # the page's last part
        settle(page, "table.pf")
        page.evaluate("document.querySelectorAll('details:not([open]) > summary').forEach(each => each.click())")
        page.wait_for_timeout(1500)
        return list(page.locator('[data-testid="stDownloadButton"] button:visible').all())

    for name in ("answer", "size", "stress", "compare", "trace"):
        there = buttons(name)
        for n in range(len(there)):
            if n and n % 8 == 0:                                           # a browser lets a page save ten files
                there = buttons(name)
            with page.expect_download(timeout=60_000) as begun:
                there[n].click()
            file = tmp_path / begun.value.suggested_filename
            begun.value.save_as(file)
            kind = file.suffix.removeprefix(".")
            assert file.read_bytes().lower().startswith(begins[kind].lower()), file.name
            assert kind != "html" or not re.search(rb"(src|href)=[\"']?http", file.read_bytes())
            got.add(kind)
    page.locator('[data-testid="stPopover"] button').first.click()
    with page.expect_download() as begun:
        page.get_by_role("button", name="下载方案文件").click()
    begun.value.save_as(tmp_path / "own.yaml")
    assert load(tmp_path / "own.yaml").title == load("dalian-2020").title
    assert got == {"csv", "png", "svg", "html", "json", "txt"}


def test_chinese_is_drawn_in_the_shipped_font(page: Any, server: Server) -> None:
    """Both weights are loaded from the app itself, so nothing depends on the fonts of the machine."""
    go(page, server, FEW)
    # A face is fetched when a glyph of it is first laid out: the text is there before the font is.
    page.wait_for_function("""() => { const loaded = [...document.fonts].filter(
        f => f.family.includes('Noto Sans SC') && f.status === 'loaded').map(f => f.weight);
        return loaded.includes('400') && loaded.includes('700'); }""", timeout=60_000)
    assert "Noto Sans SC" in page.evaluate("getComputedStyle(document.querySelector('.pf-verdict')).fontFamily")


def test_the_server_is_for_this_machine_only(server: Server) -> None:
    """The kernel's own list of sockets: state 0A listens, 0100007F is 127.0.0.1."""
    listening = [line.split()[1].split(":")[0] for table in ("tcp", "tcp6") if Path(f"/proc/net/{table}").is_file()
                 for line in Path(f"/proc/net/{table}").read_text("ascii").splitlines()[1:]
                 if line.split()[3] == "0A" and int(line.split()[1].split(":")[1], 16) == server.port]
    assert listening == ["0100007F"]


def test_a_job_outlives_a_killed_server(page: Any, server: Server) -> None:
    """Killed in the middle, begun again, the same address finds the job, and its result is the command line's."""
    query = f"{FEW}&{urlencode({'set': kit.SETS}, doseq=True)}"
    go(page, server, query)
    page.get_by_role("button", name="完整测算").click()
    page.wait_for_selector("[data-testid=stProgress]", timeout=60_000)
    (begun,) = [each for each in jobs.every() if each.state == "running"]
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


