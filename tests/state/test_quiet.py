"""Since when a session does nothing."""

from dataclasses import replace

import pytest

from coven_watchdog.model.facts import EventWriter, Identity, Slept
from coven_watchdog.model.processes import OutputSeen, Pulse, PulsesSeen
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import ProcessState
from coven_watchdog.state.home import LiveSession, Quiet
from tale import GOOD, HOME, Tale, moment, row


def felt(tale: Tale, second: float, cpu: int, *, pid: int = 50, name: str = "s1", terminal: bool = True) -> Tale:
    """Its processes were looked at."""
    pulse = Pulse(name, Identity(pid, 1), ProcessState.ALIVE, cpu, terminal)
    return tale.see(second, PulsesSeen(HOME, tale.now, (pulse,)))


def printed(tale: Tale, second: float, newest: float | None) -> Tale:
    """Its newest event was found to be of that second."""
    return tale.see(second, OutputSeen(HOME, tale.now, "s1", None if newest is None else moment(newest).wall))


def session(tale: Tale) -> LiveSession:
    """As it is believed to be."""
    return tale.state.live["s1"]


def quiet(tale: Tale) -> Quiet:
    """What is known of its quiet."""
    found = session(tale).quiet
    assert found is not None
    return found


@pytest.fixture
def tale() -> Tale:
    """A session whose process is known."""
    return Tale().served(0, row()).harness(1, "s1", 50)


def test_quiet_begins_with_the_first_look(tale: Tale) -> None:
    """What it did before nobody saw."""
    felt(tale, 10, 500)
    assert (quiet(tale).since, session(tale).busy) == (moment(10), False)


@pytest.mark.parametrize(("used", "busy"), [(0, False), (31, False), (32, True)])
def test_a_blinking_prompt_is_no_work(tale: Tale, used: int, busy: bool) -> None:  # noqa: FBT001 - a parameter
    """Up to a hundredth of a processor, and one tick."""
    felt(felt(tale, 10, 500), 40, 500 + used)
    assert (quiet(tale).since, session(tale).busy) == (moment(40 if busy else 10), busy)


def test_a_gap_ends_what_was_known(tale: Tale) -> None:
    """Between two looks that lie far apart, or on both sides of a sleep, it may have done anything."""
    felt(felt(tale, 10, 500), 191, 500)
    assert (quiet(tale).since, session(tale).busy) == (moment(191), False)
    tale.see(200, Slept(HOME, tale.now, 0))
    assert quiet(felt(tale, 210, 500)).since == moment(210)


def test_another_process_is_another_quiet(tale: Tale) -> None:
    """A look at a process that is not its own any more says nothing of it."""
    felt(tale, 10, 500)
    felt(tale, 20, 0, pid=51)
    felt(tale, 20, 0, name="s9")
    assert quiet(tale).since == moment(10)
    felt(tale.harness(21, "s1", 51), 22, 0, pid=51)
    assert quiet(tale).since == moment(22)


def test_old_output_proves_silence(tale: Tale) -> None:
    """Also none at all; it is known up to then, with what the daemon has counted."""
    for newest in (None, 5, 10):
        printed(felt(tale, 10, 500), 40, newest)
        assert (quiet(tale).since, quiet(tale).proven, session(tale).busy) == (moment(10), moment(40), False)


def test_new_output_ends_it(tale: Tale) -> None:
    """From there it is quiet again, by Coven's stamp within the time that was seen: a wrong clock cannot make it longer."""
    printed(felt(tale, 10, 500), 40, 25)
    assert (quiet(tale).since, session(tale).busy) == (moment(25), True)
    printed(tale, 60, 9_999)
    assert quiet(tale).since == moment(60)


def test_the_counter_goes_with_the_proof(tale: Tale) -> None:
    """What was counted when it was proven is what it is compared with."""
    felt(tale, 10, 500)
    assert quiet(tale).writer is None
    tale.health(20, health=replace(GOOD, event_writer=EventWriter("healthy", 0, 7)))
    assert quiet(printed(tale, 30, 5)).writer == EventWriter("healthy", 0, 7)


def test_output_of_others(tale: Tale) -> None:
    """Of a session that is not known, or was never looked at, it says nothing."""
    before = tale.state.live
    assert printed(tale, 30, 5).state.live == before
    assert tale.see(31, OutputSeen(HOME, tale.now, "s9", 31 * SECOND)).state.live == before


def test_an_event_that_may_not_be_the_newest(tale: Tale) -> None:
    """It ends the quiet before it, and proves none after it, whatever the daemon has counted; an old one says nothing."""
    felt(tale, 10, 500).health(20, health=replace(GOOD, event_writer=EventWriter("healthy", 0, 7)))
    tale.see(40, OutputSeen(HOME, tale.now, "s1", moment(5).wall, final=False))
    assert (quiet(tale).since, quiet(tale).proven) == (moment(10), None)
    tale.see(41, OutputSeen(HOME, tale.now, "s1", moment(25).wall, final=False))
    assert (quiet(tale).since, quiet(tale).proven, quiet(tale).writer) == (moment(25), None, None)
