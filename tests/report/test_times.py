"""Wall time as datetimes."""

from datetime import UTC, datetime

import msgspec

from coven_watchdog.report.times import moment


def test_microseconds_are_kept() -> None:
    """A wall time becomes a UTC datetime without losing a microsecond, and RFC 3339 in JSON; None stays None."""
    at = moment(1_700_000_000_123_456)
    assert at == datetime(2023, 11, 14, 22, 13, 20, 123456, tzinfo=UTC)
    assert msgspec.json.encode(at) == b'"2023-11-14T22:13:20.123456Z"'
    assert moment(None) is None
