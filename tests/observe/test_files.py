"""A home's files as they come, change and go. Real inotify, real files."""

import os
import shutil
import socket
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from watchfiles import Change
from watchfiles._rust_notify import WatchfilesRustInternalError

from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.model.facts import FilesSeen, SourceWorks
from coven_watchdog.model.incidents import LookRequest
from coven_watchdog.model.words import Holder, Look
from coven_watchdog.observe.files import Changes, FilesSource, watch_home
from observe.bench import Seen, ground, hanging_disk, in_thread, kill, life, process, running
from waiting import auntil


def write_record(home: Path, pid: int) -> None:
    """As Coven leaves it."""
    (home / "daemon.json").write_text(f'{{"pid": {pid}}}', encoding="ascii")


def bind(home: Path) -> None:
    """A socket file that nobody listens on."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(home / "coven.sock"))


async def armed(seen: Seen) -> None:
    """The first look was told, and events are waited for: the look after arming has been made."""
    await seen.wait(FilesSeen)


@pytest.mark.anyio
async def test_the_first_look_is_told(home: Path, seen: Seen) -> None:
    """What lies there at the start is told once, and daemon and health are poked."""
    async with ground(home) as shared, running(FilesSource(shared), emit=seen.emit):
        first = await seen.wait(FilesSeen)
        assert first.directory is not None
        assert await shared.to_daemon.wait(0)
        assert await shared.to_health.wait(0)
        assert shared.files is not None
        assert shared.files.directory == first.directory


@pytest.mark.anyio
async def test_a_record_that_appears_and_goes(home: Path, seen: Seen) -> None:
    """A change of the record is told without being asked for, with its holder, and daemon and health are poked."""
    async with ground(home) as shared, running(FilesSource(shared), emit=seen.emit):
        await armed(seen)
        await shared.to_daemon.wait(1)
        await in_thread(lambda: write_record(home, os.getpid()))
        written = await seen.wait(FilesSeen, lambda files: files.record is not None)
        assert written.record is not None
        assert (written.record.pid, written.record_holder) == (os.getpid(), Holder.STRANGER)
        assert await shared.to_daemon.wait(1)
        await in_thread((home / "daemon.json").unlink)
        await seen.wait(FilesSeen, lambda files: files.record is None, count=2)


@pytest.mark.anyio
async def test_a_socket_that_appears(home: Path, seen: Seen) -> None:
    """A socket's appearance and loss are told."""
    async with ground(home) as shared, running(FilesSource(shared), emit=seen.emit):
        await armed(seen)
        await in_thread(lambda: bind(home))
        await seen.wait(FilesSeen, lambda files: files.socket is not None)
        await in_thread((home / "coven.sock").unlink)
        await seen.wait(FilesSeen, lambda files: files.socket is None, count=2)


@pytest.mark.anyio
async def test_changes_of_mode(home: Path, seen: Seen) -> None:
    """A home that is opened to others is told as a problem, and its closing too."""
    async with ground(home) as shared, running(FilesSource(shared), emit=seen.emit):
        await armed(seen)
        await in_thread(lambda: home.chmod(0o777))
        await seen.wait(FilesSeen, lambda files: bool(files.problems))
        await in_thread(lambda: home.chmod(0o700))
        await seen.wait(FilesSeen, lambda files: not files.problems, count=2)


@pytest.mark.anyio
async def test_what_does_not_matter_is_not_told(home: Path, seen: Seen) -> None:
    """The directory's own times, other files and an unchanged home are no news; a look is answered all the same."""
    async with ground(home) as shared:
        source = FilesSource(shared)
        async with running(source, emit=seen.emit):
            await armed(seen)
            await in_thread((home / "other").touch)
            source.ask(LookRequest(str(home), Look.FILES))
            await seen.wait(FilesSeen, count=2)
            shared.to_files.poke()
            await auntil(lambda: shared.files is not seen.all[-1])
            assert len(seen.of(FilesSeen)) == 2


@pytest.mark.anyio
async def test_a_written_ledger_is_a_hint(home: Path, seen: Seen) -> None:
    """When the WAL has another time or size than before the last listing, a listing is suggested, and nothing is told."""
    async with ground(home) as shared, running(FilesSource(shared), emit=seen.emit):
        await armed(seen)
        shared.mark = ()
        assert not shared.errands.hinted
        await in_thread(lambda: (home / "coven.sqlite3-wal").write_bytes(b"x"))
        await auntil(lambda: shared.errands.hinted)
        assert len(seen.of(FilesSeen)) == 1


