"""What was sent, in numbers. In: a connection and a time; out: counts and durations."""

import sqlite3


def latencies(connection: sqlite3.Connection, since: int) -> tuple[int, ...]:
    """µs from the fact to the accepted message, ascending: of what was told as it happened, sent since `since` (wall µs).

    An incident of which something was withheld on a channel was told late on purpose, and is left out there.
    """
    rows = connection.execute(
        """SELECT sent_at - fact_at AS took FROM notification
           WHERE state = 'sent' AND sent_at >= ? AND reason IN ('first', 'changed', 'resolved')
             AND (incident, channel) NOT IN (SELECT incident, channel FROM notification WHERE state = 'withheld')
           ORDER BY took""",
        (since,),
    )
    return tuple(row["took"] for row in rows)


def sent(connection: sqlite3.Connection, since: int) -> int:
    """How many messages were accepted since `since` (wall µs)."""
    row = connection.execute("SELECT count(*) FROM notification WHERE state = 'sent' AND sent_at >= ?", (since,)).fetchone()
    return int(row[0])
