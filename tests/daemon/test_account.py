"""What the service says about itself."""

from datetime import UTC

import pytest

from coven_watchdog import __version__
from coven_watchdog.daemon.account import Account, body, midnight, status
from coven_watchdog.decide.words import Place
from coven_watchdog.model.facts import SessionRow
from coven_watchdog.model.looks import DaemonLook, HomeLook
from coven_watchdog.model.time import HOUR, MILLISECOND, MINUTE
from coven_watchdog.model.words import DaemonState

ROW = SessionRow("a", "/srv/shop", "codex", "", "running", None, 0, 0)
SHORT = Place("devbox", UTC, "", "/home/ada").short


def look(path: str, state: DaemonState, *live: SessionRow, complete: bool = True) -> HomeLook:
    """A home."""
    return HomeLook(path, "", 0, "boot", complete=complete, daemon=DaemonLook(state), live=live)


ONE = look("/home/ada/.coven", DaemonState.RUNNING, ROW, ROW, ROW)
TWO = look("/srv/coven", DaemonState.SOCKET_LOST, ROW)
NEW = look("/srv/new", DaemonState.RUNNING, complete=False)


@pytest.mark.parametrize(
    ("account", "line"),
    [
        (Account((ONE,), 1, 2), "watching ~/.coven: running, 3 live sessions, 1 open incident; told 2 today"),
        (Account((TWO,), 0, 0), "watching /srv/coven: socket lost; told 0 today"),
        (Account((NEW,), 0, None), "watching /srv/new: running"),
        (
            Account((ONE, TWO), 2, 0, ["nobody would be told: no desktop"]),
            "watching 2 homes (~/.coven: running, 3 live sessions; /srv/coven: socket lost), 2 open incidents; told 0 today; nobody would be told: no desktop",
        ),
        (Account((), 0, 0), "starting"),
    ],
)
def test_one_line(account: Account, line: str) -> None:
    """What is watched, how it is, what is open, and what was told; of sessions only what is known."""
    assert status(account, SHORT) == line


def test_for_outside() -> None:
    """Counts of itself; no name, path or title."""
    latencies = tuple(number * MILLISECOND for number in range(1, 101))
    said = body(Account((ONE, TWO, NEW), 1, 2), 20, 3 * HOUR + 5 * MINUTE, latencies, recorded=True)
    assert said == (
        f"coven-watchdog {__version__}, up 3 h 5 min, 20 loops in motion\n"
        "3 homes watched (2 running, 1 socket lost)\n"
        "1 open incident\n"
        "told in 50 ms (p50), 95 ms (p95) within the last 7 days\n"
    )


def test_for_outside_with_little_to_say() -> None:
    """What is not so good is said as well."""
    said = body(Account((), 0, None), 1, 0, (), recorded=False)
    assert said.splitlines()[1:] == [
        "0 homes watched",
        "0 open incidents",
        "nothing told within the last 7 days",
        "what happens is not recorded: see its status",
    ]


def test_when_the_day_began() -> None:
    """At midnight here."""
    assert midnight(30 * HOUR + MINUTE, UTC) == 24 * HOUR
