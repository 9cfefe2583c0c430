"""What the machine remembers: loaded from a store, and forgotten home by home."""

from dataclasses import replace

from coven_watchdog.decide.changes import created
from coven_watchdog.decide.memory import NOTED_KEPT, Incidents, Pending, key_of, remembered
from coven_watchdog.model.incidents import Ack, Chapter
from coven_watchdog.model.words import IncidentState, Kind, Severity, Transition
from decide.verdicts import CRASHED, HOME, START

OTHER = "/home/ada/.other"


def test_memory_of_the_run_before() -> None:
    """Open and recent incidents by home and subject, events by what makes them one."""
    opened = created(CRASHED, "a", IncidentState.OPEN, START)
    recent = replace(opened, id="b", home=OTHER)
    event = (HOME, "session:1", Kind.SESSION_FAILED, "1")
    memory = Incidents.load([opened], [recent], [event])
    assert memory == Incidents(open={(HOME, "daemon"): opened}, closed={(OTHER, "daemon"): recent}, noted={event: None})
    assert key_of(recent) == (OTHER, "daemon")


def test_old_events_are_forgotten_and_none_that_is_present() -> None:
    """The memory is bounded; more events than it holds, all present, are noted once all the same."""
    many = [(HOME, f"session:{number}", Kind.SESSION_FAILED, "1") for number in range(NOTED_KEPT + 10)]
    old, new = dict.fromkeys(many[:NOTED_KEPT]), many[NOTED_KEPT:]

    assert list(remembered(old, new)) == many[10:]
    assert list(remembered(old, [many[3], *new])) == [many[3], *many[11:]]
    assert list(remembered({}, many)) == many


def test_a_home_is_forgotten_but_for_its_events() -> None:
    """Nothing on its way, open or closed stays; other homes are untouched; an event is not told again."""
    incident = created(CRASHED, "a", IncidentState.OPEN, START)
    event = (HOME, "session:1", Kind.SESSION_FAILED, "1")
    both = (HOME, "daemon"), (OTHER, "daemon")
    memory = Incidents(
        open=dict.fromkeys(both, incident),
        closed=dict.fromkeys(both, incident),
        pending=dict.fromkeys(((*key, Kind.DAEMON_STOPPED) for key in both), Pending(1, None)),
        clearing=dict.fromkeys(both, 1),
        frozen=dict.fromkeys(both, 1),
        noted={event: None},
    )
    kept = memory.without(HOME)
    assert {len(part) for part in (kept.open, kept.closed, kept.pending, kept.clearing, kept.frozen, kept.noted)} == {1}
    assert kept.without(OTHER) == Incidents(noted={event: None})


def test_what_only_the_transaction_knew_is_taken_over() -> None:
    """Message numbers, reminders that nobody got, what people did, whose awake times they are; of the rest the machine knows best."""
    opened = replace(created(CRASHED, "a", IncidentState.OPEN, START), reminders=2, next_look_at=7)
    closed = replace(opened, id="b", state=IncidentState.RESOLVED)
    chapters = (*opened.chapters, Chapter(START.wall, Transition.ACKNOWLEDGED, opened.kind, opened.severity, "ada"))
    known = {"tellings": 4, "reminders": 1, "chapters": chapters, "ack": Ack(START.wall, "ada"), "boot": "boot-one"}
    other = replace(opened, severity=Severity.INFO, next_look_at=None, **known)  # type: ignore[arg-type]
    memory = Incidents(open={(HOME, "daemon"): opened}, closed={(OTHER, "daemon"): closed}, clearing={(HOME, "x"): 1})

    after = memory.adopted([other, replace(other, id="b"), replace(other, id="c")])
    assert after.open == {(HOME, "daemon"): replace(opened, **known)}  # type: ignore[arg-type]
    assert after.closed == {(OTHER, "daemon"): replace(closed, **known)}  # type: ignore[arg-type]
    assert after.clearing == memory.clearing
    assert memory.adopted([]) == memory.adopted([replace(other, id="c")]) == memory
