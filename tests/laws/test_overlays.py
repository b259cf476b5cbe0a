"""Overlays, provenance and changed values: what a file says is what the scenario holds."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.scheme import Scenario, ScenarioErrors, load, ranges, replace_values
from simulator.scheme.overlay import merge, prune
from simulator.scheme.reading import Node, Place, read_text

MINIMAL = Path(__file__).parents[1] / "scenarios" / "minimal.yaml"
HERE = Place("x", 1, 1)
DAMAGE = ("", "{", "]", ":", " ", "'", "- ", "\t", "&", "values: ", "~", "9", "%",
          "range: [1, 2], ", "from: x, ")


def over(tmp_path: Path, text: str) -> Scenario:
    path = tmp_path / "over.yaml"
    path.write_text(f"id: over\nextends: {MINIMAL}\n{text}", encoding="utf-8")
    return load(path)


NAMES = st.sampled_from("abcd")
TREES = st.recursive(st.integers(1, 9).map(lambda n: Node(str(n), HERE)),
                     lambda inner: st.dictionaries(NAMES, inner, max_size=4).map(lambda d: Node(d, HERE)))


@given(TREES)
def test_a_file_over_itself_is_itself(tree: Node) -> None:
    assert merge(tree, tree).plain() == tree.plain()


@given(TREES, TREES)
def test_what_the_overlay_says_holds(base: Node, top: Node) -> None:
    assert says(merge(base, top).plain(), top.plain())


@given(TREES, TREES, TREES)
def test_overlays_can_be_laid_in_any_grouping(a: Node, b: Node, c: Node) -> None:
    """With mappings all the way down at the same keys; a value that meets a mapping wins from above."""
    assert merge(merge(a, b), c).plain() == merge(a, merge(b, c)).plain() or shapes_clash(a, b, c)


def says(merged: object, top: object) -> bool:
    if not isinstance(top, dict):
        return merged == top
    return isinstance(merged, dict) and all(key in merged and says(merged[key], top[key]) for key in top)


def shapes_clash(*trees: Node) -> bool:
    kinds = {type(tree.value) for tree in trees}
    if len(kinds) > 1:
        return True
    keys = {key for tree in trees for key in tree.mapping()}
    return any(shapes_clash(*(tree.mapping()[key] for tree in trees if key in tree.mapping()))
               for key in keys)


def test_replace_null_and_lists() -> None:
    base = read_text("m: {a: 1, b: 2}\nl: [1, 2, 3]\np: {deep: {x: 1}}\n", "base", [])
    top = read_text("m: {replace: true, c: 3}\nl: [4]\np: {deep: null, z: 2}\n", "top", [])
    assert prune(merge(base, top)).plain() == {"m": {"c": 3}, "l": [4], "p": {"z": 2}}
    assert base.plain()["m"] == {"a": 1, "b": 2}


def test_a_new_value_brings_its_own_provenance(tmp_path: Path) -> None:
    below = load(MINIMAL).provenance["macro.rho"]
    changed = over(tmp_path, "macro:\n  rho: {value: 15%, grade: P, source: notice, clause: 九}\n")
    origin = changed.provenance["macro.rho"]
    assert (below.grade, below.low, below.high) == ("A", 50_000, 200_000)
    assert (origin.grade, origin.low, origin.high, origin.note.zh, origin.note.en) == ("P", None, None, "", "")
    assert (origin.clause.zh, origin.clause.en) == ("九", "九")
    assert origin.source is not None and origin.source.title == "试验通知"
    assert (Path(origin.file).name, origin.line, origin.column) == ("over.yaml", 4, 8)
    assert changed.macro.rho == 150_000
    assert changed.id == "over"


def test_notes_and_clauses_come_in_three_forms(tmp_path: Path) -> None:
    """Plain for both languages, one for each, or the name of a kept text; an overlay replaces the whole note."""
    origins = over(tmp_path, """texts:
  guess: {zh: 凭经验, en: a guess}
macro:
  rho: {note: {zh: 经验值, en: by experience}}
  persistence: {value: 0.9, grade: D, note: {see: guess}, clause: {see: guess}}
  national_share: {value: 70%, grade: D, note: plain, clause: {zh: 三(无条号), en: 三 (no number)}}
