"""The looks: how homes, channels and the service stand, and when nobody watched. In: model values; out: one row each."""

import sqlite3
from collections.abc import Collection

from coven_watchdog.model.looks import BlindWindow, ChannelLook, HomeLook, WatchdogLook
from coven_watchdog.model.samples import Sample
from coven_watchdog.model.words import NotificationState, Suppression
from coven_watchdog.store.codec import encode, whole
from coven_watchdog.store.rows import listed


def keep_looks(connection: sqlite3.Connection, looks: Collection[HomeLook]) -> None:
    """The last look at each home."""
    connection.executemany(
        """INSERT INTO home_look (home, seen_at, doc) VALUES (?, ?, ?)
           ON CONFLICT (home) DO UPDATE SET seen_at = excluded.seen_at, doc = excluded.doc""",
        [(look.home, look.seen_at, encode(look)) for look in looks],
    )


def drop_looks(connection: sqlite3.Connection, homes: Collection[str]) -> None:
    """Forget the looks at homes that are not watched any more."""
    connection.executemany("DELETE FROM home_look WHERE home = ?", [(home,) for home in homes])


def keep_watchdog(connection: sqlite3.Connection, look: WatchdogLook) -> None:
    """The running service, as it describes itself."""
    connection.execute(
        "INSERT INTO watchdog_look (one, doc) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET doc = excluded.doc",
        (encode(look),),
    )


def keep_channels(connection: sqlite3.Connection, looks: Collection[ChannelLook]) -> None:
    """What is known of each of these channels."""
    connection.executemany(
        "INSERT INTO channel_look (name, doc) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET doc = excluded.doc",
        [(look.name, encode(look)) for look in looks],
    )


def keep_blind(connection: sqlite3.Connection, windows: Collection[BlindWindow]) -> None:
    """Blind windows; a window is known by its home and beginning, so that its end can be told later."""
    connection.executemany(
        """INSERT INTO blind_window (home, since, until, why) VALUES (?, ?, ?, ?)
           ON CONFLICT (home, since) DO UPDATE SET until = excluded.until, why = excluded.why""",
        [(window.home, window.since, window.to, whole(window.why)) for window in windows],
    )


def keep_samples(connection: sqlite3.Connection, samples: Collection[Sample]) -> None:
    """What the last minute was like, by home."""
    connection.executemany(
        "INSERT INTO sample (home, at, doc) VALUES (?, ?, ?) ON CONFLICT (home, at) DO NOTHING",
        [(sample.home, sample.at, encode(sample)) for sample in samples],
    )


def drop_channels(connection: sqlite3.Connection, configured: Collection[str]) -> None:
    """Forget channels that are no longer configured; what waited for them is withheld, and can be seen to be.

    A message in hand is left to its worker, who knows what became of it.
    """
    names = listed(configured)
    connection.execute("DELETE FROM channel_look WHERE name NOT IN (SELECT value FROM json_each(?))", (names,))
    connection.execute(
        """UPDATE notification SET state = ?, suppression = ?
           WHERE state = ? AND claimed_by IS NULL AND channel NOT IN (SELECT value FROM json_each(?))""",
        (NotificationState.WITHHELD, Suppression.NOT_ROUTED, NotificationState.QUEUED, names),
    )
