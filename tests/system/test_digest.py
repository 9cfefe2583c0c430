"""The digest of the day, through the real daemon: what the night was like arrives in one message at its time, once."""

import time

from rigs.coven import RealCoven
from rigs.inbox import Inbox, Letter
from rigs.program import Program, Watch, channel
from waiting import until

_DAY = 24 * 3600
_AT = 8 * 3600 + 30 * 60


def _zone(seconds: int) -> str:
    """A time zone in which it is 08:30 so many seconds from now."""
    east = (_AT - (time.time_ns() // 1_000_000_000 + seconds)) % _DAY
    east -= _DAY if east > _DAY // 2 else 0
    hours, rest = divmod(abs(east), 3600)
    return f"DAY{'-' if east >= 0 else '+'}{hours}:{rest // 60:02}:{rest % 60:02}"


def _digests(letters: list[Letter]) -> list[Letter]:
    return [letter for letter in letters if letter.kind == "digest"]


def _over(program: Program) -> bool:
    """The crash has been told to be over."""
    return any(one["state"] == "resolved" for one in program.incidents())


def test_the_morning_after(coven: RealCoven, watching: Watch, inbox: Inbox) -> None:
    """A night with a failure, a silence with another one in it and a crash with sessions is one message at 08:30, and no second one."""
    coven.start()
    channels = channel(inbox, min_severity="info") + channel(inbox, name="later", after="1h")
    program = watching(coven, channels=channels)
    coven.launch("fail=7")
    inbox.wait(1)
    assert program.cli("silence", "1h", "--kind", "session.*", "--reason", "deploy").code == 0
    coven.launch("after=2,3")
    until(lambda: len(program.incidents()) == 2)
    coven.launch("sleep")
    coven.harness("sleep")
    until(lambda: program.json("status")["homes"][0]["sessions"]["live"] == 1)
    coven.kill()
    inbox.until(lambda letters: any(letter.kind == "daemon.crashed" for letter in letters))
    coven.start()
    until(lambda: _over(program))
    program.stop()
    program.env["TZ"] = _zone(6)
    program.write(program.config.read_text(encoding="utf-8") + '\n[alerts]\ndigest_at = "08:30"\n')
    program.start()
    letters = inbox.until(lambda letters: len(_digests(letters)) > 0, 40)
    (digest,) = _digests(letters)
    assert digest.title == "! devbox digest: 1 recovered, 1 lost, 2 failed"
    lines = digest.body.splitlines()
    assert lines[0].startswith("Since ")
    assert lines[0].endswith(" Nothing is broken now.")
    assert [line for line in lines if line.startswith("! Coven crashed ") and line.endswith(" · 1 session lost")]
    assert "! 1 session lost with Coven: codex in shop" in lines
    assert "restarted" not in digest.body
    assert "! 2 sessions failed: codex in shop ×2" in lines
    assert [line for line in lines if line.startswith("Not told: 1 silenced by ") and line.endswith(": deploy")]
    assert digest.type == "warning"
    program.stop()
    program.start()
    again = program.json("digest", "--send")
    assert [one["state"] for one in again["channels"]] == ["withheld"]
    rows = program.rows("SELECT channel, state FROM notification WHERE reason = 'digest' ORDER BY seq")
    assert rows == [("sink", "sent"), ("sink", "withheld")]
    assert len(_digests(inbox.letters)) == 1
