"""送审稿: the answer on a page of its own, to be printed and filed: what the screen says, and what it rests on."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape
from io import BytesIO

from simulator.report import names

from . import parts
from .draw import FONTS as STATIC
from .evidence import counts_line, regulated_line, unknown_rows, value_told
from .labels import change
from .session import View

FONTS = {400: "NotoSansSC-Regular-GB2312.otf", 700: "NotoSansSC-Bold-GB2312.otf"}
PRINT = ("<style>body{font-family:'pledgefund paper','Noto Sans CJK SC','Microsoft YaHei','PingFang SC',sans-serif;"
         "max-width:980px;margin:1.5rem auto;padding:0 1rem;color:#20262d}h1{font-size:1.3rem;margin:0 0 .3rem}"
         "pre{white-space:pre-wrap;overflow-wrap:anywhere}"
         "@media print{body{margin:0;max-width:none;font-size:10pt}.pf-wrap{overflow:visible}tr{break-inside:avoid}}"
         "@page{size:A4;margin:14mm}</style>")


def brief(view: View, top: str, money: tuple[Sequence[object], Sequence[Sequence[object]]], sums: str,
          stamp: str) -> bytes:
    """One page of HTML without anything from elsewhere. ``top`` is the screen's verdict, cards and size as HTML."""
    heads, rows = money
    head = escape(names.words(view.scenario.title, view.lang))
    sections = [f"<h1>{head}</h1>", note(view.t("ui_brief_what")), *changed(view), top,
                heading(view.t("ui_money")), parts.table(heads, rows, "l" + "r" * (len(heads) - 1), sums=1), note(sums),
                heading(view.t("ui_brief_basis")), note(regulated_line(view)), note(counts_line(view)),
                heading(view.t("ui_unknown")),
                parts.table([view.t("ui_unknown_what"), view.t("ui_unknown_why")], unknown_rows(view)),
                heading(view.t("ui_brief_again")), f"<pre>{escape(view.reproduce('answer'))}</pre>", note(stamp)]
    lang, body = {"zh": "zh-CN", "en": "en"}[view.lang], "".join(sections)
    return (f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{head}</title>{parts.STYLE}'
            f"<style>{faces(body)}</style>{PRINT}</head><body>{body}</body></html>").encode()


def faces(body: str) -> str:
    """The shipped fonts cut down to the characters of a page, for machines without Chinese ones: CSS."""
    from fontTools import subset

    told = []
    for weight, file in FONTS.items():
        options = subset.Options(layout_features=[], name_IDs=[], hinting=False, desubroutinize=True)
        font = subset.load_font(STATIC / file, options)
        cut = subset.Subsetter(options)
        cut.populate(text=body)
        cut.subset(font)
        out = BytesIO()
        subset.save_font(font, out, options)
        source = base64.b64encode(out.getvalue()).decode()
        told.append(f"@font-face{{font-family:'pledgefund paper';font-weight:{weight};"
                    f"src:url(data:font/otf;base64,{source})}}")
    return "".join(told)


def changed(view: View) -> list[str]:
    """What was changed of the scheme as it is shipped, old and new; nothing where nothing was."""
    if not view.state.changes:
        return []
    kinds = view.original.provenance
    before = ["—" if path not in kinds else value_told(view.original, kinds[path], view.lang)
              for path, _ in view.state.changes]
    rows = [[named, old, given] for old, (named, given) in zip(before, (
        change(view.scenario, path, given, view.lang) for path, given in view.state.changes), strict=True)]
    heads = [view.t("ui_brief_value"), view.t("ui_brief_before"), view.t("ui_brief_given")]
    return [heading(view.t("ui_brief_changed")), parts.table(heads, rows)]


def heading(said: str) -> str:
    """A heading as HTML."""
    return f'<h2 class="pf">{escape(said)}</h2>'


def note(said: str) -> str:
    """Small text as HTML."""
    return f'<p class="pf-note">{parts.cell(said)}</p>'
