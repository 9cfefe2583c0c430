"""Questions on a terminal."""

import subprocess
import sys

import pytest

from coven_watchdog.cli import asking


def _asked(given: bytes) -> "subprocess.CompletedProcess[bytes]":
    code = "from coven_watchdog.cli import asking; print(ascii(asking.ask('Where', 'Enter: none')), asking.somebody())"
    return subprocess.run([sys.executable, "-c", code], input=given, capture_output=True, check=False)


def test_an_answer() -> None:
    """It comes without blanks around it, Enter alone as nothing, and bytes that are no text as what no address can be."""
    assert _asked(b"  ntfy://a/b \n").stdout == b"'ntfy://a/b' False\n"
    assert _asked(b"\n").stdout == b"'' False\n"
    assert _asked(b"a\xff\n").stdout == b"'a\\udcff' False\n"
    assert _asked(b"\n").stderr.decode() == "Where (Enter: none): "


def test_no_answer() -> None:
    """The end of the input breaks it off."""
    assert "Abort" in _asked(b"").stderr.decode()


def test_what_is_said(capfd: pytest.CaptureFixture[str]) -> None:
    """A sign may stand before it."""
    asking.say("taken", sign="✓", colour="green")
    assert capfd.readouterr().err == "✓ taken\n"
