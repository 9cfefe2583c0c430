"""What cannot be known on each system."""

import os
from pathlib import Path

from coven_watchdog.coven.processes import darwin
from coven_watchdog.diagnose.limits import limits


def test_linux() -> None:
    """Only what a look noted of this machine, each once."""
    assert limits("linux", ()) == ()
    assert limits("linux", ("polled", "polled")) == ("polled",)


def test_macos() -> None:
    """What the system shows to nobody: locks, exit codes, terminals."""
    found = limits("darwin", ("polled",))
    assert found[-1] == "polled"
    assert all(any(word in line for line in found) for word in ("lock", "exit code", "terminal", "Two daemons"))


def test_what_its_port_cannot_do_is_said() -> None:
    """Each question that the code for macOS answers with "not knowable" has its line, and is in the documentation."""
    cannot = {
        "lock": darwin.lock_owners(Path("/")),
        "terminals": darwin.terminals(os.getpid()),
        "clients": darwin.sockets(os.getpid()),
        "program was replaced": darwin.binary_replaced(os.getpid()) or None,
    }
    assert set(cannot.values()) == {None}
    found = limits("darwin", ())
    assert all(any(word in line for line in found) for word in cannot)
    page = (
        (Path(__file__).parents[2] / "docs" / "doctor.md").read_text(encoding="utf-8").partition("## What macOS cannot know")[2]
    )
    assert all(word in page for word in (*cannot, "exit code", "two daemons"))


def test_another_system() -> None:
    """It says that it is another one."""
    assert "neither" in limits("freebsd14", ())[0]
