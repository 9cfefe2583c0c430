"""The lines of one incident: what stands in them, and what does not. Whole messages are `test_render`'s."""

from dataclasses import replace

import pytest

from coven_watchdog.decide.body import Page, recovery_lines, trouble_lines
from coven_watchdog.decide.changes import calmed, changed, created, reopened, resolved
from coven_watchdog.model.incidents import Facts, Incident
from coven_watchdog.model.telling import Notification
from coven_watchdog.model.time import HOUR, MINUTE, SECOND, Instant
from coven_watchdog.model.words import IncidentState, Kind, NotificationState, Reason
from coven_watchdog.settings import Channel, Secret, Settings
from decide.pages import CRASH, HANG, KILLED, THREE, page
from decide.verdicts import CRASHED, CRITICAL, HUNG, START, WALL, WARNING, WELL, bad, well

DESKTOP = Settings(channels=(Channel(name="desk", url=Secret("desktop://")),))


def row(reason: Reason = Reason.FIRST, committed_at: int = WALL) -> Notification:
    """A message."""
    return Notification("a.1", "desk", "a", reason, NotificationState.QUEUED, WALL, committed_at, committed_at)


def at(minutes: float) -> Instant:
    """So long after the beginning."""
    return Instant(WALL + round(minutes * MINUTE), START.awake + round(minutes * MINUTE))


def of(verdict: object = CRASH) -> Incident:
    """An open incident."""
    return created(verdict, "a", IncidentState.OPEN, START)  # type: ignore[arg-type]


def trouble(incident: Incident, role: Reason = Reason.FIRST, made: Page | None = None) -> list[str]:
    """Its lines."""
    return [line for line in trouble_lines(made or page(row(), ()), incident, role) if line]


def recovery(incident: Incident, made: Page | None = None) -> list[str]:
    """Its lines."""
    return [line for line in recovery_lines(made or page(row(Reason.RESOLVED), ()), incident) if line]


def test_titles_follow_the_channel() -> None:
    """What a page may show is the settings' word."""
    assert page(row(), (), DESKTOP).titles
    assert not page(row(), ()).titles
    assert "“add a cart”" in trouble(of(), made=page(row(), (), DESKTOP))[1]


def test_since() -> None:
    """A first word that comes long after the fact says since when; an event was at its time; a reminder always says since."""
    late = page(row(committed_at=WALL + MINUTE), ())
    assert trouble(of(), made=late)[0].startswith("since 11:06 · ")
    assert trouble(of(), made=page(row(committed_at=WALL + 59 * SECOND), ()))[0].startswith("11:06 · ")
    assert trouble(of(bad(Kind.SESSION_FAILED)), made=late)[0].startswith("11:06 · ")
    assert trouble(of(), Reason.REMINDER)[0].startswith("since 11:06 · ")
    unseen = replace(of(), facts=replace(KILLED, between=(WALL - HOUR, WALL)))
    assert trouble(unseen, Reason.REMINDER)[0].startswith("between 10:06 and 11:06 · ")


def test_a_change_says_what_it_was_before() -> None:
    """And since when; a mere rise in severity does not."""
    step = changed(of(HANG), replace(CRASH, fact_at=WALL + 10 * MINUTE), at(10))
    assert step is not None
    made = page(row(Reason.CHANGED), (), now=WALL + 11 * MINUTE)
    assert trouble(step.incident, Reason.CHANGED, made)[:2] == ["11:16 · killed by signal 9.", "Before: hung since 11:06."]
    louder = changed(of(bad(Kind.DAEMON_UNRESPONSIVE, WARNING)), HUNG, at(10))
    assert louder is not None
    assert trouble(louder.incident, Reason.CHANGED, made)[0] == "11:16 · its process lives and does not answer."
    assert "Before" not in " ".join(trouble(louder.incident, Reason.CHANGED, made))


def test_turns() -> None:
    """Again, after how long; for good; or nothing where nothing is known."""
    over = resolved(of(), WELL, at(1)).incident
    again = reopened(over, CRASHED, at(4)).incident
    assert trouble(again, Reason.CHANGED)[1] == "Again: it was well for 3 min."
    assert trouble(replace(again, chapters=again.chapters[-1:]), Reason.CHANGED)[1] == "Again."
    assert trouble(calmed(again, at(5)).incident, Reason.CHANGED)[1] == "It has stopped changing: no longer unstable."
    assert trouble(replace(of(), chapters=()), Reason.CHANGED) == trouble(of())


