"""The command line as its users meet it: words, streams, exit codes, speed of the help page."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from simulator import __version__
from simulator.cli import main
from simulator.report.progress import Progress
from simulator.scheme import load
from simulator.study import backtest

PROGRAM = [sys.executable, "-m", "simulator.cli"]
ROOT = Path(__file__).parents[2]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def call(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command."""
    argv = sys.argv
    try:
        with pytest.raises(SystemExit) as left:
            main(list(words))
    finally:
        sys.argv = argv
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


def test_help_is_fast_and_light() -> None:
    took = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run([*PROGRAM, "--help"], cwd=ROOT, check=True, capture_output=True)
        took.append(time.perf_counter() - start)
    assert min(took) < 0.5
    spied = subprocess.run([sys.executable, "-X", "importtime", "-m", "simulator.cli", "--help"],
                           cwd=ROOT, check=True, capture_output=True, text=True).stderr
    loaded = {line.split("|")[-1].strip().split(".")[0] for line in spied.splitlines()}
    assert "typer" in loaded
    assert not loaded & {"numba", "numpy", "pandas", "scipy", "pydantic", "pyarrow", "simpy"}


def test_importing_the_package_is_light() -> None:
    code = "import sys, simulator; print(sorted({'numpy', 'numba', 'pydantic', 'pandas'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", ["", "list", "check", "run", "answer", "size", "trace", "bench", "study",
                                  "study backtest"])
def test_help_in_both_languages(capsys: pytest.CaptureFixture[str], name: str) -> None:
    words = name.split()
    code, chinese, _ = call(capsys, *words, "--help")
    assert code == 0
    assert "用法:" in chinese and "选项:" in chinese
    code, english, _ = call(capsys, *words, "--help", "--lang", "en")
    assert code == 0
    assert "Usage:" in english
    assert not CHINESE.search(english)
    assert not re.search(r"\b(opt|help|head)_", chinese + english)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["frob"], "frob"),
        (["lisst"], "list"),
        (["list", "--jsno"], "--json"),
        (["answer"], "SCENARIO"),
        (["trace", "dalian-2020"], "--path"),
        (["size", "dalian-2020", "--paths", "0"], "1"),
        (["size", "dalian-2020", "--paths", "many"], "--paths"),
        (["size", "dalian-2020", "--exhaustion", "3"], "--exhaustion"),
        (["run", "dalian-2020", "--engine", "steam"], "loop"),
        (["run", "dalian-2020", "--set", "lending.spread"], "lending.spread"),
        (["run", "dalian-2020", "--set", "a=1", "--set", "a=2"], "a"),
        (["run", "dalian-2020", "--set", "lending.spreat=1%"], "spread"),
        (["run", "base"], "base"),
        (["run", "nowhere-1999"], "nowhere-1999"),
        (["list", "--lang", "fr"], "fr"),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_mistakes_are_explained(
    capsys: pytest.CaptureFixture[str], words: list[str], said: str, lang: str
) -> None:
    """Exit code 2, nothing on stdout, a sentence in the user's language on stderr, no traceback."""
    chosen = words if "--lang" in words else [*words, "--lang", lang]
    code, out, err = call(capsys, *chosen)
    assert code == 2
    assert out == ""
    assert said in err
    assert "Traceback" not in err and "Error:" not in err
    assert bool(CHINESE.search(err)) is (lang == "zh" or "--lang" in words)


def test_no_words_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys)
    assert (code, out) == (2, "")
    assert "answer" in err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "--version") == (0, f"pledgefund {__version__}\n", "")


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, "list", "--json")
    assert (code, err) == (0, "")
    found = {row["id"]: row["title"] for row in json.loads(out)}
    assert {"liaoning-2021", "dalian-2020", "fuxin-2017"} <= set(found)
    assert "base" not in found
    assert "precedent" not in found
    code, out, _ = call(capsys, "list", "--lang", "en")
    assert not CHINESE.search(out)


def test_list_keeps_documents_variations_and_precedents_apart(capsys: pytest.CaptureFixture[str]) -> None:
    rows = json.loads(call(capsys, "list", "--json")[1])
    assert list(dict.fromkeys(row["group"] for row in rows)) == ["", "what-if", "precedents", "backtest"]
    groups = {row["id"]: row["group"] for row in rows}
    assert (groups["liaoning-2021"], groups["liaoning-pooled"], groups["zhongshan"]) == ("", "what-if", "precedents")
    shown = call(capsys, "list", "--lang", "en")[1]
    assert shown.index("fuxin-2017") < shown.index("what if") < shown.index("real funds elsewhere") < \
        shown.index("zhongshan")


