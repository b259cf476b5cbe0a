"""Jobs are the command line at work: found again by whoever asks the same, stopped, killed, and never half a result."""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest

from simulator.answers import AnswerSheet
from simulator.ui import jobs, work
from tests.app.kit import WORDS, job, opened, program, view, wait

SLOW = ["answer", "dalian-2020", "--paths", "20000", "--draws", "40"]
QUICK = ["size", "dalian-2020", "--ask", "growth", *WORDS]


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(work.RUNS_VARIABLE, str(tmp_path / "runs"))
    return tmp_path / "runs"


def some(n: int, kind: str = "answer") -> str:
    return f"{kind}-{n:016x}"


def killed(found: jobs.Job) -> None:
    os.killpg(json.loads((found.folder / "job.json").read_text("utf-8"))["pid"], signal.SIGKILL)


def test_a_job_ends_with_what_the_command_line_says() -> None:
    """Bit for bit, but for the command's own words; whoever asks again finds it done."""
    shown = view()
    name = job(shown, "growth")
    begun = jobs.start(name, QUICK, {"zh": "增长", "en": "growth"}, shown.state.query())
    assert begun.state == "running" and begun.titles["zh"] == "增长"
    assert jobs.start(name, QUICK, {}, {}).begun == begun.begun
    done = wait(name)
    assert done.state == "done", done.message
    kept = json.loads((done.folder / "out" / "growth.json").read_text("utf-8"))
    assert kept == json.loads(program(*QUICK, "--json", "--quiet"))
    found = work.whole_growth(done.folder, shown.scenario)
    assert found is not None and found.to_json() == {key: value for key, value in kept.items()
                                                    if key not in ("version", "command")}
    assert jobs.every() == [done] and jobs.start(name, QUICK, {}, {}).state == "done"
    other = view([("lending.spread", "1.2%")])
    assert job(other, "growth") != name
    assert work.whole_growth(done.folder, other.scenario) is None      # a folder of another scheme is no answer


@pytest.mark.skipif(os.name != "posix", reason="niceness is POSIX")
def test_a_job_gives_way_to_pages() -> None:
    begun = jobs.start(some(2), SLOW, {}, {})
    pid = json.loads((begun.folder / "job.json").read_text("utf-8"))["pid"]
    assert os.getpriority(os.PRIO_PROCESS, pid) == max(jobs.YIELDING, os.getpriority(os.PRIO_PROCESS, 0))
    jobs.cancel(begun.name)
    wait(begun.name, 20)


def test_a_stopped_job_leaves_no_result_and_can_be_begun_again() -> None:
    begun = jobs.start(some(1), SLOW, {}, {})
    jobs.cancel(begun.name)
    ended = wait(begun.name, 20)
    assert ended.state == "cancelled" and not (ended.folder / "out").exists()
    assert jobs.start(begun.name, SLOW, {}, {}).state == "running"
    jobs.cancel(begun.name)
    wait(begun.name, 20)
    jobs.remove(begun.name)
    assert jobs.find(begun.name) is None


def test_a_killed_job_is_told_from_a_running_one() -> None:
    begun = jobs.start(some(2), SLOW, {}, {})
    killed(begun)
    assert wait(begun.name, 20).state == "failed"


def test_a_mistaken_job_says_what_the_command_said() -> None:
    name = jobs.start(some(3), ["answer", "nowhere-2020", "--lang", "en"], {}, {}).name
    ended = wait(name, 60)
    assert ended.state == "failed" and "nowhere-2020" in ended.message


def test_a_killed_job_goes_on_from_what_it_had_done() -> None:
    """Killed after some parts: begun again it keeps them, but one cut short, and ends with the command's own bits."""
    words = ["answer", "dalian-2020", "--paths", "1500", "--draws", "12", "--seed", "1"]
    begun = jobs.start(some(9), words, {}, {})
    parts, end = begun.folder / "parts", time.monotonic() + 120
    while len(list(parts.glob("*.json"))) < 4 and time.monotonic() < end:
        time.sleep(0.02)
    killed(begun)
    assert wait(begun.name, 20).state == "failed"
    before = {file.name: file.stat().st_mtime_ns for file in parts.glob("*.json")}
    spoilt = min(before)
    (parts / spoilt).write_text((parts / spoilt).read_text("utf-8")[:-9], "utf-8")
    assert 4 <= len(before) < 12 * 7
    jobs.start(begun.name, words, {}, {})
    seen: dict[str, int] = {}
    while (found := jobs.find(begun.name)) is not None and found.state == "running":
        for file in parts.glob("*.json"):
            with suppress(OSError):
                seen[file.name] = file.stat().st_mtime_ns
        time.sleep(0.02)
    assert found is not None and found.state == "done", found
    assert {name for name in before if seen.get(name) == before[name]} >= before.keys() - {spoilt}
    assert len(seen) > len(before) and not parts.exists()
    kept = json.loads((begun.folder / "out" / "answer.json").read_text("utf-8"))
    assert {**kept, "command": ""} == {**json.loads(program(*words, "--json", "--quiet")), "command": ""}


