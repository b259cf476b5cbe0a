"""Every page in a real browser: words, fonts, downloads, and who may reach the server."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from simulator.scheme import load
from tests.app.browser import CHROMIUM, FEW, Server, go, keep, settle, still
from tests.app.test_together import SCHEME, placed

if CHROMIUM is None and not os.environ.get("CI_BROWSER"):
    pytest.skip("needs chromium (Debian: apt install chromium)", allow_module_level=True)


# Latin words that Chinese readers use, and what is quoted: titles of sources, grades of firms, names of programs.
ALLOWED = {"EN", "b", "LPR", "pledgefund", "trace", "z"}

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
    still(page)                            # a page that is drawn anew has fewer of them for a while
    for popover in page.locator('[data-testid="stPopover"] button').all():
        popover.click(timeout=150_000)
        page.wait_for_timeout(500)
        words = latin(page)
        assert words <= ALLOWED, sorted(words - ALLOWED)
        page.keyboard.press("Escape")


def test_a_finished_analysis_of_all_assumptions_speaks_chinese(page: Any, server: Server) -> None:
    """Its fold is open for whoever comes back to it, with tables and charts."""
    about = '{"pid": 0, "begun": 1.0, "titles": {"zh": "敏感性"}}'
    (server.runs / placed(server.runs) / "job.json").write_text(about, "utf-8")
    go(page, server, f"{FEW}&s={SCHEME}&page=stress", "text=平均影响")
    settle(page)
    still(page)
    assert page.locator(".pf-figure img").count() >= 3
    assert latin(page) <= ALLOWED, latin(page) - ALLOWED
    keep(page, "together-zh")


def latin(page: Any) -> set[str]:
    """Latin words in sight, quotations apart."""
    text = page.evaluate("""() => {
        const copy = document.body.cloneNode(true);
        const own = '[data-testid="stIconMaterial"]';
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
