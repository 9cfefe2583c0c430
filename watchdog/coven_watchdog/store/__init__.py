"""What is remembered: one SQLite file, also the interface between the running service and the command line.

`open_store` is for the service; `StoreReader`, and what `requests` has, are for commands.

What it has is imported when it is first used: a prompt that asks `status --brief` pays for nothing else.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coven_watchdog.store.connection import FILE_NAME
    from coven_watchdog.store.database import StoreCondition
    from coven_watchdog.store.memory import Memory
    from coven_watchdog.store.moment import Moment
    from coven_watchdog.store.outbox import Claim
    from coven_watchdog.store.reading import History, StoreReader
    from coven_watchdog.store.requests import (
        Acknowledged,
        acknowledge,
        add_silence,
        remove_silence,
        request_digest,
        request_test,
        unacknowledge,
    )
    from coven_watchdog.store.store import Store, open_store

__all__ = [
    "FILE_NAME",
    "Acknowledged",
    "Claim",
    "History",
    "Memory",
    "Moment",
    "Store",
    "StoreCondition",
    "StoreReader",
    "acknowledge",
    "add_silence",
    "open_store",
    "remove_silence",
    "request_digest",
    "request_test",
    "unacknowledge",
]
_PLACES = {
    "FILE_NAME": "connection",
    "StoreCondition": "database",
    "Memory": "memory",
    "Moment": "moment",
    "Claim": "outbox",
    "History": "reading",
    "StoreReader": "reading",
    "Acknowledged": "requests",
    "acknowledge": "requests",
    "add_silence": "requests",
    "remove_silence": "requests",
    "request_digest": "requests",
    "request_test": "requests",
    "unacknowledge": "requests",
    "Store": "store",
    "open_store": "store",
}


def __getattr__(name: str) -> object:
    """Import what is asked for.

    Raises:
        AttributeError: there is no such thing.
    """
    if name not in _PLACES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)

    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
