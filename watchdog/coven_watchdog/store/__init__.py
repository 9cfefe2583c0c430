"""What is remembered: one SQLite file, also the interface between the running service and the command line.

`open_store` is for the service; `StoreReader`, and what `requests` has, are for commands.
"""

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
