"""Links: what a page stands on goes into the address and comes back; what cannot be followed is said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.scheme import ScenarioErrors, load
from simulator.ui import fields, shell, state, work
from tests.app.kit import view

LATIN = re.compile(r"[A-Za-z]{2,}")


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(work.RUNS_VARIABLE, str(tmp_path))


@given(page=st.sampled_from(state.PAGES), lang=st.sampled_from(["zh", "en"]), ask=st.sampled_from(state.ASKS),
       seed=st.integers(0, 2**63 - 1), paths=st.integers(100, 100_000), draws=st.integers(2, 400),
       path=st.integers(0, 10**6), share=st.integers(0, 100), beside=st.sets(st.sampled_from(["share", "fuxin-2017"])))
def test_a_link_brings_back_what_it_was_made_of(page: str, lang: str, ask: str, seed: int, paths: int, draws: int,
                                                path: int, share: int, beside: set[str]) -> None:
    made = state.State("dalian-2020", page, lang, ask, (("lending.spread", "1.2%"), ("sizing.refusal", f"{share}%")),
                       tuple(sorted(beside)), seed, paths, draws, path)
    assert state.read(made.query()) == (made, [])


@pytest.mark.parametrize(("query", "told"), [
    ({"v": ["2"]}, "第 2 版"),
    ({"s": ["../../etc/passwd"]}, "../../etc/passwd"),
    ({"s": ["/etc/x.yaml"]}, "/etc/x.yaml"),
    ({"s": ["upload-../../x"]}, "upload-../../x"),
    ({"page": ["admin"]}, "page=admin"),
    ({"lang": ["fr"]}, "lang=fr"),
    ({"seed": ["abc", "2"]}, "seed=abc"),
    ({"page": ["size", "trace"]}, "page=size"),
    ({"set": ["lending.spread=1.2%"]}, "lending.spread=1.2%"),             # said twice: once here, once below
    ({"paths": ["99999999"]}, "100–100,000"),
    ({"seed": ["-1"]}, "seed=-1"),
    ({"loan": ["x"]}, "loan=x"),
    ({"with": ["nowhere"]}, "with=nowhere"),
    ({"nonsense": ["1"]}, "nonsense"),
    ({"set": ["no-equals"]}, "set=no-equals"),
    ({"set": ["lending.spread="]}, "set=lending.spread="),
    ({"set": ["lending.spred=3%"]}, "“加点”"),
    ({"set": ["pots.nowhere.floor=3"]}, "没有“nowhere”"),
    ({"set": ["lending.pledge_rate=[3"]}, "看不懂，附近内容"),
    ({"set": ["market.eligible_share=240%"]}, "240%"),
    ({"set": ["pots.city.contributors.0.amount=-3 万元"]}, "为负"),
])
def test_what_a_link_asks_in_vain_is_told(query: dict[str, list[str]], told: str) -> None:
    """One warning, naming what was refused; the rest of the link still holds."""
    good = {"s": ["dalian-2020"], "set": ["lending.spread=1.2%"]}
    made, warned = state.read({**good, **query, "set": [*good["set"], *query.get("set", [])]})
    assert len(warned) == 1 and told in warned[0].render("zh")
    assert warned[0].render("en") != warned[0].render("zh")
    assert made.scenario == "dalian-2020" and made.changes == (("lending.spread", "1.2%"),)


def test_of_several_changes_only_the_impossible_are_left_out() -> None:
    made, warned = state.read({"set": ["market.eligible_share=240%", "lending.spread=1.2%", "pots.city.leverage=abc"]})
    assert made.changes == (("lending.spread", "1.2%"),)
    assert [each.given for each in warned] == ["market.eligible_share=240%", "pots.city.leverage=abc"]


@pytest.mark.parametrize(("kind", "typed", "lang", "engine"), [
    ("money", "2400", "zh", 24_000_000 * 100), ("money", "2,400", "zh", 24_000_000 * 100),
    ("money", "24", "en", 24_000_000 * 100), ("money", "0.5亿", "zh", 50_000_000 * 100),
    ("share", "1.5", "zh", 15_000), ("share", "80bp", "en", 8_000), ("days", "90", "zh", 90), ("count", "12", "zh", 12),
    ("days", "3个月", "zh", 90), ("multiple", "7.5", "en", 7_500), ("real", "0.95", "en", 0.95),
])
def test_a_bare_number_is_in_the_unit_of_its_field(kind: str, typed: str, lang: str, engine: float) -> None:
    from simulator.scheme.units import PARSERS

    assert PARSERS[kind](fields.as_set(kind, typed, lang)) == engine
    assert PARSERS[kind](fields.written(kind, engine)) == engine
    assert PARSERS[kind](fields.as_set(kind, fields.shown(kind, engine, lang), lang)) == engine


@pytest.mark.parametrize("name", ["dalian-2020", "liaoning-2021", "harbin-2018", "liaoning-pooled", "zhongshan"])
@pytest.mark.parametrize("changes", [(), (("lending.spread", "1.2%"), ("recovery.other", "25%"))])
def test_a_downloaded_scheme_is_the_scheme(name: str, changes: tuple[tuple[str, str], ...], tmp_path: Path) -> None:
    """The file extends nothing, loads without a mistake and holds the same values."""
    if changes == () or name != "zhongshan":
        shown = view(changes, name)
        file = tmp_path / "mine.yaml"
        file.write_bytes(shell.scenario_file(shown))
        again = load(file)
        plain = {key: value for key, value in again.model_dump().items() if key not in ("id", "texts", "sources")}
        assert plain == {key: value for key, value in shown.scenario.model_dump().items() if key in plain}
        assert again.provenance.keys() == shown.scenario.provenance.keys()


def test_an_upload_reads_no_other_file_of_the_machine(tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("schema: 1\npassword: hunter2\n", "utf-8")
    for base in (str(secret), "../secret", "../secret.yaml"):
        with pytest.raises(ScenarioErrors) as refused:
            work.keep_upload(f"schema: 1\nid: mine\nextends: {base}\n".encode())
        assert [problem.code for problem in refused.value.problems] == ["extends_missing"]
        assert "hunter2" not in refused.value.render("en")
    assert not list((work.runs_folder() / "uploads").iterdir())


BOOK = ("贷款编号,企业,银行,行业,区县,企业规模,质押物,信用等级,贷款余额(万元),放款日,到期日\n"
        "D-01,甲精密,大型银行,装备,高新区,小型企业,发明专利,a,300,2018-03-15,2019-03-14\n")


def test_an_uploaded_scheme_reads_loans_of_no_other_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("贷款编号,密码\n1,hunter2\n", "utf-8")
    for book in (f"{{file: {secret}}}", f"{{file: {{value: {secret}, grade: C}}}}", f"{{values: {{file: {secret}}}}}",
                 "{file: ../secret.csv}", "{file: book-0000000000000000.csv.yaml}"):
        with pytest.raises(ScenarioErrors) as refused:
            work.keep_upload(f"schema: 1\nid: mine\nextends: dalian-2020\nbook: {book}\n".encode())
        assert [problem.code for problem in refused.value.problems] == ["book_elsewhere"]
        assert "hunter2" not in refused.value.render("en")
    assert not list((work.runs_folder() / "uploads").iterdir())
    for change in (f"book.file={secret}", f"book.values.file={secret}", f"book.file={{value: {secret}, grade: C}}",
                   f"book={{file: {secret}}}", f"book={{values: {{file: {secret}}}}}", f" book = {{file: {secret}}}",
                   f"book.file.value={secret}"):
        _, warned = state.read({"s": ["dalian-2020"], "set": [change]})
        assert [each.key for each in warned] == ["ui_link_value"], change
        assert "hunter2" not in warned[0].render("en")


def test_a_book_of_loans_is_kept_with_the_scheme_that_opens_with_it() -> None:
    base = work.opened("dalian-2020")
    name = work.keep_book(base, "dalian-2020", "mine.csv", BOOK.encode("gb18030"))
    held = work.opened(name).book.held
    assert held is not None and [loan.loan for loan in held.loans] == ["D-01"] and held.principal == 300 * 10**6
    assert work.opened(name).title.zh.startswith(base.title.zh) and work.keep_book(
        base, "dalian-2020", "mine.csv", BOOK.encode("gb18030")) == name


def test_a_broken_book_is_told_row_by_row_and_not_kept() -> None:
    with pytest.raises(ScenarioErrors) as wrong:
        work.keep_book(work.opened("dalian-2020"), "dalian-2020", "mine.csv",
                       BOOK.replace("300,2018-03-15", "-3,2031-03-15").encode())
    assert {problem.line for problem in wrong.value.problems} == {2} and len(wrong.value.problems) >= 2
    assert not list((work.runs_folder() / "uploads").iterdir())


def test_an_upload_is_kept_under_its_own_hash() -> None:
    data = "schema: 1\nid: mine\nextends: dalian-2020\ntitle: {zh: 我市, en: Mine}\n".encode()
    name = work.keep_upload(data)
    assert work.keep_upload(data) == name and work.opened(name).title.zh == "我市"
    assert state.read({"s": [name]})[0].scenario == name
    assert work.uploaded("upload-" + "0" * 16) is None


def test_every_parameter_of_every_scheme_has_a_name() -> None:
    """In Chinese without a Latin word, in English without a Chinese one, for all schemes that come with the program."""
    from simulator.ui.evidence import numbers
    from simulator.ui.labels import GROUPS, group, label

    bad = []
    for name in work.names():
        scenario = work.opened(name)
        for path in numbers(scenario):
            zh, en = label(scenario, path, "zh"), label(scenario, path, "en")
            if LATIN.search(zh) or re.search(r"[\u4e00-\u9fff]", en.replace("万元", "")) or not zh or not en:
                bad.append((path, zh, en))
            assert group(path) in GROUPS
    assert not bad
