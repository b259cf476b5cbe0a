"""Files a reader may upload, damaged at random: each is read or refused in words, never by a fault of the program.

``make fuzz`` goes on for minutes (``OPTIONS='SECONDS SEED'``); a few hundred files are part of the suite.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from simulator.calibrate.table import TapeErrors, template
from simulator.calibrate.tape import read_tape
from simulator.scheme import ScenarioErrors
from simulator.ui import actuals, book, work

MINIMAL = Path(__file__).parents[1] / "scenarios" / "minimal.yaml"
OBSERVED = "年份,放款笔数,基金代偿(万元)\n2020,12,30\n2021,13,20\n"
PIECES = ["", "\n", ",", '"', "-", "0", "1e999", "nan", "inf", "2020-13-40", "９", "\x00", "\ufeff", "甲", "{", "[",
          "}", "*a", "&a", "!!python/object:os.system", ": ", "- ", "9" * 25, "%", "万元", "\t", ";", "=1+1", "|", "#",
          "'", "~", "null", "1/0"]


def damaged(whole: str, chance: random.Random) -> bytes:
    """A file with pieces put in, cut out and doubled; now and then nothing but noise, or the start of an archive."""
    told = list(whole)
    for _ in range(chance.choice((1, 1, 2, 4, 10, 40))):
        at, kind = chance.randrange(len(told) + 1), chance.random()
        if kind < 0.4:
            told[at:at] = chance.choice(PIECES)
        elif kind < 0.7:
            del told[at:at + chance.choice((1, 3, 20, 200))]
        elif kind < 0.85:
            told[at:at] = told[max(0, at - chance.randrange(1, 60)):at]
        else:
            told[at:at + 1] = chance.choice(PIECES)
    data = "".join(told).encode()
    if chance.random() < 0.05:
        data = chance.randbytes(chance.randrange(200))
    return b"PK\x03\x04" + data if chance.random() < 0.05 else data


def uploads(folder: Path) -> dict[str, tuple[str, Callable[[bytes], object]]]:
    """Each place that takes a file: a whole one, and what reads it."""
    base = work.opened("dalian-2020")
    template(folder / "tape.csv")
    tape = (folder / "tape.csv").read_text("utf-8-sig").replace("示例-", "")
    held = book.form(base, "zh").decode("utf-8-sig").replace("示例-", "")

    def as_tape(data: bytes) -> object:
        (folder / "x.csv").write_bytes(data)
        return read_tape(folder / "x.csv", list(base.firms.grades))

    return {"tape": (tape, as_tape), "book": (held, lambda data: work.keep_book(base, "dalian-2020", "x.csv", data)),
            "observed": (OBSERVED, lambda data: actuals.read("x.csv", data, base)),
            "scheme": (MINIMAL.read_text("utf-8"), work.keep_upload)}


def campaign(folder: Path, seed: int) -> Iterator[str]:
    """One damaged file after the other; what became of each. Any other exception is a fault found."""
    chance, places = random.Random(seed), uploads(folder)
    while True:
        for whole, read in places.values():
            data = damaged(whole, chance)
            (folder / "last").write_bytes(data)
            try:
                read(data)
                yield "read"
            except TapeErrors as refused:
                yield refused.render("zh", in_page=True)
            except ScenarioErrors as refused:
                yield "\n".join(work.reason(problem, "zh", in_file=True) for problem in refused.problems)


def main() -> None:
    """For so many seconds; the file that breaks it is left in the folder named."""
    given = dict(zip(("seconds", "seed"), map(int, sys.argv[1:]), strict=False))
    seconds, seed = given.get("seconds", 300), given.get("seed", 1)
    folder = Path(tempfile.mkdtemp(prefix="pledgefund-fuzz-"))
    os.environ[work.RUNS_VARIABLE] = str(folder)
    print(f"{folder}/last", flush=True)
    end, n, read = time.monotonic() + seconds, 0, 0
    for told in campaign(folder, seed):
        n, read = n + 1, read + (told == "read")
        if time.monotonic() > end:
            break
    print(f"{n} files, {read} read, {n - read} refused in words")


if __name__ == "__main__":
    main()
