"""What must be so whatever happens: a stage in; an assertion that fails where a promise is broken. Stated apart from the policy."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from coven_watchdog.decide.bucket import OVERDRAFT, level, missing
from coven_watchdog.decide.changes import corrects, weight
from coven_watchdog.decide.hiding import hiding, holds
from coven_watchdog.decide.patience import patience
from coven_watchdog.decide.quiet import quiet_hours
from coven_watchdog.decide.review import NEVER
from coven_watchdog.decide.suppression import inhibited
from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.telling import Told, World
from coven_watchdog.model.time import DAY, HOUR
from coven_watchdog.model.words import (
    Form,
    Found,
    IncidentState,
    Kind,
    Reason,
    Severity,
    Suppression,
    Transition,
)
from coven_watchdog.settings import Channel
from coven_watchdog.store.codec import decode
from invariants.stage import BERLIN, Stage

FIRSTS = frozenset({Reason.FIRST, Reason.CATCH_UP, Reason.BASELINE})
ENDS = frozenset({Reason.RESOLVED, Reason.LATE})
_PASSING = frozenset({Suppression.QUIET_HOURS, Suppression.RATE_LIMITED})
_OPENINGS = frozenset({Transition.OPENED, Transition.REOPENED, Transition.BECAME_UNSTABLE})
_PER_SUBJECT = 40
"""More messages of what needs no token than this make a storm of one subject's hour."""
_SUBJECTS = 8


@dataclass(frozen=True)
class Word:
    """One incident in one message of one channel."""

    incident: str
    channel: str
    opening: int
    role: Reason
    snapshot: Incident
    message: str
    tried: int
    suppression: str | None


def words(stage: Stage) -> list[Word]:
    """All that was decided, in the order of its writing."""
    rows = stage.connection.execute(
        """SELECT word.*, row.attempts, row.suppression FROM notification_incident AS word
           JOIN notification AS row ON row.id = word.notification AND row.channel = word.channel
           ORDER BY row.seq, word.rowid"""
    )
    return [
        Word(
            incident=row["incident"],
            channel=row["channel"],
            opening=row["opening"],
            role=Reason(row["role"]),
            snapshot=decode(row["snapshot"], Incident),
            message=row["notification"],
            tried=row["attempts"],
            suppression=row["suppression"],
        )
        for row in rows
    ]


def one_beginning_and_one_end(stage: Stage) -> None:
    """Per incident and channel, between openings: at most one FIRST, at most one of RESOLVED and LATE."""
    spoken: dict[tuple[str, str, int], list[Reason]] = {}
    for word in words(stage):
        if word.suppression is None:
            spoken.setdefault((word.incident, word.channel, word.opening), []).append(word.role)

    for where, roles in spoken.items():
        assert sum(role in FIRSTS for role in roles) <= 1, (where, roles)
        assert sum(role in ENDS for role in roles) <= 1, (where, roles)
        assert roles.count(Reason.HIDDEN) <= 1, (where, roles)


def ends_follow_what_was_tried(stage: Stage) -> None:
    """RESOLVED only after the first word, or the word that it was hidden, was handed to the service at least once."""
    for written in stage.written:
        queued = {(row.id, row.channel) for row in written.plan.notifications if row.suppression is not None}
        for member in written.plan.members:
            if member.role is Reason.RESOLVED and (member.notification, member.channel) not in queued:
                told = written.world.told[member.incident, member.channel]
                begun = told.first or told.hidden
                assert begun is not None, member
                assert begun.attempts, member


