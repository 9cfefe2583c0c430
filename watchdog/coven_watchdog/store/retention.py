"""Forgetting. In: the time; out: how many rows went. One batch is one short transaction, so that nobody waits for it.

Closed incidents go after 30 days, with their history and with the messages that speak of nothing younger; blind windows, silences
that are over and looks at homes no longer watched, too; samples of single minutes go after a day. Titles go 7 days after an incident closed. What is open stays; of a
history that has no end, the latest thousand steps.
"""

import sqlite3

from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.time import DAY
from coven_watchdog.store.codec import decode, encode, untitled

BATCH = 500
_KEEP = 30 * DAY
_KEEP_TITLES = 7 * DAY
_KEEP_SAMPLES = DAY
KEEP_STEPS = 1000

_OLD_INCIDENT = "SELECT id FROM incident WHERE state <> 'open' AND changed_at < :before"
_OLD_MESSAGE = f"""
    SELECT id, channel FROM notification WHERE state <> 'queued' AND committed_at < :before AND NOT EXISTS (
        SELECT 1 FROM notification_incident AS told JOIN incident ON incident.id = told.incident
        WHERE told.notification = notification.id AND told.channel = notification.channel
          AND incident.id NOT IN ({_OLD_INCIDENT}))"""  # noqa: S608 - no value of others
_OLD_STEP = f"""
    EXISTS (
        SELECT 1 FROM (SELECT incident FROM history GROUP BY incident HAVING count(*) > {KEEP_STEPS}) AS long
        WHERE long.incident = history.incident
          AND history.seq <= (
              SELECT seq FROM history AS later WHERE later.incident = long.incident
              ORDER BY seq DESC LIMIT 1 OFFSET {KEEP_STEPS}))"""  # noqa: S608 - no value of others
# children before parents; an incident goes when no message speaks of it any more
_DELETIONS = (
    ("attempt", f"(notification, channel) IN ({_OLD_MESSAGE})"),
    ("notification_incident", f"(notification, channel) IN ({_OLD_MESSAGE})"),
    ("notification", f"(id, channel) IN ({_OLD_MESSAGE})"),
    ("history", f"incident IN ({_OLD_INCIDENT})"),
    ("history", _OLD_STEP),
    ("incident", f"id IN ({_OLD_INCIDENT}) AND id NOT IN (SELECT incident FROM notification_incident)"),  # noqa: S608
    ("blind_window", "until < :before"),
    ("home_look", "seen_at < :before"),
    ("silence", "until < :before"),
    ("sample", f"at < :before + {_KEEP - _KEEP_SAMPLES}"),
)
_TITLED = (
    ("incident", "doc", "titled = 1 AND state <> 'open' AND changed_at < :before"),
    (
        "notification_incident",
        "snapshot",
        "titled = 1 AND incident NOT IN (SELECT id FROM incident WHERE state = 'open' OR changed_at >= :before)",
    ),
)


def purge_batch(connection: sqlite3.Connection, now: int) -> int:
    """Delete or clean at most `BATCH` rows; 0 when there is nothing left to do. `now`: wall µs."""
    for table, where in _DELETIONS:
        gone = _delete(connection, table, where, now - _KEEP)
        if gone:
            return gone

    for table, column, where in _TITLED:
        cleaned = _clean(connection, table, column, where, now - _KEEP_TITLES)
        if cleaned:
            return cleaned

    return 0


def _delete(connection: sqlite3.Connection, table: str, where: str, before: int) -> int:
    return connection.execute(
        f"DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} WHERE {where} LIMIT {BATCH})",  # noqa: S608
        {"before": before},
    ).rowcount


def _clean(connection: sqlite3.Connection, table: str, column: str, where: str, before: int) -> int:
    """Take the titles out of the incidents in these rows."""
    rows = connection.execute(
        f"SELECT rowid, {column} FROM {table} WHERE {where} LIMIT {BATCH}",  # noqa: S608 - names of ours
        {"before": before},
    ).fetchall()
    connection.executemany(
        f"UPDATE {table} SET titled = 0, {column} = ? WHERE rowid = ?",  # noqa: S608 - names of ours
        [(encode(untitled(decode(row[column], Incident))), row["rowid"]) for row in rows],
    )
    return len(rows)
