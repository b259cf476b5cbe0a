"""Long work as jobs of the project's own command line, each a process session of its own.

A job's folder is named by what it works out, so that whoever asks the same finds the same job, running or done,
also after the server was killed:

    job.json     command, its name for people, when it was begun, process
    lock         held by the process for as long as it lives
    log          its messages, progress last
    parts/       what it has done so far, for when it is ended: begun again it goes on from there
    out/         its results, there once they are complete
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import simulator
from simulator.answers.pieces import FOLDER as PARTS

from .work import runs_folder

NAME = re.compile(r"(answer|growth|sensitivity|validate)-[0-9a-f]{16}")
MOST_RUNNING = 2
YIELDING = 10                              # niceness of a job
LONGEST_TITLE = 80
PROGRESS = re.compile(r"(\d+)%")


@dataclass(frozen=True)
class Job:
    """One folder. ``state`` running | done | failed | cancelled; ``share`` of one; ``left`` seconds."""

    name: str
    folder: Path
    titles: dict[str, str]
    state: str
    share: float
    left: float | None
    message: str
    begun: float
    query: dict[str, list[str]]


class Busy(Exception):
    """As many jobs as this machine should run at a time are running."""


BEHIND = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)             # Windows: from its beginning


class BadName(ValueError):
    """No name of a job."""


def folder_of(name: str) -> Path:
    """The folder of a job; raises BadName for anything that could lead elsewhere."""
    if not NAME.fullmatch(name):
        raise BadName(name)
    return runs_folder() / name


def start(name: str, words: list[str], titles: Mapping[str, str], query: dict[str, list[str]]) -> Job:
    """Begin a job, or find the one that was begun. ``words`` follow the program's name, ``titles`` are its names in
    both languages. Raises Busy, OSError.
    """
    found = find(name)
    if found and found.state in ("running", "done"):
        return found
    if sum(job.state == "running" for job in every()) >= MOST_RUNNING:
        raise Busy
    folder = folder_of(name)
    folder.mkdir(parents=True, exist_ok=True)
    kept = _share(_log(folder)) if (folder / "parts").is_dir() else 0.0    # what an earlier try leaves to this one
    shutil.rmtree(folder / "out", ignore_errors=True)
    (folder / "cancelled").unlink(missing_ok=True)
    command = [*words, "--out", str(folder / "out")]
    with (folder / "lock").open("a") as lock, (folder / "log").open("wb") as log:
        if not _hold(lock):                # somebody began it a moment ago
            return _look(folder)
        session: dict[str, Any] = {"start_new_session": True, "pass_fds": (lock.fileno(),)} if os.name == "posix" else \
            {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0) | BEHIND}
        process = subprocess.Popen([sys.executable, "-m", "simulator.cli", *command], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=log,
                                   env=environment({"PLEDGEFUND_PROGRESS": "1", PARTS: str(folder / "parts")}),
                                   **session)
        give_way(process.pid)
        about = {"titles": {lang: told[:LONGEST_TITLE] for lang, told in titles.items()}, "command": command,
                 "pid": process.pid, "begun": time.time(), "kept": kept, "query": query,
                 "version": simulator.__version__}
        trial = folder / "job.json.tmp"
        trial.write_text(json.dumps(about, ensure_ascii=False), "utf-8")
        trial.replace(folder / "job.json")
    _CHILDREN[process.pid] = process
    return _look(folder)


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a process begun by the app lives in: this program's own modules, before all others."""
    here = str(Path(simulator.__file__).parents[1])
    return {**os.environ, "PYTHONUTF8": "1", **(more or {}),
            "PYTHONPATH": os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH"))))}


def give_way(pid: int, by: int = YIELDING) -> None:
    """Let pages go before a job: who looks at one waits for it, nobody waits beside a job."""
    if os.name == "posix":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, pid, by)


_CHILDREN: dict[int, subprocess.Popen[bytes]] = {}     # to be waited for, lest they stay as zombies


def cancel(name: str) -> None:
    """Ask a running job to stop; what it has not finished is not kept."""
    job = find(name)
    if job is None or job.state != "running":
        return
    (job.folder / "cancelled").touch()
    pid = _about(job.folder)["pid"]
    if os.name == "posix":
        os.killpg(pid, signal.SIGTERM)
    else:
        os.kill(pid, signal.SIGTERM)


def find(name: str) -> Job | None:
    """A job by name; None when none was begun."""
    folder = folder_of(name)
    return _look(folder) if (folder / "job.json").is_file() else None


def every() -> list[Job]:
    """All jobs, the latest first."""
    folder = runs_folder()
    found = [each for each in folder.iterdir() if NAME.fullmatch(each.name) and (each / "job.json").is_file()] \
        if folder.is_dir() else []
    return sorted((_look(each) for each in found), key=lambda job: -job.begun)


def remove(name: str) -> None:
    """Take away a job that does not run, with its results."""
    job = find(name)
    if job and job.state != "running":
        shutil.rmtree(job.folder, ignore_errors=True)


def _about(folder: Path) -> dict[str, Any]:
    try:
        data = json.loads((folder / "job.json").read_text("utf-8"))
        return data if isinstance(data, dict) else {}
    except (OSError, ValueError):
        return {}


def _log(folder: Path) -> str:
    try:
        return (folder / "log").read_text("utf-8", errors="replace")
    except OSError:
        return ""


def _share(log: str) -> float:
    """The share done, of the last line that tells one."""
    shares = PROGRESS.findall(log)
    return min(int(shares[-1]), 100) / 100 if shares else 0.0


def _look(folder: Path) -> Job:
    about = _about(folder)
    child = _CHILDREN.get(about.get("pid", -1))
    if child is not None and child.poll() is not None:
        del _CHILDREN[child.pid]
    log = _log(folder)
    share = _share(log)
    finished = any((folder / "out").glob("*.json")) if (folder / "out").is_dir() else False
    alive = _alive(folder, about)
    state = "running" if alive else "done" if finished else "cancelled" if (folder / "cancelled").exists() else "failed"
    begun = float(about.get("begun", 0.0))
    gained = share - float(about.get("kept", 0.0))     # since this try began
    left = (time.time() - begun) * (1 - share) / gained if state == "running" and gained > 0 else None
    message = "\n".join(line for line in log.splitlines() if not PROGRESS.search(line))[-2000:]
    query = about.get("query")
    titles = about.get("titles")
    named = {str(lang): str(told) for lang, told in titles.items()} if isinstance(titles, dict) else {}
    return Job(folder.name, folder, named, state, 1.0 if state == "done" else share,
               left, message, begun, query if isinstance(query, dict) else {})


def _hold(lock: Any, tries: int = 5) -> bool:
    """Take the lock for this file and whoever inherits it; False when a job holds it.

    Someone who only looks whether it is held has it for a moment, hence the tries.
    """
    if os.name != "posix":
        return True
    import fcntl

    for _ in range(tries):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except OSError:
            time.sleep(0.02)
    return False


def _alive(folder: Path, about: dict[str, Any]) -> bool:
    """Whether the job's process lives: it holds the lock. Elsewhere than on POSIX: it keeps its log open."""
    if os.name != "posix":
        try:
            (folder / "log").rename(folder / "log")
        except PermissionError:
            return True
        except OSError:
            return False
        return False
    import fcntl

    try:
        with (folder / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
    except BlockingIOError:
        return True
    except OSError:
        return False