@pytest.mark.anyio
async def test_a_printing_session_does_not_make_us_look_all_the_time(home: Path, seen: Seen) -> None:
    """While a hint waits for its listing, further writes to the ledger are no reason to look; other files are."""
    system = Written()
    async with ground(home) as shared, running(FilesSource(shared, system.watch), emit=seen.emit):
        await seen.wait(FilesSeen)
        await auntil(lambda: not shared.to_files._event.is_set())
        shared.errands.hint()
        await system.write(shared.paths.wal)
        assert not shared.to_files._event.is_set()
        await system.write(shared.paths.wal, shared.paths.record)
        assert shared.to_files._event.is_set()


class Written:
    """Tells of changes when the test says so."""

    def __init__(self) -> None:
        self.send, self.receive = anyio.create_memory_object_stream[Changes]()

    async def watch(self, _: HomePaths, stop: anyio.Event) -> AsyncIterator[Changes]:
        """As `watch_home`."""
        async with self.send, self.receive:
            while not stop.is_set():
                yield await self.receive.receive()

    async def write(self, *paths: Path) -> None:
        """These have changed."""
        await self.send.send({(Change.modified, str(path)) for path in paths})
        await anyio.lowlevel.checkpoint()


@pytest.mark.anyio
async def test_a_home_that_appears(path: Path, seen: Seen) -> None:
    """A missing home is looked for; once it is there, its events are followed."""
    async with ground(path) as shared, running(FilesSource(shared), emit=seen.emit):
        assert (await seen.wait(FilesSeen)).directory is None
        await in_thread(lambda: path.mkdir(mode=0o700))
        await seen.wait(FilesSeen, lambda files: files.directory is not None)
        await in_thread(lambda: bind(path))
        await seen.wait(FilesSeen, lambda files: files.socket is not None)


@pytest.mark.anyio
async def test_a_home_that_is_replaced(home: Path, seen: Seen) -> None:
    """When the directory is renamed away and another one takes its place, the new one's events are followed."""
    async with ground(home) as shared, running(FilesSource(shared), emit=seen.emit):
        first = await seen.wait(FilesSeen)
        away = home.with_name("away")
        await in_thread(lambda: home.rename(away))
        await seen.wait(FilesSeen, lambda files: files.directory is None)
        await in_thread(lambda: home.mkdir(mode=0o700))
        again = await seen.wait(FilesSeen, lambda files: files.directory is not None, count=2)
        assert first.directory is not None
        assert again.directory is not None
        assert again.directory.inode != first.directory.inode
        await in_thread(lambda: bind(home))
        await seen.wait(FilesSeen, lambda files: files.socket is not None)


@pytest.mark.anyio
async def test_a_home_that_is_deleted(home: Path, seen: Seen) -> None:
    """A deleted home is told as missing."""
    async with ground(home) as shared, running(FilesSource(shared), emit=seen.emit):
        await armed(seen)
        await in_thread(lambda: shutil.rmtree(home))
        await seen.wait(FilesSeen, lambda files: files.directory is None)


@pytest.mark.anyio
async def test_leftovers_of_a_daemon_that_has_just_ended(home: Path, seen: Seen) -> None:
    """After a daemon's end the next look is told although nothing has changed."""
    async with ground(home) as shared, running(FilesSource(shared), emit=seen.emit):
        await seen.wait(FilesSeen)
        shared.leftovers = True
        shared.to_files.poke()
        await seen.wait(FilesSeen, count=2)
        assert not shared.leftovers


@pytest.mark.anyio
async def test_the_holder_of_the_record(home: Path, seen: Seen) -> None:
    """Who the recorded pid belongs to is told: the daemon that is followed, and nobody once it is gone."""
    with process() as child:
        write_record(home, child.pid)
        async with ground(home) as shared, running(FilesSource(shared), emit=seen.emit):
            shared.daemon = life(child.pid)
            await seen.wait(FilesSeen, lambda files: files.record_holder is Holder.DAEMON)
            await in_thread(lambda: kill(child))
            shared.daemon = None
            shared.to_files.poke()
            await seen.wait(FilesSeen, lambda files: files.record_holder is Holder.NOBODY)


