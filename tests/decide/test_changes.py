"""The single steps: what each leaves of an incident, and what it takes from the verdict."""

from dataclasses import replace

from coven_watchdog.decide.changes import (
    became_at,
    calmed,
    changed,
    created,
    learned,
    reminded,
    reopened,
    resolved,
    spell,
    withdrawn,
    worsens,
)
from coven_watchdog.model.facts import Identity, Scene
from coven_watchdog.model.incidents import Chapter, Facts, Incident, Witness
from coven_watchdog.model.time import MINUTE, SECOND, Instant
from coven_watchdog.model.words import Basis, Form, Found, IncidentState, Kind, Transition
from decide.verdicts import CRASHED, CRITICAL, HOME, HUNG, INFO, START, WALL, WARNING, WELL, bad, brief, well

LATER = Instant(WALL + MINUTE, START.awake + MINUTE)
SEEN = (Witness("kernel", Basis.CONTRACT, WALL, "killed by signal 9"),)


def opened() -> Incident:
    """A hang."""
    return created(HUNG, "a", IncidentState.OPEN, START)


def test_a_new_incident_is_its_verdict() -> None:
    """Everything that the verdict knows, the time of the fact above all, and one chapter."""
    verdict = replace(CRASHED, witnesses=SEEN, fact_at=WALL - SECOND, found=Found.CATCH_UP, scene=Scene(WALL))
    incident = created(verdict, "a", IncidentState.OPEN, START)
    assert (incident.home, incident.subject, incident.kind, incident.form) == (HOME, "daemon", Kind.DAEMON_CRASHED, Form.STATE)
    assert (incident.opened_at, incident.fact_at, incident.found) == (WALL, WALL - SECOND, Found.CATCH_UP)
    assert (incident.witnesses, incident.scene, incident.reopenings) == (SEEN, Scene(WALL), (WALL,))
    assert incident.chapters == (Chapter(WALL - SECOND, Transition.OPENED, Kind.DAEMON_CRASHED, CRITICAL),)
    noted = created(bad(Kind.SESSION_FAILED), "b", IncidentState.NOTED, START)
    assert (noted.fact_at, noted.reopenings, noted.chapters[0].transition) == (WALL, (), Transition.NOTED)


def test_a_change_has_its_own_time() -> None:
    """The story says when the daemon was killed, not only since when it hung."""
    step = changed(opened(), replace(CRASHED, fact_at=WALL + SECOND), LATER)
    assert step is not None
    assert (step.incident.fact_at, step.incident.changed_at) == (WALL, LATER.wall)
    assert [chapter.at for chapter in step.incident.chapters] == [WALL, WALL + SECOND]


def test_the_same_again_is_no_change() -> None:
    """Neither is the same, milder."""
    assert changed(opened(), HUNG, LATER) is None
    assert changed(opened(), bad(Kind.DAEMON_UNRESPONSIVE, WARNING), LATER) is None


def test_worse_is_worse_than_ever_since_it_opened() -> None:
    """What it was in an earlier opening does not count."""
    unhealthy = bad(Kind.DAEMON_UNHEALTHY)
    assert worsens(opened(), CRASHED)
    assert not worsens(opened(), unhealthy)
    step = changed(opened(), unhealthy, LATER)
    assert step is not None
    assert not step.worse
    assert not worsens(step.incident, HUNG)
    again = reopened(resolved(step.incident, WELL, LATER).incident, unhealthy, LATER)
    assert worsens(again.incident, HUNG)


def test_a_spell_begins_with_an_opening() -> None:
    """The chapters since it last opened; all of them where the opening is forgotten."""
    again = reopened(resolved(opened(), WELL, LATER).incident, HUNG, LATER).incident
    assert [chapter.transition for chapter in spell(again)] == [Transition.REOPENED]
    assert spell(replace(again, chapters=again.chapters[1:2])) == again.chapters[1:2]


def test_a_correction_is_worth_a_word() -> None:
    """Crashed or stopped: either way round, but nothing found afterwards corrects what was seen."""
    stop = bad(Kind.DAEMON_STOPPED, INFO)
    crash = created(CRASHED, "a", IncidentState.OPEN, START)
    step = changed(crash, stop, LATER)
    assert step is not None
    assert step.worse
    assert changed(crash, replace(stop, found=Found.CATCH_UP), LATER) is None
    assert changed(opened(), replace(stop, found=Found.CATCH_UP), LATER) is not None


def test_learning_changes_neither_kind_nor_story() -> None:
    """More facts, and the same chapters; what was hit stays hit."""
    incident = replace(opened(), facts=Facts(sessions=(brief(),), sessions_known=False))
    step = learned(incident, replace(HUNG, facts=Facts(detail="stopped"), witnesses=SEEN), LATER)
    assert step is not None
    assert (step.transition, step.incident.chapters) == (Transition.LEARNED, incident.chapters)
    assert (step.incident.facts, step.incident.witnesses) == (Facts(sessions=(brief(),), detail="stopped"), SEEN)
    assert learned(step.incident, replace(HUNG, facts=Facts(detail="stopped")), LATER) is None
    assert learned(incident, CRASHED, LATER) is None


