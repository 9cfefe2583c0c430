"""What `plan` needs to know, read inside the transaction that will hold the plan. In: ids; out: a `World`."""

import sqlite3
from collections.abc import Collection, Sequence

from coven_watchdog.decide.bucket import REMEMBERED
from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.telling import Lane, Silence, Told, World
from coven_watchdog.model.time import DAY, HOUR
from coven_watchdog.model.words import Kind, Reason, Severity, Suppression
from coven_watchdog.store.codec import decode, word
from coven_watchdog.store.moment import Moment, in_this_boot
from coven_watchdog.store.rows import OWED, UNTRIED, listed, notification

# A digest line tells nobody of an incident. A resolved incident that is asked for is about to open anew: of that opening
# nothing was told yet, unless it is unstable, which is one opening until it is calm, or its end is still owed.
_TOLD = """
    SELECT told.incident AS about, told.role, json_extract(told.snapshot, '$.severity') AS severity,
           json_extract(told.snapshot, '$.kind') AS kind, notification.*
    FROM notification_incident AS told
    JOIN incident ON incident.id = told.incident AND incident.opening = told.opening
    JOIN notification ON notification.id = told.notification AND notification.channel = told.channel
    WHERE told.incident IN (SELECT value FROM json_each(:incidents)) AND told.channel IN (SELECT value FROM json_each(:channels))
      AND told.role <> 'digest'"""
_OF_THIS_OPENING = f"""
      AND (incident.state <> 'resolved' OR json_extract(incident.doc, '$.unstable')
           OR (told.incident, told.channel) IN ({OWED}))"""
_IN_ORDER = " ORDER BY notification.seq"
_ENDS = frozenset({Reason.RESOLVED, Reason.LATE})
# rows of the future were written before the wall clock was set back: they say nothing about the last hour
_LAST = """
    SELECT due_at, grouped AND due_at > committed_at AS waited FROM notification
    WHERE channel = ? AND committed_at BETWEEN ? AND ? AND state <> 'withheld' AND reason NOT IN ('test', 'digest')
    ORDER BY due_at DESC, seq DESC LIMIT 1"""
_COLLECTING = f"""
    SELECT * FROM notification
    WHERE channel = ? AND committed_at <= ? AND due_at > ? AND grouped = 1 AND {UNTRIED}
    ORDER BY due_at, seq LIMIT 1"""  # noqa: S608 - no value of others
# a digest and a test were asked for: they take nothing from what alerts may take
_TRAFFIC = """
    SELECT committed_at FROM notification
    WHERE channel = ? AND committed_at BETWEEN ? AND ? AND state <> 'withheld' AND reason NOT IN ('test', 'digest')
    ORDER BY committed_at"""
# what passes by itself held it back, within the last day, and nothing of it was told since, nor, of what is told once, is there
# another reason not to
_HELD = """
    SELECT DISTINCT incident.doc, incident.look_at, incident.opened_at, incident.id
    FROM notification AS held JOIN incident ON incident.id = held.incident
    WHERE held.state = 'withheld' AND held.suppression IN ('quiet_hours', 'rate_limited') AND held.committed_at > ?
      AND incident.state <> 'open' AND incident.home IN (SELECT value FROM json_each(?))
      AND incident.id NOT IN (SELECT value FROM json_each(?))
      AND NOT EXISTS (
          SELECT 1 FROM notification_incident AS word
          JOIN notification AS later ON later.id = word.notification AND later.channel = word.channel
          WHERE word.incident = incident.id AND word.channel = held.channel AND later.seq > held.seq
            AND word.role <> 'digest' AND (later.state <> 'withheld'
              OR (incident.state = 'noted' AND later.suppression NOT IN ('quiet_hours', 'rate_limited'))))
    ORDER BY incident.opened_at, incident.id LIMIT ?"""
HELD_AT_ONCE = 300
"""A night's worth of ends must not be read with each step. The rest follows as soon as these were told."""


def read_world(
    connection: sqlite3.Connection,
    incidents: Collection[str],
    homes: Collection[str],
    channels: Collection[str],
    moment: Moment,
) -> World:
    """Read the world of these incident ids, homes and channel names at a moment.

    `told` speaks of the incidents asked for, of every open one and of what is held: what was withheld may be told now.
    """
    now = moment.now.wall
    open_incidents = _open(connection, homes, moment)
    held = _held(connection, incidents, homes, moment)
    asked = {*incidents, *(incident.id for incident in open_incidents)}
    ended = {incident.id for incident in held}
    return World(
        incidents={incident.id: incident for incident in _by_id(connection, incidents, moment)},
        open_incidents=open_incidents,
        held=held[:HELD_AT_ONCE],
        more=len(held) > HELD_AT_ONCE,
        told=_told(connection, _TOLD + _OF_THIS_OPENING + _IN_ORDER, asked, channels)
        | _told(connection, _TOLD + _IN_ORDER, ended, channels),
        lanes={channel: _lane(connection, channel, now) for channel in channels},
        silences=_silences(connection, now),
        traffic={channel: _traffic(connection, channel, now) for channel in channels},
    )


