"""Messages that a command wants sent now."""

from dataclasses import replace
from pathlib import Path

from coven_watchdog.cli.sending import awaited, sent_from_here
from coven_watchdog.cli.terms import Terms
from coven_watchdog.model.words import NotificationState, Reason
from coven_watchdog.settings import Channel, Secret, Settings
from coven_watchdog.store import Claim
from report.filled import fill
from rigs.sinks import http_sink
from store.builders import notification


def _terms(directory: Path, config: str = "") -> Terms:
    path = directory / "config.toml"
    path.write_text(f'[delivery]\ntimeout = "1s"\n{config}')
    path.chmod(0o600)
    env = {"HOME": str(directory), "COVEN_WATCHDOG_STATE_DIR": str(directory / "state"), "PATH": "/usr/bin:/bin"}
    return Terms(env=env, config=path)


def test_what_became_of_them(tmp_path: Path) -> None:
    """What is known at once is told at once; what is not there is still to be sent, when the time is over."""
    fill(tmp_path / "state")
    known = awaited(_terms(tmp_path), [("desk", "k7fq.1"), ("phone", "b3xm.1")])
    assert [(one.channel, one.state) for one in known] == [
        ("desk", NotificationState.SENT),
        ("phone", NotificationState.WITHHELD),
    ]
    waiting = awaited(_terms(tmp_path), [("phone", "k7fq.1")])
    assert [(one.state, one.error) for one in waiting] == [(NotificationState.QUEUED, "no answer within 20 s")]


def test_a_faulty_file_is_no_matter(tmp_path: Path) -> None:
    """The service has its own settings."""
    fill(tmp_path / "state")
    assert awaited(_terms(tmp_path, "naem = 1\n"), [("desk", "k7fq.1")])[0].state is NotificationState.SENT


def test_by_couriers_of_our_own(tmp_path: Path) -> None:
    """In the order in which they were given; each has its own word."""
    row = replace(notification("test", reason=Reason.TEST), attempts=1)
    with http_sink() as sink:
        channels = [Channel(name="bad", url=Secret("json://127.0.0.1:1")), Channel(name="good", url=Secret(sink.url))]
        claims = [(channel, Claim(replace(row, channel=channel.name), (), (), by="test")) for channel in channels]
        found = sent_from_here(_terms(tmp_path), Settings(channels=tuple(channels)), claims)

    assert [(one.channel, one.state) for one in found] == [("bad", NotificationState.FAILED), ("good", NotificationState.SENT)]
    assert len(sink.got) == 1
