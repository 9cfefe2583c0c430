"""The lines of one incident: what stands in them, and what does not. Whole messages are `test_render`'s."""

from dataclasses import replace

import pytest

from coven_watchdog.decide.body import Page, recovery_lines, trouble_lines
from coven_watchdog.decide.by_hand import done_by_hand
from coven_watchdog.decide.changes import calmed, changed, created, reminded, reopened, resolved
from coven_watchdog.model.incidents import Ack, Facts, Incident
from coven_watchdog.model.telling import Notification, Silence
from coven_watchdog.model.time import HOUR, MINUTE, SECOND, Instant
from coven_watchdog.model.words import IncidentState, Kind, NotificationState, Reason
from coven_watchdog.settings import Channel, Delay, Secret, Settings
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
    assert (
        trouble(reopened(over, replace(CRASHED, fact_at=over.chapters[-1].at), at(1)).incident, Reason.CHANGED)[1] == "Again."
    )
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


ADA = Ack(WALL + MINUTE, "ada (zsh, pid 4711)", "on it")
BOSS = Settings(channels=(Channel(name="boss", url=Secret("json://x"), after=Delay(30 * MINUTE)),))


def hidden(incident: Incident, *silences: Silence, minutes: float = 2) -> Incident:
    """With what people did in its story."""
    return [*done_by_hand(incident, silences, at(minutes))][-1].incident


@pytest.mark.parametrize(
    ("ack", "said"),
    [
        (ADA, "Acknowledged at 11:07 by ada (zsh, pid 4711): on it."),
        (replace(ADA, reason=""), "Acknowledged at 11:07 by ada (zsh, pid 4711)."),
        (replace(ADA, reason="Really?"), "Acknowledged at 11:07 by ada (zsh, pid 4711): Really?"),
        (replace(ADA, reason="", until=WALL + HOUR), "Acknowledged at 11:07 until 12:06 by ada (zsh, pid 4711)."),
        (replace(ADA, until=WALL + 24 * HOUR), "Acknowledged at 11:07 until Nov 19 11:06 by ada (zsh, pid 4711): on it."),
        (replace(ADA, by="", reason=""), "Acknowledged at 11:07."),
    ],
)
def test_who_acknowledged_it(ack: Ack, said: str) -> None:
    """The first line stands alone: when, for how long, who, why; then that it is not forgotten."""
    lines = trouble(hidden(replace(of(), ack=ack)), Reason.HIDDEN)
    assert (lines[0], lines[1]) == (said, "since 11:06 · killed by signal 9.")
    assert lines[2] == "You hear of it again when it gets worse, and when it is over."


def test_who_silenced_it() -> None:
    """For how long, who and why; not since when, which may be long before the trouble. Only its end is told."""
    lines = trouble(hidden(of(), Silence("s", WALL + HOUR, by="ada", reason="upgrading", at=WALL - HOUR)), Reason.HIDDEN)
    assert lines[:3] == [
        "Silenced until 12:06 by ada: upgrading.",
        "since 11:06 · killed by signal 9.",
        "Its end is told all the same.",
    ]
    both = trouble(hidden(replace(of(), ack=ADA), Silence("s", WALL + HOUR, by="bob")), Reason.HIDDEN)
    assert (both[0], both[2]) == ("Silenced until 12:06 by bob.", "Its end is told all the same.")


def test_a_reason_is_one_line_and_not_endless() -> None:
    """Whatever somebody writes."""
    long = trouble(hidden(replace(of(), ack=replace(ADA, reason="x\n\x1b[2J" * 200))), Reason.HIDDEN)[0]
    assert len(long) <= 200
    assert long.isprintable()


def test_hidden_by_nobody() -> None:
    """One whose story was cut has no such line."""
    assert trouble(of(), Reason.HIDDEN)[0].startswith("since 11:06 · ")


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(30, "30 min"), (53, "53 min"), (4 * 60, "4 h"), (-60, "30 min")],
    ids=["now", "later", "night", "set"],
)
def test_nobody_has_acknowledged_it(minutes: int, said: str) -> None:
    """Who is told because nobody else has answered hears for how long that is so."""
    made = page(row(committed_at=WALL + minutes * MINUTE), (), BOSS)
    assert f"Nobody has acknowledged it for {said}." in trouble(of(), made=made)


def test_somebody_has_acknowledged_it_for_a_while() -> None:
    """It is not said that nobody did, when it was for a time, or was taken back."""
    made = page(row(committed_at=WALL + 2 * HOUR), (), BOSS, WALL + 2 * HOUR)
    answered = hidden(replace(of(), ack=replace(ADA, until=WALL + HOUR)))
    assert trouble(answered, made=made)[1] == "It was acknowledged at 11:07 until 12:06 by ada (zsh, pid 4711): on it."
    taken_back = hidden(replace(hidden(replace(of(), ack=ADA)), ack=None), minutes=20)
    assert trouble(taken_back, made=made)[1] == "It was acknowledged; that was taken back."
    bob = hidden(replace(hidden(replace(of(), ack=ADA)), ack=None, unacknowledged_by="bob (zsh, pid 4712)"), minutes=20)
    assert trouble(bob, made=made)[1] == "It was acknowledged; bob (zsh, pid 4712) took that back."