def test_the_scene_of_what_was_found_is_kept() -> None:
    """It is taken a moment after the verdict, and is all the evidence that there is; nothing else changes with it."""
    found = replace(CRASHED, found=Found.CATCH_UP)
    incident = created(found, "a", IncidentState.OPEN, START)
    step = learned(incident, replace(found, facts=Facts(detail="other"), scene=Scene(WALL)), LATER)
    assert step is not None
    assert step.incident == replace(incident, scene=Scene(WALL))
    assert learned(step.incident, replace(found, scene=Scene(WALL + 1)), LATER) is None


def test_another_opening_has_its_own_evidence() -> None:
    """Sessions, scene and acknowledgement of the crash before are not those of this one."""
    before = replace(opened(), facts=Facts(sessions=(brief(),)), scene=Scene(WALL), reminders=3, found=Found.CATCH_UP)
    over = resolved(before, well(lost=(brief(),)), START).incident
    again = reopened(over, replace(CRASHED, fact_at=LATER.wall - 1), LATER).incident
    assert (again.facts, again.scene, again.reminders, again.found) == (Facts(), None, 0, Found.LIVE)
    assert (again.state, again.resolved_at, again.fact_at) == (IncidentState.OPEN, None, LATER.wall - 1)
    assert (again.id, again.opened_at, again.reopenings) == ("a", WALL, (WALL, LATER.wall))


def test_a_clock_that_was_set_back_forgets_no_opening() -> None:
    """Openings of the future count as recent."""
    over = resolved(opened(), WELL, START).incident
    assert len(reopened(over, HUNG, Instant(WALL - 60 * MINUTE, LATER.awake)).incident.reopenings) == 2


def test_the_end_knows_what_it_cost() -> None:
    """Lost sessions and versions come from the clearing verdict; what was known of the trouble stays."""
    incident = replace(opened(), facts=Facts(detail="d", version="0.4.6", survivors=(brief(),), sessions=(brief(id="h"),)))
    facts = Facts(lost=(brief(id="l"),), old_version="0.4.6", version="0.4.7", sessions_known=False)
    over = resolved(incident, replace(WELL, facts=facts), LATER).incident
    assert (over.state, over.resolved_at) == (IncidentState.RESOLVED, LATER.wall)
    kept = Facts(detail="d", survivors=(brief(),), sessions=(brief(id="h"),))
    assert over.facts == replace(kept, lost=(brief(id="l"),), version="0.4.7", old_version="0.4.6", sessions_known=False)


def test_a_hang_that_is_over_has_cost_nothing() -> None:
    """What was lost when this very daemon came was told then: it is no cost of a trouble that it outlived."""
    same = replace(opened(), facts=Facts(identity=Identity(1, 1)))
    cost = Facts(identity=Identity(1, 1), lost=(brief(id="l"),))
    assert resolved(same, replace(WELL, facts=cost), LATER).incident.facts.lost == ()
    other = replace(WELL, facts=replace(cost, identity=Identity(2, 2)))
    assert resolved(same, other, LATER).incident.facts.lost == cost.lost


def test_reminded_calmed_withdrawn() -> None:
    """Each leaves its chapter and counts what it must."""
    assert (reminded(opened(), LATER).incident.reminders, reminded(opened(), LATER).transition) == (1, Transition.REMINDED)
    flapping = replace(opened(), unstable=True, next_look_at=1)
    calm = calmed(flapping, LATER).incident
    assert (calm.unstable, calm.next_look_at, calm.chapters[-1].transition) == (False, None, Transition.CALMED)
    gone = withdrawn(flapping, LATER).incident
    assert (gone.unstable, gone.withdrawn, gone.state, gone.resolved_at) == (False, True, IncidentState.RESOLVED, LATER.wall)


def test_when_it_became_what_it_is() -> None:
    """When it began, unless it was something else before; what it was more than once counts from the last time."""
    story = opened()
    assert became_at(replace(story, chapters=())) == became_at(story) == WALL
    for minutes, kind in ((3, Kind.DAEMON_UNHEALTHY), (5, Kind.DAEMON_UNRESPONSIVE), (7, Kind.DAEMON_CRASHED)):
        step = changed(story, bad(kind), Instant(WALL + minutes * MINUTE, START.awake))
        assert step is not None
        story = reminded(step.incident, LATER).incident
        assert became_at(story) == WALL + minutes * MINUTE

    again = reopened(resolved(story, WELL, LATER).incident, HUNG, Instant(WALL + 9 * MINUTE, START.awake)).incident
    assert became_at(again) == again.fact_at == WALL + 9 * MINUTE
