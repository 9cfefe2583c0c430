"""Findings and open incidents as lines, each under its topic."""

from dataclasses import replace

from coven_watchdog.diagnose.told import recorded, topic_of, troubles
from coven_watchdog.model.facts import ExitStatus
from coven_watchdog.model.incidents import Facts
from coven_watchdog.model.words import CheckStatus, Expect, Kind, Severity, Topic
from coven_watchdog.settings import Settings
from diagnose.cases import HOME, PLACE, down, finding, well
from store.builders import incident


def test_every_kind_has_a_topic() -> None:
    """Nothing that the rules can find is left out."""
    assert all(isinstance(topic_of(kind), Topic) for kind in Kind)
    assert topic_of(Kind.DAEMON_INCOMPATIBLE) is Topic.API
    assert topic_of(Kind.STORE_LOW_DISK) is Topic.STORE
    assert topic_of(Kind.WATCHDOG_CHANNEL_FAILING) is Topic.CHANNELS


def test_a_finding() -> None:
    """It stands under its topic with evidence, meaning and next command; the incident that is open about it is named, and knows more."""
    known = incident("k7fq", facts=Facts(exit=ExitStatus(signal=9), exit_source="kernel"))
    case = replace(finding(down(), Kind.DAEMON_CRASHED), incidents=(known,), watched=True)
    (line,) = troubles(case, Topic.DAEMON)
    assert (line.status, line.kind, line.incident) == (CheckStatus.CRITICAL, Kind.DAEMON_CRASHED, "k7fq")
    assert "killed by signal 9" in line.says
    assert (line.witnesses[-1].saw, line.next[0].run) == ("seen", "coven daemon start")
    assert line.cause
    assert troubles(case, Topic.SOCKET) == ()


def test_by_choice() -> None:
    """A daemon that is cleanly stopped is wrong only where it is expected to run."""
    case = finding(down(), Kind.DAEMON_STOPPED, severity=Severity.WARNING)
    assert troubles(case, Topic.DAEMON)[0].status is CheckStatus.OK
    expecting = replace(case, settings=Settings(expect=Expect.RUNNING))
    assert troubles(expecting, Topic.DAEMON)[0].status is CheckStatus.WARNING


def test_what_only_the_records_know() -> None:
    """With a service it is so now; without one nobody would have closed it, so it is not known."""
    stalled = incident("9abc", home=HOME, subject="store", kind=Kind.STORE_DEGRADED, severity=Severity.WARNING)
    case = replace(well(), incidents=(stalled,), watched=True)
    (line,) = troubles(case, Topic.STORE)
    assert (line.status, line.incident) == (CheckStatus.WARNING, "9abc")
    assert line.next[-1].run == "coven-watchdog incidents show 9abc"
    alone = recorded(stalled, PLACE, stalled.opened_at, watched=False)
    assert alone.status is CheckStatus.UNKNOWN
    assert "no service runs" in alone.says


def test_mild_ones() -> None:
    """What is information is not wrong."""
    assert troubles(finding(well(), Kind.STORE_LOW_DISK, "store", Severity.INFO), Topic.STORE)[0].status is CheckStatus.OK
