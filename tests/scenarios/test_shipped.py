"""The shipped scenarios hold every clause of their documents, and the figures of those documents.

Expected figures are typed from the documents and notices, in the engine's units by hand.
"""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from simulator.scheme.loader import list_scenarios, load
from simulator.scheme.scenario import Scenario

ROOT = Path(__file__).parents[2]
WAN = 1_000_000                            # fen in 1 万元
PCT = 10_000                               # ppm in 1 %
PATENTS = ["invention", "utility_model", "design"]
UNDER_THE_2016_NOTICE = ("liaoning-2021", "dalian-2020", "fuxin-2017")
WITHOUT_FIGURES = ("chengdu-2024", "harbin-2018")
SCHEMES = (*UNDER_THE_2016_NOTICE, *WITHOUT_FIGURES)
WHAT_IF = ("liaoning-pooled", "dalian-district-pots", "fuxin-insurer-guarantor",
           "fuxin-insurer-guarantor-layered", "liaoning-collective", "chengdu-60-months", "chengdu-stated-figures",
           "chengdu-park-lines", "liaoning-level-2023", "liaoning-platform", "liaoning-half-received",
           "fuxin-three-sources", "dalian-run-off")
DOCUMENT = {"liaoning-2021": "LN", "dalian-2020": "DL", "fuxin-2017": "FX", "chengdu-2024": "CD", "harbin-2018": "HRB"}
CLAUSES: dict[str, list[dict[str, str]]] = YAML(typ="safe").load(Path(__file__).with_name("clauses.yaml"))
PLAN = re.compile(r"; the (?:plan|opinions), ")  # where a notice gives the number and the document asks for the fact
CHINESE = re.compile("[㐀-鿿]")
WIDE = re.compile("[　-〿㐀-鿿＀-￯]")        # characters and punctuation of Chinese
ROWS = [(scheme, row["clause"], row["at"]) for scheme, rows in CLAUSES.items() for row in rows]


def test_everything_shipped_is_listed() -> None:
    shipped = {name for name, _, _ in list_scenarios()}
    assert set(SCHEMES) | set(WHAT_IF) <= shipped


@pytest.mark.parametrize("name", SCHEMES + WHAT_IF)
def test_loads(name: str) -> None:
    assert load(name).id == name


def clause_at(scenario: Scenario, at: str) -> set[str]:
    """Clauses found at a path of the table, of the scheme or of a what-if on it."""
    other, _, at = at.rpartition(": ")
    scenario, at = load(other) if other else scenario, at.removesuffix(".high")
    if at.startswith("out_of_scope."):
        item = scenario.out_of_scope[int(at.removeprefix("out_of_scope."))]
        assert item.document == DOCUMENT[scenario.id] and item.reason.zh and item.reason.en
        return {item.clause, item.clause.partition(" · ")[2]}
    if at.startswith("pending."):
        entry: dict[str, Any] = scenario.pending[at.removeprefix("pending.")]
        assert entry["grade"] and entry["note"]
    said = scenario.provenance[at].clause.en
    return {said, PLAN.split(said)[-1]}


@pytest.mark.parametrize(("name", "clause", "at"), ROWS)
def test_every_clause_has_its_place(name: str, clause: str, at: str) -> None:
    assert clause in clause_at(load(name), at)


# Labels of the clause tables, typed from the documents' own numbering: the table above must miss none.
LABELS = {
    "liaoning-2021": "一(三)1(5)|一(三)2 row 5|一(三)1(3)|一(三)1(4)|一(三)1(1)-(2)|"
                     "二 head; 二(三)2|二(三)3 一|二(三)3 二|二 head|二(二)1|"
                     "三(四)|二(三)1|二(三)4|三(五)|三(二)",
    "dalian-2020": "三 工作目标 (head)|三(四)|三(三)|二 基本原则 6|二 基本原则 3|四(四)|五(一)4|"
                   "五(一)6|五(三)3|五(四)1|五(四)2|五(四)3|五(四)4|五(二)2|五(三)1|"
                   "五(五)1|二 基本原则 5|五(五)3|六(二)|六(四)|附件1-3",
    "fuxin-2017": "一(二) 服务业|一(二)|三(七)|六(十八)-(十九)|八(二十三)|二(四)|"
                  "附件 2017 分工表 #10|targets",
    "chengdu-2024": "三(二)6|五(二)|二(三)|二(一)|end|一(二)|四(一)-(三)|五(三)",
    "harbin-2018": "四(十)|四(一)|三(二)2|六(四)|三(二)4|六(二)|五|四(二)|四(三)",
}


