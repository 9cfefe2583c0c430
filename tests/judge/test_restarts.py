"""One daemon after another: the event, what it cost, and the loop."""

from dataclasses import replace

from coven_watchdog.judge.common import Case
from coven_watchdog.judge.restarts import aftermath
from coven_watchdog.model.facts import DaemonSeen, ExitStatus, Identity
from coven_watchdog.model.looks import HomeLook
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import Comeback, DaemonState, Found, Kind, Look, Outcome, Owner, Severity
from tale import AWAKE, DAEMON, GOOD, HOME, NEXT, Tale, looked, moment, row

CLEAN = ExitStatus(code=0)


def restarted(tale: Tale, second: float = 10) -> Tale:
    """A clean restart within some 40 ms."""
    tale.ended(second, CLEAN).no_files(second + 0.01).files(second + 0.03).daemon(second + 0.04, NEXT, age=0)
    return tale.health(second + 0.1)


def test_the_first_daemon_is_no_restart() -> None:
    """It was there when the watch began, or is the first one ever."""
    assert Tale().served(0).presents == ()


def test_a_restart_is_told_once_its_sessions_are_known() -> None:
    """Not before the listing under the new identity."""
    tale = restarted(Tale().served(0))
    assert tale.presents == ()

    tale.listed(10.2, identity=NEXT)
    verdict = tale.verdict("daemon.restarted")
    assert (verdict.severity, verdict.occurrence, verdict.found) == (Severity.INFO, "200:9", Found.LIVE)
    assert verdict.fact_at == moment(10).wall


def test_or_after_five_seconds_without_them() -> None:
    """Then it says that they are not known."""
    tale = restarted(Tale().served(0)).wait(15.2)

    assert not tale.verdict("daemon.restarted").facts.sessions_known


def test_a_new_daemon_that_soon_answers_badly_is_not_told_as_a_restart() -> None:
    """Its sessions cannot be listed: is it well at all? Its own trouble tells of its coming, and when it is over, what that cost."""
    tale = restarted(Tale().served(0, row("a"))).listing_failed(10.2).wait(15.2)
    assert tale.presents == ()
    assert Look.HEALTH in tale.looks

    tale.health(15.3, Outcome.HTTP_ERROR)
    assert tale.presents == ()
    assert tale.health(15.6, Outcome.HTTP_ERROR).presents == ("daemon.unhealthy",)

    tale.health(30).listed(30.1, row("a", "orphaned", ended=10), identity=NEXT)
    assert [session.id for session in tale.verdict("daemon.restarted").facts.lost] == ["a"]


def test_a_new_daemon_whose_ledger_alone_is_broken_is_told() -> None:
    """Health, asked after the listing failed, is good."""
    tale = restarted(Tale().served(0)).listing_failed(10.2).wait(15.2).health(15.3)

    assert not tale.verdict("daemon.restarted").facts.sessions_known


def test_a_restart_names_what_was_lost() -> None:
    """Whatever Coven recorded for them: failed with 1, or orphaned; and it is a warning then."""
    tale = restarted(Tale().served(0, row("a"), row("b")))
    tale.listed(10.2, row("a", "failed", ended=10, exit_code=1), row("b", "orphaned", ended=10), identity=NEXT)
    verdict = tale.verdict("daemon.restarted")

    assert ({s.id for s in verdict.facts.lost}, verdict.severity) == ({"a", "b"}, Severity.WARNING)
    assert tale.presents == ("daemon.restarted",)


def test_a_coven_run_that_lives_on_is_not_lost() -> None:
    """Coven calls it orphaned; its process lives."""
    tale = Tale().served(0, row("own"), row("late")).harness(1, "own", 50, Owner.COVEN_RUN)
    restarted(tale).listed(10.2, row("own", "orphaned", ended=10), row("late", "orphaned", ended=10), identity=NEXT)
    facts = tale.verdict("daemon.restarted").facts

    assert ([s.id for s in facts.lost], [(s.id, s.lives_on) for s in facts.survivors]) == (["late"], [("own", True)])


def test_versions_are_compared() -> None:
    """An upgrade can be told from a plain restart."""
    facts = restarted(Tale().served(0)).listed(10.2, identity=NEXT).verdict("daemon.restarted").facts

    assert (facts.old_version, facts.version) == ("0.4.6", GOOD.coven_version)


def test_why_another_daemon_serves() -> None:
    """By how the one before ended; after a clean end, a program or version that is another one now is why."""
    assert comeback(restarted(Tale().served(0))) is Comeback.MANUAL
    assert comeback(again(Tale().served(0).ended(10, ExitStatus(signal=9)))) is Comeback.CRASH
    replaced = Tale().served(0).see(5, DaemonSeen(HOME, moment(5), DAEMON, binary_replaced=True))
    assert comeback(restarted(replaced)) is Comeback.UPGRADE
    assert comeback(Tale().served(0).ended(10).daemon(10.3, NEXT, age=0).health(10.4)) is Comeback.UNKNOWN
    assert comeback(again(Tale().served(0).ended(10).no_files(10.1))) is Comeback.MANUAL

    old = Tale().files(0).daemon(0).health(0, health=replace(GOOD, coven_version="0.4.5")).listed(0)
    assert comeback(restarted(old)) is Comeback.UPGRADE


