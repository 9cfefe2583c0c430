"""What `digest` shows."""

from coven_watchdog.decide.digest import digest_of
from coven_watchdog.model.words import Kind, NotificationState, Suppression
from coven_watchdog.report.digest import digest_view
from coven_watchdog.report.notifications import TriedView
from coven_watchdog.report.times import moment
from decide.mornings import EVERYTHING, NOW, ONE_HOME, QUIET
from store.builders import HOME


def test_every_part() -> None:
    """Times as times, spans in seconds, and nothing where there is no name."""
    view = digest_view(digest_of(EVERYTHING, ONE_HOME))
    assert (view.until, view.sent_by, view.channels, view.empty) == (moment(NOW), None, (), False)
    assert [(one.incident, one.over_at, one.lasted_seconds) for one in view.open] == [
        ("k7fq", None, 7200),
        ("c4nn", None, 72000),
    ]
    assert (view.over[0].incident, view.over[0].sessions_lost, view.over[0].hidden_by) == ("r2dd", 3, None)
    assert (view.sessions[0].kind, view.sessions[0].harness, view.sessions[0].count) == (None, "codex", 2)
    assert view.sessions[-1].kind is Kind.SESSION_FINISHED
    assert (view.held[-1].suppression, view.held[-1].by) == (Suppression.QUIET_HOURS, None)
    assert [(one.channel, one.count) for one in view.undelivered] == [("phone", 1)]
    assert [(one.homes, one.lasted_seconds, one.lasts) for one in view.gaps] == [((HOME,), 25200, False), ((HOME,), 720, False)]


def test_nothing() -> None:
    """An empty digest says so; who sent it is said all the same."""
    tried = TriedView(channel="desk", id=None, state=NotificationState.SENT, error=None)
    view = digest_view(digest_of(QUIET, ONE_HOME), "shell", (tried,))
    assert view.empty
    assert (view.sent_by, view.channels) == ("shell", (tried,))
