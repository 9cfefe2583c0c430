"""How a daemon ended: the kernel's word first, then what it left behind; and what was found after the fact."""

import pytest

from coven_watchdog.model.facts import ExitStatus, Record, Scene, SceneSeen
from coven_watchdog.model.words import DaemonState, Expect, Found, Holder, Look, Outcome, Owner, Severity
from coven_watchdog.settings import Home, Settings
from tale import BOOT, BOOTED, DAEMON, HOME, NEXT, WALL, Tale, looked, moment, row

CLEAN, KILLED, BROKE = ExitStatus(code=0), ExitStatus(signal=9), ExitStatus(code=3)
EXPECTED = Settings(homes=(Home(path=HOME, expect=Expect.RUNNING),))
DEAD = {"record_holder": Holder.NOBODY}


def test_the_leftovers_are_waited_for() -> None:
    """For 250 ms after the end the verdict waits for one look at the files."""
    tale = Tale().served(0).ended(10)
    assert (tale.presents, tale.looks) == ((), (Look.FILES,))

    assert tale.wait(10.3).presents == ("daemon.stopped",)


@pytest.mark.parametrize(("exit_", "kind"), [(KILLED, "daemon.crashed"), (BROKE, "daemon.crashed"), (CLEAN, "daemon.stopped")])
def test_the_kernel_knows(exit_: ExitStatus, kind: str) -> None:
    """A signal or a non-zero code is a crash, code 0 a clean stop, where files lie around."""
    assert Tale().served(0).ended(10, exit_).files(10.01, **DEAD).presents == (kind,)


def test_a_stop_that_complains_is_a_stop() -> None:
    """Something still holds the terminal of a session: the daemon removes its files and exits with 1 (seen on 0.4.6)."""
    assert Tale().served(0).ended(10, ExitStatus(code=1)).no_files(10.01).presents == ("daemon.stopped",)
    assert Tale().served(0).no_files(9.99).ended(10, ExitStatus(code=1)).no_files(10.01).presents == ("daemon.stopped",)


@pytest.mark.parametrize(
    "tale",
    [
        Tale().served(0).ended(10, ExitStatus(code=1)).files(10.01, **DEAD),
        Tale().served(0).ended(10, ExitStatus(code=1)).wait(10.3),
        Tale().served(0).files(5, record=None).ended(10, ExitStatus(code=1)).no_files(10.01),
        Tale().served(0).ended(10, ExitStatus(code=101)).no_files(10.01),
    ],
    ids=["left its files", "files not known", "files tampered with before", "the code of a panic"],
)
def test_else_a_code_is_a_crash(tale: Tale) -> None:
    """Only an exit that cleaned up behind itself was asked for."""
    assert tale.presents == ("daemon.crashed",)


def test_without_the_kernel_the_record_tells() -> None:
    """daemon.json that still names the dead process is an unclean death."""
    tale = Tale().served(0).ended(10).files(10.01, **DEAD)

    assert tale.presents == ("daemon.crashed",)
    assert "daemon.json still names it" in tale.verdict("daemon.crashed").witnesses[1].saw


def test_without_the_kernel_the_socket_tells() -> None:
    """Its own socket still there, with an intact record at the last look, is one too."""
    assert Tale().served(0).ended(10).files(10.01, record=None).presents == ("daemon.crashed",)


def test_a_socket_beside_a_tampered_record_proves_nothing() -> None:
    """Somebody deleted daemon.json before: even a clean stop leaves the socket then (seen on 0.4.6)."""
    assert Tale().served(0).files(5, record=None).ended(10).files(10.01, record=None).presents == ("daemon.stopped",)


def test_nothing_left_is_a_clean_stop() -> None:
    """It removed its files."""
    assert Tale().served(0).ended(10).no_files(10.01).presents == ("daemon.stopped",)


def test_a_panic_in_the_log_is_a_crash() -> None:
    """The panic hook removes the files, so they look like a clean stop; the log does not."""
    tale = Tale().served(0).ended(10).no_files(10.01)
    assert tale.looks == (Look.SCENE,)

    tale.see(10.02, SceneSeen(HOME, tale.now, DAEMON, Scene(WALL, panic=True)))
    assert tale.presents == ("daemon.crashed",)
    assert tale.verdict("daemon.crashed").scene == Scene(WALL, panic=True)


