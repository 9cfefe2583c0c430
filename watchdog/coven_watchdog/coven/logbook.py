"""Lines of `daemon-recovery.log` come in; the last start that was tried, and the lines around a name or a moment, go out.

The log is an internal of Coven: phases and patterns were seen on 0.4.6, older versions write only `daemon starting` (seen).
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from coven_watchdog.coven.decoding import wall_of
from coven_watchdog.coven.log import tail
from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.model.time import SECOND

_LINE = re.compile(r"\[([^\]]{1,64})\] (.*)", re.DOTALL)
_PHASE = re.compile(r"startup_(?:budget|checkpoint) phase=([a-z0-9-]{1,64})")
_SERVING = re.compile(r"daemon starting pid=(\d{1,10}) socket=(.+)")
_FAILURE = re.compile(
    # A client that hangs up, or says no HTTP, is no failure of Coven's.
    r"API handler error for |unix (?:connection|accept) error: (?!empty API request|missing HTTP )|failed to |store maintenance |storage health snapshot |daemon panic: "
)
_LINES = 2_000
_AROUND = 2 * SECOND
_BUDGET = 5 * SECOND
_AT_ONCE = SECOND

SPAWNED, OPENING, OPENED, BOUND = "before-spawn", "daemon-store-begin", "daemon-store-end", "status-publication-begin"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: when it was written (wall µs, None when that cannot be read), what it says, and as it stands there."""

    at: int | None
    says: str
    raw: str


@dataclass(frozen=True, slots=True)
class Start:
    """The last start that was tried, as far as the log tells. `serving`: it wrote that it serves; `pid` and `socket` are its own words."""

    at: int | None
    phases: tuple[str, ...]
    pid: int | None
    socket: str
    lines: tuple[str, ...]

    @property
    def serving(self) -> bool:
        """It came up: it wrote so after binding its socket."""
        return self.pid is not None or BOUND in self.phases

    @property
    def detailed(self) -> bool:
        """Its version writes phases."""
        return bool(self.phases)

    @property
    def opened(self) -> bool:
        """It opened its store."""
        return OPENED in self.phases


def read(paths: HomePaths) -> tuple[Entry, ...]:
    """What the log and the one before it hold, the oldest first: 256 KiB of each at most. Blocking.

    Coven renames the log to `….log.1` when it is full and begins a new one (seen in its source): a start may stand in the old one.

    Raises:
        ForbiddenError: the system does not let us read it.
        CovenError: the system cannot read it.
    """
    before = Path(f"{paths.log}.1")
    lines = (*tail(before, lines=_LINES, since=None), *tail(paths.log, lines=_LINES, since=None))
    return entries(lines)


def entries(lines: Sequence[str]) -> tuple[Entry, ...]:
    """Lines as entries; a line without a stamp (a panic's backtrace) has the time of the one before it."""
    found: list[Entry] = []
    for raw in lines:
        match = _LINE.fullmatch(raw)
        at = wall_of(match[1]) if match else None
        found.append(Entry(at if match else found[-1].at if found else None, match[2] if match else raw, raw))

    return tuple(found)


def last_start(log: Sequence[Entry]) -> Start | None:
    """The last one; None when the log tells of none. What the starting command writes may come after the daemon's own lines."""
    began = _begins(log)
    if began is None:
        return None

    told = [entry for entry in log[began:] if _PHASE.match(entry.says) or _SERVING.match(entry.says)]
    serving = next((match for entry in told if (match := _SERVING.match(entry.says))), None)
    return Start(
        at=log[began].at,
        phases=tuple(match[1] for entry in told if (match := _PHASE.match(entry.says))),
        pid=int(serving[1]) if serving else None,
        socket=serving[2] if serving else "",
        lines=tuple(entry.raw for entry in told),
    )


def _begins(log: Sequence[Entry]) -> int | None:
    """Where it begins: where a daemon was spawned; of one that was started by hand, where it opened its store; else where it serves.

    The starting command may write its own lines after those of the daemon that it spawned (seen).
    """
    began = spawned = opened = None
    for at, entry in enumerate(log):
        phase = _phase(entry)
        if phase == SPAWNED and opened is not None and _soon(log[opened], entry):
            opened = None
        elif phase == SPAWNED:
            began = spawned = at
        elif phase == OPENING and spawned is not None and _soon(log[spawned], entry):
            spawned = None
        elif phase == OPENING:
            began = opened = at

    serving = (at for at in range(len(log) - 1, -1, -1) if _SERVING.match(log[at].says))
    return next(serving, None) if began is None else began


def _soon(first: Entry, second: Entry) -> bool:
    """Whether the two may be of one start, which gives up after 5 s."""
    return first.at is not None and second.at is not None and second.at - first.at <= _BUDGET


def _phase(entry: Entry) -> str:
    match = _PHASE.match(entry.says)
    return match[1] if match else ""


def failures(log: Sequence[Entry], since: int | None) -> tuple[Entry, ...]:
    """The entries that tell of something that failed, from `since` (wall µs) on."""
    return tuple(entry for entry in log if _FAILURE.match(entry.says) and _from(entry, since))


def _from(entry: Entry, since: int | None) -> bool:
    return since is None or (entry.at is not None and entry.at >= since)


def around(log: Sequence[Entry], names: Collection[str], times: Collection[int]) -> tuple[Entry, ...]:
    """The entries that hold one of these names (a pid as `pid=7`, a session's id, an error code), or were written within 2 s of a time."""
    patterns = [re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])") for name in names if name]
    return tuple(entry for entry in log if any(one.search(entry.says) for one in patterns) or _near(entry, times))


def _near(entry: Entry, times: Collection[int]) -> bool:
    return entry.at is not None and any(abs(entry.at - time) <= _AROUND for time in times)
