"""What is old goes, what is open stays, titles go first."""

import sqlite3

from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.samples import Sample
from coven_watchdog.model.telling import Plan
from coven_watchdog.model.time import DAY
from coven_watchdog.model.words import IncidentState, NotificationState, Reason
from coven_watchdog.store.codec import decode, encode, titled
from coven_watchdog.store.keeping import keep_blind, keep_looks, keep_samples
from coven_watchdog.store.outbox import claim, settle
from coven_watchdog.store.retention import BATCH, KEEP_STEPS, purge_batch
from coven_watchdog.store.rows import members
from coven_watchdog.store.writing import write_plan
from store.builders import (
    START,
    accepted,
    at,
    blind,
    counts,
    event,
    incident,
    look,
    member,
    moment,
    notification,
    silence,
    step,
    story,
)

ROWS = ("incident", "history", "notification", "notification_incident", "attempt")
SENT = NotificationState.SENT


def _purge(connection: sqlite3.Connection, days: float) -> list[int]:
    """The sizes of the batches until nothing is left to do."""
    return list(iter(lambda: purge_batch(connection, START + int(days * DAY)), 0))


def _tell(connection: sqlite3.Connection, name: str = "k7fq", **changes: object) -> None:
    """An incident with one message that was accepted."""
    write_plan(connection, story(incident(name, **changes), notification(f"{name}.1")), moment())
    taken = claim(connection, "desk", START, "me")
    assert taken is not None
    settle(connection, taken, accepted(), SENT, None)


def test_a_closed_incident_goes_with_all_that_is_its(connection: sqlite3.Connection) -> None:
    """After 30 days; a day earlier everything is there."""
    _tell(connection, state=IncidentState.RESOLVED, resolved_at=START)
    write_plan(connection, story(event()), moment())
    _purge(connection, 29.9)
    assert counts(connection, *ROWS) == (2, 2, 1, 1, 1)

    _purge(connection, 30.1)
    assert counts(connection, *ROWS) == (0, 0, 0, 0, 0)


def test_what_is_open_stays_with_its_messages(connection: sqlite3.Connection) -> None:
    """However old it is, and its titles too."""
    _tell(connection)
    assert _purge(connection, 365) == []
    assert counts(connection, *ROWS) == (1, 1, 1, 1, 1)
    assert members(connection, "k7fq.1", "desk")[0].snapshot == incident()


def test_a_group_stays_as_long_as_one_of_its_members(connection: sqlite3.Connection) -> None:
    """And so do the others in it: a message is never cut in half."""
    group = notification(group=True, state=SENT)
    both = incident(), event()
    write_plan(
        connection,
        Plan(incidents=both, notifications=(group,), members=tuple(member(group, one) for one in both)),
        moment(),
    )
    _purge(connection, 365)
    assert counts(connection, "incident", "notification", "notification_incident") == (2, 1, 2)


def test_test_messages_go_by_their_age(connection: sqlite3.Connection) -> None:
    """They speak of no incident; one that still waits is not deleted."""
    rows = notification("t.1", reason=Reason.TEST, state=SENT), notification("t.2", reason=Reason.TEST)
    write_plan(connection, Plan(notifications=rows), moment())
    assert _purge(connection, 31) == [1]
    assert connection.execute("SELECT id FROM notification").fetchone()["id"] == "t.2"


def test_blind_windows_and_old_looks_go(connection: sqlite3.Connection) -> None:
    """A window that lasts, and a look that was renewed, stay."""
    keep_blind(connection, [blind(to=START + 1), blind(START + 2), blind(START + 3, START + 20 * DAY)])
    keep_looks(connection, [look("/gone"), look(seen_at=START + 20 * DAY)])
    _purge(connection, 31)
    assert counts(connection, "blind_window", "home_look") == (2, 1)


def test_silences_go_a_month_after_their_end(connection: sqlite3.Connection) -> None:
    """Until then a digest can say who silenced what; one that runs for a year stays for a year."""
    for one in (silence(until=START), silence("s-m2p", until=START + 300 * DAY)):
        connection.execute("INSERT INTO silence VALUES (?, ?, ?)", (one.id, one.until, encode(one)))

    assert [_purge(connection, days) for days in (29.9, 30.1, 329.9, 330.1)] == [[], [1], [], [1]]


def test_titles_go_a_week_after_the_end(connection: sqlite3.Connection) -> None:
    """From the incident and from every message that showed it; the rest of the row stays."""
    _tell(connection, state=IncidentState.RESOLVED, resolved_at=START)
    _purge(connection, 6.9)
    assert titled(members(connection, "k7fq.1", "desk")[0].snapshot)

    _purge(connection, 7.1)
    kept = decode(connection.execute("SELECT doc FROM incident").fetchone()["doc"], Incident)
    shown = members(connection, "k7fq.1", "desk")[0].snapshot
    assert not titled(kept)
    assert not titled(shown)
    assert kept.facts.sessions[0].harness == shown.facts.sessions[0].harness == "codex"


def test_titles_of_incidents_without_a_row_go(connection: sqlite3.Connection) -> None:
    """A snapshot whose incident a damaged file took away is nobody's."""
    row = notification(state=SENT)
    write_plan(connection, Plan(notifications=(row,), members=(member(row, incident()),)), moment())
    _purge(connection, 1)
    assert not titled(members(connection, row.id, "desk")[0].snapshot)


def test_a_history_without_end_keeps_its_latest_steps(connection: sqlite3.Connection) -> None:
    """Something that goes to and fro for weeks is open all the time; other histories stay whole."""
    write_plan(connection, Plan(incidents=(incident(), event()), steps=KEEP_STEPS * (step(event()),)), moment())
    write_plan(connection, Plan(steps=tuple(step(incident(), minutes=turn) for turn in range(KEEP_STEPS + 7))), moment())
    assert _purge(connection, 1) == [7]
    kept = connection.execute("SELECT incident, count(*), min(at) FROM history GROUP BY incident ORDER BY incident").fetchall()
    assert [tuple(row) for row in kept] == [("b3xm", KEEP_STEPS, START), ("k7fq", KEEP_STEPS, at(7).wall)]


def test_batches_are_small(connection: sqlite3.Connection) -> None:
    """No transaction touches more than a batch of rows, and all of them go in the end."""
    many = tuple(event(f"e{number}", occurrence=str(number)) for number in range(BATCH + 20))
    write_plan(connection, Plan(incidents=many), moment())
    assert _purge(connection, 8) == [BATCH, 20]
    assert _purge(connection, 31) == [BATCH, 20]
    assert counts(connection, "incident") == (0,)


def test_samples_go_after_a_day(connection: sqlite3.Connection) -> None:
    """What a minute was like is of use only around a fault."""
    keep_samples(connection, [Sample("/h", START), Sample("/h", START + DAY)])
    _purge(connection, 1.5)
    assert counts(connection, "sample") == (1,)
