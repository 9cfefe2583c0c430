"""Parcels, courier commands and other small things that deliver's tests share."""

import sys
from dataclasses import replace
from pathlib import Path

from coven_watchdog.deliver.parcel import Parcel
from coven_watchdog.model.incidents import Incident
from coven_watchdog.model.telling import Member, Notification
from coven_watchdog.model.words import Form, IncidentState, Kind, NotificationState, Priority, Reason, Severity, Tone
from coven_watchdog.store import Claim

ALERT = Parcel(
    id="k7fq.1",
    url="desktop://",
    title="Coven crashed",
    body="It is <b>gone</b> & silent.\ndaemon.crashed k7fq.1",
    tone=Tone.FAILURE,
    priority=Priority.URGENT,
    timeout=20.0,
)


def script(body: str) -> tuple[str, ...]:
    """A command that runs this Python in place of a courier; `say` writes one JSON line, `hear` reads one, `pid` is its own."""
    prelude = (
        "import json, os, signal, sys, time\n"
        "pid = os.getpid()\n"
        "def say(**what): print(json.dumps(what), flush=True)\n"
        "def hear(): return json.loads(sys.stdin.readline())\n"
        "def accept(): say(id=hear()['id'], outcome='accepted', receipt=str(pid))\n"
    )
    return (sys.executable, "-c", prelude + body)


def runs(pid: int) -> bool:
    """Whether this process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


NOTIFICATION = Notification(
    id="k7fq.1",
    channel="web",
    incident="k7fq",
    reason=Reason.FIRST,
    state=NotificationState.QUEUED,
    fact_at=0,
    committed_at=0,
    due_at=0,
)


def incident(name: str = "k7fq") -> Incident:
    """An open crash."""
    return Incident(
        id=name,
        home="/h",
        subject=f"daemon:{name}",
        kind=Kind.DAEMON_CRASHED,
        form=Form.STATE,
        severity=Severity.CRITICAL,
        state=IncidentState.OPEN,
        opened_at=0,
        changed_at=0,
        fact_at=0,
    )


def member(row: Notification) -> Member:
    """The incident in it."""
    return Member(row.id, row.channel, row.incident, row.reason, incident(row.incident))


def claimed(
    *, attempts: int = 1, committed_at: int = 0, receipts: tuple[str, ...] = (), members: tuple[Member, ...] | None = None
) -> Claim:
    """A message in hand."""
    row = replace(NOTIFICATION, attempts=attempts, committed_at=committed_at, due_at=committed_at)
    return Claim(notification=row, members=(member(row),) if members is None else members, receipts=receipts, by="us")
