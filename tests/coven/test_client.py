"""Tests of `coven.client`, against a real socket that sends whatever bytes are wanted."""

import gc
import os
import select
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio import lowlevel, to_thread

from coven_answers import HEAD, KNOWN, ROW, SEEN
from coven_watchdog import clock
from coven_watchdog.coven import processes
from coven_watchdog.coven.ceiling import Ceiling
from coven_watchdog.coven.client import CovenClient
from coven_watchdog.coven.newest import EventAfter
from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.errors import (
    CovenError,
    ForbiddenError,
    HttpError,
    NoSocketError,
    NotContractError,
    RefusedError,
    ResetError,
    TimedOutError,
    UntrustedError,
)
from coven_watchdog.model.time import MILLISECOND, SECOND
from programs import as_nobody, needs_root
from raw_server import Answering, reply, says, sends, serving
from waiting import auntil

UID = os.getuid()
SELF = processes.identity(os.getpid())
GENEROUS = 20.0
pytestmark = pytest.mark.anyio


@asynccontextmanager
async def client(home: HomePaths, *, uid: int = UID) -> AsyncIterator[CovenClient]:
    """A client of that home."""
    async with CovenClient(home, uid=uid, ceiling=Ceiling(), version="1.2.3") as asking:
        yield asking


async def failing(
    home: HomePaths, answer: Answering | None, expected: type[CovenError], *, within: float = GENEROUS
) -> CovenError:
    """The failure of one health request to a server that answers so; None: there is no server."""
    async with client(home) as asking:
        with nullcontext() if answer is None else serving(home.socket, answer), pytest.raises(CovenError) as caught:
            await asking.health(within)

    assert type(caught.value) is expected
    return caught.value


async def test_health_is_asked_as_coven_wants_it(home: HomePaths) -> None:
    """One GET on a connection of its own, closed after it, with our name."""
    with serving(home.socket, says(SEEN)) as server:
        async with client(home) as asking:
            answer = await asking.health(GENEROUS)
            again = await asking.health(GENEROUS)

    assert answer.value.coven_version == "0.4.6"
    assert answer.value == again.value
    assert (answer.peer, answer.peer_uid) == (SELF, UID)
    assert 0 < answer.latency < GENEROUS * SECOND
    assert server.connections == 2
    lines = server.requests[0].decode().split("\r\n")
    assert lines[0] == "GET /api/v1/health HTTP/1.1"
    headers = {line.partition(": ")[0].lower(): line.partition(": ")[2] for line in lines[1:]}
    assert headers["user-agent"] == "coven-watchdog/1.2.3"
    assert headers["connection"] == "close"
    assert headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("ask", "line"),
    [
        (lambda asking: asking.page(100, None, GENEROUS), "GET /api/v1/sessions?limit=100 HTTP/1.1"),
        (
            lambda asking: asking.page(1000, "a+/=&x", GENEROUS),
            "GET /api/v1/sessions?limit=1000&cursor=a%2B%2F%3D%26x HTTP/1.1",
        ),
        (lambda asking: asking.session("A.b_c:d-1", GENEROUS), "GET /api/v1/sessions/A.b_c:d-1 HTTP/1.1"),
        (lambda asking: asking.events("a:b", GENEROUS), "GET /api/v1/events?sessionId=a%3Ab&limit=100 HTTP/1.1"),
        (lambda asking: asking.event_after("a", 7, GENEROUS), "GET /api/v1/events?sessionId=a&afterSeq=7&limit=1 HTTP/1.1"),
        (lambda asking: asking.output("a", 7, 64, GENEROUS), "GET /api/v1/events?sessionId=a&afterSeq=7&limit=64 HTTP/1.1"),
        (lambda asking: asking.adapters(GENEROUS), "GET /api/v1/capabilities HTTP/1.1"),
    ],
)
async def test_each_route_is_asked_by_its_name(
    home: HomePaths, ask: Callable[[CovenClient], Awaitable[object]], line: str
) -> None:
    """Only reading routes, and nothing of a query can become another."""
    with serving(home.socket, says(ROW | {"sessions": [ROW], "events": [], "capabilities": []})) as server:
        async with client(home) as asking:
            await ask(asking)

    assert server.requests[0].decode().split("\r\n")[0] == line


