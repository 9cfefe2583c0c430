"""`digest`: printed; and sent, by the running service or from the shell."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cli.conftest import Cli
from report.filled import fill
from rigs.program import Program
from rigs.sinks import HttpSink, http_sink

AGES = ("--since", "9999d")
"""The filled store tells of a day long ago."""


def test_it_is_shown(cli: Cli) -> None:
    """What is still so, whatever the time; what happened within it; and that nobody watches now."""
    fill(cli.database.parent)
    day, ages = cli("digest"), cli("digest", *AGES)
    assert (day.code, day.err) == (0, "")
    assert "Still so: waits for you\n  ✖  k7fq  Coven crashed: killed by signal 9" in day.out
    assert "Broke, and is over" not in day.out
    assert "the watchdog does not run  still so · /home/ada/.coven, /srv/coven" in day.out
    assert "Broke, and is over\n  !  r2dd  Coven hangs" in ages.out
    assert "!  1  lost with Coven  codex in shop" in ages.out
    document = cli("digest", *AGES, "--json").document
    assert document["schema"] == "coven-watchdog.digest.v1"
    assert [one["incident"] for one in document["open"]] == ["k7fq", "c4nn"]
    assert document["sent_by"] is None


def test_before_anything_ran(cli: Cli) -> None:
    """Without a database it does not claim that all is well: nobody watches."""
    done = cli("digest")
    assert done.code == 0
    assert "the watchdog does not run" in done.out
    assert not cli.database.exists()


def test_a_faulty_file_hides_nothing(cli: Cli) -> None:
    """What happened is shown whatever stands in the configuration; to send it, it must be read."""
    fill(cli.database.parent)
    cli.configure("naem = 1\n")
    assert "k7fq" in cli("digest").out
    assert cli("digest", "--send").code == 2


def test_no_time_at_all(cli: Cli) -> None:
    """Nothing to look back on, or no time, is a usage error."""
    assert "digest --since 12h" in cli("digest", "--since", "0s").err
    assert cli("digest", "--since", "0s").code == 2
    assert "write it like 90s" in cli("digest", "--since", "yesterday").err


def test_from_the_shell(cli: Cli) -> None:
    """Each channel gets what it is there for, one with nothing to hear gets nothing, one for escalations is not asked."""
    fill(cli.database.parent)
    with http_sink() as sink:
        url = f'url = "{sink.url}s3cr3t"\n'
        cli.configure(
            f'[[channels]]\nname = "all"\n{url}[[channels]]\nname = "harness"\n{url}homes = ["elsewhere"]\nkinds = ["store.*"]\n'
            f'[[channels]]\nname = "later"\n{url}after = "1h"\n'
        )
        done = cli("digest", "--send", *AGES)
        document = cli("digest", "--send", "--json", *AGES).document

    assert (done.code, done.out) == (0, "✓  all  sent\n")
    assert done.err == "Sent by this shell, because no service runs.\nharness: nothing to say there.\n"
    assert {(one["channel"], one["state"]) for one in document["channels"]} == {("all", "sent"), ("harness", "withheld")}
    assert document["sent_by"] == "shell"
    letter = sink.got[0].json
    assert " digest: 2 broken, 1 recovered, 1 lost" in letter["title"]
    assert "! 1 session lost with Coven: codex in shop" in letter["message"]
    assert letter["message"].splitlines()[-1].startswith("digest 2")
    assert len(sink.got) == 2
    assert "add a cart" not in letter["message"]
    assert "s3cr3t" not in done.out + done.err


def test_one_that_fails(cli: Cli) -> None:
    """The exit code is 1, and the reason is told."""
    fill(cli.database.parent)
    cli.configure('[[channels]]\nname = "bad"\nurl = "json://127.0.0.1:1/"\n')
    done = cli("digest", "--send", *AGES)
    assert done.code == 1
    assert "✖  bad" in done.out


def test_nobody_to_send_it_to(cli: Cli) -> None:
    """No channel, or only escalations, is a usage error."""
    for channels in ("channels = []\n", '[[channels]]\nname = "later"\nurl = "json://127.0.0.1:1/"\nafter = "1h"\n'):
        cli.configure(channels)
        done = cli("digest", "--send")
        assert done.code == 2
        assert "nobody would be told" in done.err


@pytest.fixture
def sink() -> Iterator[HttpSink]:
    """Where it arrives."""
    with http_sink() as made:
        yield made


@pytest.fixture
def program(tmp_path: Path, sink: HttpSink) -> Iterator[Program]:
    """The service on a home that does not exist."""
    config = f'homes = ["{tmp_path}/home"]\n[delivery]\ntimeout = "2s"\n[[channels]]\nname = "good"\nurl = "{sink.url}"\n'
    with closing(Program(tmp_path, config)) as made:
        made.start()
        yield made


def _failed(program: Program) -> None:
    """A message did not arrive."""
    with closing(sqlite3.connect(program.state / "watchdog.sqlite3")) as database:
        database.execute(
            """INSERT INTO notification (id, channel, incident, reason, state, fact_at, committed_at, due_at, attempts, grouped)
               VALUES ('k7fq.1', 'good', 'k7fq', 'first', 'failed', 0, ?, 0, 1, 0)""",
            (time.time_ns() // 1000,),
        )
        database.commit()


def test_by_the_service(program: Program, sink: HttpSink) -> None:
    """Nothing to say, nothing sent; else the service sends it, and the next one tells what is new since then."""
    nothing = program.cli("digest", "--send")
    assert (nothing.code, sink.got) == (0, [])
    assert nothing.out.startswith("Nothing to tell since ")
    assert nothing.err == "Nothing was sent.\n"
    assert program.cli("digest").out.startswith("Nothing to tell since ")
    _failed(program)
    done = program.cli("digest", "--send")
    assert (done.code, done.out, done.err) == (0, "✓  good  sent\n", "Sent by the running service.\n")
    assert "Not delivered: 1 on good" in sink.got[0].json["message"]
    again = program.json("digest", "--send")
    assert (again["sent_by"], again["channels"][0]["state"]) == ("service", "withheld")
    assert again["undelivered"] == []
    assert program.json("digest", "--send", "--since", "1h")["channels"][0]["state"] == "sent"
    assert [one["reason"] for one in program.json("notify", "log")["notifications"]] == [
        *["digest"] * 3,
        "first",
        "digest",
    ]
    assert "nothing to say" in program.cli("notify", "log").out


def test_channels_that_an_apprise_file_made(tmp_path: Path, sink: HttpSink) -> None:
    """They get it by the service, as the entry that names the file says; one that the file does not know any more gets none."""
    urls = tmp_path / "apprise.conf"
    urls.write_text(f"{sink.url}\n{sink.url}second\n")
    urls.chmod(0o600)
    base = f'homes = ["{tmp_path}/home"]\n'
    config = f'{base}[[channels]]\nname = "team"\napprise_config = "{urls}"\n'
    with closing(Program(tmp_path, config + f'[[channels]]\nname = "good"\nurl = "{sink.url}"\n')) as program:
        program.start()
        _failed(program)
        program.write(f"{config}kinds = ['daemon.*']\n")
        sent = program.json("digest", "--send")["channels"]

    assert {(one["channel"], one["state"]) for one in sent} == {("team/1", "sent"), ("team/2", "sent")}
    assert len(sink.got) == 2
