"""The whole of the core on a stage: what the rules say, clocks and services in; what each service was offered out.

The store's tables are the real ones, in memory; the sources are a script, and the services are patient, gone or refuse.
"""

import sqlite3
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from typing import TypeVar
from zoneinfo import ZoneInfo

from coven_watchdog.catalogue import CATALOGUE
from coven_watchdog.decide.incidents import advance, withdraw
from coven_watchdog.decide.memory import Advance, Incidents
from coven_watchdog.decide.policy import plan, touched
from coven_watchdog.decide.quiet import quiet_hours
from coven_watchdog.decide.review import Review
from coven_watchdog.model.incidents import Ack, Incident, Judgement, Verdict
from coven_watchdog.model.telling import Attempt, Member, Notification, Plan, Silence, World
from coven_watchdog.model.time import MINUTE, SECOND, Instant
from coven_watchdog.model.words import AttemptOutcome, IncidentState, Kind, NotificationState, Transition
from coven_watchdog.settings import Settings
from coven_watchdog.store import outbox
from coven_watchdog.store.codec import decode, encode
from coven_watchdog.store.connection import connect_memory, transaction
from coven_watchdog.store.keeping import drop_channels
from coven_watchdog.store.memory import load
from coven_watchdog.store.migrations import migrate
from coven_watchdog.store.moment import Moment
from coven_watchdog.store.rows import members
from coven_watchdog.store.world import read_world
from coven_watchdog.store.writing import write_plan
from decide.verdicts import AWAKE, HOME

T = TypeVar("T")

BERLIN = ZoneInfo("Europe/Berlin")
_TICK = SECOND // 20
"""The least time between two ticks."""
_AGAIN = 10 * MINUTE
_OUTCOMES = {
    NotificationState.SENT: AttemptOutcome.ACCEPTED,
    NotificationState.QUEUED: AttemptOutcome.TEMPORARY,
    NotificationState.FAILED: AttemptOutcome.PERMANENT,
    NotificationState.GIVEN_UP: AttemptOutcome.TEMPORARY,
}
_OPENINGS = frozenset({Transition.OPENED, Transition.NOTED, Transition.REOPENED, Transition.BECAME_UNSTABLE})


@dataclass(frozen=True)
class Offer:
    """One try: which words a service was offered, and when (µs of the run's life)."""

    at: int
    channel: str
    row: Notification
    members: tuple[Member, ...]
    became: NotificationState


@dataclass(frozen=True)
class Written:
    """One plan that was written, with the world that it was decided in."""

    at: int
    plan: Plan
    world: World
    sights: Mapping[tuple[str, Kind], int]
    """Since when each state was seen then."""


