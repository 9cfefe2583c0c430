"""`ack`: what is acknowledged, and everything that cannot be."""

import os
import pwd
import shlex
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest

from cli.conftest import Cli
from coven_watchdog import clock
from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.telling import Plan
from coven_watchdog.model.time import HOUR
from coven_watchdog.model.words import Severity
from coven_watchdog.store import StoreReader, add_silence
from coven_watchdog.store.connection import connect
from coven_watchdog.store.writing import write_plan
from report.filled import CRASH, OWN, fill
from rigs.absent import absent
from store.builders import moment, silence

USER = pwd.getpwuid(os.geteuid()).pw_name
NOBODY_RUNS = "No service runs: this counts as soon as one does. Start it: coven-watchdog service start\n"


def _stored(cli: Cli, name: str) -> Incident:
    with StoreReader(cli.database) as rows:
        return rows.incident(name)


def _write(cli: Cli, *incidents: Incident) -> None:
    with closing(connect(cli.database)) as connection:
        write_plan(connection, Plan(incidents=incidents), moment(1))


@contextmanager
def _locked(cli: Cli) -> Iterator[None]:
    """Somebody holds the database."""
    with closing(sqlite3.connect(cli.database, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield


@pytest.mark.parametrize("name", ["k7fq", "k", "K7FQ.1"])
def test_by_id_beginning_or_token(cli: Cli, name: str) -> None:
    """It is recorded who did it, with what, and why; and said what is told all the same."""
    fill(cli.database.parent)
    done = cli("ack", name, "--reason", "on it")
    assert (done.code, done.err) == (0, NOBODY_RUNS)
    assert done.out.startswith("✖ k7fq daemon.crashed is acknowledged, until it is over. A change for the worse")
    ack = _stored(cli, "k7fq").ack
    assert ack is not None
    assert (ack.reason, ack.until) == ("on it", None)
    assert ack.by.startswith(f"{USER} (")
    assert f"pid {os.getpid()})" in ack.by
    assert "(acknowledged)" in cli("incidents", "--open").out


def test_for_a_while(cli: Cli) -> None:
    """Until then; with JSON the same in one document."""
    fill(cli.database.parent)
    before = clock.now().wall
    shown = cli("ack", "k7fq", "--for", "2h", "--json").document
    assert shown["schema"] == "coven-watchdog.ack.v1"
    assert shown["incident"]["acknowledged"] is True
    assert shown["acknowledgement"]["until"] is not None
    ack = _stored(cli, "k7fq").ack
    assert ack is not None
    assert before + 7_200_000_000 <= (ack.until or 0) <= clock.now().wall + 7_200_000_000


def test_anew_and_undone(cli: Cli) -> None:
    """A second one takes the place of the first, which is named; it can be taken back, once."""
    fill(cli.database.parent)
    cli("ack", "k7fq", "--reason", "first")
    again = cli("ack", "k7fq")
    assert "is acknowledged anew" in again.out
    assert ": first" in again.out
    undone = cli("ack", "--undo")
    assert (undone.code, undone.out) == (0, "✖ k7fq daemon.crashed is no longer acknowledged: it is told again as before.\n")
    assert _stored(cli, "k7fq").ack is None
    twice = cli("ack", "k7fq", "--undo")
    assert (twice.code, twice.err) == (1, "error: k7fq (daemon.crashed) is not acknowledged\n next: coven-watchdog ack k7fq\n")
    assert cli("ack", "--undo").err.startswith("error: nothing is acknowledged")


def test_the_only_open_one(cli: Cli) -> None:
    """Needs no id; what is recorded and never told does not stand in the way."""
    fill(cli.database.parent)
    _write(cli, replace(OWN, severity=Severity.OFF))
    assert cli("ack").out.startswith("✖ k7fq daemon.crashed is acknowledged")


def test_several_open_ones(cli: Cli) -> None:
    """They are listed, the worst first, and nothing is acknowledged; a program gets one error document."""
    fill(cli.database.parent)
    done = cli("ack")
    assert done.code == 2
    assert [line.split()[1] for line in done.out.splitlines()] == ["k7fq", "c4nn"]
    assert done.err == "error: 2 incidents are open: k7fq, c4nn\n next: say which: coven-watchdog ack k7fq\n"
    assert _stored(cli, "k7fq").ack is None
    assert cli("ack", "--json").document["error"]["code"] == "usage"


def test_nothing_is_open(cli: Cli) -> None:
    """Neither where nothing ever ran, nor where all is well."""
    said = "error: nothing is open; there is nothing to acknowledge\n next: see what was: coven-watchdog incidents\n"
    assert (cli("ack").code, cli("ack").err) == (1, said)
    assert "no service has run here yet" in cli("ack", "k7fq").err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("zzzz",), 1, "there is no incident 'zzzz'\n next: see them all: coven-watchdog incidents --all"),
        (("",), 2, "2 incidents are open"),
        (("b3xm",), 1, "b3xm (session.failed) happened once and is told once; there is nothing to acknowledge"),
        (("r2dd",), 1, "r2dd (daemon.unresponsive) was resolved at May 28 19:26; there is nothing to acknowledge"),
        (("k7fq", "--for", "0"), 2, "--for: an acknowledgement of 0 is over at once"),
        (("k7fq", "--for", "soon"), 2, "--for: 'soon' is no duration; write it like 90s, 5m or 1h30m"),
        (("k7fq", "--for", "400d"), 2, "--for: an acknowledgement lasts 366d at most, and 400d is longer"),
        (("k7fq", "--undo", "--for", "2h"), 2, "--undo takes neither --reason nor --for"),
        (("k7fq", "c4nn"), 2, "got unexpected extra argument (c4nn)"),
    ],
)
def test_what_cannot_be_acknowledged(cli: Cli, arguments: tuple[str, ...], code: int, said: str) -> None:
    """Each says why not, and what to do; nothing is written."""
    fill(cli.database.parent)
    done = cli("ack", *arguments)
    assert (done.code, said in done.err) == (code, True), done.err
    assert _stored(cli, "k7fq").ack is None


