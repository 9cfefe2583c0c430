"""`--version`, and the remark about a service of another version."""

import os

from cli.conftest import Cli
from coven_watchdog import __version__
from coven_watchdog.cli import versions
from coven_watchdog.clock import boot_id
from coven_watchdog.coven import processes
from report.filled import fill
from store.builders import service


def test_short_and_long(cli: Cli) -> None:
    """One line; with -v, before it or behind it, also what a bug report needs."""
    assert cli("--version").out == f"coven-watchdog {__version__}\n"
    for arguments in (("-v", "--version"), ("--version", "-v"), ("status", "--version", "-v")):
        lines = cli(*arguments).out.splitlines()
        assert lines[0] == f"coven-watchdog {__version__}"
        assert lines[1].startswith("Python 3.")
        assert any(line.startswith("apprise ") for line in lines)
        assert any(line.startswith("psutil ") for line in lines)


def test_a_library_that_is_not_there() -> None:
    """Psutil and jeepney are not needed everywhere; where they are not, that is said."""
    assert versions._installed("no-such-library-of-anybody") == "not installed"


def test_a_service_of_another_version(cli: Cli) -> None:
    """A command says so at its end; not to programs, not when asked to be quiet, and not where it stands anyway."""
    own = processes.identity(os.getpid())
    assert own is not None
    fill(cli.database.parent, watchdog=service(pid=own.pid, started=own.started, boot=boot_id(), version="0.0.1"))
    said = f"This is coven-watchdog {__version__}, and the service that runs is 0.0.1: restart it"
    assert cli("config", "path").err.splitlines()[-1] == f"{said} (coven-watchdog service restart)"
    for arguments in (["incidents", "--json"], ["-q", "config", "path"], ["status"], ["--version"]):
        assert said not in cli(*arguments).err


def test_a_service_of_this_version(cli: Cli) -> None:
    """There is nothing to say of it, nor of none, nor of a database that cannot be read."""
    own = processes.identity(os.getpid())
    assert own is not None
    assert cli("config", "path").err == ""
    fill(cli.database.parent, watchdog=service(pid=own.pid, started=own.started, boot=boot_id(), version=__version__))
    assert cli("config", "path").err == ""
    cli.database.write_bytes(b"no database" * 100)
    assert cli("config", "path").err == ""
