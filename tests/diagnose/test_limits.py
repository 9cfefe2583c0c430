"""What cannot be known on each system."""

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


def test_another_system() -> None:
    """It says that it is another one."""
    assert "neither" in limits("freebsd14", ())[0]
