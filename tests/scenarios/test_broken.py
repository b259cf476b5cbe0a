"""Every message about a scenario file has a fixture that provokes it, alone and at the right place.

The first line of each file in ``broken`` says what is wrong with it: code, line:column, text given.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from simulator.lang import MESSAGES
from simulator.scheme import Problem, ScenarioErrors, load, notices
from simulator.scheme.reading import Refused, read_text

HERE = Path(__file__).parent
MINIMAL = HERE / "minimal.yaml"
BROKEN = sorted((HERE / "broken").glob("*.yaml"))
EXPECT = re.compile(r"# expect: (\w+) (\d+):(\d+)(?: (.*))?\n")
ELSEWHERE = {"file_unreadable", "file_too_large", "file_encoding", "file_empty", "file_no_mapping",
             "scenario_missing", "set_path"}       # provoked below, without a fixture
ELSEWHERE |= {code.removesuffix(".what") for code in MESSAGES if code.startswith("table_")}    # laws/test_tabular
ELSEWHERE |= {"book_cell_missing", "book_name_unknown", "book_loan_twice", "book_firm_differs", "book_start_late",
              "book_matured", "book_outlasts", "book_cluster", "book_many_pds",        # test_books
              "book_elsewhere",               # app/test_state
              "book_only_examples"}            # broken_books
ELSEWHERE |= {"act_year_twice", "act_negative", "act_year_outside", "act_year_missing",
              "act_nothing"}                   # app/test_tables
ELSEWHERE |= {"ui_set_path", "ui_set_value"}   # app/test_state


def problems_of(path: Path | str, **options: dict[str, str]) -> list[Problem]:
    with pytest.raises(ScenarioErrors) as caught:
        load(path, **options)
    return caught.value.problems


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_broken_file_is_refused_where_it_is_broken(path: Path) -> None:
    match = EXPECT.match(path.read_text(encoding="utf-8"))
    assert match is not None
    code, line, column, given = match[1], int(match[2]), int(match[3]), match[4] or ""
    problems = problems_of(path)
    found = {(p.code, p.line, p.column, p.given) for p in problems}
    assert (code, line, column, given) in found
    assert {p.code for p in problems} == {code}
    assert all(p.file.endswith(path.name) for p in problems if (p.line, p.column) == (line, column))


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_both_languages_say_it(path: Path) -> None:
    for problem in problems_of(path):
        zh, en = problem.render("zh"), problem.render("en")
        assert zh != en
        assert re.search(r"[一-鿿]", zh)
        what = MESSAGES[f"{problem.code}.what"][1].format(given="")
        assert not re.search(r"[一-鿿]", what.replace("元", "").replace("万", "").replace("亿", ""))
        if problem.given and "{given}" in MESSAGES[f"{problem.code}.what"][0]:
            assert problem.given in zh and problem.given in en


def test_every_message_has_a_fixture() -> None:
    codes = {key.removesuffix(".what") for key in MESSAGES if key.endswith(".what")}
    codes = {code for code in codes if not code.startswith("notice_")}
    shown = {match[1] for path in BROKEN if (match := EXPECT.match(path.read_text(encoding="utf-8")))}
    assert codes - shown - ELSEWHERE == {"wrong_value"}      # kept for shapes no fixture has found


def test_hints_name_the_nearest_spelling() -> None:
    hints = {path.stem: problems_of(path)[0].hint for path in BROKEN}
    assert hints["unknown_key"] == "floor"
    assert hints["not_allowed"] == "invention"
    assert hints["pot_unknown"] == "city"
    assert hints["payer_unknown"] == "insurer"
    assert hints["source_unknown"] == "notice"
    assert hints["cluster_key"] == "collective"
    assert hints["extends_missing"] == ""
    assert hints["borrower_in_force_cap"] == "firm_cap"
    assert hints["claim_final_at_write_off"] == "days"
    assert hints["share_over_lpr"] == "80bp"
    assert hints["share_points"] == "1.5%"


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "many.yaml"
    path.write_text(f"""id: many
