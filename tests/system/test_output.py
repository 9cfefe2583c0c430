"""What sessions of the real Coven printed, in messages about them."""

import os
import signal

from rigs.coven import RealCoven
from rigs.inbox import Inbox
from rigs.program import Watch
from waiting import until

_WANTED = "[privacy]\noutput_lines = 1\n"


def test_the_last_lines_of_what_failed(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """In the message, whether it printed little or so much that Coven dropped some of it, which is said."""
    coven.start()
    flood = coven.launch("spew=5000000")
    harness = coven.harness("spew=5000000")
    program = watching(coven, _WANTED)
    coven.launch("fail=4")
    (letter,) = inbox.wait(1)
    assert letter.kind == "session.failed"
    assert "Printed last:\n> fake codex: the provider said no\n" in letter.body
    until(lambda: coven.health()["eventWriter"]["droppedOutputEvents"])
    os.kill(harness, signal.SIGKILL)
    letter = inbox.until(lambda came: len(came) > 1 and flood[:8] in came[-1].body)[-1]
    assert "Its recorded output has gaps: " in letter.body
    shown = program.json("incidents", "show", letter.incident)["incident"]
    assert shown["output_dropped"] > 0
