"""What Streamlit itself says, in the reader's language: lists, uploads, a server that is gone, a page that broke."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
import streamlit
from streamlit.elements import exception

from simulator.lang import text
from simulator.ui import frame
from tests.app.browser import CHROMIUM, FEW, Server, go, keep, still

if CHROMIUM is None and not os.environ.get("CI_BROWSER"):
    pytest.skip("needs chromium (Debian: apt install chromium)", allow_module_level=True)

NAMED = """[...document.querySelectorAll('[aria-label], [placeholder], [title]')].filter(e => e.checkVisibility())
    .flatMap(e => ['aria-label', 'placeholder', 'title'].map(name => e.getAttribute(name) ?? ''))"""
PHRASES = [said for phrases in frame.SAID.values() for said in phrases]
KEYS = [key for key, phrases in frame.SAID.items() for _ in phrases]
CRASHED = exception._GENERIC_UNCAUGHT_EXCEPTION_TEXT


def test_streamlit_says_what_is_replaced() -> None:
    """Each phrase is in the code that the browser gets: another Streamlit with other words is noticed here."""
    static = Path(streamlit.__file__).parent / "static"
    code = CRASHED + "".join(file.read_text("utf-8") for file in static.rglob("*.js"))
    for said in PHRASES:
        assert all(part.strip() in code for part in said.split("*")), said


def test_every_phrase_is_replaced_and_put_back(page: Any, server: Server) -> None:
    """As text and as a name for those who listen; in Chinese no Latin word is left but a command's and a file's."""
    go(page, server, f"{FEW}&page=data", ".pf-note")
    phrases = [said.replace("*", "7") for said in PHRASES] + [CRASHED]
    page.evaluate("""phrases => { const box = document.createElement('div'); box.id = 'said';
        for (const each of phrases) { const one = document.createElement('p');
            one.textContent = each; one.setAttribute('aria-label', each); box.append(one); }
        document.body.append(box); }""", phrases)
    got = "[...document.querySelectorAll('#said p')].map(p => [p.textContent, p.getAttribute('aria-label')])"
    for lang in ("zh", "en", "zh"):
        page.evaluate(frame.script(lang))
        told = page.evaluate(got)
        assert told == [[text(key, lang, n="7")] * 2 for key in [*KEYS, "ui_defect"]]
        assert page.evaluate("document.documentElement.lang") == {"zh": "zh-CN", "en": "en"}[lang]
    left = set(re.findall("[A-Za-z]+", " ".join(said for said, _ in told)))
    assert left == {"pledgefund", "app"}
    page.evaluate("document.querySelector('#said p').firstChild.data = 'No results'")          # in place
    page.wait_for_function("word => document.querySelector('#said p').textContent === word", arg="没有匹配的选项")


def test_what_a_user_wrote_is_left_alone(page: Any, server: Server) -> None:
    go(page, server, f"{FEW}&page=data", ".pf-note")
    page.evaluate("document.querySelector('.pf-note').insertAdjacentHTML('beforeend', '<b id=own>No results</b>')")
    page.wait_for_timeout(200)
    assert page.inner_text("#own") == "No results"


def test_lists_and_uploads_speak_chinese(page: Any, server: Server) -> None:
    go(page, server, f"{FEW}&page=data", ".pf-note")
    still(page)
    assert page.title() == text("ui_brand", "zh")
    page.locator('[data-testid="stSelectbox"] input').first.fill("没有这样的方案")
    page.wait_for_selector("text=没有匹配的选项")
    page.keyboard.press("Escape")
    page.evaluate("document.querySelectorAll('details:not([open]) > summary').forEach(each => each.click())")
    upload = page.locator('[data-testid="stFileUploader"]').nth(1)
    for file, kind, size in (("甲.pdf", "application/pdf", 1), ("乙.csv", "text/csv", 6_000_000)):
        upload.locator("input[type=file]").set_input_files({"name": file, "mimeType": kind, "buffer": b"x" * size})
    page.wait_for_selector("text=文件超过 5.0MB,没有读入。")
    assert "不是这里读的文件类型" in upload.inner_text()
    named = " ".join(page.evaluate(NAMED))
    assert set(re.findall("[A-Za-z]+", named)) <= {"pdf", "csv", "MB", "B"}, named
    keep(page, "upload-refused-zh")


def test_a_server_that_is_gone_is_told_and_the_page_goes_on_after_it(page: Any, server: Server) -> None:
    go(page, server, f"{FEW}&page=data", ".pf-note")
    still(page)
    server.kill()
    try:
        page.wait_for_selector("[role=dialog]", timeout=60_000)
        said = page.inner_text("[role=dialog]")
        assert text("st_lost", "zh") in said and text("st_lost_why", "zh") in said
        assert not re.findall("[A-Za-z]+", said)
        keep(page, "server-gone-zh")
    finally:
        server.restart()
    page.wait_for_selector("[role=dialog]", state="detached", timeout=60_000)
    page.wait_for_load_state("load")
    still(page)
    page.get_by_role("button", name="验证与来源").click()
    page.wait_for_selector("table.pf", timeout=60_000)
