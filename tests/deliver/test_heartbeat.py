"""Signs of life, over real HTTP."""

from collections.abc import Iterator

import anyio
import pytest
from anyio import to_thread

from coven_watchdog import __version__
from coven_watchdog.deliver.heartbeat import Heartbeat
from coven_watchdog.model.words import Sign
from coven_watchdog.settings import Secret
from rigs.sinks import HttpSink, dripping, hanging, http_sink

pytestmark = pytest.mark.anyio

TOKEN = "0c8983c9-s3cr3t"


@pytest.fixture
def service() -> Iterator[HttpSink]:
    """A heartbeat service."""
    with http_sink() as sink:
        yield sink


def url(port: int, query: str = "") -> Secret:
    """A check there."""
    return Secret(f"http://127.0.0.1:{port}/ping/{TOKEN}{query}")


async def test_what_is_sent(service: HttpSink) -> None:
    """Each sign has its address; the body is text for people, and a query stays at the end."""
    heartbeat = Heartbeat()
    for sign in Sign:
        assert await heartbeat.give(url(service.port, "?create=1"), sign, "up 3 h\n") == ""

    await heartbeat.close()
    await heartbeat.close()
    root = f"/ping/{TOKEN}"
    assert [(one.path, one.query) for one in service.got] == [
        (f"{root}/start", {"create": ["1"]}),
        (root, {"create": ["1"]}),
        (f"{root}/fail", {"create": ["1"]}),
    ]
    assert {one.body for one in service.got} == {b"up 3 h\n"}
    assert {one.headers["User-Agent"] for one in service.got} == {f"coven-watchdog/{__version__}"}


async def test_what_it_refuses(service: HttpSink) -> None:
    """Any answer but a success is one that is not taken; no redirect carries the address elsewhere."""
    heartbeat = Heartbeat()
    service.statuses = [404, 302, 503]
    service.headers = {"Location": f"http://127.0.0.1:{service.port}/elsewhere"}
    said = [await heartbeat.give(url(service.port), Sign.SUCCESS, "") for _ in range(3)]
    await heartbeat.close()
    assert said == ["it answered 404", "it answered 302", "it answered 503"]
    assert len(service.got) == 3


@pytest.mark.parametrize("sink", [hanging, dripping])
async def test_who_does_not_answer(sink: object) -> None:
    """There is one deadline for the whole exchange, also for an answer that never gets ready."""
    heartbeat = Heartbeat(0.3)
    with sink() as port:  # type: ignore[operator]
        with anyio.fail_after(20):
            assert "0.3 s" in await heartbeat.give(url(port), Sign.SUCCESS, "")

        await heartbeat.close()


async def test_nobody_there() -> None:
    """What fails is said without the address."""
    heartbeat = Heartbeat()
    for address in (url(1), Secret(f"http://{TOKEN}.invalid/x"), Secret("http://[::1]:x/")):
        said = await heartbeat.give(address, Sign.START, "", within=5)
        assert said
        assert TOKEN not in said

    await heartbeat.close()


async def test_from_a_thread(service: HttpSink) -> None:
    """Where the event loop hangs, a plain thread says that it failed, and nothing that goes wrong there is raised."""
    heartbeat = Heartbeat()
    await to_thread.run_sync(heartbeat.give_now, url(service.port), Sign.FAIL, "hung")
    await to_thread.run_sync(heartbeat.give_now, url(1), Sign.FAIL, "hung")
    assert [(one.path, one.body) for one in service.got] == [(f"/ping/{TOKEN}/fail", b"hung")]
