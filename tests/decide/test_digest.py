"""What stands in a digest, for whom, and whether there is anything to say."""

from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from coven_watchdog.decide.digest import digest_of, drafts, has_news
from coven_watchdog.model.digests import Chronicle, Digest, Gap, Held, Untold
from coven_watchdog.model.facts import ExitStatus
from coven_watchdog.model.incidents import Ack, Chapter, Facts, Incident
from coven_watchdog.model.looks import SLEPT, BlindWindow
from coven_watchdog.model.telling import Silence
from coven_watchdog.model.time import DAY, HOUR, MINUTE, SECOND
from coven_watchdog.model.words import (
    Kind,
    NotificationState,
    Reason,
    Severity,
    Suppression,
    Transition,
)
from coven_watchdog.settings import Channel, Delay
from decide.mornings import (
    ADA,
    CRASH,
    EVERYTHING,
    FAILING,
    HANGS,
    NOW,
    ONE_HOME,
    OPEN,
    OTHER,
    QUIET,
    RESTART,
    SETTINGS,
    ended,
    past,
)
from store.builders import HOME, brief, incident


def told(*incidents: Incident, **changes: object) -> Chronicle:
    """A day with these in it."""
    return replace(QUIET, incidents=incidents, **changes)  # type: ignore[arg-type]


def test_what_is_still_so_comes_first() -> None:
    """Open incidents, the worst first, with since when, whom they hit and who has them in hand."""
    digest = digest_of(EVERYTHING, ONE_HOME)
    assert [(one.incident, one.lasted, one.hit, one.hidden_by) for one in digest.open] == [
        ("k7fq", 2 * HOUR, 1, f"acknowledged by {ADA}"),
        ("c4nn", 20 * HOUR, 0, ""),
    ]


def test_what_is_over_is_told_by_sorts() -> None:
    """What happened to one subject again and again is one line with how often and how long; what it cost is counted once."""
    digest = digest_of(EVERYTHING, ONE_HOME)
    assert [(one.incident, one.times, one.lasted, one.lost) for one in digest.over] == [
        ("r2dd", 1, 3 * MINUTE, 3),
        ("s3dd", 2, 6 * MINUTE, 0),
        ("x2dd", 1, 0, 0),
    ]
    again = past("r2dd", 9, reopenings=(NOW - 30 * HOUR, NOW - 9 * HOUR, NOW - 8 * HOUR))
    assert [one.times for one in digest_of(told(again), ONE_HOME).over] == [2]


def test_a_restart_that_ends_a_trouble() -> None:
    """It is told by the trouble's own story; one of another home, or another time, is not."""
    ends = replace(RESTART, fact_at=CRASH.fact_at + 3 * MINUTE)
    elsewhere = replace(ends, id="x3dd", home=OTHER)
    assert [one.incident for one in digest_of(told(CRASH, ends, elsewhere), ONE_HOME).over] == ["r2dd", "x3dd"]
    assert digest_of(told(OPEN, replace(RESTART, fact_at=NOW - HOUR)), ONE_HOME).over == ()
    assert len(digest_of(told(CRASH, RESTART), ONE_HOME).over) == 2


def test_only_the_time_in_question() -> None:
    """What changed before does not matter, unless it is still so; what is off is told nowhere."""
    old = past("old2", 30)
    off = ended("e9", Kind.SESSION_KILLED, Severity.OFF)
    digest = digest_of(told(old, off, *HANGS, FAILING), ONE_HOME, since=NOW - HOUR)
    assert (digest.since, [one.incident for one in digest.open], digest.over, digest.sessions) == (NOW - HOUR, ["c4nn"], (), ())


def test_a_channel_gets_what_it_is_there_for() -> None:
    """Kinds and homes are the channel's own; the watchdog's troubles are of no home."""
    build = Channel(name="build", homes=("build",))
    sessions = Channel(name="sessions", kinds=("session.*",))
    chronicle = told(OPEN, replace(OPEN, id="b2dd", home=OTHER), FAILING, ended("e1", Kind.SESSION_FAILED))
    digest = digest_of(chronicle, SETTINGS, channel=build)
    assert ([one.incident for one in digest.open], digest.sessions) == (["b2dd", "c4nn"], ())
    digest = digest_of(chronicle, SETTINGS, channel=sessions)
    assert (digest.open, [one.kind for one in digest.sessions]) == ((), [Kind.SESSION_FAILED])