""").provenance
    said = {path: tuple(getattr(getattr(origins[f"macro.{path}"], what), lang)
                        for what in ("note", "clause") for lang in ("zh", "en"))
            for path in ("rho", "persistence", "national_share")}
    assert said == {"rho": ("经验值", "by experience", "", ""),
                    "persistence": ("凭经验", "a guess", "凭经验", "a guess"),
                    "national_share": ("plain", "plain", "三(无条号)", "三 (no number)")}
    assert origins["macro.rho"].grade == "A"
    (tmp_path / "again.yaml").write_text("extends: over\nmacro: {persistence: {note: {zh: 甲, en: A}}}\n", "utf-8")
    again = load(tmp_path / "again.yaml").provenance["macro.persistence"].note
    assert (again.zh, again.en) == ("甲", "A")


def test_a_new_range_alone_keeps_the_value(tmp_path: Path) -> None:
    origin = over(tmp_path, "macro:\n  rho: {range: [10%, 14%]}\n").provenance["macro.rho"]
    assert (origin.grade, origin.low, origin.high) == ("A", 100_000, 140_000)


def test_a_group_gives_each_entry_its_grade_and_range() -> None:
    origins = load(MINIMAL).provenance
    invention = origins["recovery.type_factor.invention"]            # 6.3 % × 0.5 … × 2
    assert (invention.grade, invention.low, invention.high) == ("A", 31_500, 126_000)
    weight = origins["banks.city_bank.weight"]                       # 100 % × 1.1 stays at 100 %
    assert (weight.low, weight.high) == (900_000, 1_000_000)
    assert origins["lending.reference_rate.1.value"].grade == "P"
    assert origins["gate.loan_cap.small.0.value"].clause.zh == "二(一)"


def test_set_reads_like_a_file() -> None:
    scenario = load(MINIMAL, set={"pots.city.contributors.0.amount": "2 亿元", "macro.step": "year",
                                  "gate.loan_cap.small.0.value": "500 万元", "gate.ip_types": "[design]",
                                  "demand.headroom": "{value: 2, grade: D, note: set}"})
    assert scenario.pots["city"].contributors[0].amount == 20_000_000_000
    assert scenario.macro.step == "year"
    assert scenario.gate.loan_cap["small"][0].value == 500_000_000
    assert scenario.gate.ip_types == ["design"]
    assert scenario.provenance["demand.headroom"].note.zh == "set"
    origin = scenario.provenance["pots.city.contributors.0.amount"]
    assert (origin.grade, origin.note.zh, origin.note.en) == ("A", "命令行给定", "set on the command line")
    assert load(MINIMAL, set={"pots.city.leverage": "null"}).pots["city"].leverage is None


def test_replaced_values_are_the_ones_a_file_would_give(tmp_path: Path) -> None:
    base = load(MINIMAL)
    quick = replace_values(base, {"pots.city.contributors.1.amount": 500_000_000, "macro.persistence": 0.9,
                                  "gate.firm_year_cap.0.value": 100_000_000})
    slow = over(tmp_path, "pots: {city: {contributors: [{level: central, amount: {value: 800 万元, grade: P, "
                "source: notice}}, {level: city, amount: {value: 500 万元, grade: P, source: notice}}]}}\n"
                "macro: {persistence: {value: 0.9, grade: D, note: test}}\n"
                "gate: {firm_year_cap: [{from: 2016-01-01, value: 100 万元, grade: D, note: test}]}\n")
    assert quick.pots["city"].contributors[1].amount == 500_000_000
    assert quick.gate.firm_year_cap[0].value == 100_000_000
    assert quick.model_dump(exclude={"id"}) == slow.model_dump(exclude={"id"})
    assert base.pots["city"].contributors[1].amount == 1_600_000_000
    assert quick.provenance is base.provenance
    assert quick.hash != base.hash == replace_values(base, {}).hash
    with pytest.raises(KeyError):
        replace_values(base, {"pots.city.flor": 1})
    with pytest.raises(ValueError, match="persistence"):
        replace_values(base, {"macro.persistence": 1.5})


def test_hash_sees_content_not_layout(tmp_path: Path) -> None:
    text = MINIMAL.read_text(encoding="utf-8")
    same, other = tmp_path / "same.yaml", tmp_path / "other.yaml"
    same.write_text("\n# moved down\n" + text, encoding="utf-8")
    other.write_text(text.replace("range: [5%, 20%]", "range: [5%, 21%]"), encoding="utf-8")
    assert load(same).hash == load(MINIMAL).hash != load(other).hash


def test_ranges_are_in_engine_units() -> None:
    found = {origin.path: (origin.low, origin.high) for origin in ranges(load(MINIMAL))}
    assert found["segments.fund.size.median"] == (150_000_000, 300_000_000)
    assert found["recovery.delay_mean"] == (180, 1440)
    assert found["pots.city.leverage"] == (5_000, 40_000)
    assert "market.amount" not in found


def test_replacing_values_is_fast() -> None:
    scenario = load(MINIMAL)
    start = time.perf_counter()
    for _ in range(50):
        replace_values(scenario, {"macro.rho": 100_000})
    assert (time.perf_counter() - start) / 50 < 0.01       # 0.25 ms measured; room for a busy machine


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2 ** 32))
def test_a_damaged_file_is_refused_politely(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    """Whatever happens to a file, it loads or says why in both languages; never anything else."""
    luck = random.Random(seed)
    lines = MINIMAL.read_text(encoding="utf-8").split("\n")
    for _ in range(luck.randint(1, 3)):
        i = luck.randrange(len(lines))
        j = luck.randrange(len(lines[i]) + 1)
        lines[i] = lines[i][:j] + luck.choice(DAMAGE) + lines[i][j + luck.randint(0, 6):]
    path = tmp_path_factory.mktemp("damaged") / "x.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    try:
        load(path)
    except ScenarioErrors as errors:
        assert errors.render("zh") != errors.render("en")
