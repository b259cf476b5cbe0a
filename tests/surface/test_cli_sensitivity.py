"""`sensitivity` as its users meet it: both languages, JSON, files, mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.main import get_command

from simulator.cli import app
from simulator.report.width import LINE, cells
from simulator.scheme import load
from simulator.study.sensitivity import PATHS, SAMPLES, WALKS, Sensitivity, sensitivity
from tests.surface.test_cli import CHINESE, call

SMALL = ("--paths", "20", "--walks", "2", "--samples", "2", "--quiet")
POOL = str(Path(__file__).parents[1] / "theory" / "scenarios" / "pool.yaml")


def test_the_same_numbers_for_people_for_programs_and_from_python(capsys: pytest.CaptureFixture[str],
                                                                  tmp_path: Path) -> None:
    code, told, err = call(capsys, "sensitivity", "fuxin-2017", *SMALL, "--lang", "en", "--out", str(tmp_path / "out"))
    assert code == 0 and not CHINESE.search(told) and "kept" in err
    assert all(cells(line) <= LINE for line in told.splitlines())
    document = json.loads((tmp_path / "out" / "sensitivity.json").read_text("utf-8"))
    found = Sensitivity.from_json(document)
    assert (tmp_path / "out" / "sensitivity.txt").read_text("utf-8") == told
    assert found == sensitivity(load("fuxin-2017"), paths=20, walks=2, samples=2)
    strongest = max(found.screen, key=lambda each: each.effects["claims"].strength)
    assert f"{strongest.path} " in told and document["command"].startswith("pledgefund sensitivity fuxin-2017")
    assert sum(each.values for each in found.screen) > len(found.screen) > len(found.shares) == 11


@pytest.mark.parametrize(("lang", "power", "nothing"), [("zh", "须为 2 的幂", "没有任何带范围的数"),
                                                        ("en", "power of two", "Nothing in scenario")])
def test_mistakes_are_explained_before_any_work(capsys: pytest.CaptureFixture[str], lang: str, power: str,
                                                nothing: str) -> None:
    for words, said in ((("fuxin-2017", "--samples", "12"), power), ((POOL,), nothing)):
        code, out, err = call(capsys, "sensitivity", *words, "--lang", lang, "--quiet")
        assert (code, out) == (2, "") and said in err and "Traceback" not in err
        assert lang == "zh" or not CHINESE.search(err)


def test_the_commands_defaults_are_the_analysis_own() -> None:
    """The page's job is the command without options, and is looked for under the design of the analysis."""
    command = get_command(app).commands["sensitivity"]
    given = {option.name: option.default for option in command.params}
    assert (given["paths"], given["walks"], given["samples"]) == (PATHS, WALKS, SAMPLES)
