"""What `notify log` shows."""

from pathlib import Path

from coven_watchdog.model.words import AttemptOutcome, NotificationState, Suppression
from coven_watchdog.report.notifications import log_of
from coven_watchdog.report.times import moment
from coven_watchdog.store import StoreReader
from report.filled import fill
from store.builders import START


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
