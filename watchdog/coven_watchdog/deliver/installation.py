"""Whether the installed package is still the one that this process was started from: the stamps of a few of its files tell.

An installer replaces files, it does not rewrite them. That they are others means that it may be another version: a courier, which
is a program of the installed one, tells.
"""

import sys
from importlib.util import find_spec
from pathlib import Path

Stamps = tuple[tuple[int, int] | None, ...]
"""(inode, mtime) of each file, None for one that is gone."""


def installation() -> tuple[Path, ...]:
    """The files that tell: the interpreter, and the beginnings of the packages without which nothing is sent."""
    specs = (find_spec("coven_watchdog"), find_spec("apprise"))
    origins = (Path(spec.origin) for spec in specs if spec is not None and spec.origin is not None)
    return (Path(sys.executable), Path(__file__).with_name("courier.py"), *origins)


def stamps(files: tuple[Path, ...]) -> Stamps:
    """What they are now. Blocking, a few µs."""
    return tuple(map(_stamp, files))


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        stat = file.stat()
    except OSError:
        return None

    return stat.st_ino, stat.st_mtime_ns
