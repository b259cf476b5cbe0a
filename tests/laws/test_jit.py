"""The compiled-code cache: another folder after any edit, and no cache at all where none can be written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulator import jit

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "loop.py").write_text("import rules\n")
    (tmp_path / "rules" / "share.py").write_text("SHARE = 40\n")
    return tmp_path


def test_an_edit_in_any_module_changes_the_key(package: Path) -> None:
    before = jit.source_key(package)
    assert jit.source_key(package) == before
    (package / "rules" / "share.py").write_text("SHARE = 41\n")
    assert jit.source_key(package) != before


def test_an_edit_above_the_engine_leaves_the_key(package: Path) -> None:
    """The rooms left out lie above the engine in the import contract, so no kernel can hold anything of theirs."""
    import tomllib

    before = jit.source_key(package)
    (package / "report").mkdir()
    (package / "report" / "text.py").write_text("WIDTH = 96\n")
    assert jit.source_key(package) == before
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (layers,) = [each["layers"] for each in contracts if each["type"] == "layers"]
    above = " ".join(layers[:layers.index("simulator.engine")])
    assert set(jit.ABOVE) == {word.strip("()").removeprefix("simulator.") for word in above.split() if word != "|"}


def test_a_moved_module_changes_the_key(package: Path) -> None:
    before = jit.source_key(package)
    (package / "rules" / "share.py").rename(package / "rules" / "shares.py")
    assert jit.source_key(package) != before


@pytest.mark.parametrize("name, moves", [("NUMBA_OPT", True), ("NUMBA_CACHE_DIR", False), ("LANG", False)])
def test_compiler_settings_change_the_key(package: Path, monkeypatch: pytest.MonkeyPatch, name: str,
                                          moves: bool) -> None:
    before = jit.source_key(package)
    monkeypatch.setenv(name, "1")
    assert (jit.source_key(package) != before) is moves


def cache_of(**environment: str) -> str:
    """Where a fresh process caches, under a changed environment."""
    clean = {k: v for k, v in os.environ.items() if "NUMBA" not in k}
    command = [sys.executable, "-c", "from simulator import jit; print(jit.CACHE_DIR)"]
    return subprocess.run(command, cwd=ROOT, env=clean | environment, check=True, text=True,
                          capture_output=True).stdout.strip()


def test_the_users_choice_of_folder_wins(tmp_path: Path) -> None:
    assert cache_of(NUMBA_CACHE_DIR=str(tmp_path)) == str(tmp_path)


def test_a_folder_inherited_from_a_parent_process_is_chosen_again(tmp_path: Path) -> None:
    stale = str(tmp_path / "stale")
    chosen = cache_of(NUMBA_CACHE_DIR=stale, PLEDGEFUND_NUMBA_CACHE_DIR=stale, XDG_CACHE_HOME=str(tmp_path),
                      HOME=str(tmp_path), LOCALAPPDATA=str(tmp_path))
    assert chosen != stale and jit.source_key() in chosen


def test_no_cache_where_none_can_be_written(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("a file where a folder should be")
    assert cache_of(NUMBA_CACHE_DIR=str(blocked / "below")) == "None"
