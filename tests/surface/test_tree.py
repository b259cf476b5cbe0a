"""What no file may hold: paths of one machine, package hosts, unpinned packages, half-translated messages."""

import re
import string
import subprocess
from pathlib import Path

import pytest

from simulator import lang

ROOT = Path(__file__).parents[2]
# Written in halves so that this file does not hold what it forbids.
FOLDERS = ["wo" "rk", "t" "mp", "ro" "ot", "ho" "me", "op" "t"]
HOSTS = ["py" "pi.org", "pythonhos" "ted.org", "tuna.tsing" "hua", "mirrors.ali" "yun", "find-" "links",
         "index-" "url="]
FORBIDDEN = re.compile(
    r"(?<![\w.)}>*-])/(?:" + "|".join(FOLDERS) + r")/|\.\./sha" r"red|" + "|".join(map(re.escape, HOSTS)))


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def test_pattern_bites() -> None:
    for folder in FOLDERS:
        assert FORBIDDEN.search(f"open('/{folder}/x')")
    for host in HOSTS:
        assert FORBIDDEN.search(f"https://{host}/simple")
    assert not FORBIDDEN.search(f"simulator/{FOLDERS[0]}/x and PLEDGEFUND")


def test_no_file_names_a_machine_or_a_package_host() -> None:
    found = []
    for path in tracked():
        try:
            content = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}:{content[:hit.start()].count(chr(10)) + 1} {hit[0]}"
                  for hit in FORBIDDEN.finditer(content)]
    assert not found


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-app.txt", "requirements-dev.txt"])
def test_requirements_are_pinned_and_hashed(name: str) -> None:
    entries = (ROOT / name).read_text("utf-8").replace("\\\n", " ").splitlines()
    assert len(entries) > 20
    for entry in entries:
        assert re.match(r"[\w.-]+==\S+( ; [^#]*?)?\s+--hash=sha256:[0-9a-f]{64}", entry), entry


def test_requirements_cover_the_project() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    for name, wanted in (("requirements.txt", project["dependencies"]),
                         ("requirements-app.txt", project["dependencies"] + extras["app"]),
                         ("requirements-dev.txt", project["dependencies"] + extras["test"] + extras["dev"])):
        pinned = set(re.findall(r"^([\w.-]+)==", (ROOT / name).read_text("utf-8"), flags=re.M))
        names = {re.split(r"[<>=\[]", word)[0].replace(".", "-") for word in wanted} - {"pledgefund"}
        assert names <= pinned


def test_every_message_has_both_languages_and_the_same_placeholders() -> None:
    for key, pair in lang.MESSAGES.items():
        zh, en = ({name for _, name, _, _ in string.Formatter().parse(side) if name} for side in pair)
        assert pair[0].strip() and pair[1].strip(), key
        assert zh == en, key


def test_no_message_key_is_defined_twice() -> None:
    assert len(lang.MESSAGES) == sum(len(catalogue.MESSAGES) for catalogue in lang.CATALOGUES)
