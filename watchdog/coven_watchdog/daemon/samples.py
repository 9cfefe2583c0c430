"""Requests to Coven as they end come in; once a minute, what that minute was like goes out. Memory is bounded by the ceiling of requests."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from coven_watchdog.model.facts import Asked, Health, Observation
from coven_watchdog.model.samples import RouteSample, Sample, Turn
from coven_watchdog.model.words import Outcome, Route

_TURNS = 16


@dataclass(slots=True)
class _Minute:
    """What was asked of one home since the last sample. `last` outlives it: what comes next may be another."""

    took: dict[Route, list[int]] = field(default_factory=dict)
    failed: dict[Route, int] = field(default_factory=dict)
    turns: list[Turn] = field(default_factory=list)
    last: Turn | None = None
    health: Health | None = None


class Samples:
    """Of all homes."""

    def __init__(self) -> None:
        self._minutes: dict[str, _Minute] = {}

    def note(self, observation: Observation) -> None:
        """A request has ended; anything else is passed over."""
        if not isinstance(observation, Asked):
            return

        minute = self._minutes.setdefault(observation.home, _Minute())
        minute.took.setdefault(observation.route, []).append(observation.latency)
        minute.failed[observation.route] = minute.failed.get(observation.route, 0) + (observation.outcome is not Outcome.OK)
        if observation.route is Route.HEALTH:
            _heard(minute, observation)

    def take(self, now: int) -> tuple[Sample, ...]:
        """One sample for each home that was asked anything since the last time. `now`: wall µs."""
        found = tuple(_sample(home, minute, now) for home, minute in self._minutes.items() if minute.took)
        self._minutes = {home: _Minute(last=minute.last) for home, minute in self._minutes.items() if minute.took}
        return found


def _heard(minute: _Minute, asked: Asked) -> None:
    """Keep it, and the one before it, where the two differ."""
    turn = Turn(asked.at.wall, asked.outcome, asked.latency, asked.peer.pid if asked.peer else None, asked.detail)
    before, minute.last, minute.health = minute.last, turn, asked.health or minute.health
    if before is not None and (before.outcome, before.pid) != (turn.outcome, turn.pid) and len(minute.turns) < _TURNS:
        minute.turns += [one for one in (before, turn) if one not in minute.turns]


def _sample(home: str, minute: _Minute, now: int) -> Sample:
    last = [minute.last] if minute.last and minute.last not in minute.turns and Route.HEALTH in minute.took else []
    return Sample(
        home=home,
        at=now,
        routes=tuple(_routes(minute)),
        turns=(*minute.turns, *last),
        event_writer=minute.health.event_writer if minute.health else None,
        storage=minute.health.storage if minute.health else None,
        version=minute.health.coven_version if minute.health else "",
    )


def _routes(minute: _Minute) -> Iterator[RouteSample]:
    for route, took in sorted(minute.took.items()):
        ordered = sorted(took)
        yield RouteSample(route, len(ordered), minute.failed.get(route, 0), ordered[(len(ordered) - 1) // 2], ordered[-1])
