"""What happened in a span of time, put together: the store's chronicle in, a digest for one channel or for everybody out. Pure.

A digest tells nobody of an incident: what is due is told all the same. Counterpart: `digest_text` makes a message of it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from coven_watchdog.catalogue import order
from coven_watchdog.decide import phrases
from coven_watchdog.decide.hiding import hiding, holds
from coven_watchdog.decide.suppression import routed
from coven_watchdog.decide.tallies import ended, is_session, lost, lost_ids
from coven_watchdog.decide.text import said
from coven_watchdog.model.digests import Chronicle, Digest, Gap, Held, Trouble, Untold
from coven_watchdog.model.facts import SELF_HOME
from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.looks import SLEPT, BlindWindow
from coven_watchdog.model.telling import Notification
from coven_watchdog.model.time import DAY, MINUTE
from coven_watchdog.model.words import (
    Form,
    IncidentState,
    Kind,
    NotificationState,
    Reason,
    Severity,
    Suppression,
    Transition,
)
from coven_watchdog.settings import Channel, Settings

SPAN = DAY
"""How far back a digest looks unless it is told how far."""
_ROOM = 50
_WHO = 60
_HELD = (
    Suppression.SILENCED,
    Suppression.ACKNOWLEDGED,
    Suppression.QUIET_HOURS,
    Suppression.RATE_LIMITED,
    Suppression.TOO_OLD,
)
"""What somebody, or the time, kept back; what a channel is not there for is no loss to it."""

Draft = tuple[Notification, Digest]
"""A row of the outbox and what it says."""


def drafts(name: str, chronicle: Chronicle, last: Mapping[str, int], settings: Settings, at: int) -> tuple[Draft, ...]:
    """A digest for each channel that is not only for escalations; withheld where there is nothing to say.

    Args:
        name: what stands for the incident in the message's id; the same on all channels.
        chronicle: up to now.
        last: by channel, up to when (wall µs) the digest went that it got last.
        settings: channels, and the names of homes.
        at: wall µs for which it was wanted.
    """
    made = ((channel, _for(channel, chronicle, last, settings)) for channel in settings.channels if not channel.after)
    return tuple((_row(channel, digest, name, at), digest) for channel, digest in made)


def _for(channel: Channel, chronicle: Chronicle, last: Mapping[str, int], settings: Settings) -> Digest:
    """What has happened since this channel's last one; a clock that was set back makes that one say nothing."""
    before = last.get(channel.name, 0)
    since = before if chronicle.since < before < chronicle.until else chronicle.since
    return digest_of(chronicle, settings, since=since, channel=channel)


def _row(channel: Channel, digest: Digest, name: str, at: int) -> Notification:
    news = has_news(digest)
    return Notification(
        id=f"{name}.1",
        channel=channel.name,
        incident=name,
        reason=Reason.DIGEST,
        state=NotificationState.QUEUED if news else NotificationState.WITHHELD,
        fact_at=at,
        committed_at=digest.until,
        due_at=digest.until,
        suppression=None if news else Suppression.NOTHING_TO_SAY,
    )


def has_news(digest: Digest) -> bool:
    """Whether there is anything to say. Neither a machine that slept is, nor what is only worth knowing and has not changed."""
    return bool(
        digest.over
        or digest.sessions
        or digest.held
        or digest.undelivered
        or any(one.severity.rank >= Severity.WARNING.rank or one.began_at >= digest.since for one in digest.open)
        or any(gap.why != SLEPT and gap.lasted >= MINUTE for gap in digest.gaps)
    )


def digest_of(chronicle: Chronicle, settings: Settings, *, since: int | None = None, channel: Channel | None = None) -> Digest:
    """What happened.

    Args:
        chronicle: of the whole time.
        settings: the names of homes, for what a channel is there for.
        since: wall µs; not before the chronicle begins.
        channel: only what this one is there for; None: everything.
    """
    begin = chronicle.since if since is None else since
    return _Desk(chronicle, settings, begin, channel).digest()


