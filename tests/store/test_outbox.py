"""Messages are taken in order, by one hand at a time, and nothing is lost between hands."""

import sqlite3

import pytest

from coven_watchdog.errors import StoreError
from coven_watchdog.model.telling import Notification, Plan
from coven_watchdog.model.words import AttemptOutcome, Kind, NotificationState, Reason
from coven_watchdog.store.outbox import Claim, claim, next_due, release, settle
from coven_watchdog.store.rows import notification as read
from coven_watchdog.store.writing import write_plan
from store.builders import accepted, at, event, incident, member, moment, notification, refused, story

SENT, QUEUED = NotificationState.SENT, NotificationState.QUEUED


def _queue(connection: sqlite3.Connection, *rows: Notification) -> None:
    write_plan(connection, Plan(notifications=rows), moment())


def _take(connection: sqlite3.Connection, minutes: float = 0, channel: str = "desk", by: str = "me") -> Claim:
    taken = claim(connection, channel, at(minutes).wall, by)
    assert taken is not None
    return taken


def _order(connection: sqlite3.Connection, minutes: float) -> list[str]:
    """What goes out at that time, one after the other."""
    order = []
    while taken := claim(connection, "desk", at(minutes).wall, "me"):
        settle(connection, taken, accepted(minutes), SENT, None)
        order.append(taken.notification.id)

    return order


def _row(connection: sqlite3.Connection, name: str) -> Notification:
    return read(connection.execute("SELECT * FROM notification WHERE id = ?", (name,)).fetchone())


def test_nothing_waits(connection: sqlite3.Connection) -> None:
    """An empty outbox has nothing due and nothing to take."""
    _queue(connection, notification(channel="phone"), notification(state=NotificationState.WITHHELD))
    assert next_due(connection, "desk", at().wall) is None
    assert claim(connection, "desk", at().wall, "me") is None


def test_a_claim_carries_the_message_and_its_members(connection: sqlite3.Connection) -> None:
    """The try is counted before it is made."""
    write_plan(connection, story(incident(), notification()), moment())
    taken = _take(connection)

    assert taken.notification == notification(attempts=1)
    assert taken.members == (member(notification(), incident()),)
    assert (taken.receipts, taken.by, taken.kinds) == ((), "me", {})


def test_a_claim_of_very_many_carries_the_worst(connection: sqlite3.Connection) -> None:
    """A hundred members are more than anybody reads; how many there are of each kind is known."""
    row = notification("e0.1", incident="e0")
    many = [event(f"e{number}", occurrence=str(number)) for number in range(150)]
    write_plan(
        connection, Plan(notifications=(row,), incidents=tuple(many), members=tuple(member(row, one) for one in many)), moment()
    )
    taken = _take(connection)

    assert [one.incident for one in taken.members] == [f"e{number}" for number in range(100)]
    assert taken.kinds == {Kind.SESSION_FAILED: 150}


def test_a_message_is_taken_once(connection: sqlite3.Connection) -> None:
    """While it is in hand nothing of the channel is due, also for another hand; other channels go on."""
    _queue(connection, notification("a.1"), notification("b.1"), notification("c.1", channel="phone"))
    _take(connection)

    assert claim(connection, "desk", at(1).wall, "you") is None
    assert next_due(connection, "desk", at(1).wall) is None
    assert _take(connection, channel="phone").notification.id == "c.1"


def test_a_message_waits_for_its_time(connection: sqlite3.Connection) -> None:
    """A group that collects is not taken before it is due."""
    _queue(connection, notification(due_at=at(2).wall))
    assert next_due(connection, "desk", at().wall) == at(2).wall
    assert claim(connection, "desk", at(1).wall, "me") is None
    assert _take(connection, 2).notification.id == "k7fq.1"


def test_the_earliest_is_first(connection: sqlite3.Connection) -> None:
    """By the time it is due, then in the order of writing."""
    _queue(connection, notification("c.1", due_at=at(1).wall), notification("b.1"), notification("a.1"))
    order = []
    for _ in range(3):
        taken = _take(connection, 1)
        settle(connection, taken, accepted(1), SENT, None)
        order.append(taken.notification.id)

    assert order == ["b.1", "a.1", "c.1"]


