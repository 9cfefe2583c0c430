"""Which processes live, and which come from whom, as /proc tells."""

from pathlib import Path


def fields(pid: int) -> list[str]:
    """/proc/<pid>/stat behind the name: state, parent, group, session, ….

    Raises:
        OSError: there is no such process.
    """
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()


def alive(pid: int) -> bool:
    """Whether it runs; one that only waits to be reaped does not."""
    try:
        return fields(pid)[0] != "Z"
    except OSError:
        return False


def command(pid: int) -> list[str]:
    """Its command line; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return []


def descendants(pid: int) -> dict[int, list[str]]:
    """Children and their children, with their command lines."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and alive(int(entry.name)):
            parents[int(entry.name)] = _parent(int(entry.name))

    found: dict[int, list[str]] = {}
    generation = {pid}
    while generation := {child for child, parent in parents.items() if parent in generation}:
        found |= {child: command(child) for child in generation}

    return found


def _parent(pid: int) -> int:
    try:
        return int(fields(pid)[1])
    except OSError:
        return 0
