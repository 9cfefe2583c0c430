"""The daemon's availability: first match wins, and no verdict where two witnesses are missing."""

from dataclasses import replace

import pytest

from coven_watchdog.model.facts import Health, LoopLate, Problem, ProcessSeen, Slept
from coven_watchdog.model.log import LogSeen
from coven_watchdog.model.words import Look, Outcome, ProcessState, Severity
from tale import DAEMON, GOOD, HOME, Tale, moment, row


def held(tale: Tale, second: float, sockets: int) -> Tale:
    """Its process was looked at: so many sockets are open."""
    return tale.see(second, ProcessSeen(HOME, tale.now, DAEMON, ProcessState.ALIVE, sockets=sockets))


def silent(tale: Tale) -> int:
    """Three requests were not answered: how many clients are said to hold it."""
    for second in (10, 11, 12):
        tale.health(second, Outcome.TIMED_OUT, latency=1_000_000)

    return tale.verdict("daemon.unresponsive").facts.count


def test_a_daemon_that_is_silent_is_looked_at_before_it_is_accused() -> None:
    """The look at its process is there by the time it counts."""
    tale = Tale().served(0).health(10, Outcome.TIMED_OUT)
    assert Look.DAEMON in tale.looks
    assert Look.DAEMON not in held(tale, 10.1, 3).looks


def test_clients_that_hold_it() -> None:
    """As many as it has threads for; a few are nobody's fault."""
    assert silent(held(Tale().served(0), 9, 66)) == 65
    assert silent(held(Tale().served(0), 9, 64)) == 0
    assert silent(Tale().served(0)) == 0


def test_clients_that_the_log_tells_of() -> None:
    """After a minute each is written down; those of an hour ago hold nothing now."""

    def logged(second: float) -> Tale:
        tale = Tale().served(0).health(1, Outcome.TIMED_OUT)
        return tale.see(9, LogSeen(HOME, tale.now, unfinished=70, unfinished_at=moment(second).wall))

    assert silent(logged(8)) == 70
    assert silent(logged(-3600)) == 0


def test_an_untried_version_has_another_number_of_threads() -> None:
    """Then nobody is said to hold it."""
    tale = held(Tale().served(0), 9, 66).health(9.5, health=replace(GOOD, tested=False))
    assert silent(tale) == 0


def test_nothing_is_known_before_the_files_were_seen() -> None:
    """The first question is for the files."""
    tale = Tale()

    assert (tale.presents, tale.looks) == ((), (Look.FILES,))


def test_a_good_daemon_is_clear_once_its_sessions_are_known() -> None:
    """Health alone does not clear: the listing under this identity must come, or 5 s pass."""
    tale = Tale().files(0).daemon(0).health(1)

    assert "daemon.crashed" not in tale.clears
    assert "daemon.crashed" in tale.wait(6.1).clears


def test_a_listing_clears_at_once() -> None:
    """With the sessions known there is nothing to wait for."""
    assert "daemon.crashed" in Tale().served(1).clears


@pytest.mark.parametrize("outcome", [Outcome.TIMED_OUT, Outcome.RESET])
def test_three_silent_answers_in_a_row_are_unresponsive(outcome: Outcome) -> None:
    """Two are unknown, the third accuses."""
    tale = Tale().served(0).health(10, outcome).health(11.5, outcome)
    assert (tale.presents, "daemon.crashed" in tale.clears) == ((), False)

    assert tale.health(13, outcome).presents == ("daemon.unresponsive",)


def test_failures_far_apart_do_not_add_up() -> None:
    """A good answer between starts the count anew."""
    tale = Tale().served(0)
    for second in (10, 30, 50, 70):
        tale.health(second, Outcome.TIMED_OUT).health(second + 1)

    assert tale.presents == ()


