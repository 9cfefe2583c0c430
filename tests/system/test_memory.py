"""Nothing is forgotten and nothing is told twice: over crashes of the watchdog, dead sinks, old ledgers and reboots."""

import os
import random
import shutil
import signal
import sqlite3
from contextlib import closing
from threading import Timer

import pytest

from rigs.coven import RealCoven
from rigs.inbox import Inbox
from rigs.program import Program, Watch, channel
from waiting import until

KILLS = int(os.environ.get("COVEN_WATCHDOG_KILLS", "10"))
_BOOT_ID = "/proc/sys/kernel/random/boot_id"

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="a mount namespace of its own needs root; run it as root")


def _committed(program: Program, count: int = 1) -> list[str]:
    """The ids of the messages in the outbox, once there are so many."""
    query = "SELECT DISTINCT id FROM notification WHERE state <> 'withheld'"
    return until(lambda: [row[0] for row in rows] if len(rows := program.rows(query)) >= count else None)


def _old_rows(coven: RealCoven, count: int) -> None:
    """Copies of the newest row of a stopped Coven's ledger, long over."""
    database = sqlite3.connect(coven.home / "coven.sqlite3")
    database.row_factory = sqlite3.Row
    with database:
        row = dict(database.execute("SELECT * FROM sessions ORDER BY created_at DESC LIMIT 1").fetchone())
        names = ", ".join(row)
        marks = ", ".join("?" for _ in row)
        database.executemany(
            f"INSERT INTO sessions ({names}) VALUES ({marks})",
            ([*(row | {"id": f"00000000-0000-4000-8000-{number:012d}"}).values()] for number in range(count)),
        )

    database.close()


