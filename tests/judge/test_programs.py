"""Whether the daemon runs what is installed."""

from coven_watchdog.model.facts import DaemonSeen
from coven_watchdog.model.incidents import Verdict
from coven_watchdog.model.words import Severity
from coven_watchdog.settings import Settings
from tale import DAEMON, HOME, NEXT, Tale


def replaced(tale: Tale, second: float) -> Tale:
    """The daemon's program is replaced under it."""
    return tale.see(second, DaemonSeen(HOME, tale.now, DAEMON, "coven", binary_replaced=True))


def outdated(tale: Tale) -> Verdict:
    """The verdict."""
    return tale.verdict("daemon.outdated")


def test_a_daemon_that_runs_what_is_installed() -> None:
    """Nothing is said but that it is so."""
    tale = Tale().served(0)
    assert tale.presents == ()
    assert "daemon.outdated" in tale.clears


def test_a_program_that_was_replaced() -> None:
    """It is recorded with the version that runs on, and told nobody: the daemon works."""
    verdict = outdated(replaced(Tale().served(0), 5))
    assert (verdict.subject, verdict.severity, verdict.facts.version) == ("program", Severity.OFF, "0.4.6")


def test_whoever_wants_to_hear_of_it_does() -> None:
    """The severity is the user's."""
    settings = replace_severity()
    assert outdated(replaced(Tale(settings).served(0), 5)).severity is Severity.INFO


def replace_severity() -> Settings:
    """Settings that tell it."""
    return Settings(homes=(HOME,), severity={"daemon.outdated": Severity.INFO})


def test_the_next_daemon_ends_it() -> None:
    """So does the end of the one that ran on."""
    tale = replaced(Tale().served(0), 5).ended(10)
    assert "daemon.outdated" in tale.clears
    tale.daemon(11, NEXT)
    assert "daemon.outdated" in tale.clears
    assert tale.state.life is not None
    assert not tale.state.life.replaced


def test_without_a_daemon() -> None:
    """Nothing is known before the lock was read; a free lock says that nothing runs on."""
    tale = Tale().no_files(0)
    assert "daemon.outdated" not in tale.clears
    assert "daemon.outdated" not in tale.lock(1, knowable=False).clears
    assert "daemon.outdated" in tale.lock(2).clears


def test_a_program_that_was_replaced_before_it_answered() -> None:
    """Its version is not known then."""
    tale = replaced(Tale().files(0).daemon(0), 0.1)
    assert outdated(tale).facts.version == ""