def bounded_by_time(stage: Stage) -> None:
    """In every hour a channel gets what its bucket holds, and ends; a clock that is set fills the bucket once more."""
    for channel in stage.settings.channels:
        rows = [
            (written.at, row.reason)
            for written in stage.written
            for row in written.plan.notifications
            if row.channel == channel.name and row.suppression is None and written.at >= stage.configured[channel.name]
        ]
        for start, _ in rows:
            hour = [reason for at, reason in rows if start <= at < start + HOUR]
            shocks = sum(start - 2 * HOUR <= at < start + HOUR for at in stage.shocks)
            free = sum(reason in {*ENDS, Reason.HIDDEN} for reason in hour)
            full = channel.max_per_hour + OVERDRAFT
            assert len(hour) - free <= channel.max_per_hour + full * (1 + shocks), (channel.name, hour)
            assert free <= _PER_SUBJECT * _SUBJECTS * (1 + shocks), (channel.name, hour)


def patient(stage: Stage) -> None:
    """What must last for a while before it counts was there for so long, awake and not seen to be over; a correction counts at once."""
    for written in stage.written:
        for step in written.plan.steps:
            wanted = patience(step.incident.kind, stage.settings)
            corrects_only = step.incident.kind is Kind.DAEMON_STOPPED and step.transition not in _OPENINGS
            if wanted and not corrects_only and (step.transition in _OPENINGS or step.worse):
                since = written.sights[step.incident.subject, step.incident.kind]
                assert written.at - since >= wanted, (step.transition, _short(step.incident))


def nothing_is_owed(stage: Stage) -> None:
    """Right after any observation: what is open was told, as bad as it is, wherever nothing is in force that says it is not."""
    world = stage.world()
    for incident in world.open_incidents:
        for channel in _constant(stage, incident):
            told = world.told.get((incident.id, channel.name))
            why = excuse(stage, world, incident, channel)
            assert why or (told is not None and told.first is not None), _said(incident, channel, told)
            if not why and told is not None and told.heard is not None:
                severity, kind = told.heard
                milder = weight(severity, kind) < weight(incident.severity, incident.kind)
                assert not milder or _was_hidden(stage, incident, channel), _said(incident, channel, told)


def _was_hidden(stage: Stage, incident: Incident, channel: Channel) -> bool:
    """That somebody took it in hand was said of it as bad as it is."""
    said = [one for one in words(stage) if (one.incident, one.channel, one.role) == (incident.id, channel.name, Reason.HIDDEN)]
    return any(weight(one.snapshot.severity, one.snapshot.kind) >= weight(incident.severity, incident.kind) for one in said)


def excuse(stage: Stage, world: World, incident: Incident, channel: Channel) -> Suppression | None:
    """What is in force now and says that this channel is not told of this open incident."""
    now, others = stage.now, [one for one in world.open_incidents if _reaches(stage, one, channel)]
    night = quiet_hours(stage.settings.alerts.quiet_hours, now.wall, BERLIN)
    critical = incident.severity is Severity.CRITICAL
    tokens = level(world.traffic[channel.name], channel.max_per_hour, now.wall)
    # messages that are forgotten fill an overdrawn bucket before the time that was reckoned with them
    told = world.told.get((incident.id, channel.name), Told())
    reckoned = Suppression.RATE_LIMITED in told.withheld and now.wall < stage.review.at < NEVER
    found = (
        (Suppression.NOT_ROUTED, not _reaches(stage, incident, channel)),
        (Suppression.TOO_OLD, incident.found is Found.CATCH_UP and now.wall - incident.fact_at > DAY),
        (Suppression.INHIBITED, inhibited(incident, others)),
        (Suppression.UNSTABLE, incident.unstable),
        (Suppression.ACKNOWLEDGED, holds(incident.ack, now.wall)),
        (Suppression.SILENCED, bool(hiding(world.silences, incident, now.wall))),
        (Suppression.WAITING_AFTER, now.awake - incident.opened_awake < channel.after),
        (Suppression.QUIET_HOURS, night is not None and not critical),
        (Suppression.RATE_LIMITED, reckoned or missing(tokens, critical=critical) > 0),
    )
    return next((suppression for suppression, holds_now in found if holds_now), None)


