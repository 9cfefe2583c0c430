"""The one database through damage, full disks and read-only ones."""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from threading import Event

import pytest

from coven_watchdog.errors import StoreError, StoreUnwritableError
from coven_watchdog.model.incidents import Facts
from coven_watchdog.store.connection import FILE_NAME, connect
from coven_watchdog.store.database import Database, StoreCondition
from coven_watchdog.store.memory import check_rows, load
from coven_watchdog.store.migrations import NEWEST
from coven_watchdog.store.reading import StoreReader
from coven_watchdog.store.requests import request_test
from coven_watchdog.store.writing import write_plan
from store.builders import START, counts, database, event, incident, moment, notification, story

WELL = StoreCondition(recorded=True)
STAMP = "20260528T202640Z"


@contextmanager
def opened(directory: Path) -> Iterator[Database]:
    """A database, closed in the end."""
    with closing(Database(directory, partial(check_rows, moment=moment()), START)) as one:
        yield one


def _note(one: Database, name: str = "k7fq") -> None:
    """A commit that needs new pages."""
    opened_one = incident(name, subject=name, facts=Facts(detail="x" * 10_000))
    one.run(partial(write_plan, plan=story(opened_one, notification(f"{name}.1")), moment=moment()))


def _known(one: Database) -> list[str]:
    return [found.id for found in one.run(partial(load, moment=moment())).open]


def _recorded(directory: Path) -> list[str]:
    with StoreReader(directory / FILE_NAME) as reader:
        return sorted(found.id for found in reader.incidents())


def _files(directory: Path) -> set[str]:
    return {file.name for file in directory.iterdir() if not file.name.endswith(("-wal", "-shm"))}


def _forbid(one: Database) -> None:
    """SQLite's own word for a disk that became read-only."""
    one._connection.execute("PRAGMA query_only = ON")


def _fill(one: Database) -> None:
    """SQLite's own word for a full disk."""
    one._connection.execute("PRAGMA max_page_count = 1")


def _overwrite(one: Database, table: str) -> None:
    """Somebody writes junk over a table's first page while the service runs."""
    one._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    root = one._connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()[0]
    with one.path.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\x05" + b"\xff" * 4095)

    one._connection.execute("PRAGMA shrink_memory")


def test_a_fresh_directory(tmp_path: Path) -> None:
    """The directory and the file are made, and everything is recorded."""
    state = tmp_path / "a" / "state"
    with opened(state) as one:
        _note(one)
        assert one.condition == WELL

    assert _recorded(state) == ["k7fq"]
    assert _files(state) == {FILE_NAME}


def test_work_that_raises_leaves_nothing(tmp_path: Path) -> None:
    """What it raises is raised as it is, and the file is not blamed."""

    def fails(connection: sqlite3.Connection) -> None:
        write_plan(connection, story(incident()), moment())
        raise LookupError

    with opened(tmp_path) as one:
        with pytest.raises(LookupError):
            one.run(fails)

        assert (_known(one), one.condition) == ([], WELL)


def test_a_mistake_of_ours_is_no_reason_to_leave_the_file(tmp_path: Path) -> None:
    """A refused statement is an error and changes nothing."""
    with opened(tmp_path) as one:
        with pytest.raises(StoreError, match="nowhere"):
            one.run(lambda connection: connection.execute("SELECT * FROM nowhere"))

        assert one.condition == WELL


def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    """It is refused before anything is written, whatever else."""
    with closing(database(tmp_path)) as connection:
        connection.execute("INSERT INTO migration VALUES (?, 'later', 1)", (NEWEST + 1,))

    before = (tmp_path / FILE_NAME).read_bytes()
    with pytest.raises(StoreError, match="newer"), opened(tmp_path):
        pass

    assert (tmp_path / FILE_NAME).read_bytes() == before


@pytest.mark.parametrize("junk", [b"junk" * 2000, b"SQLite format 3\x00" + b"\xff" * 8000])
def test_a_file_that_is_no_database_is_kept_aside(tmp_path: Path, junk: bytes) -> None:
    """A new one is begun, which is recorded, and people are told where the old one lies."""
    (tmp_path / FILE_NAME).write_bytes(junk)
    aside = tmp_path / f"{FILE_NAME}.damaged-{STAMP}"
    with opened(tmp_path) as one:
        _note(one)
        assert one.condition == StoreCondition(recorded=True, damaged=aside)

    assert aside.read_bytes() == junk
    assert _recorded(tmp_path) == ["k7fq"]


def test_pages_that_do_not_fit_are_found_at_the_start(tmp_path: Path) -> None:
    """Damage in the middle of the file, too."""
    with opened(tmp_path) as one:
        _note(one)
        _overwrite(one, "history")

    with opened(tmp_path) as one:
        assert one.condition.damaged == tmp_path / f"{FILE_NAME}.damaged-{STAMP}"
        assert _known(one) == []


