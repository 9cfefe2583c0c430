"""JSON bytes and written times come in; checked values go out. Whatever a hostile peer sends, the only error is `NotContractError`."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from msgspec import Meta

from coven_watchdog.decide.text import said
from coven_watchdog.errors import NotContractError

_READ, _SHOWN = 1024, 200
_INT64 = 2**63 - 1
Integer = Annotated[int, Meta(ge=-_INT64 - 1, le=_INT64)]
Count = Annotated[int, Meta(ge=0, le=_INT64)]
Pid = Annotated[int, Meta(ge=1, le=2**31 - 1)]
Time = Annotated[datetime, Meta(tz=True)]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LAST = (datetime(2200, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND
T = TypeVar("T")


class Decoder(Generic[T]):
    """A JSON decoder whose only exception is `NotContractError`."""

    def __init__(self, wanted: Any) -> None:  # noqa: ANN401 - a type form, which no annotation of 3.11 can say
        self._decode = msgspec.json.Decoder(wanted).decode

    def __call__(self, body: bytes) -> T:
        """The value.

        Raises:
            NotContractError: not JSON, or of another shape.
        """
        try:
            value: T = self._decode(body)
        except msgspec.ValidationError as error:
            message = f"the answer has the wrong shape{_where(error)}"
            raise NotContractError(message) from error
        except (msgspec.DecodeError, ValueError, RecursionError) as error:
            # ValueError covers invalid UTF-8 and integers longer than Python converts.
            message = "the answer is not JSON"
            raise NotContractError(message) from error

        return value


def wall(time: datetime) -> int:
    """Wall µs. Times before 1970 and after 2199 are none of Coven's, and the calendar ends not far beyond: they count as these."""
    return min(max(0, (time - _EPOCH) // _MICROSECOND), _LAST)


def wall_of(text: str) -> int | None:
    """RFC 3339 text with a zone as wall µs; None when it is not that. Coven writes nanoseconds and `Z`."""
    try:
        return wall(msgspec.convert(text, Time))
    except msgspec.ValidationError:
        return None


def _where(error: msgspec.ValidationError) -> str:
    """The place, without a word of the answer itself: msgspec writes keys as `$.daemon.pid`, and those of free maps as `[...]`."""
    path = str(error).partition(" - at ")[2].strip("`")
    return f" at {path}" if path else ""


def words(text: str | None) -> str:
    """What is only shown, never looked for: one visible line without secrets."""
    return _said((text or "")[:_READ])


@lru_cache(1024)
def _said(text: str) -> str:
    """Ten thousand rows have few different words."""
    return said(text, _SHOWN)
