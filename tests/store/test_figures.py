"""What was sent, in numbers."""

import sqlite3

from coven_watchdog.model.telling import Plan
from coven_watchdog.model.words import NotificationState, Reason
from coven_watchdog.store.figures import latencies, sent
from coven_watchdog.store.writing import write_plan
from store.builders import START, moment, notification


def test_sent_and_how_fast(connection: sqlite3.Connection) -> None:
    """All that was accepted since then counts as sent; only what was told as it happened has a duration."""
    accepted = NotificationState.SENT
    rows = (
        notification("a.1", state=accepted, sent_at=START + 300),
        notification("b.1", state=accepted, sent_at=START + 100),
        notification("c.1", state=accepted, sent_at=START + 900, reason=Reason.TEST),
        notification("d.1", state=accepted, sent_at=START - 1),
        notification("e.1"),
    )
    write_plan(connection, Plan(notifications=rows), moment())
    assert sent(connection, START) == 3
    assert latencies(connection, START) == (100, 300)
