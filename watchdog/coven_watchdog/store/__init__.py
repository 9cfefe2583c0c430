"""What is remembered: one SQLite file, also the interface between the running service and the command line.

`open_store` is for the service, `StoreReader` and `request_test` are for commands.
"""

from coven_watchdog.store.connection import FILE_NAME
from coven_watchdog.store.database import StoreCondition
from coven_watchdog.store.memory import Memory
from coven_watchdog.store.outbox import Claim
from coven_watchdog.store.reading import History, StoreReader
from coven_watchdog.store.requests import request_test
from coven_watchdog.store.store import Store, open_store

__all__ = [
    "FILE_NAME",
    "Claim",
    "History",
    "Memory",
    "Store",
    "StoreCondition",
    "StoreReader",
    "open_store",
    "request_test",
]
