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
    inbox.until(lambda letters: any("Coven finds codex again" in letter.text for letter in letters))


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


def _changed(coven: RealCoven, old: bytes, new: bytes) -> None:
    """From now on the real Coven is a build of its own in which these words are others: of the same length, so that it still runs."""
    program = coven.base / f"coven-{new.decode()}"
    program.mkdir()
    original = coven.program.read_bytes()
    assert old in original
    (program / "coven").write_bytes(original.replace(old, new))
    (program / "coven").chmod(0o755)
    coven.program = program / "coven"


def test_another_contract_says_which_side_to_update(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """An upgrade that speaks another contract: told once, as a warning; a crash of that daemon is told all the same."""
    coven.start()
    watching(coven)
    coven.stop()
    _changed(coven, b"aemon.v1", b"aemon.v2")
    coven.start()
    told = inbox.until(lambda letters: any(letter.kind == "daemon.incompatible" for letter in letters))
    letter = next(letter for letter in told if letter.kind == "daemon.incompatible")
    assert "apiVersion coven.daemon.v2, this watchdog knows coven.daemon.v1: update the watchdog" in letter.body
    coven.kill()
    inbox.until(lambda letters: any("crashed on" in letter.title for letter in letters))
    assert len([one for one in inbox.letters if "another version on" in one.title]) == 1


def test_a_feature_that_is_gone_is_recorded(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """An upgrade that lost a feature which nothing here needs: in the record, told to nobody."""
    coven.start()
    program = watching(coven)
    coven.stop()
    _changed(coven, b"sessionHandoff", b"sessionHandofX")
    coven.start()
    row = until(lambda: next((one for one in program.incidents() if one["kind"] == "capability.missing"), None))
    assert (row["subject"], row["severity"]) == ("capability:sessionHandoff", "off")
    assert not [letter for letter in inbox.letters if letter.kind == "capability.missing"]


def test_a_version_that_was_not_tried(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """How Coven finds harnesses is an internal: of another version nothing is said of it before a launch has failed."""
    coven.start()
    coven.wait_row(coven.launch("hello"))
    coven.stop()
    _changed(coven, b"v0.4.6", b"v0.4.7")
    assert coven.start(PATH=SHORT)["covenVersion"] == "0.4.7"
    program = watching(coven, PATH=coven.env["PATH"])
    until(lambda: program.json("status")["homes"][0]["complete"])
    assert program.cli("check").code == 0
    assert coven.try_launch("hello")[0] == 500
    assert {letter.kind for letter in inbox.wait(2)} == {"session.launch_failed", "harness.missing"}


def test_an_answer_that_is_not_the_contract(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """An upgrade whose health lacks what was always there: it runs, and is told as unhealthy with what is wrong with its answer."""
    coven.start()
    watching(coven)
    coven.stop()
    _changed(coven, b"apiVersion", b"apiVersioX")
    coven.cli("daemon", "start")
    told = inbox.until(lambda letters: any(letter.kind == "daemon.unhealthy" for letter in letters))
    letter = next(letter for letter in told if letter.kind == "daemon.unhealthy")
    assert "GET /health: " in letter.body