async def test_the_answers_of_the_other_routes(home: HomePaths) -> None:
    """A page, a row, whether there are events, and the first after a number."""
    event = {"seq": 3, "created_at": ROW["created_at"]}
    with serving(home.socket, says(ROW | {"sessions": [ROW], "next_cursor": "n", "events": [event]})):
        async with client(home) as asking:
            page = await asking.page(1, None, GENEROUS)
            assert (page.value.rows, page.value.next_cursor, page.peer) == ((KNOWN,), "n", SELF)
            assert (await asking.session("x", GENEROUS)).value == KNOWN
            assert (await asking.events("x", GENEROUS)).value.count == 1
            assert (await asking.event_after("x", 0, GENEROUS)).value == EventAfter(3, KNOWN.created_at)

    with serving(home.socket, says({"events": []})):
        async with client(home) as asking:
            assert (await asking.events("x", GENEROUS)).value.count == 0


async def test_a_session_that_coven_does_not_have_is_none(home: HomePaths) -> None:
    """That 404 is an answer; any other is an error."""
    gone = {"error": {"code": "session_not_found", "message": "Session was not found."}}
    with serving(home.socket, says(gone, "404 Not Found")):
        async with client(home) as asking:
            answer = await asking.session("x", GENEROUS)

    assert (answer.value, answer.peer, answer.peer_uid) == (None, SELF, UID)
    with serving(home.socket, says({"error": {"code": "invalid_request"}}, "404 Not Found")):
        async with client(home) as asking:
            with pytest.raises(HttpError):
                await asking.session("x", GENEROUS)


@pytest.mark.parametrize("session", ["", "..", ".", "a/b", "a?b", "a b", "x" * 257, "\u00e9"])
async def test_what_is_no_session_id_is_never_asked_for(home: HomePaths, session: str) -> None:
    """An id from a hostile listing cannot become another route."""
    with serving(home.socket, says(ROW)) as server:
        async with client(home) as asking:
            for ask in (asking.session, asking.events):
                with pytest.raises(NotContractError):
                    await ask(session, GENEROUS)

            with pytest.raises(NotContractError):
                await asking.event_after(session, 0, GENEROUS)

    assert server.connections == 0


# How Coven is not there


async def test_no_home_and_no_socket(home: HomePaths) -> None:
    """Nobody is accused: it is just not there."""
    error = await failing(home, None, NoSocketError)
    assert (error.peer, error.peer_uid) == (None, None)
    assert (await failing(HomePaths(home.root / "none"), None, NoSocketError)).message == "there is no home"


async def test_a_socket_without_a_listener_refuses(home: HomePaths) -> None:
    """What kill -9 leaves behind."""
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(home.socket))

    home.socket.chmod(0o600)
    error = await failing(home, None, RefusedError)
    assert (error.peer, error.peer_uid) == (None, None)


@needs_root
async def test_a_home_that_may_not_be_entered_is_forbidden(home: HomePaths) -> None:
    """Our blindness, not Coven's fault."""
    home.root.parent.chmod(0o700)
    with as_nobody():
        await failing(home, None, ForbiddenError)


async def test_a_path_that_is_too_long_is_an_error_of_ours(home: HomePaths) -> None:
    """The system cannot connect: nothing is known about Coven."""
    deep = home.root / ("x" * 100)
    deep.mkdir(mode=0o700)
    paths = HomePaths(deep)
    with socket.socket(socket.AF_UNIX) as listener:
        descriptor = os.open(deep, os.O_RDONLY)
        listener.bind(f"/proc/self/fd/{descriptor}/coven.sock")
        os.close(descriptor)

    paths.socket.chmod(0o600)
    await failing(paths, None, CovenError)


# Trust


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o777])
async def test_an_open_home_is_not_connected_to(home: HomePaths, mode: int) -> None:
    """Nothing is sent, and the error says what is wrong."""
    with serving(home.socket, says(SEEN)) as server:
        home.root.chmod(mode)
        async with client(home) as asking:
            with pytest.raises(UntrustedError, match=f"mode {mode:04o}") as caught:
                await asking.health(GENEROUS)

    assert server.connections == 0
    assert caught.value.peer is None


