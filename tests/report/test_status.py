"""The picture that `status` shows."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from coven_watchdog.clock import boot_id
from coven_watchdog.config import masked
from coven_watchdog.coven import processes
from coven_watchdog.model.facts import Identity
from coven_watchdog.model.looks import ChannelLook, WatchdogLook
from coven_watchdog.model.words import ChannelState, DaemonState
from coven_watchdog.report.status import Status, service_alive, status_of, told
from coven_watchdog.report.times import moment
from coven_watchdog.settings import Channel, Home, Secret, Settings
from coven_watchdog.store import FILE_NAME, StoreReader, add_silence
from coven_watchdog.store.keeping import keep_channels
from report.filled import NOW, fill
from store.builders import HOME, START, service, silence

SETTINGS = Settings(
    homes=(Home(path="/other", name="other"), HOME),
    channels=(
        Channel(name="desk", url=Secret("desktop://")),
        Channel(name="mail", url=Secret("mailto://me:secret@example.org")),
        Channel(name="pager", url_env="PAGER"),
    ),
)


def _picture(path: Path, *, running: bool, settings: Settings = SETTINGS) -> Status:
    def alive(look: WatchdogLook) -> bool:
        del look
        return running

    with StoreReader(path) as rows:
        return status_of(rows, settings, "/c.toml", NOW, alive)


def test_what_a_running_service_says(tmp_path: Path) -> None:
    """The service, the home that it watches with its open incident, its own trouble, its channels, and how quick it was."""
    picture = _picture(fill(tmp_path), running=True)
    assert (picture.watchdog.running, picture.watchdog.pid, picture.watchdog.config) == (True, 4242, "/etc/c.toml")
    assert [one.id for one in picture.watchdog.incidents] == ["c4nn"]
    assert [home.home for home in picture.homes] == [HOME]
    home = picture.homes[0]
    assert (home.name, home.daemon.state, home.seen_at) == ("devbox", DaemonState.CRASHED, moment(NOW - 3_000_000))
    assert [one.id for one in home.incidents] == ["k7fq"]
    assert home.harnesses is None
    assert [(one.name, one.url, one.state, one.pending) for one in picture.channels] == [
        ("desk", "desktop://", ChannelState.OK, 0),
        ("phone", "ntfys://****", ChannelState.FAILING, 1),
    ]
    assert [(one.since, one.why) for one in picture.blind_windows] == [(moment(START - 3 * 3_600_000_000), "asleep")]
    assert picture.told_in_ms.p50 == pytest.approx(250)


def test_why_a_success_proves_little(tmp_path: Path) -> None:
    """The service knows; what it has not seen is judged by its URL, where that can be seen."""
    url = Secret("mqtt://me:secret@host/topic")
    settings = Settings(channels=(Channel(name="broker", url=url), Channel(name="pager", url_env="PAGER")))
    broker, pager = _picture(fill(tmp_path), running=False, settings=settings).channels
    assert (broker.state, pager.doubt) == (ChannelState.UNPROVEN, None)
    assert broker.doubt == "mqtt:// without ?qos=1 reports success even when nothing was delivered"
    unproven = ChannelLook("phone", "irc://host", ChannelState.UNPROVEN, last_sent_at=7, doubt="irc:// lies")
    path = fill(tmp_path / "running")
    with closing(sqlite3.connect(path)) as connection, connection:
        keep_channels(connection, [unproven])

    assert [one.doubt for one in _picture(path, running=True).channels] == [None, "irc:// lies"]


def test_without_a_service_the_configuration_says(tmp_path: Path) -> None:
    """Configured homes and channels are shown with what is remembered of them; open incidents keep their home in the picture."""
    picture = _picture(fill(tmp_path), running=False)
    assert (picture.watchdog.running, picture.watchdog.pid, picture.watchdog.config) == (False, None, "/c.toml")
    assert picture.watchdog.version == "0.1.0"
    assert [home.home for home in picture.homes] == [HOME, "/other"]
    assert picture.homes[1].name == "other"
    assert picture.homes[1].seen_at is None
    assert picture.homes[1].daemon.state is DaemonState.UNKNOWN
    assert [(one.name, one.url, one.state) for one in picture.channels] == [
        ("desk", "desktop://", ChannelState.OK),
        ("mail", masked("mailto://me:secret@example.org"), ChannelState.UNPROVEN),
        ("pager", "environment PAGER", ChannelState.UNPROVEN),
    ]
    assert "secret" not in msgspec.json.encode(picture).decode()


def test_an_empty_store_is_a_picture_too(tmp_path: Path) -> None:
    """Before anything ran: nothing is known, and nothing fails."""
    picture = _picture(tmp_path / FILE_NAME, running=False, settings=Settings(homes=(HOME,)))
    assert picture.watchdog.seen_at is None
    assert [home.home for home in picture.homes] == [HOME]
    assert (picture.told_in_ms.p50, picture.blind_windows) == (None, ())


def test_a_service_is_alive_by_its_whole_identity() -> None:
    """Same boot, pid and start time: this test is alive; another boot, another start or a free pid is not."""
    own = processes.identity(os.getpid())
    assert own is not None
    look = service(pid=own.pid, started=own.started, boot=boot_id())
    assert service_alive(look, boot_id())
    assert not service_alive(look, "another boot")
    assert not service_alive(service(pid=own.pid, started=own.started + 1, boot=boot_id()), boot_id())
    assert processes.identity(own.pid) == Identity(own.pid, own.started)


def test_percentiles() -> None:
    """The median and the 95th of an ascending list, in milliseconds."""
    found = told([1000 * number for number in range(1, 101)])
    assert (found.p50, found.p95) == (50, 95)
    assert told([7000]).p95 == 7


def test_the_keys_of_a_blind_window(tmp_path: Path) -> None:
    """`from` is a word of Python's and still the key of the JSON."""
    document = msgspec.to_builtins(_picture(fill(tmp_path), running=True))
    assert list(document) == ["schema", "watchdog", "homes", "channels", "blind_windows", "told_in_ms", "silences"]
    assert list(document["blind_windows"][0]) == ["home", "from", "to", "why"]


def test_silences_stand_in_it(tmp_path: Path) -> None:
    """Those in force, and which incidents they hide; not those that are over."""
    path = fill(tmp_path)
    for one in (silence(kind="daemon.*"), silence("s-old", until=NOW)):
        add_silence(path, one)

    picture = _picture(path, running=True)
    assert [one.id for one in picture.silences] == ["s-k7f"]
    assert [one.silenced for one in picture.homes[0].incidents] == [True]
    assert [one.silenced for one in picture.watchdog.incidents] == [False]