def test_gaps_of_other_homes_are_no_matter() -> None:
    """A channel for one home does not hear when another one was not watched."""
    windows = tuple(BlindWindow(home, NOW - HOUR, NOW - MINUTE, f"{home} is blind") for home in (HOME, OTHER, ""))
    build = Channel(name="build", homes=("build",))
    digest = digest_of(replace(QUIET, blind=windows), SETTINGS, channel=build)
    assert [(gap.why, gap.homes) for gap in digest.gaps] == [(f"{OTHER} is blind", (OTHER,)), ("is blind", ())]


def test_what_was_kept_back_and_by_whom() -> None:
    """Each incident once for each reason, on any channel or on this one; what a channel is not there for is no loss."""
    digest = digest_of(EVERYTHING, ONE_HOME)
    assert digest.held == (
        Held(Suppression.SILENCED, 2, f"{ADA}: deploy"),
        Held(Suppression.ACKNOWLEDGED, 1, ADA),
        Held(Suppression.QUIET_HOURS, 1),
    )
    phone = digest_of(EVERYTHING, ONE_HOME, channel=ONE_HOME.channels[1])
    assert phone.held == (Held(Suppression.SILENCED, 2, f"{ADA}: deploy"),)
    assert digest_of(EVERYTHING, ONE_HOME, since=NOW - MINUTE).held == ()


def test_a_silence_is_named_that_held_then() -> None:
    """Of several silences, those that were in force when it was not told; several people are all named."""
    failed = ended("e1", Kind.SESSION_FAILED)
    silences = (
        Silence("s-1", NOW - HOUR, by="ada", at=NOW - 4 * HOUR),
        Silence("s-2", NOW - 2 * HOUR, by="bob", reason="tests", at=NOW - 5 * HOUR),
        Silence("s-3", NOW - HOUR, "daemon.*", by="cyd", at=NOW - 4 * HOUR),
        Silence("s-4", NOW + HOUR, by="dan", at=NOW - MINUTE),
    )
    untold = (Untold("desk", "e1", NOW - 3 * HOUR, Suppression.SILENCED),)
    digest = digest_of(told(failed, silences=silences, untold=untold), ONE_HOME)
    assert digest.held == (Held(Suppression.SILENCED, 1, "bob: tests, ada"),)


def test_who_hides_what_is_still_so() -> None:
    """A silence in force, or an acknowledgement that has not run out; else nobody."""
    silences = (Silence("s-1", NOW + HOUR, by="ada", reason="on it", at=NOW - HOUR),)
    plain = replace(OPEN, ack=None)
    over = replace(OPEN, ack=Ack(NOW - 3 * HOUR, ADA, until=NOW - HOUR))
    assert [digest_of(told(one, silences=silences), ONE_HOME).open[0].hidden_by for one in (OPEN, plain)] == [
        f"acknowledged by {ADA}",
        "silenced by ada: on it",
    ]
    assert digest_of(told(over), ONE_HOME).open[0].hidden_by == ""


def test_an_acknowledgement_that_is_gone_is_remembered() -> None:
    """What was acknowledged and is over still says who had it in hand."""
    chapter = Chapter(NOW - 9 * HOUR, Transition.ACKNOWLEDGED, Kind.DAEMON_CRASHED, Severity.CRITICAL, note="ada: mine")
    untold = (Untold("desk", "r2dd", NOW - 9 * HOUR, Suppression.ACKNOWLEDGED),)
    assert digest_of(told(replace(CRASH, chapters=(chapter,)), untold=untold), ONE_HOME).held[0].by == "ada: mine"
    assert digest_of(told(CRASH, untold=untold), ONE_HOME).held[0].by == ""


def test_what_did_not_arrive_is_told_everywhere() -> None:
    """That one channel does not deliver is worth knowing on the others."""
    untold = (*(Untold("mail", "k7fq", NOW - HOUR) for _ in range(3)), Untold("phone", "k7fq", NOW - 2 * DAY))
    digest = digest_of(told(untold=untold), ONE_HOME, channel=ONE_HOME.channels[0])
    assert digest.undelivered == (("mail", 3),)


def test_gaps_are_joined_and_cut() -> None:
    """Homes blind at once count once; what reaches beyond the time is cut; what lasts says so; the longest first."""
    windows = (
        BlindWindow(HOME, NOW - 2 * DAY, NOW - 23 * HOUR, "away"),
        BlindWindow(OTHER, NOW - 2 * DAY, NOW - 22 * HOUR, "away"),
        BlindWindow(HOME, NOW - 5 * HOUR, NOW - 4 * HOUR, "away"),
        BlindWindow(HOME, NOW - 10 * HOUR, None, "no permission"),
        BlindWindow(HOME, NOW - 3 * DAY, NOW - 2 * DAY, "long ago"),
    )
    digest = digest_of(replace(QUIET, blind=windows), ONE_HOME)
    assert digest.gaps == (
        Gap("no permission", (HOME,), 10 * HOUR, 1, lasts=True),
        Gap("away", (HOME, OTHER), 3 * HOUR, 2),
    )


