"""Run folders: what was written is read back, and nothing else is accepted."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from simulator.runs import store
from simulator.runs.store import Claim, RunFolderError, read_run, write_run
from simulator.scheme import load


@dataclass
class Results:
    """Seven paths of three years, written by hand."""

    scenario: Any = field(default_factory=lambda: load("fuxin-2017"))
    seed: int = 5
    engine: str = "loop"
    scale_ppm: int = 1_000_000
    no_fund: bool = False
    paths: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(
        {"path": range(7), "paid_fund_fen": [2**60 + i for i in range(7)]}))
    years: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(
        {"path": [i // 3 for i in range(21)], "year": [i % 3 for i in range(21)], "loans": range(21)}))


def keep(folder: Path, results: Results | None = None, command: tuple[str, ...] = ()) -> Path:
    """Write a run as the command line does."""
    with Claim(folder) as claim:
        claim.make_for_run()
        write_run(claim, results or Results(), command)
    return folder


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(store, "SHARD_PATHS", 3)
    return keep(tmp_path / "run", command=("pledgefund", "run", "fuxin-2017"))


def refused(folder: Path) -> str:
    """The code of the refusal; both languages must have words for it."""
    with pytest.raises(RunFolderError) as error:
        read_run(folder)
    zh, en = error.value.render("zh"), error.value.render("en")
    assert zh != en
    assert folder.name in zh and folder.name in en
    return error.value.code


def test_reads_back_what_was_written(run: Path) -> None:
    stored, written = read_run(run), Results()
    pd.testing.assert_frame_equal(stored.paths, written.paths)
    pd.testing.assert_frame_equal(stored.years, written.years)
    assert sorted(path.name for path in run.iterdir()) == [
        "manifest.json", *(f"{kind}-0000{i}.parquet" for kind in ("paths", "years") for i in range(3))]
    assert [shard["rows"] for shard in stored.manifest["shards"]] == [3, 3, 1, 9, 9, 3]
    assert stored.manifest["scenario_hash"] == written.scenario.hash
    assert (stored.manifest["seed"], stored.manifest["paths"]) == (5, 7)
    assert stored.manifest["command"] == ["pledgefund", "run", "fuxin-2017"]


def test_refuses_a_truncated_shard(run: Path) -> None:
    shard = run / "years-00001.parquet"
    shard.write_bytes(shard.read_bytes()[:-1])
    assert refused(run) == "shard_changed"


def test_refuses_a_changed_byte(run: Path) -> None:
    shard = run / "paths-00000.parquet"
    data = bytearray(shard.read_bytes())
    data[len(data) // 2] ^= 1
    shard.write_bytes(data)
    assert refused(run) == "shard_changed"


def test_refuses_a_missing_and_a_foreign_shard(run: Path) -> None:
    (run / "paths-00002.parquet").rename(run / "paths-00009.parquet")
    assert refused(run) == "foreign"
    (run / "paths-00009.parquet").unlink()
    assert refused(run) == "shard_missing"


def test_refuses_a_shard_of_another_run(run: Path, tmp_path: Path) -> None:
    paths = pd.DataFrame({"path": range(7), "paid_fund_fen": range(7)})
    other = keep(tmp_path / "other", Results(paths=paths))
    (run / "paths-00000.parquet").write_bytes((other / "paths-00000.parquet").read_bytes())
    assert refused(run) == "shard_changed"


def test_refuses_an_unfinished_folder(run: Path) -> None:
    (run / "manifest.json").unlink()
    assert refused(run) == "unfinished"


def test_refuses_a_truncated_or_edited_manifest(run: Path) -> None:
    manifest = run / "manifest.json"
    whole = manifest.read_text("utf-8")
    manifest.write_text(whole[: len(whole) // 2], "utf-8")
    assert refused(run) == "manifest"
    manifest.write_text(whole.replace('"seed": 5', '"seed": 6'), "utf-8")
    assert refused(run) == "manifest"


def test_refuses_other_folders(run: Path, tmp_path: Path) -> None:
    assert refused(tmp_path / "nothing") == "missing"
    (run / "manifest.json").write_text("{}", "utf-8")
    assert refused(run) == "not_a_run"
    newer = {"format": "pledgefund-run", "format_version": 99}
    (run / "manifest.json").write_text(json.dumps(newer), "utf-8")
    assert refused(run) == "version"


@pytest.mark.parametrize("stop_at", range(7))
def test_interruption_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop_at: int) -> None:
    """Stopped before each of the seven files in turn."""
    monkeypatch.setattr(store, "SHARD_PATHS", 3)
    real, count = store._place, iter(range(100))

    def interrupted(target: Path, data: bytes) -> None:
        if next(count) == stop_at:
            target.with_name(target.name + ".tmp").write_bytes(data[:10])
            raise KeyboardInterrupt
        real(target, data)

    monkeypatch.setattr(store, "_place", interrupted)
    with pytest.raises(KeyboardInterrupt):
        keep(tmp_path / "new" / "run")
    assert not (tmp_path / "new").exists()
    count = iter(range(100))
    (tmp_path / "old").mkdir()
    with pytest.raises(KeyboardInterrupt):
        keep(tmp_path / "old")
    assert list((tmp_path / "old").iterdir()) == []
    assert refused(tmp_path / "old") == "unfinished"


def test_remains_of_a_killed_run_make_way(run: Path) -> None:
    (run / "manifest.json").rename(run / "manifest.json.tmp")
    keep(run)
    assert len(read_run(run).paths) == 7


def test_never_writes_over_anything(run: Path, tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="already holds a finished run"):
        keep(run)
    assert len(read_run(run).paths) == 7
    thesis = tmp_path / "mine" / "thesis.docx"
    thesis.parent.mkdir()
    thesis.write_bytes(b"years of work")
    with pytest.raises(RunFolderError, match=r"thesis\.docx"):
        keep(thesis.parent)
    with pytest.raises(RunFolderError, match="not a folder"):
        keep(thesis)
    assert thesis.read_bytes() == b"years of work"
