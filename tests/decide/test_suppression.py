"""Each reason not to tell, alone, and the order in which they are asked."""

from dataclasses import replace

import pytest

from coven_watchdog.decide.changes import created
from coven_watchdog.decide.suppression import Question, inhibited, routed, withheld
from coven_watchdog.model.incidents import Ack, Chapter, Facts, Incident, Step, Verdict
from coven_watchdog.model.telling import Silence
from coven_watchdog.model.time import DAY, MINUTE
from coven_watchdog.model.words import Found, IncidentState, Kind, Reason, Severity, Suppression, Transition
from coven_watchdog.settings import Channel, Delay
from decide.verdicts import CRASHED, CRITICAL, DESK, HOME, HUNG, INFO, OFF, START, WALL, WARNING, bad, brief

CHANNEL = DESK.channels[0]
FAILED = bad(Kind.SESSION_FAILED)
SILENCE = Silence("s", WALL + 1)


def incident(verdict: Verdict = CRASHED, name: str = "a", **changes: object) -> Incident:
    """An open incident."""
    return replace(created(verdict, name, IncidentState.OPEN, START), **changes)  # type: ignore[arg-type]


def question(of: Incident, transition: Transition = Transition.OPENED, **changes: object) -> Question:
    """Is it told on the desk?"""
    plain = Question(Step(of, transition, START), Reason.FIRST, CHANNEL, (), (), (), START)
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_what_nothing_holds_back_is_told() -> None:
    """No reason not to tell."""
    assert withheld(question(incident())) is None


@pytest.mark.parametrize("reason", [Reason.RESOLVED, Reason.LATE])
def test_a_recovery_passes(reason: Reason) -> None:
    """Silence, acknowledgement, severity and the rest do not hold back what ends a story."""
    hidden = incident(bad(Kind.DAEMON_CRASHED, OFF), ack=Ack(WALL, "ada"))
    assert withheld(question(hidden, Transition.RESOLVED, reason=reason, silences=(SILENCE,))) is None


@pytest.mark.parametrize(
    ("silence", "hidden"),
    [
        (SILENCE, True),
        (replace(SILENCE, until=WALL), False),
        (replace(SILENCE, kind="session.*"), True),
        (replace(SILENCE, kind="daemon.*"), False),
        (replace(SILENCE, session="3f0c9a12-77aa"), True),
        (replace(SILENCE, session="other"), False),
        (replace(SILENCE, home=HOME), True),
        (replace(SILENCE, home="/other"), False),
    ],
)
def test_a_silence_hides_what_matches(silence: Silence, *, hidden: bool) -> None:
    """Until it ends; every matcher that is given must match."""
    expected = Suppression.SILENCED if hidden else None
    assert withheld(question(incident(FAILED), silences=(silence,))) is expected


@pytest.mark.parametrize(
    ("ack", "worse", "hidden"),
    [
        (Ack(WALL, "ada"), False, True),
        (Ack(WALL, "ada", until=WALL + 1), False, True),
        (Ack(WALL, "ada", until=WALL), False, False),
        (Ack(WALL, "ada"), True, False),
        (None, False, False),
    ],
)
def test_an_acknowledgement_hides_more_of_the_same(ack: Ack | None, *, worse: bool, hidden: bool) -> None:
    """For as long as it was given, and nothing that is worse."""
    asked = replace(question(incident(ack=ack)), step=Step(incident(ack=ack), Transition.REMINDED, START, worse=worse))
    assert withheld(asked) is (Suppression.ACKNOWLEDGED if hidden else None)


@pytest.mark.parametrize(
    ("severity", "channel", "hidden"),
    [
        (WARNING, CHANNEL, False),
        (INFO, CHANNEL, True),
        (INFO, Channel(name="desk", also=("daemon.*",)), False),
        (INFO, Channel(name="desk", min_severity=INFO), False),
        (WARNING, Channel(name="desk", min_severity=CRITICAL), True),
    ],
)
def test_a_channel_is_told_what_is_loud_enough(severity: Severity, channel: Channel, *, hidden: bool) -> None:
    """From `min_severity` on, and what `also` names."""
    expected = Suppression.BELOW_SEVERITY if hidden else None
    assert withheld(question(incident(severity=severity), channel=channel)) is expected


def test_a_correction_is_loud_enough_for_who_heard_the_mistake() -> None:
    """A change that is worth a word reaches every channel that was told before."""
    stop = incident(bad(Kind.DAEMON_STOPPED, INFO))
    corrected = Step(stop, Transition.CHANGED, START, worse=True)
    assert withheld(question(stop, step=corrected, heard=True)) is None
    assert withheld(question(stop, step=corrected)) is Suppression.BELOW_SEVERITY
    again = Step(stop, Transition.BECAME_UNSTABLE, START, worse=True)
    assert withheld(question(stop, step=again, heard=True)) is Suppression.BELOW_SEVERITY


def test_a_milder_change_is_news_to_who_heard_nothing() -> None:
    """The others were told of something worse."""
    assert withheld(question(incident(), Transition.CHANGED, heard=True)) is Suppression.MILDER
    assert withheld(question(incident(), Transition.CHANGED)) is None


