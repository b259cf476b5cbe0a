"""`claims` and `validate` as their users meet them: exit codes, both languages, JSON, files, mistakes."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

import simulator.validation as validation
import simulator.validation.run as run
from simulator.scheme import load, replace_values
from simulator.validation.cases import CASES
from tests.surface.test_cli import CHINESE, call

POOL = str(Path(__file__).parents[1] / "theory" / "scenarios" / "pool.yaml")
LOAN = 100 * 1_000_000                     # fen
FINITE = ["--set", "macro.rho=12%", "--set", "firms.grades.only.pd=5%"]
ENGINE_PATHS = "2000"


# --- claims -------------------------------------------------------------------------------------------------

def test_claims_are_those_of_the_exact_pool(capsys: pytest.CaptureFixture[str]) -> None:
    """300 loans, PD 5 %, rho .12: mean 15, sd 12.171325504659082, .99 quantile 57 (computed outside this project).

    The engine's 2,000 paths, seed 3, must be within four standard errors of the formula's mean and spread."""
    code, out, err = call(capsys, "claims", POOL, *FINITE, "--json", "--paths", ENGINE_PATHS, "--seed", "3", "--quiet")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert found["valid"] and found["paths"] == 2000 and "claims" in found["command"]
    paid = found["claims"]["paid"]
    assert paid["mean_fen"] == pytest.approx(15 * LOAN, rel=2e-3)
    assert paid["sd_fen"] == pytest.approx(12.171325504659082 * LOAN, rel=1e-2)
    assert abs(paid["quantiles_fen"]["0.99"] / LOAN - 57) < 1.0
    gaps = {gap["figure"]: gap["z"] for gap in found["gap"] if gap["measure"] == "paid"}
    assert len(gaps) == 4 and all(abs(gaps[name]) < 4 for name in ("mean", "sd"))
    assert gaps["mean"] != 0.0 and gaps["sd"] != 0.0 and found["pilot"] == []


@pytest.mark.parametrize(("lang", "holds", "not_holds"), [("zh", "适用：", "不适用："),
                                                          ("en", "Holds:", "Does not hold:")])
def test_claims_say_whether_they_hold(capsys: pytest.CaptureFixture[str], lang: str, holds: str,
                                      not_holds: str) -> None:
    """Ample money holds; a fund of a single loan is short of money with a chance above 1 %. Both end with 0."""
    said = {}
    for amount in ("100 亿元", "100 万元"):
        code, said[amount], err = call(capsys, "claims", POOL, *FINITE, "--set",
                                       f"pots.city.contributors.0.amount={amount}", "--lang", lang, "--quiet")
        assert (code, err) == (0, "")
        if lang == "en":
            assert not CHINESE.search(said[amount].split("\n", 1)[1])
    assert holds in said["100 亿元"] and not_holds not in said["100 亿元"]
    why = "代偿超过基金总额" if lang == "zh" else "exceed all the money"
    assert not_holds in said["100 万元"] and why in said["100 万元"]


def test_claims_reach_rare_events(capsys: pytest.CaptureFixture[str]) -> None:
    """The pilot's chances are those of the levels asked for, within a fifth."""
    code, out, _ = call(capsys, "claims", POOL, *FINITE, "--pilot", "--json", "--quiet")
    assert code == 0
    chances = [tail["chance"] for tail in json.loads(out)["pilot"]]
    assert chances == [pytest.approx(1e-3, rel=0.2), pytest.approx(1e-4, rel=0.2)]


