"""Which sessions are followed, and when Coven is asked again. Pure: no clock."""

import pytest

from coven_watchdog.model.facts import SessionRow
from coven_watchdog.model.time import DAY, MILLISECOND, MINUTE, SECOND
from coven_watchdog.observe.following import Following, Pace

NOW = 1_000 * SECOND
INTERVAL = 15 * SECOND


def row(session: str, status: str = "running", *, archived: bool = False) -> SessionRow:
    """A row of which only id and status matter."""
    return SessionRow(session, "/p", "codex", "t", status, None, 0, 0, archived)


def test_live_rows_are_followed() -> None:
    """Rows that run, or are about to, are followed until they do not; unknown and ended statuses are not."""
    following = Following()
    following.listed([row("a"), row("b", "created"), row("c", "failed"), row("d", "hibernating")], complete=True)
    assert set(following.live) == {"a", "b"}
    following.listed([row("a", "idle"), row("b")], complete=True)
    assert set(following.live) == {"b"}
    assert following.live["b"].status == "running"


def test_a_row_missing_from_a_complete_listing_is_asked_for() -> None:
    """A live row that a complete listing lacks was archived or sacrificed: one question says which, and it is followed no more."""
    following = Following()
    following.listed([row("a"), row("b")], complete=True)
    following.listed([], complete=True)
    assert following.wanted(NOW, attended={"a", "b"}) == ("a", "b")
    following.seen("a", None)
    following.seen("b", row("b", archived=True))
    assert following.live == {}
    assert following.wanted(NOW, attended=()) == ()


def test_old_live_rows_are_asked_for_once_a_minute() -> None:
    """A live row behind the first page is asked for with each listing; once a minute while its process is watched."""
    following = Following()
    following.listed([row("old"), row("watched")], complete=True)
    following.listed([row("new")], complete=False)
    assert set(following.wanted(NOW, attended={"watched"})) == {"old", "watched"}
    following.seen("old", row("old"))
    following.seen("watched", row("watched"))
    following.listed([row("new")], complete=False)
    assert following.wanted(NOW + INTERVAL, attended={"watched"}) == ("old",)
    following.listed([row("new")], complete=False)
    assert set(following.wanted(NOW + MINUTE, attended={"watched"})) == {"old", "watched"}


def test_an_old_row_whose_process_ended_is_asked_for_at_once() -> None:
    """The end of a watched process behind the first page does not wait for the minute."""
    following = Following()
    following.listed([row("old")], complete=True)
    following.listed([row("new")], complete=False)
    assert following.wanted(NOW, attended={"old"}) == ("old",)
    following.ended(["old"])
    following.listed([row("new")], complete=False)
    assert following.wanted(NOW + 1, attended=()) == ("old",)


def test_few_rows_at_once_the_longest_waiting_first() -> None:
    """At most five rows are asked for after a listing, and none is left out for ever."""
    following = Following()
    following.listed([row(f"s{number}") for number in range(7)], complete=True)
    following.listed([], complete=False)
    first = following.wanted(NOW, attended=())
    following.listed([], complete=False)
    second = following.wanted(NOW + SECOND, attended=())
    assert len(first) == len(second) == 5
    assert set(first) | set(second) == {f"s{number}" for number in range(7)}


def test_listed_again_until_the_row_follows_its_process() -> None:
    """After the end of a process the listing is repeated, ever later, and not for ever."""
    following = Following()
    following.ended(["a"])
    pauses = []
    for _ in range(7):
        following.listed([row("a")], complete=True)
        pauses.append(following.again(NOW))

    assert pauses == [NOW + pause * MILLISECOND for pause in (25, 50, 100, 200, 400)] + [None, None]


def test_no_repetition_once_the_row_has_ended() -> None:
    """When the row has followed, nothing is listed again."""
    following = Following()
    following.ended(["a"])
    following.listed([row("a", "failed")], complete=True)
    assert following.again(NOW) is None


def test_the_end_of_an_unlisted_session_is_asked_for_by_id() -> None:
    """A session that was not followed (a `coven run` that outlived its daemon) is asked for when its process has ended."""
    following = Following()
    following.ended(["drifting"])
    following.listed([row("new")], complete=False)
    assert following.wanted(NOW, attended=()) == ("drifting",)
    following.seen("drifting", row("drifting", "orphaned"))
    assert following.again(NOW) is None


@pytest.mark.parametrize(
    ("pace", "wants", "due"),
    [
        (Pace(), {}, NOW),
        (Pace(listed_at=NOW), {}, NOW + INTERVAL),
        (Pace(listed_at=NOW), {"urgent": True}, NOW),
        (Pace(listed_at=NOW), {"ended": True}, NOW),
        (Pace(listed_at=NOW), {"hinted": True}, NOW),
        (Pace(listed_at=NOW, hinted_at=NOW - SECOND // 5), {"hinted": True}, NOW + 2 * SECOND),
        (Pace(listed_at=NOW - INTERVAL, hinted_at=NOW), {"hinted": True}, NOW),
        (Pace(listed_at=NOW, again_at=NOW + 25), {}, NOW + 25),
        (Pace(listed_at=NOW, hinted_at=NOW, again_at=NOW + 25), {"hinted": True}, NOW + 25),
        (Pace(listed_at=NOW, failed=True), {"ended": True, "hinted": True}, NOW + INTERVAL),
        (Pace(listed_at=NOW, failed=True), {"urgent": True}, NOW),
    ],
)
def test_when_to_list(pace: Pace, wants: dict[str, bool], due: int) -> None:
    """At once at the start, when urgent and when a process ended; hints at most every 2.2 s; after a failure only what is urgent."""
    flags = {"urgent": False, "hinted": False, "ended": False} | wants
    assert pace.due(NOW, INTERVAL, **flags) == due


def test_what_the_daemon_has_run_of_late() -> None:
    """Harnesses of ended sessions of the last week; not those from outside, nor what a `coven run` started by itself."""
    following = Following()
    following.run(["run"])
    rows = [
        SessionRow("new", "/p", "codex", "t", "failed", None, 8 * DAY, 0),
        SessionRow("old", "/p", "claude", "t", "completed", 0, 1 * DAY, 0),
        SessionRow("out", "/p", "outside", "t", "completed", 0, 8 * DAY, 0, external=True),
        SessionRow("run", "/p", "hermes", "t", "completed", 0, 8 * DAY, 0),
        SessionRow("live", "/p", "copilot", "t", "running", None, 8 * DAY, 0),
    ]
    following.listed(rows, complete=True)
    assert following.used(9 * DAY) == {"codex"}
    following.listed(rows[1:2], complete=False)
    assert following.used(8 * DAY) == {"codex", "claude"}
    following.listed([], complete=True)
    assert following.used(9 * DAY) == frozenset()


def test_what_was_run_is_not_remembered_for_ever() -> None:
    """The last thousand are enough."""
    following = Following()
    following.run([f"s{number}" for number in range(1001)])
    following.listed([SessionRow(name, "/p", name, "t", "completed", 0, 0, 0) for name in ("s0", "s1")], complete=True)
    assert following.used(0) == {"s0"}
