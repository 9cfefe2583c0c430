"""The real daemon is started, started anew, upgraded, and started in vain; what arrives says why."""

import os
import shutil
import signal
import socket
from contextlib import ExitStack, closing
from pathlib import Path

from rigs.coven import RealCoven
from rigs.inbox import Inbox
from rigs.program import Watch
from waiting import until

_TELL_OUTDATED = '[severity]\n"daemon.outdated" = "info"\n'


def _own_copy(coven: RealCoven) -> None:
    """The program is a copy that may be replaced."""
    coven.program = Path(shutil.copy(coven.program, coven.base / "coven"))


def _upgrade(coven: RealCoven) -> None:
    """Put another file in the program's place, as package managers do: by a rename."""
    new = shutil.copy(coven.program, coven.base / "coven.new")
    Path(new).rename(coven.program)


def test_upgraded(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """The program is replaced under the daemon, which runs on; the restart that takes the new one is called an upgrade."""
    _own_copy(coven)
    coven.start()
    program = watching(coven, _TELL_OUTDATED)
    _upgrade(coven)
    (outdated,) = inbox.wait(1)
    assert (outdated.kind, outdated.type) == ("daemon.outdated", "info")
    assert "coven daemon restart" in outdated.body
    assert program.json("check")["homes"][0]["daemon"]["state"] == "running"

    coven.restart()
    inbox.until(lambda letters: any("an upgrade: its program was replaced" in letter.body for letter in letters))
    inbox.until(lambda letters: any("Coven runs what is installed" in letter.text for letter in letters))
    until(lambda: not program.incidents("--open"))


def test_an_upgrade_is_told_nobody_by_itself(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """The daemon works: that its program was replaced is recorded, and the first word is that of the restart."""
    _own_copy(coven)
    coven.start()
    program = watching(coven)
    _upgrade(coven)
    until(lambda: [one for one in program.incidents() if one["kind"] == "daemon.outdated"])
    coven.restart()
    (letter,) = inbox.wait(1)
    assert letter.kind == "daemon.restarted"


def test_restarted_by_hand(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A restart without another reason was somebody's wish."""
    coven.start()
    watching(coven)
    coven.restart()
    (letter,) = inbox.wait(1)
    assert "stopped cleanly and started again" in letter.body


def test_two_daemons_on_one_home(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """The home is deleted under a daemon, and `start` makes a second one: the one out of reach is named, and ending it is the end."""
    coven.start()
    first = coven.pid
    coven.launch("sleep=300 one")
    coven.harness("sleep=300 one")
    program = watching(coven)
    for name in ("daemon-serve.lock", "automations-scheduler.lock", "coven.sock", "daemon.json"):
        (coven.home / name).unlink()

    coven.start()
    second = coven.pid
    assert second != first
    inbox.until(lambda letters: any("Two Covens on one home" in letter.text for letter in letters))
    letter = next(letter for letter in inbox.letters if "Two Covens" in letter.title)
    assert letter.type == "failure"
    assert f"kill {first}" in letter.body
    finding = program.json("check")["homes"][0]["findings"][0]
    assert finding["kind"] == "daemon.duplicate"

    os.kill(first, signal.SIGTERM)
    coven.reaper.wait(first)
    inbox.until(lambda letters: letters[-1].incident == letter.incident and "One Coven serves again" in letters[-1].text)
    assert coven.pid == second
    assert not inbox.of("daemon.restarted")


def _damage(coven: RealCoven) -> None:
    """The ledger becomes garbage."""
    for name in ("coven.sqlite3", "coven.sqlite3-wal"):
        (coven.home / name).write_bytes(os.urandom(65536))


def _mend(coven: RealCoven) -> None:
    """The garbage goes; an empty ledger takes its place at the next start."""
    for name in ("coven.sqlite3", "coven.sqlite3-wal", "coven.sqlite3-shm"):
        (coven.home / name).unlink(missing_ok=True)


def test_crashed_and_cannot_start(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """Killed, then started on a ledger of garbage: the same incident says how far the start came, once, and is over with a start that works."""
    coven.start()
    program = watching(coven)
    coven.kill()
    (crash,) = inbox.wait(1)
    _damage(coven)
    assert coven.cli("daemon", "start").code == 1
    letters = inbox.wait(2)
    assert (letters[1].kind, letters[1].incident) == ("daemon.start_failed", crash.incident)
    assert "while it opened its ledger" in letters[1].body
    assert "coven daemon serve" in letters[1].body
    finding = program.json("check")["homes"][0]["findings"][0]
    assert finding["kind"] == "daemon.start_failed"
    assert "ledger" in finding["summary"]

    assert "not a database" in coven.cli("daemon", "serve").err
    _mend(coven)
    coven.start()
    assert inbox.wait(3)[2].type == "success"


def test_started_in_vain_after_a_clean_stop(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """Nothing ran, and the start that should change that came to nothing."""
    coven.start()
    coven.stop()
    watching(coven)
    _damage(coven)
    coven.cli("daemon", "start")
    (letter,) = inbox.wait(1)
    assert letter.kind == "daemon.start_failed"


def test_a_file_in_the_place_of_the_socket(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A daemon that somebody starts by hand gets as far as its socket."""
    coven.start()
    program = watching(coven)
    coven.kill()
    inbox.wait(1)
    (coven.home / "coven.sock").unlink()
    (coven.home / "coven.sock").write_text("in the way", encoding="utf-8")
    assert "not a socket" in coven.cli("daemon", "serve").err
    inbox.until(lambda letters: any("before its socket was bound" in letter.body for letter in letters))
    assert {one["kind"] for one in program.incidents("--open")} == {"daemon.start_failed", "socket.insecure"}


def test_the_lock_cannot_be_had(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A daemon that ends before it opened its ledger says nothing in its log: that it was spawned is told by who spawned it."""
    coven.start()
    coven.stop()
    watching(coven)
    (coven.home / "daemon-serve.lock").unlink()
    (coven.home / "daemon-serve.lock").mkdir()
    assert coven.cli("daemon", "start").code == 1
    (letter,) = inbox.wait(1)
    assert letter.kind == "daemon.start_failed"
    assert "before it had the home to itself" in letter.body


def test_ordinary_starts_are_no_failures(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """Started, stopped, started again, restarted, started while it runs, also by hand: nothing failed."""
    program = watching(coven, '[probe]\nstopped_grace = "1h"\n', start=False)
    program.start(armed=False)
    until(lambda: program.try_status().get("watchdog", {}).get("running"))
    coven.start()
    coven.stop()
    coven.start()
    coven.restart()
    coven.start()
    assert coven.cli("daemon", "serve").code == 1
    coven.kill()
    inbox.until(lambda letters: any(letter.kind == "daemon.crashed" for letter in letters))
    kinds = {one["kind"] for one in program.incidents()}
    assert kinds <= {"daemon.crashed", "daemon.restarted", "daemon.restart_loop", "daemon.stopped"}


def test_a_damaged_record_is_mended_by_coven(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """Garbage for 5 s is told with what mends it, and that does."""
    coven.start()
    pid = coven.pid
    watching(coven)
    (coven.home / "daemon.json").write_text('{"pid', encoding="utf-8")
    (letter,) = inbox.wait(1)
    assert letter.kind == "daemon.record_invalid"
    assert "coven daemon status" in letter.body
    assert coven.cli("daemon", "status").code == 0
    assert coven.pid == pid
    assert inbox.wait(2)[1].type == "success"


def test_a_directory_in_the_place_of_the_record(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """Coven's commands refuse, as the message says; what it says to remove is safe to remove."""
    coven.start()
    watching(coven)
    record = coven.home / "daemon.json"
    record.unlink()
    record.mkdir()
    (letter,) = inbox.wait(1)
    assert letter.kind == "daemon.record_invalid"
    assert f"rmdir {record}" in letter.body
    assert [coven.cli("daemon", word).code for word in ("status", "start", "stop")] == [1, 1, 1]
    record.rmdir()
    assert coven.cli("daemon", "status").code == 0
    assert inbox.wait(2)[1].type == "success"


def test_the_record_names_a_stranger(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """After a reboot its pid may be anybody's: start refuses until the record is removed, as the message says."""
    coven.start()
    text = (coven.home / "daemon.json").read_text(encoding="utf-8").replace(str(coven.pid), str(os.getpid()))
    coven.stop()
    watching(coven)
    (coven.home / "daemon.json").write_text(text, encoding="utf-8")
    (letter,) = inbox.wait(1)
    assert letter.kind == "daemon.record_invalid"
    assert f"rm {coven.home}/daemon.json" in letter.body
    assert coven.cli("daemon", "start").code == 1
    (coven.home / "daemon.json").unlink()
    coven.start()
    assert inbox.wait(2)[1].type == "success"


def test_held_by_half_open_clients(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """Clients that send half a request take all of its threads: it hangs, the message says why, and it goes on when they leave."""
    coven.start()
    watching(coven, '[probe]\nhealth_interval = "2s"\nhealth_timeout = "500ms"\n')
    with ExitStack() as clients:
        for _ in range(80):
            client = clients.enter_context(closing(socket.socket(socket.AF_UNIX)))
            client.connect(str(coven.home / "coven.sock"))
            client.send(b"GET /heal")

        (letter,) = inbox.wait(1)

    assert letter.kind == "daemon.unresponsive"
    assert "clients hold it" in letter.body
    over = inbox.wait(2)[1]
    assert over.type == "success"
    assert "did not finish their requests" in over.body