def test_the_cause_is_latched() -> None:
    """The first `coven daemon status` after a crash deletes the evidence: the verdict stays."""
    tale = Tale().served(0).ended(10).files(10.01, **DEAD).no_files(11)

    assert tale.presents == ("daemon.crashed",)


def test_the_kernels_late_word_corrects() -> None:
    """Clean by its leftovers, killed by the kernel's word a second later."""
    tale = Tale().served(0).ended(10).no_files(10.01).learned(11, KILLED)

    assert tale.presents == ("daemon.crashed",)
    assert tale.verdict("daemon.crashed").facts.exit == KILLED


@pytest.mark.parametrize(
    ("rows", "settings", "severity"),
    [
        ((), None, Severity.WARNING),
        ((row(),), None, Severity.CRITICAL),
        ((), EXPECTED, Severity.CRITICAL),
        ((row(external=True),), None, Severity.WARNING),
        ((row(status="created"),), None, Severity.WARNING),
        ((row(status="created", adopted=True),), None, Severity.CRITICAL),
    ],
)
def test_a_crash_is_as_loud_as_what_it_hit(rows: tuple[object, ...], settings: Settings | None, severity: Severity) -> None:
    """Sessions registered from outside do not end with the daemon, nor do those that were only noted down for later."""
    tale = Tale(settings).served(0, *rows).ended(10, KILLED).files(10.01, **DEAD)  # type: ignore[arg-type]  # rows

    assert tale.verdict("daemon.crashed").severity is severity


def test_a_crash_before_the_first_listing_is_critical() -> None:
    """What it hit is unknown, so it is taken for the worse."""
    tale = Tale().files(0).daemon(0).health(0).ended(10, KILLED).files(10.01, **DEAD)

    assert tale.verdict("daemon.crashed").severity is Severity.CRITICAL
    assert not tale.verdict("daemon.crashed").facts.sessions_known


@pytest.mark.parametrize(
    ("rows", "settings", "severity"),
    [((), None, Severity.INFO), ((row(),), None, Severity.WARNING), ((), EXPECTED, Severity.CRITICAL)],
)
def test_a_stop_is_as_loud_as_what_it_hit(rows: tuple[object, ...], settings: Settings | None, severity: Severity) -> None:
    """Info, a warning with live sessions, critical where it is expected to run."""
    tale = Tale(settings).served(0, *rows).ended(10, CLEAN).no_files(10.01)  # type: ignore[arg-type]  # rows

    assert tale.verdict("daemon.stopped").severity is severity


def test_a_coven_run_lives_on() -> None:
    """Sessions of `coven run` are not hit by the daemon's end."""
    tale = Tale().served(0, row("mine"), row("own")).harness(1, "own", 50, Owner.COVEN_RUN)
    facts = tale.ended(10, KILLED).files(10.01, **DEAD).verdict("daemon.crashed").facts

    assert ([s.id for s in facts.sessions], [s.id for s in facts.survivors]) == (["mine"], ["own"])


def test_a_zombie_is_looked_at_again() -> None:
    """Until the dead pid is reaped a start is refused, so the reaping is news."""
    tale = Tale().served(0).ended(10, KILLED).files(10.01, record_holder=Holder.ZOMBIE)

    assert tale.judgement.wake_at is not None
    assert tale.verdict("daemon.crashed").facts.record_holder == Holder.ZOMBIE


def test_found_dead_with_leftovers_of_this_boot() -> None:
    """Nobody holds the lock, the socket refuses: crashed, found so, with a scene."""
    tale = Tale().files(0, **DEAD)
    assert tale.looks == (Look.DAEMON, Look.LOG)

    tale.lock(0.1)
    assert tale.looks == (Look.HEALTH, Look.LOG)

    tale.health(0.2, Outcome.REFUSED)
    verdict = tale.verdict("daemon.crashed")
    assert (verdict.found, verdict.severity) == (Found.CATCH_UP, Severity.CRITICAL)
    assert Look.SCENE in tale.looks

    seen = tale.see(0.3, SceneSeen(HOME, tale.now, None, Scene(1)))
    assert (seen.looks, seen.verdict("daemon.crashed").scene) == ((Look.LOG,), Scene(1))


def test_leftovers_with_an_answer_are_no_crash() -> None:
    """Somebody answers though nobody is seen to hold the lock: unknown."""
    assert Tale().files(0, **DEAD).lock(0.1).health(0.2).presents == ()


