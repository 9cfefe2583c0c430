"""`--version`."""

from cli.conftest import Cli
from coven_watchdog import __version__
from coven_watchdog.cli import versions


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
