"""Events of the home's directory come in; what lies there goes out as `FilesSeen`, and pokes to those whom a change concerns.

A missing home is looked for every 5 s (its parent is never watched); where the system has no watches left, the files are looked
at every second, which is said.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import ClassVar

import anyio
from anyio.lowlevel import checkpoint
from watchfiles import Change, awatch
from watchfiles._rust_notify import WatchfilesRustInternalError

from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.decide.text import one_line
from coven_watchdog.model.facts import FileFact, FilesSeen, SourceWorks
from coven_watchdog.model.incidents import LookRequest
from coven_watchdog.model.time import Instant
from coven_watchdog.model.words import Look
from coven_watchdog.observe.shared import Mark, Shared
from coven_watchdog.observe.source import Emit
from coven_watchdog.observe.survey import Known, Survey, is_home, survey

Changes = set[tuple[Change, str]]
Watch = Callable[[HomePaths, anyio.Event], AsyncIterator[Changes]]
"""Yields what of interest in a home may have changed, until the event is set."""

_STEP = 300
_MISSING, _POLLED, _WATCHED = 5.0, 1.0, 15.0
_RETRY = 60.0
_SETTLE = 0.02
_HANGING = 20.0
_WHY = 80


def watch_home(paths: HomePaths, stop: anyio.Event) -> AsyncIterator[Changes]:
    """Watch a home (not what is below it) for the files that matter; each change is noticed some 300 ms late.

    Raises:
        FileNotFoundError: there is no such directory.
        OSError, WatchfilesRustInternalError: the system has no watches left.
    """
    names = {
        str(path) for path in (paths.root, paths.socket, paths.record, paths.serve_lock, paths.ledger, paths.wal, paths.log)
    }

    def concerns(_: Change, path: str) -> bool:
        return path in names

    return awatch(
        paths.root,
        watch_filter=concerns,
        debounce=_STEP,
        step=_STEP,
        stop_event=stop,
        rust_timeout=0,
        force_polling=False,
        recursive=False,
    )


class FilesSource:
    """Looks at the files of a home when they change, when asked, and every 15 s to be sure.

    Args:
        shared: the home's common ground.
        watch: tells of changes.
        retry: seconds after which a refused watch is tried again.
        hanging: seconds after which a look is given up.
    """

    name: ClassVar[str] = "files"
    looks: ClassVar[frozenset[Look]] = frozenset({Look.FILES})

    def __init__(self, shared: Shared, watch: Watch = watch_home, *, retry: float = _RETRY, hanging: float = _HANGING) -> None:
        self._shared = shared
        self._watch = watch
        self._retry = retry
        self._hanging = hanging
        self._asked = False
        self._told: FilesSeen | None = None
        self._log: Mark = ()
        self._polling = False
        self._present = anyio.Event()
        self._gone = anyio.Event()

    def ask(self, request: LookRequest) -> None:  # noqa: ARG002 - there is only one question about files
        """The next look is told in any case."""
        self._asked = True
        self._shared.to_files.poke()

    async def run(self, emit: Emit) -> None:
        """Look for ever, while a second task waits for events (not for a single look)."""
        self._told, self._polling, self._log = None, False, ()
        self._present, self._gone = anyio.Event(), anyio.Event()
        async with anyio.create_task_group() as tg:
            if not self._shared.brief:
                tg.start_soon(self._wait_for_events, emit, name=f"{self._shared.home}: file events")

            while True:
                await self._look(emit)
                self._shared.lap(self.name)
                await self._shared.rest(self.name, self._shared.to_files, self._pause)

    @property
    def _pause(self) -> float:
        if not self._present.is_set():
            return _MISSING

        return _POLLED if self._polling else _WATCHED

    async def _look(self, emit: Emit) -> None:
        asked = self._asked or self._shared.leftovers
        self._asked = self._shared.leftovers = False
        found = await self._survey()
        before, self._shared.files = self._shared.files, found.seen
        self._note_directory(before, found.seen)
        self._poke_others(before, found)
        if asked or self._told is None or _gist(found.seen) != _gist(self._told):
            self._told = found.seen
            await emit(found.seen)

    async def _survey(self) -> Survey:
        """One look; a second one when the record is just being written, or when the daemon ended meanwhile."""
        daemon = self._shared.daemon
        found = await self._survey_once()
        if found.unfinished:
            await anyio.sleep(_SETTLE)
        elif self._shared.daemon == daemon:
            return found

        return await self._survey_once()

    async def _survey_once(self) -> Survey:
        shared, at = self._shared, self._shared.now()
        try:
            with anyio.fail_after(self._hanging):
                return await shared.call(
                    survey, shared.home, at, shared.paths, shared.uid, Known(shared.daemon, apart=shared.apart)
                )
        except TimeoutError:
            return Survey(FilesSeen(shared.home, at, error=f"its file system did not answer within {self._hanging:g} s"), ())

    def _note_directory(self, before: FilesSeen | None, seen: FilesSeen) -> None:
        """A directory that appears is to be watched; one that went away or was replaced is to be left."""
        moved = before is not None and _place(before.directory) != _place(seen.directory)
        if moved and self._present.is_set():
            self._gone.set()
            self._gone, self._present = anyio.Event(), anyio.Event()

        if is_home(seen.directory):
            self._present.set()

    def _poke_others(self, before: FilesSeen | None, found: Survey) -> None:
        shared, seen = self._shared, found.seen
        if before is None or (before.socket, before.record, before.directory is None) != (
            seen.socket,
            seen.record,
            seen.directory is None,
        ):
            shared.to_daemon.poke()
            shared.to_health.poke()

        if found.log != self._log:
            self._log = found.log
            shared.to_log.poke()

        # Before the first listing there is nothing to compare with; it comes anyway.
        if shared.mark is not None and found.mark and found.mark != shared.mark:
            shared.errands.hint()

    async def _wait_for_events(self, emit: Emit) -> None:
        while True:
            await self._present.wait()
            refusal = await self._pass_on_events(emit)
            if isinstance(refusal, FileNotFoundError):
                self._shared.to_files.poke()
                await anyio.sleep(_POLLED)
            elif refusal is not None:
                self._polling = True
                self._shared.to_files.poke()
                why = one_line(str(refusal), _WHY)
                await emit(self._works(f"inotify is exhausted: files are looked at every second ({why})"))
                await anyio.sleep(self._retry)

    async def _pass_on_events(self, emit: Emit) -> Exception | None:
        """Poke at each event, until the directory is another one, or there can be no events: gives why."""
        stop = anyio.Event()
        refusal: Exception | None = None
        async with anyio.create_task_group() as tg:
            tg.start_soon(self._attend, self._gone, stop, emit, name=f"{self._shared.home}: file watch")
            try:
                async for changes in self._watch(self._shared.paths, stop):
                    if self._is_news(changes):
                        self._shared.to_files.poke()
            except (OSError, WatchfilesRustInternalError) as error:
                refusal = error

            tg.cancel_scope.cancel()

        return refusal

    def _is_news(self, changes: Changes) -> bool:
        """Whether to look: a session that prints writes to the ledger all the time, and one hint until the next listing is enough."""
        paths = self._shared.paths
        ledger = {str(paths.ledger), str(paths.wal)}
        return not (self._shared.errands.hinted and all(path in ledger for _, path in changes))

    async def _attend(self, gone: anyio.Event, stop: anyio.Event, emit: Emit) -> None:
        """End the watch when the directory is gone, or when we are: the waiting thread sees nothing but `stop`."""
        try:
            await checkpoint()
            # The watch stands by now. What changed before is found by one more look.
            self._shared.to_files.poke()
            if self._polling:
                self._polling = False
                await emit(self._works(""))

            await gone.wait()
        finally:
            stop.set()

    def _works(self, note: str) -> SourceWorks:
        return SourceWorks(self._shared.home, self._shared.now(), self.name, note)


def _place(directory: FileFact | None) -> tuple[int, int] | None:
    return (directory.device, directory.inode) if directory else None


def _gist(seen: FilesSeen) -> FilesSeen:
    """What makes a look worth telling: not the time, not the directory's own times, free space only in powers of two."""
    directory = seen.directory and replace(seen.directory, mtime=0, size=0)
    return replace(seen, at=Instant(0, 0), directory=directory, free_bytes=(seen.free_bytes or 0).bit_length())
