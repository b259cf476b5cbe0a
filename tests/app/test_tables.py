"""Tables beside the model: what was observed, closed forms beside simulated values, charts with the same numbers."""

from __future__ import annotations

import json
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl import Workbook, load_workbook

from simulator import simulate
from simulator.answers.flows import DoesNotAddUp
from simulator.answers.verdict import Effect
from simulator.lang import text
from simulator.report.numbers import money
from simulator.report.validation import said
from simulator.scheme import ScenarioErrors
from simulator.ui import actuals, charts, draw, jobs, theory, tornado, work
from simulator.validation.cases import CASES
from simulator.validation.run import validate
from tests.app import kit
from tests.app.kit import PATHS, opened, seen, view

LANGUAGES = ("zh", "en")


pytestmark = pytest.mark.usefixtures("runs")


def uploaded(lang: str, name: str, data: bytes) -> Any:
    app = opened(page="data", lang=lang)
    app.file_uploader(key="actuals").upload(name, data, "text/csv").run()
    assert not app.exception, app.exception
    return app


# --- what was observed ---------------------------------------------------------------------------

@pytest.mark.parametrize("lang", LANGUAGES)
def test_data_is_what_was_observed_like_the_model(lang: str) -> None:
    """Observed covered loans and claims beside median and band of the very paths ``pledgefund run`` simulates."""
    run = simulate(view().scenario, paths=PATHS, seed=1)
    loans = np.sort(run.year_column("covered_loans")[:, 1])
    claims = np.sort(run.year_column("pot_paid_city_fen")[:, 1])
    low, middle, high = (int(loans[-(-PATHS * share // 100) - 1]) for share in (5, 50, 95))
    csv = f"年份,入库笔数,基金代偿(万元)\n2020,{middle},{claims[-1] // 1_000_000 + 5000}\n"
    page = seen(uploaded(lang, "a.csv", csv.encode("gb18030")))
    assert f"{low:,} – {high:,}" in page and text("act_inside", lang) in page and text("act_above", lang) in page
    assert money(int(claims[-(-PATHS * 95 // 100) - 1]), lang, 3) in page
    assert text("act_summary", lang, n=2, inside=1) in page


def test_every_mistake_of_actuals_is_told_with_its_line_and_nothing_is_taken() -> None:
    csv = "年份,放款笔数,基金代偿\n2019,12,3 万元\n2019,5,1 万元\n2031,x,1\n,4,2 万元\n2020,7,-3 万元\n"
    with pytest.raises(ScenarioErrors) as wrong:
        actuals.read("a.csv", csv.encode(), view().scenario)
    found = {(each.line, each.code) for each in wrong.value.problems}
    assert {(3, "act_year_twice"), (4, "act_year_outside"), (5, "act_year_missing")} <= found
    assert {line for line, _ in found} == {3, 4, 5, 6} and len([1 for line, _ in found if line == 4]) == 3
    page = seen(uploaded("zh", "a.csv", csv.encode()))
    assert f"表格有 {len(wrong.value.problems)} 处问题" in page and "4:2" in page and "模拟 90% 区间:" not in page
    assert text("act_inside", "zh") not in page


@pytest.mark.parametrize(("name", "data", "code"), [
    ("a.csv", "年份,放款笔数\n2020,\n".encode(), "act_nothing"), ("a.csv", b"\xff\xff\xff", "table_encoding"),
    ("a.xlsx", b"PK\x03\x04broken", "table_unreadable"),
    ("a.csv", "放款笔数,放款金额\n1,2 万元\n".encode(), "table_column_missing"),
    ("a.csv", "年份,放款笔数\n2020,=1+1\n".encode(), "table_formula")])
def test_broken_actuals_are_refused(name: str, data: bytes, code: str) -> None:
    with pytest.raises(ScenarioErrors) as wrong:
        actuals.read(name, data, view().scenario)
    assert code in {each.code for each in wrong.value.problems}
    assert all(each.render(lang) for each in wrong.value.problems for lang in LANGUAGES)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_empty_table_comes_back_filled_in(kind: str, lang: str) -> None:
    empty = actuals.template(view().scenario, lang, kind)
    if kind == "csv":
        filled = re.sub(r"^2020,", "2020,31", empty.decode("utf-8-sig"), flags=re.M).encode()
    else:
        book: Workbook = load_workbook(BytesIO(empty))
        book.active["B3"] = 31
        out = BytesIO()
        book.save(out)
        filled = out.getvalue()
    assert actuals.read(f"a.{kind}", filled, view().scenario).values == {"loans": {2020: 31}}
    with pytest.raises(ScenarioErrors):
        actuals.read(f"a.{kind}", empty, view().scenario)


# --- closed forms ----------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def checked() -> dict[str, Any]:
    """Two schemes checked quickly, as the command line keeps it."""
    cases = [case for case in CASES if case.scheme in ("pool", "timing")]
    return {**validate(quick=True, cases=cases).to_json(), "version": "0.0.0", "command": "pledgefund validate --quick"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_evidence_does_the_program_compute_what_theory_says(runs: Path, checked: dict[str, Any], lang: str) -> None:
    """Theory, simulation, error, z and verdict of each quantity to the printed digit, once the job has them."""
    assert text("ui_validate_none", lang) in seen(opened(page="evidence", lang=lang))
    out = runs / work.validation_name(quick=True) / "out"
    out.mkdir(parents=True)
    (out / "validate.json").write_text(json.dumps(checked), "utf-8")
    page = seen(opened(page="evidence", lang=lang))
    for each in checked["findings"]:
        assert f"{each['theory']:,.6g}" in page and f"{each['simulated']:,.6g}" in page
        if each["kind"] != "exact":
            assert f"{each['z']:+.2f}" in page and f"{each['se']:.2g}" in page
    assert all(sentence in page for sentence in said(checked, lang))
    assert {"zh": "单因子固定组合", "en": "a fixed pool under one factor"}[lang] in page
    assert text("val_quick", lang, version="0.0.0") in page
    weights = [each for each in checked["known"] if each["printed"]]
    assert len(weights) == 100 and any(f"{each['known']:.10g}" in page for each in weights)
    files = [each.proto.label for each in opened(page="evidence", lang=lang).get("download_button")]
    assert {"zh": "报告(网页)", "en": "report (HTML)"}[lang] in files


def test_the_check_is_the_command_lines_own_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begun from the page, found again by its name, stopped without a result."""
    monkeypatch.setattr(jobs, "MOST_RUNNING", 2)
    app = opened(page="evidence")
    name = work.validation_name(quick=True)
    app.button(key=f"begin-{name}").click().run()
    job = jobs.find(name)
    assert job is not None and job.state == "running" and "快速检验" in job.titles["zh"]
    command = json.loads((job.folder / "job.json").read_text("utf-8"))["command"]
    assert command[:2] == ["validate", "--quick"] and command[-2:] == ["--out", str(job.folder / "out")]
    jobs.cancel(name)
    assert kit.wait(name, 60).state == "cancelled" and work.validation(quick=True) is None


def test_schemes_of_the_check_have_names_in_both_languages(checked: dict[str, Any]) -> None:
    zh, en = ([row[0] for row in theory.shown(checked, lang)] for lang in LANGUAGES)
    assert not re.search("[A-Za-z]", "".join(zh)) and not re.search("[\u4e00-\u9fff]", "".join(en))


# --- charts ------------------------------------------------------------------------------------------

def test_charts_stand_on_the_run_behind_the_cards() -> None:
    """Balances of the months, losses that add up to what was lost, claims exceeded as often as said."""
    shown = view()
    quick = work.quick(shown.scenario, PATHS, 1)
    run = simulate(shown.scenario, paths=PATHS, seed=1, months=True)
    held = run.months["balance_city_fen"].to_numpy().reshape(PATHS, -1)
    assert [each[2] for each in quick.balance] == [np.sort(month)[PATHS // 2 - 1] for month in held.T]
    assert all(list(each) == sorted(each) for each in quick.balance)
    (_, total), *borne = charts.borne_rows(shown, quick)
    lost = sum(run.column(f"borne_{payer}_fen") - run.column(f"back_{payer}_fen") for payer in run.tables.layout.payers)
    assert total == pytest.approx(lost.mean()) and sum(value for _, value in borne) == pytest.approx(total)
    assert list(quick.reached) == sorted(quick.reached)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_chart_of_the_answer_has_its_table(monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    monkeypatch.setattr(tornado, "of", lambda view: ())
    app = opened(lang=lang)
    page, bodies = seen(app), [each.proto.body for each in app.get("html")]
    assert sum('class="pf-figure"' in body for body in bodies) == 4
    quick = work.quick(view().scenario, PATHS, 1)
    assert money(quick.balance[11][2], lang, 3) in page and money(quick.reached[-1], lang) in page
    for name, value in charts.borne_rows(view(lang=lang), quick):
        assert name in page and money(value, lang) in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_money_in_and_out_is_the_ledgers_of_the_command_line(monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    """Every ribbon is the mean of a column that ``run`` prints, and both sides of it add up."""
    monkeypatch.setattr(tornado, "of", lambda view: ())
    columns = json.loads(kit.once("run", "dalian-2020", "--paths", str(PATHS), "--seed", "1", "--json", "--quiet"))
    means = {name: each["mean"] for name, each in columns["columns"].items()}
    page = seen(opened(lang=lang))
    told = {"in": ("contributed", "interest", "refund"), "out": ("pot_paid", "balance")}
    total = {side: sum(means[f"{name}_city_fen"] for name in names) for side, names in told.items()}
    assert total["in"] == pytest.approx(total["out"], abs=0.01)
    for side, names in told.items():
        for name in names:
            mean = re.escape(money(means[f"{name}_city_fen"], lang, 3))
            assert re.search(rf"{text(f'ui_flows_{side}', lang)}\s+\S.*?\s+{mean}", page), name


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_tornado_tells_both_ends(monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    """In 万元 from the scheme as it is; an end that a range does not have is a dash."""
    found = (Effect("market.eligible_share", 4.2e8, -1.1e8, 3.1e8), Effect("recovery.other", 1e8, None, 1e8))
    monkeypatch.setattr(tornado, "of", lambda view: found)
    page = re.sub(r"\s+", " ", seen(opened(lang=lang, page="stress")))
    for ends in ((-1.1e8, 3.1e8), (None, 1e8)):
        told = " ".join("—" if end is None else money(end, lang, sign=True) for end in ends)
        assert told in page
    monkeypatch.setattr(tornado, "of", lambda view: ())
    assert text("ui_at_low", lang) not in seen(opened(lang=lang, page="stress"))


def test_ends_of_one_side_are_both_seen() -> None:
    """The shorter bar lies on the longer, whichever end it is."""
    figure = draw.tornado(["a", "b"], [(2.0, 5.0), (-4.0, -1.0)], [["2", "5"], ["-4", "-1"]], ("low", "high"))
    low, high = figure.axes[0].containers
    assert [bar.get_zorder() for bar in low] == [3, 2] and [bar.get_zorder() for bar in high] == [2, 3]


def test_a_ribbon_is_as_high_as_its_amount() -> None:
    """At both of its ends, on the scale of the block in the middle, and side by side there without a gap."""
    flows = [[("a", 70.0), ("b", 30.0)], [("c", 45.0), ("d", 35.0), ("e", 20.0)]]
    axes = draw.ribbons(*flows, "fund").axes[0]
    bands = [each.get_paths()[0].vertices for each in axes.collections]
    amounts = [amount for side in flows for _, amount in side]
    for corners, amount in zip(bands, amounts, strict=True):
        for x in (corners[:, 0].min(), corners[:, 0].max()):
            assert np.ptp(corners[corners[:, 0] == x][:, 1]) == pytest.approx(amount)
    [block] = axes.patches
    for first, last in ((0, 2), (2, 5)):
        inner = [corners[np.abs(corners[:, 0]) == np.abs(corners[:, 0]).min()][:, 1] for corners in bands[first:last]]
        assert max(each.max() for each in inner) == pytest.approx(block.get_height())
        assert min(each.min() for each in inner) == pytest.approx(0, abs=1e-9)


def test_money_that_does_not_add_up_leaves_out_its_chart_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(run: Any) -> None:
        raise DoesNotAddUp

    monkeypatch.setattr(work, "flows", broken)
    monkeypatch.setattr(work, "_MEMORY", work.Memory())
    found = work.quick(view().scenario, PATHS, 1)
    assert found.flows is None and found.sheet.row("exhaustion").value is not None and found.balance
