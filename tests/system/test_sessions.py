"""Sessions of the real Coven end in every way; each is told once, as what it was, or not at all."""

import os
import re
import signal

from rigs.coven import RealCoven
from rigs.inbox import Inbox, Letter
from rigs.program import Watch, channel
from waiting import until

_EXAMPLE_KEY = "sk-ant-api03-" + "Q7x" * 16


def _nothing_came(coven: RealCoven, inbox: Inbox) -> None:
    """The next thing told is the daemon's death: nothing was told before it."""
    coven.kill()
    assert inbox.wait(1)[0].kind == "daemon.crashed", inbox.letters


def _told(letter: Letter) -> int:
    """Of how many sessions a message speaks: its title has the number when there are several."""
    count = re.search(r"\d+ sessions", letter.title)
    return int(count[0].split()[0]) if count else 1


def test_a_failed_session(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """An exit code other than 0 is a failure, told with the code, the project and the short id."""
    coven.start()
    watching(coven)
    session = coven.launch("after=2,3")
    (letter,) = inbox.wait(1)
    assert (letter.kind, letter.type) == ("session.failed", "warning")
    assert "shop" in letter.text
    assert "3" in letter.body
    assert session[:8] in letter.body


def test_a_session_that_fails_at_once(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A session that was over before it could be watched is a failure all the same."""
    coven.start()
    watching(coven)
    coven.launch("fail=7")
    (letter,) = inbox.wait(1)
    assert letter.kind == "session.failed"


def test_a_killed_harness(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """Coven records a harness killed by signal 9 as exit code 1; the kernel knows better where it tells."""
    coven.start()
    program = watching(coven)
    session = coven.launch("sleep=300")
    harness = coven.harness("sleep=300")
    until(lambda: program.json("status")["homes"][0]["sessions"]["live"] == 1)
    os.kill(harness, signal.SIGKILL)
    (letter,) = inbox.wait(1)
    assert letter.kind in {"session.crashed", "session.failed"}
    assert "signal 9" in letter.body or "also records 1" in letter.body
    assert coven.row(session)["exit_code"] == 1


def test_a_harness_that_cannot_be_started(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """One that is found and cannot be run as asked never launches: no code, no events, and the PATH is not to blame."""
    coven.start()
    watching(coven)
    assert coven.try_launch("hello", launchMode="stream")[0] == 500
    (letter,) = inbox.wait(1)
    assert letter.kind == "session.launch_failed"
    assert "the daemon finds codex" in letter.body


def test_a_long_session_finishes(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A run that took longer than `finished_after` is told when it is done; a short one is not."""
    coven.start()
    watching(coven, '[sessions]\nfinished_after = "2s"\n')
    coven.wait_row(coven.launch("hello"))
    long = coven.launch("after=3,0")
    (letter,) = inbox.wait(1)
    assert (letter.kind, letter.type) == ("session.finished", "info")
    assert long[:8] in letter.body


def test_an_own_terminal_is_quiet(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """What a `coven run` shows in its own terminal is not told: a failure, a Ctrl-C, a closed window."""
    coven.start()
    program = watching(coven)
    failing = coven.run("after=4,3", project=coven.make_project("one"))
    interrupted = coven.run("tick=300", project=coven.make_project("two"))
    closed = coven.run("sleep=300", project=coven.make_project("three"))
    until(lambda: program.json("status")["homes"][0]["sessions"]["live"] == 3)
    interrupted.terminal.type("\x03")
    coven.reaper.wait(interrupted.pid)
    closed.terminal.close()
    coven.reaper.wait(closed.pid)
    coven.reaper.wait(failing.pid)
    until(lambda: [row["status"] for row in coven.api("GET", "/api/v1/sessions")[1]].count("failed") == 2)
    until(lambda: program.json("status")["homes"][0]["sessions"]["by_status"].get("failed") == 2)
    _nothing_came(coven, inbox)


def test_own_terminals_are_told_when_asked(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """With `own_terminal` the failure of a `coven run` is told like any other."""
    coven.start()
    program = watching(coven, "[sessions]\nown_terminal = true\n")
    coven.run("after=4,3")
    until(lambda: program.json("status")["homes"][0]["sessions"]["live"] == 1)
    (letter,) = inbox.wait(1)
    assert letter.kind == "session.failed"


def test_killed_by_the_user_is_quiet(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A session that was killed through Coven is recorded and not told."""
    coven.start()
    program = watching(coven)
    session = coven.launch("sleep=300")
    until(lambda: program.json("status")["homes"][0]["sessions"]["live"] == 1)
    coven.api("POST", f"/api/v1/sessions/{session}/kill")
    coven.wait_row(session)
    until(lambda: program.json("status")["homes"][0]["sessions"]["by_status"].get("killed") == 1)
    _nothing_came(coven, inbox)


def test_fifty_sessions_killed_together(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A burst is two messages at most: what is known first at once, then one that counts the rest; all fifty are recorded."""
    coven.start()
    program = watching(coven)
    for number in range(50):
        coven.launch(f"sleep=300 number {number}")

    harnesses = [coven.harness(f"sleep=300 number {number}") for number in range(50)]
    until(lambda: program.json("status")["homes"][0]["sessions"]["live"] == 50)
    for harness in harnesses:
        os.kill(harness, signal.SIGKILL)

    told = len(inbox.until(lambda letters: sum(map(_told, letters)) == 50))
    assert told <= 2
    assert len([row for row in program.incidents() if row["kind"].startswith("session.")]) == 50
    coven.kill()
    assert inbox.wait(told + 1)[told].kind == "daemon.crashed"


def test_a_prompt_stays_here(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """The title of an untitled session is its prompt: it leaves for no remote channel, and a key in it is nowhere at all."""
    coven.start()
    program = watching(coven, channels=channel(inbox, min_severity="info"))
    prompt = f"fail=3 deploy with {_EXAMPLE_KEY} please"
    session = coven.launch(prompt, title=None)
    assert coven.wait_row(session)["title"] == prompt
    (letter,) = inbox.wait(1)
    assert "deploy" not in letter.text
    coven.kill()
    inbox.wait(2)
    told = [letter.text for letter in inbox.letters]
    printed = [
        program.cli(*command).out for command in (["status"], ["incidents", "show", letter.incident, "--json"], ["check"])
    ]
    program.stop()
    kept = [path.read_bytes().decode(errors="replace") for path in program.state.iterdir()]
    assert not [text for text in (*told, *printed, *kept, program.said) if _EXAMPLE_KEY in text]
    assert not [text for text in told if "deploy" in text]
