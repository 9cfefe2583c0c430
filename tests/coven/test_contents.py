"""What the ledger holds of each session, and that nothing that was said in it comes along unasked."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from coven_watchdog.coven.contents import Event, Recorded, contents, events_of, printed
from coven_watchdog.coven.ledger import UnclearError
from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.errors import NotContractError
from ledgers import AT, ledger
from rigs.untouched import changes, stamps


def test_sessions_with_what_was_recorded_of_them(tmp_path: Path) -> None:
    """The newest first; events by kind with number, size and sequence; what is private stands apart; no file is touched."""
    out = '{"data": "a secret"}'
    ledger(
        tmp_path,
        {"id": "aa", "title": "", "labels": '["x"]'},
        {"id": "bb", "status": "failed", "exit_code": 3, "archived_at": AT, "external": 1},
        events=(("bb", "output", out), ("bb", "output", out), ("bb", "exit", '{"exitCode": 3}')),
    )
    before = stamps(tmp_path)
    found = contents(HomePaths(tmp_path), 10)
    assert found is not None
    first, second = found.rows
    assert (first.id, first.status, first.exit_code, first.external, first.archived_at) == ("bb", "failed", 3, True, AT)
    assert first.events == (Recorded("output", 2, 2 * len(out), 1, 2, AT, AT), Recorded("exit", 1, 15, 3, 3, AT, AT))
    assert second.private == {"labels": '["x"]', "project_root": "/home/ada/shop"}
    assert [row.id for row in found.named("a")] == ["aa"]
    assert changes(before, stamps(tmp_path)) == {}


def test_only_so_many(tmp_path: Path) -> None:
    """The newest are read, all are counted."""
    sessions: list[dict[str, object]] = [{"id": f"s{number}"} for number in range(5)]
    ledger(tmp_path, *sessions)
    found = contents(HomePaths(tmp_path), 2)
    assert found is not None
    assert ([row.id for row in found.rows], found.total) == (["s4", "s3"], 5)


def test_events_of_one_session(tmp_path: Path) -> None:
    """Ends say how; what was printed comes only where it was asked for."""
    ledger(tmp_path, {"id": "aa"}, events=(("aa", "output", '{"data": "hi\\n"}'), ("zz", "output", "{}"), ("aa", "exit", "{}")))
    found = contents(HomePaths(tmp_path), 10)
    assert found is not None
    assert [(one.seq, one.payload) for one in events_of(found, "aa", 10)] == [(1, ""), (3, "{}")]
    assert [printed(one) for one in events_of(found, "aa", 10, payloads=True)] == ["hi\n", ""]
    assert [one.seq for one in events_of(found, "aa", 1)] == [3]


def test_a_payload_that_is_not_known() -> None:
    """It is shown as it stands."""
    assert printed(Event(1, "output", AT, 3, "[1]")) == "[1]"


def test_a_payload_that_is_too_long() -> None:
    """It is cut between words."""
    assert printed(Event(1, "output", AT, 9, f'{{"data": "{"word " * 20_000}'[: 64 * 1024])).endswith("word")


def test_no_ledger(tmp_path: Path) -> None:
    """Nothing is there, and nothing is made."""
    assert contents(HomePaths(tmp_path), 10) is None
    assert list(tmp_path.iterdir()) == []


def test_garbage(tmp_path: Path) -> None:
    """It is broken."""
    (tmp_path / "coven.sqlite3").write_bytes(b"garbage" * 1000)
    with pytest.raises(NotContractError):
        contents(HomePaths(tmp_path), 10)


def test_another_version(tmp_path: Path) -> None:
    """Columns that are not known may be missing; a table may not, and then nothing is said of it."""
    path = ledger(tmp_path, {"id": "aa"})
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("ALTER TABLE sessions DROP COLUMN labels")

    found = contents(HomePaths(tmp_path), 10)
    assert found is not None
    assert "labels" not in found.rows[0].private
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("DROP TABLE events")

    with pytest.raises(UnclearError):
        contents(HomePaths(tmp_path), 10)
