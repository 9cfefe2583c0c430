"""Files, modes and transactions."""

import os
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from coven_watchdog.errors import StoreBusyError, StoreDamagedError, StoreError, StoreUnwritableError
from coven_watchdog.store.connection import (
    FILE_NAME,
    check_pages,
    closed_on_error,
    connect,
    connect_memory,
    connect_reading,
    make_durable,
    prepare,
    transaction,
)
from coven_watchdog.store.edge import translated
from store.builders import START, counts

INSERT = "INSERT INTO blind_window VALUES ('h', ?, NULL, 'asleep')"


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_directory_and_files_are_private(tmp_path: Path) -> None:
    """0700 and 0600, also for what SQLite puts beside the file."""
    path = tmp_path / "state" / FILE_NAME
    prepare(path)
    with closing(connect(path)) as connection:
        make_durable(connection)
        connection.execute("CREATE TABLE t (x)")
        modes = {file.name: _mode(file) for file in path.parent.iterdir()}

    assert _mode(path.parent) == 0o700
    assert modes == {FILE_NAME: 0o600, f"{FILE_NAME}-wal": 0o600, f"{FILE_NAME}-shm": 0o600}


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    """The mode is put right; the directory, which may be the user's own, keeps its mode."""
    path = tmp_path / FILE_NAME
    path.touch(0o644)
    tmp_path.chmod(0o755)
    prepare(path)
    assert (_mode(path), _mode(tmp_path)) == (0o600, 0o755)


def _linked(path: Path) -> None:
    path.symlink_to("elsewhere")


def _written_by_others(path: Path) -> None:
    path.parent.chmod(0o770)


@pytest.mark.parametrize("spoil", [os.mkfifo, Path.mkdir, _linked, _written_by_others])
@pytest.mark.parametrize("end", ["", "-wal", "-journal"])
def test_what_others_could_have_put_there_is_not_touched(tmp_path: Path, spoil: Callable[[Path], None], end: str) -> None:
    """Neither a link nor a FIFO sends us elsewhere or holds us, and no other user decides what is in the database."""
    (tmp_path / "elsewhere").write_text("precious")
    (tmp_path / "elsewhere").chmod(0o644)
    path = tmp_path / FILE_NAME
    spoil(Path(f"{path}{end}"))
    for use in (prepare, connect, connect_reading):
        with pytest.raises(StoreUnwritableError) as caught:
            use(path)

        assert caught.value.next_step

    assert (_mode(tmp_path / "elsewhere"), (tmp_path / "elsewhere").read_text()) == (0o644, "precious")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_or_directory_of_another_user_is_not_touched(tmp_path: Path) -> None:
    """Its owner could change it at any time."""
    path = tmp_path / FILE_NAME
    path.touch(0o600)
    os.chown(path, 65534, 65534)
    with pytest.raises(StoreUnwritableError):
        prepare(path)

    os.chown(path, os.geteuid(), os.getegid())
    os.chown(tmp_path, 65534, 65534)
    with pytest.raises(StoreUnwritableError):
        prepare(path)


def test_commits_are_durable(connection: sqlite3.Connection) -> None:
    """Write-ahead log, full synchronisation, foreign keys, and no remains of what was deleted."""
    pragmas = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
    assert [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas] == ["wal", 2, 1, 1, 5000]


def test_a_transaction_is_all_or_nothing(connection: sqlite3.Connection) -> None:
    """What raises leaves nothing behind, and the next transaction works."""

    def fails(inside: sqlite3.Connection) -> None:
        inside.execute(INSERT, (START,))
        raise LookupError

    with pytest.raises(LookupError):
        transaction(connection, fails)

    assert transaction(connection, lambda inside: inside.execute(INSERT, (START,)).rowcount) == 1
    assert counts(connection, "blind_window") == (1,)


def test_a_rollback_of_sqlite_itself_is_no_second_error(connection: sqlite3.Connection) -> None:
    """The first error is the one that is raised."""

    def fails(inside: sqlite3.Connection) -> None:
        inside.execute("ROLLBACK")
        inside.execute("SELECT * FROM nowhere")

    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        transaction(connection, fails)


def test_pages_that_do_not_fit_are_found(connection: sqlite3.Connection, tmp_path: Path) -> None:
    """A page full of junk in the middle of the file is damage; a sound file is not."""
    check_pages(connection, "x")
    for second in range(2000):
        connection.execute(INSERT, (START + second,))

    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    root = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'blind_window'").fetchone()[0]
    with (tmp_path / FILE_NAME).open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\x05" + b"\xff" * 4095)

    with closing(connect(tmp_path / FILE_NAME)) as other, pytest.raises(StoreDamagedError), translated("x"):
        check_pages(other, "x")


def test_a_reader_cannot_write(connection: sqlite3.Connection, tmp_path: Path) -> None:
    """It sees what is committed, at once, and changes nothing."""
    with closing(connect_reading(tmp_path / FILE_NAME)) as reader:
        connection.execute(INSERT, (START,))
        assert counts(reader, "blind_window") == (1,)
        with pytest.raises(StoreUnwritableError), translated("x"):
            reader.execute(INSERT, (START + 1,))


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    """A directory in its place, or nothing at all."""
    (tmp_path / "folder").mkdir()
    for name in ("folder", "missing"):
        with pytest.raises(StoreError):
            connect_reading(tmp_path / name)


def test_a_reader_does_not_read_past_a_lock(connection: sqlite3.Connection, tmp_path: Path) -> None:
    """A file that another program keeps for itself is busy; it is not read without locks as a dead disk's file is."""
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute(INSERT, (START,))
    with pytest.raises(StoreBusyError):
        connect_reading(tmp_path / FILE_NAME, busy_seconds=0.01)


def test_what_is_not_finished_is_closed() -> None:
    """A connection whose preparation fails does not stay open; one that succeeds does."""
    good, bad = connect_memory(), connect_memory()
    with closed_on_error(good):
        pass
    with pytest.raises(LookupError), closed_on_error(bad):
        raise LookupError
    with pytest.raises(sqlite3.ProgrammingError):
        bad.execute("SELECT 1")
    with closing(good):
        assert good.execute("SELECT 1").fetchone()[0] == 1
