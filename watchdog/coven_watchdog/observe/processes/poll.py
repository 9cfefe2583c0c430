"""An identity comes in; its end goes out, noticed by reading the process' start time and state each second. Works everywhere."""

import anyio

from coven_watchdog.coven.processes import state
from coven_watchdog.model.facts import ExitStatus, Identity
from coven_watchdog.model.words import ExitWatch, ProcessState
from coven_watchdog.observe.nudge import until_next_second


async def until_ended(identity: Identity) -> None:
    """Look once a second until the process is gone, a zombie, or another life under the same pid."""
    while state(identity)[0] is not ProcessState.ENDED:  # noqa: ASYNC110 - no event tells it
        await anyio.sleep(until_next_second())


class PollVigil:
    """Notices the end within a second; never learns how it ended."""

    how = ExitWatch.POLL

    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    async def ended(self) -> ExitStatus | None:
        """Wait until it is gone."""
        await until_ended(self._identity)
        return None

    async def learned(self) -> ExitStatus | None:
        """Only an event of the kernel carries a status."""
        return None

    def close(self) -> None:
        """There is no descriptor."""
