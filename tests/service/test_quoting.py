"""Words in systemd's own spelling, read back by systemd's rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coven_watchdog.errors import WatchdogError
from coven_watchdog.service.quoting import assignment, command, word

PLAIN = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Cn", "Co", "Zs"]), max_size=30)


def _read(written: str) -> str:
    """What systemd makes of a double-quoted word: C escapes, then specifiers. Everything else would be a fault of the test."""
    assert written.startswith('"')
    assert written.endswith('"')
    out, rest = "", written[1:-1]
    while rest:
        first, pair = rest[0], rest[:2]
        if first in '\\%"':
            assert pair in {"\\\\", '\\"', "%%"}
            out, rest = out + pair[1], rest[2:]
        else:
            out, rest = out + first, rest[1:]

    return out


@given(PLAIN)
def test_every_word_is_read_back(text: str) -> None:
    """Quotes, backslashes, percent and dollar signs, and other scripts come out as they went in."""
    assert _read(word(text)) == text


def test_words() -> None:
    """The spelling itself."""
    assert word("/a b/100%/ü") == '"/a b/100%%/ü"'
    assert word('say "x" \\ $HOME') == '"say \\"x\\" \\\\ $HOME"'
    assert assignment("PATH", "/a b:/c%") == '"PATH=/a b:/c%%"'


@pytest.mark.parametrize("bad", ["a\nb", "a\rb", "a\tb", "a\0b", "a\x1b[1m", "h\udc80lf"])
def test_what_no_file_can_hold(bad: str) -> None:
    """A line break would begin another directive; it and every other control character, and half characters, are refused."""
    with pytest.raises(WatchdogError, match="cannot be written into a service's file"):
        word(bad)


def test_a_command() -> None:
    """The colon keeps `$` what it is."""
    assert command(("/opt/p y/python", "-m", "x")) == ':"/opt/p y/python" "-m" "x"'


@pytest.mark.parametrize("path", ["/home/o'brien/python", '/home/"q"/python', "/home/a\\b/python"])
def test_a_program_whose_path_systemd_refuses(path: str) -> None:
    """A shell starts it in its own place: as an argument systemd takes the path."""
    assert command((path, "-P")) == f':"/bin/sh" "-c" "exec \\"$0\\" \\"$@\\"" {word(path)} "-P"'