def test_what_is_told_although_somebody_has_it() -> None:
    """A first word that waited, or a change for the worse, says so; it counts as long as it holds."""
    has_it = hidden(replace(of(), ack=replace(ADA, until=WALL + HOUR)))
    for made, role in (
        (page(row(), ()), Reason.FIRST),
        (page(row(), (), BOSS), Reason.FIRST),
        (page(row(), ()), Reason.CHANGED),
    ):
        assert trouble(has_it, role, made)[1] == "Acknowledged at 11:07 until 12:06 by ada (zsh, pid 4711): on it."

    assert not [line for line in trouble(has_it, made=page(row(), (), now=WALL + HOUR)) if "Acknowledged" in line]
    assert len([line for line in trouble(has_it, Reason.HIDDEN) if "cknowledged" in line]) == 1


def test_what_was_silenced_while_it_waited() -> None:
    """A first word that waited says so; one that is told after the silence, or after its removal, does not."""
    silenced = hidden(of(), Silence("s", WALL + HOUR, by="ada"))
    assert trouble(silenced, made=page(row(), ()))[1] == "Silenced until 12:06 by ada."
    for made in (page(row(), (), now=WALL + HOUR), page(row(committed_at=WALL + 3 * MINUTE), ())):
        assert not [line for line in trouble(silenced, made=made) if "Silenced" in line]


def test_an_event_waits_for_no_answer() -> None:
    """A message of an event says nothing of acknowledgements."""
    assert not [line for line in trouble(of(bad(Kind.SESSION_FAILED)), made=page(row(), (), BOSS)) if "acknowledged" in line]


def test_the_first_word_about_what_is_unstable() -> None:
    """A channel that heard nothing of it before hears how often it was."""
    flapping = replace(of(), unstable=True, reopenings=tuple(WALL + turn * MINUTE for turn in range(5)))
    made = page(row(), (), now=WALL + 6 * MINUTE)
    assert trouble(flapping, made=made)[1] == "5 times within 6 min. Quiet now until it has not changed for 15 minutes."


def test_a_change_that_was_told_later() -> None:
    """Its time is that of the change, and what it was before began when it began, whatever people did between."""
    seen = hidden(replace(of(HANG), ack=ADA))
    reminded_of = reminded(seen, at(8)).incident
    step = changed(reminded_of, CRASH, at(10))
    assert step is not None
    late = page(row(Reason.CHANGED, WALL + HOUR), (), now=WALL + HOUR)
    told = trouble(hidden(step.incident, Silence("s", WALL + HOUR), minutes=11), Reason.CHANGED, late)
    assert told[:2] == ["11:16 · killed by signal 9.", "Before: hung since 11:06."]


def test_before_is_the_last_of_several() -> None:
    """Hung, then unhealthy, then hung again, then crashed: it hung since the second time."""
    story = of(HANG)
    for minutes, verdict in ((3, bad(Kind.DAEMON_UNHEALTHY)), (5, HANG), (10, CRASH)):
        step = changed(story, verdict, at(minutes))
        assert step is not None
        story = step.incident

    assert trouble(story, Reason.CHANGED, page(row(), (), now=WALL + 11 * MINUTE))[1] == "Before: hung since 11:11."


@pytest.mark.parametrize(
    ("role", "told"),
    [
        (Reason.FIRST, ["11:16 · killed by signal 9.", "Before: hung since 11:06."]),
        (Reason.REMINDER, ["since 11:16 · killed by signal 9.", "It has lasted 11 min.", "Before: hung since 11:06."]),
    ],
)
def test_who_hears_of_it_only_after_it_changed(role: Reason, told: list[str]) -> None:
    """It is what it is since it became so, which is not when it began."""
    step = changed(of(HANG), CRASH, at(10))
    assert step is not None
    made = page(row(committed_at=WALL + 10 * MINUTE), (), now=WALL + 11 * MINUTE)
    assert trouble(step.incident, role, made)[: len(told)] == told


def test_again_although_it_was_silenced() -> None:
    """What people did stands beside the story, it does not hide what happened."""
    over = resolved(of(), WELL, at(1)).incident
    again = hidden(reopened(over, CRASHED, at(4)).incident, Silence("s", WALL + HOUR), minutes=5)
    assert trouble(again, Reason.CHANGED)[1] == "Again: it was well for 3 min."


def test_what_a_session_printed() -> None:
    """Its last lines below it, each harmless, and whether there are gaps."""
    facts = Facts(sessions=THREE[:1], output=("all\x1b[2J well", "token=abcdefghijklmnop1234"), dropped=2)
    lines = trouble(replace(of(bad(Kind.SESSION_FAILED)), facts=facts))
    assert lines[2:6] == [
        "Its recorded output has gaps: 2 pieces dropped.",
        "Printed last:",
        "> all well",
        "> token=[redacted]",
    ]
