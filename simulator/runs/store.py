"""A run kept on disk: a folder of parquet shards and the manifest that vouches for them.

    manifest.json            version, scenario and its hash, seed, engine, command, SHA-256 of every shard
    paths-00000.parquet      a row a path
    years-00000.parquet      a row a path and year, the last year being the run-off

Every file is written under a temporary name and renamed; the manifest comes last. A folder without a manifest
is therefore the remains of a run that was killed, and no command reads it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import simulator
from simulator.lang import text

FORMAT = "pledgefund-run"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"
SHARD_PATHS = 50_000
_OURS = re.compile(r"^(paths|years)-\d{5}\.parquet(\.tmp)?$|^manifest\.json\.tmp$")


class Columns(Protocol):
    """What the store needs of results (``simulator.runs.Results``)."""

    @property
    def scenario(self) -> Any:
        """The scenario that was run."""
    @property
    def seed(self) -> int:
        """Seed of the random numbers."""
    @property
    def engine(self) -> str:
        """Which of the two engines ran."""
    @property
    def scale_ppm(self) -> int:
        """Size of the fund in parts per million of the written one."""
    @property
    def no_fund(self) -> bool:
        """Whether the pots were left out."""
    @property
    def paths(self) -> pd.DataFrame:
        """One row a path."""
    @property
    def years(self) -> pd.DataFrame:
        """One row a path and year."""


class RunFolderError(Exception):
    """A folder that cannot be read as a run, or written as one."""

    def __init__(self, code: str, folder: Path, **given: Any) -> None:
        super().__init__(code)
        self.code, self.folder, self.given = code, folder, given

    def render(self, lang: str) -> str:
        """What is wrong and what to do, in ``zh`` or ``en``."""
        return text(f"store_{self.code}", lang, folder=self.folder, **self.given)

    def __str__(self) -> str:
        return self.render("en")


@dataclass(frozen=True)
class StoredRun:
    """A verified run: its manifest, a row a path, and a row a path and year."""

    manifest: dict[str, Any]
    paths: pd.DataFrame
    years: pd.DataFrame


# --- writing ---------------------------------------------------------------------------------

class Claim:
    """A folder that results are put into. Left by an error it is as if nothing had been begun there."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self._new: list[Path] = []                 # folders that were not there before, innermost first
        self._begun: list[Path] = []

    def __enter__(self) -> Claim:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            self.give_up()

    def make(self) -> None:
        """Make the folder, and those above it."""
        if self.folder.exists() and not self.folder.is_dir():
            raise RunFolderError("not_a_folder", self.folder)
        self._new = [folder for folder in (self.folder, *self.folder.parents) if not folder.exists()]
        self.folder.mkdir(parents=True, exist_ok=True)

    def make_for_run(self) -> None:
        """The same for a run, which shares its folder with nothing; remains of a killed run make way."""
        self.make()
        names = sorted(entry.name for entry in self.folder.iterdir())
        if MANIFEST in names:
            raise RunFolderError("occupied", self.folder)
        strangers = [name for name in names if not _OURS.match(name)]
        if strangers:
            raise RunFolderError("stranger", self.folder, file=strangers[0])
        for name in names:
            (self.folder / name).unlink()

    def place(self, name: str, data: bytes) -> None:
        """Keep a file, whole or not at all."""
        self._begun.append(self.folder / name)
        _place(self.folder / name, data)

    def give_up(self) -> None:
        """Take away the files begun here, and the folders that were made for them."""
        for target in self._begun:
            for file in (_temporary(target), target):
                with suppress(OSError):
                    file.unlink()
        for folder in self._new:
            with suppress(OSError):                # not empty: somebody else has put something there
                folder.rmdir()