def test_why_another_daemon_was_found() -> None:
    """After a reboot the machine is why; else a version, or a crash that the run before saw."""
    assert comeback(found(looked(boot="before"))) is Comeback.REBOOT
    assert comeback(found(looked())) is Comeback.UPGRADE
    assert comeback(found(looked(version=GOOD.coven_version))) is Comeback.UNKNOWN
    assert comeback(found(looked(DaemonState.CRASHED))) is Comeback.CRASH


def again(tale: Tale) -> Tale:
    """Another daemon comes and serves."""
    return tale.files(10.2).daemon(10.3, NEXT, age=0).health(10.4)


def found(before: HomeLook) -> Tale:
    """Another daemon than the one remembered."""
    return Tale(remembered=before).files(0).daemon(0, NEXT).health(0.1)


def comeback(tale: Tale) -> Comeback | None:
    """Why, by the rule; told with the restart, or with the end of what was open."""
    life = tale.state.life
    assert life is not None
    tale.listed(tale.now.awake / SECOND - AWAKE / SECOND + 0.1, identity=NEXT)
    return aftermath(Case(tale.state, tale.settings, tale.now), tale.state.life or life).comeback


def test_a_first_daemon_came_back_from_nowhere() -> None:
    """There is nothing to say of it."""
    life = Tale().served(0).state.life
    assert life is not None
    tale = Tale().served(0)
    assert aftermath(Case(tale.state, tale.settings, tale.now), life).comeback is None


def test_a_restart_while_nobody_watched() -> None:
    """Another identity than the one remembered: told as found so, with what was lost."""
    tale = Tale(remembered=looked(live=(row("a"), row("ext", external=True))))
    tale.files(0).daemon(0, NEXT).health(0.1)
    tale.listed(0.2, row("a", "orphaned", ended=-10), row("ext", external=True), identity=NEXT)
    verdict = tale.verdict("daemon.restarted")

    assert (verdict.found, [s.id for s in verdict.facts.lost]) == (Found.CATCH_UP, ["a"])
    assert verdict.facts.between == (moment(-30).wall, moment(0).wall)
    assert verdict.facts.old_version == "0.4.5"


def test_the_same_daemon_as_remembered_is_no_restart() -> None:
    """The watchdog was away, Coven was not."""
    assert Tale(remembered=looked()).served(0).presents == ()


def test_a_restart_after_a_last_look_that_knew_little() -> None:
    """The run before was killed when the daemon before had not served it yet."""
    tale = Tale(remembered=looked(DaemonState.UNKNOWN)).files(0).daemon(0, NEXT).health(0).listed(0.1, identity=NEXT)

    assert tale.presents == ("daemon.restarted",)


def test_a_recovery_found_afterwards_knows_whom_the_crash_has_cost() -> None:
    """The run before saw the daemon die under a session; this one finds the next daemon."""
    tale = Tale(remembered=looked(DaemonState.CRASHED, live=(row("a"),)))
    tale.files(0).daemon(0, NEXT).health(0.1).listed(0.2, row("a", "orphaned", ended=-10), identity=NEXT)
    (back,) = [verdict for verdict in tale.judgement.verdicts if Kind.DAEMON_CRASHED in verdict.clears]

    assert (tale.presents, [session.id for session in back.facts.lost]) == ((), ["a"])


def test_a_start_after_a_known_end_is_no_restart() -> None:
    """The incident that is open for it tells it."""
    tale = Tale(remembered=looked(DaemonState.CRASHED)).files(0).daemon(0, NEXT).health(0).listed(0.1, identity=NEXT)

    assert tale.presents == ()


def test_versions_that_nobody_knew() -> None:
    """A daemon that ended before it ever answered, and a last look without a version, have none."""
    tale = (
        Tale().files(0).daemon(0).ended(1, CLEAN).no_files(1.1).files(2).daemon(2, NEXT).health(2.1).listed(2.2, identity=NEXT)
    )
    assert tale.verdict("daemon.restarted").facts.old_version == ""

    tale = Tale(remembered=looked(version=None)).files(0).daemon(0, NEXT).health(0).listed(0.1, identity=NEXT)
    assert tale.verdict("daemon.restarted").facts.old_version == ""


def test_three_restarts_in_ten_minutes_are_a_loop() -> None:
    """Two are not; over after ten minutes without one, and in between nothing is known."""
    tale = Tale().served(0)
    for number in range(1, 4):
        assert "daemon.restart_loop" not in tale.presents
        tale.daemon(number * 60, Identity(1000 + number, number))

    assert tale.verdict("daemon.restart_loop").facts.count == 3

    tale.wait(665)
    assert "daemon.restart_loop" not in {*tale.presents, *tale.clears}
    assert "daemon.restart_loop" in tale.wait(800).clears


def test_a_daemon_that_was_not_seen_to_end() -> None:
    """A new owner of the lock ends the life of the one before."""
    tale = Tale().served(0, row("a")).daemon(10, NEXT).health(10.1).listed(10.2, row("a", "orphaned", ended=10), identity=NEXT)

    assert tale.verdict("daemon.restarted").facts.old_identity == DAEMON
    assert [s.id for s in tale.verdict("daemon.restarted").facts.lost] == ["a"]
