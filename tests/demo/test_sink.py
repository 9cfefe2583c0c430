"""The demo's own destination."""

import json

import anyio
import httpx
import pytest

from coven_watchdog.demo.sink import Received, open_sink
from coven_watchdog.model.words import Tone

BODY = "10:41 · exit code 3.\nsession.failed k7fq.1"


def _content(**more: object) -> dict[str, object]:
    return {"version": "1.0", "title": "! codex failed", "message": BODY, "attachments": [], "type": "warning"} | more


@pytest.mark.anyio
async def test_a_message() -> None:
    """What a courier posts comes out, with its kind and token."""
    async with open_sink() as sink, httpx.AsyncClient() as client:
        answer = await client.post(sink.url.replace("json://", "http://"), json=_content())
        received = await sink.messages.receive()

    assert answer.status_code == 200
    assert (received.title, received.body, received.tone) == ("! codex failed", BODY, Tone.WARNING)
    assert (received.kind, received.token) == ("session.failed", "k7fq.1")


@pytest.mark.anyio
@pytest.mark.parametrize(
    "request_bytes",
    [
        b"POST / HTTP/1.1\r\nContent-Length: 50\r\n\r\nshort",
        b"POST / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nnot json!",
        b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
        b"nonsense",
        b"",
    ],
)
async def test_what_is_no_message(request_bytes: bytes) -> None:
    """A sender that breaks off or sends something else gets no answer, and the next one is served."""
    async with open_sink() as sink:
        port = int(sink.url.strip("/").rpartition(":")[2])
        async with await anyio.connect_tcp("127.0.0.1", port) as stream:
            await stream.send(request_bytes)
            await stream.send_eof()
            with pytest.raises(anyio.EndOfStream):
                await stream.receive()

        async with await anyio.connect_tcp("127.0.0.1", port) as stream:
            content = json.dumps(_content(type="failure")).encode()
            await stream.send(b"POST / HTTP/1.1\r\nCONTENT-LENGTH: %d\r\n\r\n%b" % (len(content), content))
            assert (await stream.receive()).startswith(b"HTTP/1.1 200 OK\r\n")
            assert (await sink.messages.receive()).tone is Tone.FAILURE


def test_last_words() -> None:
    """A message that is one line has kind and token all the same."""
    received = Received(0, "t", "daemon.crashed k7fq.2", Tone.FAILURE)
    assert (received.kind, received.token) == ("daemon.crashed", "k7fq.2")
