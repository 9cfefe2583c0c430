"""The line of `check`."""

from cli.text.pictures import text
from coven_watchdog.cli.text.check import check_lines
from coven_watchdog.model.words import CheckStatus, DaemonState, Effect, Form, Kind, Severity
from coven_watchdog.report.check import Check, CheckedHome, FindingView
from coven_watchdog.report.times import moment
from coven_watchdog.report.views import DaemonView, EventWriterView, NextView, SessionsView, StoreView
from store.builders import START

FINDING = FindingView(
    kind=Kind.DAEMON_CRASHED,
    form=Form.STATE,
    subject="daemon",
    severity=Severity.CRITICAL,
    summary="Coven crashed: a | b",
    exit=None,
    witnesses=(),
    next=(NextView(run="coven daemon start", effect=Effect.STARTS, why="Start it again"),),
)
MILD = FindingView(
    kind=Kind.DAEMON_STOPPED,
    form=Form.STATE,
    subject="daemon",
    severity=Severity.INFO,
    summary="Coven is stopped",
    exit=None,
    witnesses=(),
    next=(),
)


def _home(name: str, daemon: DaemonView, *findings: FindingView, live: int | None = 4) -> CheckedHome:
    return CheckedHome(
        home=f"/{name}",
        name=name,
        seen_at=moment(START),
        complete=True,
        daemon=daemon,
        store=StoreView(free_disk_bytes=1000 if live is not None else None),
        event_writer=EventWriterView(),
        sessions=SessionsView(total=120 if live is not None else None, live=live),
        harnesses=None,
        findings=findings,
    )


RUNNING = DaemonView(state=DaemonState.RUNNING, pid=7, uptime_seconds=7200, coven_version="0.4.6", latency_ms=26.0)


def test_one_line_and_perfdata() -> None:
    """A good home: the word, how it is, and numbers behind the bar."""
    check = Check(status=CheckStatus.OK, homes=(_home("devbox", RUNNING),))
    assert text(check_lines(check)) == (
        "COVEN OK - running (pid 7, up 2 h, Coven 0.4.6), 4 live sessions"
        " | live=4;;;0 sessions=120;;;0 latency=0.0260s;;;0 free=1000B;;;0"
    )


def test_findings_follow_below() -> None:
    """The worst finding is the line, milder ones are counted, each follows with its next command; no text holds a bar."""
    check = Check(status=CheckStatus.CRITICAL, homes=(_home("devbox", RUNNING, FINDING, FINDING, MILD),))
    lines = text(check_lines(check)).splitlines()
    assert lines[0].startswith("COVEN CRITICAL - Coven crashed: a ¦ b (and 1 more) | live=4")
    assert lines[1].split("  ") == ["✖", "daemon.crashed", "Coven crashed: a ¦ b", "Start it again: coven daemon start"]
    assert lines[3].split("  ") == ["i", "daemon.stopped", "Coven is stopped"]
    assert text(check_lines(check)).count("|") == 1


def test_several_homes_have_names() -> None:
    """Each home is named in the line and in its perfdata; what is not known is left out."""
    absent = _home("my box", DaemonView(state=DaemonState.ABSENT), live=None)
    lines = text(check_lines(Check(status=CheckStatus.OK, homes=(absent, _home("b", RUNNING)))))
    assert lines == (
        "COVEN OK - my box: not running; b: running (pid 7, up 2 h, Coven 0.4.6), 4 live sessions"
        " | b_live=4;;;0 b_sessions=120;;;0 b_latency=0.0260s;;;0 b_free=1000B;;;0"
    )
    alone = text(check_lines(Check(status=CheckStatus.OK, homes=(absent,))))
    assert alone == "COVEN OK - not running"
