"""Sessions that are alive and do nothing."""

from dataclasses import replace

import pytest

from coven_watchdog.model.facts import EventWriter, Identity
from coven_watchdog.model.processes import OutputSeen, Pulse, PulsesSeen, TailSeen
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import Basis, Look, Owner, ProcessState
from coven_watchdog.settings import Delay, Duration, Privacy, Sessions, Settings
from tale import GOOD, HOME, NEXT, Tale, moment, row

WAITING, STALLED = "session.waiting", "session.stalled"


def counted(events: int, *, dropped: int = 0, state: str = "healthy") -> EventWriter:
    """What the daemon says of its event writer."""
    return EventWriter(state, dropped, events)


def felt(tale: Tale, second: float, cpu: int = 0, state: ProcessState = ProcessState.ALIVE, *, terminal: bool = True) -> Tale:
    """The processes of s1 were looked at."""
    return tale.see(second, PulsesSeen(HOME, tale.now, (Pulse("s1", Identity(50, 1), state, cpu, terminal),)))


def silent(
    until: float = 200,
    *,
    terminal: bool = True,
    settings: Settings | None = None,
    owner: Owner = Owner.DAEMON,
    own: bool = False,
    writer: EventWriter | None = None,
) -> Tale:
    """A session that does nothing from second 10 on; Coven records nothing either."""
    health = replace(GOOD, event_writer=writer or counted(7))
    tale = Tale(settings).files(0).daemon(0).process(0).health(0, health=health).listed(0, row())
    tale.harness(1, "s1", 50, owner, terminal=own)
    for second in range(10, int(until) + 1, 30):
        felt(tale, second, terminal=terminal)

    return tale.health(until, health=health)


def test_a_prompt_that_waits() -> None:
    """Three minutes without output and CPU on a terminal: Coven's counter and the kernel say so."""
    assert silent(189).presents == ()
    tale = silent(190)
    assert (tale.presents, tale.looks) == ((WAITING,), ())
    verdict = tale.verdict(WAITING)
    assert (verdict.subject, verdict.fact_at) == ("session:s1", moment(10).wall)
    assert [witness.basis for witness in verdict.witnesses] == [Basis.CONTRACT, Basis.INTERNAL]
    assert "3 min" in verdict.witnesses[1].saw


def test_without_a_terminal_it_stalled() -> None:
    """After half an hour; a stop by a signal is told."""
    assert silent(1800, terminal=False).presents == ()
    tale = silent(1810, terminal=False)
    assert tale.presents == (STALLED,)
    assert (
        felt(tale, 1811, 0, ProcessState.STOPPED, terminal=False).verdict(STALLED).facts.detail.startswith("a signal stopped")
    )
    assert silent(1810, terminal=False, settings=Settings(sessions=Sessions(stalled_after=Delay(0)))).presents == ()


def test_work_and_output_end_it() -> None:
    """CPU is seen at once; when the counter moves, its own events tell whether it was this session."""
    tale = felt(silent(), 210, 500)
    assert (tale.presents, WAITING in tale.clears) == ((), True)
    tale = silent().health(210, health=replace(GOOD, event_writer=counted(8)))
    assert tale.looks == (Look.OUTPUT,)
    assert WAITING not in tale.clears
    tale.see(211, OutputSeen(HOME, tale.now, "s1", moment(205).wall))
    assert (tale.presents, WAITING in tale.clears) == ((), True)


def test_others_that_print_make_no_difference() -> None:
    """Its newest event is from before; asked again each half minute, while the counter moves."""
    tale = silent().health(210, health=replace(GOOD, event_writer=counted(8)))
    tale.see(211, OutputSeen(HOME, tale.now, "s1", moment(5).wall))
    assert tale.presents == (WAITING,)
    tale.health(230, health=replace(GOOD, event_writer=counted(9)))
    assert tale.presents == (WAITING,)
    tale.health(242, health=replace(GOOD, event_writer=counted(10)))
    assert tale.looks == (Look.OUTPUT,)


def test_a_coven_run_is_asked_for_its_events() -> None:
    """It records them itself: the daemon does not count them. One without an open terminal may wait, too."""
    tale = silent(owner=Owner.COVEN_RUN)
    assert (tale.presents, tale.looks) == ((), (Look.OUTPUT,))
    assert tale.see(201, OutputSeen(HOME, tale.now, "s1", None)).presents == (WAITING,)


