"""The command without a command."""

from cli.conftest import Cli
from report.filled import fill


def test_three_steps_while_nothing_is_set_up(cli: Cli) -> None:
    """On a fresh machine it names the three next commands and the demo."""
    done = cli()
    assert done.code == 0
    for command in ("setup", "notify test", "status", "demo"):
        assert f"coven-watchdog {command}" in done.out


def test_the_status_once_something_is(cli: Cli) -> None:
    """With a configuration, or with a database, it is the status."""
    fill(cli.database.parent)
    assert cli().out == cli("status").out or "Nobody is watching" in cli().out
    cli.database.unlink()
    cli.configure("")
    assert "Nobody is watching" in cli().out
