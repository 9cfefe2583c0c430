"""What a digest is made from, and the digests that were: rows of the database in, a `Chronicle` out; drafts into the outbox.

Times are wall µs.
"""

import sqlite3
from collections.abc import Callable, Collection, Mapping

from coven_watchdog.model.digests import Chronicle, Digest, Untold
from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.looks import BlindWindow
from coven_watchdog.model.telling import Notification, Silence
from coven_watchdog.model.words import Suppression
from coven_watchdog.store.codec import decode, word
from coven_watchdog.store.rows import insert_notification

Draft = Callable[[str, Chronicle, Mapping[str, int]], Collection[tuple[Notification, Digest]]]
"""Makes the messages, of their name, a chronicle, and when each channel got its last digest."""

# the scene is large, and a digest has no use for it
_INCIDENTS = """
    SELECT json_remove(doc, '$.scene') AS doc FROM incident
    WHERE state = 'open' OR changed_at BETWEEN :since AND :until ORDER BY opened_at, id"""
# a line in a digest tells nobody of an incident
_WITHHELD = """
    SELECT row.channel, about.incident, row.committed_at AS at, row.suppression FROM notification AS row
    JOIN notification_incident AS about ON about.notification = row.id AND about.channel = row.channel
    WHERE row.state = 'withheld' AND row.committed_at BETWEEN :since AND :until AND row.reason <> 'digest'
      AND NOT EXISTS (
          SELECT 1 FROM notification_incident AS word
          JOIN notification AS later ON later.id = word.notification AND later.channel = word.channel
          WHERE word.incident = about.incident AND word.channel = row.channel AND later.seq > row.seq
            AND later.state <> 'withheld' AND word.role NOT IN ('digest', 'hidden'))
    ORDER BY row.seq"""
_GIVEN_UP = """
    SELECT channel, incident, committed_at AS at, NULL AS suppression FROM notification
    WHERE state IN ('failed', 'given_up') AND committed_at BETWEEN :since AND :until AND reason NOT IN ('digest', 'test')
    ORDER BY seq"""
_SILENCES = "SELECT doc FROM silence WHERE until > :since ORDER BY until, id"
_BLIND = """
    SELECT * FROM blind_window WHERE since < :until AND (until IS NULL OR until > :since) ORDER BY since, home"""
_LAST = """
    SELECT channel, max(json_extract(doc, '$.until')) AS until FROM notification
    WHERE reason = 'digest' AND state = 'sent' GROUP BY channel"""


def chronicle(connection: sqlite3.Connection, since: int, until: int) -> Chronicle:
    """What is known of the time between.

    Raises:
        StoreError: a row cannot be read.
    """

    def rows(query: str) -> list[sqlite3.Row]:
        return connection.execute(query, {"since": since, "until": until}).fetchall()

    return Chronicle(
        since=since,
        until=until,
        incidents=tuple(decode(row["doc"], Incident) for row in rows(_INCIDENTS)),
        untold=tuple(_untold(row) for query in (_WITHHELD, _GIVEN_UP) for row in rows(query)),
        silences=tuple(decode(row["doc"], Silence) for row in rows(_SILENCES)),
        blind=tuple(BlindWindow(row["home"], row["since"], row["until"], row["why"]) for row in rows(_BLIND)),
    )


def _untold(row: sqlite3.Row) -> Untold:
    why = word(row["suppression"], Suppression) if row["suppression"] else None
    return Untold(row["channel"], row["incident"], row["at"], why)


def last_digests(connection: sqlite3.Connection) -> dict[str, int]:
    """By channel, up to when the last digest went that was sent there."""
    return {row["channel"]: row["until"] for row in connection.execute(_LAST) if row["until"] is not None}


def put_digest(connection: sqlite3.Connection, name: str, since: int, now: int, draft: Draft) -> tuple[Notification, ...]:
    """Put a digest of the time from `since` to `now` into the outbox, unless there is one of that name. Returns its rows."""
    if connection.execute("SELECT 1 FROM notification WHERE incident = ? AND reason = 'digest'", (name,)).fetchone():
        return ()

    drafts = draft(name, chronicle(connection, since, now), last_digests(connection))
    for notification, digest in drafts:
        insert_notification(connection, notification, digest)

    return tuple(notification for notification, _ in drafts)
