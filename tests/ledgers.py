"""Ledgers as Coven writes them (seen on 0.4.6), made by hand."""

import sqlite3
from contextlib import closing
from pathlib import Path

TABLES = """
CREATE TABLE sessions (
    id TEXT PRIMARY KEY NOT NULL, project_root TEXT NOT NULL, harness TEXT NOT NULL, title TEXT NOT NULL, status TEXT NOT NULL,
    exit_code INTEGER, archived_at TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL, conversation_id TEXT, labels TEXT,
    visibility TEXT NOT NULL DEFAULT 'private', familiar_id TEXT, external INTEGER NOT NULL DEFAULT 0);
CREATE TABLE events (
    id TEXT PRIMARY KEY NOT NULL, session_id TEXT NOT NULL, kind TEXT NOT NULL, payload_json TEXT NOT NULL, created_at TEXT NOT NULL);
"""
AT = "2026-11-22T07:57:37.309922038Z"


def ledger(home: Path, *sessions: dict[str, object], events: tuple[tuple[str, str, str], ...] = ()) -> Path:
    """One with these sessions (id and what differs from a finished one) and events (session, kind, payload)."""
    path = home / "coven.sqlite3"
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(TABLES)
        for number, one in enumerate(sessions):
            row = {
                "project_root": "/home/ada/shop",
                "harness": "codex",
                "title": "a title",
                "status": "completed",
                "exit_code": 0,
                "created_at": f"2026-11-22T07:{number // 60 % 60:02d}:{number % 60:02d}.000000001Z",
                "updated_at": AT,
            } | one
            names = ", ".join(row)
            database.execute(f"INSERT INTO sessions ({names}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))

        rows = [(f"e{number}", *event, AT) for number, event in enumerate(events)]
        database.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?)", rows)

    return path