@dataclass(frozen=True, slots=True)
class _Desk:
    """One digest in the making."""

    chronicle: Chronicle
    settings: Settings
    since: int
    channel: Channel | None

    def digest(self) -> Digest:
        """All parts."""
        incidents = [incident for incident in self.chronicle.incidents if self._concerns(incident)]
        still, over = list(self._open(incidents)), list(self._over(incidents))
        return Digest(
            since=self.since,
            until=self.chronicle.until,
            open=tuple(still[:_ROOM]),
            over=tuple(over[:_ROOM]),
            sessions=(*lost(incidents, self.since), *ended(incidents)),
            held=tuple(self._held({incident.id: incident for incident in incidents})),
            undelivered=tuple(self._undelivered()),
            gaps=tuple(self._gaps()),
            more=max(0, len(still) - _ROOM) + max(0, len(over) - _ROOM),
        )

    def _concerns(self, incident: Incident) -> bool:
        """Loud enough to be told at all, within the time, and for this channel."""
        now = incident.state is IncidentState.OPEN or incident.changed_at >= self.since
        return now and incident.severity is not Severity.OFF and self._routed(incident)

    def _routed(self, incident: Incident) -> bool:
        return self.channel is None or routed(incident, self.channel, self.settings.home(incident.home).name)

    def _open(self, incidents: Iterable[Incident]) -> Iterator[Trouble]:
        """What is still so, the worst first, of equals the oldest."""
        still = (incident for incident in incidents if incident.state is IncidentState.OPEN)
        for incident in sorted(still, key=_badness):
            yield Trouble(
                incident=incident.id,
                home=incident.home,
                kind=incident.kind,
                severity=incident.severity,
                what=phrases.headline(incident),
                why=phrases.cause(incident),
                began_at=incident.fact_at,
                times=self._times(incident),
                lasted=max(0, self.chronicle.until - incident.fact_at),
                hit=len(incident.facts.sessions),
                hidden_by=self._hidden_by(incident),
            )

    def _over(self, incidents: Sequence[Incident]) -> Iterator[Trouble]:
        """What is over, all of one sort together, the worst first."""
        sorts: dict[tuple[str, str, Kind], list[Incident]] = {}
        stories = [incident for incident in incidents if incident.subject == "daemon" and incident.form is Form.STATE]
        for incident in incidents:
            if incident.state is not IncidentState.OPEN and not is_session(incident) and not _is_told_by(incident, stories):
                sorts.setdefault((incident.home, incident.subject, incident.kind), []).append(incident)

        for sort in sorted(sorts.values(), key=lambda sort: min(map(_badness, sort))):
            yield self._together(sorted(sort, key=lambda incident: incident.fact_at))

    def _together(self, sort: Sequence[Incident]) -> Trouble:
        last = sort[-1]
        return Trouble(
            incident=last.id,
            home=last.home,
            kind=last.kind,
            severity=max((incident.severity for incident in sort), key=lambda severity: severity.rank),
            what=phrases.headline(last),
            why=phrases.cause(last),
            began_at=last.fact_at,
            over_at=_end(last),
            times=sum(map(self._times, sort)),
            lasted=sum(max(0, _end(incident) - incident.fact_at) for incident in sort),
            lost=len(set(lost_ids(sort))),
        )

    def _times(self, incident: Incident) -> int:
        """How often it opened within the time."""
        return max(1, sum(at >= self.since for at in incident.reopenings))

    def _hidden_by(self, incident: Incident) -> str:
        """Who has it in hand, or does not want to hear of it."""
        if incident.ack is not None and holds(incident.ack, self.chronicle.until):
            return f"acknowledged by {said(incident.ack.by, _WHO)}"

        who = self._silenced_by(incident, self.chronicle.until - 1)
        return f"silenced by {said(who, _WHO)}" if who else ""

    def _silenced_by(self, incident: Incident, at: int) -> str:
        silences = (one for one in hiding(self.chronicle.silences, incident, at) if one.at <= at)
        names = dict.fromkeys(f"{one.by}: {one.reason}" if one.reason else one.by for one in silences)
        return ", ".join(names)

    def _held(self, incidents: Mapping[str, Incident]) -> Iterator[Held]:
        """What was kept back and not told since: each incident once for each reason."""
        groups: dict[tuple[Suppression, str], set[str]] = {}
        for one in self._untold():
            incident = incidents.get(one.incident)
            if one.suppression in _HELD and incident is not None:
                groups.setdefault((one.suppression, self._by(one, incident)), set()).add(one.incident)

        for (suppression, by), names in sorted(groups.items(), key=lambda group: _HELD.index(group[0][0])):
            yield Held(suppression, len(names), said(by, _WHO))

    def _by(self, one: Untold, incident: Incident) -> str:
        """Who wanted it so, in their own words."""
        if one.suppression is Suppression.SILENCED:
            return self._silenced_by(incident, one.at)

        notes = [chapter.note for chapter in incident.chapters if chapter.transition is Transition.ACKNOWLEDGED]
        ack = incident.ack.by if incident.ack else notes[-1] if notes else ""
        return ack if one.suppression is Suppression.ACKNOWLEDGED else ""

    def _untold(self) -> Iterator[Untold]:
        """What concerns this channel, or any."""
        for one in self.chronicle.untold:
            if one.at >= self.since and (self.channel is None or one.channel == self.channel.name):
                yield one

    def _undelivered(self) -> list[tuple[str, int]]:
        """That another channel does not deliver is worth knowing on those that do."""
        return Counter(
            one.channel for one in self.chronicle.untold if one.suppression is None and one.at >= self.since
        ).most_common()

    def _gaps(self) -> Iterator[Gap]:
        """When nobody watched, by reason, the longest first; homes blind at once count once."""
        reasons: dict[str, list[BlindWindow]] = {}
        for window in self.chronicle.blind:
            if self._watches(window.home) and window.since < self.chronicle.until and self._end(window) > self.since:
                reasons.setdefault(window.why, []).append(window)

        made = (self._gap(why, windows) for why, windows in reasons.items())
        yield from sorted(made, key=lambda gap: gap.lasted, reverse=True)

    def _gap(self, why: str, windows: Sequence[BlindWindow]) -> Gap:
        spans = _joined((max(window.since, self.since), self._end(window)) for window in windows)
        return Gap(
            why=said(why, _WHO),
            homes=tuple(sorted({window.home for window in windows} - {SELF_HOME})),
            lasted=sum(end - begin for begin, end in spans),
            times=len(spans),
            lasts=any(window.to is None for window in windows),
        )

    def _end(self, window: BlindWindow) -> int:
        return self.chronicle.until if window.to is None else min(window.to, self.chronicle.until)

    def _watches(self, home: str) -> bool:
        """Whether the channel is there for this home."""
        names = (home, self.settings.home(home).name)
        globs = ("*",) if self.channel is None or not home else self.channel.homes
        return any(fnmatchcase(name, glob) for name in names for glob in globs)


def _badness(incident: Incident) -> tuple[int, int, int]:
    return -incident.severity.rank, order(incident.kind), incident.fact_at


def _is_told_by(incident: Incident, stories: Iterable[Incident]) -> bool:
    """Whether a restart is how a trouble of the daemon ended, or part of it."""
    if incident.kind is not Kind.DAEMON_RESTARTED:
        return False

    ends = (
        (story.home, story.fact_at, incident.fact_at if story.resolved_at is None else story.resolved_at) for story in stories
    )
    return any(home == incident.home and began <= incident.fact_at <= over + MINUTE for home, began, over in ends)


def _end(incident: Incident) -> int:
    return incident.fact_at if incident.resolved_at is None else incident.resolved_at


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same time, each moment once."""
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))

    return joined
