"""A route comes in; status and whole body of Coven's answer go out, within one deadline and one size, or one of our errors."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import anyio
import httpcore
import httpx

from coven_watchdog.errors import NotContractError, ResetError, TimedOutError
from coven_watchdog.model.facts import Identity

BODY_LIMIT = 4 * 1024 * 1024
"""Bytes; Coven's own clients stop there too (contract)."""

# httpcore has one exception for a broken end and for junk; these are its and h11's words for the first.
_BROKEN_END = ("Server disconnected", "peer closed connection")
_BROKE = "the connection broke before the answer was complete"


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer, not looked at yet. `latency` in µs."""

    status: int
    body: bytes
    latency: int
    peer: Identity | None
    peer_uid: int | None


async def exchange(http: httpx.AsyncClient, route: str, query: Mapping[str, str]) -> tuple[int, bytes]:
    """Ask, and read to the end: status and body.

    Raises:
        CovenError: one of its subclasses.
    """
    with _translated():
        async with http.stream("GET", route, params=query) as response:
            return response.status_code, await _whole(response)


async def _whole(response: httpx.Response) -> bytes:
    """The body as it was sent; a compressed one, which was not asked for, is not unpacked.

    Raises:
        NotContractError: more than 4 MiB.
    """
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > BODY_LIMIT:
            message = f"the answer is larger than {BODY_LIMIT // 1024 // 1024} MiB"
            raise NotContractError(message)

    return bytes(body)


@contextmanager
def deadline(timeout: float) -> Iterator[None]:
    """One deadline (seconds) for what is done inside.

    Raises:
        TimedOutError: it has passed.
    """
    try:
        with anyio.fail_after(timeout):
            yield
    except TimeoutError as error:
        message = f"no complete answer within {timeout:g} s"
        raise TimedOutError(message) from error


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what httpcore raises into our errors.

    Raises:
        ResetError: the connection broke.
        NotContractError: what came is not HTTP.
    """
    try:
        yield
    except httpcore.NetworkError as error:
        raise ResetError(_BROKE) from error
    except httpcore.RemoteProtocolError as error:
        if str(error).startswith(_BROKEN_END):
            raise ResetError(_BROKE) from error

        message = "the answer is not HTTP"
        raise NotContractError(message) from error
