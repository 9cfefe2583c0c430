"""What deliver is tested against: a desktop, sinks, and the environment of couriers."""

import os
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from apprise.manager_plugins import NotificationManager

from coven_watchdog.deliver.couriers import environment
from rigs.desktop import DesktopRig, desktop_rig
from rigs.sinks import HttpSink, Mailbox, http_sink, smtp_sink


@pytest.fixture(scope="session")
def _desktop() -> Iterator[DesktopRig]:
    with desktop_rig() as rig:
        yield rig


@pytest.fixture
def desktop(_desktop: DesktopRig) -> DesktopRig:
    """A desktop with dunst, on which nothing was shown yet."""
    _desktop.start_daemon()
    _desktop.clear()
    return _desktop


@pytest.fixture
def http() -> Iterator[HttpSink]:
    """An HTTP server that keeps what it gets."""
    with http_sink() as sink:
        yield sink


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """An SMTP server that keeps what it gets."""
    with smtp_sink() as sink:
        yield sink


@pytest.fixture
def environ() -> dict[str, str]:
    """What a courier has in its environment, and what measures its coverage."""
    return environment(os.environ) | {name: value for name, value in os.environ.items() if name.startswith("COVERAGE")}


@pytest.fixture(scope="session")
def services() -> dict[str, Any]:
    """The installed Apprise's plugins by scheme; one of them imports what Python is about to drop."""
    untyped: Any = NotificationManager
    manager = untyped()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return {scheme: manager[scheme] for scheme in manager.schemas()}
