"""Whether this machine has a way to the rest of the world: the kernel's routes in, yes or no out."""

import socket
from contextlib import suppress

_ELSEWHERE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
"""Addresses that belong to nobody (RFC 5737, RFC 3849)."""
_DISCARD = 9


def routed() -> bool:
    """Whether the kernel knows a route beyond this machine and its neighbours. Nothing is sent."""
    return any(_reachable(family, address) for family, address in _ELSEWHERE)


def _reachable(family: socket.AddressFamily, address: str) -> bool:
    """A datagram socket is only bound to a route by this."""
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.settimeout(0)
        probe.connect((address, _DISCARD))
        return True

    return False
