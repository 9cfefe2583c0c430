"""When a message goes out: the first at once, a burst as one more, the urgent never late."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bounded import PROFILE
from coven_watchdog.decide.changes import created
from coven_watchdog.decide.grouping import Telling, joins, place
from coven_watchdog.model.incidents import Verdict
from coven_watchdog.model.telling import Lane
from coven_watchdog.model.time import MINUTE, SECOND
from coven_watchdog.model.words import IncidentState, Kind, NotificationState, Reason
from coven_watchdog.settings import Alerts
from decide.verdicts import CRASHED, START, STOPPED, WALL, bad

assert PROFILE

ALERTS = Alerts()
FAILED = bad(Kind.SESSION_FAILED)
BROKEN = bad(Kind.STORE_BROKEN)


def telling(verdict: Verdict = FAILED, name: str = "a", reason: Reason = Reason.FIRST) -> Telling:
    """Something to tell."""
    return Telling(replace(created(verdict, name, IncidentState.OPEN, START), tellings=1), reason)


def due(lane: Lane, *tellings: Telling, now: int = WALL) -> int:
    """µs that a new message waits."""
    placed = place("desk", tellings or (telling(),), lane, ALERTS, now)
    assert placed.notification is not None
    return placed.notification.due_at - now


def waiting(seconds: float) -> Lane:
    """A lane in which a group collects for so long."""
    group = place("desk", (telling(name="g"),), Lane(last_due=WALL), ALERTS, WALL).notification
    assert group is not None
    at = WALL + round(seconds * SECOND)
    return Lane(last_due=at, last_was_group=True, collecting=replace(group, due_at=at))


def test_the_first_goes_at_once() -> None:
    """Nothing was sent for an hour: no wait, and no group."""
    placed = place("desk", (telling(),), Lane(), ALERTS, WALL)
    assert placed.notification is not None
    assert (placed.notification.id, placed.notification.group, placed.notification.state) == (
        *("a.1", False),
        NotificationState.QUEUED,
    )
    assert due(Lane()) == due(Lane(last_due=WALL - 2 * SECOND)) == 0


def test_what_follows_waits_to_collect() -> None:
    """Within `group_wait` of the last message a new one waits for the rest of it."""
    placed = place("desk", (telling(),), Lane(last_due=WALL - SECOND), ALERTS, WALL)
    assert placed.notification is not None
    assert (placed.notification.due_at, placed.notification.group) == (WALL + SECOND, True)


def test_a_collecting_group_is_joined() -> None:
    """No new message: members of the one that waits."""
    placed = place("desk", (telling(), telling(name="b")), waiting(1), ALERTS, WALL)
    assert (placed.notification, [member.notification for member in placed.members]) == (None, ["g.1", "g.1"])


def test_after_a_group_one_per_interval() -> None:
    """A burst that goes on makes one message a minute."""
    assert due(Lane(last_due=WALL - SECOND, last_was_group=True)) == MINUTE - SECOND


@pytest.mark.parametrize("urgent", [bad(Kind.STORE_BROKEN), STOPPED])
def test_the_urgent_never_waits_longer_than_the_group_wait(urgent: Verdict) -> None:
    """What is critical, and what concerns the daemon, does not wait for a group that collects for longer."""
    assert due(Lane(last_due=WALL - SECOND, last_was_group=True), telling(urgent)) == SECOND
    assert due(waiting(50), telling(urgent)) == 2 * SECOND
    assert place("desk", (telling(urgent),), waiting(2), ALERTS, WALL).notification is None
    assert place("desk", (telling(),), waiting(50), ALERTS, WALL).notification is None


def test_a_clock_that_was_set_back_delays_nothing() -> None:
    """The last message may be hours in the future: the wait is as long as ever, and no longer."""
    assert due(Lane(last_due=WALL + 5 * 60 * MINUTE)) == 2 * SECOND
    assert due(Lane(last_due=WALL + 5 * 60 * MINUTE, last_was_group=True)) == MINUTE


def test_what_happens_at_once_is_one_message() -> None:
    """Several tellings of one step: one group, named by the first, as old as the oldest."""
    old = telling(replace(CRASHED, fact_at=WALL - MINUTE), "b")
    placed = place("desk", (telling(), old), Lane(), ALERTS, WALL)
    assert placed.notification is not None
    row = placed.notification
    assert (row.id, row.incident, row.group, row.due_at, row.fact_at) == ("a.1", "a", True, WALL, WALL - MINUTE)
    assert [(member.notification, member.incident) for member in placed.members] == [("a.1", "a"), ("a.1", "b")]


@pytest.mark.parametrize(
    ("tellings", "reason"),
    [
        (((True, Reason.FIRST), (True, Reason.CATCH_UP)), Reason.HELD_MORE),
        (((True, Reason.FIRST),), Reason.FIRST),
        (((False, Reason.CHANGED), (True, Reason.FIRST), (True, Reason.FIRST)), Reason.CHANGED),
        (((True, Reason.RESOLVED), (True, Reason.RESOLVED)), Reason.RESOLVED),
        (((True, Reason.HIDDEN), (True, Reason.FIRST)), Reason.HIDDEN),
    ],
    ids=["several held back", "only one", "with something new", "their ends", "what somebody took in hand"],
)
def test_what_the_rate_held_back(tellings: tuple[tuple[bool, Reason], ...], reason: Reason) -> None:
    """Several first words that the channel could not take are one message, which says so; beside news they are but a group."""
    several = [replace(telling(name=str(n), reason=why), held_back=held) for n, (held, why) in enumerate(tellings)]
    placed = place("desk", several, Lane(), ALERTS, WALL)
    assert placed.notification is not None
    assert placed.notification.reason is reason


@pytest.mark.parametrize(
    ("seconds", "critical", "joins_it"), [(1, False, True), (50, False, True), (1, True, True), (50, True, False)]
)
def test_what_takes_no_message_of_its_own(seconds: float, *, critical: bool, joins_it: bool) -> None:
    """What joins a group that collects takes no token; what is urgent does not wait for a late one."""
    one = telling(BROKEN if critical else FAILED).incident
    assert joins(one, waiting(seconds), ALERTS, WALL) is joins_it
    assert not joins(one, Lane(last_due=WALL), ALERTS, WALL)


@pytest.mark.parametrize(
    ("reason", "changes", "at"),
    [
        (Reason.FIRST, {"fact_at": 1, "changed_at": 2}, 1),
        (Reason.CATCH_UP, {"fact_at": 1, "changed_at": 2}, 1),
        (Reason.CHANGED, {"fact_at": 1, "changed_at": 2}, 2),
        (Reason.RESOLVED, {"fact_at": 1, "changed_at": 2, "resolved_at": 3}, 3),
        (Reason.LATE, {"fact_at": 1, "changed_at": 2, "resolved_at": 3}, 3),
    ],
)
def test_when_it_happened(reason: Reason, changes: dict[str, int], at: int) -> None:
    """A message knows the time of the fact that it tells, to measure how soon it was told."""
    one = Telling(replace(telling().incident, **changes), reason)  # type: ignore[arg-type]
    placed = place("desk", (one,), Lane(), ALERTS, WALL)
    assert placed.notification is not None
    assert placed.notification.fact_at == at


@given(
    last=st.one_of(st.none(), st.integers(-10 * MINUTE, 10 * MINUTE)),
    group=st.booleans(),
    collecting=st.one_of(st.none(), st.floats(0.001, 60)),
    verdict=st.sampled_from([FAILED, BROKEN, STOPPED]),
)
def test_nothing_waits_longer_than_it_may(last: int | None, *, group: bool, collecting: float | None, verdict: Verdict) -> None:
    """Whatever went before, a message waits at most its interval; the urgent at most the group's wait."""
    lane = Lane(None if last is None else WALL + last, group)
    if collecting is not None:
        lane = replace(waiting(collecting), last_due=lane.last_due)

    placed = place("desk", (telling(verdict),), lane, ALERTS, WALL)
    goes = placed.notification or lane.collecting
    assert goes is not None
    limit = ALERTS.group_interval if verdict is FAILED else ALERTS.group_wait
    assert 0 <= goes.due_at - WALL <= limit
