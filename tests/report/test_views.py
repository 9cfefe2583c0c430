"""One home and one incident as they are shown."""

from dataclasses import replace

import pytest

from coven_watchdog.decide.advice import Suggestion
from coven_watchdog.model.facts import EventWriter, ExitStatus, Storage
from coven_watchdog.model.incidents import Ack, Facts
from coven_watchdog.model.looks import DaemonLook
from coven_watchdog.model.time import HOUR, SECOND
from coven_watchdog.model.words import DaemonState, Effect, IncidentState
from coven_watchdog.report import views
from coven_watchdog.report.times import moment
from report.filled import CRASH, LOOK, NOW
from store.builders import START, look, silence


def test_a_running_daemon_has_an_uptime() -> None:
    """Uptime is counted to the moment of asking; one whose clock is ahead has zero, one that ended has none."""
    running = DaemonLook(state=DaemonState.RUNNING, pid=1, started_at=START, latency=26_440)
    view = views.daemon_view(running, START + HOUR)
    assert (view.uptime_seconds, view.latency_ms, view.started_at) == (3600, 26.4, moment(START))
    assert views.daemon_view(running, START - SECOND).uptime_seconds == 0
    assert views.daemon_view(replace(running, state=DaemonState.CRASHED), NOW).uptime_seconds is None
    assert views.daemon_view(DaemonLook(), NOW) == views.DaemonView(state=DaemonState.UNKNOWN)


def test_free_space_is_known_without_a_daemon() -> None:
    """The daemon's word comes first; what was seen from outside stands in for it."""
    assert views.store_view(None, 5) == views.StoreView(free_disk_bytes=5)
    assert views.store_view(Storage(status="ok", free_disk_bytes=7), 5).free_disk_bytes == 7
    assert views.store_view(Storage(status="ok"), 5).free_disk_bytes == 5


def test_coven_s_words_are_made_harmless() -> None:
    """Texts of Coven come out on one line without control characters, also as keys."""
    storage = views.store_view(Storage(status="o\x1b[31mk\n!", last_error=""), None)
    assert (storage.status, storage.last_error) == ("ok !", None)
    assert views.event_writer_view(EventWriter(state="bad\r\nline")).state == "bad line"
    assert views.sessions_view(look(by_status={"run\x07ning": 1})).by_status == {"running": 1}


def test_what_is_not_known_is_none() -> None:
    """An old daemon has no event writer, and a home that was never listed no sessions."""
    assert views.event_writer_view(None) == views.EventWriterView()
    assert views.sessions_view(look(by_status={}, live=())) == views.SessionsView()
    assert views.sessions_view(LOOK) == views.SessionsView(total=120, live=1, by_status=LOOK.by_status)
    assert views.sessions_view(look(complete=True)).total == 1
    fallen = replace(LOOK.live[0], id="fallen", status="orphaned")
    assert views.sessions_view(look(live=(*LOOK.live, fallen))).live == 1


def test_an_incident_in_a_list() -> None:
    """Id, kind, form and the rest as stored; the summary has no session's title."""
    view = views.incident_view(replace(CRASH, ack=Ack(START, "ada")), views.Hush((), NOW))
    assert (view.id, view.kind, view.acknowledged, view.silenced) == ("k7fq", "daemon.crashed", True, False)
    assert "killed by signal 9" in view.summary
    assert "add a cart" not in view.summary


@pytest.mark.parametrize(
    ("state", "resolved_at", "until", "acknowledged", "silenced"),
    [
        (IncidentState.OPEN, None, None, True, True),
        (IncidentState.OPEN, None, NOW, False, True),
        (IncidentState.RESOLVED, NOW - SECOND, NOW, True, False),
        (IncidentState.RESOLVED, NOW - SECOND, NOW - HOUR, False, False),
        (IncidentState.NOTED, None, None, True, False),
    ],
)
def test_what_is_hidden(
    state: IncidentState, resolved_at: int | None, until: int | None, *, acknowledged: bool, silenced: bool
) -> None:
    """An acknowledgement counts until it ends, or as it stood at the incident's end; a silence hides only what is open."""
    one = replace(CRASH, state=state, resolved_at=resolved_at, ack=Ack(START, "ada", until=until))
    view = views.incident_view(one, views.Hush((silence(),), NOW))
    assert (view.acknowledged, view.silenced) == (acknowledged, silenced)


def test_a_silence_and_an_acknowledgement() -> None:
    """Any is null; what people typed is one harmless line."""
    view = views.silence_view(silence(kind="daemon.*", home="/h", session="3f0c", reason="up\x1b[2Jgrading"))
    assert (view.matchers.kind, view.matchers.session, view.matchers.home) == ("daemon.*", "3f0c", "/h")
    assert "\x1b" not in (view.reason or "")
    bare = views.silence_view(silence(reason=""))
    assert (bare.matchers.kind, bare.matchers.session, bare.matchers.home, bare.reason) == (None, None, None, None)
    assert views.ack_view(Ack(START, "ada")) == views.AckView(at=moment(START), by="ada", reason=None, until=None)


def test_how_it_ended_and_what_next() -> None:
    """An exit has a code or a signal and a source; a suggestion its command and effect."""
    assert views.exit_view(Facts()) is None
    seen = views.exit_view(Facts(exit=ExitStatus(code=3)))
    assert seen == views.ExitView(code=3, signal=None, source=None)
    view = views.next_view(Suggestion("coven daemon start", Effect.STARTS, "Start\nit"))
    assert (view.run, view.effect, view.why) == ("coven daemon start", Effect.STARTS, "Start it")