@pytest.mark.parametrize("damage", ["UPDATE incident SET doc = '{}'", "DROP TABLE notification_incident"])
def test_rows_that_make_no_sense_are_damage(tmp_path: Path, damage: str) -> None:
    """Sound pages with nonsense on them would stop every start: they are set aside as well."""
    with opened(tmp_path) as one:
        _note(one)
        one.run(lambda connection: connection.execute("PRAGMA foreign_keys"))
        one._connection.execute(damage)

    with opened(tmp_path) as one:
        assert one.condition.damaged is not None
        assert _known(one) == []


def test_a_disk_that_fails_while_the_rows_are_looked_at(tmp_path: Path) -> None:
    """That is no damage: the file stays where it is."""

    def fails(_: sqlite3.Connection) -> None:
        message = "the disk fails"
        raise StoreUnwritableError(message)

    with closing(Database(tmp_path, fails, START)) as one:
        assert one.condition == StoreCondition(recorded=False, why="the disk fails")

    assert _files(tmp_path) == {FILE_NAME}


@pytest.mark.parametrize(("trouble", "why"), [(_forbid, "read-only"), (_fill, "full")])
def test_a_disk_that_fails_later(tmp_path: Path, trouble: Callable[[Database], None], why: str) -> None:
    """The commit that failed is not lost, what was open is known under its id, and it is said that nothing is recorded."""
    with opened(tmp_path) as one:
        _note(one, "aaaa")
        trouble(one)
        for name in ("bbbb", "cccc"):
            _note(one, name)

        assert _known(one) == ["aaaa", "bbbb", "cccc"]
        assert not one.condition.recorded
        assert why in one.condition.why
        assert str(one.path) in one.condition.why
        assert _recorded(tmp_path) == ["aaaa"]


def test_the_way_back(tmp_path: Path) -> None:
    """Once the disk allows it, the file holds everything, and later commits reach it."""
    with opened(tmp_path) as one:
        _note(one, "aaaa")
        _forbid(one)
        _note(one, "bbbb")
        assert one.retry()
        _note(one, "cccc")
        assert one.condition == WELL
        assert _recorded(tmp_path) == ["aaaa", "bbbb", "cccc"]
        pragmas = [one._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "busy_timeout")]
        assert pragmas == [2, 5000]

    assert _files(tmp_path) == {FILE_NAME}


def test_the_last_way_back(tmp_path: Path) -> None:
    """A service that stops while its disk works again leaves nothing in memory."""
    with opened(tmp_path) as one:
        _forbid(one)
        _note(one)

    assert _recorded(tmp_path) == ["k7fq"]


def test_nothing_to_go_back_from(tmp_path: Path) -> None:
    """While the file is in use, trying is cheap and changes nothing."""
    with opened(tmp_path) as one:
        before = one._connection
        assert one.retry()
        assert one._connection is before


def test_a_way_back_that_is_not_open_yet(tmp_path: Path) -> None:
    """It stays in memory, knows why, and loses nothing."""
    with opened(tmp_path) as one, closing(connect(one.path)) as holder:
        _forbid(one)
        _note(one)
        holder.execute("BEGIN IMMEDIATE")
        assert not one.retry()
        assert "another program holds" in one.condition.why
        holder.execute("ROLLBACK")
        assert one.retry()
        assert _recorded(tmp_path) == ["k7fq"]


def test_a_program_that_holds_the_file(tmp_path: Path) -> None:
    """Nobody waits for it longer than the bound: alerts go on from memory, and the file is used again when it is free."""
    with opened(tmp_path) as one, closing(connect(one.path)) as holder:
        one._connection.execute("PRAGMA busy_timeout = 10")
        holder.execute("BEGIN IMMEDIATE")
        _note(one)
        assert "another program holds" in one.condition.why
        holder.execute("ROLLBACK")
        assert one.retry()
        assert _recorded(tmp_path) == ["k7fq"]


def test_an_error_in_memory_is_an_error(tmp_path: Path) -> None:
    """There is nothing behind memory to fall back on, and what was known stays known."""
    with opened(tmp_path) as one:
        _note(one, "aaaa")
        _forbid(one)
        _note(one, "bbbb")
        _forbid(one)
        with pytest.raises(StoreUnwritableError):
            _note(one, "cccc")

        one._connection.execute("PRAGMA query_only = OFF")
        assert _known(one) == ["aaaa", "bbbb"]


def test_a_directory_that_cannot_be(tmp_path: Path) -> None:
    """The service runs all the same, from memory, and says why."""
    (tmp_path / "state").touch()
    with opened(tmp_path / "state") as one:
        _note(one)
        assert _known(one) == ["k7fq"]
        assert one.condition.why.startswith("the database file cannot be used: ")
        assert not one.retry()
        (tmp_path / "state").unlink()
        assert one.retry()

    assert _recorded(tmp_path / "state") == ["k7fq"]