def write_run(claim: Claim, results: Columns, command: Sequence[str] = ()) -> None:
    """Keep results in a folder made for a run; ``command`` is the words that reproduce it."""
    paths, years = results.paths, results.years
    shards = _write_shards(claim, "paths", paths, per_path=1)
    shards += _write_shards(claim, "years", years, per_path=len(years) // len(paths))
    body = _manifest(results, shards, command)
    data = json.dumps(body | {"digest": _digest(body)}, ensure_ascii=False, indent=1).encode()
    claim.place(MANIFEST, data)


def _write_shards(claim: Claim, kind: str, frame: pd.DataFrame, per_path: int) -> list[dict[str, Any]]:
    """Write a frame in shards of whole paths; returns their entries in the manifest."""
    rows = SHARD_PATHS * per_path
    entries = []
    for number, start in enumerate(range(0, len(frame), rows)):
        part = frame.iloc[start:start + rows]
        sink = pa.BufferOutputStream()
        pq.write_table(pa.Table.from_pandas(part, preserve_index=False), sink, compression="zstd")
        data = sink.getvalue().to_pybytes()
        name = f"{kind}-{number:05d}.parquet"
        claim.place(name, data)
        entries.append({"file": name, "kind": kind, "rows": len(part), "bytes": len(data),
                        "sha256": _sha(data)})
    return entries


def _temporary(target: Path) -> Path:
    return target.with_name(target.name + ".tmp")


def _place(target: Path, data: bytes) -> None:
    """Write under a temporary name, reach the disk, rename."""
    with _temporary(target).open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    _temporary(target).replace(target)


def _manifest(results: Columns, shards: list[dict[str, Any]], command: Sequence[str]) -> dict[str, Any]:
    scenario = results.scenario
    return {
        "format": FORMAT, "format_version": FORMAT_VERSION, "version": simulator.__version__,
        "libraries": {"numpy": np.__version__, "pandas": pd.__version__, "pyarrow": pa.__version__},
        "scenario": scenario.id, "scenario_hash": scenario.hash,
        "values": scenario.model_dump(mode="json", by_alias=True),
        "seed": results.seed, "paths": len(results.paths), "engine": results.engine,
        "scale_ppm": results.scale_ppm, "no_fund": results.no_fund, "command": list(command),
        "shards": shards,
    }


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _digest(body: dict[str, Any]) -> str:
    """Hash of the manifest itself, so that an edited or half-written one is noticed."""
    return _sha(json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())


# --- reading ---------------------------------------------------------------------------------

def read_run(folder: Path | str) -> StoredRun:
    """Read a run after checking every byte of it.

    Raises
    ------
    RunFolderError: no such folder, no manifest (unfinished), a manifest or shard that is missing, truncated,
        changed or of another run, or a format of another version.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise RunFolderError("missing", folder)
    manifest = _read_manifest(folder)
    listed = [shard["file"] for shard in manifest["shards"]]
    extra = sorted({entry.name for entry in folder.glob("*.parquet")} - set(listed))
    if extra:
        raise RunFolderError("foreign", folder, file=extra[0])
    frames = {kind: _read_shards(folder, manifest, kind) for kind in ("paths", "years")}
    if len(frames["paths"]) != manifest["paths"]:
        raise RunFolderError("rows", folder, found=len(frames["paths"]), expected=manifest["paths"])
    return StoredRun(manifest, frames["paths"], frames["years"])


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if not path.is_file():
        raise RunFolderError("unfinished", folder)
    try:
        manifest = json.loads(path.read_bytes())
    except ValueError as error:
        raise RunFolderError("manifest", folder) from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise RunFolderError("not_a_run", folder)
    if manifest.get("format_version") != FORMAT_VERSION:
        raise RunFolderError("version", folder, given=manifest.get("format_version"), expected=FORMAT_VERSION)
    if manifest.pop("digest", None) != _digest(manifest):
        raise RunFolderError("manifest", folder)
    return manifest


def _read_shards(folder: Path, manifest: dict[str, Any], kind: str) -> pd.DataFrame:
    tables = []
    for shard in manifest["shards"]:
        if shard["kind"] != kind:
            continue
        path = folder / shard["file"]
        if not path.is_file():
            raise RunFolderError("shard_missing", folder, file=shard["file"])
        data = path.read_bytes()
        if len(data) != shard["bytes"] or _sha(data) != shard["sha256"]:
            raise RunFolderError("shard_changed", folder, file=shard["file"])
        tables.append(pq.read_table(pa.BufferReader(data)))
    return pa.concat_tables(tables).to_pandas() if tables else pd.DataFrame()
