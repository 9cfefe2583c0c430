"""Who would be told, and why the others would not."""

from dataclasses import replace
from datetime import UTC
from typing import Any

import pytest

from coven_watchdog.catalogue import CATALOGUE
from coven_watchdog.decide import suppression
from coven_watchdog.decide.route import WHY_NOT, Route, routes, supposed
from coven_watchdog.model.telling import World
from coven_watchdog.model.time import HOUR, MINUTE
from coven_watchdog.model.words import Form, IncidentState, Kind, Severity, Suppression
from coven_watchdog.settings import Alerts, Channel, Delay, Home, QuietHours, Settings
from store.builders import HOME, at, incident, silence

NOW = at(0)


def _route(
    kind: Kind = Kind.STORE_BROKEN,
    severity: Severity | None = None,
    *,
    world: World = World(),  # noqa: B008 - frozen
    quiet: str = "",
    **keys: Any,  # noqa: ANN401 - any key of a channel
) -> Route:
    """What one channel with these keys would be told."""
    settings = Settings(
        homes=(Home(path=HOME, name="devbox"),),
        channels=(Channel(name="phone", **keys),),
        alerts=Alerts(quiet_hours=QuietHours(quiet)),
        severity={"session.killed": Severity.CRITICAL},
    )
    (found,) = routes(supposed(kind, severity, HOME, settings, NOW), world, settings, NOW, UTC)
    return found


def test_who_is_told() -> None:
    """Because it is bad enough, or named."""
    assert _route() == Route("phone", told=True, because="it takes warning and worse, and this is critical")
    assert _route(Kind.SESSION_FAILED).because == "it takes warning and worse, and this is a warning"
    assert _route(min_severity=Severity.CRITICAL).because == "it takes critical, and this is critical"
    finished = _route(Kind.SESSION_FINISHED, also=("session.finished",))
    assert (finished.told, finished.because) == (True, "session.finished is named in also")


def test_how_bad_it_is() -> None:
    """What is asked for, else what the configuration says of the kind, else what the kind is."""
    assert _route(Kind.SESSION_FINISHED, Severity.WARNING).told
    assert _route(Kind.SESSION_KILLED, min_severity=Severity.CRITICAL).told
    assert not _route(Kind.SESSION_FINISHED).told


STORY = World(open_incidents=(incident("r2dd", subject="home", kind=Kind.HOME_INSECURE), incident()))
SILENCED = World(silences=(silence("s-a", kind="session.*"), silence(until=at(90).wall)))
BUSY = World(traffic={"phone": (at(-1).wall,) * 40})


@pytest.mark.parametrize(
    ("kind", "keys", "said"),
    [
        (Kind.SESSION_FAILED, {"severity": Severity.OFF}, "session.failed is off: it is recorded, and nobody is told"),
        (Kind.STORE_BROKEN, {"kinds": ("daemon.*", "home.*")}, "it is for other kinds: daemon.*, home.*"),
        (Kind.STORE_BROKEN, {"kinds": ()}, "it is for other kinds: none"),
        (Kind.STORE_BROKEN, {"homes": ("work*",)}, "it is for other homes: work*"),
        (Kind.STORE_BROKEN, {"homes": ()}, "it is for other homes: none"),
        (
            Kind.SESSION_FAILED,
            {"after": Delay(30 * MINUTE)},
            "it is told what is still open after 30 min, and session.failed happens once",
        ),
        (
            Kind.STORE_BROKEN,
            {"after": Delay(30 * MINUTE)},
            "it is told what is still open, and not acknowledged, after 30 min",
        ),
        (Kind.SESSION_FAILED, {"min_severity": Severity.CRITICAL}, "it takes critical only, and this is a warning"),
        (Kind.SESSION_FINISHED, {}, "it takes warning and worse, and this is info"),
        (Kind.STORE_BROKEN, {"world": STORY}, "it would be told as part of the story of daemon.crashed k7fq"),
        (Kind.STORE_BROKEN, {"world": SILENCED}, "s-k7f silences it until 21:56 (by ada)"),
        (
            Kind.SESSION_FAILED,
            {"quiet": "20:00-07:00"},
            "quiet hours until May 29 07:00: it is told then, if it is still worth it",
        ),
        (Kind.SESSION_FAILED, {"world": BUSY}, "it has had its share (30 an hour): it is told at"),
    ],
)
def test_who_is_not_told(kind: Kind, keys: dict[str, Any], said: str) -> None:
    """One sentence part each, with what is in the way and until when."""
    found = _route(kind, **keys)
    assert (found.told, found.because.startswith(said)) == (False, True), found.because


def test_a_silence_without_a_name() -> None:
    """One that nobody signed was somebody's."""
    assert _route(world=World(silences=(silence(by=""),))).because.endswith("(by somebody)")


def test_criticals_pass_the_night_and_a_full_bucket() -> None:
    """As they do when they happen."""
    assert _route(quiet="20:00-07:00").told
    assert _route(world=World(traffic={"phone": (at(-1).wall,) * 30})).told


def test_every_channel_in_its_order() -> None:
    """Each has its own word; what one would get takes nothing from another."""
    settings = Settings(channels=(Channel(name="a"), Channel(name="b", min_severity=Severity.CRITICAL), Channel(name="c")))
    found = routes(supposed(Kind.SESSION_FAILED, None, HOME, settings, NOW), World(), settings, NOW, UTC)
    assert [(one.channel, one.told) for one in found] == [("a", True), ("b", False), ("c", True)]


@pytest.mark.parametrize("kind", list(Kind))
def test_any_kind_can_be_asked_about(kind: Kind) -> None:
    """It gets a subject, and is what its form says; the watchdog's own troubles are of no home."""
    one = supposed(kind, Severity.CRITICAL, HOME, Settings(), NOW)
    noted = CATALOGUE[kind].form is Form.EVENT
    assert one.state is (IncidentState.NOTED if noted else IncidentState.OPEN)
    assert (one.home == "") == (kind.startswith("watchdog.") and kind is not Kind.WATCHDOG_BLIND)
    assert _route(kind, Severity.CRITICAL).told


def test_whatever_can_stand_in_the_way_has_a_sentence() -> None:
    """Every question of the policy that may be a no about something that has just begun."""
    later = {Suppression.TOO_OLD, Suppression.MILDER, Suppression.UNSTABLE, Suppression.ACKNOWLEDGED}
    assert set(WHY_NOT) == {member for member, _ in suppression._QUESTIONS} - later


def test_an_end_that_tells_of_others() -> None:
    """A restart belongs to the story that it ends, though that one is over."""
    world = World(open_incidents=(replace(incident(), opened_at=NOW.wall - HOUR),))
    found = _route(Kind.DAEMON_RESTARTED, Severity.WARNING, world=world)
    assert found.because == "it would be told as part of the story of daemon.crashed k7fq"
