"""The real daemon is started, started anew, upgraded, and started in vain; what arrives says why."""

import os
import shutil
import signal
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
    inbox.until(lambda letters: letters[-1].incident == letter.incident and "1 session lost" in letters[-1].title)
    assert coven.pid == second
    assert not inbox.of("daemon.restarted")
