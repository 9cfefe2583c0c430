"""Many things at once, clocks that jump and nights that change them: few messages, none too early and none forgotten."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bounded import PROFILE
from coven_watchdog.model.incidents import Verdict
from coven_watchdog.model.telling import Silence
from coven_watchdog.model.time import HOUR, MINUTE, SECOND, Instant
from coven_watchdog.model.words import IncidentState, Kind, Reason, Severity
from coven_watchdog.settings import Alerts, Channel, Delay, QuietHours, Secret, Settings
from coven_watchdog.store.world import HELD_AT_ONCE
from decide.verdicts import AWAKE, CRASHED, CRITICAL, INFO, OFF, STOPPED, WARNING, bad, well
from invariants import laws
from invariants.stage import BERLIN, Stage

assert PROFILE

URL = Secret("json://x")
DESK = Channel(name="desk", url=URL)
SCARCE = Channel(name="scarce", url=URL, max_per_hour=1)
PAGER = Channel(name="pager", url=URL, after=Delay(30 * MINUTE))
LOST = bad(Kind.HOME_INSECURE)
FOUND = well(Kind.HOME_INSECURE, subject="home")
MANY = 10_000


def local(*moment: int) -> int:
    """Wall µs of a moment in Berlin."""
    year, month, day, hour, minute = moment
    return round(datetime(year, month, day, hour, minute, tzinfo=BERLIN).timestamp()) * SECOND


NOON = local(2026, 6, 1, 12, 0)


def stage(*channels: Channel, start: int = NOON, quiet: str = "") -> Stage:
    """A first start."""
    return Stage(Settings(channels=channels, alerts=Alerts(quiet_hours=QuietHours(quiet))), Instant(start, AWAKE))


def failures(first: int, how_many: int) -> tuple[Verdict, ...]:
    """So many sessions failed."""
    return tuple(
        bad(Kind.SESSION_FAILED, subject=f"session:{number}", occurrence="1") for number in range(first, first + how_many)
    )


def sent(run: Stage, channel: str = "desk") -> list[Reason]:
    """Why each message that went out was made."""
    return [offer.row.reason for offer in run.offers if offer.channel == channel]


def named(run: Stage, channel: str = "desk") -> int:
    """How many incidents were told there."""
    return len({member.incident for offer in run.offers if offer.channel == channel for member in offer.members})


def test_ten_thousand_findings_at_once() -> None:
    """One message on each channel tells them all."""
    run = stage(DESK, SCARCE)
    run.verdicts = {"all": failures(0, MANY)}
    run.observe()
    run.pass_time(5 * MINUTE)
    assert (sent(run), sent(run, "scarce")) == ([Reason.FIRST], [Reason.FIRST])
    assert (named(run), named(run, "scarce")) == (MANY, MANY)


def test_thousands_of_findings_one_after_the_other() -> None:
    """In a few seconds: the first, what follows it, and what follows that."""
    run = stage(DESK, SCARCE)
    for first in range(0, MANY // 4, 250):
        run.verdicts = {"all": failures(first, 250)}
        run.observe()
        run.pass_time(SECOND // 2)

    run.verdicts.clear()
    run.pass_time(2 * HOUR)
    assert (named(run), named(run, "scarce")) == (MANY // 4, MANY // 4)
    assert len(sent(run)) <= 3
    assert len(sent(run, "scarce")) <= 3


def test_a_night_of_failures() -> None:
    """However many a night held back, its end tells them all, in one message, and does not go on looking."""
    run = stage(DESK, start=local(2026, 6, 1, 23, 0), quiet="22:00-07:00")
    many = HELD_AT_ONCE * 3 + 1
    run.verdicts = {"all": failures(0, many)}
    run.observe()
    run.verdicts.clear()
    run.pass_time(8 * HOUR - MINUTE)
    assert not sent(run)
    before = run.ticks
    run.pass_time(5 * MINUTE)
    assert (len(sent(run)), named(run)) == (1, many)
    assert run.ticks - before <= 6


JUMPS = st.lists(
    st.tuples(st.sampled_from((MINUTE, 50 * MINUTE, 3 * HOUR)), st.sampled_from((0, -HOUR, HOUR, 8 * HOUR))), max_size=12
)


@given(JUMPS)
def test_no_reminder_is_lost_or_early(jumps: list[tuple[int, int]]) -> None:
    """A critical is repeated after each four hours awake, whatever the wall clock does, six times.

    A wall clock that comes to the time of the last message anew makes the next one wait as if it followed that one.
    """
    run = stage(DESK)
    run.see(CRASHED)
    for awake, set_by in jumps:
        run.pass_time(awake)
        run.set_clock(set_by)

    due = min(6, run.lived // (4 * HOUR))
    run.pass_time(run.settings.alerts.group_wait)
    assert sent(run) == [Reason.FIRST] + due * [Reason.REMINDER]
    late = [offer.at - number * 4 * HOUR for number, offer in enumerate(run.offers)]
    assert all(0 <= one <= run.settings.alerts.group_wait for one in late)


@given(JUMPS)
def test_an_escalation_waits_awake(jumps: list[tuple[int, int]]) -> None:
    """A channel with `after` is told when it has been open for so long awake, not earlier and not later."""
    run = stage(PAGER)
    run.see(CRASHED)
    for awake, set_by in ((10 * MINUTE, 0), *jumps, (HOUR, 0)):
        run.set_clock(set_by)
        run.pass_time(awake)

    assert [offer.at for offer in run.offers][:1] == [30 * MINUTE]


@given(JUMPS, st.sampled_from((Kind.DAEMON_IMPOSTOR, Kind.DAEMON_STOPPED, Kind.HOME_MISSING)))
def test_patience_is_awake_time(jumps: list[tuple[int, int]], kind: Kind) -> None:
    """What must last for some seconds does not get older by a clock that is set, or in a sleep."""
    run = stage(DESK)
    run.see(bad(kind, CRITICAL))
    for _, set_by in jumps:
        run.set_clock(set_by)

    assert not run.incidents()
    run.pass_time(20 * SECOND)
    laws.patient(run)
    assert [one.kind for one in run.incidents()] == [kind]


@given(JUMPS)
def test_clocks_make_no_storm(jumps: list[tuple[int, int]]) -> None:
    """What goes on while clocks are set is told once, on all channels."""
    run = stage(DESK, SCARCE, PAGER, quiet="22:00-07:00")
    run.see(bad(Kind.DAEMON_UNRESPONSIVE, WARNING))
    for _, set_by in jumps:
        run.set_clock(set_by)

    run.pass_time(12 * HOUR)
    assert [sent(run, channel.name) for channel in (DESK, SCARCE, PAGER)] == 3 * [[Reason.FIRST]]


@pytest.mark.parametrize("day", [(2026, 10, 24), (2026, 3, 28), (2026, 6, 1)])
def test_quiet_hours_end_by_the_clock_on_the_wall(day: tuple[int, int, int]) -> None:
    """At seven, in a night of eight hours as in one of nine or ten; a critical passes."""
    run = stage(DESK, start=local(*day, 22, 30), quiet="22:00-07:00")
    run.see(LOST)
    run.pass_time(12 * HOUR)
    (offer,) = run.offers
    assert offer.row.committed_at == local(day[0], day[1], day[2] + 1, 7, 0)


def test_a_clock_set_out_of_the_night() -> None:
    """What quiet hours held is told with the first observation that is not in them any more."""
    run = stage(DESK, start=local(2026, 6, 1, 22, 10), quiet="22:00-07:00")
    run.see(LOST)
    run.set_clock(-HOUR)
    assert sent(run) == [Reason.FIRST]


def test_other_settings_review_what_is_held() -> None:
    """Quiet hours that are taken out of the configuration end at once; a channel that wants more hears what is open."""
    run = stage(DESK, start=local(2026, 6, 1, 22, 10), quiet="22:00-07:00")
    run.see(LOST)
    run.reload(Settings(channels=(DESK,)))
    assert sent(run) == [Reason.FIRST]
    loud = stage(from_severity(CRITICAL))
    loud.see(LOST)
    loud.reload(Settings(channels=(from_severity(INFO),)))
    assert sent(loud) == [Reason.FIRST]


def from_severity(severity: Severity) -> Channel:
    """The desk, for what is at least so bad."""
    return Channel(name="desk", url=URL, min_severity=severity)


# Counterexamples that were found, in the order of their finding.


def test_hidden_while_the_first_word_collects() -> None:
    """A silence that comes before the group goes out takes the place of the first word: that is told when it is over."""
    run = stage(DESK)
    run.see(*failures(0, 1))
    run.see(CRASHED)
    run.silence(Silence("s1", run.now.wall + 10 * MINUTE, kind="daemon.*"))
    run.pass_time(11 * MINUTE)
    laws.nothing_is_owed(run)
    assert [member.role for offer in run.offers for member in offer.members][1:] == [Reason.HIDDEN, Reason.FIRST]


def test_worse_than_a_correction() -> None:
    """It was a crash, then it was none, then it is worse again: who was told of the mild end is told."""
    run = stage(DESK)
    for seen in (CRASHED, replace(STOPPED, severity=INFO), bad(Kind.DAEMON_UNRESPONSIVE)):
        run.see(seen)
        run.pass_time(MINUTE)

    laws.nothing_is_owed(run)
    assert sent(run) == [Reason.FIRST, Reason.CHANGED, Reason.CHANGED]


def test_an_inhibition_that_ends_in_the_same_moment() -> None:
    """Whichever is said first: what was part of a story that is none for this channel any more is told at once."""
    run = stage(Channel(name="desk", url=URL, min_severity=CRITICAL))
    run.see(CRASHED, bad(Kind.STORE_BROKEN, INFO))
    run.verdicts.clear()
    run.see(bad(Kind.STORE_BROKEN), bad(Kind.DAEMON_INCOMPATIBLE))
    laws.nothing_is_owed(run)


def test_what_is_off_tells_nothing_of_others() -> None:
    """A trouble that is never told hides nothing, also where its kind is asked for."""
    run = stage(Channel(name="desk", url=URL, also=("daemon.stopped",)))
    run.see(bad(Kind.DAEMON_STOPPED, OFF))
    run.pass_time(MINUTE)
    run.see(bad(Kind.STORE_BROKEN))
    assert sent(run) == [Reason.FIRST]


def test_two_nights() -> None:
    """The first night held back its beginning, the second one its end: both are told in the morning."""
    run = stage(DESK, start=local(2026, 6, 1, 23, 0), quiet="22:00-07:00")
    run.see(LOST)
    run.pass_time(24 * HOUR)
    run.see(FOUND)
    run.see(FOUND)
    run.pass_time(SECOND)
    assert [one.state for one in run.incidents()] == [IncidentState.RESOLVED]
    run.pass_time(12 * HOUR)
    assert sent(run) == [Reason.FIRST, Reason.RESOLVED]


def test_worse_while_silenced_and_not_yet_sent() -> None:
    """The word that waited through the silence tells how it is, not how it was."""
    run = stage(DESK)
    run.services["desk"] = None
    run.see(bad(Kind.STORE_BROKEN, WARNING))
    run.silence(Silence("s1", run.now.wall + 10 * MINUTE))
    run.see(bad(Kind.STORE_BROKEN))
    run.pass_time(11 * MINUTE)
    run.services.clear()
    run.observe()
    assert {member.snapshot.severity for offer in run.offers for member in offer.members} == {CRITICAL}