def the_last_word_is_the_truth(stage: Stage) -> None:
    """Once all is over and delivered: what was said of each incident last is how it is, and silence has a reason."""
    world, said = stage.world(), words(stage)
    openings = {row["id"]: row["opening"] for row in stage.connection.execute("SELECT id, opening FROM incident")}
    for incident in stage.incidents():
        for channel in _constant(stage, incident):
            mine = [one for one in said if (one.incident, one.channel) == (incident.id, channel.name)]
            now = [one for one in mine if one.opening == openings[incident.id]]
            _true(stage, world, incident, channel, now)


def _true(stage: Stage, world: World, incident: Incident, channel: Channel, said: list[Word]) -> None:
    """One incident on one channel; `said` of its last opening."""
    held = {one.suppression for one in said if one.suppression is not None}
    told = [one for one in said if one.suppression is None]
    offered = list(_offered(stage, incident, channel, {one.message for one in told}))
    assert len({one.message for one in told}) == len(offered), _said(incident, channel, told)
    if incident.state is IncidentState.NOTED:
        assert told or held - _PASSING or not _reaches(stage, incident, channel), _said(incident, channel, held)
    elif not told:
        open_now = incident.state is IncidentState.OPEN
        assert not open_now or excuse(stage, world, incident, channel), _said(incident, channel, held)
    elif incident.state is IncidentState.RESOLVED and not stage.settings.alerts.send_resolved:
        pass
    elif incident.unstable:
        assert any(one.snapshot.unstable for one in told), _said(incident, channel, told)
    else:
        _last(stage, world, incident, channel, offered)


def _last(stage: Stage, world: World, incident: Incident, channel: Channel, offered: list[Incident]) -> None:
    """The last word that was offered."""
    last = offered[-1]
    assert last.state is incident.state, _said(incident, channel, offered)
    if incident.state is IncidentState.OPEN and not excuse(stage, world, incident, channel):
        assert weight(last.severity, last.kind) >= weight(incident.severity, incident.kind), _said(incident, channel, last)
        assert not corrects(last.kind, incident.kind), _said(incident, channel, last)


def _offered(stage: Stage, incident: Incident, channel: Channel, messages: set[str]) -> Iterator[Incident]:
    """How it stood in each message that was handed to the service, by the order of the first tries."""
    seen = set()
    for offer in (one for one in stage.offers if one.channel == channel.name and one.row.id in messages):
        if offer.row.id not in seen:
            seen.add(offer.row.id)
            yield from (one.snapshot for one in offer.members if one.incident == incident.id)


def _constant(stage: Stage, incident: Incident) -> list[Channel]:
    """The channels that are as they were when it opened."""
    opened = stage.opened.get(incident.id, -1)
    return [one for one in stage.settings.channels if stage.configured[one.name] < opened or opened == -1]


def _reaches(stage: Stage, incident: Incident, channel: Channel) -> bool:
    """Whether the channel is there for this at all."""
    also = any(fnmatchcase(incident.kind, glob) for glob in channel.also)
    name = stage.settings.home(incident.home).name
    return (
        incident.severity is not Severity.OFF
        and incident.subject != f"channel:{channel.name}"
        and not (channel.after and incident.form is Form.EVENT)
        and (also or any(fnmatchcase(incident.kind, glob) for glob in channel.kinds))
        and (not incident.home or any(fnmatchcase(one, glob) for one in (name, incident.home) for glob in channel.homes))
        and (also or incident.severity.rank >= channel.min_severity.rank)
    )


def _said(incident: Incident, channel: Channel, more: object) -> str:
    """What is wrong, in short."""
    return f"{incident.id} {incident.kind} {incident.severity} {incident.state} on {channel.name}: {_short(more)}"


def _short(more: object) -> str:
    if isinstance(more, Incident):
        return f"{more.kind} {more.severity} {more.state}"

    if isinstance(more, Word):
        return f"[{more.message} {more.role} {more.suppression or ''}: {_short(more.snapshot)}]"

    return " ".join(map(_short, more)) if isinstance(more, list) else str(more)
