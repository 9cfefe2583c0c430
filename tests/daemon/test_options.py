"""How `run` was asked to run."""

from pathlib import Path

from coven_watchdog.daemon import RunOptions


def test_the_environment_is_not_shown() -> None:
    """It may hold a channel's URL: neither a log nor a traceback must print it."""
    options = RunOptions({"CHANNEL": "json://me:secret@host"}, Path("/etc/cw.toml"), ("/home/me/.coven",), once=True)
    assert "secret" not in repr(options)
    assert repr(options) == "RunOptions(config=PosixPath('/etc/cw.toml'), homes=('/home/me/.coven',), once=True)"
