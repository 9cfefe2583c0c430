"""`setup` as text."""

import pytest

from cli.text.pictures import text
from coven_watchdog.cli.text.setup import setup_lines
from coven_watchdog.model.words import Change, ManagerName, NotificationState
from coven_watchdog.report.setup import SetUp, SetUpService
from report.test_setup import channel, done


def _said(result: SetUp) -> list[str]:
    return text(setup_lines(result, "/home/ada")).splitlines()


def _service(change: Change = Change.INSTALLED, *, started: bool = True, notes: tuple[str, ...] = ()) -> SetUpService:
    path = "/home/ada/.config/systemd/user/coven-watchdog.service"
    return SetUpService(manager=ManagerName.SYSTEMD, path=path, change=change, started=started, notes=notes)


def test_all_of_it() -> None:
    """What there is, what to expect, and how to stop it."""
    result = done(
        channel("desktop", url="desktop://", leaves=False),
        channel(),
        channel("mail", state=None, url=None, added=False),
        watched=True,
        quiet_hours="22:00-07:00",
        service=_service(notes=("it ends with your last session",)),
        warnings=("ntfy: beware",),
    )
    assert _said(result) == [
        "✓  configuration  written; only you can read it  ~/c.toml",
        "✓  service        installed and running          ~/.config/systemd/user/coven-watchdog.service",
        "✓  quiet hours    only criticals are told        22:00-07:00",
        "✓  desktop        a test message was sent        desktop://",
        "✓  ntfy           a test message was sent        ntfys://****",
        "○  mail           as it was                      an address kept elsewhere",
        "i it ends with your last session",
        "! ntfy: beware",
        "",
        "You are told on desktop, ntfy and mail when Coven or one of its sessions breaks, and when it is well again.",
        "  coven-watchdog status             what is wrong now",
        "  coven-watchdog silence 2h         peace for a while",
        "  coven-watchdog service stop       no more, until it is started again",
        "  coven-watchdog service uninstall  takes the service away",
    ]


@pytest.mark.parametrize(
    ("change", "started", "said"),
    [
        (Change.UPDATED, False, "brought up to date and running"),
        (Change.UNCHANGED, True, "started"),
        (Change.UNCHANGED, False, "installed and running, as it was"),
    ],
)
def test_a_service_that_was_there(change: Change, said: str, *, started: bool) -> None:
    """What is new about it is said."""
    assert _said(done(channel(), watched=True, service=_service(change, started=started)))[1].startswith(
        f"✓  service        {said}  "
    )


def test_nothing_new() -> None:
    """That comes first."""
    assert _said(done(channel(state=None), changed=False))[0] == "Everything is set up already; nothing was changed."


def test_what_went_wrong() -> None:
    """A test that failed says why and what to run; one that proves little says so; without a service, who must start it."""
    failed = channel(state=NotificationState.FAILED, error="refused")
    lines = _said(
        done(failed, channel("log", doubt="a packet that nobody confirms"), channel("slow", state=NotificationState.QUEUED))
    )
    assert lines[1].startswith("✖  ntfy           the test message is not through")
    assert lines[2].startswith("!  log            a test message was sent; look whether it arrived")
    assert lines[4:7] == [
        "✖ ntfy: refused",
        "! log: a packet that nobody confirms",
        "✖ slow: no answer yet; what becomes of it: coven-watchdog notify log",
    ]
    assert "! Nothing watches yet: have this machine start coven-watchdog run" in lines
    assert "tries ntfy and slow again" in "\n".join(lines)


def test_nobody() -> None:
    """Without a channel that is said, and nothing is promised."""
    assert "! Nobody is told: there is no channel; what happens is only recorded." in _said(done())