def test_the_own_terminal_is_quiet() -> None:
    """Who sits there sees it, unless it is wanted."""
    tale = silent(owner=Owner.COVEN_RUN, own=True)
    assert (tale.presents, tale.looks, WAITING in tale.clears) == ((), (), True)
    wanted = Settings(sessions=Sessions(own_terminal=True))
    assert silent(owner=Owner.COVEN_RUN, own=True, settings=wanted).looks == (Look.OUTPUT,)


def test_after_a_start_of_the_watchdog_it_is_unknown() -> None:
    """Until it was quiet for long enough again, or was seen to do something."""
    tale = silent(100)
    assert (tale.presents, WAITING in tale.clears) == ((), False)


def test_not_while_output_is_dropped() -> None:
    """Then its silence is not its own; nor when the writer has failed."""
    for writer in (counted(7, dropped=1), counted(7, state="failed")):
        tale = silent().health(201, health=replace(GOOD, event_writer=writer))
        assert WAITING not in tale.presents
        assert WAITING not in tale.clears


def test_one_lost_echo_does_not_hide_a_wait() -> None:
    """After an input Coven may drop the echo, and counts it; the silence is counted from there on, and what is told stays told."""
    dropped = replace(GOOD, event_writer=counted(7, dropped=1))
    tale = silent(100).health(101, health=dropped)
    for second in range(110, 290, 30):
        felt(tale, second)

    assert WAITING not in tale.health(280, health=dropped).presents
    assert WAITING in tale.health(282, health=dropped).presents
    tale.health(283, health=replace(GOOD, event_writer=counted(7, dropped=2)))
    assert WAITING not in tale.clears


def test_a_daemon_without_a_counter() -> None:
    """Older ones have none: the session's events are asked for."""
    health = replace(GOOD, event_writer=None)
    tale = Tale().served(0, row()).harness(1, "s1", 50)
    for second in range(10, 200, 30):
        felt(tale, second)

    assert tale.health(200, health=health).looks == (Look.OUTPUT,)


def test_a_look_that_is_old_says_nothing() -> None:
    """Whether it still does nothing is not known."""
    tale = silent()
    assert tale.health(400, health=replace(GOOD, event_writer=counted(7))).presents == ()


@pytest.mark.parametrize("gone", ["process", "daemon"])
def test_what_ended_waits_for_nobody(gone: str) -> None:
    """Neither a session without its process, nor one below another daemon, which counts anew."""
    tale = silent()
    if gone == "process":
        assert tale.harness_ended(201, "s1", 50).presents == ()
    else:
        tale.ended(201).files(201).daemon(202, NEXT).health(203, health=replace(GOOD, event_writer=counted(7)))
        assert WAITING not in tale.presents


def test_silence_must_have_been_seen_to_the_end() -> None:
    """What was asked while it had not lasted yet proves nothing, nor does an old answer about health."""
    tale = silent(owner=Owner.COVEN_RUN, settings=Settings(sessions=Sessions(waiting_after=Duration(20 * SECOND))))
    tale.see(205, OutputSeen(HOME, tale.now, "s1", moment(200).wall))
    felt(tale, 221)
    assert tale.looks == (Look.HEALTH,)
    tale.health(222, health=replace(GOOD, event_writer=counted(8)))
    assert tale.looks == (Look.OUTPUT,)
    assert not tale.presents


def test_what_a_prompt_asks() -> None:
    """Where it is wanted it is read before the message goes out, and again in the next quiet spell."""
    tale = silent(settings=Settings(homes=(HOME,), privacy=Privacy(output_lines=5)))
    assert (tale.presents, tale.looks) == ((), (Look.TAIL,))
    tale.see(201, TailSeen(HOME, tale.now, "s1", ("Go on? [y/n]",)))
    assert tale.verdict(WAITING).facts.output == ("Go on? [y/n]",)
    felt(tale, 230, 500)
    for second in range(260, 461, 30):
        felt(tale, second, 500)

    tale.health(461, health=replace(GOOD, event_writer=counted(7)))
    assert (tale.presents, tale.looks) == ((), (Look.TAIL,))
