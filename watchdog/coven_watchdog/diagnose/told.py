"""What the rules found, and what the records say is open, come in; lines of `doctor` go out, each under its topic.

The judgement is that of `check` and of the service: nothing is judged here a second time.
"""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from coven_watchdog.catalogue import CATALOGUE
from coven_watchdog.decide.advice import Suggestion, suggestions
from coven_watchdog.decide.changes import created
from coven_watchdog.decide.phrases import summary
from coven_watchdog.decide.words import Place, span
from coven_watchdog.diagnose.case import HomeCase, told
from coven_watchdog.diagnose.look import told_by_choice
from coven_watchdog.model.incidents import Incident, Verdict, Witness
from coven_watchdog.model.words import CheckStatus, Effect, IncidentState, Kind, Severity, Topic
from coven_watchdog.report.doctor import DoctorLine
from coven_watchdog.report.views import WitnessView, witness_view

_FAMILIES: Mapping[str, Topic] = {
    "daemon": Topic.DAEMON,
    "home": Topic.HOME,
    "socket": Topic.SOCKET,
    "store": Topic.STORE,
    "event_writer": Topic.EVENT_WRITER,
    "capability": Topic.CAPABILITIES,
    "harness": Topic.HARNESSES,
    "session": Topic.SESSIONS,
    "watchdog": Topic.SERVICE,
}
_OTHERS: Mapping[Kind, Topic] = {
    Kind.DAEMON_INCOMPATIBLE: Topic.API,
    Kind.WATCHDOG_STORE_DAMAGED: Topic.RECORDS,
    Kind.WATCHDOG_CHANNEL_FAILING: Topic.CHANNELS,
    Kind.WATCHDOG_CONFIG_INVALID: Topic.CONFIGURATION,
    Kind.WATCHDOG_BLIND: Topic.HOME,
    Kind.WATCHDOG_SOURCE_FAILED: Topic.HOME,
    Kind.WATCHDOG_RULE_FAILED: Topic.HOME,
}
_STATUSES: Mapping[Severity, CheckStatus] = {
    Severity.CRITICAL: CheckStatus.CRITICAL,
    Severity.WARNING: CheckStatus.WARNING,
    Severity.INFO: CheckStatus.OK,
    Severity.OFF: CheckStatus.OK,
}


def topic_of(kind: Kind) -> Topic:
    """Where a kind is spoken of."""
    return _OTHERS.get(kind) or _FAMILIES[kind.partition(".")[0]]


def troubles(case: HomeCase, topic: Topic) -> tuple[DoctorLine, ...]:
    """What is wrong with a topic now: found by this look, then what only the records know."""
    found = [finding for finding in case.check.findings if topic_of(finding.kind) is topic]
    subjects = {finding.subject for finding in found}
    rest = [one for one in case.incidents if topic_of(one.kind) is topic and one.subject not in subjects]
    known = {one.subject: one for one in case.incidents}
    return (
        *(_found(case, finding, known.get(finding.subject)) for finding in found),
        *(recorded(one, case.place, case.now.wall, watched=case.watched) for one in rest),
    )


def _found(case: HomeCase, verdict: Verdict, incident: Incident | None) -> DoctorLine:
    """A finding of this look; whoever saw it happen knows more of it."""
    seen = incident if incident is not None and incident.kind is verdict.kind else None
    by_choice = told_by_choice(verdict, case.settings)
    line = told(
        topic_of(verdict.kind),
        CheckStatus.OK if by_choice else _STATUSES[verdict.severity],
        summary(seen or created(verdict, "", IncidentState.OPEN, case.now)),
        *_once((*(seen.witnesses if seen else ()), *verdict.witnesses)),
        cause=CATALOGUE[verdict.kind].meaning,
        following=suggestions(verdict.kind, verdict.facts, case.place),
    )
    return msgspec.structs.replace(line, kind=verdict.kind, incident=incident.id if incident else None)


def _once(witnesses: Iterable[Witness]) -> Iterator[WitnessView]:
    """What was seen then and now, each once."""
    newest = {(one.source, one.saw): one for one in witnesses}
    return (witness_view(one) for one in newest.values())


def recorded(incident: Incident, place: Place, now: int, *, watched: bool) -> DoctorLine:
    """An incident that is open in the records. Without a service nobody would have closed it: whether it lasts is not known."""
    age = span(max(0, now - incident.opened_at))
    line = told(
        topic_of(incident.kind),
        _STATUSES[incident.severity] if watched else CheckStatus.UNKNOWN,
        f"{summary(incident)} · for {age}" if watched else f"{summary(incident)} · open in the records, and no service runs",
        *(witness_view(one) for one in incident.witnesses),
        cause=CATALOGUE[incident.kind].meaning,
        following=_following(incident, place),
    )
    return msgspec.structs.replace(line, kind=incident.kind, incident=incident.id)


def _following(incident: Incident, place: Place) -> Iterator[Suggestion]:
    yield from suggestions(incident.kind, incident.facts, place)
    yield Suggestion(f"coven-watchdog incidents show {incident.id}", Effect.READS, "See its story")
