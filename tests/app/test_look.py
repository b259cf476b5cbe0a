"""What is drawn can be read: glyphs are in the shipped font, text is never markup, defaults are safe."""

from __future__ import annotations

import csv
import io
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from fontTools.ttLib import TTFont
from matplotlib import font_manager

from simulator import lang
from simulator.scheme.loader import scenarios_folder
from simulator.ui import draw, parts
from tests.app.kit import ROOT

FRONT = ROOT / "simulator" / "ui" / "front"
NASTY = '<img src=x onerror="alert(1)"><script>alert(2)</script>&"\''


@pytest.mark.parametrize("weight", ["Regular", "Bold"])
def test_every_character_has_a_glyph_in_the_shipped_font(weight: str) -> None:
    """All messages in both languages, and everything scenario files say; signs that browsers draw themselves apart."""
    font = TTFont(FRONT / "static" / f"NotoSansSC-{weight}-GB2312.otf")
    known = set(font.getBestCmap())
    said = "".join(side for pair in lang.MESSAGES.values() for side in pair)
    said += "".join(path.read_text("utf-8") for path in scenarios_folder().rglob("*.yaml"))
    lacking = {char for char in said if ord(char) > 32 and ord(char) not in known}
    assert not {char for char in lacking if "\u4e00" <= char <= "\u9fff"}
    assert lacking <= set("✔✘◆●◔ρλφκ₀₁−≈→←…⁻¹²³ⁿ\u0302"), lacking


def test_figures_use_the_shipped_font_and_no_other() -> None:
    """Without a Chinese font on the machine: matplotlib finds the family in the app's own folder."""
    found = Path(font_manager.findfont(draw.FAMILY, fallback_to_default=False))
    assert found.parent == FRONT / "static"
    drawn = draw.bars(["全市质押融资", "违约率"], [3.0, 1.0], ["430 万", "< 0.03%"], "代偿净额的变动")
    svg = draw.rendered(drawn, "svg")
    tree = ElementTree.fromstring(svg)
    assert not [each for each in tree.iter() if each.tag.endswith("}text")]        # all words are outlines
    assert draw.rendered(drawn, "svg") == svg and draw.rendered(drawn, "png")[:4] == b"\x89PNG"
    assert b"http" not in svg.replace(b"http://www.w3.org", b"").replace(b"http://purl.org", b"") \
        .replace(b"http://creativecommons.org", b"").replace(b"https://matplotlib.org", b"")


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen |= {tag} | {name for name, _ in attrs if name.startswith("on")}


@pytest.mark.parametrize("html", [
    parts.table([NASTY], [[NASTY]], caption=NASTY), parts.verdict(NASTY, False, NASTY),
    parts.card(NASTY, None, [("big", NASTY)], "zh"), parts.quoted(NASTY, NASTY), parts.badge("A", "zh"),
    parts.strip((1, 2), (1, None), 1, 3, dict.fromkeys(("alt", "size", "present", "zone"), NASTY), lambda fen: NASTY)])
def test_text_is_never_markup(html: str) -> None:
    tags = Tags()
    tags.feed(html)
    assert not tags.seen & {"img", "script", "onerror"}
    assert "alert(1)" in html or "假设" in html


def test_tables_open_in_a_spreadsheet_with_chinese_and_without_formulas() -> None:
    data = parts.csv(["项目", "=1+1"], [["-62 万", "@x"], ["+cmd|' /C calc'!A0", 'say "hi"'], ["-x", "1,000"]])
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows == [["项目", "'=1+1"], ["-62 万", "'@x"], ["'+cmd|' /C calc'!A0", 'say "hi"'], ["'-x", "1,000"]]


def test_defaults_are_safe() -> None:
    """This machine only, nothing sent home, no tracebacks, uploads of at most 5 MB; fonts come with their licence."""
    config = tomllib.loads((FRONT / ".streamlit" / "config.toml").read_text("utf-8"))
    assert config["server"] | {"address": "127.0.0.1", "enableXsrfProtection": True, "maxUploadSize": 5,
                               "enableStaticServing": True} == config["server"]
    assert config["browser"]["gatherUsageStats"] is False and config["client"]["showErrorDetails"] == "none"
    assert all("Noto Sans SC" in config["theme"][name] for name in ("font", "headingFont", "codeFont"))
    for font in config["theme"]["fontFaces"]:
        assert font["url"].startswith("app/static/") and (FRONT / "static" / Path(font["url"]).name).is_file()
    assert "SIL OPEN FONT LICENSE" in (FRONT / "static" / "OFL.txt").read_text("utf-8").upper()
