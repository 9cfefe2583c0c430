"""HTTP requests that Apprise makes while it delivers one parcel go in, what came of each of them comes out.

Apprise drops the `Retry-After` header, six of its services log no status, and twenty word a missing connection in a way of
their own (seen on 2.2.0, with 159 web services). All of them use the functions of `requests`, each of which makes a session for
its one request: the session that is put in its place here, in the courier's process and nowhere else, takes notes.
"""

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import urlsplit

from coven_watchdog import clock
from coven_watchdog.model.time import SECOND

if TYPE_CHECKING:
    import requests

LONGEST_WAIT = 3600.0
"""Seconds. A service that asks for more is asked again after this."""
_LARGEST_BODY = 65_536
_ERRORS = 400


class Exchange(NamedTuple):
    """One request: what was answered, or why nothing was."""

    status: int = 0
    """0: there was no answer."""
    retry_after: float = 0.0
    """Seconds that an error asks to wait, 0 if it does not."""
    error: str = ""
    """The exception's text. It may quote the URL: not to be shown."""


_books: list[list[Exchange]] = []


class _Wish(NamedTuple):
    """Until when (awake µs) a host wants to be left alone, and the answer in which it said so."""

    until: int
    answer: object


_NO_WISH = _Wish(0, None)
_wishes: dict[str | bytes, _Wish] = {}
"""By host, during one parcel."""


@contextmanager
def noted() -> Iterator[list[Exchange]]:
    """The exchanges from here on, whichever thread has them."""
    book: list[Exchange] = []
    _books.append(book)
    _wishes.clear()
    try:
        yield book
    finally:
        _books.pop()


@cache
def attend() -> None:
    """Take notes of everything that is asked through `requests` in this process from now on."""
    import requests  # noqa: PLC0415 - 60 ms that desktop messages do without

    class Attentive(requests.Session):
        """A session that notes what came of its request. Redirects within it are one exchange."""

        def request(self, method: str, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - handed on as they are
            """As the session does it; but who asks to wait is not asked again before: Discord's plugin would, at once."""
            host = urlsplit(url).netloc
            if clock.now().awake < _wishes.get(host, _NO_WISH).until:
                return cast("requests.Response", _wishes[host].answer)

            try:
                response = super().request(method, url, *args, **kwargs)
            except requests.RequestException as error:
                _note(Exchange(error=str(error)))
                raise

            _heard(host, response)
            return response

    requests.sessions.Session = Attentive  # type: ignore[misc]


def _heard(host: str | bytes, response: "requests.Response") -> None:
    """Note the answer, and what it wishes."""
    now = clock.now()
    asked = wait(response.headers, response.content, now.wall) if response.status_code >= _ERRORS else 0.0
    _wishes[host] = _Wish(now.awake + round(asked * SECOND), response)
    _note(Exchange(response.status_code, asked))


def _note(exchange: Exchange) -> None:
    for book in _books:
        book.append(exchange)


def wait(headers: Mapping[str, str], body: bytes, now: int) -> float:
    """Seconds that an error asks to wait, from 0 to an hour, by its header or its body.

    Args:
        headers: of the answer, whatever their case.
        body: Discord, Telegram and Matrix say it there, the first two in finer steps.
        now: wall µs, where the answer has no date of its own.
    """
    said = max(_by_header(headers, now), _by_body(body))
    return min(max(said, 0.0), LONGEST_WAIT) if math.isfinite(said) else 0.0


def _by_header(headers: Mapping[str, str], now: int) -> float:
    """`Retry-After`: seconds, or the moment from which on it may be tried, by the service's own clock."""
    said = headers.get("Retry-After", "").strip()
    with suppress(ValueError):
        return float(said)

    until = _moment(said)
    return 0.0 if until is None else until - (_moment(headers.get("Date", "")) or now / SECOND)


def _moment(text: str) -> float | None:
    """An HTTP date as seconds since the epoch."""
    try:
        moment: datetime = parsedate_to_datetime(text)
    except ValueError:
        return None

    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _by_body(body: bytes) -> float:
    """`retry_after` (seconds) or `retry_after_ms` in a JSON object, or in the `parameters` of one."""
    if len(body) > _LARGEST_BODY:
        return 0.0

    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return 0.0

    places = [said, said.get("parameters")] if isinstance(said, dict) else []
    found = [place for place in places if isinstance(place, dict)]
    return max((max(_number(one, "retry_after"), _number(one, "retry_after_ms") / 1000) for one in found), default=0.0)


def _number(fields: Mapping[str, Any], name: str) -> float:
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0

    # As an integer it may be too large for a float.
    return float(min(value, LONGEST_WAIT * 1000))
