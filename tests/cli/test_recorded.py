"""The database, and the service that writes it."""

import os
from pathlib import Path

from coven_watchdog.cli import recorded
from coven_watchdog.cli.terms import Terms
from coven_watchdog.clock import boot_id
from coven_watchdog.coven import processes
from coven_watchdog.store import StoreReader
from report.filled import fill
from store.builders import service


def test_where_it_is(tmp_path: Path) -> None:
    """The database lies in the state directory."""
    terms = Terms(env={"HOME": str(tmp_path), "COVEN_WATCHDOG_STATE_DIR": str(tmp_path / "state")})
    assert recorded.database(terms) == tmp_path / "state" / "watchdog.sqlite3"


def test_a_service_that_runs(tmp_path: Path) -> None:
    """A recorded service counts while that very process lives."""
    own = processes.identity(os.getpid())
    assert own is not None
    look = service(pid=own.pid, started=own.started, boot=boot_id())
    with StoreReader(fill(tmp_path / "a", watchdog=look)) as rows:
        assert recorded.running_service(rows) == look

    with StoreReader(fill(tmp_path / "b")) as rows:
        assert recorded.running_service(rows) is None

    with StoreReader(tmp_path / "none") as rows:
        assert recorded.running_service(rows) is None
