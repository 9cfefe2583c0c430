"""Whether the daemon finds what its sessions are run with."""

from dataclasses import replace

import pytest

from coven_watchdog.model.facts import EventsSeen
from coven_watchdog.model.programs import Program
from coven_watchdog.model.words import Basis, Look, Severity
from coven_watchdog.settings import Privacy, Settings
from tale import GOOD, HOME, NEXT, Tale, row

MISSING = Program("codex", "codex", used=True, found=False, elsewhere="/opt/tools/bin")
HARNESS = "harness.missing"
CLOSED = Settings(homes=(HOME,), privacy=Privacy(read_environ=False))
STRANGE = replace(GOOD, coven_version="9.9.9", tested=False)


def launched(tale: Tale, second: float) -> Tale:
    """A launch that failed at once, with not one event."""
    tale.listed(second, row("s1", "failed", began=second - 0.01, ended=second), complete=False).wait(second + 0.2)
    return tale.see(second + 0.3, EventsSeen(HOME, tale.now, "s1", any=False))


def test_it_is_read_once_for_each_daemon() -> None:
    """When its sessions are known, and again for the next one; what another daemon found does not count."""
    tale = Tale().served(0)
    assert Look.PROGRAMS not in tale.looks
    tale.daemon(5, NEXT).programs(5.1, MISSING).files(5.2).health(5.3)
    assert Look.PROGRAMS not in tale.looks
    assert Look.PROGRAMS in tale.listed(6).looks
    assert tale.programs(7, MISSING, identity=NEXT).presents[-1] == HARNESS
    assert Look.PROGRAMS not in tale.looks


def test_what_sessions_use_is_missed() -> None:
    """Said with the place where it is instead, and looked for each minute from then on."""
    tale = Tale().served(0).programs(1, MISSING)
    verdict = tale.verdict(HARNESS)
    assert (verdict.subject, verdict.severity) == ("harness:codex", Severity.WARNING)
    assert verdict.facts.detail == "codex is not on the daemon's PATH; it is in /opt/tools/bin"
    assert [witness.basis for witness in verdict.witnesses] == [Basis.INTERNAL]
    assert Look.PROGRAMS not in tale.looks
    assert Look.PROGRAMS in tale.health(61).looks


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (replace(MISSING, elsewhere=""), "codex is not on the daemon's PATH; it is in no usual place either"),
        (replace(MISSING, executable="/opt/x/codex"), "/opt/x/codex is not there"),
    ],
)
def test_what_is_said_of_one_that_is_nowhere(program: Program, words: str) -> None:
    """No place is made up."""
    assert Tale().served(0).programs(1, program).verdict(HARNESS).facts.detail == words


@pytest.mark.parametrize("program", [replace(MISSING, used=False), replace(MISSING, found=True)])
def test_what_is_there_or_nobody_uses_is_no_trouble(program: Program) -> None:
    """It is clear of it: one that was missing is over."""
    tale = Tale().served(0).programs(1, program)
    assert HARNESS not in tale.presents
    assert HARNESS in tale.clears


def test_what_cannot_be_known_is_not_said() -> None:
    """Neither present nor clear."""
    for tale in (
        Tale().served(0).programs(1, replace(MISSING, found=None)),
        Tale(CLOSED).served(0).programs(1, MISSING),
        Tale().served(0).programs(1, MISSING).ended(2),
        Tale().served(0).health(1, health=STRANGE).programs(1, MISSING),
    ):
        assert HARNESS not in {*tale.presents, *tale.clears}


def test_a_failed_launch_is_proof() -> None:
    """On any version, and of a harness that no session used before; the row is a witness of the contract."""
    tale = launched(Tale().served(0).health(1, health=STRANGE), 10).programs(11, replace(MISSING, used=False))
    assert set(tale.presents) == {"session.launch_failed", HARNESS}
    assert [witness.basis for witness in tale.verdict(HARNESS).witnesses] == [Basis.INTERNAL, Basis.CONTRACT]


def test_why_a_launch_failed() -> None:
    """The PATH is read after it, then the cause is certain."""
    tale = launched(Tale().served(0).programs(1, MISSING), 10)
    assert (Look.PROGRAMS in tale.looks, "session.launch_failed" in tale.presents) == (True, False)
    tale.programs(10.4, MISSING)
    assert tale.verdict("session.launch_failed").facts.detail == "codex is not on the daemon's PATH; it is in /opt/tools/bin"


@pytest.mark.parametrize(
    ("programs", "words"),
    [
        ((), ""),
        ((replace(MISSING, found=None),), ""),
        ((replace(MISSING, harness="claude"),), ""),
        (
            (replace(MISSING, found=True),),
            "it could not be started, though the daemon finds codex on its PATH; Coven told only whoever launched it why",
        ),
    ],
)
def test_no_cause_is_made_up(programs: tuple[Program, ...], words: str) -> None:
    """What the PATH does not explain is not explained by it."""
    tale = launched(Tale().served(0), 10).programs(10.4, *programs)
    assert tale.verdict("session.launch_failed").facts.detail == words


def test_a_launch_that_nobody_can_explain_is_told_all_the_same() -> None:
    """Of a daemon before the one that lives, where nothing may be read, and when no answer came for ten seconds."""
    assert "session.launch_failed" in launched(Tale(CLOSED).served(0), 10).presents
    tale = Tale().served(0).daemon(20, NEXT, age=1).listed(21, row("s1", "failed", began=9.99, ended=10)).wait(21.2)
    assert "session.launch_failed" in tale.see(21.3, EventsSeen(HOME, tale.now, "s1", any=False)).presents
    assert "session.launch_failed" in launched(Tale().served(0), 10).wait(20.1).presents
