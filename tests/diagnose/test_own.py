"""The watchdog examines itself: service, configuration, channels, records, gaps."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from coven_watchdog import __version__
from coven_watchdog.config import Fault, FaultyConfigError, Loaded
from coven_watchdog.coven import processes
from coven_watchdog.decide.words import Place
from coven_watchdog.diagnose import own
from coven_watchdog.diagnose.own import OwnCase
from coven_watchdog.diagnose.records import Records, read_records
from coven_watchdog.errors import ConfigError
from coven_watchdog.model.looks import WatchdogLook
from coven_watchdog.model.time import HOUR, Instant
from coven_watchdog.model.words import CheckStatus, ManagerName, ServiceCondition
from coven_watchdog.report.status import BlindView
from coven_watchdog.report.times import moment
from coven_watchdog.service import ServiceState
from coven_watchdog.settings import Channel, Secret, Settings
from coven_watchdog.store import FILE_NAME
from diagnose.cases import said
from report.filled import NOW, fill
from store.builders import BOOT, HOME, service

SETTINGS = Settings(channels=(Channel(name="desk", url=Secret("desktop://")),))
CONFIG = Loaded(SETTINGS, Path("/home/ada/c.toml"), exists=True, origins={})


def alive() -> WatchdogLook:
    """This process as the service."""
    me = processes.identity(os.getpid())
    assert me is not None
    return service(pid=me.pid, started=me.started, seen_at=NOW, version=__version__)


def case(path: Path) -> OwnCase:
    """The watchdog with that database."""
    return OwnCase(
        read_records(path, SETTINGS, "/home/ada/c.toml", BOOT, NOW),
        CONFIG,
        None,
        "/home/ada/c.toml",
        Place("devbox", None, "", "/home/ada"),
        Instant(NOW, HOUR),
    )


def unreadable() -> OwnCase:
    """A database that cannot be read."""
    return replace(case(Path("/none")), records=Records(Path("/home/ada/w.sqlite3"), exists=True, error="it is damaged"))


def test_a_service_that_runs(tmp_path: Path) -> None:
    """Since when, and who started it."""
    (line,) = own.service(case(fill(tmp_path, watchdog=alive())))
    assert line.status is CheckStatus.OK
    assert f" · pid {os.getpid()} · started from " in line.says
    assert line.witnesses[0].saw.startswith(f"pid {os.getpid()} runs")


def _managed(condition: ServiceCondition, **changes: Any) -> ServiceState:  # noqa: ANN401 - any field
    state = ServiceState(ManagerName.SYSTEMD, condition, Path("/home/ada/x.service"))
    return replace(state, **changes)


@pytest.mark.parametrize(
    ("lingering", "words"),
    [(True, " · a service of systemd"), (None, " · a service of systemd"), (False, "ends with your last session")],
)
def test_a_service_of_a_manager(tmp_path: Path, lingering: bool | None, words: str) -> None:  # noqa: FBT001 - a table
    """The manager knows its own process, and whether that ends with the session."""
    state = _managed(ServiceCondition.RUNNING, pid=os.getpid(), lingering=lingering)
    (line,) = own.service(replace(case(fill(tmp_path, watchdog=alive())), managed=state))
    assert line.status is CheckStatus.OK
    assert words in line.says
    assert [one.saw for one in line.witnesses][1:] == ["the service is running"]


@pytest.mark.parametrize(
    ("condition", "trouble", "words", "following"),
    [
        (ServiceCondition.STOPPED, "", "the service is stopped", ["service start"]),
        (ServiceCondition.FAILED, "exit-code 1", "given up, it ended by exit-code 1", ["service logs", "service start"]),
        (ServiceCondition.NOT_INSTALLED, "", "no service has run yet", ["service install"]),
    ],
)
def test_a_service_that_stands(condition: ServiceCondition, trouble: str, words: str, following: list[str]) -> None:
    """A service that is there and does not run is told as its manager sees it, with the command that helps."""
    nobody = replace(case(Path("/none")), managed=_managed(condition, trouble=trouble))
    (line,) = own.service(nobody)
    assert words in line.says
    assert [one.run.removeprefix("coven-watchdog ") for one in line.next] == following
    installed = condition is not ServiceCondition.NOT_INSTALLED
    assert line.status is (CheckStatus.WARNING if installed else CheckStatus.UNKNOWN)


def test_nobody_manages() -> None:
    """Why no manager answers is evidence."""
    (line,) = own.service(replace(case(Path("/none")), unmanaged="no service manager answers: a container"))
    assert line.witnesses[1].saw == "no service manager answers: a container"
    assert line.next[0].run == "coven-watchdog run"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"version": "0.0.1"}, f"version 0.0.1, {__version__} is installed"),
        ({"notes": ("nobody would be told",)}, "nobody would be told"),
    ],
)
def test_a_service_that_is_not_well(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    """Another version is installed; it says itself what it cannot do."""
    look = replace(alive(), **changes)
    (line,) = own.service(case(fill(tmp_path, watchdog=look)))
    assert (line.status, words in line.says) == (CheckStatus.WARNING, True)


def test_a_service_that_hangs(tmp_path: Path) -> None:
    """It lives and has not written for long."""
    (line,) = own.service(case(fill(tmp_path, watchdog=replace(alive(), seen_at=NOW - HOUR))))
    assert (line.status, "wrote nothing for 1 h" in line.says) == (CheckStatus.WARNING, True)


def test_no_service(tmp_path: Path) -> None:
    """One that ran and is gone is wrong; where none ever ran nobody promised anything."""
    (line,) = own.service(case(fill(tmp_path)))
    assert (line.status, line.says) == (CheckStatus.WARNING, "nobody watches: the service does not run")
    assert line.next[0].run == "coven-watchdog run"
    (never,) = own.service(case(tmp_path / "other" / FILE_NAME))
    assert (never.status, never.says) == (CheckStatus.UNKNOWN, "nobody watches: no service has run yet")


def test_the_configuration() -> None:
    """Valid, valid with warnings, absent, and faulty with every fault."""
    plain = case(Path("/none"))
    assert said(own.configuration(plain)) == [("ok", "~/c.toml is valid")]
    warned = replace(plain, config=replace(CONFIG, warnings=("a",)))
    assert said(own.configuration(warned)) == [("ok", "~/c.toml is valid, with 1 warning")]
    absent = replace(plain, config=replace(CONFIG, exists=False))
    assert said(own.configuration(absent)) == [("ok", "no ~/c.toml: everything has its default")]
    faulty = FaultyConfigError((Fault("c.toml:3: probe", "unknown key"), Fault("c.toml:9: name", "is no text")))
    (line,) = own.configuration(replace(plain, config=None, fault=faulty))
    assert (line.status, line.says) == (CheckStatus.WARNING, "it is not valid: c.toml:3: probe: unknown key")
    assert [one.saw for one in line.witnesses] == ["c.toml:3: probe: unknown key", "c.toml:9: name: is no text"]
    assert line.next[0].run == "coven-watchdog config validate"
    other = own.configuration(replace(plain, config=None, fault=ConfigError("is not TOML", where="c.toml")))
    assert said(other) == [("warning", "it is not valid: c.toml: is not TOML")]


def test_channels(tmp_path: Path) -> None:
    """An open incident speaks for its channel; the others say when they last delivered."""
    failing, desk = own.channels(case(fill(tmp_path, watchdog=alive())))
    assert (failing.incident, failing.status) == ("c4nn", CheckStatus.WARNING)
    assert (desk.status, desk.says.startswith("desk: last sent at ")) == (CheckStatus.OK, True)
    (unproven,) = own.channels(case(tmp_path / "other" / FILE_NAME))
    assert (unproven.status, unproven.says) == (CheckStatus.OK, "desk: nothing sent yet, so nothing is proved")
    assert unproven.next[0].run == "coven-watchdog notify test --channel desk"


def test_a_channel_that_fails_without_an_incident(tmp_path: Path) -> None:
    """The records' word on it counts."""
    filled = case(fill(tmp_path, watchdog=alive()))
    quiet = replace(filled, records=replace(filled.records, recent=()))
    words = [line.says for line in own.channels(quiet) if line.status is CheckStatus.WARNING]
    assert words == ["phone fails: connection refused, 1 message waiting"]