def test_a_stopped_process_needs_no_three_timeouts() -> None:
    """Seen stopped twice half a second apart, and one request unanswered for 500 ms."""
    tale = Tale().served(0).process(10, ProcessState.STOPPED)
    assert (tale.presents, tale.looks) == ((), (Look.HEALTH,))
    assert [request.timeout for request in tale.judgement.looks] == [500_000]

    tale.health(10.5, Outcome.TIMED_OUT, latency=500_000)
    assert (tale.presents, tale.looks) == ((), (Look.DAEMON,))
    assert tale.process(10.6, ProcessState.STOPPED).presents == ("daemon.unresponsive",)
    assert tale.verdict("daemon.unresponsive").facts.detail == "stopped"


def test_an_answered_request_outweighs_a_stopped_state() -> None:
    """A process that was continued between the looks is not accused."""
    tale = Tale().served(0).process(10, ProcessState.STOPPED).health(10.2)

    assert tale.looks == ()
    assert tale.process(10.6).presents == ()


def test_our_own_lateness_accuses_nobody() -> None:
    """Time-outs within two seconds of a late loop are unknown."""
    tale = Tale().served(0)
    for second in (10, 11.5, 13):
        tale.health(second, Outcome.TIMED_OUT)

    late = tale.see(13.1, LoopLate("", tale.now, 400_000))
    assert late.presents == ()
    assert late.wait(15.2).presents == ("daemon.unresponsive",)


def test_after_a_sleep_it_settles_first() -> None:
    """Nothing is judged for five seconds, and what failed before the sleep does not count."""
    tale = Tale().served(0).health(10, Outcome.TIMED_OUT).health(11, Outcome.TIMED_OUT)
    tale.see(12, Slept("", tale.now, 0)).health(12.5, Outcome.TIMED_OUT)

    assert (tale.presents, tale.clears & {"daemon.crashed"}) == ((), frozenset())
    assert tale.wait(17.5).presents == ()


def test_refused_while_alive_passes_for_a_second() -> None:
    """A clean stop refuses for some milliseconds; what lasts longer is a lost socket."""
    tale = Tale().served(0).health(10, Outcome.REFUSED)
    assert tale.presents == ()

    assert tale.wait(11.1).presents == ("daemon.socket_lost",)


def test_a_missing_socket_is_looked_at_twice() -> None:
    """Files and process are read again a moment later; only then it is told."""
    tale = Tale().served(0).files(10, socket=None)
    assert (tale.presents, tale.looks) == ((), ())

    tale.wait(10.3)
    assert tale.looks == (Look.FILES, Look.DAEMON)
    assert tale.files(10.31, socket=None).process(10.32).presents == ("daemon.socket_lost",)


def test_without_the_lock_only_time_confirms_a_lost_socket() -> None:
    """Where the system does not tell who holds the lock, ten seconds must pass."""
    tale = Tale().served(0).lock(1, knowable=False).files(10, socket=None)
    assert tale.wait(10.3).looks == ()

    tale.files(20.1, socket=None).process(20.2)
    assert tale.presents == ("daemon.socket_lost",)
    assert {witness.source for witness in tale.verdict("daemon.socket_lost").witnesses} == {"files", "process"}


def test_a_young_daemon_may_take_its_time() -> None:
    """Before it was bound for the first time, no socket and a refusal say nothing."""
    tale = Tale().no_files(0).daemon(0, age=0.1).health(1, Outcome.REFUSED)
    assert tale.wait(5).presents == ()

    assert tale.files(11, socket=None, record=None).files(12, socket=None, record=None).process(13).presents == (
        "daemon.socket_lost",
    )


@pytest.mark.parametrize("outcome", [Outcome.NOT_CONTRACT, Outcome.HTTP_ERROR])
def test_a_wrong_answer_is_asked_for_again(outcome: Outcome) -> None:
    """One junk answer may be bad luck; the second in a row is the daemon's."""
    tale = Tale().served(0).health(10, outcome, detail="junk")
    assert (tale.presents, tale.looks) == ((), ())

    assert tale.wait(10.3).looks == (Look.HEALTH,)
    assert tale.health(10.4, outcome, detail="junk").presents == ("daemon.unhealthy",)