@pytest.mark.parametrize("name", SCHEMES)
def test_the_table_has_every_label(name: str) -> None:
    assert {row["clause"] for row in CLAUSES[name]} == set(LABELS[name].split("|"))


@pytest.mark.parametrize("name", SCHEMES + WHAT_IF)
def test_grades_and_ranges(name: str) -> None:
    scenario = load(name)
    assert len(scenario.provenance) > 80
    for path, origin in scenario.provenance.items():
        if origin.kind == "text":
            continue
        if origin.grade == "A":
            assert origin.low is not None and origin.high is not None, path
            assert origin.low < origin.high, path
        if origin.grade in ("S", "P", "M"):
            assert origin.source is not None and origin.source.title, path
        if origin.low is not None and origin.high is not None:
            assert origin.low <= value_at(scenario, path) <= origin.high, path
    for key, entry in scenario.pending.items():
        assert entry["grade"] in "SPMDA" and entry["note"], key
        assert entry["grade"] != "A" or len(entry["range"]) == 2, key


@pytest.mark.parametrize("name", ("base", *SCHEMES, *WHAT_IF))
def test_what_is_quoted_names_its_clause(name: str) -> None:
    origins = load(name).provenance
    assert not [path for path, origin in origins.items()
                if origin.grade in ("S", "P", "M") and not (origin.clause.zh and origin.clause.en)]


@pytest.mark.parametrize("name", ("base", *SCHEMES, *WHAT_IF))
def test_every_note_speaks_both_languages(name: str) -> None:
    notes = {path: origin.note for path, origin in load(name).provenance.items() if origin.note.zh or origin.note.en}
    assert len(notes) > 70
    assert not [path for path, note in notes.items() if not CHINESE.search(note.zh)]
    assert not [path for path, note in notes.items() if not note.en.strip() or WIDE.search(note.en)]


def test_every_kept_text_is_used() -> None:
    files = [YAML(typ="safe").load(path) for path in (ROOT / "scenarios").rglob("*.yaml")]
    kept = [name for file in files for name in file.get("texts", {})]
    assert len(kept) > 40
    assert set(kept) == {name for file in files for name in seen(file)}


def seen(tree: Any) -> set[str]:
    """Names given by ``{see: NAME}`` anywhere in a file."""
    if isinstance(tree, dict):
        return {tree["see"]} if list(tree) == ["see"] else set().union(*(seen(item) for item in tree.values()))
    return set().union(*(seen(item) for item in tree)) if isinstance(tree, list) else set()


@pytest.mark.parametrize("name", SCHEMES + WHAT_IF)
def test_every_pot_and_payer_has_a_title(name: str) -> None:
    scenario = load(name)
    titles = {**{f"pots.{key}": pot.title for key, pot in scenario.pots.items()},
              **{f"payers.{key}": payer.title for key, payer in scenario.payers.items()}}
    assert not [key for key, title in titles.items()
                if title is None or not CHINESE.search(title.zh) or not title.en or WIDE.search(title.en)]


def value_at(scenario: Scenario, path: str) -> Any:
    """The value a provenance path points to."""
    here: Any = scenario
    for key in path.split("."):
        if isinstance(here, list):
            here = here[int(key)]
        elif isinstance(here, dict):
            here = here[key]
        else:
            here = getattr(here, {"from": "from_"}.get(key, key))
    return here.value if hasattr(here, "value") else here


@pytest.mark.parametrize("name", SCHEMES + WHAT_IF)
def test_no_row_of_shares_can_exceed_the_loss_within_its_ranges(name: str) -> None:
    """Shares of one loss and one step: even all upper ends together are at most the whole."""
    scenario = load(name)
    for key, mode in scenario.modes.items():
        by_step: dict[int, int] = {}
        for i, row in enumerate(mode.terms):
            high = scenario.provenance[f"modes.{key}.terms.{i}.share"].high
            by_step[row.step] = by_step.get(row.step, 0) + int(high if high is not None else row.share)
        assert all(total <= 100 * PCT for total in by_step.values()), key


