"""One look at a home's files."""

import os
import socket
from pathlib import Path

from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.model.facts import FilesSeen, Identity
from coven_watchdog.model.time import Instant
from coven_watchdog.model.words import FileType, Holder
from coven_watchdog.observe.survey import Known, is_home, mark_of, survey
from observe.bench import life, process

AT = Instant(1, 2)


def look(home: Path, daemon: Identity | None = None, *, apart: bool = False) -> FilesSeen:
    """What a look sees."""
    return survey(str(home), AT, HomePaths(home), os.getuid(), Known(daemon, apart=apart)).seen


def test_no_home(path: Path) -> None:
    """Of a missing home nothing is said but that."""
    assert look(path) == FilesSeen(str(path), AT)


def test_an_empty_home(home: Path) -> None:
    """A home without a daemon: directory and free space, no socket, no record."""
    seen = look(home)
    assert seen.directory is not None
    assert seen.directory.type is FileType.DIRECTORY
    assert (seen.socket, seen.record, seen.problems, seen.error) == (None, None, (), "")
    assert seen.free_bytes is not None
    assert seen.free_bytes > 0


def test_socket_and_record(home: Path) -> None:
    """Socket and record are seen, and who the recorded pid belongs to."""
    with socket.socket(socket.AF_UNIX) as listening, process() as child:
        listening.bind(str(home / "coven.sock"))
        (home / "daemon.json").write_text(f'{{"pid": {child.pid}}}', encoding="ascii")
        seen = look(home)
        assert seen.socket is not None
        assert seen.record is not None
        assert seen.record_mtime is not None
        assert (seen.record.pid, seen.record_holder, seen.record_program) == (child.pid, Holder.STRANGER, "sleep")
        assert [problem.subject for problem in seen.problems] == ["socket"]
        own = look(home, life(child.pid))
        assert (own.record_holder, own.record_program) == (Holder.DAEMON, "")

    assert look(home).record_holder is Holder.NOBODY


def test_across_pid_namespaces_nobody_is_known(home: Path) -> None:
    """What a daemon in a container recorded is a pid of its own world: here it may be anybody's, or nobody's."""
    with process() as child:
        (home / "daemon.json").write_text(f'{{"pid": {child.pid}}}', encoding="ascii")
        elsewhere = look(home, apart=True)
        assert (elsewhere.record_holder, elsewhere.record_program) == (Holder.UNKNOWN, "")
        assert look(home, life(child.pid), apart=True).record_holder is Holder.DAEMON

    assert look(home, apart=True).record_holder is Holder.UNKNOWN


def test_process_one_was_the_first_of_a_container(home: Path) -> None:
    """No Coven of this namespace ever was process 1: the record is another one's, though nobody serves any more."""
    (home / "daemon.json").write_text('{"pid": 1}', encoding="ascii")
    assert look(home).record_holder is Holder.UNKNOWN


def test_garbage_belongs_to_nobody_known(home: Path) -> None:
    """Of a record without a pid the holder is unknown."""
    (home / "daemon.json").write_text("{", encoding="ascii")
    seen = look(home)
    assert seen.record is not None
    assert seen.record.garbage
    assert seen.record_holder is Holder.UNKNOWN
    assert seen.record_file is not None
    assert seen.record_file.size == 1


def test_a_linked_home_is_not_looked_into(home: Path, path: Path) -> None:
    """Coven refuses a home that is a link: it is a problem, and what lies behind it is not read."""
    (home / "daemon.json").write_text('{"pid": 1}', encoding="ascii")
    link = path.with_name("l")
    link.symlink_to(home)
    seen = look(link)
    assert [problem.subject for problem in seen.problems] == ["home"]
    assert seen.record is None
    assert not is_home(seen.directory)


def test_what_cannot_be_seen_is_said(home: Path) -> None:
    """Where the system cannot look, the look says why and nothing else."""
    loop = home / "loop"
    loop.symlink_to(loop)
    seen = look(loop / "h")
    assert seen.error
    assert seen.directory is None


def test_an_empty_record_is_unfinished(home: Path) -> None:
    """A record that is just being written is worth a second look."""
    paths = HomePaths(home)
    assert not survey(str(home), AT, paths, os.getuid(), Known()).unfinished
    paths.record.touch()
    assert survey(str(home), AT, paths, os.getuid(), Known()).unfinished


def test_the_mark_changes_with_the_ledger(home: Path) -> None:
    """Equal marks mean that neither ledger nor WAL was written to."""
    paths = HomePaths(home)
    assert mark_of(paths) == ()
    paths.wal.write_bytes(b"a")
    first = mark_of(paths)
    assert mark_of(paths) == first
    os.utime(paths.wal, ns=(0, 5))
    assert mark_of(paths) != first
    paths.ledger.touch()
    assert len(mark_of(paths)) == 2 * len(first)
