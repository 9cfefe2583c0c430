"""The demo's own destination: POSTs of Apprise's `json://` come in on a loopback port, `Received` messages go out as a stream."""

import json
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import anyio
from anyio.abc import SocketAttribute, SocketStream
from anyio.streams.buffered import BufferedByteReceiveStream
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from coven_watchdog import clock
from coven_watchdog.model.words import Tone

_MOST_HEAD = 64 * 1024
_BROKEN = (anyio.IncompleteRead, anyio.DelimiterNotFound, anyio.BrokenResourceError, anyio.EndOfStream, KeyError, ValueError)
_ACCEPTED = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Received:
    """One message, and when all of it was there (wall µs)."""

    at: int
    title: str
    body: str
    tone: Tone

    @property
    def kind(self) -> str:
        """The kind that stands in its last line."""
        return self._last_words[0]

    @property
    def token(self) -> str:
        """`<incident>.<n>`, the last word."""
        return self._last_words[-1]

    @property
    def _last_words(self) -> list[str]:
        return self.body.splitlines()[-1].split()


@dataclass(frozen=True, slots=True)
class Sink:
    """A listening destination."""

    url: str
    """What Apprise calls it."""
    messages: MemoryObjectReceiveStream[Received]


@asynccontextmanager
async def open_sink() -> AsyncIterator[Sink]:
    """Listen on a free port of the loopback interface until the end of the block."""
    send, receive = anyio.create_memory_object_stream[Received](math.inf)
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    async with listener, send, receive, anyio.create_task_group() as group:

        async def take(stream: SocketStream) -> None:
            async with stream:
                with suppress(*_BROKEN):
                    await _take(stream, send)

        group.start_soon(listener.serve, take, name="sink")
        port = listener.extra(SocketAttribute.local_port)  # noqa: S610 - anyio's, not Django's
        yield Sink(f"json://127.0.0.1:{port}/", receive)
        group.cancel_scope.cancel()


async def _take(stream: SocketStream, send: MemoryObjectSendStream[Received]) -> None:
    """One request. A sender that breaks off, or sends something else, gets no answer, which is a failure to it."""
    reader = BufferedByteReceiveStream(stream)
    head = await reader.receive_until(b"\r\n\r\n", _MOST_HEAD)
    headers = dict(line.lower().split(b": ", 1) for line in head.splitlines()[1:])
    content = json.loads(await reader.receive_exactly(int(headers[b"content-length"])))
    received = Received(clock.now().wall, str(content["title"]), str(content["message"]), Tone(content["type"]))
    await stream.send(_ACCEPTED)
    await send.send(received)
