"""`run`: the command line of the service."""

import json

from cli.conftest import Cli


def test_once_in_json(cli: Cli) -> None:
    """--once looks and ends; its log is one JSON object a line, on standard error alone."""
    done = cli("-v", "run", "--once", "--home", str(cli.home / "home"), "--log-format", "json")
    assert (done.code, done.out) == (0, "")
    assert all({"at", "level", "logger", "message"} <= set(json.loads(line)) for line in done.err.splitlines())
    assert cli.database.exists()


def test_a_faulty_configuration_stops_it(cli: Cli) -> None:
    """Nothing is watched on a faulty file: exit code 2, with file, line and key."""
    path = cli.configure("naem = 1\n")
    done = cli("run", "--once")
    assert done.code == 2
    assert f"{path}:1: naem" in done.err
    assert not cli.database.exists()


def test_addresses_are_needed(cli: Cli) -> None:
    """Unlike commands that look, the service needs every channel's URL."""
    cli.configure('[[channels]]\nname = "a"\nurl_env = "NOT_SET"\n')
    assert "NOT_SET is not set" in cli("run", "--once").err