@pytest.mark.parametrize("name", SCHEMES + WHAT_IF)
def test_parts_of_a_whole_add_up(name: str) -> None:
    scenario = load(name)
    firms = scenario.firms
    wholes = [firms.sectors.values(), firms.classes.values(), firms.districts.values(),
              [grade.weight for grade in firms.grades.values()],
              [bank.weight for bank in scenario.banks.values()]]
    for name, segment in scenario.segments.items():
        if segment.eligible:
            wholes.append([mode.weight for mode in scenario.modes.values() if name in (mode.segments or [name])])
        wholes += [segment.ip.values(), [term.weight for term in segment.terms]]
    assert [sum(whole) for whole in wholes] == [100 * PCT] * len(wholes)


@pytest.mark.parametrize("name", SCHEMES)
def test_mean_default_probability_is_two_percent(name: str) -> None:
    grades = load(name).firms.grades
    assert grades["b"].pd == 2 * PCT
    assert sum(grade.pd * grade.weight for grade in grades.values()) == 2 * PCT * 100 * PCT


def paid_in(scenario: Scenario) -> dict[str, tuple[int, int]]:
    """Per pot: central and city money in 万元."""
    found = {}
    for name, pot in scenario.pots.items():
        central = sum(c.amount for c in pot.contributors if c.level == "central")
        city = sum(c.amount for c in pot.contributors if c.level == "city")
        city += sum(c.match.amount for c in pot.contributors if c.match and c.match.level == "city")
        found[name] = (central // WAN, city // WAN)
    return found


def test_liaoning_has_ten_city_pots() -> None:
    scenario = load("liaoning-2021")
    pots = paid_in(scenario)
    assert len(pots) == 10
    assert (pots["shenyang"], pots["dalian"], pots["anshan"], pots["fuxin"]) == \
        ((800, 1600), (800, 1600), (600, 1200), (400, 800))
    assert sorted(central for central, _ in pots.values()) == [400] * 7 + [600, 800, 800]
    assert sum(central for central, _ in pots.values()) == 5000
    assert sum(city for _, city in pots.values()) == 10000
    for name, pot in scenario.pots.items():
        match = pot.contributors[0].match
        assert pot.district == name
        assert match is not None and match.else_return
        assert (match.within, match.probability) == (360, 90 * PCT)
    assert set(scenario.firms.districts) == set(scenario.pots)
    assert scenario.firms.districts["shenyang"] == 16 * PCT       # 800 of 5,000
    assert sum(scenario.firms.districts.values()) == 100 * PCT
    assert scenario.payers["fund"].accounts == ["pot.$district"]


def test_liaoning_targets_and_clock() -> None:
    scenario = load("liaoning-2021")
    targets = scenario.targets
    assert (scenario.clock.start, scenario.clock.months, scenario.clock.base_year) == \
        (datetime.date(2021, 1, 1), 36, 2020)
    assert targets["amount_level"].level_amount == 1_000_000 * WAN
    assert targets["count_level"].level_count == 340
    assert targets["amount_growth"].growth == targets["count_growth"].growth == 20 * PCT
    assert len(targets) == 6
    for name in ("amount_level", "count_level", "amount_growth", "count_growth"):
        target = targets[name]
        assert (target.final_year, target.ip_types, target.basis) == (2023, PATENTS, "registered")
    assert (targets["firms"].level_count, targets["firms"].partial) == (300 + 360 + 430, True)
    filing = targets["filing"]
    assert (filing.kind, filing.level_share, filing.flags, filing.covered_only) == ("share", 100 * PCT, ["filed"], True)
    assert scenario.gate.flags == ["filed"]
    assert len(scenario.firms.sectors) == 10


def test_liaoning_modes_and_programmes() -> None:
    scenario = load("liaoning-2021")
    assert {name: mode.weight for name, mode in scenario.modes.items()} == \
        dict.fromkeys(("insured", "guaranteed", "bank_a", "bank_b"), 25 * PCT)
    behind = scenario.modes["guaranteed"].terms[1]
    assert (behind.step, behind.payer, behind.from_, behind.share, behind.of) == \
        (2, "fund", "guarantor", 50 * PCT, "remaining")
    first = scenario.modes["bank_b"].terms[0]
    assert first.layer is not None and first.share == 100 * PCT
    assert (first.layer.from_, first.layer.to) == (0, 60 * WAN)
    lines = {p.line for p in scenario.programmes.values()}
    assert lines == {"interest", "premium", "guarantee_fee", "valuation"}
    assert all(p.from_ == datetime.date(2022, 7, 1) for p in scenario.programmes.values())


@pytest.mark.parametrize("name", UNDER_THE_2016_NOTICE)
def test_caps_of_the_2016_notice(name: str) -> None:
    gate = load(name).gate
    caps = {firm_class: steps[0].value // WAN for firm_class, steps in gate.loan_cap.items()}
    assert caps == {"micro": 200, "small": 600, "medium": 600}
    assert gate.firm_year_cap[0].value == 800 * WAN
    assert (gate.max_term, gate.over_cap, gate.ip_types) == (360, "refuse", PATENTS)


def test_the_2022_revision_is_dated_and_assumed() -> None:
    scenario = load("liaoning-2021")
    for steps in (*scenario.gate.loan_cap.values(), scenario.gate.firm_year_cap):
        assert [step.from_ for step in steps] == [datetime.date(2016, 1, 1), datetime.date(2022, 5, 13)]
        assert steps[0].value == steps[1].value
    grades = [origin.grade for path, origin in scenario.provenance.items()
              if path.startswith("gate.loan_cap.small.")]
    assert grades == ["M", "A"]


def test_dalian() -> None:
    scenario = load("dalian-2020")
    assert paid_in(scenario) == {"city": (800, 1600)}            # 2,400 in all
    assert (scenario.clock.start, scenario.clock.months, scenario.clock.base_year) == \
        (datetime.date(2019, 1, 1), 36, 2018)
    assert {t.measure: t.growth for t in scenario.targets.values()} == \
        dict.fromkeys(("amount", "count", "insured"), 30 * PCT)
    assert {t.measure: t.base for t in scenario.targets.values()} == \
        {"amount": "market", "count": "market", "insured": "none"}
    assert all(t.final_year == 2021 for t in scenario.targets.values())
    assert scenario.market is not None
    assert (scenario.market.amount, scenario.market.count, scenario.market.eligible_share) == \
        (15_000 * WAN, 30, 25 * PCT)
    batch = scenario.programmes["interest"]
    assert (batch.base, batch.rate, batch.event) == ("lower_interest", 100 * PCT, "repaid")
    assert not batch.covered_only
    assert (batch.from_, batch.until) == (datetime.date(2019, 1, 1), datetime.date(2020, 7, 31))
    assert [(cap.amount, cap.per) for cap in batch.cap] == [(20 * WAN, "firm_year")]
    assert scenario.programmes["interest_later"].from_ == datetime.date(2020, 8, 1)
    assert {scenario.segments[s].registered_multiple for s in ("fund", "other")} == {1000}
    invest, alliance = scenario.programmes["investment"], scenario.programmes["alliance"]
    assert (invest.rate, invest.payee, invest.when and invest.when.amount_from) == (10 * PCT, "investor", 100 * WAN)
    assert [(cap.amount, cap.per) for cap in invest.cap] == [(500 * WAN, "firm")]
    assert [(e.amount, e.per) for e in invest.envelope] == [(2000 * WAN, "life")]
    assert (alliance.amount, [(e.amount, e.per) for e in alliance.envelope]) == (20 * WAN, [(40 * WAN, "life")])


def test_fuxin() -> None:
    scenario = load("fuxin-2017")
    assert paid_in(scenario) == {"fuxin": (400, 800)}            # 1,200 in all
    assert (scenario.clock.start, scenario.clock.months, scenario.clock.base_year) == \
        (datetime.date(2017, 1, 1), 48, 2016)
    assert scenario.segments["fund"].loans_by_year == [10, 15, 20, 20]
    assert list(scenario.segments) == ["fund"] and scenario.market is None and scenario.targets == {}
    terms = scenario.modes["four_party"].terms
    assert {row.payer: row.share // PCT for row in terms} == {"fund": 54, "insurer": 16, "agency": 4}
    assert all(scenario.provenance[f"modes.four_party.terms.{i}.share"].grade == "A" for i in range(3))
    assert scenario.segments["fund"].firms == 40 and scenario.book.kind == "none"


def test_harbin() -> None:
    """The 2011 rule: up to 500 万元, normally a year and at most three; the fund stands behind the guarantor."""
    scenario = load("harbin-2018")
    assert (scenario.clock.start, scenario.clock.months, scenario.clock.base_year) == \
        (datetime.date(2016, 2, 1), 37, 2015)
    assert {steps[0].value for steps in scenario.gate.loan_cap.values()} == {500 * WAN}
    assert (scenario.gate.max_term, [term.days for term in scenario.segments["fund"].terms]) == (1080, [360, 1080])
    first, behind = scenario.modes["guaranteed"].terms
    assert (first.step, first.payer, first.from_) == (1, "guarantor", "lender")
    assert (behind.step, behind.payer, behind.from_, behind.of) == (2, "special", "guarantor", "remaining")
    recovery = scenario.modes["guaranteed"].recovery
    assert (recovery.within, recovery.priority) == ("priority", ["guarantor", "special", "lender"])
    assert scenario.payers["guarantor"].public and scenario.market is None and scenario.targets == {}
    assert len(scenario.firms.sectors) == 4
    use = scenario.programmes["patent_use"]
    assert (use.line, use.spend_floor, use.envelope) == ("patent_use", 500 * WAN, [])


def test_chengdu() -> None:
    """In force from 2024-07-28, projects of three years, five industries, trademarks and indications beside patents."""
    scenario = load("chengdu-2024")
    assert (scenario.clock.start, scenario.clock.months, scenario.clock.base_year) == \
        (datetime.date(2024, 7, 28), 36, 2023)
    assert load("chengdu-60-months").clock.months == 60
    assert scenario.gate.ip_types == [*PATENTS, "trademark", "geographical_indication"]
    platform = scenario.platform
    assert platform is not None and (platform.from_, platform.days_before, platform.days_with) == \
        (datetime.date(2024, 7, 28), 45, 10)
    awards = scenario.programmes["awards"]
    assert awards.award is not None and (awards.amount, awards.award.higher_amount) == (50 * WAN, 80 * WAN)
    assert len(scenario.firms.sectors) == 5 and scenario.targets == {}


@pytest.mark.parametrize("name", WITHOUT_FIGURES)
def test_no_figure_of_the_document_is_invented(name: str) -> None:
    """Neither document gives money, volume, shares or targets: each has its reason, and what stands in is assumed."""
    scenario = load(name)
    assert set(scenario.not_evaluable) == {"fund_size", "volume", "sharing", "targets"}
    for why in scenario.not_evaluable.values():
        assert CHINESE.search(why.zh) and not WIDE.search(why.en)
    standing = [origin for path, origin in scenario.provenance.items()
                if re.match(r"pots\..*amount|segments\..*loans_by_year|modes\..*share", path)]
    assert len(standing) >= 6 and {origin.grade for origin in standing} == {"A"}


def test_what_ifs() -> None:
    pooled = load("liaoning-pooled")
    assert paid_in(pooled) == {"pooled": (5000, 10000)}
    assert pooled.payers["fund"].accounts == ["pooled"] and len(pooled.targets) == 6
    districts = load("dalian-district-pots")
    assert {name: sum(c.amount for c in pot.contributors) // WAN for name, pot in districts.pots.items()} == \
        {"city": 2400, "hitech": 1000, "jinpu": 1000}
    gov = districts.payers["gov"]
    assert (gov.accounts, gov.draw) == (["pot.$district", "city"], "order")
    beside = load("fuxin-insurer-guarantor").modes["side_by_side"].terms
    assert [(row.payer, row.share // PCT) for row in beside] == \
        [("fund", 40), ("insurer", 16), ("guarantor", 14), ("agency", 4)]
    layered = load("fuxin-insurer-guarantor-layered").modes
    assert [(row.step, row.payer) for row in layered["layered"].terms] == \
        [(1, "insurer"), (2, "guarantor"), (3, "fund")]
    assert list(layered) == ["layered"]


def test_collective_credit_of_liaoning() -> None:
    """The chain pays before the fund: its deposits, the anchor once up to 5 % of the line, then 10 % by the others."""
    scenario = load("liaoning-collective")
    chains, mode = scenario.collective["chains"], scenario.modes["collective"]
    assert (chains.clusters, chains.members, scenario.segments["chains"].firms) == (20, 12, 240)
    assert (chains.line // WAN, chains.rate_discount, chains.reserve) == (3000, 5_000, 4 * PCT)
    assert [(row.step, row.payer, row.share // PCT, row.of) for row in mode.terms] == \
        [(1, "reserve", 100, "remaining"), (2, "anchor", 100, "remaining"), (3, "members", 10, "remaining"),
         (4, "fund", 50, "remaining")]
    assert [(cap.amount // WAN, cap.per) for cap in mode.terms[1].cap] == [(150, "cluster")]
    assert mode.segments == ["chains"]
    origin = scenario.provenance["collective.chains.clusters"]
    assert (origin.grade, origin.high) == ("A", 200)
    plain = load("liaoning-2021")
    assert plain.collective == {} and not {"collective_credit", "clusters", "contagion"} & plain.pending.keys()