def test_what_was_never_read_is_not_overwritten(tmp_path: Path) -> None:
    """A file that could not be read at the start is kept aside when the way back opens."""
    with opened(tmp_path / "old") as one:
        _note(one, "aaaa")

    path = tmp_path / FILE_NAME
    path.mkdir()
    with opened(tmp_path) as one:
        _note(one, "bbbb")
        path.rmdir()
        (tmp_path / "old" / FILE_NAME).rename(path)
        assert one.retry()
        assert one.condition == WELL

    assert _recorded(tmp_path) == ["bbbb"]
    (aside,) = tmp_path.glob(f"{FILE_NAME}.unread-*")
    with StoreReader(aside) as reader:
        assert [found.id for found in reader.incidents()] == ["aaaa"]


def test_a_file_damaged_while_nobody_could_write(tmp_path: Path) -> None:
    """The way back moves it aside like any damaged file, and writes what memory knows."""
    with opened(tmp_path) as one:
        _note(one, "aaaa")
        _forbid(one)
        _note(one, "bbbb")
        one.path.write_bytes(b"junk" * 2000)
        assert one.retry()
        assert one.condition == StoreCondition(recorded=True, damaged=tmp_path / f"{FILE_NAME}.damaged-{STAMP}")
        assert _recorded(tmp_path) == ["aaaa", "bbbb"]


def test_damage_while_running(tmp_path: Path) -> None:
    """What can still be read is kept under its id, the commit is not lost, and a new file holds both at once."""
    with opened(tmp_path) as one:
        _note(one, "aaaa")
        _overwrite(one, "history")
        _note(one, "bbbb")
        assert one.condition == StoreCondition(recorded=True, damaged=tmp_path / f"{FILE_NAME}.damaged-{STAMP}")
        assert _known(one) == ["aaaa", "bbbb"]
        assert _recorded(tmp_path) == ["aaaa", "bbbb"]


def test_damage_that_leaves_nonsense(tmp_path: Path) -> None:
    """Rescued rows that cannot be understood are dropped rather than met again at every start."""
    with opened(tmp_path) as one:
        _note(one, "aaaa")
        one._connection.execute("UPDATE incident SET doc = '{}'")
        _overwrite(one, "history")
        _note(one, "bbbb")
        assert one.condition.recorded
        assert _known(one) == ["bbbb"]


def test_damage_where_nothing_can_be_moved(tmp_path: Path) -> None:
    """It goes on in memory; when the file can be replaced, it is."""
    state = tmp_path / "state"
    with opened(state) as one:
        _note(one, "aaaa")
        _overwrite(one, "history")
        state.rename(tmp_path / "elsewhere")
        state.touch()
        _note(one, "bbbb")
        assert _known(one) == ["aaaa", "bbbb"]
        assert not one.condition.recorded
        state.unlink()
        (tmp_path / "elsewhere").rename(state)
        assert one.retry()

    assert _recorded(state) == ["aaaa", "bbbb"]
    assert len(list(state.glob(f"{FILE_NAME}.damaged-{STAMP}"))) == 1


def test_a_removed_file_is_written_again(tmp_path: Path) -> None:
    """SQLite would go on writing to a file that has no name: it is noticed with the next try."""
    with opened(tmp_path) as one:
        _note(one, "aaaa")
        for file in tmp_path.iterdir():
            file.unlink()
        _note(one, "bbbb")
        assert one.retry()
        assert one.condition == WELL
        assert _recorded(tmp_path) == ["aaaa", "bbbb"]


def test_changes_of_others_are_noticed_once(tmp_path: Path) -> None:
    """Our own writes are no change elsewhere, and neither is what was there before the way back."""
    with opened(tmp_path) as one:
        _note(one)
        assert not one.changed_elsewhere()
        request_test(one.path, ["desk"], START)
        assert [one.changed_elsewhere(), one.changed_elsewhere()] == [True, False]
        _forbid(one)
        _note(one, "bbbb")
        assert not one.changed_elsewhere()
        assert one.retry()
        assert not one.changed_elsewhere()


def test_what_is_being_written_is_waited_for(tmp_path: Path) -> None:
    """A command whose commit is not over yet is not missed: its bytes have rung the bell, and nothing would ring it again."""
    with opened(tmp_path) as one, closing(connect(one.path)) as command, ThreadPoolExecutor(1) as asker:
        command.execute("BEGIN IMMEDIATE")
        command.execute("DELETE FROM silence")
        asking = Event()

        def ask() -> bool:
            asking.set()
            return one.changed_elsewhere()

        asked = asker.submit(ask)
        asking.wait()
        command.execute("COMMIT")
        assert asked.result()
        assert not one.changed_elsewhere()


def test_a_test_asked_for_while_in_memory_is_found_after_the_way_back(tmp_path: Path) -> None:
    """It waits in the file until then."""
    with opened(tmp_path) as one:
        _forbid(one)
        _note(one)
        request_test(one.path, ["desk"], START)
        assert one.retry()
        assert one.run(lambda connection: counts(connection, "notification")) == (2,)


def test_events_are_noted_once_through_all_this(tmp_path: Path) -> None:
    """What memory lost, the file knows."""
    for name in ("aaaa", "bbbb"):
        with opened(tmp_path) as one:
            one.run(partial(write_plan, plan=story(event(name)), moment=moment()))

    assert _recorded(tmp_path) == ["aaaa"]
