"""The tables, one migration after the other. Counterpart of `migrations`, which applies them; never edited once released.

Times are wall µs. `doc`, `snapshot` and `witnesses` hold JSON of the model's dataclasses; what queries need stands in columns
beside it. `opening` counts an incident's openings: what was told belongs to one of them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema, applied in one transaction together with the row that records it."""

    number: int
    name: str
    statements: tuple[str, ...]


_INCIDENTS = (
    """CREATE TABLE incident (
        id TEXT NOT NULL PRIMARY KEY,
        home TEXT NOT NULL,
        subject TEXT NOT NULL,
        kind TEXT NOT NULL,
        form TEXT NOT NULL,
        occurrence TEXT NOT NULL,
        severity TEXT NOT NULL,
        state TEXT NOT NULL,
        opened_at INTEGER NOT NULL,
        changed_at INTEGER NOT NULL,
        resolved_at INTEGER,
        opening INTEGER NOT NULL,
        look_at INTEGER,
        titled INTEGER NOT NULL,
        doc TEXT NOT NULL
    ) STRICT""",
    # an event is noted once, whatever memory was lost; states may come back under a new id
    "CREATE UNIQUE INDEX incident_event ON incident (home, subject, kind, occurrence) WHERE form = 'event'",
    "CREATE INDEX incident_open ON incident (home) WHERE state = 'open'",
    "CREATE INDEX incident_changed ON incident (changed_at)",
    "CREATE INDEX incident_titled ON incident (changed_at) WHERE titled = 1",
    """CREATE TABLE history (
        seq INTEGER PRIMARY KEY,
        incident TEXT NOT NULL,
        at INTEGER NOT NULL,
        transition TEXT NOT NULL,
        kind TEXT NOT NULL,
        severity TEXT NOT NULL,
        worse INTEGER NOT NULL,
        witnesses TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX history_incident ON history (incident, seq)",
)
_OUTBOX = (
    # `seq` keeps the order in which rows were written, whatever the wall clock did meanwhile
    """CREATE TABLE notification (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL,
        channel TEXT NOT NULL,
        incident TEXT NOT NULL,
        reason TEXT NOT NULL,
        state TEXT NOT NULL,
        suppression TEXT,
        fact_at INTEGER NOT NULL,
        committed_at INTEGER NOT NULL,
        due_at INTEGER NOT NULL,
        sent_at INTEGER,
        attempts INTEGER NOT NULL,
        next_attempt_at INTEGER,
        grouped INTEGER NOT NULL,
        claimed_by TEXT,
        claimed_at INTEGER,
        UNIQUE (id, channel)
    ) STRICT""",
    "CREATE INDEX notification_queued ON notification (channel, due_at, seq) WHERE state = 'queued'",
    "CREATE INDEX notification_recent ON notification (channel, committed_at)",
    "CREATE INDEX notification_sent ON notification (channel, sent_at) WHERE state = 'sent'",
    """CREATE TABLE notification_incident (
        notification TEXT NOT NULL,
        channel TEXT NOT NULL,
        incident TEXT NOT NULL,
        role TEXT NOT NULL,
        opening INTEGER NOT NULL,
        titled INTEGER NOT NULL,
        snapshot TEXT NOT NULL,
        PRIMARY KEY (notification, channel, incident),
        FOREIGN KEY (notification, channel) REFERENCES notification (id, channel)
    ) STRICT""",
    "CREATE INDEX notification_incident_told ON notification_incident (incident, channel)",
    "CREATE INDEX notification_incident_titled ON notification_incident (incident) WHERE titled = 1",
    """CREATE TABLE attempt (
        notification TEXT NOT NULL,
        channel TEXT NOT NULL,
        number INTEGER NOT NULL,
        at INTEGER NOT NULL,
        outcome TEXT NOT NULL,
        error TEXT NOT NULL,
        receipt TEXT NOT NULL,
        PRIMARY KEY (notification, channel, number),
        FOREIGN KEY (notification, channel) REFERENCES notification (id, channel)
    ) STRICT""",
    "CREATE TABLE silence (id TEXT NOT NULL PRIMARY KEY, until INTEGER NOT NULL, doc TEXT NOT NULL) STRICT",
)
_LOOKS = (
    "CREATE TABLE home_look (home TEXT NOT NULL PRIMARY KEY, seen_at INTEGER NOT NULL, doc TEXT NOT NULL) STRICT",
    "CREATE TABLE watchdog_look (one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1), doc TEXT NOT NULL) STRICT",
    "CREATE TABLE channel_look (name TEXT NOT NULL PRIMARY KEY, doc TEXT NOT NULL) STRICT",
    """CREATE TABLE blind_window (
        home TEXT NOT NULL,
        since INTEGER NOT NULL,
        until INTEGER,
        why TEXT NOT NULL,
        PRIMARY KEY (home, since)
    ) STRICT""",
)

_NOISE = (
    # who acknowledged or silenced, and why
    "ALTER TABLE history ADD COLUMN note TEXT NOT NULL DEFAULT ''",
    # the text of a message that speaks of no single incident: a digest
    "ALTER TABLE notification ADD COLUMN doc TEXT",
    """CREATE INDEX notification_held ON notification (committed_at)
       WHERE state = 'withheld' AND suppression IN ('quiet_hours', 'rate_limited')""",
)

_SAMPLES = (
    # one row a minute, for a day: what a report of a fault shows of the time around it
    """CREATE TABLE sample (
        home TEXT NOT NULL,
        at INTEGER NOT NULL,
        doc TEXT NOT NULL,
        PRIMARY KEY (home, at)
    ) STRICT""",
    "CREATE INDEX sample_at ON sample (at)",
)

MIGRATIONS = (
    Migration(1, "incidents, outbox and looks", (*_INCIDENTS, *_OUTBOX, *_LOOKS)),
    Migration(2, "who silenced, what was held back, digests", _NOISE),
    Migration(3, "what each minute was like", _SAMPLES),
)

TABLES = (
    "incident",
    "history",
    "notification",
    "notification_incident",
    "attempt",
    "silence",
    "home_look",
    "watchdog_look",
    "channel_look",
    "blind_window",
    "sample",
)
"""Every table of the newest schema, parents before children."""
