"""`demo`."""

import pytest

from cli.conftest import Cli
from coven_watchdog.cli.demo import _secret
from rigs.sinks import http_sink


def test_the_main_job(cli: Cli) -> None:
    """It shows a crash and a recovery with the time that each message took, ends with three commands, and leaves nothing."""
    with http_sink() as sink:
        done = cli("demo", "--fast", "--channel", "-", given=f"{sink.url}\n")

    assert done.code == 0, done.err
    assert any("Coven crashed" in request.json["title"] for request in sink.got)
    assert "Coven crashed" in done.out
    assert "Coven is back" in done.out
    assert "told in" in done.out
    assert [line.split("  ")[2] for line in done.out.splitlines() if "coven-watchdog" in line and line.startswith("  ")][
        -3:
    ] == [
        "coven-watchdog setup",
        "coven-watchdog notify test",
        "coven-watchdog status",
    ]
    assert not cli.database.exists()
    assert not cli.config.exists()


@pytest.mark.parametrize(
    ("arguments", "given"), [(("--channel", "discrod://a/b"), ""), (("--channel", "-"), "discrod://a/b\n")]
)
def test_an_address_that_cannot_be(cli: Cli, arguments: tuple[str, ...], given: str) -> None:
    """A channel is checked before anything starts, also when it comes by standard input."""
    done = cli("demo", "--fast", *arguments, given=given)
    assert done.code == 2
    assert "did you mean discord://?" in done.err
    assert done.out == ""


def test_a_channel_that_refuses(cli: Cli) -> None:
    """A channel of the user's that takes nothing is said, and the exit code is 1; the show goes on."""
    done = cli("demo", "--fast", "--channel", "json://127.0.0.1:1/")
    assert done.code == 1
    assert "Coven is back" in done.out


def test_no_channel_is_needed() -> None:
    """Without one the messages are shown here, and nothing is read from standard input."""
    assert _secret(None) is None
