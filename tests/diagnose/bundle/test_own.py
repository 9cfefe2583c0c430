"""The watchdog itself."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from coven_watchdog.diagnose.bundle.own import configuration, log, requests, service
from coven_watchdog.errors import ConfigError, NotCollectedError
from coven_watchdog.model.words import Outcome
from coven_watchdog.settings import Channel, Secret, Settings
from coven_watchdog.store.keeping import keep_samples
from diagnose.bundle.bench import asking, case, recorded, sample
from report.filled import fill
from store.builders import database


def test_the_configuration(tmp_path: Path) -> None:
    """Every key with its origin; addresses are masked; one that is faulty says how."""
    made = case(tmp_path)
    settings = Settings(
        homes=("/x",), channels=(Channel(name="desk", url=Secret("ntfys://tk_abcdefghij0123456789@host/topic")),)
    )
    lines = configuration(replace(made, asked=asking(tmp_path, settings))).lines
    assert 'channels[0].url = "ntfys://****"  # default' in lines
    assert not any("tk_abc" in line for line in lines)
    fault = ConfigError("no such key", where="config.toml:2: probe.x")
    with pytest.raises(NotCollectedError, match=r"config\.toml:2: probe\.x: no such key"):
        configuration(replace(made, asked=replace(made.asked, config=None, fault=fault)))


def test_the_service(tmp_path: Path) -> None:
    """How it stands, its channels, when it did not see; that the records cannot be read is said."""
    fill(tmp_path / "state")
    made = case(tmp_path)
    told = json.loads("\n".join(service(made).lines))
    assert {one["name"] for one in told["channels"]} == {"desktop"}
    (tmp_path / "state" / "watchdog.sqlite3").write_bytes(b"garbage" * 1000)
    broken = replace(made, examined=replace(made.examined, records=recorded(made.asked)))
    with pytest.raises(NotCollectedError, match="the records could not be read"):
        service(broken)


def test_our_requests(tmp_path: Path) -> None:
    """Minute by minute around the fault: routes with latency, event writer and storage, health as it changed."""
    made = case(tmp_path)
    with pytest.raises(NotCollectedError, match="no service has watched"):
        requests(made)

    connection = database(tmp_path / "state")
    keep_samples(
        connection, [sample(made.home.home, -60, (-70, Outcome.OK)), sample(made.home.home, -7200), sample("/other", -60)]
    )
    connection.commit()
    connection.close()
    (line,) = requests(made).lines
    told = json.loads(line)
    assert told["routes"] == [{"route": "health", "asked": 6, "failed": 0, "median": 25000, "worst": 26000}]
    assert told["event_writer"]["state"] == "healthy"
    assert (told["turns"][0]["outcome"], "home" in told) == ("ok", False)
    assert told["at"].endswith("Z")


def test_our_log(tmp_path: Path) -> None:
    """What the journal has of the unit; without one, or with nothing in it, where it is instead."""
    made = case(tmp_path)
    bare = replace(made, asked=replace(made.asked, env={"PATH": str(tmp_path)}))
    with pytest.raises(NotCollectedError, match="there is no journal here"):
        log(bare)

    program = tmp_path / "journalctl"
    program.write_text('#!/bin/sh\n[ "$1" = --user ] && echo "2026-11-22 line one" && echo two\n', encoding="utf-8")
    program.chmod(0o755)
    assert list(log(bare).lines) == ["2026-11-22 line one", "two"]
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    with pytest.raises(NotCollectedError, match="has nothing of a service"):
        log(bare)


def test_a_log_in_a_file(tmp_path: Path) -> None:
    """Where the service writes one, as on macOS, its end is taken."""
    folder = tmp_path / "Library" / "Logs" / "coven-watchdog"
    folder.mkdir(parents=True)
    (folder / "watchdog.log").write_text("one\ntwo\n", encoding="utf-8")
    assert list(log(case(tmp_path)).lines) == ["one", "two"]