@pytest.mark.anyio
async def test_a_look_that_a_daemon_ended_under_is_made_again(home: Path, seen: Seen) -> None:
    """What was seen before the daemon's end must not be taken for what it left: such a look is made again."""
    with process() as child:
        async with ground(home) as shared, running(FilesSource(shared), emit=seen.emit):
            shared.daemon = life(child.pid)
            await seen.wait(FilesSeen)
            async with hanging_disk(shared) as released:
                shared.to_files.poke()
                await auntil(lambda: shared.threads.statistics().tasks_waiting > 0)
                ended_at = shared.now()
                shared.daemon = None
                await in_thread(lambda: write_record(home, child.pid))
                released.set()

            told = await seen.wait(FilesSeen, lambda files: files.record is not None)
            assert told.at.awake >= ended_at.awake


@pytest.mark.anyio
async def test_an_empty_record_is_read_again(home: Path, seen: Seen) -> None:
    """A record that is just being written is not told as garbage."""
    (home / "daemon.json").touch()
    async with ground(home) as shared:
        write = threading.Thread(target=write_record, args=(home, os.getpid()))

        async def note(observation: object) -> None:
            assert isinstance(observation, FilesSeen | SourceWorks)
            await seen.emit(observation)

        async with running(FilesSource(shared), emit=note):
            write.start()
            first = await seen.wait(FilesSeen, lambda files: files.record is not None and not files.record.garbage)
            assert first.record is not None
            assert first.record.pid == os.getpid()
            await in_thread(write.join)


class Exhausted:
    """A system without watches: raises until it is mended."""

    def __init__(self, error: Exception) -> None:
        self.error: Exception | None = error

    async def watch(self, paths: HomePaths, stop: anyio.Event) -> AsyncIterator[Changes]:
        """As `watch_home`."""
        if self.error is not None:
            raise self.error

        async for changes in watch_home(paths, stop):
            yield changes


@pytest.mark.anyio
@pytest.mark.parametrize(
    "error",
    [
        WatchfilesRustInternalError("Error creating recommended watcher: Too many open files (os error 24)"),
        OSError("OS file watch limit reached. about"),
    ],
)
async def test_files_are_polled_where_no_watch_is_left(home: Path, seen: Seen, error: Exception) -> None:
    """Without inotify the files are looked at once a second, which is said; changes are told all the same."""
    async with ground(home) as shared, running(FilesSource(shared, Exhausted(error).watch), emit=seen.emit):
        works = await seen.wait(SourceWorks)
        assert works.source == "files"
        assert works.note.startswith("inotify is exhausted")
        await in_thread(lambda: bind(home))
        await seen.wait(FilesSeen, lambda files: files.socket is not None)


@pytest.mark.anyio
async def test_a_single_look_watches_nothing(home: Path, seen: Seen) -> None:
    """For a single look no watch is asked for, so none can be refused; what is asked is answered all the same."""
    async with ground(home) as shared:
        shared.brief = True
        source = FilesSource(shared, Exhausted(OSError("OS file watch limit reached")).watch)
        async with running(source, emit=seen.emit):
            await seen.wait(FilesSeen)
            await in_thread(lambda: bind(home))
            source.ask(LookRequest(str(home), Look.FILES))
            assert (await seen.wait(FilesSeen, count=2)).socket is not None
            assert not seen.of(SourceWorks)


@pytest.mark.anyio
async def test_a_watch_that_can_be_had_again_is_said(home: Path, seen: Seen) -> None:
    """When the system has watches again, that is said too."""
    system = Exhausted(OSError("OS file watch limit reached"))
    async with ground(home) as shared, running(FilesSource(shared, system.watch, retry=0.05), emit=seen.emit):
        await seen.wait(SourceWorks)
        system.error = None
        await seen.wait(SourceWorks, lambda works: works.note == "")


@pytest.mark.anyio
async def test_a_home_that_goes_while_it_is_being_watched(home: Path, seen: Seen) -> None:
    """A home that vanishes between the look and the watch is missing, not a failure of inotify."""
    async with ground(home) as shared, running(FilesSource(shared, Exhausted(FileNotFoundError()).watch), emit=seen.emit):
        await seen.wait(FilesSeen)
        await in_thread(home.rmdir)
        await seen.wait(FilesSeen, lambda files: files.directory is None)
        assert not seen.of(SourceWorks)


@pytest.mark.anyio
async def test_a_hanging_disk_is_said(home: Path, seen: Seen) -> None:
    """When the home's file system does not answer, the look says so instead of waiting for ever."""
    async with (
        ground(home) as shared,
        hanging_disk(shared) as released,
        running(FilesSource(shared, hanging=0.05), emit=seen.emit),
    ):
        assert "did not answer" in (await seen.wait(FilesSeen)).error
        released.set()
        shared.to_files.poke()
        await seen.wait(FilesSeen, lambda files: not files.error)
