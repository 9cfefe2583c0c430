"""The real daemon is broken in every way that its users have seen; what arrives is one story each."""

import os
import shutil
import signal
from pathlib import Path

import pytest

from rigs.coven import RealCoven
from rigs.inbox import Inbox, Letter
from rigs.program import Watch
from waiting import until

_PRELOAD = "[delivery]\npreload = true\n"


def _launch_three(coven: RealCoven) -> list[str]:
    sessions = [coven.launch(f"sleep=300 number {number}") for number in range(3)]
    for number in range(3):
        coven.harness(f"sleep=300 number {number}")

    return sessions


def _only_incident(letters: list[Letter]) -> None:
    """All letters tell one incident, numbered from 1."""
    incident = letters[0].incident
    assert [letter.token for letter in letters] == [f"{incident}.{n}" for n in range(1, len(letters) + 1)]


def test_killed_under_three_sessions(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """Killed under three sessions and restarted: one crash that holds the three, one recovery that says what was lost, no more."""
    coven.start()
    sessions = _launch_three(coven)
    program = watching(coven)
    assert coven.kill() == signal.SIGKILL
    (crash,) = inbox.wait(1)
    assert crash.kind == "daemon.crashed"
    assert crash.type == "failure"
    assert "3 sessions" in crash.title
    assert "signal 9" in crash.body
    assert crash.body.count("codex in shop") == 3
    assert "coven daemon start" in crash.body

    coven.restart()
    letters = inbox.wait(2)
    recovery = letters[1]
    assert recovery.type == "warning"
    assert "3 sessions" in recovery.text
    assert all(f"coven run codex --continue {session}" in recovery.body for session in sessions)
    assert [coven.row(session)["status"] for session in sessions] == ["orphaned"] * 3
    _only_incident(letters)
    told = [(row["kind"], row["state"]) for row in program.incidents()]
    assert ("daemon.crashed", "resolved") in told
    assert not [kind for kind, _ in told if kind.startswith("session.")]


def test_sessions_are_told_apart(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A message names each session by the first eight characters of its id."""
    coven.start()
    sessions = _launch_three(coven)
    watching(coven)
    coven.kill()
    (crash,) = inbox.wait(1)
    assert all(session[:8] in crash.body for session in sessions)


def test_killed_with_nothing_running(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A crash that hit no session is a warning."""
    coven.start()
    watching(coven)
    coven.kill()
    (crash,) = inbox.wait(1)
    assert (crash.kind, crash.type) == ("daemon.crashed", "warning")


def test_hung_then_killed_then_restarted(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """One trouble that changes its face is one incident in three messages."""
    coven.start()
    coven.launch("sleep")
    watching(coven)
    coven.pause()
    inbox.wait(1)
    coven.kill()
    inbox.wait(2)
    coven.start()
    letters = inbox.wait(3)
    assert [letter.kind for letter in letters[:2]] == ["daemon.unresponsive", "daemon.crashed"]
    assert letters[2].type == "warning"
    _only_incident(letters)


def test_stopped_with_nothing_running(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A clean stop that nothing follows is an info, after the grace."""
    coven.start()
    watching(coven, '[probe]\nstopped_grace = "1s"\n')
    assert coven.stop().code == 0
    (letter,) = inbox.wait(1)
    assert (letter.kind, letter.type) == ("daemon.stopped", "info")


def test_restarted_with_nothing_running(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A restart that costs nothing is an info, without a stop or a crash before it."""
    coven.start()
    watching(coven)
    coven.restart()
    (letter,) = inbox.wait(1)
    assert (letter.kind, letter.type) == ("daemon.restarted", "info")


def test_restarted_under_sessions(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A restart under two sessions is one warning that names them, and says of a live `coven run` that it lives on."""
    coven.start()
    run = coven.run("tick=300")
    (own,) = coven.api("GET", "/api/v1/sessions")[1]
    lost = [coven.launch(f"sleep=300 number {number}") for number in range(2)]
    for number in range(2):
        coven.harness(f"sleep=300 number {number}")

    program = watching(coven)
    coven.restart()
    (letter,) = inbox.wait(1)
    assert (letter.kind, letter.type) == ("daemon.restarted", "warning")
    assert "2 sessions" in letter.text
    assert all(f"--continue {session}" in letter.body for session in lost)
    assert "lives on" in letter.body.lower()
    assert f"--continue {own['id']}" not in letter.body
    coven.kill()
    inbox.wait(2)
    assert inbox.letters[1].kind == "daemon.crashed"
    assert not [row for row in program.incidents() if row["kind"].startswith("session.")]
    assert Path(f"/proc/{run.pid}").exists()


def test_somebody_asks_for_the_status_after_a_crash(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """`coven daemon status` removes what a crash leaves behind; the verdict and the saved scene stay."""
    coven.start()
    coven.launch("sleep")
    program = watching(coven, _PRELOAD)
    coven.kill()
    coven.cli("daemon", "status")
    (crash,) = inbox.wait(1)
    assert crash.kind == "daemon.crashed"
    until(lambda: not (coven.home / "daemon.json").exists())
    shown = program.json("incidents", "show", crash.incident)
    assert str(coven.home / "coven.sock") in str(shown)
    assert program.json("incidents", "--open")["incidents"][0]["kind"] == "daemon.crashed"


def test_paused_and_resumed(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A stopped process is told as unresponsive, and as over once it goes on."""
    coven.start()
    watching(coven)
    coven.pause()
    inbox.wait(1)
    coven.resume()
    letters = inbox.wait(2)
    assert letters[0].kind == "daemon.unresponsive"
    assert letters[1].type == "success"
    _only_incident(letters)


def test_the_socket_file_is_deleted(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A live daemon that nobody can reach has lost its socket; the remedy is not `start`, which would refuse."""
    coven.start()
    watching(coven)
    (coven.home / "coven.sock").unlink()
    (letter,) = inbox.wait(1)
    assert letter.kind == "daemon.socket_lost"
    assert f"kill {coven.pid}" in letter.body


def test_the_socket_is_open_to_all(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A socket that others can write to is critical, and nothing is asked until it is closed again."""
    coven.start()
    program = watching(coven)
    (coven.home / "coven.sock").chmod(0o777)
    (letter,) = inbox.wait(1)
    assert (letter.kind, letter.type) == ("socket.insecure", "failure")
    until(lambda: program.json("status")["homes"][0]["daemon"]["state"] == "unknown")
    (coven.home / "coven.sock").chmod(0o600)
    assert inbox.wait(2)[1].type == "success"


def test_the_home_is_a_symlink(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A home that is a link to the real one is insecure; nothing is asked through it."""
    coven.start()
    real = coven.home
    coven.home = coven.base / "link"
    coven.home.symlink_to(real)
    program = watching(coven, start=False)
    coven.home = real
    program.start(armed=False)
    (letter,) = inbox.wait(1)
    assert letter.kind == "home.insecure"
    assert until(program.try_status)["homes"][0]["sessions"]["total"] is None


def test_the_ledger_is_overwritten(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """Health goes on saying ok while the ledger is garbage; that is a broken store."""
    coven.start()
    watching(coven, '[probe]\nsession_interval = "2s"\n')
    for name in ("coven.sqlite3", "coven.sqlite3-wal"):
        (coven.home / name).write_bytes(os.urandom(65536))

    (letter,) = inbox.wait(1)
    assert (letter.kind, letter.type) == ("store.broken", "failure")
    assert coven.health()["ok"] is True


def test_the_home_is_deleted(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A home that was there and is gone is told; the daemon that lost its socket with it is part of that."""
    coven.start()
    watching(coven)
    shutil.rmtree(coven.home)
    letters = inbox.wait(1)
    assert letters[0].kind in {"home.missing", "daemon.socket_lost"}
    inbox.until(lambda letters: any(letter.kind == "home.missing" for letter in letters))


def test_watched_before_it_exists(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A home that does not exist yet is no trouble; once a daemon serves it, its death is told."""
    program = watching(coven, start=False)
    program.start(armed=False)
    until(lambda: program.try_status().get("watchdog", {}).get("running"))
    coven.start()
    until(lambda: program.json("status")["homes"][0]["daemon"]["state"] == "running")
    coven.kill()
    (letter,) = inbox.wait(1)
    assert letter.kind == "daemon.crashed"


def test_a_daemon_that_nobody_reaps(late_coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """While the dead daemon is a zombie no start can work: the message says to wait for that, and does not advise a start."""
    late_coven.start()
    program = watching(late_coven)
    pid = late_coven.pid
    late_coven.kill()
    (letter,) = inbox.wait(1)
    assert letter.kind == "daemon.crashed"
    assert "reaped" in letter.body
    assert str(pid) in letter.body
    assert f"as soon as process {pid} is reaped" in program.cli("check").out
    late_coven.reaper.reap()
    late_coven.start()
    assert inbox.wait(2)[1].incident == letter.incident


@pytest.mark.parametrize("garbage", ["", "{", '{"pid": "no"}'])
def test_a_damaged_record_is_not_a_dead_daemon(coven: RealCoven, watching: Watch, inbox: Inbox, garbage: str) -> None:
    """With the record unreadable the daemon is still watched by its lock and socket, and its death still told."""
    coven.start()
    pid = coven.pid
    program = watching(coven)
    (coven.home / "daemon.json").write_text(garbage, encoding="utf-8")
    assert program.json("check")["homes"][0]["daemon"]["state"] == "running"
    os.kill(pid, signal.SIGKILL)
    coven.reaper.wait(pid)
    inbox.until(lambda letters: any(letter.kind == "daemon.crashed" for letter in letters))
