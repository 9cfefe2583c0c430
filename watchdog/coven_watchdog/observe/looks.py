"""Looks of the core come in, observations pass by; which looks are still in flight, and how long they may take, goes out."""

from collections.abc import Mapping

import anyio

from coven_watchdog.model.facts import (
    Asked,
    EventsSeen,
    FilesSeen,
    LockSeen,
    Observation,
    SceneSeen,
    SessionSeen,
    SessionsListed,
)
from coven_watchdog.model.incidents import LookRequest
from coven_watchdog.model.log import LogSeen
from coven_watchdog.model.processes import HarnessSought, OutputSeen, TailSeen
from coven_watchdog.model.programs import AdaptersSeen, ProgramsSeen
from coven_watchdog.model.time import MILLISECOND, SECOND, Instant
from coven_watchdog.model.words import Look, Route
from coven_watchdog.settings import Probe

_LOCAL = 0.25
_REQUEST = 20.0
_QUEUE = 1.0
_SEARCH = 180.0
"""Up to some forty requests, 2.5 s apart."""
_SPACING = 50 * MILLISECOND
_REMEMBERED = 1000

_ROUTES = {Route.HEALTH: Look.HEALTH, Route.SESSIONS: Look.SESSIONS, Route.SESSION: Look.SESSION, Route.EVENTS: Look.EVENTS}

_OF_HOME: Mapping[type[Observation], Look] = {
    FilesSeen: Look.FILES,
    LockSeen: Look.DAEMON,
    SceneSeen: Look.SCENE,
    LogSeen: Look.LOG,
    SessionsListed: Look.SESSIONS,
    ProgramsSeen: Look.PROGRAMS,
    AdaptersSeen: Look.ADAPTERS,
}
_OF_SESSION: Mapping[type[Observation], Look] = {
    SessionSeen: Look.SESSION,
    EventsSeen: Look.EVENTS,
    HarnessSought: Look.HARNESS,
    OutputSeen: Look.OUTPUT,
    TailSeen: Look.TAIL,
}


class Looks:
    """The looks in flight. Equal ones are one."""

    def __init__(self) -> None:
        self.pending: dict[LookRequest, anyio.Event] = {}
        self._asked_at: dict[LookRequest, int] = {}
        self._begun: dict[LookRequest, int] = {}

    def add(self, request: LookRequest, now: Instant) -> bool:
        """Take a look; tells whether it is a new one."""
        if request in self.pending:
            return False

        self.pending[request] = anyio.Event()
        self._begun[request] = now.awake
        return True

    def pause(self, request: LookRequest, now: Instant) -> int:
        """µs to wait before the look is made: a question that is asked again at once must not make a busy loop."""
        last = self._asked_at.pop(request, None)
        pause = 0 if last is None else max(0, last + _SPACING - now.awake)
        self._asked_at[request] = now.awake + pause
        while len(self._asked_at) > _REMEMBERED:
            del self._asked_at[next(iter(self._asked_at))]

        return pause

    def settle(self, observation: Observation) -> None:
        """An observation passes by: the looks that it answers are done, unless it was made before they were asked."""
        for look, subject in answers(observation):
            for request in [one for one in self.pending if (one.look, one.subject) == (look, subject)]:
                if observation.at.awake >= self._begun[request]:
                    self.drop(request)

    def drop(self, request: LookRequest) -> None:
        """The look is done, or given up."""
        del self._begun[request]
        self.pending.pop(request).set()


def answers(observation: Observation) -> tuple[tuple[Look, str], ...]:
    """Which look, at which subject, an observation answers."""
    match observation:
        case (
            SessionSeen(session=session)
            | EventsSeen(session=session)
            | HarnessSought(session=session)
            | TailSeen(session=session)
            | OutputSeen(session=session, over=True)
        ):
            return ((_OF_SESSION[type(observation)], session),)
        case Asked(route=route, session=session):
            return ((_ROUTES[route], session),)
        case _:
            look = _OF_HOME.get(type(observation))
            return ((look, ""),) if look else ()


def patience(request: LookRequest, probe: Probe) -> float:
    """Seconds within which a look is answered: 250 ms for what lies on this machine, the time-out for a request."""
    if request.look is Look.HEALTH:
        timeout = probe.health_timeout if request.timeout is None else request.timeout
        return timeout / SECOND + _QUEUE

    if request.look in {Look.OUTPUT, Look.TAIL}:
        return _SEARCH

    return _REQUEST if request.look in {Look.ADAPTERS, Look.SESSIONS, Look.SESSION, Look.EVENTS, Look.HARNESS} else _LOCAL
