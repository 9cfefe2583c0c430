"""Wall µs in, datetimes in UTC out; as JSON they are RFC 3339 with a Z."""

from datetime import UTC, datetime, timedelta
from typing import overload

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@overload
def moment(wall: int) -> datetime: ...


@overload
def moment(wall: int | None) -> datetime | None: ...


def moment(wall: int | None) -> datetime | None:
    """The moment, exact to the microsecond; None stays None."""
    return None if wall is None else _EPOCH + timedelta(microseconds=wall)
