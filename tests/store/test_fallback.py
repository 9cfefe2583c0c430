"""What is done with a file that cannot be used."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from coven_watchdog.errors import StoreBusyError, StoreError, StoreUnwritableError
from coven_watchdog.model.incidents import Ack
from coven_watchdog.model.telling import Plan
from coven_watchdog.model.words import IncidentState, NotificationState, Reason
from coven_watchdog.store.connection import FILE_NAME, connect
from coven_watchdog.store.fallback import empty, remembered, remembered_file, rescued, set_aside, write_back
from coven_watchdog.store.memory import load
from coven_watchdog.store.migrations import NEWEST, version
from coven_watchdog.store.naming import incident_named
from coven_watchdog.store.requests import acknowledge, add_silence, remove_silence, request_test, unacknowledge
from coven_watchdog.store.rows import notification as read
from coven_watchdog.store.writing import write_plan
from store.builders import START, counts, event, incident, moment, notification, silence, story

STAMP = "20260528T202640Z"


def _names(directory: Path) -> set[str]:
    return {file.name for file in directory.iterdir()}


def test_a_file_moved_aside_keeps_its_companions(tmp_path: Path) -> None:
    """Together under one name with the time in UTC, so that they can still be opened together."""
    path = tmp_path / FILE_NAME
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").write_text(suffix)

    target = set_aside(path, "damaged", START)
    assert target == tmp_path / f"{FILE_NAME}.damaged-{STAMP}"
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {
        f"{FILE_NAME}.damaged-{STAMP}{suffix}": suffix for suffix in ("", "-wal", "-shm")
    }


def test_an_older_file_aside_is_not_overwritten(tmp_path: Path) -> None:
    """A second one within the same second gets a number, and so does a third."""
    path = tmp_path / FILE_NAME
    for _ in range(3):
        path.touch()
        set_aside(path, "unread", START)

    plain = f"{FILE_NAME}.unread-{STAMP}"
    assert _names(tmp_path) == {plain, f"{plain}-2", f"{plain}-3"}


def test_what_cannot_be_moved_is_an_error(tmp_path: Path) -> None:
    """It is said, not passed over."""
    with pytest.raises(StoreUnwritableError):
        set_aside(tmp_path / FILE_NAME, "damaged", START)


def test_everything_is_remembered(connection: sqlite3.Connection) -> None:
    """A sound source is copied whole, and what is written to the copy stays there."""
    write_plan(connection, story(incident(), notification()), moment())
    memory, complete = remembered(connection, START)
    with closing(memory):
        assert complete
        assert load(memory, moment()) == load(connection, moment())
        write_plan(memory, story(event()), moment())
        assert (counts(memory, "incident"), counts(connection, "incident")) == ((2,), (1,))


def test_rows_are_rescued_from_what_is_left(connection: sqlite3.Connection) -> None:
    """Tables that can be read come along; one that cannot does not take the others with it."""
    write_plan(connection, story(incident(), notification()), moment())
    connection.execute("DROP TABLE history")
    connection.execute("DROP TABLE attempt")
    with closing(rescued(connection, START)) as memory:
        assert counts(memory, "incident", "notification", "notification_incident", "history") == (1, 1, 1, 0)


def test_a_source_that_is_no_database_gives_an_empty_memory(tmp_path: Path) -> None:
    """And that is not everything that there was."""
    path = tmp_path / FILE_NAME
    path.write_bytes(b"junk" * 2000)
    with closing(sqlite3.connect(path)) as source:
        memory, complete = remembered(source, START)

    with closing(memory):
        assert (complete, version(memory), counts(memory, "incident")) == (False, NEWEST, (0,))


def test_a_file_is_remembered(connection: sqlite3.Connection, tmp_path: Path) -> None:
    """Also what stands only in the write-ahead log."""
    write_plan(connection, story(incident()), moment())
    memory, complete = remembered_file(tmp_path / FILE_NAME, START)
    with closing(memory):
        assert (complete, counts(memory, "incident")) == (True, (1,))


def test_no_file_is_remembered_as_nothing(tmp_path: Path) -> None:
    """Nothing is everything that there was."""
    memory, complete = remembered_file(tmp_path / "nowhere" / FILE_NAME, START)
    with closing(memory):
        assert (complete, counts(memory, "incident")) == (True, (0,))


def test_an_unreadable_file_is_not_nothing(tmp_path: Path) -> None:
    """Something is there that memory does not know."""
    (tmp_path / FILE_NAME).mkdir()
    memory, complete = remembered_file(tmp_path / FILE_NAME, START)
    memory.close()
    assert not complete


def test_a_newer_file_is_not_remembered(connection: sqlite3.Connection, tmp_path: Path) -> None:
    """What another version wrote is not to be understood, and not to be worked on."""
    connection.execute("INSERT INTO migration VALUES (?, 'later', 1)", (NEWEST + 1,))
    with pytest.raises(StoreError, match="newer"):
        remembered_file(tmp_path / FILE_NAME, START)


def test_memory_is_written_back_whole(connection: sqlite3.Connection, tmp_path: Path) -> None:
    """The file holds what memory holds, still in WAL mode, and readers that have it open see it."""
    write_plan(connection, story(incident("gone")), moment())
    with closing(empty(START)) as memory, closing(connect(tmp_path / FILE_NAME)) as reader:
        assert counts(reader, "incident") == (1,)
        write_plan(memory, Plan(incidents=(incident("aaaa"), event("bbbb"))), moment())
        write_back(memory, connection, "x")
        assert [row["id"] for row in reader.execute("SELECT id FROM incident ORDER BY id")] == ["aaaa", "bbbb"]
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_a_test_asked_for_meanwhile_is_not_lost(connection: sqlite3.Connection, tmp_path: Path) -> None:
    """A request that reached the file while memory was in use is taken over; one that memory has sent is not queued again."""
    known = notification("t.1", reason=Reason.TEST)
    write_plan(connection, Plan(notifications=(known,)), moment())
    memory, _ = remembered(connection, START)
    with closing(memory):
        memory.execute("UPDATE notification SET state = 'sent'")
        write_plan(memory, Plan(notifications=(notification("k7fq.1"),)), moment())
        asked = request_test(tmp_path / FILE_NAME, ["desk"], START)
        write_back(memory, connection, "x")

    rows = [read(row) for row in connection.execute("SELECT * FROM notification ORDER BY seq")]
    assert [(row.id, row.state) for row in rows] == [
        ("t.1", NotificationState.SENT),
        ("k7fq.1", NotificationState.QUEUED),
        (asked[0], NotificationState.QUEUED),
    ]


def test_a_silence_asked_for_meanwhile_is_not_lost(connection: sqlite3.Connection, tmp_path: Path) -> None:
    """Nor is it that one was removed: commands know only the file."""
    path = tmp_path / FILE_NAME
    add_silence(path, silence("s-old"))
    memory, _ = remembered(connection, START)
    with closing(memory):
        add_silence(path, silence("s-new"))
        remove_silence(path, "s-old", START + 1, "ada")
        write_back(memory, connection, "x")

    assert [tuple(row) for row in connection.execute("SELECT id, until FROM silence ORDER BY id")] == [
        ("s-new", silence().until),
        ("s-old", START + 1),
    ]


def test_an_acknowledgement_made_meanwhile_is_not_lost(connection: sqlite3.Connection, tmp_path: Path) -> None:
    """Made or taken back, of what is open still; one of an opening that is over stays with that, and memory knows the rest better."""
    path, ack = tmp_path / FILE_NAME, Ack(START, "ada")
    names = ("made", "undone", "again", "over", "gone")
    acknowledged = {"undone"}
    for name in names:
        write_plan(connection, story(incident(name, subject=name, ack=ack if name in acknowledged else None)), moment())

    connection.execute("UPDATE incident SET doc = 'junk' WHERE id = 'gone'")
    memory, _ = remembered(connection, START)
    with closing(memory):
        for name in ("made", "again", "over"):
            acknowledge(path, name, ack)

        unacknowledge(path, "undone", START, "ada")
        later = (
            incident("made", subject="made", tellings=7),
            incident("again", subject="again", reopenings=(START,)),
            incident("over", subject="over", state=IncidentState.RESOLVED),
            incident("new", subject="new"),
        )
        write_plan(memory, Plan(incidents=later), moment())
        write_back(memory, connection, "x")

    kept = {name: incident_named(connection, name) for name in ("made", "undone", "again", "over", "new")}
    assert {name: one.ack for name, one in kept.items()} == {
        "made": ack,
        "undone": None,
        "again": None,
        "over": None,
        "new": None,
    }
    assert kept["made"].tellings == 7


def test_a_held_file_is_not_waited_for_without_end(connection: sqlite3.Connection, tmp_path: Path) -> None:
    """Writing back gives up, and the file is as it was."""
    with closing(connect(tmp_path / FILE_NAME, busy_seconds=0.01)) as file, closing(empty(START)) as memory:
        write_plan(connection, story(incident()), moment())
        connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusyError):
            write_back(memory, file, "x")

        assert counts(file, "incident") == (1,)
