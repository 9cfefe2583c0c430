"""The body of the health answer: keys, order and values as Coven 0.4.6 gives them (seen)."""

import os
import shutil
import uuid
from pathlib import Path

from coven_watchdog.simulated.home import HomeFiles
from coven_watchdog.simulated.ledger import Json
from coven_watchdog.simulated.sessions import EventWriter

_CAPABILITIES: Json = {
    "sessions": True,
    "events": True,
    "travel": True,
    "scheduler": True,
    "hub": True,
    "executorDispatch": True,
    "eventCursor": "sequence",
    "structuredErrors": True,
    "sessionHandoff": True,
    "sessionLaunchPolicy": True,
    "afs": True,
    "afsMount": False,
    "afsCommit": True,
    "afsCommitDryRun": True,
    "executionBindingContracts": ["psyche.execution_binding.v1"],
    "requestAdoptionContracts": ["psyche.request_adoption.v1"],
    "sessionPolicyContracts": ["coven.session-policy.v1"],
}
_ADAPTERS = ("coven.sessions", "coven.travel", "coven.scheduler", "coven.control.actions", "coven.automations")
_ADAPTER = {"label": "an adapter", "adapter": "coven-daemon", "status": "available", "policy": "allow", "actions": []}
_PLANNED = _ADAPTER | {"id": "desktop.automation", "adapter": "desktop-use", "status": "planned", "policy": "requiresApproval"}
_HUB = {"role": "hub", "hubId": f"hub_{uuid.uuid4()}", "nodesTotal": 0, "nodesAvailable": 0}


def health(files: HomeFiles, started_at: str, writer: EventWriter) -> Json:
    """What GET /health says. It is well whatever the ledger is like, as with Coven."""
    return {
        "ok": True,
        "apiVersion": "coven.daemon.v1",
        "covenVersion": "0.4.6",
        "capabilities": _CAPABILITIES,
        "daemon": {"pid": os.getpid(), "startedAt": started_at, "socket": str(files.socket)},
        "hub": _HUB,
        "eventWriter": _event_writer(writer),
        "storage": _storage(files),
    }


def adapters() -> Json:
    """What GET /capabilities says, without the actions that may be posted."""
    return {"capabilities": [{"id": name, **_ADAPTER} for name in _ADAPTERS] + [_PLANNED]}


def _event_writer(writer: EventWriter) -> Json:
    counts = {
        "queuedEvents": 0,
        "queuedBytes": 0,
        "capacityBytes": 2_097_152,
        "droppedOutputEvents": 0,
        "droppedOutputBytes": 0,
        "connectionOpens": 1,
        "transactions": writer.committed,
        "committedEvents": writer.committed,
    }
    if writer.failed:
        return {"state": "failed", **counts, "lastError": "database is locked"}

    return {"state": "healthy", **counts}


def _storage(files: HomeFiles) -> Json:
    return {
        "status": "ok",
        "databaseBytes": _size(files.ledger),
        "walBytes": _size(files.ledger.with_name("coven.sqlite3-wal")),
        "oldestRetainedEventAt": None,
        "lastPruneAt": None,
        "pruneAgeSeconds": None,
        "lastCheckpointAt": None,
        "checkpointAgeSeconds": None,
        "writerBacklogEvents": 0,
        "writerBacklogBytes": 0,
        "freeDiskBytes": shutil.disk_usage(files.root).free,
        "maintenanceBlocked": False,
    }


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