@pytest.mark.skipif(os.name != "posix", reason="held as on POSIX")
@pytest.mark.parametrize(("kept", "left"), [(0.0, 25), (0.6, 100), (0.8, None)])
def test_the_time_left_is_by_what_this_try_has_done(runs: Path, kept: float, left: float | None) -> None:
    """100 s since it was begun and 80 % done: of nothing at hand 25 s are left, of 60 % at hand as long again."""
    import fcntl

    name = some(11)
    (runs / name).mkdir(parents=True)
    (runs / name / "log").write_text("测算进度 80%\n", "utf-8")
    (runs / name / "job.json").write_text(json.dumps({"pid": 0, "begun": time.time() - 100, "kept": kept}), "utf-8")
    with (runs / name / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = jobs.find(name)
    assert found is not None and found.state == "running" and found.share == 0.8
    assert found.left == (None if left is None else pytest.approx(left, rel=0.05))


def test_what_an_earlier_try_has_done_is_remembered(runs: Path) -> None:
    name = some(12)
    (runs / name / "parts").mkdir(parents=True)
    (runs / name / "log").write_text("测算进度 35%\n", "utf-8")
    jobs.start(name, ["answer", "nowhere-2020"], {}, {})
    wait(name, 60)
    assert json.loads((runs / name / "job.json").read_text("utf-8"))["kept"] == 0.35


def test_the_page_says_how_a_job_ended_and_how_to_go_on(runs: Path) -> None:
    """Killed from outside it left no word; mistaken, its words stand below. Either way it can be begun again."""
    name = job(view())
    told = {"": "接着已算完的部分算", "没有方案 nowhere-2020": "没有完成就停了"}
    for log, said in told.items():
        (runs / name).mkdir(parents=True, exist_ok=True)
        (runs / name / "job.json").write_text(json.dumps({"pid": 0, "begun": 1.0, "titles": {}}), "utf-8")
        (runs / name / "log").write_text(log, "utf-8")
        (runs / name / "lock").touch()
        app = opened()
        assert any(said in each.value for each in app.warning)
        assert any("完整测算" in each.label for each in app.button)
        assert not log or any(log in each.value for each in app.code)


def test_no_more_jobs_than_the_machine_should_run() -> None:
    running = [jobs.start(some(n), SLOW, {}, {}) for n in (4, 5)]
    with pytest.raises(jobs.Busy):
        jobs.start(some(6), SLOW, {}, {})
    for each in running:
        killed(each)
        wait(each.name, 20)
    assert jobs.find(some(6)) is None


@pytest.mark.parametrize("name", ["../answer-0123456789abcdef", "answer-0123", "answer-0123456789abcdef/..", "", "run"])
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    with pytest.raises(jobs.BadName):
        jobs.find(name)


def test_truncated_results_are_no_results(runs: Path) -> None:
    folder = runs / some(7) / "out"
    folder.mkdir(parents=True)
    (folder / "answer.json").write_text('{"hash": "', "utf-8")
    assert work.whole_answer(folder.parent, view().scenario) is None
    (folder / "answer.json").write_text("[]", "utf-8")
    assert work.whole_answer(folder.parent, view().scenario) is None


def test_a_thing_is_worked_out_once_for_all_who_ask() -> None:
    from threading import Thread

    memory, made = work.Memory(), []

    def slow() -> str:
        time.sleep(0.1)
        made.append(1)
        return "result"

    got: list[str] = []
    threads = [Thread(target=lambda: got.append(memory.get("key", slow))) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == ["result"] * 10 and made == [1]

    def broken() -> str:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        memory.get("other", broken)
    assert memory.get("other", lambda: "later") == "later"             # an error is not kept


def test_first_digits_are_those_of_the_whole_headline() -> None:
    """What is shown before the runs compared with are there is said again, to the digit, once they are."""
    scenario = work.opened("dalian-2020", (("market.eligible_share", "23%"),))
    seen: list[AnswerSheet] = []
    whole = work.quick(scenario, 200, 3, first=seen.append).sheet
    (first,) = seen
    for key in ("exhaustion", "refusal", "peak_use"):
        assert first.row(key).value == whole.row(key).value
        assert (first.row(key).low, first.row(key).high) == (whole.row(key).low, whole.row(key).high)
    assert first.verdict and whole.verdict
    assert {*first.verdict.failed} == {*whole.verdict.failed} - {"targets"}
    assert not first.having("reserve")
    work.quick(scenario, 200, 3, first=seen.append)
    assert seen == [first]                 # the whole is at hand: nothing comes before it
