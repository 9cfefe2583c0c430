"""When the digest of the day is due: changes of the clocks, clocks that are set, sleep, and quiet hours."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from coven_watchdog.decide.schedule import Occasion, Turn, latest, turn
from coven_watchdog.model.time import DAY, HOUR, MINUTE, SECOND
from coven_watchdog.settings import Alerts, DayTime, QuietHours

BERLIN = ZoneInfo("Europe/Berlin")
AUCKLAND = ZoneInfo("Pacific/Auckland")


def wall(text: str, zone: ZoneInfo = BERLIN, fold: int = 0) -> int:
    """A local time in wall µs."""
    return round(datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).timestamp()) * SECOND


def alerts(at: str = "08:30", quiet: str = "") -> Alerts:
    """Settings."""
    return Alerts(digest_at=DayTime(at), quiet_hours=QuietHours(quiet))


def due(now: str, at: str = "08:30", quiet: str = "", done: str = "") -> str:
    """The name of what is due then."""
    found = turn(alerts(at, quiet), wall(now), BERLIN, done).due
    return found.name if found else ""


def test_without_a_time_there_is_none() -> None:
    """Nothing is due, and nothing ever will be."""
    assert turn(Alerts(), wall("2026-06-01 08:30"), BERLIN) == Turn(None, None)
    assert latest(DayTime(), wall("2026-06-01 08:30"), BERLIN) is None


def test_at_its_time() -> None:
    """Not before, then once, and again the next day."""
    before = turn(alerts(), wall("2026-06-01 08:29:59"), BERLIN, "20260531-0830")
    assert before == Turn(None, wall("2026-06-01 08:30"))
    now = turn(alerts(), wall("2026-06-01 08:30"), BERLIN, "20260531-0830")
    assert now == Turn(Occasion("20260601-0830", wall("2026-06-01 08:30")), wall("2026-06-02 08:30"))
    after = turn(alerts(), wall("2026-06-01 08:31"), BERLIN, "20260601-0830")
    assert after == Turn(None, wall("2026-06-02 08:30"))


@pytest.mark.parametrize(
    ("now", "name"),
    [
        ("2026-06-01 08:31", "20260601-0830"),
        ("2026-06-01 20:29:59", "20260601-0830"),
        ("2026-06-01 20:30", ""),
        ("2026-06-02 08:29", ""),
        ("2026-06-02 08:30", "20260602-0830"),
    ],
)
def test_missed(now: str, name: str) -> None:
    """Asleep or not running at the time: made up for within twelve hours; of several days only the last."""
    assert due(now) == name


def test_a_clock_that_is_set_back() -> None:
    """The same morning comes again, under the same name."""
    assert due("2026-06-01 08:40") == due("2026-06-01 08:30") == "20260601-0830"
    assert due("2026-06-01 08:40", done="20260601-0830") == ""
    assert due("2026-06-01 07:40", done="20260601-0830") == ""


def test_the_hour_that_is_not_there() -> None:
    """02:30 does not exist on 29 March in Berlin: it is at 03:30, one day long 23 hours after the one before."""
    occasion = turn(alerts("02:30"), wall("2026-03-29 03:30"), BERLIN).due
    assert occasion == Occasion("20260329-0230", wall("2026-03-29 03:30"))
    assert turn(alerts("02:30"), wall("2026-03-29 01:59:59"), BERLIN, "20260328-0230").again_at == wall("2026-03-29 03:30")


def test_the_hour_that_comes_twice() -> None:
    """02:30 comes twice on 25 October: it is due at the first, and has the same name at the second."""
    first, second = wall("2026-10-25 02:30"), wall("2026-10-25 02:30", fold=1)
    assert second - first == HOUR
    found = turn(alerts("02:30"), first, BERLIN).due
    assert found == Occasion("20261025-0230", first)
    assert turn(alerts("02:30"), second, BERLIN, found.name).due is None
    assert turn(alerts("02:30"), second, BERLIN).due == found


def test_the_length_of_days() -> None:
    """The next one is 23, 24 or 25 hours away, as the clocks have it."""
    days = [("2026-03-28 08:30", 23), ("2026-06-01 08:30", 24), ("2026-10-24 08:30", 25)]
    for text, hours in days:
        again = turn(alerts(), wall(text), BERLIN).again_at
        assert again == wall(text) + hours * HOUR


def test_the_other_side_of_the_world() -> None:
    """The date is the local one."""
    found = turn(alerts("00:05"), wall("2026-06-01 00:05", AUCKLAND), AUCKLAND).due
    assert found == Occasion("20260601-0005", wall("2026-06-01 00:05", AUCKLAND))


def test_a_zone_that_changes_on_a_journey() -> None:
    """Who flies west has the morning twice, and one digest: it is named after the local time."""
    first = turn(alerts(), wall("2026-06-01 08:30"), BERLIN).due
    assert first is not None
    there = ZoneInfo("America/New_York")
    assert turn(alerts(), wall("2026-06-01 08:30", there), there, first.name).due is None


def test_missed_ones_wait_for_the_end_of_quiet_hours() -> None:
    """One that was missed and comes up in quiet hours is held until they end, if it is young enough then."""
    night = turn(alerts("20:00", "22:00-07:00"), wall("2026-06-01 23:00"), BERLIN, "20260531-2000")
    assert night == Turn(None, wall("2026-06-02 07:00"))
    assert due("2026-06-02 07:00", "20:00", "22:00-07:00") == "20260601-2000"
    assert due("2026-06-02 07:00", "18:00", "22:00-07:00") == ""
    soon = turn(alerts("06:00", "22:00-05:30"), wall("2026-06-01 23:00"), BERLIN, "20260601-0600")
    assert soon.again_at == wall("2026-06-02 06:00")


def test_a_time_in_quiet_hours_is_meant() -> None:
    """Who sets 06:30 and quiet hours until 07:00 wants it at 06:30; also when it is late."""
    assert due("2026-06-01 06:30", "06:30", "22:00-07:00") == "20260601-0630"
    assert due("2026-06-01 06:50", "06:30", "22:00-07:00") == "20260601-0630"
    assert turn(alerts("06:30", "22:00-07:00"), wall("2026-06-01 06:29"), BERLIN).again_at == wall("2026-06-01 06:30")


def test_another_time_of_the_same_day() -> None:
    """Another time is another occasion."""
    assert due("2026-06-01 12:00", "12:00", done="20260601-0830") == "20260601-1200"


def test_every_minute_of_two_strange_days() -> None:
    """Looking every minute of the days on which the clocks change gives each day one occasion, and never looks back."""
    for begin, at in (("2026-03-28 00:00", "02:30"), ("2026-10-24 00:00", "02:30"), ("2026-10-24 00:00", "08:30")):
        done, names = "", []
        for now in range(wall(begin) + MINUTE, wall(begin) + 3 * DAY, MINUTE):
            found = turn(alerts(at), now, BERLIN, done)
            assert found.again_at is not None
            assert found.again_at > now
            if found.due is not None:
                done = found.due.name
                names.append(done)

        assert len(names) == len(set(names)) == 3
