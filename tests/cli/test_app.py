"""The table of commands."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click

import coven_watchdog.cli
from cli.conftest import Cli
from coven_watchdog.cli.app import COMMANDS, root
from coven_watchdog.cli.frame import Command, Group

HEAVY = ("rich", "apprise", "jeepney", "anyio", "httpx", "msgspec", "coven_watchdog.store", "coven_watchdog.model.facts")


def test_the_table_is_the_folder() -> None:
    """Each line of the table names a command that exists under that name; each module with a command of its name is in the table."""
    context = click.Context(root)
    assert [root.get_command(context, name).name for name, _, _ in COMMANDS] == [name for name, _, _ in COMMANDS]  # type: ignore[union-attr]
    folder = Path(coven_watchdog.cli.__file__).parent
    modules = {path.stem for path in folder.glob("*.py")}
    commands = {name for name in modules if isinstance(_attribute(name), click.Command)}
    assert commands == {name for name, _, _ in COMMANDS}


def _attribute(name: str) -> object:
    return getattr(import_module(f"coven_watchdog.cli.{name}"), name, None)


def _all(command: click.Command, path: str) -> list[tuple[str, click.Command]]:
    found = [(path, command)]
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            found += _all(below, f"{path} {name}")

    return found


def test_every_command_has_the_shape() -> None:
    """All the way down: ours, with a sentence of help, examples that name it, and general options."""
    for path, command in _all(root, "coven-watchdog"):
        assert isinstance(command, Command | Group), path
        assert command.help, path
        assert command.examples, path
        if path != "coven-watchdog":
            words = path.removeprefix("coven-watchdog ")
            assert all(words in example for example, _ in command.examples), path


def test_help_loads_nothing_heavy(cli: Cli) -> None:
    """`--help` answers without the libraries that the work needs."""
    code = "import sys; from coven_watchdog.cli import call; call(['--help']); print([m for m in sys.argv[1:] if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code, *HEAVY], env=dict(cli.env), capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_run_loads_no_courier_s_library(cli: Cli) -> None:
    """The service never imports rich, Apprise, YAML or jeepney, not for channels from an Apprise file either: it has looked once."""
    apprise = cli.home / "apprise.yml"
    apprise.write_text("urls:\n  - json://127.0.0.1:1/x\n", encoding="utf-8")
    apprise.chmod(0o600)
    cli.configure('[[channels]]\nname = "team"\napprise_config = "~/apprise.yml"\n')
    code = (
        "import sys; from coven_watchdog.cli import call; code = call(['-q', 'run', '--once']);"
        "print(code, [m for m in ('rich', 'apprise', 'yaml', 'jeepney') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**cli.env, "COVEN_HOME": str(cli.home / "c")},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.splitlines()[-1] == "0 []", done.stderr


def test_piped_output_loads_no_rich(cli: Cli) -> None:
    """Rich is for terminals: a status into a pipe does without."""
    code = "import sys; from coven_watchdog.cli import call; call(['status']); print('rich' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], env=dict(cli.env), capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"
