"""The single steps of an incident: each takes the incident before and gives the step, or None where nothing changed."""

from dataclasses import replace

from coven_watchdog.catalogue import CATALOGUE, order
from coven_watchdog.model.incidents import Chapter, Incident, Step, Verdict
from coven_watchdog.model.time import MINUTE, Instant
from coven_watchdog.model.words import Found, IncidentState, Kind, Transition

UNSTABLE_WITHIN = 15 * MINUTE
UNSTABLE_OPENINGS = 4
CALM_AFTER = 15 * MINUTE
_CHAPTERS = 40
_DEATHS = frozenset({Kind.DAEMON_CRASHED, Kind.DAEMON_STOPPED})


def created(verdict: Verdict, name: str, state: IncidentState, now: Instant) -> Incident:
    """A new incident, open or noted."""
    transition = Transition.NOTED if state is IncidentState.NOTED else Transition.OPENED
    fact_at = now.wall if verdict.fact_at is None else verdict.fact_at
    return Incident(
        id=name,
        home=verdict.home,
        subject=verdict.subject,
        kind=verdict.kind,
        form=CATALOGUE[verdict.kind].form,
        severity=verdict.severity,
        state=state,
        opened_at=now.wall,
        changed_at=now.wall,
        fact_at=fact_at,
        occurrence=verdict.occurrence,
        found=verdict.found,
        reopenings=(now.wall,) if state is IncidentState.OPEN else (),
        witnesses=verdict.witnesses,
        facts=verdict.facts,
        scene=verdict.scene,
        chapters=(Chapter(fact_at, transition, verdict.kind, verdict.severity),),
    )


def changed(incident: Incident, verdict: Verdict, now: Instant) -> Step | None:
    """Another kind, or a higher severity of the same. What is found so after the fact cannot correct what was seen."""
    if verdict.found is not Found.LIVE and incident.kind in _DEATHS:
        return None

    louder = verdict.severity.rank > incident.severity.rank
    if verdict.kind is incident.kind and not louder:
        return None

    worse = louder or (verdict.severity is incident.severity and order(verdict.kind) < order(incident.kind))
    after = _now(incident, verdict, now, Transition.CHANGED)
    return Step(after, Transition.CHANGED, now, worse=worse or corrects(incident.kind, verdict.kind))


def corrects(told: Kind, kind: Kind) -> bool:
    """Whether the kind corrects what was told about how the daemon ended."""
    return {told, kind} == _DEATHS


def learned(incident: Incident, verdict: Verdict, now: Instant) -> Step | None:
    """More is known than when it was told: the kernel's word, the reaping of the dead pid, the kernel log's line."""
    if verdict.kind is not incident.kind or verdict.found is not Found.LIVE:
        return None

    old, new = incident.facts, verdict.facts
    more = (
        (new.exit is not None and old.exit is None)
        or (bool(new.detail) and new.detail != old.detail)
        or (bool(old.record_holder) and new.record_holder != old.record_holder)
        or (verdict.scene is not None and incident.scene is None)
    )
    if not more:
        return None

    facts = replace(new, sessions=old.sessions or new.sessions, sessions_known=old.sessions_known or new.sessions_known)
    scene = incident.scene or verdict.scene
    return Step(replace(incident, facts=facts, witnesses=verdict.witnesses, scene=scene), Transition.LEARNED, now)


def reopened(incident: Incident, verdict: Verdict, now: Instant) -> Step:
    """The same trouble again, under the same id; the fourth time within a quarter of an hour it is unstable."""
    openings = (*(at for at in incident.reopenings if now.wall - at < UNSTABLE_WITHIN), now.wall)
    became = not incident.unstable and len(openings) >= UNSTABLE_OPENINGS
    transition = Transition.BECAME_UNSTABLE if became else Transition.REOPENED
    after = _now(replace(incident, facts=verdict.facts, scene=None), verdict, now, transition)
    again = replace(
        after,
        found=verdict.found,
        state=IncidentState.OPEN,
        resolved_at=None,
        reopenings=openings,
        unstable=incident.unstable or became,
        reminders=0,
        ack=None,
        fact_at=now.wall if verdict.fact_at is None else verdict.fact_at,
    )
    return Step(again, transition, now, worse=True)


def reminded(incident: Incident, now: Instant) -> Step:
    """It is still so."""
    after = replace(incident, reminders=incident.reminders + 1)
    return Step(_with_chapter(after, now, Transition.REMINDED), Transition.REMINDED, now)


def resolved(incident: Incident, verdict: Verdict, now: Instant) -> Step:
    """It is over; the clearing verdict knows what it cost."""
    cost = verdict.facts
    facts = replace(
        incident.facts,
        lost=cost.lost,
        survivors=cost.survivors or incident.facts.survivors,
        sessions_known=cost.sessions_known,
        version=cost.version or incident.facts.version,
        old_version=cost.old_version,
        between=cost.between or incident.facts.between,
    )
    after = replace(incident, state=IncidentState.RESOLVED, resolved_at=now.wall, changed_at=now.wall, facts=facts)
    return Step(_with_chapter(after, now, Transition.RESOLVED), Transition.RESOLVED, now)


def withdrawn(incident: Incident, now: Instant) -> Step:
    """The subject is no longer watched."""
    after = replace(incident, state=IncidentState.RESOLVED, withdrawn=True, resolved_at=now.wall, changed_at=now.wall)
    return Step(_with_chapter(replace(after, next_look_at=None), now, Transition.WITHDRAWN), Transition.WITHDRAWN, now)


def calmed(incident: Incident, now: Instant) -> Step:
    """An unstable incident has not changed for a quarter of an hour."""
    after = replace(incident, unstable=False, next_look_at=None)
    return Step(_with_chapter(after, now, Transition.CALMED), Transition.CALMED, now)


def _now(incident: Incident, verdict: Verdict, now: Instant, transition: Transition) -> Incident:
    """The incident with the verdict's kind, severity and evidence. Sessions that were hit first stay the ones that were hit."""
    facts = verdict.facts
    if verdict.kind in _DEATHS and not facts.sessions:
        facts = replace(facts, sessions=incident.facts.sessions, sessions_known=incident.facts.sessions_known)

    after = replace(
        incident,
        kind=verdict.kind,
        severity=verdict.severity,
        changed_at=now.wall,
        witnesses=verdict.witnesses,
        facts=facts,
        scene=incident.scene or verdict.scene,
    )
    return _with_chapter(after, now, transition)


def _with_chapter(incident: Incident, now: Instant, transition: Transition) -> Incident:
    """The story goes on; a very long one keeps its beginning and its end."""
    chapters = (*incident.chapters, Chapter(now.wall, transition, incident.kind, incident.severity))
    if len(chapters) > _CHAPTERS:
        chapters = (chapters[0], *chapters[-_CHAPTERS + 1 :])

    return replace(incident, chapters=chapters)
