"""What `plan` is told about the past."""

import sqlite3
from typing import Any

import pytest

from coven_watchdog.model.telling import Lane, Notification, Plan, Silence, Told, World
from coven_watchdog.model.words import IncidentState, Kind, NotificationState, Reason, Severity, Suppression, Transition
from coven_watchdog.store.codec import encode
from coven_watchdog.store.world import read_world
from coven_watchdog.store.writing import write_plan
from store.builders import BOOT, HOME, at, event, incident, member, moment, notification, story

CRASH = (Severity.CRITICAL, Kind.DAEMON_CRASHED)
SENT, WITHHELD = NotificationState.SENT, NotificationState.WITHHELD


def _world(connection: sqlite3.Connection, *ids: str, minutes: float = 10, homes: tuple[str, ...] = ()) -> World:
    return read_world(connection, ids, homes, ("desk", "phone"), moment(minutes))


def _told(connection: sqlite3.Connection, name: str = "k7fq", channel: str = "desk") -> Told | None:
    return _world(connection, name).told.get((name, channel))


def _put(connection: sqlite3.Connection, plan: Plan, minutes: float = 0) -> None:
    write_plan(connection, plan, moment(minutes))


def test_an_empty_store_knows_nothing(connection: sqlite3.Connection) -> None:
    """Channels have empty lanes, and nothing else is there."""
    world = _world(connection, "k7fq", homes=(HOME,))
    assert world == World(lanes={"desk": Lane(), "phone": Lane()}, traffic={"desk": (), "phone": ()})


def test_incidents_are_those_asked_for_and_the_open_ones_of_the_homes(connection: sqlite3.Connection) -> None:
    """An incident of another home, or a closed one, is known only when it is asked for."""
    open_here = incident("aaaa", boot=BOOT)
    closed = incident("bbbb", boot=BOOT, state=IncidentState.RESOLVED)
    elsewhere = incident("cccc", boot=BOOT, home="/other")
    for one in (open_here, closed, elsewhere):
        _put(connection, story(one))

    world = _world(connection, "bbbb", homes=(HOME,))
    assert (world.incidents, world.open_incidents) == ({"bbbb": closed}, (open_here,))


def test_first_and_last_word_since_the_opening(connection: sqlite3.Connection) -> None:
    """Withheld rows are neither, but the reason of the latest is known."""
    first, second = notification("k7fq.1", state=SENT, attempts=1), notification("k7fq.3", reason=Reason.CHANGED)
    hidden = notification("k7fq.2", state=WITHHELD, suppression=Suppression.MILDER)
    _put(connection, story(incident(), first, hidden, second))

    assert _told(connection) == Told(first, second, frozenset({Suppression.MILDER}), heard=CRASH)
    assert _told(connection, channel="phone") is None


def test_only_withheld(connection: sqlite3.Connection) -> None:
    """Nothing was told, and every reason why is known."""
    rows = [
        notification(f"k7fq.{n}", state=WITHHELD, suppression=why)
        for n, why in enumerate((Suppression.INHIBITED, Suppression.SILENCED))
    ]
    _put(connection, story(incident(), *rows))

    assert _told(connection) == Told(withheld=frozenset({Suppression.INHIBITED, Suppression.SILENCED}))


def test_members_of_a_group_were_told(connection: sqlite3.Connection) -> None:
    """A group that carries another incident's number is a word about each of its members."""
    group = notification("k7fq.1", group=True)
    plan = Plan(
        incidents=(incident(), event()),
        notifications=(group,),
        members=(member(group, incident()), member(group, event())),
    )
    _put(connection, plan)

    assert _told(connection, "b3xm") == Told(group, group, heard=(Severity.WARNING, Kind.SESSION_FAILED))


def test_a_digest_line_tells_nobody(connection: sqlite3.Connection) -> None:
    """It does not stand for a first word."""
    _put(connection, story(incident(), notification("k7fq.1", reason=Reason.DIGEST)))
    assert _told(connection) is None


def test_a_reopened_incident_was_not_told_yet(connection: sqlite3.Connection) -> None:
    """What was told before does not count, neither for the plan that opens it anew nor later; what is told of this one does."""
    _put(connection, story(incident(), notification("k7fq.1", state=SENT, attempts=1)))
    _put(connection, story(incident(state=IncidentState.RESOLVED), transition=Transition.RESOLVED))
    assert _told(connection) is None
    _put(connection, story(incident(), transition=Transition.REOPENED), minutes=-60)
    assert _told(connection) is None

    again = notification("k7fq.2", reason=Reason.CHANGED)
    _put(connection, story(incident(), again, transition=Transition.CHANGED))
    assert _told(connection) == Told(again, again, heard=CRASH)


