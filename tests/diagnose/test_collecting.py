"""Collectors fail alone, and none takes longer than it may."""

from threading import Event

import pytest

from coven_watchdog.diagnose.case import fine
from coven_watchdog.diagnose.collecting import Collector, Failure, attempt, collect, fenced
from coven_watchdog.errors import CovenError
from coven_watchdog.model.words import CheckStatus, Topic
from coven_watchdog.report.doctor import DoctorLine

pytestmark = pytest.mark.anyio


async def test_each_fails_alone() -> None:
    """One that breaks and one that hangs say so in their place; the others say what they found, in order."""
    release = Event()

    def breaks(_: str) -> tuple[DoctorLine, ...]:
        message = "token=abcdef123456"
        raise KeyError(message)

    def hangs(_: str) -> tuple[DoctorLine, ...]:
        release.wait(30)
        return ()

    def works(case: str) -> tuple[DoctorLine, ...]:
        return (fine(Topic.LOG, case), fine(Topic.LOG, "more"))

    collectors = (Collector(Topic.HOME, breaks), Collector(Topic.DAEMON, hangs), Collector(Topic.LOG, works))
    try:
        found = await collect(collectors, "case", patience=0.2)
    finally:
        release.set()

    assert [(line.topic, line.status) for line in found] == [
        (Topic.HOME, CheckStatus.WARNING),
        (Topic.DAEMON, CheckStatus.WARNING),
        (Topic.LOG, CheckStatus.OK),
        (Topic.LOG, CheckStatus.OK),
    ]
    assert "abcdef" not in found[0].says
    assert found[1].says == "could not be examined within 0.2 s"
    assert [line.says for line in found[2:]] == ["case", "more"]


async def test_a_group_of_errors() -> None:
    """Where it began is told, not which task fell over it."""

    async def breaks() -> str:
        message = "tasks"
        raise ExceptionGroup(message, [ValueError("the beginning")])

    found = await attempt(Topic.HOME, breaks, 5)
    assert isinstance(found, DoctorLine)
    assert found.says == "could not be examined: ValueError: the beginning"


async def test_one_that_says_why() -> None:
    """What the system refuses is no fault of ours, and is not called one."""

    async def refused() -> str:
        message = "the system does not let us look at it"
        raise CovenError(message)

    found = await attempt(Topic.HOME, refused, 5)
    assert isinstance(found, DoctorLine)
    assert (found.says, found.cause) == ("could not be examined: the system does not let us look at it", None)
    assert await fenced(refused, 5) == Failure("the system does not let us look at it", meant=True)