def test_old_news() -> None:
    """What was found afterwards and is older than a day is for the digest."""
    found = replace(FAILED, found=Found.CATCH_UP)
    assert withheld(question(incident(replace(found, fact_at=WALL - DAY - 1)))) is Suppression.TOO_OLD
    assert withheld(question(incident(replace(found, fact_at=WALL - DAY)))) is None
    assert withheld(question(incident(replace(FAILED, fact_at=WALL - 2 * DAY)))) is None


@pytest.mark.parametrize(
    ("was", "transition", "hidden"),
    [
        (CRITICAL, Transition.REOPENED, True),
        (WARNING, Transition.REOPENED, False),
        (WARNING, Transition.CHANGED, False),
        (WARNING, Transition.REMINDED, True),
        (CRITICAL, Transition.BECAME_UNSTABLE, False),
    ],
)
def test_while_unstable_only_what_is_louder_than_ever(was: Severity, transition: Transition, *, hidden: bool) -> None:
    """It was said that it is unstable; more of the same is no news."""
    chapters = (
        Chapter(WALL, Transition.OPENED, Kind.DAEMON_CRASHED, was),
        Chapter(WALL, transition, Kind.DAEMON_CRASHED, CRITICAL),
    )
    flapping = incident(unstable=True, chapters=chapters)
    assert withheld(question(flapping, transition, heard=True, step=Step(flapping, transition, START, worse=True))) is (
        Suppression.UNSTABLE if hidden else None
    )
    assert withheld(question(replace(flapping, chapters=chapters[1:]), Transition.REOPENED, heard=True)) is Suppression.UNSTABLE


def test_who_heard_nothing_of_what_flaps_hears_of_it() -> None:
    """The word that it is unstable was withheld here: the next opening is news."""
    assert withheld(question(incident(unstable=True), Transition.REOPENED)) is None


def test_the_order_of_the_questions() -> None:
    """The first reason that holds is the one that is recorded."""
    failing = bad(Kind.WATCHDOG_CHANNEL_FAILING, INFO, subject="channel:desk")
    every = incident(failing, ack=Ack(WALL, "ada"))
    assert withheld(question(replace(every, severity=OFF), silences=(SILENCE,))) is Suppression.OFF
    assert withheld(question(every, silences=(SILENCE,))) is Suppression.NOT_ROUTED
    assert withheld(question(replace(every, subject="channel:other"))) is Suppression.BELOW_SEVERITY
    assert withheld(question(replace(every, subject="x", severity=WARNING), silences=(SILENCE,))) is Suppression.ACKNOWLEDGED


@pytest.mark.parametrize(
    ("kind", "by", "held"),
    [
        (Kind.SESSION_FAILED, Kind.DAEMON_CRASHED, True),
        (Kind.SESSION_FAILED, Kind.DAEMON_STOPPED, True),
        (Kind.STORE_BROKEN, Kind.DAEMON_UNRESPONSIVE, True),
        (Kind.SESSION_FAILED, Kind.DAEMON_IMPOSTOR, False),
        (Kind.SESSION_FAILED, Kind.DAEMON_INCOMPATIBLE, False),
        (Kind.SESSION_FAILED, Kind.DAEMON_RESTART_LOOP, False),
        (Kind.SESSION_FAILED, Kind.HOME_MISSING, False),
        (Kind.DAEMON_SOCKET_LOST, Kind.HOME_MISSING, True),
        (Kind.DAEMON_SOCKET_LOST, Kind.HOME_INSECURE, False),
        (Kind.DAEMON_RESTARTED, Kind.DAEMON_CRASHED, True),
        (Kind.DAEMON_RESTARTED, Kind.DAEMON_RESTART_LOOP, True),
        (Kind.DAEMON_RESTARTED, Kind.DAEMON_DUPLICATE, True),
        (Kind.DAEMON_RESTARTED, Kind.HOME_INSECURE, False),
        (Kind.HOME_INSECURE, Kind.DAEMON_CRASHED, False),
        (Kind.WATCHDOG_BLIND, Kind.DAEMON_CRASHED, False),
    ],
)
def test_who_inhibits_whom(kind: Kind, by: Kind, *, held: bool) -> None:
    """The daemon's story tells what follows from it, in the same home."""
    story = incident(bad(by), "b")
    assert inhibited(incident(bad(kind)), [story]) is held
    assert not inhibited(incident(bad(kind)), [replace(story, home="/other")])
    assert not inhibited(incident(bad(kind)), [replace(story, id="a")])


def test_a_restart_that_ends_a_story() -> None:
    """It is told by the recovery, also when that comes in the same moment; a failed session is not."""
    story = incident(HUNG, "b")
    assert inhibited(incident(bad(Kind.DAEMON_RESTARTED)), (), [story])
    assert not inhibited(incident(bad(Kind.DAEMON_RESTARTED)), (), [replace(story, home="/other")])
    assert not inhibited(incident(FAILED), (), [story])


