"""The service and who watches it: systemd's notification socket, a heartbeat service, a hang, a replaced package, an older program."""

import os
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import coven_watchdog
from rigs.manager import Manager
from rigs.program import Program
from rigs.sinks import HttpSink, http_sink
from waiting import until

HANGING = Path(__file__).parent.parent / "rigs" / "hanging"
TOKEN = "s3cr3t-0c8983c9"


@contextmanager
def served(base: Path, config: str = "", **env: str) -> Iterator[tuple[Program, Manager]]:
    """A service of a manager, over a home that is not there."""
    text = f'homes = ["{base}/.coven"]\n{config}\n[[channels]]\nname = "desk"\nurl = "json://127.0.0.1:1"\n'
    with Manager(f"@coven-watchdog-{os.getpid()}") as manager, closing(Program(base, text, manager.env | env)) as program:
        program.start(armed=False)
        manager.wait("READY")
        yield program, manager


def test_a_life_under_systemd(tmp_path: Path) -> None:
    """Ready once it watches, with a line that says what; a reload is announced with its time and has an end; the end is, too."""
    with served(tmp_path) as (program, manager):
        assert manager.status == "watching ~/.coven: absent; told 0 today"
        before = manager.count("READY")
        os.kill(program.pid, signal.SIGHUP)
        assert int(manager.wait("RELOADING")["MONOTONIC_USEC"]) > 0
        manager.wait("READY", before + 1)
        program.write(program.config.read_text().replace("/.coven", "/other"))
        until(lambda: manager.status.startswith("watching ~/other: absent"))
        manager.wait("RELOADING", 2)
        assert program.stop() == 0
        manager.wait("STOPPING")

    assert manager.count("RELOADING") == 2
    assert manager.told[-1] == {"STOPPING": "1", "STATUS": "stopping"}
    assert manager.count("WATCHDOG") == 0


def test_a_hang(tmp_path: Path) -> None:
    """An event loop that hangs: no more signs of life, the stacks on standard error, `fail` to the outside, and the process ends with 1."""
    with http_sink() as outside:
        config = f'[heartbeat]\nurl = "http://127.0.0.1:{outside.port}/{TOKEN}"\n'
        with served(tmp_path, config, WATCHDOG_USEC="4000000", PYTHONPATH=str(HANGING)) as (program, manager):
            manager.wait("WATCHDOG", 2)
            outside.wait(1)
            os.kill(program.pid, signal.SIGUSR1)
            assert program.wait() == 1
            said = program.said
            until(lambda: _signs(outside) == ["start", "fail"])

    assert 'Thread "MainThread" (most recent call first):\n  File "' in said
    assert "in <lambda>" in said
    assert 'Task "engine"' in said
    assert TOKEN not in said


def test_systemd_ends_it(tmp_path: Path) -> None:
    """SIGABRT, which systemd sends when its own timer has run out, leaves the stacks of all threads, too."""
    with served(tmp_path) as (program, _):
        assert program.stop(signal.SIGABRT) == -signal.SIGABRT
        assert "Fatal Python error: Aborted" in program.said
        assert "daemon/supervisor.py" in program.said


def test_an_end_by_an_error(tmp_path: Path) -> None:
    """The outside is told; the store that broke is what the exit says."""
    with http_sink() as outside:
        config = f'[heartbeat]\nurl = "http://127.0.0.1:{outside.port}/{TOKEN}"\n'
        with served(tmp_path, config) as (program, manager):
            outside.wait(1)
            with closing(sqlite3.connect(program.state / "watchdog.sqlite3", isolation_level=None)) as database:
                database.execute("ALTER TABLE incident RENAME TO hidden")

            program.write("homes = 5\n")
            assert program.wait() == 1
            manager.wait("STOPPING")

    assert _signs(outside) == ["start", "fail"]
    assert TOKEN not in program.said


def test_a_replaced_package(tmp_path: Path) -> None:
    """Another version is installed under it: for a while there is half a package, then it is whole, and the service ends by itself with 75.

    Until then a newer command says at its end which version runs.
    """
    package = tmp_path / "lib" / "coven_watchdog"
    shutil.copytree(Path(coven_watchdog.__file__).parent, package)
    # The copy is no part of what is measured: it is gone when the report is written.
    unmeasured = {"COVERAGE_PROCESS_START": "", "COVERAGE_PROCESS_CONFIG": ""}
    with served(tmp_path, PYTHONPATH=str(package.parent), **unmeasured) as (program, manager):
        until(lambda: program.try_status().get("watchdog", {}).get("running"))
        first = package / "__init__.py"
        text = first.read_text()
        first.unlink()
        first.write_text(text.replace(coven_watchdog.__version__, "99.0"))
        newer = program.cli("config", "path")
        assert program.wait() == 75
        manager.wait("STOPPING")

    assert "This is coven-watchdog 99.0, and the service that runs is" in newer.err
    assert newer.out.strip() == str(program.config)
    assert "the installed package was replaced: the courier is of version 99.0" in program.said


def test_an_older_program(tmp_path: Path) -> None:
    """A database of a newer version is refused in words, by the service and by commands, and not touched."""
    with served(tmp_path) as (program, _):
        assert program.stop() == 0

    file = program.state / "watchdog.sqlite3"
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("INSERT INTO migration (number, name, at) VALUES (9999, 'of tomorrow', 0)")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    before = file.read_bytes()
    for command in (["run"], ["status"], ["incidents"], ["notify", "log"]):
        done = program.cli(*command)
        assert done.code == 1, done
        assert "was written by a newer coven-watchdog" in done.err
        assert "Traceback" not in done.err

    assert file.read_bytes() == before


def _signs(outside: HttpSink) -> list[str]:
    """The signs that were given, but for those that all is well."""
    return [last for one in outside.got if (last := one.path.rpartition("/")[2]) != TOKEN]
