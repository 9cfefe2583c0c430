"""Following the store by its files."""

from pathlib import Path

from coven_watchdog.cli.follow import changes, stamps


def test_stamps_change_with_what_is_written(tmp_path: Path) -> None:
    """The database and its write-ahead log count; missing files are stamps too."""
    database = tmp_path / "a.sqlite3"
    seen = [stamps(database)]
    for path in (database, tmp_path / "a.sqlite3-wal"):
        path.write_bytes(b"x")
        seen.append(stamps(database))

    assert seen[0] == (None, None)
    assert len(set(seen)) == 3


def test_a_word_for_everything_written(tmp_path: Path) -> None:
    """There is one word at once, one after each change, and none in between."""
    database = tmp_path / "a.sqlite3"
    news = changes(database, pause=0.001)
    next(news)
    for number in range(3):
        database.write_bytes(b"x" * number)
        next(news)