def test_the_plan_that_reopens_belongs_to_the_new_opening(connection: sqlite3.Connection) -> None:
    """The message written together with the reopening is the first word of it."""
    _put(connection, story(incident(state=IncidentState.RESOLVED)))
    again = notification("k7fq.2", reason=Reason.CHANGED)
    _put(connection, story(incident(), again, transition=Transition.REOPENED))

    assert _told(connection) == Told(again, again, heard=CRASH)


def test_an_unstable_incident_is_one_story(connection: sqlite3.Connection) -> None:
    """Becoming unstable is a new opening; the flapping from then on does not make it untold."""
    _put(connection, story(incident(state=IncidentState.RESOLVED), notification("k7fq.1", state=SENT, attempts=1)))
    unstable = notification("k7fq.2", reason=Reason.UNSTABLE)
    _put(connection, story(incident(unstable=True), unstable, transition=Transition.BECAME_UNSTABLE))
    _put(connection, story(incident(unstable=True, state=IncidentState.RESOLVED), transition=Transition.RESOLVED))
    assert _told(connection) == Told(unstable, unstable, heard=CRASH)
    _put(connection, story(incident(unstable=True), transition=Transition.REOPENED))
    assert _told(connection) == Told(unstable, unstable, heard=CRASH)


def _held(connection: sqlite3.Connection, minutes: float = 10, *asked: str) -> list[str]:
    return [one.id for one in _world(connection, *asked, minutes=minutes, homes=(HOME,)).held]


def _back(name: str, why: Suppression | None = Suppression.QUIET_HOURS, **changes: Any) -> Notification:  # noqa: ANN401 - any field
    state = SENT if why is None else WITHHELD
    return notification(name, state=state, suppression=why, **changes)


@pytest.mark.parametrize("why", [Suppression.QUIET_HOURS, Suppression.RATE_LIMITED])
def test_what_passing_reasons_hold_back(connection: sqlite3.Connection, why: Suppression) -> None:
    """Events, and what is over: with what was told of them, for a day."""
    over = incident(state=IncidentState.RESOLVED)
    _put(connection, story(over, _back("k7fq.1", None), _back("k7fq.2", why, reason=Reason.RESOLVED)))
    _put(connection, story(event(), _back("b3xm.1", why), transition=Transition.NOTED))

    assert _held(connection) == ["b3xm", "k7fq"]
    told = _world(connection, homes=(HOME,)).told
    assert told["b3xm", "desk"] == Told(withheld=frozenset({why}))
    assert told["k7fq", "desk"].first == _back("k7fq.1", None)
    assert _held(connection, 24 * 60) == []
    assert _held(connection, 10, "b3xm") == ["k7fq"]


@pytest.mark.parametrize(
    "rows",
    [
        (_back("b3xm.1", Suppression.SILENCED),),
        (_back("b3xm.1", Suppression.NOT_ROUTED),),
        (_back("b3xm.1", None),),
        (_back("b3xm.1"), _back("b3xm.2", None)),
        (_back("b3xm.1"), notification("b3xm.2")),
    ],
    ids=["silenced", "not for it", "told", "told since", "about to be told"],
)
def test_what_is_not_held_back(connection: sqlite3.Connection, rows: tuple[Notification, ...]) -> None:
    """Other reasons do not pass, or not for an event; what was told since is owed no more."""
    _put(connection, story(event(), *rows, transition=Transition.NOTED))
    assert _held(connection) == []


def test_what_is_held_on_one_channel(connection: sqlite3.Connection) -> None:
    """Told elsewhere, or in a digest, or told before, is not told here since."""
    digest = notification("d.1", incident="d", reason=Reason.DIGEST)
    rows = (_back("b3xm.1", None), _back("b3xm.2"), _back("b3xm.3", None, channel="phone"))
    _put(connection, story(event(), *rows, transition=Transition.NOTED))
    _put(connection, Plan(notifications=(digest,), members=(member(digest, event()),)))
    assert _held(connection) == ["b3xm"]


def test_an_open_one_is_not_held(connection: sqlite3.Connection) -> None:
    """It is among the open ones."""
    _put(connection, story(incident(), _back("k7fq.1")))
    assert _held(connection) == []


def test_an_end_that_is_owed_keeps_its_opening(connection: sqlite3.Connection) -> None:
    """Where quiet hours hold back the end, the story goes on when it opens anew; where the end was told, it begins anew."""
    first = {name: notification("k7fq.1", name, state=SENT, attempts=1) for name in ("desk", "phone")}
    _put(connection, story(incident(), *first.values()))
    over = incident(state=IncidentState.RESOLVED)
    held = notification("k7fq.2", reason=Reason.RESOLVED, state=WITHHELD, suppression=Suppression.QUIET_HOURS)
    told = notification("k7fq.2", "phone", reason=Reason.RESOLVED, state=SENT)
    _put(connection, story(over, held, told, transition=Transition.RESOLVED))

    owed = Told(first["desk"], first["desk"], frozenset({Suppression.QUIET_HOURS}), heard=CRASH, owed=True)
    for _ in range(2):
        assert (_told(connection), _told(connection, channel="phone")) == (owed, None)
        _put(connection, story(incident(), transition=Transition.REOPENED))
        assert (_told(connection), _told(connection, channel="phone")) == (owed, None)
        _put(connection, story(over, transition=Transition.RESOLVED))

    _put(connection, story(over, notification("k7fq.3", reason=Reason.RESOLVED), transition=Transition.RESOLVED))
    assert _told(connection) is None
    _put(connection, story(incident(), transition=Transition.REOPENED))
    assert _told(connection) is None


