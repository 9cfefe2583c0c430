"""`incidents`, its page about one, and its running log."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import msgspec
import pytest

from cli.conftest import Cli
from coven_watchdog import clock
from coven_watchdog.model.telling import Plan
from coven_watchdog.model.words import IncidentState
from coven_watchdog.store.connection import connect
from coven_watchdog.store.writing import write_plan
from report.filled import CRASH, fill
from store.builders import moment


def _ids(cli: Cli, *arguments: str) -> list[str]:
    return [one["id"] for one in cli("incidents", "--json", *arguments).document["incidents"]]


def test_what_is_listed(cli: Cli) -> None:
    """By default what is open and what changed within a day; else what is open, everything, or what changed since."""
    fill(cli.database.parent)
    assert sorted(_ids(cli)) == ["c4nn", "k7fq"]
    assert sorted(_ids(cli, "--open")) == ["c4nn", "k7fq"]
    assert sorted(_ids(cli, "--all")) == ["b3xm", "c4nn", "k7fq", "r2dd"]
    assert sorted(_ids(cli, "--since", "36500d")) == ["b3xm", "c4nn", "k7fq", "r2dd"]
    assert "k7fq" in cli("incidents").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Nothing is open, and nothing was wrong within 1d."),
        (("--since", "2h"), "Nothing is open, and nothing was wrong within 2h."),
        (("--open",), "Nothing is open."),
        (("--all",), "Nothing was wrong."),
    ],
)
def test_nothing_is_said_too(cli: Cli, arguments: tuple[str, ...], said: str) -> None:
    """An empty list says what it looked for; nothing needs to have run."""
    assert cli("incidents", *arguments).out.strip() == said


def test_filters_exclude_each_other(cli: Cli) -> None:
    """Two of them are a usage error."""
    assert cli("incidents", "--open", "--all").code == 2
    assert cli("incidents", "--since", "soon").code == 2


def test_one_incident(cli: Cli) -> None:
    """By its id, its first letters or a message's token; as text and as a document; also when the configuration is faulty."""
    fill(cli.database.parent)
    for name in ("k7fq", "k", "k7fq.2"):
        assert cli("incidents", "show", name, "--json").document["incident"]["id"] == "k7fq"

    cli.configure("naem = 1\n")
    shown = cli("incidents", "show", "k7fq")
    assert shown.code == 0
    assert "Evidence" in shown.out


def test_an_unknown_incident(cli: Cli) -> None:
    """It exits 1 and says where to look."""
    done = cli("incidents", "show", "zzzz")
    assert done.code == 1
    assert "incidents --all" in done.err


def _resolve(cli: Cli) -> None:
    """Write that the crash is over, as the service would."""
    end = clock.now().wall
    over = replace(CRASH, state=IncidentState.RESOLVED, resolved_at=end, changed_at=end)
    with closing(connect(cli.database)) as connection:
        write_plan(connection, Plan(incidents=(over,)), moment(1))
        connection.commit()


@contextmanager
def _following(cli: Cli, *arguments: str) -> Iterator[Iterator[bytes]]:
    """The lines of a running `incidents --follow`; it is ended however the block is left."""
    command = [*cli.command, "incidents", "--follow", *arguments]
    with subprocess.Popen(command, env=dict(cli.env), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield iter(process.stdout)
            process.send_signal(signal.SIGINT)
            process.wait(30)
        finally:
            process.kill()


@pytest.mark.parametrize("form", ["text", "json"])
def test_following(cli: Cli, form: str) -> None:
    """It prints what is open, then each change as it is written, as lines or as a document a line."""
    fill(cli.database.parent)
    command = ["--all", *(["--json"] if form == "json" else [])]
    with _following(cli, *command) as lines:
        first = [next(lines) for _ in range(4)]
        _resolve(cli)
        news = next(lines)

    assert sum(b"k7fq" in line for line in first) == 1
    assert b"k7fq" in news
    assert b"resolved" in news
    if form == "json":
        assert all(msgspec.json.decode(line)["schema"] == "coven-watchdog.incidents.v1" for line in [*first, news])


def test_following_what_is_open(cli: Cli) -> None:
    """With --open, what is over already is not told; what ends while it is followed is."""
    fill(cli.database.parent)
    with _following(cli, "--open") as lines:
        first = [next(lines) for _ in range(2)]
        _resolve(cli)
        news = next(lines)

    assert all(b" open " in line for line in first)
    assert b"k7fq resolved" in news


def test_following_what_people_do(cli: Cli) -> None:
    """That somebody has it in hand, or has silenced it, is news."""
    fill(cli.database.parent)
    with _following(cli, "--open") as lines:
        first = [next(lines) for _ in range(2)]
        cli("ack", "k7fq")
        acknowledged = next(lines)
        cli("silence", "1h", "--kind", "daemon.*")
        silenced = next(lines)

    assert not any(b"acknowledged" in line for line in first)
    assert b"k7fq open" in acknowledged
    assert acknowledged.rstrip().endswith(b"(acknowledged)")
    assert silenced.rstrip().endswith(b"(acknowledged, silenced)")
