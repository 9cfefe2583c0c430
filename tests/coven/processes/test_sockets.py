"""How many sockets a process has open."""

import os
import socket

from coven_watchdog.coven.processes import sockets


def test_each_socket_counts_once() -> None:
    """A second descriptor of the same socket is no second client."""
    before = sockets(os.getpid())
    assert before is not None
    one, other = socket.socketpair()
    again = one.dup()
    with one, other, again:
        assert sockets(os.getpid()) == before + 2

    assert sockets(os.getpid()) == before


def test_a_process_that_is_gone() -> None:
    """Nobody knows."""
    assert sockets(2**31 - 1) is None