def test_room_is_bounded() -> None:
    """Hundreds of troubles are cut to fifty of each part, and it is said how many are missing."""
    many = [replace(OPEN, id=f"i{n}") for n in range(60)] + [past(f"p{n}", 3, subject=f"harness:{n}") for n in range(70)]
    digest = digest_of(told(*many), ONE_HOME)
    assert (len(digest.open), len(digest.over), digest.more) == (50, 50, 30)


INFO_NOW = incident("i2", kind=Kind.DAEMON_STOPPED, severity=Severity.INFO, fact_at=NOW - HOUR)
NEWS: list[tuple[Chronicle, bool]] = [
    (QUIET, False),
    (told(OPEN), True),
    (told(CRASH), True),
    (told(RESTART), True),
    (told(ended("e1", Kind.SESSION_FINISHED, Severity.INFO)), True),
    (told(INFO_NOW), True),
    (told(replace(INFO_NOW, fact_at=NOW - 3 * DAY)), False),
    (told(untold=(Untold("desk", "", NOW - HOUR),)), True),
    (told(blind=(BlindWindow(HOME, NOW - 9 * HOUR, NOW - HOUR, SLEPT),)), False),
    (told(blind=(BlindWindow(HOME, NOW - 9 * HOUR, NOW - HOUR, "the watchdog did not run"),)), True),
    (told(blind=(BlindWindow(HOME, NOW - 9 * SECOND, NOW, "the watchdog did not run"),)), False),
]


@pytest.mark.parametrize(("chronicle", "news"), NEWS)
def test_nothing_to_say(chronicle: Chronicle, news: bool) -> None:  # noqa: FBT001 - a table
    """A stop that everybody knows of, a night's sleep and a quick restart are no news; anything that happened is."""
    assert has_news(digest_of(chronicle, ONE_HOME)) is news


def test_a_draft_for_each_channel() -> None:
    """One id on all channels, due now, wanted for its time; none for escalations; withheld where nothing is to be said."""
    channels = (
        Channel(name="desk"),
        Channel(name="later", after=Delay(HOUR)),
        Channel(name="store", kinds=("store.*",)),
    )
    settings = changed(ONE_HOME, channels=channels)
    desk, store = drafts("20260529-0830", told(OPEN), {}, settings, NOW - HOUR)
    row = desk[0]
    assert (row.id, row.incident, row.channel, row.reason) == ("20260529-0830.1", "20260529-0830", "desk", Reason.DIGEST)
    assert (row.fact_at, row.committed_at, row.due_at) == (NOW - HOUR, NOW, NOW)
    assert (row.state, row.suppression, [one.incident for one in desk[1].open]) == (NotificationState.QUEUED, None, ["k7fq"])
    assert (store[0].id, store[0].state) == (row.id, NotificationState.WITHHELD)
    assert (store[0].suppression, store[1]) == (Suppression.NOTHING_TO_SAY, Digest(NOW - DAY, NOW))


def test_since_the_last_one() -> None:
    """Each channel from where its last digest ended, at most as far as the chronicle goes; one of the future says nothing."""
    last = {"desk": NOW - HOUR, "phone": NOW - 2 * DAY}
    assert [digest.since for _, digest in drafts("x", QUIET, last, ONE_HOME, NOW)] == [NOW - HOUR, NOW - DAY]
    assert [digest.since for _, digest in drafts("x", QUIET, {"desk": NOW + HOUR}, ONE_HOME, NOW)] == [NOW - DAY] * 2


def test_hostile_names_are_harmless() -> None:
    """Names from Coven and words of people are cut to one visible line; no title is in any digest."""
    facts = Facts(exit=ExitStatus(code=1), sessions=(brief(project="a\x1b[31m\nb" + "x" * 500, title="secret plan"),))
    failed = replace(ended("e1", Kind.SESSION_FAILED), facts=facts)
    noisy = replace(OPEN, ack=Ack(NOW, "ada\n\x1b]0;x" + "y" * 500), facts=facts)
    shown = repr(digest_of(told(failed, noisy), ONE_HOME))
    assert "secret plan" not in shown
    assert "\\x1b" not in shown
    assert "\\n" not in shown
    assert len(shown) < 1500


def test_an_incident_that_is_gone() -> None:
    """A message about something that was forgotten meanwhile counts nowhere."""
    untold = (Untold("desk", "gone", NOW - HOUR, Suppression.SILENCED),)
    assert digest_of(told(untold=untold), ONE_HOME).held == ()
