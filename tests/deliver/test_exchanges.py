"""What HTTP services answer, as it is noted beside Apprise."""

import json
from collections.abc import Iterator

import pytest
import requests

from coven_watchdog.deliver.exchanges import LONGEST_WAIT, Exchange, attend, noted, wait
from coven_watchdog.model.time import SECOND
from rigs.sinks import HttpSink, http_sink, refusing
from waiting import until

NOW = 784_111_777 * SECOND
"""Sun, 06 Nov 1994 08:49:37 GMT."""


def header(text: str, date: str = "") -> float:
    """The wait that this `Retry-After` asks for."""
    return wait({"Retry-After": text} | ({"Date": date} if date else {}), b"", NOW)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("3", 3.0),
        (" 120 ", 120.0),
        ("0.5", 0.5),
        ("Sun, 06 Nov 1994 08:49:40 GMT", 3.0),
        ("Sunday, 06-Nov-94 08:49:40 GMT", 3.0),
        ("Sun Nov  6 08:49:40 1994", 3.0),
        ("Sun, 06 Nov 1994 08:49:40 -0000", 3.0),
        ("Sun, 06 Nov 1994 08:00:00 GMT", 0.0),
        ("-5", 0.0),
        ("soon", 0.0),
        ("", 0.0),
        ("nan", 0.0),
        ("inf", 0.0),
    ],
)
def test_the_header(text: str, seconds: float) -> None:
    """Seconds, or a moment in each of HTTP's three forms; what is past or nonsense asks for nothing."""
    assert header(text) == seconds


@pytest.mark.parametrize("text", ["86400", "Tue, 06 Nov 2040 08:49:37 GMT", "9" * 400])
def test_a_wait_has_a_bound(text: str) -> None:
    """Whoever asks for a day is asked again after an hour; a number beyond all numbers is none."""
    assert header(text) == (0.0 if len(text) > 100 else LONGEST_WAIT)


def test_a_service_with_another_clock() -> None:
    """A moment is meant by the clock of the service, which its answer tells: ours may be hours off."""
    assert header("Sun, 06 Nov 1994 12:00:07 GMT", date="Sun, 06 Nov 1994 12:00:00 GMT") == 7.0
    assert header("Sun, 06 Nov 1994 08:49:40 GMT", date="today") == 3.0


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ({"message": "You are being rate limited.", "retry_after": 0.65, "global": False}, 0.65),
        ({"ok": False, "error_code": 429, "parameters": {"retry_after": 7}}, 7.0),
        ({"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 2500}, 2.5),
        ({"retry_after": 10**400}, LONGEST_WAIT),
        ({"retry_after": True}, 0.0),
        ({"retry_after": "7"}, 0.0),
        ({"retry_after": -7}, 0.0),
        ({"retry_after": float("nan")}, 0.0),
        ({"parameters": 7}, 0.0),
        ([7], 0.0),
        ("retry_after: 7", 0.0),
    ],
)
def test_the_body(body: object, seconds: float) -> None:
    """Discord, Telegram and Matrix say it in the body; whatever else stands there asks for nothing."""
    assert wait({}, json.dumps(body).encode(), NOW) == seconds


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 60_000, b'{"retry_after": 7, "x": "' + b"x" * 70_000 + b'"}', b"\xff"])
def test_odd_bodies(body: bytes) -> None:
    """None of them is an error, nor a wait."""
    assert wait({}, body, NOW) == 0.0


def test_the_longer_of_two() -> None:
    """Header and body may differ in precision: the longer wait is the safe one."""
    assert wait({"Retry-After": "1"}, b'{"retry_after": 0.3}', NOW) == 1.0
    assert wait({"retry-after": "1"}, b'{"retry_after": 1.4}', NOW) == 1.4


def post(sink: HttpSink) -> int:
    """The status of one request."""
    return requests.post(f"http://127.0.0.1:{sink.port}/", data=b"{}", timeout=10).status_code


@pytest.fixture
def elsewhere() -> Iterator[HttpSink]:
    """Another HTTP server."""
    with http_sink() as sink:
        yield sink


@pytest.fixture
def attentive() -> None:
    """This process takes notes, as a courier does."""
    attend()
    attend()


@pytest.mark.usefixtures("attentive")
def test_an_answer_is_noted(http: HttpSink) -> None:
    """Status and wait of an error, the status of a success, once each, and nothing after the book is closed."""
    http.statuses = [429, 200]
    http.answer = b'{"retry_after": 0.000001}'
    with noted() as exchanges:
        post(http)
        until(lambda: post(http) == 200)

    post(http)
    assert exchanges == [Exchange(429, 1e-6), Exchange(200)]


@pytest.mark.usefixtures("attentive")
def test_who_asks_to_wait_is_not_asked_again(http: HttpSink, elsewhere: HttpSink) -> None:
    """A plugin that tries again at once gets the same answer without another request; another host is asked, and the next parcel too."""
    http.statuses = [429]
    http.headers = {"Retry-After": "600"}
    with noted() as exchanges:
        assert [post(http), post(http), post(elsewhere)] == [429, 429, 200]

    assert (len(http.got), exchanges) == (1, [Exchange(429, 600.0), Exchange(200)])
    with noted():
        assert post(http) == 200


@pytest.mark.usefixtures("attentive")
def test_no_answer_is_noted() -> None:
    """What went wrong stands in its place, and the exception goes where it would have gone."""
    with refusing() as port, noted() as exchanges, pytest.raises(requests.ConnectionError):
        requests.post(f"http://127.0.0.1:{port}/", timeout=10)

    ((status, _, error),) = exchanges
    assert status == 0
    assert "Connection refused" in error
