"""What a minute of watching one home was like: how often Coven was asked and how long it took, and how its parts were."""

from dataclasses import dataclass

from coven_watchdog.model.facts import EventWriter, Storage
from coven_watchdog.model.words import Outcome, Route


@dataclass(frozen=True, slots=True)
class RouteSample:
    """Our requests of one route: how many, how many failed, and their latencies (µs): median and worst."""

    route: Route
    asked: int
    failed: int
    median: int
    worst: int


@dataclass(frozen=True, slots=True)
class Turn:
    """A health answer before or after which it was another: at (wall µs), by which process, with what outcome, after how long (µs)."""

    at: int
    outcome: Outcome
    latency: int
    pid: int | None = None
    detail: str = ""

    @property
    def good(self) -> bool:
        """It was answered."""
        return self.outcome is Outcome.OK


@dataclass(frozen=True, slots=True)
class Sample:
    """One minute that ended at `at` (wall µs). `turns`: the last health of it, and those at which it changed."""

    home: str
    at: int
    routes: tuple[RouteSample, ...] = ()
    turns: tuple[Turn, ...] = ()
    event_writer: EventWriter | None = None
    storage: Storage | None = None
    version: str = ""
    """Coven's own, as its health says."""