def test_an_ambiguous_beginning(cli: Cli) -> None:
    """Those that are meant are named."""
    fill(cli.database.parent)
    _write(cli, replace(CRASH, id="k8", home="/other"))
    done = cli("ack", "k")
    assert (done.code, done.err) == (
        1,
        "error: 2 incidents begin with 'k': k7fq, k8\n next: give more letters of the one you mean\n",
    )


def test_a_database_that_another_program_holds(cli: Cli) -> None:
    """The wait is bounded, and said what to do."""
    fill(cli.database.parent)
    with _locked(cli):
        done = cli("ack", "k7fq")

    assert done.code == 1
    assert "another program holds the database" in done.err


@pytest.mark.parametrize("arguments", [("ack", "k7fq"), ("silence", "2h"), ("silence", "remove", "s-k7f")])
def test_a_state_directory_that_cannot_be_written(cli: Cli, arguments: tuple[str, ...]) -> None:
    """On a read-only disk it fails with the file and what to do; looking still works."""
    add_silence(fill(cli.database.parent), silence(until=clock.now().wall + HOUR))
    state = shlex.quote(str(cli.database.parent))
    command = f"mount --bind {state} {state} && mount -o remount,bind,ro {state} || exit 77; exec " + shlex.join(cli.command)
    namespace = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]

    def read_only(*words: str) -> subprocess.CompletedProcess[str]:
        script = [*namespace, "sh", "-c", f"{command} {shlex.join(words)}"]
        return subprocess.run(script, env=dict(cli.env), capture_output=True, text=True, check=False)

    done = read_only(*arguments)
    if done.returncode == 77 or "unshare" in done.stderr:
        absent("private mount namespaces are not allowed", "run as root, or: sysctl kernel.unprivileged_userns_clone=1")

    assert done.returncode == 1, done.stderr
    assert done.stderr.startswith(f"error: {cli.database}: the database")
    assert "writable for you" in done.stderr
    assert "s-k7f" in read_only("silence", "list").stdout


def test_ids_are_completed(cli: Cli) -> None:
    """What is open, in a shell; nothing where nothing is."""
    asked = {"COMP_WORDS": "coven-watchdog ack ", "COMP_CWORD": "2", "_COVEN_WATCHDOG_COMPLETE": "bash_complete"}
    assert cli(env=asked).out.strip() == ""
    fill(cli.database.parent)
    assert sorted(line.partition(",")[2] for line in cli(env=asked).out.splitlines()) == ["c4nn", "k7fq"]
    cli.database.write_bytes(b"junk" * 2000)
    assert cli(env=asked).out.strip() == ""
