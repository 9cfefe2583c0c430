"""What people call an incident or a silence in; the one row that is meant out. Unambiguous beginnings are enough."""

import sqlite3
from collections.abc import Sequence

from coven_watchdog.decide.words import clock_time
from coven_watchdog.errors import WatchdogError
from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.telling import Silence
from coven_watchdog.store.codec import decode

SILENCE_MARK = "s-"
"""What a silence's id begins with; no incident's id has a dash."""
_SHOWN = 5


def incident_named(connection: sqlite3.Connection, name: str) -> Incident:
    """The one incident whose id begins so; the token of a message (`k7fq.1`) names its incident.

    Raises:
        WatchdogError: there is none, or more than one.
    """
    wanted = name.strip().lower().partition(".")[0]
    rows = connection.execute(
        "SELECT id, doc FROM incident WHERE substr(id, 1, length(:wanted)) = :wanted ORDER BY id", {"wanted": wanted}
    ).fetchall()
    row = _only(_exact(rows, wanted) if wanted else [], "incident", wanted, "see them all: coven-watchdog incidents --all")
    return decode(row["doc"], Incident)


def silence_named(connection: sqlite3.Connection, name: str, now: int) -> Silence:
    """The one silence in force at `now` (wall µs) whose id begins so, with `s-` or without.

    Raises:
        WatchdogError: there is none, or more than one; or it is over, and when it ended is said.
    """
    wanted = _marked(name.strip().lower())
    rows = connection.execute(
        "SELECT id, until, doc FROM silence WHERE substr(id, 1, length(:wanted)) = :wanted ORDER BY id", {"wanted": wanted}
    ).fetchall()
    held = [row for row in rows if row["until"] > now]
    row = _only(_exact(held or rows, wanted), "silence", name.strip(), "see them: coven-watchdog silence list")
    found = decode(row["doc"], Silence)
    if not held:
        raise WatchdogError(over(found, now), next_step="see which are in force: coven-watchdog silence list")

    return found


def over(silence: Silence, now: int) -> str:
    """How a silence ended."""
    how = f"was removed at {clock_time(silence.until, now, None)} by {silence.ended_by}" if silence.ended_by else ""
    return f"{silence.id} {how or f'expired at {clock_time(silence.until, now, None)}'}; it hides nothing any more"


def _marked(name: str) -> str:
    return name if name.startswith(SILENCE_MARK) or SILENCE_MARK.startswith(name) else f"{SILENCE_MARK}{name}"


def _exact(rows: Sequence[sqlite3.Row], wanted: str) -> Sequence[sqlite3.Row]:
    """A whole id means that one, also when others begin with it."""
    return [row for row in rows if row["id"] == wanted] or rows


def _only(rows: Sequence[sqlite3.Row], what: str, wanted: str, all_of_them: str) -> sqlite3.Row:
    """The one row."""
    if len(rows) == 1:
        return rows[0]

    if not rows:
        message = f"there is no {what} {wanted!r}"
        raise WatchdogError(message, next_step=all_of_them)

    ids = ", ".join(row["id"] for row in rows[:_SHOWN])
    message = f"{len(rows)} {what}s begin with {wanted!r}: {ids}{', …' if len(rows) > _SHOWN else ''}"
    raise WatchdogError(message, next_step="give more letters of the one you mean")
