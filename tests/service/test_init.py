"""The service manager of this machine, and what `set_up` does with it."""

import os
from pathlib import Path

import pytest

from coven_watchdog.errors import NoManagerError, UsageError, WatchdogError
from coven_watchdog.model.words import Change, ManagerName
from coven_watchdog.service import manager, set_up
from coven_watchdog.service.systemd import NAME
from service.conftest import Programs
from service.test_systemd import ANSWERS, KNOWN, UNKNOWN


def test_it_answers(programs: Programs, home: Path) -> None:
    """The manager of this system, once it has answered; `asked=False` needs none that does."""
    with pytest.raises(NoManagerError):
        manager(programs.env(home))

    assert manager(programs.env(home), asked=False).name is ManagerName.SYSTEMD
    programs.add("systemctl", ANSWERS)
    assert manager(programs.env(home)).path == home / ".config/systemd/user" / NAME


def test_the_configuration_goes_along(programs: Programs, home: Path) -> None:
    """`--config` is in what the service starts with."""
    rendered = manager(programs.env(home), Path("/etc/w.toml"), asked=False).rendered()
    assert 'Environment="COVEN_WATCHDOG_CONFIG=/etc/w.toml"' in rendered


def test_whose_home(programs: Programs, tmp_path: Path) -> None:
    """A home that is not there, another user's, or none at all: no service."""
    with pytest.raises(WatchdogError, match="cannot be used"):
        manager(programs.env(tmp_path / "no"), asked=False)

    with pytest.raises(UsageError, match="HOME"):
        manager({"PATH": "/x"}, asked=False)


@pytest.mark.skipif(os.geteuid() != 0, reason="giving a folder away needs root")
def test_anothers_home(programs: Programs, home: Path) -> None:
    """A sudo that keeps HOME would leave root's files in the user's home: refused."""
    os.chown(home, 65_534, 65_534)
    with pytest.raises(WatchdogError, match="belongs to another user") as raised:
        manager(programs.env(home), asked=False)

    assert "without sudo" in raised.value.next_step


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is called by sudo")
def test_sudo(programs: Programs, home: Path) -> None:
    """Who writes sudo does not mean root's Coven: refused, whether root has a manager or not; to look at the file is allowed."""
    programs.add("systemctl", ANSWERS)
    with pytest.raises(NoManagerError, match="not that of ada") as raised:
        manager(programs.env(home, SUDO_USER="ada"))

    assert raised.value.next_step.startswith("call it as ada, without sudo")
    assert manager(programs.env(home, SUDO_USER="ada"), asked=False).rendered()
    manager(programs.env(home, SUDO_USER="root"))


def test_set_up(programs: Programs, home: Path) -> None:
    """It is installed and started; again, it is started, which is nothing for one that runs; when its file changed, started anew."""
    programs.add("systemctl", ANSWERS, UNKNOWN)
    assert set_up(manager(programs.env(home)), start=False).change is Change.INSTALLED
    programs.add("systemctl", ANSWERS, KNOWN)
    for config, change, verb in ((None, Change.UNCHANGED, "start"), (Path("/w.toml"), Change.UPDATED, "restart")):
        assert set_up(manager(programs.env(home), config)).change is change
        verbs = [call.split()[2] for call in programs.calls if call.split()[2] in {"start", "restart"}]
        assert verbs[-1] == verb

    assert len(verbs) == 2