@pytest.mark.parametrize(
    ("cause", "said"),
    [("1: naem: unknown key; did you mean name?", "name?"), ("it said no.", "no."), ("x" * 999, "x…"), ("no such key", "key.")],
)
def test_a_sentence_has_one_end(cause: str, said: str) -> None:
    """What brings its own mark gets no full stop behind it, while it is so and when it is over."""
    broken = of(bad(Kind.WATCHDOG_CONFIG_INVALID, facts=Facts(detail=cause)))
    over = resolved(broken, well(Kind.WATCHDOG_CONFIG_INVALID), at(1)).incident
    lines = (trouble(broken)[0], recovery(over)[0])
    assert [line.endswith(said) and not line.endswith("..") for line in lines] == [True, True]


def test_which_sessions() -> None:
    """Named where they are known; said to be unknown where only that is known; an event names its own."""
    unknown = replace(of(), facts=Facts(sessions_known=False))
    assert "Which sessions it hit is not known." in trouble(unknown)
    misleading = replace(of(bad(Kind.DAEMON_RECORD_INVALID)), facts=Facts(sessions_known=False))
    assert "Which sessions it hit is not known." not in trouble(misleading)
    event = replace(of(bad(Kind.SESSION_FAILED)), facts=Facts(sessions=THREE[:1]))
    assert trouble(event)[1] == "codex in shop 41 min (3f0c9a12)"


def test_evidence_is_only_said_to_be_saved_when_it_is() -> None:
    """Without a scene nothing is claimed."""
    assert trouble(of())[-1].startswith("Evidence is saved. ")
    assert trouble(replace(of(), scene=None))[-1].startswith("Start it again")
    hostile = replace(of(), facts=Facts(home="/x\n"))
    assert trouble(hostile)[-1] == "Evidence is saved."


@pytest.mark.parametrize(
    ("kind", "reason", "begins"),
    [
        (Kind.DAEMON_CRASHED, Reason.RESOLVED, "Down 11:06–11:07 (1 min): crashed."),
        (Kind.DAEMON_CRASHED, Reason.LATE, "Was down 11:06–11:07 (1 min): crashed."),
        (Kind.DAEMON_INCOMPATIBLE, Reason.RESOLVED, "11:06–11:07 (1 min): another version."),
        (Kind.HOME_INSECURE, Reason.LATE, "Was so 11:06–11:07 (1 min): home not safe."),
        (Kind.HOME_MISSING, Reason.RESOLVED, "11:06–11:07 (1 min): home gone."),
    ],
)
def test_how_it_was(kind: Kind, reason: Reason, begins: str) -> None:
    """Down only what was out of service; in the past where it was not told before."""
    over = resolved(of(bad(kind, CRITICAL)), well(kind), at(1)).incident
    assert recovery(over, page(row(reason), ()))[0] == begins


def test_no_loss_is_only_claimed_when_it_is_known() -> None:
    """The same daemon goes on: nothing was lost. Another one, or a death, claims nothing."""
    same, other = well(identity=KILLED.identity), well(identity=replace(KILLED.identity, pid=5)) if KILLED.identity else WELL
    assert "No session was lost." in recovery(resolved(of(HANG), same, at(1)).incident)
    assert "No session was lost." not in recovery(resolved(of(HANG), other, at(1)).incident)
    assert "No session was lost." not in recovery(resolved(of(CRASH), WELL, at(1)).incident)
    assert "No session was lost." not in recovery(resolved(of(HANG), WELL, at(1)).incident)
    assert "No session was lost." not in recovery(resolved(of(HUNG), WELL, at(1)).incident)
    unknown = recovery(resolved(of(HANG), well(sessions_known=False), at(1)).incident)
    assert unknown[-1] == "What became of its sessions is not known yet."
    home = recovery(resolved(of(bad(Kind.HOME_INSECURE)), well(sessions_known=False), at(1)).incident)
    assert len(home) == 1
