"""A look comes in; what lies around after a fault goes out, redacted: evidence that the next `coven` command may delete."""

from collections.abc import Callable
from typing import ClassVar

import anyio

from coven_watchdog.coven.log import panicked, tail
from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.coven.processes import lock_owners, started_wall
from coven_watchdog.coven.record import read_record
from coven_watchdog.coven.trust import look
from coven_watchdog.decide.text import said
from coven_watchdog.errors import CovenError
from coven_watchdog.model.facts import Identity, Scene, SceneSeen
from coven_watchdog.model.incidents import LookRequest
from coven_watchdog.model.time import Instant
from coven_watchdog.model.words import Look
from coven_watchdog.observe.kernel import last_words
from coven_watchdog.observe.nudge import Nudge
from coven_watchdog.observe.shared import Shared
from coven_watchdog.observe.source import Emit

_LINES = 40
_LENGTH = 400
_REST = 60.0
_HANGING = 20.0
_PATIENCE = 0.15


class SceneSource:
    """Takes the scene when asked."""

    name: ClassVar[str] = "scene"
    looks: ClassVar[frozenset[Look]] = frozenset({Look.SCENE})

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._nudge = Nudge()

    def ask(self, request: LookRequest) -> None:  # noqa: ARG002 - there is only one question about the scene
        """Take the scene now."""
        self._nudge.poke()

    async def run(self, emit: Emit) -> None:
        """Wait to be asked, for ever."""
        shared = self._shared
        while True:
            shared.lap(self.name)
            if await shared.rest(self.name, self._nudge, _REST):
                identity = shared.daemon or shared.last_daemon
                with anyio.fail_after(_HANGING):
                    scene = await shared.call(take, shared.paths, identity, shared.now())

                await emit(SceneSeen(shared.home, shared.now(), identity, scene))


def take(paths: HomePaths, identity: Identity | None, now: Instant) -> Scene:
    """Gather what is there; each piece fails alone. Blocking.

    Args:
        paths: the home.
        identity: the daemon in question, living or not.
        now: stands in the scene, in wall µs.
    """
    log = _log(paths, identity)
    return Scene(
        taken_at=now.wall,
        record=_or_why(lambda: _record(paths)),
        socket=_or_why(lambda: _socket(paths)),
        lock=_lock(paths),
        log_tail=tuple(said(line, _LENGTH) for line in log),
        panic=panicked(log),
        kernel=said(last_words(identity.pid, _PATIENCE), _LENGTH) if identity else "",
    )


def _log(paths: HomePaths, identity: Identity | None) -> tuple[str, ...]:
    """The last lines since that daemon's start; since when it is not known, the last lines."""
    try:
        return tail(paths.log, lines=_LINES, since=started_wall(identity) if identity else None)
    except CovenError:
        return ()


def _record(paths: HomePaths) -> str:
    file = read_record(paths.record)
    return "there is none" if file is None else said(file.text, _LENGTH)


def _socket(paths: HomePaths) -> str:
    fact = look(paths.socket)
    if fact is None:
        return "there is none"

    return f"{fact.type}, mode {fact.mode:04o}, user {fact.uid}, inode {fact.inode}"


def _lock(paths: HomePaths) -> str:
    owners = lock_owners(paths.serve_lock)
    if owners is None:
        return "not knowable"

    return "held by pid " + ", ".join(str(owner.pid) for owner in owners) if owners else "free"


def _or_why(look_at: Callable[[], str]) -> str:
    """What was seen, or why it could not be."""
    try:
        return look_at()
    except (CovenError, OSError) as error:
        return said(str(error), _LENGTH)
