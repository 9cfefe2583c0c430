"""Whether a prompt has anything to say."""

import os
from pathlib import Path

import pytest

from coven_watchdog.cli.glance import all_is_well
from coven_watchdog.cli.terms import Terms
from coven_watchdog.clock import boot_id
from coven_watchdog.coven import processes
from coven_watchdog.errors import UsageError
from coven_watchdog.model.looks import WatchdogLook
from coven_watchdog.store import connection
from report.filled import fill
from store.builders import service


def _terms(home: Path) -> Terms:
    return Terms(env={"HOME": str(home), "COVEN_WATCHDOG_STATE_DIR": str(home / "state")})


def _alive() -> WatchdogLook:
    own = processes.identity(os.getpid())
    assert own is not None
    return service(pid=own.pid, started=own.started, boot=boot_id())


def _end_all(home: Path) -> None:
    with connection.connect(home / "state" / connection.FILE_NAME) as rows:
        rows.execute("UPDATE incident SET state = 'resolved'")

    rows.close()


def test_a_service_that_runs_and_nothing_open(tmp_path: Path) -> None:
    """That alone is well: an open warning is not, however it may turn out at a closer look."""
    fill(tmp_path / "state", watchdog=_alive())
    assert not all_is_well(_terms(tmp_path))
    _end_all(tmp_path)
    assert all_is_well(_terms(tmp_path))


def test_a_service_that_has_ended(tmp_path: Path) -> None:
    """Another process of the same pid is no service."""
    ended = service(pid=os.getpid(), started=1, boot=boot_id())
    fill(tmp_path / "state", watchdog=ended)
    _end_all(tmp_path)
    assert not all_is_well(_terms(tmp_path))


def test_where_nothing_is_set_up(tmp_path: Path) -> None:
    """On a machine without it a shared login script says nothing; with a configuration and no record, something is wrong."""
    assert all_is_well(_terms(tmp_path))
    config = tmp_path / ".config" / "coven-watchdog" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("", encoding="utf-8")
    assert not all_is_well(_terms(tmp_path))


def test_a_database_that_is_none(tmp_path: Path) -> None:
    """What cannot be seen at a glance is left to the closer look, which says why."""
    path = fill(tmp_path / "state")
    path.write_bytes(b"nonsense" * 1000)
    assert not all_is_well(_terms(tmp_path))


def test_a_relative_state_directory(tmp_path: Path) -> None:
    """It is refused here as everywhere."""
    with pytest.raises(UsageError, match="relative"):
        all_is_well(Terms(env={"HOME": str(tmp_path), "COVEN_WATCHDOG_STATE_DIR": "here"}))