def _by_id(connection: sqlite3.Connection, ids: Collection[str], moment: Moment) -> tuple[Incident, ...]:
    rows = connection.execute("SELECT doc, look_at FROM incident WHERE id IN (SELECT value FROM json_each(?))", (listed(ids),))
    return tuple(in_this_boot(row, moment) for row in rows)


def _open(connection: sqlite3.Connection, homes: Collection[str], moment: Moment) -> tuple[Incident, ...]:
    rows = connection.execute(
        """SELECT doc, look_at FROM incident WHERE state = 'open' AND home IN (SELECT value FROM json_each(?))
           ORDER BY opened_at, id""",
        (listed(homes),),
    )
    return tuple(in_this_boot(row, moment) for row in rows)


def _held(
    connection: sqlite3.Connection, incidents: Collection[str], homes: Collection[str], moment: Moment
) -> tuple[Incident, ...]:
    """What is not open, is not asked for, and was held back by what passes."""
    since = moment.now.wall - DAY
    rows = connection.execute(_HELD, (since, listed(homes), listed(incidents), HELD_AT_ONCE + 1))
    return tuple(in_this_boot(row, moment) for row in rows)


def _told(
    connection: sqlite3.Connection, query: str, incidents: Collection[str], channels: Collection[str]
) -> dict[tuple[str, str], Told]:
    """What each channel was told about each incident since it last opened; nothing for pairs without a row."""
    pairs: dict[tuple[str, str], list[sqlite3.Row]] = {}
    for row in connection.execute(query, {"incidents": listed(incidents), "channels": listed(channels)}):
        pairs.setdefault((row["about"], row["channel"]), []).append(row)

    return {pair: _summary(rows) for pair, rows in pairs.items()}


def _summary(rows: Sequence[sqlite3.Row]) -> Told:
    """`rows` in the order of their writing. That it was hidden is no word about how it is."""
    withheld = frozenset(word(row["suppression"], Suppression) for row in rows if row["suppression"] is not None)
    spoken = [row for row in rows if row["suppression"] is None]
    told = [row for row in spoken if row["role"] != Reason.HIDDEN]
    hidden = [row for row in spoken if row["role"] == Reason.HIDDEN]
    return Told(
        first=notification(told[0]) if told else None,
        last=notification(told[-1]) if told else None,
        withheld=withheld,
        hidden=notification(hidden[0]) if hidden else None,
        heard=(word(told[-1]["severity"], Severity), word(told[-1]["kind"], Kind)) if told else None,
        closed=any(row["role"] in _ENDS for row in told),
        owed=_owed(rows),
    )


def _owed(rows: Sequence[sqlite3.Row]) -> bool:
    """Whether an end that quiet hours held back is the latest word."""
    spoken = [position for position, row in enumerate(rows) if row["suppression"] is None]
    since = rows[spoken[-1] + 1 :] if spoken else rows
    return any(row["role"] in _ENDS and row["suppression"] == Suppression.QUIET_HOURS for row in since)


def _lane(connection: sqlite3.Connection, channel: str, now: int) -> Lane:
    last = connection.execute(_LAST, (channel, now - HOUR, now)).fetchone()
    collecting = connection.execute(_COLLECTING, (channel, now, now)).fetchone()
    return Lane(
        last_due=last["due_at"] if last else None,
        last_was_group=bool(last["waited"]) if last else False,
        collecting=notification(collecting) if collecting else None,
    )


def _traffic(connection: sqlite3.Connection, channel: str, now: int) -> tuple[int, ...]:
    """When messages were decided of late."""
    return tuple(row[0] for row in connection.execute(_TRAFFIC, (channel, now - REMEMBERED, now)))


def _silences(connection: sqlite3.Connection, now: int) -> tuple[Silence, ...]:
    rows = connection.execute("SELECT doc FROM silence WHERE until > ? ORDER BY until, id", (now,))
    return tuple(decode(row["doc"], Silence) for row in rows)
