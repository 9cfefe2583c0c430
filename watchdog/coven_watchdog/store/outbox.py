"""The outbox: which message of a channel is next, who has it in hand, and what became of it. Counterpart: `deliver`.

Messages of one channel keep their order: a message that is in hand or waits for its next try holds back those behind it.
Other channels are not held back. Times are wall µs.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field

from coven_watchdog.errors import StoreError
from coven_watchdog.model.digests import Digest
from coven_watchdog.model.telling import Attempt, Member, Notification
from coven_watchdog.model.words import Kind, NotificationState
from coven_watchdog.store.codec import whole
from coven_watchdog.store.rows import digest, listed, notification, worst_members

# A row that was written or tried in the future is older than it looks, the wall clock was set back: it is due at once.
_COLUMNS = """
    *, CASE WHEN committed_at > :now THEN :now ELSE due_at END AS opens_at,
       CASE WHEN ifnull(claimed_at, 0) > :now THEN :now ELSE ifnull(next_attempt_at, 0) END AS retry_at"""
_NEXT = f"""
    SELECT {_COLUMNS} FROM notification WHERE channel = :channel AND state = 'queued' ORDER BY opens_at, seq LIMIT 1"""  # noqa: S608 - no value of others
# Members are numbered in the order in which their words were decided.
_EARLIER = f"""
    SELECT {_COLUMNS} FROM notification WHERE channel = :channel AND state = 'queued' AND seq = (
        SELECT other.seq FROM notification_incident AS word
        JOIN notification_incident AS before
          ON before.incident = word.incident AND before.channel = word.channel AND before.rowid < word.rowid
        JOIN notification AS other ON other.id = before.notification AND other.channel = before.channel
        WHERE word.notification = :id AND word.channel = :channel AND other.state = 'queued'
          AND other.seq NOT IN (SELECT value FROM json_each(:passed))
        ORDER BY before.rowid LIMIT 1)"""  # noqa: S608 - the same
_CLAIM = """
    UPDATE notification SET claimed_by = ?, claimed_at = ?, next_attempt_at = NULL, attempts = attempts + 1
    WHERE seq = ? AND state = 'queued' AND claimed_by IS NULL"""
_SETTLE = """
    UPDATE notification SET state = ?, sent_at = ?, next_attempt_at = ?, claimed_by = NULL
    WHERE id = ? AND channel = ? AND state = 'queued' AND claimed_by = ?"""
_RECEIPTS = """
    SELECT DISTINCT attempt.receipt FROM attempt
    JOIN notification AS sent ON sent.id = attempt.notification AND sent.channel = attempt.channel
    JOIN notification_incident AS told ON told.notification = sent.id AND told.channel = sent.channel
    WHERE told.channel = :channel AND sent.state = 'sent' AND attempt.receipt <> ''
      AND told.incident IN (SELECT incident FROM notification_incident WHERE notification = :notification AND channel = :channel)
    ORDER BY sent.seq DESC, attempt.number DESC"""


_MEMBERS = 100
"""More than a person reads, and few enough for any memory."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A message in hand. `notification.attempts` counts this try. `receipts`: of earlier ones, newest first.

    `kinds`: how many incidents of each kind it tells of, when `members` are only the worst of them. `digest`: what it says, if
    it is one.
    """

    notification: Notification
    members: tuple[Member, ...]
    receipts: tuple[str, ...]
    by: str
    digest: Digest | None = None
    kinds: Mapping[Kind, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Head:
    """The row of the outbox that is next, and when it may go (wall µs)."""

    row: sqlite3.Row
    ready_at: int


def next_due(connection: sqlite3.Connection, channel: str, now: int) -> int | None:
    """When the channel's next message may be claimed; None when nothing waits, or while the one in front is in hand."""
    head = _head(connection, channel, now)
    return None if head is None or head.row["claimed_by"] is not None else head.ready_at


def claim(connection: sqlite3.Connection, channel: str, now: int, by: str) -> Claim | None:
    """Take the channel's next message in hand, if it is time; the try is counted before it is made."""
    head = _head(connection, channel, now)
    if head is None or head.ready_at > now or connection.execute(_CLAIM, (by, now, head.row["seq"])).rowcount != 1:
        return None

    seq, name = head.row["seq"], head.row["id"]
    row = connection.execute("SELECT * FROM notification WHERE seq = ?", (seq,)).fetchone()
    receipts = connection.execute(_RECEIPTS, {"channel": channel, "notification": name}).fetchall()
    found, kinds = worst_members(connection, name, channel, _MEMBERS)
    return Claim(
        notification=notification(row),
        members=found,
        kinds=kinds,
        receipts=tuple(receipt[0] for receipt in receipts),
        by=by,
        digest=digest(row),
    )


def _head(connection: sqlite3.Connection, channel: str, now: int) -> _Head | None:
    """What is due first; before it, whatever holds an earlier word about the same incident.

    A group that collects waits longer than what is urgent, and a wall clock that was set back turns the order of times round:
    neither may make the last word about an incident an old one.
    """
    row = connection.execute(_NEXT, {"channel": channel, "now": now}).fetchone()
    if row is None:
        return None

    opens_at, passed = row["opens_at"], [row["seq"]]
    while earlier := _earlier(connection, row, passed, now):
        row = earlier
        passed.append(row["seq"])

    return _Head(row, max(opens_at, row["retry_at"]))


def _earlier(connection: sqlite3.Connection, row: sqlite3.Row, passed: list[int], now: int) -> sqlite3.Row | None:
    """A message that must go before this one; none that was come by already."""
    values = {"channel": row["channel"], "id": row["id"], "now": now, "passed": listed(passed)}
    found: sqlite3.Row | None = connection.execute(_EARLIER, values).fetchone()
    return found


def settle(
    connection: sqlite3.Connection, claimed: Claim, attempt: Attempt, state: NotificationState, next_attempt_at: int | None
) -> None:
    """Record what came of a claim: the try, and where the message stands now. QUEUED means it is tried again.

    Raises:
        StoreError: the message is not in these hands (any more).
    """
    row = claimed.notification
    sent_at = attempt.at if state is NotificationState.SENT else None
    retry_at = next_attempt_at if state is NotificationState.QUEUED else None
    changed = connection.execute(_SETTLE, (state, sent_at, retry_at, row.id, row.channel, claimed.by)).rowcount
    if changed != 1:
        message = f"{row.id} on {row.channel} is in other hands"
        raise StoreError(message)

    connection.execute(
        "INSERT INTO attempt (notification, channel, number, at, outcome, error, receipt) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (row.id, row.channel, row.attempts, attempt.at, attempt.outcome, whole(attempt.error), whole(attempt.receipt)),
    )


def release(connection: sqlite3.Connection, by: str, channel: str | None) -> int:
    """Put messages back: those that other runs had in hand, or, with `channel`, whatever of that channel is in hand.

    They may have been sent: they go out again under the same id. Returns how many.
    """
    where, values = ("channel = ?", channel) if channel is not None else ("claimed_by <> ?", by)
    return connection.execute(
        f"UPDATE notification SET claimed_by = NULL WHERE state = 'queued' AND claimed_by IS NOT NULL AND {where}",  # noqa: S608
        (values,),
    ).rowcount