def test_killed_between_commit_and_send(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A message that was committed and not sent when the watchdog was killed is sent by its next life, under the same id."""
    coven.start()
    coven.launch("sleep")
    program = watching(coven)
    inbox.answer = 503
    coven.kill()
    (token,) = _committed(program)
    program.kill()
    inbox.answer = 200
    program.start(armed=False)
    assert [letter.token for letter in inbox.wait(1)] == [token]
    coven.start()
    assert [letter.incident for letter in inbox.wait(2)] == [token.partition(".")[0]] * 2


@pytest.mark.timeout(60 + 15 * KILLS)
def test_killed_at_random_moments(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """Whenever the watchdog is killed around a crash, its next life tells that crash: never lost, never under another id."""
    draw = random.Random(KILLS)
    program = watching(coven, start=False)
    for _ in range(KILLS):
        shutil.rmtree(program.state, ignore_errors=True)
        inbox.letters.clear()
        coven.start()
        program.start()
        power_cut = Timer(draw.uniform(0, 0.6), program.kill)
        power_cut.start()
        coven.kill()
        power_cut.join()
        program.start(armed=False)
        inbox.wait(1)
        coven.start()
        inbox.until(lambda letters: len({letter.token for letter in letters}) == 2)
        program.stop()
        coven.stop()
        (incident,) = {letter.incident for letter in inbox.letters}
        assert {letter.token for letter in inbox.letters} == {f"{incident}.1", f"{incident}.2"}


@pytest.mark.timeout(180)
def test_the_sink_is_away_for_a_while(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """When a dead sink is back it gets, in order, what it was being told, what began and ended meanwhile as late, and what is now."""
    coven.start()
    program = watching(coven)
    inbox.down()
    coven.launch("fail=3")
    until(lambda: program.rows("SELECT 1 FROM attempt"))
    coven.kill()
    until(lambda: [row for row in program.incidents("--open") if row["kind"] == "daemon.crashed"])
    coven.start()
    until(lambda: not program.incidents("--open"))
    (coven.home / "coven.sock").chmod(0o777)
    until(lambda: [row for row in program.incidents("--open") if row["kind"] == "socket.insecure"])
    inbox.up()
    letters = inbox.until(lambda letters: any("socket is not safe" in letter.text for letter in letters), 90)
    told = "\n".join(letter.text for letter in letters)
    assert letters[0].kind == "session.failed"
    assert told.count("Coven is back") == 1
    assert "Coven crashed" not in told


def test_a_sink_that_hangs_beside_a_good_one(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A sink that never answers keeps neither the good one from hearing everything nor the watchdog from ending."""
    with closing(Inbox()) as hanging:
        hanging.hang()
        coven.start()
        channels = channel(hanging, "hanging", min_severity="info") + channel(inbox, "good", min_severity="info")
        program = watching(coven, channels=channels)
        coven.kill()
        inbox.wait(1)
        coven.start()
        inbox.wait(2)
        assert program.stop(seconds=5) == 0
        assert hanging.letters == []


def test_ten_thousand_old_rows(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """With a ledger of 10,000 old rows the same alerts come."""
    coven.start()
    coven.wait_row(coven.launch("hello"))
    coven.stop()
    _old_rows(coven, 10_000)
    coven.start()
    program = watching(coven)
    assert program.json("status")["homes"][0]["sessions"]["total"] == 10_001
    coven.launch("after=2,3")
    inbox.wait(1)
    coven.launch("sleep")
    until(lambda: program.json("status")["homes"][0]["sessions"]["live"] == 1)
    coven.kill()
    letters = inbox.wait(2)
    assert [letter.kind for letter in letters] == ["session.failed", "daemon.crashed"]
    assert "1 session" in letters[1].title


def test_first_start_over_old_failures(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """Sessions that failed before watching began are counted in `status` and told by no message each."""
    coven.start()
    for _ in range(3):
        coven.wait_row(coven.launch("fail=3"))

    program = watching(coven)
    assert program.json("status")["homes"][0]["sessions"]["by_status"] == {"failed": 3}
    coven.kill()
    assert inbox.wait(1)[0].kind == "daemon.crashed"


def test_start_over_a_dead_daemon(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """Leftovers of a daemon that died unseen are told once as a crash, and the next start of the watchdog is silent about them."""
    coven.start()
    coven.kill()
    program = watching(coven)
    (crash,) = inbox.wait(1)
    assert crash.kind == "daemon.crashed"
    program.stop()
    program.start()
    coven.start()
    letters = inbox.wait(2)
    assert [letter.token for letter in letters] == [f"{crash.incident}.1", f"{crash.incident}.2"]


def test_what_ended_while_nobody_watched(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """Sessions that failed between two lives of the watchdog are one message, which says so."""
    coven.start()
    sessions = [coven.launch(f"sleep=300 number {number}") for number in range(3)]
    harnesses = [coven.harness(f"sleep=300 number {number}") for number in range(3)]
    program = watching(coven)
    program.stop()
    for harness in harnesses:
        os.kill(harness, signal.SIGKILL)

    for session in sessions:
        coven.wait_row(session)

    program.start()
    (letter,) = inbox.wait(1)
    assert "3" in letter.title
    coven.kill()
    assert [letter.kind for letter in inbox.wait(2)[1:]] == ["daemon.crashed"]


def test_the_watchdog_missed_a_restart(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """Another daemon than at the last look is a restart that was found, with the sessions it cost."""
    coven.start()
    coven.launch("sleep")
    coven.harness("sleep")
    program = watching(coven)
    program.stop()
    coven.kill()
    coven.start()
    program.start()
    (letter,) = inbox.wait(1)
    assert (letter.kind, letter.type) == ("daemon.restarted", "warning")
    assert "1 session" in letter.text


@needs_root
def test_a_reboot(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """After a reboot a daemon that was not started again is no trouble; the sessions it took along are told once."""
    coven.start()
    session = coven.launch("sleep")
    coven.harness("sleep")
    program = watching(coven)
    program.stop()
    coven.kill()
    for name in ("coven.sock", "daemon.json"):
        os.utime(coven.home / name, (0, 0), follow_symlinks=False)

    boot = coven.base / "boot"
    boot.write_text("11111111-2222-4333-8444-555555555555\n", encoding="ascii")
    program.start(before=f"mount --bind {boot} {_BOOT_ID}")
    coven.start()
    (letter,) = inbox.wait(1)
    assert letter.kind == "daemon.restarted"
    assert "the machine was started anew" in letter.body
    assert session in letter.body


@needs_root
def test_not_started_since_the_reboot(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """Under `expect = "running"` a daemon that nobody started after a reboot is a critical stop that says so."""
    coven.start()
    program = watching(coven, 'expect = "running"\n[probe]\nstopped_grace = "1s"\n')
    program.stop()
    coven.stop()
    boot = coven.base / "boot"
    boot.write_text("11111111-2222-4333-8444-555555555555\n", encoding="ascii")
    program.start(before=f"mount --bind {boot} {_BOOT_ID}")
    (letter,) = inbox.wait(1)
    assert (letter.kind, letter.type) == ("daemon.stopped", "failure")
    assert "reboot" in letter.text
