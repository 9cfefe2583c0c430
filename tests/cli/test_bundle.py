"""`bundle` as a user has it: where it goes, what it refuses, and that nothing is left of what fails."""

import io
import os
import shlex
import stat
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.conftest import Cli
from report.filled import fill
from rigs.simulated import Simulation, short_home, simulation
from rigs.untouched import changes, settled, stamps


@pytest.fixture(scope="module")
def coven() -> Iterator[Simulation]:
    """A simulated Coven."""
    with simulation() as running:
        # The first to connect is noted in the socket's access time.
        running.ask("GET", "/health")
        yield running


@pytest.fixture
def asked(cli: Cli, coven: Simulation) -> Cli:
    """The command beside that Coven."""
    return Cli(cli.home, {**cli.env, "COVEN_HOME": str(coven.home)})


def bundles(cli: Cli) -> list[str]:
    """What lies in the directory where it was called."""
    return sorted(path.name for path in cli.home.iterdir() if path.name != "state")


def test_it_is_written_here(asked: Cli, coven: Simulation) -> None:
    """Named by what it is about and when; for its owner alone; the path, the URL and how to file it are said; Coven's home is untouched."""
    before = settled(coven.home)
    done = asked("bundle")
    assert (done.code, done.err) == (0, "")
    (name,) = bundles(asked)
    assert name.startswith("coven-bundle-now-")
    assert f"~/{name}" in done.out
    assert "https://github.com/OpenCoven/coven/issues" in done.out
    path = asked.home / name
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with tarfile.open(path) as tar:
        files = {one.name.partition("/")[2] for one in tar.getmembers()}

    assert {
        "REPORT.md",
        "manifest.json",
        "health.json",
        "capabilities.json",
        "daemon.json",
        "sessions.jsonl",
        "home.txt",
    } <= files
    assert changes(before, stamps(coven.home)) == {}


def test_a_file_of_ones_own(asked: Cli) -> None:
    """With `-o`; the second time it stays as it is. A directory gets the usual name in it."""
    document = asked("bundle", "-o", "mine.tar.gz", "--json").document
    assert document["schema"] == "coven-watchdog.bundle.v1"
    assert document["path"] == str(asked.home / "mine.tar.gz")
    assert document["size_bytes"] == (asked.home / "mine.tar.gz").stat().st_size
    content = (asked.home / "mine.tar.gz").read_bytes()
    again = asked("bundle", "-o", "mine.tar.gz")
    assert (again.code, again.out) == (1, "")
    assert "it is there already" in again.err
    assert (asked.home / "mine.tar.gz").read_bytes() == content
    (asked.home / "folder").mkdir()
    assert asked("bundle", "-o", "folder").code == 0
    assert [path.suffix for path in (asked.home / "folder").iterdir()] == [".gz"]


def test_standard_output(asked: Cli) -> None:
    """The archive and nothing else."""
    done = subprocess.run([*asked.command, "bundle", "-o", "-"], env=asked.env, cwd=asked.home, capture_output=True, check=True)
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
        assert any(name.endswith("/REPORT.md") for name in tar.getnames())

    assert bundles(asked) == []


def test_nobody_takes_the_output(asked: Cli) -> None:
    """A pipe that is closed, and a full device: exit code 1, no traceback."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*asked.command, "bundle", "-o", "-"],
            env=asked.env,
            cwd=asked.home,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert done.returncode == 1
    assert "cannot write the output" in done.stderr
    assert "Traceback" not in done.stderr
    command = f"exec {shlex.join([*asked.command, 'bundle', '-o', '-'])} >&-"
    closed = subprocess.run(
        ["/bin/sh", "-c", command], env=asked.env, cwd=asked.home, stderr=subprocess.PIPE, text=True, check=False
    )
    assert (closed.returncode, "standard output is closed" in closed.stderr) == (2, True)


def test_only_shown(asked: Cli) -> None:
    """The report, and the preview with every redaction in context: nothing is written."""
    report = asked("bundle", "--report")
    assert report.out.startswith("# Coven diagnostics\n")
    assert len(report.out.splitlines()) <= 80
    document = asked("bundle", "--preview", "--json").document
    assert document["path"] is None
    assert {"file", "line", "context"} == set(document["redactions"][0])
    assert bundles(asked) == []


def test_dropped(asked: Cli) -> None:
    """A file that is left out is listed as such; one that is none is a mistake."""
    document = asked("bundle", "-o", "x", "--drop", "home.txt", "--drop", "system.json", "--json").document
    assert {"home.txt", "system.json"} <= {one["file"] for one in document["not_collected"]}
    wrong = asked("bundle", "--drop", "nothing.txt")
    assert (wrong.code, "there is no file nothing.txt" in wrong.err) == (2, True)


def test_a_session(asked: Cli, coven: Simulation) -> None:
    """By its first letters, with its events; what it printed only where that is asked for."""
    session = coven.launch("sleep=30")
    files = {one["file"] for one in asked("bundle", session[:8], "--preview", "--json").document["files"]}
    assert ("session.json" in files, "session-output.txt" in files) == (True, False)


def test_an_incident(asked: Cli) -> None:
    """Of a home that is not watched any more: what to do instead is said."""
    fill(asked.database.parent)
    done = asked("bundle", "k7fq")
    assert (done.code, "not watched any more" in done.err) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("zzzz",), 1, "no incident and no session begins with 'zzzz'"),
        (("-o", "missing/x.tar.gz"), 1, "its directory is not there"),
        (("a" * 5000,), 1, "no incident and no session begins with 'aaaa"),
        (("-o", "a" * 300), 1, "cannot be written: File name too long"),
        (("-o", ""), 2, "names no file"),
        (("--preview", "--report"), 2, "exclude each other"),
        (("--preview", "-o", "x"), 2, "nothing is written"),
        (("-o", "-", "--json"), 2, "cannot both go to standard output"),
        (("--include-output",), 2, "the output of which session"),
    ],
    ids=lambda value: " ".join(value)[:30] if isinstance(value, tuple) else "",
)
def test_what_cannot_be(cli: Cli, arguments: tuple[str, ...], code: int, says: str) -> None:
    """Each is said, with nothing left behind; and as JSON where that is asked for."""
    with short_home() as home:
        beside = Cli(cli.home, {**cli.env, "COVEN_HOME": str(home)})
        done = beside("bundle", *arguments)
        assert (done.code, says in (done.err or done.out)) == (code, True), done
        assert bundles(beside) == []
        if "--json" in arguments:
            assert done.document["error"]["code"] == "usage"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_no_permission(asked: Cli) -> None:
    """It is said, and how else."""
    shut = asked.home / "shut"
    shut.mkdir(mode=0o500)
    done = asked("bundle", "-o", "shut/x.tar.gz")
    assert (done.code, "Permission denied" in done.err) == (1, True)


def test_a_faulty_configuration(asked: Cli) -> None:
    """No reason not to make one: it says so itself."""
    asked.configure("[probe]\nhealth_intervall = '5s'\n")
    document = asked("bundle", "-o", "x", "--json").document
    why = {one["file"]: one["why"] for one in document["not_collected"]}
    assert "probe.health_intervall" in why["configuration.txt"]
