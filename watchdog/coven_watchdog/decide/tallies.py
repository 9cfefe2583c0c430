"""Ended sessions counted: incidents in, tallies by harness and project out. Pure; part of the digest."""

from collections import Counter
from collections.abc import Iterable, Iterator

from coven_watchdog.catalogue import order
from coven_watchdog.decide import phrases
from coven_watchdog.model.digests import Tally
from coven_watchdog.model.incidents import Incident, SessionBrief
from coven_watchdog.model.words import Form, Kind, Severity

_PROJECTS = 20


def is_session(incident: Incident) -> bool:
    """Whether it is the end of a session."""
    return incident.form is Form.EVENT and incident.subject.startswith("session:")


def lost_ids(incidents: Iterable[Incident]) -> Iterator[tuple[str, str]]:
    """The homes and ids of sessions that were lost with their daemon."""
    return ((incident.home, brief.id) for incident in incidents for brief in incident.facts.lost)


def lost(incidents: Iterable[Incident], since: int) -> tuple[Tally, ...]:
    """Sessions lost with their daemon. The crash and the restart both speak of them."""
    briefs = {
        (incident.home, brief.id): brief
        for incident in incidents
        for brief in incident.facts.lost
        if incident.changed_at >= since
    }
    return _tallies(None, Severity.WARNING, briefs.values())


def ended(incidents: Iterable[Incident]) -> Iterator[Tally]:
    """Sessions that ended by themselves, the worst ends first."""
    ends: dict[tuple[Severity, Kind], list[SessionBrief]] = {}
    for incident in incidents:
        if is_session(incident):
            ends.setdefault((incident.severity, incident.kind), []).extend(incident.facts.sessions[:1])

    for severity, kind in sorted(ends, key=lambda end: (-end[0].rank, order(end[1]))):
        yield from _tallies(kind, severity, ends[severity, kind])


def _tallies(kind: Kind | None, severity: Severity, briefs: Iterable[SessionBrief]) -> tuple[Tally, ...]:
    """By harness and project, the most first; the last tally stands for all that found no room."""
    counts: Counter[tuple[str, str]] = Counter()
    for (harness, project), count in Counter((brief.harness, brief.project) for brief in briefs).items():
        counts[phrases.name(harness), phrases.name(project)] += count

    named = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    tallies = [Tally(kind, severity, *names, count) for names, count in named[:_PROJECTS]]
    others = sum(count for _, count in named[_PROJECTS:])
    return (*tallies, Tally(kind, severity, "", "", others)) if others else tuple(tallies)
