"""Processes of the real Coven that outlive their sessions."""

import os
import signal

from rigs.coven import RealCoven
from rigs.inbox import Inbox
from rigs.program import Watch


def test_a_harness_that_ignores_its_end(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """Killed through Coven, alive for the kernel: told half a minute later with its pid; over when it is gone, over restarts of ours too."""
    coven.start()
    session = coven.launch("stubborn")
    harness = coven.harness("stubborn")
    program = watching(coven)
    status, _ = coven.api("POST", f"/api/v1/sessions/{session}/kill")
    assert status < 300
    (letter,) = inbox.wait(1, 60)
    assert (letter.kind, letter.type) == ("session.survivor", "warning")
    assert f"kill -9 {harness}" in letter.body
    program.stop()
    program.start()
    assert [row["state"] for row in program.incidents() if row["kind"] == "session.survivor"] == ["open"]
    os.kill(harness, signal.SIGKILL)
    assert inbox.wait(2, 30)[1].type == "success"
