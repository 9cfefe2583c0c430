"""A database file of the newest schema for the tests of single modules."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from store.builders import database


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """An open, empty database."""
    with closing(database(tmp_path)) as opened:
        yield opened
