"""`answer` and `size` through the command line, with a made-up scheme in place of the engine."""

import json
import re
import sys
from pathlib import Path

import pytest

import simulator.runs
from simulator.cli import main
from simulator.report.width import cells
from tests.surface.fake_simulate import simulate

FEW = ("--paths", "600", "--draws", "3", "--quiet")


@pytest.fixture(autouse=True)
def made_up_scheme(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulator.runs, "simulate", simulate, raising=False)


Caught = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch


def call(capsys: Caught, monkeypatch: Patch, *words: str) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", sys.argv)
    with pytest.raises(SystemExit) as left:
        main(list(words))
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_answer_is_printed_and_kept(
    capsys: Caught, monkeypatch: Patch, tmp_path: Path, lang: str
) -> None:
    """Exit 0 whatever the verdict; stdout and folder agree; the command that repeats it is kept."""
    out = tmp_path / "kept"
    words = ("answer", "dalian-2020", *FEW, "--lang", lang, "--out", str(out), "--set", "lending.spread=1.2%")
    code, shown, said = call(capsys, monkeypatch, *words)
    assert code == 0, said
    assert shown == (out / "answer.txt").read_text("utf-8")
    assert max(map(cells, shown.splitlines())) <= 96
    assert bool(re.search(r"[\u4e00-\u9fff]", shown)) is (lang == "zh")
    document = json.loads((out / "answer.json").read_text("utf-8"))
    assert {row["question"] for row in document["rows"]} == set(range(1, 8))
    assert document["command"] == ("pledgefund answer dalian-2020 --paths 600 --draws 3 "
                                   "--set lending.spread=1.2%")
    assert document["size"]["present_fen"] == 24_000_000 * 100


@pytest.mark.parametrize(
    ("ask", "promises", "code"),
    [
        ("enough", (), 0),
        ("growth", ("--exhaustion", "100%", "--refusal", "100%", "--targets", "0"), 0),
        ("size", ("--exhaustion", "100%", "--refusal", "100%", "--targets", "0"), 0),
        ("size", ("--exhaustion", "0", "--refusal", "0"), 3),
    ],
)
def test_size(
    capsys: Caught, monkeypatch: Patch, ask: str, promises: tuple[str, ...],
    code: int
) -> None:
    """Promises that any fund keeps leave with 0, a promise none can keep with 3."""
    # Where nearly every middle-grade loan defaults, no fund never runs dry and never refuses.
    words = ("size", "dalian-2020", "--ask", ask, *promises, *FEW)
    if code == 3:
        words = (*words, "--set", "firms.grades.b.pd=100%", "--set", "macro.shift=-3")
    left, shown, said = call(capsys, monkeypatch, *words)
    assert left == code, said
    assert shown.strip()
    left, shown, _ = call(capsys, monkeypatch, *words, "--json")
    assert left == code
    assert json.loads(shown)["hash"]


def test_promises_default_to_the_scenario(
    capsys: Caught, monkeypatch: Patch
) -> None:
    _, shown, _ = call(capsys, monkeypatch, "size", "dalian-2020", "--ask", "enough", *FEW, "--json")
    limits = {check["name"]: check["limit"] for check in json.loads(shown)["checks"]}
    assert (limits["exhaustion"], limits["refusal"]) == (0.01, 0.05)
    _, shown, _ = call(capsys, monkeypatch, "size", "dalian-2020", "--ask", "enough", *FEW, "--json",
                       "--exhaustion", "2.5%", "--refusal", "0.2")
    limits = {check["name"]: check["limit"] for check in json.loads(shown)["checks"]}
    assert (limits["exhaustion"], limits["refusal"]) == (0.025, 0.2)


@pytest.mark.parametrize("command", ["run", "answer"])
def test_a_defect_of_ours_is_owned(capsys: Caught, monkeypatch: Patch, tmp_path: Path, command: str) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("no loans")

    monkeypatch.setattr(simulator.runs, "simulate", broken, raising=False)
    words = (command, "dalian-2020", "--paths", "20", "--out", str(tmp_path / "kept"), "--lang", "en")
    code, shown, said = call(capsys, monkeypatch, *words)
    assert (code, shown) == (1, "")
    assert not (tmp_path / "kept").exists()
    assert "ZeroDivisionError: no loans" in said and "Traceback" not in said
