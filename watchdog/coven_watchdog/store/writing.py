"""Writing a whole plan. In: the `Plan` that was decided in this transaction; out: its rows, and the plan as it was written."""

import sqlite3
from collections.abc import Collection
from dataclasses import replace

from coven_watchdog.model.incidents import Incident, Step
from coven_watchdog.model.telling import Member, Plan
from coven_watchdog.model.time import Instant
from coven_watchdog.model.words import Form, IncidentState, NotificationState, Suppression
from coven_watchdog.store.codec import encode, titled, whole
from coven_watchdog.store.moment import Moment
from coven_watchdog.store.rows import OWED, UNTRIED, insert_notification, listed, put_member

_UPSERT = """
    INSERT INTO incident (id, home, subject, kind, form, occurrence, severity, state, opened_at, changed_at, resolved_at,
                          opening, look_at, titled, doc)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET
        kind = excluded.kind, severity = excluded.severity, state = excluded.state, opened_at = excluded.opened_at,
        changed_at = excluded.changed_at, resolved_at = excluded.resolved_at, look_at = excluded.look_at,
        titled = excluded.titled, doc = excluded.doc, opening = opening + ?"""
# where its end is owed the story goes on: what was told there belongs to the new opening too
_GOES_ON = """
    UPDATE notification_incident SET opening = opening + 1
    WHERE incident = :incident AND channel = :channel AND opening = (SELECT opening - 1 FROM incident WHERE id = :incident)"""
_DOUBLED = """
    SELECT 1 FROM incident
    WHERE form = 'event' AND home = ? AND subject = ? AND kind = ? AND occurrence = ? AND id <> ?"""


def write_plan(connection: sqlite3.Connection, plan: Plan, moment: Moment) -> Plan:
    """Write everything that the plan holds, but for events that were noted before. Returns what was written."""
    plan = _without_doubles(connection, plan)
    _write_incidents(connection, plan.incidents, moment)
    _write_steps(connection, plan.steps)
    _withhold(connection, plan.replaced)
    for notification in plan.notifications:
        insert_notification(connection, notification)

    _write_members(connection, plan)
    _refresh(connection, plan.refreshed)
    return plan


def _without_doubles(connection: sqlite3.Connection, plan: Plan) -> Plan:
    """Leave out events that are in the store under another id, with every message that would speak of nothing else."""
    doubled = {incident.id for incident in plan.incidents if _is_double(connection, incident)}
    if not doubled:
        return plan

    members = tuple(member for member in plan.members if member.incident not in doubled)
    spoken_of = {(member.notification, member.channel) for member in members}
    return replace(
        plan,
        incidents=tuple(incident for incident in plan.incidents if incident.id not in doubled),
        steps=tuple(step for step in plan.steps if step.incident.id not in doubled),
        notifications=tuple(row for row in plan.notifications if (row.id, row.channel) in spoken_of),
        members=members,
        refreshed=tuple(incident for incident in plan.refreshed if incident.id not in doubled),
    )


def _is_double(connection: sqlite3.Connection, incident: Incident) -> bool:
    if incident.form is not Form.EVENT:
        return False

    key = (incident.home, incident.subject, incident.kind, incident.occurrence, incident.id)
    return connection.execute(_DOUBLED, key).fetchone() is not None


def _write_incidents(connection: sqlite3.Connection, incidents: Collection[Incident], moment: Moment) -> None:
    reopened = _reopened(connection, incidents)
    owed = connection.execute(OWED, {"incidents": listed(reopened)}).fetchall()
    for incident in incidents:
        connection.execute(
            _UPSERT,
            (
                incident.id,
                incident.home,
                incident.subject,
                incident.kind,
                incident.form,
                incident.occurrence,
                incident.severity,
                incident.state,
                incident.opened_at,
                incident.changed_at,
                incident.resolved_at,
                _look_at(incident, moment.now),
                titled(incident),
                encode(replace(incident, boot=moment.boot)),
                incident.id in reopened,
            ),
        )

    connection.executemany(_GOES_ON, [dict(row) for row in owed])


def _reopened(connection: sqlite3.Connection, incidents: Collection[Incident]) -> set[str]:
    """Those that open anew, and are told anew. An unstable one goes on: its flapping is one story with one end."""
    ids = listed([incident.id for incident in incidents if incident.state is IncidentState.OPEN])
    rows = connection.execute(
        """SELECT id FROM incident WHERE state = 'resolved' AND NOT json_extract(doc, '$.unstable')
           AND id IN (SELECT value FROM json_each(?))""",
        (ids,),
    )
    return {row["id"] for row in rows}


def _look_at(incident: Incident, now: Instant) -> int | None:
    """When to look again, in wall µs: awake time means nothing in another boot."""
    return None if incident.next_look_at is None else now.wall + incident.next_look_at - now.awake


def _write_steps(connection: sqlite3.Connection, steps: Collection[Step]) -> None:
    connection.executemany(
        """INSERT INTO history (incident, at, transition, kind, severity, worse, witnesses, note)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
        [
            (
                step.incident.id,
                step.at.wall,
                step.transition,
                step.incident.kind,
                step.incident.severity,
                step.worse,
                encode(step.incident.witnesses),
                whole(step.note),
            )
            for step in steps
        ],
    )


def _withhold(connection: sqlite3.Connection, replaced: Collection[tuple[str, str]]) -> None:
    """The plan saw these rows untried in this very transaction."""
    for notification, channel in dict.fromkeys(replaced):
        changed = connection.execute(
            f"UPDATE notification SET state = ?, suppression = ? WHERE id = ? AND channel = ? AND {UNTRIED}",  # noqa: S608
            (NotificationState.WITHHELD, Suppression.RESOLVED_MEANWHILE, notification, channel),
        ).rowcount
        assert changed == 1, f"{notification} on {channel} was replaced and is not waiting"


def _write_members(connection: sqlite3.Connection, plan: Plan) -> None:
    new = {(row.id, row.channel) for row in plan.notifications}
    openings = _openings(connection, plan.members)
    for member in plan.members:
        assert (member.notification, member.channel) in new or _waits(connection, member), f"{member.notification} is under way"
        put_member(connection, member, openings.get(member.incident, 1))


def _waits(connection: sqlite3.Connection, member: Member) -> bool:
    """Whether a message that was there before may still be joined."""
    return (
        connection.execute(
            f"SELECT 1 FROM notification WHERE id = ? AND channel = ? AND {UNTRIED}",  # noqa: S608 - no value of others
            (member.notification, member.channel),
        ).fetchone()
        is not None
    )


def _openings(connection: sqlite3.Connection, members: Collection[Member]) -> dict[str, int]:
    """Which opening of each incident is told of now."""
    ids = listed([member.incident for member in members])
    rows = connection.execute("SELECT id, opening FROM incident WHERE id IN (SELECT value FROM json_each(?))", (ids,))
    return {row["id"]: row["opening"] for row in rows}


def _refresh(connection: sqlite3.Connection, incidents: Collection[Incident]) -> None:
    """Every text of this opening that is not yet tried speaks of the newest snapshot; how an older one ended stays as it was."""
    connection.executemany(
        f"""UPDATE notification_incident SET snapshot = ?, titled = ?
            WHERE incident = ? AND opening = (SELECT opening FROM incident WHERE id = notification_incident.incident)
              AND (notification, channel) IN (SELECT id, channel FROM notification WHERE {UNTRIED})""",  # noqa: S608
        [(encode(incident), titled(incident), incident.id) for incident in incidents],
    )
