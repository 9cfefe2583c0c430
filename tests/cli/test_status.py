"""`status`: by a person, a program and on a live screen."""

import os
import sys

import pytest

from cli.conftest import Cli
from coven_watchdog.clock import boot_id
from coven_watchdog.coven import processes
from report.filled import fill
from store.builders import START, service


def _running_service() -> object:
    """This test stands in for the service: it runs, and has a pid and a start time."""
    own = processes.identity(os.getpid())
    assert own is not None
    return service(pid=own.pid, started=own.started, boot=boot_id(), since=START - 3_600_000_000)


def test_json_and_text_say_the_same(cli: Cli) -> None:
    """One picture in two forms: what the text says stands in the document."""
    fill(cli.database.parent)
    text, document = cli("status"), cli("status", "--json").document
    assert document["schema"] == "coven-watchdog.status.v1"
    assert document["watchdog"]["running"] is False
    ids = [one["id"] for home in document["homes"] for one in home["incidents"]]
    assert ids == ["k7fq"]
    assert "k7fq" in text.out
    assert text.code == 0
    assert text.err == ""


def test_a_running_service_speaks_for_a_faulty_file(cli: Cli) -> None:
    """While the service runs on a good configuration, a faulty edit does not blind its status; without one it is an error."""
    cli.configure("naem = 1\n")
    fill(cli.database.parent)
    assert cli("status").code == 2
    cli.database.unlink()
    fill(cli.database.parent, watchdog=_running_service())  # type: ignore[arg-type]
    done = cli("status", "--json")
    assert done.code == 0
    assert done.document["watchdog"]["running"] is True


def test_watching_needs_a_terminal(cli: Cli) -> None:
    """A live screen into a pipe is a usage error that names what programs use."""
    done = cli("status", "--watch")
    assert done.code == 2
    assert "incidents --follow --json" in done.err


@pytest.mark.skipif(sys.platform != "linux", reason="the text of the error is Linux's")
def test_a_state_directory_that_cannot_be(cli: Cli) -> None:
    """A relative state directory is refused with the variable's name."""
    done = cli("status", env={"COVEN_WATCHDOG_STATE_DIR": "here"})
    assert done.code == 2
    assert "COVEN_WATCHDOG_STATE_DIR is a relative path" in done.err


def test_verbose_says_what_it_used(cli: Cli) -> None:
    """-v names the configuration and the database, once each, beside the data."""
    done = cli("-v", "status")
    assert done.err.splitlines() == [
        f"database: {cli.database} (does not exist)",
        f"configuration: {cli.config} (does not exist: defaults)",
    ]


def test_one_line_or_none(cli: Cli) -> None:
    """Nothing on a machine where nothing is set up; a line when nobody watches or something is broken; the exit code is always 0."""
    nothing = cli("status", "--brief")
    fill(cli.database.parent)
    nobody = cli("status", "--brief")
    cli.database.unlink()
    fill(cli.database.parent, watchdog=_running_service())  # type: ignore[arg-type]
    broken = cli("status", "--brief")
    assert [(one.code, one.err) for one in (nothing, nobody, broken)] == [(0, "")] * 3
    assert nothing.out == ""
    assert nobody.out.startswith("✖ Nobody watches Coven (last seen ")
    assert broken.out.startswith("✖ Coven crashed: killed by signal 9 · 2 sessions hit ")
    assert broken.out.count("\n") == 1


def test_a_line_is_for_people(cli: Cli) -> None:
    """It has no JSON and does not follow; programs are told what they use."""
    for other in ("--json", "--watch"):
        done = cli("status", "--brief", other)
        assert done.code == 2
        assert "status --json" in done.out + done.err
