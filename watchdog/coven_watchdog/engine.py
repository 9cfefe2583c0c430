"""The one consumer of observations, and the one place where all meet: fold, judge, advance, plan, commit, wake, look."""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from coven_watchdog.decide.incidents import advance, withdraw
from coven_watchdog.decide.memory import Incidents, Key
from coven_watchdog.decide.phrases import summary
from coven_watchdog.decide.policy import plan, touched
from coven_watchdog.decide.review import Review
from coven_watchdog.judge import judge
from coven_watchdog.judge.look import look_of
from coven_watchdog.model.facts import SELF_HOME, Observation, StoreChanged
from coven_watchdog.model.incidents import Incident, Judgement, LookRequest, Step
from coven_watchdog.model.looks import BlindWindow, HomeLook
from coven_watchdog.model.telling import Plan, World
from coven_watchdog.model.time import Instant
from coven_watchdog.model.words import IncidentState, Kind, NotificationState
from coven_watchdog.settings import Settings
from coven_watchdog.state import HomeState, fold
from coven_watchdog.state.masking import masked

logger = logging.getLogger(__name__)


class EngineStore(Protocol):
    """The store, as far as the engine uses it."""

    async def commit(
        self,
        incidents: Collection[str],
        homes: Collection[str],
        channels: Collection[str],
        decide: Callable[[World], Plan],
        *,
        now: Instant,
        looks: Collection[HomeLook] = (),
        blind: Collection[BlindWindow] = (),
    ) -> Plan:
        """Decide and write in one transaction."""
        ...


@dataclass(frozen=True, slots=True)
class Ports:
    """What the engine needs of others."""

    settings: Callable[[], Settings]
    ask: Callable[[Iterable[LookRequest]], None]
    """Hand looks to the sources."""
    wake: Callable[[Iterable[str]], None]
    """These channels have something to deliver."""
    names: Iterator[str]
    """Fresh incident ids."""
    patient: bool = True
    """False for a single look, which cannot wait to see whether something lasts."""


class Engine:
    """Holds what is believed, and takes one observation at a time.

    Args:
        store: where everything is written before it is told.
        ports: settings, sources, outbox, ids.
        incidents: what the store remembers of the run before.
        boot: the name of this boot.
    """

    def __init__(self, store: EngineStore, ports: Ports, incidents: Incidents, boot: str) -> None:
        self._store = store
        self._ports = ports
        self._incidents = incidents
        self._boot = boot
        self._states: dict[str, HomeState] = {}
        self._judged: dict[str, Judgement] = {}
        self._wakes: dict[str, int] = {}
        self._reviews: dict[str, Review] = {}

    def watch(self, state: HomeState) -> None:
        """Take on a home; its observations may come from now on. What was withheld before is looked at with the first."""
        self._states[state.home] = state
        self._reviews[state.home] = Review()

    async def handle(self, observation: Observation, now: Instant) -> None:
        """From a fact to what must be told about it, committed.

        Raises:
            StoreError: the store takes it neither on disk nor in memory.
        """
        home = observation.home
        before = self._states.get(home)
        if before is None:
            return

        settings = self._ports.settings()
        state = self._states[home] = fold(before, masked(observation, settings.privacy.patterns))
        judgement = self._judged[home] = judge(state, settings, now)
        after = advance(
            self._incidents, judgement, settings, now, home=home, names=self._ports.names, patient=self._ports.patient
        )
        if state.forgotten:
            after = withdraw(self._incidents, home, now)
            self._forget(home)

        self._incidents = after.incidents
        if after.steps or self._review_due(observation, settings, now):
            written = await self._commit(after.steps, home, settings, now)
            self._incidents = self._incidents.adopted(written.incidents)
            if home in self._states:
                self._reviews[home] = Review.after(written, settings, now)

            self._wake(written)

        if home in self._states:
            self._ports.ask((*judgement.looks, *after.looks))
            self._wakes[home] = self._next(home, (judgement.wake_at, after.wake_at), now)

    def _review_due(self, observation: Observation, settings: Settings, now: Instant) -> bool:
        """Whether what was withheld must be looked at again: its time has come, or somebody asked for something."""
        review = self._reviews.get(observation.home)
        return review is not None and (isinstance(observation, StoreChanged) or review.due(settings, now))

    def _next(self, home: str, wakes: Iterable[int | None], now: Instant) -> int:
        """Awake µs at which the home must be judged, or what was withheld looked at; 0 for never."""
        due = self._reviews[home].wake_at(now)
        return min((at for at in (*wakes, due) if at is not None), default=0)

    async def _commit(self, steps: tuple[Step, ...], home: str, settings: Settings, now: Instant) -> Plan:
        """Write what changed, with who must hear it, in one transaction."""
        _log(steps)
        changed = bool(steps) and home in self._states and home != SELF_HOME
        return await self._store.commit(
            touched(steps),
            [home],
            [channel.name for channel in settings.channels],
            partial(_plan, steps, settings, now),
            now=now,
            looks=[self._look(home, now)] if changed else (),
            blind=[window for step in steps if (window := _window(step)) is not None],
        )

    def _wake(self, written: Plan) -> None:
        queued = {row.channel for row in written.notifications if row.state is NotificationState.QUEUED}
        if queued:
            self._ports.wake(queued)

    def looks(self, now: Instant) -> tuple[HomeLook, ...]:
        """Every home as it is believed to be, for keeping."""
        return tuple(self._look(home, now) for home in self._states if home != SELF_HOME)

    def state(self, home: str) -> HomeState | None:
        """What is believed about a home."""
        return self._states.get(home)

    def judgement(self, home: str) -> Judgement | None:
        """What the rules said about a home last; None before the first word."""
        return self._judged.get(home)

    def next_wake(self) -> tuple[str, int] | None:
        """The home that must be judged again soonest without a new fact, and when (awake µs)."""
        due = [(at, home) for home, at in self._wakes.items() if at]
        return min(due)[::-1] if due else None

    @property
    def open(self) -> Mapping[Key, Incident]:
        """The open incidents."""
        return self._incidents.open

    def _look(self, home: str, now: Instant) -> HomeLook:
        judgement = self._judged.get(home, Judgement())
        return look_of(self._states[home], judgement, self._ports.settings(), now, self._boot)

    def _forget(self, home: str) -> None:
        del self._states[home], self._judged[home], self._reviews[home]
        self._wakes.pop(home, None)


def _plan(steps: tuple[Step, ...], settings: Settings, now: Instant, world: World) -> Plan:
    return plan(steps, world, settings, now)


def _window(step: Step) -> BlindWindow | None:
    """What a home's blindness means for those who ask later whether it was watched."""
    incident = step.incident
    if incident.kind is not Kind.WATCHDOG_BLIND:
        return None

    return BlindWindow(incident.home, incident.fact_at, incident.resolved_at, incident.facts.detail)


def _log(steps: Iterable[Step]) -> None:
    for step in steps:
        incident = step.incident
        level = logging.INFO if incident.state is not IncidentState.OPEN else logging.WARNING
        logger.log(level, "%s %s %s %s: %s", step.transition, incident.kind, incident.id, incident.subject, summary(incident))