def test_a_retry_holds_back_what_is_behind_it(connection: sqlite3.Connection) -> None:
    """Order is kept: the later message does not overtake the one that waits for its next try."""
    _queue(connection, notification("a.1"), notification("b.1"))
    settle(connection, _take(connection), refused(), QUEUED, at(3).wall)

    assert next_due(connection, "desk", at(1).wall) == at(3).wall
    assert claim(connection, "desk", at(1).wall, "me") is None
    again = _take(connection, 3)
    assert (again.notification.id, again.notification.attempts) == ("a.1", 2)


def test_an_accepted_message_is_sent(connection: sqlite3.Connection) -> None:
    """Its time is that of the try; the try is recorded under its number."""
    _queue(connection, notification())
    settle(connection, _take(connection), refused(0, "no\ud800pe"), QUEUED, at(1).wall)
    settle(connection, _take(connection, 1), accepted(1, "77"), SENT, at(9).wall)

    assert _row(connection, "k7fq.1") == notification(state=SENT, sent_at=at(1).wall, attempts=2)
    tries = connection.execute("SELECT number, at, outcome, error, receipt FROM attempt ORDER BY number").fetchall()
    assert [tuple(one) for one in tries] == [
        (1, at().wall, AttemptOutcome.TEMPORARY, "no?pe", ""),
        (2, at(1).wall, AttemptOutcome.ACCEPTED, "", "77"),
    ]


@pytest.mark.parametrize("end", [NotificationState.FAILED, NotificationState.GIVEN_UP])
def test_an_end_without_success(connection: sqlite3.Connection, end: NotificationState) -> None:
    """It is never tried again, and makes way."""
    _queue(connection, notification("a.1"), notification("b.1"))
    settle(connection, _take(connection), refused(), end, None)

    assert _row(connection, "a.1") == notification("a.1", state=end, attempts=1)
    assert _take(connection).notification.id == "b.1"


def test_only_the_hand_that_holds_it_settles(connection: sqlite3.Connection) -> None:
    """A message that was put back, or settled before, is not settled by the old hand."""
    _queue(connection, notification())
    taken = _take(connection)
    release(connection, "me", "desk")
    with pytest.raises(StoreError, match=r"k7fq\.1 on desk is in other hands"):
        settle(connection, taken, accepted(), SENT, None)

    again = _take(connection, by="you")
    with pytest.raises(StoreError):
        settle(connection, taken, accepted(), SENT, None)

    settle(connection, again, accepted(), SENT, None)
    with pytest.raises(StoreError):
        settle(connection, again, accepted(), SENT, None)


def test_a_dead_runs_messages_are_put_back(connection: sqlite3.Connection) -> None:
    """Others' claims are released, our own are not; the tries stay counted."""
    _queue(connection, notification("a.1"), notification("b.1", channel="phone"))
    _take(connection, by="dead")
    mine = _take(connection, channel="phone")

    assert release(connection, "me", None) == 1
    assert _take(connection).notification.attempts == 2
    settle(connection, mine, accepted(), SENT, None)


def test_a_channels_message_is_put_back(connection: sqlite3.Connection) -> None:
    """A worker that failed with a message in hand leaves it to the next, on its channel only."""
    _queue(connection, notification("a.1"), notification("b.1", channel="phone"))
    _take(connection)
    _take(connection, channel="phone")

    assert release(connection, "me", "desk") == 1
    assert claim(connection, "phone", at(1).wall, "me") is None
    assert _take(connection).notification.id == "a.1"


def test_receipts_of_earlier_messages_about_the_same(connection: sqlite3.Connection) -> None:
    """Newest first; of the incidents in this message, on this channel, of messages that were accepted."""
    write_plan(connection, story(incident(), notification("k7fq.1"), notification("k7fq.1", channel="phone")), moment())
    write_plan(connection, story(incident(), notification("k7fq.2")), moment())
    write_plan(connection, story(incident(), notification("k7fq.3")), moment())
    write_plan(connection, story(event(), notification("b3xm.1")), moment())
    for receipt, end in (("11", SENT), ("12", SENT), ("13", NotificationState.FAILED), ("14", SENT)):
        settle(connection, _take(connection), accepted(0, receipt), end, None)

    settle(connection, _take(connection, channel="phone"), accepted(0, "15"), SENT, None)
    write_plan(connection, story(incident(), notification("k7fq.4", reason=Reason.RESOLVED)), moment())

    assert _take(connection).receipts == ("12", "11")


