"""Ctrl-C and a polite kill: exit 130, one line in the user's language, and nothing left behind."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAID = {"zh": "已中断，未完成的结果没有保留。\n", "en": "Interrupted; nothing unfinished was kept.\n"}
# A child of a background job would ignore Ctrl-C.
PROGRAM = "from signal import *; signal(SIGINT, default_int_handler); from simulator.cli import main; main()"
MANY = ("dalian-2020", "--paths", "300000")
SOON = 10.0                    # seconds within which the program must have left

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are sent as POSIX knows them")


def stopped(words: tuple[str, ...], sign: int, begun: str, later: float = 0.0, **env: str) -> tuple[int, str, str]:
    """Start a command, send the signal ``later`` seconds after stderr matches; exit code, stdout, stderr."""
    with subprocess.Popen([sys.executable, "-c", PROGRAM, *words], cwd=ROOT, env={**os.environ, **env},
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8") as process:
        assert process.stderr is not None
        try:
            while (line := process.stderr.readline()) and not re.search(begun, line):
                pass
            time.sleep(later)
            assert process.poll() is None, "too late to interrupt"
            process.send_signal(sign)
            shown, said = process.communicate(timeout=SOON)
        finally:
            process.kill()
    return process.returncode, shown, said


@pytest.mark.parametrize(("sign", "lang", "later"), [(signal.SIGINT, "zh", 1.5), (signal.SIGINT, "en", 5.0),
                                                     (signal.SIGTERM, "en", 8.0)])
def test_interrupted_while_compiling(tmp_path: Path, sign: int, lang: str, later: float) -> None:
    """A fresh cache folder, so that kernels are being compiled; the folders above the new one go too."""
    out = tmp_path / "new" / "kept"
    code, shown, said = stopped(("run", *MANY, "--out", str(out), "--lang", lang), sign, "首次|First run", later,
                                NUMBA_CACHE_DIR=str(tmp_path / "cache"))
    assert (code, shown, said) == (130, "", SAID[lang])
    assert not out.parent.exists()


def test_interrupted_while_the_story_compiles(tmp_path: Path) -> None:
    """There the compiler's callbacks run in the thread that is interrupted."""
    for later in (1.0, 2.5, 4.0):
        code, shown, said = stopped(("run", *MANY, "--engine", "story"), signal.SIGINT, "首次", later,
                                    NUMBA_CACHE_DIR=str(tmp_path / f"cache-{later}"))
        assert (code, shown, said) == (130, "", SAID["zh"])


@pytest.mark.parametrize(("words", "begun"), [
    (("run", *MANY), r"\b[1-9]\d*%"), (("answer", "dalian-2020", "--paths", "1000", "--draws", "100"), "%")],
    ids=["run", "answer"])
def test_interrupted_in_mid_run(tmp_path: Path, words: tuple[str, ...], begun: str) -> None:
    """Some of the work is done; a folder that was there before stays as it was."""
    new, old = tmp_path / "new", tmp_path / "old"
    old.mkdir()
    for out in (new, old):
        ended = stopped((*words, "--out", str(out), "--lang", "en"), signal.SIGINT, begun)
        assert ended == (130, "", SAID["en"])
    assert not new.exists()
    assert list(old.iterdir()) == []
