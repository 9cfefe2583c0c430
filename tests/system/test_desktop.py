"""With no configuration at all the desktop is told: a real notification daemon shows a crash of the real Coven."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from rigs.coven import RealCoven
from rigs.desktop import DesktopRig, desktop_rig
from rigs.inbox import Inbox
from rigs.program import Program, watch
from waiting import until

_PROMPT = "sleep=300 paint the shed"


@pytest.fixture
def desktop() -> Iterator[DesktopRig]:
    """A desktop with a notification daemon."""
    with desktop_rig() as rig:
        yield rig


@pytest.fixture
def program(coven: RealCoven, desktop: DesktopRig, inbox: Inbox) -> Iterator[Program]:
    """A program on that desktop with no channel of its own, armed over a started Coven."""
    coven.start()
    with closing(watch(coven, inbox, channels="", **desktop.environ)) as service:
        service.start()
        yield service


def test_a_crash_pops_up_and_is_taken_back(coven: RealCoven, desktop: DesktopRig, program: Program) -> None:
    """A crash under a session is urgent and names it by its title; the recovery takes the alert's place."""
    coven.launch(_PROMPT, title=None)
    coven.harness(_PROMPT)
    until(lambda: program.json("status")["homes"][0]["sessions"]["live"] == 1)
    coven.kill()
    (crash,) = desktop.shown(1)
    assert crash["urgency"] == "CRITICAL"
    assert "Coven crashed" in crash["summary"]
    assert "paint the shed" in crash["body"]
    coven.start()
    recovery = desktop.shown(2)[1]
    assert recovery["id"] == crash["id"]
    assert recovery["urgency"] != "CRITICAL"
    assert program.json("status")["channels"][0]["state"] == "ok"


def test_nobody_would_be_told(coven: RealCoven, desktop: DesktopRig, inbox: Inbox) -> None:
    """Without a notification daemon, `status` and the service's own words say that nobody would be told."""
    desktop.stop_daemon()
    coven.start()
    with closing(watch(coven, inbox, channels="", **desktop.environ)) as service:
        service.start()
        assert "nobody would be told" in str(service.json("status")["watchdog"]["notes"])
        assert "nobody would be told" in service.said