def test_a_restart_in_a_loop_that_cost_sessions() -> None:
    """A loop does not name what each restart cost, so that is told."""
    loop = incident(bad(Kind.DAEMON_RESTART_LOOP), "b")
    costly = bad(Kind.DAEMON_RESTARTED, facts=Facts(lost=(brief(),)))
    assert not inhibited(incident(costly), [loop])


def test_a_story_that_is_not_told_here_inhibits_nothing_here() -> None:
    """A clean stop that is too quiet for the desk does not swallow a failed session there."""
    quiet, loud = incident(bad(Kind.DAEMON_STOPPED, INFO), "b"), incident(CRASHED, "b")
    assert withheld(question(incident(FAILED), open=(quiet,), before=(quiet,))) is None
    assert withheld(question(incident(FAILED), open=(loud,))) is Suppression.INHIBITED


@pytest.mark.parametrize(
    ("after", "minutes", "waits"),
    [(0, 0, False), (30, 0, True), (30, 29, True), (30, 30, False), (30, 300, False), (30, -5, True)],
)
def test_a_channel_that_waits_for_an_answer(after: int, minutes: int, *, waits: bool) -> None:
    """By the awake clock, since it last opened."""
    channel = Channel(name="boss", after=Delay(after * MINUTE))
    asked = question(incident(opened_awake=START.awake - minutes * MINUTE), channel=channel)
    assert withheld(asked) is (Suppression.WAITING_AFTER if waits else None)
    assert (asked.waits > 0) is waits


def test_an_event_cannot_wait() -> None:
    """A channel that waits is not there for events."""
    channel = Channel(name="boss", after=Delay(MINUTE))
    assert withheld(question(incident(FAILED), channel=channel)) is Suppression.NOT_ROUTED


@pytest.mark.parametrize(
    ("severity", "quiet", "held"), [(WARNING, True, True), (CRITICAL, True, False), (WARNING, False, False)]
)
def test_the_night(severity: Severity, *, quiet: bool, held: bool) -> None:
    """It holds back what is not critical."""
    asked = question(incident(severity=severity), quiet=quiet)
    assert withheld(asked) is (Suppression.QUIET_HOURS if held else None)


@pytest.mark.parametrize(("missing", "held"), [(0, False), (1, True)])
def test_the_rate(missing: int, *, held: bool) -> None:
    """A message needs all of its token."""
    assert withheld(question(incident(), missing=missing)) is (Suppression.RATE_LIMITED if held else None)


def test_the_order_of_what_passes() -> None:
    """What people wanted first, then who is awaited, the night, and at last the token, which nothing else takes."""
    channel = Channel(name="desk", after=Delay(MINUTE))
    hidden = incident(severity=WARNING, ack=Ack(WALL, "ada"))
    every = question(hidden, channel=channel, silences=(SILENCE,), quiet=True, missing=1)
    found = []
    for change in (
        {"step": replace(every.step, incident=replace(hidden, ack=None))},
        {"silences": ()},
        {"channel": CHANNEL},
        {"quiet": False},
    ):
        found.append(withheld(every))
        every = replace(every, **change)

    assert [*found, withheld(every)] == [
        Suppression.ACKNOWLEDGED,
        Suppression.SILENCED,
        Suppression.WAITING_AFTER,
        Suppression.QUIET_HOURS,
        Suppression.RATE_LIMITED,
    ]


@pytest.mark.parametrize(
    ("globs", "goes"),
    [
        ({}, True),
        ({"kinds": ("daemon.*",)}, True),
        ({"kinds": ("session.*",)}, False),
        ({"kinds": ("session.*", "*.crashed")}, True),
        ({"kinds": ()}, False),
        ({"kinds": (), "also": ("daemon.crashed",)}, True),
        ({"homes": ("work",)}, True),
        ({"homes": ("w*",)}, True),
        ({"homes": (HOME,)}, True),
        ({"homes": ("/home/*",)}, True),
        ({"homes": ("other",)}, False),
        ({"homes": ()}, False),
        ({"homes": ("other",), "kinds": ("*",)}, False),
    ],
)
def test_where_it_goes(globs: dict[str, tuple[str, ...]], *, goes: bool) -> None:
    """A channel is there for some kinds and some homes, by name or path; without a word of it for all."""
    channel = Channel(name="desk", **globs)  # type: ignore[arg-type]
    assert routed(incident(), channel, "work") is goes
    assert withheld(question(incident(), channel=channel, home="work")) is (None if goes else Suppression.NOT_ROUTED)


def test_the_watchdogs_own_troubles_go_everywhere() -> None:
    """They are of no home."""
    own = replace(incident(bad(Kind.WATCHDOG_STORE_DAMAGED)), home="")
    assert routed(own, Channel(name="desk", homes=("other",)), "")
    assert not routed(own, Channel(name="desk", kinds=("daemon.*",)), "")


def test_a_story_that_goes_elsewhere_inhibits_nothing_here() -> None:
    """Who is not told of the daemon is told of its sessions."""
    loud = incident(CRASHED, "b")
    only = Channel(name="desk", kinds=("session.*",))
    assert withheld(question(incident(FAILED), channel=only, open=(loud,))) is None
