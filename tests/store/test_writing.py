"""A plan is written whole, and events once."""

import sqlite3
from dataclasses import replace

import pytest

from coven_watchdog.model.facts import ExitStatus
from coven_watchdog.model.incidents import Facts, Incident, Witness
from coven_watchdog.model.telling import Notification, Plan
from coven_watchdog.model.words import IncidentState, Kind, NotificationState, Reason, Severity, Transition
from coven_watchdog.store.codec import decode
from coven_watchdog.store.rows import members
from coven_watchdog.store.writing import write_plan
from store.builders import BOOT, at, brief, counts, event, incident, member, moment, notification, step, story

ALL = ("incident", "history", "notification", "notification_incident")


def _state(connection: sqlite3.Connection, name: str, channel: str = "desk") -> tuple[str, str | None]:
    row = connection.execute("SELECT * FROM notification WHERE id = ? AND channel = ?", (name, channel)).fetchone()
    return row["state"], row["suppression"]


def test_everything_of_a_plan_is_there(connection: sqlite3.Connection) -> None:
    """Incident, history and messages; the plan comes back as it was."""
    told = notification()
    plan = story(incident(), told, notification(channel="phone"))
    assert write_plan(connection, plan, moment()) == plan
    assert counts(connection, *ALL) == (1, 1, 2, 2)
    assert members(connection, told.id, told.channel) == (member(told, incident()),)


def test_an_incident_is_kept_as_it_is_now(connection: sqlite3.Connection) -> None:
    """The same id again replaces the row: kind, severity, state and document."""
    write_plan(connection, story(incident(kind=Kind.DAEMON_UNRESPONSIVE)), moment())
    now = incident(
        kind=Kind.DAEMON_CRASHED, severity=Severity.WARNING, state=IncidentState.RESOLVED, changed_at=9, resolved_at=9
    )
    write_plan(connection, story(now, transition=Transition.RESOLVED), moment())
    row = connection.execute("SELECT * FROM incident").fetchone()

    assert decode(row["doc"], Incident) == replace(now, boot=BOOT)
    assert [row[name] for name in ("kind", "severity", "state", "changed_at", "resolved_at")] == [
        "daemon.crashed",
        "warning",
        "resolved",
        9,
        9,
    ]


def test_history_says_what_happened_then(connection: sqlite3.Connection) -> None:
    """Kind, severity and witnesses of that moment, not of today."""
    steps = (
        step(incident(kind=Kind.DAEMON_UNRESPONSIVE, severity=Severity.WARNING)),
        step(incident(), Transition.CHANGED, 3, worse=True),
    )
    write_plan(connection, Plan(incidents=(incident(),), steps=steps), moment())
    rows = connection.execute("SELECT * FROM history ORDER BY seq").fetchall()

    assert [(row["at"], row["transition"], row["kind"], row["severity"], row["worse"]) for row in rows] == [
        (at().wall, "opened", "daemon.unresponsive", "warning", 0),
        (at(3).wall, "changed", "daemon.crashed", "critical", 1),
    ]
    assert decode(rows[1]["witnesses"], tuple[Witness, ...]) == incident().witnesses


def test_an_event_noted_before_is_left_out(connection: sqlite3.Connection) -> None:
    """Under another id it is the same event: nothing of it is written, the rest of the plan is."""
    write_plan(connection, story(event("aaaa"), notification("aaaa.1")), moment())
    group = notification("bbbb.1", group=True)
    alone = notification("bbbb.2", channel="phone")
    plan = Plan(
        incidents=(event("bbbb"), incident("cccc")),
        steps=(step(event("bbbb"), Transition.NOTED), step(incident("cccc"))),
        notifications=(group, alone),
        members=(member(group, event("bbbb")), member(group, incident("cccc")), member(alone, event("bbbb"))),
        refreshed=(event("bbbb"),),
    )
    written = write_plan(connection, plan, moment())

    assert written == Plan(
        incidents=(incident("cccc"),),
        steps=(step(incident("cccc")),),
        notifications=(group,),
        members=(member(group, incident("cccc")),),
    )
    assert counts(connection, *ALL) == (2, 2, 2, 2)


def test_another_occurrence_is_another_event(connection: sqlite3.Connection) -> None:
    """The same session failing again is noted again, and an event may be written anew under its own id."""
    write_plan(connection, story(event("aaaa")), moment())
    for again in (event("bbbb", occurrence="2"), event("aaaa", tellings=2)):
        assert write_plan(connection, story(again), moment()).incidents == (again,)

    assert counts(connection, "incident") == (2,)


