"""Pieces of a page: tables, cards, badges. All text is escaped here, whoever wrote it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from math import floor, log10

import streamlit as st

from simulator.lang import text

STYLE = """<style>
.block-container{padding:1.1rem 1.6rem 2rem;max-width:1320px}
[data-testid="stHeader"]{display:none}
[data-testid="stSidebar"]{min-width:205px;max-width:225px}
[data-testid="stSidebarHeader"]{height:1.2rem;padding:.2rem .6rem;margin:0}
[data-testid="stSidebar"] [data-testid="stVerticalBlock"]{gap:.15rem}
[data-testid="stSidebar"] button{justify-content:flex-start;text-align:left;padding:.1rem .5rem;min-height:1.9rem}
[data-testid="stSidebar"] [data-testid="stButtonGroup"] button{justify-content:center;text-align:center}
[data-testid="stSidebar"] button>div{justify-content:flex-start;text-align:left}
[data-testid="InputInstructions"]{display:none}
[data-testid="stMainBlockContainer"] [data-testid="stVerticalBlock"]{gap:.55rem}
.pf-brand{font-weight:700;font-size:1.02rem;line-height:1.3;margin:.1rem 0 .4rem}
.pf-group{color:#5b6570;font-size:.78rem;margin:.5rem 0 0 .2rem}
.pf-verdict{border-left:6px solid #1f5fa8;background:#eef4fb;padding:.55rem .9rem;border-radius:4px;font-size:1.1rem;
  line-height:1.5}
.pf-verdict.no{border-color:#b4540a;background:#fdf3e9}.pf-verdict.none,.pf-verdict.stale{border-color:#5b6570;background:#f1f2f4}
.pf-verdict b{margin-right:.5rem}.pf-verdict small{color:#46505a;display:block;font-size:.85rem}
.pf-cards{margin:.5rem 0;display:grid;grid-template-columns:repeat(3,1fr);gap:.7rem}
.pf-card{border:1px solid #cfd6de;border-radius:6px;padding:.45rem .8rem .5rem;background:#fff}
.pf-card h4{margin:0 0 .15rem;font-size:.98rem;padding:0}.pf-card p{margin:.05rem 0;font-size:.88rem;line-height:1.45}
.pf-card .big{font-size:1.28rem;font-weight:700}.pf-card .soft{color:#46505a}
.pf-mark{display:inline-block;border-radius:3px;padding:0 .35rem;margin-left:.35rem;font-weight:700;font-size:.85rem}
.pf-mark.yes{background:#dcebf9;color:#0b4a86}.pf-mark.no{background:#fbe3cc;color:#8a3c00}
.pf-mark.open{background:#e6e8eb;color:#3c444d}
.pf-grey{color:#8b939c}
.pf-strip{position:relative;height:58px;margin:.2rem 5.5rem .2rem 4rem;font-size:.78rem}
.pf-strip .axis{position:absolute;left:0;right:0;top:26px;height:8px;background:#e6e8eb;border-radius:4px}
.pf-strip .range{position:absolute;top:26px;height:8px;background:#f2c38f;border-radius:4px}
.pf-strip .error{position:absolute;top:22px;height:16px;background:#1f5fa8;border-radius:2px;min-width:3px}
.pf-strip .here{position:absolute;top:18px;width:3px;height:24px;background:#20262d}
.pf-strip .zone{position:absolute;top:36px;height:4px;background:#4a9b6e;border-radius:2px}
.pf-strip .end,.pf-strip .key{position:absolute;white-space:nowrap;color:#5b6570}
.pf-strip .key{top:42px}.pf-strip .key::before{content:"▬ ";color:#4a9b6e}
.pf-strip .end{top:21px}.pf-strip .end.low{right:calc(100% + .5rem)}.pf-strip .end.high{left:calc(100% + .5rem)}
.pf-strip .label{position:absolute;white-space:nowrap;transform:translateX(-50%)}
.pf-wrap{overflow-x:auto}
table.pf{border-collapse:collapse;font-size:.88rem;width:100%;font-variant-numeric:tabular-nums}
table.pf th{background:#f1f3f6;text-align:left;padding:.22rem .55rem;border-bottom:2px solid #cfd6de;font-weight:700}
table.pf td{padding:.18rem .55rem;border-bottom:1px solid #e6e8eb;vertical-align:top}
table.pf td:first-child{min-width:6em}table.pf small{color:#46505a}
table.pf .r{text-align:right;white-space:nowrap}table.pf .c{text-align:center}
table.pf tr.sum td{font-weight:700;border-top:2px solid #cfd6de}
.pf-badge{border:1px solid #9aa4af;border-radius:3px;font-size:.74rem;padding:0 .25rem;color:#3c444d;white-space:nowrap}
.pf-badge.A{border-color:#b4540a;color:#8a3c00}.pf-badge.S,.pf-badge.P{border-color:#1f5fa8;color:#0b4a86}
.pf-note{color:#46505a;font-size:.85rem;line-height:1.5;margin:0}
.pf-size{margin-top:.35rem;font-size:.95rem;white-space:pre-wrap}
.pf-stamp{color:#5b6570;font-size:.8rem;margin:.2rem 0 0}
.pf-figure img{max-width:100%}
h2.pf{font-size:1.15rem;margin:.3rem 0 .1rem;padding:0}h3.pf{font-size:1rem;margin:.3rem 0 .1rem;padding:0}
[data-testid="stFileUploaderDropzoneInstructions"]{display:none}
[data-testid="stException"] a,[data-testid="stException"] button{display:none}
</style>"""


class Html(str):
    """Text that is HTML already."""


def cell(value: object) -> str:
    """A cell's HTML."""
    return value if isinstance(value, Html) else escape(str(value))


def quoted(title: str, rest: str = "") -> Html:
    """A title as its document has it, in whatever language, and what is said of it."""
    cited = f'<cite class="pf-quoted">{escape(title)}</cite>' if title else ""
    return Html(" · ".join(part for part in (cited, escape(rest)) if part))


def style() -> None:
    """The look of every page."""
    st.html(STYLE)


def show(html: str) -> None:
    """Ready HTML: callers have escaped what they put in."""
    st.html(html)


def heading(said: str, level: int = 2) -> None:
    """A heading inside a page."""
    show(f'<h{level} class="pf">{escape(said)}</h{level}>')


def note(*lines: str) -> None:
    """Small text; lines of HTML stay as they are, empty ones are left out."""
    if any(lines):
        show("".join(f'<p class="pf-note">{cell(line)}</p>' for line in lines if line))


def fits(holds: bool) -> Html:
    """A cell of a table of what works: a sign on a colour of its own."""
    return Html(f'<span class="pf-mark {"yes" if holds else "no"}">{"✔" if holds else "✘"}</span>')


def badge(grade: str, lang: str) -> str:
    """A grade of evidence as HTML."""
    return f'<span class="pf-badge {escape(grade)}">{escape(text(f"grade_{grade}", lang))}</span>'


def mark(holds: bool | None, lang: str) -> str:
    """✔ yes, ✘ no, ? open: by sign and word, never by colour alone. HTML."""
    kind, sign = {True: ("yes", "✔"), False: ("no", "✘"), None: ("open", "?")}[holds]
    return f'<span class="pf-mark {kind}">{sign} {escape(text(f"ui_mark_{kind}", lang))}</span>'


def table(heads: Sequence[object], rows: Iterable[Sequence[object]], align: str = "", sums: int = 0,
          caption: str = "", hover: str = "") -> str:
    """A table as HTML: ``align`` a letter a column (l, r, c), the last ``sums`` rows are totals; ``hover`` on all."""
    kinds = [{"r": ' class="r"', "c": ' class="c"'}.get(letter, "") for letter in align.ljust(len(heads), "l")]
    body = [list(row) for row in rows]
    above = "".join(f'<th scope="col"{kind}>{cell(head)}</th>' for head, kind in zip(heads, kinds, strict=True))
    lines = [f"<tr>{above}</tr>"]
    for number, row in enumerate(body):
        total = ' class="sum"' if number >= len(body) - sums else ""
        lines.append(f"<tr{total}>" + "".join(f"<td{kind}>{cell(value)}</td>"
                                              for value, kind in zip(row, kinds, strict=True)) + "</tr>")
    said = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f'<div class="pf-wrap"><table class="pf"{_hover(hover)}>{said}{"".join(lines)}</table></div>'


def _hover(said: str) -> str:
    return f' title="{escape(said)}"' if said else ""


def csv(heads: Sequence[object], rows: Iterable[Sequence[object]]) -> bytes:
    """The same as a file that a spreadsheet opens with Chinese intact; a text never starts a formula."""
    def plain(value: object) -> str:
        said = str(value)
        told = "'" + said if said[:1] in "=+@\t\r" or (said[:1] == "-" and not said[1:2].isdigit()) else said
        return '"' + told.replace('"', '""') + '"'

    lines = [",".join(plain(value) for value in row) for row in [list(heads), *map(list, rows)]]
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def verdict(said: str, holds: bool | None, small: str = "", lang: str = "zh", grey: bool = False) -> str:
    """The sentence above everything."""
    kind = "none" if holds is None else "" if holds else "no"
    below = f"<small>{escape(small)}</small>" if small else ""
    return (f'<div class="pf-verdict {kind}{" pf-grey" if grey else ""}" role="status">'
            f"<b>{escape(text('ans_verdict', lang))}</b>{escape(said)}{below}</div>")


def stale(said: str, lang: str) -> str:
    """What stands in the verdict's place while the inputs are other than those of the last whole answer."""
    return (f'<div class="pf-verdict stale" role="status"><b>{escape(text("ui_stale", lang))}</b>'
            f"{mark(None, lang)}<small>{escape(said)}</small></div>")


def card(title: str, holds: bool | None, lines: Sequence[tuple[str, str]], lang: str, grey: bool = False,
         hover: str = "") -> str:
    """One of the three cards: lines of (class, text), the first the number itself."""
    body = "".join(f'<p class="{kind}{" pf-grey" if grey else ""}">{escape(said)}</p>' for kind, said in lines)
    return f'<div class="pf-card"{_hover(hover)}><h4>{escape(title)}{mark(holds, lang)}</h4>{body}</div>'


def round_up(value: float) -> float:
    """The next round number above 1.05 times a value: 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten."""
    power = 10.0 ** floor(log10(1.05 * value)) if value > 0 else 1.0
    return next(step * power for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * power >= 1.05 * value)


def strip(ends: tuple[float, float | None], error: tuple[float, float | None], size: float, present: float,
          words: dict[str, str], named: Callable[[float], str]) -> str:
    """The size with both intervals on one axis from nothing up, the sizes that keep every promise, the present fund.

    All in fen; None: no bound. ``named`` writes an amount.
    """
    most = round_up(max(value for value in (*ends, *error, size, present) if value is not None))

    def at(value: float | None) -> float:
        return 100.0 if value is None else min(100.0, 100 * value / most)

    def bar(kind: str, pair: tuple[float, float | None]) -> str:
        left, wide = at(pair[0]), max(0.0, at(pair[1]) - at(pair[0]))
        return f'<div class="{kind}" style="left:{left:.2f}%;width:{wide:.2f}%"></div>'

    return (f'<div class="pf-strip" role="img" aria-label="{escape(words["alt"])}"><div class="axis"></div>'
            + bar("zone", (size, most)) + bar("range", ends) + bar("error", error)
            + f'<div class="end low">{escape(named(0))}</div><div class="end high">{escape(named(most))}</div>'
            + f'<div class="key" style="{"right" if at(present) < 50 else "left"}:0">{escape(words["zone"])}</div>'
            + f'<div class="here" style="left:{at(present):.2f}%"></div>'
            + f'<div class="label" style="left:{at(size):.2f}%;top:0">● {escape(words["size"])}</div>'
            + f'<div class="label" style="left:{at(present):.2f}%;top:42px">◆ {escape(words["present"])}</div></div>')
