"""The tables hold what they promise."""

import sqlite3

import pytest

from coven_watchdog.store.schema import MIGRATIONS, TABLES


def test_every_table_is_strict_and_listed(connection: sqlite3.Connection) -> None:
    """TABLES names every table but the record of migrations, and all are STRICT."""
    rows = connection.execute("SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite%'")
    strict = {row["name"]: row["strict"] for row in rows}
    assert strict == dict.fromkeys((*TABLES, "migration"), 1)


def test_migrations_are_numbered_without_gaps() -> None:
    """They count 1, 2, 3 and so on."""
    assert [migration.number for migration in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))


def test_an_event_is_noted_once(connection: sqlite3.Connection) -> None:
    """The same occurrence under another id is refused by the database itself; a state is not."""
    row = "INSERT INTO incident VALUES (?, 'h', 's', 'k', ?, 'o', 'info', 'noted', 1, 1, NULL, 1, NULL, 0, '{}')"
    connection.execute(row, ("a", "state"))
    connection.execute(row, ("b", "state"))
    connection.execute(row, ("c", "event"))
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(row, ("d", "event"))


def test_the_queue_has_an_index_of_its_own(connection: sqlite3.Connection) -> None:
    """The outbox asks an index that holds only what waits."""
    plan = connection.execute(
        "EXPLAIN QUERY PLAN SELECT * FROM notification WHERE channel = 'desk' AND state = 'queued' ORDER BY due_at, seq LIMIT 1"
    ).fetchall()
    assert ["notification_queued" in row["detail"] for row in plan] == [True]