def test_no_channel(tmp_path: Path) -> None:
    """Nobody would be told."""
    found = read_records(tmp_path / FILE_NAME, Settings(channels=()), "", BOOT, NOW)
    assert said(own.channels(replace(case(Path("/none")), records=found))) == [
        ("warning", "there is no channel: nobody would be told")
    ]


def test_records(tmp_path: Path) -> None:
    """Readable, not there yet, and damaged."""
    assert own.records(case(fill(tmp_path)))[0].says.endswith("can be read")
    assert own.records(case(tmp_path / "other" / FILE_NAME))[0].says.endswith("nothing was recorded yet")
    assert said(own.records(unreadable())) == [("warning", "~/w.sqlite3: it is damaged")]


def test_what_hangs_on_the_records() -> None:
    """Without them it is not known."""
    for collect in (own.service, own.channels, own.sight):
        assert said(collect(unreadable())) == [("unknown", "the records could not be read")]


def test_gaps(tmp_path: Path) -> None:
    """Past ones are listed; one that lasts is wrong; without a service nobody watches."""
    filled = case(fill(tmp_path, watchdog=alive()))
    (line,) = own.sight(filled)
    assert (line.status, line.says) == (CheckStatus.OK, "1 gap within the last day")
    assert line.witnesses[0].saw.endswith("asleep (/home/ada/.coven)".replace("/home/ada", "~"))
    assert said(own.sight(case(tmp_path / "other" / FILE_NAME))) == [("unknown", "nobody watches now")]
    status = filled.records.status
    assert status is not None
    blind = (BlindView(home=HOME, since=moment(NOW), to=None, why="may not look"),)
    lasting = replace(filled, records=replace(filled.records, status=msgspec.structs.replace(status, blind_windows=blind)))
    assert said(own.sight(lasting)) == [("warning", "it cannot look at ~/.coven: may not look")]
    calm = replace(filled, records=replace(filled.records, status=msgspec.structs.replace(status, blind_windows=())))
    assert said(own.sight(calm)) == [("ok", "no gap within the last day")]
