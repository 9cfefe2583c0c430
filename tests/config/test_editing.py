"""Adding to a configuration without losing a line of it."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coven_watchdog.config.editing import HEAD, NOBODY, Entry, added
from coven_watchdog.errors import ConfigError
from coven_watchdog.settings import Secret

NTFY = Entry("ntfy", Secret("ntfys://ntfy.sh/topic"))
DESK = Entry("desktop", Secret("desktop://"), ("session.finished",))
MINE = """\
# my machine
name = "devbox"   # not the host name

[alerts] # how often
repeat_every = "8h"

[[channels]]
# the one on my desk
name = "desk"
url = "desktop://"

[severity]
"daemon.*" = "critical"
"""


def test_a_new_file_is_short() -> None:
    """The desktop, a phone and quiet hours take at most 15 lines, all of them plain TOML."""
    text = added(HEAD, [DESK, NTFY], "22:00-07:00", "c.toml")
    assert len(text.splitlines()) <= 15
    assert tomllib.loads(text) == {
        "alerts": {"quiet_hours": "22:00-07:00"},
        "channels": [
            {"name": "desktop", "url": "desktop://", "also": ["session.finished"]},
            {"name": "ntfy", "url": "ntfys://ntfy.sh/topic"},
        ],
    }


def test_every_line_stays() -> None:
    """Comments, order and spelling of what was there are as before; what is new stands between and behind."""
    text = added(MINE, [NTFY], "22:00-07:00", "c.toml")
    new = [line for line in text.splitlines() if line not in MINE.splitlines()]
    assert [line for line in text.splitlines() if line not in new][: len(MINE.splitlines())] == MINE.splitlines()
    assert new == ['quiet_hours = "22:00-07:00"', 'name = "ntfy"', 'url = "ntfys://ntfy.sh/topic"']
    assert tomllib.loads(text)["alerts"] == {"repeat_every": "8h", "quiet_hours": "22:00-07:00"}


def test_nothing_to_add() -> None:
    """Then the text is the same."""
    assert added(MINE, [], "", "c.toml") == MINE


@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\r\n"])
def test_a_last_line_without_an_end(end: str) -> None:
    """However the file ends, the new section begins on a line of its own."""
    assert tomllib.loads(added(f'name = "x"{end}', [NTFY], "", "c.toml"))["name"] == "x"
    assert tomllib.loads(added(f"[alerts]{end}", [], "22:00-07:00", "c.toml"))["alerts"] == {"quiet_hours": "22:00-07:00"}


def test_a_list_of_nobody_grows() -> None:
    """`channels = []` becomes a comment when there is somebody."""
    text = added(f"{NOBODY}  # none yet\n", [NTFY], "", "c.toml")
    assert text.startswith(f"# {NOBODY}  # none yet\n")
    assert len(tomllib.loads(text)["channels"]) == 1


@pytest.mark.parametrize(
    "text",
    [
        'channels = [{ name = "a", url = "desktop://" }]\n',
        'alerts = { repeat_every = "8h" }\n',
        'alerts.quiet_hours = "21:00-06:00"\n',
        '[alerts]\nquiet_hours = "21:00-06:00"\n',
    ],
)
def test_what_cannot_be_added(text: str) -> None:
    """Where a line of the user's would have to change, it is refused, with what to write by hand and without the address."""
    with pytest.raises(ConfigError, match="nothing was changed") as caught:
        added(text, [NTFY], "22:00-07:00", "c.toml")

    assert caught.value.where == "c.toml"
    assert "topic" not in f"{caught.value}{caught.value.next_step}"


def test_only_quiet_hours_that_cannot_be_added() -> None:
    """The advice speaks of what was wanted."""
    with pytest.raises(ConfigError) as caught:
        added('alerts = { repeat_every = "8h" }\n', [], "22:00-07:00", "c.toml")

    assert "quiet_hours" in caught.value.next_step


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1))
def test_any_address_survives(rest: str) -> None:
    """Quotes, backslashes and letters of any language are read back as they were given."""
    url = f"json://host/{rest}"
    assert tomllib.loads(added("", [Entry("a", Secret(url))], "", "c.toml"))["channels"][0]["url"] == url
