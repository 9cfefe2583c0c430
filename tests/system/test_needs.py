"""What the real Coven's sessions need of its daemon, and is not there."""

from rigs.coven import RealCoven
from rigs.inbox import Inbox
from rigs.program import Watch
from waiting import until

SHORT = "/usr/bin:/bin"


def test_a_harness_that_the_daemon_does_not_find(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A daemon started with a short PATH: told before any launch fails, with the place where it is; over with the next daemon."""
    coven.start()
    coven.wait_row(coven.launch("hello"))
    coven.stop()
    coven.start(PATH=SHORT)
    program = watching(coven, PATH=coven.env["PATH"])
    (letter,) = inbox.wait(1)
    assert (letter.kind, letter.type) == ("harness.missing", "warning")
    assert "codex is not on the daemon's PATH" in letter.body
    assert str(coven.fakebin) in letter.body
    assert "coven daemon restart (ends live sessions)" in letter.body
    check = program.cli("check")
    assert check.code == 1
    assert "codex" in check.out
    coven.restart()
    told = until(lambda: [one for one in inbox.letters if one.kind == "harness.missing" and one.type == "success"])
    assert "finds codex again" in told[0].title


def test_a_launch_that_fails_for_want_of_a_path(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """Nobody used the harness before: the failed launch is told with its certain cause, and the harness is missed from then on."""
    coven.start(PATH=SHORT)
    watching(coven, PATH=coven.env["PATH"])
    assert coven.try_launch("hello")[0] == 500
    letters = inbox.wait(2)
    assert {letter.kind for letter in letters} == {"session.launch_failed", "harness.missing"}
    for letter in letters:
        assert f"codex is not on the daemon's PATH; it is in {coven.fakebin}" in letter.body


def test_coven_run_finds_its_harness_by_itself(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """Sessions in terminals need nothing of the daemon's PATH: nothing is told."""
    coven.start(PATH=SHORT)
    program = watching(coven, PATH=coven.env["PATH"])
    run = coven.run("after=3,0")
    until(lambda: program.json("status")["homes"][0]["sessions"]["live"] == 1)
    coven.reaper.wait(run.pid)
    until(lambda: program.json("status")["homes"][0]["sessions"]["by_status"].get("completed") == 1)
    coven.kill()
    assert inbox.wait(1)[0].kind == "daemon.crashed", inbox.letters
