"""What `check` shows of a fresh look."""

from collections.abc import Sequence
from dataclasses import dataclass

from coven_watchdog.decide.words import Place
from coven_watchdog.model.facts import ExitStatus
from coven_watchdog.model.incidents import Facts, Verdict, Witness
from coven_watchdog.model.looks import HomeLook
from coven_watchdog.model.words import Basis, CheckStatus, Effect, Form, Kind, Severity
from coven_watchdog.report.check import check_of
from report.filled import LOOK
from store.builders import HOME, START, at, look


@dataclass(frozen=True)
class _Home:
    look: HomeLook
    findings: Sequence[Verdict]


@dataclass(frozen=True)
class _Result:
    status: CheckStatus
    homes: Sequence[_Home]


CRASHED = Verdict(
    home=HOME,
    subject="daemon",
    kind=Kind.DAEMON_CRASHED,
    present=True,
    severity=Severity.CRITICAL,
    witnesses=(Witness("pidfd", Basis.CONTRACT, START, "process 4711 ended"),),
    facts=Facts(exit=ExitStatus(signal=9), exit_source="kernel", home=HOME),
)


def test_a_finding_speaks_like_an_incident() -> None:
    """Kind, form, summary, exit, evidence and next command with its effect."""
    result = _Result(CheckStatus.CRITICAL, [_Home(LOOK, [CRASHED]), _Home(look("/srv/coven", name=""), [])])
    check = check_of(result, Place("devbox", None, HOME), at(5))
    assert (check.schema, check.status) == ("coven-watchdog.check.v1", CheckStatus.CRITICAL)
    first, second = check.homes
    assert (first.name, second.name) == ("devbox", "/srv/coven")
    finding = first.findings[0]
    assert (finding.kind, finding.form, finding.subject) == (Kind.DAEMON_CRASHED, Form.STATE, "daemon")
    assert "killed by signal 9" in finding.summary
    assert finding.exit is not None
    assert finding.exit.signal == 9
    assert finding.witnesses[0].saw == "process 4711 ended"
    assert (finding.next[0].run, finding.next[0].effect) == ("coven daemon start", Effect.STARTS)
    assert second.findings == ()
