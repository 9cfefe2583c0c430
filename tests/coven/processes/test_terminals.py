"""Which terminals a process holds, and on which it sits. Real pseudo terminals."""

import os
import pty
import sys
from pathlib import Path

import pytest

from coven_watchdog.coven.processes import terminal_number, terminals
from programs import as_nobody, needs_root, program

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")


def test_the_terminals_behind_descriptors(tmp_path: Path) -> None:
    """The number of each whose other end a process holds; it stays as long as that is open."""
    before = terminals(os.getpid())
    assert before is not None
    leader, follower = pty.openpty()
    number = int(os.ttyname(follower).rpartition("/")[2])
    try:
        assert terminals(os.getpid()) == before | {number}
        with program(["coven", "run"], "rest()", tmp_path, terminal=follower) as child:
            assert terminal_number(child.pid) == number
            assert terminals(child.pid) == frozenset()
    finally:
        os.close(follower)
        os.close(leader)

    assert terminals(os.getpid()) == before


def test_without_a_terminal(tmp_path: Path) -> None:
    """A process of a session of its own has none, and one that is gone neither."""
    with program(["coven", "run"], "rest()", tmp_path) as child:
        assert terminal_number(child.pid) is None

    assert terminal_number(child.pid) is None
    assert terminals(child.pid) is None


@needs_root
def test_what_is_hidden_is_not_known() -> None:
    """Another user's descriptors are not for us."""
    with as_nobody():
        assert terminals(1) is None
