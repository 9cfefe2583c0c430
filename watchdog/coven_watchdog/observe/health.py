"""Time, pokes and looks come in; `GET /health` is asked, and `Asked` goes out when it says anything new.

Health proves only that the process accepts and answers: the session listing is the deep probe.
"""

from dataclasses import replace
from typing import ClassVar

from coven_watchdog.errors import CovenError
from coven_watchdog.model.facts import Asked, Health
from coven_watchdog.model.incidents import LookRequest
from coven_watchdog.model.time import MINUTE, SECOND
from coven_watchdog.model.words import Look, Outcome, Route
from coven_watchdog.observe.asking import answered, failed
from coven_watchdog.observe.shared import Shared
from coven_watchdog.observe.source import Emit

_RETRY = 0.5
_TOLD_EVERY = MINUTE


class HealthSource:
    """Asks each `health_interval`, sooner when poked, and every 500 ms while it is not yet sure that nobody answers."""

    name: ClassVar[str] = "health"
    looks: ClassVar[frozenset[Look]] = frozenset({Look.HEALTH})

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._asked: LookRequest | None = None
        self._told: Asked | None = None
        self._last: Asked | None = None
        self._failures = 0

    def ask(self, request: LookRequest) -> None:
        """Ask at once, and tell the answer whatever it is."""
        self._asked = request
        self._shared.to_health.poke()

    async def run(self, emit: Emit) -> None:
        """Ask for ever."""
        self._told, self._last, self._failures = None, None, 0
        while True:
            await self._round(emit)
            self._shared.lap(self.name)
            await self._shared.rest(self.name, self._shared.to_health, self._pause)

    @property
    def _pause(self) -> float:
        probe = self._shared.settings().probe
        return _RETRY if 0 < self._failures < probe.unresponsive_after else probe.health_interval.seconds

    async def _round(self, emit: Emit) -> None:
        request, self._asked = self._asked, None
        if request is None and not self._anybody:
            self._failures = 0
            return

        asked = await self._get(request)
        self._count(asked)
        if request is not None or self._is_news(asked):
            self._told = asked
            await emit(asked)

        self._last = asked

    @property
    def _anybody(self) -> bool:
        """Without a socket file nobody can answer: there is nothing to ask, and the files say so already."""
        files = self._shared.files
        return files is None or files.socket is not None

    async def _get(self, request: LookRequest | None) -> Asked:
        """One request, with the patience of the settings or of the look."""
        timeout = self._shared.settings().probe.health_timeout.seconds
        if request is not None and request.timeout is not None:
            timeout = request.timeout / SECOND

        try:
            async with self._shared.turn.hurriedly():
                answer = await self._shared.client.health(timeout)
        except CovenError as error:
            return failed(self._shared, Route.HEALTH, error)

        return answered(self._shared, Route.HEALTH, answer, health=answer.value)

    def _count(self, asked: Asked) -> None:
        """What the answer means for the other sources, and for the pace of this one."""
        shared = self._shared
        good = asked.outcome is Outcome.OK
        self._failures = 0 if good or asked.outcome is Outcome.NO_SOCKET else self._failures + 1
        other = asked.peer not in {None, shared.peer} and asked.outcome is not Outcome.UNTRUSTED
        if other:
            shared.peer = asked.peer
            shared.to_daemon.poke()

        if good and (other or not shared.answering):
            shared.errands.walk()

        shared.answering = good

    def _is_news(self, asked: Asked) -> bool:
        """Failures always; good answers when they say something else than the last one told, or a minute after it."""
        told = self._told
        if told is None or asked.outcome is not Outcome.OK:
            return True

        stirs = _recorded(self._last) == _recorded(told) != _recorded(asked)
        return stirs or asked.at.awake - told.at.awake >= _TOLD_EVERY or _gist(asked) != _gist(told)


def _recorded(asked: Asked | None) -> int | None:
    """How many events it has recorded: told when that moves after it stood still, for somebody prints who was silent."""
    writer = asked.health.event_writer if asked and asked.health else None
    return writer.committed_events if writer else None


def _gist(asked: Asked) -> tuple[object, ...]:
    """What the core could care about: not the latency, and not the counters that grow with every line of output."""
    return asked.outcome, asked.peer, asked.peer_uid, asked.health and _steady(asked.health)


def _steady(health: Health) -> Health:
    writer, storage = health.event_writer, health.storage
    return replace(
        health,
        event_writer=writer and replace(writer, committed_events=0),
        storage=storage and replace(storage, database_bytes=0, wal_bytes=0, free_disk_bytes=None),
    )