async def test_an_open_socket_is_not_connected_to(home: HomePaths) -> None:
    """Others could have been in between."""
    with serving(home.socket, says(SEEN)) as server:
        home.socket.chmod(0o666)
        async with client(home) as asking:
            with pytest.raises(UntrustedError):
                await asking.health(GENEROUS)

    assert server.connections == 0


async def test_links_are_not_followed(home: HomePaths) -> None:
    """Neither a home nor a socket that is one, however good what it points to."""
    link = home.root.parent / "link"
    link.symlink_to(home.root)
    elsewhere = home.root / "real.sock"
    with serving(elsewhere, says(SEEN)) as server:
        home.socket.symlink_to(elsewhere)
        for paths in (home, HomePaths(link)):
            await failing(paths, None, UntrustedError)

    assert server.connections == 0


async def test_a_file_in_the_place_of_the_socket_is_not_trusted(home: HomePaths) -> None:
    """Coven would not start there either."""
    home.socket.touch(mode=0o600)
    await failing(home, None, UntrustedError)


async def test_the_owner_must_be_the_user(home: HomePaths) -> None:
    """A home of somebody else's is not connected to."""
    with serving(home.socket, says(SEEN)) as server:
        async with client(home, uid=UID + 1) as asking:
            with pytest.raises(UntrustedError):
                await asking.health(GENEROUS)

    assert server.connections == 0


@needs_root
async def test_a_peer_of_another_user_gets_not_a_byte(home: HomePaths) -> None:
    """Files may be right and the listener wrong: the kernel says who it is before we speak."""
    with as_nobody():
        listener = socket.socket(socket.AF_UNIX)

    with listener:
        listener.bind(str(home.socket))
        home.socket.chmod(0o600)
        with as_nobody():
            # The peer's credentials are those at the time of listen().
            listener.listen(1)

        error = await failing(home, None, UntrustedError)
        connection, _ = listener.accept()
        with connection:
            assert connection.recv(100) == b""

    assert (error.peer, error.peer_uid) == (SELF, 65_534)


# Answers that break


def drops(connection: socket.socket) -> None:
    """Hang up."""
    del connection