def test_a_replaced_message_is_withheld(connection: sqlite3.Connection) -> None:
    """It was overtaken by the end of the trouble; naming it twice is no harm."""
    write_plan(connection, story(incident(), notification("k7fq.1")), moment())
    late = notification("k7fq.2", reason=Reason.LATE)
    over = incident(state=IncidentState.RESOLVED)
    write_plan(connection, replace(story(over, late), replaced=(("k7fq.1", "desk"),) * 2), moment())

    assert _state(connection, "k7fq.1") == ("withheld", "resolved_meanwhile")
    assert _state(connection, "k7fq.2") == ("queued", None)


@pytest.mark.parametrize("waiting", [notification(attempts=1), notification(state=NotificationState.SENT)])
def test_a_tried_message_cannot_be_replaced_or_joined(connection: sqlite3.Connection, waiting: Notification) -> None:
    """Such a plan was not made from the world of this transaction: it is a mistake, and nothing of it is written."""
    write_plan(connection, story(incident(), waiting), moment())
    with pytest.raises(AssertionError, match="not waiting"):
        write_plan(connection, Plan(replaced=((waiting.id, "desk"),)), moment())
    with pytest.raises(AssertionError, match="under way"):
        write_plan(connection, Plan(members=(member(waiting, event()),)), moment())


def test_a_collecting_group_is_joined(connection: sqlite3.Connection) -> None:
    """A later plan puts another incident into a message that waits."""
    group = notification(group=True, due_at=at(1).wall)
    write_plan(connection, story(incident(), group), moment())
    joined = Plan(incidents=(event(),), members=(member(group, event(), Reason.FIRST),))
    write_plan(connection, joined, moment())

    assert [one.incident for one in members(connection, group.id, "desk")] == ["k7fq", "b3xm"]


def test_texts_not_yet_tried_speak_of_the_newest_snapshot(connection: sqlite3.Connection) -> None:
    """What is tried or sent keeps the words that it went out with."""
    messages = notification("k7fq.1", state=NotificationState.SENT), notification("k7fq.2"), notification("k7fq.3", attempts=1)
    write_plan(connection, story(incident(), *messages), moment())
    newer = incident(facts=Facts(exit=ExitStatus(signal=9)))
    write_plan(connection, Plan(incidents=(newer,), refreshed=(newer,)), moment())

    snapshots = [members(connection, message.id, "desk")[0].snapshot for message in messages]
    assert snapshots == [incident(), newer, incident()]


def test_the_end_of_an_older_opening_keeps_its_words(connection: sqlite3.Connection) -> None:
    """A recovery that waits is not rewritten into the next trouble; what tells of that one is."""
    write_plan(connection, story(incident(), notification("k7fq.1", state=NotificationState.SENT)), moment())
    over = incident(state=IncidentState.RESOLVED)
    write_plan(connection, story(over, notification("k7fq.2", reason=Reason.RESOLVED)), moment())
    write_plan(connection, story(incident(), notification("k7fq.3", reason=Reason.CHANGED)), moment())
    newer = incident(facts=Facts(exit=ExitStatus(signal=9)))
    write_plan(connection, Plan(incidents=(newer,), refreshed=(newer,)), moment())

    snapshots = [members(connection, f"k7fq.{number}", "desk")[0].snapshot for number in (2, 3)]
    assert snapshots == [over, newer]


def test_a_member_without_a_row_of_its_own_is_kept(connection: sqlite3.Connection) -> None:
    """A text may speak of an incident that a damaged file took away."""
    row = notification()
    write_plan(connection, Plan(notifications=(row,), members=(member(row, incident()),)), moment())
    assert [one.snapshot for one in members(connection, row.id, "desk")] == [incident()]


def test_rows_with_titles_are_marked(connection: sqlite3.Connection) -> None:
    """So that forgetting finds them."""
    bare = incident("bbbb", facts=Facts(sessions=(brief(title=""),)))
    for one in (incident(), bare):
        write_plan(connection, story(one, notification(f"{one.id}.1")), moment())

    assert [row[0] for row in connection.execute("SELECT titled FROM incident ORDER BY id")] == [0, 1]
    assert [row[0] for row in connection.execute("SELECT titled FROM notification_incident ORDER BY incident")] == [0, 1]
