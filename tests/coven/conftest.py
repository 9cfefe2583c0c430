"""Fixtures for what is known of Coven."""

from collections.abc import Iterator

import pytest

from coven_watchdog.coven.paths import HomePaths
from raw_server import short_directory


@pytest.fixture
def home() -> Iterator[HomePaths]:
    """An empty home, 0700, with a name short enough for a socket."""
    with short_directory() as directory:
        root = directory / "home"
        root.mkdir(mode=0o700)
        yield HomePaths(root)
