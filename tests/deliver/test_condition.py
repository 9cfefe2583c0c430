"""When a channel is called failing."""

import pytest

from coven_watchdog.deliver.condition import Condition, failed, failing, offline, sent
from coven_watchdog.model.time import MINUTE, SECOND, Instant
from coven_watchdog.model.words import ChannelState


def at(awake: int) -> Instant:
    """A moment; the wall clock stands somewhere else entirely."""
    return Instant(wall=awake + 1_000 * SECOND, awake=awake)


def after(failures: int, apart: int = SECOND, *, lost: bool = False, unreachable: bool = False) -> Condition:
    """A channel after so many failures."""
    condition = Condition()
    for number in range(failures):
        condition = failed(condition, f"error {number}", at(number * apart), lost=lost, unreachable=unreachable)

    return condition


def test_a_new_channel_is_unproven() -> None:
    """Nothing was sent, nothing failed."""
    assert Condition().state is ChannelState.UNPROVEN
    assert not failing(Condition(), at(0))


@pytest.mark.parametrize(("failures", "bad"), [(1, False), (4, False), (5, True), (6, True)])
def test_five_tries(failures: int, *, bad: bool) -> None:
    """Five failures in a row are enough."""
    assert failing(after(failures), at(failures * SECOND)) is bad


def test_ten_minutes() -> None:
    """So are ten minutes of awake time since the first one."""
    condition = after(2)
    assert not failing(condition, at(10 * MINUTE - 1))
    assert failing(condition, at(10 * MINUTE))


def test_a_lost_message_counts_at_once() -> None:
    """What failed for good is told without waiting."""
    assert failing(after(1, lost=True), at(0))


def test_the_first_failure_and_the_last_error_stand() -> None:
    """A run of failures remembers when it began and how it failed last."""
    condition = after(3)
    assert (condition.since, condition.error, condition.state) == (at(0), "error 2", ChannelState.FAILING)


def test_a_success_ends_it() -> None:
    """Afterwards all is well, since that moment."""
    condition = sent(at(SECOND))
    assert (condition.state, condition.sent_at, condition.failures) == (ChannelState.OK, at(SECOND).wall, 0)


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ([after(1, unreachable=True), after(9, unreachable=True)], True),
        ([after(1, unreachable=True), after(1)], False),
        ([after(1, unreachable=True), Condition()], False),
        ([after(9, unreachable=True)], False),
        ([], False),
    ],
)
def test_offline(remote: list[Condition], *, expected: bool) -> None:
    """Our own network is to blame when several remote channels cannot connect, all of them; a single one proves nothing."""
    assert offline(remote) is expected
