"""Starts that came to nothing, and how far they came."""

from dataclasses import replace

import pytest

from coven_watchdog.model.facts import ExitStatus, FileFact, Identity
from coven_watchdog.model.log import LogSeen, StartTried
from coven_watchdog.model.looks import HomeLook
from coven_watchdog.model.time import DAY, HOUR, SECOND
from coven_watchdog.model.words import Basis, DaemonState, Expect, FileType, Found, Look, Outcome, Severity, StartPhase
from coven_watchdog.settings import Settings
from tale import DAEMON, DIRECTORY, HOME, NEXT, SOCKET, Tale, looked, moment, row

KILLED = ExitStatus(signal=9)
CLEAN = ExitStatus(code=0)
ERROR = ExitStatus(code=1)
FAILED = "daemon.start_failed"
OLD = replace(DIRECTORY, mtime=moment(-5000).wall * 1000)


def logged(tale: Tale, second: float, phase: StartPhase = StartPhase.STORE, *, began: float | None = None) -> Tale:
    """The log tells of a start at `began` (just now)."""
    at = moment(second if began is None else began).wall
    return tale.see(second, LogSeen(HOME, tale.now, StartTried(at, at, phase, "a-step")))


def looked_at(tale: Tale, second: float) -> Tale:
    """All that the rule wants to be looked at: nobody there."""
    log = tale.state.log
    assert log is not None
    return tale.no_files(second).lock(second).see(second, log)


def crashed() -> Tale:
    """Killed under one session, at second 10."""
    return Tale().served(0, row("a")).ended(10, KILLED).files(10.1).lock(10.1)


def stopped() -> Tale:
    """Stopped cleanly, at second 10."""
    return Tale().served(0).ended(10, CLEAN).no_files(10.1).lock(10.1)


def test_without_a_start_the_end_is_what_it_was() -> None:
    """No log, a log of a start that came before the end, one that lies ahead: the crash stands."""
    assert crashed().presents == ("daemon.crashed",)
    assert logged(crashed(), 20, began=5).presents == ("daemon.crashed",)
    assert logged(crashed(), 20, began=90).presents == ("daemon.crashed",)


def test_a_home_without_a_daemon_is_asked_for_its_log() -> None:
    """A single look must not end before it is read."""
    tale = Tale().no_files(0).lock(0)
    assert Look.LOG in tale.looks
    assert Look.LOG not in tale.see(0.1, LogSeen(HOME, tale.now)).looks


def test_a_start_that_may_still_be_under_way() -> None:
    """What was told stays open meanwhile; then everything is looked at once more."""
    tale = logged(crashed(), 20)
    assert (tale.presents, tale.looks) == ((), ())
    assert set(tale.wait(20.4).looks) == {Look.DAEMON, Look.FILES, Look.LOG}
    assert tale.presents == ()


def test_a_start_that_serves_is_looked_for() -> None:
    """The log may be faster than the lock; when nobody is found then, it has come and gone."""
    tale = logged(crashed(), 20, StartPhase.SERVING).wait(20.4)
    assert (tale.presents, set(tale.looks)) == ((), {Look.DAEMON, Look.FILES, Look.LOG})
    assert looked_at(tale, 20.5).presents == ("daemon.crashed",)


def test_a_start_at_once_after_a_crash_does_not_hide_it() -> None:
    """Somebody, or a service manager, started it within two seconds: the crash is told all the same."""
    assert logged(crashed(), 11).presents == ("daemon.crashed",)


@pytest.mark.parametrize(
    ("phase", "words"),
    [(StartPhase.STORE, "while it opened its ledger"), (StartPhase.BIND, "before its socket was bound")],
)
def test_a_daemon_whose_lock_is_free_again_has_ended(phase: StartPhase, words: str) -> None:
    """It takes the lock first; how far it came is told, and whom the crash before has hit."""
    verdict = looked_at(logged(crashed(), 20, phase), 20.5).verdict(FAILED)
    assert words in verdict.facts.detail
    assert (verdict.severity, [one.id for one in verdict.facts.sessions]) == (Severity.CRITICAL, ["a"])
    assert verdict.fact_at == moment(20).wall
    assert [one.source for one in verdict.witnesses] == ["log", "files"]


def test_a_daemon_that_never_had_the_lock() -> None:
    """Only the starting command's patience tells that it is over."""
    tale = looked_at(logged(stopped(), 20, StartPhase.LOCK), 20.5)
    assert tale.presents == ()
    tale = looked_at(tale, 26.1)
    assert "before it had the home to itself" in tale.verdict(FAILED).facts.detail
    assert tale.verdict(FAILED).severity is Severity.WARNING