def test_check_good_and_bad_together(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("schema: 1\nid: bad\nextends: dalian-2020\nfrobs: {}\nclocks: {}\n", "utf-8")
    code, out, err = call(capsys, "check", "dalian-2020", str(bad))
    assert code == 2
    assert "dalian-2020" in out and "bad" not in out
    assert "bad.yaml:4:1" in err and "bad.yaml:5:1" in err
    code, out, _ = call(capsys, "check", "dalian-2020", str(bad), "--json")
    assert code == 2
    assert [report["ok"] for report in json.loads(out)] == [True, False]


def test_check_grades(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, "check", "fuxin-2017", "--grades", "--json")
    assert code == 0
    values = {row["path"]: row for row in json.loads(out)[0]["values"]}
    central = values["pots.fuxin.contributors.0.amount"]
    assert (central["value"], central["kind"]) == (4_000_000 * 100, "money")
    code, out, _ = call(capsys, "check", "fuxin-2017", "--grades")
    assert code == 0
    assert re.search(r"pots\.fuxin\.contributors\.0\.amount +400 万元", out)
    assert "假设" in out


def test_evidence_is_told_in_the_readers_language(capsys: pytest.CaptureFixture[str]) -> None:
    """Notes are shown whole, over as many lines as they need, and both languages are in the JSON."""
    shown = {}
    for lang in ("zh", "en"):
        code, shown[lang], _ = call(capsys, "check", "fuxin-2017", "--grades", "--lang", lang)
        assert code == 0
    whole = {lang: "".join(out.split()) for lang, out in shown.items()}
    assert "单笔限额条款(转载页未见条号)" in whole["zh"] and "优势企业10家、贯标企业5家" in whole["zh"]
    assert "借款企业为数十家" in whole["zh"] and "tensofborrowers" not in whole["zh"]
    assert "loancap(thecopyreadshowsnoarticlenumber)" in whole["en"] and "tensofborrowers" in whole["en"]
    assert "借款企业为数十家" not in whole["en"]
    _, out, _ = call(capsys, "check", "fuxin-2017", "--grades", "--json")
    (row,) = [row for row in json.loads(out)[0]["values"] if row["path"] == "pots.fuxin.interest"]
    assert row["note"] == {"zh": "存款利率", "en": "deposit rate"}
    assert row["clause"] == {"zh": "", "en": ""}


def test_pots_and_payers_are_shown_by_their_titles(capsys: pytest.CaptureFixture[str]) -> None:
    titles = {"zh": ("沈阳", "试点城市10", "补偿基金"), "en": ("Shenyang", "Pilot city 10", "the fund")}
    for lang, shown in titles.items():
        code, out, _ = call(capsys, "trace", "liaoning-2021", "--path", "0", "--lang", lang, "--quiet")
        assert code == 0
        assert all(title in out for title in shown)
        assert "shenyang" not in out and "pilot_10" not in out
    code, out, _ = call(capsys, "trace", "liaoning-2021", "--path", "0", "--json", "--quiet")
    assert code == 0
    assert '"shenyang"' in out and "沈阳" not in out


def test_output_is_utf8_even_where_the_terminal_is_not() -> None:
    done = subprocess.run([*PROGRAM, "list"], cwd=ROOT, capture_output=True, check=True,
                          env={**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0"})
    assert "辽宁" in done.stdout.decode("utf-8")


def test_a_reader_that_stops_early_is_no_error() -> None:
    command = [*PROGRAM, "check", "fuxin-2017", "--grades"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert (process.returncode, said) == (0, b"")


def test_progress_stays_off_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(quiet=False, lang="en") as progress:
        progress(100, 400, "paths")
        progress._shown -= 60
        progress._start -= 20
        progress(200, 400, "paths")
    assert capsys.readouterr() == ("", "paths 50%  about 40 s left\n")


def test_quiet_progress_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(quiet=True, lang="zh") as progress:
        progress(0, 4)
        progress._shown -= 60
        progress(1, 4)
    assert capsys.readouterr() == ("", "")


def test_the_backtest_prints_its_page(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """One case with few paths: the observed figure beside a band, as a page and as data."""
    monkeypatch.setattr(backtest, "cases", lambda: [load("backtest-zhongshan-2017")])
    monkeypatch.setattr(backtest, "SETTINGS", {"paths": 20, "draws": 3, "paths_per_draw": 5})
    code, page, _ = call(capsys, "study", "backtest", "--lang", "en", "--quiet")
    assert code == 0 and "377 m" in page and "not simulated" in page
    code, data, _ = call(capsys, "study", "backtest", "--json", "--quiet")
    assert code == 0 and [row["observed"] for row in json.loads(data)["outcomes"]] == [37_700_000_000.0, "73"]