def test_ok_false_is_unhealthy_at_once() -> None:
    """Coven says so itself."""
    sick = Health(ok=False, api_version="coven.daemon.v1")

    assert Tale().served(0).health(10, health=sick).presents == ("daemon.unhealthy",)


@pytest.mark.parametrize(
    ("health", "saw"),
    [
        (
            Health(ok=True, api_version="coven.daemon.v2", capabilities=GOOD.capabilities),
            "apiVersion coven.daemon.v2, this watchdog knows coven.daemon.v1: update the watchdog",
        ),
        (
            Health(ok=True, api_version="coven.daemon.v0"),
            "apiVersion coven.daemon.v0, this watchdog knows coven.daemon.v1: update Coven",
        ),
        (Health(ok=True, api_version="x"), "apiVersion x, this watchdog knows coven.daemon.v1: update the older of the two"),
        (Health(ok=True, api_version="coven.daemon.v1", capabilities={"sessions": True}), "no capability events: update Coven"),
        (replace(GOOD, strange=("capabilities",)), "its capabilities have another shape: update the older of the two"),
    ],
)
def test_another_contract_is_incompatible(health: Health, saw: str) -> None:
    """An unknown version, or a capability that is needed and missing; the words say which."""
    tale = Tale().served(0).health(10, health=health)

    assert tale.presents == ("daemon.incompatible",)
    assert tale.verdict("daemon.incompatible").witnesses[0].saw == saw
    assert tale.verdict("daemon.incompatible").severity is Severity.WARNING


def test_no_verdict_where_trust_fails() -> None:
    """An insecure socket is asked nothing, so nothing is known of the daemon behind it."""
    problem = Problem("socket", "is open to other users", open_to_others=True, remedy="chmod 600 x")
    tale = Tale().served(0).files(10, problems=(problem,))

    assert tale.presents == ("socket.insecure",)
    assert "daemon.crashed" not in tale.clears


@pytest.mark.parametrize("outcome", [Outcome.UNTRUSTED, Outcome.FORBIDDEN])
def test_what_we_may_not_see_is_unknown(outcome: Outcome) -> None:
    """Our own limits never accuse the daemon."""
    tale = Tale().served(0)
    for second in (10, 11, 12, 13):
        tale.health(second, outcome)

    assert not {"daemon.unresponsive", "daemon.unhealthy", "daemon.socket_lost"} & set(tale.presents)


def test_severity_follows_the_sessions() -> None:
    """Critical with live sessions or when they are not known; a warning when nothing ran."""
    idle, busy = Tale().served(0), Tale().served(0, row())
    blind = Tale().files(0).daemon(0).health(0)
    for tale in (idle, busy, blind):
        tale.health(10, Outcome.TIMED_OUT).health(11, Outcome.TIMED_OUT).health(12, Outcome.TIMED_OUT)

    severities = [tale.verdict("daemon.unresponsive").severity for tale in (idle, busy, blind)]
    assert severities == [Severity.WARNING, Severity.CRITICAL, Severity.CRITICAL]
    assert [brief.id for brief in busy.verdict("daemon.unresponsive").facts.sessions] == ["s1"]


def test_a_file_error_is_no_verdict() -> None:
    """A home that cannot be examined says nothing about its daemon."""
    tale = Tale().files(0, directory=None, error="permission denied")

    assert "daemon.crashed" not in tale.clears
    assert tale.looks == ()


def test_an_old_answer_is_asked_anew_for_a_new_daemon() -> None:
    """Health from before this daemon was seen says nothing about it."""
    tale = Tale().files(0).health(0).daemon(1)

    assert Look.HEALTH in tale.looks
    assert tale.state.life is not None
    assert tale.state.life.identity == DAEMON
