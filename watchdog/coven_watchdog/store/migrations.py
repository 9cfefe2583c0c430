"""Bringing a database to the newest schema. In: a connection of any age; out: the same, migrated, or refused untouched."""

import sqlite3
from collections.abc import Sequence
from functools import partial

from coven_watchdog.errors import StoreError
from coven_watchdog.store.connection import transaction
from coven_watchdog.store.schema import MIGRATIONS, Migration

_RECORD = "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, at INTEGER NOT NULL) STRICT"
NEWEST = MIGRATIONS[-1].number


def version(connection: sqlite3.Connection) -> int:
    """The number of the newest migration that this database has; 0 for an empty one. Writes nothing."""
    known = connection.execute("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migration'").fetchone()
    if known is None:
        return 0

    number = connection.execute("SELECT max(number) FROM migration").fetchone()[0]
    return int(number or 0)


def refuse_newer(connection: sqlite3.Connection, where: str, newest: int = NEWEST) -> None:
    """Leave a database of a later version of the watchdog alone.

    Raises:
        StoreError: it was written by a later version; nothing was touched.
    """
    found = version(connection)
    if found > newest:
        message = f"the database was written by a newer coven-watchdog (schema {found}, this one knows {newest})"
        raise StoreError(message, where=where, next_step="install the newer version again, or move the file away")


def migrate(connection: sqlite3.Connection, at: int, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Apply what is missing, each migration in one transaction with its record. `at`: wall µs for that record."""
    for migration in migrations:
        if version(connection) < migration.number:
            transaction(connection, partial(_apply, migration=migration, at=at))


def _apply(connection: sqlite3.Connection, migration: Migration, at: int) -> None:
    """One migration. Another process may have been faster: ask again inside the transaction."""
    if version(connection) >= migration.number:
        return

    for statement in (_RECORD, *migration.statements):
        connection.execute(statement)

    connection.execute("INSERT INTO migration (number, name, at) VALUES (?, ?, ?)", (migration.number, migration.name, at))
