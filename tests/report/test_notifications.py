"""What `notify log` shows."""

from pathlib import Path

from coven_watchdog.decide.route import Route
from coven_watchdog.model.words import AttemptOutcome, NotificationState, Suppression
from coven_watchdog.report.notifications import log_of, routed
from coven_watchdog.report.times import moment
from coven_watchdog.store import StoreReader
from report.filled import fill
from store.builders import START, channel_look


def test_every_message_with_its_tries(tmp_path: Path) -> None:
    """The newest first: when the fact was, when it was committed, when it was accepted, why not, and each try."""
    with StoreReader(fill(tmp_path)) as rows:
        found = log_of(rows, rows.notifications()).notifications

    assert [(one.id, one.channel, one.state, one.suppression) for one in found] == [
        ("b3xm.1", "phone", NotificationState.WITHHELD, Suppression.BELOW_SEVERITY),
        ("k7fq.1", "phone", NotificationState.QUEUED, None),
        ("k7fq.1", "desk", NotificationState.SENT, None),
    ]
    assert found[2].sent_at == moment(START + 250_000)
    assert [(one.outcome, one.error) for one in found[1].attempts] == [
        (AttemptOutcome.TEMPORARY, "connection refused"),
        (AttemptOutcome.TIMED_OUT, "no answer within 20 s"),
    ]
    assert found[2].attempts[0].error is None


def test_a_route_to_a_channel_that_fails() -> None:
    """Who would be told may not hear of it; who would not be told has no other trouble."""
    looks = (
        channel_look("desk"),
        channel_look("phone", state="failing", last_error="refused"),
        channel_look("x", state="failing"),
    )
    routes = (
        Route("desk", told=True, because="why"),
        Route("phone", told=True, because="why"),
        Route("phone", told=False, because="why not"),
        Route("x", told=True, because="why"),
        Route("new", told=True, because="why"),
    )
    assert [one.because for one in routed(routes, looks).channels] == [
        "why",
        "why; but it does not deliver now: refused",
        "why not",
        "why; but it does not deliver now: no reason given",
        "why",
    ]