extends: {MINIMAL}
clock: {{base_year: 2021}}
pots:
  city:
    floor: {{value: 3000, grade: D, note: test}}
    florr: 1
    interest: {{value: 1%, grade: A, note: test}}
payers:
  fund: {{short: queue}}
  fund: {{short: lapse}}
firms:
  sectors: {{grade: D, note: test, values: {{mining: 30%}}}}
modes:
  alone:
    claim: {{overdue: {{value: 90 days, grade: D, note: test}}, trigger: npl}}
""", encoding="utf-8")
    found = {(p.code, p.line, p.column) for p in problems_of(path)}
    assert found == {("base_year_late", 3, 20), ("money_unit", 6, 20), ("unknown_key", 7, 5),
                     ("range_missing", 8, 15), ("short_unknown", 10, 17), ("duplicate_key", 11, 3),
                     ("weights_not_whole", 13, 3), ("not_built", 16, 62)}


def test_problems_in_the_base_carry_the_base_file(tmp_path: Path) -> None:
    base = tmp_path / "below.yaml"
    base.write_text(f"extends: {MINIMAL}\nclock: {{base_year: 2021}}\n", encoding="utf-8")
    over = tmp_path / "over.yaml"
    over.write_text("id: over\nextends: below\nbook: {kind: nine}\n", encoding="utf-8")
    assert {(Path(p.file).name, p.line, p.column) for p in problems_of(over)} == {
        ("below.yaml", 2, 20), ("over.yaml", 3, 14)}


@pytest.mark.parametrize(("content", "code", "line", "column"), [
    (b"", "file_empty", 1, 1),
    (b"# only a remark\n", "file_empty", 1, 1),
    (b"just words\n", "file_no_mapping", 1, 1),
    ("id: gbk\ntitle: {zh: 基金, en: Fund}\n".encode("gbk"), "file_encoding", 2, 13),
    (b"id: x\n\xff\xfe", "file_encoding", 2, 1),
    (b"id: x\n" + b"#" * 5_000_000, "file_too_large", 1, 1),
    (b"id: x\nkey: \x07\n", "yaml_syntax", 2, 1),
    (b"[" * 100_000, "yaml_depth", 1, 41),
    (b"a: [1, 2\n", "yaml_syntax", 2, 1),
], ids=["empty", "remark", "words", "gbk", "utf16", "large", "control", "deep", "open"])
def test_what_is_no_scenario_file(tmp_path: Path, content: bytes, code: str, line: int, column: int) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    (problem,) = problems_of(path)
    assert (problem.code, problem.line, problem.column) == (code, line, column)


def test_a_group_is_no_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(f"extends: {MINIMAL}\nvalues: 1\n", encoding="utf-8")
    (problem,) = problems_of(path)
    assert (problem.code, problem.line, problem.column, problem.given) == ("unknown_key", 2, 1, "values")


def test_missing_and_unreadable(tmp_path: Path) -> None:
    (problem,) = problems_of("liaoning-2012")
    assert (problem.code, problem.hint) == ("scenario_missing", "liaoning-2021")
    (tmp_path / "folder.yaml").mkdir()
    (problem,) = problems_of(tmp_path / "folder.yaml")
    assert problem.code == "scenario_missing"


def test_set_says_where_its_path_breaks() -> None:
    (problem,) = problems_of(MINIMAL, set={"pots.ctiy.floor": "1 万元"})
    assert (problem.code, problem.given, problem.hint) == ("set_path", "ctiy", "city")
    (problem,) = problems_of(MINIMAL, set={"pots.city.floor": "1"})
    assert (problem.code, problem.path) == ("money_unit", "pots.city.floor")


def test_bands_and_slices_that_never_meet_are_right(tmp_path: Path) -> None:
    """80 % of the first 1,000 万 and 50 % of the next 2,000 add to 130 % and are right (Jiangsu)."""
    leaf = "{value: %s, grade: D, note: test}"
    bands = [f"when: {{amount_to: {leaf % '1000 万元'}}}", f"when: {{amount_above: {leaf % '1000 万元'}}}"]
    slices = [f"layer: {{to: {leaf % '1000 万元'}, of: principal}}",
              f"layer: {{from: {leaf % '1000 万元'}, to: {leaf % '3000 万元'}, of: principal}}"]
    for i, (first, second) in enumerate((bands, slices)):
        path = tmp_path / f"jiangsu{i}.yaml"
        path.write_text(f"extends: {MINIMAL}\nmodes:\n  alone:\n    terms:\n"
                        f"      - {{payer: fund, share: {leaf % '80%'}, {first}}}\n"
                        f"      - {{payer: fund, share: {leaf % '50%'}, {second}}}\n", encoding="utf-8")
        assert len(load(path).modes["alone"].terms) == 2


def test_notices_tell_the_unusual(tmp_path: Path) -> None:
    path = tmp_path / "odd.yaml"
    path.write_text(f"""extends: {MINIMAL}