def test_claims_are_kept_where_out_says(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The text as shown and the figures as JSON; a file in the folder's place is left as it is."""
    out, taken = tmp_path / "kept", tmp_path / "taken"
    code, shown, err = call(capsys, "claims", POOL, "--out", str(out), "--lang", "en", "--quiet")
    assert code == 0 and str(out) in err
    assert (out / "claims.txt").read_text("utf-8").strip() == shown.strip()
    assert "mean_fen" in json.loads((out / "claims.json").read_text("utf-8"))["claims"]["paid"]
    taken.write_text("mine", "utf-8")
    code, shown, err = call(capsys, "claims", POOL, "--out", str(taken), "--lang", "en", "--quiet")
    assert (code, shown) == (2, "") and str(taken) in err and taken.read_text("utf-8") == "mine"


# --- validate -----------------------------------------------------------------------------------------------

def few(monkeypatch: pytest.MonkeyPatch, *schemes: str) -> None:
    """Only some of the schemes, so that a test of words needs no whole validation."""
    chosen = [case for case in CASES if case.scheme in schemes]
    assert len(chosen) == len(schemes)
    monkeypatch.setattr(validation, "validate", partial(run.validate, cases=chosen))


def claims_a_day_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """The schemes' claims fall due a day later than theory says."""
    monkeypatch.setattr(run, "load", lambda file: replace_values(load(file), {"modes.alone.claim.overdue": 91}))


def test_quick_validation_of_everything(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, "validate", "--quick", "--json", "--quiet")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert found["holds"] is True and found["quick"] is True
    assert {line["scheme"] for line in found["findings"]} == {case.scheme for case in CASES}
    assert max(abs(line["z"]) for line in found["findings"]) < found["limit"] == 4.0
    assert any(line["z"] != 0.0 for line in found["findings"])
    assert found["chi_square"]["low"] < found["chi_square"]["total"] < found["chi_square"]["high"]
    assert all(twin["paths"] > 0 and twin["differences"] == [] for twin in found["twins"])


@pytest.mark.parametrize(("lang", "passed", "failed"), [
    ("zh", "全部 5 项通过，公式与 491 个", "验证未通过"), ("en", "All 5 quantities hold, and", "Validation failed")])
def test_validation_tells_what_it_found(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
                                        lang: str, passed: str, failed: str) -> None:
    """Two exact schemes hold: 0; the same with a claim a day late: 1, and a line that says so."""
    few(monkeypatch, "timing", "nothing")
    code, out, err = call(capsys, "validate", "--quick", "--lang", lang, "--quiet")
    assert (code, err) == (0, "") and passed in out and failed not in out
    assert "480" in out and (lang == "zh" or not CHINESE.search(out))
    claims_a_day_late(monkeypatch)
    code, out, err = call(capsys, "validate", "--quick", "--lang", lang, "--quiet")
    assert (code, err) == (1, "") and failed in out and passed not in out and "481" in out
    code, out, _ = call(capsys, "validate", "--quick", "--json", "--quiet")
    assert code == 1 and json.loads(out)["holds"] is False


def test_a_report_is_written_whether_it_holds_or_not(capsys: pytest.CaptureFixture[str],
                                                     monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    few(monkeypatch, "timing")
    claims_a_day_late(monkeypatch)
    page = tmp_path / "report.html"
    code, _, _ = call(capsys, "validate", "--quick", "--lang", "en", "--report", str(page), "--quiet")
    assert code == 1 and "Validation failed" in page.read_text("utf-8")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_report_without_a_place_is_refused_before_the_work(capsys: pytest.CaptureFixture[str], tmp_path: Path,
                                                             monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    """No folder for it, a folder in its place, a file already there: said at once, nothing simulated, nothing lost."""
    def never(*_: object, **__: object) -> None:
        raise AssertionError("simulated although the report has no place")

    monkeypatch.setattr(validation, "validate", never)
    kept = tmp_path / "kept.html"
    kept.write_text("mine", "utf-8")
    for place in (tmp_path / "nowhere" / "report.html", tmp_path, kept):
        code, out, err = call(capsys, "validate", "--quick", "--report", str(place), "--lang", lang)
        assert (code, out) == (2, "") and str(place) in err and "Traceback" not in err
        assert bool(CHINESE.search(err)) is (lang == "zh")
    assert kept.read_text("utf-8") == "mine" and sorted(tmp_path.iterdir()) == [kept]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("words", "said"), [
    (["claims"], "SCENARIO"), (["claims", "nowhere-1999"], "nowhere-1999"), (["claims", "base"], "base"),
    (["claims", POOL, "--paths", "-1"], "0"), (["claims", POOL, "--paths", "many"], "--paths"),
    (["claims", POOL, "--set", "macro.rho=200%"], "macro.rho"), (["claims", POOL, "--pilots"], "--pilot"),
    (["claims", POOL, "--seed", "-1"], "0"), (["validate", POOL], "pool.yaml"), (["validate", "--quik"], "--quick"),
    (["validate", "--quick", "--workers", "0"], "1"), (["validate", "--paths", "5"], "--paths")])
def test_mistakes_are_explained(capsys: pytest.CaptureFixture[str], words: list[str], said: str, lang: str) -> None:
    code, out, err = call(capsys, *words, "--lang", lang)
    assert (code, out) == (2, "") and said in err and "Traceback" not in err
    assert bool(CHINESE.search(err)) is (lang == "zh")


@pytest.mark.parametrize("name", ["claims", "validate"])
def test_help_in_both_languages(capsys: pytest.CaptureFixture[str], name: str) -> None:
    code, chinese, _ = call(capsys, name, "--help")
    assert code == 0 and "用法:" in chinese
    code, english, _ = call(capsys, name, "--help", "--lang", "en")
    assert code == 0 and "Usage:" in english and not CHINESE.search(english)


def test_a_shipped_scenario_that_is_not_there_is_told_before_the_work(capsys: pytest.CaptureFixture[str],
                                                                      monkeypatch: pytest.MonkeyPatch,
                                                                      tmp_path: Path) -> None:
    """A folder of the user's own without Liaoning: 2 and its name, nothing simulated, no half validation."""
    def never(*_: object, **__: object) -> None:
        raise AssertionError("simulated although a scheme is missing")

    monkeypatch.setenv("PLEDGEFUND_SCENARIOS", str(tmp_path))
    monkeypatch.setattr(run, "run_case", never)
    code, out, err = call(capsys, "validate", "--quick", "--lang", "en", "--quiet")
    assert (code, out) == (2, "") and "liaoning-2021" in err and "Traceback" not in err


@pytest.mark.parametrize("scheme", [case.scheme for case in CASES])
def test_run_accepts_every_scheme_of_the_validation(capsys: pytest.CaptureFixture[str], scheme: str) -> None:
    """As a user would run it, on a few paths: exit code 0, a result, no complaint."""
    file = run.FOLDER / f"{scheme}.yaml"
    code, out, err = call(capsys, "run", str(file) if file.exists() else scheme, "--paths", "20", "--seed", "1",
                          "--json", "--quiet", "--lang", "en")
    assert (code, err) == (0, "")
    assert json.loads(out)["paths"] == 20
