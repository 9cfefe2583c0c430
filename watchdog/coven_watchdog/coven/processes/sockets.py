"""How many sockets a process has open, as Linux' `/proc` shows them: of a daemon, its listener and one for each client."""

from coven_watchdog.coven.processes.linux import links_of


def sockets(pid: int) -> int | None:
    """Each counted once, however many descriptors stand for it; None when the process is gone or not for us."""
    links = links_of(pid)
    return None if links is None else len({link for link in links.values() if link.startswith("socket:")})
