"""`service …` as a user has it, with a systemctl that is a little script."""

import os
import subprocess
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from cli.conftest import Cli, Done
from coven_watchdog import clock
from diagnose.test_own import alive
from report.filled import fill
from rigs.terminal import Terminal
from service.conftest import Programs
from service.test_systemd import ANSWERS, KNOWN, UNKNOWN
from waiting import until

UNIT = ".config/systemd/user/coven-watchdog.service"
STOPPED = ("*show*FragmentPath*", 0, "LoadState=loaded\nActiveState=inactive\nSubState=dead\nUnitFileState=disabled\n")


class Machine:
    """A machine with that systemctl."""

    def __init__(self, cli: Cli, programs: Programs) -> None:
        self.cli, self.programs = cli, programs
        self.says()

    def says(self, *answers: tuple[str, int, str]) -> None:
        """What it answers from now on."""
        self.programs.add("systemctl", *answers, ANSWERS, UNKNOWN)

    def __call__(self, *arguments: str, **env: str) -> Done:
        """A command of ours."""
        return self.cli("service", *arguments, env=self.env | env)

    @property
    def env(self) -> dict[str, str]:
        """What a shell there adds."""
        return {"PATH": str(self.programs.folder), "XDG_RUNTIME_DIR": str(self.cli.home)}

    @property
    def unit(self) -> Path:
        """Its file."""
        return self.cli.home / UNIT


@pytest.fixture
def machine(cli: Cli, tmp_path: Path) -> Machine:
    """Nothing is installed yet."""
    folder = tmp_path / "programs"
    folder.mkdir()
    return Machine(cli, Programs(folder))


def test_from_nothing_to_nothing(machine: Machine) -> None:
    """Installed and started; again is no change; removed, with what stays and where; a second time there is nothing."""
    assert machine("install", "--no-start").out == f"✓ installed: ~/{UNIT}\n"
    machine.says(KNOWN)
    again = machine("install")
    assert again.out.startswith(f"✓ already installed, unchanged: ~/{UNIT}\n✓ running since ")
    assert "lingering" in again.err or "is not known" in again.err
    assert machine("print").out == machine.unit.read_text(encoding="utf-8")
    machine.cli.configure("")
    gone = machine("uninstall")
    assert gone.out == "The service is removed.\n  kept: ~/.config/coven-watchdog\n"
    assert not machine.unit.exists()
    assert machine("uninstall").out.startswith("There is no service.\n")


def test_a_faulty_configuration(machine: Machine) -> None:
    """It is refused with the fault, before anything is written."""
    machine.cli.configure("[probe]\nhealth_intervall = '5s'\n")
    done = machine("install")
    assert (done.code, "config.toml:2: probe.health_intervall" in done.err) == (2, True)
    machine.cli.configure('[[channels]]\nname = "phone"\nurl_file = "~/no.url"\n')
    missing = machine("install")
    assert (missing.code, "no.url" in missing.err) == (2, True)
    assert not machine.unit.exists()
    assert machine.programs.calls == []


def test_what_works_here_alone(machine: Machine) -> None:
    """A channel whose URL is a variable of this shell is named: the service will not have it. A credential is the service's own."""
    machine.cli.configure(
        '[[channels]]\nname = "phone"\nurl_env = "PHONE_URL"\n'
        '[[channels]]\nname = "mail"\nurl_file = "$CREDENTIALS_DIRECTORY/mail"\n'
    )
    done = machine("install", "--no-start", PHONE_URL="json://localhost")
    assert done.code == 0
    assert "channel phone takes its URL from $PHONE_URL" in done.err
    assert "mail" not in done.err


def test_one_runs_by_hand(machine: Machine) -> None:
    """A watchdog that is not the service holds the records: nothing is installed or started beside it, and it is named."""
    fill(machine.cli.database.parent, watchdog=replace(alive(), boot=clock.boot_id()))
    machine.says(KNOWN)
    for command in ("install", "start"):
        done = machine(command)
        assert (done.code, f"as process {os.getpid()}" in done.err) == (1, True)

    assert not machine.unit.exists()


def test_status(machine: Machine) -> None:
    """For people and for programs; 0 only while it runs."""
    machine.says(KNOWN)
    shown = machine("status")
    assert shown.code == 0
    assert shown.out.splitlines()[0] == "✓ running since 1970 Jan 1 00:01:00 UTC · pid 4711 · systemd"
    assert "watching 1 home · sessions=3" in shown.out
    document = machine("status", "--json").document
    assert (document["condition"], document["pid"], document["installed"], document["ours"]) == ("running", 4711, True, False)
    machine.says(STOPPED)
    for command in ("start", "stop", "restart"):
        assert machine(command).out == "! stopped · systemd\n"

    assert machine("status").code == 1


def test_nobody_answers(machine: Machine) -> None:
    """Where there is no service manager, it says so and what to do instead; JSON too. What would be written can be seen all the same."""
    (machine.programs.folder / "systemctl").unlink()
    done = machine("install")
    assert (done.code, "there is no systemctl" in done.err, "coven-watchdog run" in done.err) == (1, True, True)
    assert machine("status", "--json").document["error"]["code"] == "no_manager"
    assert machine("print").out.startswith("# Written by")
    homeless = subprocess.run(
        [*machine.cli.command, "service", "install"],
        env={name: value for name, value in machine.cli.env.items() if name != "HOME"} | {"XDG_CONFIG_HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (homeless.returncode, "HOME is not set" in homeless.stderr) == (2, True)


def test_logs(machine: Machine) -> None:
    """They are journalctl's, with its exit code."""
    machine.programs.add("journalctl", ("*--lines=3*", 0, "a line\n"))
    done = machine("logs", "-n", "3")
    assert (done.code, done.out) == (0, "a line\n")


def test_purge(machine: Machine) -> None:
    """Nobody to ask: nothing is removed. With --yes the configuration, the records and the drop-ins go, and nothing else."""
    machine("install", "--no-start")
    machine.cli.configure("")
    fill(machine.cli.database.parent)
    other = machine.cli.database.parent / "other.txt"
    other.write_text("")
    drop_ins = machine.unit.with_name(f"{machine.unit.name}.d")
    drop_ins.mkdir()
    (drop_ins / "x.conf").write_text("")
    refused = machine("uninstall", "--purge")
    assert (refused.code, "nobody to ask" in refused.err) == (2, True)
    assert machine.unit.exists()
    done = machine("uninstall", "--purge", "--yes")
    assert done.code == 0
    gone = (machine.unit, machine.cli.config, machine.cli.database, drop_ins)
    assert [path for path in gone if path.exists()] == []
    assert other.exists()


@pytest.mark.parametrize(("answer", "removed"), [("n\r", False), ("yes\r", True)])
def test_purge_asks(machine: Machine, answer: str, removed: bool) -> None:  # noqa: FBT001 - a table
    """On a terminal it shows what would go, and does nothing without a yes."""
    machine.cli.configure("")
    with closing(Terminal()) as terminal, Path(terminal.name).open("r+b", buffering=0) as end:
        process = subprocess.Popen(
            [*machine.cli.command, "service", "uninstall", "--purge"],
            env={**machine.cli.env, **machine.env},
            stdin=end,
            stdout=subprocess.DEVNULL,
            stderr=end,
        )
        until(lambda: "Remove these for good?" in terminal.shown)
        assert str(machine.cli.config.parent) in terminal.shown
        terminal.type(answer)
        assert process.wait(30) == (0 if removed else 130)

    assert machine.cli.config.exists() is not removed