def test_leftovers_older_than_the_boot() -> None:
    """The reboot left them: no crash."""
    old = {"record_mtime": BOOTED - 60_000_000, "socket": None}

    assert Tale().files(0, **DEAD, **old).lock(0.1).presents == ()
    assert Tale(EXPECTED).files(0, **DEAD, **old).lock(0.1).presents == ("daemon.stopped",)


def test_a_misleading_record_is_the_trouble_itself() -> None:
    """When the recorded pid lives and is no Coven, the record is what must be told."""
    tale = Tale().files(0, record_holder=Holder.STRANGER).lock(0.1).health(0.2, Outcome.REFUSED)

    assert tale.presents == ("daemon.record_invalid",)


def test_a_zombie_is_dead() -> None:
    """Found so, it crashed; a start is refused until it is reaped, and the record is said to be in the way."""
    tale = Tale().files(0, record_holder=Holder.ZOMBIE).lock(0.1).health(0.2, Outcome.REFUSED)

    assert tale.presents == ("daemon.crashed", "daemon.record_invalid")
    facts = tale.verdict("daemon.crashed").facts
    assert (facts.record_holder, facts.pid) == (Holder.ZOMBIE, DAEMON.pid)


def test_a_lock_without_a_known_process_is_unknown() -> None:
    """Its identity is about to be seen."""
    assert Tale().no_files(0).lock(0.1, NEXT).presents == ()


@pytest.mark.parametrize(
    ("state", "boot", "kinds"),
    [
        (DaemonState.RUNNING, BOOT, ("daemon.stopped",)),
        (DaemonState.UNRESPONSIVE, BOOT, ("daemon.stopped",)),
        (DaemonState.CRASHED, BOOT, ("daemon.crashed",)),
        (DaemonState.STOPPED, BOOT, ("daemon.stopped",)),
        (DaemonState.ABSENT, BOOT, ()),
        (DaemonState.RUNNING, "another boot", ()),
    ],
)
def test_nothing_there_after_the_watchdog_was_away(state: DaemonState, boot: str, kinds: tuple[str, ...]) -> None:
    """The table of starts: same boot and running before means stopped meanwhile; over a boot it means nothing."""
    tale = Tale(remembered=looked(state, boot=boot)).no_files(0).lock(0.1)

    assert tale.presents == kinds


def test_what_was_found_says_between_when() -> None:
    """Between the last look and the start; the cause cannot be known."""
    tale = Tale(remembered=looked(DaemonState.RUNNING, live=(row(),))).no_files(0).lock(0.1)
    verdict = tale.verdict("daemon.stopped")

    assert verdict.facts.between == (moment(-30).wall, moment(0).wall)
    assert ([s.id for s in verdict.facts.sessions], verdict.severity) == (["s1"], Severity.WARNING)


def test_expected_and_never_started_since_the_boot() -> None:
    """Under `expect = "running"` a reboot without a start is a problem, and says so."""
    tale = Tale(EXPECTED, looked(DaemonState.RUNNING, boot="another")).no_files(0).lock(0.1)

    assert tale.verdict("daemon.stopped").facts.detail == "not started since the reboot"
    assert Tale(EXPECTED).no_files(0).lock(0.1).verdict("daemon.stopped").facts.detail == "not started"


def test_a_crash_that_is_still_there_after_a_restart_of_ours() -> None:
    """Known sessions of the run before keep the severity what it was."""
    tale = Tale(remembered=looked(DaemonState.CRASHED)).files(0, **DEAD).lock(0.1).health(0.2, Outcome.REFUSED)

    assert tale.verdict("daemon.crashed").severity is Severity.WARNING


def test_leftovers_of_a_record_that_is_garbage() -> None:
    """A socket alone is a leftover too."""
    tale = Tale().files(0, record=None, record_mtime=None).lock(0.1).health(0.2, Outcome.REFUSED)

    assert tale.presents == ("daemon.crashed",)


def test_a_record_alone_is_a_leftover() -> None:
    """The refusal is then that there is no socket."""
    tale = Tale().files(0, socket=None, record=Record(5), **DEAD).lock(0.1).health(0.2, Outcome.NO_SOCKET)

    assert tale.presents == ("daemon.crashed",)
