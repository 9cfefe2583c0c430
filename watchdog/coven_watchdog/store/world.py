"""What `plan` needs to know, read inside the transaction that will hold the plan. In: ids; out: a `World`."""

import sqlite3
from collections.abc import Collection, Iterable

from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.telling import Lane, Notification, Silence, Told, World
from coven_watchdog.model.time import HOUR
from coven_watchdog.store.codec import decode
from coven_watchdog.store.rows import UNTRIED, listed, notification

# A digest line tells nobody of an incident. A resolved incident that is asked for is about to open anew: of that opening
# nothing was told yet, unless it is unstable, which is one opening until it is calm.
_TOLD = """
    SELECT told.incident AS about, notification.*
    FROM notification_incident AS told
    JOIN incident ON incident.id = told.incident AND incident.opening = told.opening
    JOIN notification ON notification.id = told.notification AND notification.channel = told.channel
    WHERE told.incident IN (SELECT value FROM json_each(?)) AND told.channel IN (SELECT value FROM json_each(?))
      AND told.role <> 'digest' AND (incident.state <> 'resolved' OR json_extract(incident.doc, '$.unstable'))
    ORDER BY notification.seq"""
# rows of the future were written before the wall clock was set back: they say nothing about the last hour
_LAST = """
    SELECT due_at, grouped AND due_at > committed_at AS waited FROM notification
    WHERE channel = ? AND committed_at BETWEEN ? AND ? AND state <> 'withheld' AND reason <> 'test'
    ORDER BY due_at DESC, seq DESC LIMIT 1"""
_COLLECTING = f"""
    SELECT * FROM notification
    WHERE channel = ? AND committed_at <= ? AND due_at > ? AND grouped = 1 AND {UNTRIED}
    ORDER BY due_at, seq LIMIT 1"""  # noqa: S608 - no value of others
_SENT = """
    SELECT count(*) FROM notification
    WHERE channel = ? AND state = 'sent' AND sent_at BETWEEN ? AND ? AND reason <> 'test'"""


def read_world(
    connection: sqlite3.Connection,
    incidents: Collection[str],
    homes: Collection[str],
    channels: Collection[str],
    now: int,
) -> World:
    """Read the world of these incident ids, homes and channel names. `now`: wall µs.

    `told` speaks of the incidents asked for and of every open one: what was withheld from those may be told now.
    """
    open_incidents = _open(connection, homes)
    asked = {*incidents, *(incident.id for incident in open_incidents)}
    return World(
        incidents={incident.id: incident for incident in _by_id(connection, incidents)},
        open_incidents=open_incidents,
        told=_told(connection, asked, channels),
        lanes={channel: _lane(connection, channel, now) for channel in channels},
        silences=_silences(connection, now),
        sent_last_hour={channel: _sent(connection, channel, now) for channel in channels},
    )


def _by_id(connection: sqlite3.Connection, ids: Collection[str]) -> tuple[Incident, ...]:
    rows = connection.execute("SELECT doc FROM incident WHERE id IN (SELECT value FROM json_each(?))", (listed(ids),))
    return tuple(decode(row["doc"], Incident) for row in rows)


def _open(connection: sqlite3.Connection, homes: Collection[str]) -> tuple[Incident, ...]:
    rows = connection.execute(
        """SELECT doc FROM incident WHERE state = 'open' AND home IN (SELECT value FROM json_each(?))
           ORDER BY opened_at, id""",
        (listed(homes),),
    )
    return tuple(decode(row["doc"], Incident) for row in rows)


def _told(connection: sqlite3.Connection, incidents: Collection[str], channels: Collection[str]) -> dict[tuple[str, str], Told]:
    """What each channel was told about each incident since it last opened; nothing for pairs without a row."""
    pairs: dict[tuple[str, str], list[Notification]] = {}
    for row in connection.execute(_TOLD, (listed(incidents), listed(channels))):
        pairs.setdefault((row["about"], row["channel"]), []).append(notification(row))

    return {pair: _summary(rows) for pair, rows in pairs.items()}


def _summary(rows: Iterable[Notification]) -> Told:
    """`rows` in the order of their writing."""
    told, withheld = [], set()
    for row in rows:
        if row.suppression is not None:
            withheld.add(row.suppression)
        else:
            told.append(row)

    hidden = frozenset(withheld)
    return Told(told[0], told[-1], hidden) if told else Told(withheld=hidden)


def _lane(connection: sqlite3.Connection, channel: str, now: int) -> Lane:
    last = connection.execute(_LAST, (channel, now - HOUR, now)).fetchone()
    collecting = connection.execute(_COLLECTING, (channel, now, now)).fetchone()
    return Lane(
        last_due=last["due_at"] if last else None,
        last_was_group=bool(last["waited"]) if last else False,
        collecting=notification(collecting) if collecting else None,
    )


def _sent(connection: sqlite3.Connection, channel: str, now: int) -> int:
    """How many messages went out within the last hour."""
    return int(connection.execute(_SENT, (channel, now - HOUR, now)).fetchone()[0])


def _silences(connection: sqlite3.Connection, now: int) -> tuple[Silence, ...]:
    rows = connection.execute("SELECT doc FROM silence WHERE until > ? ORDER BY until, id", (now,))
    return tuple(decode(row["doc"], Silence) for row in rows)
