"""The ledger: a real SQLite file in WAL mode. Every call opens and closes a connection, so a reader touches the WAL as in Coven.

Rows come out as the API's JSON objects, keys in Coven's order (seen on 0.4.6).
"""

import json
import sqlite3
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from coven_watchdog import clock
from coven_watchdog.model.time import MINUTE, SECOND
from coven_watchdog.simulated import stamps

Json = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (
    id TEXT PRIMARY KEY NOT NULL, project_root TEXT NOT NULL, harness TEXT NOT NULL, title TEXT NOT NULL,
    status TEXT NOT NULL, exit_code INTEGER, archived_at TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
    conversation_id TEXT, familiar_id TEXT, execution_binding TEXT, labels TEXT, visibility TEXT NOT NULL DEFAULT 'private',
    external INTEGER NOT NULL DEFAULT 0, transcript_path TEXT);
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
    kind TEXT NOT NULL, payload_json TEXT NOT NULL, created_at TEXT NOT NULL);
"""
_COLUMNS = (
    *("id", "project_root", "harness", "title", "status", "exit_code", "archived_at", "created_at", "updated_at"),
    *("conversation_id", "familiar_id", "execution_binding", "labels", "visibility", "external", "transcript_path"),
)
_INSERT = f"INSERT INTO sessions ({', '.join(_COLUMNS)}) VALUES ({', '.join(':' + column for column in _COLUMNS)})"  # noqa: S608 - constants only
_BUSY_SECONDS = 5
_CREATED_LIMIT = 10 * MINUTE
_REAP_EVERY = 60 * SECOND


class Ledger:
    """The sessions and events of one home. Thread-safe: each call has its own connection.

    Args:
        path: the database file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._anchor: sqlite3.Connection | None = None
        self._reaped_at = 0

    def open(self, started_at: str) -> None:
        """Create the tables, then take over what the last daemon left: running rows become orphaned, without an event.

        Raises:
            sqlite3.DatabaseError: the file is no database.
        """
        with self._connected() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_SCHEMA)
            connection.execute(
                "UPDATE sessions SET status = 'orphaned', updated_at = ? WHERE status = 'running' AND NOT external",
                [started_at],
            )

        self._reap()

    def anchor(self) -> None:
        """Keep one connection for good: the WAL of a living daemon is never checkpointed away by a passing reader."""
        self._anchor = sqlite3.connect(self._path, check_same_thread=False)
        self._anchor.execute("SELECT count(*) FROM sessions").fetchone()

    def insert(self, row: Mapping[str, Any]) -> None:
        """Add a session row; missing columns take Coven's defaults."""
        with self._connected() as connection:
            connection.execute(_INSERT, _complete(row))

    def seed(self, rows: list[Mapping[str, Any]]) -> None:
        """Add many rows in one transaction."""
        with self._connected() as connection:
            connection.executemany(_INSERT, [_complete(row) for row in rows])

    def row(self, session: str) -> Json | None:
        """One session, archived or not; None when there is no such row."""
        with self._connected() as connection:
            found = connection.execute(f"{_SELECT} WHERE id = ?", [session]).fetchone()

        return None if found is None else _shown(found)

    def rows(self, *, after: tuple[str, str] | None = None, limit: int = -1, archived: bool = False) -> list[Json]:
        """Rows, newest first. `after` is the (created_at, id) of the last row of the page before; limit -1 means all."""
        self._reap()
        with self._connected() as connection:
            found = connection.execute(
                f"{_SELECT} WHERE (:archived OR archived_at IS NULL)"
                " AND (:created IS NULL OR (created_at, id) < (:created, :id)) ORDER BY created_at DESC, id DESC LIMIT :limit",
                {"archived": archived, "limit": limit, "created": after and after[0], "id": after and after[1]},
            ).fetchall()

        return [_shown(row) for row in found]

    def end(self, session: str, status: str, exit_code: int | None, at: str | None = None) -> None:
        """Record, as of now unless said otherwise, how a running session ended; a row that is not running any more keeps its word (killed, orphaned)."""
        with self._connected() as connection:
            connection.execute(
                "UPDATE sessions SET status = ?, exit_code = ?, updated_at = ? WHERE id = ? AND status = 'running'",
                [status, exit_code, at or stamps.now(), session],
            )

    def archive(self, session: str) -> None:
        """Take a row off the lists; its status stays."""
        with self._connected() as connection:
            connection.execute(
                "UPDATE sessions SET archived_at = :at, updated_at = :at WHERE id = :id", {"at": stamps.now(), "id": session}
            )

    def sacrifice(self, session: str) -> None:
        """Delete a row and its events."""
        with self._connected() as connection:
            connection.execute("DELETE FROM sessions WHERE id = ?", [session])

    def add_event(self, session: str, kind: str, payload: Mapping[str, Any], at: str | None = None) -> None:
        """Append an event, of now unless said otherwise. `seq` counts over all sessions."""
        event = [str(uuid.uuid4()), session, kind, json.dumps(payload, separators=(",", ":")), at or stamps.now()]
        with self._connected() as connection:
            connection.execute(
                "INSERT INTO events (id, session_id, kind, payload_json, created_at) VALUES (?, ?, ?, ?, ?)", event
            )

    def events(self, session: str, after: int, limit: int) -> list[Json]:
        """Events of a session with a `seq` above `after`, oldest first."""
        with self._connected() as connection:
            found = connection.execute(
                "SELECT seq, id, session_id, kind, payload_json, created_at FROM events"
                " WHERE session_id = ? AND seq > ? ORDER BY seq LIMIT ?",
                [session, after, limit],
            ).fetchall()

        return [dict(row) for row in found]

    def _reap(self) -> None:
        """Fail rows that were `created` 10 min ago and never started; at most once a minute, when somebody lists."""
        wall = clock.now().wall
        if wall - self._reaped_at < _REAP_EVERY:
            return

        self._reaped_at = wall
        with self._connected() as connection:
            connection.execute(
                "UPDATE sessions SET status = 'failed', updated_at = ? WHERE status = 'created' AND created_at < ?",
                [stamps.written(wall), stamps.written(wall - _CREATED_LIMIT)],
            )

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS)
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA foreign_keys = ON")
            with connection:
                yield connection

        finally:
            connection.close()


_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM sessions"  # noqa: S608 - constants only


def _complete(row: Mapping[str, Any]) -> Json:
    at = stamps.now()
    defaults = {"project_root": "/", "harness": "codex", "title": "", "status": "created", "created_at": at, "updated_at": at}
    return (
        dict.fromkeys(_COLUMNS)
        | {"id": str(uuid.uuid4()), "visibility": "private", "external": False}
        | defaults
        | dict(row)
        | {"labels": None}
    )


def _shown(row: sqlite3.Row) -> Json:
    return dict(row) | {"labels": [], "external": bool(row["external"])}
