"""The kernel's log about a process."""

import os
from pathlib import Path

import pytest

from coven_watchdog.observe.kernel import _from_journal, _from_kmsg, _records, about


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Out of memory: Killed process 4711 (coven) total-vm:1kB", True),
        ("Memory cgroup out of memory: Killed process 4711 (coven)", True),
        ("coven[4711]: segfault at 0 ip 0 sp 0 error 4", True),
        ("traps: coven[4711] general protection fault ip:1", True),
        ("Out of memory: Killed process 47110 (coven)", False),
        ("Out of memory: Killed process 471 (coven)", False),
        ("usb 4711: new device", False),
        ("[4711]: segfaul[9]: segfault at 0 ip 0 sp 0 error 4", False),
        ("traps: x[4711][9] general protection fault ip:1", False),
        ("traps: [4711] x[9] general protection fault ip:1", False),
    ],
)
def test_what_is_about_a_process(line: str, told: bool) -> None:  # noqa: FBT001 - a parameter
    """OOM kills and faults of exactly that pid; the last one counts."""
    assert about(4711, ["other", line, "later"]) == (line if told else "")


def test_the_last_line_counts() -> None:
    """A pid may have been used before."""
    lines = ["Killed process 7 (old)", "Killed process 7 (new)"]
    assert about(7, lines) == lines[1]


def test_records_of_the_ring_buffer() -> None:
    """Of each record the message is taken; a descriptor that is no ring buffer gives what it gives, or nothing."""
    reader, writer = os.pipe2(os.O_NONBLOCK)
    os.write(writer, b"6,1,2,-;Killed process 7 (x)")
    assert _records(reader) == ["Killed process 7 (x)"]
    os.close(reader)
    assert _records(reader) is None
    os.close(writer)


def test_an_unreadable_ring_buffer_is_skipped(tmp_path: Path) -> None:
    """Where it is not for us, or not there, nothing is said."""
    assert _from_kmsg(tmp_path / "none") is None


def test_the_real_ring_buffer() -> None:
    """It can be read, or it is not for us; neither waits."""
    lines = _from_kmsg()
    assert lines is None or all(isinstance(line, str) for line in lines)


def test_without_a_journal(tmp_path: Path) -> None:
    """Without `journalctl` nothing is said; one that hangs is given up; what it prints is taken line by line; no secret of ours is handed to it."""
    assert _from_journal(0.1, str(tmp_path)) == []
    program = tmp_path / "journalctl"
    program.write_text("#!/bin/sh\nexec sleep 30\n", encoding="ascii")
    program.chmod(0o755)
    assert _from_journal(0.1, str(tmp_path)) == []
    program.write_text("#!/bin/sh\necho one\necho ${PHONE_URL:-two}\n", encoding="ascii")
    os.environ["PHONE_URL"] = "json://secret"
    try:
        assert _from_journal(30, str(tmp_path)) == ["one", "two"]
    finally:
        del os.environ["PHONE_URL"]
