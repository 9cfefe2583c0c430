"""What a minute was like, from the requests of it."""

from coven_watchdog.daemon.samples import Samples
from coven_watchdog.model.facts import Asked, EventWriter, Health, Identity, Storage, Tick
from coven_watchdog.model.samples import RouteSample
from coven_watchdog.model.time import MILLISECOND, SECOND, Instant
from coven_watchdog.model.words import Outcome, Route

HOME = "/somebody/.coven"
HEALTH = Health(ok=True, api_version="coven.daemon.v1", event_writer=EventWriter("healthy"), storage=Storage("ok"))


def asked(second: int, outcome: Outcome = Outcome.OK, pid: int = 7, route: Route = Route.HEALTH, ms: int = 25) -> Asked:
    """A request that ended then."""
    health = HEALTH if outcome is Outcome.OK and route is Route.HEALTH else None
    at = Instant(second * SECOND, second * SECOND)
    return Asked(HOME, at, route, outcome, ms * MILLISECOND, peer=Identity(pid, 1), health=health)


def test_requests_are_counted_by_route() -> None:
    """How many, how many failed, median and worst; the parts of the daemon as it last described them."""
    samples = Samples()
    for one in (asked(1), asked(2, ms=900), asked(3, ms=30), asked(4, Outcome.TIMED_OUT, route=Route.SESSIONS, ms=8000)):
        samples.note(one)

    samples.note(Tick(HOME, Instant(5, 5)))
    (sample,) = samples.take(60 * SECOND)
    assert sample.routes == (
        RouteSample(Route.HEALTH, 3, 0, 30 * MILLISECOND, 900 * MILLISECOND),
        RouteSample(Route.SESSIONS, 1, 1, 8000 * MILLISECOND, 8000 * MILLISECOND),
    )
    assert (sample.home, sample.at) == (HOME, 60 * SECOND)
    assert (sample.event_writer, sample.storage) == (HEALTH.event_writer, HEALTH.storage)


def test_a_minute_without_requests_is_none() -> None:
    """Nothing is written of it."""
    samples = Samples()
    samples.note(asked(1))
    assert len(samples.take(60 * SECOND)) == 1
    assert samples.take(120 * SECOND) == ()


def test_the_last_good_answer_and_the_first_after_are_kept() -> None:
    """Where health changes, or another process answers, both sides stand there, over the minute's end too; else the last one."""
    samples = Samples()
    samples.note(asked(1))
    samples.note(asked(50))
    assert [turn.at // SECOND for turn in samples.take(60 * SECOND)[0].turns] == [50]

    for one in (asked(61, Outcome.REFUSED, pid=0), asked(62, Outcome.REFUSED, pid=0), asked(63, pid=8), asked(64, pid=9)):
        samples.note(one)

    turns = samples.take(120 * SECOND)[0].turns
    assert [(turn.at // SECOND, turn.good) for turn in turns] == [(50, True), (61, False), (62, False), (63, True), (64, True)]


def test_turns_are_bounded() -> None:
    """A daemon that goes to and fro fills no memory."""
    samples = Samples()
    for second in range(100):
        samples.note(asked(second, Outcome.OK if second % 2 else Outcome.REFUSED))

    assert len(samples.take(200 * SECOND)[0].turns) <= 18
