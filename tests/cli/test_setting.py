"""What commands work with."""

import os
from pathlib import Path

from coven_watchdog.cli import setting
from coven_watchdog.cli.terms import Terms
from coven_watchdog.clock import boot_id
from coven_watchdog.coven import processes
from coven_watchdog.settings import Settings
from coven_watchdog.store import StoreReader
from report.filled import fill
from store.builders import service


def _terms(tmp_path: Path) -> Terms:
    return Terms(env={"HOME": str(tmp_path), "COVEN_WATCHDOG_STATE_DIR": str(tmp_path / "state")})


def test_places_and_people(tmp_path: Path) -> None:
    """The database, the machine's name from the configuration or the system, and which home needs no COVEN_HOME."""
    terms = _terms(tmp_path)
    assert setting.database(terms) == tmp_path / "state" / "watchdog.sqlite3"
    assert setting.place(terms, Settings(name="devbox")).host == "devbox"
    assert setting.place(terms, Settings()).host
    assert setting.place(terms, Settings()).default_home == f"{tmp_path}/.coven"
    assert setting.here(terms).home == str(tmp_path)
    assert not setting.loaded(terms).exists


def test_a_service_that_runs(tmp_path: Path) -> None:
    """A recorded service counts while that very process lives."""
    own = processes.identity(os.getpid())
    assert own is not None
    look = service(pid=own.pid, started=own.started, boot=boot_id())
    with StoreReader(fill(tmp_path / "a", watchdog=look)) as rows:
        assert setting.running_service(rows) == look

    with StoreReader(fill(tmp_path / "b")) as rows:
        assert setting.running_service(rows) is None

    with StoreReader(tmp_path / "none") as rows:
        assert setting.running_service(rows) is None
