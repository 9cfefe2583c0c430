"""The body of `GET /health` comes in; `Health` goes out, or `NotContractError`. A part of a shape that is not known is left out and named.

What every daemon must say is its contract's version and whether it is well; of everything else, what is understood is used (shapes
seen on 0.4.6). Texts become short, visible and free of secrets here.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from coven_watchdog.coven.decoding import Count, Decoder, Pid, words
from coven_watchdog.errors import NotContractError
from coven_watchdog.model.facts import EventWriter, Health, Storage
from coven_watchdog.model.time import SECOND

TESTED = frozenset({"0.4.6"})
"""The versions of Coven whose internals (locks, log, environments, how it starts harnesses) were tried."""
_NULL = b"null"
T = TypeVar("T")


class _Daemon(msgspec.Struct, frozen=True, gc=False):
    pid: Pid | None = None
    started_at: str | None = msgspec.field(name="startedAt", default=None)
    socket: str | None = None


class _Writer(msgspec.Struct, frozen=True, gc=False):
    state: str | None = None
    dropped: Count | None = msgspec.field(name="droppedOutputEvents", default=None)
    committed: Count | None = msgspec.field(name="committedEvents", default=None)
    last_error: str | None = msgspec.field(name="lastError", default=None)


class _Storage(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    status: str | None = None
    database_bytes: Count | None = None
    wal_bytes: Count | None = None
    free_disk_bytes: Count | None = None
    maintenance_blocked: bool | None = None
    last_maintenance_error: str | None = None
    prune_age_seconds: Count | None = None


class _Health(msgspec.Struct, frozen=True, rename="camel"):
    ok: bool
    api_version: str
    coven_version: msgspec.Raw = msgspec.Raw(_NULL)
    capabilities: msgspec.Raw = msgspec.Raw(_NULL)
    daemon: msgspec.Raw = msgspec.Raw(_NULL)
    event_writer: msgspec.Raw = msgspec.Raw(_NULL)
    storage: msgspec.Raw = msgspec.Raw(_NULL)


_health: Decoder[_Health] = Decoder(_Health)
_text: Decoder[str | None] = Decoder(str | None)
_free: Decoder[Mapping[str, Any] | None] = Decoder(dict[str, Any] | None)
_daemon: Decoder[_Daemon | None] = Decoder(_Daemon | None)
_writer: Decoder[_Writer | None] = Decoder(_Writer | None)
_ledger: Decoder[_Storage | None] = Decoder(_Storage | None)


def decode_health(body: bytes) -> Health:
    """The answer of `GET /health`.

    Raises:
        NotContractError: not JSON, or without `ok` and `apiVersion`.
    """
    health = _health(body)
    strange: list[str] = []

    def part(name: str, decode: Decoder[T | None], raw: msgspec.Raw) -> T | None:
        """One optional part: absent, null, or of its shape; else it is named."""
        try:
            return decode(bytes(raw))
        except NotContractError:
            strange.append(name)
            return None

    version = part("covenVersion", _text, health.coven_version) or ""
    daemon = part("daemon", _daemon, health.daemon) or _Daemon()
    return Health(
        ok=health.ok,
        api_version=words(health.api_version),
        coven_version=words(version),
        capabilities=_capabilities(part("capabilities", _free, health.capabilities) or {}),
        pid=daemon.pid,
        started_at=words(daemon.started_at),
        socket=words(daemon.socket),
        event_writer=_event_writer(part("eventWriter", _writer, health.event_writer)),
        storage=_storage(part("storage", _ledger, health.storage)),
        tested=version in TESTED,
        strange=tuple(strange),
    )


def _event_writer(writer: _Writer | None) -> EventWriter | None:
    """Of an absent writer nothing is known."""
    if writer is None:
        return None

    return EventWriter(words(writer.state), writer.dropped or 0, writer.committed or 0, words(writer.last_error))


def _storage(storage: _Storage | None) -> Storage | None:
    """Of an absent storage nothing is known."""
    if storage is None:
        return None

    return Storage(
        words(storage.status),
        storage.database_bytes or 0,
        storage.wal_bytes or 0,
        storage.free_disk_bytes,
        bool(storage.maintenance_blocked),
        words(storage.last_maintenance_error),
        None if storage.prune_age_seconds is None else storage.prune_age_seconds * SECOND,
    )


def _capabilities(found: Mapping[str, Any]) -> dict[str, bool | str | tuple[str, ...]]:
    """Flags, words and lists of words; a capability of a shape that is not known yet is left out."""
    known: dict[str, bool | str | tuple[str, ...]] = {}
    for name, value in found.items():
        if isinstance(value, bool | str):
            known[name] = value
        elif isinstance(value, list) and all(isinstance(part, str) for part in value):
            known[name] = tuple(value)

    return known
