"""Sessions of the real Coven that are alive and do nothing."""

import os
import signal

from rigs.coven import RealCoven
from rigs.inbox import Inbox
from rigs.program import Watch
from waiting import until

_SOON = """
[probe]
session_interval = "3s"
health_interval = "5s"
[sessions]
waiting_after = "4s"
stalled_after = "4s"
"""


def test_a_prompt(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A session that asks waits for somebody, though another one prints; that prints is no wait. Its end is one of a session."""
    coven.start()
    asks = coven.launch("ask=600")
    coven.launch("tick=600")
    program = watching(coven, _SOON)
    (letter,) = inbox.wait(1, 60)
    assert (letter.kind, letter.type) == ("session.waiting", "info")
    assert f"sessions log {asks[:8]}" in letter.body
    status, _ = coven.api("POST", f"/api/v1/sessions/{asks}/input", {"data": "y\n"})
    assert status < 300
    until(lambda: [row["state"] for row in program.incidents() if row["kind"] == "session.waiting"] == ["resolved"], 90)
    assert [letter.kind for letter in inbox.letters] == ["session.waiting"]


def test_a_piped_session_that_was_stopped(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """Without a terminal it stalled; the message says that a signal stopped it, and its going on is told."""
    coven.start()
    session = coven.launch("tick=600 piped", launchMode="nonInteractive")
    harness = coven.harness("tick=600 piped")
    watching(coven, _SOON)
    until(lambda: len(coven.api("GET", f"/api/v1/events?sessionId={session}&limit=100")[1]["events"]) > 5)
    os.kill(harness, signal.SIGSTOP)
    (letter,) = inbox.wait(1, 60)
    assert (letter.kind, letter.type) == ("session.stalled", "warning")
    assert f"a signal stopped its process {harness}" in letter.body
    assert f"kill -CONT {harness} (starts it, ends nothing)" in letter.body
    os.kill(harness, signal.SIGCONT)
    assert inbox.wait(2, 90)[1].type == "success"


def test_the_own_terminal(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A `coven run` that asks in the terminal where somebody sits is not told, a session of the daemon's is."""
    coven.start()
    coven.run("ask=600", project=coven.make_project("own"))
    program = watching(coven, _SOON)
    coven.launch("ask=600")
    (letter,) = inbox.wait(1, 60)
    assert "codex in shop" in letter.title
    assert [row["kind"] for row in program.incidents()] == ["session.waiting"]
