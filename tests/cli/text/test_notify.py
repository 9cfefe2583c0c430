"""`notify log` and `notify test` as lines."""

from pathlib import Path

from msgspec.structs import replace

from cli.text.pictures import HERE, text
from coven_watchdog.cli.text.notify import log_lines, route_lines, tried_lines
from coven_watchdog.model.words import NotificationState
from coven_watchdog.report.notifications import NotifyLog, NotifyRoute, NotifyTest, RouteView, TriedView, log_of
from coven_watchdog.store import StoreReader
from report.filled import fill


def _log(directory: Path) -> NotifyLog:
    with StoreReader(fill(directory)) as rows:
        return log_of(rows, rows.notifications())


def test_the_log(tmp_path: Path) -> None:
    """When, which, where, why, how it stands, and how quick or why not."""
    assert text(log_lines(_log(tmp_path), HERE)).splitlines() == [
        "20:27:40 UTC  b3xm.1  phone  first  withheld  too mild for this channel (min_severity)",
        "20:26:40 UTC  k7fq.1  phone  first  queued    no answer within 20 s",
        "20:26:40 UTC  k7fq.1  desk   first  sent      250 ms after the fact",
    ]
    assert text(log_lines(NotifyLog(notifications=()), HERE)) == "Nothing was sent or withheld yet."


def test_tries_are_counted(tmp_path: Path) -> None:
    """A message that needed several says so; one that was not tried says nothing."""
    log = _log(tmp_path)
    again = replace(log.notifications[2], attempts=log.notifications[1].attempts)
    fresh = replace(log.notifications[1], attempts=())
    lines = text(log_lines(NotifyLog(notifications=(again, fresh)), HERE)).splitlines()
    assert lines[0].endswith("250 ms after the fact, at try 2")
    assert lines[1].endswith("queued")


def test_a_test_that_proves_little() -> None:
    """What a service says that confirms nothing is passed on with a caution."""
    view = TriedView(channel="a", id="x.1", state=NotificationState.SENT, error=None, doubt="irc:// lies")
    assert text(tried_lines(NotifyTest(sent_by="service", channels=(view,)))) == (
        "○  a  sent, but irc:// lies: look whether it arrived"
    )


def test_tests() -> None:
    """Sent, refused with the reason, or still waiting."""
    views = (
        TriedView(channel="a", id="x.1", state=NotificationState.SENT, error=None),
        TriedView(channel="b", id="x.2", state=NotificationState.FAILED, error="refused"),
        TriedView(channel="c", id="x.3", state=NotificationState.QUEUED, error=None),
    )
    lines = text(tried_lines(NotifyTest(sent_by="service", channels=views))).splitlines()
    assert lines[:2] == ["✓  a  sent", "✖  b  refused"]
    assert "not sent yet" in lines[2]


def test_a_route() -> None:
    """Told or not, and why; that nobody would be told stands first."""
    one, two = RouteView(name="desk", told=True, because="why"), RouteView(name="phone", told=False, because="why not")
    assert text(route_lines(NotifyRoute(channels=(one, two)))).splitlines() == [
        "✓  desk   told      why",
        "·  phone  not told  why not",
    ]
    assert text(route_lines(NotifyRoute(channels=(two,)))).startswith("! Nobody would be told now.\n")
