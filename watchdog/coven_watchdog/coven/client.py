"""Questions to Coven's reading routes come in; `Answer`s with facts go out, or one `CovenError` that says what kind of failure.

One client for good, one connection at a time, closed at once; one deadline for the whole exchange; trust before connecting.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, Self, TypeVar

import anyio
import httpx
from anyio import to_thread

from coven_watchdog import clock
from coven_watchdog.coven import wire
from coven_watchdog.coven.adapters import decode_adapters
from coven_watchdog.coven.ceiling import Ceiling
from coven_watchdog.coven.connection import BASE_URL, Transport
from coven_watchdog.coven.exchange import Reply, deadline, exchange
from coven_watchdog.coven.health import decode_health
from coven_watchdog.coven.newest import EventAfter, decode_event_after
from coven_watchdog.coven.paths import HomePaths
from coven_watchdog.coven.tail import OutputPage, decode_output
from coven_watchdog.coven.trust import examine
from coven_watchdog.decide.text import said
from coven_watchdog.errors import (
    CovenError,
    HttpError,
    NoSocketError,
    NotContractError,
    UntrustedError,
)
from coven_watchdog.model.facts import Health, Identity, SessionRow

T = TypeVar("T")
_OFF_LOOP = 512 * 1024
"""A larger body is decoded in a thread, so that ten thousand rows do not hold the event loop."""

_ID = re.compile(r"[A-Za-z0-9._:-]{1,256}")
_DOTS = frozenset({".", ".."})
_OK, _LAST_OK, _ERROR = 200, 299, 400
UNTOUCHING = frozenset({"health", "capabilities"})
"""Routes that leave no trace in the home, not even a timestamp (seen on 0.4.6)."""
_SAID_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """A usable answer. `latency` in µs from the start of the exchange; `peer` None: it lives in another pid namespace."""

    value: T
    latency: int
    peer: Identity | None
    peer_uid: int | None


class CovenClient:
    """Asks one home's daemon, reading routes only. Use as an async context manager; one for good.

    Every method waits for its turn and for the ceiling first; its `timeout` (seconds) is the one deadline of everything after
    that. All raise the same errors, which carry `peer`, `peer_uid` and `latency` as far as they are known:

    * `UntrustedError`: home, socket or peer are not what they must be; no byte was sent.
    * `NoSocketError`, `RefusedError`, `ForbiddenError`, `TimedOutError`, `ResetError`: no complete answer, and why.
    * `NotContractError`: not HTTP, not JSON, more than 4 MiB, or of the wrong shape.
    * `HttpError`: an error status, with Coven's word for it.
    * `CovenError`: the system cannot connect for another reason.

    Args:
        paths: the home.
        uid: who must own home and socket, and be the peer.
        ceiling: of this home.
        version: of this program, for the User-Agent.
    """

    def __init__(self, paths: HomePaths, *, uid: int, ceiling: Ceiling, version: str) -> None:
        self._paths = paths
        self._uid = uid
        self._ceiling = ceiling
        self._turn = anyio.Lock()
        self._transport = Transport(str(paths.socket), uid)
        self._http = httpx.AsyncClient(
            transport=self._transport,
            base_url=BASE_URL,
            headers={
                "User-Agent": f"coven-watchdog/{version}",
                "Accept": "application/json",
                "Accept-Encoding": "identity",
                "Connection": "close",
            },
            timeout=None,  # noqa: S113 - one deadline for the whole exchange stands in its place
            trust_env=False,
            follow_redirects=False,
        )

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._http.__aexit__(exc_type, exc_value, traceback)

    async def health(self, timeout: float) -> Answer[Health]:  # noqa: ASYNC109 - a time-out is what this is about
        """`GET /health`."""
        return await _usable(await self._ask("health", {}, timeout, health=True), decode_health)

    async def body(self, route: str, timeout: float) -> Answer[bytes]:  # noqa: ASYNC109 - the same
        """The whole answer of a route of `UNTOUCHING`, as it came."""
        assert route in UNTOUCHING
        return await _usable(await self._ask(route, {}, timeout, health=True), bytes)

    async def adapters(self, timeout: float) -> Answer[tuple[str, ...]]:  # noqa: ASYNC109 - the same
        """`GET /capabilities`: the names of what is available."""
        return await _usable(await self._ask("capabilities", {}, timeout), decode_adapters)

    async def page(self, limit: int, cursor: str | None, timeout: float) -> Answer[wire.Page]:  # noqa: ASYNC109 - the same
        """One page of `GET /sessions`, newest first. `limit` 1 to 1000; `cursor` None: the first page."""
        query = {"limit": str(limit)} | ({} if cursor is None else {"cursor": cursor})
        return await _usable(await self._ask("sessions", query, timeout), wire.decode_page)

    async def session(self, session: str, timeout: float) -> Answer[SessionRow | None]:  # noqa: ASYNC109 - the same
        """`GET /sessions/:id`; None when Coven has no such session (any more)."""
        reply = await self._ask(f"sessions/{_checked(session)}", {}, timeout)
        try:
            return await _usable(reply, wire.decode_session)
        except HttpError as error:
            if error.error_code != "session_not_found":
                raise

        return Answer(None, reply.latency, reply.peer, reply.peer_uid)

    async def events(self, session: str, timeout: float) -> Answer[wire.EventsPage]:  # noqa: ASYNC109 - the same
        """The first events of a session, by `GET /events?sessionId=…&limit=100`: all of one that was short."""
        reply = await self._ask("events", {"sessionId": _checked(session), "limit": "100"}, timeout)
        return await _usable(reply, wire.decode_events)

    async def output(self, session: str, after: int, limit: int, timeout: float) -> Answer[OutputPage]:  # noqa: ASYNC109 - the same
        """What a session printed in the first events after a sequence number, by `GET /events?sessionId=…&afterSeq=…&limit=…`."""
        query = {"sessionId": _checked(session), "afterSeq": str(after), "limit": str(limit)}
        return await _usable(await self._ask("events", query, timeout), decode_output)

    async def event_after(self, session: str, after: int, timeout: float) -> Answer[EventAfter]:  # noqa: ASYNC109 - the same
        """The first event of a session after a sequence number, by `GET /events?sessionId=…&afterSeq=…&limit=1`."""
        query = {"sessionId": _checked(session), "afterSeq": str(after), "limit": "1"}
        return await _usable(await self._ask("events", query, timeout), decode_event_after)

    async def _ask(
        self,
        route: str,
        query: Mapping[str, str],
        timeout: float,  # noqa: ASYNC109 - the same
        *,
        health: bool = False,
    ) -> Reply:
        """One exchange in its turn. Waiting for the turn and for the ceiling is in no deadline."""
        await self._ceiling.admit(health=health)
        async with self._turn:
            self._transport.forget()
            began = clock.now().awake
            try:
                with deadline(timeout):
                    await self._trust()
                    status, body = await exchange(self._http, route, query)
            except CovenError as error:
                error.peer, error.peer_uid = self._transport.peer, self._transport.peer_uid
                error.latency = clock.now().awake - began
                raise

            return Reply(status, body, clock.now().awake - began, self._transport.peer, self._transport.peer_uid)

    async def _trust(self) -> None:
        """Look before connecting.

        Raises:
            UntrustedError: something is not what it must be.
            NoSocketError: there is no home or no socket.
            ForbiddenError, CovenError: the system does not let us look.
        """
        found = await to_thread.run_sync(examine, self._paths, self._uid, abandon_on_cancel=True)
        if found.problems:
            message = "; ".join(f"the {problem.subject} {problem.saw}" for problem in found.problems)
            raise UntrustedError(message, where=str(self._paths.root))

        if found.socket is None:
            message = "there is no home" if found.directory is None else "there is no socket"
            raise NoSocketError(message)


async def _usable(reply: Reply, decode: Callable[[bytes], T]) -> Answer[T]:
    """What the reply says.

    Raises:
        HttpError: an error status.
        NotContractError: not the contract.
    """
    try:
        _succeeded(reply)
        large = len(reply.body) > _OFF_LOOP
        value = await to_thread.run_sync(decode, reply.body) if large else decode(reply.body)
    except CovenError as error:
        error.peer, error.peer_uid, error.latency = reply.peer, reply.peer_uid, reply.latency
        raise

    return Answer(value, reply.latency, reply.peer, reply.peer_uid)


def _succeeded(reply: Reply) -> None:
    """Look at the status alone: the reason phrase may be wrong (`423 OK`, seen on 0.4.6).

    Raises:
        HttpError: an error status.
        NotContractError: neither success nor error.
    """
    if reply.status >= _ERROR:
        raise _http_error(reply)

    if not _OK <= reply.status <= _LAST_OK:
        message = f"Coven answered {reply.status}, which says nothing"
        raise NotContractError(message)


def _http_error(reply: Reply) -> HttpError:
    """An error status with Coven's own words, made harmless."""
    try:
        fault = wire.decode_error(reply.body)
    except NotContractError:
        fault = wire.CovenFault("", "")

    words = said(" ".join(part for part in (fault.code, fault.message) if part), _SAID_LIMIT)
    message = f"Coven answered {reply.status}"
    return HttpError(f"{message}: {words}" if words else message, status=reply.status, error_code=said(fault.code, _SAID_LIMIT))


def askable(session: str) -> bool:
    """Whether a session of this id can be asked for: it can stand in a path."""
    return _ID.fullmatch(session) is not None and session not in _DOTS


def _checked(session: str) -> str:
    """An id that can stand in a path.

    Raises:
        NotContractError: no id of Coven looks like this.
    """
    if not askable(session):
        message = "that is no session id"
        raise NotContractError(message)

    return session
