"""`notify route`."""

from pathlib import Path

import pytest

from cli.conftest import Cli
from coven_watchdog import clock
from coven_watchdog.model.time import HOUR
from coven_watchdog.store import add_silence
from report.filled import fill
from store.builders import HOME, silence

CHANNELS = f"""
homes = [{{path = "{HOME}", name = "devbox"}}, {{path = "/srv/coven", name = "server"}}]
[[channels]]
name = "desk"
url = "desktop://"
[[channels]]
name = "phone"
url = "ntfy://localhost/x"
homes = ["server"]
"""


def test_in_text_and_as_a_document(cli: Cli) -> None:
    """The same words in two forms; nothing needs to have run, and nothing is sent."""
    cli.configure(CHANNELS)
    done = cli("notify", "route", "--kind", "daemon.crashed")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "✓  desk   told      it takes warning and worse, and this is critical",
        "·  phone  not told  it is for other homes: server",
    ]
    document = cli("notify", "route", "--kind", "daemon.crashed", "--json").document
    assert document == {
        "schema": "coven-watchdog.notify.route.v1",
        "channels": [
            {"name": "desk", "told": True, "because": "it takes warning and worse, and this is critical"},
            {"name": "phone", "told": False, "because": "it is for other homes: server"},
        ],
    }


def test_what_is_recorded_counts(cli: Cli) -> None:
    """What is open, what is silenced, and which channel fails; in the home that is meant."""
    path = fill(cli.database.parent)
    cli.configure(CHANNELS)
    assert "part of the story of daemon.crashed k7fq" in cli("notify", "route", "--kind", "store.broken").out
    elsewhere = cli("notify", "route", "--kind", "store.broken", "--home", "server").out
    assert "and this is critical; but it does not deliver now: connection refused\n" in elsewhere
    add_silence(path, silence(until=clock.now().wall + HOUR))
    silenced = cli("notify", "route", "--kind", "session.failed", "--home", "srv")
    assert silenced.out.startswith("! Nobody would be told now.\n·  desk   not told  s-k7f silences it until ")


def test_channels_of_an_apprise_file(cli: Cli, tmp_path: Path) -> None:
    """Those that the service has made of it stand for it; without a service it stands for itself."""
    file = tmp_path / "apprise.yml"
    file.write_text("urls:\n  - json://localhost\n", encoding="utf-8")
    file.chmod(0o600)
    for name in ("team", "phone"):
        cli.configure(f'[[channels]]\nname = "{name}"\napprise_config = "{file}"\n')
        assert cli("notify", "route", "--kind", "daemon.crashed").out.startswith(f"✓  {name}  told")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "missing option '--kind'"),
        (("--kind", "daemon.crashd"), "this kind is unknown: 'daemon.crashd'; did you mean daemon.crashed?"),
        (("--kind", "session.*"), "'session.*' stands for 11 kinds\n next: name one of them: session.crashed, "),
        (("--kind", "store.broken", "--severity", "fatal"), "'fatal' is not one of"),
        (("--kind", "store.broken", "--home", "nix"), "there is no home 'nix'\n next: there are: devbox"),
    ],
)
def test_what_cannot_be_asked(cli: Cli, arguments: tuple[str, ...], said: str) -> None:
    """Each is a usage error that says what would do."""
    cli.configure(CHANNELS)
    done = cli("notify", "route", *arguments)
    assert (done.code, said in done.err) == (2, True), done.err


def test_without_channels(cli: Cli) -> None:
    """Nobody would be told of anything, which is an error and not an empty list."""
    cli.configure("channels = []\n")
    done = cli("notify", "route", "--kind", "daemon.crashed")
    assert (done.code, "nobody would be told" in done.err) == (2, True)


def test_kinds_are_completed(cli: Cli) -> None:
    """All that begin so."""
    words = "coven-watchdog notify route --kind home."
    asked = {"COMP_WORDS": words, "COMP_CWORD": "4", "_COVEN_WATCHDOG_COMPLETE": "bash_complete"}
    assert [line.partition(",")[2] for line in cli(env=asked).out.split()] == ["home.missing", "home.insecure"]
