"""What Coven answers, as the real 0.4.6 does, for tests that need a good answer to send or to spoil."""

from typing import Any

from coven_watchdog.coven.wire import API_VERSION
from coven_watchdog.model.facts import SessionRow

SEEN: dict[str, Any] = {
    "ok": True,
    "apiVersion": "coven.daemon.v1",
    "covenVersion": "0.4.6",
    "capabilities": {
        "sessions": True,
        "events": True,
        "eventCursor": "sequence",
        "structuredErrors": True,
        "afsMount": False,
        "sessionPolicyContracts": ["coven.session-policy.v1"],
    },
    "daemon": {"pid": 11111, "startedAt": "2026-11-22T10:14:30.064647971Z", "socket": "/h/coven.sock"},
    "hub": {"role": "hub", "hubId": "hub_1", "nodesTotal": 0, "nodesAvailable": 0},
    "eventWriter": {
        "state": "healthy",
        "queuedEvents": 0,
        "queuedBytes": 0,
        "capacityBytes": 2_097_152,
        "droppedOutputEvents": 0,
        "droppedOutputBytes": 0,
        "connectionOpens": 1,
        "transactions": 4,
        "committedEvents": 7,
    },
    "storage": {
        "status": "ok",
        "databaseBytes": 655_360,
        "walBytes": 12_392,
        "oldestRetainedEventAt": None,
        "lastPruneAt": None,
        "pruneAgeSeconds": None,
        "writerBacklogEvents": 0,
        "writerBacklogBytes": 0,
        "freeDiskBytes": 85_160_144_896,
        "maintenanceBlocked": False,
    },
}
"""A health answer of the real Coven 0.4.6 (some capabilities left out)."""

ROW: dict[str, Any] = {
    "id": "ccc4edbf-1cb4-4d4a-967c-e6586a5ff5ca",
    "project_root": "/srv/shop",
    "harness": "codex",
    "title": "fix it",
    "status": "running",
    "exit_code": None,
    "archived_at": None,
    "created_at": "2026-11-22T10:14:30.192949153Z",
    "updated_at": "2026-11-22T10:14:31.000000000Z",
    "conversation_id": None,
    "familiar_id": None,
    "execution_binding": None,
    "labels": [],
    "visibility": "private",
    "external": False,
    "transcript_path": None,
}
"""A session as the real Coven 0.4.6 lists it."""

KNOWN = SessionRow(
    id="ccc4edbf-1cb4-4d4a-967c-e6586a5ff5ca",
    project_root="/srv/shop",
    harness="codex",
    title="fix it",
    status="running",
    exit_code=None,
    created_at=1_795_342_470_192_949,
    updated_at=1_795_342_471_000_000,
)
BARE = {key: ROW[key] for key in ("id", "status", "created_at", "updated_at")}
HEAD = {"ok": True, "apiVersion": API_VERSION}
