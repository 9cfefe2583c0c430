"""The documented symptoms, each with whether it is so in this home now, and with what to look at first."""

from collections.abc import Sequence

from coven_watchdog.catalogue.symptoms import SYMPTOMS, Symptom
from coven_watchdog.diagnose.case import HomeCase
from coven_watchdog.model.words import Answer, CheckStatus, Kind, Outcome, Topic
from coven_watchdog.report.doctor import WRONG, DoctorLine, SymptomView
from coven_watchdog.report.views import next_view


def symptoms(case: HomeCase, lines: Sequence[DoctorLine]) -> tuple[SymptomView, ...]:
    """All of them. `lines`: what was found out about this home."""
    return tuple(_symptom(case, one, lines) for one in SYMPTOMS)


def _symptom(case: HomeCase, one: Symptom, lines: Sequence[DoctorLine]) -> SymptomView:
    about = [line for line in lines if line.topic is one.topic]
    now = _now(case, one, [line.status for line in about])
    remedy = tuple(step for line in about if line.status in WRONG for step in line.next) if now is Answer.YES else ()
    return SymptomView(
        symptom=one.words,
        now=now,
        topic=one.topic,
        first=one.meaning if now is not Answer.NO else one.elsewhere,
        next=remedy or tuple(next_view(step) for step in case.advice(*one.advice)),
    )


def _now(case: HomeCase, one: Symptom, statuses: Sequence[CheckStatus]) -> Answer:
    """Whether it is so now; what only the asking client can see is not known."""
    if not one.kinds:
        return Answer.UNKNOWN

    kinds: set[Kind] = {finding.kind for finding in case.check.findings} | {incident.kind for incident in case.incidents}
    wrong = one.topic is not Topic.DAEMON and any(status in WRONG for status in statuses)
    refused = one.topic is Topic.DAEMON and case.state.health is not None and case.state.health.outcome is Outcome.REFUSED
    if wrong or refused or not kinds.isdisjoint(one.kinds):
        return Answer.YES

    return Answer.UNKNOWN if CheckStatus.UNKNOWN in statuses else Answer.NO
