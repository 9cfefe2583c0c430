"""What is given and what is there, and what is to be added."""

import subprocess
import sys
from pathlib import Path

import pytest

from coven_watchdog.cli.choosing import DESKTOP, Wish, chosen, given, present
from coven_watchdog.cli.terms import Terms
from coven_watchdog.errors import UsageError
from coven_watchdog.settings import QuietHours

WISH = Wish(urls=(), quiet_hours=QuietHours(""), service=False, channel=True, ask=False)


def _terms(home: Path, text: str | None = None, **more: str) -> Terms:
    path = home / "c.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)

    return Terms(env={"HOME": str(home), "PATH": "/usr/bin:/bin", **more}, config=path)


def test_lines_of_standard_input() -> None:
    """Empty lines and comments are no addresses; bytes that are no text stay what no address can be."""
    code = "from coven_watchdog.cli.choosing import given; print(ascii(list(given(['a://b', '-', '-']))))"
    lines = b"\n# mine\n c://d \r\ne://\xff\n"
    done = subprocess.run([sys.executable, "-c", code], input=lines, capture_output=True, check=True)
    assert done.stdout.decode() == "['a://b', 'c://d', 'e://\\udcff']\n"
    assert list(given(())) == []


def test_what_is_there(tmp_path: Path) -> None:
    """A file that was named and is not there yet is one to be made; of one that is, what its channels are."""
    assert present(_terms(tmp_path)).text is None
    assert present(_terms(tmp_path, 'name = "x"\n')).listed is False
    text = '[[channels]]\nname = "a"\nurl_file = "$CREDENTIALS_DIRECTORY/a"\n[[channels]]\nname = "b"\nurl_env = "B"\n'
    now = present(_terms(tmp_path, text, B="json://host/"))
    assert (now.listed, dict(now.addresses)) == (True, {"a": "", "b": "json://host/"})


def test_the_desktop_given_by_hand(tmp_path: Path) -> None:
    """It is told of what the built-in one is told of, and reaches nobody where nothing can be shown."""
    terms = _terms(tmp_path)
    wish = Wish(("desktop://", "json://127.0.0.1:1/"), QuietHours(""), service=False, channel=True, ask=False)
    choice = chosen(wish, present(terms), terms.env)
    assert choice.entries[0] == DESKTOP
    assert [entry.name for entry in choice.entries] == ["desktop", "webhook"]
    assert "no session bus" in choice.no_desktop


def test_quiet_hours(tmp_path: Path) -> None:
    """They are set when they are given and differ from what is there."""
    terms = _terms(tmp_path, '[alerts]\nquiet_hours = "22:00-07:00"\n[[channels]]\nname = "a"\nurl = "json://127.0.0.1:1/"\n')
    now = present(terms)
    same = Wish((), QuietHours("22:00-07:00"), service=False, channel=True, ask=False)
    other = Wish((), QuietHours("21:00-07:00"), service=False, channel=True, ask=False)
    assert (chosen(same, now, terms.env).quiet_hours, chosen(other, now, terms.env).quiet_hours) == ("", "21:00-07:00")


def test_nobody(tmp_path: Path) -> None:
    """A list of channels that is empty reaches nobody."""
    terms = _terms(tmp_path, "channels = []\n")
    with pytest.raises(UsageError, match="nobody would be told"):
        chosen(WISH, present(terms), terms.env)
