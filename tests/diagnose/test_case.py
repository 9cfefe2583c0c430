"""What lines are made of."""

from coven_watchdog.catalogue import Advice
from coven_watchdog.diagnose.case import fine, seen, told, unknown, wrong
from coven_watchdog.model.words import Basis, CheckStatus, Effect, Topic
from diagnose.cases import HOME, ME, NOW, down, well


def test_lines() -> None:
    """Each constructor has its status; an empty cause is none; what is said is one short line without secrets."""
    assert fine(Topic.LOG, "x").status is CheckStatus.OK
    assert wrong(Topic.LOG, "x", cause="y").cause == "y"
    assert unknown(Topic.LOG, "x").status is CheckStatus.UNKNOWN
    line = told(Topic.LOG, CheckStatus.OK, f"a\x1b[31m\nb token=abcdef123456 {'x' * 999}")
    assert line.cause is None
    assert line.says.startswith("a b token=[redacted] xx")
    assert len(line.says) == 240


def test_evidence_is_harmless() -> None:
    """What was seen is shown, never obeyed."""
    assert seen("log", "\x1b]0;x\x07a\u202eb", NOW, Basis.INTERNAL).saw == "ab"


def test_commands_of_this_home() -> None:
    """They are filled in, and left out where a name is missing."""
    log, stop = Advice("tail {log}", Effect.READS, "Read"), Advice("kill {pid}", Effect.ENDS_SESSIONS, "End")
    assert [one.run for one in well().advice(log, stop)] == ["tail ~/.coven/daemon-recovery.log", f"kill {ME.pid}"]
    assert [one.run for one in down().advice(log, stop)] == ["tail ~/.coven/daemon-recovery.log"]
    assert well().shown(HOME) == "~/.coven"
