"""A pid comes in; which terminals its descriptors are the other end of, and on which one it sits, go out, as Linux tells."""

import re

from coven_watchdog.coven.processes.linux import controlling, links_of, read_proc

_PTS = 136
"""The device major of `/dev/pts/*`."""

_INDEX = re.compile(rb"^tty-index:\s*(\d+)", re.MULTILINE)


def terminals(pid: int) -> frozenset[int] | None:
    """The numbers of the `/dev/pts/<number>` that it holds the master end of; None when that is not for us, or not told."""
    links = links_of(pid)
    if links is None:
        return None

    found = [_number(name) for name, link in links.items() if link.endswith("/ptmx")]
    return None if None in found else frozenset(number for number in found if number is not None)


def _number(name: str) -> int | None:
    """What a descriptor of `ptmx` is the other end of (`tty-index`, kernels from 4.14 on)."""
    told = _INDEX.search(read_proc(name.replace("/fd/", "/fdinfo/")) or b"")
    return int(told[1]) if told else None


def terminal_number(pid: int) -> int | None:
    """The number of the `/dev/pts/<number>` that it sits on; None when it sits on none."""
    device = controlling(pid)
    major, minor = device >> 8 & 0xFFF, device & 0xFF | device >> 12 & 0xFFF00
    return minor if major == _PTS else None