def test_open_incidents_are_told_of_too(connection: sqlite3.Connection) -> None:
    """What was withheld from an open incident of the home is known without asking for it by id."""
    _put(connection, story(incident(), notification(state=WITHHELD, suppression=Suppression.INHIBITED)))
    assert _world(connection, homes=(HOME,)).told == {("k7fq", "desk"): Told(withheld=frozenset({Suppression.INHIBITED}))}


def _lane(connection: sqlite3.Connection, *rows: Notification, minutes: float = 10) -> Lane:
    _put(connection, Plan(notifications=rows))
    return _world(connection, minutes=minutes).lanes["desk"]


def _written(name: str, minutes: float, due: float | None = None, **changes: Any) -> Notification:  # noqa: ANN401 - any field
    written = at(minutes).wall
    due_at = written if due is None else at(due).wall
    return notification(name, committed_at=written, due_at=due_at, **changes)


def test_a_lane_knows_its_latest_message(connection: sqlite3.Connection) -> None:
    """The one that is due last within the hour, and whether it was a group."""
    rows = _written("a.1", 1), _written("b.1", 2, 3, group=True, state=SENT)
    assert _lane(connection, *rows) == Lane(last_due=at(3).wall, last_was_group=True)


def test_several_at_once_are_no_group_that_waited(connection: sqlite3.Connection) -> None:
    """What happened together and was told at once does not slow the next message down."""
    assert _lane(connection, _written("a.1", 1, group=True)) == Lane(last_due=at(1).wall, last_was_group=False)


@pytest.mark.parametrize(
    "other",
    [
        _written("c.1", 5, reason=Reason.TEST),
        _written("c.1", 5, state=WITHHELD, suppression=Suppression.SILENCED),
        _written("c.1", -51),
        _written("c.1", 300),
        _written("c.1", 5, channel="phone"),
    ],
    ids=["a test", "a withheld one", "an hour ago", "from a future that was taken back", "on another channel"],
)
def test_what_is_no_traffic(connection: sqlite3.Connection, other: Notification) -> None:
    """Some rows say nothing about how busy the channel is."""
    assert _lane(connection, other) == Lane()


def test_a_group_that_collects(connection: sqlite3.Connection) -> None:
    """Queued, untried, and its time has not come: what follows may join it."""
    group = _written("a.1", 9, 11, group=True)
    assert _lane(connection, group).collecting == group
    assert _world(connection, minutes=11).lanes["desk"].collecting is None


@pytest.mark.parametrize(
    "other",
    [
        _written("a.1", 9, 11),
        _written("a.1", 9, 11, group=True, attempts=1),
        _written("a.1", 9, 11, group=True, state=WITHHELD),
        _written("a.1", 90, 95, group=True),
    ],
    ids=["no group", "tried", "withheld", "from a future that was taken back"],
)
def test_what_collects_nothing(connection: sqlite3.Connection, other: Notification) -> None:
    """A message that is on its way, or never goes, is not joined."""
    assert _lane(connection, other).collecting is None


def test_the_traffic_of_the_last_two_hours(connection: sqlite3.Connection) -> None:
    """Messages count from when they were decided, sent or not; tests, digests and what was withheld do not."""
    rows = (
        _written("a.1", -130, state=SENT),
        _written("b.1", -90, state=SENT),
        _written("c.1", 5, state=SENT, reason=Reason.TEST),
        _written("d.1", 5, state=SENT, reason=Reason.DIGEST),
        _written("e.1", 6),
        _written("f.1", 7, state=WITHHELD, suppression=Suppression.SILENCED),
        _written("g.1", 90),
    )
    _put(connection, Plan(notifications=rows))
    assert _world(connection).traffic == {"desk": (at(-90).wall, at(6).wall), "phone": ()}


def test_silences_that_last(connection: sqlite3.Connection) -> None:
    """Rows of silences are seen until they end."""
    lasting, over = Silence("s1", at(11).wall, kind="session.*"), Silence("s2", at(9).wall)
    connection.executemany(
        "INSERT INTO silence VALUES (?, ?, ?)", [(one.id, one.until, encode(one)) for one in (over, lasting)]
    )
    assert _world(connection).silences == (lasting,)