@dataclass
class Stage:
    """One run of the watchdog's core, over restarts."""

    settings: Settings
    now: Instant
    connection: sqlite3.Connection = field(default_factory=connect_memory)
    memory: Incidents = field(default_factory=Incidents)
    verdicts: dict[str, tuple[Verdict, ...]] = field(default_factory=dict)
    """What the rules say of each subject until they say something else; of a missing one they know nothing."""
    services: dict[str, NotificationState | None] = field(default_factory=dict)
    """What becomes of a message that is offered: sent, unless said otherwise. None: nobody offers any."""
    review: Review = field(default_factory=Review)
    wake_at: int | None = None
    offers: list[Offer] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    lived: int = 0
    """Awake µs since the beginning, over all boots."""
    shocks: list[int] = field(default_factory=list)
    """When a clock was set, time passed unseen, or somebody edited the configuration."""
    configured: dict[str, int] = field(default_factory=dict)
    """Since when each channel is as it is."""
    opened: dict[str, int] = field(default_factory=dict)
    """When each incident last opened."""
    sights: dict[tuple[str, Kind], int] = field(default_factory=dict)
    """Since when each state is seen, or at least not seen to be over."""
    ticks: int = 0
    boots: int = 1
    runs: int = 1
    names: Iterator[str] = field(default_factory=lambda: (f"i{number}" for number in count(1)))

    def __post_init__(self) -> None:
        # Hypothesis makes many of them, and nobody but the collector knows when one is done.
        weakref.finalize(self, self.connection.close)
        migrate(self.connection, self.now.wall)
        self.configured = dict.fromkeys(self._channels, -1)

    # What happens

    def see(self, *verdicts: Verdict) -> Plan:
        """The rules say this of its subject, and go on saying it until they say something else."""
        for name in map(_name, verdicts):
            self.verdicts[name] = tuple(verdict for verdict in verdicts if _name(verdict) == name)

        return self.observe()

    def lose_sight(self, subject: str) -> Plan:
        """Nothing is known of it."""
        self.verdicts.pop(f"state {subject}", None)
        return self.observe()

    def observe(self, *, asked: bool = False) -> Plan:
        """One observation: judge, decide, write, deliver. `asked`: a command wrote to the store."""
        said = tuple(replace(one, basis_at=self.now.awake) for subject in self.verdicts.values() for one in subject)
        self._look(said)
        after = advance(self.memory, Judgement(said), self.settings, self.now, home=HOME, names=self.names)
        made = self._take(after, asked=asked)
        self.wake_at = after.wake_at
        self.deliver()
        return made

    def forget(self) -> None:
        """The home is not watched any more; when it is again, nothing is known of it."""
        self._take(withdraw(self.memory, HOME, self.now))
        self.verdicts.clear()
        self.wake_at = None
        self.deliver()

    def pass_time(self, micros: int) -> None:
        """Let time pass, as the engine and the outbox live through it."""
        end = self.now.awake + micros
        while self.now.awake < end:
            tick = min((at for at in (self.wake_at, self.review.wake_at(self.now)) if at is not None), default=end)
            due = min((self.now.awake + at - self.now.wall for at in self._dues()), default=end)
            self.advance_clock(min(end, max(self.now.awake + _TICK, min(tick, due))) - self.now.awake)
            self.deliver()
            if tick <= self.now.awake:
                self.ticks += 1
                self.observe()

        self.observe()

    def advance_clock(self, awake: int, wall: int | None = None) -> None:
        """Nothing but the clocks go on."""
        self.lived += awake
        self.now = Instant(self.now.wall + (awake if wall is None else wall), self.now.awake + awake)

    def set_clock(self, micros: int) -> None:
        """The wall clock is set, or runs on while the machine sleeps."""
        self.shocks.append(self.lived)
        self.advance_clock(0, micros)
        self.observe()

    def reload(self, settings: Settings) -> None:
        """The configuration was edited."""
        before = {channel.name: channel for channel in self.settings.channels}
        kept = self.settings.alerts == settings.alerts
        self.settings = settings
        self.configured = {
            one.name: self.configured[one.name] if kept and before.get(one.name) == one else self.lived
            for one in settings.channels
        }
        self.shocks.append(self.lived)
        self._write(partial(drop_channels, configured=self._channels))
        self.observe()

    def restart(self, *, reboot: bool) -> None:
        """The watchdog is killed and starts anew from its store; after a reboot the awake clock begins anew, too."""
        self.boots += reboot
        self.now = Instant(self.now.wall, AWAKE + self.boots) if reboot else self.now
        self.runs += 1
        self.shocks.append(self.lived)
        self.sights.clear()
        memory = self._write(partial(load, moment=self.moment))
        self._write(partial(outbox.release, by=f"run {self.runs}", channel=None))
        self.memory = Incidents.load(memory.open, memory.recent, memory.noted)
        self.review, self.wake_at = Review(), None
        self.observe()

    # What people do

    def silence(self, silence: Silence) -> None:
        """Somebody silences what matches."""
        values = (silence.id, silence.until, encode(silence))
        self.connection.execute("INSERT INTO silence (id, until, doc) VALUES (?, ?, ?)", values)
        self.observe(asked=True)

    def unsilence(self) -> None:
        """Somebody ends all silences."""
        self.connection.execute("UPDATE silence SET until = ? WHERE until > ?", (self.now.wall, self.now.wall))
        self.observe(asked=True)

    def acknowledge(self, ack: Ack | None) -> None:
        """Somebody acknowledges everything that is open, or takes that back."""
        for incident in self.open_incidents():
            acked = encode(replace(incident, ack=ack))
            self.connection.execute("UPDATE incident SET doc = ? WHERE id = ?", (acked, incident.id))

        self.observe(asked=True)

    # What services do

    def deliver(self) -> None:
        """Every service is offered what is due."""
        for channel in self._channels:
            state = self.services.get(channel, NotificationState.SENT)
            while state is not None and self._offer(channel, state):
                pass

    def _offer(self, channel: str, state: NotificationState) -> bool:
        """Claim, send, settle."""
        hand = f"run {self.runs}"
        claim = self._write(partial(outbox.claim, channel=channel, now=self.now.wall, by=hand))
        if claim is None:
            return False

        told = members(self.connection, claim.notification.id, channel)
        self.offers.append(Offer(self.lived, channel, claim.notification, told, state))
        again = self.now.wall + _AGAIN if state is NotificationState.QUEUED else None
        attempt = Attempt(self.now.wall, _OUTCOMES[state])
        self._write(partial(outbox.settle, claimed=claim, attempt=attempt, state=state, next_attempt_at=again))
        return True

    def _dues(self) -> Iterator[int]:
        """Wall µs of what is next on each channel that is tried."""
        for channel in self._channels:
            due = self._write(partial(outbox.next_due, channel=channel, now=self.now.wall))
            if due is not None and self.services.get(channel, NotificationState.SENT) is not None:
                yield due

    # What is known

    @property
    def moment(self) -> Moment:
        """Now, in this boot."""
        return Moment(self.now, f"boot {self.boots}")

    def world(self, ids: Iterable[str] = ()) -> World:
        """What a transaction would read now."""
        return read_world(self.connection, list(ids), [HOME], self._channels, self.moment)

    def quiet(self) -> bool:
        """Whether it is night."""
        return quiet_hours(self.settings.alerts.quiet_hours, self.now.wall, BERLIN) is not None

    def open_incidents(self) -> tuple[Incident, ...]:
        """Every open state."""
        return tuple(one for one in self.incidents() if one.state is IncidentState.OPEN)

    def incidents(self) -> list[Incident]:
        """All that ever were."""
        return [decode(row["doc"], Incident) for row in self.connection.execute("SELECT doc FROM incident ORDER BY rowid")]

    @property
    def _channels(self) -> list[str]:
        return [channel.name for channel in self.settings.channels]

    def _take(self, after: Advance, *, asked: bool = False) -> Plan:
        """The engine's part: write what was decided, when there is something to decide."""
        self.memory = after.incidents
        if not (after.steps or asked or self.review.due(self.settings, self.now)):
            return Plan()

        world = self.world(touched(after.steps))
        decided = plan(after.steps, world, self.settings, self.now, BERLIN)
        made = self._write(partial(write_plan, plan=decided, moment=self.moment))
        self.memory = self.memory.adopted(made.incidents)
        self.review = Review.after(made, self.settings, self.now)
        self.written.append(Written(self.lived, made, world, dict(self.sights)))
        self.opened |= {step.incident.id: self.lived for step in made.steps if step.transition in _OPENINGS}
        return made

    def _look(self, said: Iterable[Verdict]) -> None:
        """Since when each kind is seen."""
        for verdict in said:
            for kind in verdict.clears:
                self.sights.pop((verdict.subject, kind), None)

            if verdict.present:
                self.sights.setdefault((verdict.subject, verdict.kind), self.lived)

    def _write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return transaction(self.connection, work)


def _name(verdict: Verdict) -> str:
    """What a later verdict takes the place of."""
    return f"{CATALOGUE[verdict.kind].form} {verdict.subject}"
