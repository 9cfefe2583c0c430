"""When a channel is called failing."""

from dataclasses import replace

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


def test_tries_of_an_earlier_run_count() -> None:
    """What was tried four times before a restart needs one more failure, not five."""
    condition = failed(Condition(), "e", at(0), lost=False, unreachable=False, tries=5)
    assert failing(condition, at(0))


def test_a_refused_url_is_no_failing_service() -> None:
    """It is told as a fault of the configuration."""
    assert not failing(replace(after(9, lost=True), refused=True), at(0))


GONE = after(1, unreachable=True)
BEFORE = sent(at(-1))
SINCE = sent(at(1))
REMEMBERED = Condition(failures=7)


@pytest.mark.parametrize(
    ("remote", "with_route", "without"),
    [
        ([GONE, after(9, unreachable=True)], True, True),
        ([GONE, GONE, Condition(), BEFORE, REMEMBERED], True, True),
        ([GONE, GONE, SINCE], False, False),
        ([GONE, after(1)], False, False),
        ([GONE, BEFORE], False, True),
        ([GONE], False, True),
        ([GONE, REMEMBERED], False, True),
        ([REMEMBERED], False, False),
        ([after(1)], False, False),
        ([Condition()], False, False),
        ([], False, False),
    ],
)
def test_offline(remote: list[Condition], *, with_route: bool, without: bool) -> None:
    """Our own network is to blame when several channels cannot connect and none did since; for a single one, without a route."""
    assert offline(remote, routed=lambda: True) is with_route
    assert offline(remote, routed=lambda: False) is without
