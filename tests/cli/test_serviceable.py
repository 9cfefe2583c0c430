"""What must be so before there is a service."""

import os
from pathlib import Path

import pytest

from coven_watchdog.cli.serviceable import refuse_second, usable
from coven_watchdog.cli.terms import Terms
from coven_watchdog.clock import boot_id
from coven_watchdog.coven import processes
from coven_watchdog.errors import ConfigError, WatchdogError
from coven_watchdog.model.words import ManagerName, ServiceCondition
from coven_watchdog.service import ServiceState
from report.filled import fill
from service_stand import Stand
from store.builders import service


def _terms(home: Path, text: str) -> Terms:
    path = home / "c.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return Terms(env={"HOME": str(home), "COVEN_WATCHDOG_STATE_DIR": str(home), "GIVEN": "json://host/"}, config=path)


def test_a_configuration_that_the_service_can_use(tmp_path: Path) -> None:
    """A variable of this shell is said to be none of the service's; an address that cannot be had is an error; a credential is the service's."""
    text = '[[channels]]\nname = "a"\nurl_env = "GIVEN"\n[[channels]]\nname = "b"\nurl_file = "$CREDENTIALS_DIRECTORY/b"\n'
    (note,) = usable(_terms(tmp_path, text))
    assert "$GIVEN" in note
    with pytest.raises(ConfigError):
        usable(_terms(tmp_path, '[[channels]]\nname = "a"\nurl_file = "/nonexistent"\n'))


def test_another_watchdog(tmp_path: Path) -> None:
    """One that runs and is not the service is named; the service itself, and none, are no hindrance."""
    terms = _terms(tmp_path, "")
    own = processes.identity(os.getpid())
    assert own is not None
    refuse_second(terms, Stand())
    fill(tmp_path, watchdog=service(pid=own.pid, started=own.started, boot=boot_id()))
    with pytest.raises(WatchdogError, match=f"process {own.pid}"):
        refuse_second(terms, Stand())

    state = ServiceState(ManagerName.SYSTEMD, ServiceCondition.RUNNING, Path("/x"), pid=own.pid)
    refuse_second(terms, Stand(now=state))