def test_where_the_lock_tells_nothing() -> None:
    """On macOS patience is all there is."""
    tale = logged(stopped(), 20).lock(20.4, knowable=False)
    assert FAILED not in tale.wait(20.5).presents
    log = tale.state.log
    assert log is not None
    assert FAILED in tale.no_files(26.1).lock(26.1, knowable=False).see(26.1, log).presents


def test_a_lock_that_is_held_is_a_start_that_takes_long() -> None:
    """A large ledger may take its time."""
    tale = looked_at(logged(stopped(), 20), 20.5)
    assert FAILED in tale.presents
    assert tale.lock(21, NEXT).presents == ()


def test_something_that_listens_is_no_failed_start() -> None:
    """A socket without a refusal proves nothing; one that refuses, or a file in its place, does."""
    tale = logged(crashed(), 20).lock(20.5).files(20.5)
    log = tale.state.log
    assert log is not None
    tale.see(20.5, log)
    assert FAILED not in tale.presents
    assert FAILED in tale.health(20.6, Outcome.REFUSED).presents
    plain = replace(SOCKET, type=FileType.REGULAR)
    assert FAILED in looked_at(logged(crashed(), 20), 20.5).files(20.6, socket=plain).presents


def test_a_daemon_that_was_seen_to_come_and_to_end() -> None:
    """Its end is the end of the start, and the kernel's word on it is told."""
    tale = logged(stopped(), 20, StartPhase.STORE, began=20).daemon(20.1, NEXT, age=0).ended(20.2, ERROR, NEXT)
    tale = looked_at(tale, 20.3)
    assert tale.verdict(FAILED).facts.detail.endswith("(exited with code 1)")
    assert tale.verdict(FAILED).facts.exit == ERROR


def test_a_daemon_that_came_and_went_without_a_word_in_the_log() -> None:
    """An error, or a signal, before it ever answered is a start that failed; a clean end is not."""

    def came(status: ExitStatus | None) -> tuple[str, ...]:
        return stopped().daemon(20, NEXT, age=0).ended(20.2, status, NEXT).no_files(20.3).lock(20.3).presents

    assert came(ERROR) == came(KILLED) == (FAILED,)
    assert came(CLEAN) == came(None) == ("daemon.stopped",)


def test_a_daemon_that_served_or_is_old_did_not_fail_to_start() -> None:
    """Named by daemon.json, or a minute old: that is an end."""
    tale = Tale().no_files(0).daemon(0, NEXT, age=120).ended(1, ERROR, NEXT).no_files(1.1)
    assert tale.presents == ("daemon.crashed",)
    assert Tale().files(0).daemon(0, age=1).ended(1, ERROR).no_files(1.1).presents == ("daemon.crashed",)


def test_a_first_daemon_that_does_not_come_up() -> None:
    """Seen to come and to end, with nothing known of before."""
    tale = logged(Tale().no_files(0).daemon(1, NEXT, age=0), 1.1).ended(1.2, ERROR, NEXT)
    verdict = looked_at(tale, 1.3).verdict(FAILED)
    assert (verdict.severity, verdict.facts.sessions_known) == (Severity.CRITICAL, False)


def found(
    before: HomeLook | None, began: float, directory: FileFact = OLD, settings: Settings | None = None
) -> tuple[str, ...]:
    """Nothing runs and nothing lies around when the watch begins; the log tells of a start that failed."""
    tale = logged(Tale(settings, remembered=before), 0, began=began)
    tale = tale.files(0.1, socket=None, record=None, record_mtime=None, directory=directory).lock(0.1)
    return tuple(kind for kind in tale.presents if kind == FAILED)


def test_a_failed_start_that_is_found() -> None:
    """One of the last hour is news to a single look; the service remembers a day."""
    assert found(None, -60) == found(looked(DaemonState.STOPPED), -60) == (FAILED,)
    assert found(None, -3000) == (FAILED,)
    assert found(None, -3000 - HOUR / 1_000_000) == ()
    assert found(looked(DaemonState.STOPPED), -3500) == (FAILED,)


def test_what_came_after_makes_a_failed_start_old() -> None:
    """A reboot, a daemon that ran later, and anything that was made or removed in the home."""
    assert found(None, -3601) == ()
    assert found(looked(DaemonState.RUNNING), -60) == ()
    assert found(looked(DaemonState.RUNNING), -20) == (FAILED,)
    assert found(None, -60, replace(OLD, mtime=moment(-30).wall * 1000)) == ()


