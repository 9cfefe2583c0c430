"""Quiet hours on the clock on the wall: over midnight, within a day, in nights that are an hour longer or shorter."""

from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest

from coven_watchdog.decide.quiet import moment, quiet_hours
from coven_watchdog.model.time import HOUR, MINUTE, SECOND
from coven_watchdog.settings import DayTime, QuietHours

BERLIN, NEW_YORK, KATHMANDU = (ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Asia/Kathmandu"))
NIGHT, DAY = QuietHours("22:00-07:00"), QuietHours("12:30-14:00")


def at(text: str, zone: tzinfo = UTC) -> int:
    """Wall µs of a local time; of two that are called the same, `~` means the second."""
    return round(datetime.fromisoformat(text.rstrip("~")).replace(tzinfo=zone, fold=text.endswith("~")).timestamp()) * SECOND


def found(hours: QuietHours, now: str, zone: tzinfo) -> tuple[str, str] | None:
    """Where they begin and end, in UTC."""
    span = quiet_hours(hours, at(now, zone), zone)
    if span is None:
        return None

    begin, end = (datetime.fromtimestamp(one / SECOND, UTC).strftime("%d %H:%M") for one in span)
    return begin, end


@pytest.mark.parametrize("zone", [UTC, BERLIN, NEW_YORK, KATHMANDU], ids=str)
@pytest.mark.parametrize(
    ("now", "inside"),
    [
        ("2026-01-14T21:59:59", False),
        ("2026-01-14T22:00", True),
        ("2026-01-14T23:59:59", True),
        ("2026-01-15T00:00", True),
        ("2026-01-15T06:59:59", True),
        ("2026-01-15T07:00", False),
        ("2026-01-15T12:00", False),
    ],
)
def test_over_midnight(now: str, zone: tzinfo, *, inside: bool) -> None:
    """They belong to the day on which they begin; their end is no part of them. So it is in every zone."""
    wanted = at("2026-01-14T22:00", zone), at("2026-01-15T07:00", zone)
    assert quiet_hours(NIGHT, at(now, zone), zone) == (wanted if inside else None)


@pytest.mark.parametrize("zone", [UTC, BERLIN, NEW_YORK, KATHMANDU], ids=str)
@pytest.mark.parametrize(
    ("now", "inside"),
    [
        ("2026-01-14T12:29:59", False),
        ("2026-01-14T12:30", True),
        ("2026-01-14T13:59:59", True),
        ("2026-01-14T14:00", False),
        ("2026-01-14T00:00", False),
        ("2026-01-14T23:00", False),
    ],
)
def test_within_a_day(now: str, zone: tzinfo, *, inside: bool) -> None:
    """A siesta begins and ends on one day."""
    wanted = at("2026-01-14T12:30", zone), at("2026-01-14T14:00", zone)
    assert quiet_hours(DAY, at(now, zone), zone) == (wanted if inside else None)


def test_the_edges_of_a_day() -> None:
    """From and until midnight; and all but a minute."""
    assert found(QuietHours("00:00-06:00"), "2026-01-14T00:00", UTC) == ("14 00:00", "14 06:00")
    assert found(QuietHours("00:00-06:00"), "2026-01-14T23:59", UTC) is None
    assert found(QuietHours("18:00-00:00"), "2026-01-14T23:59", UTC) == ("14 18:00", "15 00:00")
    assert found(QuietHours("18:00-00:00"), "2026-01-15T00:00", UTC) is None
    assert found(QuietHours("12:00-11:59"), "2026-01-14T11:58", UTC) == ("13 12:00", "14 11:59")
    assert found(QuietHours("12:00-11:59"), "2026-01-14T11:59", UTC) is None


def test_without_quiet_hours() -> None:
    """No hour is quiet."""
    assert quiet_hours(QuietHours(""), at("2026-01-14T03:00"), UTC) is None


@pytest.mark.parametrize(
    ("zone", "inside", "span", "hours"),
    [
        (BERLIN, "2026-03-29T01:59", ("28 21:00", "29 05:00"), 8),
        (BERLIN, "2026-03-29T03:00", ("28 21:00", "29 05:00"), 8),
        (BERLIN, "2026-10-25T02:30", ("24 20:00", "25 06:00"), 10),
        (BERLIN, "2026-10-25T02:30~", ("24 20:00", "25 06:00"), 10),
        (BERLIN, "2026-10-25T06:59", ("24 20:00", "25 06:00"), 10),
        (NEW_YORK, "2026-03-08T03:00", ("08 03:00", "08 11:00"), 8),
        (NEW_YORK, "2026-11-01T01:30~", ("01 02:00", "01 12:00"), 10),
    ],
)
def test_nights_of_a_clock_change(zone: ZoneInfo, inside: str, span: tuple[str, str], hours: int) -> None:
    """They end when the clock on the wall says so: an hour sooner, or an hour later."""
    assert found(NIGHT, inside, zone) == span
    begin, end = quiet_hours(NIGHT, at(inside, zone), zone) or (0, 0)
    assert end - begin == hours * HOUR
    assert quiet_hours(NIGHT, end, zone) is None
    assert quiet_hours(NIGHT, begin - 1, zone) is None
    assert quiet_hours(NIGHT, end - 1, zone) == (begin, end)


def test_hours_that_begin_or_end_in_the_hour_that_is_left_out() -> None:
    """02:30 does not exist in that night: it is 03:30, as much later as the clocks jump."""
    gap = "2026-03-29"
    assert moment(date(2026, 3, 29), DayTime("02:30"), BERLIN) == at(f"{gap}T03:30", BERLIN)
    assert found(QuietHours("22:00-02:30"), f"{gap}T03:29", BERLIN) == ("28 21:00", "29 01:30")
    assert found(QuietHours("22:00-02:30"), f"{gap}T03:30", BERLIN) is None
    assert found(QuietHours("02:30-07:00"), f"{gap}T03:29", BERLIN) is None
    assert found(QuietHours("02:30-07:00"), f"{gap}T03:30", BERLIN) == ("29 01:30", "29 05:00")


def test_hours_that_lie_in_the_hour_that_is_left_out() -> None:
    """That night they are as much later, and as long."""
    night = range(at("2026-03-29T00:00", BERLIN), at("2026-03-29T12:00", BERLIN), 5 * MINUTE)
    spans = {quiet_hours(QuietHours("02:15-02:45"), now, BERLIN) for now in night}
    assert spans == {None, (at("2026-03-29T03:15", BERLIN), at("2026-03-29T03:45", BERLIN))}


def test_hours_that_begin_or_end_in_the_hour_that_comes_twice() -> None:
    """The first of two times of one name is meant: what ends at 02:30 ends before the clocks go back."""
    twice = "2026-10-25T02:30"
    assert moment(date(2026, 10, 25), DayTime("02:30"), BERLIN) == at(twice, BERLIN)
    assert found(QuietHours("22:00-02:30"), "2026-10-25T02:29", BERLIN) == ("24 20:00", "25 00:30")
    assert found(QuietHours("22:00-02:30"), "2026-10-25T02:29~", BERLIN) is None
    assert found(QuietHours("02:30-07:00"), "2026-10-25T02:29~", BERLIN) == ("25 00:30", "25 06:00")


def test_a_zone_of_three_quarters_of_an_hour() -> None:
    """Kathmandu is 5:45 ahead."""
    assert found(NIGHT, "2026-01-14T23:00", KATHMANDU) == ("14 16:15", "15 01:15")


def test_the_zone_of_the_system() -> None:
    """Without a zone the machine's own is meant: 22:00 there is a beginning."""
    begin = round(datetime(2026, 1, 14, 22).timestamp()) * SECOND  # noqa: DTZ001 - the machine's own zone
    span = quiet_hours(NIGHT, begin, None)
    assert span is not None
    assert span[0] == begin
    assert quiet_hours(NIGHT, begin - 1, None) is None


@pytest.mark.parametrize("zone", [UTC, BERLIN, NEW_YORK, KATHMANDU], ids=str)
@pytest.mark.parametrize("hours", [NIGHT, DAY, QuietHours("02:30-03:30"), QuietHours("00:00-00:01")], ids=str)
def test_every_end_is_outside_and_every_beginning_inside(hours: QuietHours, zone: tzinfo) -> None:
    """All the year round: who is told to come back at the end is not told so again."""
    for minute in range(0, 365 * 24 * 60, 997):
        now = at("2026-01-01T00:00") + minute * MINUTE
        span = quiet_hours(hours, now, zone)
        if span is not None:
            assert span[0] <= now < span[1]
            assert quiet_hours(hours, span[0], zone) == span
            assert quiet_hours(hours, span[1], zone) is None
