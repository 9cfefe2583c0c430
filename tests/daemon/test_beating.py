"""When a sign of life is given, and what is said of one that was not taken."""

import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import anyio
import pytest
from anyio import to_thread

from coven_watchdog.daemon.beating import Beating
from coven_watchdog.deliver.heartbeat import Heartbeat as Carrier
from coven_watchdog.model.time import MILLISECOND
from coven_watchdog.settings import Duration, Heartbeat, Secret, Settings
from rigs.sinks import HttpSink, http_sink
from waiting import auntil

pytestmark = pytest.mark.anyio


class Life:
    """A service whose heartbeat is given every 10 ms at most."""

    def __init__(self, port: int) -> None:
        self.well = True
        self.settings = self.of(f"http://127.0.0.1:{port}/a")
        self.beating = Beating(Carrier(), lambda: self.settings)

    @staticmethod
    def of(url: str) -> Settings:
        """Settings with this address."""
        return Settings(heartbeat=Heartbeat(url=Secret(url), every=Duration(10 * MILLISECOND)))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """It beats while inside."""

        async def body() -> str:
            return "fine"

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self.beating.run, body, lambda: self.well)
            yield
            tasks.cancel_scope.cancel()

        await self.beating.close()


@pytest.fixture
def service() -> Iterator[HttpSink]:
    """A heartbeat service."""
    with http_sink() as sink:
        yield sink


async def seen(service: HttpSink, fact: Callable[[list[str]], bool]) -> list[str]:
    """What was asked for, once that is so."""
    await auntil(lambda: fact([one.path for one in service.got]))
    return [one.path for one in service.got]


async def test_a_start_then_signs(service: HttpSink) -> None:
    """The first sign says that it starts, those after it that all is well; another address begins anew; none is silence."""
    life = Life(service.port)
    async with life.running():
        assert (await seen(service, lambda paths: len(paths) > 2))[:3] == ["/a/start", "/a", "/a"]
        life.settings = life.of(f"http://127.0.0.1:{service.port}/b")
        life.beating.ask()
        assert (await seen(service, lambda paths: "/b" in paths))[-2:] == ["/b/start", "/b"]
        life.settings = Settings()
        life.beating.ask()

    assert {one.body for one in service.got} == {b"fine"}


async def test_only_while_every_loop_makes_progress(service: HttpSink) -> None:
    """Nothing is said while one stands, and again when it moves."""
    life = Life(service.port)
    async with life.running():
        await seen(service, lambda paths: "/a" in paths)
        life.well = False
        life.beating.ask()
        await anyio.wait_all_tasks_blocked()
        count = len(service.got)
        life.beating.ask()
        await anyio.wait_all_tasks_blocked()
        assert len(service.got) <= count + 1
        life.well = True
        await seen(service, lambda paths: len(paths) > count + 1)


async def test_a_failure_is_logged_once(service: HttpSink, caplog: pytest.LogCaptureFixture) -> None:
    """When it begins, when it is another one, and when it is over; the address is in no line."""
    service.statuses = [500, 500, 500, 404]
    life = Life(service.port)
    with caplog.at_level(logging.DEBUG, "coven_watchdog"):
        async with life.running():
            await auntil(lambda: len(caplog.messages) > 2)

    assert caplog.messages == [
        "the heartbeat was not taken: it answered 500",
        "the heartbeat was not taken: it answered 404",
        "the heartbeat is taken again",
    ]


async def test_the_end(service: HttpSink) -> None:
    """That it failed is said at an end by an error and at a hang; a single look says that it was; nothing without an address."""
    life = Life(service.port)
    await life.beating.once("looked")
    await life.beating.failed("error")
    await to_thread.run_sync(life.beating.hangs, "hung")
    life.settings = Settings()
    await life.beating.once("looked")
    await life.beating.failed("error")
    life.beating.hangs("hung")
    await life.beating.close()
    assert [(one.path, one.body) for one in service.got] == [("/a", b"looked"), ("/a/fail", b"error"), ("/a/fail", b"hung")]