def test_a_clock_that_was_set_back_delays_nothing(connection: sqlite3.Connection) -> None:
    """A message written, or tried, in a future that was taken back is due at once."""
    _queue(connection, notification("a.1", committed_at=at(600).wall, due_at=at(601).wall))
    assert next_due(connection, "desk", at().wall) == at().wall
    settle(connection, _take(connection, 700), refused(700), QUEUED, at(701).wall)
    assert _take(connection, 5).notification.attempts == 2


def test_a_time_of_the_try_before_holds_up_nothing(connection: sqlite3.Connection) -> None:
    """A try that was cut short by a kill is made again at the next start, also when the clock was set back meanwhile."""
    _queue(connection, notification("a.1", committed_at=at(600).wall, due_at=at(600).wall))
    settle(connection, _take(connection, 600), refused(600), QUEUED, at(601).wall)
    _take(connection, 5, by="killed")
    release(connection, "me", None)
    assert _take(connection, 6).notification.attempts == 3


def test_a_clock_that_was_set_back_hurries_no_retry(connection: sqlite3.Connection) -> None:
    """What was tried since then waits for its next try like any other, however far in the future it was written."""
    _queue(connection, notification("a.1", committed_at=at(600).wall, due_at=at(600).wall))
    settle(connection, _take(connection, 5), refused(5), QUEUED, at(6).wall)
    assert next_due(connection, "desk", at(5.5).wall) == at(6).wall
    assert claim(connection, "desk", at(5.5).wall, "me") is None
    assert _take(connection, 6).notification.attempts == 2


@pytest.mark.parametrize("minutes", [5, 700])
def test_a_clock_that_was_set_back_keeps_the_last_word(connection: sqlite3.Connection, minutes: float) -> None:
    """What was said of an incident is told in the order in which it was said, whatever the times of the rows are."""
    first = notification("k7fq.1", committed_at=at(600).wall, due_at=at(600).wall)
    last = notification("k7fq.2", reason=Reason.RESOLVED)
    write_plan(connection, story(incident(), first), moment(600))
    write_plan(connection, story(incident(), last), moment())
    assert _order(connection, minutes) == ["k7fq.1", "k7fq.2"]


def test_a_group_goes_before_what_is_urgent_about_the_same(connection: sqlite3.Connection) -> None:
    """A recovery that still collects others goes out before the alarm that takes it back, and does not make that one wait."""
    recovery = notification("k7fq.2", reason=Reason.RESOLVED, due_at=at(1).wall, group=True)
    again = notification("k7fq.3", reason=Reason.CHANGED, due_at=at(0.5).wall)
    other = notification("a2bc.1", due_at=at(0.75).wall)
    write_plan(connection, story(incident(), recovery), moment())
    write_plan(connection, story(incident(), again), moment())
    write_plan(connection, story(incident("a2bc"), other), moment())

    assert next_due(connection, "desk", at().wall) == at(0.5).wall
    assert _order(connection, 0.5) == ["k7fq.2", "k7fq.3"]
    assert _order(connection, 1) == ["a2bc.1"]


def test_what_goes_before_waits_for_its_own_retry(connection: sqlite3.Connection) -> None:
    """The message in front failed: what depends on it waits with it."""
    recovery = notification("k7fq.2", due_at=at(1).wall, group=True)
    write_plan(connection, story(incident(), recovery), moment())
    write_plan(connection, story(incident(), notification("k7fq.3")), moment())
    settle(connection, _take(connection), refused(), QUEUED, at(0.5).wall)

    assert next_due(connection, "desk", at(0.1).wall) == at(0.5).wall
    assert _take(connection, 0.5).notification.id == "k7fq.2"
    assert next_due(connection, "desk", at(0.6).wall) is None


def test_words_that_cross_do_not_block(connection: sqlite3.Connection) -> None:
    """Two messages each of which holds an earlier word than the other still go out."""
    one, two = notification("k7fq.1"), notification("a2bc.1")
    words = [(one, "k7fq"), (two, "a2bc"), (two, "k7fq"), (one, "a2bc")]
    members = tuple(member(message, incident(name)) for message, name in words)
    write_plan(connection, Plan((incident(), incident("a2bc")), notifications=(one, two), members=members), moment())
    assert sorted(_order(connection, 0)) == ["a2bc.1", "k7fq.1"]