def test_how_loud_a_found_one_is() -> None:
    """Critical while nobody knows what ran, or where it must run; a warning when nothing did."""

    def severity(before: HomeLook | None, settings: Settings | None = None) -> Severity:
        tale = logged(Tale(settings, remembered=before), 0, began=-10)
        tale.files(0.1, socket=None, record=None, record_mtime=None, directory=OLD).lock(0.1)
        return tale.verdict(FAILED).severity

    assert severity(None) is Severity.CRITICAL
    quiet = replace(looked(DaemonState.STOPPED), complete=True)
    assert severity(quiet) is Severity.WARNING
    assert severity(quiet, Settings(homes=(HOME,), expect=Expect.RUNNING)) is Severity.CRITICAL


def test_the_served_contract_ends_it() -> None:
    """Whoever came up is another daemon, with what the crash before has cost."""
    tale = looked_at(logged(crashed(), 20), 20.5)
    again = Identity(300, 11)
    tale.files(30).daemon(30, again, age=0).health(30.1).listed(30.2, row("a", "orphaned", ended=30), identity=again)
    assert FAILED in tale.clears


def panicked(tale: Tale, second: float, at: float, says: str = "") -> Tale:
    """The log has a panic of second `at`."""
    return tale.see(second, LogSeen(HOME, tale.now, panic=moment(at).wall, panic_says=says))


def test_a_panic_is_a_witness_of_a_crash() -> None:
    """Where the kernel tells nothing and nothing was left; one of a daemon before is none."""
    assert panicked(Tale().served(0), 5, 4).ended(6).no_files(6.1).presents == ("daemon.crashed",)
    assert panicked(Tale().served(0), 5, -90).ended(6).no_files(6.1).presents == ("daemon.stopped",)
    verdict = panicked(Tale().served(0), 5, 4).ended(6, KILLED).no_files(6.1).verdict("daemon.crashed")
    assert "a panic since its start" in [one.saw for one in verdict.witnesses]
    assert verdict.facts.detail == "its log has a panic"
    told = panicked(Tale().served(0), 5, 4, "out of threads").ended(6, KILLED).no_files(6.1).verdict("daemon.crashed")
    assert told.facts.detail == "it panicked: out of threads"


def test_what_an_abort_says_is_read_first() -> None:
    """One that aborts itself has most often written why; that is awaited for a moment, not longer."""
    aborted = Tale().served(0).ended(6, ExitStatus(signal=6)).no_files(6.01)
    assert (aborted.presents, aborted.looks) == ((), (Look.LOG,))
    assert "daemon.crashed" in aborted.wait(6.3).presents
    told = panicked(Tale().served(0).ended(6, ExitStatus(signal=6)).no_files(6.01), 6.02, 5.9, "no memory")
    assert told.verdict("daemon.crashed").facts.detail == "it panicked: no memory"


def test_a_panic_that_the_daemon_outlived() -> None:
    """Coven's panic hook removes the socket, although the process may live on (source of Coven): the socket's loss says so."""
    tale = panicked(Tale().served(0), 5, 4).files(5, socket=None).lock(5, DAEMON).files(5.3, socket=None).process(5.3)
    assert "its log has a panic" in tale.verdict("daemon.socket_lost").witnesses[0].saw


def test_a_panic_without_a_daemon() -> None:
    """It accuses nobody."""
    assert panicked(Tale().no_files(0), 1, 0).presents == ()


def dead(start: float, panic: float, says: str = "out of threads", remembered: HomeLook | None = None) -> Tale:
    """Nothing is left in the home; the log has a start, and a panic."""
    tale = Tale(remembered=remembered).no_files(0).lock(0).health(0, Outcome.NO_SOCKET)
    start_at = moment(start).wall
    tried = StartTried(start_at, start_at + SECOND, StartPhase.SERVING, pid=7)
    return tale.see(1, LogSeen(HOME, tale.now, tried, moment(panic).wall, says))


def test_found_dead_of_a_panic() -> None:
    """The hook removes what other crashes leave behind: the log alone tells it from a stop. An older one says nothing."""
    verdict = dead(-60, -50).verdict("daemon.crashed")
    assert (verdict.facts.detail, verdict.found, verdict.severity) == (
        "it panicked: out of threads",
        Found.CATCH_UP,
        Severity.CRITICAL,
    )
    assert verdict.witnesses[0].basis is Basis.INTERNAL
    assert dead(-60, -50, "").verdict("daemon.crashed").facts.detail == "its log has a panic"
    assert dead(-60, -70).presents == ()
    assert dead(-2 * DAY / SECOND, -1.5 * DAY / SECOND).presents == ()
    assert dead(-60, -50, remembered=looked(DaemonState.STOPPED)).presents == ("daemon.stopped",)
