"""Rows of the outbox to dataclasses and back. The columns are those of `schema`."""

import json
import sqlite3
from collections.abc import Collection

from coven_watchdog.model.digests import Digest
from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.telling import Member, Notification
from coven_watchdog.model.words import Kind, NotificationState, Reason, Suppression
from coven_watchdog.store.codec import decode, encode, titled, word

_KINDS = """
    SELECT json_extract(snapshot, '$.kind') AS kind, count(*) AS members FROM notification_incident
    WHERE notification = :id AND channel = :channel GROUP BY 1"""
_WORST = """
    SELECT * FROM notification_incident WHERE notification = :id AND channel = :channel
    ORDER BY :id <> incident || substr(:id, instr(:id, '.')), json_extract(snapshot, '$.resolved_at') IS NOT NULL,
             CASE json_extract(snapshot, '$.severity') WHEN 'critical' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, rowid
    LIMIT :limit"""
OWED = """
    SELECT word.incident, word.channel FROM notification_incident AS word
    JOIN incident AS about ON about.id = word.incident AND about.opening = word.opening
    JOIN notification AS row ON row.id = word.notification AND row.channel = word.channel
    WHERE word.incident IN (SELECT value FROM json_each(:incidents))
    GROUP BY word.incident, word.channel
    HAVING max(word.role = 'resolved' AND row.suppression IS 'quiet_hours')
       AND NOT max(word.role IN ('resolved', 'late') AND row.suppression IS NULL)"""
"""Of these `:incidents` (`listed`), with the channels for which the latest opening is not over: quiet hours hold back its end."""
UNTRIED = "state = 'queued' AND attempts = 0"
"""A message that nobody has begun to send: it may still be changed."""


def listed(values: Collection[str | int]) -> str:
    """A parameter for `IN (SELECT value FROM json_each(?))`: any number of values with one statement."""
    return json.dumps(list(values))


def notification(row: sqlite3.Row) -> Notification:
    """One outbox row.

    Raises:
        StoreError: a word in it is not one of ours.
    """
    return Notification(
        id=row["id"],
        channel=row["channel"],
        incident=row["incident"],
        reason=word(row["reason"], Reason),
        state=word(row["state"], NotificationState),
        fact_at=row["fact_at"],
        committed_at=row["committed_at"],
        due_at=row["due_at"],
        suppression=word(row["suppression"], Suppression) if row["suppression"] else None,
        sent_at=row["sent_at"],
        attempts=row["attempts"],
        next_attempt_at=row["next_attempt_at"],
        group=bool(row["grouped"]),
    )


def digest(row: sqlite3.Row) -> Digest | None:
    """What a digest's row says; None for other rows.

    Raises:
        StoreError: it cannot be read.
    """
    return decode(row["doc"], Digest) if row["doc"] else None


def insert_notification(connection: sqlite3.Connection, new: Notification, digest: Digest | None = None) -> None:
    """Add an outbox row, with what it says if it is a digest; its id must be new on its channel."""
    connection.execute(
        """INSERT INTO notification (id, channel, incident, reason, state, suppression, fact_at, committed_at, due_at,
                                     sent_at, attempts, next_attempt_at, grouped, doc)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            new.id,
            new.channel,
            new.incident,
            new.reason,
            new.state,
            new.suppression,
            new.fact_at,
            new.committed_at,
            new.due_at,
            new.sent_at,
            new.attempts,
            new.next_attempt_at,
            new.group,
            None if digest is None else encode(digest),
        ),
    )


def members(connection: sqlite3.Connection, notification_id: str, channel: str) -> tuple[Member, ...]:
    """The incidents inside one message, in the order in which they joined."""
    rows = connection.execute(
        "SELECT * FROM notification_incident WHERE notification = ? AND channel = ? ORDER BY rowid",
        (notification_id, channel),
    )
    return tuple(_member(row) for row in rows)


def worst_members(
    connection: sqlite3.Connection, notification_id: str, channel: str, limit: int
) -> tuple[tuple[Member, ...], dict[Kind, int]]:
    """The members of a message; of a very big one the worst, with how many of each kind there are in all.

    What is still so is worse than what is over. The one that opened the message is always among them.
    """
    values = {"id": notification_id, "channel": channel, "limit": limit}
    kinds = connection.execute(_KINDS, values).fetchall()
    if sum(row["members"] for row in kinds) <= limit:
        return members(connection, notification_id, channel), {}

    rows = connection.execute(_WORST, values)
    return tuple(_member(row) for row in rows), {word(row["kind"], Kind): row["members"] for row in kinds}


def _member(row: sqlite3.Row) -> Member:
    return Member(
        notification=row["notification"],
        channel=row["channel"],
        incident=row["incident"],
        role=word(row["role"], Reason),
        snapshot=decode(row["snapshot"], Incident),
    )


def put_member(connection: sqlite3.Connection, member: Member, opening: int) -> None:
    """Put an incident into a message, or renew how it stands there."""
    connection.execute(
        """INSERT INTO notification_incident (notification, channel, incident, role, opening, titled, snapshot)
           VALUES (?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET role = excluded.role, opening = excluded.opening, titled = excluded.titled,
                                     snapshot = excluded.snapshot""",
        (
            member.notification,
            member.channel,
            member.incident,
            member.role,
            opening,
            titled(member.snapshot),
            encode(member.snapshot),
        ),
    )
