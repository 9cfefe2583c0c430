"""What was collected comes in; the report's lines are made of it with these few words: a fact with its basis, a time, a size."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from coven_watchdog.coven.excerpt import Excerpt
from coven_watchdog.decide.text import said
from coven_watchdog.diagnose.bundle.case import BundleCase
from coven_watchdog.diagnose.bundle.piece import Piece
from coven_watchdog.model.samples import Sample, Turn
from coven_watchdog.model.time import MINUTE
from coven_watchdog.model.words import Basis, DaemonState, Outcome
from coven_watchdog.report.times import moment

T = TypeVar("T")
RUNS = frozenset({DaemonState.RUNNING, DaemonState.UNRESPONSIVE, DaemonState.SOCKET_LOST, DaemonState.UNHEALTHY})
LONGEST = 300
_GIB, _MIB = 1024**3, 1024**2


@dataclass(frozen=True, slots=True)
class Collected:
    """Everything that the report is written from."""

    case: BundleCase
    pieces: Mapping[str, Piece]

    def data(self, file: str, kind: type[T]) -> T | None:
        """What a collector left for the report."""
        piece = self.pieces.get(file)
        return piece.data if piece is not None and isinstance(piece.data, kind) else None

    @property
    def log(self) -> Excerpt | None:
        """The daemon's log."""
        return self.data("daemon-recovery.log", Excerpt)

    @property
    def samples(self) -> tuple[Sample, ...]:
        """Our requests, minute by minute."""
        return self.data("requests.jsonl", tuple) or ()

    @property
    def before(self) -> Sample | None:
        """The last minute before the fault that has described parts of the daemon."""
        fault = self.case.fault or self.case.now.wall
        told = [one for one in self.samples if one.at <= fault + MINUTE and one.event_writer is not None]
        return told[-1] if told else None

    def turns(self) -> list[Turn]:
        """Health answers that were kept, the oldest first."""
        return sorted((turn for sample in self.samples for turn in sample.turns), key=lambda turn: turn.at)


def fact(text: str, basis: Basis) -> str:
    """One line."""
    return f"- {said(text, LONGEST)} [{basis.value}]"


def time(wall: int | None) -> str:
    """UTC to the millisecond; `not known`."""
    at = moment(wall)
    return "not known" if at is None else f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def outcome(what: Outcome) -> str:
    """What one request came to."""
    return "answered" if what is Outcome.OK else what.value.replace("_", " ")


def size(number: int) -> str:
    """`1.5 GiB`, `3.0 MiB`."""
    return f"{number / _GIB:.1f} GiB" if number >= _GIB else f"{number / _MIB:.1f} MiB"
