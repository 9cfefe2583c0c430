"""A digest in, what `digest` shows of it out: everything, with ids."""

from datetime import datetime

from coven_watchdog.model.digests import Digest, Gap, Trouble
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import Kind, Severity, Suppression
from coven_watchdog.report.notifications import TriedView
from coven_watchdog.report.times import moment
from coven_watchdog.report.views import View


class TroubleView(View, frozen=True, kw_only=True):
    """Something that broke. `over_at` None: it is still so."""

    incident: str
    home: str
    kind: Kind
    severity: Severity
    what: str
    why: str
    began_at: datetime
    over_at: datetime | None
    times: int
    lasted_seconds: int
    sessions_hit: int
    sessions_lost: int
    hidden_by: str | None


class TallyView(View, frozen=True, kw_only=True):
    """How many sessions ended so. No kind: lost with their daemon; no names: all the others."""

    kind: Kind | None
    severity: Severity
    harness: str | None
    project: str | None
    count: int


class HeldView(View, frozen=True, kw_only=True):
    """How many incidents were not told, why, and who wanted it so."""

    suppression: Suppression
    count: int
    by: str | None


class UndeliveredView(View, frozen=True, kw_only=True):
    """How many messages a channel did not take."""

    channel: str
    count: int


class GapView(View, frozen=True, kw_only=True):
    """How long nobody watched these homes."""

    why: str
    homes: tuple[str, ...]
    lasted_seconds: int
    times: int
    lasts: bool


class DigestView(View, frozen=True, kw_only=True):
    """What `digest` shows. `sent_by`: `service` or `shell`, under --send."""

    schema: str = "coven-watchdog.digest.v1"
    since: datetime
    until: datetime
    open: tuple[TroubleView, ...]
    over: tuple[TroubleView, ...]
    sessions: tuple[TallyView, ...]
    held: tuple[HeldView, ...]
    undelivered: tuple[UndeliveredView, ...]
    gaps: tuple[GapView, ...]
    more: int
    sent_by: str | None
    channels: tuple[TriedView, ...]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.open or self.over or self.sessions or self.held or self.undelivered or self.gaps)


def digest_view(digest: Digest, sent_by: str | None = None, channels: tuple[TriedView, ...] = ()) -> DigestView:
    """The whole digest, and what became of its messages."""
    return DigestView(
        since=moment(digest.since),
        until=moment(digest.until),
        open=tuple(map(_trouble, digest.open)),
        over=tuple(map(_trouble, digest.over)),
        sessions=tuple(
            TallyView(
                kind=one.kind,
                severity=one.severity,
                harness=one.harness or None,
                project=one.project or None,
                count=one.count,
            )
            for one in digest.sessions
        ),
        held=tuple(HeldView(suppression=one.suppression, count=one.count, by=one.by or None) for one in digest.held),
        undelivered=tuple(UndeliveredView(channel=channel, count=count) for channel, count in digest.undelivered),
        gaps=tuple(map(_gap, digest.gaps)),
        more=digest.more,
        sent_by=sent_by,
        channels=channels,
    )


def _trouble(one: Trouble) -> TroubleView:
    return TroubleView(
        incident=one.incident,
        home=one.home,
        kind=one.kind,
        severity=one.severity,
        what=one.what,
        why=one.why,
        began_at=moment(one.began_at),
        over_at=moment(one.over_at),
        times=one.times,
        lasted_seconds=one.lasted // SECOND,
        sessions_hit=one.hit,
        sessions_lost=one.lost,
        hidden_by=one.hidden_by or None,
    )


def _gap(gap: Gap) -> GapView:
    return GapView(why=gap.why, homes=gap.homes, lasted_seconds=gap.lasted // SECOND, times=gap.times, lasts=gap.lasts)
