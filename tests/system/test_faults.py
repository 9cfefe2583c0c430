"""What befalls the real Coven from within and from beside it: panics, a stranger on its socket, a ledger that somebody holds, starts without end."""

import os
import resource
import signal
import socket
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from threading import Thread

from rigs.coven import RealCoven
from rigs.inbox import Inbox
from rigs.program import Watch
from waiting import until

_THREAD_KIB = 2100
"""Enough for the stack of one thread, and not of another."""


def _starve(coven: RealCoven, kib: int) -> None:
    """From now on the daemon gets no more memory than this, on top of what it has."""
    status = Path(f"/proc/{coven.pid}/status").read_text(encoding="utf-8")
    has = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmSize"))
    limit = (has + kib) * 1024
    resource.prlimit(coven.pid, resource.RLIMIT_AS, (limit, limit))


def _ask_too_much(coven: RealCoven) -> None:
    """A launch, for which it needs threads."""
    with suppress(OSError):
        coven.try_launch("sleep=60")


def test_a_panic_that_ends_it(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """The crash is told with the panic's own words, though the panic hook has removed what other crashes leave; `check` finds it, too."""
    coven.start()
    program = watching(coven)
    pid = coven.pid
    _starve(coven, 0)
    _ask_too_much(coven)
    coven.reaper.wait(pid)
    (letter,) = inbox.wait(1)
    assert letter.kind == "daemon.crashed"
    assert "it panicked: failed to" in letter.body
    assert not (coven.home / "daemon.json").exists()
    check = program.cli("check")
    assert check.code == 2
    assert "Coven crashed" in check.out
    assert "it panicked: failed to" in check.out
    lines = program.json("doctor")["homes"][0]["lines"]
    assert any("it tells of a panic (" in line["says"] for line in lines if line["topic"] == "log")
    coven.start()
    assert inbox.wait(2)[1].type == "success"


def test_a_panic_that_it_outlives(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A thread of it panics; the hook removes its socket, the process lives on out of reach, and the message says why."""
    coven.start()
    watching(coven)
    _starve(coven, _THREAD_KIB)
    pid = coven.pid
    _ask_too_much(coven)
    (letter,) = inbox.wait(1)
    assert letter.kind == "daemon.socket_lost"
    assert "it panicked: failed to spawn thread" in letter.body
    assert f"kill {pid}" in letter.body
    os.kill(pid, signal.SIGTERM)
    coven.reaper.wait(pid)
    coven.start()
    inbox.until(lambda letters: "Coven is back" in letters[-1].title)


def _relay(listener: socket.socket, to: Path) -> None:
    """Pass on what comes, one request after another, until the listener is closed."""
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            with client, socket.socket(socket.AF_UNIX) as server:
                server.connect(str(to))
                server.sendall(client.recv(65_536))
                while answer := server.recv(65_536):
                    client.sendall(answer)


def test_a_stranger_on_the_socket(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """Somebody relays between the clients and Coven: every answer is right, and the peer is not who holds the lock."""
    coven.start()
    watching(coven, '[probe]\nhealth_interval = "2s"\n')
    path, real = coven.home / "coven.sock", coven.home / "real.sock"
    with closing(socket.socket(socket.AF_UNIX)) as listener:
        path.rename(real)
        listener.bind(str(path))
        path.chmod(0o600)
        listener.listen()
        Thread(target=_relay, args=(listener, real), name="relay", daemon=True).start()
        (letter,) = inbox.wait(1)
        assert (letter.kind, letter.type) == ("daemon.impostor", "failure")
        assert f"process {os.getpid()} answers, process {coven.pid} holds the lock" in letter.body
        assert f"ps -f -p {os.getpid()} (only reads)" in letter.body
        path.unlink()
        real.rename(path)
        listener.shutdown(socket.SHUT_RDWR)

    assert "Coven answers for itself again" in inbox.wait(2)[1].title


def test_restarts_without_end(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """The third restart is told as a loop, with how the last daemon ended; what becomes of it afterwards is part of that."""
    coven.start()
    program = watching(coven)
    for _ in range(3):
        coven.kill()
        until(lambda: [one for one in program.incidents("--open") if one["kind"].startswith("daemon.")])
        coven.start()
        until(lambda: program.json("status")["homes"][0]["daemon"]["pid"] == coven.pid)

    inbox.until(lambda letters: any(letter.kind == "daemon.restart_loop" for letter in letters))
    (letter,) = inbox.of("daemon.restart_loop")
    assert letter.type == "failure"
    assert "3 restarts within 10 minutes; the last end: killed by signal 9" in letter.body


def test_a_ledger_that_is_held_and_output_that_is_lost(coven: RealCoven, watching: Watch) -> None:
    """One long read keeps the write-ahead log from being folded in; a flood of output is dropped. Both are seen, the second told nobody."""
    coven.start()
    program = watching(coven, '[probe]\nhealth_interval = "2s"\n')
    coven.wait_row(coven.launch("spew=200000"))
    with closing(sqlite3.connect(coven.home / "coven.sqlite3", isolation_level=None)) as reader:
        reader.execute("begin")
        reader.execute("select count(*) from sessions").fetchone()
        with closing(sqlite3.connect(coven.home / "coven.sqlite3", isolation_level=None)) as writer:
            writer.execute("create table ballast(x)")
            for _ in range(70):
                writer.execute("insert into ballast values (zeroblob(1000000))")

        check = until(lambda: found if (found := program.cli("check")).code else None)

    assert "Coven's ledger needs care: its write-ahead log has grown to" in check.out
    until(lambda: [one for one in program.incidents() if one["kind"] == "event_writer.pressured"])