@pytest.mark.parametrize(
    "answer",
    [
        drops,
        sends(b"HTTP/1.1 200 OK\r\nContent-Le"),
        sends(reply(SEEN)[:-1]),
        sends(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{}"),
    ],
)
async def test_a_broken_end_is_a_reset(home: HomePaths, answer: Answering) -> None:
    """Before the head, within it, within the body."""
    error = await failing(home, answer, ResetError)
    assert (error.peer, error.peer_uid) == (SELF, UID)
    assert error.latency > 0


async def test_a_peer_that_hangs_up_without_reading_is_a_reset(home: HomePaths) -> None:
    """As a daemon without descriptors does: what is unread when a Unix socket is closed makes ECONNRESET."""

    def hangs_up(connection: socket.socket) -> None:
        connection.recv(1, socket.MSG_PEEK)

    async with client(home) as asking:
        with serving(home.socket, hangs_up, reads=False), pytest.raises(ResetError) as caught:
            await asking.health(GENEROUS)

    assert caught.value.peer == SELF


async def test_a_peer_that_hangs_up_at_once_is_a_reset(home: HomePaths) -> None:
    """Whether our request still went out or not."""
    async with client(home) as asking:
        with serving(home.socket, drops, reads=False), pytest.raises(ResetError):
            await asking.health(GENEROUS)


@pytest.mark.parametrize(
    "answer",
    [
        sends(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
        sends(b"\x00\xff\r\n\r\n"),
        sends(b"HTTP/1.1 abc OK\r\n\r\n"),
        sends(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"),
        sends(b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n"),
        sends(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 5000 + b"\r\n\r\n"),
        sends(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
        sends(b"HTTP/1.1 200 OK\r\n" + b"x" * 300_000),
        says(b""),
        says(b"{"),
        says(b"\xff"),
        says([]),
        says({"ok": True}),
        says(HEAD | {"ok": "yes"}),
        says(SEEN, "204 No Content"),
        says(SEEN, "302 Found\r\nLocation: http://elsewhere/"),
        sends(b"HTTP/1.1 101 Switching Protocols\r\n\r\n"),
    ],
)
async def test_junk_is_not_the_contract(home: HomePaths, answer: Answering) -> None:
    """Not HTTP, not JSON, not the shape, or a status that says nothing."""
    error = await failing(home, answer, NotContractError)
    assert (error.peer, error.peer_uid) == (SELF, UID)


@pytest.mark.parametrize("announced", [True, False])
async def test_more_than_four_mebibytes_are_not_read(home: HomePaths, announced: bool) -> None:  # noqa: FBT001
    """The cap works while reading, whatever the head says."""
    length = b"Content-Length: 4194305\r\n" if announced else b""
    answer = sends(b"HTTP/1.1 200 OK\r\n" + length + b"\r\n[" + b" " * (4 * 1024 * 1024))
    assert "4 MiB" in (await failing(home, answer, NotContractError)).message


async def test_ten_thousand_rows_of_an_older_daemon_are_read(home: HomePaths) -> None:
    """The bare array stays below the cap, and does not stop the loop while it is decoded."""
    rows = [{**ROW, "id": f"{number:036d}"} for number in range(10_000)]
    with serving(home.socket, sends(reply(rows))):
        async with client(home) as asking:
            page = (await asking.page(100, None, GENEROUS)).value

    assert len(page.rows) == 10_000
    assert page.rows[9_999].id == f"{9_999:036d}"


@pytest.mark.parametrize(
    ("status", "value", "said"),
    [
        ("500 Internal Server Error", {"error": {"code": "internal_error", "message": "locked"}}, "500: internal_error locked"),
        ("423 OK", {"ok": False, "error": {"code": "maintenance_locked", "message": "no"}}, "423: maintenance_locked no"),
        ("400 Bad Request", {"ok": False, "reason": "unknown action"}, "400: unknown action"),
        ("500 X", "junk", "500"),
        ("500 X", {}, "500"),
    ],
)
async def test_an_error_status_is_told_with_covens_words(home: HomePaths, status: str, value: Any, said: str) -> None:  # noqa: ANN401
    """Whatever the reason phrase says."""
    error = await failing(home, says(value, status), HttpError)
    assert isinstance(error, HttpError)
    assert error.message == f"Coven answered {said}"
    assert error.status == int(status[:3])
    assert error.error_code in {said.partition(": ")[2].partition(" ")[0], ""}
    assert error.peer == SELF


async def test_covens_words_are_made_harmless(home: HomePaths) -> None:
    """No control characters, no secrets, no flood."""
    hostile = "\x1b[31mtoken=sk-abcdefghijklmnopqrstuvwx\n\u202e" + "z" * 9_000
    error = await failing(home, says({"error": {"code": "c", "message": hostile}}, "500 X"), HttpError)
    assert "sk-" not in error.message
    assert error.message.isprintable()
    assert len(error.message) < 250


async def test_headers_of_the_answer_have_no_effect(home: HomePaths) -> None:
    """A cookie is not kept, a broken redirect target does not raise."""
    odd = "Set-Cookie: a=b; Path=/\r\nLocation: http://[::\r\nContent-Encoding: gzip\r\n"
    with serving(home.socket, sends(reply(SEEN, headers=odd))) as server:
        async with client(home) as asking:
            await asking.health(GENEROUS)
            await asking.health(GENEROUS)

    assert b"cookie" not in server.requests[1].lower()


# Time


async def test_silence_is_a_time_out(home: HomePaths) -> None:
    """Connected, so the peer is known; the deadline is the one given."""
    release = threading.Event()
    error = None
    async with client(home) as asking:
        with serving(home.socket, lambda _: _wait(release)):
            try:
                with pytest.raises(TimedOutError) as caught:
                    await asking.health(0.05)
                error = caught.value
            finally:
                release.set()

    assert (error.peer, error.peer_uid) == (SELF, UID)
    assert error.latency >= 50 * MILLISECOND
    assert "0.05 s" in error.message


async def test_dripping_does_not_stretch_the_deadline(home: HomePaths) -> None:
    """One deadline for the whole exchange, not one for each byte."""
    over = threading.Event()

    def drips(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not over.wait(0.005):
            connection.sendall(b" ")

    async with client(home) as asking:
        with serving(home.socket, drips):
            try:
                with pytest.raises(TimedOutError):
                    await asking.health(0.1)
            finally:
                over.set()


async def test_a_flood_does_not_stretch_the_deadline(home: HomePaths) -> None:
    """A peer that always has more to say is still cut off: empty answers without end reach no cap."""

    def floods(connection: socket.socket) -> None:
        while True:
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)

    await failing(home, floods, TimedOutError, within=0.1)


async def test_a_full_queue_is_a_time_out_that_costs_nothing(home: HomePaths) -> None:
    """A stopped daemon at which others keep knocking: we wait, without spinning and without a descriptor left behind."""
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as other:
        listener.bind(str(home.socket))
        home.socket.chmod(0o600)
        listener.listen(0)
        other.connect(str(home.socket))
        before = os.times()
        error = await failing(home, None, TimedOutError, within=0.5)
        after = os.times()

    assert (error.peer, error.peer_uid) == (None, None)
    assert (after.user - before.user) + (after.system - before.system) < 0.4


async def test_room_in_the_queue_is_taken(home: HomePaths) -> None:
    """A queue that empties in time makes no failure."""
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as other:
        listener.bind(str(home.socket))
        home.socket.chmod(0o600)
        listener.listen(0)
        other.connect(str(home.socket))

        def answers() -> None:
            listener.accept()[0].close()
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(reply(SEEN))

        async with client(home) as asking, anyio.create_task_group() as group:
            group.start_soon(to_thread.run_sync, answers)
            assert (await asking.health(GENEROUS)).value.ok


async def test_waiting_for_the_ceiling_is_in_no_deadline(home: HomePaths) -> None:
    """A probe that had to wait its turn has not failed."""

    class Slow(Ceiling):
        async def admit(self, *, health: bool) -> None:
            del health
            over = clock.now().awake + 350 * MILLISECOND
            await auntil(lambda: clock.now().awake > over)

    with serving(home.socket, says(SEEN)):
        async with CovenClient(home, uid=UID, ceiling=Slow(), version="1") as asking:
            assert (await asking.health(0.3)).value.ok


async def test_one_connection_at_a_time(home: HomePaths) -> None:
    """However many ask at once: while one is served, nobody else knocks."""
    knocked = []

    def answers(listener: socket.socket) -> None:
        for _ in range(6):
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                knocked.extend(select.select([listener], [], [], 0.02)[0])
                connection.sendall(reply(SEEN))

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(home.socket))
        home.socket.chmod(0o600)
        listener.listen(16)
        async with client(home) as asking, anyio.create_task_group() as group:
            group.start_soon(to_thread.run_sync, answers, listener)
            for _ in range(6):
                group.start_soon(asking.health, GENEROUS)

    assert knocked == []


async def test_a_waiting_listing_does_not_hold_up_health(home: HomePaths) -> None:
    """The ten kept tokens are of use only if nobody who waits for one has the turn."""
    ceiling = Ceiling()
    with serving(home.socket, says(SEEN | {"sessions": []})):
        async with CovenClient(home, uid=UID, ceiling=ceiling, version="1") as asking, anyio.create_task_group() as group:
            for _ in range(10):
                await asking.page(1, None, GENEROUS)

            group.start_soon(asking.page, 1, None, GENEROUS)
            await lowlevel.checkpoint()
            with anyio.fail_after(1):
                await asking.health(GENEROUS)

            group.cancel_scope.cancel()


async def test_nothing_is_left_open(home: HomePaths) -> None:
    """After every kind of end the descriptors are as before."""
    gc.collect()
    before = _descriptors()
    too_much = sends(b"HTTP/1.1 200 OK\r\n\r\n[" + b" " * 5_000_000)
    for answer in (drops, sends(b"junk\r\n\r\n"), says({}, "500 X"), too_much):
        async with client(home) as asking:
            with serving(home.socket, answer), pytest.raises(CovenError):
                await asking.health(GENEROUS)

    async with client(home) as asking:
        with serving(home.socket, says(SEEN)):
            with anyio.CancelScope() as scope:
                scope.cancel()
                await asking.health(GENEROUS)

            assert (await asking.health(GENEROUS)).value.ok

    assert _descriptors() == before


def _descriptors() -> int:
    """How many are open now."""
    return len(list(Path("/proc/self/fd").iterdir()))


def _wait(event: threading.Event) -> None:
    """Until it is set, or the test has long failed."""
    event.wait(20)
