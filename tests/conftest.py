"""Fixtures for the whole suite."""

import signal
from collections.abc import Iterator

import pytest
from blockbuster import BlockBuster, blockbuster_ctx

from bounded import PROFILE

assert PROFILE

# Who is started in the background by a shell ignores Ctrl-C, and so would every program that a test starts and interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """What ships is asyncio."""
    return "asyncio"


_PROC_READERS = ("read_proc", "list_proc", "link_proc")
_TRACER = ("lock_data", "unlock_data")


@pytest.fixture(autouse=True)
def _blocking_calls_fail() -> Iterator[BlockBuster]:
    """Blocking I/O on the event loop fails the test; the readers of /proc (15 µs, less than a thread hop) are allowed.

    So is the tracer of coverage, which shares a lock with the other threads and calls it from wherever it traces.
    """
    with blockbuster_ctx("coven_watchdog") as guard:
        for function in guard.functions.values():
            function.can_block_in("coven_watchdog/coven/processes/linux.py", _PROC_READERS)
            function.can_block_in("coverage/collector.py", _TRACER)

        yield guard
