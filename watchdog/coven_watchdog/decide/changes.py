"""The single steps of an incident: each takes the incident before and gives the step, or None where nothing changed."""

from dataclasses import replace
from itertools import takewhile

from coven_watchdog.catalogue import CATALOGUE, order
from coven_watchdog.model.incidents import Chapter, Incident, Step, Verdict
from coven_watchdog.model.time import MINUTE, Instant
from coven_watchdog.model.words import Found, IncidentState, Kind, Severity, Transition

UNSTABLE_WITHIN = 15 * MINUTE
UNSTABLE_OPENINGS = 4
CALM_AFTER = 15 * MINUTE
_CHAPTERS = 40
_OPENINGS_KEPT = 1000
_JUST_BEGUN = MINUTE
_DEATHS = frozenset({Kind.DAEMON_CRASHED, Kind.DAEMON_STOPPED})
_OPENING = frozenset({Transition.OPENED, Transition.REOPENED, Transition.BECAME_UNSTABLE})


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
        opened_awake=now.awake,
        reopenings=(now.wall,) if state is IncidentState.OPEN else (),
        witnesses=verdict.witnesses,
        facts=verdict.facts,
        scene=verdict.scene,
        chapters=(Chapter(fact_at, transition, verdict.kind, verdict.severity),),
    )


def spell(incident: Incident) -> tuple[Chapter, ...]:
    """The chapters since it last opened: what it has been this time."""
    starts = [position for position, chapter in enumerate(incident.chapters) if chapter.transition in _OPENING]
    return incident.chapters[starts[-1] :] if starts else incident.chapters


def went_through(incident: Incident) -> tuple[Kind, ...]:
    """Every kind that it has been since it opened, in order."""
    return tuple(dict.fromkeys(chapter.kind for chapter in spell(incident))) or (incident.kind,)


def became_at(incident: Incident) -> int:
    """Wall µs at which it became what it is: later than it began, where it was something else before."""
    chapters = spell(incident)
    now_so = [*takewhile(lambda chapter: chapter.kind is incident.kind, reversed(chapters))]
    return now_so[-1].at if 0 < len(now_so) < len(chapters) else incident.fact_at


def worsens(incident: Incident, verdict: Verdict) -> bool:
    """Whether this is worse than anything the incident has been since it opened: going to and fro is no news."""
    before = [(chapter.severity, chapter.kind) for chapter in spell(incident)] + [(incident.severity, incident.kind)]
    return weight(verdict.severity, verdict.kind) > max(weight(severity, kind) for severity, kind in before)


def weight(severity: Severity, kind: Kind) -> tuple[int, int]:
    """How bad something is: the greater the worse."""
    return severity.rank, -order(kind)


def implies(heard: Kind, now: Kind) -> bool:
    """Whether the one says the other already: that a start came to nothing, that the daemon before it is dead."""
    return heard is Kind.DAEMON_START_FAILED and now in _DEATHS


def corrects(before: Kind, after: Kind) -> bool:
    """Whether one way to die takes the place of another, or what was to mend it came to nothing."""
    return {before, after} == _DEATHS or (before in _DEATHS and after is Kind.DAEMON_START_FAILED)


def changed(incident: Incident, verdict: Verdict, now: Instant) -> Step | None:
    """Another kind, or a higher severity of the same. What is found so after the fact cannot correct what was seen."""
    if verdict.found is not Found.LIVE and incident.kind in _DEATHS:
        return None

    if verdict.kind is incident.kind and verdict.severity.rank <= incident.severity.rank:
        return None

    corrected = corrects(incident.kind, verdict.kind)
    facts = verdict.facts
    if verdict.kind in _DEATHS and not facts.sessions:
        facts = replace(facts, sessions=incident.facts.sessions, sessions_known=incident.facts.sessions_known)

    after = _now(incident, replace(verdict, facts=facts), now, Transition.CHANGED)
    return Step(after, Transition.CHANGED, now, worse=corrected or worsens(incident, verdict))


