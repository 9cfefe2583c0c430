"""docs/install.md can be followed: its commands exist, its configurations load, its scripts do what they say, its links lead somewhere."""

import configparser
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from coven_watchdog.cli.app import root
from coven_watchdog.config import load
from waiting import until

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
INLINE = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", TEXT, flags=re.MULTILINE | re.DOTALL))
CALL = re.compile(r"(?<![/\w-])(?<!inject )coven-watchdog ((?:(?![|;&<>)`]|\d?>|#).)*)")


def _of(language: str) -> list[str]:
    return [block for tongue, block in BLOCKS if tongue == language]


def _calls() -> Iterator[list[str]]:
    """The words behind our name, wherever a command of ours stands."""
    shells = (line for tongue in ("bash", "zsh", "fish", "sh") for block in _of(tongue) for line in block.splitlines())
    for line in (*shells, *INLINE):
        yield from (shlex.split(words.replace("'", "")) for words in CALL.findall(line))


CALLS = [words for words in _calls() if words]


def test_it_is_full_of_commands() -> None:
    """What finds them finds them."""
    assert len(CALLS) > 20
    assert ["status", "--brief"] in CALLS
    assert ["service", "uninstall", "--purge"] in CALLS


@pytest.mark.parametrize("words", CALLS, ids=" ".join)
def test_a_command_exists(words: list[str]) -> None:
    """Each command is one, and takes the options that it is given."""
    command: click.Command = root
    context = click.Context(root, info_name="coven-watchdog")
    rest = list(words)
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        found = command.get_command(context, rest.pop(0))
        assert found is not None
        command = found

    known = {name for param in command.get_params(context) for name in param.opts}
    assert {word for word in rest if word.startswith("-") and word != "-"} <= known


@pytest.mark.parametrize("text", _of("toml"))
def test_a_configuration_loads(tmp_path: Path, text: str) -> None:
    """Each one is valid as it stands."""
    path = tmp_path / "c.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    assert load(path, {"HOME": str(tmp_path)}, resolve_urls=False).exists


def test_the_drop_in() -> None:
    """It names the credential that the configuration below it reads."""
    (text,) = _of("ini")
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign] # systemd's keys have capitals
    unit.read_string(text)
    name = unit["Service"]["LoadCredential"].partition(":")[0]
    assert f'url_file = "$CREDENTIALS_DIRECTORY/{name}"' in TEXT


def test_its_links() -> None:
    """Files of the repository that it points to are there, and the README points to it."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", TEXT)
    assert links
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
    assert "(docs/install.md)" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_prompt(tmp_path: Path, shell: str) -> None:
    """The function shows nothing at first, and then what the look behind the prompt before found, without waiting for it."""
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} here")

    (function,) = [block for block in _of(shell) if "coven_brief" in block]
    program = tmp_path / "bin" / "coven-watchdog"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "found: $*"\n', encoding="utf-8")
    program.chmod(0o755)
    env = {"PATH": f"{program.parent}:{os.environ['PATH']}", "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}

    def prompt() -> str:
        done = subprocess.run([shell, "-c", f"{function}\ncoven_brief"], env=env, capture_output=True, text=True, check=False)
        assert done.stderr == ""
        return done.stdout

    assert prompt() == ""
    until(lambda: (tmp_path / "coven-brief").exists() and (tmp_path / "coven-brief").stat().st_size)
    assert prompt() == "found: status --brief\n"


def test_at_a_login(tmp_path: Path) -> None:
    """On a machine without the program the line is quiet, and does not end a script that stops at errors."""
    (line,) = _of("sh")
    script = f"set -e\n{line}\necho goes on\n"
    done = subprocess.run(["/bin/sh", "-c", script], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("goes on\n", "")