clock: {{base_year: 2018}}
pots:
  spare: {{floor: {{value: 0, grade: D, note: test}}}}
payers:
  idle: {{kind: insurer}}
modes:
  insured:
    stack: [{{payers: [fund, insurer], limit: {{value: 60%, grade: D, note: test}}}}]
  alone:
    terms:
      - {{payer: fund, share: {{value: 80%, grade: D, note: test}}, when: {{firm_class: [small]}}}}
      - {{payer: fund, share: {{value: 50%, grade: D, note: test}}, when: {{firm_class: [micro]}}}}
gate: {{ip_types: []}}
targets:
  volume: {{title: {{zh: 规模, en: Volume}}, measure: amount, kind: growth, final_year: 2025,
           growth: {{value: 20%, grade: D, note: test}}}}
""", encoding="utf-8")
    found = {(n.code, n.path, n.line) for n in notices(load(path))}
    assert found == {("notice_pot_empty", "pots.spare", 4), ("notice_pot_unreached", "pots.spare", 4),
                     ("notice_payer_unused", "payers.idle", 0),
                     ("notice_stack_cuts", "modes.insured.stack.0", 9),
                     ("notice_bands_above_whole", "modes.alone.terms", 12),
                     ("notice_target_no_base", "targets.volume", 17),
                     ("notice_target_late", "targets.volume", 17),
                     ("notice_base_year_early", "clock.base_year", 0), ("notice_gate_shut", "gate", 76)}
    assert all(n.render("zh") != n.render("en") for n in notices(load(path)))
    assert notices(load(MINIMAL)) == []


def test_loans_dearer_than_the_gate_allows_are_noticed(tmp_path: Path) -> None:
    """3.85 % + 80 bp is 4.65 % on the first day; the guarantor asks 1 %. What equals a limit is within it."""
    path = tmp_path / "dear.yaml"
    leaf = "{{value: {}, grade: D, note: test}}".format
    for rate, margin, fee in (("4.64%", "79bp", "0.99%"), ("4.65%", "80bp", "1%")):
        path.write_text(f"extends: {MINIMAL}\ngate: {{rate: {leaf(rate)}, rate_over_lpr: {leaf(margin)}, "
                        f"guarantee_fee: {leaf(fee)}}}\n", encoding="utf-8")
        told = [(n.code, n.path, n.given) for n in notices(load(path))]
        assert told == ([("notice_rate_above_gate", "gate.rate", "4.65%"),
                         ("notice_rate_above_gate", "gate.rate_over_lpr", "0.8%"),
                         ("notice_fee_above_gate", "gate.guarantee_fee", "1%")] if fee != "1%" else [])


def test_a_text_read_twice_is_two_trees_and_tells_its_mistakes_each_time() -> None:
    """A text is parsed once; what one reader does to its tree or its list of problems is not another's."""
    problems: list[Problem] = []
    first = read_text("a: {b: 1}\n", "twice.yaml", problems)
    first.mapping()["a"].mapping()["c"] = first
    assert read_text("a: {b: 1}\n", "twice.yaml", problems).plain() == {"a": {"b": 1}}
    for _ in range(2):
        problems = []
        with pytest.raises(Refused) as refused:
            read_text("a: 1\na: 2\nb: [\n", "twice.yaml", problems)
        assert [found.code for found in problems] == ["duplicate_key"]
        assert refused.value.problem.code == "yaml_syntax"
