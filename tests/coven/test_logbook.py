"""What the daemon's log tells of starts, failures and names, also across its rotation."""

from pathlib import Path

import pytest

from coven_watchdog.coven.decoding import wall_of
from coven_watchdog.coven.logbook import around, entries, failures, last_start, read
from coven_watchdog.coven.paths import HomePaths

DAY = "2026-11-22T07:57"


def line(second: float, says: str) -> str:
    """A line of that second."""
    return f"[{DAY}:{second:06.3f}000000Z] {says}"


def phase(second: float, name: str, word: str = "checkpoint") -> str:
    """A phase of a start."""
    return line(second, f"startup_{word} phase={name} elapsed_ms=0")


def start(second: float, *, pid: int = 7, until: int = 6) -> list[str]:
    """The lines of a start, as far as it came."""
    return [
        phase(second, "before-spawn", "budget"),
        phase(second + 0.001, "after-spawn", "budget"),
        phase(second + 0.01, "daemon-store-begin"),
        phase(second + 0.02, "daemon-store-end"),
        phase(second + 0.03, "status-publication-begin"),
        line(second + 0.04, f"daemon starting pid={pid} socket=/h/coven.sock"),
    ][:until]


def test_a_start_that_came_up() -> None:
    """It opened its store, bound its socket and says who it is."""
    found = last_start(entries(start(1)))
    assert found is not None
    assert (found.pid, found.socket, found.opened, found.serving, found.detailed) == (7, "/h/coven.sock", True, True, True)
    assert found.at == wall_of(f"{DAY}:01.000Z")
    assert len(found.lines) == 6


@pytest.mark.parametrize(("until", "opened"), [(2, False), (3, False), (4, True)])
def test_a_start_that_died(until: int, opened: bool) -> None:  # noqa: FBT001 - a column of the table
    """How far it came is the last phase; the start before it, which went well, is no part of it."""
    found = last_start(entries([*start(1), *start(20, until=until)]))
    assert found is not None
    assert (found.serving, found.opened, len(found.lines)) == (False, opened, until)


def test_the_starter_writes_late() -> None:
    """On a busy machine `before-spawn` stands behind the daemon's own lines: they are one start all the same."""
    told = start(1, until=3)
    found = last_start(entries([*start(0.1), told[2], told[0], told[1]]))
    assert found is not None
    assert found.phases == ("daemon-store-begin", "before-spawn", "after-spawn")
    assert not found.serving


def test_a_quick_restart() -> None:
    """A start right after another one that came up is not mixed with it."""
    found = last_start(entries([*start(1, pid=7), *start(1.2, pid=8)]))
    assert found is not None
    assert (found.pid, len(found.lines)) == (8, 6)


def test_an_older_version() -> None:
    """It writes only that it serves."""
    found = last_start(entries([line(1, "daemon starting pid=3 socket=/a"), line(2, "daemon starting pid=4 socket=/b")]))
    assert found is not None
    assert (found.pid, found.socket, found.detailed, found.serving) == (4, "/b", False, True)


def test_nothing_is_told_of_a_start() -> None:
    """Of an empty log, or one that only tells of other things, nothing is made up."""
    assert last_start(()) is None
    assert last_start(entries(["garbage", line(1, "unix connection error: x")])) is None


def test_failures() -> None:
    """What failed is found, and only from a moment on where one is given."""
    log = entries(
        [
            line(1, "API handler error for GET /sessions: database is locked"),
            *start(2),
            line(3, "daemon panic: boom"),
            "   at frame",
            line(4, "store maintenance pass failed: disk I/O error"),
            line(5, "unix connection error: empty API request"),
            line(6, "unix connection error: missing HTTP method"),
        ]
    )
    assert [entry.at for entry in failures(log, None)] == [wall_of(f"{DAY}:0{second}.000Z") for second in (1, 3, 4)]
    assert len(failures(log, wall_of(f"{DAY}:02.000Z"))) == 2


def test_lines_around() -> None:
    """A pid is not found in a longer one; a time takes two seconds on each side; a backtrace has its panic's time."""
    log = entries([line(1, "pid=7 x"), line(10, "pid=77 x"), line(20, "daemon panic: boom"), "   at frame"])
    assert [entry.says for entry in around(log, ["pid=7"], ())] == ["pid=7 x"]
    moment = wall_of(f"{DAY}:21.500Z")
    assert moment is not None
    assert [entry.says for entry in around(log, [""], [moment])] == ["daemon panic: boom", "   at frame"]


def test_across_a_rotation(tmp_path: Path) -> None:
    """A start that stands in the log before this one is found; without any log there is nothing."""
    paths = HomePaths(tmp_path)
    assert read(paths) == ()
    (tmp_path / "daemon-recovery.log.1").write_text("\n".join(start(1)) + "\n", encoding="utf-8")
    paths.log.write_text(line(9, "unix connection error: x") + "\n", encoding="utf-8")
    found = read(paths)
    assert len(found) == 7
    assert last_start(found) is not None
