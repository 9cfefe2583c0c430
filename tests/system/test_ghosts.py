"""Rows of the real Coven that say running with nothing behind them."""

import json
import os
import signal
import sqlite3
from contextlib import closing

from rigs.coven import RealCoven
from rigs.inbox import Inbox
from rigs.program import Watch
from waiting import until

_SOON = '[probe]\nsession_interval = "2s"\n[sessions]\nghost_after = "3s"\n'


def test_a_coven_run_that_was_killed(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """Its row stays `running` for ever: an info that says what clears it; the restart is its end, and makes no loss of it."""
    coven.start()
    project = coven.make_project("plain", git=False)
    run = coven.run("tick=300", project=project)
    other = coven.launch("sleep")
    coven.harness("sleep")
    program = watching(coven, _SOON)
    (session,) = [row["id"] for row in coven.api("GET", "/api/v1/sessions")[1] if row["id"] != other]
    os.kill(run.pid, signal.SIGKILL)
    (letter,) = inbox.wait(1)
    assert (letter.kind, letter.type) == ("session.ghost", "info")
    assert "which ends 1 live session" in letter.body
    assert coven.row(session)["status"] == "running"
    check = program.json("check", "--home", str(coven.home))
    assert [found["kind"] for found in check["homes"][0]["findings"]] == ["session.ghost"]
    coven.restart()
    letters = inbox.until(lambda came: "ghost session is gone" in " ".join(letter.text for letter in came[1:]))
    until(lambda: ("session.ghost", "resolved") in [(row["kind"], row["state"]) for row in program.incidents()])
    assert not [row for row in program.incidents() if row["kind"] == "session.orphaned"]
    assert session not in letters[1].text


def test_a_coven_run_in_a_git_project(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """Killed, it leaves its lease behind: until that has run out, nobody can know whether somebody works there."""
    coven.start()
    run = coven.run("tick=300")
    program = watching(coven, _SOON)
    with closing(sqlite3.connect(coven.home / "coven.sqlite3")) as ledger, ledger:
        # A young row may not have its process yet: nothing would be said of it.
        ledger.execute("update sessions set created_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-1 minute')")

    os.kill(run.pid, signal.SIGKILL)
    coven.reaper.wait(run.pid)
    assert program.json("check")["homes"][0]["findings"] == []
    (lease,) = (coven.project / ".git" / "coven-maintenance-gate" / "writers").glob("session-*.json")
    held = json.loads(lease.read_text(encoding="utf-8"))
    lease.write_text(json.dumps(held | {"expires_at": 1}), encoding="utf-8")
    assert [found["kind"] for found in program.json("check")["homes"][0]["findings"]] == ["session.ghost"]
    (letter,) = inbox.wait(1)
    assert letter.kind == "session.ghost"


def test_a_row_whose_end_was_never_recorded(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A session of the daemon's own, over, whose row still says running: a warning. One that lives beside it is none."""
    coven.start()
    over = coven.launch("fail=0")
    coven.wait_row(over)
    coven.launch("sleep")
    with sqlite3.connect(coven.home / "coven.sqlite3") as ledger:
        ledger.execute("update sessions set status = 'running', exit_code = null where id = ?", (over,))

    ledger.close()
    watching(coven, _SOON)
    (letter,) = inbox.wait(1)
    assert (letter.kind, letter.type) == ("session.ghost", "warning")
    assert f"coven sessions show {over[:8]}" in letter.body


def test_sessions_without_a_process_by_design(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """External and detached ones, a prompt that waits, and one whose terminal something still holds: none of them is a ghost."""
    coven.start()
    ended = [coven.launch("fail=0") for _ in range(2)]
    for session in ended:
        coven.wait_row(session)

    assert coven.cli("run", "--detach", "codex", "later").code == 0
    coven.launch("fork=120", project=coven.make_project("held"))
    coven.run("ask=120", project=coven.make_project("asked"))
    with sqlite3.connect(coven.home / "coven.sqlite3") as ledger:
        ledger.executemany("update sessions set status = 'running', exit_code = null where id = ?", [(one,) for one in ended])
        ledger.execute("update sessions set external = 1 where id = ?", (ended[1],))

    ledger.close()
    program = watching(coven, _SOON)
    # The terminal of the one that forked may be anybody's: as long as it is held, nobody can know.
    check = program.json("check", "--home", str(coven.home))
    assert check["homes"][0]["findings"] == []
    assert not inbox.letters
