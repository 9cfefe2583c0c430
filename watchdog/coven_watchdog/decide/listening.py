"""What a channel can take at this moment: the night, its rate, what is open around it. In: the world; out: questions, and when to ask again.

Counterpart: `suppression` answers the questions, `policy` acts on the answers. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo

from coven_watchdog.decide.bucket import level, missing, refilled_in
from coven_watchdog.decide.grouping import joins
from coven_watchdog.decide.hiding import hiding
from coven_watchdog.decide.quiet import quiet_hours
from coven_watchdog.decide.suppression import Question
from coven_watchdog.model.incidents import Incident, Step
from coven_watchdog.model.telling import Lane, Notification, World
from coven_watchdog.model.time import Instant
from coven_watchdog.model.words import IncidentState, Reason, Severity, Suppression
from coven_watchdog.settings import Channel, Settings


@dataclass(slots=True)
class Listening:
    """The moment of one plan. `review_at`: wall µs at which an answer may be another one; None when none is expected to be."""

    world: World
    settings: Settings
    now: Instant
    zone: tzinfo | None
    review_at: int | None = None
    _night: tuple[int, int] | None = None
    _open: dict[str, Incident] = field(default_factory=dict)
    _levels: dict[str, int] = field(default_factory=dict)
    _spoken: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._night = quiet_hours(self.settings.alerts.quiet_hours, self.now.wall, self.zone)
        self._open = {one.id: one for one in self.world.open_incidents if _inhibits(one)}

    def note(self, incident: Incident) -> None:
        """An incident is as it is now."""
        if incident.state is not IncidentState.OPEN:
            self._open.pop(incident.id, None)
        elif _inhibits(incident):
            self._open[incident.id] = incident

    def spoke(self, channel: Channel) -> None:
        """A message goes there; whatever else is told in this plan goes with it."""
        self._spoken.add(channel.name)

    def question(self, step: Step, reason: Reason, channel: Channel, *, heard: bool) -> Question:
        """Is this told on that channel?"""
        return Question(
            step,
            reason,
            channel,
            open=tuple(self._open.values()),
            before=tuple(one for one in self.world.open_incidents if _inhibits(one)),
            silences=self.world.silences,
            now=self.now,
            heard=heard,
            home=self.settings.home(step.incident.home).name,
            quiet=self._night is not None,
            missing=self._missing(step.incident, channel),
        )

    def holds_end(self, begun: Notification) -> bool:
        """Whether the night holds back the end of what was told so: unless that came through the same night."""
        if self._night is None or begun.committed_at >= self._night[0]:
            return False

        self.look_again(self._night[1])
        return True

    def review(self, question: Question, suppression: Suppression) -> None:
        """This was withheld: note when to ask again."""
        ends = self._ends(question)
        if suppression in ends:
            self.look_again(ends[suppression])

    def _ends(self, question: Question) -> Mapping[Suppression, int | None]:
        """When each reason that passes by itself is over (wall µs)."""
        incident, channel, now = question.incident, question.channel, self.now
        silences = hiding(self.world.silences, incident, now.wall)
        return {
            Suppression.SILENCED: silences[-1].until if silences else None,
            Suppression.ACKNOWLEDGED: incident.ack.until if incident.ack else None,
            Suppression.WAITING_AFTER: now.wall + question.waits,
            Suppression.QUIET_HOURS: self._night[1] if self._night else None,
            Suppression.RATE_LIMITED: now.wall + refilled_in(question.missing, channel.max_per_hour),
        }

    def look_again(self, at: int | None) -> None:
        """Plan again at that time (wall µs), if not before."""
        self.review_at = min((one for one in (at, self.review_at) if one is not None), default=None)

    def _missing(self, incident: Incident, channel: Channel) -> int:
        """What the channel's bucket lacks; nothing for what takes no message of its own."""
        lane = self.world.lanes.get(channel.name, Lane())
        if channel.name in self._spoken or joins(incident, lane, self.settings.alerts, self.now.wall):
            return 0

        return missing(self._level(channel), critical=incident.severity is Severity.CRITICAL)

    def _level(self, channel: Channel) -> int:
        if channel.name not in self._levels:
            sent = self.world.traffic.get(channel.name, ())
            self._levels[channel.name] = level(sent, channel.max_per_hour, self.now.wall)

        return self._levels[channel.name]


def _inhibits(incident: Incident) -> bool:
    """Only a trouble of the daemon or of the home tells others as part of its story: of many open ones few matter."""
    return incident.subject in {"daemon", "home"}
