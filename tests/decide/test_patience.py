"""How long something must have been there: only seen, awake time, and each kind for itself."""

import pytest

from coven_watchdog.decide.memory import Pending
from coven_watchdog.decide.patience import Waiting, patience
from coven_watchdog.model.time import SECOND
from coven_watchdog.model.words import Kind
from coven_watchdog.settings import Duration, Probe, Settings
from decide.verdicts import CRASHED, DESK, HOME, STOPPED, bad

KEY = (HOME, "daemon")
IMPOSTOR = bad(Kind.DAEMON_IMPOSTOR)


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [(Kind.DAEMON_CRASHED, 0), (Kind.DAEMON_IMPOSTOR, 5 * SECOND), (Kind.DAEMON_STOPPED, 15 * SECOND)],
)
def test_patience_is_a_number_or_a_setting(kind: Kind, wanted: int) -> None:
    """The catalogue says 0, a number, or the name of a setting."""
    assert patience(kind, DESK) == wanted
    assert patience(Kind.DAEMON_STOPPED, Settings(probe=Probe(stopped_grace=Duration(7)))) == 7


def test_waiting() -> None:
    """It counts from sight to sight; the wake is when it will have lasted; what needs no patience leaves no trace."""
    pending: dict[tuple[str, str, Kind], Pending] = {}
    first = Waiting(pending, DESK, 100)
    assert first.lasted(KEY, CRASHED)
    assert not first.lasted(KEY, IMPOSTOR)
    assert (pending, first.wakes) == ({(*KEY, Kind.DAEMON_IMPOSTOR): Pending(0, 100)}, [100 + 5 * SECOND])
    almost = Waiting(pending, DESK, 99 + 5 * SECOND)
    assert not almost.lasted(KEY, IMPOSTOR)
    assert almost.wakes == [100 + 5 * SECOND]
    last = Waiting(pending, DESK, 100 + 5 * SECOND)
    assert last.lasted(KEY, IMPOSTOR)
    assert last.wakes == []


def test_time_that_seems_to_go_back_takes_nothing_away() -> None:
    """Two readings of the clock in the wrong order count for nothing."""
    pending = {(*KEY, Kind.DAEMON_IMPOSTOR): Pending(3 * SECOND, 900)}
    Waiting(pending, DESK, 100).lasted(KEY, IMPOSTOR)
    assert pending[*KEY, Kind.DAEMON_IMPOSTOR] == Pending(3 * SECOND, 100)


def test_freezing() -> None:
    """What was not seen this time stands still, with what it has waited; other subjects go on."""
    other = (HOME, "store", Kind.STORE_BROKEN)
    pending = {(*KEY, Kind.DAEMON_IMPOSTOR): Pending(3, 9), (*KEY, Kind.DAEMON_STOPPED): Pending(4, 9), other: Pending(5, 9)}
    Waiting(pending, DESK, 10).freeze(KEY, [Kind.DAEMON_STOPPED])
    assert list(pending.values()) == [Pending(3, None), Pending(4, 9), Pending(5, 9)]


def test_dropping() -> None:
    """What is not there any more waits from the start the next time."""
    waiting = Waiting({(*KEY, Kind.DAEMON_STOPPED): Pending(4, 9)}, DESK, 10)
    waiting.drop(KEY, [Kind.DAEMON_STOPPED, Kind.DAEMON_CRASHED])
    assert waiting.pending == {}
    assert not waiting.lasted(KEY, STOPPED)
