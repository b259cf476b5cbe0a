"""答案: the question as a sentence to fill in, the verdict, three cards, the size, what it costs, what it rests on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

import streamlit as st

from simulator.answers import AnswerSheet
from simulator.answers.missing import ANSWERS, SIZE, lacking
from simulator.answers.rows import worst_grade
from simulator.report import names
from simulator.report.lines import money_cells, percent_cells, ratio_cells
from simulator.report.numbers import money, percent, plain
from simulator.report.size_text import growth_lines, head_lines, intervals, size_digits, size_lines, thumb_line
from simulator.report.text import verdict_said
from simulator.report.unanswered import figures_missing, reason
from simulator.scheme.units import format_money

from .. import charts, parts, work
from ..brief import brief
from ..given import fill
from ..jobbox import begin, job_box, titles
from ..question import question_fields, sliders
from ..session import View, turn
from ..state import ASKS
from ..work import Quick, Whole

CARDS = {"pay": "exhaustion", "carry": "refusal", "targets": "target"}       # the card and the rows it tells
FREE = 10_000                              # a width at which no line is broken: the browser breaks lines itself


def render(view: View) -> None:
    """The whole page."""
    key = view.key("ask")
    st.session_state[key] = view.state.ask
    st.radio(view.t("ui_page_answer"), ASKS, key=key, horizontal=True, label_visibility="collapsed",
             format_func=lambda ask: view.t(f"ui_ask_{ask}"),
             on_change=lambda: turn(ask=st.session_state[key]) if st.session_state.get(key) in ASKS else None)
    question_fields(view)
    if view.taken:
        comma = "、" if view.lang == "zh" else ", "
        parts.note(view.t("ui_given_taken", figures=comma.join(view.t(f"figure_{figure}") for figure in view.taken)))
    answers = Answers(view)
    place, waiting = st.empty(), st.empty()
    if lacking(view.scenario, ANSWERS):
        place.html(_unanswered(view))
        if not lacking(view.scenario, SIZE):
            answers.box("answer")
        fill(view)
        _foot(view, answers, None)
        return
    quick = answers.drawn(place, waiting)
    answers.box("growth" if view.state.ask == "growth" else "answer")
    moving = st.container()
    _money(view, quick, answers)
    with st.expander(view.t("ui_charts")):
        charts.render(view, quick)
    _readings(view, quick.sheet)
    if view.state.ask != "growth" and answers.whole is not None and not view.state.changes:
        answers.box("growth")              # for the last line of the second card
    _foot(view, answers, quick)
    with moving:                           # drawn last: which assumptions matter most takes a while to find out
        sliders(view, answers.whole.size if answers.whole else None)


class Answers:
    """What is known so far: the quick headline, the whole answer and the growth, the last two from jobs."""

    def __init__(self, view: View) -> None:
        state = view.state
        self.view = view
        self.names = {kind: work.job_name(kind, view.scenario, state.paths, state.seed, state.draws)
                      for kind in ("answer", "growth")}
        folders = {kind: work.runs_folder() / name for kind, name in self.names.items()}
        self.whole: Whole | None = work.whole_answer(folders["answer"], view.scenario)
        self.growth = work.whole_growth(folders["growth"], view.scenario)

    def drawn(self, place: st.delta_generator.DeltaGenerator, waiting: st.delta_generator.DeltaGenerator) -> Quick:
        """Draw verdict and cards: at once with few paths in grey, then with all of them."""
        view, state = self.view, self.view.state

        def first(sheet: AnswerSheet) -> None:
            place.html(self.begun(sheet))

        def tick(done: int, total: int) -> None:       # drawing lets a newer change of the viewer interrupt this one
            waiting.caption(view.t("ui_running", paths=f"{state.paths:,}", few=f"{work.FEW:,}"))

        if state.paths > work.FEW and not work.known(view.scenario, state.paths, state.seed):
            few = work.quick(view.scenario, work.FEW, state.seed, first=first)
            place.html(self.top(few.sheet, grey=True))
        quick = work.quick(view.scenario, state.paths, state.seed, tick, first if state.paths <= work.FEW else None)
        waiting.empty()
        place.html(self.top(quick.sheet, grey=False))
        return quick

    def top(self, quick: AnswerSheet, grey: bool) -> str:
        """Verdict, cards and size as HTML; what the whole answer adds is there once it is done."""
        return self._verdict(quick, grey) + self._cards(quick, grey) + self._size()

    def begun(self, first: AnswerSheet) -> str:
        """The first digits, in grey: what needs the runs compared with is still to come."""
        if self.whole is not None:
            return self.top(self.whole.sheet, grey=True)
        failed = first.verdict.failed if first.verdict else ()
        return parts.verdict(self.view.t("ui_begun"), None, lang=self.view.lang, grey=True) + self._in_cards((
            ("pay", "exhaustion" not in failed, self._pay(first)),
            ("carry", "refusal" not in failed, self._carry(first)),
            ("targets", None, [("soft", self.view.t("ui_later"))])), first, True)

    @property
    def stale(self) -> bool:
        """Whether inputs were changed and what is asked has not been worked out for them since."""
        asked = self.growth if self.view.state.ask == "growth" else self.whole
        return bool(self.view.state.changes) and asked is None

    def _verdict(self, quick: AnswerSheet, grey: bool) -> str:
        view, lang = self.view, self.view.lang
        sheet = self.whole.sheet if self.whole else quick
        if sheet.verdict is None:
            return ""
        if self.stale:
            return parts.stale(view.t("ui_stale_growth" if view.state.ask == "growth" else "ui_stale_what"), lang)
        if view.state.ask == "growth":
            if self.growth is None:
                return parts.verdict(view.t("ui_growth_later"), None, lang=lang)
            first, *more = growth_lines(self.growth, lang, FREE)
            return parts.verdict(first, self.growth.feasible, " ".join(line.strip() for line in more), lang)
        if view.state.ask == "size":
            size = self.whole.size if self.whole else None
            if size is None:
                return parts.verdict(view.t("ui_size_later"), None, lang=lang)
            first, *more = head_lines(size, lang, FREE)
            return parts.verdict(first, size.feasible, view.t("ui_joint").join(line.strip() for line in more), lang)
        small = "" if self.whole else view.t("ui_condition_later")
        return parts.verdict(verdict_said(sheet, sheet.verdict, lang), sheet.verdict.holds, small, lang, grey)

    def _cards(self, quick: AnswerSheet, grey: bool) -> str:
        sheet = self.whole.sheet if self.whole else quick
        failed = sheet.verdict.failed if sheet.verdict else ()
        return self._in_cards((
            ("pay", "exhaustion" not in failed, self._pay(sheet)),
            ("carry", "refusal" not in failed, self._carry(sheet)),
            ("targets", _targets_hold(sheet), self._targets(sheet))), sheet, grey and self.whole is None)

    def _in_cards(self, cards: Sequence[tuple[str, bool | None, list[tuple[str, str]]]], sheet: AnswerSheet,
                  grey: bool) -> str:
        return '<div class="pf-cards">' + "".join(
            parts.card(self.view.t(f"ui_card_{name}"), holds, lines, self.view.lang, grey,
                       rests_on(self.view, sheet, CARDS[name])) for name, holds, lines in cards) + "</div>"

    def _pay(self, sheet: AnswerSheet) -> list[tuple[str, str]]:
        view, row = self.view, sheet.row("exhaustion")
        value, error, assumed = percent_cells(row, view.lang)
        never = view.t("ans_never", n=f"{row.n:,}") if row.value == 0 else ""
        lines = [("big", f"{view.t('size_exhaustion')} {value}"), ("", " · ".join(filter(None, (
            never, view.t("ui_error", span=error)))))]
        with suppress(KeyError):
            stress = sheet.row("stress_exhaustion", "default_8")
            lines.append(("", f"{view.t('ans_stress_default_8')} {percent_cells(stress, view.lang)[0]}"))
        return [*lines, ("soft", self._assumed(assumed))]

    def _carry(self, sheet: AnswerSheet) -> list[tuple[str, str]]:
        view, refusal = self.view, sheet.row("refusal")
        value, error, assumed = ratio_cells(refusal, view.lang)
        lines = [("big", f"{view.t('ui_refused')} {value}"), ("", view.t("ui_error", span=error)),
                 ("", f"{view.t('ans_peak_use')} {ratio_cells(sheet.row('peak_use'), view.lang)[0]}")]
        if self.growth is None and view.scenario.market is not None:
            lines.append(("soft", view.t("ui_carries_later")))
        elif self.growth is not None and self.growth.trend is not None:
            lines.append(("", view.t("ui_carries", trend=percent(self.growth.trend / 1_000_000))))
        return [*lines, ("soft", self._assumed(assumed))]

    def _targets(self, sheet: AnswerSheet) -> list[tuple[str, str]]:
        view, lines = self.view, []
        for row in sheet.having("target"):
            title = names.target(sheet.scenario, row.subject, view.lang)
            if row.value is None:
                lines.append(("soft", f"{title}: {view.t('ans_not_evaluable')} ("
                              + view.t(f"ans_why_{row.note_args['reason']}") + ")"))
                continue
            value, error, assumed = percent_cells(row, view.lang)
            without = percent(row.note_args["none"] or 0.0, row.n)
            lines.append(("", view.t("ui_target", title=title, value=value, error=error, none=without)))
            if self.whole:
                lines.append(("soft", self._assumed(assumed)))
        if sheet.having("targets_joint"):
            together = percent_cells(sheet.row("targets_joint"), view.lang)[0]
            lines.insert(0, ("big", f"{view.t('ui_together')} {together}"))
        size = self.whole.size if self.whole else None
        if size is not None and size.dropped and size.needed_trend is not None:
            lines.append(("", view.t("size_needed_trend", trend=percent(size.needed_trend / 1_000_000))))
        return lines or [("soft", view.t("ui_no_targets"))]

    def _assumed(self, assumed: str) -> str:
        return self.view.t("ui_assumed", span=assumed if self.whole else self.view.t("ui_later"))

    def _size(self) -> str:
        view, lang = self.view, self.view.lang
        if self.whole is None:
            return "" if self.stale else f'<p class="pf-note pf-size">{parts.cell(view.t("ui_size_later"))}</p>'
        size = self.whole.size
        if size is None:
            return ""
        told = ["   ".join(size_lines(size, lang, width=FREE)), *thumb_line(self.whole.sheet, size, lang)]
        line = "".join(f'<p class="pf-note pf-size">{parts.cell(each)}</p>' for each in told)
        if size.size_fen is None or size.low_fen is None or size.range_low_fen is None:
            return line
        words = {"size": f"{view.t('ui_needed')} {money(size.size_fen, lang, size_digits(size))}",
                 "present": f"{view.t('ui_present')} {format_money(size.present_fen, lang)}",
                 "alt": intervals(size, lang), "zone": view.t("ui_strip_zone_own" if size.dropped else "ui_strip_zone")}
        return line + parts.strip((size.range_low_fen, size.range_high_fen), (size.low_fen, size.high_fen),
                                  size.size_fen, size.present_fen, words, lambda fen: format_money(round(fen), lang))

    def box(self, kind: str) -> None:
        """The job that works out the rest: begun by itself for a scenario as it is shipped, else on demand."""
        view = self.view
        if (self.growth if kind == "growth" else self.whole) is not None:
            return
        words = view.command("answer") if kind == "answer" else view.command("size", "--ask", "growth")
        named = titles(view, "ui_ask_growth") if kind == "growth" else None
        label: Callable[[str], str] = lambda key: view.t(f"ui_{kind}_{key}")  # noqa: E731
        if not view.state.changes:
            begin(view, self.names[kind], words, named)
        job_box(view, self.names[kind], words, label("begin"), label("why"), named)


def rests_on(view: View, sheet: AnswerSheet, key: str) -> str:
    """The weakest evidence a number rests on; empty where there is no such number."""
    rows = sheet.having(key)
    grade = worst_grade(row.grade_worst for row in rows)
    return view.t("ui_rests_on", grade=names.grade_word(grade, view.lang)) if rows else ""


def _targets_hold(sheet: AnswerSheet) -> bool | None:
    """None where the fund does not move the targets, or none can be judged."""
    if not any(row.note_key == "responsive" for row in sheet.having("target")):
        return None
    return "targets" not in (sheet.verdict.failed if sheet.verdict else ())


def _readings(view: View, sheet: AnswerSheet) -> None:
    """The readings of a yearly growth side by side: which one is meant is for who wrote the target."""
    rows = []
    for row in sheet.having("target_reading"):
        name, reading = row.subject.split("/")
        rows.append([names.target(view.scenario, name, view.lang), view.t(f"ans_reading_{reading}"),
                     *percent_cells(row, view.lang)[:2]])
    if rows:
        with st.expander(view.t("ui_readings")):
            parts.show(parts.table(view.t("ui_reading_head").split("|"), rows, "llrr"))


def _money(view: View, quick: Quick, answers: Answers) -> None:
    """What it costs by year: expected, and the 95 % quantile in brackets."""
    parts.heading(view.t("ui_money"))
    heads, rows = money_rows(view, quick)
    weakest = rests_on(view, quick.sheet, "cost")          # on hover and below
    parts.show(parts.table(heads, rows, "l" + "r" * (len(heads) - 1), sums=1, hover=weakest))
    parts.note(f"{money_sums(view, quick, answers)} {weakest}")
    st.download_button(view.t("ui_csv"), parts.csv(heads, rows), f"{view.state.scenario}-money.csv", "text/csv",
                       key="csv-money", on_click="ignore")


def money_sums(view: View, quick: Quick, answers: Answers) -> str:
    """The total with both its intervals, and who bears it."""
    sheet, lang = answers.whole.sheet if answers.whole else quick.sheet, view.lang
    row = sheet.row("cost")
    value, error, assumed = money_cells(row, lang)
    levels = [f"{view.t('level_' + each.subject)} {money(each.value or 0, lang)}"
              for each in sheet.having("cost_level")]
    assumed = assumed if answers.whole else view.t("ui_later")
    return " ".join(filter(None, (view.t("ui_money_sum", value=value, error=error, assumed=assumed),
                                  view.t("ui_levels", levels=" · ".join(levels)), _ratio(view, quick))))


def _ratio(view: View, quick: Quick) -> str:
    """How many times the larger of subsidies and claims is the other, and that subsidies come after repayment."""
    claims, paid = (quick.money[line][-1][0] if line in quick.money else 0.0 for line in ("compensation", "subsidies"))
    after = any((each.line, each.event) == ("interest", "repaid") for each in view.scenario.programmes.values())
    told = view.t("ui_after") if after and paid > 0 else ""
    if min(claims, paid) <= 0:
        return told
    key, times = ("ui_ratio_subsidy", paid / claims) if paid >= claims else ("ui_ratio_claims", claims / paid)
    return view.t(key, times=plain(times)) + " " + told if times >= 2 else told


def money_rows(view: View, quick: Quick) -> tuple[list[str], list[list[str]]]:
    """The yearly table: heads and rows of text; the total row is the one the command line prints."""
    first, lang = view.scenario.clock.base_year + 1, view.lang
    years = len(quick.money["total"]) - 2
    heads = [view.t("ui_money_line"), *(str(first + year) for year in range(years)), view.t("ans_years_runoff"),
             view.t("tr_total")]

    def told(name: str, pair: tuple[float, float]) -> str:
        bounded = name in ("compensation", "subsidies", "total") and abs(pair[1] - pair[0]) >= 1
        return f"{money(pair[0], lang)} ({money(pair[1], lang)})" if bounded else money(pair[0], lang)

    order = ("compensation", "recovery", "subsidies", "earned", "fees", "total")
    lines = [line for line in order if line in quick.money]
    return heads, [[view.t(f"ui_money_{name}"), *(told(name, pair) for pair in quick.money[name])] for name in lines]


def _unanswered(view: View) -> str:
    """Why there is no verdict, and what would be assumed."""
    figures = lacking(view.scenario, ANSWERS)
    figures += lacking(view.scenario, ("targets",))
    why = " ".join(reason(view.scenario, figure, view.lang) for figure in figures)
    said = view.t("ans_verdict_none", figures=figures_missing(view.scenario, view.lang)).split("  ", 1)[1]
    return parts.verdict(said, None, f"{why} {view.t('ui_go_on')}", view.lang)


def _foot(view: View, answers: Answers, quick: Quick | None) -> None:
    """Evidence, what is not known, and the command that gives the same."""
    from ..evidence import counts_line, regulated_line, unknown_rows

    parts.note(regulated_line(view), counts_line(view))
    left, middle, right = st.columns(3)
    with left.popover(view.t("ui_unknown"), width="stretch"):
        parts.show(parts.table([view.t("ui_unknown_what"), view.t("ui_unknown_why")], unknown_rows(view)))
    middle.button(view.t("ui_follow_bad"), on_click=turn, kwargs={"page": "trace"}, width="stretch")
    right.button(view.t("ui_all_evidence"), on_click=turn, kwargs={"page": "evidence"}, width="stretch")
    st.code(view.reproduce("answer"), language=None, wrap_lines=True)
    folder = work.runs_folder() / answers.names["answer"] / "out"
    if (folder / "answer.json").is_file():
        numbers, words, paper, _ = st.columns([1, 1, 1, 2])
        if quick is not None and answers.whole is not None:
            paper.download_button(view.t("ui_brief"), lambda: brief(
                view, answers.top(quick.sheet, grey=False), money_rows(view, quick), money_sums(view, quick, answers),
                stamp(view)), f"{view.state.scenario}-brief.html", "text/html",
                                  key="brief", help=view.t("ui_brief_why"), on_click="ignore")
        numbers.download_button(view.t("ui_json"), (folder / "answer.json").read_bytes(),
                                f"{view.state.scenario}-answer.json", "application/json", on_click="ignore")
        words.download_button(view.t("ui_txt"), (folder / "answer.txt").read_bytes(),
                              f"{view.state.scenario}-answer.txt", "text/plain", on_click="ignore")
    parts.show(f'<p class="pf-stamp">{parts.cell(stamp(view))}</p>')


def stamp(view: View) -> str:
    """What produced the page."""
    from simulator import __version__

    return view.t("ui_stamp", version=__version__, hash=view.scenario.hash[:6], seed=view.state.seed,
                  paths=f"{view.state.paths:,}", draws=view.state.draws)


