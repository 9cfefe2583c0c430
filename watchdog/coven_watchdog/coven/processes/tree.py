"""A process comes in; what it and all below it have used goes out, as Linux tells."""

from coven_watchdog.coven.processes.linux import children, identity, used
from coven_watchdog.model.facts import Identity

_AT_MOST = 500
"""Processes of one tree that are looked at: beyond that it works, whatever they use."""


def tree_cpu(process: Identity) -> int:
    """The CPU that it and all below it have used, in ticks, those that ended and were reaped among them; 0 when it is gone."""
    if identity(process.pid) != process:
        return 0

    found = [process]
    for one in found:
        if len(found) < _AT_MOST:
            found += children(one.pid)

    return sum(used(one.pid) for one in found)
