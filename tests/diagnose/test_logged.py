"""What is said of the daemon's log."""

from dataclasses import replace

from coven.test_logbook import DAY, line, start
from coven_watchdog.coven.decoding import wall_of
from coven_watchdog.coven.logbook import entries
from coven_watchdog.diagnose.case import HomeCase
from coven_watchdog.diagnose.logged import log
from coven_watchdog.model.facts import Asked
from coven_watchdog.model.words import CheckStatus, Kind, Outcome, Route
from diagnose.cases import HOME, LIFE, NOW, down, finding, having, said, well


def logging(*lines: str, case: HomeCase | None = None) -> HomeCase:
    """A home with that log, whose daemon started at second 2."""
    made = case or having(well(), life=replace(LIFE, started_wall=wall_of(f"{DAY}:02.000Z")))
    return replace(made, log=entries(lines))


def test_nothing_wrong() -> None:
    """The last line is evidence; failures of an earlier daemon are old."""
    (found,) = log(logging(line(1, "API handler error for GET /x: boom"), *start(2)))
    assert found.status is CheckStatus.OK
    assert found.witnesses[-1].saw.endswith("daemon starting pid=7 socket=/h/coven.sock")
    assert found.witnesses[-1].basis.value == "internal"


def test_failures() -> None:
    """They are counted, shown without secrets, and what to read is said."""
    (found,) = log(logging(*start(2), line(3, "API handler error for GET /x: token=abcdef123456")))
    assert (found.status, found.says) == (CheckStatus.WARNING, "it tells of 1 failure since this daemon's start")
    assert "abcdef" not in found.witnesses[0].saw
    assert found.next[0].run == "tail -n 60 ~/.coven/daemon-recovery.log"


def test_a_panic() -> None:
    """It is named as what it is."""
    (found,) = log(logging(*start(2), line(3, "daemon panic: boom"), "  at frame"))
    assert found.says == "it tells of a panic (boom) since this daemon's start"


def test_after_the_end() -> None:
    """Of a daemon that is gone, the last start counts; a log without one counts from its beginning."""
    told = logging(line(1, "unix accept error: x"), *start(2), case=down())
    assert log(told)[0].status is CheckStatus.OK
    assert log(logging(line(1, "unix accept error: x"), case=down()))[0].status is CheckStatus.WARNING
    assert log(logging("no stamp", case=down()))[0].says == "no failure since the last start"


def test_lines_in_question() -> None:
    """Lines that hold the pid of a finding, or the error code of a failed request, are evidence, each once."""
    case = finding(logging(line(1, "x pid=7"), *start(2)), Kind.DAEMON_UNRESPONSIVE)
    assert [one.saw.partition("] ")[2] for one in log(case)[0].witnesses] == [
        "x pid=7",
        "daemon starting pid=7 socket=/h/coven.sock",
    ]
    asked = Asked(HOME, NOW, Route.SESSIONS, Outcome.HTTP_ERROR, error_code="internal_error")
    coded = having(logging(line(1, "y internal_error"), *start(2)), listing=asked)
    assert log(coded)[0].witnesses[0].saw.endswith("y internal_error")


def test_nothing_to_read() -> None:
    """No log is no fault; one that cannot be read is unknown."""
    assert log(well())[0].status is CheckStatus.OK
    assert said(log(replace(well(), log_error="the log could not be read: x"))) == [("unknown", "the log could not be read: x")]
