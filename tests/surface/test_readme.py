"""The READMEs are executed: commands parse, Python runs, scenarios load, and both languages say the same."""

import io
import re
import shlex
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from typer.main import get_command

from simulator.cli import app
from simulator.scheme import load

ROOT = Path(__file__).parents[2]
READMES = {"en": ROOT / "README.md", "zh": ROOT / "README.zh.md"}


def blocks(lang: str, kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", READMES[lang].read_text("utf-8"), flags=re.S)


def commands(lang: str) -> list[str]:
    """Lines of the shell blocks and whole commands quoted in the text, without comments."""
    shell = [line.split(" #")[0].strip() for block in blocks(lang, "sh") for line in block.splitlines()]
    quoted = re.findall(r"`((?:pledgefund|make) [^`\n]+)`", READMES[lang].read_text("utf-8"))
    return sorted({line for line in [*shell, *quoted] if line})


@pytest.mark.parametrize("line", commands("en"))
def test_command_exists(line: str) -> None:
    program, name, *words = shlex.split(line)
    if program == "make":
        assert re.search(rf"^{name}:", (ROOT / "Makefile").read_text("utf-8"), flags=re.M)
        return
    command = get_command(app).commands[name]
    context = command.make_context(name, [word for word in words if word != "…"], resilient_parsing=False)
    assert context.params


def test_command_tables_name_every_command() -> None:
    for readme in READMES.values():
        named = re.findall(r"^\| `(\w+)", readme.read_text("utf-8"), flags=re.M)
        assert named == list(get_command(app).commands)


def test_both_languages_have_the_same_commands_and_code() -> None:
    assert blocks("en", "python") == blocks("zh", "python") != []
    assert commands("en") == commands("zh")
    keys = [re.findall(r"(\w+):", block) for lang in READMES for block in blocks(lang, "yaml")]
    assert keys[0] == keys[1]


@pytest.mark.parametrize("source", blocks("en", "python"))
def test_python_runs(source: str) -> None:
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(source, "README.md", "exec"), {})
    assert printed.getvalue().strip()


@pytest.mark.parametrize("lang", READMES)
def test_scenario_loads(lang: str, tmp_path: Path) -> None:
    (source,) = blocks(lang, "yaml")
    file = tmp_path / "my-city.yaml"
    file.write_text(source, "utf-8")
    scenario = load(str(file))
    assert scenario.market is not None
    assert scenario.market.amount == 200_000_000 * 100
    assert scenario.pots["city"].contributors[0].amount == 30_000_000 * 100


def test_every_dependency_has_its_sentence() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["app"]
    names = [re.split(r"[<>=; ]", requirement)[0] for requirement in wanted]
    for readme in READMES.values():
        table = re.findall(r"^\| ([\w.]+) \| \S", readme.read_text("utf-8"), flags=re.M)
        assert set(names) <= set(table)