def learned(incident: Incident, verdict: Verdict, now: Instant) -> Step | None:
    """More is known than when it was told: the kernel's word, the reaping of the dead pid, the kernel log's line.

    Of what was found afterwards nothing more can be known; only its scene is taken a moment later than the verdict.
    """
    if verdict.kind is not incident.kind:
        return None

    if verdict.found is not Found.LIVE:
        wanted = verdict.scene is not None and incident.scene is None
        return Step(replace(incident, scene=verdict.scene), Transition.LEARNED, now) if wanted else None

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
    """The same trouble again, under the same id; the fourth time within a quarter of an hour it is unstable.

    While it is unstable every opening is counted, for the one word at the end.
    """
    kept = [at for at in incident.reopenings if incident.unstable or now.wall - at < UNSTABLE_WITHIN]
    openings = (*kept[-_OPENINGS_KEPT:], now.wall)
    became = not incident.unstable and len(openings) >= UNSTABLE_OPENINGS
    transition = Transition.BECAME_UNSTABLE if became else Transition.REOPENED
    again = replace(
        _now(incident, verdict, now, transition),
        state=IncidentState.OPEN,
        found=verdict.found,
        withdrawn=False,
        resolved_at=None,
        reopenings=openings,
        opened_awake=incident.opened_awake if incident.unstable else now.awake,
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
    """It is over; the clearing verdict knows what it cost, and whether it was over before anybody looked."""
    known, cost, unseen = incident.facts.identity, verdict.facts, verdict.facts.between
    found_over = unseen is not None and unseen[0] >= incident.fact_at and now.wall - unseen[1] < _JUST_BEGUN
    same = known is not None and cost.identity == known
    facts = replace(
        incident.facts,
        # A daemon that only hung has cost nothing; what its coming had cost was told then.
        lost=() if same else cost.lost,
        survivors=cost.survivors or incident.facts.survivors,
        sessions_known=cost.sessions_known,
        version=cost.version or incident.facts.version,
        old_version=cost.old_version,
        comeback=cost.comeback if cost.identity != known else None,
        old_identity=known if cost.identity != known else None,
        between=unseen if found_over else incident.facts.between,
    )
    after = replace(incident, state=IncidentState.RESOLVED, resolved_at=now.wall, changed_at=now.wall, facts=facts)
    return Step(_with_chapter(after, now, Transition.RESOLVED), Transition.RESOLVED, now)


def withdrawn(incident: Incident, now: Instant) -> Step:
    """The subject is no longer watched: whatever was owed is said now."""
    after = replace(
        incident,
        state=IncidentState.RESOLVED,
        withdrawn=True,
        unstable=False,
        resolved_at=incident.resolved_at or now.wall,
        changed_at=now.wall,
        next_look_at=None,
    )
    return Step(_with_chapter(after, now, Transition.WITHDRAWN), Transition.WITHDRAWN, now)


def calmed(incident: Incident, now: Instant) -> Step:
    """An unstable incident has not changed for a quarter of an hour."""
    after = replace(incident, unstable=False, next_look_at=None)
    return Step(_with_chapter(after, now, Transition.CALMED), Transition.CALMED, now)


def _now(incident: Incident, verdict: Verdict, now: Instant, transition: Transition) -> Incident:
    """The incident with the verdict's kind, severity and evidence."""
    after = replace(
        incident,
        kind=verdict.kind,
        severity=verdict.severity,
        changed_at=now.wall,
        witnesses=verdict.witnesses,
        facts=verdict.facts,
        scene=verdict.scene if transition in _OPENING else incident.scene or verdict.scene,
    )
    at = now.wall if verdict.fact_at is None else verdict.fact_at
    return _with_chapter(after, now, transition, at)


def _with_chapter(incident: Incident, now: Instant, transition: Transition, at: int | None = None) -> Incident:
    return with_chapter(incident, Chapter(now.wall if at is None else at, transition, incident.kind, incident.severity))


def with_chapter(incident: Incident, chapter: Chapter) -> Incident:
    """The story goes on; a very long one keeps its beginning and its end."""
    chapters = (*incident.chapters, chapter)
    if len(chapters) > _CHAPTERS:
        chapters = (chapters[0], *chapters[-_CHAPTERS + 1 :])

    return replace(incident, chapters=chapters)
